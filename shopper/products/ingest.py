"""A feed into the shop: only what changed, batch by batch, with every reject named.

Knows nothing about file formats or vectors; the search brings its vectors in step afterwards.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from shopper.errors import CatalogMissing, Conflict
from shopper.products.batches import Batch, BatchReader, survey
from shopper.products.claims import Claim, Claims, unrivalled
from shopper.products.feed import Feed, RowError, feed_file, open_feed
from shopper.products.images import MediaFolder
from shopper.products.pictures import Pictures
from shopper.products.store import NewRow, ProductStore, content_hash, embed_hash
from shopper.products.taxonomy import Taxonomy
from shopper.types import Value

Progress = Callable[[str, int, int | None], None]

# A feed that drops more than this share of the shop is more likely cut off than meant.
_MOST_DELETED = 0.3


class FeedProblem(Value):
    """A rejected row, or (field `image`) a picture that an accepted row goes without."""

    line: int
    field: str | None
    reason: str


class IngestReport(Value):
    """What an ingest did; after a dry run, what it would have done.

    `accepted` counts new and changed products, `unchanged` those whose facts are as stored, `rejected`
    the rows that were not taken. `products` and `variants` are the shop's totals afterwards,
    `remote_images` the pictures that are absent because they are web addresses. `resumed` says that an
    earlier ingest was cut off, and that this one finished its work.
    """

    accepted: int
    rejected: int
    unchanged: int
    deleted: int = 0
    products: int
    variants: int
    remote_images: int = 0
    errors: tuple[FeedProblem, ...]
    resumed: bool = False
    seconds: float


async def ingest(
    feed: Path,
    *,
    store: ProductStore,
    media: MediaFolder,
    taxonomy: Taxonomy,
    images: Path | None = None,
    format: str = "auto",
    dry_run: bool = False,
    replace: bool = False,
    force: bool = False,
    currency: str | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Bring the shop to what `feed` says; pictures are looked for in `images`, else beside the feed.

    Each batch is written at once, so a killed ingest loses nothing and the next one goes on; other processes
    are told when all is written. With `replace`, products that the feed doesn't name are deleted at the end,
    unless that is over 30 % of the shop and `force` isn't given: then Conflict, and nothing is changed.
    `currency` holds for prices that name none. Raises FeedError for an unreadable feed, StoreBusy where
    another ingest is writing.
    """
    started = time.perf_counter()
    tell = progress or (lambda stage, done, total: None)
    own_currency = await _currency(store)
    source = await asyncio.to_thread(
        open_feed, feed, format=format, taxonomy=taxonomy, currency=currency or own_currency
    )
    folder = images or (await asyncio.to_thread(feed_file, feed)).parent
    with Pictures(media, folder, keep=not dry_run) as pictures:
        work = _Ingest(source, store, media, pictures, tell, dry_run=dry_run, replace=replace, force=force)
        if dry_run:
            await work.run(own_currency)
        else:
            async with store.writer().alone():
                await work.run(own_currency)
        products, variants = await store.counts()
    errors = sorted([*work.problems, *work.warnings], key=lambda e: (e.line, e.field or ""))
    return IngestReport(
        accepted=work.accepted,
        rejected=len(work.problems),
        unchanged=work.unchanged,
        deleted=work.deleted,
        products=products + work.more[0],
        variants=variants + work.more[1],
        remote_images=pictures.remote,
        errors=tuple(FeedProblem(line=e.line, field=e.field, reason=e.reason) for e in errors),
        resumed=work.resumed,
        seconds=round(time.perf_counter() - started, 3),
    )


async def _currency(store: ProductStore) -> str | None:
    try:
        return await store.currency()
    except CatalogMissing:
        return None


