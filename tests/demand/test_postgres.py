"""The report over a real PostgreSQL that two servers write to at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from shopper.database import Database
from shopper.demand.recorder import SPEAKERS, DemandRecorder
from shopper.demand.report import demand_report
from shopper.products.taxonomy import Taxonomy
from shopper.types import Absence, Page, ShopperQuery, Thread
from tests.databases import postgres_server
from tests.demand.conftest import KNOWN_WORDS, VOCABULARY

pytest.importorskip("asyncpg", reason="the extra `postgres` is not installed")
pytestmark = pytest.mark.slow
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def recorder(db: Database) -> DemandRecorder:
    return DemandRecorder(
        db,
        taxonomy=Taxonomy.load(),
        vocabulary=lambda: VOCABULARY,
        knows=KNOWN_WORDS.__contains__,
        clock=lambda: NOW,
    )


async def test_two_servers_add_to_one_report() -> None:
    gap = Absence(reason="not_sold", field="category", value="gloves", message="")
    page = Page(as_of=NOW, absence=gap)
    with postgres_server() as url:
        databases = [await Database.open(url), await Database.open(url)]
        servers = [recorder(db) for db in databases]
        for number in range(SPEAKERS):
            query = ShopperQuery(category="gloves", text="tabard")
            thread = Thread(id=f"t{number}", created_at=NOW)
            servers[number % 2].record(query, page, thread=thread)

        await asyncio.gather(*(server.close() for server in servers))  # both make the keys, at once
        report = await demand_report(
            databases[0], Taxonomy.load(), since=NOW.date(), until=NOW.date(), currency="EUR"
        )
        for db in databases:
            await db.close()

    assert [server.dropped for server in servers] == [0, 0]
    assert [(u.value, u.count) for u in report.unmet] == [("gloves", SPEAKERS)]
    assert [(w.word, w.conversations) for w in report.unsold_words] == [("tabard", SPEAKERS)]
