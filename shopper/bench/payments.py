"""How long the steps of a payment take: an address, a look at a thousand open invoices, a settlement.

Knows nothing about orders. Chains and facilitators are given by whoever measures.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from shopper.bench.measures import percentile
from shopper.checkout.payments.payments import Payments
from shopper.checkout.payments.provider import PaymentIntent
from shopper.checkout.payments.watcher import Watcher
from shopper.types import Money


@dataclass(frozen=True)
class Bill:
    """Something to pay for."""

    id: str
    total: Money


@dataclass(frozen=True)
class Figures:
    """Milliseconds; None where the configuration has no such step."""

    chain: str
    open_invoices: int
    address_p50_ms: float
    address_p95_ms: float
    poll_p50_ms: float | None
    poll_p95_ms: float | None
    verify_p50_ms: float | None = None
    settle_p50_ms: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {"bench": "payments", **asdict(self)}


async def bench(
    payments: Payments,
    *,
    method: str,
    currency: str,
    invoices: int = 1000,
    polls: int = 20,
    new_block: Callable[[], Awaitable[None]] | None = None,
    pay: Callable[[PaymentIntent], Awaitable[tuple[float, float]]] | None = None,
) -> Figures:
    """Open `invoices` payments, then poll with all of them open.

    `new_block` is awaited before each poll, so that there is something to read; `pay` pays its own intent
    by signature and gives the milliseconds of (verify, settle).
    """
    opening = []
    for _invoice in range(invoices):
        bill = Bill(f"bench-{secrets.token_hex(8)}", Money(minor=4990, currency=currency))
        began = time.perf_counter()
        await payments.create(bill, method, idempotency_key=bill.id)
        opening.append(_since(began))
    watcher = Watcher(payments, owner=secrets.token_hex(8))
    looked = []
    await watcher.poll()
    for _poll in range(polls):
        if new_block is not None:
            await new_block()
        began = time.perf_counter()
        if any(poll.error for poll in await watcher.poll()):
            break
        looked.append(_since(began))
    paid: list[tuple[float, float]] = []
    for _payment in range(5 if pay is not None else 0):
        assert pay is not None
        bill = Bill(f"bench-{secrets.token_hex(8)}", Money(minor=4990, currency=currency))
        signed = method.replace("onchain:", "x402:")
        paid.append(await pay(await payments.create(bill, signed, idempotency_key=bill.id)))
    return Figures(
        chain=method,
        open_invoices=invoices,
        address_p50_ms=_at(opening, 50),
        address_p95_ms=_at(opening, 95),
        poll_p50_ms=_at(looked, 50) if looked else None,
        poll_p95_ms=_at(looked, 95) if looked else None,
        verify_p50_ms=_at([verify for verify, _settle in paid], 50) if paid else None,
        settle_p50_ms=_at([settle for _verify, settle in paid], 50) if paid else None,
    )


def render(figures: Figures) -> str:
    """The figures as a table, beside what they should stay below."""
    rows = [
        ("order → address, p50 / p95", figures.address_p50_ms, figures.address_p95_ms, "50 ms"),
        (
            f"poll, {figures.open_invoices:,} open, p50 / p95",
            figures.poll_p50_ms,
            figures.poll_p95_ms,
            "10 ms",
        ),
        ("verify a signature, p50", figures.verify_p50_ms, None, "40 ms"),
        ("settle a signature, p50", figures.settle_p50_ms, None, "60 ms and a block"),
    ]
    lines = [f"{figures.chain}"]
    for name, p50, p95, most in rows:
        shown = "not measured" if p50 is None else f"{p50:g} ms" if p95 is None else f"{p50:g} / {p95:g} ms"
        lines.append(f"{name:<36}{shown:<22}at most {most}")
    return "\n".join(lines)


def _at(values: list[float], percent: int) -> float:
    return round(percentile(values, percent), 2)


def _since(began: float) -> float:
    return 1000 * (time.perf_counter() - began)
