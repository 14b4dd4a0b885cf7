"""Where a payment stands, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shopper.checkout.payments.provider import (
    Asset,
    Head,
    PaymentIntent,
    PaymentState,
    Quote,
    Transfer,
)
from shopper.checkout.payments.reduce import reduce
from shopper.checkout.payments.words import message
from shopper.types import Money
from tests.checkout.payments.conftest import OTHER, TOKEN

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
END = NOW + timedelta(minutes=15)
DUE = 49_900_000
EARLY, LATE = NOW + timedelta(minutes=1), END + timedelta(minutes=1)
ASSET = Asset(symbol="TEUR", network="Local", chain_id=31337, contract=TOKEN, decimals=6)


def intent(**more: Any) -> PaymentIntent:
    quote = Quote(
        amount=Money(minor=4990, currency="EUR"),
        asset=ASSET,
        atomic_amount=DUE,
        rate=Decimal(1),
        rate_source="stable",
        rate_at=NOW,
    )
    given: dict[str, Any] = {
        "id": "p",
        "order_id": "o",
        "method": "onchain:teur-31337",
        "provider": "onchain",
        "quote": quote,
        "chain": "eip155:31337",
        "address": "0x" + "11" * 20,
        "confirmations_needed": 3,
        "created_at": NOW,
        "expires_at": END,
        "watch_until": END + timedelta(hours=72),
    }
    return PaymentIntent(**given | more)


def came(value: int = DUE, *, block: int = 10, at: datetime = EARLY, **more: Any) -> Transfer:
    given: dict[str, Any] = {
        "chain": "eip155:31337",
        "tx": f"0x{block:x}",
        "log_index": 0,
        "block_number": block,
        "block_hash": f"0xb{block:x}",
        "mined_at": at,
        "seen_at": at,
        "recipient": "0x" + "11" * 20,
        "sender": "0x" + "ab" * 20,
        "contract": TOKEN,
        "symbol": "TEUR",
        "decimals": 6,
        "value": value,
    }
    return Transfer(**given | more)


def state(
    *transfers: Transfer,
    of: PaymentIntent | None = None,
    head: int = 12,
    now: datetime = EARLY,
    seen_until: datetime | None = None,
    finalized: int | None = None,
) -> PaymentState:
    top = Head(number=head, finalized=finalized, seen_until=seen_until or now)
    return reduce(of or intent(), transfers, top, now)


ROWS = {
    "nothing came": (state(), "awaiting_payment", "none"),
    "half came": (state(came(DUE // 2)), "partially_paid", "underpaid"),
    "all came, too few blocks on top": (state(came(), head=11), "confirming", "none"),
    "all came and is final": (state(came()), "settled", "none"),
    "a top-up made it whole": (
        state(came(DUE // 2), came(DUE - DUE // 2, block=11), head=13),
        "settled",
        "none",
    ),
    "too much in one": (state(came(DUE * 2)), "settled", "overpaid"),
    "too much by a top-up": (state(came(DUE // 2), came(DUE, block=11), head=13), "settled", "overpaid"),
    "paid twice": (state(came(), came(block=11), head=13), "settled", "multiple"),
    "a grain too much": (state(came(DUE + 1)), "settled", "none"),
    "only dust": (state(came(DUE // 2000)), "awaiting_payment", "none"),
    "the quote ended": (state(now=LATE), "expired", "none"),
    "only dust, and the quote ended": (state(came(DUE // 2000), now=LATE), "expired", "none"),
    "half came, then the quote ended": (state(came(DUE // 2), now=LATE), "needs_review", "underpaid"),
    "it came late": (state(came(at=LATE), now=LATE), "needs_review", "late"),
    "the rest came late": (
        state(came(DUE // 2), came(DUE, block=11, at=LATE), now=LATE),
        "needs_review",
        "late",
    ),
    "it came in time and is confirmed late": (state(came(), head=11, now=LATE), "confirming", "none"),
    "another known token came": (state(came(contract=OTHER)), "needs_review", "wrong_asset"),
    "the coin instead of the token came": (state(came(contract=None)), "needs_review", "wrong_asset"),
    "the token came on another network": (state(came(chain="eip155:1")), "needs_review", "wrong_asset"),
    "both came": (state(came(), came(contract=OTHER, log_index=1)), "settled", "wrong_asset"),
    "taken back before it was final": (state(came(orphaned=True)), "awaiting_payment", "reorged"),
    "taken back, and the quote ended": (state(came(orphaned=True), now=LATE), "expired", "reorged"),
    "taken back and mined again": (
        state(came(orphaned=True), came(block_hash="0xc", block=10), head=12),
        "settled",
        "none",
    ),
    "taken back after it was settled": (
        state(came(orphaned=True), of=intent(settled_at=EARLY)),
        "settled",
        "reorged",
    ),
    "canceled": (state(of=intent(canceled_at=EARLY)), "canceled", "none"),
    "it came after it was canceled": (
        state(came(at=LATE), of=intent(canceled_at=EARLY), now=LATE),
        "needs_review",
        "late",
    ),
    "sent back": (state(came(), of=intent(settled_at=EARLY, refunded_at=LATE)), "refunded", "none"),
}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_its_state_and_its_words(row: str) -> None:
    found, status, exception = ROWS[row]
    assert (found.status, found.exception) == (status, exception)
    assert message(intent(), found).endswith(".")


def test_all_money_is_an_order_or_a_surplus() -> None:
    for row, (found, *_rest) in ROWS.items():
        earned = DUE if found.status in ("settled", "confirming", "refunded") else 0
        if found.exception != "reorged":
            assert found.received == earned + found.surplus, row


def test_money_without_an_order_is_a_task_unless_it_is_dust() -> None:
    for row, (found, *_rest) in ROWS.items():
        if found.surplus > DUE // 1000 and found.status not in ("refunded", "partially_paid"):
            assert found.tasks, row


def test_a_refund_task_names_the_surplus_to_the_last_digit() -> None:
    [task] = state(came(DUE + 50_001)).tasks
    assert (task.kind, task.about) == ("refund", "overpaid")
    assert "0.050001 TEUR" in task.text


def test_a_settled_payment_that_was_taken_back_holds_the_parcel() -> None:
    [task] = state(came(orphaned=True), of=intent(settled_at=EARLY)).tasks
    assert task.kind == "hold"


def test_large_amounts_wait_for_the_finalized_block() -> None:
    dear = intent(finalized=True)
    assert state(came(), of=dear, head=500).status == "confirming"
    assert state(came(), of=dear, head=500, finalized=9).status == "confirming"
    assert state(came(), of=dear, head=500, finalized=10).status == "settled"


def test_a_quote_is_not_called_ended_while_the_chain_cannot_be_seen() -> None:
    assert state(now=LATE, seen_until=EARLY).status == "awaiting_payment"


def test_either_clock_may_say_that_it_came_in_time() -> None:
    assert state(came(at=EARLY, seen_at=LATE), now=LATE).status == "settled"
    assert state(came(at=LATE, seen_at=EARLY), now=LATE).status == "settled"


def test_an_eighteen_decimal_amount_is_exact() -> None:
    coin = ASSET.model_copy(update={"contract": None, "decimals": 18, "symbol": "ETH"})
    due = 19_960_000_000_000_000_001
    of = intent(quote=intent().quote.model_copy(update={"asset": coin, "atomic_amount": due}))
    assert state(came(due - 1, contract=None), of=of).status == "partially_paid"
    assert state(came(due, contract=None), of=of).status == "settled"
