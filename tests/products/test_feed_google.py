"""Google Merchant feeds in CSV, TSV and XML."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shopper.errors import FeedError
from shopper.products.feed import FeedProduct, RowError, read_feed
from shopper.products.taxonomy import Taxonomy
from shopper.types import Money, Product

HEADER = (
    "id,title,description,link,image_link,availability,price,sale_price,item_group_id,color,size,material"
)


def read(
    tmp_path: Path, text: str, name: str = "feed.csv", **options: object
) -> tuple[list[Product], list[RowError]]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    rows = list(read_feed(tmp_path / name, taxonomy=Taxonomy.load(), **options))
    return (
        [r.product for r in rows if isinstance(r, FeedProduct)],
        [r for r in rows if isinstance(r, RowError)],
    )


def test_rows_of_a_group_are_one_product(tmp_path: Path) -> None:
    text = (
        f"{HEADER},gender,age_group,google_product_category,brand\n"
        "a1,Linen Dress - Navy - S,Airy.,https://s/a,n.jpg,"
        "in stock,49.90 EUR,39.90 EUR,a,Navy,S,linen/cotton,"
        "female,adult,Apparel & Accessories > Clothing > Dresses,Vela\n"
        "a2,Linen Dress - Navy - M,Airy.,https://s/a,n.jpg,out of stock,49.90 EUR,,a,Navy,M,linen/cotton,"
        "female,adult,Apparel & Accessories > Clothing > Dresses,Vela\n"
    )

    (product,), errors = read(tmp_path, text)

    assert errors == []
    assert (product.id, product.title, product.category, product.gender) == (
        "a",
        "Linen Dress",
        "dress",
        "women",
    )
    assert (product.materials, product.age_group, product.brand) == (("linen", "cotton"), "adult", "Vela")
    small, medium = product.variants
    assert (small.id, small.price, small.regular_price) == (
        "a1",
        Money(minor=3990, currency="EUR"),
        Money(minor=4990, currency="EUR"),
    )
    assert (small.available, medium.available, small.image) == (True, False, "n.jpg")


def test_broken_rows_are_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    text = f"""{HEADER}
1,Shirt,,,,in stock,"1.299,00 €",,,,,
2,Shirt,,,,in stock,free,,,,,
3,Shirt,,,,in stock,-5,,,,,
4,Shirt,,,,in stock,,,,,,
5,,,,,in stock,5 EUR,,,,,
,Shirt,,,,in stock,5 EUR,,,,,
7,Shirt,,,,who knows,5 EUR,,,,,
1,Shirt,,,,in stock,5 EUR,,,,,
"""

    products, errors = read(tmp_path, text)

    assert [(p.id, p.variants[0].price.minor) for p in products] == [("1", 129900)]
    assert [(e.line, e.field) for e in errors] == [
        (3, "price"),
        (4, "price"),
        (5, "price"),
        (6, "title"),
        (7, "id"),
        (8, "availability"),
        (9, "id"),
    ]
    assert "free" in errors[0].reason
    assert "line 2" in errors[-1].reason


def test_two_currencies_in_one_product_are_an_error(tmp_path: Path) -> None:
    text = f"{HEADER}\n1,Shirt,,,,in stock,5 EUR,,g,,S,\n2,Shirt,,,,in stock,5 USD,,g,,M,\n"

    products, (error,) = read(tmp_path, text)

    assert products == []
    assert (error.line, error.field) == (3, "price")
    assert "EUR (line 2)" in error.reason


@pytest.mark.parametrize(("day", "minor"), [(date(2026, 1, 15), 400), (date(2026, 3, 1), 500)])
def test_a_sale_price_holds_only_on_its_days(tmp_path: Path, day: date, minor: int) -> None:
    text = (
        "id,title,price,sale_price,sale_price_effective_date\n"
        "1,Shirt,5 EUR,4 EUR,2026-01-01T00:00+0100/2026-01-31T23:59+0100\n"
    )

    (product,), _ = read(tmp_path, text, today=day)

    assert product.variants[0].price.minor == minor


def test_a_tab_separated_feed_is_read(tmp_path: Path) -> None:
    text = "item group id\tid\tTitle\tprice\tavailability\n\tx\tWool Scarf\t19.90 GBP\tin_stock\n"

    (product,), _ = read(tmp_path, text, "feed.txt")

    assert (product.id, product.category, product.materials) == ("x", "scarf", ("wool",))
    assert product.variants[0].price.currency == "GBP"


RSS = """<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>
<item>
  <g:id>1</g:id><title>ignored</title><g:title>Leather Boots</g:title><link>https://s/1</link>
  <g:price>89.00 EUR</g:price><g:availability>in stock</g:availability>
  <g:shipping><g:price>4.90 EUR</g:price></g:shipping>
