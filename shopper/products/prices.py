"""A file of prices and stock into the shop, between two feeds: quick, and without touching words or vectors.

Knows nothing about product feeds or search.
"""

from __future__ import annotations

import asyncio
import csv
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from shopper.errors import FeedError
from shopper.products.feed import lines_of
from shopper.products.feeds.draft import Reject, price_of, stock_of, text_of
from shopper.products.feeds.google import is_sold
from shopper.products.feeds.table import delimiter_of
from shopper.products.feeds.words import column_name, decode_line
from shopper.products.ingest import FeedProblem
from shopper.products.money import paid_and_regular
from shopper.products.repricing import AHEAD
from shopper.products.store import ProductStore, VariantUpdate
from shopper.types import Value

# Our own names first, then those of Google's price and local inventory feeds.
_NAMES = {
    "id": ("variant_id", "id", "itemid", "item_id", "offer_id"),
    "sku": ("sku",),
    "price": ("price",),
    "sale_price": ("sale_price",),
    "stock": ("stock", "quantity", "qty", "inventory"),
    "availability": ("availability",),
    "currency": ("currency",),
    "as_of": ("as_of", "timestamp"),
}
Cells = dict[str, Any]


class PriceReport(Value):
    """What a price file did; after a dry run, what it would have done.

    `updated` and `unchanged` count variants, `rejected` the rows that were not taken: unusable, named twice,
    in another currency, or older than what is stored. `unknown` counts the variants that the shop doesn't
    have. `as_of` is the newest moment among what was taken.
    """

    updated: int
    unchanged: int
    unknown: int
    unknown_ids: tuple[str, ...] = ()
    rejected: int
    errors: tuple[FeedProblem, ...]
    as_of: datetime | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    key: str
    is_sku: bool
    change: VariantUpdate


async def ingest_prices(
    file: Path,
    *,
    store: ProductStore,
    currency: str | None = None,
    dry_run: bool = False,
    now: datetime | None = None,
) -> PriceReport:
    """Take the prices and stock that `file` (CSV, TSV or JSONL) states; all good rows, or none, are written.

    `currency` holds for prices that name none, instead of the shop's. Raises FeedError for a file that can't
    be read as a whole, CatalogMissing for a shop without products.
    """
    started = time.perf_counter()
    own = await store.currency()
    now = now or datetime.now(UTC)
    rows, problems = await asyncio.to_thread(_read, file, currency or own, now)
    changes, refused, unknown = await _named(rows, store)
    problems += refused
    lines = {change.variant_id: line for line, change in changes}
    done = await store.set_prices((change for _, change in changes), partial=True, dry_run=dry_run)
    unknown += done.unknown
    problems += [
        FeedProblem(line=lines[key], field="as_of", reason="is older than what is stored")
        for key in done.older
    ]
    problems += [
        FeedProblem(line=lines[key], field="price", reason=f"is not in {own}, the currency of the shop")
        for key in done.foreign
    ]
    return PriceReport(
        updated=done.updated,
        unchanged=done.unchanged,
        unknown=len(unknown),
        unknown_ids=tuple(unknown),
        rejected=len(problems),
        errors=tuple(sorted(problems, key=lambda p: p.line)),
        as_of=done.as_of,
        seconds=round(time.perf_counter() - started, 3),
    )


def _read(file: Path, currency: str, now: datetime) -> tuple[list[_Row], list[FeedProblem]]:
    good: list[_Row] = []
    problems: list[FeedProblem] = []
    for line, cells in _rows(file):
        try:
            if isinstance(cells, Reject):
                raise cells
            good.append(_row(line, cells, currency, now))
        except Reject as reject:
            problems.append(FeedProblem(line=line, field=reject.field, reason=reject.reason))
    return good, problems


def _rows(file: Path) -> Iterator[tuple[int, Cells | Reject]]:
    """Each row that isn't blank, by our own names, or why it is none."""
    if not file.is_file():
        raise FeedError(f"There is no price file at {file}.")
    try:
        lines = (
            (n, text)
            for n, line in enumerate(lines_of(file), 1)
            if (text := decode_line(line).strip("\r\n")).strip()
        )
        start = next(lines, None)
        if start is None:
            raise FeedError("The price file is empty.")
        if start[1].lstrip().startswith("{"):
            yield start[0], _object(start[1])
            yield from ((n, _object(text)) for n, text in lines)
            return
        mark = delimiter_of(start[1])
        columns = _columns(start[1], mark)
        yield from ((n, _cells(text, mark, columns)) for n, text in lines)
    except OSError as error:
        raise FeedError(f"The price file {file} can't be read: {error.strerror}.") from error


