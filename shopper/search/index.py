"""The vectors of the catalog in Chroma: one text vector for each product, one picture vector for each card.

The only module that knows Chroma. Knows nothing about facts, words or encoders beyond their id and dimension.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError
from filelock import FileLock, Timeout

from shopper.errors import ShopperError, StoreBusy
from shopper.search.generation import Embedded, Generation, Held, Neighbours, Vector

__all__ = [
    "Embedded", "Generation", "Held", "Neighbours", "Pointer", "ProductIndex", "VectorsUnavailable",
    "card_id",
]  # fmt: skip

# Seconds. A batch of 2,000 vectors takes a busy server a second or two; a dead one must not hold a turn.
_TIMEOUT = httpx.Timeout(30.0, connect=3.0)
_HEARTBEAT = 3.0
_TRIES = 5  # of a read that is overtaken by a change of generation
_OURS = re.compile(r"(?P<base>.+-\d+?)(-g(?P<number>\d+))?-(text|picture|live)")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_T = TypeVar("_T")


class VectorsUnavailable(ShopperError):
    """The Chroma server doesn't answer; what is in memory already can still be used."""

    code = "vectors_unavailable"


class Pointer(NamedTuple):
    """Which generation readers see, how it was made, and what its last writer noted."""

    generation: int = 1
    recipe: str = "1"  # the vectors of folders from before there was a pointer were made like this
    stamp: str = ""  # differs with each state that was brought in step; empty while it is being changed


class _Gone(Exception):
    """The collection was dropped by its owner, or the server came back without it."""


