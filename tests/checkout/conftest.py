"""A database without products, made once; tests copy it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from shopper.database import Database


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a shop that sells nothing yet; copy it before opening it."""
    folder = tmp_path_factory.mktemp("empty")

    async def make() -> None:
        await (await Database.open_folder(folder)).close()

    asyncio.run(make())
    return folder
