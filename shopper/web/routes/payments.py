"""/v1/payments/{id}: where a payment stands, its QR code, its stream, and what a payer hands in.

Knows nothing about orders. Whoever knows a payment's id (128 random bits) may see that payment, and nothing
else; no key is asked for.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict

from shopper.checkout.payments.errors import PaymentRefused, PaymentUnavailable
from shopper.checkout.payments.links import qr_svg
from shopper.checkout.payments.payments import Payments
from shopper.checkout.payments.x402 import X402
from shopper.errors import NotFound
from shopper.web.deps import PROBLEMS, CallerDep, Web, WebDep
from shopper.web.payment_body import method_body, payment_body
from shopper.web.problems import problem
from shopper.web.schema_commerce import PaymentMethodList, PaymentOut

router = APIRouter(tags=["payments"], responses=PROBLEMS)

_HEARTBEAT = 15.0  # seconds; proxies close connections that are silent for long


def the_payments(web: Web) -> Payments:
    """The shop's payments; NotFound where it takes none."""
    if web.shop.payments is None:
        raise NotFound("This shop takes no payments here.")
    return web.shop.payments


def anybody(request: Request, web: WebDep) -> None:
    """Within the rate limit of the address it is asked from; a payment's id is its own key."""
    web.rate.check("payment", request.client.host if request.client else "local")


OpenDep = Annotated[None, Depends(anybody)]


class SandboxIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    outcome: Literal["pay", "underpay", "overpay", "expire"]


@router.get(
    "/v1/payment-methods",
    name="list_payment_methods",
    response_model=None,
    responses={200: {"model": PaymentMethodList}},
)
async def methods(web: WebDep, _caller: CallerDep) -> dict[str, Any]:
    """The ways to pay that this shop offers."""
    payments = web.shop.payments
    return {"items": [method_body(method) for method in payments.methods()] if payments else []}


@router.get(
    "/v1/payments/{payment_id}",
    name="get_payment",
    response_model=None,
    responses={200: {"model": PaymentOut}},
)
async def get(payment_id: str, web: WebDep, _open: OpenDep) -> dict[str, Any]:
    """Where the payment stands, with words for the shopper."""
    return payment_body(await the_payments(web).get(payment_id), web.shop.web.public_url.rstrip("/"))


@router.get(
    "/v1/payments/{payment_id}/qr.svg",
    name="get_payment_qr",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}, "description": "The wallet link as a QR code"}},
)
async def qr(payment_id: str, web: WebDep, _open: OpenDep) -> Response:
    """The wallet link (EIP-681) as a QR code."""
    view = await the_payments(web).get(payment_id)
    if view.uri is None:
        raise NotFound("This payment has nothing to scan.")
    svg = await asyncio.to_thread(qr_svg, view.uri)
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": "default-src 'none'"}
    return Response(svg, media_type="image/svg+xml", headers=headers)


@router.get(
    "/v1/payments/{payment_id}/stream",
    name="stream_payment",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "The payment after each change"}},
)
async def stream(payment_id: str, web: WebDep, _open: OpenDep) -> StreamingResponse:
    """The payment now and after each change; ends when it is settled, expired, canceled or refunded."""
    payments, base = the_payments(web), web.shop.web.public_url.rstrip("/")
    await payments.get(payment_id)
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(payments, payment_id, base), media_type="text/event-stream", headers=headers
    )


async def _events(payments: Payments, payment_id: str, base: str) -> AsyncIterator[str]:
    changes = payments.changes(payment_id)
    following = asyncio.ensure_future(anext(changes))
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=_HEARTBEAT)
            if not done:
                yield ": still here\n\n"
                continue
            try:
                view = following.result()
            except StopAsyncIteration:
                return
            yield f"data: {json.dumps(payment_body(view, base), ensure_ascii=False)}\n\n"
            following = asyncio.ensure_future(anext(changes))
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await changes.aclose()


@router.post(
    "/v1/payments/{payment_id}/sandbox",
    name="try_payment",
    response_model=None,
    responses={200: {"model": PaymentOut}},
)
async def sandbox(payment_id: str, body: SandboxIn, web: WebDep, _open: OpenDep) -> dict[str, Any]:
    """Make a test payment do what a shopper could: pay, pay too little or too much, or let it run out."""
    payments = the_payments(web)
    view = await payments.get(payment_id)
    if view.provider != "sandbox":
        raise NotFound("This is no test payment.")
    view, _ = await payments.submit(payment_id, {"outcome": body.outcome})
    return payment_body(view, web.shop.web.public_url.rstrip("/"))


@router.get(
    "/v1/payments/{payment_id}/x402",
    name="pay_by_signature",
    response_class=JSONResponse,
    responses={
        200: {"model": PaymentOut},
        402: {"description": "What to sign, in the PAYMENT-REQUIRED header and the body"},
    },
)
async def x402(
    payment_id: str,
    request: Request,
    web: WebDep,
    _open: OpenDep,
    payment_signature: Annotated[str | None, Header(max_length=32_768)] = None,
) -> Response:
    """Pay by a signed authorization (x402 v2): 402 says what to sign, the same call with it settles."""
    payments = the_payments(web)
    stored = await payments.store.get(payment_id)
    provider = payments.providers.get(stored.intent.provider)
    if not isinstance(provider, X402):
        raise NotFound("This payment isn't made by signature.")
    base = web.shop.web.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    url = f"{base}/v1/payments/{payment_id}/x402"
    if payment_signature is None:
        return _required(provider.required(stored.intent, url))
    try:
        view, answer = await payments.submit(payment_id, {"signature": payment_signature})
    except PaymentRefused as refused:
        if refused.reason in ("already_paid", "quote_expired"):
            return _problem(409, refused.message, refused.reason)
        return _required(provider.required(stored.intent, url, error=refused.reason))
    except PaymentUnavailable as error:
        return _problem(503, error.message, error.code)
    body = payment_body(view, web.shop.web.public_url.rstrip("/"))
    return JSONResponse(body, headers={"PAYMENT-RESPONSE": _encoded(answer)})


def _required(body: dict[str, Any]) -> Response:
    return JSONResponse(body, status_code=402, headers={"PAYMENT-REQUIRED": _encoded(body)})


def _problem(status: int, detail: str, code: str) -> Response:
    return problem(status, "Conflict" if status == 409 else "Not ready", detail, code=code)


def _encoded(body: Any) -> str:
    return base64.b64encode(json.dumps(dict(body)).encode()).decode()
