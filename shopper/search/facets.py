"""The catalog's facts as NumPy columns over cards (product × colour) and variants, for exact filtering.

Knows nothing about vectors, words or ranking; holds no product, only numbers and the vocabulary of each fact.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from shopper.products.taxonomy import Taxonomy
from shopper.search.mentions import TitleFacts, stated_materials, title_facts
from shopper.types import Gender, Product

V = TypeVar("V")
Mask = NDArray[np.bool_]
NEVER = np.iinfo(np.int64).max  # the price of a card without a fitting variant


class Audience(NamedTuple):
    gender: str | None
    age_group: str | None

    @property
    def is_kids(self) -> bool:
        return self.gender in ("girls", "boys") or self.age_group in ("teen", "kids", "toddler", "baby")


class Sized(NamedTuple):
    """What decides whether a size fits: "38" is another thing for a shoe than for a dress."""

    size: str | None
    category: str | None
    gender: Gender | None


class Column(Generic[V]):
    """One value for each row, coded: `values[codes[row]]`."""

    def __init__(self, values: tuple[V, ...], codes: NDArray[np.int32]) -> None:
        self.values, self.codes = values, codes

    def mask(self, accept: Callable[[V], bool]) -> Mask:
        """bool[rows]: the rows whose value is accepted; `accept` runs once for each distinct value."""
        table = np.fromiter((accept(v) for v in self.values), dtype=bool, count=len(self.values))
        return table[self.codes]


class Tags:
    """Any number of values for each row, as sorted row numbers by value."""

    def __init__(self, rows: dict[str, NDArray[np.int32]], size: int) -> None:
        self.rows, self.size = rows, size
        self.stated = np.zeros(size, dtype=bool)
        for numbers in rows.values():
            self.stated[numbers] = True

    def mask(self, accept: Callable[[str], bool]) -> Mask:
        """bool[rows]: the rows with at least one accepted value."""
        found = np.zeros(self.size, dtype=bool)
        for value, numbers in self.rows.items():
            if accept(value):
                found[numbers] = True
        return found


class _ColumnBuilder(Generic[V]):
    def __init__(self) -> None:
        self.codes_of: dict[V, int] = {}
        self.codes = array("i")

    def add(self, value: V) -> None:
        self.codes.append(self.codes_of.setdefault(value, len(self.codes_of)))

    def build(self) -> Column[V]:
        return Column(tuple(self.codes_of), np.array(self.codes, dtype=np.int32))


class _TagsBuilder:
    def __init__(self) -> None:
        self.rows: dict[str, array[int]] = {}

    def add(self, row: int, values: Iterable[str]) -> None:
        for value in dict.fromkeys(values):
            self.rows.setdefault(value, array("i")).append(row)

    def build(self, size: int) -> Tags:
        return Tags({v: np.array(rows, dtype=np.int32) for v, rows in self.rows.items()}, size)


class FacetsBuilder:
    """Takes products one by one, in feed order, and keeps only numbers."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self.product_ids: list[str] = []
        self.card_product, self.var_card = array("i"), array("i")
        self.price, self.stock = array("q"), array("i")
        self.color, self.shown_color = _ColumnBuilder[str | None](), _ColumnBuilder[str | None]()
        self.category, self.brand = _ColumnBuilder[str | None](), _ColumnBuilder[str | None]()
        self.fit, self.audience = _ColumnBuilder[str | None](), _ColumnBuilder[Audience]()
        self.sized, self.kin = _ColumnBuilder[Sized](), _ColumnBuilder[tuple[str | None, ...]]()
        self.sale = array("b")
        self.tags = {name: _TagsBuilder() for name in TAG_FIELDS}
        self.rating, self.rating_count, self.published = array("f"), array("i"), array("d")

    def add(self, product: Product) -> None:
        """Add the next product with all its cards and variants."""
        said = title_facts(product.title, self._taxonomy)
        mentioned = stated_materials(product, self._taxonomy)
        number = len(self.product_ids)
        self.product_ids.append(product.id)
        for color in product.colors:
            card = len(self.card_product)
            self.card_product.append(number)
            self.shown_color.add(color)
            self.color.add(color or said.color)
            self._add_facts(card, product, said, mentioned)
            for variant in product.variants:
                if variant.color == color:
                    self.var_card.append(card)
                    self.price.append(variant.price.minor)
                    self.stock.append(min(variant.stock, 2**31 - 1))
                    self.sale.append(variant.regular_price is not None)
                    self.sized.add(Sized(variant.size, product.category, product.gender))

    def _add_facts(self, card: int, product: Product, said: TitleFacts, mentioned: frozenset[str]) -> None:
        self.category.add(product.category)
        self.brand.add(product.brand)
        self.fit.add(product.fit)
        self.audience.add(Audience(product.gender, product.age_group))
        # Where a shop names no brand, all its shirts would be kin; then only a product is kin to itself.
        last_word = product.title.casefold().split()[-1:] if product.brand else [product.id]
        self.kin.add((product.brand, product.category, *last_word))
        self.tags["materials"].add(card, (*product.materials, *said.materials))
        self.tags["mentioned"].add(card, mentioned)
        self.tags["patterns"].add(card, (*product.patterns, *said.patterns))
        self.tags["features"].add(card, product.features)
        self.tags["occasions"].add(card, product.occasions)
        self.tags["seasons"].add(card, product.seasons)
        self.tags["tags"].add(card, product.tags)
        self.rating.append(product.rating if product.rating is not None else np.nan)
        self.rating_count.append(product.rating_count)
        self.published.append(product.published_at.timestamp() if product.published_at else -np.inf)

    def build(self) -> Facets:
        """The finished columns."""
        return Facets(self)


