"""Hands a conversation to a person: keeps the wish in SQL for the shop's people to answer.

Knows nothing about mail or how a person is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select, update

from shopper.chat.tables import HandoffRow
from shopper.database import Database
from shopper.errors import BadInput, NotFound
from shopper.events.outbox import Emit, no_events
from shopper.types import Value

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
MAX_NOTE = 2000


class Handoff(Value):
    """One conversation that somebody of the shop should go on with."""

    id: str
    thread_id: str
    note: str = ""
    email: str | None = None
    created_at: datetime
    status: Literal["open", "done"] = "open"


class HandoffStore:
    """Reads and writes hand-offs."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
        emit: Emit = no_events,
    ) -> None:
        self._db, self._clock, self._ids, self._emit = db, clock, ids, emit

    async def open(self, thread_id: str, *, note: str = "", email: str | None = None) -> Handoff:
        """The thread's open hand-off, made if there is none; a note or an address said later is added.

        The caller has checked whose thread it is. BadInput for what is no e-mail address.
        """
        note, email = note.strip()[:MAX_NOTE], (email or "").strip() or None
        if email is not None and (len(email) > 254 or not _EMAIL.fullmatch(email)):
            raise BadInput("That isn't an e-mail address.", field="email")
        async with self._db.transaction() as session:
            row = await session.scalar(
                select(HandoffRow).where(HandoffRow.thread_id == thread_id, HandoffRow.status == "open")
            )
            if row is None:
                made = Handoff(
                    id=self._ids(), thread_id=thread_id, note=note, email=email, created_at=self._clock()
                )
                await session.execute(insert(HandoffRow).values(**made.model_dump()))
                await self._emit(session, "handoff.requested", made.model_dump(mode="json"))
                return made
            if note and note not in row.note:
                row.note = f"{row.note}\n{note}".strip()[-MAX_NOTE:]
            row.email = email or row.email
            await self._emit(session, "handoff.updated", _handoff(row).model_dump(mode="json"))
            return _handoff(row)

    async def waiting(self, *, limit: int = 100) -> tuple[Handoff, ...]:
        """The open ones, oldest first."""
        async with self._db.transaction() as session:
            found = await session.scalars(
                select(HandoffRow)
                .where(HandoffRow.status == "open")
                .order_by(HandoffRow.created_at)
                .limit(limit)
            )
            return tuple(_handoff(row) for row in found)

    async def done(self, handoff_id: str) -> None:
        """A person has answered; NotFound where there is no such hand-off."""
        async with self._db.transaction() as session:
            result = await session.execute(
                update(HandoffRow).where(HandoffRow.id == handoff_id).values(status="done")
            )
            if result.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
                raise NotFound("There is no such hand-off.")


def _handoff(row: HandoffRow) -> Handoff:
    return Handoff.model_validate(
        {name: getattr(row, name) for name in Handoff.model_fields}, from_attributes=True
    )
