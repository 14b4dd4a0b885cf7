"""Changes an open shop for the length of a dialog: stock, prices, a colour's name; and puts all of it back.

Knows nothing about scripts, HTTP or checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from shopper.database import ProductRow
from shopper.dialogs.staging import Change, Stage
from shopper.errors import DialogError
from shopper.products.repricing import VariantUpdate
from shopper.products.store import NewRow, content_hash, embed_hash
from shopper.shop import Catalog, sync
from shopper.types import Money, Product
from shopper.web.deps import Web


class ShopStage:
    """The stage of a shop that is open in this process."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._before: dict[str, Product] = {}  # products as they were, by id
        self._renamed: set[str] = set()

    async def change(self, change: Change) -> None:
        """Raises DialogError for a product or a variant that the shop doesn't have."""
        product = (await self._catalog.store.get([change.product_id])).get(change.product_id)
        if product is None:
            raise DialogError(f"the shop has no product {change.product_id} to change")
        self._before.setdefault(product.id, product)
        if change.stock is not None or change.price is not None:
            currency = product.variants[0].price.currency
            price = None if change.price is None else Money(minor=change.price, currency=currency)
            await self._catalog.store.set_prices(
                VariantUpdate(variant_id, price=price, stock=change.stock)
                for variant_id in change.variant_ids
            )
        if change.color is not None:
            self._renamed.add(product.id)
            now = (await self._catalog.store.get([product.id]))[product.id]
            variants = tuple(
                variant.model_copy(update={"color": change.color})
                if variant.id in change.variant_ids
                else variant
                for variant in now.variants
            )
            await self._write([now.model_copy(update={"variants": variants})])

    async def restore(self) -> None:
        """Prices and stock between two feeds are undone as they were made; a name is written back."""
        before, self._before = self._before, {}
        renamed, self._renamed = self._renamed, set()
        if renamed:
            await self._write([before[product_id] for product_id in renamed])
        updates = [
            VariantUpdate(v.id, price=v.price, regular_price=v.regular_price, stock=v.stock)
            for product_id, product in before.items()
            if product_id not in renamed
            for v in product.variants
        ]
        if updates:
            await self._catalog.store.set_prices(updates)

    async def _write(self, products: Sequence[Product]) -> None:
        async with self._catalog.db.connection() as connection:
            query = select(ProductRow.id, ProductRow.position).where(
                ProductRow.id.in_([p.id for p in products])
            )
            places = {row.id: row.position for row in await connection.execute(query)}
        rows = [NewRow(places[p.id], p, content_hash(p), embed_hash(p)) for p in products]
        await self._catalog.store.write(rows)
        await sync(self._catalog)


def stage_of(app: Any) -> Stage | None:
    """The stage of the shop behind an app of this project; None for any other app."""
    web = getattr(getattr(app, "state", None), "web", None)
    return ShopStage(web.shop.catalog) if isinstance(web, Web) else None
