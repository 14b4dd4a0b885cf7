"""Shopify's product CSV, old and new."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopper.products.feed import FeedProduct, RowError, read_feed
from shopper.products.feeds.draft import UNCOUNTED
from shopper.products.taxonomy import Taxonomy
from shopper.types import Money, Product

OLD = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Variant SKU,Variant Inventory Qty,Variant Inventory Policy,Variant Price,"
    "Variant Compare At Price,Image Src,Image Alt Text,Variant Image,Google Shopping / Gender\n"
)


def read(path: Path) -> tuple[list[Product], list[RowError]]:
    rows = list(read_feed(path, taxonomy=Taxonomy.load()))
    return (
        [r.product for r in rows if isinstance(r, FeedProduct)],
        [r for r in rows if isinstance(r, RowError)],
    )


def feed(tmp_path: Path, text: str) -> Path:
    (tmp_path / "products.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_rows_of_a_handle_are_one_product(tmp_path: Path) -> None:
    text = OLD + (
        'tee,Boxy Tee,"<p>Made of 100% organic cotton.</p><p>Machine wash.</p>",Vela,'
        'T-Shirts,"men, new",true,'
        "Colour,Navy,Größe,M,T-N-M,3,deny,19.90,29.90,https://c/tee-white.jpg,,,male\n"
        "tee,,,,,,,,White,,L,T-W-L,0,deny,19.90,,,,,\n"
        "tee,,,,,,,,White,,XL,,-2,continue,19.90,0,https://c/tee_navy.jpg,,,\n"
        "tee,,,,,,,,,,,,,,,,https://c/tee-back.jpg,,,\n"
    )

    (product,), errors = read(feed(tmp_path, text))

    assert errors == []
    assert (product.id, product.category, product.gender, product.brand) == ("tee", "t-shirt", "men", "Vela")
    assert product.description == "Made of 100% organic cotton.\nMachine wash."
    assert (product.materials, product.care, product.tags) == (
        ("cotton",),
        ("machine washable",),
        ("men", "new"),
    )
    assert [(v.color, v.size, v.stock) for v in product.variants] == [
        ("Navy", "M", 3),
        ("White", "L", 0),
        ("White", "XL", UNCOUNTED),
    ]
    navy, white, _ = product.variants
    assert navy.regular_price == Money(minor=2990, currency="USD")
    assert white.regular_price is None
    assert (navy.sku, navy.image, white.image) == (
        "T-N-M",
        "https://c/tee_navy.jpg",
        "https://c/tee-white.jpg",
    )
    assert len({v.id for v in product.variants}) == 3


def test_a_default_title_is_no_option(tmp_path: Path) -> None:
    text = OLD + "hat,Straw Hat,,V,,,true,Title,Default Title,,,,,,20,,,,,\n"

    (product,), _ = read(feed(tmp_path, text))

    assert (product.variants[0].id, product.variants[0].size, product.variants[0].color) == (
        "hat",
        None,
        None,
    )
    assert product.variants[0].stock == UNCOUNTED
    assert product.materials == ("straw",)


def test_newer_column_names_and_metafields_are_read(tmp_path: Path) -> None:
    text = (
        "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,"
        "Option1 name,Option1 value,Price,Compare-at price,Inventory quantity,"
        "Continue selling when out of stock,Product image URL,Variant image URL,"
        "Color (product.metafields.shopify.color-pattern),Fabric (product.metafields.shopify.fabric),"
        "Neckline (product.metafields.shopify.neckline),"
        "Target gender (product.metafields.shopify.target-gender)\n"
        "Evening Dress,evening-dress,Long.,Vela,Apparel & Accessories > Clothing > Dresses,,,TRUE,Active,E1,"
        "Size,38,\u20ac 129.00,159.00,4,DENY,https://c/1.jpg,,burgundy,silk; viscose,v-neck,female\n"
    )

    (product,), errors = read(feed(tmp_path, text))

    assert errors == []
    assert (product.category, product.gender, product.materials) == ("dress", "women", ("silk", "viscose"))
    assert "v-neck" in product.features
    variant = product.variants[0]
    assert (variant.color, variant.size, variant.stock) == ("burgundy", "38", 4)
    assert (variant.price, variant.regular_price) == (
        Money(minor=12900, currency="EUR"),
        Money(minor=15900, currency="EUR"),
    )


def test_broken_rows_are_named_and_their_siblings_stay(tmp_path: Path) -> None:
    text = OLD + (
        "a,Shirt,,V,,,true,Size,S,,,,1,deny,free,,,,,\n"
        "a,,,,,,,,M,,,,1,deny,20,,,,,\n"
        "a,,,,,,,,M,,,,1,deny,20,,,,,\n"
        "a,,,,,,,,L,,,,many,deny,20,,,,,\n"
        "b,,,V,,,true,Size,S,,,,1,deny,20,,,,,\n"
        ",,,,,,,,,,,,,,20,,,,,\n"
        "c,Draft Shirt,,V,,,false,Size,S,,,,1,deny,20,,,,,\n"
        "d,Shirt,,V,,,true,Size,S,,,,1,deny,-5,,,,,\n"
    )

    (product,), errors = read(feed(tmp_path, text))

    assert [v.size for v in product.variants] == ["M"]
    assert sorted((e.line, e.field) for e in errors) == [
        (2, "Variant Price"),
        (4, "Handle"),
        (5, "Variant Inventory Qty"),
        (6, "Title"),
        (7, "Handle"),
        (8, "Published"),
        (9, "Variant Price"),
    ]
    assert "line 3" in next(e.reason for e in errors if e.line == 4)


@pytest.mark.parametrize(
    ("name", "value", "color", "size"),
    [
        ("Style", "Black / M", "Black", "M"),
        ("Variant", "Navy", "Navy", None),
        ("Option", "XL", None, "XL"),
        ("Fabric", "Linen", None, "Linen"),
    ],
)
def test_options_are_understood_by_name_or_value(
    tmp_path: Path, name: str, value: str, color: str | None, size: str | None
) -> None:
    text = OLD + f"a,Thing,,V,,,true,{name},{value},,,,1,deny,20,,,,,\n"

    (product,), _ = read(feed(tmp_path, text))

    assert (product.variants[0].color, product.variants[0].size) == (color, size)


def test_waist_and_length_are_one_size(tmp_path: Path) -> None:
    text = OLD + "a,Jeans,,V,,,true,Waist,32,Length,30,,1,deny,20,,,,,\n"

    assert read(feed(tmp_path, text))[0][0].variants[0].size == "W32 L30"


@pytest.mark.parametrize(("file", "count"), [("apparel.csv", 20), ("jewelery.csv", 20)])
def test_real_shopify_catalogs_are_read_whole(shared: Path, file: str, count: int) -> None:
    products, errors = read(shared / "shopify" / file)

    assert errors == []
    assert len(products) == count
    assert all(p.category for p in products)


def test_facts_of_a_real_catalog_are_those_it_states(shared: Path) -> None:
    products = {p.id: p for p in read(shared / "shopify" / "apparel.csv")[0]}

    assert products["classic-leather-jacket"].materials == ("leather",)
    assert products["striped-silk-blouse"].materials == ("silk",)
    assert products["striped-silk-blouse"].colors == (None,)  # black and red: not plainly one
    assert products["led-high-tops"].colors == ("black",)
    assert products["navy-sport-jacket"].materials == ("polyester",)
    assert products["yellow-wool-jumper"].category == "sweater"
    assert {p.gender for p in products.values()} == {"women", "men"}
