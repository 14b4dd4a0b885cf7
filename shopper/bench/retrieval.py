"""Measures search on a grown shop of any size: speed, recall, memory, readiness, ingest and price updates.

Knows nothing about settings; it is given a way to open a shop's catalog and a command that serves one.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from shopper.bench.grown import SEED, Grower
from shopper.bench.grown_vectors import GrownVectors
from shopper.bench.kept_index import KeptIndex
from shopper.bench.measures import (
    Latency,
    Remembered,
    agreement,
    page_recall,
    time_finds,
    time_prices,
    time_rival,
    vector_recall,
)
from shopper.bench.plain_facts import PlainFacts
from shopper.bench.questions import Question, ask
from shopper.bench.rivals import ChromaWhere, ExactScan
from shopper.bench.warehouse import FileShelf, IndexShelf, Progress, Shelf, Warehouse
from shopper.errors import ShopperError
from shopper.products.ingest import IngestReport, ingest
from shopper.search.find import ProductSearch
from shopper.search.index import ProductIndex
from shopper.search.score import query_words
from shopper.search.sync import remember as remember
from shopper.shop import Catalog, load_feed, sync
from shopper.types import ShopperQuery

OpenCatalog = Callable[[Path], Awaitable[Catalog]]
Tell = Callable[[str], None]
_RANKED = 80  # questions that are asked once more with every allowed card ranked, which takes seconds
_WARM = 60  # other questions asked first, so that what a running shop has read before is read


@dataclass(frozen=True)
class Plan:
    """What to measure, and where things lie."""

    products: int
    keep: Path
    catalog: Path  # the demo shop
    chroma: bool = True
    ingest: bool = False
    questions: int = 200
    views: int = 8
    patterns: int | None = None  # rows of the range to grow from; all of them if None
    seed: int = SEED

    @property
    def folder(self) -> Path:
        return self.keep / str(self.products)

    @property
    def data(self) -> Path:
        return self.folder / "data"


@dataclass
class Figures:
    """What one run found; `as_json` has the main figures first."""

    main: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"bench": "retrieval", **self.main, **self.more}


async def bench(plan: Plan, *, open_catalog: OpenCatalog, probe: Sequence[str], tell: Tell) -> dict[str, Any]:
    """Build what isn't built, measure everything, and return one JSON object.

    `probe` is a command that opens the shop in `plan.data`, answers the questions of a file and prints what
    `serve_questions` returns; the file's path is put after it.
    """
    figures = Figures()
    grower = Grower(plan.catalog, plan.seed, plan.patterns)
    plan.folder.mkdir(parents=True, exist_ok=True)
    shop = await open_catalog(plan.data)
    where = (
        await asyncio.to_thread(ChromaWhere, plan.folder / "where", shop.taxonomy) if plan.chroma else None
    )
    shelf = FileShelf(plan.folder, shop.encoder.dim)
    try:
        progress = await _build(plan, grower, shop, shelf, where, tell)
        facts = await asyncio.to_thread(PlainFacts.load, plan.folder / "facts", shop.taxonomy)
        warm, asked = _questions(plan, facts, shop)
        tell("finding")
        index = await _in_step(plan, shop, shelf, facts)
        await _measure_finds(plan, figures, shop, index, facts, shelf, where, (warm, asked))
    finally:
        await shop.close()
        if where is not None:
            where.close()
    figures.more |= {
        "products": plan.products,
        "cards": facts.cards,
        "variants": facts.variants,
        "questions": len(asked),
        "build_s": progress.seconds,
        "cpu": os.cpu_count(),
    }
    tell("starting a server of its own")
    figures.main |= await _probed(plan, probe, asked, figures)
    await _measure_writes(plan, figures, open_catalog, facts, grower, tell)
    return figures.as_json()


async def _build(
    plan: Plan, grower: Grower, shop: Catalog, shelf: FileShelf, where: ChromaWhere | None, tell: Tell
) -> Progress:
    file = plan.folder / "progress.json"
    progress = Progress.load(file) if file.is_file() else Progress(plan.products, plan.seed, plan.views)
    if (progress.products, progress.seed, progress.views) != (plan.products, plan.seed, plan.views):
        raise ShopperError(f"{plan.folder} holds another catalog; give another folder with --keep.")
    if progress.done == plan.products:
        return progress
    shelf.cut(progress.done, progress.cards)
    tell("encoding the demo shop's pictures")
    vectors = await asyncio.to_thread(GrownVectors, plan.keep, grower, shop.encoder, plan.catalog, plan.views)
    shelves: dict[str, Shelf] = {"files": shelf}
    if where is not None:
        shelves |= {"chroma": IndexShelf(shop.index), "chroma_where": where}
    warehouse = Warehouse(
        plan.folder,
        catalog=plan.catalog,
        grower=grower,
        vectors=vectors,
        store=shop.store,
        media=shop.media,
        taxonomy=shop.taxonomy,
        shelves=shelves,
    )
    with shop.index.changing():
        await warehouse.build(progress, lambda done, total: tell(f"building {done:,} of {total:,}"))
    return progress


async def _in_step(plan: Plan, shop: Catalog, shelf: FileShelf, facts: PlainFacts) -> ProductIndex:
    """The index to read vectors from, once the shop knows that none of them is to be made."""
    if plan.chroma:
        if made := await sync(shop):
            raise ShopperError(f"{made} products had no vectors; remove {plan.folder} and build it anew.")
        return shop.index
    state = await shop.store.state()
    await remember(shop.index, shop.db, state.products)
    kept = await asyncio.to_thread(KeptIndex, shop.index, shelf, facts, await shop.store.embed_hashes())
    return cast(ProductIndex, kept)


def _questions(plan: Plan, facts: PlainFacts, shop: Catalog) -> tuple[list[Question], list[Question]]:
    """Those to warm up with, and those that are timed."""
    asked = ask(facts, shop.taxonomy, count=plan.questions, seed=plan.seed)
    known = {q.query for q in asked}
    others = ask(facts, shop.taxonomy, count=min(_WARM, plan.questions), seed=plan.seed + 1)
    return [q for q in others if q.query not in known], asked


async def _measure_finds(
    plan: Plan,
    figures: Figures,
    shop: Catalog,
    index: ProductIndex,
    facts: PlainFacts,
    shelf: FileShelf,
    where: ChromaWhere | None,
    questions: tuple[list[Question], list[Question]],
) -> None:
    warm, asked = questions
    encoder = Remembered(shop.encoder)
    search = await ProductSearch.open(
        store=shop.store, index=index, encoder=encoder, taxonomy=shop.taxonomy, cache=plan.data / "cache"
    )
    if search.catalog.facets.product_ids != facts.product_ids.tolist():
        raise ShopperError(f"The shop in {plan.data} isn't the one that was built; remove {plan.folder}.")
    said = [query_words(q.query, shop.taxonomy) for q in asked]
    vectors = list(encoder.encode_text(said))
    await time_finds(search, warm)
    finds, pages = await time_finds(search, asked)
    # An ingest by newer code may have made some anew, so the truth is what the index holds.
    texts = index.text_vectors(facts.product_ids.tolist()) if plan.chroma else shelf.texts()
    scan = ExactScan(facts, texts)
    for question in warm[:5]:
        scan.best(question.query, vectors[0], 1)
    exact = await asyncio.to_thread(time_rival, scan, asked, vectors)
    by_where = None
    if where is not None:
        for question in warm[:5]:
            where.best(question.query, vectors[0], 1)
        by_where = await asyncio.to_thread(time_rival, where, asked, vectors)
    of_vectors = await asyncio.to_thread(vector_recall, search, facts, scan, asked, vectors)
    of_pages = await page_recall(search, asked, pages, rank_all=False)
    of_ranking = await page_recall(search, asked[:_RANKED], pages[:_RANKED], rank_all=True)
    same, right = agreement(facts, asked, pages)
    parts = {"of_vectors": of_vectors, "of_pages": of_pages, "of_full_ranking": of_ranking}
    recalls = {name: round(statistics.fmean(part.values()), 4) for name, part in parts.items()}
    figures.main |= {
        "find_p50_ms": finds.p50,
        "find_p95_ms": finds.p95,
        "recall_at_10": min(recalls.values()),
        "vs_chroma_where": _ratio(by_where, finds),
        "vs_exact": _ratio(exact, finds),
    }
    figures.more |= {
        "find": finds.as_json(),
        "exact": exact.as_json(),
        "chroma_where": by_where.as_json() if by_where else None,
        "recall": {
            name: {"all": recalls[name], **{f"{100 * s:g}%": r for s, r in part.items()}}
            for name, part in parts.items()
        },
        "counts_agree": same,
        "cards_allowed": right,
    }


def _ratio(rival: Latency | None, finds: Latency) -> float | None:
    return round(rival.p50 / finds.p50, 3) if rival and finds.p50 else None


# ── a server of its own ─────────────────────────────────────────────────────────────────────────────


async def _probed(
    plan: Plan, probe: Sequence[str], asked: Sequence[Question], figures: Figures
) -> dict[str, Any]:
    """Memory and readiness of a fresh process; the caches on disk were written by the first opening."""
    file = plan.folder / "questions.json"
    file.write_text(json.dumps([q.query.wire() for q in asked]), encoding="utf-8")
    began = time.time()
    process = await asyncio.create_subprocess_exec(
        *probe, str(file), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    if process.returncode:
        raise ShopperError(f"The server under measure failed: {err.decode(errors='replace')[-800:]}")
    said = json.loads(out.decode().strip().splitlines()[-1])
    figures.more |= {
        "rss_anon_mb": said["rss_anon_mb"],
        "rss_peak_mb": said["rss_peak_mb"],
        "with_encoding": {"p50_ms": said["p50_ms"], "p95_ms": said["p95_ms"]},
    }
    return {"rss_mb": said["rss_mb"], "ready_s": round(said["ready_at"] - began, 2)}


async def serve_questions(search: ProductSearch, file: Path, ready_at: float) -> dict[str, Any]:
    """Answer the questions of a file, one after another, and tell memory and times of this process."""
    text = await asyncio.to_thread(file.read_text, encoding="utf-8")
    took = []
    for wire in json.loads(text):
        began = time.perf_counter()
        await search.find(ShopperQuery.model_validate(wire), limit=10)
        took.append(1000 * (time.perf_counter() - began))
    memory = _memory()
    return {
        "ready_at": ready_at,
        "rss_mb": memory["VmRSS"],
        "rss_anon_mb": memory["RssAnon"],
        "rss_peak_mb": memory["VmHWM"],
        "p50_ms": round(float(np.percentile(took, 50)), 3),
        "p95_ms": round(float(np.percentile(took, 95)), 3),
    }


def _memory() -> dict[str, float]:
    """Resident memory of this process in MB: all, without mapped files, and at its highest (Linux)."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.is_file() else []
    found = {
        name: rest.split()[0] for name, _, rest in (line.partition(":") for line in lines) if rest.strip()
    }
    return {k: round(int(found.get(k, "0")) / 1024, 1) for k in ("VmRSS", "RssAnon", "VmHWM")}


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────


