"""Sets the facts of two to four products side by side, what differs first; a fact nobody states is no row.

Knows nothing about prose or ranking; every value is the shop's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from shopper.errors import BadInput
from shopper.types import ComparedRow, Money, Product, Value, Variant

FEWEST, MOST = 2, 4


class Comparison(Value):
    """The table: a column for each product, rows that differ first."""

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[ComparedRow, ...]

    @property
    def differing(self) -> tuple[ComparedRow, ...]:
        return tuple(row for row in self.rows if row.differs)


def compare(products: Sequence[Product], colors: Sequence[str | None] | None = None) -> Comparison:
    """The facts of 2 to 4 products; with `colors`, prices and sizes are those of each one's colour.

    A colour that a product doesn't come in counts as none given. Raises BadInput for another number of
    products.
    """
    if not FEWEST <= len(products) <= MOST:
        raise BadInput(f"{FEWEST} to {MOST} products can be compared, not {len(products)}.", field="products")
    if colors is not None and len(colors) != len(products):
        raise BadInput("Give one colour, or none, for each product.", field="colors")
    chosen = [
        (product, tuple(v for v in product.variants if v.color == color) or product.variants)
        for product, color in zip(products, colors or [None] * len(products), strict=True)
    ]
    rows = []
    for label, fact in _FACTS.items():
        values = tuple(fact(product, variants) for product, variants in chosen)
        if len({frozenset(value.split(", ")) if value else None for value in values}) == 1:
            values = (values[0],) * len(values)  # the same words in another order are no difference
        if any(value is not None for value in values):
            rows.append(ComparedRow(label=label, values=values))
    return Comparison(
        ids=tuple(product.id for product in products),
        titles=tuple(product.title for product in products),
        rows=tuple(sorted(rows, key=lambda row: not row.differs)),
    )


Variants = tuple[Variant, ...]
Fact = Callable[[Product, Variants], str | None]


def _price(_product: Product, variants: Variants) -> str:
    """What it costs, of the sizes that can be had if there are any; a sale with its regular price."""
    there = [v for v in variants if v.available] or list(variants)
    low, high = (pick(there, key=lambda v: v.price.minor) for pick in (min, max))
    if low.price != high.price:
        return f"{low.price} to {high.price}"
    regular: Money | None = low.regular_price
    return f"{low.price} (was {regular})" if regular else str(low.price)


def _sizes(_product: Product, variants: Variants) -> str | None:
    if not any(v.size for v in variants):
        return None if any(v.available for v in variants) else "sold out"
    return _listed(v.size for v in variants if v.size and v.available) or "sold out"


def _rating(product: Product, _variants: Variants) -> str | None:
    return None if product.rating is None else f"{product.rating:g} of 5 ({product.rating_count})"


def _listed(values: Iterable[str]) -> str | None:
    return ", ".join(dict.fromkeys(values)) or None


def _of(name: str) -> Fact:
    """A fact that is a field: a word, or a list of words in the shop's order."""

    def fact(product: Product, _variants: Variants) -> str | None:
        value: str | tuple[str, ...] | None = getattr(product, name)
        return value if isinstance(value, str) else _listed(value or ())

    return fact


# In the order in which people ask.
_FACTS: dict[str, Fact] = {
    "price": _price,
    "sizes in stock": _sizes,
    "colours": lambda product, _: _listed(c for c in product.colors if c),
    "materials": _of("materials"),
    "fit": _of("fit"),
    "patterns": _of("patterns"),
    "features": _of("features"),
    "occasions": _of("occasions"),
    "seasons": _of("seasons"),
    "care": _of("care"),
    "brand": _of("brand"),
    "category": _of("category"),
    "made for": _of("gender"),
    "rating": _rating,
}
