"""Payments that move no money, for trying a shop out: paid, underpaid, overpaid or ended at a click.

Knows nothing about chains. It is never offered where a shop is open to the public.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

from shopper.checkout.payments.errors import PaymentRefused
from shopper.checkout.payments.provider import (
    Capability,
    Head,
    PaymentIntent,
    PaymentMethod,
    ProviderId,
    Quote,
    Transfer,
)
from shopper.checkout.payments.store import PaymentStore
from shopper.errors import BadInput, ShopperError
from shopper.types import Money

SandboxMode = Literal["auto", "on", "off", "staging"]
Outcome = Literal["pay", "underpay", "overpay", "expire"]


class SandboxInProduction(ShopperError):
    """The sandbox was asked for where real shoppers may come."""

    code = "sandbox_in_production"


def sandbox_allowed(mode: SandboxMode, *, keys: bool, host: str, public_url: str) -> bool:
    """Whether the sandbox is offered. Any sign of production turns it off.

    `on` refuses to start in production; `staging` is for a public test shop that sells nothing.
    """
    signs = [
        sign
        for sign, there in (
            ("keys are configured", keys),
            ("the server listens beyond this machine", not _is_loopback(host)),
            ("public_url isn't this machine", bool(public_url) and not _is_loopback(_host_of(public_url))),
        )
        if there
    ]
    match mode:
        case "off":
            return False
        case "staging":
            return True
        case "on" if signs:
            raise SandboxInProduction(
                f"The payment sandbox gives goods away for nothing and refuses to start here: {signs[0]}. "
                "Leave SHOPPER_SANDBOX_PAYMENTS unset, or set it to staging for a shop that sells nothing."
            )
        case _:
            return not signs


def _host_of(url: str) -> str:
    return urlsplit(url if "//" in url else f"//{url}").hostname or ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Sandbox:
    """Takes any amount and does what it is told."""

    id: ProviderId = "sandbox"
    capabilities: frozenset[Capability] = frozenset({"simulate"})

    def __init__(self, *, store: PaymentStore, clock: Callable[[], datetime], ids: Callable[[], str]) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    def methods(self, currency: str) -> tuple[PaymentMethod, ...]:
        return (PaymentMethod(id="sandbox", provider="sandbox", label="Test payment (no money moves)"),)

    async def quote(self, amount: Money, method: PaymentMethod) -> Quote:
        return Quote(
            amount=amount,
            atomic_amount=amount.minor,
            rate=Decimal(1),
            rate_source="sandbox",
            rate_at=self._clock(),
        )

    async def create(self, draft: PaymentIntent, idempotency_key: str) -> PaymentIntent:
        return draft

    async def submit(self, intent: PaymentIntent, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """{"outcome": pay | underpay | overpay | expire}; raises PaymentRefused for anything else."""
        match payload.get("outcome"):
            case "pay":
                value = max(1, intent.due - await self._received(intent))
            case "underpay":
                value = max(1, intent.due // 2)
            case "overpay":
                value = intent.due + max(1, intent.due // 10)
            case "expire":
                await self._store.end_quote(intent.id, self._clock())
                return {}
            case other:
                raise PaymentRefused(f"The sandbox has no outcome {other!r}.", reason="unknown_outcome")
        await self._store.record([(intent.id, self._transfer(intent, value))])
        return {}

    async def _received(self, intent: PaymentIntent) -> int:
        received = sum(t.value for t in await self._store.transfers(intent.id))
        return received if received < intent.due else 0  # paying once more is paying twice

    def _transfer(self, intent: PaymentIntent, value: int) -> Transfer:
        now, tx = self._clock(), f"sandbox-{self._ids()}"
        return Transfer(
            chain=intent.chain,
            tx=tx,
            log_index=0,
            block_number=1,
            block_hash=tx,
            mined_at=now,
            seen_at=now,
            recipient=intent.id,
            sender="sandbox",
            symbol=intent.quote.amount.currency,
            decimals=0,
            value=value,
        )

    async def refresh(self, intent: PaymentIntent) -> list[Transfer]:
        return await self._store.transfers(intent.id)

    async def head(self, intent: PaymentIntent) -> Head:
        return Head(number=1, finalized=1, seen_until=self._clock())

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Transfer]:
        raise BadInput("The sandbox sends no webhooks.")

    async def refund(self, intent: PaymentIntent, amount: int) -> str:
        return "No money moved, so there is nothing to send back."
