"""What a reader of any feed says about one product, in the shop's own words, before facts are made of it.

Knows nothing about file formats or the taxonomy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from shopper.errors import BadInput
from shopper.products.feeds.words import slug
from shopper.products.money import parse_price
from shopper.types import Money, Product, Variant

# The stock of what is sold without being counted ("continue selling when out of stock", "in stock").
UNCOUNTED = 999
_LARGEST_STOCK = 1_000_000_000


@dataclass(frozen=True)
class RowError:
    """Why a row, or one field of it, wasn't taken; `product_id` is the product it was about, if known."""

    line: int
    field: str | None
    reason: str
    product_id: str | None = None


@dataclass(frozen=True)
class FeedProduct:
    """A product as the feed states it; `Variant.image` still is the feed's own reference."""

    product: Product
    line: int  # the physical line its first row starts at, from 1
    lines: dict[str, int] = field(default_factory=dict)  # variant id → line


class Reject(Exception):  # it is control flow inside the readers, turned into a RowError at once
    """A row can't be taken: which field, and why."""

    def __init__(self, field: str | None, reason: str, *, line: int | None = None) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.line = line

    def at(self, line: int, product_id: str | None = None) -> RowError:
        return RowError(self.line or line, self.field, self.reason, product_id or None)


@dataclass
class Draft:
    """One product in the shop's words. A tuple of words is raw; `None` means the feed has no such field."""

    id: str
    line: int
    title: str
    description: str = ""
    brand: str | None = None
    path: tuple[str, ...] = ()  # the shop's category path, without the root
    category: tuple[str, ...] = ()  # words that state the category, most telling first
    category_hints: tuple[str, ...] = ()  # words that narrow it: style attributes
    gender: tuple[str, ...] = ()
    age_group: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()  # of the whole product, where variants state none
    materials: tuple[str, ...] | None = None
    patterns: tuple[str, ...] | None = None
    fit: tuple[str, ...] | None = None
    seasons: tuple[str, ...] | None = None
    occasions: tuple[str, ...] | None = None
    features: tuple[str, ...] | None = None
    care: tuple[str, ...] | None = None
    complete: bool = False  # the fields that are given say it all: nothing is read from the text beside them
    tags: tuple[str, ...] = ()
    rating: float | None = None
    rating_count: int = 0
    url: str | None = None
    published_at: datetime | None = None
    variants: list[DraftVariant] = field(default_factory=list)


@dataclass(frozen=True)
class DraftVariant:
    line: int
    variant: Variant
    rest: str | None = None  # an option that is neither colour nor size


def price_of(text: object, field: str, currency: str) -> Money:
    """The price in a cell; a Reject that names `field` if there is none."""
    try:
        return parse_price(text, currency=currency)
    except BadInput as error:
        raise Reject(field, error.message) from error


def stock_of(text: str, field: str) -> int:
    """A count of pieces; below zero (oversold) is none."""
    try:
        count = float(text.replace(" ", "").replace(",", "."))
        if not -_LARGEST_STOCK <= count <= _LARGEST_STOCK:
            raise ValueError
    except ValueError:
        raise Reject(field, f"“{text[:40]}” is not a number of pieces") from None
    return max(0, int(count))


def text_of(text: str, field: str, limit: int, *, required: bool = True) -> str:
    """`text` if it is there and not longer than `limit`."""
    if required and not text:
        raise Reject(field, "is missing")
    if len(text) > limit:
        raise Reject(field, f"is longer than {limit} characters")
    if not text.isprintable():
        raise Reject(field, "holds characters that can't be printed")
    return text


def link_of(text: str) -> str | None:
    """A web address that is safe to link to, or None."""
    safe = text.lower().startswith(("https://", "http://")) and text.isprintable() and len(text) <= 2000
    return text if safe else None


def moment_of(text: str) -> datetime | None:
    """An ISO date or time, UTC where it names no zone; None if it is neither."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def runs_on(today: date, begin: str, end: str) -> bool:
    """Whether a sale from `begin` to `end` (dates, inclusive, either may be open) holds on `today`.

    A date that can't be read ends the sale: better the regular price than one that nobody promised.
    """
    first, last = _day(begin), _day(end)
    if (begin.strip() and first is None) or (end.strip() and last is None):
        return False
    return (first is None or first <= today) and (last is None or today <= last)


def variant_id(product_id: str, *options: str | None) -> str:
    """A stable id for a variant whose shop gives none: the product's and its options'."""
    said = [slug(option) for option in options if option]
    return ":".join([product_id, "-".join(said)]) if said else product_id


def unique(variants: Iterable[DraftVariant]) -> list[DraftVariant]:
    """The variants, the remaining option in the size where colour and size don't tell them apart."""
    found = list(variants)
    seen: dict[tuple[str | None, str | None], int] = {}
    for item in found:
        key = (item.variant.color, item.variant.size)
        seen[key] = seen.get(key, 0) + 1
    told = []
    for item in found:
        v = item.variant
        if item.rest and (v.size is None or seen[(v.color, v.size)] > 1):
            size = " / ".join(part for part in (v.size, item.rest) if part)
            item = DraftVariant(item.line, v.model_copy(update={"size": size[:64]}), item.rest)
        told.append(item)
    return told


def _day(text: str) -> date | None:
    text = text.strip()
    if not text:
        return None
    moment = moment_of(text[:25].replace(" ", "T"))
    if moment is None:
        moment = moment_of(text[:10])
    if moment is None:
        for shape in ("%m/%d/%y", "%m/%d/%Y", "%d.%m.%Y"):
            try:
                return datetime.strptime(text.split(",")[0].split(" ")[0], shape).date()  # a date has no zone
            except ValueError:
                continue
        return None
    return moment.date()
