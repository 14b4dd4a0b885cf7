"""An example of each JSON answer, by operation, for the API's description.

Knows nothing about how answers are made; a test holds each against its type.
"""

from __future__ import annotations

from typing import Any

from shopper.web.examples_commerce import EXAMPLES as COMMERCE

_NOW = "2026-05-01T09:30:00+00:00"
_PRICE = {"amount": 12900, "currency": "EUR"}
_VARIANT = {
    "id": "vr-0012-navy-m",
    "sku": "VR0012NM",
    "color": "navy",
    "size": "M",
    "price": _PRICE,
    "regular_price": None,
    "availability": {"available": True, "quantity": 3},
}
_FACTS: dict[str, Any] = {
    "id": "vr-0012",
    "title": "Amalfi Linen Dress",
    "brand": "Verrier",
    "description": "A midi dress of washed linen.",
    "url": "https://shop.example/p/vr-0012",
    "category": "dress",
    "gender": "women",
    "age_group": "adult",
    "materials": ["linen"],
    "patterns": [],
    "fit": "relaxed",
    "seasons": ["summer"],
    "occasions": ["wedding"],
    "features": ["midi"],
    "care": ["machine wash"],
    "price_range": {"min": _PRICE, "max": _PRICE},
    "regular_price": None,
    "media": [{"type": "image", "url": "/media/ab/ab12.webp", "alt": "Amalfi Linen Dress, navy"}],
    "options": [{"name": "Color", "values": ["navy"]}, {"name": "Size", "values": ["M"]}],
    "variants": [_VARIANT],
    "rating": {"value": 4.6, "count": 31},
}
_CARD = _FACTS | {"color": "navy", "because": ["linen", "In M, 3 left"], "position": 1}
_PRODUCT = _FACTS | {"colors": ["navy"]}
_PAGE: dict[str, Any] = {
    "products": [_CARD],
    "total": 1,
    "relaxed": [],
    "absence": None,
    "as_of": _NOW,
}
_QUERY = {"intent": "search", "category": "dress", "price": {"max": 15000, "currency": "EUR"}}
_CHIP = {"field": "category", "value": "dress", "label": "dress"}
_SUGGESTION = {"label": "Cheaper", "text": "something cheaper"}
_CART = {
    "id": "Zt0cN0a3Qe2m1x7rW9uB5g",
    "version": 1,
    "currency": "EUR",
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
    "total": _PRICE,
    "notes": [],
}
_THREAD = {"id": "Zt0cN0a3Qe2m1x7rW9uB5g", "created_at": _NOW}
_ANSWER = {
    "thread_id": _THREAD["id"],
    "run_id": "r8fKq2vT0mZ4y6sX1cW3bA",
    "message_id": "m5hJp7nR9kL2d4gV8tS0eQ",
    "query": _QUERY,
    "chips": [_CHIP],
    **_PAGE,
    "text": "One linen dress fits your wish.",
    "cart": None,
    "checkout": None,
    "suggestions": [_SUGGESTION],
    "timings": {"understand": 4.1, "first_card": 31.7, "total": 48.2},
}
_MESSAGE = {
    "id": _ANSWER["message_id"],
    "role": "assistant",
    "text": _ANSWER["text"],
    "photos": [],
    "query": _QUERY | {"chips": [_CHIP]},
    "products": [_CARD],
    "total": 1,
    "relaxed": [],
    "suggestions": [_SUGGESTION],
    "compare": None,
    "look": None,
    "language": "en",
    "created_at": _NOW,
}

EXAMPLES: dict[str, Any] = COMMERCE | {
    "chat": _ANSWER,
    "create_thread": _THREAD,
    "list_threads": {"items": [_THREAD | {"updated_at": _NOW}], "next_cursor": None},
    "get_thread": _THREAD | {"messages": 2, "query": _QUERY | {"chips": [_CHIP]}},
    "create_thread_token": {"token": "tt_WyJadDBj….4hF0", "expires_at": "2026-05-01T10:30:00+00:00"},
    "list_messages": {"items": [_MESSAGE], "next_cursor": "2"},
    "get_cart": _CART,
    "change_cart": _CART,
    "search": _PAGE | {"suggestions": [_SUGGESTION]},
    "get_product": _PRODUCT,
    "set_prices": _PRODUCT,
    "similar_products": _PAGE,
    "upload_photo": {"id": "p3gTq8wN2xV6a0mK4sJ7rE", "media_type": "image/jpeg", "bytes": 48211},
    "health": {"status": "ok"},
    "ready": {"status": "ready", "reasons": [], "products": 340, "model": "builtin", "currency": "EUR"},
}
