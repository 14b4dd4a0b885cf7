"""Price and stock writes between two feeds: many variants in one short transaction.

Knows nothing about files, HTTP or vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shopper.database import Database, ProductRow, VariantRow
from shopper.errors import Conflict, NotFound
from shopper.products.feeds.draft import UNCOUNTED
from shopper.products.rows import chunks
from shopper.products.state import PRICES, bump, said_plainly
from shopper.types import Money

_BATCH = 2000
# Clocks differ a little; a moment further ahead would keep every later price out.
AHEAD = timedelta(minutes=5)
_WRITE = (
    update(VariantRow.__table__)  # type: ignore[arg-type]  # the mapped class's own Table
    .where(VariantRow.__table__.c.id == bindparam("key"))
    .values(
        price_minor=bindparam("price"), regular_minor=bindparam("regular"), stock=bindparam("pieces"),
        as_of=bindparam("moment"),
    )
)  # fmt: skip
_READ = select(
    VariantRow.id, VariantRow.product_id, VariantRow.price_minor, VariantRow.regular_minor,
    VariantRow.currency, VariantRow.stock, VariantRow.as_of,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VariantUpdate:
    """A new price or stock for one variant; what is None stays. `price` also replaces the regular price.

    `in_stock` says that it can be bought without saying how many are left. `as_of` is when this was true;
    None means now.
    """

    variant_id: str
    price: Money | None = None
    regular_price: Money | None = None
    stock: int | None = None
    in_stock: bool = False
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class PriceChanges:
    """What a price write did: ids by outcome, and the newest moment that was stored."""

    updated: int = 0
    unchanged: int = 0
    unknown: tuple[str, ...] = ()
    older: tuple[str, ...] = ()  # something newer is stored
    foreign: tuple[str, ...] = ()  # in another currency than the shop's
    as_of: datetime | None = None


async def reprice(
    db: Database, updates: Sequence[VariantUpdate], *, now: datetime, partial: bool, dry_run: bool
) -> PriceChanges:
    """Write `updates`, of one variant the last; see `ProductStore.set_prices`."""
    changes = {change.variant_id: change for change in updates}
    work = _Work(now, partial)
    if not changes:
        return work.done()
    async with said_plainly(), db.transaction() as session:
        if not dry_run:
            # First of all, so that SQLite's write lock is taken before anything is read.
            work.revision = await bump(session, PRICES)
        connection = await session.connection()  # half the time of the session's own way to rows
        for chunk in chunks(list(changes.values()), _BATCH):
            values = await work.values(connection, chunk)
            if values and not dry_run:
                await connection.execute(_WRITE, values)
        if dry_run:
            return work.done()
        if work.updated or work.unchanged:
            await work.stale(session)
        else:
            await session.rollback()  # nothing was written, so no reader needs to look
    return work.done()


class _Work:
    """One price write as it goes."""

    def __init__(self, now: datetime, partial: bool) -> None:
        self.now = now
        self.partial = partial
        self.revision = 0
        self.owners: dict[str, None] = {}
        self.updated = self.unchanged = 0
        self.unknown: list[str] = []
        self.older: list[str] = []
        self.foreign: list[str] = []
        self.as_of: datetime | None = None

    def done(self) -> PriceChanges:
        return PriceChanges(
            self.updated,
            self.unchanged,
            tuple(self.unknown),
            tuple(self.older),
            tuple(self.foreign),
            self.as_of,
        )

    async def values(self, connection: AsyncConnection, chunk: list[VariantUpdate]) -> list[dict[str, Any]]:
        """The new cells of those variants of a chunk that can be written."""
        rows = await connection.execute(
            _READ.where(VariantRow.id.in_([change.variant_id for change in chunk]))
        )
        stored = {row[0]: row for row in rows}
        return [new for change in chunk if (new := self._values(change, stored.get(change.variant_id)))]

    def _values(self, change: VariantUpdate, row: Any) -> dict[str, Any] | None:
        """The new cells of a variant; None where it isn't written, which is counted."""
        key = change.variant_id
        if row is None:
            self._refuse(self.unknown, key, NotFound(f"There is no variant {key}."))
            return None
        _, owner, price, regular, currency, stock, stored_at = row
        if any(m and m.currency != currency for m in (change.price, change.regular_price)):
            reason = f"The shop sells in {currency}; the price of {key} is in another currency."
            self._refuse(self.foreign, key, Conflict(reason))
            return None
        moment = change.as_of or self.now
        if moment < stored_at and change.as_of is not None:
            reason = f"The price of {key} is known as of {stored_at.isoformat()}, which is newer."
            self._refuse(self.older, key, Conflict(reason))
            return None
        before = (price, regular, stock)
        if change.price:
            price = change.price.minor
            higher = change.regular_price and change.regular_price.minor > price
            regular = change.regular_price.minor if change.regular_price and higher else None
        if change.stock is not None:
            stock = max(0, change.stock)
        elif change.in_stock and stock == 0:
            stock = UNCOUNTED
        self.as_of = max(self.as_of or moment, moment)
        if (price, regular, stock) == before:
            self.unchanged += 1
        else:
            self.updated += 1
            self.owners[owner] = None
        return {"key": key, "price": price, "regular": regular, "pieces": stock, "moment": moment}

    def _refuse(self, ids: list[str], key: str, error: Exception) -> None:
        if not self.partial:
            raise error
        ids.append(key)

    async def stale(self, session: AsyncSession) -> None:
        """Give the products to the next ingest: an empty hash equals no feed's, so it writes them anew."""
        for chunk in chunks(list(self.owners), _BATCH):
            await session.execute(
                update(ProductRow)
                .where(ProductRow.id.in_(chunk))
                .values(content_hash="", row_hash=None, prices_revision=self.revision, updated_at=self.now)
            )
