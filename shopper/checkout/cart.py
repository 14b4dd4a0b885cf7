"""The rules of a cart: what may be added, how lines merge, what a quantity may be.

Knows nothing about storage, HTTP, orders or payments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from shopper.errors import BadInput, NotFound, OutOfStock
from shopper.types import Cart, CartLine, Money, Product, Value, Variant

MAX_LINES = 50
MAX_QUANTITY = 20

ChosenBy = Literal["shopper", "filter", "only_size"]


class CartNote(Value):
    """What changed about one line since it was added; `message` may be shown."""

    variant_id: str
    kind: Literal["price_changed", "fewer_left", "sold_out", "not_sold"]
    message: str
    was: Money | None = None
    now: Money | None = None
    left: int | None = None


def empty_cart(cart_id: str, currency: str) -> Cart:
    """A cart without lines, at version 0."""
    return Cart(id=cart_id, currency=currency)


def add(
    cart: Cart, product: Product, variant: Variant, quantity: int = 1, *, chosen_by: ChosenBy = "shopper"
) -> Cart:
    """The next cart with `quantity` more of `variant`, at today's price.

    Raises OutOfStock where fewer are left, BadInput over a limit or in another currency.
    """
    line = next((line for line in cart.lines if line.variant_id == variant.id), None)
    wanted = quantity + (line.quantity if line else 0)
    _check_quantity(product.title, variant, wanted)
    if variant.price.currency != cart.currency:
        raise BadInput(
            f"This cart is in {cart.currency}; {product.title} is sold in {variant.price.currency}."
        )
    if line is None and len(cart.lines) >= MAX_LINES:
        raise BadInput(f"A cart holds at most {MAX_LINES} different things.", field="lines")
    new = CartLine(
        variant_id=variant.id,
        product_id=product.id,
        title=product.title,
        color=variant.color,
        size=variant.size,
        quantity=wanted,
        unit_price=variant.price,
        image=variant.image,
        chosen_by=line.chosen_by if line else chosen_by,
    )
    lines = tuple(new if old is line else old for old in cart.lines) if line else (*cart.lines, new)
    return _next(cart, lines)


def set_quantity(cart: Cart, variant: Variant, quantity: int) -> Cart:
    """The next cart with exactly `quantity` of a variant that is in it; 0 takes it out."""
    line = find_line(cart, variant.id)
    if quantity == 0:
        return _next(cart, tuple(other for other in cart.lines if other is not line))
    _check_quantity(line.title, variant, quantity)
    changed = line.model_copy(update={"quantity": quantity, "unit_price": variant.price})
    return _next(cart, tuple(changed if other is line else other for other in cart.lines))


def remove(cart: Cart, variant_id: str) -> Cart:
    """The next cart without that line; works for things that aren't sold any more."""
    line = find_line(cart, variant_id)
    return _next(cart, tuple(other for other in cart.lines if other is not line))


def find_line(cart: Cart, variant_id: str) -> CartLine:
    """The line that holds `variant_id`, or NotFound."""
    for line in cart.lines:
        if line.variant_id == variant_id:
            return line
    raise NotFound("That isn't in the cart.")


def reprice(cart: Cart, variants: Mapping[str, Variant]) -> tuple[Cart, tuple[CartNote, ...]]:
    """The cart at today's prices, and what changed about its lines since they were added.

    The version rises only where a price changed. Lines that can't be had as they stand are noted and kept:
    what goes out of the cart is the shopper's to say.
    """
    notes = tuple(note for line in cart.lines for note in _notes(line, variants.get(line.variant_id)))
    prices = {note.variant_id: note.now for note in notes if note.kind == "price_changed"}
    if not prices:
        return cart, notes
    lines = tuple(
        line.model_copy(update={"unit_price": prices[line.variant_id]}) if line.variant_id in prices else line
        for line in cart.lines
    )
    return _next(cart, lines), notes


def _notes(line: CartLine, variant: Variant | None) -> list[CartNote]:
    key, name = line.variant_id, name_of(line)
    if variant is None or variant.price.currency != line.unit_price.currency:
        return [CartNote(variant_id=key, kind="not_sold", message=f"{name} isn't sold any more.")]
    notes = []
    if variant.price != line.unit_price:
        message = f"{name} now costs {variant.price} instead of {line.unit_price}."
        notes.append(
            CartNote(
                variant_id=key, kind="price_changed", message=message, was=line.unit_price, now=variant.price
            )
        )
    if variant.stock == 0:
        notes.append(CartNote(variant_id=key, kind="sold_out", message=f"{name} is sold out.", left=0))
    elif variant.stock < line.quantity:
        message = f"Only {variant.stock} of {name} left."
        notes.append(CartNote(variant_id=key, kind="fewer_left", message=message, left=variant.stock))
    return notes


def name_of(line: CartLine) -> str:
    """A line's thing as a shopper knows it: "Lyon Tee in M"."""
    return f"{line.title} in {line.size}" if line.size else line.title


def _next(cart: Cart, lines: tuple[CartLine, ...]) -> Cart:
    return cart.model_copy(update={"lines": lines, "version": cart.version + 1})


def _check_quantity(title: str, variant: Variant, wanted: int) -> None:
    if not 1 <= wanted <= MAX_QUANTITY:
        raise BadInput(f"A quantity is between 1 and {MAX_QUANTITY}.", field="quantity")
    if variant.stock < wanted:
        size = f" in {variant.size}" if variant.size else ""
        if variant.stock == 0:
            raise OutOfStock(f"{title} is sold out{size}.")
        raise OutOfStock(f"Only {variant.stock} of {title}{size} left.")
