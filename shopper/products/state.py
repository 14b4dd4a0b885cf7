"""What readers are told of writes: counters by kind, the mark of an ingest under way, a write that failed.

Knows nothing about products.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shopper.database import MetaRow
from shopper.errors import ShopperError, StoreBusy

PRODUCTS = "catalog_revision"
PRICES = "prices_revision"
VECTORS = "vectors_revision"
WRITING = "catalog_writing"
# One statement, so that it also takes SQLite's write lock before anything is read in the transaction.
_BUMP = text(
    "INSERT INTO meta (key, value) VALUES (:key, '1') "
    "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS INTEGER) + 1 AS TEXT) RETURNING value"
)


class CatalogState(NamedTuple):
    """How often the shop was written; each number rises with writes of its kind."""

    products: int  # products written or deleted
    prices: int  # prices or stock alone
    vectors: int  # the vectors were brought in step with the products


async def read_state(connection: AsyncConnection) -> CatalogState:
    """The state as `connection` sees it, by one query."""
    query = select(MetaRow.key, MetaRow.value).where(MetaRow.key.in_((PRODUCTS, PRICES, VECTORS)))
    found = {row.key: int(row.value) for row in await connection.execute(query)}
    return CatalogState(found.get(PRODUCTS, 0), found.get(PRICES, 0), found.get(VECTORS, 0))


async def bump(session: AsyncSession | AsyncConnection, key: str) -> int:
    """Raise the counter `key`; returns what it now is."""
    return int((await session.execute(_BUMP, {"key": key})).scalar_one())


async def mark_writing(session: AsyncSession) -> None:
    """Remember that batches are being written whose end hasn't been told to readers."""
    await bump(session, WRITING)


async def is_marked(connection: AsyncConnection | AsyncSession) -> bool:
    """Whether batches were written whose end hasn't been told."""
    return await connection.scalar(select(MetaRow.key).where(MetaRow.key == WRITING)) is not None


async def end_writing(session: AsyncSession) -> None:
    """Tell readers of everything that was written, and clear the mark."""
    await bump(session, PRODUCTS)
    await session.execute(delete(MetaRow).where(MetaRow.key == WRITING))


@asynccontextmanager
async def said_plainly() -> AsyncIterator[None]:
    """A database that can't write, as one sentence: it is locked, or the disk is full."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).lower()
        if "locked" in reason or "busy" in reason or "deadlock" in reason:
            raise StoreBusy(
                "Another program is writing to the shop's database and doesn't end; try again later."
            ) from error
        if "full" in reason or "disk i/o" in reason or "no space" in reason:
            raise ShopperError(
                "The shop's database can't grow: the disk is full. Make room, then run this again."
            ) from error
        if "readonly" in reason or "read-only" in reason:
            raise ShopperError("The shop's database can't be written: it is read-only.") from error
        raise
