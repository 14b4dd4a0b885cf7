"""Google Merchant feeds (CSV, TSV or XML rows) and plain CSVs with such columns: one row a variant.

Knows nothing about XML or other formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from shopper.products.feeds.draft import (
    UNCOUNTED,
    Draft,
    DraftVariant,
    FeedProduct,
    Reject,
    RowError,
    link_of,
    price_of,
    runs_on,
    stock_of,
    text_of,
)
from shopper.products.feeds.facts import product_of
from shopper.products.feeds.table import Row
from shopper.products.feeds.words import one_line, plain, words
from shopper.products.money import named_currency, paid_and_regular
from shopper.products.taxonomy import Taxonomy
from shopper.types import Variant

_ID = ("id", "sku", "item_id", "product_id", "offer_id", "article_number", "artikelnummer")
_TITLE = ("title", "name", "product_name", "product_title", "titel", "bezeichnung")
_PRICE = ("price", "regular_price", "preis", "prix", "precio")
_SALE = ("sale_price", "special_price", "discount_price")
_COLOR = ("color", "colour", "farbe", "couleur")
_SIZE = ("size", "groesse", "gr_e", "taille", "talla")
_IMAGE = ("image_link", "image", "image_url", "main_image", "picture")
_DESCRIPTION = ("description", "beschreibung", "body_html", "short_description", "long_description")
_GOOGLE_CATEGORY = ("google_product_category",)
_TYPE = ("product_type", "category", "categories", "type", "kategorie", "product_category")
# Google's category numbers that fashion shops use (google.com/basepages/producttype/taxonomy-with-ids).
_NUMBERED = {
    "2271": "Dresses", "203": "Outerwear", "5598": "Coats & Jackets", "204": "Pants", "212": "Tops",
    "207": "Shorts", "1581": "Skirts", "1594": "Suits", "208": "Sleepwear", "211": "Swimwear",
    "209": "Socks", "187": "Shoes", "3032": "Handbags", "100": "Backpacks", "169": "Belts", "173": "Hats",
    "170": "Gloves", "177": "Scarves", "178": "Sunglasses", "188": "Jewellery", "191": "Bracelets",
    "194": "Earrings", "196": "Necklaces", "200": "Rings", "201": "Watches",
}  # fmt: skip
_STOCK = ("quantity", "quantity_to_sell_on_facebook", "inventory", "stock", "qty", "stock_quantity")
_SOLD = {
    "in stock",
    "in_stock",
    "instock",
    "available",
    "true",
    "yes",
    "1",
    "auf lager",
    "limited availability",
}
_NOT_SOLD = {
    "out of stock", "out_of_stock", "outofstock", "preorder", "backorder", "pre-order", "false", "no", "0",
    "discontinued", "unavailable", "ausverkauft", "sold out", "sold_out",
}  # fmt: skip
_LIST = ",;|/\n"


def is_google(columns: frozenset[str]) -> bool:
    columns = frozenset(name.removeprefix("g_") for name in columns)
    return bool(columns & set(_ID)) and bool(columns & set(_TITLE)) and bool(columns & set(_PRICE))


def read_google(
    rows: Iterable[Row | RowError], taxonomy: Taxonomy, default_currency: str, today: date
) -> Iterator[FeedProduct | RowError]:
    """Products by `item_group_id`, else by `id`; a row that can't be sold is its own RowError."""
    good: list[Row] = []
    for row in rows:
        if isinstance(row, RowError):
            yield row
        else:
            good.append(Row(row.line, {name.removeprefix("g_"): cell for name, cell in row.cells.items()}))
    currency = named_currency((row.get(*_PRICE) for row in good), default_currency)
    groups: dict[str, list[tuple[Row, DraftVariant]]] = {}
    seen: dict[str, int] = {}
    for row in good:
        group = row.get("item_group_id") or row.get(*_ID)
        try:
            item = _variant(row, currency, today)
            if other := seen.get(item.variant.id):
                raise Reject("id", f"“{item.variant.id}” was already used in line {other}")
            text_of(one_line(row.get(*_TITLE)), "title", 500)
        except Reject as reject:
            yield reject.at(row.line, group)
            continue
        seen[item.variant.id] = row.line
        groups.setdefault(group, []).append((row, item))
    for group, members in groups.items():
        try:
            yield product_of(_draft(group, members), taxonomy)
        except Reject as reject:
            yield reject.at(members[0][0].line, group)


