"""One generation of the index: the texts' and the pictures' vectors that were made together and are replaced
together.

Knows nothing about how a generation becomes the one that readers see; the collections come in open.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

_BATCH = 2000  # Chroma's embedded store refuses more than about 5,400 rows at once
# Vectors come as lists of Python floats, which fit into the processor's cache in small batches only: 20,000
# of 352 in batches of 2,000 by one thread 23,000/s, of 500 by two 40,000-70,000/s (2 cores).
_READ, _READERS = 500, 2
_ALIKE = 0.999  # the cosine of a vector to itself, after it went through Chroma

_T = TypeVar("_T")
Vector = NDArray[np.float32]
Guard = Callable[[], AbstractContextManager[None]]


class Embedded(NamedTuple):
    """The vectors of one product: `pictures` by card id, and the hash of what they were made from."""

    product_id: str
    embed_hash: str
    text: Vector
    pictures: dict[str, Vector]


class Neighbours(NamedTuple):
    ids: list[str]
    similarity: NDArray[np.float32]  # cosine, best first


class Held(NamedTuple):
    """What is noted beside a product's text vector."""

    embed_hash: str
    cards: tuple[str, ...]  # card ids that have a picture vector


class Generation:
    """The vectors of one generation; every call to Chroma is made inside of `guard()`."""

    def __init__(self, number: int, texts: Any, pictures: Any, dim: int, guard: Guard) -> None:
        self.number, self.dim = number, dim
        self._texts, self._pictures, self._guard = texts, pictures, guard

    # ── writing ─────────────────────────────────────────────────────────────────────────────────────

    def upsert(self, products: Sequence[Embedded]) -> None:
        """Write the vectors of some products; a product counts as written only when all of it is.

        Pictures go first and the text row with the hash last, so a kill in between only means work done
        twice.
        """
        if not products:
            return
        self._drop_pictures([p.product_id for p in products], keep={c for p in products for c in p.pictures})
        pictures = [(card, vector) for p in products for card, vector in p.pictures.items()]
        for part in _parts(pictures):
            ids, vectors = [c for c, _ in part], np.stack([v for _, v in part])
            with self._guard():
                self._pictures.upsert(ids=ids, embeddings=vectors)
        for rows in _parts(products):
            notes = [{"hash": p.embed_hash, "cards": json.dumps(list(p.pictures))} for p in rows]
            vectors = np.stack([p.text for p in rows])
            with self._guard():
                self._texts.upsert(ids=[p.product_id for p in rows], embeddings=vectors, metadatas=notes)

    def delete(self, product_ids: Sequence[str]) -> None:
        """Remove the vectors of some products; unknown ids are no error."""
        self._drop_pictures(product_ids, keep=set())
        for part in _parts(product_ids):
            with self._guard():
                self._texts.delete(ids=list(part))

    def delete_pictures(self, card_ids: Sequence[str]) -> None:
        """Remove the picture vectors of some cards; unknown ids are no error."""
        for part in _parts(card_ids):
            with self._guard():
                self._pictures.delete(ids=list(part))

    def _drop_pictures(self, product_ids: Sequence[str], *, keep: set[str]) -> None:
        for part in _parts(product_ids):
            with self._guard():
                got = self._texts.get(ids=list(part), include=["metadatas"])
            stale = [c for meta in got["metadatas"] for c in json.loads(meta["cards"]) if c not in keep]
            self.delete_pictures(stale)

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────

    def held(self) -> dict[str, Held]:
        """By product id, what its vectors were made from and which pictures it has."""
        found = {}
        for got in self._pages(self._texts, ["metadatas"]):
            for id_, meta in zip(got["ids"], got["metadatas"], strict=True):
                found[id_] = Held(str(meta["hash"]), tuple(json.loads(meta["cards"])))
        return found

    def hashes_of(self, product_ids: Sequence[str]) -> dict[str, str]:
        """Of those that have vectors, the hash of what these were made from."""
        found: dict[str, str] = {}
        for part in _parts(product_ids):
            with self._guard():
                got = self._texts.get(ids=list(part), include=["metadatas"])
            found |= {id_: str(meta["hash"]) for id_, meta in zip(got["ids"], got["metadatas"], strict=True)}
        return found

    def cards(self) -> list[str]:
        """The ids of all cards that have a picture vector."""
        return [id_ for got in self._pages(self._pictures, []) for id_ in got["ids"]]

    def _pages(self, collection: Any, include: list[str]) -> Iterator[dict[str, Any]]:
        offset, size = 0, _BATCH * 5
        while True:
            with self._guard():
                got = collection.get(include=include, limit=size, offset=offset)
            yield got
            offset += len(got["ids"])
            if len(got["ids"]) < size:
                return

    def counts(self) -> tuple[int, int]:
        """How many products have a text vector, and how many cards a picture vector."""
        with self._guard():
            return int(self._texts.count()), int(self._pictures.count())

    def text_vectors(self, product_ids: Sequence[str]) -> Vector:
        """float32[n, dim]: the text vectors of some products, zeros where there is none."""
        return self._vectors(self._texts, product_ids)

    def picture_vectors(self, card_ids: Sequence[str]) -> Vector:
        """float32[n, dim]: the picture vectors of some cards, zeros where there is none."""
        return self._vectors(self._pictures, card_ids)

    def _vectors(self, collection: Any, ids: Sequence[str]) -> Vector:
        out = np.zeros((len(ids), self.dim), dtype=np.float32)

        def read(start: int) -> None:
            part = list(ids[start : start + _READ])
            place = {id_: start + n for n, id_ in enumerate(part)}
            with self._guard():
                got = collection.get(ids=part, include=["embeddings"])
            if got["ids"]:
                out[[place[id_] for id_ in got["ids"]]] = np.asarray(got["embeddings"], dtype=np.float32)

        starts = range(0, len(ids), _READ)
        if len(starts) < 2:
            for start in starts:
                read(start)
        else:
            with ThreadPoolExecutor(_READERS, thread_name_prefix="vectors") as pool:
                list(pool.map(read, starts))
        return out

    def nearest_texts(self, vector: Vector, count: int) -> Neighbours:
        """The products whose text lies nearest, approximately (HNSW), without any filter."""
        return self._nearest(self._texts, vector, count)

    def nearest_pictures(self, vector: Vector, count: int) -> Neighbours:
        """The cards whose picture lies nearest, approximately (HNSW), without any filter."""
        return self._nearest(self._pictures, vector, count)

    def _nearest(self, collection: Any, vector: Vector, count: int) -> Neighbours:
        with self._guard():
            count = min(count, collection.count())
            if not count:
                return Neighbours([], np.zeros(0, dtype=np.float32))
            got = collection.query(query_embeddings=vector[None, :], n_results=count, include=["distances"])
        return Neighbours(got["ids"][0], 1.0 - np.asarray(got["distances"][0], dtype=np.float32))

    def lost(self, sample: Sequence[Embedded]) -> tuple[list[str], list[str]]:
        """Of what was written, the ids whose vector isn't kept as it was, and those not found by it."""
        texts = {p.product_id: p.text for p in sample}
        pictures = {card: vector for p in sample for card, vector in p.pictures.items()}
        changed, unfound = [], []
        for written, kept, nearest in (
            (texts, self.text_vectors(list(texts)), self.nearest_texts),
            (pictures, self.picture_vectors(list(pictures)), self.nearest_pictures),
        ):
            for (id_, vector), there in zip(written.items(), kept, strict=True):
                if _cosine(vector, there) < _ALIKE:
                    changed.append(id_)
                # Two products may share a vector, so what is found needn't bear the same id.
                found = nearest(vector, 1).similarity
                if not len(found) or found[0] < _ALIKE:
                    unfound.append(id_)
        return changed, unfound


def _cosine(one: Vector, other: Vector) -> float:
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / length if length > 0 else 0.0


def _parts(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
