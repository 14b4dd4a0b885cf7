"""The catalog as a product feed for other shopping surfaces: OpenAI's (JSONL) and Google's (TSV).

One row a variant, held against the published rules; what breaks one is named and left out. Knows nothing
about files or where products are kept. Rules: developers.openai.com/commerce/specs/feed,
support.google.com/merchants/answer/7052112.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from shopper.errors import BadInput
from shopper.types import Money, Product, Variant, minor_exponent

Row = dict[str, Any]
Form = Literal["openai-feed", "google-feed"]

_ADULT = {"adult": "adult", "teen": "adult", "kids": "kids", "toddler": "toddler", "baby": "infant"}
_GENDER = {"women": "female", "girls": "female", "men": "male", "boys": "male", "unisex": "unisex"}
_COUNTRY = re.compile(r"^[A-Z]{2}$")

# The most characters a field may have; both are over 0 where the field is required.
_OPENAI_MOST = {
    "item_id": 100, "title": 150, "description": 5000, "brand": 70, "seller_name": 70, "group_id": 70,
    "color": 40, "size": 20, "material": 100,
}  # fmt: skip
_GOOGLE_MOST = {
    "id": 50, "title": 150, "description": 5000, "brand": 70, "item_group_id": 50, "color": 100, "size": 100,
    "material": 200, "pattern": 100, "product_type": 750,
}  # fmt: skip
_OPENAI_NEEDED = (
    "item_id", "title", "description", "url", "brand", "image_url", "price", "availability", "seller_name",
    "seller_url", "target_countries", "store_country",
)  # fmt: skip
_GOOGLE_NEEDED = (
    "id", "title", "description", "link", "image_link", "availability", "price", "brand", "condition",
    "color", "size", "gender", "age_group",
)  # fmt: skip
GOOGLE_COLUMNS = (
    *_GOOGLE_NEEDED, "sale_price", "item_group_id", "material", "pattern", "product_type", "size_system",
    "identifier_exists",
)  # fmt: skip
# Of a text that is too long, these are cut; an id that is cut would be another thing.
_CUT = frozenset({"title", "description", "material", "pattern", "product_type"})


@dataclass(frozen=True)
class Seller:
    """Who sells, where, and under which addresses; the URLs are absolute and without a slash at their end.

    `product_url` is for products without an address of their own, with `{id}` in it. BadInput where a part
    can't be used.
    """

    name: str
    url: str
    media_url: str
    store_country: str
    target_countries: tuple[str, ...]
    product_url: str | None = None
    checkout: bool = False

    def __post_init__(self) -> None:
        for field, url in (("seller_url", self.url), ("public_url", self.media_url)):
            if not _is_url(url):
                raise BadInput(f"{field} must be an https:// address, not “{url}”.", field=field)
        for country in (self.store_country, *self.target_countries):
            if not _COUNTRY.match(country):
                raise BadInput(
                    f"A country is two capital letters such as DE, not “{country}”.", field="country"
                )
        if not self.target_countries:
            raise BadInput("Name at least one country to sell to.", field="target_countries")


@dataclass(frozen=True)
class Refused:
    """A variant that can't be in the feed, and why."""

    product_id: str
    variant_id: str
    field: str
    reason: str


def rows_of(product: Product, form: Form, seller: Seller) -> tuple[list[Row], list[Refused]]:
    """The product's rows that keep the rules, and what is wrong with the others."""
    make = _openai if form == "openai-feed" else _google
    needed, most = (_OPENAI_NEEDED, _OPENAI_MOST) if form == "openai-feed" else (_GOOGLE_NEEDED, _GOOGLE_MOST)
    rows: list[Row] = []
    refused: list[Refused] = []
    for variant in product.variants:
        row = {name: _cut(name, value, most) for name, value in make(product, variant, seller).items()}
        wrong = _first_fault(row, needed, most)
        if wrong is None:
            rows.append(row)
        else:
            refused.append(Refused(product.id, variant.id, *wrong))
    return rows, refused


