"""A shop's own products as pairs of a picture and the words for it, each in its part of the data.

Knows nothing about networks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shopper.errors import ShopperError
from shopper.products.feed import FeedProduct, feed_file, read_feed
from shopper.products.images import MediaFolder, places_of
from shopper.products.taxonomy import Taxonomy
from shopper.types import Product

Part = Literal["train", "validation", "test"]
_VALIDATION, _TEST = 10, 15  # of a hundred products; the rest is trained on


@dataclass(frozen=True)
class Pair:
    """A picture of a product in one colour; the first of its texts is its name, by which it is looked for."""

    product: str
    picture: Path
    texts: tuple[str, ...]

    @property
    def part(self) -> Part:
        """By a hash of the product's id alone: it stays when products are added; colours stay together."""
        bucket = int(hashlib.sha256(f"pair {self.product}".encode()).hexdigest()[:8], 16) % 100
        if bucket < _VALIDATION:
            return "validation"
        return "test" if bucket < _VALIDATION + _TEST else "train"


def pairs_of_shop(products: Iterable[Product], media: MediaFolder, taxonomy: Taxonomy) -> Iterator[Pair]:
    """Of an ingested shop; products without a picture are left out."""
    for product in products:
        for color, name in _pictures(product):
            try:
                yield Pair(product.id, media.path(name), _texts(product, color, taxonomy))
            except ShopperError:
                continue  # `shopper doctor` tells of pictures that are gone


def pairs_of_feed(feed: Path, taxonomy: Taxonomy) -> Iterator[Pair]:
    """Of a feed, or a folder with one, whose pictures lie beside it; rows that can't be read are left out."""
    file = feed_file(feed)
    for row in read_feed(file, taxonomy=taxonomy):
        if not isinstance(row, FeedProduct):
            continue
        for color, name in _pictures(row.product):
            places = (file.parent / place for place in places_of(name))
            picture = next((place for place in places if place.is_file()), None)
            if picture is not None:
                yield Pair(row.product.id, picture, _texts(row.product, color, taxonomy))


def _pictures(product: Product) -> list[tuple[str | None, str]]:
    first: dict[str | None, str] = {}
    for variant in product.variants:
        if variant.image:
            first.setdefault(variant.color, variant.image)
    return list(first.items())


def _texts(product: Product, color: str | None, taxonomy: Taxonomy) -> tuple[str, ...]:
    """The name, what a shopper would call it, and what the shop says of it."""
    name = product.title
    if color and color.lower() not in name.lower():
        name = f"{name} in {color}"
    kind = product.category or ""
    if kind in taxonomy.categories:
        kind = taxonomy.singular(kind)
    wearer = f"for {product.gender}" if product.gender and product.gender != "unisex" else ""
    facts = (color or "", *product.patterns[:1], *product.materials[:1], kind)
    called = " ".join(word for word in (*facts, wearer) if word)
    said = product.description.split(". ")[0].strip()
    return tuple(dict.fromkeys(t for t in (name, called, f"{product.title}. {said}" if said else "") if t))
