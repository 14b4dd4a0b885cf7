"""What the watcher makes of a chain: payments of all kinds, reorgs, and nodes that can't be trusted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shopper.checkout.payments.provider import PaymentState
from shopper.database import Database
from tests.checkout.payments.conftest import OTHER, Clock, Till, make_till

DUE = 49_900_000
FAKE = "0x" + "fa" * 20


async def test_an_exact_payment_settles_and_the_order_hears_of_it_once(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, DUE)
    view = await till.look(intent)
    assert (view.status, view.exception, view.received) == ("settled", "none", DUE)
    assert view.tx[0].url == f"https://scan.example/tx/{view.tx[0].hash}"
    await till.poll()
    assert [(order, state.status) for order, state in till.told] == [("order-1", "settled")]


async def test_a_large_payment_waits_for_its_confirmations(till: Till) -> None:
    intent = await till.open(minor=20_000)
    till.pay(intent, 200_000_000)
    seen = [(await till.look(intent)).status]
    for _block in range(2):
        till.chain.mine()
        seen.append((await till.look(intent)).status)
    assert seen == ["confirming", "confirming", "settled"]
    assert [state.status for _order, state in till.told] == ["confirming", "settled"]


async def test_a_luxury_payment_waits_for_the_finalized_block(till: Till) -> None:
    intent = await till.open(minor=500_000)
    till.pay(intent, 5_000_000_000)
    till.chain.mine(count=20)
    assert (await till.look(intent)).status == "confirming"
    till.chain.mine(count=60)
    assert (await till.look(intent)).status == "settled"


async def test_a_top_up_completes_a_payment(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, DUE - 7)
    view = await till.look(intent)
    assert (view.status, view.missing) == ("partially_paid", 7)
    till.pay(intent, 7)
    assert (await till.look(intent)).status == "settled"


async def test_paying_twice_is_settled_with_a_refund_task(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, DUE)
    await till.poll()
    till.pay(intent, DUE)
    view = await till.look(intent)
    [task] = await till.payments.tasks()
    assert (view.status, view.exception, task.kind) == ("settled", "multiple", "refund")
    assert "49.90 TEUR" in task.text


async def test_watching_goes_on_after_the_quote_has_ended(till: Till) -> None:
    intent = await till.open()
    till.clock.forward(minutes=16)
    till.chain.now = till.clock.now
    till.chain.mine()
    assert (await till.look(intent)).status == "expired"
    till.pay(intent, DUE)
    view = await till.look(intent)
    [task] = await till.payments.tasks(intent.id)
    assert (view.status, view.exception, task.kind) == ("needs_review", "late", "review")


async def test_the_networks_own_coin_is_found_and_a_failed_transaction_is_not_money(till: Till) -> None:
    intent = await till.open(method="onchain:eth-31337")
    assert intent.due == 19_960_000_000_000_000
    assert intent.address is not None
    till.chain.pay(intent.address, intent.due, fails=True)
    assert (await till.look(intent)).status == "awaiting_payment"
    till.chain.pay(intent.address, intent.due)
    assert (await till.look(intent)).status == "settled"


async def test_a_known_token_that_was_not_asked_for_is_sent_back(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, 54_000_000, OTHER)
    view = await till.look(intent)
    [task] = await till.payments.tasks(intent.id)
    assert (view.status, view.exception) == ("needs_review", "wrong_asset")
    assert "54.00 TUSD" in task.text


async def test_a_fake_token_with_the_right_symbol_is_nothing(
    till: Till, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "shopper.checkout.payments.reader")
    intent = await till.open()
    till.pay(intent, DUE, FAKE)
    view = await till.look(intent)
    assert (view.status, view.received, view.tx) == ("awaiting_payment", 0, ())
    assert FAKE in caplog.text


async def test_a_transfer_of_nothing_is_nothing(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, 0)
    assert (await till.look(intent)).tx == ()


async def test_a_reorg_before_settlement_takes_the_payment_back(till: Till) -> None:
    intent = await till.open(minor=20_000)
    till.pay(intent, 200_000_000)
    assert (await till.look(intent)).status == "confirming"
    till.chain.reorg(1)
    view = await till.look(intent)
    assert (view.status, view.exception, view.received) == ("awaiting_payment", "reorged", 0)


async def test_a_payment_that_is_mined_again_in_another_block_counts_once(till: Till) -> None:
    intent = await till.open(minor=20_000)
    till.pay(intent, 200_000_000)
    await till.poll()
    till.chain.reorg(1, keep=True)
    till.chain.mine(count=3)
    view = await till.look(intent)
    assert (view.status, view.exception, view.received) == ("settled", "none", 200_000_000)


async def test_a_reorg_after_settlement_holds_the_parcel_until_the_payment_is_there_again(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, DUE)
    assert (await till.look(intent)).status == "settled"
    [lost] = till.chain.reorg(1)
    view = await till.look(intent)
    [task] = await till.payments.tasks(intent.id)
    assert (view.status, view.exception, task.kind) == ("settled", "reorged", "hold")
    till.chain.mine([lost])
    view = await till.look(intent)
    assert (view.status, view.exception) == ("settled", "none")
    assert await till.payments.tasks(intent.id) == []


async def test_a_deep_reorg_is_walked_back_to_where_it_began(till: Till) -> None:
    intent = await till.open(minor=20_000)
    till.pay(intent, 200_000_000)
    await till.poll()
    till.chain.mine()
    await till.poll()
    till.chain.reorg(2)
    poll = await till.poll()
    assert poll.fork == len(till.chain.blocks) - 4
    assert (await till.payments.get(intent.id)).exception == "reorged"


async def test_a_node_that_is_down_changes_nothing_and_loses_nothing(till: Till) -> None:
    intent = await till.open()
    till.chain.down = True
    assert (await till.poll()).error
    till.pay(intent, DUE)
    till.clock.forward(minutes=20)
    await till.poll()
    view = await till.payments.get(intent.id)
    assert view.status == "awaiting_payment"
    assert "can't see the network" in view.message
    till.chain.down = False
    assert (await till.look(intent)).status == "settled"


async def test_a_node_on_another_chain_is_not_believed(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, DUE)
    till.chain.says_chain_id = 1
    poll = await till.poll()
    assert poll.error is not None
    assert "chain 1, not 31337" in poll.error
    assert (await till.payments.get(intent.id)).status == "awaiting_payment"


async def test_a_node_that_lags_behind_takes_nothing_back(till: Till) -> None:
    intent = await till.open(minor=20_000)
    till.pay(intent, 200_000_000)
    till.chain.mine()
    assert (await till.look(intent)).confirmations == 2
    till.chain.lag = 2
    poll = await till.poll()
    view = await till.payments.get(intent.id)
    assert (poll.error, poll.fork) == (None, None)
    assert (view.status, view.confirmations) == ("confirming", 2)


async def test_a_quote_is_not_ended_on_the_word_of_a_stale_node(till: Till) -> None:
    intent = await till.open()
    await till.poll()
    till.clock.forward(minutes=16)  # the chain stands still meanwhile
    await till.watcher.poll()
    assert (await till.payments.get(intent.id)).status == "awaiting_payment"
    till.chain.now = till.clock.now
    till.chain.mine()
    assert (await till.look(intent)).status == "expired"


async def test_a_clock_that_runs_ahead_ends_no_payment_that_was_mined_in_time(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, DUE)
    till.clock.forward(hours=1)
    assert (await till.look(intent)).status == "settled"


async def test_one_process_watches_at_a_time(till: Till, db: Database, ids: Callable[[], str]) -> None:
    other = make_till(db, till.clock, ids, till.chain)
    assert not (await till.poll()).held_by_other
    assert (await other.poll()).held_by_other
    till.clock.forward(minutes=2)
    assert not (await other.poll()).held_by_other


async def test_a_restart_goes_on_where_the_last_process_died(
    till: Till, db: Database, ids: Callable[[], str]
) -> None:
    intent = await till.open()
    await till.poll()
    till.pay(intent, DUE)
    till.clock.forward(minutes=2)
    after = make_till(db, till.clock, ids, till.chain)
    assert (await after.look(intent)).status == "settled"


async def test_an_order_that_could_not_be_told_is_told_again(
    till: Till, db: Database, ids: Callable[[], str]
) -> None:
    async def broken(_order: str, _state: PaymentState) -> None:
        raise RuntimeError("the process dies between payment and order")

    till.payments.on_payment(broken)
    intent = await till.open()
    till.pay(intent, DUE)
    assert (await till.look(intent)).status == "settled"
    till.clock.forward(minutes=2)
    after = make_till(db, till.clock, ids, till.chain)
    await after.poll()
    assert [(order, state.status) for order, state in after.told] == [("order-1", "settled")]


async def test_a_rescan_finds_what_the_watcher_missed(till: Till, clock: Clock) -> None:
    intent = await till.open()
    till.pay(intent, DUE)
    till.chain.mine(count=300)
    clock.now = till.chain.now
    view = await till.look(intent)
    assert view.status == "awaiting_payment"  # a chain that was never read is begun near its head
    assert (await till.payments.rescan(intent.id)).status == "settled"


async def test_all_open_invoices_are_one_question_about_logs(till: Till) -> None:
    for number in range(60):
        await till.open(f"order-{number}")
    await till.poll()
    till.chain.mine()
    till.chain.questions.clear()
    await till.poll()
    assert [method for method, _ in till.chain.questions].count("eth_getLogs") == 1


async def test_a_chain_far_ahead_is_caught_up_with_over_several_polls(till: Till) -> None:
    intent = await till.open()
    await till.poll()
    till.chain.mine(count=5500, seconds=0)
    till.pay(intent, DUE)
    assert (await till.look(intent)).status == "awaiting_payment"
    assert (await till.look(intent)).status == "settled"
