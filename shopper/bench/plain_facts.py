"""The facts of a catalog as plain columns, and queries answered on them the long way, to check the search by.

Knows nothing about how the search filters; only the trade's words (kinship, sizes) are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopper.products.taxonomy import Taxonomy
from shopper.search.mentions import stated_materials, title_facts
from shopper.types import Product, ShopperQuery

Mask = NDArray[np.bool_]

# What queries of the bench wish for or rule out.
MATERIALS = ("leather", "wool", "silk", "cotton", "linen", "polyester", "denim", "cashmere")


@dataclass(frozen=True)
class Part:
    """Facts of some products in a row, as columns that a file can hold."""

    product: NDArray[np.str_]
    category: NDArray[np.str_]
    gender: NDArray[np.str_]
    age_group: NDArray[np.str_]
    brand: NDArray[np.str_]
    stated: Mask  # [products, MATERIALS]: the facts or the title say so
    mentioned: Mask  # the same, or the description
    card_product: NDArray[np.int32]
    color: NDArray[np.str_]
    family: NDArray[np.str_]
    variant_card: NDArray[np.int32]
    size: NDArray[np.str_]
    price: NDArray[np.int64]
    stock: NDArray[np.int32]

    @classmethod
    def of(cls, products: Sequence[Product], taxonomy: Taxonomy) -> Part:
        """The columns of `products`; a card is a product in one colour."""
        within = [taxonomy.material_within(m) for m in MATERIALS]
        stated, mentioned = [], []
        cards: list[tuple[int, str | None]] = []
        variants: list[tuple[int, str, int, int]] = []
        for number, product in enumerate(products):
            own = {taxonomy.material(m) or m for m in product.materials}
            own |= set(title_facts(product.title, taxonomy).materials)
            said = own | stated_materials(product, taxonomy)
            stated.append([bool(own & w) for w in within])
            mentioned.append([bool(said & w) for w in within])
            for color in product.colors:
                variants += [
                    (len(cards), v.size or "", v.price.minor, v.stock)
                    for v in product.variants
                    if v.color == color
                ]
                cards.append((number, color))
        families = {c: taxonomy.color_family(taxonomy.color(c) or "") or "" for _, c in cards if c}
        return cls(
            product=np.array([p.id for p in products]),
            category=np.array([p.category or "" for p in products]),
            gender=np.array([p.gender or "" for p in products]),
            age_group=np.array([p.age_group or "" for p in products]),
            brand=np.array([p.brand or "" for p in products]),
            stated=np.array(stated, dtype=bool),
            mentioned=np.array(mentioned, dtype=bool),
            card_product=np.array([n for n, _ in cards], dtype=np.int32),
            color=np.array([c or "" for _, c in cards]),
            family=np.array([families.get(c or "", "") for _, c in cards]),
            variant_card=np.array([v[0] for v in variants], dtype=np.int32),
            size=np.array([v[1] for v in variants]),
            price=np.array([v[2] for v in variants], dtype=np.int64),
            stock=np.array([v[3] for v in variants], dtype=np.int32),
        )

    def save(self, file: Path) -> None:
        """Write the columns beside `file` first, so that a kill leaves no half of it."""
        beside = file.with_suffix(".part.npz")
        np.savez_compressed(beside, **{f.name: getattr(self, f.name) for f in fields(self)})
        beside.replace(file)


class Coded:
    """A column of words as `words[codes[row]]`."""

    def __init__(self, parts: Sequence[NDArray[Any]]) -> None:
        # Part by part, since sorting the millions of sizes of a large catalog takes minutes.
        each = [np.unique(part, return_inverse=True) for part in parts]
        self.words = np.unique(np.concatenate([words for words, _ in each]))
        self.codes = np.concatenate(
            [np.searchsorted(self.words, words).astype(np.int32)[codes] for words, codes in each]
        )

    def among(self, wanted: Sequence[str] | frozenset[str]) -> Mask:
        """bool[rows]: the rows whose word is one of these."""
        found: Mask = np.isin(self.words, list(wanted))[self.codes]
        return found


class PlainFacts:
    """The columns of a whole catalog, in the order of its products."""

    def __init__(self, parts: Sequence[Part], taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._known_fits: dict[tuple[str, tuple[str, str, str]], bool] = {}

        def joined(name: str) -> NDArray[Any]:
            return np.concatenate([getattr(part, name) for part in parts])

        def coded(name: str) -> Coded:
            return Coded([getattr(part, name) for part in parts])

        products = np.cumsum([0, *(len(p.product) for p in parts)])
        cards = np.cumsum([0, *(len(p.card_product) for p in parts)])
        self.product_ids: NDArray[np.str_] = joined("product")
        self.card_product = np.concatenate(
            [p.card_product + at for p, at in zip(parts, products, strict=False)]
        ).astype(np.int32)
        self.variant_card = np.concatenate(
            [p.variant_card + at for p, at in zip(parts, cards, strict=False)]
        ).astype(np.int32)
        self.category, self.gender = coded("category"), coded("gender")
        self.age_group, self.brand = coded("age_group"), coded("brand")
        self.color, self.family, self.size = coded("color"), coded("family"), coded("size")
        self.stated, self.mentioned = joined("stated"), joined("mentioned")
        self.price, self.stock = joined("price"), joined("stock")
        self.cards, self.variants = len(self.card_product), len(self.price)

    @classmethod
    def load(cls, folder: Path, taxonomy: Taxonomy) -> PlainFacts:
        """The columns that `Part.save` wrote into `folder`."""
        parts = []
        for file in sorted(folder.glob("*.npz")):
            with np.load(file) as kept:
                parts.append(Part(**{name: kept[name] for name in kept.files}))
        return cls(parts, taxonomy)

    @cached_property
    def kids(self) -> Mask:
        """bool[products]: what is made for children."""
        ages = ("teen", "kids", "toddler", "baby")
        return self.gender.among(("girls", "boys")) | self.age_group.among(ages)

    def allowed(self, query: ShopperQuery) -> Mask:
        """bool[cards]: what a query's facts let through, for grown-ups unless it says for whom."""
        mask = self._by_product(query)[self.card_product]
        if query.colors:
            mask &= self.family.among(query.colors)
        fits = self.stock > 0
        if query.price and query.price.min is not None:
            fits &= self.price >= query.price.min
        if query.price and query.price.max is not None:
            fits &= self.price <= query.price.max
        if query.sizes:
            fits &= self._sized(query)
        held = np.zeros(self.cards, dtype=bool)
        held[self.variant_card[fits]] = True
        mask &= held
        if query.gender is None:
            grown = mask & ~self.kids[self.card_product]
            mask = grown if grown.any() else mask
        return mask

    def _by_product(self, query: ShopperQuery) -> Mask:
        mask = np.ones(len(self.product_ids), dtype=bool)
        if query.category:
            mask &= self.category.among(self._taxonomy.category_within(query.category))
        if query.gender:
            child = query.gender in ("girls", "boys")
            mask &= (self.kids == child) & self.gender.among((query.gender, "unisex", ""))
        if query.brands:
            mask &= self.brand.among(query.brands)
        for column, material in enumerate(MATERIALS):
            if material in query.materials:
                mask &= self.stated[:, column]
            if material in query.exclude.materials:
                mask &= ~self.mentioned[:, column]
        return mask

    def _sized(self, query: ShopperQuery) -> Mask:
        """bool[variants]: those in a wanted size, each in the size system of its product."""
        kinds, place = self._sizes
        fits = np.array([any(self._fits(w, kind) for w in query.sizes) for kind in kinds], dtype=bool)
        found: Mask = fits[place]
        return found

    @cached_property
    def _sizes(self) -> tuple[list[tuple[str, str, str]], NDArray[np.int32]]:
        """The distinct (size, category, gender), and which of them each variant has."""
        of = self.card_product[self.variant_card]
        kinds, people = len(self.category.words), len(self.gender.words)
        key = (self.size.codes * kinds + self.category.codes[of]) * people + self.gender.codes[of]
        distinct, place = np.unique(key, return_inverse=True)
        named = [
            (
                str(self.size.words[k // (kinds * people)]),
                str(self.category.words[k // people % kinds]),
                str(self.gender.words[k % people]),
            )
            for k in distinct.tolist()
        ]
        return named, place.astype(np.int32)

    def _fits(self, wanted: str, kind: tuple[str, str, str]) -> bool:
        if (wanted, kind) not in self._known_fits:
            size, category, gender = kind
            people: Any = gender or None
            fits = self._taxonomy.sizes_match(wanted, size, category=category or None, gender=people)
            self._known_fits[wanted, kind] = fits
        return self._known_fits[wanted, kind]