def _variant(row: Row, currency: str, today: date) -> DraftVariant:
    made = text_of(row.get(*_ID), "id", 255)
    named = row.get("currency", "currency_code", "waehrung").upper()
    currency = named if re.fullmatch("[A-Z]{3}", named) else currency
    price = price_of(row.get(*_PRICE), "price", currency)
    sale = price_of(row.get(*_SALE), "sale_price", currency) if row.get(*_SALE) else None
    if sale and sale.currency != price.currency:
        raise Reject("sale_price", f"is in {sale.currency}, the price in {price.currency}")
    begin, _, end = row.get("sale_price_effective_date").partition("/")
    if sale and not runs_on(today, begin, end):
        sale = None
    paid, regular = paid_and_regular(price, sale)
    variant = Variant(
        id=made,
        sku=text_of(row.get("mpn", "sku") or made, "mpn", 255),
        color=text_of(one_line(row.get(*_COLOR)), "color", 128, required=False) or None,
        size=text_of(one_line(row.get(*_SIZE)), "size", 64, required=False) or None,
        price=paid,
        regular_price=regular,
        stock=_stock(row),
        image=row.get(*_IMAGE) or None,
    )
    return DraftVariant(row.line, variant)


def is_sold(said: str) -> bool | None:
    """Whether an availability says that it can be bought now; None where it is none or says nothing."""
    state = said.lower().rpartition("/")[2]  # also https://schema.org/InStock
    return True if state in _SOLD else False if state in _NOT_SOLD else None


def _stock(row: Row) -> int:
    said = row.get("availability")
    sold = is_sold(said)
    if said and sold is None:
        raise Reject("availability", f"“{said[:40]}” is not an availability")
    if sold is False:
        return 0
    return stock_of(row.get(*_STOCK), "quantity") if row.get(*_STOCK) else UNCOUNTED


def _draft(group: str, members: list[tuple[Row, DraftVariant]]) -> Draft:
    row = members[0][0]
    kind, google = row.get(*_TYPE), row.get(*_GOOGLE_CATEGORY)
    google = _NUMBERED.get(google, "" if google.isdigit() else google)
    path = kind or google
    category = tuple(w for w in (kind, google) if w)
    return Draft(
        id=group,
        line=row.line,
        title=_shared_title(members),
        description=plain("\n".join(filter(None, (row.get(*_DESCRIPTION), row.get("product_highlight"))))),
        brand=one_line(row.get("brand", "vendor", "manufacturer", "marke")) or None,
        path=tuple(
            one_line(part) for part in re.split(r"[>/|]", path) if part.strip() and not part.strip().isdigit()
        ),
        category=category,
        gender=words(row.get("gender", "geschlecht", "target_gender"), _LIST),
        age_group=words(row.get("age_group"), _LIST),
        materials=_materials(row.get("material", "materials", "fabric", "composition")),
        patterns=words(row.get("pattern", "muster"), _LIST) or None,
        fit=words(row.get("fit"), _LIST) or None,
        seasons=words(row.get("season"), _LIST) or None,
        occasions=words(row.get("occasion"), _LIST) or None,
        tags=words(row.get("tags", "keywords", "custom_label_0")),
        url=link_of(row.get("link", "url", "product_url")),
        variants=[item for _, item in members],
    )


def _materials(text: str) -> tuple[str, ...] | None:
    """`leather/suede` and `80% cotton, 20% polyester` as their materials; None if the cell is empty."""
    parts = (re.sub(r"\d{1,3}(?:[.,]\d+)?\s?%", "", part).strip() for part in words(text, _LIST + "+&"))
    joined = (piece for part in parts for piece in re.split(r"\s{2,}|\band\b|\bund\b", part))
    return tuple(dict.fromkeys(piece.strip() for piece in joined if piece.strip())) or None


def _shared_title(members: list[tuple[Row, DraftVariant]]) -> str:
    """The first row's title without its colour and size at the end: "Dress - Navy, M" is "Dress"."""
    row, item = members[0]
    title = one_line(row.get(*_TITLE))
    said = {v.lower() for v in (item.variant.color, item.variant.size) if v}
    while said:
        pieces = re.split(r"\s*[-–|,/(]\s*", title)
        tail = pieces[-1].rstrip(") ").lower().removeprefix("size ")
        if len(pieces) < 2 or tail not in said:
            break
        title = title[: title.lower().rindex(pieces[-1].lower())].rstrip(" -–|,/(")
    return title or one_line(row.get(*_TITLE))
