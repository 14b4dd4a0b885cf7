"""One ingest at a time: a lock that dies with the process that holds it.

Knows nothing about what is written under it.
"""

from __future__ import annotations

import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text

from shopper.database import Database
from shopper.errors import StoreBusy

_BUSY = "Another ingest is writing to this shop; wait until it is done, then run this one."
# Any number will do, as long as nothing else in the database locks by it.
_ADVISORY = 0x73686F70


@asynccontextmanager
async def one_ingest(db: Database) -> AsyncIterator[None]:
    """Hold the shop's ingest lock for the block. Raises StoreBusy where another process or task holds it."""
    if db.engine.dialect.name == "sqlite":
        file = db.engine.url.database
        if not file or file == ":memory:":
            yield  # nobody else can see it
            return
        with Path(file).with_suffix(".ingest").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreBusy(_BUSY) from None
            yield
        return
    async with db.engine.connect() as plain:
        # Without a transaction that stays open, which would keep PostgreSQL from cleaning up.
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": _ADVISORY}):
            raise StoreBusy(_BUSY)
        try:
            yield
        finally:
            await connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": _ADVISORY})
