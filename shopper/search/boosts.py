"""The shop's own say in the order of cards: pins, burials, in stock first, margin.

Knows nothing about words or vectors, or how the file is read. A pin never overrules what a shopper said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopper.products.taxonomy import Taxonomy
from shopper.search.facets import Facets, Mask
from shopper.search.words import fold
from shopper.types import ShopperQuery

# In first places of one ranking (rank.UNIT): words, text and pictures together can give about six.
SOLD_OUT = -10.0  # behind everything that can be had
_FEW_SIZES = -0.3  # for a card of which every variant but none is sold out, in parts
MOST_MARGIN, MOST_BURIED = 1.0, 3.0
BURIED = 1.5
_KIDS = frozenset({"girls", "boys"})


@dataclass(frozen=True)
class When:
    """The queries that an entry is for; each named field must be asked for as one of the values."""

    wanted: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def holds(self, query: ShopperQuery, taxonomy: Taxonomy) -> bool:
        """Whether the query asks for all of it."""
        return all(self._asked(name, values, query, taxonomy) for name, values in self.wanted)

    def _asked(self, name: str, values: tuple[str, ...], query: ShopperQuery, taxonomy: Taxonomy) -> bool:
        match name:
            case "category":
                return query.category is not None and any(
                    query.category in taxonomy.category_within(v) for v in values
                )
            case "color":
                asked = {taxonomy.color(c) or fold(c) for c in query.colors}
            case "material":
                asked = {taxonomy.material(m) or fold(m) for m in query.materials}
            case "brand":
                asked = {fold(b) for b in query.brands}
            case _:
                asked = {str(getattr(query, name))}
        return bool(asked & set(values))


@dataclass(frozen=True)
class Entry:
    """One `[[pin]]` or `[[bury]]`: which cards, for which queries, until when."""

    name: str  # "pin 2"
    product: str | None = None
    brand: str | None = None
    category: str | None = None
    tag: str | None = None
    sale: bool | None = None
    when: When = When()
    until: date | None = None  # the last day
    position: int | None = None
    strength: float = BURIED

    def ended(self, today: date) -> bool:
        return self.until is not None and today > self.until

    def cards(self, facets: Facets, taxonomy: Taxonomy) -> Mask:
        """bool[cards]: the cards that it speaks of."""
        mask = np.ones(facets.cards, dtype=bool)
        if self.product is not None:
            mask[:] = False
            if (number := facets.number.get(self.product)) is not None:
                mask[facets.cards_of(number)] = True
        if self.brand is not None:
            name = fold(self.brand)
            mask &= facets.brand.mask(lambda b: b is not None and fold(b) == name)
        if self.category is not None:
            within = taxonomy.category_within(self.category)
            mask &= facets.category.mask(lambda c: c in within)
        if self.tag is not None:
            tag = fold(self.tag)
            mask &= facets.tags["tags"].mask(lambda t: fold(t) == tag)
        if self.sale is not None:
            reduced = np.zeros(facets.cards, dtype=bool)
            reduced[facets.var_card[facets.on_sale & facets.available]] = True
            mask &= reduced if self.sale else ~reduced
        return mask


@dataclass(frozen=True)
class Margin:
    """How much the margin counts, and each product's; only its rank among the others matters."""

    weight: float
    by_product: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Boosts:
    """What the file says, checked. `Boosts()` says nothing."""

    pins: tuple[Entry, ...] = ()
    buried: tuple[Entry, ...] = ()
    in_stock_first: bool = False
    margin: Margin | None = None
    taxonomy: Taxonomy = field(default_factory=Taxonomy.load)

    def __bool__(self) -> bool:
        return bool(self.pins or self.buried or self.in_stock_first or self.margin)

    def apply(self, facets: Facets, before: AppliedBoosts | None = None) -> AppliedBoosts:
        """These boosts over the cards of one catalog.

        `before` are the same boosts over its last state: where only prices and stock have changed since, what
        doesn't depend on them is taken over.
        """
        return AppliedBoosts(self, facets, before)


