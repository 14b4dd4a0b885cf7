"""What goes wrong while a feed is loaded: kills, full disks, locks, broken files. Nothing written is lost."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import event

from shopper.database import Database
from shopper.errors import Conflict, StoreBusy
from shopper.products import batches
from shopper.products.images import MediaFolder
from shopper.products.ingest import IngestReport, ingest
from shopper.products.store import ProductStore, VariantUpdate
from shopper.products.taxonomy import Taxonomy
from shopper.types import Money, Product

# Loads a feed in small batches, so that a kill falls between them, within them, and into the pictures. It
# stays and loads in children of its own: for each "LARGEST-FILE SECONDS" it is told it says how one ended.
_LOADER = """
import asyncio, os, resource, signal, sys, time
from pathlib import Path
from shopper.database import Database
from shopper.errors import ShopperError
from shopper.products import batches
from shopper.products.images import MediaFolder
from shopper.products.ingest import ingest
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy

feed, data = Path(sys.argv[1]), Path(sys.argv[2])
batches._PRODUCTS = 4
taxonomy = Taxonomy.load()

async def work():
    db = await Database.open_folder(data)
    media = MediaFolder(data / "media")
    try:
        await ingest(feed, store=ProductStore(db), media=media, taxonomy=taxonomy, replace=True)
    finally:
        await db.close()

def load(largest):
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    try:
        asyncio.run(work())
    except ShopperError as error:
        return error.message
    return "done"

for line in sys.stdin:
    largest, seconds = line.split()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, load(int(largest)).encode())
        os._exit(0)
    os.close(writer)
    ended, end = 0, time.monotonic() + float(seconds)
    while not ended and time.monotonic() < end:
        time.sleep(0.002)
        ended, _ = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print(os.read(reader, 1000).decode() or "killed", flush=True)
    os.close(reader)
