"""What can still be bought: the shop's stock less the pieces that orders speak for.

Knows nothing about carts, payments or HTTP. `variants.stock` is the feed's alone and is never written here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import and_, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shopper.checkout.tables import ReservationRow
from shopper.database import Database, VariantRow
from shopper.products.feeds.draft import UNCOUNTED
from shopper.products.live import LiveCheck
from shopper.products.rows import chunks
from shopper.products.store import ProductStore, VariantUpdate
from shopper.types import CartLine, Money, Variant


class Stock:
    """Reads variants as they can be sold now. `live` asks the shop's own systems first, where it has any."""

    def __init__(
        self, db: Database, *, store: ProductStore | None = None, live: LiveCheck | None = None
    ) -> None:
        self._db, self._store, self._live = db, store, live

    async def variants(self, ids: Collection[str]) -> dict[str, Variant]:
        """Those of `ids` that are sold, each with the stock that nobody speaks for."""
        async with self._db.transaction() as session:
            return await variants_in(session, ids)

    async def confirm_live(self, ids: Collection[str]) -> None:
        """Bring price and stock of `ids` up to date with what the shop says now, if it says so in time."""
        if self._live is None or self._store is None:
            return
        said = (await self._live.check(tuple(ids))).confirmed
        stored = await self.stored(said)
        changes = [
            VariantUpdate(
                key,
                price=Money(minor=live.price_minor, currency=variant.price.currency),
                regular_price=Money(minor=live.regular_minor, currency=variant.price.currency)
                if live.regular_minor
                else None,
                stock=live.stock,
            )
            for key, live in said.items()
            if (variant := stored.get(key)) is not None
            and (live.price_minor, live.stock) != (variant.price.minor, variant.stock)
        ]
        if changes:
            await self._store.set_prices(changes, partial=True)

    async def stored(self, ids: Collection[str]) -> dict[str, Variant]:
        """Those of `ids` that are sold, with the shop's own stock."""
        async with self._db.transaction() as session:
            return await _stored(session, ids)


async def variants_in(session: AsyncSession, ids: Collection[str]) -> dict[str, Variant]:
    """As `Stock.variants`, within a transaction."""
    found = await _stored(session, ids)
    taken: dict[str, int] = {}
    for chunk in chunks(list(found)):
        rows = await session.execute(
            select(ReservationRow.variant_id, ReservationRow.quantity, ReservationRow.stock_then).where(
                ReservationRow.variant_id.in_(chunk)
            )
        )
        for key, quantity, stock_then in rows:
            # Sold pieces count until the shop writes another stock, which then knows of them.
            if stock_then is None or stock_then == found[key].stock:
                taken[key] = taken.get(key, 0) + quantity
    return {
        key: variant.model_copy(update={"stock": max(0, variant.stock - taken.get(key, 0))})
        # A feed that doesn't count its pieces has no stock that could be lessened.
        if variant.stock < UNCOUNTED
        else variant
        for key, variant in found.items()
    }


async def hold(session: AsyncSession, order_id: str, lines: Iterable[CartLine]) -> None:
    """Speak for the pieces of an order. Whether they are there is checked by the caller, under its lock."""
    values = [
        {"order_id": order_id, "variant_id": line.variant_id, "quantity": line.quantity} for line in lines
    ]
    await session.execute(insert(ReservationRow), values)


async def release(session: AsyncSession, order_id: str) -> None:
    """Let an order's pieces go."""
    await session.execute(delete(ReservationRow).where(ReservationRow.order_id == order_id))


async def sell(session: AsyncSession, order_id: str) -> None:
    """Mark an order's pieces as sold; what isn't in the catalog any more has no stock, so any is new."""
    stock = select(VariantRow.stock).where(VariantRow.id == ReservationRow.variant_id).scalar_subquery()
    await session.execute(
        update(ReservationRow)
        .where(ReservationRow.order_id == order_id, ReservationRow.stock_then.is_(None))
        .values(stock_then=func.coalesce(stock, -1))
        .execution_options(synchronize_session=False)
    )


async def forget_known_sales(session: AsyncSession) -> None:
    """Drop the sold pieces that the shop's own stock knows of by now."""
    other = exists().where(
        and_(VariantRow.id == ReservationRow.variant_id, VariantRow.stock != ReservationRow.stock_then)
    )
    await session.execute(
        delete(ReservationRow)
        .where(ReservationRow.stock_then.is_not(None), other)
        .execution_options(synchronize_session=False)
    )


async def _stored(session: AsyncSession, ids: Collection[str]) -> dict[str, Variant]:
    found: dict[str, Variant] = {}
    for chunk in chunks(list(ids)):
        rows = await session.execute(
            select(
                VariantRow.id, VariantRow.sku, VariantRow.color, VariantRow.size, VariantRow.price_minor,
                VariantRow.regular_minor, VariantRow.currency, VariantRow.stock, VariantRow.image,
            ).where(VariantRow.id.in_(chunk))
        )  # fmt: skip
        for key, sku, color, size, price, regular, currency, stock, image in rows:
            found[key] = Variant(
                id=key,
                sku=sku,
                color=color,
                size=size,
                price=Money(minor=price, currency=currency),
                regular_price=Money(minor=regular, currency=currency) if regular else None,
                stock=stock,
                image=image,
            )
    return found
