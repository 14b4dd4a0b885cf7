"""Nothing is sold twice: under many confirmations at once, and over random runs of all that can happen."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopper.checkout.errors import PriceChanged, ProposalOutdated
from shopper.checkout.payments.provider import PaymentStatus
from shopper.checkout.totals import FlatRates
from shopper.database import Database
from shopper.errors import ShopperError
from tests.checkout.desk import OWNER, Room
from tests.databases import postgres_server

STOCK = {"tee": 3, "scarf": 2}


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    pytest.importorskip("asyncpg", reason="the extra `postgres` is not installed")
    with postgres_server() as url:
        yield url


@pytest_asyncio.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
async def url(request: pytest.FixtureRequest, empty_data: Path, tmp_path: Path) -> str:
    if request.param == "postgres":
        address: str = request.getfixturevalue("postgres")
        return address
    shutil.copytree(empty_data, tmp_path / "data")
    return f"sqlite+aiosqlite:///{tmp_path / 'data' / 'shopper.db'}"


@pytest_asyncio.fixture
async def rooms(url: str) -> AsyncIterator[tuple[Room, Room]]:
    """Two processes in all but name, which share one database."""
    opened = [await Database.open(url), await Database.open(url)]
    first = Room(opened[0], prefix="a")
    second = Room(opened[1], prefix="b", clock=first.clock, desk=first.desk)
    await first.wipe()
    yield first, second
    for db in opened:
        await db.close()


async def test_of_many_who_confirm_at_once_as_many_get_it_as_there_are_pieces(
    rooms: tuple[Room, Room],
) -> None:
    first, second = rooms
    await first.sell("tee", stock=3)
    quotes = []
    for number in range(8):
        await first.a_thread(f"t{number}")
        await first.fill(f"t{number}", tee=1)
        quotes.append(await first.checkouts.propose(f"t{number}", OWNER))
    answers = await asyncio.gather(
        *(rooms[n % 2].checkouts.confirm(quote.id, OWNER, "sandbox") for n, quote in enumerate(quotes)),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, ProposalOutdated)]
    assert len(refused) == 5
    assert all("sold out" in error.message for error in refused)
    orders = await second.orders()
    assert [order.number for order in orders] == sorted({order.number for order in orders})
    assert (len(orders), await second.left("tee")) == (3, 0)


async def test_two_processes_confirm_the_same_quote_once(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    await first.sell("tee", stock=3)
    await first.a_thread("t")
    await first.fill("t", tee=1)
    quote = await first.checkouts.propose("t", OWNER)
    done = await asyncio.gather(*(room.checkouts.confirm(quote.id, OWNER, "sandbox") for room in rooms * 2))
    assert len({answer.order.id for answer in done}) == len(await first.orders()) == 1
    assert sum(answer.created for answer in done) == 1
    assert first.told("order.created") + second.told("order.created") == 1


async def test_two_processes_hear_of_a_payment_and_make_it_paid_once(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    await first.sell("tee", stock=3)
    await first.a_thread("t")
    order = await first.an_order("t", tee=1)
    news: tuple[PaymentStatus, ...] = ("settled", "settled", "confirming", "settled")
    await asyncio.gather(*(rooms[n % 2].pay(order, status) for n, status in enumerate(news)))
    assert (await first.checkouts.order(order.id, OWNER)).status == "paid"
    assert first.told("order.paid") + second.told("order.paid") == 1
    assert await second.left("tee") == 2


async def test_paying_and_expiring_at_once_end_in_one_of_the_two(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    await first.sell("tee", stock=3)
    await first.a_thread("t")
    order = await first.an_order("t", tee=2)
    await asyncio.gather(first.pay(order), second.pay(order, "expired"))
    status = (await first.checkouts.order(order.id, OWNER)).status
    assert (status, await first.left("tee")) in (("paid", 1), ("needs_review", 3))


# ── random runs ─────────────────────────────────────────────────────────────────────────────────────────

_THREADS = st.integers(0, 2)
_STEPS = st.one_of(
    st.tuples(st.just("buy"), _THREADS, st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("fill"), _THREADS, st.integers(0, 3), st.integers(0, 2)),
    st.tuples(st.just("propose"), _THREADS),
    st.tuples(st.just("confirm"), st.integers(0, 5)),
    st.tuples(st.just("cancel"), st.integers(0, 5)),
    st.tuples(
        st.just("news"),
        st.integers(0, 3),
        st.sampled_from(
            [
                "settled",
                "settled",
                "expired",
                "expired",
                "confirming",
                "needs_review",
                "partially_paid",
                "canceled",
                "refunded",
            ]
        ),
    ),
    st.tuples(st.just("reprice"), st.sampled_from(sorted(STOCK)), st.integers(100, 9999)),
    st.tuples(st.just("move"), st.integers(1, 20)),
    st.tuples(st.just("sweep")),
    st.tuples(st.just("recover")),
)


@pytest.fixture(scope="module")
def played(
    empty_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[asyncio.Runner, Room]]:
    """A room in a loop of its own, for tests that hypothesis calls again and again."""
    data = tmp_path_factory.mktemp("played") / "data"
    shutil.copytree(empty_data, data)
    with asyncio.Runner() as runner:
        db = runner.run(Database.open_folder(data))
        yield runner, Room(db, rates=FlatRates(shipping=490, shipping_free_from=9000, tax_percent="7.7"))
        runner.run(db.close())


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(steps=st.lists(_STEPS, min_size=4, max_size=25))
def test_no_run_sells_more_than_there_is_or_asks_for_another_sum(
    played: tuple[asyncio.Runner, Room], steps: list[tuple[Any, ...]]
) -> None:
    runner, room = played
    runner.run(_play(room, steps))


async def _play(room: Room, steps: list[tuple[Any, ...]]) -> None:
    await room.wipe()
    for key, stock in STOCK.items():
        await room.sell(key, stock=stock)
    for number in range(3):
        await room.a_thread(f"t{number}")
    quotes: list[str] = []
    for step in steps:
        with suppress(ShopperError):  # refused, with a sentence
            await _do(room, step, quotes)
        await _check(room)


async def _do(room: Room, step: tuple[Any, ...], quotes: list[str]) -> None:
    match step:
        case ("fill" | "buy", thread, tees, scarves):
            wanted = {"tee": tees, "scarf": scarves}
            prices = await room.checkouts.stock.stored(STOCK)
            minor = prices["tee"].price.minor
            await room.fill(f"t{thread}", minor=minor, **{k: n for k, n in wanted.items() if n})
            if step[0] == "buy":
                # Twice, as the cart's prices may have to be set right first.
                with suppress(PriceChanged):
                    quotes.append((await room.checkouts.propose(f"t{thread}", OWNER)).id)
                quotes.append((await room.checkouts.propose(f"t{thread}", OWNER)).id)
                await room.checkouts.confirm(quotes[-1], OWNER, "sandbox")
        case ("propose", thread):
            quotes.append((await room.checkouts.propose(f"t{thread}", OWNER)).id)
        case ("confirm", number) if quotes:
            await room.checkouts.confirm(quotes[number % len(quotes)], OWNER, "sandbox")
        case ("cancel", number) if quotes:
            await room.checkouts.cancel(quotes[number % len(quotes)], OWNER)
        case ("news", number, status):
            orders = await room.orders()
            if orders:
                order = await room.checkouts.order(orders[number % len(orders)].id, OWNER)
                await room.pay(order, status)
        case ("reprice", key, minor):
            await room.sell(key, minor, STOCK[key])
        case ("move", minutes):
            room.clock.move(minutes=minutes)
        case ("sweep",):
            await room.checkouts.sweep()
        case ("recover",):
            await room.checkouts.recover()


async def _check(room: Room) -> None:
    rows = await room.orders()
    spoken = dict.fromkeys(STOCK, 0)
    for row in rows:
        order = await room.checkouts.order(row.id, OWNER)
        parts = [line.line_total.minor for line in order.lines]
        parts += [charge.amount.minor for charge in order.charges if not charge.included]
        assert order.total.minor == sum(parts)
        assert room.desk.intents[order.id].quote.amount == order.total
        if row.paid_at is not None or (row.canceled_at is None and order.status != "refunded"):
            for line in order.lines:
                spoken[line.variant_id] += line.quantity
    for key, stock in STOCK.items():
        assert spoken[key] <= stock
        assert await room.left(key) == stock - spoken[key]
    paid = [body["order"]["id"] for kind, body in room.events if kind == "order.paid"]
    assert len(paid) == len(set(paid))
    assert set(paid) == {row.id for row in rows if row.paid_at is not None}
    assert len({row.checkout_id for row in rows}) == len(rows) == room.told("order.created")