class ProductIndex:
    """An open index. Make one with `ProductIndex.open`, and close it to let another process have the folder.

    Readers see one generation. A new one is made beside it with `draft()` and shown with `show()`; both are
    in Chroma, and which of them is seen is one write of a small collection's metadata, the pointer. An open
    index keeps to its generation until `refresh()`, or until it finds it dropped.

    `version` grows with every write through this object, or once for all writes of one `changing()` block,
    and with every change of generation.
    """

    def __init__(self, client: Any, lock: FileLock | None, base: str, dim: int, where: str) -> None:
        self._client, self._lock, self._base, self.dim, self.where = client, lock, base, dim, where
        self.version = 0
        self._deferred: int | None = None
        self._turning = threading.Lock()
        self._live = self._seen()

    @classmethod
    def open(cls, where: Path | str, encoder_id: str, dim: int) -> ProductIndex:
        """The vectors of one encoder, in a folder of this process alone or on a Chroma server
        (`http://host:port`).

        Raises `StoreBusy` if another process (or another open index) holds the folder: Chroma loses writes
        in silence when two processes share one. Raises `VectorsUnavailable` for a server that doesn't answer.
        """
        base = f"{re.sub(r'[^a-zA-Z0-9]+', '-', encoder_id).strip('-')[:80] or 'encoder'}-{dim}"
        settings = Settings(anonymized_telemetry=False)
        if isinstance(where, str) and where.startswith(("http://", "https://")):
            return cls(*_server(where, settings), base, dim, where)
        folder = Path(where)
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(folder / "owner.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StoreBusy(
                f"Another process is using the search index in {folder}, most likely `shopper serve`. "
                "Stop it first, or point both at one Chroma server (SHOPPER_CHROMA_URL)."
            ) from None
        try:
            client = chromadb.PersistentClient(path=str(folder / "chroma"), settings=settings)
            return cls(client, lock, base, dim, str(folder))
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Let go of the folder; the index can't be used any more."""
        self._client.close()
        if self._lock is not None:
            self._lock.release()

    # ── which generation is seen ────────────────────────────────────────────────────────────────────

    @property
    def embedded(self) -> bool:
        """Whether this process alone has the vectors, in a folder."""
        return self._lock is not None

    @property
    def generation(self) -> int:
        """The number of the generation that is read here; the vectors of another may differ throughout."""
        return self._live.number

    def pointer(self) -> Pointer:
        """What the pointer says now, whoever wrote it."""
        try:
            with self._guard():
                kept = self._client.get_collection(f"{self._base}-live", embedding_function=None).metadata
        except _Gone:
            return Pointer()
        kept = kept or {}
        return Pointer(int(kept["generation"]), str(kept["recipe"]), str(kept["stamp"]))

    def mark(self, **changes: Any) -> None:
        """Change fields of the pointer, in one write that is done or not."""
        fields = self.pointer()._replace(**changes)._asdict()
        with self._guard():
            name = f"{self._base}-live"
            # A collection that is there keeps its metadata here, one that is made has it at once.
            kept = self._client.get_or_create_collection(name, metadata=fields, embedding_function=None)
            kept.modify(metadata=fields)

    def refresh(self) -> bool:
        """Take up the generation that the pointer names; True if it is another than before."""
        with self._turning:
            if self.pointer().generation == self._live.number:
                return False
            self._live = self._seen()
            self.version += 1
        return True

    def draft(self) -> Generation:
        """A new, empty generation that nobody sees yet; what is left of unfinished ones is dropped."""
        self.drop_unseen()
        numbers = [number for name in self._names() if (number := self._number(name))]
        return self._generation(max([self._live.number, *numbers]) + 1)

    def show(self, draft: Generation, *, recipe: str) -> None:
        """Let readers see `draft` from now on; the generation before stays until `drop_unseen`."""
        with self._turning:
            self.mark(generation=draft.number, recipe=recipe, stamp="")
            self._live = draft
            self.version += 1

    def drop_unseen(self, *, other_encoders: bool = False) -> list[str]:
        """Drop what nobody sees: generations before and drafts after; the names of what was dropped.

        With `other_encoders`, their vectors too.
        """
        seen = self.pointer().generation
        dropped = []
        for name in self._names():
            if self._number(name) is None:
                if not other_encoders:
                    continue
            elif self._number(name) in (0, seen):
                continue
            with self._guard():
                self._client.delete_collection(name)
            dropped.append(name)
        if self.embedded:
            _drop_folders(Path(self.where) / "chroma")
        return dropped

    def unseen(self) -> list[str]:
        """Names of this encoder's collections that nobody sees."""
        seen = self.pointer().generation
        return [name for name in self._names() if self._number(name) not in (None, 0, seen)]

    def other_encoders(self) -> list[str]:
        """Of which other encoders there are vectors, by the beginning of their collections' names."""
        others = [_OURS.fullmatch(name) for name in self._names() if self._number(name) is None]
        return sorted({found["base"] for found in others if found})

    def _names(self) -> list[str]:
        """The collections that an index made, of any encoder."""
        with self._guard():
            names = [str(c.name) for c in self._client.list_collections()]
        return [name for name in names if _OURS.fullmatch(name)]

    def _number(self, name: str) -> int | None:
        """The generation that a collection belongs to; 0 for the pointer, None for another encoder's."""
        found = _OURS.fullmatch(name)
        if found is None or found["base"] != self._base:
            return None
        return 0 if name.endswith("-live") else int(found["number"] or 1)

    def _seen(self) -> Generation:
        while True:
            number = self.pointer().generation
            found = self._generation(number)
            # Another process may have shown its draft in between, and dropped what was just opened.
            if self.pointer().generation == number:
                return found

    def _generation(self, number: int) -> Generation:
        name = self._base if number == 1 else f"{self._base}-g{number}"
        with self._guard():
            texts, pictures = (
                self._client.get_or_create_collection(
                    f"{name}-{kind}", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
                )
                for kind in ("text", "picture")
            )
        return Generation(number, texts, pictures, self.dim, self._guard)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """Chroma's and the network's errors, as what they mean here."""
        try:
            yield
        except NotFoundError as error:
            raise _Gone from error
        except httpx.TimeoutException as error:
            raise VectorsUnavailable(f"The Chroma server at {_place(self.where)} is too slow.") from error
        except httpx.HTTPError as error:
            raise VectorsUnavailable(f"The Chroma server at {_place(self.where)} doesn't answer.") from error
        except ChromaError as error:
            raise VectorsUnavailable(f"Chroma at {_place(self.where)} refuses: {error}") from error
        except Exception as error:
            # What Chroma's client raises for an answer that isn't Chroma's, say of a proxy before it.
            if self.embedded or type(error) is not Exception:
                raise
            raise VectorsUnavailable(
                f"The server at {_place(self.where)} doesn't answer as Chroma."
            ) from error

    def _ask(self, what: Callable[[Generation], _T]) -> _T:
        """`what` of the generation that is seen; again where that was replaced in the meantime.

        A generation is dropped after its follower is shown. So what was read is whole if it is still seen
        afterwards; else it may be of a half-dropped one, of which Chroma returns errors or too little.
        """
        for _ in range(_TRIES):
            live = self._live
            try:
                found = what(live)
            except _Gone:
                self._open_anew(live)
            except VectorsUnavailable:
                if not self._replaced(live):
                    raise
            else:
                if not self._replaced(live):
                    return found
        raise VectorsUnavailable(f"The vectors at {_place(self.where)} are being replaced; try again.")

    def _replaced(self, live: Generation) -> bool:
        # In a folder nobody but this object can have replaced it; a server's pointer has to be asked, 2 ms.
        if not self.embedded:
            self.refresh()
        return self._live is not live

    def _open_anew(self, live: Generation) -> None:
        """After `live` wasn't there: dropped by its owner, or a server that came back without it."""
        with self._turning:
            if self._live is live:
                self._live = self._seen()
                self.version += 1

    # ── writing ─────────────────────────────────────────────────────────────────────────────────────

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
        """Write the vectors of some products; a product counts as written only when all of it is."""
        if products:
            self._ask(lambda live: live.upsert(products))
            self._written()

    def delete(self, product_ids: Sequence[str]) -> None:
        """Remove the vectors of some products; unknown ids are no error."""
        self._ask(lambda live: live.delete(product_ids))
        self._written()

    def delete_pictures(self, card_ids: Sequence[str]) -> None:
        """Remove the picture vectors of some cards; unknown ids are no error."""
        self._ask(lambda live: live.delete_pictures(card_ids))
        self._written()

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────

    def held(self) -> dict[str, Held]:
        """By product id, what its vectors were made from and which pictures it has."""
        return self._ask(Generation.held)

    def hashes(self) -> dict[str, str]:
        """product id → hash of what its vectors were made from."""
        return {id_: held.embed_hash for id_, held in self.held().items()}

    def hashes_of(self, product_ids: Sequence[str]) -> dict[str, str]:
        """Of those that have vectors, the hash of what these were made from."""
        return self._ask(lambda live: live.hashes_of(product_ids))

    def cards(self) -> list[str]:
        """The ids of all cards that have a picture vector."""
        return self._ask(Generation.cards)

    def text_vectors(self, product_ids: Sequence[str]) -> Vector:
        """float32[n, dim]: the text vectors of some products, zeros where there is none."""
        return self._ask(lambda live: live.text_vectors(product_ids))

    def picture_vectors(self, card_ids: Sequence[str]) -> Vector:
        """float32[n, dim]: the picture vectors of some cards, zeros where there is none."""
        return self._ask(lambda live: live.picture_vectors(card_ids))

    def nearest_texts(self, vector: Vector, count: int) -> Neighbours:
        """The products whose text lies nearest, approximately (HNSW), without any filter."""
        return self._ask(lambda live: live.nearest_texts(vector, count))

    def nearest_pictures(self, vector: Vector, count: int) -> Neighbours:
        """The cards whose picture lies nearest, approximately (HNSW), without any filter."""
        return self._ask(lambda live: live.nearest_pictures(vector, count))

    def lost(self, sample: Sequence[Embedded]) -> tuple[list[str], list[str]]:
        """Of what was written, the ids whose vector isn't kept as it was, and those not found by it."""
        return self._ask(lambda live: live.lost(sample))

    def count(self) -> int:
        """How many products have vectors."""
        return self.counts()[0]

    def counts(self) -> tuple[int, int]:
        """How many products have a text vector, and how many cards a picture vector."""
        return self._ask(Generation.counts)


