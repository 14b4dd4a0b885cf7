"""A shop's feed, in whatever format it comes, to products and reasoned rejects.

Knows nothing about the database, photos or search.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from shopper.errors import FeedError
from shopper.products.feeds import jsonl
from shopper.products.feeds.draft import FeedProduct, RowError
from shopper.products.feeds.google import is_google, read_google
from shopper.products.feeds.google_xml import read_items
from shopper.products.feeds.magento import is_magento, read_magento
from shopper.products.feeds.shopify import is_shopify, read_shopify
from shopper.products.feeds.table import columns_of, read_table
from shopper.products.feeds.words import decode, decode_line
from shopper.products.lexicon import LEXICON
from shopper.products.taxonomy import Taxonomy

__all__ = [
    "FORMATS",
    "Feed",
    "FeedProduct",
    "FeedRow",
    "RowError",
    "feed_file",
    "lines_of",
    "open_feed",
    "read_feed",
]

FORMATS = ("auto", "jsonl", "shopify", "google", "magento")
# Shopify's and Magento's exports name no currency; this holds unless the caller or the prices say otherwise.
DEFAULT_CURRENCY = "USD"
_LARGEST_FEED = 2_000_000_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENDINGS = (".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".xml")


class FeedRow(NamedTuple):
    """One row of a feed: as the file holds it, or read where a format folds several into a product."""

    line: int
    data: bytes = b""
    read: FeedProduct | RowError | None = None


class Feed:
    """An open feed whose rows can be gone through more than once, without holding them all."""

    def __init__(
        self, file: Path, taxonomy: Taxonomy, currency: str, read: Sequence[FeedProduct | RowError] | None
    ) -> None:
        self.file = file
        self._taxonomy = taxonomy
        self._currency = currency
        self._read = read
        self._stamp = _stamp(file)

    @property
    def context(self) -> bytes:
        """What decides beside a row's own bytes what its reading makes of it."""
        return f"{jsonl.VERSION} {self._currency} {_words_version()}\n".encode()

    def rows(self) -> Iterator[FeedRow]:
        """All rows that aren't blank, from the start."""
        if self._read is not None:
            for result in self._read:
                yield FeedRow(result.line, read=result)
            return
        try:
            for number, line in enumerate(lines_of(self.file), start=1):
                if line and not line.isspace():
                    yield FeedRow(number, line)
        except OSError as error:
            raise FeedError(f"The feed {self.file} can't be read: {error.strerror}.") from error

    def read(self, row: FeedRow) -> FeedProduct | RowError:
        """The product of a row, or why it can't be taken."""
        return row.read or jsonl.read_line(decode_line(row.data), row.line, self._taxonomy, self._currency)

    def peek(self, row: FeedRow) -> tuple[str | None, str | None]:
        """The id and the currency of a row's product, None for what isn't plain; cheaper than reading it."""
        match row.read:
            case None:
                return jsonl.peek(decode_line(row.data), self._currency)
            case FeedProduct(product=product):
                return product.id, product.variants[0].price.currency
            case RowError(product_id=product_id):
                return product_id, None

    def images(self, row: FeedRow) -> list[str]:
        """The pictures that an unread row names."""
        return jsonl.images_in(row.data)

    def has_changed(self) -> bool:
        """Whether the file was written since it was opened."""
        return _stamp(self.file) != self._stamp


def open_feed(
    path: Path,
    *,
    format: str = "auto",
    taxonomy: Taxonomy,
    currency: str | None = None,
    today: date | None = None,
) -> Feed:
    """The feed at `path`: a file, or a folder that holds one. FeedError where it is unreadable as a whole.

    `currency` holds for prices that name none; `today` decides whether a dated sale price holds.
    """
    if format not in FORMATS:
        raise FeedError(
            f"“{format}” is not a feed format; choose one of {', '.join(FORMATS)}.", field="format"
        )
    file = feed_file(path)
    default = currency or DEFAULT_CURRENCY
    head = _head_of(file)
    start = decode(head).lstrip()
    if format in ("auto", "google") and start.startswith("<"):
        return Feed(
            file,
            taxonomy,
            default,
            list(read_google(read_items(_bytes(file)), taxonomy, default, _day(today))),
        )
    if b"\0" in head and not head.startswith(_UTF16) and head.count(0) <= len(head) // 4:
        raise FeedError("The feed is not a text file.")
    if format == "jsonl" or (format == "auto" and start.startswith("{")):
        return Feed(file, taxonomy, _jsonl_currency(file, default), None)
    return Feed(file, taxonomy, default, list(_table(file, format, taxonomy, default, _day(today))))


def read_feed(
    path: Path,
    *,
    format: str = "auto",
    taxonomy: Taxonomy,
    currency: str | None = None,
    today: date | None = None,
) -> Iterator[FeedProduct | RowError]:
    """The products of a feed and a RowError for each row it can't take.

    Of two rows with one product or variant id the later is the error. Raises FeedError where the feed is
    unreadable as a whole.
    """
    feed = open_feed(path, format=format, taxonomy=taxonomy, currency=currency, today=today)
    return _without_duplicates(feed.read(row) for row in feed.rows())


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


def _day(today: date | None) -> date:
    return today or datetime.now(UTC).date()


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError as error:
        raise FeedError(f"The feed {file} can't be read: {error.strerror}.") from error
    return found.st_size, found.st_mtime_ns


def _head_of(file: Path) -> bytes:
    """The feed's first 4 KB. Raises FeedError where it can't be read or is empty."""
    try:
        with file.open("rb") as handle:
            head = handle.read(4096)
            if not head.strip() and not any(line.strip() for line in handle):
                raise FeedError("The feed is empty.")
    except OSError as error:
        raise FeedError(f"The feed {file} can't be read: {error.strerror}.") from error
    return head


def _bytes(file: Path) -> bytes:
    """The whole feed, for formats that are read at once."""
    try:
        if file.stat().st_size > _LARGEST_FEED:
            raise FeedError("The feed is larger than 2 GB; split it.")
        return file.read_bytes()
    except OSError as error:
        raise FeedError(f"The feed {file} can't be read: {error.strerror}.") from error


def _table(
    file: Path, format: str, taxonomy: Taxonomy, currency: str, today: date
) -> Iterator[FeedProduct | RowError]:
    text = decode(_bytes(file))
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


def lines_of(file: Path) -> Iterator[bytes]:
    """The lines of a text file, read as they are asked for, whatever ends them."""
    with file.open("rb") as handle:
        start = handle.peek(4096)[:4096]
        if start.startswith(_UTF16) or start.count(0) > len(start) // 4:
            # A line break is no single byte there.
            yield from decode(handle.read()).encode().splitlines()
            return
        for number, line in enumerate(handle):
            if number == 0:
                line = line.removeprefix(codecs.BOM_UTF8)
            line = line.rstrip(b"\r\n")
            if b"\r" in line:
                yield from line.split(b"\r")
            else:
                yield line


def _jsonl_currency(file: Path, default: str) -> str:
    """The currency most of the first lines name, for lines that name none."""
    named: Counter[str] = Counter()
    for line in islice(lines_of(file), 500):
        named.update(re.findall(r'"currency"\s*:\s*"([A-Z]{3})"', decode_line(line)))
    return min(named, key=lambda c: (-named[c], c)) if named else default


@cache
def _words_version() -> str:
    """Changes with the tables that facts are read by."""
    return hashlib.blake2b(LEXICON.read_bytes(), digest_size=8).hexdigest()


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
