"""A conversation leaves its demand behind, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from shopper.database import DemandHeardRow, DemandRow, DemandWordRow
from shopper.demand.report import DemandReport, demand_report
from shopper.shop import Shop
from tests.chat.conftest import Opener, Talk, talk  # noqa: F401  # the fixture of a small open shop


async def _rows(shop: Shop) -> list[Any]:
    await shop.demand.flush()
    async with shop.catalog.db.connection() as connection:
        return list(await connection.execute(select(DemandRow)))


async def _report(shop: Shop) -> DemandReport:
    await shop.demand.flush()
    today = datetime.now(UTC).date()
    return await demand_report(
        shop.catalog.db, shop.catalog.taxonomy, since=today, until=today, currency="EUR"
    )


async def test_each_searching_turn_is_one_find(talk: Opener) -> None:  # noqa: F811
    chat = await talk()
    await chat.say("a navy dress in M")
    await chat.say("under 100 please")
    await chat.say("thanks!")

    first, second = sorted(await _rows(chat.shop), key=lambda row: len(row.facts))

    assert first.facts == {"category": "dress", "colors": ["navy"], "sizes": ["M"]}
    assert second.refined == ["price"]


async def test_more_of_the_same_is_no_new_wish(talk: Opener) -> None:  # noqa: F811
    chat = await talk()
    await chat.say("show me dresses")
    await chat.say("more")

    assert len(await _rows(chat.shop)) == 1


async def test_what_is_not_sold_stands_in_the_report(talk: Opener) -> None:  # noqa: F811
    chat = await talk()
    await chat.say("a leather backpack")
    await chat.say("size 44 ankle boots")
    await chat.say("a dress under 20")

    report = await _report(chat.shop)

    assert [(u.field, u.value) for u in report.unmet] == [("category", "backpack")]
    assert [(m.size, m.category) for m in report.sizes_missed] == [("44", "ankle boots")]
    assert [(str(g.budget), str(g.cheapest)) for g in report.price_gaps] == [("€20", "€59")]


async def test_a_word_nobody_sells_takes_three_conversations(talk: Opener) -> None:  # noqa: F811
    chat = await talk()
    for number in range(3):
        assert (await _report(chat.shop)).unsold_words == ()
        thread = await chat.shop.threads.create("me")
        await Talk(chat.shop, thread.id).say("do you sell any surfboards?")
        assert len(await _rows(chat.shop)) == number + 1

    (word,) = (await _report(chat.shop)).unsold_words

    assert (word.word, word.conversations) == ("surfboard", 3)


async def test_no_message_and_no_thread_id_is_kept_by_the_report(talk: Opener) -> None:  # noqa: F811
    chat = await talk()
    await chat.say("I'm Ines Weber, ines@mail.example, and I need a navy dress for my ex-husband's wedding")
    await chat.shop.demand.flush()

    async with chat.shop.catalog.db.connection() as connection:
        kept = str(
            [
                list(await connection.execute(select(table)))
                for table in (DemandRow, DemandWordRow, DemandHeardRow)
            ]
        ).lower()

    assert "dress" in kept
    for said in ("ines", "weber", "mail", "husband", chat.thread_id.lower()):
        assert said not in kept
