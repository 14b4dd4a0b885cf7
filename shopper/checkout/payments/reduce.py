"""Where a payment stands: one pure function from what was agreed and what is on the chain.

Knows nothing about SQL, providers or how facts are found. Nothing is counted up from poll to poll.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shopper.checkout.payments.provider import (
    Head,
    PaymentException,
    PaymentIntent,
    PaymentState,
    PaymentStatus,
    ShopTask,
    Transfer,
    decimal_text,
)

# A thousandth of what is due: less than that is neither a payment begun nor worth sending back.
DUST_SHARE = 1000


def reduce(intent: PaymentIntent, transfers: Sequence[Transfer], head: Head, now: datetime) -> PaymentState:
    """The state of `intent` after `transfers`, with the chain looked through up to `head`.

    Settled is sticky. Expiry stops the quote, not the watching: what comes later is late. A quote that ended
    while the chain couldn't be seen isn't called expired before the facts up to its end are known.
    """
    due, dust = intent.due, intent.due // DUST_SHARE
    alive = [t for t in transfers if not t.orphaned and t.value > 0]
    # A fact in a block proves that the chain reached it, even where it wasn't read up to there yet.
    reached = max([head.number, *(t.block_number for t in alive if t.chain == intent.chain)])
    head = head.model_copy(update={"number": reached})
    right = sorted((t for t in alive if _is_right(intent, t)), key=lambda t: (t.block_number, t.log_index))
    wrong = [t for t in alive if not _is_right(intent, t)]
    in_time = [t for t in right if _is_in_time(intent, t)]
    received, paid = _sum(right), _sum(in_time)
    final = _sum([t for t in in_time if _is_final(intent, t, head)])
    lost = {t.tx for t in transfers if t.orphaned} - {t.tx for t in alive}
    counted = in_time or right
    confirmations = min((max(0, head.number - t.block_number + 1) for t in counted), default=0)

    def state(status: PaymentStatus, exception: PaymentException, surplus: int) -> PaymentState:
        tasks = _tasks(intent, status, exception, surplus, dust, wrong)
        return PaymentState(
            status=status,
            exception=exception,
            received=received,
            surplus=surplus,
            confirmations=confirmations,
            tasks=tasks,
        )

    if intent.settled_at is not None or intent.refunded_at is not None or final >= due:
        status: PaymentStatus = "refunded" if intent.refunded_at else "settled"
        surplus = max(0, received - due)
        if received < due:
            return state(status, "reorged", 0)
        if surplus > dust:
            return state(status, "multiple" if _came_again(right, due) else "overpaid", surplus)
        return state(status, "wrong_asset" if wrong else "none", surplus)
    if paid >= due:
        return state("confirming", "none", received - due)
    ended = _has_ended(intent, head, now)
    if received > dust:
        if len(in_time) < len(right):
            return state("needs_review", "late", received)
        if ended:
            return state("needs_review", "underpaid", received)
        return state("partially_paid", "underpaid", received)
    if wrong:
        return state("needs_review", "wrong_asset", received)
    exception: PaymentException = "reorged" if lost else "none"
    if intent.canceled_at is not None:
        return state("canceled", exception, received)
    return state("expired" if ended else "awaiting_payment", exception, received)


def _is_right(intent: PaymentIntent, transfer: Transfer) -> bool:
    contract = intent.asset.contract if intent.asset else None
    return transfer.chain == intent.chain and transfer.contract == contract


def _is_in_time(intent: PaymentIntent, transfer: Transfer) -> bool:
    # Clocks differ. Whichever of the two, the block's or ours, says it came in time is believed.
    return min(transfer.mined_at, transfer.seen_at) <= _deadline(intent)


def _deadline(intent: PaymentIntent) -> datetime:
    return min(intent.expires_at, intent.canceled_at or intent.expires_at)


def _has_ended(intent: PaymentIntent, head: Head, now: datetime) -> bool:
    deadline = _deadline(intent)
    return now >= deadline and head.seen_until >= deadline


def _is_final(intent: PaymentIntent, transfer: Transfer, head: Head) -> bool:
    if intent.finalized:
        return head.finalized is not None and transfer.block_number <= head.finalized
    return head.number - transfer.block_number + 1 >= intent.confirmations_needed


def _came_again(right: list[Transfer], due: int) -> bool:
    """Whether something came when all that is due had come already."""
    return _sum(right[:-1]) >= due


def _sum(transfers: Sequence[Transfer]) -> int:
    return sum(t.value for t in transfers)


def _tasks(
    intent: PaymentIntent,
    status: PaymentStatus,
    exception: PaymentException,
    surplus: int,
    dust: int,
    wrong: list[Transfer],
) -> tuple[ShopTask, ...]:
    tasks: list[ShopTask] = []
    if exception == "reorged" and status == "settled":
        text = "The network took a settled payment back. Hold the parcel until it is there again."
        tasks.append(ShopTask(kind="hold", about="reorged", text=text))
    if status == "settled" and surplus > dust:
        why = "paid more than once" if exception == "multiple" else "paid too much"
        text = f"The shopper {why}: send {intent.display(surplus)} back."
        tasks.append(ShopTask(kind="refund", about=exception, text=text))
    if status == "needs_review" and exception in ("late", "underpaid"):
        why = "after the quote had ended" if exception == "late" else f"of {intent.display(intent.due)}"
        text = f"{intent.display(surplus)} came {why}: take it for the order, or send it back."
        tasks.append(ShopTask(kind="review", about=exception, text=text))
    if wrong:
        what = ", ".join(f"{decimal_text(t.value, t.decimals)} {t.symbol} on {t.chain}" for t in wrong)
        text = f"Something else came than what was asked for ({what}): send it back."
        tasks.append(ShopTask(kind="refund", about="wrong_asset", text=text))
    return tuple(tasks)
