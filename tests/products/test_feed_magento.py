"""Magento's product CSV, full and reduced."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shopper.products.feed import FeedProduct, RowError, read_feed
from shopper.products.taxonomy import Taxonomy
from shopper.types import Product

HEADER = (
    "sku,store_view_code,product_type,categories,name,description,price,special_price,special_price_from_date,"
    "special_price_to_date,base_image,additional_attributes,qty,is_in_stock,configurable_variations\n"
)


def read(path: Path, **options: object) -> tuple[list[Product], list[RowError]]:
    rows = list(read_feed(path, taxonomy=Taxonomy.load(), **options))
    return (
        [r.product for r in rows if isinstance(r, FeedProduct)],
        [r for r in rows if isinstance(r, RowError)],
    )


def feed(tmp_path: Path, text: str) -> Path:
    (tmp_path / "products.csv").write_text(HEADER + text, encoding="utf-8")
    return tmp_path / "products.csv"


CHILD_S = (
    'H1-S,,simple,"Default Category/Men/Tops/Hoodies & Sweatshirts",H1-S,,52.0000,,,,'
    '/h/1/h1.jpg,"size=S,color=Gray",0,1,\n'
)
CHILD_M = 'H1-M,,simple,,H1-M,,free,,,,,"size=M,color=Gray",5.0000,1,\n'
PARENT = (
    'H1,,configurable,"Default Category/Men/Tops/Hoodies & Sweatshirts,'
    'Default Category/Collections/Eco Friendly",'
    'Chaz Hoodie&trade;,"<p>Warm.</p><p>&bull; Machine wash/dry.</p>",52,,,,/h/1/h1.jpg,'
    '"has_options=1,material=Organic Cotton|Cocona&reg; performance fabric,pattern=Solid,'
    'climate=Cold|Rainy,new=Yes",0,1,'
    '"sku=H1-S,size=S,color=Gray|sku=H1-M,size=M,color=Gray|sku=H1-L,size=L,color=Gray"\n'
)


def test_simple_rows_are_folded_into_their_parent(tmp_path: Path) -> None:
    (product,), (error,) = read(feed(tmp_path, CHILD_S + CHILD_M + PARENT))

    assert (error.line, error.field) == (3, "price")
    assert (product.id, product.title, product.category, product.gender) == (
        "H1",
        "Chaz Hoodie™",
        "hoodie",
        "men",
    )
    assert product.category_path == ("Men", "Tops", "Hoodies & Sweatshirts")
    assert product.materials == ("cotton", "cocona performance fabric")
    assert (product.seasons, product.care) == (("winter",), ("machine washable",))
    assert {"new", "eco friendly", "rainy weather"} <= set(product.tags)
    assert [(v.id, v.color, v.size, v.stock, v.image) for v in product.variants] == [
        ("H1-S", "Gray", "S", 0, "/h/1/h1.jpg")
    ]


def test_a_simple_product_without_a_parent_is_sold_itself(tmp_path: Path) -> None:
    text = 'B1,,simple,"Default Category/Gear/Bags",Yoga Bag,,32,,,,,"color=Blue",3,1,\n'

    (product,), _ = read(feed(tmp_path, text))

    assert (product.id, product.category, product.variants[0].stock) == ("B1", "bags", 3)
    assert product.colors == ("Blue",)


@pytest.mark.parametrize(("day", "minor"), [(date(2026, 6, 1), 2000), (date(2027, 1, 1), 3200)])
def test_a_special_price_holds_only_on_its_days(tmp_path: Path, day: date, minor: int) -> None:
    text = "B1,,simple,,Yoga Bag,,32,20,2026-05-01 00:00:00,12/31/26,,,3,1,\n"

    (product,), _ = read(feed(tmp_path, text), today=day)

    assert product.variants[0].price.minor == minor


def test_what_cannot_be_sold_is_named(tmp_path: Path) -> None:
    text = (
        "B1,,bundle,,Set,,32,,,,,,3,1,\n"
        "B2,,simple,,,,32,,,,,,3,1,\n"
        "B3,,simple,,Bag,,32,,,,,,3,1,\n"
        "B3,,simple,,Bag,,32,,,,,,3,1,\n"
        "B3,german,simple,,Tasche,,32,,,,,,3,1,\n"
        'C1,,configurable,,Empty,,32,,,,,,0,1,"sku=gone,size=S"\n'
        ",,simple,,Bag,,32,,,,,,3,1,\n"
    )

    products, errors = read(feed(tmp_path, text))

    assert [p.id for p in products] == ["B3"]
    assert sorted((e.line, e.field) for e in errors) == [
        (2, "product_type"),
        (3, "name"),
        (5, "sku"),
        (7, "configurable_variations"),
        (8, "sku"),
    ]


def test_the_real_catalog_is_read_whole(shared: Path) -> None:
    products, errors = read(shared / "luma")

    assert errors == []
    assert len(products) == 147
    assert sum(len(p.variants) for p in products) == 1847
    assert all(p.category and p.gender and p.materials for p in products)
    by_id = {p.id: p for p in products}
    assert by_id["MH01"].category == "hoodie"
    assert by_id["MH01"].materials == ("wool",)
    assert by_id["MH01"].colors == ("Black", "Gray", "Orange")
    assert by_id["WB02"].category == "sports bra"
    assert by_id["WH02"].category == "hoodie"


def test_reduced_magento_files_are_read(shared: Path) -> None:
    bags, bag_errors = read(shared / "luma" / "CatalogSampleData__SimpleProduct__products_gear_bags.csv")
    watches, watch_errors = read(
        shared / "luma" / "CatalogSampleData__SimpleProduct__products_gear_watches.csv"
    )

    assert (bag_errors, watch_errors) == ([], [])
    assert (len(bags), len(watches)) == (14, 9)
    assert {p.category for p in watches} == {"watch"}
    assert all("bags" in {p.category, *Taxonomy.load().category_parents(p.category or "")} for p in bags)


def test_a_style_does_not_turn_shorts_into_leggings(tmp_path: Path) -> None:
    text = (
        'S1,,simple,"Default Category/Men/Bottoms/Shorts",Cobalt Fitness Short,,44,,,,,'
        '"color=Blue,size=32,style_bottom=Base Layer|Leggings",3,1,\n'
        'P1,,simple,"Default Category/Women/Bottoms/Pants",Diana Tights,,59,,,,,'
        '"color=Black,size=28,style_bottom=Leggings",3,1,\n'
    )

    products, errors = read(feed(tmp_path, text))

    assert errors == []
    assert [p.category for p in products] == ["shorts", "leggings"]
