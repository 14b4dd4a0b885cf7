"""What an amount of money is in a coin: rates from the file or the shop's own service, and exact rounding up.

Knows nothing about chains, orders or SQL.
"""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from urllib.parse import quote as quoted

import httpx

from shopper.checkout.payments.config import AssetConfig
from shopper.checkout.payments.errors import PaymentUnavailable
from shopper.checkout.payments.provider import Asset, Quote
from shopper.types import Money, minor_exponent

# More digits than this can't be typed by hand without a mistake; the rest is rounded up.
_TYPED_DECIMALS = 8


def atomic(amount: Money, rate: Decimal, decimals: int) -> int:
    """`amount` at `rate` units for one of its currency, in atomic units, rounded up and never down."""
    whole = Fraction(amount.minor, 10 ** minor_exponent(amount.currency)) * Fraction(rate)
    step = int(10 ** max(0, decimals - _TYPED_DECIMALS))
    steps = whole * 10**decimals / step
    return int(math.ceil(steps) * step)


class Rates:
    """Asks for rates where the file names none; what is given is locked in the quote."""

    def __init__(self, *, client: httpx.AsyncClient | None = None, timeout: float = 3.0) -> None:
        self._client = client
        self._timeout = timeout

    async def quote(self, amount: Money, config: AssetConfig, asset: Asset, now: datetime) -> Quote:
        """A locked quote; PaymentUnavailable where no rate can be had."""
        rate, source = await self._rate(amount.currency, config)
        return Quote(
            amount=amount,
            asset=asset,
            atomic_amount=atomic(amount, rate, asset.decimals),
            rate=rate,
            rate_source=source,
            rate_at=now,
        )

    async def _rate(self, currency: str, config: AssetConfig) -> tuple[Decimal, str]:
        if config.stable == currency:
            return Decimal(1), "stable"
        if currency in config.rates:
            return config.rates[currency], "fixed"
        if config.rate_url is not None:
            return await self._asked(currency, config.symbol, config.rate_url), "rate_url"
        raise PaymentUnavailable(f"There is no rate from {currency} to {config.symbol}.")

    async def _asked(self, currency: str, symbol: str, url: str) -> Decimal:
        url = url.replace("{currency}", quoted(currency)).replace("{symbol}", quoted(symbol))
        unavailable = PaymentUnavailable(f"The rate for {symbol} can't be had just now; please try again.")
        try:
            if self._client is not None:
                answer = await self._client.get(url, timeout=self._timeout)
            else:
                async with httpx.AsyncClient(timeout=self._timeout) as client:
                    answer = await client.get(url)
            answer.raise_for_status()
            body = answer.json()
            rate = Decimal(str(body["rate"]))
        except (httpx.HTTPError, ValueError, KeyError, TypeError, InvalidOperation) as error:
            raise unavailable from error
        if not rate.is_finite() or rate <= 0:
            raise unavailable
        return rate
