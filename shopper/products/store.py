"""The SQL truth about products: what is sold, at which price, in which stock.

Knows nothing about feeds, vectors or photos' bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shopper.database import Database, MetaRow, ProductRow, VariantRow
from shopper.errors import CatalogMissing, Conflict, NotFound
from shopper.types import Money, Product, Variant

_REVISION = "catalog_revision"
_CURRENCY = "currency"
# Fields of Product that have a column of their own.
_COLUMNS = {"id", "title", "brand", "category", "gender", "variants"}
# SQLite takes at most 32,766 parameters in a statement; PostgreSQL's driver 32,767.
_BATCH = 500
_REMEMBERED = 2000
_T = TypeVar("_T")


@dataclass(frozen=True)
class VariantUpdate:
    """A new price or stock for one variant; what is None stays. `price` also replaces the regular price."""

    variant_id: str
    price: Money | None = None
    regular_price: Money | None = None
    stock: int | None = None


def content_hash(product: Product) -> str:
    """Changes with any fact of the product or its variants."""
    return hashlib.sha256(product.model_dump_json().encode()).hexdigest()


def embed_hash(product: Product) -> str:
    """Changes only with what vectors are made from: words and each colour's picture, not price or stock."""
    words = product.model_dump(
        mode="json",
        include={
            "title", "brand", "description", "category", "gender", "age_group", "materials", "patterns",
            "fit", "seasons", "occasions", "features", "tags",
        },
    )  # fmt: skip
    pictures = dict.fromkeys((v.color, v.image) for v in product.variants)
    text = json.dumps([words, [list(pair) for pair in pictures]], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class ProductStore:
    """Reads and writes the products of one shop."""

    def __init__(self, db: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._db = db
        self._clock = clock
        self._known: OrderedDict[str, Product] = OrderedDict()
        self._known_revision = -1

    async def get(self, ids: Sequence[str]) -> dict[str, Product]:
        """The products by id, in the order asked for; unknown ids are left out."""
        wanted = list(dict.fromkeys(ids))
        async with self._db.connection() as connection:
            revision = await _revision(connection)
            if revision != self._known_revision:
                self._known.clear()
                self._known_revision = revision
            found = {i: self._known[i] for i in wanted if i in self._known}
            for chunk in _chunks([i for i in wanted if i not in found]):
                products = await connection.execute(select(ProductRow).where(ProductRow.id.in_(chunk)))
                for product in await _with_variants(connection, products.all()):
                    found[product.id] = product
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
                query = select(ProductRow).order_by(ProductRow.position, ProductRow.id).limit(batch)
                if after is not None:
                    position, last = after
                    query = query.where(
                        (ProductRow.position > position)
                        | ((ProductRow.position == position) & (ProductRow.id > last))
                    )
                rows = (await connection.execute(query)).all()
                if not rows:
                    return
                products = await _with_variants(connection, rows)
            after = (rows[-1].position, rows[-1].id)
            yield products

    async def hashes(self) -> dict[str, tuple[str, str]]:
        """Content and embed hash of every product by id."""
        async with self._db.connection() as connection:
            rows = await connection.execute(
                select(ProductRow.id, ProductRow.content_hash, ProductRow.embed_hash)
            )
            return {row.id: (row.content_hash, row.embed_hash) for row in rows}

    async def embed_hashes(self) -> dict[str, str]:
        return {key: embed for key, (_, embed) in (await self.hashes()).items()}

    async def variant_counts(self) -> dict[str, int]:
        """How many variants each product has."""
        async with self._db.connection() as connection:
            query = select(VariantRow.product_id, func.count()).group_by(VariantRow.product_id)
            return {row[0]: row[1] for row in await connection.execute(query)}

    async def owners(self, variant_ids: Sequence[str]) -> dict[str, str]:
        """The product that each known variant id belongs to."""
        found: dict[str, str] = {}
        async with self._db.connection() as connection:
            for chunk in _chunks(variant_ids):
                query = select(VariantRow.id, VariantRow.product_id).where(VariantRow.id.in_(chunk))
                found.update({row.id: row.product_id for row in await connection.execute(query)})
        return found

    async def write(
        self, upserts: Sequence[tuple[int, Product, str, str]], deletes: Sequence[str] = ()
    ) -> None:
        """Store `(position, product, content hash, embed hash)` rows and drop `deletes`, all or nothing.

        Raises Conflict where a currency isn't the shop's.
        """
        if not upserts and not deletes:
            return
        now = self._clock()
        async with self._db.transaction() as session:
            replaced = [product.id for _, product, _, _ in upserts]
            for chunk in _chunks([*replaced, *deletes]):
                await session.execute(delete(VariantRow).where(VariantRow.product_id.in_(chunk)))
                await session.execute(delete(ProductRow).where(ProductRow.id.in_(chunk)))
            await _agree_on_currency(
                session, {v.price.currency for _, p, _, _ in upserts for v in p.variants}
            )
            for part in _chunks(upserts):
                await session.execute(insert(ProductRow), [_product_values(*row, now) for row in part])
                variants = [values for _, p, _, _ in part for values in _variant_values(p, now)]
                await session.execute(insert(VariantRow), variants)
            await _next_revision(session)

    async def set_prices(self, updates: Sequence[VariantUpdate]) -> None:
        """Change prices and stock between two feeds, all or nothing; the next ingest restores the feed's.

        Raises NotFound for an unknown variant, Conflict for another currency than the shop's.
        """
        if not updates:
            return
        now = self._clock()
        async with self._db.transaction() as session:
            owners: set[str] = set()
            for change in updates:
                row = await session.get(VariantRow, change.variant_id)
                if row is None:
                    raise NotFound(f"There is no variant {change.variant_id}.")
                for money in (change.price, change.regular_price):
                    if money and money.currency != row.currency:
                        raise Conflict(f"The shop sells in {row.currency}, not in {money.currency}.")
                if change.price:
                    row.price_minor = change.price.minor
                    higher = change.regular_price and change.regular_price.minor > change.price.minor
                    row.regular_minor = (
                        change.regular_price.minor if change.regular_price and higher else None
                    )
                if change.stock is not None:
                    row.stock = max(0, change.stock)
                row.as_of = now
                owners.add(row.product_id)
            for chunk in _chunks(sorted(owners)):
                # An empty hash equals no feed's, so the next ingest writes the product anew.
                stale = update(ProductRow).where(ProductRow.id.in_(chunk))
                await session.execute(stale.values(content_hash="", updated_at=now))
            await _next_revision(session)

    async def revision(self) -> int:
        """Rises with every write; 0 before the first."""
        async with self._db.connection() as connection:
            return await _revision(connection)

    async def currency(self) -> str:
        """The shop's one currency. Raises CatalogMissing before the first ingest."""
        async with self._db.connection() as connection:
            found: str | None = await connection.scalar(select(MetaRow.value).where(MetaRow.key == _CURRENCY))
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


async def _revision(connection: AsyncConnection) -> int:
    return int(await connection.scalar(select(MetaRow.value).where(MetaRow.key == _REVISION)) or 0)


async def _next_revision(session: AsyncSession) -> None:
    row = await session.get(MetaRow, _REVISION, with_for_update=True)
    if row is None:
        session.add(MetaRow(key=_REVISION, value="1"))
    else:
        row.value = str(int(row.value) + 1)


async def _agree_on_currency(session: AsyncSession, currencies: set[str]) -> None:
    if not currencies:
        return
    row = await session.get(MetaRow, _CURRENCY)
    left = await session.scalar(select(func.count()).select_from(VariantRow))
    if len(currencies) > 1 or (row is not None and left and currencies != {row.value}):
        own = row.value if row else sorted(currencies)[0]
        raise Conflict(
            f"A shop has one currency ({own}), but these products are in {', '.join(sorted(currencies))}."
        )
    if row is None:
        session.add(MetaRow(key=_CURRENCY, value=currencies.pop()))
    else:
        row.value = currencies.pop()


async def _with_variants(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Product]:
    variants: dict[str, list[Variant]] = {row.id: [] for row in rows}
    for chunk in _chunks(list(variants)):
        query = select(VariantRow).where(VariantRow.product_id.in_(chunk)).order_by(VariantRow.position)
        for v in await connection.execute(query):
            variants[v.product_id].append(_variant(v))
    return [
        Product(
            id=row.id,
            title=row.title,
            brand=row.brand,
            category=row.category,
            gender=row.gender,
            variants=tuple(variants[row.id]),
            **row.facts,
        )
        for row in rows
        if variants[row.id]
    ]


def _variant(row: Row[Any]) -> Variant:
    return Variant(
        id=row.id,
        sku=row.sku,
        color=row.color,
        size=row.size,
        price=Money(minor=row.price_minor, currency=row.currency),
        regular_price=Money(minor=row.regular_minor, currency=row.currency) if row.regular_minor else None,
        stock=row.stock,
        image=row.image,
    )


def _product_values(
    position: int, product: Product, content: str, embed: str, now: datetime
) -> dict[str, Any]:
    return {
        "id": product.id,
        "position": position,
        "title": product.title,
        "brand": product.brand,
        "category": product.category,
        "gender": product.gender,
        "facts": product.model_dump(mode="json", exclude=_COLUMNS, exclude_defaults=True),
        "content_hash": content,
        "embed_hash": embed,
        "updated_at": now,
    }


def _variant_values(product: Product, now: datetime) -> Iterator[dict[str, Any]]:
    for position, v in enumerate(product.variants):
        yield {
            "id": v.id,
            "product_id": product.id,
            "position": position,
            "sku": v.sku,
            "color": v.color,
            "size": v.size,
            "price_minor": v.price.minor,
            "regular_minor": v.regular_price.minor if v.regular_price else None,
            "currency": v.price.currency,
            "stock": v.stock,
            "image": v.image,
            "as_of": now,
        }


def _chunks(items: Sequence[_T]) -> Iterator[list[_T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _BATCH)):
        yield chunk
