"""From a cart to a paid order: quotes, their confirmation by a person, payments' news, and what a crash left.

Knows nothing about HTTP, models or any single way to pay. Amounts come from SQL and the shop's totals alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from shopper.checkout.cart import CartNote, reprice
from shopper.checkout.carts import CartStore
from shopper.checkout.errors import CartChanged, LineSoldOut, NoCheckout, PriceChanged, ProposalOutdated
from shopper.checkout.handoff import HandOff
from shopper.checkout.ledger import Ledger, Refused
from shopper.checkout.orders import UNPAID
from shopper.checkout.payments.provider import PaymentIntent, PaymentMethod, PaymentState, PaymentView
from shopper.checkout.proposal import QUOTE_LIFE, check_lines, propose
from shopper.checkout.stock import Stock
from shopper.checkout.totals import Totals
from shopper.database import Database
from shopper.errors import BadInput, Conflict, ShopperError
from shopper.events.outbox import Emit, no_events
from shopper.spans import span
from shopper.types import Cart, CheckoutProposal, Order

_log = logging.getLogger(__name__)
_LOOK_AGAIN = timedelta(minutes=1)
_SWEEP_SECONDS = 20.0


class PaymentDesk(Protocol):
    """Takes payments for orders; the shop's ways to pay, or a test's."""

    def methods(self) -> tuple[PaymentMethod, ...]: ...

    async def create(self, order: Order, method: str, *, idempotency_key: str) -> PaymentIntent: ...

    async def get(self, payment_id: str) -> PaymentView: ...

    async def cancel(self, payment_id: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An order and how it is to be paid; `created` is false where it was made before."""

    order: Order
    payment: PaymentView | None
    created: bool


