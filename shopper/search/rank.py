"""Orders cards: reciprocal rank fusion of several rankings, and diversity so that a page isn't ten of the
same.

Knows nothing about where a score came from, nor about what may be shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Cormack, Clarke and Büttcher (2009) use 60; a page is 8 cards here, so the top ranks count for more.
K = 20
UNIT = 1.0 / (K + 1)  # what one first place is worth; boosts are fractions of it


class Ranking(NamedTuple):
    """Scores of the candidates (higher is better; `-inf`: not ranked) and how much this ranking counts."""

    scores: NDArray[np.float32]
    weight: float


def fuse(rankings: Sequence[Ranking], size: int) -> NDArray[np.float64]:
    """float64[size]: the sum of weight / (K + rank); equal scores share a rank."""
    total = np.zeros(size, dtype=np.float64)
    for scores, weight in rankings:
        ranked = np.flatnonzero(np.isfinite(scores))
        if not len(ranked):
            continue
        _, place = np.unique(-scores[ranked], return_inverse=True)
        total[ranked] += weight / (K + 1 + place)
    return total


def order(scores: NDArray[np.float64], ties: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64[n]: positions from best to worst; equal scores fall back to `ties`, ascending."""
    return np.lexsort((ties, -scores))


def diversify(
    ordered: NDArray[np.int64],
    product: NDArray[np.int32],
    kin: NDArray[np.int32],
    *,
    take: int,
    depth: int = 400,
) -> NDArray[np.int64]:
    """The first `take` of `ordered` with repeats put off: among any 8 neighbours at most 2 cards of one
    product and
    3 of one kin (brand, category and kind of title), as long as others are left.

    Each place depends only on those before it, not on the page's size, so pages never overlap.
    `product` and `kin` are indexed by card. Only the first `depth` places are rearranged.
    """
    waiting: list[int] = ordered[:depth].tolist()
    products = dict(zip(waiting, product[ordered[:depth]].tolist(), strict=True))
    kins = dict(zip(waiting, kin[ordered[:depth]].tolist(), strict=True))
    recent: deque[int] = deque(maxlen=7)
    out: list[int] = []
    while waiting and len(out) < take:
        seen_products = [products[r] for r in recent]
        seen_kins = [kins[r] for r in recent]
        pick = 0
        for at, card in enumerate(waiting):
            mine = products[card]
            # A second colour of the same thing waits until three others were seen.
            if (
                mine in seen_products[-3:]
                or seen_products.count(mine) >= 2
                or seen_kins.count(kins[card]) >= 3
            ):
                continue
            pick = at
            break
        recent.append(waiting[pick])
        out.append(waiting.pop(pick))
    rest = ordered[depth : depth + max(0, take - len(out))]
    return np.array([*out, *rest.tolist()], dtype=np.int64)
