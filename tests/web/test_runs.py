"""Runs go on without their reader, are told in any process, and end cleanly whatever happens to theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shopper.chat.threads import ThreadStore
from shopper.database import Database
from shopper.errors import Conflict, NotFound
from shopper.shop import random_id
from shopper.types import Done, ReplyEvent, TextDelta
from shopper.web import runs as runs_module
from shopper.web.runs import INTERRUPTED, Run, Runs
from shopper.web.signals import DEAD_AFTER, RunSignals
from shopper.web.stream import Part, PartEncoder
from shopper.web.wire import Wire

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_STORE_SECONDS", "_BEAT_SECONDS", "_POLL_SECONDS"):
        monkeypatch.setattr(runs_module, name, 0.02)


class Process:
    """One process' view of the database: its own runs, the same tables."""

    def __init__(self, db: Database, *, ahead: timedelta = timedelta()) -> None:
        def clock() -> datetime:
            return datetime.now(UTC) + ahead

        self.threads = ThreadStore(db, clock=clock, ids=random_id)
        self.ended: list[str] = []
        self.runs = Runs(self.threads, RunSignals(db, clock=clock), on_end=self._note)

    async def _note(self, run: Run) -> None:
        self.ended.append(run.id)

    async def begin(self, reply: AsyncIterator[ReplyEvent], thread_id: str | None = None) -> Run:
        thread_id = thread_id or (await self.threads.create("me")).id
        run_id = await self.runs.claim(thread_id)
        encoder = PartEncoder(Wire(), thread_id=thread_id, run_id=run_id, message_id="m")
        return await self.runs.start(run_id, thread_id, "me", reply, encoder)


async def words(*said: str, then: asyncio.Event | None = None) -> AsyncIterator[ReplyEvent]:
    for word in said:
        yield TextDelta(delta=word)
    if then is not None:
        await then.wait()
    yield Done(message_id="m", text="".join(said))


async def all_of(parts: AsyncIterator[tuple[int, Part]]) -> list[tuple[int, Part]]:
    return [item async for item in parts]


def kinds(parts: list[tuple[int, Part]]) -> list[str]:
    return [part["type"] for _number, part in parts]


