"""Carts in SQL: one for each thread, changed with optimistic versions.

Knows nothing about the rules of a cart, or who may see it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update

from shopper.checkout.cart import empty_cart
from shopper.database import CartRow, Database
from shopper.errors import Conflict
from shopper.events.outbox import Emit, no_events
from shopper.types import Cart


class CartStore:
    """Reads and writes the carts of threads."""

    def __init__(self, db: Database, *, emit: Emit = no_events) -> None:
        self._db, self._emit = db, emit

    async def get(self, thread_id: str, currency: str) -> Cart:
        """The thread's cart, or an empty one in `currency`."""
        async with self._db.transaction() as session:
            body = await session.scalar(select(CartRow.body).where(CartRow.thread_id == thread_id))
        return Cart.model_validate(body) if body else empty_cart(thread_id, currency)

    async def save(self, thread_id: str, cart: Cart, expected_version: int) -> None:
        """Write `cart` if the stored one still is at `expected_version`; Conflict if it isn't."""
        body = cart.model_dump(mode="json")
        now = datetime.now(UTC)
        async with self._db.transaction() as session:
            stored = await session.scalar(select(CartRow.version).where(CartRow.thread_id == thread_id))
            if stored is None and expected_version == 0:
                await session.execute(
                    insert(CartRow).values(
                        thread_id=thread_id, version=cart.version, body=body, updated_at=now
                    )
                )
                await self._emit(session, "cart.changed", _told(thread_id, cart))
                return
            changed = await session.execute(
                update(CartRow)
                .where(CartRow.thread_id == thread_id, CartRow.version == expected_version)
                .values(version=cart.version, body=body, updated_at=now)
            )
            if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
                raise Conflict("The cart was changed in the meantime; look at it again.")
            await self._emit(session, "cart.changed", _told(thread_id, cart))


def _told(thread_id: str, cart: Cart) -> dict[str, Any]:
    """What the shop's own systems are told of a cart."""
    lines = [{"variant_id": line.variant_id, "quantity": line.quantity} for line in cart.lines]
    total = {"amount": cart.total.minor, "currency": cart.currency}
    return {"thread_id": thread_id, "version": cart.version, "lines": lines, "total": total}
