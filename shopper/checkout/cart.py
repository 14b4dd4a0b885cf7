"""The rules of a cart: what may be added, how lines merge, what a quantity may be.

Knows nothing about storage, HTTP, orders or payments.
"""

from __future__ import annotations

from typing import Literal

from shopper.errors import BadInput, NotFound, OutOfStock
from shopper.types import Cart, CartLine, Product, Variant

MAX_LINES = 50
MAX_QUANTITY = 20

ChosenBy = Literal["shopper", "filter", "only_size"]


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
