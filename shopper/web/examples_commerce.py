"""An example of each JSON answer about checkouts, orders, payments and preferences, by operation.

Knows nothing about how answers are made; a test holds each against its type.
"""

from __future__ import annotations

from typing import Any

_NOW = "2026-05-01T09:30:00+00:00"
_LATER = "2026-05-01T09:45:00+00:00"
_PRICE = {"amount": 12900, "currency": "EUR"}
_SHIPPING = {"amount": 490, "currency": "EUR"}
_TOTAL = {"amount": 13390, "currency": "EUR"}
_THREAD_ID = "Zt0cN0a3Qe2m1x7rW9uB5g"
_SOLD: dict[str, Any] = {
    "lines": [
        {
            "variant_id": "vr-0012-navy-m",
            "product_id": "vr-0012",
            "title": "Amalfi Linen Dress",
            "color": "navy",
            "size": "M",
            "quantity": 1,
            "unit_price": _PRICE,
            "line_total": _PRICE,
            "image": "/media/ab/ab12.webp",
        }
    ],
    "totals": [
        {"type": "subtotal", "label": "Subtotal", "amount": _PRICE, "included": False},
        {"type": "shipping", "label": "Shipping", "amount": _SHIPPING, "included": False},
        {"type": "total", "label": "Total", "amount": _TOTAL, "included": False},
    ],
    "currency": "EUR",
    "created_at": _NOW,
}
_CHECKOUT = _SOLD | {
    "id": "c7dQv1xN4wZ8m2sK6rT0yA",
    "thread_id": _THREAD_ID,
    "cart_version": 3,
    "status": "open",
    "payment_methods": ["sandbox"],
    "hand_off_url": None,
    "order_id": None,
    "expires_at": _LATER,
}
_ORDER = _SOLD | {
    "id": "o5bWk9tR2hV6n0pL3xS8gE",
    "number": "MV-1042",
    "checkout_id": _CHECKOUT["id"],
    "thread_id": _THREAD_ID,
    "status": "awaiting_payment",
    "message": "Your order is waiting for its payment.",
    "payment_id": "y2mFc8uJ5aX1q7vD4zN6iB",
}
_PAYMENT = {
    "id": _ORDER["payment_id"],
    "order_id": _ORDER["id"],
    "provider": "sandbox",
    "method": "sandbox",
    "status": "awaiting_payment",
    "exception": "none",
    "amount": _TOTAL,
    "asset": None,
    "atomic_amount": "13390",
    "display_amount": "133.90 EUR",
    "received": "0",
    "missing": "13390",
    "display_missing": "133.90 EUR",
    "address": None,
    "uri": None,
    "qr_url": None,
    "page_url": "/pay/y2mFc8uJ5aX1q7vD4zN6iB",
    "tx": [],
    "confirmations": 0,
    "confirmations_needed": 1,
    "created_at": _NOW,
    "expires_at": _LATER,
    "message": "This is a test payment; no money moves.",
    "support": None,
}
_PREFERENCES = {
    "enabled": True,
    "sizes": ["M", "shoes: 39"],
    "brands": ["Verrier"],
    "budget": {"amount": 20000, "currency": "EUR"},
    "dislikes": ["polyester"],
}

EXAMPLES: dict[str, Any] = {
    "create_checkout": _CHECKOUT,
    "get_checkout": _CHECKOUT,
    "confirm_checkout": {"order": _ORDER, "payment": _PAYMENT},
    "cancel_checkout": _CHECKOUT | {"status": "canceled"},
    "get_order": _ORDER,
    "list_orders": {"items": [_ORDER]},
    "review_order": _ORDER | {"status": "paid", "message": "Your order is paid."},
    "list_payment_methods": {
        "items": [{"id": "sandbox", "provider": "sandbox", "label": "Test payment", "asset": None}]
    },
    "get_payment": _PAYMENT,
    "try_payment": _PAYMENT | {"status": "settled", "received": "13390", "missing": "0", "confirmations": 1},
    "get_preferences": _PREFERENCES,
    "set_preferences": _PREFERENCES,
    "hand_off": {
        "message": "I've passed our conversation on; someone will write to you.",
        "contact": "help@shop.example",
    },
}
