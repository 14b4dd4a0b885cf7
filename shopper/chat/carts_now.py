"""A cart at the prices that the shop asks now, as it is spoken of in a conversation.

Knows nothing about how a cart is kept; the kept one takes a new price when it is next changed.
"""

from __future__ import annotations

from shopper.checkout.cart import reprice
from shopper.products.store import ProductStore
from shopper.types import Cart, Variant


async def as_of_now(cart: Cart, store: ProductStore) -> Cart:
    """The cart with today's prices, under the version that is kept."""
    if not cart.lines:
        return cart
    products = await store.get([line.product_id for line in cart.lines])
    variants: dict[str, Variant] = {v.id: v for product in products.values() for v in product.variants}
    priced, _ = reprice(cart, variants)
    return priced.model_copy(update={"version": cart.version})
