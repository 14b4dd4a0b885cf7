"""Price texts of real shops and what they are worth."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopper.errors import BadInput
from shopper.products.money import named_currency, paid_and_regular, parse_price
from shopper.types import Money


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("1.299,00 €", 129900, "EUR"),
        ("1,299.00", 129900, "USD"),
        ("$49.9", 4990, "USD"),
        ("49", 4900, "USD"),
        ("EUR 49.90", 4990, "EUR"),
        ("49.90 EUR", 4990, "EUR"),
        ("49.90EUR", 4990, "EUR"),
        ("€49,90", 4990, "EUR"),
        ("1.299", 129900, "USD"),
        ("1,299", 129900, "USD"),
        ("0.500", 50, "USD"),
        ("12,50", 1250, "USD"),
        ("1 299,00 €", 129900, "EUR"),
        ("1\u202f299,00\u00a0€", 129900, "EUR"),
        ("CHF 1'299.00", 129900, "CHF"),
        ("49,- €", 4900, "EUR"),
        ("49.0000", 4900, "USD"),
        ("49.9583", 4996, "USD"),
        ("¥4,900", 4900, "JPY"),
        ("£ 9.99", 999, "GBP"),
        ("1,234,567.89", 123456789, "USD"),
        ("12.345 KWD", 12345, "KWD"),
        (Decimal("49.999"), 5000, "USD"),
        (49, 4900, "USD"),
    ],
)
def test_a_price_is_read_as_its_shop_means_it(text: object, minor: int, currency: str) -> None:
    assert parse_price(text, currency="USD") == Money(minor=minor, currency=currency)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("free", "not a price"),
        ("-5", "below zero"),
        ("€-5", "below zero"),
        ("", "no price"),
        ("  ", "no price"),
        (None, "no price"),
        (True, "no price"),
        ("n/a", "not a price"),
        ("0", "zero"),
        ("0.00 EUR", "zero"),
        ("49-59", "not a price"),
        ("1.29.9", "not a price"),
        ("1.2,3.4", "not a price"),
        ("12,34,567", "not a price"),
        ("49 QQQ", "no known currency"),
        ("EUR 49 USD", "two currencies"),
        ("999999999999999999999", "too high"),
        ("NaN", "not a price"),
        ("١٢", "not a price"),
        (Decimal("Infinity"), "not a price"),
    ],
)
def test_what_is_no_price_is_refused_with_the_reason(text: object, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        parse_price(text, currency="USD")


def test_a_dollar_sign_is_the_shops_own_dollar() -> None:
    assert parse_price("$49", currency="CAD").currency == "CAD"


def test_a_feed_speaks_the_currency_its_prices_name() -> None:
    assert named_currency(["49.90", "1.299,00 €", "free"], "USD") == "EUR"
    assert named_currency(["49.90", "12"], "USD") == "USD"


def test_only_a_lower_price_is_a_sale() -> None:
    fifty, forty = (Money(minor=m, currency="EUR") for m in (5000, 4000))
    assert paid_and_regular(fifty, forty) == (forty, fifty)
    assert paid_and_regular(forty, fifty) == (forty, None)
    assert paid_and_regular(fifty, None) == (fifty, None)