TAG_FIELDS = ("materials", "mentioned", "patterns", "features", "occasions", "seasons", "tags")


class Facets:
    """All facts of a catalog; row numbers of cards and variants follow feed order.

    `color` is the stated colour or the one in the title, `shown_color` only the stated one.
    Tags "mentioned" are materials that only title or description name.
    """

    def __init__(self, built: FacetsBuilder) -> None:
        self.product_ids = built.product_ids
        self.number = {id_: n for n, id_ in enumerate(built.product_ids)}
        self.card_product = np.array(built.card_product, dtype=np.int32)
        self.cards = len(self.card_product)
        self.color, self.shown_color = built.color.build(), built.shown_color.build()
        self.category, self.brand = built.category.build(), built.brand.build()
        self.fit, self.audience = built.fit.build(), built.audience.build()
        self.kin, self.sized = built.kin.build(), built.sized.build()
        self.tags = {name: builder.build(self.cards) for name, builder in built.tags.items()}
        self.rating = np.array(built.rating, dtype=np.float32)
        self.rating_count = np.array(built.rating_count, dtype=np.int32)
        self.published = np.array(built.published, dtype=np.float64)
        self.price = np.array(built.price, dtype=np.int64)
        self.available = np.array(built.stock, dtype=np.int32) > 0
        self.on_sale = np.array(built.sale, dtype=bool)
        self.var_card = np.array(built.var_card, dtype=np.int32)
        # Variants lie together by card, and every card has at least one.
        self.var_start = np.searchsorted(self.var_card, np.arange(self.cards, dtype=np.int32))

    @classmethod
    def build(cls, products: Iterable[Product], taxonomy: Taxonomy) -> Facets:
        """The columns of `products`, which come in feed order."""
        builder = FacetsBuilder(taxonomy)
        for product in products:
            builder.add(product)
        return builder.build()

    def card_color(self, card: int) -> str | None:
        """The colour as the shop calls it on this card."""
        color: str | None = self.shown_color.values[int(self.shown_color.codes[card])]
        return color

    def cards_of(self, product: int) -> NDArray[np.int64]:
        """int64[n]: the cards of a product."""
        first, last = np.searchsorted(self.card_product, [product, product + 1])
        return np.arange(first, last)

    def from_price(
        self,
        *,
        size: Callable[[Sized], bool] | None = None,
        minimum: int | None = None,
        maximum: int | None = None,
        available: bool = True,
    ) -> NDArray[np.int64]:
        """int64[cards]: the lowest price of a variant that meets all of this at once; `NEVER` where none
        does.
        """
        if not self.cards:
            return np.zeros(0, dtype=np.int64)
        fits = np.ones(len(self.price), dtype=bool)
        if available:
            fits &= self.available
        if size is not None:
            fits &= self.sized.mask(size)
        if minimum is not None:
            fits &= self.price >= minimum
        if maximum is not None:
            fits &= self.price <= maximum
        lowest: NDArray[np.int64] = np.minimum.reduceat(np.where(fits, self.price, NEVER), self.var_start)
        return lowest
