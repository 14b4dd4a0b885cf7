"""UCP's shapes of what a shop has: products, variants, line items, totals and the envelope around them.

https://ucp.dev/2026-08-25. Amounts are integer minor units. Knows nothing about transports or where things
are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from shopper.types import (
    CartLine,
    Charge,
    Money,
    Product,
    Recommendation,
    Variant,
    images_of,
    options_of,
)

VERSION = "2026-08-25"
SEARCH, LOOKUP = "dev.ucp.shopping.catalog.search", "dev.ucp.shopping.catalog.lookup"
CART, CHECKOUT, ORDER = "dev.ucp.shopping.cart", "dev.ucp.shopping.checkout", "dev.ucp.shopping.order"

Body = dict[str, Any]

# UCP's words for what raises or lowers a total; the shop's own name for it is the display text.
_CHARGES = {"shipping": "fulfillment", "tax": "tax", "discount": "discount"}


@dataclass(frozen=True)
class Shapes:
    """Shapes with absolute addresses below `base`, the server's public URL without a slash at its end."""

    base: str
    shop_name: str

    def envelope(self, *capabilities: str, failed: bool = False) -> Body:
        """The `ucp` member of a response."""
        body: Body = {
            "version": VERSION,
            "capabilities": {name: [{"version": VERSION}] for name in capabilities},
        }
        return body | ({"status": "error"} if failed else {})

    def failed(self, capability: str, messages: list[Body]) -> Body:
        """The answer of an operation that left nothing to show."""
        return {"ucp": self.envelope(capability, failed=True), "messages": messages}

    def product(self, product: Product, variants: Sequence[Variant] | None = None) -> Body:
        """A product with those of its variants, or all."""
        chosen = tuple(variants or product.variants)
        prices = sorted(v.price.minor for v in chosen)
        currency = chosen[0].price.currency
        body: Body = {
            "id": product.id,
            "title": product.title,
            "description": {"plain": product.description or product.title},
            "price_range": {
                "min": {"amount": prices[0], "currency": currency},
                "max": {"amount": prices[-1], "currency": currency},
            },
            "media": [self._media(name, product.title) for name in images_of(chosen)],
            "options": [
                {"name": name, "values": [{"label": value} for value in values]}
                for name, values in options_of(product.variants).items()
            ],
            "variants": [self.variant(product, v) for v in chosen],
            "tags": list(product.tags),
            "metadata": _facts(product),
        }
        if product.category:
            body["categories"] = [{"value": product.category, "taxonomy": "merchant"}]
        if product.url:
            body["url"] = product.url
        regular = [v.regular_price.minor for v in chosen if v.regular_price]
        if regular:
            body["list_price_range"] = {
                "min": {"amount": min(regular), "currency": currency},
                "max": {"amount": max(regular), "currency": currency},
            }
        if product.rating is not None:
            body["rating"] = {"value": product.rating, "scale_max": 5, "count": product.rating_count}
        return body

    def card(self, item: Recommendation) -> Body:
        """A product in the one colour that a search picked, and why."""
        body = self.product(item.product, item.variants)
        body["metadata"] |= {"because": list(item.because)}
        return body

    def variant(self, product: Product, variant: Variant) -> Body:
        named = " / ".join(part for part in (variant.color, variant.size) if part)
        body: Body = {
            "id": variant.id,
            "sku": variant.sku,
            "title": named or product.title,
            "description": {"plain": f"{product.title}, {named}" if named else product.title},
            "price": price(variant.price),
            "availability": {
                "available": variant.available,
                "status": "in_stock" if variant.available else "out_of_stock",
            },
            "options": [
                {"name": name, "label": value}
                for name, value in (("Color", variant.color), ("Size", variant.size))
                if value
            ],
            "seller": {"name": self.shop_name},
        }
        if variant.regular_price:
            body["list_price"] = price(variant.regular_price)
        if variant.image:
            body["media"] = [self._media(variant.image, f"{product.title}, {named}")]
        return body

    def line_item(self, number: int, line: CartLine) -> Body:
        """A line of a cart or a checkout; `number` counts from 1."""
        named = ", ".join(part for part in (line.title, line.color, line.size) if part)
        item: Body = {"id": line.variant_id, "title": named, "price": line.unit_price.minor}
        if line.image:
            item["image_url"] = self.media_url(line.image)
        total = line.line_total.minor
        return {
            "id": f"li_{number}",
            "item": item,
            "quantity": line.quantity,
            "totals": [{"type": "subtotal", "amount": total}, {"type": "total", "amount": total}],
        }

    def line_items(self, lines: Sequence[CartLine]) -> list[Body]:
        return [self.line_item(number, line) for number, line in enumerate(lines, start=1)]

    def totals(self, lines: Sequence[CartLine], charges: Sequence[Charge], total: Money) -> list[Body]:
        """What adds up to the total; tax that prices hold already is left out, as it adds nothing."""
        subtotal = sum(line.line_total.minor for line in lines)
        added = [
            {
                "type": _CHARGES[charge.kind],
                "display_text": charge.label,
                "amount": -abs(charge.amount.minor) if charge.kind == "discount" else charge.amount.minor,
            }
            for charge in charges
            if not charge.included and charge.amount.minor
        ]
        return [
            {"type": "subtotal", "amount": subtotal},
            *added,
            {"type": "total", "amount": total.minor},
        ]

    def media_url(self, name: str) -> str:
        return f"{self.base}/media/{quote(name)}"

    def _media(self, name: str, alt: str) -> Body:
        return {"type": "image", "url": self.media_url(name), "alt_text": alt}


@dataclass(frozen=True)
class Call:
    """Who calls, and shapes with addresses as the caller sees them."""

    owner: str
    shapes: Shapes


class Request(BaseModel):
    """What a platform sends; members that this shop doesn't use are left aside."""

    model_config = ConfigDict(extra="allow", frozen=True)


def price(money: Money) -> Body:
    return {"amount": money.minor, "currency": money.currency}


def error(code: str, content: str, *, severity: str = "unrecoverable", path: str | None = None) -> Body:
    """A message of type error; `recoverable` ones can be mended by another request."""
    body: Body = {"type": "error", "code": code, "content": content, "severity": severity}
    return body | ({"path": path} if path else {})


def info(code: str, content: str) -> Body:
    return {"type": "info", "code": code, "content": content}


def warning(code: str, content: str) -> Body:
    return {"type": "warning", "code": code, "content": content}


def _facts(product: Product) -> Body:
    """What the shop states beyond UCP's own fields; nothing where it states nothing."""
    facts = {
        "brand": product.brand,
        "gender": product.gender,
        "age_group": product.age_group,
        "materials": list(product.materials),
        "patterns": list(product.patterns),
        "fit": product.fit,
        "seasons": list(product.seasons),
        "occasions": list(product.occasions),
        "features": list(product.features),
        "care": list(product.care),
    }
    return {name: value for name, value in facts.items() if value}
