"""Conversations in SQL: owners, order, cursors, photos, runs and what a restart leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from shopper.chat.preferences import Preferences
from shopper.chat.threads import LONGEST_RUN, ThreadStore
from shopper.checkout.carts import CartStore
from shopper.database import CartRow, Database, MessageRow, PhotoRow, RunEventRow
from shopper.errors import BadInput, Conflict, NotFound
from shopper.types import Cart, Money, Photo, ShopperQuery, Turn

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def numbered() -> Iterator[str]:
    n = 0
    while True:
        n += 1
        yield f"id-{n}"


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open_folder(tmp_path)
    yield database
    await database.close()


@pytest.fixture
def threads(db: Database) -> ThreadStore:
    ids = numbered()
    return ThreadStore(db, clock=lambda: NOW, ids=lambda: next(ids))


def turn(id_: str, role: str, text: str, **more: object) -> Turn:
    return Turn.model_validate({"id": id_, "role": role, "text": text, "created_at": NOW, **more})


async def test_turns_come_back_as_they_were_kept(threads: ThreadStore) -> None:
    thread = await threads.create("me")
    asked = turn("a", "shopper", "a dress", photo_ids=("p",))
    query = ShopperQuery(category="dress", colors=("navy",))
    said = turn("b", "assistant", "Here.", query=query, language="de", total=3)
    await threads.append(thread.id, asked, said)
    kept = await threads.get(thread.id, "me")
    assert kept.turns == (asked, said)
    assert kept.query == query


async def test_a_foreign_owner_sees_nothing(threads: ThreadStore) -> None:
    thread = await threads.create("me")
    for owner in ("you", None):
        with pytest.raises(NotFound):
            await threads.get(thread.id, owner)
        with pytest.raises(NotFound):
            await threads.messages(thread.id, owner)
        with pytest.raises(NotFound):
            await threads.delete(thread.id, owner)
    with pytest.raises(NotFound):
        await threads.check("unknown", "me")


async def test_messages_are_paged_by_cursor_oldest_first(threads: ThreadStore) -> None:
    thread = await threads.create(None)
    for n in range(5):
        await threads.append(thread.id, turn(f"m{n}", "shopper", str(n)))
    first, cursor = await threads.messages(thread.id, None, limit=2)
    second, cursor = await threads.messages(thread.id, None, cursor=cursor, limit=2)
    last, end = await threads.messages(thread.id, None, cursor=cursor, limit=2)
    assert [t.text for t in (*first, *second, *last)] == list("01234")
    assert end is None


async def test_a_made_up_cursor_is_refused(threads: ThreadStore) -> None:
    thread = await threads.create(None)
    with pytest.raises(BadInput):
        await threads.messages(thread.id, None, cursor="1; drop table")


async def test_a_thread_runs_one_turn_at_a_time(threads: ThreadStore) -> None:
    thread = await threads.create("me")
    claims = await asyncio.gather(*(threads.start_run(thread.id) for _ in range(4)), return_exceptions=True)
    won = [claim for claim in claims if isinstance(claim, str)]
    assert len(won) == 1
    assert all(isinstance(claim, Conflict) for claim in claims if claim not in won)
    await threads.end_run(won[0], "done")
    assert await threads.run(won[0], "me") == "done"
    assert await threads.start_run(thread.id)


async def test_a_restart_marks_what_was_running_as_failed(threads: ThreadStore) -> None:
    thread = await threads.create("me")
    run = await threads.start_run(thread.id)
    assert await threads.end_orphaned_runs() == 1
    assert await threads.run(run, "me") == "failed"
    assert await threads.start_run(thread.id)


async def test_beside_other_processes_only_runs_that_cannot_live_any_more_are_ended(db: Database) -> None:
    ids, now = numbered(), [NOW]
    threads = ThreadStore(db, clock=lambda: now[0], ids=lambda: next(ids))
    thread, other = await threads.create("me"), await threads.create("me")
    lost = await threads.start_run(thread.id)
    now[0] += LONGEST_RUN
    alive = await threads.start_run(other.id)
    assert await threads.end_orphaned_runs(alone=False) == 1
    assert await threads.run(lost, "me") == "failed"
    assert await threads.run(alive, "me") == "running"


async def test_a_run_that_died_with_its_process_does_not_hold_its_thread_for_ever(db: Database) -> None:
    ids, now = numbered(), [NOW]
    threads = ThreadStore(db, clock=lambda: now[0], ids=lambda: next(ids))
    thread = await threads.create("me")
    await threads.start_run(thread.id)
    now[0] += LONGEST_RUN / 2
    with pytest.raises(Conflict):
        await threads.start_run(thread.id)
    now[0] += LONGEST_RUN / 2
    assert await threads.start_run(thread.id)


async def test_a_runs_events_can_be_read_from_any_number_on(threads: ThreadStore) -> None:
    thread = await threads.create("me")
    run = await threads.start_run(thread.id)
    await threads.append_events(run, [(1, "a"), (2, "b"), (3, "c")])
    assert await threads.events_after(run, 1) == [(2, "b"), (3, "c")]


async def test_a_foreign_run_is_not_there(threads: ThreadStore) -> None:
    thread = await threads.create("me")
    run = await threads.start_run(thread.id)
    with pytest.raises(NotFound):
        await threads.run(run, "you")


async def test_a_photo_is_its_owners(threads: ThreadStore) -> None:
    thread = await threads.create("me")
    photo = Photo(id="p", media_type="image/jpeg", data=b"jpeg")
    await threads.save_photo(photo, thread_id=None, owner="me")
    await threads.save_photo(photo, thread_id=thread.id, owner="me")
    assert await threads.photo("p", "me") == photo
    with pytest.raises(NotFound):
        await threads.photo("p", "you")


async def test_feedback_is_for_ones_own_answers(threads: ThreadStore) -> None:
    thread = await threads.create("me")
    await threads.append(thread.id, turn("q", "shopper", "hi"), turn("a", "assistant", "hello"))
    await threads.feedback("a", "me", rating=1)
    await threads.feedback("a", "me", rating=-1, note="wrong size")
    with pytest.raises(NotFound):
        await threads.feedback("a", "you", rating=1)
    with pytest.raises(NotFound):
        await threads.feedback("q", "me", rating=1)


async def test_deleting_a_thread_leaves_nothing_of_it(threads: ThreadStore, db: Database) -> None:
    thread = await threads.create("me")
    await threads.append(thread.id, turn("q", "shopper", "hi"))
    await threads.save_photo(
        Photo(id="p", media_type="image/jpeg", data=b"x"), thread_id=thread.id, owner="me"
    )
    run = await threads.start_run(thread.id)
    await threads.append_events(run, [(1, "a")])
    cart = Cart(id=thread.id, version=1, currency="EUR")
    await CartStore(db).save(thread.id, cart, 0)
    await threads.delete(thread.id, "me")
    async with db.transaction() as session:
        for table in (MessageRow, PhotoRow, RunEventRow, CartRow):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_preferences_are_kept_with_the_thread(threads: ThreadStore) -> None:
    thread = await threads.create("me")
    assert await threads.preferences(thread.id, "me") == Preferences()
    known = Preferences(enabled=True, sizes=("M",), budget=Money(minor=9000, currency="EUR"))
    await threads.set_preferences(thread.id, "me", known)
    await threads.keep_usage(thread.id, "me", 900)
    assert await threads.preferences(thread.id, "me") == known
    assert (await threads.memory(thread.id, "me")).prompt_tokens == 900
    with pytest.raises(NotFound):
        await threads.preferences(thread.id, "you")
