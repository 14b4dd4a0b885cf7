"""Shopify's product CSV, in its older and its newer column names: rows of one handle are one product.

Knows nothing about other formats.
"""

from __future__ import annotations

from collections.abc import Iterator

from shopper.products.feeds.draft import (
    UNCOUNTED,
    Draft,
    DraftVariant,
    FeedProduct,
    Reject,
    RowError,
    price_of,
    stock_of,
    text_of,
    variant_id,
)
from shopper.products.feeds.facts import product_of
from shopper.products.feeds.options import Options, read_options
from shopper.products.feeds.table import Row, Table
from shopper.products.feeds.words import one_line, plain, slug, words
from shopper.products.money import named_currency, paid_and_regular
from shopper.products.taxonomy import Taxonomy
from shopper.types import Variant

_HANDLE = ("handle", "url_handle")
_PRICE = ("variant_price", "price")
_REGULAR = ("variant_compare_at_price", "compare_at_price")
_IMAGE = ("image_src", "product_image_url")
_FACT_METAFIELDS = {
    "neckline": " neckline",
    "sleeve_length_type": " sleeve",
    "skirt_dress_length_type": "",
    "waist_rise": " rise",
    "closure_type": "",
    "clothing_features": "",
    "activewear_clothing_features": "",
    "dress_style": "",
    "pants_length_type": "",
    "heel_height_type": " heel",
    "toe_style": "",
}


def is_shopify(columns: frozenset[str]) -> bool:
    return bool(columns & set(_HANDLE)) and bool(
        columns & {"option1_name", "variant_price", "vendor", "option1_value"}
    )


def read_shopify(table: Table, taxonomy: Taxonomy, default_currency: str) -> Iterator[FeedProduct | RowError]:
    """Products by handle; a variant row that can't be sold is its own RowError and leaves its siblings."""
    texts = (row.get(*_PRICE) for row in table.rows if isinstance(row, Row))
    currency = named_currency(texts, default_currency)
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        if isinstance(row, RowError):
            yield row
            continue
        handle = row.get(*_HANDLE) or (slug(row.get("title")) if row.get("title") else "")
        if not handle:
            yield RowError(row.line, "Handle", "is missing")
            continue
        groups.setdefault(handle, []).append(row)
    for handle, rows in groups.items():
        yield from _product(handle, rows, taxonomy, currency)


def _product(
    handle: str, rows: list[Row], taxonomy: Taxonomy, currency: str
) -> Iterator[FeedProduct | RowError]:
    first = rows[0]
    try:
        draft = _draft(handle, rows)
    except Reject as reject:
        yield reject.at(first.line, handle)
        return
    names = tuple(next((v for r in rows if (v := r.get(f"option{i}_name"))), "") for i in (1, 2, 3))
    seen: dict[str, int] = {}
    materials: list[str] = []
    failed = False
    for row in rows:
        if not _is_variant(row, first):
            continue
        try:
            item, options = _variant(handle, row, rows, names, taxonomy, currency)
            if other := seen.get(item.variant.id):
                raise Reject("Handle", f"“{handle}” already has these options in line {other}")
        except Reject as reject:
            failed = True
            yield reject.at(row.line, handle)
            continue
        seen[item.variant.id] = row.line
        draft.variants.append(item)
        materials += [options.material] if options.material else []
    if materials and draft.materials is None:
        draft.materials = tuple(dict.fromkeys(materials))
    if failed and not draft.variants:
        return  # each of its rows has said why
    try:
        yield product_of(draft, taxonomy)
    except Reject as reject:
        yield reject.at(first.line, handle)


