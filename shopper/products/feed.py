"""A shop's feed, in whatever format it comes, to products and reasoned rejects.

Knows nothing about the database, photos or search.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from io import StringIO
from itertools import islice
from pathlib import Path

from shopper.errors import FeedError
from shopper.products.feeds.draft import FeedProduct, RowError
from shopper.products.feeds.google import is_google, read_google
from shopper.products.feeds.google_xml import read_items
from shopper.products.feeds.jsonl import read_jsonl
from shopper.products.feeds.magento import is_magento, read_magento
from shopper.products.feeds.shopify import is_shopify, read_shopify
from shopper.products.feeds.table import columns_of, read_table
from shopper.products.feeds.words import decode
from shopper.products.taxonomy import Taxonomy

__all__ = ["FORMATS", "FeedProduct", "RowError", "feed_file", "read_feed"]

FORMATS = ("auto", "jsonl", "shopify", "google", "magento")
# Shopify's and Magento's exports name no currency; this holds unless the caller or the prices say otherwise.
DEFAULT_CURRENCY = "USD"
_LARGEST_FEED = 2_000_000_000
_ENDINGS = (".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".xml")


def read_feed(
    path: Path,
    *,
    format: str = "auto",
    taxonomy: Taxonomy,
    currency: str | None = None,
    today: date | None = None,
) -> Iterator[FeedProduct | RowError]:
    """The products of a feed (a file, or a folder that holds one) and a RowError for each row it can't take.

    `currency` holds for prices that name none; `today` decides whether a dated sale price holds. Of two
    rows with one product or variant id the later is the error. Raises FeedError where the feed is
    unreadable as a whole.
    """
    if format not in FORMATS:
        raise FeedError(
            f"“{format}” is not a feed format; choose one of {', '.join(FORMATS)}.", field="format"
        )
    file = feed_file(path)
    data = _bytes(file)
    today = today or datetime.now(UTC).date()
    return _without_duplicates(_rows(file, data, format, taxonomy, currency or DEFAULT_CURRENCY, today))


def feed_file(path: Path) -> Path:
    """The feed at `path`: the file, or in a folder products.jsonl, products.csv, or the only feed."""
    if not path.exists():
        raise FeedError(f"There is no feed at {path}.")
    if not path.is_dir():
        return path
    for name in ("products.jsonl", "products.csv"):
        if (path / name).is_file():
            return path / name
    found = sorted(f for f in path.iterdir() if f.is_file() and f.suffix.lower() in _ENDINGS)
    if len(found) != 1:
        many = f"{len(found)} files that may be one" if found else "none"
        raise FeedError(f"The folder {path} should hold one product feed, but holds {many}; name the file.")
    return found[0]


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST_FEED:
            raise FeedError("The feed is larger than 2 GB; split it.")
        data = file.read_bytes()
    except OSError as error:
        raise FeedError(f"The feed {file} can't be read: {error.strerror}.") from error
    if not data.strip():
        raise FeedError("The feed is empty.")
    return data


def _rows(
    file: Path, data: bytes, format: str, taxonomy: Taxonomy, currency: str, today: date
) -> Iterator[FeedProduct | RowError]:
    start = decode(data[:4096]).lstrip()
    if format in ("auto", "google") and start.startswith("<"):
        return read_google(read_items(data), taxonomy, currency, today)
    if (
        b"\0" in data[:4096]
        and not data.startswith((b"\xff\xfe", b"\xfe\xff"))
        and data[:4096].count(0) < 900
    ):
        raise FeedError("The feed is not a text file.")
    text = decode(data)
    if format == "jsonl" or (format == "auto" and start.startswith("{")):
        return read_jsonl(_lines(text), taxonomy, _jsonl_currency(text, currency))
    table_columns = frozenset(columns_of(text))
    kind = format if format != "auto" else _kind(table_columns)
    table = read_table(text)
    match kind:
        case "shopify":
            return read_shopify(table, taxonomy, currency)
        case "magento":
            return read_magento(table, taxonomy, currency, today)
        case "google":
            return read_google(table.rows, taxonomy, currency, today)
    named = ", ".join(table.headers[:8])
    raise FeedError(
        f"{file.name} is no feed that can be recognised (its columns: {named[:200]}). "
        "It can be JSONL, Shopify CSV, Google Merchant CSV/TSV/XML or Magento CSV."
    )


def _kind(columns: frozenset[str]) -> str | None:
    if is_shopify(columns):
        return "shopify"
    if is_magento(columns):
        return "magento"
    return "google" if is_google(columns) else None


def _lines(text: str) -> Iterable[str]:
    return StringIO(text, newline=None)


def _jsonl_currency(text: str, default: str) -> str:
    """The currency most of the first lines name, for lines that name none."""
    named: Counter[str] = Counter()
    for line in islice(_lines(text), 500):
        named.update(re.findall(r'"currency"\s*:\s*"([A-Z]{3})"', line))
    return min(named, key=lambda c: (-named[c], c)) if named else default


def _without_duplicates(rows: Iterator[FeedProduct | RowError]) -> Iterator[FeedProduct | RowError]:
    products: dict[str, int] = {}
    variants: dict[str, int] = {}
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        error = _duplicate(row, products, variants)
        if error is None:
            products[row.product.id] = row.line
            variants.update({v.id: row.lines.get(v.id, row.line) for v in row.product.variants})
        yield error or row


def _duplicate(row: FeedProduct, products: dict[str, int], variants: dict[str, int]) -> RowError | None:
    product = row.product
    if first := products.get(product.id):
        return RowError(row.line, "id", f"the id “{product.id}” was already used in line {first}", product.id)
    for variant in product.variants:
        if first := variants.get(variant.id):
            reason = f"the variant id “{variant.id}” was already used in line {first}"
            return RowError(row.lines.get(variant.id, row.line), "variants.id", reason, product.id)
    return None
