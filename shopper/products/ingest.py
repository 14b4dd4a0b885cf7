"""A feed into the shop: only what changed, in one transaction, with every reject named.

Knows nothing about file formats or vectors; the search brings its vectors in step afterwards.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from shopper.errors import BadInput, CatalogMissing, Conflict
from shopper.products.feed import FeedProduct, RowError, feed_file, read_feed
from shopper.products.images import MediaFolder, RemoteImage
from shopper.products.store import ProductStore, content_hash, embed_hash
from shopper.products.taxonomy import Taxonomy
from shopper.types import Product, Value

Progress = Callable[[str, int, int | None], None]

_BATCH = 200
# Decoding a photo of 50 megapixels takes 150 MB, so few at a time.
_WORKERS = min(4, os.cpu_count() or 1)
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
    `remote_images` the pictures that are absent because they are web addresses.
    """

    accepted: int
    rejected: int
    unchanged: int
    deleted: int = 0
    products: int
    variants: int
    remote_images: int = 0
    errors: tuple[FeedProblem, ...]
    seconds: float


@dataclass
class _Plan:
    upserts: list[tuple[int, Product, str, str]]
    unchanged: set[str]
    deletes: list[str]


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

    With `replace`, products that the feed doesn't name are deleted, unless that is over 30 % of the shop
    and `force` isn't given (Conflict). `currency` holds for prices that name none. Raises FeedError for
    an unreadable feed.
    """
    started = time.perf_counter()
    tell = progress or (lambda stage, done, total: None)
    own_currency = await _currency(store)
    rows = await asyncio.to_thread(
        read_feed, feed, format=format, taxonomy=taxonomy, currency=currency or own_currency
    )
    good, problems = await _read(rows, tell)
    stored = await store.hashes()
    kept = None if replace or not stored else own_currency
    good, refused = _in_one_currency(good, kept)
    problems += refused
    folder = images or (await asyncio.to_thread(feed_file, feed)).parent
    names, warnings, remote = await _admit(good, media, folder, keep=not dry_run, tell=tell)
    plan = _plan([_pictured(item, names) for item in good], stored)
    plan, taken = await _without_foreign_variants(plan, good, store)
    problems += taken
    if replace:
        plan.deletes = _deletes(plan, stored, problems, force=force)
    tell("writing", 0, len(plan.upserts))
    products, variants = await _totals(plan, store)
    if not dry_run:
        await store.write(plan.upserts, plan.deletes)
        products, variants = await store.counts()
    tell("writing", len(plan.upserts), len(plan.upserts))
    errors = sorted([*problems, *warnings], key=lambda e: (e.line, e.field or ""))
    return IngestReport(
        accepted=len(plan.upserts),
        rejected=len(problems),
        unchanged=len(plan.unchanged),
        deleted=len(plan.deletes),
        products=products,
        variants=variants,
        remote_images=remote,
        errors=tuple(FeedProblem(line=e.line, field=e.field, reason=e.reason) for e in errors),
        seconds=round(time.perf_counter() - started, 3),
    )


async def _currency(store: ProductStore) -> str | None:
    try:
        return await store.currency()
    except CatalogMissing:
        return None


async def _read(
    rows: Iterator[FeedProduct | RowError], tell: Progress
) -> tuple[list[FeedProduct], list[RowError]]:
    """All rows of the feed; read off the event loop, a batch at a time."""
    good: list[FeedProduct] = []
    problems: list[RowError] = []
    while batch := await asyncio.to_thread(lambda: list(islice(rows, _BATCH))):
        good += [row for row in batch if isinstance(row, FeedProduct)]
        problems += [row for row in batch if isinstance(row, RowError)]
        tell("reading", len(good) + len(problems), None)
    return good, problems


def _in_one_currency(good: list[FeedProduct], kept: str | None) -> tuple[list[FeedProduct], list[RowError]]:
    """The products in the shop's currency: the one it has, else the one most of the feed is in."""
    counts = Counter(item.product.variants[0].price.currency for item in good)
    if not counts:
        return good, []
    currency = kept or min(counts, key=lambda c: (-counts[c], c))
    refused = [
        RowError(i.line, "price", f"is in {c}, but the shop sells in {currency}", i.product.id)
        for i in good
        if (c := i.product.variants[0].price.currency) != currency
    ]
    return [i for i in good if i.product.variants[0].price.currency == currency], refused


