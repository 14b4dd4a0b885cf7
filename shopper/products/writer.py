"""The writing side of the shop's products: batches that lose nothing when cut off, told to readers once.

Knows nothing about feeds or vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shopper.database import Database, MetaRow, ProductRow, VariantRow
from shopper.errors import Conflict, StoreBusy
from shopper.products.lock import one_ingest
from shopper.products.rows import NewRow, chunks, product_values, variant_values
from shopper.products.state import PRODUCTS, bump, end_writing, is_marked, mark_writing, said_plainly

CURRENCY = "currency"
_TOUCH = (
    update(ProductRow.__table__)  # type: ignore[arg-type]  # the mapped class's own Table
    .where(ProductRow.__table__.c.id == bindparam("key"))
    # A price write in the meantime empties the content hash; then the next ingest must read the row.
    .where(ProductRow.__table__.c.content_hash == bindparam("content"))
    .values(row_hash=bindparam("row"))
)


class CatalogWriter:
    """Writes one shop's products. Each call is one transaction."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

    def alone(self) -> AbstractAsyncContextManager[None]:
        """For the length of an ingest: StoreBusy where another one is running."""
        return one_ingest(self._db)

    async def write_all(self, rows: Sequence[NewRow], deletes: Sequence[str] = ()) -> None:
        """Store `rows` and drop `deletes`, and tell readers; all or nothing."""
        async with said_plainly(), self._db.transaction() as session:
            await bump(session, PRODUCTS)
            await _drop(session, [*(row.product.id for row in rows), *deletes])
            await self._insert(session, rows)

    async def write(self, rows: Sequence[NewRow], stored: Collection[str]) -> None:
        """Store a batch, of which `stored` holds the ids that replace something. Readers aren't told yet."""
        if not rows:
            return
        async with said_plainly(), self._db.transaction() as session:
            await mark_writing(session)
            await _drop(session, [row.product.id for row in rows if row.product.id in stored])
            await self._insert(session, rows)

    async def touch(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Remember the row hash of products whose content is as stored: `(id, content hash, row hash)`."""
        values = [{"key": key, "content": content, "row": row_hash} for key, content, row_hash in rows]
        if values:
            async with said_plainly(), self._db.transaction() as session:
                await (await session.connection()).execute(_TOUCH, values)

    async def finish(self, deletes: Sequence[str] = ()) -> None:
        """Drop `deletes`, and tell readers of them and of all batches since the last time."""
        async with said_plainly(), self._db.transaction() as session:
            if deletes:
                await mark_writing(session)
                await _drop(session, deletes)
            if await is_marked(session):
                await end_writing(session)

    async def interrupted(self) -> bool:
        """Whether batches were written whose end readers haven't been told."""
        async with self._db.connection() as connection:
            return await is_marked(connection)

    async def recover(self) -> bool:
        """See `ProductStore.recover`."""
        if not await self.interrupted():
            return False
        try:
            async with self.alone():
                await self.finish()
        except StoreBusy:
            return False  # it isn't cut off: it runs
        return True

    async def _insert(self, session: AsyncSession, rows: Sequence[NewRow]) -> None:
        await _agree_on_currency(session, {v.price.currency for row in rows for v in row.product.variants})
        now = self._clock()
        connection = await session.connection()
        for part in chunks(rows, 1000):
            await connection.execute(insert(ProductRow), [product_values(row, now) for row in part])
            values = [v for row in part for v in variant_values(row.product, now)]
            await connection.execute(insert(VariantRow), values)


async def _drop(session: AsyncSession, ids: Sequence[str]) -> None:
    for chunk in chunks(ids):
        await session.execute(delete(VariantRow).where(VariantRow.product_id.in_(chunk)))
        await session.execute(delete(ProductRow).where(ProductRow.id.in_(chunk)))


async def _agree_on_currency(session: AsyncSession, currencies: set[str]) -> None:
    if not currencies:
        return
    row = await session.get(MetaRow, CURRENCY)
    if len(currencies) == 1 and row is not None and currencies == {row.value}:
        return
    sold = await session.scalar(select(VariantRow.id).limit(1))
    if len(currencies) > 1 or (row is not None and sold is not None):
        own = row.value if row else sorted(currencies)[0]
        raise Conflict(
            f"A shop has one currency ({own}), but these products are in {', '.join(sorted(currencies))}."
        )
    if row is None:
        session.add(MetaRow(key=CURRENCY, value=currencies.pop()))
    else:
        row.value = currencies.pop()
