"""The catalog's facts as NumPy columns over cards (product × colour) and variants, for exact filtering.

Knows nothing about vectors, words or ranking; holds no product, only numbers and the vocabulary of each fact.
"""

from __future__ import annotations

import copy
import hashlib
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shopper.products.store import VariantPrice
from shopper.products.taxonomy import Taxonomy
from shopper.search.columns import (
    Arrays,
    Column,
    ColumnBuilder,
    Mask,
    Rows,
    Stored,
    Tags,
    TagsBuilder,
    prefixed,
    spans,
)
from shopper.search.mentions import TitleFacts, stated_materials, title_facts
from shopper.types import Gender, Product

__all__ = ["NEVER", "Audience", "Facets", "FacetsBuilder", "Mask", "Sized"]

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


_CARD_COLUMNS = ("color", "shown_color", "category", "brand", "fit", "audience")
_CARD_NUMBERS = ("kin", "rating", "rating_count", "published")
_VARIANT_NUMBERS = ("price", "available", "on_sale")
TAG_FIELDS = ("materials", "mentioned", "patterns", "features", "occasions", "seasons", "tags")


class FacetsBuilder:
    """Takes products one by one, in feed order, and keeps only numbers."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self.product_ids: list[str] = []
        self.card_start, self.var_start = array("q", [0]), array("q", [0])
        self.price, self.available, self.on_sale = array("q"), array("b"), array("b")
        self.columns: dict[str, ColumnBuilder[Any]] = {name: ColumnBuilder() for name in _CARD_COLUMNS}
        self.sized = ColumnBuilder[Sized]()
        self.tags = {name: TagsBuilder() for name in TAG_FIELDS}
        self.kin, self.rating = array("q"), array("f")
        self.rating_count, self.published = array("i"), array("d")

    def add(self, product: Product) -> None:
        """Add the next product with all its cards and variants."""
        said = title_facts(product.title, self._taxonomy)
        mentioned = stated_materials(product, self._taxonomy)
        self.product_ids.append(product.id)
        for color in product.colors:
            self.columns["shown_color"].add(color)
            self.columns["color"].add(color or said.color)
            self._add_facts(product, said, mentioned)
            for variant in product.variants:
                if variant.color == color:
                    self.price.append(variant.price.minor)
                    self.available.append(variant.stock > 0)
                    self.on_sale.append(variant.regular_price is not None)
                    self.sized.add(Sized(variant.size, product.category, product.gender))
            self.var_start.append(len(self.price))
        self.card_start.append(len(self.kin))

    def _add_facts(self, product: Product, said: TitleFacts, mentioned: frozenset[str]) -> None:
        columns, tags = self.columns, self.tags
        columns["category"].add(product.category)
        columns["brand"].add(product.brand)
        columns["fit"].add(product.fit)
        columns["audience"].add(Audience(product.gender, product.age_group))
        self.kin.append(_kin(product))
        tags["materials"].add((*product.materials, *said.materials))
        tags["mentioned"].add(mentioned)
        tags["patterns"].add((*product.patterns, *said.patterns))
        for name in ("features", "occasions", "seasons", "tags"):
            tags[name].add(getattr(product, name))
        self.rating.append(product.rating if product.rating is not None else np.nan)
        self.rating_count.append(product.rating_count)
        self.published.append(product.published_at.timestamp() if product.published_at else -np.inf)

    def build(self) -> Facets:
        """The finished columns."""
        return Facets(
            self.product_ids,
            starts={"card": np.array(self.card_start), "variant": np.array(self.var_start)},
            columns={name: builder.build() for name, builder in self.columns.items()},
            sized=self.sized.build(),
            tags={name: builder.build() for name, builder in self.tags.items()},
            numbers={
                "kin": np.array(self.kin, dtype=np.int64),
                "rating": np.array(self.rating, dtype=np.float32),
                "rating_count": np.array(self.rating_count, dtype=np.int32),
                "published": np.array(self.published, dtype=np.float64),
                "price": np.array(self.price, dtype=np.int64),
                "available": np.array(self.available, dtype=bool),
                "on_sale": np.array(self.on_sale, dtype=bool),
            },
        )


def _kin(product: Product) -> int:
    """A number that things of one brand, category and kind of title share."""
    # Where a shop names no brand, all its shirts would be kin; then only a product is kin to itself.
    last_word = product.title.casefold().split()[-1:] if product.brand else [product.id]
    told = "\0".join((product.brand or "", product.category or "", *last_word)).encode()
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), signed=True)


class Facets:
    """All facts of a catalog; row numbers of cards and variants follow feed order.

    `color` is the stated colour or the one in the title, `shown_color` only the stated one.
    Tags "mentioned" are materials that only title or description name.
    """

    def __init__(
        self,
        product_ids: list[str],
        *,
        starts: dict[str, NDArray[np.int64]],
        columns: dict[str, Column[Any]],
        sized: Column[Sized],
        tags: dict[str, Tags],
        numbers: dict[str, NDArray[Any]],
    ) -> None:
        self.product_ids = product_ids
        self.card_start, self.var_start = starts["card"], starts["variant"]
        self.cards = len(self.var_start) - 1
        self.color: Column[str | None] = columns["color"]
        self.shown_color: Column[str | None] = columns["shown_color"]
        self.category: Column[str | None] = columns["category"]
        self.brand: Column[str | None] = columns["brand"]
        self.fit: Column[str | None] = columns["fit"]
        self.audience: Column[Audience] = columns["audience"]
        self.sized, self.tags = sized, tags
        self.kin: NDArray[np.int64] = numbers["kin"]
        self.rating: NDArray[np.float32] = numbers["rating"]
        self.rating_count: NDArray[np.int32] = numbers["rating_count"]
        self.published: NDArray[np.float64] = numbers["published"]
        self.price: NDArray[np.int64] = numbers["price"]
        self.available: Mask = numbers["available"]
        self.on_sale: Mask = numbers["on_sale"]
        products = np.arange(len(product_ids), dtype=np.int32)
        self.card_product: NDArray[np.int32] = np.repeat(products, np.diff(self.card_start))

    @classmethod
    def build(cls, products: Iterable[Product], taxonomy: Taxonomy) -> Facets:
        """The columns of `products`, which come in feed order."""
        builder = FacetsBuilder(taxonomy)
        for product in products:
            builder.add(product)
        return builder.build()

    @cached_property
    def number(self) -> dict[str, int]:
        """product id → its number."""
        return {id_: n for n, id_ in enumerate(self.product_ids)}

    @cached_property
    def var_card(self) -> NDArray[np.int32]:
        """int32[variants]: the card of each variant."""
        return np.repeat(np.arange(self.cards, dtype=np.int32), np.diff(self.var_start))

    def card_color(self, card: int) -> str | None:
        """The colour as the shop calls it on this card."""
        return self.shown_color.values[int(self.shown_color.codes[card])]

    def cards_of(self, product: int) -> Rows:
        """int64[n]: the cards of a product."""
        return np.arange(self.card_start[product], self.card_start[product + 1])

    def products_of(self, cards: Mask) -> Mask:
        """bool[products]: those of which a card is among these."""
        products = np.zeros(len(self.product_ids), dtype=bool)
        products[self.card_product[np.flatnonzero(cards)]] = True  # by number, which is faster than by mask
        return products

    def from_price(
        self,
        *,
        size: Callable[[Sized], bool] | None = None,
        minimum: int | None = None,
        maximum: int | None = None,
        available: bool = True,
        cards: Rows | None = None,
        highest: bool = False,
    ) -> NDArray[np.int64]:
        """int64[cards]: the lowest price of a variant that meets all of this at once; `NEVER` where none
        does.

        Of all cards, or only of `cards`. With `highest`, the highest price, and -1 where there is none.
        """
        starts: NDArray[np.int64] = self.var_start
        places: Rows | slice = slice(None)
        if cards is not None:
            starts, places = spans(self.var_start, cards)
        if len(starts) == 1:
            return np.zeros(0, dtype=np.int64)
        price = self.price[places]
        fits = self.available[places].copy() if available else np.ones(len(price), dtype=bool)
        if size is not None:
            fits &= Column(self.sized.values, self.sized.codes[places]).mask(size)
        if minimum is not None:
            fits &= price >= minimum
        if maximum is not None:
            fits &= price <= maximum
        if highest:
            best: NDArray[np.int64] = np.maximum.reduceat(np.where(fits, price, -1), starts[:-1])
            return best
        lowest: NDArray[np.int64] = np.minimum.reduceat(np.where(fits, price, NEVER), starts[:-1])
        return lowest

    # ── changing, into new facets ───────────────────────────────────────────────────────────────────

    def with_prices(self, changes: Iterable[tuple[str, Sequence[VariantPrice]]]) -> Facets:
        """These facts with other prices and stock; a product whose variants aren't those known is left."""
        price, available, sale = self.price.copy(), self.available.copy(), self.on_sale.copy()
        for product_id, variants in changes:
            number = self.number.get(product_id)
            if number is None:
                continue
            first, last = self.var_start[self.card_start[number : number + 2]].tolist()
            if last - first != len(variants):
                continue
            colors = list(dict.fromkeys(v.color for v in variants))
            ordered = [v for color in colors for v in variants if v.color == color]
            price[first:last] = [v.price_minor for v in ordered]
            available[first:last] = [v.stock > 0 for v in ordered]
            sale[first:last] = [v.on_sale for v in ordered]
        changed = copy.copy(self)
        changed.price, changed.available, changed.on_sale = price, available, sale
        return changed

    def take(self, products: Rows) -> Facets:
        """The facts of some products, in this order."""
        card_starts, cards = spans(self.card_start, products)
        var_starts, variants = spans(self.var_start, cards)
        return Facets(
            [self.product_ids[n] for n in products.tolist()],
            starts={"card": card_starts, "variant": var_starts},
            columns={name: getattr(self, name).take(cards) for name in _CARD_COLUMNS},
            sized=self.sized.take(variants),
            tags={name: tags.take(cards) for name, tags in self.tags.items()},
            numbers={name: getattr(self, name)[cards] for name in _CARD_NUMBERS}
            | {name: getattr(self, name)[variants] for name in _VARIANT_NUMBERS},
        )

    def join(self, other: Facets) -> Facets:
        """These products, then the other's."""

        def after(mine: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
            return np.concatenate([mine, others[1:] + mine[-1]])

        return Facets(
            [*self.product_ids, *other.product_ids],
            starts={
                "card": after(self.card_start, other.card_start),
                "variant": after(self.var_start, other.var_start),
            },
            columns={name: getattr(self, name).join(getattr(other, name)) for name in _CARD_COLUMNS},
            sized=self.sized.join(other.sized),
            tags={name: tags.join(other.tags[name]) for name, tags in self.tags.items()},
            numbers={
                name: np.concatenate([getattr(self, name), getattr(other, name)])
                for name in (*_CARD_NUMBERS, *_VARIANT_NUMBERS)
            },
        )

    # ── kept in a file ──────────────────────────────────────────────────────────────────────────────

    def stored(self) -> Stored:
        """Everything, to be kept in a file."""
        columns: dict[str, Column[Any]] = {name: getattr(self, name) for name in _CARD_COLUMNS}
        columns["sized"] = self.sized
        arrays: Arrays = {"card_start": self.card_start, "var_start": self.var_start}
        arrays |= {name: getattr(self, name) for name in (*_CARD_NUMBERS, *_VARIANT_NUMBERS)}
        values: dict[str, Any] = {"product_ids": self.product_ids}
        for name, column in columns.items():
            arrays[f"column.{name}"], values[f"column.{name}"] = column.codes, column.values
        for name, tags in self.tags.items():
            arrays |= prefixed(f"tags.{name}", {"starts": tags.starts, "codes": tags.codes})
            values[f"tags.{name}"] = tags.values
        return Stored(arrays, values)

    @classmethod
    def restored(cls, stored: Stored) -> Facets:
        """The facts that a file kept."""
        arrays, values = stored

        def column(name: str, make: Callable[[Any], Any] = lambda v: v) -> Column[Any]:
            return Column([make(v) for v in values[f"column.{name}"]], arrays[f"column.{name}"])

        columns = {name: column(name) for name in _CARD_COLUMNS if name != "audience"}
        return cls(
            values["product_ids"],
            starts={"card": arrays["card_start"], "variant": arrays["var_start"]},
            columns=columns | {"audience": column("audience", lambda v: Audience(*v))},
            sized=column("sized", lambda v: Sized(*v)),
            tags={
                name: Tags(
                    values[f"tags.{name}"], arrays[f"tags.{name}.starts"], arrays[f"tags.{name}.codes"]
                )
                for name in TAG_FIELDS
            },
            numbers={name: arrays[name] for name in (*_CARD_NUMBERS, *_VARIANT_NUMBERS)},
        )