class _Ingest:
    """One run over a feed."""

    def __init__(
        self,
        feed: Feed,
        store: ProductStore,
        media: MediaFolder,
        pictures: Pictures,
        tell: Progress,
        *,
        dry_run: bool,
        replace: bool,
        force: bool,
    ) -> None:
        self._feed = feed
        self._store = store
        self._media = media
        self._pictures = pictures
        self._tell = tell
        self._dry_run = dry_run
        self._replace = replace
        self._force = force
        self._writer = store.writer()
        self.problems: list[RowError] = []
        self.warnings: list[RowError] = []
        self.accepted = self.unchanged = self.deleted = 0
        self.more = (0, 0)  # products and variants that a dry run would have added
        self.resumed = False

    async def run(self, own_currency: str | None) -> None:
        # 1. What is stored, and which of the feed's rows needn't be read.
        self.resumed = not self._dry_run and await self._writer.interrupted()
        self._stored, known = await self._known()
        # 2. Look through the feed first where all of it decides: about the currency, about deleting.
        currency = own_currency
        if self._replace or not self._stored:
            found = await asyncio.to_thread(survey, self._feed, self._pictures, known, own_currency)
            if self._replace and not self._force:
                self._guard(self._stored - found.named)
            currency = found.currency or own_currency
        # Prices in two currencies must never stand side by side, so a change of it is one transaction.
        at_once = bool(self._stored) and currency != own_currency
        # 3. Batch by batch; the next one is read while this one is written.
        reader = BatchReader(self._feed, self._pictures, {} if at_once else known, currency)
        claims = Claims(self._store, remember=self._dry_run or at_once)
        held: list[Claim] = []
        coming = asyncio.create_task(asyncio.to_thread(reader.next))
        try:
            while batch := await coming:
                coming = asyncio.create_task(asyncio.to_thread(reader.next))
                self._tell("reading", reader.rows, None)
                changed = await self._changed(batch)
                if at_once or self._dry_run:
                    changed, refused = await claims.settle(changed, reader.seen)
                    self.problems += refused
                    await self._count(changed)
                    held += changed if at_once else []
                else:
                    await self._write(changed, claims, reader.seen)
                self._tell("writing", self.accepted, None)
        finally:
            await asyncio.gather(coming, return_exceptions=True)
        # 4. What had to wait for the end of the feed.
        rest, refused = await claims.settle_rest(reader.seen)
        self.problems += refused
        await self._count(rest)
        await self._end([claim.row for claim in [*held, *rest]], reader.seen, at_once=at_once)
        self._tell("writing", self.accepted, self.accepted)

    async def _known(self) -> tuple[frozenset[str], dict[str, str]]:
        """The ids of all products, and which of them each known row hash stands for."""
        hashes = await self._store.row_hashes()
        named = await self._store.images()
        lost = sorted(named - await asyncio.to_thread(self._media.names)) if named else []
        # A picture that is gone from the media folder comes back by reading its product's row again.
        again = await self._store.with_images(lost)
        known = {row_hash: key for key, row_hash in hashes.items() if row_hash and key not in again}
        return frozenset(hashes), known

    def _guard(self, gone: Collection[str]) -> None:
        if len(gone) > _MOST_DELETED * len(self._stored):
            raise Conflict(
                f"This feed would delete {len(gone)} of {len(self._stored)} products; nothing was changed. "
                "If that is meant, force it."
            )

    async def _changed(self, batch: Batch) -> list[Claim]:
        """The products of a batch whose content isn't as stored, with their pictures."""
        self.problems += batch.errors
        self.unchanged += batch.unchanged
        products, warnings, bad = await self._pictures.admit([found.item for found in batch.found])
        self.warnings += warnings
        if self._pictures.done:
            self._tell("photos", self._pictures.done, None)
        before = await self._store.content_hashes([p.id for p in products if p.id in self._stored])
        claims: list[Claim] = []
        same: list[tuple[str, str, str]] = []
        for product, found in zip(products, batch.found, strict=True):
            content = content_hash(product)
            # A bad picture is named by every ingest until it is mended, so its row is always read.
            row_hash = None if product.id in bad else found.row_hash
            if before.get(product.id) == content:
                self.unchanged += 1
                same += [(product.id, content, row_hash)] if row_hash else []
                continue
            row = NewRow(found.position, product, content, embed_hash(product), row_hash)
            claims.append(Claim(row, found.item.line, found.item.lines))
        if not self._dry_run:
            await self._writer.touch(same)
        return claims

    async def _write(self, batch: list[Claim], claims: Claims, seen: Mapping[str, int]) -> None:
        """Write a batch; whose each variant is needs to be asked only where one is claimed twice."""
        held, refused = unrivalled(batch)
        try:
            await self._writer.write([claim.row for claim in held], self._stored)
        except IntegrityError:
            held, refused = await claims.settle(batch, seen)
            await self._writer.write([claim.row for claim in held], self._stored)
        self.problems += refused
        self.accepted += len(held)

    async def _count(self, held: list[Claim]) -> None:
        """Count what isn't written yet."""
        self.accepted += len(held)
        if self._dry_run:
            replaced = await self._store.variant_counts([c.id for c in held if c.id in self._stored])
            variants = sum(len(c.row.product.variants) for c in held) - sum(replaced.values())
            self.more = (self.more[0] + len(held) - len(replaced), self.more[1] + variants)

    async def _end(self, rows: list[NewRow], seen: Mapping[str, int], *, at_once: bool) -> None:
        """Write what is left, delete what the feed doesn't name, and tell readers."""
        deletes: list[str] = []
        if self._replace:
            # A product whose row was rejected is named, and stays.
            rejected = {problem.product_id for problem in self.problems}
            deletes = [key for key in self._stored if key not in seen and key not in rejected]
        if self._dry_run:
            gone = await self._store.variant_counts(deletes)
            self.more = (self.more[0] - len(gone), self.more[1] - sum(gone.values()))
            self.deleted = len(deletes)
            return
        if deletes and self._feed.has_changed():
            await self._writer.finish()
            raise Conflict("The feed was changed while it was read, so nothing was removed; run it again.")
        if at_once:
            await self._writer.write_all(rows, deletes)
        else:
            await self._writer.write(rows, self._stored)
        await self._writer.finish([] if at_once else deletes)
        self.deleted = len(deletes)
        if self._replace:
            await asyncio.to_thread(self._media.prune, await self._store.images())
