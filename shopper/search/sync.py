"""Brings the vectors in step with the store: encodes what changed, forgets what is gone.

Knows nothing about feeds or queries. Killed at any moment, the next run does what is left.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from shopper.database import Database, MetaRow
from shopper.errors import ShopperError, StoreBusy
from shopper.products.images import MediaFolder
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search.embed import RECIPE, Parts, Told, card_image, embed, text_document
from shopper.search.encoder import Encoder
from shopper.search.index import Embedded, Generation, Held, ProductIndex
from shopper.search.one_writer import one_writer

__all__ = ["card_image", "in_step", "rebuild_vectors", "sync_vectors", "text_document"]

_log = logging.getLogger(__name__)
_IN_STEP = "vectors_in_step"
_SAMPLE = 50  # products whose vectors are looked up again in a new generation
_UNFOUND = 0.02  # of the sample may be missed by the search itself, which is approximate
_PASSES = 5  # over what a feed changed while a new generation was being made


async def sync_vectors(
    *,
    store: ProductStore,
    index: ProductIndex,
    encoder: Encoder,
    media: MediaFolder,
    taxonomy: Taxonomy,
    db: Database | None = None,
    wait: bool = True,
    force: bool = False,
    progress: Told | None = None,
) -> int:
    """How many products were encoded anew; `progress` hears (done, total) after each batch.

    With `db`, it is remembered there what is in step, so that the next run has nothing to compare unless
    `force`; and one process writes vectors at a time: without `wait`, nothing is done while another does.
    Vectors of another recipe are made anew beside the old ones, as by `rebuild_vectors`.
    """
    parts = Parts(store, encoder, media, taxonomy)
    if db is None:
        await asyncio.to_thread(index.refresh)
        return await _sync(parts, index, None, force, progress)
    await store.recover()
    await asyncio.to_thread(index.refresh)
    if not force and await in_step(store, index, db):
        return 0
    async with one_writer(db, wait=wait) as held:
        if not held:
            _log.info("another process is bringing the vectors in step; going on with what there is")
            return 0
        if not force and await in_step(store, index, db):
            return 0
        return await _sync(parts, index, db, force, progress)


async def rebuild_vectors(
    *,
    store: ProductStore,
    index: ProductIndex,
    encoder: Encoder,
    media: MediaFolder,
    taxonomy: Taxonomy,
    db: Database,
    progress: Told | None = None,
) -> int:
    """Make all vectors anew beside those that readers see, verify them, and let readers see them instead.

    How many products were encoded. Raises ShopperError if what was written isn't found again; the old vectors
    stay then, as they do if this is stopped. Raises StoreBusy while another process writes vectors.
    """
    parts = Parts(store, encoder, media, taxonomy)
    await store.recover()
    async with one_writer(db, wait=False) as held:
        if not held:
            raise StoreBusy(
                "Another process is writing this shop's vectors (an ingest or a reindex); "
                "wait until it is done, then run this again."
            )
        await asyncio.to_thread(index.refresh)
        return await _rebuild(parts, index, db, progress, other_encoders=True)


async def in_step(store: ProductStore, index: ProductIndex, db: Database) -> bool:
    """Whether nothing was written since the vectors were last brought in step with the products."""
    state = await store.state()
    async with db.transaction() as session:
        row = await session.get(MetaRow, _IN_STEP)
    # Their count isn't asked for: it makes Chroma read its whole index into memory.
    pointer = await asyncio.to_thread(index.pointer)
    if row is None or not pointer.stamp or pointer.recipe != RECIPE:
        return False
    return row.value == _note(pointer.stamp, state.products)


def _note(stamp: str, revision: int) -> str:
    # The stamp is in Chroma too, so that an older copy of either database isn't taken for being in step.
    return f"{stamp} {revision}"


async def _sync(
    parts: Parts, index: ProductIndex, db: Database | None, force: bool, progress: Told | None
) -> int:
    recipe = (await asyncio.to_thread(index.pointer)).recipe
    count = await asyncio.to_thread(index.count)
    if recipe != RECIPE and count:
        _log.info("the vectors are of recipe %s; making those of recipe %s beside them", recipe, RECIPE)
        return await _rebuild(parts, index, db, progress)
    state = await parts.store.state()
    work = await _work(parts.store, index)
    if work.gone or work.changed or force or recipe != RECIPE:
        await asyncio.to_thread(lambda: index.mark(recipe=RECIPE, stamp=""))
    sent = _Sent(index, {i: len(held.cards) for i, held in work.present.items()})
    with index.changing():
        if work.gone:
            await asyncio.to_thread(sent.delete, work.gone)
        if work.changed:
            await embed(work.changed, work.hashes, parts, sent.upsert, progress)
    if force:
        await asyncio.to_thread(_drop_strays, index)
    await remember(index, db, state.products)
    if work.gone or work.changed or force:
        await parts.store.vectors_changed()
    if work.changed and index.embedded and await asyncio.to_thread(index.other_encoders):
        # The encoder was changed, and nobody else can be reading the old one's vectors.
        await asyncio.to_thread(_drop_strays, index)
        await asyncio.to_thread(sent.verify)
        await asyncio.to_thread(lambda: index.drop_unseen(other_encoders=True))
    return len(work.changed)


@dataclass(frozen=True)
class _Work:
    hashes: dict[str, str]
    changed: list[str]
    gone: list[str]
    present: dict[str, Held]


async def _work(store: ProductStore, held: ProductIndex | Generation) -> _Work:
    """What has to be done to `held`, in the order of the store."""
    # The vectors first: what another process adds in between is then not taken for something that is gone.
    present = await asyncio.to_thread(held.held)
    wanted = await store.embed_hashes()
    changed = [i for i, hash_ in wanted.items() if i not in present or present[i].embed_hash != hash_]
    return _Work(wanted, changed, [i for i in present if i not in wanted], present)


def _drop_strays(index: ProductIndex) -> None:
    """Forget pictures that no product's note names: what a killed write left."""
    noted = {card for held in index.held().values() for card in held.cards}
    strays = [card for card in index.cards() if card not in noted]
    if strays:
        index.delete_pictures(strays)