def _openai(product: Product, variant: Variant, seller: Seller) -> Row:
    several = len(product.variants) > 1
    row: Row = {
        "is_eligible_search": True,
        "is_eligible_checkout": seller.checkout,
        "item_id": variant.id,
        "title": _title(product, variant),
        "description": product.description or product.title,
        "url": _link(product, seller),
        "brand": product.brand or seller.name,
        "image_url": _image(product, variant, seller),
        "price": _amount(variant.regular_price or variant.price),
        "availability": "in_stock" if variant.available else "out_of_stock",
        "condition": "new",
        "seller_name": seller.name,
        "seller_url": seller.url,
        "store_country": seller.store_country,
        "target_countries": list(seller.target_countries),
        "group_id": product.id,
        "listing_has_variations": several,
    }
    if variant.regular_price:
        row["sale_price"] = _amount(variant.price)
    optional = {
        "color": variant.color,
        "size": variant.size,
        "gender": _GENDER.get(product.gender or ""),
        "age_group": _ADULT.get(product.age_group or ""),
        "material": ", ".join(product.materials),
        "product_category": " > ".join(product.category_path) or product.category,
    }
    row |= {name: value for name, value in optional.items() if value}
    if several:
        chosen = {"color": variant.color, "size": variant.size}
        row["variant_dict"] = {name: value for name, value in chosen.items() if value}
    if product.rating is not None and product.rating_count:
        row |= {"star_rating": f"{product.rating:g}", "review_count": product.rating_count}
    return row


def _google(product: Product, variant: Variant, seller: Seller) -> Row:
    return {
        "id": variant.id,
        "title": _title(product, variant),
        "description": product.description or product.title,
        "link": _link(product, seller),
        "image_link": _image(product, variant, seller),
        "availability": "in_stock" if variant.available else "out_of_stock",
        "price": _amount(variant.regular_price or variant.price),
        "sale_price": _amount(variant.price) if variant.regular_price else "",
        "brand": product.brand or seller.name,
        "condition": "new",
        "color": variant.color or "",
        "size": variant.size or "one size",
        "gender": _GENDER.get(product.gender or "", "unisex"),
        "age_group": _ADULT.get(product.age_group or "", "adult"),
        "item_group_id": product.id if len(product.variants) > 1 else "",
        "material": "/".join(product.materials),
        "pattern": "/".join(product.patterns),
        "product_type": " > ".join(product.category_path) or product.category or "",
        "size_system": "",
        "identifier_exists": "no",
    }


def _title(product: Product, variant: Variant) -> str:
    return " - ".join(part for part in (product.title, variant.color, variant.size) if part)


def _link(product: Product, seller: Seller) -> str:
    if product.url:
        return product.url
    return seller.product_url.replace("{id}", quote(product.id)) if seller.product_url else ""


def _image(product: Product, variant: Variant, seller: Seller) -> str:
    name = variant.image or next((v.image for v in product.variants if v.image), None)
    return f"{seller.media_url}/media/{quote(name)}" if name else ""


def _amount(money: Money) -> str:
    """ "129.00 EUR", as both feeds want it."""
    places = minor_exponent(money.currency)
    whole, part = divmod(money.minor, 10**places)
    return (f"{whole}.{part:0{places}d}" if places else str(whole)) + f" {money.currency}"


def _cut(name: str, value: Any, most: Mapping[str, int]) -> Any:
    limit = most.get(name)
    if name not in _CUT or limit is None or not isinstance(value, str) or len(value) <= limit:
        return value
    return value[: limit - 1].rstrip() + "…"


_ADDRESSES = ("url", "link", "image_url", "image_link", "seller_url")


def _first_fault(row: Row, needed: Sequence[str], most: Mapping[str, int]) -> tuple[str, str] | None:
    for name in needed:
        if not row.get(name):
            return name, "is missing"
    for name, limit in most.items():
        value = row.get(name)
        if isinstance(value, str) and len(value) > limit:
            return name, f"has {len(value)} characters; at most {limit} are allowed"
    for name in _ADDRESSES:
        if name in row and not _is_url(row[name]):
            return name, "is no https address"
    return ("price", "must be over 0") if float(row["price"].split()[0]) <= 0 else None


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme == "https" and bool(parts.netloc)
