"""Quotes and orders in SQL, each change in one transaction with its pieces, the cart and the shop's events.

Knows nothing about how quotes are made or how payments come about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shopper.checkout.cart import CartNote, empty_cart, reprice
from shopper.checkout.orders import (
    EVENTS,
    LATE,
    UNPAID,
    OrderStatus,
    after_payment,
    body_of,
    content_of,
    event_body,
    message_of,
    number_of,
    order_of,
)
from shopper.checkout.payments.provider import PaymentState
from shopper.checkout.stock import forget_known_sales, hold, release, sell, variants_in
from shopper.checkout.tables import CheckoutRow, OrderRow
from shopper.database import CartRow, Database, ThreadRow
from shopper.errors import Conflict, NotFound
from shopper.events.outbox import Emit
from shopper.products.state import bump, said_plainly
from shopper.types import Cart, CheckoutProposal, Money, Order

_ORDERS = "orders_made"  # of `meta`: how many orders there are
KEEP_QUOTES = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a quote made no order: the prices or pieces of `notes`, or `reason` where it is something else."""

    reason: str
    notes: tuple[CartNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote as it is kept, with whom it is for."""

    proposal: CheckoutProposal
    country: str | None


class Ledger:
    """Reads and writes quotes and orders; a foreign owner's aren't there."""

    def __init__(self, db: Database, *, shop_name: str, emit: Emit) -> None:
        self._db, self._shop_name, self._emit = db, shop_name, emit

    # ── quotes ──────────────────────────────────────────────────────────────────────────────────────

    async def check_thread(self, thread_id: str, owner: str | None) -> None:
        """NotFound unless the conversation is there and `owner`'s."""
        async with self._db.transaction() as session:
            mine = ThreadRow.owner.is_(None) if owner is None else ThreadRow.owner == owner
            if await session.scalar(select(ThreadRow.id).where(ThreadRow.id == thread_id, mine)) is None:
                raise NotFound("There is no such conversation.")

    async def keep(self, proposal: CheckoutProposal, owner: str | None, country: str | None) -> None:
        """Write a new quote."""
        async with said_plainly(), self._db.transaction() as session:
            await session.execute(
                insert(CheckoutRow).values(
                    id=proposal.id,
                    thread_id=proposal.thread_id,
                    owner=owner,
                    cart_version=proposal.cart_version,
                    status=proposal.status,
                    country=country,
                    body=body_of(proposal.lines, proposal.charges)
                    | {"methods": list(proposal.payment_methods), "url": proposal.hand_off_url},
                    total_minor=proposal.total.minor,
                    currency=proposal.total.currency,
                    created_at=proposal.created_at,
                    expires_at=proposal.expires_at,
                )
            )

    async def quote(self, checkout_id: str, owner: str | None, now: datetime) -> Quoted:
        """The quote, as it stands at `now`."""
        async with self._db.transaction() as session:
            row = await _checkout(session, checkout_id, owner)
        return Quoted(_proposal(row, now), row.country)

    async def latest(self, thread_id: str, owner: str | None, now: datetime) -> CheckoutProposal | None:
        """The conversation's newest quote; None before the first."""
        async with self._db.transaction() as session:
            row = await session.scalar(
                select(CheckoutRow)
                .where(CheckoutRow.thread_id == thread_id)
                .order_by(CheckoutRow.created_at.desc(), CheckoutRow.id)
                .limit(1)
            )
        return _proposal(row, now) if row is not None and row.owner == owner else None

    async def withdraw(self, checkout_id: str) -> bool:
        """Cancel a quote that is open; whether it was."""
        async with said_plainly(), self._db.transaction() as session:
            changed: Any = await session.execute(
                update(CheckoutRow)
                .where(CheckoutRow.id == checkout_id, CheckoutRow.status == "open")
                .values(status="canceled")
            )
            return bool(changed.rowcount)

    # ── an order is made ────────────────────────────────────────────────────────────────────────────

    async def confirm(
        self,
        checkout_id: str,
        owner: str | None,
        *,
        order_id: str,
        method: str,
        now: datetime,
        held_for: timedelta,
    ) -> Order | Refused:
        """Make the one order of a quote: check prices, take the pieces, empty the cart; all or nothing.

        An order that was made before comes back as it is, but for a `method` whose payment isn't there yet.
        """
        async with said_plainly(), self._db.transaction() as session:
            # First of all: of two confirmations at once the second waits here for the first, on SQLite and on
            # PostgreSQL, so that nothing read below changes before this ends.
            count = await bump(session, _ORDERS)
            row = await _checkout(session, checkout_id, owner)
            if row.status == "confirmed":
                await session.rollback()  # the number isn't used
                return await self._again(checkout_id, method)
            refused = await self._refusal(session, row, now)
            if refused is not None:
                await session.rollback()
                return refused
            order = OrderRow(
                id=order_id,
                number=number_of(self._shop_name, count),
                checkout_id=row.id,
                thread_id=row.thread_id,
                owner=row.owner,
                status="awaiting_payment",
                message=message_of("awaiting_payment"),
                body={key: row.body[key] for key in ("lines", "charges")},
                total_minor=row.total_minor,
                currency=row.currency,
                payment_method=method,
                created_at=now,
                look_at=now + held_for,
            )
            session.add(order)
            row.status, row.order_id = "confirmed", order_id
            await session.flush()
            made = order_of(order)
            await hold(session, order_id, made.lines)
            await self._emit(session, "order.created", event_body(made))
            return made

    async def _again(self, checkout_id: str, method: str) -> Order:
        async with said_plainly(), self._db.transaction() as session:
            await session.execute(
                update(OrderRow)
                .where(
                    OrderRow.checkout_id == checkout_id,
                    OrderRow.payment_id.is_(None),
                    OrderRow.status == "awaiting_payment",
                )
                .values(payment_method=method)
            )
            row = await session.scalar(select(OrderRow).where(OrderRow.checkout_id == checkout_id))
            assert row is not None  # made in the transaction that wrote "confirmed"
            return order_of(row)

    async def _refusal(self, session: AsyncSession, row: CheckoutRow, now: datetime) -> Refused | None:
        """Why `row` can't become an order; if it can, its cart is emptied, which happens once."""
        quoted = _proposal(row, now)
        if quoted.status == "canceled":
            return Refused("This quote was canceled.")
        if quoted.status == "expired":
            return Refused("This quote has expired.")
        emptied = empty_cart(row.thread_id, row.currency).model_copy(update={"version": row.cart_version + 1})
        if not await _put_cart(session, row.thread_id, emptied, row.cart_version, now):
            return Refused("The cart was changed after this quote was made.")
        lines = Cart(id="", currency=row.currency, lines=quoted.lines)
        _, notes = reprice(lines, await variants_in(session, [line.variant_id for line in quoted.lines]))
        if notes:
            return Refused(" ".join(note.message for note in notes), notes)
        return None

    async def started(self, order_id: str, payment_id: str, look_at: datetime) -> Order:
        """Note the payment of an order; the first one noted stays."""
        async with said_plainly(), self._db.transaction() as session:
            await session.execute(
                update(OrderRow)
                .where(OrderRow.id == order_id, OrderRow.payment_id.is_(None))
                .values(payment_id=payment_id, look_at=look_at)
            )
            return order_of(await _order(session, order_id))

    # ── an order goes on ────────────────────────────────────────────────────────────────────────────

    async def apply(self, order_id: str, payment: PaymentState, now: datetime) -> Order:
        """Move an order to where its payment is, with all that goes with it; again, it changes nothing."""
        async with said_plainly(), self._db.transaction() as session:
            # Takes the row's lock (SQLite: the database's) before it is read.
            await session.execute(
                update(OrderRow).where(OrderRow.id == order_id).values(status=OrderRow.status)
            )
            row = await _order(session, order_id)
            status: OrderStatus = row.status  # type: ignore[assignment]  # only OrderStatus is written
            canceled = row.canceled_at is not None
            new = after_payment(status, was_canceled=canceled, payment=payment)
            if new is not None:
                await self._move(session, row, new, payment, now)
            return order_of(row)

    async def abandon(self, order_id: str, now: datetime) -> Order:
        """Cancel an order that has no payment; one that has got one meanwhile stays."""
        async with said_plainly(), self._db.transaction() as session:
            await session.execute(
                update(OrderRow).where(OrderRow.id == order_id).values(status=OrderRow.status)
            )
            row = await _order(session, order_id)
            if row.payment_id is None and row.status == "awaiting_payment":
                await self._move(session, row, "canceled", PaymentState(status="canceled"), now)
            return order_of(row)

    async def resolve(self, order_id: str, outcome: Literal["paid", "refunded"], now: datetime) -> Order:
        """End a review as the shop did; again, it changes nothing. Conflict for an order in no review."""
        async with said_plainly(), self._db.transaction() as session:
            await session.execute(
                update(OrderRow).where(OrderRow.id == order_id).values(status=OrderRow.status)
            )
            row = await _order(session, order_id)
            if row.status not in ("needs_review", outcome):
                raise Conflict(f"Order {row.number} isn't in review; it is {row.status}.")
            if row.status != outcome:
                await self._move(session, row, outcome, PaymentState(), now)
            return order_of(row)

    async def _move(
        self, session: AsyncSession, row: OrderRow, new: OrderStatus, payment: PaymentState, now: datetime
    ) -> None:
        late = row.canceled_at is not None
        row.status, row.message = new, message_of(new)
        if new == "paid":
            row.paid_at = now
            await sell(session, row.id)
        elif new == "canceled":
            row.canceled_at = now
            await release(session, row.id)
            await _give_back(session, row, now)
        elif new == "refunded" and row.paid_at is None:
            await release(session, row.id)
        await session.flush()
        if new in EVENTS:
            tasks = [LATE] if late and new == "needs_review" else []
            tasks += [task.text for task in payment.tasks]
            await self._emit(session, EVENTS[new], event_body(order_of(row), " ".join(tasks) or None))

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────

    async def order(self, order_id: str, owner: str | None) -> Order:
        """An order of `owner`, whether or not its conversation is still there."""
        async with self._db.transaction() as session:
            row = await session.get(OrderRow, order_id)
        if row is None or row.owner != owner:
            raise NotFound("There is no such order.")
        return order_of(row)

    async def orders_of(self, thread_id: str, owner: str | None) -> tuple[Order, ...]:
        """The orders of a conversation, newest first."""
        async with self._db.transaction() as session:
            rows = await session.scalars(
                select(OrderRow)
                .where(OrderRow.thread_id == thread_id)
                .order_by(OrderRow.created_at.desc(), OrderRow.id)
            )
            return tuple(order_of(row) for row in rows if row.owner == owner)

    async def unpaid(self, due: datetime | None = None) -> Sequence[tuple[Order, str, datetime]]:
        """Orders that wait for money, with method and when to look at them; only those due, if given."""
        query = select(OrderRow).where(OrderRow.status.in_(UNPAID)).order_by(OrderRow.created_at)
        if due is not None:
            query = query.where(OrderRow.look_at <= due)
        async with self._db.transaction() as session:
            return [(order_of(row), row.payment_method, row.look_at) for row in await session.scalars(query)]

    async def look_again(self, order_id: str, at: datetime) -> None:
        """When the sweep asks for this order's payment the next time."""
        async with said_plainly(), self._db.transaction() as session:
            await session.execute(update(OrderRow).where(OrderRow.id == order_id).values(look_at=at))

    async def tidy(self, now: datetime) -> None:
        """Mark quotes that have ended, drop old ones that made no order, and sales that the shop knows of."""
        async with said_plainly(), self._db.transaction() as session:
            await session.execute(
                update(CheckoutRow)
                .where(CheckoutRow.status == "open", CheckoutRow.expires_at <= now)
                .values(status="expired")
            )
            await session.execute(
                delete(CheckoutRow).where(
                    CheckoutRow.status.in_(("expired", "canceled")),
                    CheckoutRow.order_id.is_(None),
                    CheckoutRow.expires_at <= now - KEEP_QUOTES,
                )
            )
            await forget_known_sales(session)


async def _checkout(session: AsyncSession, checkout_id: str, owner: str | None) -> CheckoutRow:
    row = await session.get(CheckoutRow, checkout_id)
    if row is None or row.owner != owner:
        raise NotFound("There is no such checkout.")
    return row


async def _order(session: AsyncSession, order_id: str) -> OrderRow:
    row = await session.get(OrderRow, order_id)
    if row is None:
        raise NotFound("There is no such order.")
    return row


def _proposal(row: CheckoutRow, now: datetime) -> CheckoutProposal:
    ended = row.status == "open" and row.expires_at <= now
    return CheckoutProposal(
        id=row.id,
        thread_id=row.thread_id,
        cart_version=row.cart_version,
        **content_of(row.body),
        total=Money(minor=row.total_minor, currency=row.currency),
        status="expired" if ended else row.status,
        hand_off_url=row.body["url"],
        payment_methods=tuple(row.body["methods"]),
        order_id=row.order_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


async def _put_cart(session: AsyncSession, thread_id: str, cart: Cart, version: int, now: datetime) -> bool:
    """Write `cart` if the stored one still is at `version`; whether it was."""
    changed: Any = await session.execute(
        update(CartRow)
        .where(CartRow.thread_id == thread_id, CartRow.version == version)
        .values(version=cart.version, body=cart.model_dump(mode="json"), updated_at=now)
    )
    return bool(changed.rowcount)


async def _give_back(session: AsyncSession, order: OrderRow, now: datetime) -> None:
    """Put the lines of an order that came to nothing back into the cart, if that is there and empty."""
    body = await session.scalar(select(CartRow.body).where(CartRow.thread_id == order.thread_id))
    if body is None:
        return
    cart = Cart.model_validate(body)
    if not cart.lines:
        lines = content_of(order.body)["lines"]
        full = cart.model_copy(update={"lines": lines, "version": cart.version + 1})
        await _put_cart(session, order.thread_id, full, cart.version, now)
