"""Money in equals orders out, to the atomic unit, over a random run with everything that can go wrong."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta

import pytest

from shopper.checkout.payments.provider import PaymentIntent, PaymentState
from shopper.database import Database
from tests.checkout.payments.conftest import OTHER, TOKEN, Clock, Till, make_till
from tests.checkout.payments.fake_chain import FakeChain, Sent

ORDERS = 1000
ROUNDS = 25
SEED = 20260501


class Orders:
    """The shop's orders as the callback leaves them; now and then it dies before it has written."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.states: dict[str, PaymentState] = {}
        self.paid: Counter[str] = Counter()

    async def hear(self, order_id: str, state: PaymentState) -> None:
        if self._chance.random() < 0.1:
            raise RuntimeError("the process died between payment and order")
        before = self.states.get(order_id)
        if state.status == "settled" and (before is None or before.status != "settled"):
            self.paid[order_id] += 1
        self.states[order_id] = state


def behave(intent: PaymentIntent, chain: FakeChain, chance: random.Random) -> list[Sent]:
    """What one shopper sends in one block."""
    due, to = intent.due, str(intent.address)
    match chance.choice(
        ["exact", "exact", "exact", "parts", "over", "under", "twice", "wrong", "dust", "fake", "none"]
    ):
        case "exact":
            values = [(due, TOKEN)]
        case "parts":
            first = chance.randrange(1, due)
            values = [(first, TOKEN), (due - first, TOKEN)]
        case "over":
            values = [(due + chance.randrange(1, due), TOKEN)]
        case "under":
            values = [(chance.randrange(1, due), TOKEN)]
        case "twice":
            values = [(due, TOKEN), (due, TOKEN)]
        case "wrong":
            values = [(due, OTHER)]
        case "dust":
            values = [(chance.randrange(0, due // 1000), TOKEN)]
        case "fake":
            values = [(due, "0x" + "fa" * 20)]
        case _:
            values = []
    return [chain.sign(to, value, contract) for value, contract in values]


def misfortune(till: Till, chance: random.Random) -> None:
    """Something happens to the node or the chain."""
    chain = till.chain
    chain.down, chain.lag, chain.says_chain_id = False, 0, chain.chain_id
    match chance.randrange(6):
        case 0:
            chain.down = True
        case 1:
            chain.lag = chance.randrange(1, 4)
        case 2:
            chain.says_chain_id = 1
        case 3:
            chain.reorg(chance.randrange(1, 4), keep=chance.random() < 0.5)


async def run(
    till: Till, revive: Callable[[], Till], chance: random.Random
) -> tuple[Till, list[PaymentIntent]]:
    """All orders, paid over many blocks by many processes, of which each dies after a while."""
    intents: list[PaymentIntent] = []
    waiting: list[PaymentIntent] = []
    for number in range(ROUNDS):
        for order in range(number * ORDERS // ROUNDS, (number + 1) * ORDERS // ROUNDS):
            minor = chance.choice([4990, 8900, 19_900])
            intents.append(await till.open(f"order-{order}", minor=minor))
            waiting.append(intents[-1])
        chance.shuffle(waiting)
        paying, waiting = waiting[:36], waiting[36:]
        till.chain.mine([sent for i in paying for sent in behave(i, till.chain, chance)], seconds=30)
        misfortune(till, chance)
        await till.poll()
        if chance.random() < 0.2:
            till = revive()
    till.chain.down, till.chain.lag, till.chain.says_chain_id = False, 0, till.chain.chain_id
    till.clock.now = till.chain.now + timedelta(hours=1)  # every quote has ended
    till.chain.now = till.clock.now
    till.chain.mine(count=5)
    for _look in range(8):
        till.clock.forward(seconds=15)
        await till.poll()
    return till, intents


@pytest.mark.slow
async def test_money_in_equals_orders_out(db: Database, clock: Clock, ids: Callable[[], str]) -> None:
    chance = random.Random(SEED)
    orders, chain = Orders(random.Random(SEED + 1)), FakeChain(start=clock())

    def revive() -> Till:
        clock.forward(minutes=2)  # until the lease of the process that died has run out
        till = make_till(db, clock, ids, chain)
        till.payments.on_payment(orders.hear)
        return till

    till, intents = await run(revive(), revive, chance)
    came: dict[str, int] = defaultdict(int)
    for block in chain.blocks:
        for sent in block.sent:
            came[sent.to] += sent.value if sent.contract == TOKEN else 0
    earned = surplus = held = 0
    open_tasks = defaultdict(set)
    for task in await till.payments.tasks():
        open_tasks[task.payment_id].add(task.kind)
    kinds: Counter[tuple[str, str]] = Counter()
    for intent in intents:
        stored = await till.payments.store.get(intent.id)
        state, order = stored.state, orders.states.get(intent.order_id)
        kinds[state.status, state.exception] += 1
        assert state.received == came[str(intent.address).lower()]
        assert (order.status if order else "awaiting_payment") == state.status
        assert orders.paid[intent.order_id] == (1 if state.status == "settled" else 0)
        if state.status == "settled":
            held += max(0, intent.due - state.received)  # taken back by a reorg after it was settled
            earned += intent.due
            assert ("hold" in open_tasks[intent.id]) == (state.exception == "reorged")
        else:
            assert state.status in ("expired", "needs_review")
        surplus += state.surplus
        if state.surplus > intent.due // 1000:
            assert open_tasks[intent.id]
    assert sum(came.values()) == earned - held + surplus
    assert len(intents) == ORDERS
    assert {("settled", "none"), ("settled", "multiple"), ("settled", "overpaid")} <= set(kinds)
    assert {("settled", "reorged"), ("needs_review", "underpaid"), ("needs_review", "wrong_asset")} <= set(
        kinds
    )