"""


class Loader:
    """A process that loads the feed whenever it is told to."""

    def __init__(self, feed: Path, data: Path) -> None:
        command = [sys.executable, "-c", _LOADER, str(feed), str(data)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout

    def load(self, *, kill_after: float = 60, largest_file: int = 0) -> str:
        """What the load ended with: "done", "killed", or its error."""
        self._in.write(f"{largest_file} {kill_after}\n")
        return str(self._out.readline().strip())

    def close(self) -> None:
        self._in.close()
        self._process.wait()
        self._out.close()


class Shop:
    def __init__(self, folder: Path, db: Database) -> None:
        self.data = folder / "data"
        self.feed = folder / "feed" / "products.jsonl"
        self.feed.parent.mkdir(exist_ok=True)
        self.db = db
        self.store = ProductStore(db)
        self.media = MediaFolder(self.data / "media")

    async def ingest(self, **options: Any) -> IngestReport:
        return await ingest(
            self.feed, store=self.store, media=self.media, taxonomy=Taxonomy.load(), **options
        )

    async def products(self) -> dict[str, Product]:
        return {p.id: p async for batch in self.store.stream() for p in batch}


def row(number: int, price: int = 4990, title: str = "Dress") -> dict[str, Any]:
    sizes = [
        {
            "id": f"p{number}-{s}",
            "size": s,
            "price": f"{price / 100:.2f}",
            "stock": 2,
            "image": f"{number % 9}.png",
        }
        for s in "SML"
    ]
    return {"id": f"p{number}", "title": f"{title} {number}", "currency": "EUR", "variants": sizes}


def write(feed: Path, *rows: dict[str, Any]) -> None:
    feed.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    for number in range(9):
        picture = feed.parent / f"{number}.png"
        if not picture.exists():
            Image.effect_noise((160, 200), number).save(picture)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    db = await Database.open_folder(tmp_path / "data")
    yield Shop(tmp_path, db)
    await db.close()


@pytest.mark.slow
def test_twenty_kills_lose_nothing_and_the_last_run_finishes(tmp_path: Path) -> None:
    chance = random.Random(5)
    feed, data = tmp_path / "feed" / "products.jsonl", tmp_path / "data"
    feed.parent.mkdir()
    write(feed, *_version(0, 0))
    loader = Loader(feed, data)
    versions = [_version(0, 0)]
    begun = time.monotonic()
    assert loader.load() == "done"
    took = time.monotonic() - begun
    ends = []
    for attempt in range(1, 21):
        versions.append(_version(attempt, chance.randrange(8)))
        write(feed, *versions[-1])
        begun = time.monotonic()
        ends.append(loader.load(kill_after=chance.uniform(0.02, took)))
        if ends[-1] == "done":
            took = time.monotonic() - begun
        _assert_whole(data, versions)
    loader.close()
    assert set(ends) <= {"killed", "done"}
    assert ends.count("killed") >= 10
    asyncio.run(_assert_finished(tmp_path, feed, data))


def _version(attempt: int, begin: int) -> list[dict[str, Any]]:
    """A feed in which every product is changed, a few are gone and a few are new."""
    return [row(n, 1000 + attempt, f"Dress {attempt}") for n in range(begin, begin + 60)]


async def _assert_finished(tmp_path: Path, feed: Path, data: Path) -> None:
    db = await Database.open_folder(data)
    shop = Shop(tmp_path, db)
    before = await shop.store.state()
    cut_off = await shop.store.writer().interrupted()
    report = await shop.ingest(replace=True)
    after = await shop.store.state()
    assert report.resumed == cut_off
    assert after.products > before.products or (report.accepted, report.deleted) == (0, 0)
    assert not await shop.store.writer().interrupted()
    again = await shop.ingest(replace=True)
    assert (again.accepted, again.unchanged, again.resumed) == (0, 60, False)

    clean_db = await Database.open_folder(tmp_path / "clean" / "data")
    clean = Shop(tmp_path / "clean", clean_db)
    clean.feed = feed
    await clean.ingest()
    assert await shop.products() == await clean.products()
    assert shop.media.names() == clean.media.names()
    assert not list((data / "media").rglob("*.part"))
    await clean_db.close()
    await db.close()


def _assert_whole(data: Path, versions: list[list[dict[str, Any]]]) -> None:
    """Every stored product is one that some feed stated, with all its sizes at one price."""
    connection = sqlite3.connect(data / "shopper.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    stated = {(r["id"], r["title"]) for version in versions for r in version}
    assert set(connection.execute("SELECT id, title FROM products")) <= stated
    for count, prices in connection.execute(
        "SELECT count(v.id), count(DISTINCT v.price_minor) FROM products p"
        " LEFT JOIN variants v ON v.product_id = p.id GROUP BY p.id"
    ):
        assert (count, prices) == (3, 1)
    connection.close()


async def test_an_interrupted_ingest_is_told_by_the_next_open(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shop.feed, *(row(n) for n in range(8)))
    monkeypatch.setattr(batches, "_PRODUCTS", 2)
    with pytest.raises(RuntimeError, match="power cut"):
        await shop.ingest(progress=_stop_after(2))
    stored = set(await shop.products())
    assert 0 < len(stored) < 8
    assert (await shop.store.state()).products == 0

    assert await shop.store.recover()

    assert (await shop.store.state()).products == 1
    assert not await shop.store.recover()
    report = await shop.ingest()
    assert (report.accepted, report.unchanged, report.resumed) == (8 - len(stored), len(stored), False)


async def test_the_next_ingest_finishes_an_interrupted_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shop.feed, *(row(n) for n in range(8)))
    monkeypatch.setattr(batches, "_PRODUCTS", 2)
    with pytest.raises(RuntimeError):
        await shop.ingest(progress=_stop_after(2))

    report = await shop.ingest()

    assert report.resumed
    assert report.products == 8
    assert (await shop.store.state()).products == 1


def _stop_after(products: int) -> Any:
    def tell(stage: str, done: int, total: int | None) -> None:
        if stage == "writing" and done >= products:
            raise RuntimeError("power cut")

    return tell


async def test_a_second_ingest_is_refused_and_prices_are_not(shop: Shop) -> None:
    write(shop.feed, row(1))
    await shop.ingest()
    other = ProductStore(shop.db)

    async with other.writer().alone():
        with pytest.raises(StoreBusy, match="Another ingest"):
            await shop.ingest()
        assert (await shop.ingest(dry_run=True)).unchanged == 1
        assert not await shop.store.recover()
        await shop.store.set_prices([VariantUpdate("p1-S", price=Money(minor=100, currency="EUR"))])

    assert (await shop.ingest()).accepted == 1


@pytest.mark.slow
async def test_a_full_disk_is_one_sentence_and_leaves_the_shop_whole(shop: Shop) -> None:
    write(shop.feed, *(row(n) for n in range(4)))
    await shop.ingest()
    before = await shop.products()
    long = "https://shop.example/" + "x" * 1900
    write(shop.feed, *(row(n) | {"url": long} for n in range(400)))
    loader = Loader(shop.feed, shop.data)

    # A limit on the size of files stands in for a disk without room.
    end = await asyncio.to_thread(loader.load, largest_file=600_000)

    await asyncio.to_thread(loader.close)
    assert "disk is full" in end
    now = await shop.products()
    assert set(before) <= set(now)
    assert len(now) < 400
    assert all(len(p.variants) == 3 for p in now.values())
    assert (await shop.ingest(replace=True)).products == 400


async def test_a_locked_database_is_one_sentence_and_loses_nothing(shop: Shop) -> None:
    write(shop.feed, row(1))
    await shop.ingest()
    await shop.db.engine.dispose()
    event.listen(shop.db.engine.sync_engine, "connect", _impatient)
    write(shop.feed, row(1, 100), row(2))
    holder = sqlite3.connect(shop.data / "shopper.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreBusy, match="Another program"):
        await shop.ingest()
    with pytest.raises(StoreBusy, match="Another program"):
        await shop.store.set_prices([VariantUpdate("p1-S", stock=0)])

    assert {v.price.minor for v in (await shop.products())["p1"].variants} == {4990}
    holder.execute("ROLLBACK")
    holder.close()
    assert (await shop.ingest()).accepted == 2


def _impatient(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA busy_timeout=50")


async def test_a_picture_that_can_t_be_read_costs_the_picture_alone(shop: Shop) -> None:
    write(shop.feed, row(1), row(2))
    whole = (shop.feed.parent / "1.png").read_bytes()
    (shop.feed.parent / "1.png").write_bytes(whole[: len(whole) // 2])

    first = await shop.ingest()
    second = await shop.ingest()

    assert (first.accepted, first.rejected) == (2, 0)
    assert [(e.line, e.field) for e in first.errors] == [(1, "image")]
    assert second.errors == first.errors
    assert second.unchanged == 2
    (shop.feed.parent / "1.png").write_bytes(whole)
    assert (await shop.ingest()).accepted == 1


async def test_a_picture_that_is_gone_from_the_media_folder_comes_back(shop: Shop) -> None:
    write(shop.feed, row(1), row(2))
    await shop.ingest()
    name = (await shop.products())["p1"].variants[0].image
    assert name is not None
    shop.media.path(name).unlink()

    report = await shop.ingest()

    assert report.unchanged == 2
    assert shop.media.path(name).is_file()


async def test_a_feed_cut_off_within_a_line_gives_up_that_line_alone(shop: Shop) -> None:
    write(shop.feed, *(row(n) for n in range(4)))
    text = shop.feed.read_text()
    await shop.ingest()
    shop.feed.write_text(text[:-40])

    report = await shop.ingest()

    assert (report.unchanged, report.rejected, report.products) == (3, 1, 4)
    assert [(e.line, e.field) for e in report.errors] == [(4, None)]


async def test_a_cut_off_table_never_empties_the_shop(shop: Shop) -> None:
    write(shop.feed, *(row(n) for n in range(10)))
    await shop.ingest()
    head = "Handle,Title,Variant Price,Variant SKU\n"
    shop.feed = shop.feed.with_name("cut.csv")
    shop.feed.write_text(head + 'p1,Dress,49.90,a\np2,"Dre')

    report = await shop.ingest(format="shopify")

    assert report.rejected == 1
    assert report.products == 10
    shop.feed.write_text(head[:9])
    with pytest.raises(Conflict, match="nothing was changed"):
        await shop.ingest(format="shopify", replace=True)
    assert len(await shop.products()) == 10


async def test_pictures_that_nothing_names_go_with_a_replacing_feed(shop: Shop) -> None:
    write(shop.feed, *(row(n) for n in range(8)))
    await shop.ingest()
    leftover = shop.media.root / "ab" / "half.part"
    leftover.parent.mkdir(exist_ok=True)
    leftover.write_bytes(b"half")
    write(shop.feed, *(row(n) for n in range(7)))

    await shop.ingest()
    assert len(shop.media.names()) == 8
    await shop.ingest(replace=True)

    assert len(shop.media.names()) == 7
    assert not leftover.exists()
    assert all(
        shop.media.path(v.image) for p in (await shop.products()).values() for v in p.variants if v.image
    )
