"""Feeds for other surfaces, held against the published field rules."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shopper.cli import app
from shopper.database import Database
from shopper.errors import BadInput
from shopper.products.feed import read_feed
from shopper.products.feeds.draft import FeedProduct
from shopper.products.images import MediaFolder
from shopper.products.ingest import ingest
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.protocols.feed_export import Seller, rows_of
from shopper.types import Money, Product, Variant
from tests.small_shop import small_feed

SELLER = Seller(
    name="Rue", url="https://rue.example", media_url="https://media.example",
    store_country="FR", target_countries=("FR", "DE"), product_url="https://rue.example/p/{id}",
)  # fmt: skip


def a_product(**facts: object) -> Product:
    known: dict[str, object] = {
        "id": "p1", "title": "Linen Dress", "description": "Airy.", "brand": "Rue", "category": "dress",
        "gender": "women", "age_group": "adult", "materials": ("linen",),
        "variants": (
            variant("p1-s", "S", 3, image="ab/one.webp"),
            variant("p1-m", "M", 0, regular=12900),
        ),
    }  # fmt: skip
    return Product.model_validate(known | facts)


def variant(
    id_: str, size: str, stock: int, *, regular: int | None = None, image: str | None = None
) -> Variant:
    was = Money(minor=regular, currency="EUR") if regular else None
    price = Money(minor=9900, currency="EUR")
    return Variant(
        id=id_, sku=id_, color="navy", size=size, price=price, regular_price=was, stock=stock, image=image
    )


def test_each_variant_is_a_row_with_its_own_price_and_stock() -> None:
    rows, refused = rows_of(a_product(), "openai-feed", SELLER)
    assert refused == []
    assert [(r["item_id"], r["price"], r.get("sale_price"), r["availability"]) for r in rows] == [
        ("p1-s", "99.00 EUR", None, "in_stock"),
        ("p1-m", "129.00 EUR", "99.00 EUR", "out_of_stock"),
    ]
    assert {r["group_id"] for r in rows} == {"p1"}
    assert rows[0]["variant_dict"] == {"color": "navy", "size": "S"}
    assert rows[0]["url"] == "https://rue.example/p/p1"
    assert rows[1]["image_url"] == "https://media.example/media/ab/one.webp"
    assert rows[0]["gender"] == "female"
    assert rows[0]["target_countries"] == ["FR", "DE"]


def test_a_product_that_breaks_a_rule_is_named_and_left_out() -> None:
    bare = a_product(variants=(variant("p1-s", "S", 1),))
    assert [(w.field, w.reason) for w in rows_of(bare, "openai-feed", SELLER)[1]] == [
        ("image_url", "is missing")
    ]
    long = a_product(brand="x" * 71)
    rows, refused = rows_of(long, "google-feed", SELLER)
    assert rows == []
    assert {w.field for w in refused} == {"brand"}
    http = a_product(url="http://rue.example/p1")
    assert {w.field for w in rows_of(http, "google-feed", SELLER)[1]} == {"link"}


def test_a_text_that_is_too_long_is_cut_within_the_limit() -> None:
    rows, refused = rows_of(a_product(description="word " * 2000), "openai-feed", SELLER)
    assert refused == []
    assert len(rows[0]["description"]) <= 5000


@pytest.mark.parametrize(
    ("field", "value"),
    [("url", "rue.example"), ("media_url", "http://x.example"), ("store_country", "France")],
)
def test_a_seller_who_cannot_be_reached_is_refused(field: str, value: str) -> None:
    given = {**vars(SELLER), field: value}
    with pytest.raises(BadInput):
        Seller(**given)


@pytest.fixture
def small_shop(tmp_path: Path) -> Path:
    """A data folder with the first products of the demo catalog, without pictures or vectors."""
    feed = small_feed(tmp_path)
    data = tmp_path / "data"
    data.mkdir()

    async def load() -> None:
        db = await Database.open_folder(data)
        store, media = ProductStore(db), MediaFolder(data / "media")
        await ingest(feed, store=store, media=media, taxonomy=Taxonomy.load())
        await db.close()

    asyncio.run(load())
    return data


def test_a_shop_is_exported_and_can_be_read_again(tmp_path: Path, small_shop: Path) -> None:
    options = ["--seller-url", "https://rue.example", "--country", "fr", "--public-url", "https://m.example"]
    options += ["--product-url", "https://rue.example/p/{id}", "--data", str(small_shop)]
    lines, table = tmp_path / "feed.jsonl", tmp_path / "feed.tsv"
    for kind, out in (("openai-feed", lines), ("google-feed", table)):
        done = CliRunner().invoke(app, ["export", kind, "--out", str(out), *options])
        assert done.exit_code == 0, done.output
    ids = [json.loads(line)["item_id"] for line in lines.read_text().splitlines()]
    assert ids
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    assert [row["id"] for row in rows] == ids
    assert all(re.fullmatch(r"\d+\.\d\d [A-Z]{3}", row["price"]) for row in rows)
    read = list(read_feed(table, taxonomy=Taxonomy.load()))
    assert {v.id for p in read if isinstance(p, FeedProduct) for v in p.product.variants} == set(ids)
    assert not list(tmp_path.glob("*.part"))
