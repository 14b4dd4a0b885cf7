"""Price texts as shops write them (`1.299,00 €`, `$49.9`, `EUR 49.90`) to exact amounts in minor units.

Knows nothing about feeds, rows or products.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from shopper.errors import BadInput
from shopper.types import Money, minor_exponent

# A price column of 32 bits holds it; anything above is a typing error anyway.
_LARGEST_MINOR = 2_000_000_000

_SYMBOLS = {
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "R$": "BRL", "MX$": "MXN", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR",
    "₩": "KRW", "₺": "TRY", "zł": "PLN", "zl": "PLN", "kč": "CZK", "fr.": "CHF", "sfr": "CHF",
    "euro": "EUR", "euros": "EUR", "kr.": "SEK", "kr": "SEK",
}  # fmt: skip
# Signs that several currencies share: the shop's own currency is meant where it is one of them.
_SHARED = {
    "$": {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"},
    "kr": {"SEK", "NOK", "DKK", "ISK"},
    "kr.": {"SEK", "NOK", "DKK", "ISK"},
    "¥": {"JPY", "CNY"},
}
_CODES = {
    "EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK",
    "HUF", "RON", "BGN", "TRY", "INR", "CNY", "HKD", "SGD", "KRW", "TWD", "THB", "VND", "IDR", "MYR",
    "PHP", "BRL", "MXN", "ARS", "CLP", "COP", "PEN", "ZAR", "ILS", "AED", "SAR", "QAR", "KWD", "BHD",
    "OMR", "JOD", "TND", "MAD", "EGP", "UAH", "RUB",
}  # fmt: skip
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SYMBOLS, key=len, reverse=True))
_SHAPE = re.compile(
    rf"^(?P<minus>[-−–])?\s*(?P<before>[A-Za-z]{{3}}\b|{_SIGN})?\s*(?P<minus2>[-−–])?\s*"
    rf"(?P<number>[0-9][0-9.,'’\s]*?)(?:[.,][-–—])?\s*(?P<after>[A-Za-z]{{3}}|{_SIGN})?$",
    re.IGNORECASE,
)


def parse_price(value: object, *, currency: str) -> Money:
    """The amount that `value` states, in its own currency if it names one, else in `currency`.

    Three digits after a lone separator are thousands (`1.299` is 1299), except after a leading zero or in a
    currency with three decimals. JSON numbers (int, Decimal) are taken as they are. Raises BadInput with
    the reason.
    """
    if isinstance(value, bool) or value is None:
        raise BadInput("has no price")
    if isinstance(value, int | float | Decimal):
        return _money(Decimal(str(value)), currency, str(value))
    return _parse_text(str(value), currency)


@lru_cache(maxsize=20_000)
def _parse_text(value: str, currency: str) -> Money:
    text = " ".join(str(value).replace("\u00a0", " ").replace("\u202f", " ").split())
    if not text:
        raise BadInput("has no price")
    shape = _SHAPE.match(text)
    if shape is None:
        raise BadInput(f"“{_short(text)}” is not a price")
    named = [c for c in (_currency(shape["before"], currency), _currency(shape["after"], currency)) if c]
    if len(set(named)) > 1:
        raise BadInput(f"“{_short(text)}” names two currencies")
    if any(sign and not _currency(sign, currency) for sign in (shape["before"], shape["after"])):
        raise BadInput(f"“{_short(text)}” names no known currency")
    money_in = named[0] if named else currency
    amount = _number(shape["number"].strip(), minor_exponent(money_in))
    if amount is None:
        raise BadInput(f"“{_short(text)}” is not a price")
    return _money(-amount if shape["minus"] or shape["minus2"] else amount, money_in, text)


def named_currency(texts: Iterable[str], default: str) -> str:
    """The currency that these prices name most often (by alphabet if even), or `default` where none does."""
    counts: Counter[str] = Counter()
    for text in texts:
        shape = _SHAPE.match(" ".join(text.split()))
        if shape:
            found = _currency(shape["before"], default) or _currency(shape["after"], default)
            counts.update([found] if found else [])
    return min(counts, key=lambda c: (-counts[c], c)) if counts else default


def paid_and_regular(price: Money, sale: Money | None) -> tuple[Money, Money | None]:
    """What the shopper pays, and the regular price where a lower sale price holds."""
    if sale is None or sale.currency != price.currency or sale.minor >= price.minor:
        return price, None
    return sale, price


def _currency(sign: str | None, default: str) -> str | None:
    if not sign:
        return None
    if sign.upper() in _CODES:
        return sign.upper()
    for known, code in _SYMBOLS.items():
        if known.lower() == sign.lower():
            return default if default in _SHARED.get(known, ()) else code
    return None


def _number(text: str, exponent: int) -> Decimal | None:
    text = re.sub(r"(?<=\d)['’\s](?=\d{3}(?!\d))", "", text)
    if not re.fullmatch(r"[0-9.,]+", text) or not text[-1].isdigit():
        return None
    marks = [c for c in text if c in ".,"]
    if not marks:
        return Decimal(text)
    last = marks[-1]
    if len(set(marks)) == 2:  # both: the last one starts the decimals
        if marks.count(last) > 1:
            return None
        whole, _, part = text.rpartition(last)
        return _join(whole, "," if last == "." else ".", part)
    head, _, tail = text.rpartition(last)
    thousands = len(tail) == 3 and exponent != 3 and not head.startswith("0")
    if len(marks) > 1 or thousands:
        return _join(text, last, "")
    return Decimal(f"{head}.{tail}")


def _join(whole: str, separator: str, part: str) -> Decimal | None:
    first, *groups = whole.split(separator)
    if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in groups):
        return None
    digits = first + "".join(groups)
    return Decimal(f"{digits}.{part}" if part else digits)


def _money(amount: Decimal, currency: str, text: str) -> Money:
    if not amount.is_finite():
        raise BadInput(f"“{_short(text)}” is not a price")
    if amount < 0:
        raise BadInput(f"“{_short(text)}” is below zero")
    # Accounting systems export four decimals; a shopper pays whole minor units.
    if amount.adjusted() > 12:
        raise BadInput(f"“{_short(text)}” is too high for a price")
    minor = int((amount * 10 ** minor_exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if minor > _LARGEST_MINOR:
        raise BadInput(f"“{_short(text)}” is too high for a price")
    if minor == 0:
        raise BadInput("a price of zero is not a price")
    return Money(minor=minor, currency=currency)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
