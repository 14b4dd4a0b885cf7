"""One writer of the vectors at a time, among all processes of a shop: a lock that dies with its holder.

Knows nothing about what is written under it.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text

from shopper.database import Database

# Any number will do, as long as nothing else in the database locks by it.
_ADVISORY = 0x76656374
_PAUSE = 0.2  # seconds between two tries


@asynccontextmanager
async def one_writer(db: Database, *, wait: bool) -> AsyncIterator[bool]:
    """Hold the shop's vector lock for the block, and whether it is held: without `wait` perhaps not."""
    if db.engine.dialect.name == "sqlite":
        file = db.engine.url.database
        if not file or file == ":memory:":
            yield True  # nobody else can see it
            return
        with Path(file).with_suffix(".vectors").open("w") as handle:
            held = _flock(handle.fileno())
            while wait and not held:
                await asyncio.sleep(_PAUSE)
                held = _flock(handle.fileno())
            yield held
        return
    async with db.engine.connect() as plain:
        # Without a transaction that stays open, which would keep PostgreSQL from cleaning up.
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        attempt = text("SELECT pg_try_advisory_lock(:n)")
        held = bool(await connection.scalar(attempt, {"n": _ADVISORY}))
        while wait and not held:
            await asyncio.sleep(_PAUSE)
            held = bool(await connection.scalar(attempt, {"n": _ADVISORY}))
        try:
            yield held
        finally:
            if held:
                await connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": _ADVISORY})


def _flock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
