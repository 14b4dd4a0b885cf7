"""What an order's status means and how a payment moves it, with the rows it is kept in.

Knows nothing about quotes, stock or how a payment comes about.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Literal

from shopper.checkout.payments.provider import PaymentState
from shopper.checkout.tables import OrderRow
from shopper.types import CartLine, Charge, Money, Order

OrderStatus = Literal["awaiting_payment", "confirming", "paid", "needs_review", "canceled", "refunded"]
EventType = Literal["order.created", "order.paid", "order.canceled", "order.needs_review", "order.refunded"]

EVENTS: dict[OrderStatus, EventType] = {
    "paid": "order.paid",
    "canceled": "order.canceled",
    "needs_review": "order.needs_review",
    "refunded": "order.refunded",
}
UNPAID: tuple[OrderStatus, ...] = ("awaiting_payment", "confirming")
FIRST_NUMBER = 1000

_MESSAGES: dict[OrderStatus, str] = {
    "awaiting_payment": "We keep your things for you until you have paid.",
    "confirming": "Your payment was seen and is being confirmed; there is nothing more to do.",
    "paid": "Paid, thank you. The shop has your order.",
    "needs_review": "Somebody at the shop has to look at your payment, and will get in touch.",
    "canceled": "This order was canceled; please don't pay for it any more.",
    "refunded": "The shop has sent your payment back.",
}
LATE = "A payment came after the order was canceled: if the things are there, ship them, or refund it."


def message_of(status: OrderStatus) -> str:
    """What a shopper reads about an order of that status."""
    return _MESSAGES[status]


def number_of(shop_name: str, count: int) -> str:
    """An order's number for people: the shop's initials and a running number, "MV-1042"."""
    plain = unicodedata.normalize("NFKD", shop_name).encode("ascii", "ignore").decode()
    initials = "".join(word[0] for word in plain.split() if word[0].isalpha()).upper()[:3]
    return f"{initials or 'NO'}-{FIRST_NUMBER + count}"


def after_payment(status: OrderStatus, *, was_canceled: bool, payment: PaymentState) -> OrderStatus | None:
    """What `payment` makes of an order; None where it stays as it is.

    Paid is sticky. An order whose pieces were let go is never paid by itself: money that comes for it is the
    shop's to look at.
    """
    if status == "refunded" or (status == "paid" and payment.status != "refunded"):
        return None
    if payment.status == "refunded":
        return "refunded"
    if was_canceled:
        came = payment.status in ("settled", "needs_review", "partially_paid")
        return "needs_review" if came and status == "canceled" else None
    wanted: dict[str, OrderStatus] = {
        "awaiting_payment": "awaiting_payment",
        "partially_paid": "awaiting_payment",
        "confirming": "confirming",
        "settled": "paid",
        "expired": "canceled",
        "canceled": "canceled",
        "needs_review": "needs_review",
    }
    new = wanted[payment.status]
    return None if new == status else new


def order_of(row: OrderRow) -> Order:
    """The row as a value."""
    return Order(
        id=row.id,
        number=row.number,
        checkout_id=row.checkout_id,
        thread_id=row.thread_id,
        **content_of(row.body),
        total=Money(minor=row.total_minor, currency=row.currency),
        status=row.status,
        payment_id=row.payment_id,
        message=row.message,
        created_at=row.created_at,
    )


def body_of(lines: tuple[CartLine, ...], charges: tuple[Charge, ...]) -> dict[str, Any]:
    """Lines and charges as they are kept."""
    return {
        "lines": [line.model_dump(mode="json") for line in lines],
        "charges": [charge.model_dump(mode="json") for charge in charges],
    }


def content_of(body: dict[str, Any]) -> dict[str, Any]:
    """Kept lines and charges as values."""
    return {
        "lines": tuple(CartLine.model_validate(line) for line in body["lines"]),
        "charges": tuple(Charge.model_validate(charge) for charge in body["charges"]),
    }


def event_body(order: Order, task: str | None = None) -> dict[str, Any]:
    """What the shop's systems are told: the order, amounts in minor units, and what there is to do."""
    return {"order": order.model_dump(mode="json")} | ({"task": task} if task else {})
