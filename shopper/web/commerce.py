"""What the cart, checkout and order routes share: their notes, payments and refusals as JSON.

Knows nothing about any single route.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.responses import JSONResponse

from shopper.checkout.cart import CartNote
from shopper.checkout.errors import (
    CartChanged,
    LineSoldOut,
    NoCheckout,
    PriceChanged,
    ProposalOutdated,
    TotalsUnavailable,
)
from shopper.errors import ShopperError
from shopper.types import Cart
from shopper.web.problems import headers_of, problem, problem_of
from shopper.web.wire import Body, Wire

# Refusals that know more than their sentence, or whose status is another than their family's.
Told = (CartChanged, LineSoldOut, PriceChanged, ProposalOutdated, NoCheckout, TotalsUnavailable)


def notes_body(wire: Wire, notes: Sequence[CartNote]) -> list[Body]:
    """What changed about a cart's lines."""
    return [
        {
            "variant_id": note.variant_id,
            "kind": note.kind,
            "message": note.message,
            "was": wire.money(note.was),
            "now": wire.money(note.now),
            "left": note.left,
        }
        for note in notes
    ]


def cart_body(wire: Wire, cart: Cart, notes: Sequence[CartNote]) -> Body:
    """A cart with what changed since its lines were added."""
    return wire.cart(cart) | {"notes": notes_body(wire, notes)}


def refusal(wire: Wire, error: ShopperError) -> JSONResponse:
    """The problem document of a refusal, with cart, changes and a fresh quote where it knows them."""
    if isinstance(error, NoCheckout | TotalsUnavailable):
        return problem(503, "Not available", error.message, code=error.code, headers={"Retry-After": "60"})
    more: dict[str, Any] = {}
    if isinstance(error, CartChanged | ProposalOutdated):
        more["cart"] = wire.cart(error.cart)
    if isinstance(error, PriceChanged | LineSoldOut):
        more["notes"] = notes_body(wire, [error.note])
    if isinstance(error, ProposalOutdated):
        more["notes"] = notes_body(wire, error.notes)
        more["checkout"] = wire.checkout(error.fresh) if error.fresh else None
    if not more:
        return problem_of(error)
    return problem(409, "Conflict", error.message, code=error.code, headers=headers_of(error), **more)
