"""The SQL truth about products: what is sold, at which price, in which stock.

Knows nothing about feeds, vectors or photos' bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from shopper.database import Database, MetaRow, ProductRow, VariantRow
from shopper.errors import CatalogMissing
from shopper.products.repricing import PriceChanges, VariantUpdate, reprice
from shopper.products.rows import (
    PRODUCT_COLUMNS,
    VARIANT_COLUMNS,
    NewRow,
    chunks,
    content_hash,
    embed_hash,
    products_from,
)
from shopper.products.state import VECTORS, CatalogState, bump, read_state
from shopper.products.writer import CURRENCY, CatalogWriter
from shopper.types import Product, Variant

__all__ = [
    "CatalogState", "NewRow", "PriceChanges", "ProductStore", "VariantPrice", "VariantUpdate",
    "content_hash", "embed_hash",
]  # fmt: skip

_BATCH = 500
_REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class VariantPrice:
    """What a price write can change about a variant, with the colour whose card it is on."""

    color: str | None
    price_minor: int
    on_sale: bool
    stock: int


class ProductStore:
    """Reads and writes the products of one shop."""

    def __init__(self, db: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._db = db
        self._clock = clock
        self._known: OrderedDict[str, Product] = OrderedDict()
        self._known_at: tuple[int, int] = (-1, -1)

    # ── what is sold ────────────────────────────────────────────────────────────────────────────────

    async def get(self, ids: Sequence[str]) -> dict[str, Product]:
        """The products by id, in the order asked for; unknown ids are left out."""
        wanted = list(dict.fromkeys(ids))
        async with self._db.connection() as connection:
            state = await read_state(connection)
            if (state.products, state.prices) != self._known_at:
                self._known.clear()
                self._known_at = (state.products, state.prices)
            found = {i: self._known[i] for i in wanted if i in self._known}
            for chunk in chunks([i for i in wanted if i not in found]):
                rows = (await connection.execute(PRODUCT_COLUMNS.where(ProductRow.id.in_(chunk)))).all()
                found.update({p.id: p for p in await _with_variants(connection, rows)})
        for product in found.values():
            self._known[product.id] = product
            self._known.move_to_end(product.id)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return {i: found[i] for i in wanted if i in found}

    async def variant(self, variant_id: str) -> tuple[Product, Variant] | None:
        """The variant with its product, or None."""
        async with self._db.connection() as connection:
            owner = await connection.scalar(select(VariantRow.product_id).where(VariantRow.id == variant_id))
        if owner is None:
            return None
        product = (await self.get([owner])).get(owner)
        variant = next((v for v in product.variants if v.id == variant_id), None) if product else None
        return (product, variant) if product and variant else None

    async def stream(self, batch: int = _BATCH) -> AsyncIterator[list[Product]]:
        """All products in feed order, in lists of at most `batch`."""
        after: tuple[int, str] | None = None
        while True:
            async with self._db.connection() as connection:
                query = PRODUCT_COLUMNS.order_by(ProductRow.position, ProductRow.id).limit(batch)
                if after is not None:
                    query = query.where(tuple_(ProductRow.position, ProductRow.id) > tuple_(*after))
                rows = (await connection.execute(query)).all()
                if not rows:
                    return
                products = await _with_variants(connection, rows)
            after = (rows[-1].position, rows[-1].id)
            yield products

    async def currency(self) -> str:
        """The shop's one currency. Raises CatalogMissing before the first ingest."""
        async with self._db.connection() as connection:
            found: str | None = await connection.scalar(select(MetaRow.value).where(MetaRow.key == CURRENCY))
        if found is None:
            raise CatalogMissing("The shop has no products yet; load some with `shopper ingest FEED`.")
        return found

    async def counts(self) -> tuple[int, int]:
        """How many products and variants there are."""
        async with self._db.connection() as connection:
            products = await connection.scalar(select(func.count()).select_from(ProductRow))
            variants = await connection.scalar(select(func.count()).select_from(VariantRow))
        return products or 0, variants or 0

    async def as_of(self) -> datetime | None:
        """When any price or stock was last written; None for an empty shop."""
        async with self._db.connection() as connection:
            found: datetime | None = await connection.scalar(select(func.max(VariantRow.as_of)))
        return found

    # ── what changed ────────────────────────────────────────────────────────────────────────────────

    async def state(self) -> CatalogState:
        """What has been written so far, by kind; zeros before the first write."""
        async with self._db.connection() as connection:
            return await read_state(connection)

    async def revision(self) -> int:
        """Rises with every write of products or prices; 0 before the first."""
        state = await self.state()
        return state.products + state.prices

    async def vectors_changed(self) -> None:
        """Tell readers that the vectors were brought in step with the products."""
        async with self._db.transaction() as session:
            await bump(session, VECTORS)

    async def changed_prices(self, since: int) -> AsyncIterator[list[tuple[str, tuple[VariantPrice, ...]]]]:
        """Products of which a price or stock was written after the state `prices == since`, in batches.

        With all their variants, in order. A product that a feed wrote since then isn't among them unless its
        prices were written again: the state's `products` tells of it.
        """
        async with self._db.connection() as connection:
            query = select(ProductRow.id).where(ProductRow.prices_revision > since).order_by(ProductRow.id)
            changed = list(await connection.scalars(query))
        for chunk in chunks(changed):
            async with self._db.connection() as connection:
                rows = await connection.execute(
                    select(
                        VariantRow.product_id, VariantRow.color, VariantRow.price_minor,
                        VariantRow.regular_minor, VariantRow.stock,
                    )
                    .where(VariantRow.product_id.in_(chunk))
                    .order_by(VariantRow.product_id, VariantRow.position)
                )  # fmt: skip
                found = rows.all()
            yield [
                (
                    key,
                    tuple(
                        VariantPrice(color, price, bool(regular), stock)
                        for _, color, price, regular, stock in group
                    ),
                )
                for key, group in groupby(found, key=lambda row: row[0])
            ]

    # ── hashes, for those who bring something in step ───────────────────────────────────────────────

    async def hashes(self) -> dict[str, tuple[str, str]]:
        """Content and embed hash of every product by id, in feed order as `stream` has it."""
        query = select(ProductRow.id, ProductRow.content_hash, ProductRow.embed_hash)
        async with self._db.connection() as connection:
            rows = await connection.execute(query.order_by(ProductRow.position, ProductRow.id))
            return {key: (content, embed) for key, content, embed in rows}

    async def embed_hashes(self) -> dict[str, str]:
        async with self._db.connection() as connection:
            rows = await connection.execute(select(ProductRow.id, ProductRow.embed_hash))
            return {row.id: row.embed_hash for row in rows}

    async def content_hashes(self, ids: Sequence[str]) -> dict[str, str]:
        """Content hash of those of `ids` that are stored."""
        return await self._by_id(ids, ProductRow.id, ProductRow.content_hash)

    async def row_hashes(self) -> dict[str, str | None]:
        """By id of every product, the hash of the feed's row that it was last read from."""
        async with self._db.connection() as connection:
            rows = await connection.execute(select(ProductRow.id, ProductRow.row_hash))
            return {row.id: row.row_hash for row in rows}

    async def variant_counts(self, ids: Sequence[str]) -> dict[str, int]:
        """How many variants each of these products has."""
        found: dict[str, int] = {}
        async with self._db.connection() as connection:
            for chunk in chunks(ids):
                query = select(VariantRow.product_id, func.count()).where(VariantRow.product_id.in_(chunk))
                rows = await connection.execute(query.group_by(VariantRow.product_id))
                found.update({row[0]: row[1] for row in rows})
        return found

    async def owners(self, variant_ids: Sequence[str]) -> dict[str, str]:
        """The product that each known variant id belongs to."""
        return await self._by_id(variant_ids, VariantRow.id, VariantRow.product_id)

    async def by_sku(self, skus: Sequence[str]) -> dict[str, list[str]]:
        """The ids of the variants that have each of these SKUs."""
        found: dict[str, list[str]] = {}
        async with self._db.connection() as connection:
            for chunk in chunks(skus):
                query = select(VariantRow.sku, VariantRow.id).where(VariantRow.sku.in_(chunk))
                for sku, key in await connection.execute(query):
                    found.setdefault(sku, []).append(key)
        return found

    async def images(self) -> set[str]:
        """The stored name of every picture that a variant names."""
        async with self._db.connection() as connection:
            return set(
                await connection.scalars(
                    select(VariantRow.image).where(VariantRow.image.is_not(None)).distinct()
                )
            )

    async def with_images(self, names: Sequence[str]) -> set[str]:
        """Ids of the products that name one of these pictures."""
        found: set[str] = set()
        async with self._db.connection() as connection:
            for chunk in chunks(names):
                found.update(
                    await connection.scalars(select(VariantRow.product_id).where(VariantRow.image.in_(chunk)))
                )
        return found

    # ── writes ──────────────────────────────────────────────────────────────────────────────────────

    def writer(self) -> CatalogWriter:
        """For an ingest, which writes in batches and tells readers once."""
        self._known.clear()
        return CatalogWriter(self._db, self._clock)

    async def write(self, upserts: Sequence[tuple[Any, ...]], deletes: Sequence[str] = ()) -> None:
        """Store `(position, product, content hash, embed hash)` rows and drop `deletes`, all or nothing.

        Raises Conflict where a currency isn't the shop's.
        """
        if upserts or deletes:
            await self.writer().write_all([NewRow(*row) for row in upserts], deletes)

    async def set_prices(
        self, updates: Iterable[VariantUpdate], *, partial: bool = False, dry_run: bool = False
    ) -> PriceChanges:
        """Change prices and stock between two feeds, in one transaction; the next ingest restores the feed's.

        All or nothing: NotFound for an unknown variant, Conflict for another currency than the shop's or for
        an `as_of` before the stored one. With `partial` these are left out and named in what is returned.
        """
        return await reprice(self._db, list(updates), now=self._clock(), partial=partial, dry_run=dry_run)

    async def recover(self) -> bool:
        """Tell readers what an interrupted ingest wrote. Whether there was one and no ingest is running."""
        return await self.writer().recover()

    async def _by_id(self, ids: Sequence[str], key: Any, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        async with self._db.connection() as connection:
            for chunk in chunks(ids):
                found.update(
                    {
                        row[0]: row[1]
                        for row in await connection.execute(select(key, value).where(key.in_(chunk)))
                    }
                )
        return found


async def _with_variants(connection: AsyncConnection, rows: Sequence[Any]) -> list[Product]:
    variants: list[Any] = []
    for chunk in chunks([row.id for row in rows]):
        query = VARIANT_COLUMNS.where(VariantRow.product_id.in_(chunk)).order_by(VariantRow.position)
        variants += (await connection.execute(query)).all()
    return products_from(rows, variants)
