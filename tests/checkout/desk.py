"""A small shop for checkouts: SQL with a few variants, carts, and a desk that takes payments in memory.

Knows nothing about HTTP or real ways to pay.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shopper.checkout.cart import empty_cart
from shopper.checkout.carts import CartStore
from shopper.checkout.checkouts import Checkouts
from shopper.checkout.errors import NoCheckout
from shopper.checkout.handoff import HandOff
from shopper.checkout.payments.provider import (
    PaymentIntent,
    PaymentMethod,
    PaymentState,
    PaymentStatus,
    PaymentView,
    Quote,
)
from shopper.checkout.stock import Stock
from shopper.checkout.tables import CheckoutRow, OrderRow, ReservationRow
from shopper.checkout.totals import FlatRates, FlatTotals, Totals
from shopper.database import CartRow, Database, ProductRow, ThreadRow, VariantRow
from shopper.errors import Conflict
from shopper.types import Cart, CartLine, Money, Order

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
OWNER = "anna"
EUR = "EUR"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Desk:
    """Takes payments in memory; a payment's status is what the test says it is."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.intents: dict[str, PaymentIntent] = {}  # by order id
        self.statuses: dict[str, PaymentStatus] = {}  # by payment id
        self.broken = False
        self.offered = ("sandbox",)

    def methods(self) -> tuple[PaymentMethod, ...]:
        return tuple(PaymentMethod(id=id_, provider="sandbox", label="Test") for id_ in self.offered)

    async def create(self, order: Order, method: str, *, idempotency_key: str) -> PaymentIntent:
        if self.broken:
            raise NoCheckout("The payment desk is closed.")
        if order.id not in self.intents:
            now = self.clock()
            quote = Quote(
                amount=order.total,
                atomic_amount=order.total.minor,
                rate=Decimal(1),
                rate_source="fixed",
                rate_at=now,
            )
            intent = PaymentIntent(
                id=f"pay-{order.id}", order_id=order.id, method=method, provider="sandbox", quote=quote,
                chain="sandbox", created_at=now, expires_at=now + timedelta(minutes=15),
                watch_until=now + timedelta(hours=72),
            )  # fmt: skip
            self.intents[order.id] = intent
            self.statuses[intent.id] = "awaiting_payment"
        return self.intents[order.id]

    async def get(self, payment_id: str) -> PaymentView:
        intent = next(intent for intent in self.intents.values() if intent.id == payment_id)
        return PaymentView(
            id=payment_id, order_id=intent.order_id, provider="sandbox", method=intent.method,
            status=self.statuses[payment_id], exception="none", amount=intent.quote.amount, asset=None,
            atomic_amount=None, display_amount="", received=0, missing=0, display_missing="",
            address=None, uri=None,
            tx=(), confirmations=0, confirmations_needed=1, created_at=intent.created_at,
            expires_at=intent.expires_at, message="", support=None,
        )  # fmt: skip

    async def cancel(self, payment_id: str) -> None:
        if self.statuses[payment_id] != "awaiting_payment":
            raise Conflict("This payment has begun.")
        self.statuses[payment_id] = "canceled"


class Room:
    """Checkouts over a database, with what a test needs to look behind them."""

    def __init__(
        self,
        db: Database,
        *,
        rates: FlatRates | None = None,
        totals: Totals | None = None,
        hand_off: HandOff | None = None,
        paying: bool = True,
        clock: Clock | None = None,
        desk: Desk | None = None,
        prefix: str = "id",
    ) -> None:
        self.db, self.clock, self.carts = db, clock or Clock(), CartStore(db)
        self.desk = desk or Desk(self.clock)
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._count, self._prefix = 0, prefix
        self.checkouts = Checkouts(
            db,
            carts=self.carts,
            stock=Stock(db),
            totals=totals or FlatTotals(rates or FlatRates()),
            payments=self.desk if paying else None,
            hand_off=hand_off,
            currency=EUR,
            shop_name="Maison Verrier",
            clock=self.clock,
            ids=self._id,
            emit=self._emit,
        )

    def _id(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count}"

    async def _emit(self, session: AsyncSession, type_: str, body: dict[str, Any]) -> None:
        assert session.in_transaction()
        self.events.append((type_, body))

    def told(self, type_: str) -> int:
        return sum(kind == type_ for kind, _ in self.events)

    async def a_thread(self, thread_id: str, owner: str | None = OWNER) -> str:
        row = {"id": thread_id, "owner": owner, "state": {}, "created_at": NOW, "updated_at": NOW}
        async with self.db.transaction() as session:
            await session.execute(insert(ThreadRow).values(**row))
        return thread_id

    async def delete_thread(self, thread_id: str) -> None:
        async with self.db.transaction() as session:
            await session.execute(delete(ThreadRow).where(ThreadRow.id == thread_id))

    async def sell(self, variant_id: str, minor: int = 4990, stock: int = 3) -> None:
        """Put a variant on sale, or write its price and stock anew."""
        async with self.db.transaction() as session:
            if await session.get(VariantRow, variant_id):
                await session.execute(
                    update(VariantRow)
                    .where(VariantRow.id == variant_id)
                    .values(price_minor=minor, stock=stock, as_of=self.clock())
                )
                return
            await session.execute(
                insert(ProductRow).values(
                    id=f"p-{variant_id}", position=0, title="Lyon Tee", facts={}, content_hash="",
                    embed_hash="", updated_at=NOW,
                )
            )  # fmt: skip
            await session.execute(
                insert(VariantRow).values(
                    id=variant_id, product_id=f"p-{variant_id}", position=0, sku=f"SKU {variant_id}",
                    size="M", price_minor=minor, currency=EUR, stock=stock, as_of=NOW,
                )
            )  # fmt: skip

    async def fill(self, thread_id: str, minor: int = 4990, **quantities: int) -> Cart:
        """The thread's cart with exactly these lines, at this price."""
        before = await self.carts.get(thread_id, EUR)
        lines = tuple(a_line(key, quantity, minor) for key, quantity in quantities.items())
        cart = empty_cart(thread_id, EUR).model_copy(update={"lines": lines, "version": before.version + 1})
        await self.carts.save(thread_id, cart, before.version)
        return cart

    async def an_order(self, thread_id: str, **quantities: int) -> Order:
        """Cart, quote and confirmation in one go."""
        await self.fill(thread_id, **quantities)
        proposal = await self.checkouts.propose(thread_id, OWNER)
        return (await self.checkouts.confirm(proposal.id, OWNER, "sandbox")).order

    async def pay(self, order: Order, status: PaymentStatus = "settled") -> None:
        """The desk's news, as it would tell it."""
        self.desk.statuses[f"pay-{order.id}"] = status
        await self.checkouts.on_payment(order.id, PaymentState(status=status))

    async def left(self, variant_id: str) -> int:
        return (await self.checkouts.stock.variants([variant_id]))[variant_id].stock

    async def orders(self) -> list[OrderRow]:
        async with self.db.transaction() as session:
            return list(await session.scalars(select(OrderRow).order_by(OrderRow.number)))

    async def wipe(self) -> None:
        async with self.db.transaction() as session:
            for table in (ReservationRow, OrderRow, CheckoutRow, CartRow, ThreadRow, VariantRow, ProductRow):
                await session.execute(delete(table))
        self.events.clear()


def a_line(variant_id: str, quantity: int, minor: int) -> CartLine:
    price = Money(minor=minor, currency=EUR)
    return CartLine(
        variant_id=variant_id, product_id=f"p-{variant_id}", title="Lyon Tee", size="M", quantity=quantity,
        unit_price=price, chosen_by="filter",
    )  # fmt: skip
