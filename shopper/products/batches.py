"""A feed in batches: rows known by their hash are skipped unread, the others are read.

Knows nothing about the database; it is told which row hashes are stored.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from shopper.products.feed import Feed, FeedProduct, FeedRow, RowError
from shopper.products.pictures import Pictures

# One transaction each: large enough to be quick, small enough that nobody waits for the lock.
_PRODUCTS = 500
_ROWS = 20_000


class Found(NamedTuple):
    """A product of the feed, its place among the products, and the hash of its row if it has one."""

    item: FeedProduct
    position: int
    row_hash: str | None


@dataclass
class Batch:
    """What the next rows of a feed hold."""

    found: list[Found] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    unchanged: int = 0


class Survey(NamedTuple):
    """What a feed holds at a glance: the ids it names, and the currency of most of its products."""

    named: set[str]
    currency: str | None


class BatchReader:
    """Goes through a feed once. Methods block, so they belong on a thread."""

    def __init__(self, feed: Feed, pictures: Pictures, known: dict[str, str], currency: str | None) -> None:
        self._feed = feed
        self._pictures = pictures
        self._known = known  # row hash → product id
        self._currency = currency
        self._rows = feed.rows()
        self.seen: dict[str, int] = {}  # product id → line
        self.rows = 0

    def next(self) -> Batch | None:
        """The next batch; None at the end of the feed."""
        batch, begun = Batch(), self.rows
        for row in self._rows:
            self.rows += 1
            self._take(row, batch)
            if len(batch.found) >= _PRODUCTS or self.rows - begun >= _ROWS:
                break
        return batch if self.rows > begun else None

    def _take(self, row: FeedRow, batch: Batch) -> None:
        row_hash = None
        if row.read is None:
            references = self._feed.images(row)
            stamp = self._pictures.stamp(references)
            row_hash = hash_of(self._feed, row, stamp)
            if stored := self._known.get(row_hash):
                if self._is_first(stored, row.line, batch):
                    batch.unchanged += 1
                    self._pictures.count_remote(references, stamp)
                return
        result = self._feed.read(row)
        if isinstance(result, RowError):
            batch.errors.append(result)
            return
        product = result.product
        position = len(self.seen)
        if not self._is_first(product.id, result.line, batch):
            return
        currency = product.variants[0].price.currency
        if self._currency is not None and currency != self._currency:
            reason = f"is in {currency}, but the shop sells in {self._currency}"
            batch.errors.append(RowError(result.line, "price", reason, product.id))
            return
        batch.found.append(Found(result, position, row_hash))

    def _is_first(self, product_id: str, line: int, batch: Batch) -> bool:
        first = self.seen.setdefault(product_id, line)
        if first == line:
            return True
        reason = f"the id “{product_id}” was already used in line {first}"
        batch.errors.append(RowError(line, "id", reason, product_id))
        return False


def survey(feed: Feed, pictures: Pictures, known: dict[str, str], currency: str | None) -> Survey:
    """Look through a feed without reading rows whose hash is known; those are in `currency`. Blocks."""
    named: set[str] = set()
    counts: Counter[str] = Counter()
    for row in feed.rows():
        stored = None
        if known and row.read is None:
            stored = known.get(hash_of(feed, row, pictures.stamp(feed.images(row))))
        product_id, own = (stored, currency) if stored else feed.peek(row)
        if product_id:
            named.add(product_id)
        if own:
            counts[own] += 1
    return Survey(named, min(counts, key=lambda c: (-counts[c], c)) if counts else None)


def hash_of(feed: Feed, row: FeedRow, stamp: bytes) -> str:
    """Changes with anything that what is stored of a row depends on."""
    digest = hashlib.blake2b(feed.context, digest_size=16)
    digest.update(row.data)
    digest.update(stamp)
    return digest.hexdigest()
