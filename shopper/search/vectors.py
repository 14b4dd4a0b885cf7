"""Cosine similarity of products' texts and cards' pictures to a vector, on 16-bit copies in memory.

Knows nothing about facts or words; what is allowed comes in as masks or card numbers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from shopper.search.clusters import FULL, Clusters, Fixed, assign
from shopper.search.columns import Arrays, Mask, Rows, Stored, spans

Vector = NDArray[np.float32]
# Up to so many allowed rows are all compared: 25,000 × 352 take about 2 ms on a core and miss nothing.
SCANNED = 25_000
_NEAR = 12_000  # of more, so many allowed ones nearest by cluster are compared
CLUSTERED = 60_000  # tables below are never worth clustering
_SHARED = 6_000  # from so many rows on the cores share the work
_CORES = min(4, os.cpu_count() or 1)
_POOL = ThreadPoolExecutor(_CORES, thread_name_prefix="vectors")
_CHUNK = 1024  # rows at once, so that their float32 copies stay in the processor's cache


class Table:
    """int16[rows, dim], zeros where a row has no vector; clustered where it is large.

    A component c of a unit vector is kept as the integer nearest to c × FULL: half of float32's size, a
    cosine within 4e-5, and read several times faster than float16.
    """

    def __init__(self, vectors: Fixed, clusters: Clusters | None = None, present: Mask | None = None) -> None:
        self.vectors, self.clusters = vectors, clusters
        self.present: Mask = np.asarray(vectors.any(axis=1)) if present is None else present

    def clustered(self) -> Table:
        """This table with clusters if it is large enough to need them and has grown out of its last."""
        count = int(self.present.sum())
        if count < CLUSTERED:
            return Table(self.vectors, None, self.present)
        if self.clusters is not None and len(self.clusters.centres) > count**0.5:
            return self
        return Table(self.vectors, Clusters.learn(self.vectors, self.present), self.present)

    def similarity(self, vector: Vector, rows: Rows) -> Vector:
        """float32[len(rows)]: cosine to some rows; `-inf` where a row has no vector."""
        out = np.empty(len(rows), dtype=np.float32)
        query = vector.astype(np.float32) / FULL

        def compare(first: int, last: int) -> None:
            copy = np.empty((min(_CHUNK, last - first), self.vectors.shape[1]), dtype=np.float32)
            for start in range(first, last, _CHUNK):
                part = rows[start : min(start + _CHUNK, last)]
                np.copyto(copy[: len(part)], self.vectors.take(part, axis=0))
                np.dot(copy[: len(part)], query, out=out[start : start + len(part)])

        if len(rows) < _SHARED:
            compare(0, len(rows))
        else:
            ends = np.linspace(0, len(rows), _CORES + 1, dtype=np.int64).tolist()
            list(_POOL.map(compare, ends[:-1], ends[1:]))
        out[~self.present[rows]] = -np.inf
        return out

    def closest(self, vector: Vector, allowed: Mask, count: int, *, exact: bool = False) -> Rows:
        """int64[≤ count]: the allowed rows most like `vector`, best first; nearly all of them if there are
        many, unless `exact`.
        """
        if self.clusters is None or exact or np.count_nonzero(allowed) <= SCANNED:
            rows = np.flatnonzero(allowed & self.present)
        else:
            rows = self.clusters.near(vector, allowed, max(_NEAR, count))
        return rows[best(self.similarity(vector, rows), count)]

    def rows(self, numbers: Sequence[int] | Rows) -> list[Vector]:
        """The vectors of some rows, float32[dim] each; rows without one are left out."""
        return [v.astype(np.float32) / FULL for v in self.vectors[numbers] if v.any()]

    def merged(self, other: Fixed, source: Rows) -> Table:
        """The table whose row r is row `source[r]` of this one followed by `other`."""
        mine = source < len(self.vectors)
        vectors = np.empty((len(source), self.vectors.shape[1]), dtype=np.int16)
        vectors[mine] = self.vectors[source[mine]]
        vectors[~mine] = other[source[~mine] - len(self.vectors)]
        if self.clusters is None:
            return Table(vectors)
        assigned = np.empty(len(source), dtype=np.int32)
        assigned[mine] = self.clusters.assigned[source[mine]]
        assigned[~mine] = assign(vectors[~mine], self.clusters.centres)
        return Table(vectors, Clusters(self.clusters.centres, assigned))

    def stored(self, name: str) -> Arrays:
        arrays: Arrays = {name: self.vectors, f"{name}.present": self.present}
        if self.clusters is not None:
            arrays |= {
                f"{name}.centres": self.clusters.centres,
                f"{name}.assigned": self.clusters.assigned,
            }
        return arrays

    @classmethod
    def restored(cls, name: str, stored: Stored) -> Table:
        arrays, clusters = stored.arrays, None
        if f"{name}.centres" in arrays:
            clusters = Clusters(arrays[f"{name}.centres"], arrays[f"{name}.assigned"])
        return cls(arrays[name], clusters, arrays[f"{name}.present"])


class Vectors:
    """The vectors of one catalog in the order of its products and cards.

    `card_start` says which cards are a product's. With `exact`, no answer is approximate.
    """

    def __init__(
        self, texts: Table, pictures: Table, card_start: NDArray[np.int64], *, exact: bool = False
    ) -> None:
        self.texts, self.pictures, self.card_start, self.exact = texts, pictures, card_start, exact
        products = np.arange(len(card_start) - 1, dtype=np.int64)
        self._product_of = np.repeat(products, np.diff(card_start))

    def by_text(self, vector: Vector, cards: Rows) -> Vector:
        """float32[len(cards)]: similarity to the text of each card's product; `-inf` where it has none."""
        products, places = np.unique(self._product_of[cards], return_inverse=True)
        return self.texts.similarity(vector, products)[places]

    def by_picture(self, vector: Vector, cards: Rows) -> Vector:
        """float32[len(cards)]: similarity to the picture of each card; `-inf` where it has none."""
        return self.pictures.similarity(vector, cards)

    def closest_by_text(self, vector: Vector, allowed: Mask, some: Mask, count: int) -> Rows:
        """The allowed cards of the `count` products whose texts are most like `vector`; `some` are the
        products of allowed cards.
        """
        products = self.texts.closest(vector, some, count, exact=self.exact)
        _, cards = spans(self.card_start, products)
        return cards[allowed[cards]]

    def texts_near(self, vector: Vector, some: Mask, count: int, *, above: float) -> Rows:
        """Of some products at most `count`: those whose texts are most like `vector`, more than `above`."""
        products = self.texts.closest(vector, some, count, exact=self.exact)
        return products[self.texts.similarity(vector, products) > above]

    def closest_by_picture(self, vector: Vector, allowed: Mask, count: int) -> Rows:
        """The `count` allowed cards whose pictures are most like `vector`, best first."""
        return self.pictures.closest(vector, allowed, count, exact=self.exact)

    def most_alike(self, vector: Vector, count: int = 12, sharpness: float = 40.0) -> list[tuple[int, float]]:
        """The cards whose pictures are most like a photo, with shares that sum to 1."""
        every = np.ones(len(self._product_of), dtype=bool)
        nearest = self.closest_by_picture(vector, every, count)
        if not len(nearest):
            return []
        likeness = self.by_picture(vector, nearest)
        shares = np.exp(sharpness * (likeness - likeness[0]))
        return list(zip(nearest.tolist(), (shares / shares.sum()).tolist(), strict=True))

    def best_text(self, vector: Vector) -> float:
        """The similarity of the product whose text lies nearest; -1 without any."""
        nearest = self.texts.closest(vector, self.texts.present, 1, exact=self.exact)
        return float(self.texts.similarity(vector, nearest)[0]) if len(nearest) else -1.0

    def merged(self, texts: Fixed, pictures: Fixed, source: Rows, card_start: NDArray[np.int64]) -> Vectors:
        """The vectors whose product p is product `source[p]` of these followed by others', which are given
        with `card_start` for the result.
        """
        known = len(self.card_start) - 1
        counts = np.diff(card_start)
        # Others' cards lie behind one another in `pictures`, in the order in which the result names them.
        cards = np.empty(int(card_start[-1]), dtype=np.int64)
        mine = np.repeat(source < known, counts)
        _, cards[mine] = spans(self.card_start, source[source < known])
        cards[~mine] = np.arange(int((~mine).sum())) + len(self.pictures.vectors)
        return Vectors(self.texts.merged(texts, source), self.pictures.merged(pictures, cards), card_start)

    def stored(self) -> Stored:
        """Everything, to be kept in a file."""
        arrays = self.texts.stored("texts") | self.pictures.stored("pictures")
        return Stored(arrays | {"card_start": self.card_start}, {})

    @classmethod
    def restored(cls, stored: Stored) -> Vectors:
        """The vectors that a file kept."""
        return cls(
            Table.restored("texts", stored),
            Table.restored("pictures", stored),
            stored.arrays["card_start"],
        )


def fixed(vectors: Vector) -> Fixed:
    """int16[n, dim]: unit vectors, or zeros, as a table keeps them."""
    return np.rint(np.clip(vectors, -1.0, 1.0) * FULL).astype(np.int16)


def best(scores: NDArray[np.float32], count: int) -> Rows:
    """int64[≤ count]: the places of the highest scores, best first; `-inf` is never among them."""
    if len(scores) > count:
        top = np.argpartition(-scores, count - 1)[:count]
    else:
        top = np.arange(len(scores))
    top = top[np.isfinite(scores[top])]
    return top[np.lexsort((top, -scores[top]))]


def blend(parts: list[tuple[Vector, float]]) -> Vector:
    """The weighted mean of some vectors, L2-normalised."""
    mixed = np.sum([vector * weight for vector, weight in parts], axis=0)
    norm = float(np.linalg.norm(mixed))
    unit: Vector = (mixed / norm if norm > 0 else mixed).astype(np.float32)
    return unit
