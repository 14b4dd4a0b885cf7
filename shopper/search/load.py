"""Loads the catalog from the store and the index, and keeps it in step with them by what changed.

Knows nothing about queries or ranking.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from shopper.products.state import CatalogState
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search.catalog import HASH, STALE, Catalog, Facts, FactsBuilder, Hashes
from shopper.search.clusters import Fixed
from shopper.search.columns import Rows
from shopper.search.encoder import Encoder
from shopper.search.facets import Facets
from shopper.search.index import ProductIndex, card_id
from shopper.search.snapshot import Snapshot
from shopper.search.vectors import Table, Vectors, fixed
from shopper.types import Product

# Said by nobody who shops; what the encoder makes of them is what a coincidence looks like.
_NONSENSE = (
    "xqzt wvbn plmk",
    "asdf jkl qwer",
    "lorem ipsum dolor sit",
    "blorf zanth quibbit",
    "the capital of a country",
    "how to repair a car engine",
    "solve this equation for x",
    "write me a poem",
)
# The code and the words that tables are made by; a snapshot of others is made anew.
_MADE_BY = (
    *(f"search/{name}.py" for name in ("catalog", "clusters", "columns", "facets", "lexical", "mentions")),
    *(f"search/{name}.py" for name in ("vectors", "words")),
    *(f"products/{name}" for name in ("lexicon.py", "lexicon.toml", "taxonomy.py")),
)
_BATCH = 2000
_FEW = 2000  # so many changed products are taken in at once; more are prepared beside the running search
_MAPPED = 20_000  # a catalog of so many cards is used from its file, which costs no memory of its own
_WORTH_KEEPING = 0.1  # the share of products with new prices after which the snapshot is written again


class Difference(NamedTuple):
    """What the store holds now, against a catalog: all ids in feed order, and those to be read."""

    hashes: dict[str, tuple[str, str]]
    changed: list[str]

    @property
    def is_small(self) -> bool:
        return len(self.changed) <= _FEW


class CatalogLoader:
    """Makes catalogs of one shop. With a `folder`, the last one is kept there for the next start."""

    def __init__(
        self,
        *,
        store: ProductStore,
        index: ProductIndex,
        encoder: Encoder,
        taxonomy: Taxonomy,
        folder: Path | None = None,
        exact: bool = False,
    ) -> None:
        self._store, self._index, self._encoder, self._taxonomy = store, index, encoder, taxonomy
        self._snapshot = Snapshot(folder, _kind(encoder)) if folder else None
        self._exact = exact
        self._repriced = 0  # products with new prices since the snapshot was written

    async def load(self) -> Catalog:
        """The catalog as the store holds it now."""
        kept = await asyncio.to_thread(self._restored)
        if kept is None:
            return await self.refreshed(self._empty(await self._store.currency()))
        return await self.refreshed(kept)

    async def difference(self, old: Catalog) -> Difference:
        """Which products have to be read again."""
        hashes = await self._store.hashes()
        number = old.facets.number
        held: list[bytes] = old.content.tolist()
        changed = [
            id_
            for id_, (content, _) in hashes.items()
            if (n := number.get(id_)) is None or held[n] != _short(content) or held[n] == STALE
        ]
        return Difference(hashes, changed)

    async def refreshed(self, old: Catalog, known: Difference | None = None) -> Catalog:
        """`old`, or a new catalog that is in step with the store."""
        state = await self._store.state()
        catalog = old
        if (state.products, state.vectors) != (old.state.products, old.state.vectors):
            catalog = await self._with_products(old, known or await self.difference(old), state)
        if state.prices != old.state.prices:
            catalog = await self.repriced(catalog, old.state.prices, state)
        return replace(catalog, state=state) if catalog.state != state else catalog

    async def repriced(self, old: Catalog, since: int, state: CatalogState) -> Catalog:
        """`old` with the prices and stock that were written after `since`."""
        changes = [change async for batch in self._store.changed_prices(since) for change in batch]
        if not changes:
            return replace(old, state=state)
        catalog = await asyncio.to_thread(old.with_prices, changes, state)
        self._repriced += len(changes)
        if self._repriced > _WORTH_KEEPING * len(catalog.facets.product_ids):
            await asyncio.to_thread(self._keep, catalog)
        return catalog

    # ── products ────────────────────────────────────────────────────────────────────────────────────

    async def _with_products(self, old: Catalog, known: Difference, state: CatalogState) -> Catalog:
        facts, content = await self._facts(old, known)
        facets = facts.facets
        wanted = _hash_array(known.hashes[i][1] if i in known.hashes else "" for i in facets.product_ids)
        await asyncio.to_thread(self._index.refresh)
        while True:
            generation = self._index.generation
            held = old.embedded if old.generation == generation else np.zeros_like(old.embedded)
            vectors, embedded = await self._vectors(old, held, facets, wanted)
            if self._index.generation == generation:
                break  # else the vectors were made anew while some were fetched
        currency = await self._store.currency()

        def finish() -> Catalog:
            nonsense = self._encoder.encode_text(list(_NONSENSE))
            catalog = Catalog.of(
                state=state,
                currency=currency,
                facets=facets,
                lexical=facts.lexical,
                vectors=vectors,
                title_words=facts.title_words,
                content=content,
                embedded=embedded,
                generation=generation,
                coincidence=max(vectors.best_text(v) for v in nonsense),
                taxonomy=self._taxonomy,
            )
            return self._keep(catalog)

        return await asyncio.to_thread(finish)

    async def _facts(self, old: Catalog, known: Difference) -> tuple[Facts, Hashes]:
        """The tables of the store's products, of which only the changed ones are read."""
        if not known.changed and list(known.hashes) == old.facets.product_ids:
            return Facts(old.facets, old.lexical, old.vocabulary.title_words), old.content
        builder = FactsBuilder(self._taxonomy)
        everything = 2 * len(known.changed) > len(known.hashes)
        async for batch in self._store.stream() if everything else self._read(known.changed):
            await asyncio.to_thread(builder.add, batch)
        new = await asyncio.to_thread(builder.build)
        if everything:
            facts = new
        else:
            source = _sources(old.facets, new.facets, known)
            before = Facts(old.facets, old.lexical, old.vocabulary.title_words)
            facts = await asyncio.to_thread(before.merged, new, source)
        content = _hash_array(
            known.hashes[i][0] if i in known.hashes else "" for i in facts.facets.product_ids
        )
        return facts, content

    async def _read(self, ids: Sequence[str]) -> AsyncIterator[list[Product]]:
        for start in range(0, len(ids), _BATCH):
            yield list((await self._store.get(ids[start : start + _BATCH])).values())

    # ── vectors ─────────────────────────────────────────────────────────────────────────────────────

    async def _vectors(
        self, old: Catalog, held: Hashes, facets: Facets, wanted: Hashes
    ) -> tuple[Vectors, Hashes]:
        """The vectors of `facets`, of which only those are fetched that were made anew; with their hashes.

        `held` are the hashes of the old ones, `wanted` those that the store asks for.
        """
        number = old.facets.number
        before = old.vectors.card_start
        cards = np.diff(facets.card_start)
        source = np.empty(len(facets.product_ids), dtype=np.int64)
        fetched: list[int] = []
        for n, id_ in enumerate(facets.product_ids):
            at = number.get(id_)
            same = at is not None and held[at] == wanted[n] != STALE
            if same and at is not None and before[at + 1] - before[at] == cards[n]:
                source[n] = at
            else:
                source[n] = len(before) - 1 + len(fetched)
                fetched.append(n)
        if not fetched and np.array_equal(source, np.arange(len(before) - 1)):
            return old.vectors, held
        texts, pictures, embedded = await asyncio.to_thread(self._fetch, facets, fetched)
        hashes = np.concatenate([held, embedded])[source]

        def merge() -> Vectors:
            vectors = old.vectors.merged(texts, pictures, source, facets.card_start)
            return Vectors(
                vectors.texts.clustered(), vectors.pictures.clustered(), facets.card_start, exact=self._exact
            )

        return await asyncio.to_thread(merge), hashes

    def _fetch(self, facets: Facets, products: list[int]) -> tuple[Fixed, Fixed, Hashes]:
        """Texts, pictures and hashes of some products, as the index holds them."""
        dim = self._index.dim
        counts = np.diff(facets.card_start)[products]
        texts = np.zeros((len(products), dim), dtype=np.int16)
        pictures = np.zeros((int(counts.sum()), dim), dtype=np.int16)
        hashes: list[str] = []
        done = 0
        for start in range(0, len(products), _BATCH):
            part = products[start : start + _BATCH]
            ids = [facets.product_ids[n] for n in part]
            # The hashes first: vectors that are written meanwhile are then fetched again, not missed.
            found = self._index.hashes_of(ids)
            hashes += [found.get(id_, "") for id_ in ids]
            texts[start : start + len(part)] = fixed(self._index.text_vectors(ids))
            cards = [
                card_id(facets.product_ids[n], facets.card_color(c))
                for n in part
                for c in facets.cards_of(n).tolist()
            ]
            pictures[done : done + len(cards)] = fixed(self._index.picture_vectors(cards))
            done += len(cards)
        return texts, pictures, _hash_array(hashes)

    # ── kept for the next start ─────────────────────────────────────────────────────────────────────

    def _keep(self, catalog: Catalog) -> Catalog:
        """Write the snapshot; a large catalog is then used from it."""
        if self._snapshot is None or not self._snapshot.save(*catalog.stored()):
            return catalog
        self._repriced = 0
        if catalog.facets.cards < _MAPPED:
            return catalog
        return self._restored() or catalog

    def _restored(self) -> Catalog | None:
        kept = self._snapshot.load() if self._snapshot else None
        if kept is None:
            return None
        catalog = Catalog.restored(*kept, self._taxonomy)
        catalog.vectors.exact = self._exact
        return catalog

    def _empty(self, currency: str) -> Catalog:
        facts = FactsBuilder(self._taxonomy).build()
        none = np.zeros((0, self._index.dim), dtype=np.int16)
        return Catalog.of(
            state=CatalogState(0, 0, 0),
            currency=currency,
            facets=facts.facets,
            lexical=facts.lexical,
            vectors=Vectors(Table(none), Table(none), facts.facets.card_start, exact=self._exact),
            title_words=frozenset(),
            content=_hash_array([]),
            embedded=_hash_array([]),
            generation=0,
            coincidence=-1.0,
            taxonomy=self._taxonomy,
        )


def _sources(old: Facets, new: Facets, known: Difference) -> Rows:
    """int64[n]: for each product of the store, its number in `old` followed by `new`."""
    changed = set(known.changed)
    out = []
    for id_ in known.hashes:
        at = new.number.get(id_) if id_ in changed else old.number[id_]
        if at is not None:  # a product that was deleted while we read is gone
            out.append(at + len(old.product_ids) if id_ in changed else at)
    return np.array(out, dtype=np.int64)


def _short(hash_: str) -> bytes:
    return hash_[:16].encode()


def _hash_array(hashes: Iterable[str]) -> Hashes:
    return np.array([_short(h) for h in hashes], dtype=HASH)


def _kind(encoder: Encoder) -> str:
    """What a snapshot depends on beside the store: the encoder, and the code that makes the tables."""
    return f"{encoder.id}/{encoder.dim}/{_code()}"


@cache
def _code() -> str:
    root = Path(__file__).parent.parent
    told = hashlib.sha256()
    for name in _MADE_BY:
        told.update((root / name).read_bytes())
    return told.hexdigest()[:16]