def _draft(handle: str, rows: list[Row]) -> Draft:
    head = next((row for row in rows if row.get("title")), None)
    if head is None:
        raise Reject("Title", "is missing")
    if head.get("published", "published_on_online_store").lower() in {"false", "no", "0"}:
        raise Reject("Published", "is not published in the shop")
    if (status := head.get("status").lower()) in {"draft", "archived"}:
        raise Reject("Status", f"is {'a draft' if status == 'draft' else status}, not on sale")
    google = head.get("google_shopping_google_product_category")
    path = head.get("product_category", "standardized_product_type")
    facts = {
        name.partition("_product_metafields_")[2].partition("_")[2]: value
        for name, value in head.cells.items()
        if "_product_metafields_" in name
    }
    features = tuple(
        f"{value}{ending}"
        for name, ending in _FACT_METAFIELDS.items()
        for value in words(facts.get(name, ""))
    )
    return Draft(
        id=handle,
        line=head.line,
        title=text_of(one_line(head.get("title")), "Title", 500),
        description=plain(head.get("body_html", "description", "body")),
        brand=one_line(head.get("vendor")) or None,
        path=words(one_line(path or google or head.get("type")), ">/"),
        category=tuple(w for w in (head.get("type", "custom_product_type"), path, google) if w),
        gender=tuple(
            w for w in (head.get("google_shopping_gender"), *words(facts.get("target_gender", ""))) if w
        ),
        age_group=tuple(
            w for w in (head.get("google_shopping_age_group"), *words(facts.get("age_group", ""))) if w
        ),
        colors=words(facts.get("color_pattern", "")),
        materials=words(facts["fabric"]) if facts.get("fabric") else None,
        fit=words(facts["fit"]) if facts.get("fit") else None,
        features=features or None,
        tags=words(head.get("tags"), ","),
    )


def _is_variant(row: Row, first: Row) -> bool:
    """Rows that only add a picture have neither options nor a price."""
    return row is first or bool(row.get("option1_value", *_PRICE) or row.get("title"))


def _variant(
    handle: str, row: Row, rows: list[Row], names: tuple[str, ...], taxonomy: Taxonomy, currency: str
) -> tuple[DraftVariant, Options]:
    values = tuple(row.get(f"option{i}_value") for i in (1, 2, 3))
    pairs = [(n, one_line(v)) for n, v in zip(names, values, strict=True) if v]
    options = read_options(pairs, taxonomy)
    price = price_of(row.get(*_PRICE), "Variant Price", currency)
    before = row.get(*_REGULAR)
    regular = price_of(before, "Variant Compare At Price", currency) if before.strip("0.,") else None
    paid, was = paid_and_regular(regular, price) if regular and regular.minor > price.minor else (price, None)
    said = [v for n, v in pairs if v.lower() != "default title"]
    made = variant_id(handle, *said)
    variant = Variant(
        id=text_of(made, "Option1 Value", 255),
        sku=text_of(row.get("variant_sku", "sku").lstrip("'") or made, "Variant SKU", 255),
        color=text_of(options.color or "", "Color", 128, required=False) or None,
        size=text_of(options.size or "", "Size", 64, required=False) or None,
        price=paid,
        regular_price=was,
        stock=_stock(row),
        image=row.get("variant_image", "variant_image_url") or _image(rows, options.color),
    )
    return DraftVariant(row.line, variant, options.rest), options


def _stock(row: Row) -> int:
    quantity = row.get("variant_inventory_qty", "inventory_quantity")
    policy = row.get("variant_inventory_policy", "continue_selling_when_out_of_stock").lower()
    # Without a count Shopify doesn't track the variant, and sells it.
    counted = stock_of(quantity, "Variant Inventory Qty") if quantity else UNCOUNTED
    return counted or (UNCOUNTED if policy in {"continue", "true", "yes"} else 0)


def _image(rows: list[Row], color: str | None) -> str | None:
    """The picture whose file name or alternative text names the colour, else the product's first."""
    images = [row for row in rows if row.get(*_IMAGE)]
    if color:
        for row in images:
            about = f"{row.get('image_alt_text')} {row.get(*_IMAGE).rpartition('/')[2]}".replace(".", " ")
            if f"-{slug(color)}-" in f"-{slug(about)}-":
                return row.get(*_IMAGE)
    return images[0].get(*_IMAGE) if images else None
