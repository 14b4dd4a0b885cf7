"""Products and variants as rows of the database, and back.

Knows nothing about queries, transactions or feeds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select

from shopper.database import ProductRow, VariantRow
from shopper.types import Money, Product, Variant

# Fields of Product that have a column of their own.
_COLUMNS = {"id", "title", "brand", "category", "gender", "variants"}
_T = TypeVar("_T")
_ALL = set(Variant.model_fields)
# `updated_at`, the hashes and `as_of` are left out: they say nothing about what is sold.
PRODUCT_COLUMNS = select(
    ProductRow.id, ProductRow.position, ProductRow.title, ProductRow.brand, ProductRow.category,
    ProductRow.gender, ProductRow.facts,
)  # fmt: skip
VARIANT_COLUMNS = select(
    VariantRow.product_id, VariantRow.id, VariantRow.sku, VariantRow.color, VariantRow.size,
    VariantRow.price_minor, VariantRow.regular_minor, VariantRow.currency, VariantRow.stock, VariantRow.image,
)  # fmt: skip


class NewRow(NamedTuple):
    """A product to store: its place in the feed, its hashes, and that of the feed's own row."""

    position: int
    product: Product
    content: str
    embed: str
    row_hash: str | None = None


def content_hash(product: Product) -> str:
    """Changes with any fact of the product or its variants."""
    return hashlib.sha256(product.model_dump_json().encode()).hexdigest()


def embed_hash(product: Product) -> str:
    """Changes only with what vectors are made from: words and each colour's picture, not price or stock."""
    words = product.model_dump(
        mode="json",
        include={
            "title", "brand", "description", "category", "gender", "age_group", "materials", "patterns",
            "fit", "seasons", "occasions", "features", "tags",
        },
    )  # fmt: skip
    pictures = dict.fromkeys((v.color, v.image) for v in product.variants)
    text = json.dumps([words, [list(pair) for pair in pictures]], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def chunks(items: Sequence[_T], size: int = 500) -> Iterator[list[_T]]:
    """`items` in lists of at most `size`; a statement takes some 32,700 parameters."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def products_from(rows: Sequence[Any], variant_rows: Iterable[Any]) -> list[Product]:
    """The products of rows of PRODUCT_COLUMNS with their rows of VARIANT_COLUMNS; one without any is none."""
    variants: dict[str, list[Variant]] = {row[0]: [] for row in rows}
    for product_id, key, sku, color, size, minor, regular, currency, stock, image in variant_rows:
        variants[product_id].append(
            _variant(
                {
                    "id": key,
                    "sku": sku,
                    "color": color,
                    "size": size,
                    "price": _money(minor, currency),
                    "regular_price": _money(regular, currency) if regular else None,
                    "stock": stock,
                    "image": image,
                },
            )
        )
    return [
        Product(
            id=key,
            title=title,
            brand=brand,
            category=category,
            gender=gender,
            variants=tuple(variants[key]),
            **facts,
        )
        for key, _position, title, brand, category, gender, facts in rows
        if variants[key]
    ]


def _variant(cells: dict[str, Any]) -> Variant:
    """A variant of cells that were checked before they were stored.

    A million variants are read at a start; this takes a third of the time that checking them again would.
    """
    made = Variant.__new__(Variant)
    object.__setattr__(made, "__dict__", cells)
    object.__setattr__(made, "__pydantic_fields_set__", _ALL)  # copied by whoever changes it
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


@lru_cache(maxsize=20_000)
def _money(minor: int, currency: str) -> Money:
    return Money(minor=minor, currency=currency)


def product_values(row: NewRow, now: datetime) -> dict[str, Any]:
    """The row of a product that is written at `now`."""
    product = row.product
    return {
        "id": product.id,
        "position": row.position,
        "row_hash": row.row_hash,
        "title": product.title,
        "brand": product.brand,
        "category": product.category,
        "gender": product.gender,
        "facts": product.model_dump(mode="json", exclude=_COLUMNS, exclude_defaults=True),
        "content_hash": row.content,
        "embed_hash": row.embed,
        "updated_at": now,
    }


def variant_values(product: Product, now: datetime) -> Iterator[dict[str, Any]]:
    """The rows of a product's variants, known as of `now`."""
    for position, v in enumerate(product.variants):
        yield {
            "id": v.id,
            "product_id": product.id,
            "position": position,
            "sku": v.sku,
            "color": v.color,
            "size": v.size,
            "price_minor": v.price.minor,
            "regular_minor": v.regular_price.minor if v.regular_price else None,
            "currency": v.price.currency,
            "stock": v.stock,
            "image": v.image,
            "as_of": now,
        }