</item>
<item><g:id>2</g:id><title>Scarf</title>
  <g:price>free</g:price></item>
</channel></rss>"""


def test_rss_items_are_rows_with_their_lines(tmp_path: Path) -> None:
    (product,), (error,) = read(tmp_path, RSS, "feed.xml")

    assert (product.title, product.category, product.url) == ("Leather Boots", "boots", "https://s/1")
    assert product.variants[0].price == Money(minor=8900, currency="EUR")
    assert (error.line, error.field) == (8, "price")


def test_atom_entries_are_rows_too(tmp_path: Path) -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><entry>'
        '<g:id>1</g:id><title>Belt</title><link href="https://s/1"/><g:price>9 EUR</g:price></entry></feed>'
    )

    (product,), _ = read(tmp_path, atom, "feed.xml")

    assert (product.category, product.url) == ("belt", "https://s/1")


@pytest.mark.parametrize(
    "text",
    [
        RSS[:300],
        "<rss></rss>",
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss><item>&b;</item></rss>',
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><item><id>&f;</id></item></rss>',
    ],
)
def test_unreadable_or_hostile_xml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FeedError):
        read(tmp_path, text, "feed.xml")


def test_a_link_that_is_no_web_address_is_dropped(tmp_path: Path) -> None:
    (product,), _ = read(tmp_path, "id,title,price,link\n1,Shirt,5 EUR,javascript:alert(1)\n")

    assert product.url is None


def test_a_german_feed_in_windows_encoding_is_read(tmp_path: Path) -> None:
    text = (
        "Id;Titel;Preis;Farbe;Größe;Kategorie\n1;Leinenkleid für Damen;1.299,00 €;Blau;38;Damen > Kleider\n"
    )
    (tmp_path / "feed.csv").write_bytes(text.encode("cp1252"))

    (row,) = read_feed(tmp_path / "feed.csv", taxonomy=Taxonomy.load())

    assert isinstance(row, FeedProduct)
    assert (row.product.category, row.product.gender, row.product.materials) == ("dress", "women", ("linen",))
    assert row.product.variants[0].price == Money(minor=129900, currency="EUR")
    assert (row.product.variants[0].color, row.product.variants[0].size) == ("Blau", "38")


def test_a_category_number_and_a_currency_column_are_understood(tmp_path: Path) -> None:
    text = "id,title,price,currency,google_product_category\n1,Aurelia,49,GBP,2271\n"

    (product,), _ = read(tmp_path, text)

    assert product.category == "dress"
    assert product.variants[0].price == Money(minor=4900, currency="GBP")


@pytest.mark.parametrize(
    ("title", "gender", "age", "expected"),
    [
        ("Rain Jacket", "male", "kids", ("boys", "kids")),
        ("Rain Jacket", "female", "toddler", ("girls", "toddler")),
        ("Rain Jacket", "unisex", "adult", ("unisex", "adult")),
        ("Women's Baby Tee", "", "", ("women", "adult")),
        ("Dress for Women and Men", "", "", ("unisex", None)),
        ("Scarf", "", "", (None, None)),
    ],
)
def test_for_whom_it_is_is_read_from_gender_and_age(
    tmp_path: Path, title: str, gender: str, age: str, expected: tuple[str | None, str | None]
) -> None:
    text = f"id,title,price,gender,age_group\n1,{title},5 EUR,{gender},{age}\n"

    (product,), _ = read(tmp_path, text)

    assert (product.gender, product.age_group) == expected


def test_each_material_of_a_statement_counts(tmp_path: Path) -> None:
    text = 'id,title,price,material\n1,Shirt,5 EUR,"60% cotton 40% linen with leather trim"\n'

    (product,), _ = read(tmp_path, text)

    assert product.materials == ("cotton", "linen", "leather")
