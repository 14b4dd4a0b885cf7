"""Signs between processes about runs: who is alive, and who is asked to stop.

Knows nothing about what a run does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from shopper.database import Database, RunRow
from shopper.web.tables import RunSignalRow

# Beats come every second; a process that is silent for so long is gone.
DEAD_AFTER = timedelta(seconds=20)


class RunSignals:
    """Reads and writes the signs of one database."""

    def __init__(self, db: Database, *, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

    async def beat(self, run_ids: Collection[str]) -> set[str]:
        """Say that these runs are alive; which of them are asked to stop, or erased."""
        known = await self._known(run_ids)
        for run_id in run_ids:
            if run_id not in known:
                await self._insert(run_id, beat_at=self._clock())
        async with self._db.transaction() as session:
            await session.execute(
                update(RunSignalRow).where(RunSignalRow.run_id.in_(known)).values(beat_at=self._clock())
            )
            there = set(await session.scalars(select(RunRow.id).where(RunRow.id.in_(run_ids))))
        return {run_id for run_id, stop in known.items() if stop} | (set(run_ids) - there)

    async def ask_stop(self, run_id: str) -> None:
        """Ask the process of a run to stop it."""
        if run_id not in await self._known([run_id]):
            await self._insert(run_id, stop_at=self._clock())
        async with self._db.transaction() as session:
            await session.execute(
                update(RunSignalRow).where(RunSignalRow.run_id == run_id).values(stop_at=self._clock())
            )

    async def end_dead(self, *, thread_id: str | None = None, run_id: str | None = None) -> bool:
        """Mark a run whose process is gone as failed; whether there was one."""
        which = RunRow.id == run_id if run_id is not None else RunRow.thread_id == thread_id
        async with self._db.transaction() as session:
            done = await session.execute(
                update(RunRow)
                .where(which, RunRow.status == "running", self._silent())
                .values(status="failed", ended_at=self._clock())
            )
            return bool(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult

    def _silent(self) -> ColumnElement[bool]:
        before = self._clock() - DEAD_AFTER
        beat = select(RunSignalRow.beat_at).where(RunSignalRow.run_id == RunRow.id).scalar_subquery()
        # A run that ends within a second never beats.
        return or_(beat < before, and_(beat.is_(None), RunRow.created_at < before))

    async def _known(self, run_ids: Collection[str]) -> dict[str, datetime | None]:
        """The signs there are, with when a stop was asked for."""
        async with self._db.transaction() as session:
            found = await session.execute(
                select(RunSignalRow.run_id, RunSignalRow.stop_at).where(RunSignalRow.run_id.in_(run_ids))
            )
            return {row.run_id: row.stop_at for row in found}

    async def _insert(self, run_id: str, **values: Any) -> None:
        try:
            async with self._db.transaction() as session:
                await session.execute(insert(RunSignalRow).values(run_id=run_id, **values))
        except IntegrityError:
            pass  # another process made it at the same moment, or the run was erased
