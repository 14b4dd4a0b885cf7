"""A shop on a real PostgreSQL, alone and with two server processes that share it and one Chroma server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from shopper.chat.threads import ThreadStore
from shopper.checkout.cart import add
from shopper.checkout.carts import CartStore
from shopper.database import Base, Database
from shopper.doctor import examine
from shopper.errors import Conflict, StoreBusy
from shopper.products.store import VariantUpdate
from shopper.search.find import ProductSearch
from shopper.search.one_writer import one_writer
from shopper.shop import Catalog, load_feed, open_catalog
from shopper.types import Money, ShopperQuery, Turn
from tests.databases import chroma_server, postgres_server
from tests.servers import CLEAN, shopper_serve
from tests.shops import settings
from tests.small_shop import COUNT, first_rows, small_feed, write_feed

pytest.importorskip("asyncpg", reason="the extra `postgres` is not installed")
pytestmark = pytest.mark.slow
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest_asyncio.fixture
async def address(cluster: str, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """An empty database of the test alone."""
    name = f"t{abs(hash(request.node.name))}"
    engine = create_async_engine(cluster, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    yield cluster.rpartition("/")[0] + f"/{name}"


@pytest_asyncio.fixture
async def db(address: str) -> AsyncIterator[Database]:
    opened = await Database.open(address)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def catalog(address: str, tmp_path: Path) -> AsyncIterator[Catalog]:
    """A small shop that was loaded into PostgreSQL, with its vectors in a folder."""
    opened = await open_catalog(settings(tmp_path / "data", database_url=address))
    report = await load_feed(opened, small_feed(tmp_path / "feed"))
    assert (report.accepted, report.rejected, report.products) == (COUNT, 0, COUNT)
    yield opened
    await opened.close()


async def test_all_migrations_run_on_nothing_and_make_the_tables_of_the_code(db: Database) -> None:
    def compare(connection: Any) -> dict[str, tuple[set[str], set[str]]]:
        found = inspect(connection)
        return {
            name: ({c["name"] for c in found.get_columns(name)}, {c.name for c in table.columns})
            for name, table in Base.metadata.tables.items()
        }

    async with db.engine.connect() as connection:
        for name, (there, wanted) in (await connection.run_sync(compare)).items():
            assert there == wanted, name


async def test_a_database_that_is_up_to_date_is_opened_again(address: str) -> None:
    kept = []
    for _ in range(2):
        db = await Database.open(address)
        async with db.engine.connect() as connection:
            kept.append(await connection.run_sync(lambda c: sorted(inspect(c).get_table_names())))
        await db.close()
    assert kept[0] == kept[1]
    assert set(Base.metadata.tables) <= set(kept[1])


_OPEN = """
import asyncio, sys
from shopper.database import Database
async def main():
    await (await Database.open(sys.argv[1])).close()
