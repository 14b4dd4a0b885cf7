"""A payment as the API sends it: JSON with atomic amounts as text.

Knows nothing about HTTP or how a payment came to its state.
"""

from __future__ import annotations

from typing import Any

from shopper.checkout.payments.provider import PaymentMethod, PaymentView

Body = dict[str, Any]


def payment_body(view: PaymentView, base: str = "") -> Body:
    """The payment; `base` is put before the addresses of its page and its QR code."""
    asset = view.asset.model_dump(exclude={"domain"}) if view.asset else None
    return {
        "id": view.id,
        "order_id": view.order_id,
        "provider": view.provider,
        "method": view.method,
        "status": view.status,
        "exception": view.exception,
        "amount": {"amount": view.amount.minor, "currency": view.amount.currency},
        "asset": asset,
        "atomic_amount": None if view.atomic_amount is None else str(view.atomic_amount),
        "display_amount": view.display_amount,
        "received": str(view.received),
        "missing": str(view.missing),
        "display_missing": view.display_missing,
        "address": view.address,
        "uri": view.uri,
        "qr_url": f"{base}/v1/payments/{view.id}/qr.svg" if view.uri else None,
        "page_url": f"{base}/pay/{view.id}",
        "tx": [tx.model_dump() for tx in view.tx],
        "confirmations": view.confirmations,
        "confirmations_needed": view.confirmations_needed,
        "created_at": view.created_at.isoformat(),
        "expires_at": view.expires_at.isoformat(),
        "message": view.message,
        "support": view.support,
    }


def method_body(method: PaymentMethod) -> Body:
    """A way to pay that a shopper can choose."""
    asset = method.asset.model_dump(exclude={"domain"}) if method.asset else None
    return {"id": method.id, "provider": method.provider, "label": method.label, "asset": asset}
