"""What the shopper asked a tool for, made exact: which variant a size means, which query a change makes.

Knows nothing about models; a size nobody chose is never chosen here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shopper.chat.facts import sizes_in_stock
from shopper.chat.state import SizeQuestion, TurnState
from shopper.checkout.cart import ChosenBy
from shopper.errors import NotAllowed, NotFound, OutOfStock
from shopper.products.taxonomy import Taxonomy
from shopper.types import PriceRange, Recommendation, ShopperQuery, Variant, minor_exponent


class SoldOutSize(OutOfStock):
    """A chosen size of a card can't be had; `left` are the sizes that can."""

    def __init__(self, title: str, size: str | None, left: tuple[str, ...]) -> None:
        others = f" There is {', '.join(left)}." if left else ""
        super().__init__(f"{title} is sold out{f' in {size}' if size else ''}.{others}")
        self.title, self.size, self.left = title, size, left


class NotMade(NotFound):
    """A card isn't made in a size; `left` are the sizes that can be had."""

    def __init__(self, title: str, size: str, left: tuple[str, ...]) -> None:
        super().__init__(f"There is no {size} of {title}. In stock: {', '.join(left) or 'none'}.")
        self.title, self.size, self.left = title, size, left


def ask_for_size(card: Recommendation) -> SizeQuestion:
    """The question which of the card's sizes in stock it should be."""
    return SizeQuestion(card, sizes_in_stock(card))


def choose_variant(
    card: Recommendation, size: str | None, state: TurnState
) -> tuple[Variant, ChosenBy] | None:
    """The variant that somebody chose, and who; None where nobody chose a size yet.

    A size counts only if the shopper named it (now, or as a filter that holds), or if there is only one.
    Raises OutOfStock where the chosen one can't be had.
    """
    said = state.understood.cart.size if state.understood.cart else None
    named = [*([said] if said else []), *state.query.sizes]
    if size is not None and not _was_named(size, named, card, state):
        size = None
    wanted: ChosenBy = "shopper" if said else "filter"
    for candidate in [size] if size else named:
        matching = [
            v for v in card.variants if v.size and _same_size(candidate, v.size, card, state.taxonomy)
        ]
        if matching:
            return _in_stock(card, matching), wanted
    if named and all(v.size for v in card.variants):
        return None
    sizes = {v.size for v in card.variants}
    if len(sizes) == 1:
        return _in_stock(card, list(card.variants)), "only_size"
    return None


def in_another_size(card: Recommendation, size: str, state: TurnState) -> Variant:
    """The variant of a thing in the cart in a size that the shopper said.

    Raises OutOfStock where it can't be had, NotMade where there is no such size.
    """
    said = state.understood.cart.size if state.understood.cart else None
    if not _was_named(size, [*([said] if said else []), *state.query.sizes], card, state):
        raise NotAllowed("Only the shopper chooses a size; ask which one.")
    matching = [v for v in card.variants if v.size and _same_size(size, v.size, card, state.taxonomy)]
    if not matching:
        raise NotMade(card.product.title, size, ask_for_size(card).sizes)
    return _in_stock(card, matching)


def _was_named(size: str, named: Sequence[str], card: Recommendation, state: TurnState) -> bool:
    """Whether the shopper said this size: as a filter, for the cart, or in these very words."""
    words = f" {state.text.lower()} "
    return (
        any(_same_size(size, other, card, state.taxonomy) for other in named) or f" {size.lower()} " in words
    )


def _same_size(wanted: str, offered: str, card: Recommendation, taxonomy: Taxonomy) -> bool:
    product = card.product
    return taxonomy.sizes_match(wanted, offered, category=product.category, gender=product.gender)


def _in_stock(card: Recommendation, variants: list[Variant]) -> Variant:
    there = [v for v in variants if v.available]
    if there:
        return there[0]
    raise SoldOutSize(card.product.title, variants[0].size, ask_for_size(card).sizes)


def merged(
    query: ShopperQuery, *, taxonomy: Taxonomy, currency: str, price_max: float | None = None, **changes: Any
) -> ShopperQuery:
    """`query` with a model's changes.

    What isn't given stays; exclusions, a size and a price bound that the shopper said can't be loosened.
    """
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in changes.items()
        if value is not None
    }
    if "category" in given:
        given["category"] = taxonomy.category(given["category"]) or given["category"]
    if "colors" in given:
        given["colors"] = tuple(taxonomy.color(word) or word for word in given["colors"])
    if "materials" in given:
        given["materials"] = tuple(taxonomy.material(word) or word for word in given["materials"])
    if query.sizes:
        given.pop("sizes", None)
    if price_max is not None:
        said = query.price or PriceRange()
        bound = round(price_max * 10 ** minor_exponent(currency))
        bound = bound if said.max is None else min(bound, said.max)
        low = said.min if said.min is not None and said.min <= bound else None
        given["price"] = PriceRange(min=low, max=bound, currency=said.currency)
    return query.model_copy(update=given) if given else query
