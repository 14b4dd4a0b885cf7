"""The vectors of the catalog in Chroma: one text vector for each product, one picture vector for each card.

The only module that knows Chroma. Knows nothing about facts, words or encoders beyond their id and dimension.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.config import Settings
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from shopper.errors import ShopperError, StoreBusy

_BATCH = 2000  # Chroma's embedded store refuses more than about 5,400 rows at once


class Embedded(NamedTuple):
    """The vectors of one product: `pictures` by card id, and the hash of what they were made from."""

    product_id: str
    embed_hash: str
    text: NDArray[np.float32]
    pictures: dict[str, NDArray[np.float32]]


class Neighbours(NamedTuple):
    ids: list[str]
    similarity: NDArray[np.float32]  # cosine, best first


class ProductIndex:
    """An open index. Make one with `ProductIndex.open`, and close it to let another process have the folder.

    `version` grows with every write through this object, or once for all writes of one `changing()` block.
    """

    def __init__(self, client: Any, lock: FileLock | None, name: str, dim: int) -> None:
        self._client, self._lock, self.dim = client, lock, dim
        self.version = 0
        self._deferred: int | None = None
        self._texts = self._collection(f"{name}-text")
        self._pictures = self._collection(f"{name}-picture")

    def _collection(self, name: str) -> Any:
        return self._client.get_or_create_collection(
            name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )

    @classmethod
    def open(cls, where: Path | str, encoder_id: str, dim: int) -> ProductIndex:
        """The vectors of one encoder, in a folder of this process alone or on a Chroma server
        (`http://host:port`).

        Raises `StoreBusy` if another process (or another open index) holds the folder: Chroma loses writes in
        silence
        when two processes share one.
        """
        name = f"{re.sub(r'[^a-zA-Z0-9]+', '-', encoder_id).strip('-')[:80] or 'encoder'}-{dim}"
        settings = Settings(anonymized_telemetry=False)
        if isinstance(where, str) and where.startswith(("http://", "https://")):
            return cls(_server(where, settings), None, name, dim)
        folder = Path(where)
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(folder / "owner.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StoreBusy(
                f"Another process is using the search index in {folder}. "
                "Stop it first, or point both at one Chroma server."
            ) from None
        try:
            return cls(
                chromadb.PersistentClient(path=str(folder / "chroma"), settings=settings), lock, name, dim
            )
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Let go of the folder; the index can't be used any more."""
        self._client.close()
        if self._lock is not None:
            self._lock.release()

    # ── writing ─────────────────────────────────────────────────────────────────────────────────────

    def hashes(self) -> dict[str, str]:
        """product id → hash of what its vectors were made from."""
        return {id_: str(meta["hash"]) for id_, meta in self._metadata()}

    def _metadata(self) -> Iterator[tuple[str, dict[str, Any]]]:
        offset = 0
        while True:
            got = self._texts.get(include=["metadatas"], limit=_BATCH * 5, offset=offset)
            yield from zip(got["ids"], got["metadatas"], strict=True)
            offset += len(got["ids"])
            if len(got["ids"]) < _BATCH * 5:
                return

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A run of writes that readers take in together, when it is over."""
        self._deferred = 0
        try:
            yield
        finally:
            written, self._deferred = self._deferred, None
            self.version += bool(written)

    def _written(self) -> None:
        if self._deferred is None:
            self.version += 1
        else:
            self._deferred += 1

    def upsert(self, products: Sequence[Embedded]) -> None:
        """Write the vectors of some products; a product counts as written only when all of it is.

        Pictures go first and the text row with the hash last, so a kill in between only means work done
        twice.
        """
        if not products:
            return
        self._drop_pictures([p.product_id for p in products], keep={c for p in products for c in p.pictures})
        pictures = [(card, vector) for p in products for card, vector in p.pictures.items()]
        for start in range(0, len(pictures), _BATCH):
            part = pictures[start : start + _BATCH]
            self._pictures.upsert(ids=[c for c, _ in part], embeddings=np.stack([v for _, v in part]))
        for start in range(0, len(products), _BATCH):
            rows = products[start : start + _BATCH]
            self._texts.upsert(
                ids=[p.product_id for p in rows],
                embeddings=np.stack([p.text for p in rows]),
                metadatas=[{"hash": p.embed_hash, "cards": json.dumps(list(p.pictures))} for p in rows],
            )
        self._written()

    def delete(self, product_ids: Sequence[str]) -> None:
        """Remove the vectors of some products; unknown ids are no error."""
        self._drop_pictures(product_ids, keep=set())
        for start in range(0, len(product_ids), _BATCH):
            self._texts.delete(ids=list(product_ids[start : start + _BATCH]))
        self._written()

    def _drop_pictures(self, product_ids: Sequence[str], *, keep: set[str]) -> None:
        for start in range(0, len(product_ids), _BATCH):
            got = self._texts.get(ids=list(product_ids[start : start + _BATCH]), include=["metadatas"])
            stale = [c for meta in got["metadatas"] for c in json.loads(meta["cards"]) if c not in keep]
            for first in range(0, len(stale), _BATCH):
                self._pictures.delete(ids=stale[first : first + _BATCH])

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────

    def text_vectors(self, product_ids: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, dim]: the text vectors of some products, zeros where there is none."""
        return self._vectors(self._texts, product_ids)

    def picture_vectors(self, card_ids: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, dim]: the picture vectors of some cards, zeros where there is none."""
        return self._vectors(self._pictures, card_ids)

    def _vectors(self, collection: Any, ids: Sequence[str]) -> NDArray[np.float32]:
        out = np.zeros((len(ids), self.dim), dtype=np.float32)
        for start in range(0, len(ids), _BATCH):
            part = list(ids[start : start + _BATCH])
            place = {id_: start + n for n, id_ in enumerate(part)}
            got = collection.get(ids=part, include=["embeddings"])
            if got["ids"]:
                out[[place[id_] for id_ in got["ids"]]] = np.asarray(got["embeddings"], dtype=np.float32)
        return out

    def nearest_texts(self, vector: NDArray[np.float32], count: int) -> Neighbours:
        """The products whose text lies nearest, approximately (HNSW), without any filter."""
        return self._nearest(self._texts, vector, count)

    def nearest_pictures(self, vector: NDArray[np.float32], count: int) -> Neighbours:
        """The cards whose picture lies nearest, approximately (HNSW), without any filter."""
        return self._nearest(self._pictures, vector, count)

    def _nearest(self, collection: Any, vector: NDArray[np.float32], count: int) -> Neighbours:
        count = min(count, collection.count())
        if not count:
            return Neighbours([], np.zeros(0, dtype=np.float32))
        got = collection.query(query_embeddings=vector[None, :], n_results=count, include=["distances"])
        return Neighbours(got["ids"][0], 1.0 - np.asarray(got["distances"][0], dtype=np.float32))

    def count(self) -> int:
        """How many products have vectors."""
        return int(self._texts.count())


def card_id(product_id: str, color: str | None) -> str:
    """The id of one product in one colour, as `types.Recommendation.card_id` has it."""
    return f"{product_id}:{color or ''}"


def _server(address: str, settings: Settings) -> Any:
    """A client of a Chroma server. Raises `ShopperError` if it doesn't answer."""
    url = urlsplit(address)
    host, port = url.hostname or "localhost", url.port or (443 if url.scheme == "https" else 80)
    try:
        return chromadb.HttpClient(host=host, port=port, ssl=url.scheme == "https", settings=settings)
    except ValueError as error:  # what Chroma raises when it can't connect
        raise ShopperError(f"The Chroma server at {host}:{port} doesn't answer.") from error
