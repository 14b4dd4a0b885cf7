"""/v1/orders: what was bought and where it stands.

Knows nothing about how orders come about.
"""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from shopper.web.deps import CallerDep, ServerDep, TokenCallerDep, WebDep, problems
from shopper.web.schema_commerce import OrderList, OrderOut

router = APIRouter(tags=["orders"], responses=problems(403, 404, 429))


class ReviewIn(BaseModel):
    """What the shop did: took the money for the order, or sent it back."""

    model_config = ConfigDict(extra="forbid")
    outcome: Literal["paid", "refunded"]


@router.get(
    "/v1/orders/{order_id}", name="get_order", response_model=None, responses={200: {"model": OrderOut}}
)
async def get(order_id: str, web: WebDep, caller: TokenCallerDep) -> dict[str, Any]:
    """An order; it stays when its conversation is erased."""
    order = await web.shop.checkouts.order(order_id, caller.owner)
    caller.check(order.thread_id)
    return web.wire.order(order)


@router.get(
    "/v1/threads/{thread_id}/orders",
    name="list_orders",
    response_model=None,
    responses={200: {"model": OrderList}},
)
async def of_thread(thread_id: str, web: WebDep, caller: CallerDep) -> dict[str, Any]:
    """The orders of a conversation, newest first."""
    orders = await web.shop.checkouts.orders_of(thread_id, caller.owner)
    return {"items": [web.wire.order(order) for order in orders]}


@router.post(
    "/v1/orders/{order_id}/review",
    name="review_order",
    response_model=None,
    responses=problems(400, 409, 422) | {200: {"model": OrderOut}},
)
async def review(order_id: str, body: ReviewIn, web: WebDep, caller: ServerDep) -> dict[str, Any]:
    """End the review of an order; for the shop's own server."""
    return web.wire.order(await web.shop.checkouts.resolve(order_id, body.outcome))
