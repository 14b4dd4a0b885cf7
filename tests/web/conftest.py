"""A small shop that is open in the test's own event loop, and servers over it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shopper.database import Database
from shopper.shop import Shop, build_shop, load_feed, open_catalog
from shopper.web.app import build_app
from shopper.web.serve import listen, serving
from tests.shops import settings
from tests.small_shop import small_feed

OpenShop = Callable[..., Awaitable[Shop]]


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a shop of a few products; copy it before opening it."""
    folder = tmp_path_factory.mktemp("small-shop")

    async def load() -> None:
        catalog = await open_catalog(settings(folder / "data"))
        try:
            await load_feed(catalog, small_feed(folder), images=folder)
        finally:
            await catalog.close()

    asyncio.run(load())
    return folder / "data"


@pytest_asyncio.fixture(loop_scope="session")
async def open_shop(small_data: Path, tmp_path: Path) -> AsyncIterator[OpenShop]:
    """Opens a small shop of the test's own: `await open_shop(model=…, secret_keys="sk_…")`."""
    async with AsyncExitStack() as stack:

        async def opened(*, model: Any = None, **more: object) -> Shop:
            shutil.copytree(small_data, tmp_path / "shop")
            shop = await build_shop(settings(tmp_path / "shop", **more), model=model)
            stack.push_async_callback(shop.close)
            return shop

        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """The small shop, open for all tests; those that write in it make keys of their own."""
    data = tmp_path_factory.mktemp("open-shop") / "data"
    shutil.copytree(small_data, data)
    # A caller without a key is this machine, also beside the keys that tests make.
    shop = await build_shop(settings(data, trust_loopback=True))
    yield shop
    await shop.close()


@pytest_asyncio.fixture(loop_scope="session")
async def api(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the small shop, without a socket; streams come in one piece."""
    async with client_of(shop) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open_folder(tmp_path / "sql")
    yield database
    await database.close()


def client_of(shop: Shop, *, key: str | None = None, **headers: str) -> httpx.AsyncClient:
    """A client of an app of its own over `shop`."""
    if key:
        headers["authorization"] = f"Bearer {key}"
    transport = httpx.ASGITransport(app=build_app(shop), client=("127.0.0.1", 1))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers, timeout=30)


@asynccontextmanager
async def served(shop: Shop) -> AsyncIterator[str]:
    """The URL of a real server over `shop`: with two of them, two processes in all but name."""
    async with serving(build_app(shop), listen("127.0.0.1", 0)) as url:
        yield url
