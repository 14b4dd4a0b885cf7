"""Answers a query with card numbers: facts decide what may be shown, words and vectors order it.

Knows nothing about products or the database; it works on one loaded catalog, off the event loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.products.taxonomy import Taxonomy
from shopper.search import absence
from shopper.search.boosts import AppliedBoosts, Boosts
from shopper.search.catalog import Catalog
from shopper.search.columns import Mask, Rows
from shopper.search.encoder import Encoder
from shopper.search.order import first_by_sort, put_in_order, spread
from shopper.search.palette import colors_of
from shopper.search.relax import relax as relax_demand
from shopper.search.relax import tell as tell_relaxed
from shopper.search.score import Allowed, QueryEncoder, Signals, score, worth_ranking
from shopper.search.suggest import beyond_budget, suggest
from shopper.search.vectors import Vector
from shopper.search.wishes import Demand
from shopper.types import Relaxation, ShopperQuery, Suggestion

_SURE = 0.34  # the part of a text's words that the catalog must know for the text to count as understood
_NAMED = 0.3  # of the best score by words, what another card must reach to be meant as well
_NEARBY = 5000  # so many products may be meant by what their text is like, beside those that are named
_COUNTED = 20_000  # of more candidates only about so many are counted for suggestions
_PINNED_AMONG = 450  # places that are put in order before pins are placed, so that pages fit together

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """The cards of one answer, best first, before any product is loaded."""

    cards: NDArray[np.int64]
    scores: NDArray[np.float64]
    total: int = 0
    relaxed: tuple[Relaxation, ...] = ()
    gap: absence.Gap | None = None
    suggestions: tuple[Suggestion, ...] = ()
    by_photo: bool = False
    weak: bool = False


class Answers:
    """Answers queries; what the shop's boosts say of a catalog is worked out once."""

    def __init__(
        self, encoder: Encoder, taxonomy: Taxonomy, boosts: Boosts, today: Callable[[], date]
    ) -> None:
        self._taxonomy, self._boosts, self._today = taxonomy, boosts, today
        self.queries = QueryEncoder(encoder, taxonomy)
        self._applied: tuple[Catalog, AppliedBoosts] | None = None

    def find(
        self,
        catalog: Catalog,
        query: ShopperQuery,
        photos: Mapping[str, Image.Image],
        take: int,
        relax: bool,
        like_color: str | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> Found:
        # A photo's light fools the eye, so its own colours order the cards and don't bar any.
        as_in_photo = _shown_colors(query, photos)
        if as_in_photo:
            query = query.model_copy(update={"colors": ()})
        signals = self.queries.signals(query, catalog, photos, like_color=like_color, weights=weights)
        if _says_nothing_else(query) and query.text and not self._understood(catalog, signals):
            return _nothing(absence.Gap("not_understood"))
        gap = absence.not_sold(catalog, query)
        if gap is not None:
            return _nothing(gap)
        demand = catalog.wishes.read(query)
        answer = relax_demand(demand) if relax else None
        mask = answer.mask if answer else demand.allowed()
        if not mask.any():
            return _nothing(absence.no_match(catalog, query, demand))
        mask = _without_liked(catalog, query, signals, mask)
        boosts = self._boosted(catalog)
        bias = boosts.bias(query, self._today()) if boosts else None
        mask, weak = _meant(catalog, query, signals, mask)
        mask = _for_whom(catalog, query, signals, mask)
        total = int(np.count_nonzero(mask))
        allowed = Allowed(mask, catalog.facets.products_of(mask))
        cards = self._candidates(catalog, query, demand, signals, allowed, bias)
        some = allowed if len(cards) < total else None
        scores = score(catalog, query, demand, signals, cards, as_in_photo, bias, some)
        ordered = put_in_order(catalog, query, demand, cards, scores)
        shown = self._shown(catalog, query, signals, cards[ordered], scores[ordered], take, boosts)
        counted = cards if total == len(cards) else _sample(mask, total)
        return Found(
            cards=shown,
            scores=scores[np.searchsorted(cards, shown)],
            total=total,
            relaxed=tell_relaxed(demand.wishes, answer.numbers) if answer else (),
            suggestions=(
                *(beyond_budget(catalog, query, demand, answer.numbers) if answer else ()),
                *suggest(catalog, query, counted, demand.lowest, self._taxonomy),
            )[:4],
            by_photo=bool(signals.photos),
            weak=weak,
        )

    def _candidates(
        self,
        catalog: Catalog,
        query: ShopperQuery,
        demand: Demand,
        signals: Signals,
        allowed: Allowed,
        bias: Vector | None,
    ) -> Rows:
        """Of what may be shown the cards to be ranked, ascending."""
        if query.sort not in (None, "relevance"):
            cards = first_by_sort(catalog, query, demand, allowed.cards)
        else:
            cards = worth_ranking(catalog, query, demand, signals, allowed, bias)
            boosts = self._boosted(catalog)
            for pinned, _ in boosts.pins(query, self._today()) if boosts else ():
                cards = np.union1d(cards, pinned[allowed.cards[pinned]])
        return cards

    def _shown(
        self,
        catalog: Catalog,
        query: ShopperQuery,
        signals: Signals,
        cards: Rows,
        scores: NDArray[np.float64],
        take: int,
        boosts: AppliedBoosts | None,
    ) -> Rows:
        """The first `take` of `cards`, which are in order: with repeats put off and pins in their places."""
        if query.sort not in (None, "relevance"):
            return cards[:take]
        today = self._today()
        if boosts is None or not boosts.pins(query, today):
            return cards[spread(catalog, query, signals, cards, scores, take)]
        several = cards[spread(catalog, query, signals, cards, scores, max(take, _PINNED_AMONG))]
        allowed = np.zeros(catalog.facets.cards, dtype=bool)
        allowed[cards] = True
        return boosts.place(query, several, allowed, today)[:take]

    def _boosted(self, catalog: Catalog) -> AppliedBoosts | None:
        if not self._boosts:
            return None
        if self._applied is None or self._applied[0] is not catalog:
            applied = self._boosts.apply(catalog.facets, self._applied[1] if self._applied else None)
            for warning in applied.warnings:
                _log.warning("boosts: %s", warning)
            self._applied = (catalog, applied)
        return self._applied[1]

    def _understood(self, catalog: Catalog, signals: Signals) -> bool:
        """Whether words alone say anything: catalog or trade know them, or they beat nonsense."""
        if catalog.lexical.known_share(signals.words) >= _SURE or self._taxonomy.find_all(signals.words):
            return True
        return signals.text is not None and catalog.vectors.best_text(signals.text) > catalog.coincidence


def _meant(catalog: Catalog, query: ShopperQuery, signals: Signals, mask: Mask) -> tuple[Mask, bool]:
    """`mask`; where only words say the kind of thing, without what they don't mean, unless they mean nothing
    there: then the second is True.
    """
    if query.category or not query.text or query.like or signals.text is None:
        return mask, False
    of_card = catalog.facets.card_product
    possible = catalog.facets.products_of(mask)
    said = np.where(possible, signals.points, 0.0)
    # One common word of many isn't what was meant.
    meant = said > _NAMED * said.max(initial=0.0)
    meant[catalog.vectors.texts_near(signals.text, possible, _NEARBY, above=catalog.coincidence)] = True
    cards = mask & meant[of_card]
    return (cards, False) if cards.any() else (mask, True)


def _for_whom(catalog: Catalog, query: ShopperQuery, signals: Signals, mask: Mask) -> Mask:
    """`mask` without children's things where nobody spoke of a child and something else fits.

    They stay where a photo may mean them, or a liked product is one.
    """
    kids = catalog.wishes.kids()
    meant = bool(signals.photos) or bool(kids[signals.liked_cards].any())
    if query.gender not in (None, "unisex") or query.age_group or meant:
        return mask
    others = mask & ~kids
    return others if others.any() else mask


def _shown_colors(query: ShopperQuery, photos: Mapping[str, Image.Image]) -> tuple[str, ...]:
    """The query's colours if they are just those that its photos show, else none."""
    shown = {color for id_ in query.like if id_ in photos for color in colors_of(photos[id_])}
    return query.colors if shown and set(query.colors) <= shown else ()


def _nothing(gap: absence.Gap) -> Found:
    return Found(cards=np.zeros(0, dtype=np.int64), scores=np.zeros(0), gap=gap)


def _says_nothing_else(query: ShopperQuery) -> bool:
    """Whether a query has no fact to go by, only words."""
    facts = (
        "category",
        "colors",
        "materials",
        "patterns",
        "brands",
        "features",
        "sizes",
        "gender",
        "age_group",
    )
    others = ("fit", "occasion", "season", "price", "exclude", "like", "prefer")
    return not any(getattr(query, name) for name in (*facts, *others))


def _without_liked(catalog: Catalog, query: ShopperQuery, signals: Signals, mask: Mask) -> Mask:
    """`mask` without the liked products themselves; in another colour they stay when a colour was asked
    for.
    """
    if not signals.liked or query.colors:
        return mask
    others = mask.copy()
    for number in signals.liked:
        others[catalog.facets.cards_of(number)] = False
    return others if others.any() else mask


def _sample(mask: Mask, total: int) -> Rows:
    """int64[n]: allowed cards, evenly chosen where there are many."""
    step = max(1, total // _COUNTED)
    return np.flatnonzero(mask[::step]) * step
