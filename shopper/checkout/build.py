"""Puts a shop's checkout together from plain options: whose checkout it is, and what comes on top of lines.

Knows nothing about settings or HTTP.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from shopper.checkout.carts import CartStore
from shopper.checkout.checkouts import Checkouts, PaymentDesk
from shopper.checkout.handoff import HandOff
from shopper.checkout.stock import Stock
from shopper.checkout.totals import FlatRates, FlatTotals, TotalsHook
from shopper.database import Database
from shopper.errors import BadInput
from shopper.events.outbox import Emit, no_events
from shopper.types import minor_exponent

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CheckoutOptions:
    """What a shop says about its checkout. Amounts are in whole units of its currency."""

    mode: Literal["own", "handoff"] | None = None  # None: handoff where there is a URL, else own
    checkout_url: str = ""
    shipping_flat: Decimal = Decimal(0)
    shipping_free_from: Decimal | None = None
    tax_percent: Decimal = Decimal(0)
    tax_included: bool = True
    totals_url: str = ""
    totals_timeout: float = 3.0


def build_checkouts(
    db: Database,
    options: CheckoutOptions,
    *,
    carts: CartStore,
    stock: Stock,
    payments: PaymentDesk | None,
    currency: str,
    shop_name: str,
    clock: Callable[[], datetime],
    ids: Callable[[], str],
    emit: Emit = no_events,
) -> Checkouts:
    """The checkout that `options` describe; BadInput where they can't be meant: `handoff` without a URL."""
    if options.mode == "handoff" and not options.checkout_url:
        raise BadInput(
            "SHOPPER_CHECKOUT=handoff needs the address of the shop's checkout in SHOPPER_CHECKOUT_URL.",
            field="checkout_url",
        )
    handing = options.checkout_url and options.mode != "own"
    hand_off = HandOff.parse(options.checkout_url) if handing else None
    if hand_off is None and not (payments and payments.methods()):
        _log.warning(
            "Carts can be filled but not bought: set SHOPPER_CHECKOUT_URL to the shop's own checkout, or "
            "set up a way to pay."
        )
    totals = (
        TotalsHook(options.totals_url, timeout=options.totals_timeout)
        if options.totals_url
        else FlatTotals(_rates(options, currency))
    )
    return Checkouts(
        db,
        carts=carts,
        stock=stock,
        totals=totals,
        payments=payments,
        hand_off=hand_off,
        currency=currency,
        shop_name=shop_name,
        clock=clock,
        ids=ids,
        emit=emit,
    )


def _rates(options: CheckoutOptions, currency: str) -> FlatRates:
    free_from = options.shipping_free_from
    if not 0 <= options.tax_percent < 100:
        raise BadInput("tax_percent is at least 0 and below 100.", field="tax_percent")
    return FlatRates(
        shipping=_minor(options.shipping_flat, currency, "shipping_flat"),
        shipping_free_from=None if free_from is None else _minor(free_from, currency, "shipping_free_from"),
        tax_percent=options.tax_percent,
        tax_included=options.tax_included,
    )


def _minor(amount: Decimal, currency: str, field: str) -> int:
    scaled = amount * 10 ** minor_exponent(currency)
    if scaled < 0 or scaled != scaled.to_integral_value():
        raise BadInput(f"{field} is an amount in {currency} such as 4.90; {amount} isn't.", field=field)
    return int(scaled)
