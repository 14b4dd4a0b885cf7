"""/pay/{id}: the page on which a shopper pays, written by the server and kept live by a small script.

Knows nothing about orders or how a payment came to its state.
"""

from __future__ import annotations

import asyncio
import html
from pathlib import Path
from string import Template

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

from shopper.checkout.payments.provider import PaymentView
from shopper.errors import NotFound
from shopper.web.deps import WebDep
from shopper.web.routes.payments import OpenDep, the_payments

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).resolve().parent.parent / "pay"
_FILES = {"pay.css": "text/css", "pay.js": "text/javascript"}
_HEADERS = {
    # Nobody may frame a page that asks for money, and no script from elsewhere may change its address.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address of this page is its key
    "X-Robots-Tag": "noindex",
}
_TITLES = {
    "awaiting_payment": "Waiting for your payment",
    "partially_paid": "Some of it is still missing",
    "confirming": "Payment seen, waiting for the network",
    "settled": "Paid",
    "expired": "This quote has ended",
    "needs_review": "The shop has to look at this payment",
    "canceled": "Canceled",
    "refunded": "Sent back",
}


@router.get("/pay/assets/{name}")
async def asset(name: str) -> Response:
    if name not in _FILES:
        raise NotFound("There is no such page.")
    return FileResponse(_FOLDER / name, media_type=_FILES[name], headers={"Cache-Control": "no-cache"})


@router.get("/pay/{payment_id}")
async def page(payment_id: str, web: WebDep, _open: OpenDep) -> Response:
    """The payment's page; it can be read and paid from without a script."""
    try:
        view = await the_payments(web).get(payment_id)
    except NotFound:
        text = await _template("gone.html")
        body = Template(text).substitute(shop=html.escape(web.shop.name))
        return HTMLResponse(body, status_code=404, headers=_HEADERS)
    text = await _template("pay.html")
    body = Template(text).substitute(_fields(view, web.shop.name))
    return HTMLResponse(body, headers=_HEADERS)


async def _template(name: str) -> str:
    return await asyncio.to_thread((_FOLDER / name).read_text, encoding="utf-8")


def _fields(view: PaymentView, shop: str) -> dict[str, str]:
    """What the template needs; everything is escaped, and what isn't there is hidden."""
    open_ = view.status in ("awaiting_payment", "partially_paid")
    asset = view.asset
    seen = min(view.confirmations, view.confirmations_needed)
    plain = {
        "shop": shop,
        "id": view.id,
        "status": view.status,
        "exception": view.exception,
        "provider": view.provider,
        "title": _TITLES[view.status],
        "message": view.message,
        "amount": view.display_amount,
        "price": str(view.amount),
        "missing": view.display_missing,
        "copy_amount": view.display_amount.split(" ")[0],
        "address": view.address or "",
        "network": f"{asset.network} (chain {asset.chain_id})" if asset else "",
        "token": (asset.contract or "the network's own coin") if asset else "",
        "symbol": asset.symbol if asset else "",
        "uri": view.uri or "",
        "expires_at": view.expires_at.isoformat(),
        "expires": view.expires_at.strftime("%H:%M UTC"),
        "confirmations": f"{seen} of {view.confirmations_needed}",
        "support": view.support or "Ask the shop, and give it the number of your order.",
    }
    hidden = {
        "hide_chain": not (open_ and view.address),
        "hide_wallet": not (open_ and view.uri and view.provider == "onchain"),
        "hide_x402": not (open_ and view.provider == "x402"),
        "hide_sandbox": view.provider != "sandbox" or not open_,
        "hide_countdown": not open_,
        "hide_confirmations": view.status != "confirming",
        "hide_missing": view.status != "partially_paid",
        "hide_support": view.support is None and view.status not in ("needs_review", "expired"),
    }
    fields = {name: html.escape(value, quote=True) for name, value in plain.items()}
    return fields | {name: "hidden" if hide else "" for name, hide in hidden.items()} | {"tx": _tx(view)}


def _tx(view: PaymentView) -> str:
    items = []
    for tx in view.tx:
        shown = html.escape(tx.hash)
        if tx.url and tx.url.startswith("https://"):
            shown = f'<a href="{html.escape(tx.url, quote=True)}" rel="noopener noreferrer">{shown}</a>'
        items.append(f"<li><code>{shown}</code></li>")
    return "".join(items)