asyncio.run(main())
"""


def test_two_processes_may_open_an_empty_database_at_once(address: str) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", _OPEN, address], env=CLEAN, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in both]
    assert [code for _, code in ended] == [0, 0], ended


async def test_a_loaded_shop_is_healthy_and_found_in(catalog: Catalog) -> None:
    assert await examine(catalog) == []
    search = await ProductSearch.open(
        store=catalog.store, index=catalog.index, encoder=catalog.encoder, taxonomy=catalog.taxonomy
    )
    product = (await catalog.store.get(list(await catalog.store.embed_hashes())))["vr-0001"]
    page = await search.find(ShopperQuery(category=product.category, text=product.title), limit=20)
    assert product.id in [item.product.id for item in page.items]


async def test_a_second_ingest_of_the_same_feed_changes_nothing(catalog: Catalog, tmp_path: Path) -> None:
    before = await catalog.store.state()
    report = await load_feed(catalog, tmp_path / "feed" / "products.jsonl")
    assert (report.accepted, report.unchanged) == (0, COUNT)
    assert await catalog.store.state() == before


async def test_prices_between_feeds_are_told_and_read(catalog: Catalog) -> None:
    product = (await catalog.store.get(["vr-0001"]))["vr-0001"]
    before, variant = await catalog.store.state(), product.variants[0]
    changes = await catalog.store.set_prices(
        [VariantUpdate(variant.id, price=Money(minor=1234, currency="EUR"), stock=7)]
    )
    assert changes.updated == 1
    after = await catalog.store.state()
    assert (after.products, after.prices) == (before.products, before.prices + 1)
    changed = [key async for batch in catalog.store.changed_prices(before.prices) for key, _ in batch]
    assert changed == ["vr-0001"]
    kept = (await catalog.store.get(["vr-0001"]))["vr-0001"].variants[0]
    assert (kept.price.minor, kept.stock) == (1234, 7)


async def test_conversations_and_carts_come_back_as_they_were_kept(catalog: Catalog) -> None:
    ids = iter(f"id-{n}" for n in range(100))
    threads = ThreadStore(catalog.db, clock=lambda: NOW, ids=lambda: next(ids))
    thread = await threads.create("me")
    turn = Turn(id="a", role="shopper", text="ein Kleid, größer", created_at=NOW)
    await threads.append(thread.id, turn)
    assert (await threads.get(thread.id, "me")).turns == (turn,)

    carts = CartStore(catalog.db)
    product = (await catalog.store.get(["vr-0001"]))["vr-0001"]
    empty = await carts.get(thread.id, "EUR")
    cart = add(empty, product, next(v for v in product.variants if v.stock))
    await carts.save(thread.id, cart, expected_version=0)
    assert await carts.get(thread.id, "EUR") == cart
    with pytest.raises(Conflict):
        await carts.save(thread.id, cart, expected_version=0)
    await threads.delete(thread.id, "me")


async def test_one_ingest_and_one_writer_of_vectors_at_a_time(catalog: Catalog) -> None:
    async with catalog.store.writer().alone():
        with pytest.raises(StoreBusy):
            async with catalog.store.writer().alone():
                pass
    async with one_writer(catalog.db, wait=False) as first, one_writer(catalog.db, wait=False) as second:
        assert (first, second) == (True, False)
    async with one_writer(catalog.db, wait=False) as third:
        assert third


# ── two servers ─────────────────────────────────────────────────────────────────────────────────────


def found(url: str, **query: object) -> dict[str, Any]:
    answer = httpx.post(f"{url}/v1/search", json={"query": query, "limit": 20}, timeout=60)
    assert answer.status_code == 200, answer.text
    return {card["id"]: card for card in answer.json()["products"]}


async def _load(data: Path, feed: Path, **addresses: str) -> None:
    catalog = await open_catalog(settings(data, **addresses))
    await load_feed(catalog, feed)
    await catalog.close()


def test_two_servers_share_prices_products_conversations_and_carts(address: str, tmp_path: Path) -> None:
    feed, data, rows = small_feed(tmp_path / "feed"), tmp_path / "data", first_rows(COUNT)
    new = rows[-1]
    with chroma_server(tmp_path / "chroma") as chroma:
        addresses = {"database_url": address, "chroma_url": chroma.url}
        asyncio.run(_load(data, write_feed(feed.parent, rows[:-1]), **addresses))
        environment = {f"SHOPPER_{name.upper()}": value for name, value in addresses.items()}
        with shopper_serve(data, **environment) as one, shopper_serve(data, **environment) as other:
            _prices(one, other)
            assert new["id"] not in found(other, category=new["category"])
            asyncio.run(_load(data, write_feed(feed.parent, rows), **addresses))
            for url in (one, other):
                assert new["id"] in found(url, category=new["category"])
            _conversation(one, other)


def _prices(one: str, other: str) -> None:
    """A price that `one` is told is what the next query of `other` shows and filters by."""
    category = first_rows(1)[0]["category"]
    dear = _amount(found(other, category=category)["vr-0001"])
    variants = httpx.get(f"{one}/v1/products/vr-0001").json()["variants"]
    told = httpx.patch(
        f"{one}/v1/products/vr-0001",
        json={"variants": [{"id": v["id"], "price": 101, "stock": 9} for v in variants]},
    )
    assert told.status_code == 200, told.text
    assert dear != 101
    for url in (other, one):
        assert _amount(found(url, category=category)["vr-0001"]) == 101
        assert list(found(url, category=category, price={"max": 200})) == ["vr-0001"]


def _amount(card: dict[str, Any]) -> int:
    return int(card["price_range"]["max"]["amount"])


def _conversation(one: str, other: str) -> None:
    thread = httpx.post(f"{one}/v1/threads", json={}).json()["id"]
    said = httpx.post(
        f"{one}/v1/chat",
        json={"thread_id": thread, "message": {"text": "a dress"}, "stream": False},
        timeout=60,
    )
    assert said.status_code == 200, said.text
    kept = httpx.get(f"{other}/v1/threads/{thread}/messages").json()
    assert "a dress" in str(kept)
    cart = httpx.get(f"{other}/v1/threads/{thread}/cart")
    assert cart.status_code == 200, cart.text
