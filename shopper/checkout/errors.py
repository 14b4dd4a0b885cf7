"""What can go wrong between a cart and an order, each as a sentence a shopper may read.

Knows nothing about HTTP.
"""

from __future__ import annotations

from shopper.checkout.cart import CartNote
from shopper.errors import Conflict, OutOfStock, ShopperError
from shopper.types import Cart, CheckoutProposal


class CartChanged(Conflict):
    """The cart isn't what was looked at any more; `cart` is what it is now."""

    code = "cart_changed"

    def __init__(self, message: str, cart: Cart) -> None:
        super().__init__(message)
        self.cart = cart


class PriceChanged(Conflict):
    """A line costs another price than the cart says; `note` names it."""

    code = "price_changed"

    def __init__(self, note: CartNote) -> None:
        super().__init__(note.message)
        self.note = note


class LineSoldOut(OutOfStock):
    """A line can't be had in its quantity; `note` names it."""

    def __init__(self, note: CartNote) -> None:
        super().__init__(note.message)
        self.note = note


class ProposalOutdated(Conflict):
    """What was quoted doesn't hold any more: `notes` say what changed, `fresh` is a new quote if there can be
    one, and `cart` is the cart as it is now.
    """

    code = "proposal_outdated"

    def __init__(
        self,
        message: str,
        *,
        cart: Cart,
        notes: tuple[CartNote, ...] = (),
        fresh: CheckoutProposal | None = None,
    ) -> None:
        super().__init__(message)
        self.cart, self.notes, self.fresh = cart, notes, fresh


class NoCheckout(ShopperError):
    """The shop has neither a checkout of its own nor a way to pay here."""

    code = "no_checkout"


class TotalsUnavailable(ShopperError):
    """The shop doesn't say what shipping and tax are, so there is no total to confirm."""

    code = "totals_unavailable"
