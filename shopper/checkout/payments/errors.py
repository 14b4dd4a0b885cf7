"""What can go wrong with a payment in ways that a person can understand.

Knows nothing about HTTP.
"""

from __future__ import annotations

from shopper.errors import ShopperError


class PaymentUnavailable(ShopperError):
    """This way to pay can't be used at the moment."""

    code = "payment_unavailable"


class PaymentRefused(ShopperError):
    """What the payer handed in isn't a payment of this order; `reason` is a word for programs."""

    code = "payment_refused"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ChainUnreachable(ShopperError):
    """The network's node doesn't answer, lags, or says what can't be true."""

    code = "chain_unreachable"
