"""What comes on top of a cart's lines: shipping, tax and discounts, by flat settings or as the shop answers.

Knows nothing about carts in SQL or who pays.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, Protocol

import httpx
from pydantic import BaseModel, ConfigDict, Field, field_validator

from shopper.checkout.errors import TotalsUnavailable
from shopper.errors import BadInput
from shopper.products.asking import answer_within
from shopper.types import CartLine, Charge, Money, Value

_log = logging.getLogger(__name__)
_LARGEST_ANSWER = 64_000
# What the columns of money hold; above it is a mistake, not a wardrobe.
LARGEST_MINOR = 2_000_000_000


class Totals(Protocol):
    """Says what comes on top of lines."""

    async def charges(self, lines: Sequence[CartLine], country: str | None) -> tuple[Charge, ...]:
        """The charges of these lines, shipped to `country` (ISO 3166-1 alpha-2, where known).

        Raises TotalsUnavailable where they can't be told; a total is never guessed.
        """
        ...

    async def close(self) -> None: ...


class FlatRates(Value):
    """Shipping at one price, free from a subtotal on; tax as one rate of lines and shipping.

    With `tax_included` prices hold the tax already and the charge only says how much.
    """

    shipping: int = Field(default=0, ge=0, le=LARGEST_MINOR)  # minor units
    shipping_free_from: int | None = Field(default=None, ge=0)
    tax_percent: Decimal = Field(default=Decimal(0), ge=0, lt=100)
    tax_included: bool = True

    def of(self, lines: Sequence[CartLine]) -> tuple[Charge, ...]:
        """The charges. Tax is rounded once, half up, to the minor unit, over the sum of all it is due on."""
        goods, currency = subtotal(lines), lines[0].unit_price.currency
        free = self.shipping_free_from is not None and goods.minor >= self.shipping_free_from
        shipping = Money(minor=0 if free else self.shipping, currency=currency)
        charges = []
        if self.shipping:
            label = "Free shipping" if free else "Shipping"
            charges.append(Charge(kind="shipping", label=label, amount=shipping))
        if self.tax_percent:
            base = Decimal(goods.minor + shipping.minor) * self.tax_percent
            exact = base / (100 + self.tax_percent) if self.tax_included else base / 100
            tax = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
            label = f"Tax ({self.tax_percent.normalize():f} %)"
            amount = Money(minor=tax, currency=currency)
            charges.append(Charge(kind="tax", label=label, amount=amount, included=self.tax_included))
        return tuple(charges)


class FlatTotals:
    """Charges by flat settings."""

    def __init__(self, rates: FlatRates) -> None:
        self._rates = rates

    async def charges(self, lines: Sequence[CartLine], country: str | None) -> tuple[Charge, ...]:
        return self._rates.of(lines)

    async def close(self) -> None:
        """Nothing is open."""


class _Charge(BaseModel):
    model_config = ConfigDict(strict=True)  # a shop may say more than is asked for
    kind: Literal["shipping", "tax", "discount"]
    label: str = Field(min_length=1, max_length=80)
    amount: int = Field(ge=0, le=LARGEST_MINOR)
    included: bool = False

    @field_validator("label")
    @classmethod
    def _one_line(cls, label: str) -> str:
        if not label.isprintable() or not label.strip():
            raise ValueError("a label is one line of text")
        return label.strip()


class _Answer(BaseModel):
    currency: str
    charges: list[_Charge] = Field(max_length=20)


class TotalsHook:
    """Charges as the shop's own endpoint answers within `timeout` seconds.

    It gets `{"lines": [{"variant_id", "product_id", "quantity", "unit_price"}], "subtotal", "currency",
    "country"}` and answers `{"currency", "charges": [{"kind", "label", "amount", "included"}]}`, amounts in
    minor units, a discount as the amount that is taken off.
    """

    def __init__(self, url: str, *, timeout: float = 3.0, client: httpx.AsyncClient | None = None) -> None:
        self._url, self._timeout = url, timeout
        self._client = client or httpx.AsyncClient(follow_redirects=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def charges(self, lines: Sequence[CartLine], country: str | None) -> tuple[Charge, ...]:
        goods = subtotal(lines)
        body = {
            "lines": [
                {
                    "variant_id": line.variant_id,
                    "product_id": line.product_id,
                    "quantity": line.quantity,
                    "unit_price": line.unit_price.minor,
                }
                for line in lines
            ],
            "subtotal": goods.minor,
            "currency": goods.currency,
            "country": country,
        }
        try:
            # httpx counts each read on its own; a shop that drips its answer must not hold up a quote.
            async with asyncio.timeout(self._timeout):
                said = _Answer.model_validate_json(await self._ask(body))
            if said.currency != goods.currency:
                raise ValueError("the charges are in another currency")
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            _log.warning("the shop's totals can't be had: %s", type(error).__name__)
            raise TotalsUnavailable(
                "Shipping and tax can't be worked out at the moment; please try again in a minute."
            ) from error
        return tuple(_charge(charge, goods.currency) for charge in said.charges)

    async def _ask(self, body: object) -> bytes:
        async with self._client.stream("POST", self._url, json=body, timeout=self._timeout) as answer:
            if answer.status_code != 200:
                raise ValueError(f"answered {answer.status_code}")
            return await answer_within(answer, _LARGEST_ANSWER)


def _charge(said: _Charge, currency: str) -> Charge:
    minor = -said.amount if said.kind == "discount" else said.amount
    amount = Money(minor=minor, currency=currency)
    return Charge(kind=said.kind, label=said.label, amount=amount, included=said.included)


def subtotal(lines: Sequence[CartLine]) -> Money:
    """The sum of lines; there must be one."""
    total = lines[0].line_total
    for line in lines[1:]:
        total = total.plus(line.line_total)
    return total


def total_of(lines: Sequence[CartLine], charges: Sequence[Charge]) -> Money:
    """Lines and charges, without what is included in the lines already.

    Raises TotalsUnavailable where discounts leave nothing to pay, BadInput above what can be charged.
    """
    total = subtotal(lines)
    for charge in charges:
        if not charge.included:
            total = total.plus(charge.amount)
    if total.minor <= 0:
        raise TotalsUnavailable("This cart's total can't be paid here; please ask the shop.")
    if total.minor > LARGEST_MINOR:
        raise BadInput("This cart is worth more than can be paid at once.", field="lines")
    return total