async def _admit(
    good: list[FeedProduct], media: MediaFolder, folder: Path, *, keep: bool, tell: Progress
) -> tuple[dict[str, str], list[RowError], int]:
    """Stored names by reference, a warning for each that is no usable photo, and the count of web ones."""
    first: dict[str, tuple[int, str]] = {}
    for item in good:
        for v in item.product.variants:
            if v.image:
                first.setdefault(v.image, (item.lines.get(v.id, item.line), item.product.id))
    names: dict[str, str] = {}
    warnings: list[RowError] = []
    remote = 0
    loop = asyncio.get_running_loop()
    references = list(first)
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="photos") as pool:
        for begin in range(0, len(references), _BATCH):
            batch = references[begin : begin + _BATCH]
            work = (
                loop.run_in_executor(pool, _admit_one, media, reference, folder, keep) for reference in batch
            )
            for reference, result in zip(batch, await asyncio.gather(*work), strict=True):
                line, product_id = first[reference]
                if isinstance(result, str):
                    names[reference] = result
                elif isinstance(result, RemoteImage):
                    remote += 1
                else:
                    warnings.append(RowError(line, "image", result.message, product_id))
            tell("photos", begin + len(batch), len(references))
    return names, warnings, remote


def _admit_one(media: MediaFolder, reference: str, folder: Path, keep: bool) -> str | BadInput:
    try:
        return media.admit(reference, images_dir=folder, keep=keep)
    except BadInput as error:
        return error


def _pictured(item: FeedProduct, names: dict[str, str]) -> Product:
    """The product with stored names in place of the feed's references."""
    variants = tuple(
        v.model_copy(update={"image": names.get(v.image)}) if v.image else v for v in item.product.variants
    )
    return item.product.model_copy(update={"variants": variants})


def _plan(products: list[Product], stored: dict[str, tuple[str, str]]) -> _Plan:
    plan = _Plan([], set(), [])
    for position, product in enumerate(products):
        content = content_hash(product)
        if stored.get(product.id, ("", ""))[0] == content:
            plan.unchanged.add(product.id)
        else:
            plan.upserts.append((position, product, content, embed_hash(product)))
    return plan


async def _without_foreign_variants(
    plan: _Plan, good: list[FeedProduct], store: ProductStore
) -> tuple[_Plan, list[RowError]]:
    """The plan without products that claim a variant id of a stored product outside of it."""
    owners = await store.owners([v.id for _, p, _, _ in plan.upserts for v in p.variants])
    replaced = {p.id for _, p, _, _ in plan.upserts}
    lines = {item.product.id: item.line for item in good}
    upserts, refused = [], []
    for row in plan.upserts:
        product = row[1]
        owner = next(
            (o for v in product.variants if (o := owners.get(v.id, product.id)) not in replaced), None
        )
        if owner is None:
            upserts.append(row)
            continue
        reason = f"one of its variant ids belongs to the product “{owner}”"
        refused.append(RowError(lines[product.id], "variants.id", reason, product.id))
    return _Plan(upserts, plan.unchanged, plan.deletes), refused


def _deletes(
    plan: _Plan, stored: dict[str, tuple[str, str]], problems: list[RowError], *, force: bool
) -> list[str]:
    """Stored products that the feed doesn't name. One whose row was rejected is named, and stays."""
    named = {p.id for _, p, _, _ in plan.upserts} | plan.unchanged | {e.product_id for e in problems}
    gone = [product_id for product_id in stored if product_id not in named]
    if not force and len(gone) > _MOST_DELETED * len(stored):
        raise Conflict(
            f"This feed would delete {len(gone)} of {len(stored)} products; nothing was changed. "
            "If that is meant, force it."
        )
    return gone


async def _totals(plan: _Plan, store: ProductStore) -> tuple[int, int]:
    """Products and variants as they will be after the plan."""
    counts = await store.variant_counts()
    counts.update({p.id: len(p.variants) for _, p, _, _ in plan.upserts})
    for product_id in plan.deletes:
        counts.pop(product_id, None)
    return len(counts), sum(counts.values())
