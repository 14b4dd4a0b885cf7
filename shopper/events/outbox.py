"""Events for the shop's own systems: written where they happen, kept until they are delivered.

Knows nothing about HTTP, or what the events mean.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shopper.database import Database
from shopper.events.tables import OutboxRow

# Seconds until each next attempt, as Standard Webhooks suggests: about 75 hours in all, then it is given up.
RETRIES = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
KEPT = timedelta(days=30)  # how long delivered events stay, for a shop that asks what it was sent
_CLAIM = timedelta(seconds=60)  # how long one process has for an attempt before another may try

# Tells the shop's own systems, within the transaction in which it became true: session, type, body.
Emit = Callable[[AsyncSession, str, dict[str, Any]], Awaitable[None]]


async def no_events(_session: AsyncSession, _type: str, _body: dict[str, Any]) -> None:
    """For shops that want no events."""


@dataclass(frozen=True)
class Event:
    """What is to be delivered; `body` is exactly what is signed and sent."""

    id: str
    type: str
    body: str
    tries: int


@dataclass(frozen=True)
class Counts:
    """How many events wait, were delivered and were given up."""

    waiting: int
    delivered: int
    given_up: int


class Outbox:
    """Takes events in and gives out those that are due.

    Without a receiver nothing is kept: `on` is false, and `add` does nothing.
    """

    def __init__(self, db: Database, *, clock: Callable[[], datetime], on: bool) -> None:
        self._db, self._clock, self.on = db, clock, on

    async def add(self, session: AsyncSession, type_: str, body: dict[str, Any]) -> None:
        """Keep an event in the caller's own transaction."""
        if not self.on:
            return
        now = self._clock()
        whole = {"type": type_, "timestamp": now.isoformat(), "data": body}
        await session.execute(
            insert(OutboxRow).values(
                id=f"msg_{secrets.token_urlsafe(18)}",
                type=type_,
                body=json.dumps(whole, ensure_ascii=False, separators=(",", ":")),
                created_at=now,
                next_try_at=now,
                tries=0,
            )
        )

    async def tell(self, type_: str, body: dict[str, Any]) -> None:
        """Keep an event of which nothing else is written."""
        if self.on:
            async with self._db.transaction() as session:
                await self.add(session, type_, body)

    async def due(self, limit: int = 20) -> list[Event]:
        """Events to be tried now, oldest first; each is this caller's for a minute."""
        now = self._clock()
        claimed: list[Event] = []
        async with self._db.transaction() as session:
            found = await session.execute(
                select(OutboxRow.id, OutboxRow.type, OutboxRow.body, OutboxRow.tries)
                .where(OutboxRow.next_try_at <= now)
                .order_by(OutboxRow.next_try_at, OutboxRow.created_at)
                .limit(limit)
            )
            for event in [Event(*row) for row in found]:
                taken = await session.execute(
                    update(OutboxRow)
                    .where(OutboxRow.id == event.id, OutboxRow.next_try_at <= now)
                    .values(next_try_at=now + _CLAIM)
                )
                if taken.rowcount == 1:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
                    claimed.append(event)
        return claimed

    async def delivered(self, event: Event) -> None:
        """The receiver has it."""
        now = self._clock()
        done = {"next_try_at": None, "delivered_at": now, "tries": event.tries + 1, "last_error": None}
        await self._write(event, done)

    async def failed(self, event: Event, reason: str) -> None:
        """The receiver didn't take it: try again later, or give it up after the last attempt."""
        again = RETRIES[event.tries] if event.tries < len(RETRIES) else None
        later = None if again is None else self._clock() + timedelta(seconds=again)
        await self._write(event, {"next_try_at": later, "tries": event.tries + 1, "last_error": reason[:255]})

    async def counts(self) -> Counts:
        """Where the events stand."""
        waiting = OutboxRow.next_try_at.is_not(None)
        delivered = OutboxRow.delivered_at.is_not(None)
        async with self._db.connection() as connection:

            async def count(*which: Any) -> int:
                return int(await connection.scalar(select(func.count(OutboxRow.id)).where(*which)) or 0)

            return Counts(
                waiting=await count(waiting),
                delivered=await count(delivered),
                given_up=await count(~waiting, ~delivered),
            )

    async def prune(self) -> None:
        """Erase what was delivered long ago."""
        async with self._db.transaction() as session:
            await session.execute(delete(OutboxRow).where(OutboxRow.delivered_at < self._clock() - KEPT))

    async def _write(self, event: Event, values: dict[str, Any]) -> None:
        async with self._db.transaction() as session:
            await session.execute(update(OutboxRow).where(OutboxRow.id == event.id).values(**values))