class Checkouts:
    """The checkout of one shop. Only `confirm` makes orders, and no tool of a model reaches it."""

    def __init__(
        self,
        db: Database,
        *,
        carts: CartStore,
        stock: Stock,
        totals: Totals,
        payments: PaymentDesk | None,
        hand_off: HandOff | None,
        currency: str,
        shop_name: str,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
        ttl: timedelta = QUOTE_LIFE,
        emit: Emit = no_events,
    ) -> None:
        """With `hand_off` nothing is confirmed here, whatever `payments` can do."""
        self.stock = stock
        self._ledger = Ledger(db, shop_name=shop_name, emit=emit)
        self._carts, self._totals, self._payments, self._hand_off = carts, totals, payments, hand_off
        self._currency, self._clock, self._ids, self._ttl = currency, clock, ids, ttl

    # ── carts and quotes ────────────────────────────────────────────────────────────────────────────

    async def look(self, cart: Cart) -> tuple[Cart, tuple[CartNote, ...]]:
        """A cart at today's prices and what changed about its lines; nothing is written."""
        return reprice(cart, await self.stock.variants([line.variant_id for line in cart.lines]))

    async def propose(
        self,
        thread_id: str,
        owner: str | None,
        *,
        cart_version: int | None = None,
        country: str | None = None,
    ) -> CheckoutProposal:
        """A quote of the conversation's cart for a person to confirm.

        Raises CartChanged where the cart isn't at `cart_version`; PriceChanged, with the cart set right, or
        LineSoldOut where a line isn't what it was; TotalsUnavailable; NoCheckout; NotFound.
        """
        await self._ledger.check_thread(thread_id, owner)
        methods = self._methods()
        if self._hand_off is None and not methods:
            raise NoCheckout("This shop can't take an order here yet; please order on its own site.")
        cart = await self._carts.get(thread_id, self._currency)
        if cart_version is not None and cart.version != cart_version:
            raise CartChanged(f"The cart is at version {cart.version} by now; look at it again.", cart)
        ids = [line.variant_id for line in cart.lines]
        await self.stock.confirm_live(ids)
        variants = await self.stock.variants(ids)
        try:
            check_lines(cart, variants)
        except PriceChanged:
            repriced, _ = reprice(cart, variants)
            await self._carts.save(thread_id, repriced, cart.version)
            raise
        charges = await self._totals.charges(cart.lines, country)
        proposal = propose(
            cart,
            variants,
            charges,
            proposal_id=self._ids(),
            thread_id=thread_id,
            now=self._clock(),
            ttl=self._ttl,
            payment_methods=[] if self._hand_off else methods,
            hand_off_url=self._hand_off.url(cart.lines, variants) if self._hand_off else None,
        )
        await self._ledger.keep(proposal, owner, country)
        return proposal

    async def get(self, checkout_id: str, owner: str | None) -> CheckoutProposal:
        """The quote as it stands now."""
        return (await self._ledger.quote(checkout_id, owner, self._clock())).proposal

    async def current(self, thread_id: str, owner: str | None) -> CheckoutProposal | None:
        """The conversation's newest quote as it stands now; None before the first."""
        await self._ledger.check_thread(thread_id, owner)
        return await self._ledger.latest(thread_id, owner, self._clock())

    # ── a person decides ────────────────────────────────────────────────────────────────────────────

    async def confirm(self, checkout_id: str, owner: str | None, method: str | None = None) -> Confirmed:
        """Make the one order of a quote and begin its payment; again, it gives the same order.

        Raises ProposalOutdated with what changed and a fresh quote, BadInput for an unknown method, Conflict
        for a quote that is bought in the shop's own checkout.
        """
        with span("checkout.confirm") as told:
            done = await self._confirm(checkout_id, owner, method)
            told.set_attributes({"shopper.order_status": done.order.status, "shopper.created": done.created})
        return done

    async def _confirm(self, checkout_id: str, owner: str | None, method: str | None) -> Confirmed:
        quoted = await self._ledger.quote(checkout_id, owner, self._clock())
        proposal = quoted.proposal
        if proposal.hand_off_url is not None:
            raise Conflict("This cart is bought in the shop's own checkout; nothing can be confirmed here.")
        order_id = self._ids()
        if proposal.status == "confirmed" and proposal.order_id is not None:
            known = await self._ledger.order(proposal.order_id, owner)
            if known.payment_id is not None or known.status not in UNPAID:
                return Confirmed(known, await self._payment(known), created=False)
        else:
            await self.stock.confirm_live([line.variant_id for line in proposal.lines])
        made = await self._ledger.confirm(
            checkout_id,
            owner,
            order_id=order_id,
            method=self._chosen(method),
            now=self._clock(),
            held_for=self._ttl,
        )
        if isinstance(made, Refused):
            raise await self._outdated(proposal, owner, quoted.country, made)
        order = await self._start(made, self._chosen(method)) if made.status in UNPAID else made
        return Confirmed(order, await self._payment(order), created=made.id == order_id)

    async def cancel(self, checkout_id: str, owner: str | None) -> CheckoutProposal:
        """Cancel a quote, and the order it made as long as no money is on its way."""
        if not await self._withdraw(checkout_id, owner):
            proposal = await self.get(checkout_id, owner)
            if proposal.order_id is not None:
                await self._cancel_order(await self._ledger.order(proposal.order_id, owner))
        return await self.get(checkout_id, owner)

    async def _withdraw(self, checkout_id: str, owner: str | None) -> bool:
        await self.get(checkout_id, owner)  # NotFound where it is somebody else's
        return await self._ledger.withdraw(checkout_id)

    async def _cancel_order(self, order: Order) -> None:
        if order.status in ("canceled", "refunded"):
            return
        if order.payment_id is None:
            order = await self._ledger.abandon(order.id, self._clock())
        if order.payment_id is not None and order.status == "awaiting_payment":
            assert self._payments is not None  # it made this payment
            # Refused where money has come or is coming, which is then the order's news.
            with suppress(Conflict):
                await self._payments.cancel(order.payment_id)
            order = await self._follow(order)
        if order.status != "canceled":
            raise Conflict(f"Order {order.number} can't be canceled here any more: {order.message}")

    # ── orders ──────────────────────────────────────────────────────────────────────────────────────

    async def order(self, order_id: str, owner: str | None) -> Order:
        """The order; it outlives its conversation."""
        return await self._ledger.order(order_id, owner)

    async def orders_of(self, thread_id: str, owner: str | None) -> tuple[Order, ...]:
        """A conversation's orders, newest first."""
        await self._ledger.check_thread(thread_id, owner)
        return await self._ledger.orders_of(thread_id, owner)

    async def on_payment(self, order_id: str, state: PaymentState) -> None:
        """Move an order to where its payment stands. May be called any number of times, in any order."""
        await self._ledger.apply(order_id, state, self._clock())

    async def resolve(self, order_id: str, outcome: Literal["paid", "refunded"]) -> Order:
        """End a review as the shop did: it took the money for the order, or sent it back."""
        return await self._ledger.resolve(order_id, outcome, self._clock())

    # ── what time and crashes leave ─────────────────────────────────────────────────────────────────

    async def recover(self) -> int:
        """Finish what a stopped process left: payments never begun, news never heard. How many it saw."""
        return await self._look_after(None)

    async def sweep(self) -> int:
        """End quotes, let go of pieces whose payment has ended, forget sales that the shop's stock knows."""
        await self._ledger.tidy(self._clock())
        return await self._look_after(self._clock())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """For the length of the block, recover and then sweep every few seconds."""
        sweeping = asyncio.create_task(self._keep_sweeping(), name="checkouts")
        try:
            yield
        finally:
            sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await sweeping

    async def close(self) -> None:
        await self._totals.close()

    async def _keep_sweeping(self) -> None:
        work = self.recover
        while True:
            try:
                await work()
            except Exception:
                # A database that is away for a minute must not end the sweeping for good.
                _log.exception("orders couldn't be looked after; trying again")
            else:
                work = self.sweep
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _look_after(self, due: datetime | None) -> int:
        waiting = await self._ledger.unpaid(due)
        for order, method, look_at in waiting:
            try:
                if order.payment_id is None:
                    order = await self._start(order, method)
                order = await self._follow(order)
            except ShopperError as error:
                _log.warning("order %s: %s", order.number, error.message)
                if order.payment_id is None and look_at <= self._clock():
                    order = await self._ledger.abandon(order.id, self._clock())
            if order.status in UNPAID and look_at <= self._clock():
                await self._ledger.look_again(order.id, self._clock() + _LOOK_AGAIN)
        return len(waiting)

    # ── payments ────────────────────────────────────────────────────────────────────────────────────

    def _methods(self) -> list[str]:
        return [method.id for method in self._payments.methods()] if self._payments else []

    def _chosen(self, method: str | None) -> str:
        methods = self._methods()
        if not methods:
            raise NoCheckout("This shop can't take an order here yet; please order on its own site.")
        if method is None and len(methods) == 1:
            return methods[0]
        if method not in methods:
            raise BadInput(f"Pay by one of these: {', '.join(methods)}.", field="payment_method")
        return method

    async def _start(self, order: Order, method: str) -> Order:
        """Begin the payment of an order that may have none; one that was begun before is found again."""
        if order.payment_id is not None:
            return order
        if self._payments is None:
            raise NoCheckout("This shop can't take payments at the moment.")
        intent = await self._payments.create(order, method, idempotency_key=order.id)
        order = await self._ledger.started(order.id, intent.id, intent.expires_at)
        if order.status == "canceled":
            # It was canceled while its payment began. Money that has come already is told by `on_payment`.
            with suppress(Conflict):
                await self._payments.cancel(intent.id)
        return order

    async def _follow(self, order: Order) -> Order:
        """Ask what became of an order's payment, in case its news got lost."""
        view = await self._payment(order)
        if view is None:
            return order
        state = PaymentState(status=view.status, exception=view.exception, received=view.received)
        return await self._ledger.apply(order.id, state, self._clock())

    async def _payment(self, order: Order) -> PaymentView | None:
        return await self._payments.get(order.payment_id) if self._payments and order.payment_id else None

    async def _outdated(
        self, proposal: CheckoutProposal, owner: str | None, country: str | None, refused: Refused
    ) -> ShopperError:
        """What to say of a quote that made no order: what changed, and a fresh one if there can be one."""
        await self._ledger.withdraw(proposal.id)
        fresh, notes, message = None, refused.notes, refused.reason
        try:
            fresh = await self._propose_again(proposal.thread_id, owner, country)
        except (PriceChanged, LineSoldOut) as error:
            notes = notes or (error.note,)
            message = message if error.message in message else f"{message} {error.message}"
        except BadInput:
            message = f"{message} The cart is empty."
        cart, _ = await self.look(await self._carts.get(proposal.thread_id, self._currency))
        return ProposalOutdated(message, cart=cart, notes=notes, fresh=fresh)

    async def _propose_again(
        self, thread_id: str, owner: str | None, country: str | None
    ) -> CheckoutProposal:
        try:
            return await self.propose(thread_id, owner, country=country)
        except PriceChanged:
            # The cart is at the new prices by now, and what changed is said with the fresh quote.
            return await self.propose(thread_id, owner, country=country)