class AppliedBoosts:
    """Boosts as numbers over one catalog's cards."""

    warnings: tuple[str, ...]
    _margin: NDArray[np.float32] | None
    _kids: Mask
    _strangers: tuple[str, ...]  # warnings of margins without a product
    _cards: dict[str, NDArray[np.int64]]  # by the entry's name

    def __init__(self, boosts: Boosts, facets: Facets, before: AppliedBoosts | None = None) -> None:
        self._boosts, self._facets = boosts, facets
        entries = (*boosts.pins, *boosts.buried)
        if before is not None and before._facets.product_ids is facets.product_ids:
            self._margin, self._kids, self._strangers = before._margin, before._kids, before._strangers
            kept = {e.name: before._cards[e.name] for e in entries if e.sale is None}
        else:
            self._margin = self._margins(boosts.margin) if boosts.margin else None
            self._kids = facets.audience.mask(lambda a: a.is_kids)
            self._strangers = self._unknown(boosts.margin) if boosts.margin else ()
            kept = {}
        self._cards = {
            e.name: kept[e.name]
            if e.name in kept
            else np.flatnonzero(e.cards(facets, boosts.taxonomy)).astype(np.int64)
            for e in entries
        }
        self.warnings = (*self._warn(), *self._strangers)

    @cached_property
    def static(self) -> NDArray[np.float32]:
        """float32[cards]: what is added to every query's scores, in first places (multiply by rank.UNIT)."""
        total = np.zeros(self._facets.cards, dtype=np.float32)
        if self._boosts.in_stock_first:
            total += self._stock()
        if self._margin is not None:
            total += self._margin
        for entry in self._boosts.buried:
            if not entry.when.wanted and entry.until is None:
                total[self._cards[entry.name]] -= entry.strength
        return total

    def bias(self, query: ShopperQuery, today: date) -> NDArray[np.float32]:
        """float32[cards]: `static`, and what is buried for this query or until a day."""
        total = self.static
        for entry in self._boosts.buried:
            depends = entry.when.wanted or entry.until is not None
            if depends and not entry.ended(today) and entry.when.holds(query, self._boosts.taxonomy):
                total = total.copy() if total is self.static else total
                total[self._cards[entry.name]] -= entry.strength
        return total

    def pins(self, query: ShopperQuery, today: date) -> list[tuple[NDArray[np.int64], int | None]]:
        """The cards of each pin that is for this query, with its position (from 1; None: the next free one).

        Where the shopper asked for an order or for something similar, nothing is pinned.
        """
        if query.sort not in (None, "relevance") or query.like:
            return []
        pinned = []
        for entry in self._boosts.pins:
            if entry.ended(today) or not entry.when.holds(query, self._boosts.taxonomy):
                continue
            cards = self._cards[entry.name]
            if query.gender not in _KIDS and query.age_group in (None, "adult"):
                cards = cards[~self._kids[cards]]
            if len(cards):
                pinned.append((cards, entry.position))
        return pinned

    def place(
        self, query: ShopperQuery, ordered: NDArray[np.int64], allowed: Mask, today: date
    ) -> NDArray[np.int64]:
        """`ordered` cards, best first, with each pin's best-ranked card at its position.

        Only cards in `allowed` are placed, so what the shopper ruled out stays out.
        """
        at: dict[int, int] = {}
        for cards, position in self.pins(query, today):
            fitting = cards[allowed[cards]]
            here = ordered[np.isin(ordered, fitting)]
            options = (c for c in (*here.tolist(), *fitting[:1].tolist()) if c not in at.values())
            card = next(options, None)
            if card is None:
                continue
            place = position or 1
            while place in at:
                place += 1
            at[place] = card
        if not at:
            return ordered
        rest = iter(ordered[~np.isin(ordered, list(at.values()))].tolist())
        out: list[int] = []
        for place in sorted(at):
            while len(out) < place - 1 and (card := next(rest, None)) is not None:
                out.append(card)
            out.append(at[place])
        return np.array([*out, *rest], dtype=np.int64)

    def _stock(self) -> NDArray[np.float32]:
        facets = self._facets
        there = np.bincount(facets.var_card, weights=facets.available, minlength=facets.cards)
        every = np.maximum(np.bincount(facets.var_card, minlength=facets.cards), 1)
        return np.where(there > 0, _FEW_SIZES * (1 - there / every), SOLD_OUT).astype(np.float32)

    def _margins(self, margin: Margin) -> NDArray[np.float32]:
        """0 to `weight` by rank; a product without a margin stands in the middle."""
        facets = self._facets
        known = {n: m for id_, m in margin.by_product.items() if (n := facets.number.get(id_)) is not None}
        share = np.full(len(facets.product_ids), 0.5)
        if len(known) > 1:
            values = np.array(list(known.values()))
            places = np.searchsorted(np.unique(values), values)
            share[list(known)] = places / max(int(places.max()), 1)
        return (margin.weight * share[facets.card_product]).astype(np.float32)

    def _warn(self) -> Iterable[str]:
        for entry in (*self._boosts.pins, *self._boosts.buried):
            if not len(self._cards[entry.name]):
                what = f"product {entry.product!r}" if entry.product else "anything that it names"
                yield f"{entry.name}: the catalog doesn't hold {what} now, so nothing is done."

    def _unknown(self, margin: Margin) -> tuple[str, ...]:
        unknown = [id_ for id_ in margin.by_product if id_ not in self._facets.number]
        if not unknown:
            return ()
        return (f"margin: {len(unknown)} products aren't in the catalog now, such as {unknown[0]!r}.",)
