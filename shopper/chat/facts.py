"""Facts of cards and carts in few words, for a model to read.

Knows nothing about prose or shoppers; what isn't stated is left out or said to be so.
"""

from __future__ import annotations

from shopper.types import Cart, Page, Recommendation


def page(found: Page) -> str:
    """The cards, what was relaxed, and why there are none."""
    lines = [card(position, item) for position, item in enumerate(found.items, start=1)]
    lines += [f"relaxed: {relaxed.message}" for relaxed in found.relaxed]
    if found.absence:
        lines.append(f"nothing fits: {found.absence.message}")
        lines += [f"nearest: {short(item)}" for item in found.absence.nearest[:3]]
    return "\n".join(lines) or "No products."


def card(position: int, item: Recommendation) -> str:
    """One line: number, title, colour, price, sizes in stock, materials."""
    return f"{position}. {short(item)}"


def short(item: Recommendation) -> str:
    """Title, colour, price, sizes in stock and materials of one card."""
    product = item.product
    parts = [product.title, item.color or "", price(item)]
    sizes = sizes_in_stock(item)
    if sizes:
        parts.append("sizes in stock: " + ", ".join(sizes))
    if product.materials:
        parts.append(", ".join(product.materials))
    return " | ".join(part for part in parts if part)


def price(item: Recommendation) -> str:
    """What the card costs, with the regular price of a sale, or a span over its sizes."""
    low = min(item.variants, key=lambda v: v.price.minor)
    high = max(item.variants, key=lambda v: v.price.minor)
    if low.price != high.price:
        return f"{low.price} to {high.price}"
    return f"{low.price} (was {low.regular_price})" if low.regular_price else str(low.price)


def sizes_in_stock(item: Recommendation) -> tuple[str, ...]:
    """The sizes of the card that can be had."""
    return tuple(dict.fromkeys(v.size for v in item.variants if v.size and v.available))


def details(item: Recommendation) -> str:
    """Everything the shop states about a card."""
    product = item.product
    rows = {
        "title": product.title,
        "brand": product.brand,
        "colour": item.color,
        "price": price(item),
        "sizes in stock": ", ".join(sizes_in_stock(item)) or "none",
        "sold out": ", ".join(dict.fromkeys(v.size for v in item.variants if v.size and not v.available)),
        "materials": ", ".join(product.materials) or "not stated",
        "care": ", ".join(product.care) or "not stated",
        "fit": product.fit,
        "features": ", ".join(product.features),
        "rating": f"{product.rating} of 5 ({product.rating_count})" if product.rating is not None else None,
        "description": product.description[:600],
    }
    return "\n".join(f"{name}: {value}" for name, value in rows.items() if value)


def comparison(cards: tuple[Recommendation, ...]) -> str:
    """The details of several cards, one after another."""
    return "\n\n".join(details(item) for item in cards)


def cart(value: Cart) -> str:
    """The lines and the total."""
    if not value.lines:
        return "The cart is empty."
    lines = [
        f"{number}. {line.quantity} × {line.title}"
        + "".join(f", {word}" for word in (line.color, line.size) if word)
        + f": {line.line_total}"
        for number, line in enumerate(value.lines, start=1)
    ]
    return "\n".join([*lines, f"Total {value.total}"])
