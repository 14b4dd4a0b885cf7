"""Real shops for tests: a catalog loaded once for all workers, copied for each that opens it.

Knows nothing about what is tested.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from filelock import FileLock

from shopper.products.ingest import IngestReport
from shopper.settings import Settings
from shopper.shop import build_shop, load_feed, open_catalog
from shopper.web.app import build_app
from tests.conftest import ROOT, SHARED

FEEDS = {
    "demo": (ROOT / "catalog", None),
    "luma": (SHARED / "luma" / "products.csv", SHARED / "luma" / "images"),
}


def settings(data: Path, **more: object) -> Settings:
    """Settings that see neither the environment's keys nor a `.env`."""
    given = {"data": data, "encoder": "builtin", "rate_per_minute": 0, **more}
    fields = dict.fromkeys(("model", "model_base_url", "model_api_key", "database_url", "chroma_url"))
    return Settings(_env_file=None).model_copy(update=fields | given)


async def load(name: str, data: Path) -> IngestReport:
    """Ingest one of FEEDS into a fresh data folder, as `shopper ingest` does."""
    feed, images = FEEDS[name]
    catalog = await open_catalog(settings(data))
    try:
        report = await load_feed(catalog, feed, images=images)
    finally:
        await catalog.close()
    for name in ("policy.md", "size_chart.md"):
        if (feed / name).is_file():
            shutil.copy(feed / name, data / name)
    return report


def copy_of(name: str, shared_tmp: Path, target: Path) -> Path:
    """A private copy of the loaded shop `name`; loads it first if no worker has."""
    master = shared_tmp / f"shop-{name}"
    with FileLock(shared_tmp / f"shop-{name}.lock"):
        if not (master / "loaded").exists():
            shutil.rmtree(master, ignore_errors=True)
            asyncio.run(load(name, master))
            (master / "loaded").touch()
    shutil.copytree(master, target)
    return target


def everyone(config: pytest.Config) -> Path:
    """The folder of this run that all workers share."""
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]  # has no public name
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@asynccontextmanager
async def dialog_app(name: str, config: pytest.Config) -> AsyncIterator[FastAPI]:
    """The app that dialogs of the catalog `name` are played against; skips where its feed is absent."""
    if not FEEDS[name][0].exists():
        pytest.skip(f"the {name} feed is absent (../shared/data or SHOPPER_SHARED)")
    with tempfile.TemporaryDirectory(prefix=f"shopper-{name}-") as folder:
        data = await asyncio.to_thread(copy_of, name, everyone(config), Path(folder) / "data")
        shop = await build_shop(settings(data))
        try:
            yield build_app(shop)
        finally:
            await shop.close()
