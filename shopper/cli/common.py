"""What every command shares: its options, its settings, and how its work is run.

Knows nothing about any single command.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopper.errors import CatalogMissing
from shopper.settings import Settings

if TYPE_CHECKING:
    from shopper.database import Database

Data = Annotated[
    Path | None, typer.Option("--data", help="the shop's data folder (default: SHOPPER_DATA or ./data)")
]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)


def settings_of(data: Path | None = None, **more: Any) -> Settings:
    given = {name: value for name, value in {"data": data, **more}.items() if value is not None}
    return Settings().model_copy(update=given)


@asynccontextmanager
async def sql_of(settings: Settings) -> AsyncIterator[Database]:
    """The SQL database alone, also beside a running server, which keeps the vectors to itself."""
    from shopper.database import Database

    url = settings.database_url
    db = await (Database.open(url) if url else Database.open_folder(settings.data))
    try:
        yield db
    finally:
        await db.close()


def must_hold_a_shop(settings: Settings) -> None:
    """CatalogMissing for a folder in which nothing was ever loaded; SQL of its own is asked later."""
    if settings.database_url is None and not (settings.data / "shopper.db").is_file():
        raise CatalogMissing(f"{settings.data} holds no shop yet. Load one: shopper ingest FEED")
