"""What the chat API keeps, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from shopper.chat.threads import ThreadStore
from shopper.database import Database
from shopper.shop import random_id
from shopper.web.keys import Keys
from shopper.web.limits import OverLimit
from shopper.web.problems import StillRunning
from shopper.web.repeats import Answer, Repeats
from shopper.web.retention import erase, leased
from shopper.web.signals import RunSignals
from tests.databases import postgres_server

pytest.importorskip("asyncpg", reason="the extra `postgres` is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgres_server() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def db(address: str) -> AsyncIterator[Database]:
    opened = await Database.open(address)
    yield opened
    await opened.close()


async def test_of_many_turns_at_once_no_more_are_let_in_than_a_key_may_take(db: Database) -> None:
    keys = Keys(db, clock=lambda: NOW)
    text, key = await keys.create("secret", daily_turns=3)
    assert await keys.find(text) is not None
    said = await asyncio.gather(*(keys.spend_turn(key.id) for _ in range(8)), return_exceptions=True)
    assert [type(answer) for answer in said if answer is not None] == [OverLimit] * 5
    assert (await keys.spent())[key.id] == (3, 0)
    await keys.revoke(text)
    await keys.close()


async def test_of_many_same_posts_at_once_one_is_done(db: Database) -> None:
    repeats = Repeats(db, clock=lambda: NOW)
    begun = await asyncio.gather(*(repeats.begin("post", "body") for _ in range(6)), return_exceptions=True)
    [claim] = [answer for answer in begun if isinstance(answer, str)]
    assert [type(answer) for answer in begun if answer is not claim] == [StillRunning] * 5
    await repeats.keep("post", claim, Answer(200, "text/plain", b"x"), "thread")
    assert await repeats.begin("post", "body") == Answer(200, "text/plain", b"x")


async def test_runs_beat_are_stopped_and_die(db: Database) -> None:
    now = NOW
    threads = ThreadStore(db, clock=lambda: now, ids=random_id)
    signals = RunSignals(db, clock=lambda: now)
    thread = await threads.create("me")
    run_id = await threads.start_run(thread.id)
    assert await signals.beat([run_id]) == set()
    await signals.ask_stop(run_id)
    assert await signals.beat([run_id]) == {run_id}
    assert not await signals.end_dead(run_id=run_id)
    now += timedelta(seconds=30)
    assert await signals.end_dead(thread_id=thread.id)
    assert await threads.run(run_id, "me") == "failed"
    await threads.delete(thread.id, "me")
    assert await signals.beat([run_id]) == {run_id}


async def test_conversations_are_paged_and_erased_by_age(db: Database) -> None:
    now = NOW
    threads = ThreadStore(db, clock=lambda: now, ids=random_id)
    made = []
    for _ in range(5):
        now += timedelta(microseconds=1)
        made.append((await threads.create("pager")).id)
    first, cursor = await threads.page("pager", limit=3)
    rest, end = await threads.page("pager", cursor=cursor, limit=3)
    assert [t.id for t in (*first, *rest)] == made[::-1]
    assert end is None
    assert await leased(db, "work", "me", now=NOW, until=NOW + timedelta(hours=1))
    assert (await erase(db, now=NOW + timedelta(days=2), older_than=timedelta(days=1))).threads == 5
    assert await threads.page("pager") == ((), None)