def _columns(header: str, mark: str) -> list[str | None]:
    """What each column is to us; None for those that say nothing about price or stock."""
    said = [column_name(name).removeprefix("g_") for name in next(csv.reader([header], delimiter=mark))]
    chosen = {next((n for n in names if n in said), ""): ours for ours, names in _NAMES.items()}
    columns = [chosen.get(name) if name else None for name in said]
    if not {"id", "sku"} & set(columns):
        raise FeedError("The price file has no column variant_id, id or sku.")
    if not {"price", "stock", "availability"} & set(columns):
        raise FeedError("The price file has no column price, stock or availability.")
    return columns


def _cells(text: str, mark: str, columns: list[str | None]) -> Cells | Reject:
    try:
        values = next(csv.reader([text], delimiter=mark, strict=True)) if '"' in text else text.split(mark)
    except csv.Error:
        return Reject(None, "has a quotation mark that is never closed")
    if any(value.strip() for value in values[len(columns) :]):
        return Reject(None, f"has {len(values)} values for {len(columns)} columns")
    return {name: v for name, value in zip(columns, values, strict=False) if name and (v := value.strip())}


def _object(text: str) -> Cells | Reject:
    try:
        row = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return Reject(None, "is not valid JSON")
    if not isinstance(row, dict):
        return Reject(None, "is not a JSON object")
    found: Cells = {}
    for ours, names in _NAMES.items():
        value = next((row[name] for name in names if row.get(name) not in (None, "")), None)
        if isinstance(value, list | dict | bool):
            return Reject(ours, "is neither a text nor a number")
        if value is not None:
            found[ours] = value.strip() if isinstance(value, str) else value
    return found


def _row(line: int, cells: Cells, default: str, now: datetime) -> _Row:
    said = "id" if "id" in cells else "sku"
    key = text_of(str(cells.get(said, "")), said, 255)
    currency = _currency(str(cells["currency"])) if "currency" in cells else default
    stock, in_stock = _stock(cells)
    paid = regular = None
    if "price" in cells:
        price = price_of(cells["price"], "price", currency)
        sale = price_of(cells["sale_price"], "sale_price", currency) if "sale_price" in cells else None
        if sale and (sale.currency != price.currency or sale.minor > price.minor):
            raise Reject("sale_price", f"{sale} is not below the price {price}")
        paid, regular = paid_and_regular(price, sale)
    elif "sale_price" in cells:
        raise Reject("sale_price", "needs the price that it is a sale of")
    elif stock is None and not in_stock:
        raise Reject(None, "states neither a price nor a stock")
    moment = _moment(cells, now) if "as_of" in cells else None
    return _Row(line, key, said == "sku", VariantUpdate(key, paid, regular, stock, in_stock, moment))


@lru_cache(maxsize=1000)
def _currency(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise Reject("currency", f"“{text[:40]}” is not a currency code such as EUR")
    return text.upper()


def _stock(cells: Cells) -> tuple[int | None, bool]:
    """The pieces left, or None; and whether it is in stock without a count."""
    sold = None
    if "availability" in cells:
        said = str(cells["availability"])
        sold = is_sold(said)
        if sold is None:
            raise Reject("availability", f"“{said[:40]}” is not an availability")
        if sold is False:
            return 0, False
    if "stock" in cells:
        return stock_of(str(cells["stock"]), "stock"), False
    return None, sold is True


def _moment(cells: Cells, now: datetime) -> datetime:
    text = str(cells["as_of"])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Reject("as_of", f"“{text[:40]}” is not a time such as 2026-05-01T12:00:00Z") from None
    moment = moment.replace(tzinfo=moment.tzinfo or UTC)
    if moment > now + AHEAD:
        raise Reject("as_of", f"“{text[:40]}” lies in the future")
    return moment


async def _named(
    rows: list[_Row], store: ProductStore
) -> tuple[list[tuple[int, VariantUpdate]], list[FeedProblem], list[str]]:
    """The rows with the ids of their variants, the rejected, and the SKUs that nothing has."""
    skus = await store.by_sku([row.key for row in rows if row.is_sku])
    found: dict[str, tuple[int, VariantUpdate]] = {}
    problems: list[FeedProblem] = []
    unknown: list[str] = []
    for row in rows:
        ids = skus.get(row.key, []) if row.is_sku else [row.key]
        if not ids:
            unknown.append(row.key)
        elif len(ids) > 1:
            reason = f"“{row.key}” is the SKU of {len(ids)} variants; name them by their ids"
            problems.append(FeedProblem(line=row.line, field="sku", reason=reason))
        elif ids[0] in found:
            reason = f"its variant was already named in line {found[ids[0]][0]}"
            problems.append(FeedProblem(line=row.line, field="sku" if row.is_sku else "id", reason=reason))
        else:
            change = replace(row.change, variant_id=ids[0]) if row.is_sku else row.change
            found[ids[0]] = (row.line, change)
    return list(found.values()), problems, unknown