async def remember(index: ProductIndex, db: Database | None, revision: int) -> None:
    """Note that the vectors are in step with the products of `revision`."""
    if db is None:
        return
    stamp = secrets.token_hex(8)
    await asyncio.to_thread(lambda: index.mark(recipe=RECIPE, stamp=stamp))
    value = _note(stamp, revision)
    async with db.transaction() as session:
        await session.merge(MetaRow(key=_IN_STEP, value=value))


# ── a new generation ────────────────────────────────────────────────────────────────────────────────


async def _rebuild(
    parts: Parts,
    index: ProductIndex,
    db: Database | None,
    progress: Told | None,
    *,
    other_encoders: bool = False,
) -> int:
    draft = await asyncio.to_thread(index.draft)
    sent = _Sent(draft)
    encoded = 0
    for _ in range(_PASSES):
        state = await parts.store.state()
        work = await _work(parts.store, draft)
        if work.gone:
            await asyncio.to_thread(sent.delete, work.gone)
        if not work.changed:
            break
        await embed(work.changed, work.hashes, parts, sent.upsert, progress)
        encoded += len(work.changed)
    await asyncio.to_thread(sent.verify)
    await asyncio.to_thread(lambda: index.show(draft, recipe=RECIPE))
    await remember(index, db, state.products)
    await parts.store.vectors_changed()
    drop_others = other_encoders or index.embedded
    await asyncio.to_thread(lambda: index.drop_unseen(other_encoders=drop_others))
    return encoded


@dataclass
class _Sent:
    """What was written to vectors that have to be verified."""

    held: ProductIndex | Generation
    cards: dict[str, int] = field(default_factory=dict)  # by product, how many pictures it has
    sample: dict[str, Embedded] = field(default_factory=dict)
    draw: Callable[[int], int] = field(default_factory=lambda: random.Random(0).randrange)

    def upsert(self, products: Sequence[Embedded]) -> None:
        self.held.upsert(products)
        for product in products:
            self.cards[product.product_id] = len(product.pictures)
            if product.product_id in self.sample or len(self.sample) < _SAMPLE:
                self.sample[product.product_id] = product
            elif self.draw(len(self.cards)) < _SAMPLE:
                self.sample.pop(list(self.sample)[self.draw(_SAMPLE)])
                self.sample[product.product_id] = product

    def delete(self, ids: Iterable[str]) -> None:
        gone = list(ids)
        self.held.delete(gone)
        for id_ in gone:
            self.cards.pop(id_, None)
            self.sample.pop(id_, None)

    def verify(self) -> None:
        """Raises ShopperError if what was written isn't there."""
        wrong: list[str] = []
        texts, pictures = self.held.counts()
        if texts != len(self.cards):
            wrong.append(f"{texts} of {len(self.cards)} texts are there")
        if pictures != sum(self.cards.values()):
            wrong.append(f"{pictures} of {sum(self.cards.values())} pictures are there")
        changed, unfound = self.held.lost(list(self.sample.values()))
        if changed:
            wrong.append(f"{len(changed)} of a sample came back changed (first: {changed[0]})")
        if len(unfound) > _UNFOUND * len(self.sample):
            wrong.append(f"{len(unfound)} of a sample aren't found by themselves (first: {unfound[0]})")
        if wrong:
            raise ShopperError(
                f"The new vectors aren't as they were written: {'; '.join(wrong)}. "
                "The old ones stay in use; free some disk space and try again: shopper reindex"
            )