def card_id(product_id: str, color: str | None) -> str:
    """The id of one product in one colour, as `types.Recommendation.card_id` has it."""
    return f"{product_id}:{color or ''}"


def _drop_folders(chroma: Path) -> None:
    """Remove the folders that Chroma leaves of dropped collections; they are as large as the vectors."""
    with closing(sqlite3.connect(f"file:{chroma / 'chroma.sqlite3'}?mode=ro", uri=True)) as connection:
        used = {str(row[0]) for row in connection.execute("SELECT id FROM segments")}
    for folder in chroma.iterdir():
        if folder.is_dir() and _UUID.fullmatch(folder.name) and folder.name not in used:
            shutil.rmtree(folder)


def _place(address: str) -> str:
    """host:port of a server, or the folder as it is."""
    if not address.startswith(("http://", "https://")):
        return address
    url = urlsplit(address)
    return f"{url.hostname or 'localhost'}:{url.port or (443 if url.scheme == 'https' else 80)}"


def _server(address: str, settings: Settings) -> tuple[Any, None]:
    """A client of a Chroma server, without a lock. Raises `VectorsUnavailable` if it doesn't answer."""
    host, _, port = _place(address).rpartition(":")
    scheme = urlsplit(address).scheme
    try:
        # Chroma's client waits for ever, also while it is being made, so ask first whether there is anyone.
        httpx.get(f"{scheme}://{host}:{port}/api/v2/heartbeat", timeout=_HEARTBEAT).raise_for_status()
        client: Any = chromadb.HttpClient(host=host, port=int(port), ssl=scheme == "https", settings=settings)
    except (httpx.HTTPError, ValueError) as error:  # ValueError: what Chroma raises when it can't connect
        raise VectorsUnavailable(f"The Chroma server at {host}:{port} doesn't answer.") from error
    client._server._session.timeout = _TIMEOUT  # no setting of Chroma's reaches it
    return client, None
