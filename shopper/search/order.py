"""Puts ranked cards in the order in which they are shown: by a sort that was asked for, or with repeats put
off.

Knows nothing about where scores come from, nor about what may be shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopper.search.catalog import Catalog
from shopper.search.columns import Mask, Rows
from shopper.search.facets import NEVER
from shopper.search.rank import diversify
from shopper.search.score import BEHIND_ALL, Signals
from shopper.search.wishes import Demand
from shopper.types import ShopperQuery

_SORTED = 5000  # of more candidates only so many are put in a sort's order; no page reaches further


def spread(
    catalog: Catalog,
    query: ShopperQuery,
    signals: Signals,
    ordered: Rows,
    scores: NDArray[np.float64],
    take: int,
) -> Rows:
    """The places in `ordered` of the first `take` cards, with repeats put off; unasked-for children's things
    stay behind all others.
    """
    facets = catalog.facets
    if query.brands:
        kin: NDArray[Any] = facets.card_product  # who asks for a brand wants to see much of it
    elif not query.category and not signals.words and not query.like:
        kin = facets.category.codes  # nothing says what is meant, so show what there is
    else:
        kin = facets.kin
    last = scores < BEHIND_ALL
    shown = [
        tier[diversify(facets.card_product[ordered[tier]], kin[ordered[tier]], take=take)]
        for tier in (np.flatnonzero(~last), np.flatnonzero(last))
    ]
    return np.concatenate(shown)[:take]


def _sort_keys(catalog: Catalog, query: ShopperQuery, demand: Demand, cards: Rows) -> list[NDArray[Any]]:
    """By what the sort that the shopper asked for orders, each number[len(cards)] and lowest first; none for
    relevance.
    """
    facets = catalog.facets
    match query.sort:
        case "price_asc":
            return [demand.lowest[cards]]
        case "price_desc":
            lowest = demand.lowest[cards]
            return [-np.where(lowest == NEVER, 0, lowest)]
        case "newest":
            return [-facets.published[cards]]
        case "rating":
            return [-np.nan_to_num(facets.rating[cards], nan=-1.0), -facets.rating_count[cards]]
        case _:
            return []


def first_by_sort(catalog: Catalog, query: ShopperQuery, demand: Demand, mask: Mask) -> Rows:
    """int64[n], ascending: the allowed cards that come first in the sort that was asked for."""
    cards = np.flatnonzero(mask)
    if len(cards) <= _SORTED:
        return cards
    first = np.argpartition(_sort_keys(catalog, query, demand, cards)[0], _SORTED)[:_SORTED]
    return np.sort(cards[first])


def put_in_order(
    catalog: Catalog, query: ShopperQuery, demand: Demand, cards: Rows, scores: NDArray[np.float64]
) -> Rows:
    """int64[n]: places in `cards`, best first; a sort the shopper asked for is kept strictly."""
    keys = _sort_keys(catalog, query, demand, cards)
    return np.lexsort((cards, -scores, *reversed(keys)))
