"""Our own feed: one product a line, as JSON, with all its facts and variants.

Knows nothing about other formats.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from shopper.products.feeds.draft import (
    Draft,
    DraftVariant,
    FeedProduct,
    Reject,
    RowError,
    link_of,
    moment_of,
    price_of,
    stock_of,
    text_of,
)
from shopper.products.feeds.facts import product_of
from shopper.products.feeds.words import one_line, plain, words
from shopper.products.taxonomy import Taxonomy
from shopper.types import Variant

_LISTS = ("materials", "patterns", "seasons", "occasions", "features", "care")


# Raised with every change of what a line's reading makes of it, so that stored products are read anew.
VERSION = 1
_IMAGE = re.compile(rb'"image"\s*:\s*("(?:[^"\\]|\\.)*")')


def read_line(line: str, number: int, taxonomy: Taxonomy, currency: str) -> FeedProduct | RowError:
    """The product in line `number`, or why it can't be taken. `currency` holds where it names none."""
    row: dict[str, Any] = {}
    try:
        row = _object(line)
        return product_of(_draft(row, number, currency), taxonomy)
    except Reject as reject:
        said = row.get("id")
        return reject.at(number, said if isinstance(said, str) else None)


def peek(line: str, currency: str) -> tuple[str | None, str | None]:
    """The id and the currency of a line's product without reading it; None for what isn't plain."""
    try:
        row = _object(line)
    except Reject:
        return None, None
    said = row.get("id")
    try:
        own = (_text(row, "currency") or currency).upper()
        price = price_of(row["variants"][0].get("price"), "price", own).currency
    except (Reject, LookupError, TypeError, AttributeError):
        price = None
    return (said if isinstance(said, str) else None), price


def images_in(line: bytes) -> list[str]:
    """The pictures that a line names, each once, without reading it."""
    found: dict[str, None] = {}
    for quoted in dict.fromkeys(_IMAGE.findall(line)):
        try:
            found[json.loads(quoted)] = None
        except ValueError:  # the line will be rejected
            continue
    return [reference.strip() for reference in found if reference.strip()]


def _object(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "it can't be read"
        raise Reject(None, f"is not valid JSON: {reason}") from error
    if not isinstance(row, dict):
        raise Reject(None, "is not a JSON object")
    return row


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _draft(row: dict[str, Any], line: int, default_currency: str) -> Draft:
    product_id = text_of(_text(row, "id"), "id", 200)
    currency = _text(row, "currency") or default_currency
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise Reject("currency", f"“{currency[:40]}” is not a currency code such as EUR")
    draft = Draft(
        id=product_id,
        line=line,
        title=text_of(one_line(_text(row, "title")), "title", 500),
        description=plain(_text(row, "description")),
        brand=one_line(_text(row, "brand")) or None,
        path=tuple(map(one_line, _list(row, "category_path") or words(_text(row, "category"), ">/"))),
        category=tuple(c for c in (_text(row, "category"),) if c),
        gender=tuple(g for g in (_text(row, "gender"),) if g),
        age_group=tuple(a for a in (_text(row, "age_group"),) if a),
        complete=True,
        tags=_list(row, "tags") or (),
        rating=_rating(row),
        rating_count=_count(row, "rating_count"),
        url=link_of(_text(row, "url")),
        published_at=moment_of(_text(row, "published_at")),
        fit=(_text(row, "fit"),) if _text(row, "fit") else None,
    )
    for name in _LISTS:
        setattr(draft, name, _list(row, name))
    variants = row.get("variants")
    if not isinstance(variants, list) or not variants:
        raise Reject("variants", "is missing or empty")
    seen: set[str] = set()
    for index, item in enumerate(variants):
        variant = _variant(item, f"variants[{index}]", currency.upper(), line)
        if variant.variant.id in seen:
            raise Reject(f"variants[{index}].id", f"“{variant.variant.id}” is used twice in this product")
        seen.add(variant.variant.id)
        draft.variants.append(variant)
    return draft


def _variant(item: Any, name: str, currency: str, line: int) -> DraftVariant:
    if not isinstance(item, dict):
        raise Reject(name, "is not a JSON object")
    variant_id = text_of(_text(item, "id"), f"{name}.id", 255)
    price = price_of(item.get("price"), f"{name}.price", currency)
    sale = item.get("sale_price")
    paid, regular = price, None
    if sale is not None and sale != "":
        paid, regular = price_of(sale, f"{name}.sale_price", currency), price
        if paid.currency != price.currency or paid.minor > price.minor:
            raise Reject(f"{name}.sale_price", f"{paid} is not below the price {price}")
        regular = price if paid.minor < price.minor else None
    stock = item.get("stock")
    if (
        stock is None
        or isinstance(stock, bool)
        or (not isinstance(stock, int) and not isinstance(stock, str))
    ):
        raise Reject(f"{name}.stock", "is missing" if stock is None else "is not a whole number of pieces")
    if isinstance(stock, int) and stock < 0:
        raise Reject(f"{name}.stock", "is below zero")
    return DraftVariant(
        line,
        Variant(
            id=variant_id,
            sku=text_of(_text(item, "sku") or variant_id, f"{name}.sku", 255),
            color=text_of(one_line(_text(item, "color")), f"{name}.color", 128, required=False) or None,
            size=text_of(one_line(_text(item, "size")), f"{name}.size", 64, required=False) or None,
            price=paid,
            regular_price=regular,
            stock=stock_of(str(stock), f"{name}.stock"),
            image=_text(item, "image") or None,
        ),
    )


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        raise Reject(name, "is not a text")
    return str(value).strip()


def _list(row: dict[str, Any], name: str) -> tuple[str, ...] | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return words(value)
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise Reject(name, "is not a list of texts")
    return tuple(dict.fromkeys(one_line(v) for v in value if one_line(v)))


def _rating(row: dict[str, Any]) -> float | None:
    text = _text(row, "rating")
    if not text:
        return None
    try:
        rating = float(text)
    except ValueError:
        raise Reject("rating", f"“{text[:40]}” is not a number") from None
    if not 0 <= rating <= 5:
        raise Reject("rating", "is not between 0 and 5")
    return rating


def _count(row: dict[str, Any], name: str) -> int:
    return stock_of(_text(row, name), name) if _text(row, name) else 0
