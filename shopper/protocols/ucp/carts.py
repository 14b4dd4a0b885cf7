"""UCP's carts: made, read, replaced and cancelled by a platform; the same carts as the chat's.

Knows nothing about transports or what a checkout is.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from shopper.chat.threads import ThreadStore
from shopper.checkout import cart as rules
from shopper.checkout.carts import CartStore
from shopper.errors import BadInput, NotFound, OutOfStock, ShopperError
from shopper.products.store import ProductStore
from shopper.protocols.ucp.shapes import CART, CHECKOUT, Body, Request, Shapes, error
from shopper.types import Cart


class ItemIn(Request):
    id: str


class UcpLineIn(Request):
    item: ItemIn
    quantity: int = Field(ge=1)


class UcpCartIn(Request):
    """All the lines of a cart; one that is left out is taken out."""

    line_items: list[UcpLineIn] = Field(max_length=rules.MAX_LINES)


class UcpCarts:
    """Answers UCP's cart operations. A cart is one of a conversation in which nothing was said yet."""

    def __init__(self, threads: ThreadStore, carts: CartStore, store: ProductStore, currency: str) -> None:
        self._threads, self._carts, self._store, self._currency = threads, carts, store, currency

    async def create_cart(self, wanted: UcpCartIn, shapes: Shapes, owner: str) -> Body:
        """A new cart; where none of its items can be had, no cart but the reasons."""
        cart, messages = await self.filled(rules.empty_cart("", self._currency), wanted)
        if wanted.line_items and not cart.lines:
            return shapes.failed(CART, messages)
        thread = await self._threads.create(owner)
        cart = cart.model_copy(update={"id": thread.id})
        await self._carts.save(thread.id, cart, 0)
        return self.body(cart, shapes, messages)

    async def get_cart(self, cart_id: str, shapes: Shapes, owner: str) -> Body:
        """The cart as it stands."""
        cart = await self.cart(cart_id, owner)
        return shapes.failed(CART, [GONE]) if cart is None else self.body(cart, shapes, [])

    async def update_cart(self, cart_id: str, wanted: UcpCartIn, shapes: Shapes, owner: str) -> Body:
        """The cart with exactly the lines given, as far as they can be had; else it stays as it was."""
        cart = await self.cart(cart_id, owner)
        if cart is None:
            return shapes.failed(CART, [GONE])
        emptied = cart.model_copy(update={"lines": ()})
        changed, messages = await self.filled(emptied, wanted, chosen=cart)
        if messages and not changed.lines:
            return self.body(cart, shapes, messages)
        changed = changed.model_copy(update={"version": cart.version + 1})
        await self._carts.save(cart_id, changed, cart.version)
        return self.body(changed, shapes, messages)

    async def cancel_cart(self, cart_id: str, shapes: Shapes, owner: str) -> Body:
        """The cart as it was; it isn't there any more."""
        cart = await self.cart(cart_id, owner)
        if cart is None:
            return shapes.failed(CART, [GONE])
        thread = await self._threads.get(cart_id, owner)
        if thread.turns:
            # A conversation's cart is emptied; the conversation is the shopper's.
            emptied = cart.model_copy(update={"lines": (), "version": cart.version + 1})
            await self._carts.save(cart_id, emptied, cart.version)
        else:
            await self._threads.delete(cart_id, owner)
        return self.body(cart, shapes, [])

    async def cart(self, cart_id: str, owner: str) -> Cart | None:
        """The cart of that id, or None where there is none for this owner."""
        try:
            await self._threads.check(cart_id, owner)
        except NotFound:
            return None
        return await self._carts.get(cart_id, self._currency)

    async def filled(
        self, cart: Cart, wanted: UcpCartIn, *, chosen: Cart | None = None
    ) -> tuple[Cart, list[Body]]:
        """`cart` with the wanted lines added at today's prices, and what couldn't be, each with its reason.

        Lines keep how they were chosen in the cart `chosen`; what a platform adds is the shopper's choice.
        """
        messages: list[Body] = []
        before = {line.variant_id: line.chosen_by for line in chosen.lines} if chosen else {}
        for number, line in enumerate(wanted.line_items):
            path = f"$.line_items[{number}]"
            found = await self._store.variant(line.item.id)
            if found is None:
                messages.append(error("not_found", f"This shop has no item {line.item.id}.", path=path))
                continue
            product, variant = found
            by = before.get(variant.id, "shopper")
            try:
                cart = rules.add(cart, product, variant, line.quantity, chosen_by=by)
            except ShopperError as refused:
                messages.append(_refused(refused, path))
        return cart, messages

    def body(self, cart: Cart, shapes: Shapes, messages: list[Body]) -> Body:
        answer: dict[str, Any] = {
            "ucp": shapes.envelope(CART, CHECKOUT),
            "id": cart.id,
            "line_items": shapes.line_items(cart.lines),
            "currency": cart.currency,
            "totals": shapes.totals(cart.lines, (), cart.total),
        }
        return answer | ({"messages": messages} if messages else {})


GONE = error("not_found", "There is no such cart, or it has expired.")


def _refused(refused: ShopperError, path: str) -> Body:
    if isinstance(refused, OutOfStock):
        return error("out_of_stock", refused.message, severity="recoverable", path=path)
    if isinstance(refused, BadInput):
        return error("invalid", refused.message, severity="recoverable", path=path)
    return error(refused.code, refused.message, path=path)
