"""/v1/checkouts: a quote for a cart, which a person confirms or cancels.

Knows nothing about how quotes, orders and payments are made; nothing here is a tool of a model.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from shopper.checkout.payments.errors import PaymentUnavailable
from shopper.types import CheckoutProposal
from shopper.web.commerce import Told, refusal
from shopper.web.deps import PROBLEMS, TokenCallerDep, Web, WebDep
from shopper.web.payment_body import payment_body
from shopper.web.problems import problem
from shopper.web.schema_commerce import CheckoutOut, ConfirmedOut

router = APIRouter(tags=["checkout"], responses=PROBLEMS)


class CheckoutIn(BaseModel):
    """The conversation whose cart is to be quoted, and the version of the cart that was looked at."""

    model_config = ConfigDict(extra="forbid")
    thread_id: str = Field(max_length=64)
    cart_version: int | None = Field(default=None, ge=0)
    country: str | None = Field(
        default=None, pattern="^[A-Z]{2}$", description="where it is shipped to, as ISO 3166 has it"
    )


class ConfirmIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    payment_method: str | None = Field(
        default=None, max_length=64, description="one of the quote's; may be left out where there is only one"
    )


@router.post(
    "/v1/checkouts",
    name="create_checkout",
    status_code=201,
    response_model=None,
    responses={201: {"model": CheckoutOut}},
)
async def create(body: CheckoutIn, web: WebDep, caller: TokenCallerDep) -> dict[str, Any] | JSONResponse:
    """A quote of the cart at today's prices, good for 15 minutes. Nothing is bought or kept back by it."""
    caller.check(body.thread_id)
    try:
        proposal = await web.shop.checkouts.propose(
            body.thread_id, caller.owner, cart_version=body.cart_version, country=body.country
        )
    except Told as error:
        return refusal(web.wire, error)
    return web.wire.checkout(proposal)


@router.get(
    "/v1/checkouts/{checkout_id}",
    name="get_checkout",
    response_model=None,
    responses={200: {"model": CheckoutOut}},
)
async def get(checkout_id: str, web: WebDep, caller: TokenCallerDep) -> dict[str, Any]:
    """The quote as it stands now."""
    return web.wire.checkout(await _own(checkout_id, web, caller))


@router.post(
    "/v1/checkouts/{checkout_id}/confirm",
    name="confirm_checkout",
    status_code=201,
    response_model=None,
    responses={
        200: {"model": ConfirmedOut, "description": "It was confirmed before"},
        201: {"model": ConfirmedOut},
    },
)
async def confirm(
    checkout_id: str, web: WebDep, caller: TokenCallerDep, response: Response, body: ConfirmIn | None = None
) -> dict[str, Any] | JSONResponse:
    """Make the one order of a quote and begin its payment: a person's click. Again, it gives the same order.

    409 where price, stock or cart changed meanwhile, with what changed and a fresh quote.
    """
    await _own(checkout_id, web, caller)
    method = body.payment_method if body else None
    try:
        done = await web.shop.checkouts.confirm(checkout_id, caller.owner, method)
    except Told as error:
        return refusal(web.wire, error)
    except PaymentUnavailable as error:
        return problem(503, "Not available", error.message, code=error.code, headers={"Retry-After": "10"})
    if not done.created:
        response.status_code = 200
    payment = payment_body(done.payment, web.shop.web.public_url.rstrip("/")) if done.payment else None
    return {"order": web.wire.order(done.order), "payment": payment}


@router.post(
    "/v1/checkouts/{checkout_id}/cancel",
    name="cancel_checkout",
    response_model=None,
    responses={200: {"model": CheckoutOut}},
)
async def cancel(checkout_id: str, web: WebDep, caller: TokenCallerDep) -> dict[str, Any]:
    """Cancel a quote, and its order as long as no money is on its way."""
    await _own(checkout_id, web, caller)
    return web.wire.checkout(await web.shop.checkouts.cancel(checkout_id, caller.owner))


async def _own(checkout_id: str, web: Web, caller: TokenCallerDep) -> CheckoutProposal:
    proposal = await web.shop.checkouts.get(checkout_id, caller.owner)
    caller.check(proposal.thread_id)
    return proposal
