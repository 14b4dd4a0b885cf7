"""A recorder over an empty database, with a clock that a test can set."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from shopper.database import Database, DemandHeardRow, DemandRow, DemandWordRow
from shopper.demand.recorder import DemandRecorder
from shopper.demand.report import DemandReport, demand_report
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.types import Absence, Page, Relaxation, ShopperQuery, Thread

VOCABULARY = CatalogVocabulary(
    brands=frozenset({"Verrier"}),
    categories=frozenset({"dress", "ankle boots"}),
    colors=frozenset({"navy", "petrol mist"}),
    materials=frozenset({"linen"}),
)
KNOWN_WORDS = frozenset({"wrap", "dress", "amalfi", "soft", "flowing"})


@dataclass
class Desk:
    """The recorder and what it has written."""

    db: Database
    recorder: DemandRecorder
    now: datetime

    def find(
        self, query: dict[str, Any], *, total: int = 0, absence: dict[str, Any] | None = None,
        relaxed: tuple[tuple[str, str], ...] = (), before: dict[str, Any] | None = None,
        thread: str | None = "t1", said: str = "", begun: datetime | None = None,
    ) -> None:  # fmt: skip
        """One find, as the agent tells it."""
        page = Page(
            total=total,
            as_of=self.now,
            absence=Absence(message="Nothing.", **absence) if absence else None,
            relaxed=tuple(Relaxation(field=f, value=v, message="") for f, v in relaxed),
        )
        self.recorder.record(
            ShopperQuery.model_validate(query),
            page,
            before=ShopperQuery.model_validate(before) if before is not None else None,
            thread=Thread(id=thread, created_at=begun or self.now) if thread else None,
            said=said,
        )

    async def rows(self) -> list[Any]:
        await self.recorder.flush()
        async with self.db.connection() as connection:
            return list(await connection.execute(select(DemandRow)))

    async def words(self) -> list[str | None]:
        await self.recorder.flush()
        async with self.db.connection() as connection:
            return sorted((await connection.scalars(select(DemandWordRow.word))).all(), key=str)

    async def everything(self) -> str:
        """All that the demand tables hold but hashes and random ids, as one text."""
        await self.recorder.flush()
        async with self.db.connection() as connection:
            tables = [
                list(await connection.execute(select(table)))
                for table in (DemandRow, DemandWordRow, DemandHeardRow)
            ]
        return re.sub(r"\b[0-9a-f]{32}\b", "", str(tables))

    async def report(self) -> DemandReport:
        await self.recorder.flush()
        since = self.now.date().replace(day=1)
        return await demand_report(
            self.db, Taxonomy.load(), since=since, until=self.now.date(), currency="EUR"
        )


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    db = await Database.open_folder(tmp_path)
    clock: list[Callable[[], datetime]] = []
    recorder = DemandRecorder(
        db,
        taxonomy=Taxonomy.load(),
        vocabulary=lambda: VOCABULARY,
        knows=KNOWN_WORDS.__contains__,
        clock=lambda: clock[0](),
    )
    made = Desk(db, recorder, datetime(2026, 5, 20, 14, 31, tzinfo=UTC))
    clock.append(lambda: made.now)
    yield made
    await recorder.close()
    await db.close()
