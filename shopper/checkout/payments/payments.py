"""The payments of a shop: made for an order, looked at, recomputed from facts, and told to the order.

Knows nothing about carts, HTTP or any single provider.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from shopper.checkout.payments.config import PaymentsConfig
from shopper.checkout.payments.cursors import Cursors
from shopper.checkout.payments.errors import PaymentUnavailable
from shopper.checkout.payments.links import wallet_uri
from shopper.checkout.payments.onchain import OnChain
from shopper.checkout.payments.provider import (
    FINAL,
    Head,
    PaymentIntent,
    PaymentMethod,
    PaymentProvider,
    PaymentState,
    PaymentView,
    ProviderId,
    Transfer,
    Tx,
)
from shopper.checkout.payments.reduce import reduce
from shopper.checkout.payments.store import OpenTask, PaymentStore, Stored
from shopper.checkout.payments.words import message
from shopper.errors import BadInput, Conflict, NotFound
from shopper.types import Money

log = logging.getLogger(__name__)

OnPayment = Callable[[str, PaymentState], Awaitable[None]]
_STREAM_LOOK = 1.0  # seconds; another process may have written
_OPEN = ("awaiting_payment", "partially_paid")


class Payable(Protocol):
    """What is paid for: any order."""

    @property
    def id(self) -> str: ...

    @property
    def total(self) -> Money: ...


class Payments:
    """What other rooms see of payments."""

    def __init__(
        self,
        providers: Sequence[PaymentProvider],
        *,
        store: PaymentStore,
        cursors: Cursors,
        config: PaymentsConfig,
        currency: str,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self.providers: Mapping[ProviderId, PaymentProvider] = {p.id: p for p in providers}
        self.store, self.cursors, self.config = store, cursors, config
        self._currency, self.clock, self._ids = currency, clock, ids
        self._on_payment: OnPayment | None = None
        self._changed: set[asyncio.Event] = set()

    def on_payment(self, callback: OnPayment) -> None:
        """Call `callback(order_id, state)` after every change of state, at least once, until it succeeds."""
        self._on_payment = callback

    def methods(self) -> tuple[PaymentMethod, ...]:
        """The ways to pay in the shop's currency; empty where none is set up."""
        return tuple(m for provider in self.providers.values() for m in provider.methods(self._currency))

    async def create(self, order: Payable, method: str, *, idempotency_key: str) -> PaymentIntent:
        """The order's payment: made now, or as it was made before.

        Raises BadInput for a method that isn't offered, PaymentUnavailable where no rate can be had.
        """
        known = await self.store.of_order(order.id)
        if known is not None:
            return known.intent
        chosen = next((m for m in self.methods() if m.id == method), None)
        if chosen is None:
            raise BadInput("That way to pay isn't offered here.", field="payment_method")
        if order.total.minor <= 0:
            raise BadInput("There is nothing to pay.", field="total")
        provider, now = self.providers[chosen.provider], self.clock()
        quote = await provider.quote(order.total, chosen)
        expires_at = now + self.config.quote_life
        draft = PaymentIntent(
            id=self._ids(),
            order_id=order.id,
            method=chosen.id,
            provider=chosen.provider,
            quote=quote,
            chain=chosen.asset.chain if chosen.asset else "sandbox",
            created_at=now,
            expires_at=expires_at,
            watch_until=expires_at + self.config.watch_life,
        )
        intent = await provider.create(draft, idempotency_key)
        if await self.store.add(intent, idempotency_key):
            return intent
        made = await self.store.of_order(order.id)
        assert made is not None
        return made.intent

    async def get(self, payment_id: str) -> PaymentView:
        """Where a payment stands. Raises NotFound."""
        stored = await self.store.get(payment_id)
        if stored.state.status in _OPEN and stored.intent.expires_at <= self.clock():
            stored = await self.recompute(payment_id)
        return await self.view(stored)

    async def cancel(self, payment_id: str) -> PaymentView:
        """End a payment that nobody began. Raises Conflict where money has come or is coming."""
        stored = await self.store.get(payment_id)
        if stored.state.status in ("expired", "canceled"):
            return await self.view(stored)
        if stored.state.status != "awaiting_payment" or stored.intent.claim is not None:
            raise Conflict("This payment has begun; it can't be canceled any more.")
        await self.store.mark(payment_id, canceled_at=self.clock())
        if (await self.store.get(payment_id)).intent.canceled_at is None:
            raise Conflict("This payment has begun; it can't be canceled any more.")
        return await self.view(await self.recompute(payment_id))

    async def refunded(self, payment_id: str) -> PaymentView:
        """The shop sent the money of a settled payment back."""
        stored = await self.store.get(payment_id)
        if stored.state.status not in ("settled", "refunded"):
            raise Conflict("Only a settled payment is refunded; see its tasks for anything else.")
        await self.store.mark(payment_id, refunded_at=self.clock())
        return await self.view(await self.recompute(payment_id))

    async def submit(
        self, payment_id: str, payload: Mapping[str, Any]
    ) -> tuple[PaymentView, Mapping[str, Any]]:
        """Hand in what the payer has; returns the payment after it, and the provider's answer."""
        stored = await self.store.get(payment_id)
        answer = await self.provider_of(stored.intent).submit(stored.intent, payload)
        return await self.view(await self.recompute(payment_id, sure=True)), answer

    async def rescan(self, payment_id: str) -> PaymentView:
        """Look a payment's facts up anew, whatever was seen before."""
        stored = await self.store.get(payment_id)
        facts = await self.provider_of(stored.intent).refresh(stored.intent)
        await self.store.record([(payment_id, fact) for fact in facts])
        return await self.view(await self.recompute(payment_id, sure=True))

    async def tasks(self, payment_id: str | None = None) -> list[OpenTask]:
        """What the shop still must do."""
        return await self.store.tasks(payment_id)

    def provider_of(self, intent: PaymentIntent) -> PaymentProvider:
        """Raises PaymentUnavailable where this shop doesn't offer its way to pay any more."""
        provider = self.providers.get(intent.provider)
        if provider is None:
            raise PaymentUnavailable("This way to pay isn't set up here any more.")
        return provider

    async def recompute(self, payment_id: str, head: Head | None = None, *, sure: bool = False) -> Stored:
        """Reduce a payment's facts anew, write what changed, and tell its order.

        `sure` writes even where the state is the same, for its tasks may differ.
        """
        while True:
            stored, transfers = await self.store.facts(payment_id)
            provider = self.providers.get(stored.intent.provider)
            if provider is None:
                return stored
            now = self.clock()
            state = reduce(stored.intent, transfers, head or await provider.head(stored.intent), now)
            before = stored.state
            heard = state.model_copy(update={"tasks": (), "confirmations": before.confirmations}) != before
            if not (heard or sure or state.confirmations != before.confirmations):
                break
            written = await self.store.save_state(stored, state, now, heard=heard)
            if written is not None:
                stored = written
                for event in self._changed:
                    event.set()
                break
        if stored.told_version < stored.version:
            await self._tell(payment_id)
        return stored

    async def heal(self) -> None:
        """Tell orders what they haven't heard: a process may have died between a payment and its order."""
        for payment_id in await self.store.untold():
            await self._tell(payment_id)

    async def _tell(self, payment_id: str) -> None:
        if self._on_payment is None:
            return
        # Read again: if another process wrote meanwhile, the order hears the latest, not what was then.
        stored = await self.store.get(payment_id)
        if stored.told_version >= stored.version:
            return
        try:
            await self._on_payment(stored.intent.order_id, stored.state)
        except Exception:
            # The payment is safe; the order is told again by `heal`.
            log.exception("order %s couldn't be told of its payment yet", stored.intent.order_id)
            return
        await self.store.told(payment_id, stored.version)

    async def changes(self, payment_id: str) -> AsyncGenerator[PaymentView, None]:
        """The payment as it is, then after each change, until nothing more can come of it."""
        event = asyncio.Event()
        self._changed.add(event)
        try:
            last: PaymentView | None = None
            while last is None or last.status not in FINAL:
                event.clear()
                view = await self.get(payment_id)
                if view != last:
                    last = view
                    yield view
                    continue
                try:
                    async with asyncio.timeout(_STREAM_LOOK):
                        await event.wait()
                except TimeoutError:
                    continue
        finally:
            self._changed.discard(event)

    async def view(self, stored: Stored) -> PaymentView:
        """As surfaces show it."""
        intent, state = stored.intent, stored.state
        transfers = [t for t in await self.store.transfers(intent.id) if not t.orphaned]
        provider = self.providers.get(intent.provider)
        head = await provider.head(intent) if provider else None
        open_ = state.status in ("awaiting_payment", "partially_paid")
        missing = max(0, intent.due - state.received) if open_ else 0
        behind = head is not None and open_ and head.seen_until < min(self.clock(), intent.expires_at)
        behind = behind and intent.expires_at <= self.clock()
        support = self.config.support if state.status != "awaiting_payment" else None
        return PaymentView(
            id=intent.id,
            order_id=intent.order_id,
            provider=intent.provider,
            method=intent.method,
            status=state.status,
            exception=state.exception,
            amount=intent.quote.amount,
            asset=intent.asset,
            atomic_amount=intent.due if intent.asset else None,
            display_amount=intent.display(intent.due),
            received=state.received,
            missing=missing,
            display_missing=intent.display(missing),
            address=intent.address,
            uri=wallet_uri(intent),
            tx=tuple(self._tx(intent, t, head) for t in transfers),
            confirmations=state.confirmations,
            confirmations_needed=intent.confirmations_needed,
            created_at=intent.created_at,
            expires_at=intent.expires_at,
            message=message(intent, state, behind=behind),
            support=support,
        )

    def _tx(self, intent: PaymentIntent, transfer: Transfer, head: Head | None) -> Tx:
        provider = self.providers.get(intent.provider)
        url = provider.explorer(intent, transfer.tx) if isinstance(provider, OnChain) else None
        confirmations = max(0, head.number - transfer.block_number + 1) if head else 0
        return Tx(hash=transfer.tx, url=url, confirmations=confirmations)

    async def close(self) -> None:
        for provider in self.providers.values():
            if isinstance(provider, OnChain):
                await provider.close()


def found_by(views: Sequence[PaymentView], prefix: str) -> PaymentView:
    """The one view whose id or order begins with `prefix`. Raises NotFound."""
    found = [view for view in views if view.id.startswith(prefix) or view.order_id.startswith(prefix)]
    if len(found) != 1:
        raise NotFound(f"No single payment begins with {prefix}.")
    return found[0]
