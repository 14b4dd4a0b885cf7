"""What is erased by age: old conversations, photos that were never used, repeated requests, spent days.

Knows nothing about who asks for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from shopper.database import Database, PhotoRow, ThreadRow
from shopper.web.keys import forget_old_usage
from shopper.web.repeats import KEPT
from shopper.web.tables import LeaseRow, RepeatRow

log = logging.getLogger(__name__)

UNBOUND_UPLOADS = timedelta(days=1)
_USAGE = timedelta(days=90)
_EVERY = timedelta(hours=1)
_BATCH = 200  # conversations erased in one transaction, so that shoppers wait for none
_LEASE = "retention"


@dataclass(frozen=True)
class Erased:
    """How much went."""

    threads: int = 0
    uploads: int = 0


async def erase(db: Database, *, now: datetime, older_than: timedelta | None) -> Erased:
    """Erase conversations untouched for `older_than` (None keeps them) with all that is theirs.

    Photos that no message used within a day go too, and what the API noted for itself.
    """
    threads = 0
    while older_than is not None:
        erased = await _erase_threads(db, before=now - older_than)
        threads += erased
        if erased < _BATCH:
            break
    async with db.transaction() as session:
        unused = PhotoRow.thread_id.is_(None), PhotoRow.created_at < now - UNBOUND_UPLOADS
        uploads = await session.execute(delete(PhotoRow).where(*unused))
        await session.execute(delete(RepeatRow).where(RepeatRow.created_at < now - KEPT))
    await forget_old_usage(db, now - _USAGE)
    return Erased(threads, int(uploads.rowcount))  # type: ignore[attr-defined]  # a DELETE's is a CursorResult


async def erase_for_ever(
    db: Database, *, clock: Callable[[], datetime], holder: str, older_than: timedelta | None
) -> None:
    """Erase what is old once an hour, in one process at a time, until cancelled."""
    while True:
        try:
            if await leased(db, _LEASE, holder, now=clock(), until=clock() + _EVERY * 0.9):
                gone = await erase(db, now=clock(), older_than=older_than)
                if gone != Erased():
                    log.info("%d old conversations and %d unused photos erased", gone.threads, gone.uploads)
        except SQLAlchemyError as error:
            log.warning("nothing was erased this hour: %s", type(error).__name__)
        await asyncio.sleep(_EVERY.total_seconds())


async def leased(db: Database, name: str, holder: str, *, now: datetime, until: datetime) -> bool:
    """Whether `holder` has the work `name` to itself until then."""
    mine = or_(LeaseRow.until < now, LeaseRow.holder == holder)
    async with db.transaction() as session:
        taken = await session.execute(
            update(LeaseRow).where(LeaseRow.name == name, mine).values(holder=holder, until=until)
        )
        if taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
            return True
        if await session.scalar(select(LeaseRow.name).where(LeaseRow.name == name)):
            return False
    try:
        async with db.transaction() as session:
            await session.execute(insert(LeaseRow).values(name=name, holder=holder, until=until))
    except IntegrityError:
        return False  # another process took it at the same moment
    return True


async def _erase_threads(db: Database, *, before: datetime) -> int:
    async with db.transaction() as session:
        old = list(
            await session.scalars(select(ThreadRow.id).where(ThreadRow.updated_at < before).limit(_BATCH))
        )
        await session.execute(delete(RepeatRow).where(RepeatRow.thread_id.in_(old)))
        # Messages, photos, runs, carts and what is remembered go with their conversation.
        await session.execute(delete(ThreadRow).where(ThreadRow.id.in_(old)))
    return len(old)
