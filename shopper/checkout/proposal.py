"""A quote for a cart: what a person may confirm, at the prices and stock of this moment.

Knows nothing about storage, payments or who confirms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shopper.checkout.cart import CartNote, reprice
from shopper.checkout.errors import LineSoldOut, PriceChanged
from shopper.checkout.totals import total_of
from shopper.errors import BadInput
from shopper.types import Cart, Charge, CheckoutProposal, Variant

QUOTE_LIFE = timedelta(minutes=15)


def check_lines(cart: Cart, variants: Mapping[str, Variant]) -> None:
    """Raise what keeps `cart` from being quoted: BadInput if it is empty, LineSoldOut, PriceChanged."""
    if not cart.lines:
        raise BadInput("The cart is empty.", field="cart")
    _, notes = reprice(cart, variants)
    worst = next((note for note in notes if note.kind != "price_changed"), next(iter(notes), None))
    if worst is not None:
        raise _refusal(worst)


def propose(
    cart: Cart,
    variants: Mapping[str, Variant],
    charges: Sequence[Charge],
    *,
    proposal_id: str,
    thread_id: str,
    now: datetime,
    ttl: timedelta = QUOTE_LIFE,
    payment_methods: Sequence[str] = (),
    hand_off_url: str | None = None,
) -> CheckoutProposal:
    """The quote of `cart`, whose prices must be those of `variants` and whose pieces must be there.

    The amounts are those of `variants` and `charges`, nobody else's. Raises as `check_lines` and `total_of`.
    """
    check_lines(cart, variants)
    return CheckoutProposal(
        id=proposal_id,
        thread_id=thread_id,
        cart_version=cart.version,
        lines=cart.lines,
        charges=tuple(charges),
        total=total_of(cart.lines, charges),
        hand_off_url=hand_off_url,
        payment_methods=tuple(payment_methods),
        created_at=now,
        expires_at=now + ttl,
    )


def _refusal(note: CartNote) -> LineSoldOut | PriceChanged:
    return PriceChanged(note) if note.kind == "price_changed" else LineSoldOut(note)
