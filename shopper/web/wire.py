"""What the chat API sends: products, carts, queries and turns as JSON bodies.

Product JSON follows UCP; amounts are integer minor units. Knows nothing about HTTP or streaming.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from shopper.types import (
    Absence,
    Cart,
    CartLine,
    Charge,
    CheckoutProposal,
    CheckoutProposed,
    Chip,
    Compared,
    LookComposed,
    Money,
    Order,
    Page,
    Product,
    Recommendation,
    Relaxation,
    ShopperQuery,
    Suggestion,
    Turn,
    Variant,
    images_of,
    options_of,
)

Body = dict[str, Any]


class Wire:
    """Encodes nouns; `public_url` is put before media paths ("" keeps them relative to the API)."""

    def __init__(self, public_url: str = "") -> None:
        self._base = public_url.rstrip("/")

    def money(self, money: Money | None) -> Body | None:
        return {"amount": money.minor, "currency": money.currency} if money else None

    def media_url(self, name: str | None) -> str | None:
        return f"{self._base}/media/{quote(name)}" if name else None

    def variant(self, variant: Variant) -> Body:
        return {
            "id": variant.id,
            "sku": variant.sku,
            "color": variant.color,
            "size": variant.size,
            "price": self.money(variant.price),
            "regular_price": self.money(variant.regular_price),
            "availability": {"available": variant.available, "quantity": variant.stock},
        }

    def card(self, item: Recommendation, position: int | None = None) -> Body:
        """One product in one colour; `variants` are the card's own."""
        product, variants = item.product, item.variants
        body = self._product(product, variants)
        title = product.title if item.color is None else f"{product.title}, {item.color}"
        for media in body["media"]:
            media["alt"] = title
        body |= {"color": item.color, "because": list(item.because)}
        if position is not None:
            body["position"] = position
        if item.confirmed is not None:
            body["confirmed"] = item.confirmed
        return body

    def product(self, product: Product) -> Body:
        """A product with all its colours and sizes."""
        return self._product(product, product.variants) | {"colors": [c for c in product.colors if c]}

    def _product(self, product: Product, variants: tuple[Variant, ...]) -> Body:
        cheapest = min(variants, key=lambda v: v.price.minor)
        dearest = max(variants, key=lambda v: v.price.minor)
        return {
            "id": product.id,
            "title": product.title,
            "brand": product.brand,
            "description": product.description,
            "url": product.url,
            "category": product.category,
            "gender": product.gender,
            "age_group": product.age_group,
            "materials": list(product.materials),
            "patterns": list(product.patterns),
            "fit": product.fit,
            "seasons": list(product.seasons),
            "occasions": list(product.occasions),
            "features": list(product.features),
            "care": list(product.care),
            "price_range": {"min": self.money(cheapest.price), "max": self.money(dearest.price)},
            "regular_price": self.money(cheapest.regular_price),
            "media": [
                {"type": "image", "url": self.media_url(i), "alt": product.title} for i in images_of(variants)
            ],
            "options": [
                {"name": name, "values": list(values)} for name, values in options_of(variants).items()
            ],
            "variants": [self.variant(v) for v in variants],
            "rating": None
            if product.rating is None
            else {"value": product.rating, "count": product.rating_count},
        }

    def cards(self, items: tuple[Recommendation, ...]) -> list[Body]:
        return [self.card(item, position) for position, item in enumerate(items, start=1)]

    def page(self, page: Page) -> Body:
        return {
            "products": self.cards(page.items),
            "total": page.total,
            "relaxed": [self.relaxation(r) for r in page.relaxed],
            "absence": self.absence(page.absence),
            "as_of": page.as_of.isoformat(),
        }

    def relaxation(self, relaxed: Relaxation) -> Body:
        return relaxed.model_dump(mode="json")

    def absence(self, absence: Absence | None) -> Body | None:
        if absence is None:
            return None
        return {
            "reason": absence.reason,
            "field": absence.field,
            "value": absence.value,
            "message": absence.message,
            "nearest": self.cards(absence.nearest),
        }

    def query(self, query: ShopperQuery, chips: tuple[Chip, ...]) -> Body:
        """The query's present fields, with its chips beside them."""
        return {**query.wire(), "chips": [chip.model_dump(mode="json") for chip in chips]}

    def suggestions(self, suggestions: tuple[Suggestion, ...]) -> list[Body]:
        return [s.model_dump(mode="json", exclude_none=True) for s in suggestions]

    def cart(self, cart: Cart) -> Body:
        return {
            "id": cart.id,
            "version": cart.version,
            "currency": cart.currency,
            "lines": [self.line(line) for line in cart.lines],
            "total": self.money(cart.total),
        }

    def line(self, line: CartLine) -> Body:
        return {
            "variant_id": line.variant_id,
            "product_id": line.product_id,
            "title": line.title,
            "color": line.color,
            "size": line.size,
            "quantity": line.quantity,
            "unit_price": self.money(line.unit_price),
            "line_total": self.money(line.line_total),
            "image": self.media_url(line.image),
        }

    def proposed(self, event: CheckoutProposed) -> Body:
        checkout = self.checkout(event.proposal) if event.proposal else None
        return {"cart": self.cart(event.cart), "message": event.message, "checkout": checkout}

    def checkout(self, proposal: CheckoutProposal) -> Body:
        """A quote; its totals add up to the one of type "total"."""
        return {
            "id": proposal.id,
            "thread_id": proposal.thread_id,
            "cart_version": proposal.cart_version,
            "status": proposal.status,
            "lines": [self.line(line) for line in proposal.lines],
            "totals": self.totals(proposal.lines, proposal.charges, proposal.total),
            "currency": proposal.total.currency,
            "payment_methods": list(proposal.payment_methods),
            "hand_off_url": proposal.hand_off_url,
            "order_id": proposal.order_id,
            "created_at": proposal.created_at.isoformat(),
            "expires_at": proposal.expires_at.isoformat(),
        }

    def order(self, order: Order) -> Body:
        return {
            "id": order.id,
            "number": order.number,
            "checkout_id": order.checkout_id,
            "thread_id": order.thread_id,
            "status": order.status,
            "message": order.message,
            "lines": [self.line(line) for line in order.lines],
            "totals": self.totals(order.lines, order.charges, order.total),
            "currency": order.total.currency,
            "payment_id": order.payment_id,
            "created_at": order.created_at.isoformat(),
        }

    def totals(self, lines: tuple[CartLine, ...], charges: tuple[Charge, ...], total: Money) -> list[Body]:
        subtotal = Money(minor=sum(line.line_total.minor for line in lines), currency=total.currency)
        return [
            {"type": "subtotal", "label": "Subtotal", "amount": self.money(subtotal), "included": False},
            *(
                {"type": c.kind, "label": c.label, "amount": self.money(c.amount), "included": c.included}
                for c in charges
            ),
            {"type": "total", "label": "Total", "amount": self.money(total), "included": False},
        ]

    def compared(self, event: Compared) -> Body:
        return {
            "products": self.cards(event.items),
            "rows": [
                {"label": row.label, "values": list(row.values), "differs": row.differs} for row in event.rows
            ],
        }

    def look(self, event: LookComposed) -> Body:
        return {
            "id": event.id,
            "title": event.title,
            "products": self.cards(event.items),
            "total": self.money(event.total),
            "image": f"{self._base}{event.image}" if event.image else None,
        }

    def photo(self, photo_id: str, turn: Turn) -> Body:
        region = next((r for r in turn.regions if r.photo_id == photo_id), None)
        body: Body = {"id": photo_id, "url": f"{self._base}/v1/uploads/{quote(photo_id)}"}
        return body | ({"region": region.model_dump(mode="json")} if region else {})

    def turn(self, turn: Turn, chips: tuple[Chip, ...]) -> Body:
        return {
            "id": turn.id,
            "role": turn.role,
            "text": turn.text,
            "photos": [self.photo(photo_id, turn) for photo_id in turn.photo_ids],
            "query": self.query(turn.query, chips) if turn.query else None,
            "products": self.cards(turn.items),
            "total": turn.total,
            "relaxed": [self.relaxation(r) for r in turn.relaxed],
            "suggestions": self.suggestions(turn.suggestions),
            "compare": self.compared(turn.compare) if turn.compare else None,
            "look": self.look(turn.look) if turn.look else None,
            "language": turn.language,
            "created_at": turn.created_at.isoformat(),
        }
