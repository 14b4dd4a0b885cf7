"""What payment tests share: a still clock, a fresh database, and a till over a chain in memory."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shopper.checkout.payments.build import build_payments
from shopper.checkout.payments.config import PaymentsConfig
from shopper.checkout.payments.payments import Payments
from shopper.checkout.payments.provider import PaymentIntent, PaymentState, PaymentView
from shopper.checkout.payments.watcher import Poll, Watcher
from shopper.database import Database
from shopper.types import Money
from tests.checkout.payments.fake_chain import FakeChain

# The account key of the mnemonic "test test test test test test test test test test test junk".
XPUB = (
    "xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8"
    "heNP3FGkeV9qwfzvZNSd54JoNXVsXFYSYwHsnJxqP"
)
TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
OTHER = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
START = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Bill:
    """Something to pay for."""

    id: str
    total: Money


def bill(order_id: str = "order-1", minor: int = 4990) -> Bill:
    return Bill(order_id, Money(minor=minor, currency="EUR"))


def config(chain_id: int = 31337, **more: Any) -> PaymentsConfig:
    """A local network with a stable token, another token and a coin at a fixed rate."""
    network = {
        "chain_id": chain_id,
        "name": "Local",
        "rpc": "http://127.0.0.1:1",
        "confirmations": [{"up_to": 10_000, "blocks": 1}, {"blocks": 3}],
        "finalized_above": 100_000,
        "explorer": "https://scan.example/tx/{tx}",
        "asset": [
            {
                "symbol": "TEUR",
                "contract": TOKEN,
                "decimals": 6,
                "stable": "EUR",
                "eip3009": {"name": "Test Euro", "version": "2"},
            },
            {"symbol": "TUSD", "contract": OTHER, "decimals": 6, "rates": {"EUR": "1.0842"}},
            {"symbol": "ETH", "decimals": 18, "rates": {"EUR": "0.0004"}},
        ],
    }
    network |= more
    return PaymentsConfig.model_validate({"onchain": {"xpub": XPUB, "network": [network]}})


@dataclass
class Till:
    """Payments over a chain in memory, and what orders were told."""

    payments: Payments
    watcher: Watcher
    chain: FakeChain
    clock: Clock
    told: list[tuple[str, PaymentState]] = field(default_factory=list)

    async def open(
        self, order_id: str = "order-1", method: str = "onchain:teur-31337", minor: int = 4990
    ) -> PaymentIntent:
        return await self.payments.create(bill(order_id, minor), method, idempotency_key=order_id)

    async def poll(self) -> Poll:
        self.clock.now = max(self.clock.now, self.chain.now)
        return (await self.watcher.poll())[0]

    async def look(self, intent: PaymentIntent) -> PaymentView:
        await self.poll()
        return await self.payments.get(intent.id)

    def pay(self, intent: PaymentIntent, value: int, contract: str | None = TOKEN) -> None:
        assert intent.address is not None
        self.chain.pay(intent.address, value, contract)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and no rows, to be copied."""
    folder = tmp_path_factory.mktemp("payments")

    async def make() -> None:
        await (await Database.open_folder(folder)).close()

    asyncio.run(make())
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def db(empty_database: Path, tmp_path: Path) -> AsyncIterator[Database]:
    shutil.copytree(empty_database, tmp_path / "data")
    database = await Database.open_folder(tmp_path / "data")
    yield database
    await database.close()


@pytest.fixture
def ids() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"pay-{next(numbers)}"


@pytest.fixture
def till(db: Database, clock: Clock, ids: Callable[[], str]) -> Till:
    return make_till(db, clock, ids)


def make_till(db: Database, clock: Clock, ids: Callable[[], str], chain: FakeChain | None = None) -> Till:
    """A till of a process of its own."""
    chain = chain or FakeChain(start=clock())
    payments = build_payments(
        db, config(), currency="EUR", sandbox=True, clock=clock, ids=ids, rpc={31337: chain}
    )
    till = Till(payments, Watcher(payments, owner=ids()), chain, clock)

    async def hear(order_id: str, state: PaymentState) -> None:
        till.told.append((order_id, state))

    payments.on_payment(hear)
    return till