async def _measure_writes(
    plan: Plan, figures: Figures, open_catalog: OpenCatalog, facts: PlainFacts, grower: Grower, tell: Tell
) -> None:
    if plan.ingest:
        tell("ingesting the feed")
        figures.more |= await _ingested(plan, open_catalog, grower)
    tell("changing prices")
    shop = await open_catalog(plan.data)
    try:
        search = await ProductSearch.open(
            store=shop.store,
            index=shop.index,
            encoder=shop.encoder,
            taxonomy=shop.taxonomy,
            cache=plan.data / "cache",
        )
        seconds = await time_prices(search, shop.store, facts.product_ids.tolist())
    finally:
        await shop.close()
    figures.more["price_update_s"] = seconds


async def _ingested(plan: Plan, open_catalog: OpenCatalog, grower: Grower) -> dict[str, Any]:
    """Seconds of an ingest of the unchanged feed, vectors checked; and of a first one, without vectors."""
    feed = plan.folder / "products.jsonl"

    def write() -> None:
        with feed.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in grower.products(plan.products))

    await asyncio.to_thread(write)
    shop = await open_catalog(plan.data)
    try:
        # The first time it may have to note what it has; a shop's second ingest is the usual one.
        for _ in range(2):
            began = time.perf_counter()
            report = await _load(plan, shop, feed)
            again = time.perf_counter() - began
    finally:
        await shop.close()
    if report.accepted or report.rejected:
        raise AssertionError(f"an unchanged feed changed {report.accepted} products")
    fresh = plan.folder / "fresh"
    await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
    shop = await open_catalog(fresh)
    try:
        began = time.perf_counter()
        await _load(plan, shop, feed, vectors=False)
        first = time.perf_counter() - began
    finally:
        await shop.close()
    await asyncio.to_thread(shutil.rmtree, fresh)
    return {
        "reingest_s": round(again, 2),
        "ingest_s": round(first, 2),
        "ingest_products_per_s": round(plan.products / first),
    }


async def _load(plan: Plan, shop: Catalog, feed: Path, *, vectors: bool = True) -> IngestReport:
    if vectors and plan.chroma:
        return await load_feed(shop, feed, images=plan.catalog)
    return await ingest(feed, store=shop.store, media=shop.media, taxonomy=shop.taxonomy, images=plan.catalog)
