"""Groups vectors that lie together, so that of a million only the likely ones are compared with a query.

Knows nothing about products. Small tables need none of this: they are scanned whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopper.search.columns import Mask, Rows, spans

Fixed = NDArray[np.int16]  # components of unit vectors times FULL
FULL = 32767

_ROUNDS = 8
_SAMPLE = 48  # vectors for each centre to learn from
_CHUNK = 8192


class Clusters:
    """An inverted file: each vector belongs to its nearest centre, and centres near the query are searched
    first.

    `centres` is float32[k, dim] of unit length, `assigned` int32[n] the centre of each row; -1 for rows
    without a vector.
    """

    def __init__(self, centres: NDArray[np.float32], assigned: NDArray[np.int32]) -> None:
        self.centres, self.assigned = centres, assigned
        order = np.argsort(assigned, kind="stable").astype(np.int32)
        self._rows = order[int((assigned < 0).sum()) :]
        counts = np.bincount(assigned[assigned >= 0], minlength=len(centres))
        self._starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])

    @classmethod
    def learn(cls, vectors: Fixed, present: Mask, *, seed: int = 0) -> Clusters:
        """Spherical k-means on a sample (Dhillon and Modha, 2001), with 2 √n centres for n present rows."""
        rows = np.flatnonzero(present)
        count = max(1, int(2 * len(rows) ** 0.5))
        rng = np.random.default_rng(seed)
        sample = rng.permutation(rows)[: count * _SAMPLE]
        points = vectors[np.sort(sample)].astype(np.float32) / FULL
        centres = points[rng.permutation(len(points))[:count]]
        for _ in range(_ROUNDS):
            nearest = _nearest(points, centres)
            order = np.argsort(nearest, kind="stable")
            groups, starts = np.unique(nearest[order], return_index=True)
            sums = np.add.reduceat(points[order], starts, axis=0)
            centres[groups] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return cls(centres, assign(vectors, centres))

    def near(self, vector: NDArray[np.float32], allowed: Mask, count: int) -> Rows:
        """At least `count` allowed rows from the centres nearest to `vector`, or all there are."""
        nearest = np.argsort(-(self.centres @ vector), kind="stable")
        found: list[Rows] = []
        total, first, step = 0, 0, 16
        while first < len(nearest) and total < count:
            _, places = spans(self._starts, nearest[first : first + step])
            rows = self._rows[places]
            rows = rows[allowed[rows]]
            found.append(rows.astype(np.int64))
            total += len(rows)
            first, step = first + step, step * 2
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def assign(vectors: Fixed, centres: NDArray[np.float32]) -> NDArray[np.int32]:
    """int32[n]: the nearest centre of each vector, -1 for zeros."""
    out = np.empty(len(vectors), dtype=np.int32)
    for start in range(0, len(vectors), _CHUNK):
        part = vectors[start : start + _CHUNK].astype(np.float32)
        out[start : start + len(part)] = np.where(part.any(axis=1), _nearest(part, centres), -1)
    return out


def _nearest(points: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    """int64[n]: the centre with the highest cosine to each point."""
    parts = [
        np.argmax(points[start : start + _CHUNK] @ centres.T, axis=1)
        for start in range(0, len(points), _CHUNK)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
