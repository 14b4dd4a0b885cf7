"""What should happen to which lines of the cart: taken out, fewer, more, another size, or none of it.

Knows nothing about stock or prices; a thing that isn't in the cart changes nothing there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from shopper.chat.understand.context import CartChange
from shopper.chat.understand.references import NUMBERS
from shopper.checkout.cart import MAX_QUANTITY
from shopper.products.lexicon import fold
from shopper.products.taxonomy import Taxonomy
from shopper.types import Cart, CartLine, Reference, Value


class LineChange(Value):
    """What one line of the cart becomes; a quantity of 0 takes it out, a size of None stays."""

    line: int  # from 1
    quantity: int
    size: str | None = None


class CartWish(Value):
    """The changes, or why there are none: what was named isn't in the cart, or it may be several lines."""

    changes: tuple[LineChange, ...] = ()
    absent: str | None = None  # the key of what was named
    open: tuple[str, ...] = ()  # the titles among which to choose

    @property
    def empty(self) -> bool:
        return not (self.changes or self.absent or self.open)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    with (Path(__file__).parent / "cart.toml").open("rb") as file:
        return re.compile("|".join(tomllib.load(file)[name]))


def asks_for_total(text: str) -> bool:
    """Whether the words ask what everything comes to together."""
    return bool(_pattern("total").search(fold(text)))


def takes_out(text: str) -> bool:
    """Whether the words take something out of the cart."""
    return bool(_pattern("removed").search(fold(text)))


def swapped_sizes(text: str) -> tuple[str, str] | None:
    """The new size and the old one of "L instead of M", as they are written."""
    match = _pattern("swapped").search(text.lower())
    if match is None:
        return None
    new, old = ((match.start(n), match.end(n)) for n in (1, 2))
    return text[slice(*new)], text[slice(*old)]


def cart_wish(
    text: str,
    change: CartChange | None,
    reference: Reference | None,
    cart: Cart,
    *,
    language: str,
    kinds: Mapping[str, str | None],
    taxonomy: Taxonomy,
    recent: int | None = None,
) -> CartWish:
    """What `text` asks of the cart; `kinds` are the categories of products, by id, where they are known.

    `recent` is the line that was last spoken of, for "make it two".
    """
    if change is None or not cart.lines:
        return CartWish()
    flat = fold(text)
    words = _pattern("place").sub(" ", flat)
    pointed = reference.positions if reference and reference.kind == "cart" else ()
    pointed = tuple(n for n in pointed if n <= len(cart.lines))
    numbers = tuple(range(1, len(cart.lines) + 1))
    every = bool(_pattern("every").search(words))
    named = [
        m.key for m in taxonomy.find_all(_pattern("kept").sub(" ", words), language) if m.kind == "category"
    ]
    if named:
        of_kind = tuple(n for n in numbers if _is_any(cart.lines[n - 1], named, kinds, taxonomy))
        known = all(_kind(line, kinds, taxonomy) is not None for line in cart.lines)
        if not of_kind and known:
            return CartWish() if change.action == "add" else CartWish(absent=named[0])
        narrowed = tuple(n for n in of_kind if n in pointed)
        meant = narrowed or of_kind or pointed
    else:
        meant = numbers if every else pointed or (numbers if len(numbers) == 1 else ())
    if not meant and not named and _says_nothing(change, words):
        return CartWish()  # they only look
    if not meant and recent is not None and recent <= len(cart.lines):
        meant = (recent,)
    if len(meant) != 1 and not every:
        return CartWish(open=_called([cart.lines[n - 1] for n in meant or numbers]))
    # From the last one up, so that taking a line out doesn't move those that are still to be changed.
    changes = [_changed(n, cart.lines[n - 1], change, words) for n in sorted(meant, reverse=True)]
    # What leaves a line as it is was no wish to change it.
    return CartWish(
        changes=tuple(c for c in changes if c.size or c.quantity != cart.lines[c.line - 1].quantity)
    )


def _says_nothing(change: CartChange, words: str) -> bool:
    """Whether no change was said: no number, no size, nothing that goes out."""
    said = any(_pattern(name).search(words) for name in ("fewer", "more", "just_one", "removed"))
    return change.action == "set" and change.quantity == 1 and not change.size and not said


def _changed(number: int, line: CartLine, change: CartChange, words: str) -> LineChange:
    fewer = _pattern("fewer").search(words)
    if fewer:
        return LineChange(line=number, quantity=max(0, line.quantity - _count(fewer)))
    more = _pattern("more").search(words)
    if more or change.action == "add":
        count = _count(more) if more else max(1, change.quantity)
        return LineChange(line=number, quantity=line.quantity + count, size=_new_size(line, change))
    if change.action == "remove" or (change.quantity == 1 and takes_out(words) and not change.size):
        return LineChange(line=number, quantity=0)
    if change.size == str(change.quantity):
        # "Make it 2" is a number, "make it a 40" a size.
        sized = bool(_pattern("as_size").search(words)) or change.quantity > MAX_QUANTITY
        change = replace(change, quantity=1) if sized else replace(change, size=None)
    size = _new_size(line, change)
    # Another size is no other number, unless a number was said.
    said = change.quantity > 1 or bool(_pattern("just_one").search(words))
    return LineChange(line=number, quantity=change.quantity if said else line.quantity, size=size)


def _new_size(line: CartLine, change: CartChange) -> str | None:
    return change.size if change.size and fold(change.size) != fold(line.size or "") else None


def _count(match: re.Match[str]) -> int:
    said = next((group for group in match.groups() if group), "one")
    return NUMBERS.get(said) or (int(said) if said.isdigit() else 1)


def _is_any(line: CartLine, named: list[str], kinds: Mapping[str, str | None], taxonomy: Taxonomy) -> bool:
    kind = _kind(line, kinds, taxonomy)
    return kind is not None and any(
        kind in taxonomy.category_within(key) if key in taxonomy.categories else kind == key for key in named
    )


def _kind(line: CartLine, kinds: Mapping[str, str | None], taxonomy: Taxonomy) -> str | None:
    return kinds.get(line.product_id) or taxonomy.category(line.title)


def _called(lines: Sequence[CartLine]) -> tuple[str, ...]:
    """The titles of lines; where one stands there twice, with what tells them apart."""
    titles = [line.title for line in lines]
    return tuple(
        f"{line.title} ({', '.join(word for word in (line.color, line.size) if word)})"
        if titles.count(line.title) > 1 and (line.color or line.size)
        else line.title
        for line in lines
    )
