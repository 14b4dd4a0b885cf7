"""/v1/threads/{id}/cart: look at the cart and change it.

Knows nothing about checkout; the rules are `checkout.cart`'s.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from shopper.checkout import cart as rules
from shopper.checkout.errors import CartChanged
from shopper.errors import BadInput, Conflict, NotFound
from shopper.types import Cart
from shopper.web.commerce import cart_body, refusal
from shopper.web.deps import CallerDep, Web, WebDep, problems
from shopper.web.schema import CartOut

router = APIRouter(tags=["cart"], responses=problems(403, 404, 422, 429) | {200: {"model": CartOut}})


class LineIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    variant_id: str
    quantity: int = Field(ge=0, le=rules.MAX_QUANTITY, description="0 takes the line out")


class CartIn(BaseModel):
    """Lines to set, against the version that was looked at."""

    model_config = ConfigDict(extra="forbid")
    version: int | None = Field(default=None, ge=0)
    set: list[LineIn] = Field(min_length=1, max_length=rules.MAX_LINES)


@router.get("/v1/threads/{thread_id}/cart", name="get_cart", response_model=None)
async def get(thread_id: str, web: WebDep, caller: CallerDep) -> dict[str, Any]:
    """The thread's cart at today's prices; `notes` say what changed since its lines were added."""
    await web.shop.threads.check(thread_id, caller.owner)
    stored = await web.shop.carts.get(thread_id, web.shop.currency)
    cart, notes = await web.shop.checkouts.look(stored)
    # The version is the stored one's: looking changes nothing.
    return cart_body(web.wire, cart.model_copy(update={"version": stored.version}), notes)


@router.patch(
    "/v1/threads/{thread_id}/cart",
    name="change_cart",
    response_model=None,
    responses=problems(400, 409, 413),
)
async def change(
    thread_id: str, body: CartIn, web: WebDep, caller: CallerDep
) -> dict[str, Any] | JSONResponse:
    """Set the quantities of variants, all of them or none. 409 with the cart as it is, if it was changed."""
    await web.shop.threads.check(thread_id, caller.owner)
    before = await web.shop.carts.get(thread_id, web.shop.currency)
    if body.version is not None and body.version != before.version:
        message = f"The cart is at version {before.version} by now; look at it again."
        return refusal(web.wire, CartChanged(message, before))
    after = before
    for line in body.set:
        after = await _set(after, line, web)
    after = after.model_copy(update={"version": before.version + 1})
    try:
        await web.shop.carts.save(thread_id, after, before.version)
    except Conflict as error:
        now = await web.shop.carts.get(thread_id, web.shop.currency)
        return refusal(web.wire, CartChanged(error.message, now))
    return cart_body(web.wire, after, (await web.shop.checkouts.look(after))[1])


async def _set(cart: Cart, line: LineIn, web: Web) -> Cart:
    there = any(other.variant_id == line.variant_id for other in cart.lines)
    if line.quantity == 0 and there:
        return rules.remove(cart, line.variant_id)
    found = await web.shop.catalog.store.variant(line.variant_id)
    left = await web.shop.checkouts.stock.variants([line.variant_id])
    if found is None or line.variant_id not in left:
        raise NotFound(f"There is no variant {line.variant_id!r} in this shop.")
    if line.quantity == 0:
        raise BadInput("That isn't in the cart.", field="set.quantity")
    product, variant = found[0], left[line.variant_id]
    if there:
        return rules.set_quantity(cart, variant, line.quantity)
    return rules.add(cart, product, variant, line.quantity)
