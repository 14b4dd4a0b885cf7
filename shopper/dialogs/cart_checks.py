"""Holds a cart to what a dialog expects of it: its lines one to one, its quantities and its total.

Knows nothing about replies, queries or HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shopper.dialogs.cards import color_is, size_is
from shopper.dialogs.exchange import Check, Exchange, card_at, compare, place_words
from shopper.dialogs.operators import same, show
from shopper.dialogs.script import CartExpect, LineExpect
from shopper.dialogs.wire import Card, CardVariant, Line, WireCart
from shopper.products.taxonomy import Taxonomy


def check_cart(
    expect: CartExpect, cart: WireCart | None, history: Sequence[Exchange], taxonomy: Taxonomy, path: str
) -> Iterator[Check]:
    """Every check of a cart; `history` are the exchanges its lines may point at."""
    if cart is None:
        yield Check(path=path, ok=False, expected="a cart", got="none")
        return
    lines = show([str(line) for line in cart.lines])
    if expect.empty is not None:
        wanted = "an empty cart" if expect.empty else "a cart with something in it"
        yield Check(path=f"{path}.empty", ok=expect.empty is not bool(cart.lines), expected=wanted, got=lines)
    if expect.lines is not None:
        ok = _lines_match(expect.lines, cart.lines, history, taxonomy)
        wanted = show([_line_words(line) for line in expect.lines])
        yield Check(path=f"{path}.lines", ok=ok, expected=wanted, got=lines)
    if expect.quantity is not None:
        yield compare(f"{path}.quantity", expect.quantity, sum(line.quantity for line in cart.lines))
    if expect.total is not None:
        yield compare(f"{path}.total", expect.total, cart.total_minor)
    added_up = sum(line.quantity * line.unit_price.amount for line in cart.lines)
    if cart.total_minor != added_up:
        yield Check(
            path=f"{path}.total",
            ok=False,
            expected=f"the sum of its lines, {added_up}",
            got=str(cart.total_minor),
        )


def _lines_match(
    wanted: Sequence[LineExpect], lines: Sequence[Line], history: Sequence[Exchange], taxonomy: Taxonomy
) -> bool:
    """Whether the lines can be paired off with what is wanted, one to one and none left over."""
    if len(wanted) != len(lines):
        return False
    if not wanted:
        return True
    head, rest = wanted[0], wanted[1:]
    return any(
        _line_is(head, line, history, taxonomy)
        and _lines_match(rest, [*lines[:index], *lines[index + 1 :]], history, taxonomy)
        for index, line in enumerate(lines)
    )


def _line_is(wanted: LineExpect, line: Line, history: Sequence[Exchange], taxonomy: Taxonomy) -> bool:
    if wanted.product is not None:
        card = card_at(wanted.product, history)
        if card is None or line.product_id != card.id:
            return False
        if wanted.color is None and card.color and not same(card.color, line.color):
            return False
    variant = CardVariant.model_validate(
        {
            "id": line.variant_id,
            "size": line.size,
            "price": line.unit_price,
            "availability": {"available": True},
        }
    )
    card = Card(id=line.product_id, title=line.title)
    return (
        (wanted.product_id is None or line.product_id == wanted.product_id)
        and (wanted.title is None or re.search(wanted.title, line.title, re.IGNORECASE) is not None)
        and (wanted.color is None or color_is(line.color, wanted.color, taxonomy))
        and (wanted.size is None or size_is(variant, wanted.size, card, taxonomy))
        and (wanted.quantity is None or line.quantity == wanted.quantity)
    )


def _line_words(line: LineExpect) -> str:
    parts = [f"{line.quantity} ×" if line.quantity else "", place_words(line.product) if line.product else ""]
    parts += [
        line.product_id or "",
        line.title or "",
        line.color or "",
        f"size {line.size}" if line.size else "",
    ]
    return " ".join(part for part in parts if part) or "any line"
