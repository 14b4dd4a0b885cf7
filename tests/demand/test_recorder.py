"""What is kept of a find, and what never is."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from sqlalchemy import text

from shopper.demand.recorder import SPEAKERS, WAITING
from tests.demand.conftest import Desk


async def test_a_find_is_kept_as_known_facts_and_its_day(desk: Desk) -> None:
    desk.find(
        {
            "category": "dress", "colors": ["navy"], "materials": ["linen"], "sizes": ["m"],
            "brands": ["verrier"], "price": {"max": 14990}, "text": "dress flowing",
        },
        total=3,
    )  # fmt: skip

    (row,) = await desk.rows()

    assert row.day == "2026-05-20"
    assert row.facts == {
        "category": "dress", "colors": ["navy"], "materials": ["linen"], "sizes": ["M"],
        "brands": ["Verrier"], "price_max": 15000,
    }  # fmt: skip
    assert (row.total, row.absence_reason, row.refined) == (3, None, [])


async def test_no_words_of_a_person_and_no_thread_reach_the_tables(desk: Desk) -> None:
    for thread in ("thread-one", "thread-two", "thread-three"):
        desk.find(
            {
                "category": "grandmother's locket", "brands": ["jane@doe.example"],
                "colors": ["my number is 0170 555 123"], "sizes": ["my size"],
                "text": "jane doe 0170555123 jane@doe.example thinking about a proposal",
            },
            thread=thread,
            said="I'm Jane Doe, 0170555123, jane@doe.example",
        )  # fmt: skip

    kept = (await desk.everything()).lower()

    for said in ("jane", "doe", "0170", "555", "thread-", "example.", "@"):
        assert said not in kept


async def test_a_word_is_written_down_only_once_three_conversations_said_it(desk: Desk) -> None:
    for number in range(SPEAKERS - 1):
        desk.find({"text": "tabard"}, thread=f"t{number}")
    assert await desk.words() == [None]
    assert "tabard" not in await desk.everything()

    desk.find({"text": "tabard"}, thread="another")

    assert await desk.words() == ["tabard"]


async def test_one_conversation_counts_once_however_often_it_says_a_word(desk: Desk) -> None:
    for _ in range(5):
        desk.find({"text": "tabard"}, thread="t1")
        await desk.recorder.flush()

    assert await desk.words() == [None]


async def test_a_conversation_that_lasts_for_days_still_counts_once(desk: Desk) -> None:
    begun = desk.now
    for _ in range(4):
        desk.find({"text": "tabard"}, thread="t1", begun=begun)
        await desk.recorder.flush()
        desk.now += timedelta(days=1)

    assert await desk.words() == [None]


async def test_conversations_of_different_days_add_up(desk: Desk) -> None:
    for day in range(SPEAKERS):
        desk.find({"text": "tabard"}, thread=f"t{day}")
        await desk.recorder.flush()
        desk.now += timedelta(days=1)

    assert await desk.words() == ["tabard"]


async def test_yesterdays_key_is_gone(desk: Desk) -> None:
    async def key() -> str:
        async with desk.db.connection() as connection:
            found = await connection.execute(text("select value from meta where key = 'demand_day_key'"))
            return str(found.scalar_one())

    desk.find({"text": "tabard"})
    await desk.recorder.flush()
    before = await key()
    desk.now += timedelta(days=1)
    desk.find({"text": "tabard"}, thread="t2")
    await desk.recorder.flush()

    assert before.startswith("2026-05-20:")
    assert (await key()).startswith("2026-05-21:")


async def test_words_that_the_catalog_or_the_lexicon_knows_are_not_counted(desk: Desk) -> None:
    for number in range(SPEAKERS):
        desk.find({"text": "soft flowing wrap navy dress with please"}, thread=f"t{number}")

    assert await desk.words() == []


async def test_an_unknown_category_becomes_a_word_and_no_fact(desk: Desk) -> None:
    for number in range(SPEAKERS):
        desk.find(
            {"category": "surfboard"},
            thread=f"t{number}",
            absence={"reason": "not_sold", "field": "category", "value": "surfboard"},
        )

    assert await desk.words() == ["surfboard"]
    assert {row.absence_value for row in await desk.rows()} == {None}


async def test_a_search_without_a_conversation_counts_no_words(desk: Desk) -> None:
    for _ in range(SPEAKERS):
        desk.find({"text": "tabard"}, thread=None)

    assert await desk.words() == []
    assert {row.source for row in await desk.rows()} == {"search"}


async def test_what_a_refinement_changed_is_named(desk: Desk) -> None:
    before = {"category": "dress", "colors": ["red"], "price": {"max": 20000}}
    desk.find(before | {"intent": "refine", "colors": ["navy"], "price": {"max": 10000}}, before=before)

    (row,) = await desk.rows()

    assert row.refined == ["colors", "price"]


async def test_a_new_search_refines_nothing(desk: Desk) -> None:
    desk.find({"category": "dress", "colors": ["navy"]}, before={"category": "ankle boots"})

    (row,) = await desk.rows()

    assert row.refined == []


async def test_recording_neither_waits_nor_grows_without_bound(desk: Desk) -> None:
    query = {"category": "dress", "text": "dress tabard doublet"}
    desk.find(query)  # the first one reads the lexicon's tables
    began = time.perf_counter()
    for _ in range(WAITING + 20):
        desk.find(query)
    took = time.perf_counter() - began

    assert desk.recorder.dropped == 21
    assert took / WAITING < 0.002
    assert len(await desk.rows()) == WAITING


async def test_a_database_that_fails_costs_finds_and_raises_nothing(desk: Desk) -> None:
    async with desk.db.transaction() as session:
        await session.execute(text("drop table demand"))
    desk.find({"category": "dress"})
    desk.find({"category": "dress"})

    await desk.recorder.flush()

    assert desk.recorder.dropped == 2


async def test_finds_are_written_by_themselves_soon(desk: Desk) -> None:
    desk.recorder._pause = 0.01
    desk.find({"category": "dress"})
    written = 0
    for _ in range(100):
        await asyncio.sleep(0.02)
        async with desk.db.connection() as connection:
            written = (await connection.execute(text("select count(*) from demand"))).scalar_one()
        if written:
            break
    assert written == 1


async def test_what_is_older_than_400_days_is_erased(desk: Desk) -> None:
    for number in range(SPEAKERS):
        desk.find({"category": "dress", "text": "tabard"}, thread=f"t{number}")
    await desk.recorder.flush()
    desk.now += timedelta(days=401)
    desk.find({"category": "ankle boots"}, thread="much later")

    assert [row.facts["category"] for row in await desk.rows()] == ["ankle boots"]
    assert await desk.words() == []
