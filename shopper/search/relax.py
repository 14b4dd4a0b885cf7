"""Relaxes wishes when nothing satisfies them all: in a fixed order, no more than needed, and says which.

Knows nothing about how a wish is tested; category, audience, size, price and exclusions never reach it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopper.search.facets import Mask
from shopper.search.wishes import Demand, Wish
from shopper.types import Relaxation


@dataclass(frozen=True)
class Relaxed:
    """What may be shown, and the numbers of the wishes that were relaxed for it."""

    mask: Mask
    numbers: frozenset[int]


def relax(demand: Demand) -> Relaxed:
    """The strict answer, or the first one that shows anything at all.

    Wishes are given up in the demand's order until a card is left (one is enough: a true match beats a longer
    page); then each that need not have been is taken back, dearest first. So the answer always contains the
    strict
    one, and growing the catalog's matches never relaxes more.
    """
    mask = demand.allowed()
    if mask.any():
        return Relaxed(mask, frozenset())
    given: list[int] = []
    for number in range(len(demand.wishes)):
        given.append(number)
        mask = demand.allowed(frozenset(given))
        if mask.any():
            break
    else:
        return Relaxed(np.zeros_like(mask), frozenset())
    kept = set(given)
    for number in reversed(given):
        tighter = demand.allowed(frozenset(kept - {number}))
        if tighter.any():
            kept.discard(number)
            mask = tighter
    return Relaxed(mask, frozenset(kept))


_MESSAGES = {
    "fit": "No {value} fit among these, so the fit is left open.",
    "season": "Nothing here is marked for {value}, so the season is left open.",
    "occasion": "Nothing here is marked for {value}, so the occasion is left open.",
    "features": "None of these comes with “{value}”.",
    "patterns": "Nothing {value} matches the rest, so other patterns are shown.",
    "materials": "Nothing in {value} matches the rest, so other materials are shown.",
    "brands": "Nothing by {value} matches the rest, so other brands are shown.",
    "colors": "Nothing in exactly {value}, so close shades are shown.",
}


def tell(wishes: tuple[Wish, ...], numbers: frozenset[int]) -> tuple[Relaxation, ...]:
    """The relaxed wishes as a shopper may read them."""
    return tuple(
        Relaxation(field=w.field, value=w.value, message=_MESSAGES[w.field].format(value=w.value))
        for number, w in enumerate(wishes)
        if number in numbers
    )
