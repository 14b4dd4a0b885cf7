"""How far each chain was read, and which process reads it, in SQL.

Knows nothing about blocks' contents or payments.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from shopper.checkout.payments.tables import ChainCursorRow
from shopper.database import Database
from shopper.types import Value


class Cursor(Value):
    """Blocks up to `number` were read; `recent` are the last of them as (number, hash), oldest first."""

    chain: str
    number: int
    head: int
    finalized: int | None = None
    seen_until: datetime
    recent: tuple[tuple[int, str], ...] = ()


class Cursors:
    """Reads and writes cursors, and lends each to one process at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, chain: str) -> Cursor | None:
        async with self._db.transaction() as session:
            row = await session.scalar(select(ChainCursorRow).where(ChainCursorRow.chain == chain))
            return _cursor(row) if row is not None else None

    async def save(self, cursor: Cursor) -> None:
        """Write how far a chain that was leased has been read."""
        values = cursor.model_dump(exclude={"chain"}) | {"recent": [list(pair) for pair in cursor.recent]}
        async with self._db.transaction() as session:
            await session.execute(
                update(ChainCursorRow).where(ChainCursorRow.chain == cursor.chain).values(**values)
            )

    async def lease(
        self, chain: str, owner: str, now: datetime, life: timedelta
    ) -> tuple[bool, Cursor | None]:
        """Whether `owner` may read `chain` until `now + life`, and from where; nobody else does meanwhile."""
        free = or_(
            ChainCursorRow.lease_owner.is_(None),
            ChainCursorRow.lease_owner == owner,
            ChainCursorRow.lease_until < now,
        )
        take = (
            update(ChainCursorRow)
            .where(ChainCursorRow.chain == chain, free)
            .values(lease_owner=owner, lease_until=now + life)
            .returning(ChainCursorRow)
        )
        for _attempt in range(2):
            async with self._db.transaction() as session:
                row = await session.scalar(take)
                if row is not None:
                    return True, _cursor(row)
            if not await self._make(chain, now):
                break
        return False, None

    async def release(self, chain: str, owner: str) -> None:
        """Let go of a chain at once."""
        async with self._db.transaction() as session:
            await session.execute(
                update(ChainCursorRow)
                .where(ChainCursorRow.chain == chain, ChainCursorRow.lease_owner == owner)
                .values(lease_owner=None, lease_until=None)
            )

    async def _make(self, chain: str, now: datetime) -> bool:
        """Make its row, not read yet; False where there is one."""
        values = {"chain": chain, "number": -1, "head": -1, "seen_until": now, "recent": []}
        try:
            async with self._db.transaction() as session:
                await session.execute(insert(ChainCursorRow).values(**values))
        except IntegrityError:
            return False
        return True


def _cursor(row: ChainCursorRow) -> Cursor | None:
    """None where the chain was never read."""
    if row.number < 0:
        return None
    return Cursor(
        chain=row.chain,
        number=row.number,
        head=row.head,
        finalized=row.finalized,
        seen_until=row.seen_until,
        recent=tuple((number, block_hash) for number, block_hash in row.recent),
    )
