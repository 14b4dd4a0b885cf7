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
DEPTH = 200  # places of a ranking that count; how things stand further down says nothing
UNIT = 1.0 / (K + 1)  # what one first place is worth; boosts are fractions of it


class Ranking(NamedTuple):
    """Scores of the candidates (higher is better; `-inf`: not ranked) and how much this ranking counts.

    `levels` are the distinct scores of all that might be ranked, highest first, where the candidates are only
    some of them.
    """

    scores: NDArray[np.float32]
    weight: float
    levels: NDArray[np.float32] | None = None


def fuse(rankings: Sequence[Ranking], size: int) -> NDArray[np.float64]:
    """float64[size]: the sum of weight / (K + rank) over the ranks up to DEPTH; equal scores share a rank.

    So whoever gives the best of each ranking and not all that might be ranked gets the same order.
    """
    total = np.zeros(size, dtype=np.float64)
    for scores, weight, levels in rankings:
        ranked = np.flatnonzero(np.isfinite(scores))
        if not len(ranked):
            continue
        if levels is None:
            _, place = np.unique(-scores[ranked], return_inverse=True)
        else:
            place = np.searchsorted(-levels, -scores[ranked])
        total[ranked] += np.where(place < DEPTH, weight / (K + 1 + place), 0.0)
    return total


def diversify(
    product: NDArray[np.int32], kin: NDArray[np.generic], *, take: int, depth: int = 400
) -> NDArray[np.int64]:
    """Places in an order, at most `take`, with repeats put off: among any 8 neighbours at most 2 cards of one
    product and 3 of one kin (brand, category and kind of title), as long as others are left.

    Each place depends only on those before it, not on the page's size, so pages never overlap.
    `product` and `kin` are given in the order of the cards. Only the first `depth` places are rearranged.
    """
    products, kins = product[:depth].tolist(), kin[:depth].tolist()
    waiting = list(range(len(products)))
    recent: deque[int] = deque(maxlen=7)
    out: list[int] = []
    while waiting and len(out) < take:
        seen_products = [products[r] for r in recent]
        seen_kins = [kins[r] for r in recent]
        pick = 0
        for at, place in enumerate(waiting):
            mine = products[place]
            # A second colour of the same thing waits until three others were seen.
            if (
                mine in seen_products[-3:]
                or seen_products.count(mine) >= 2
                or seen_kins.count(kins[place]) >= 3
            ):
                continue
            pick = at
            break
        recent.append(waiting[pick])
        out.append(waiting.pop(pick))
    rest = np.arange(depth, max(depth, min(len(product), depth + take - len(out))))
    return np.concatenate([np.array(out, dtype=np.int64), rest])
