"""Our own feed, and how a feed of any kind is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shopper.errors import FeedError
from shopper.products.feed import FeedProduct, RowError, read_feed
from shopper.products.taxonomy import Taxonomy
from shopper.types import Money, Product

ROW: dict[str, Any] = {
    "id": "vr-1",
    "title": "Linen Shirt Dress",
    "brand": "Vela",
    "description": "A collared dress for a wedding. Pairs well with leather boots.",
    "category": "dress",
    "gender": "women",
    "age_group": "adult",
    "materials": ["Leinen", "cotton"],
    "patterns": ["striped"],
    "fit": "relaxed",
    "seasons": ["summer"],
    "occasions": [],
    "features": ["v-neck"],
    "care": ["machine wash"],
    "tags": ["new"],
    "rating": 4.6,
    "rating_count": 31,
    "url": "https://shop.example/vr-1",
    "currency": "EUR",
    "published_at": "2026-05-01",
    "variants": [
        {
            "id": "vr-1-m",
            "sku": "1",
            "color": "navy",
            "size": "M",
            "price": "49.90",
            "sale_price": "39.90",
            "stock": 3,
            "image": "images/a.webp",
        }
    ],
}


def row(**changes: Any) -> str:
    return json.dumps({**ROW, **changes})


def variant(**changes: Any) -> str:
    return row(variants=[{**ROW["variants"][0], **changes}])


def read(tmp_path: Path, *lines: str) -> tuple[list[Product], list[RowError]]:
    (tmp_path / "products.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = list(read_feed(tmp_path, taxonomy=Taxonomy.load()))
    return (
        [r.product for r in rows if isinstance(r, FeedProduct)],
        [r for r in rows if isinstance(r, RowError)],
    )


def test_a_product_is_read_as_stated(tmp_path: Path) -> None:
    (product,), errors = read(tmp_path, row())

    assert errors == []
    assert (product.category, product.gender, product.age_group, product.fit) == (
        "dress",
        "women",
        "adult",
        "relaxed",
    )
    assert (product.materials, product.patterns) == (("linen", "cotton"), ("striped",))
    assert (product.features, product.occasions, product.care) == (("v-neck",), (), ("machine washable",))
    assert (product.rating, product.rating_count) == (4.6, 31)
    assert product.published_at is not None
    assert product.published_at.tzinfo is not None
    only = product.variants[0]
    assert (only.price, only.regular_price) == (
        Money(minor=3990, currency="EUR"),
        Money(minor=4990, currency="EUR"),
    )
    assert (only.stock, only.image) == (3, "images/a.webp")


def test_facts_that_are_absent_are_read_from_the_text(tmp_path: Path) -> None:
    spare = {
        k: v for k, v in ROW.items() if k not in {"category", "materials", "features", "occasions", "gender"}
    }

    (product,), _ = read(tmp_path, json.dumps(spare))

    assert (product.category, product.materials, product.gender) == ("dress", ("linen",), None)
    assert product.occasions == ("wedding",)
    assert "collared" in product.features


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("{broken", None),
        ("[]", None),
        ('{"a": NaN}', None),
        ("[" * 100_000, None),
        (row(id=""), "id"),
        (row(id=["x"]), "id"),
        (row(title=None), "title"),
        (row(title="x" * 501), "title"),
        (row(id="a\x00b"), "id"),
        (row(id="\ud800"), "id"),
        (row(variants=[]), "variants"),
        (row(variants="none"), "variants"),
        (row(rating="great"), "rating"),
        (row(rating=6), "rating"),
        (row(materials=[1]), "materials"),
        (row(currency="euros"), "currency"),
        (variant(price="free"), "variants[0].price"),
        (variant(price="-5"), "variants[0].price"),
        (variant(price=None), "variants[0].price"),
        (variant(price=True), "variants[0].price"),
        (variant(sale_price="59.90"), "variants[0].sale_price"),
        (variant(sale_price="n/a"), "variants[0].sale_price"),
        (variant(stock=-1), "variants[0].stock"),
        (variant(stock="many"), "variants[0].stock"),
        (variant(stock=None), "variants[0].stock"),
        (variant(id=None), "variants[0].id"),
        (variant(size="x" * 65), "variants[0].size"),
        (row(variants=[ROW["variants"][0]] * 2), "variants[1].id"),
    ],
)
def test_a_broken_line_is_named_with_its_field(tmp_path: Path, line: str, field: str | None) -> None:
    products, errors = read(tmp_path, "", row(id="ok", variants=[{**ROW["variants"][0], "id": "ok-1"}]), line)

    assert [p.id for p in products] == ["ok"]
    assert [(e.line, e.field) for e in errors] == [(3, field)]
    assert errors[0].reason


@pytest.mark.parametrize(
    ("price", "minor"), [("1.299,00 €", 129900), (49.9, 4990), (49, 4900), ("49,90", 4990)]
)
def test_prices_are_read_in_many_spellings(tmp_path: Path, price: Any, minor: int) -> None:
    line = row(variants=[{"id": "x", "price": price, "stock": 1}])

    (product,), errors = read(tmp_path, line)

    assert errors == []
    assert product.variants[0].price == Money(minor=minor, currency="EUR")


def test_an_id_that_comes_twice_is_an_error_naming_both_lines(tmp_path: Path) -> None:
    products, errors = read(tmp_path, row(), row(), row(id="other"))

    assert len(products) == 1
    assert [(e.line, e.field) for e in errors] == [(2, "id"), (3, "variants.id")]
    assert all("line 1" in e.reason for e in errors)


def test_two_currencies_in_one_product_are_an_error(tmp_path: Path) -> None:
    variants = [{"id": "x", "price": "5 EUR", "stock": 1}, {"id": "y", "price": "5 USD", "stock": 1}]

    products, (error,) = read(tmp_path, row(variants=variants))

    assert (products, error.field) == ([], "price")


@pytest.mark.parametrize(
    "content", [b"", b"  \n", b"\x89PNG\r\n\x1a\n\0\0\0\0", b"just words\n", b"a,b\n1,2\n"]
)
def test_what_is_no_feed_is_refused_as_a_whole(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "feed.csv").write_bytes(content)

    with pytest.raises(FeedError):
        list(read_feed(tmp_path / "feed.csv", taxonomy=Taxonomy.load()))


def test_a_folder_is_read_by_its_one_feed(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="none"):
        read_feed(tmp_path, taxonomy=Taxonomy.load())
    (tmp_path / "mine.csv").write_text("id,title,price\n1,Shirt,5 EUR\n")
    assert len(list(read_feed(tmp_path, taxonomy=Taxonomy.load()))) == 1
    (tmp_path / "other.xml").write_text("<rss/>")
    with pytest.raises(FeedError, match="2 files"):
        read_feed(tmp_path, taxonomy=Taxonomy.load())
    with pytest.raises(FeedError, match="no feed"):
        read_feed(tmp_path / "absent.csv", taxonomy=Taxonomy.load())
    with pytest.raises(FeedError, match="format"):
        read_feed(tmp_path, format="excel", taxonomy=Taxonomy.load())


@pytest.mark.parametrize(
    ("title", "description", "materials"),
    [
        ("Faux Leather Jacket", "", {"faux leather"}),
        ("Leather-Look Leggings", "", set()),
        ("Bag", "A canvas bag with leather trim.", {"canvas", "leather"}),
        ("Dress", "Pairs well with leather boots. Made of pure silk.", {"silk"}),
        ("Top", "60% cotton, 40% polyester. Contains no wool.", {"cotton", "polyester"}),
        ("Jumper", "As soft as cashmere.", set()),
        ("Button Down Shirt", "", set()),
        ("Cotton Shirt", "", {"cotton"}),
        ("Herren Lederjacke", "", {"leather"}),
        ("Kunstlederjacke", "", {"faux leather"}),
    ],
)
def test_materials_are_those_the_text_states_plainly(
    tmp_path: Path, title: str, description: str, materials: set[str]
) -> None:
    spare = {k: v for k, v in ROW.items() if k not in {"category", "materials"}}

    (product,), _ = read(tmp_path, json.dumps({**spare, "title": title, "description": description}))

    assert set(product.materials) - {"faux leather"} == materials - {"faux leather"}
    assert "leather" not in product.materials or "leather" in materials


@pytest.mark.parametrize(
    ("category", "title", "expected"),
    [
        ("robe", "Waffle Robe", "robe"),
        ("", "Waffle Robe", "robe"),
        ("", "Robe d'été avec manches courtes pour les fêtes", "dress"),
        ("Women > Tops > Hoodies & Sweatshirts", "Frankie Sweatshirt", "sweatshirt"),
        ("Shoes", "Suede Ankle Boots", "ankle boots"),
        ("Tops", "Silk Scarf Top", "top"),
        ("Bags", "Dress Bag with Shoe Pocket", "bags"),
        ("unheard-of thing", "Zorblax", None),
    ],
)
def test_the_category_is_the_most_telling_thing_that_is_said(
    tmp_path: Path, category: str, title: str, expected: str | None
) -> None:
    spare = {k: v for k, v in ROW.items() if k != "description"}

    (product,), _ = read(tmp_path, json.dumps({**spare, "category": category, "title": title}))

    assert product.category == expected


def test_organic_cotton_is_cotton_and_organic(tmp_path: Path) -> None:
    (product,), _ = read(tmp_path, row(materials=["organic cotton"], features=["midi"]))

    assert (product.materials, product.features) == (("cotton",), ("midi", "organic"))