async def until(check: Any, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110  # SQL tells nobody when it changes
            await asyncio.sleep(0.01)


async def test_parts_are_stored_while_the_run_works(db: Database) -> None:
    here, more = Process(db), asyncio.Event()
    run = await here.begin(words("one ", "two", then=more))

    async def stored() -> bool:
        return len(await here.threads.events_after(run.id, 0)) == 4

    await until(stored)
    assert await here.threads.run(run.id, "me") == "running"
    more.set()
    await run.wait()
    assert await here.threads.run(run.id, "me") == "done"
    assert len(await here.threads.events_after(run.id, 0)) == len(run.parts)
    assert here.ended == [run.id]


async def test_another_process_tells_a_live_run_from_any_event(db: Database) -> None:
    here, there, more = Process(db), Process(db), asyncio.Event()
    run = await here.begin(words("one ", "two", then=more))
    reading = asyncio.create_task(all_of(await there.runs.follow(run.id, "me", 2)))
    await asyncio.sleep(0.1)
    assert not reading.done()
    more.set()
    got = await asyncio.wait_for(reading, 5)
    assert got == await all_of(run.follow(2))
    assert kinds(got) == ["text-delta", "text-delta", "text-end", "finish"]
    with pytest.raises(NotFound):
        await there.runs.follow(run.id, "somebody else", 0)


async def test_another_process_stops_a_run(db: Database) -> None:
    here, there = Process(db), Process(db)
    run = await here.begin(words("one", then=asyncio.Event()))
    await asyncio.wait_for(there.runs.stop(run.id, "me"), 5)
    assert await here.threads.run(run.id, "me") == "stopped"
    assert kinds(await all_of(await there.runs.follow(run.id, "me", 0)))[-2:] == ["text-end", "finish"]
    with pytest.raises(NotFound):
        await there.runs.stop(run.id, "somebody else")


async def test_a_stopped_run_frees_its_thread(db: Database) -> None:
    here = Process(db)
    run = await here.begin(words("one", then=asyncio.Event()))
    with pytest.raises(Conflict):
        await here.runs.claim(run.thread_id)
    await here.runs.stop(run.id, "me")
    await here.runs.claim(run.thread_id)


async def test_stopping_while_the_end_is_recorded_leaves_the_record_whole(db: Database) -> None:
    here = Process(db)
    run = await here.begin(words("one"))
    await asyncio.gather(*(here.runs.stop(run.id, "me") for _ in range(5)))
    assert run.ended
    stored = await here.threads.events_after(run.id, 0)
    assert len(stored) == len(run.parts)
    assert run.parts[-1]["type"] == "finish"


async def crashed(db: Database) -> Run:
    """A run of a process that was killed in the middle of a sentence."""
    there = Process(db)
    run = await there.begin(words("one ", "two", then=asyncio.Event()))

    async def stored() -> bool:
        return len(await there.threads.events_after(run.id, 0)) == 4

    await until(stored)
    assert there.runs._pulse is not None
    there.runs._pulse.cancel()
    for task in there.runs._tasks:
        task.cancel()
    assert run.work is not None
    run.work.cancel()
    await asyncio.sleep(0.05)
    return run


async def test_a_run_whose_process_died_ends_and_says_so(db: Database) -> None:
    run = await crashed(db)
    later = Process(db, ahead=DEAD_AFTER + timedelta(seconds=1))
    got = await asyncio.wait_for(all_of(await later.runs.follow(run.id, "me", 0)), 5)
    assert kinds(got) == ["start", "text-start", "text-delta", "text-delta", "text-end", "error", "finish"]
    assert got[-2][1]["errorText"] == INTERRUPTED
    assert [number for number, _part in got] == list(range(1, 8))
    assert await later.threads.run(run.id, "me") == "failed"
    # A reader that had heard more than was stored hears the end as well, under numbers it doesn't know.
    ahead = await all_of(await later.runs.follow(run.id, "me", 9))
    assert [number for number, _part in ahead] == [10, 11, 12]
    assert kinds(ahead)[-1] == "finish"


async def test_a_thread_whose_run_died_can_be_spoken_to(db: Database) -> None:
    run = await crashed(db)
    with pytest.raises(Conflict):
        await Process(db).runs.claim(run.thread_id)
    await Process(db, ahead=DEAD_AFTER + timedelta(seconds=1)).runs.claim(run.thread_id)


async def test_a_run_that_beats_is_not_taken_for_dead(db: Database) -> None:
    here = Process(db)
    run = await here.begin(words("one", then=asyncio.Event()))
    await asyncio.sleep(0.2)
    almost = Process(db, ahead=DEAD_AFTER - timedelta(seconds=5))
    with pytest.raises(Conflict):
        await almost.runs.claim(run.thread_id)
    await here.runs.stop(run.id, "me")


async def test_a_whole_run_is_not_called_interrupted(db: Database) -> None:
    here = Process(db)
    run = await here.begin(words("one"))
    await run.wait()
    there = Process(db)
    assert await all_of(await there.runs.follow(run.id, "me", len(run.parts))) == []


async def test_a_server_that_stops_tells_its_readers(db: Database) -> None:
    here = Process(db)
    run = await here.begin(words("one", then=asyncio.Event()))
    reading = asyncio.create_task(all_of(run.follow()))
    await asyncio.sleep(0.05)
    await here.runs.close()
    got = await reading
    assert kinds(got)[-3:] == ["text-end", "error", "finish"]
    assert "restarted" in got[-2][1]["errorText"]
    assert await here.threads.run(run.id, "me") == "failed"
    assert await all_of(await Process(db).runs.follow(run.id, "me", 0)) == got


async def test_a_run_of_an_erased_conversation_stops(db: Database) -> None:
    here, there = Process(db), Process(db)
    run = await here.begin(words("one", then=asyncio.Event()))
    await there.threads.delete(run.thread_id, "me")  # in a process that knows nothing of the run
    await asyncio.wait_for(run.wait(), 5)
    assert await here.threads.run_status(run.id) is None
    assert await here.threads.events_after(run.id, 0) == []
