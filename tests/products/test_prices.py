"""A price file: every good row is taken at once, every other is named, and newer facts stay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shopper.database import Database
from shopper.errors import CatalogMissing, Conflict, FeedError
from shopper.products.prices import PriceReport, ingest_prices
from shopper.products.store import ProductStore, VariantPrice, VariantUpdate, content_hash, embed_hash
from shopper.types import Money, Product, Variant

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def euros(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def product(key: str) -> Product:
    return Product(
        id=key,
        title=f"Dress {key}",
        variants=tuple(
            Variant(id=f"{key}-{s}", sku=f"sku-{key}-{s}", color="navy", size=s, price=euros(4990), stock=3)
            for s in "SM"
        ),
    )


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


class Shop:
    def __init__(self, folder: Path, store: ProductStore, clock: Clock) -> None:
        self.file = folder / "prices.csv"
        self.store = store
        self.clock = clock

    async def take(self, *lines: str, **options: Any) -> PriceReport:
        self.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return await ingest_prices(self.file, store=self.store, now=self.clock.now, **options)

    async def variant(self, key: str) -> Variant:
        found = await self.store.variant(key)
        assert found is not None
        return found[1]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    db = await Database.open_folder(tmp_path / "data")
    clock = Clock()
    store = ProductStore(db, clock=clock)
    await store.write(
        [(n, p, content_hash(p), embed_hash(p)) for n, p in enumerate([product("a"), product("b")])]
    )
    clock.now = NOW + timedelta(hours=1)
    yield Shop(tmp_path, store, clock)
    await db.close()


async def test_prices_sales_and_stock_are_taken_and_seen_at_once(shop: Shop) -> None:
    await shop.store.get(["a"])  # remembered

    report = await shop.take(
        "variant_id,price,sale_price,stock,currency", "a-S,59.90,39.90,1,EUR", "a-M,EUR 44,,0,"
    )

    assert (report.updated, report.unchanged, report.unknown, report.rejected) == (2, 0, 0, 0)
    small, medium = await shop.variant("a-S"), await shop.variant("a-M")
    assert (small.price, small.regular_price, small.stock) == (euros(3990), euros(5990), 1)
    assert (medium.price, medium.regular_price, medium.stock) == (euros(4400), None, 0)


async def test_jsonl_says_the_same(shop: Shop) -> None:
    report = await shop.take(
        '{"variant_id": "a-S", "price": 59.9, "sale_price": "39.90", "stock": 1}',
        '{"sku": "sku-a-M", "availability": "out of stock"}',
    )

    assert (report.updated, report.rejected) == (2, 0)
    assert (await shop.variant("a-S")).price == euros(3990)
    medium = await shop.variant("a-M")
    assert (medium.price, medium.stock) == (euros(4990), 0)


async def test_google_s_names_are_understood(shop: Shop) -> None:
    await shop.take("itemid\tstock", "a-S\t0")

    report = await shop.take(
        "store code\tid\tquantity\tprice\tsale price\tavailability",
        "s1\ta-S\t\t59.90 EUR\t\tin_stock",
        "s1\ta-M\t7\t59.90 EUR\t49.90 EUR\tin_stock",
    )

    assert report.updated == 2
    assert (await shop.variant("a-S")).available
    assert (await shop.variant("a-M")).stock == 7
    assert (await shop.variant("a-M")).regular_price == euros(5990)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("a-S,free,,1,EUR,", "price"),
        ("a-S,10,20,1,EUR,", "sale_price"),
        ("a-S,,9,1,EUR,", "sale_price"),
        ("a-S,10,,many,EUR,", "stock"),
        ("a-S,10,,1,Euros,", "currency"),
        ("a-S,10,,1,USD,", "price"),
        ("a-S,10,,1,EUR,yesterday", "as_of"),
        ("a-S,10,,1,EUR,2099-01-01", "as_of"),
        ("a-S,,,,,", None),
        (",10,,1,EUR,", "sku"),
        ('a-S,"10,,1,EUR,', None),
        ("a-S,10,,1,EUR,,,x", None),
    ],
)
async def test_a_bad_row_is_named_and_the_others_are_taken(shop: Shop, row: str, field: str | None) -> None:
    report = await shop.take("id,price,sale_price,stock,currency,as_of", row, "b-M,10,,1,EUR,")

    assert [(e.line, e.field) for e in report.errors] == [(2, field)]
    assert (report.updated, report.rejected) == (1, 1)
    assert (await shop.variant("a-S")).price == euros(4990)


async def test_unknown_variants_are_counted_and_listed(shop: Shop) -> None:
    report = await shop.take("sku,price", "sku-x,10", "sku-a-S,10")
    other = await shop.take("id,price", "zzz,10", "a-M,10")

    assert (report.updated, report.unknown, report.unknown_ids) == (1, 1, ("sku-x",))
    assert (other.updated, other.unknown, other.unknown_ids) == (1, 1, ("zzz",))


async def test_a_variant_named_twice_is_taken_once(shop: Shop) -> None:
    report = await shop.take("id,sku,price", "a-S,,10", "a-S,,20", ",sku-a-S,30")

    assert [e.line for e in report.errors] == [3, 4]
    assert (await shop.variant("a-S")).price == euros(1000)


async def test_a_row_older_than_what_is_stored_is_left_out(shop: Shop) -> None:
    late, early = (NOW + timedelta(minutes=50)).isoformat(), (NOW + timedelta(minutes=40)).isoformat()
    first = await shop.take("id,price,as_of", f"a-S,10,{late}")

    second = await shop.take("id,price,as_of", f"a-S,20,{early}", f"a-M,20,{early}")

    assert first.as_of == NOW + timedelta(minutes=50)
    assert [(e.line, e.field) for e in second.errors] == [(2, "as_of")]
    assert (await shop.variant("a-S")).price == euros(1000)
    assert (await shop.variant("a-M")).price == euros(2000)


async def test_a_dry_run_says_what_would_be(shop: Shop) -> None:
    before = await shop.store.state()

    report = await shop.take("id,price", "a-S,10", "zzz,10", "b-S,49.90", dry_run=True)

    assert (report.updated, report.unchanged, report.unknown) == (1, 1, 1)
    assert (await shop.variant("a-S")).price == euros(4990)
    assert await shop.store.state() == before


async def test_prices_raise_only_their_own_counter_and_leave_the_words(shop: Shop) -> None:
    before, words = await shop.store.state(), await shop.store.embed_hashes()

    await shop.take("id,price", "a-S,10")

    after = await shop.store.state()
    assert (after.products, after.prices, after.vectors) == (
        before.products,
        before.prices + 1,
        before.vectors,
    )
    assert await shop.store.revision() == after.products + after.prices
    assert await shop.store.embed_hashes() == words


async def test_nothing_known_raises_no_counter(shop: Shop) -> None:
    before = await shop.store.state()
    await shop.take("id,price", "zzz,10")
    assert await shop.store.state() == before


async def test_readers_get_changed_products_with_all_their_variants(shop: Shop) -> None:
    first = await shop.store.state()
    await shop.take("id,price,sale_price,stock", "b-M,60,40,2")
    second = await shop.store.state()
    await shop.take("id,stock", "a-S,0")

    async def since(prices: int) -> dict[str, tuple[VariantPrice, ...]]:
        return {key: v async for batch in shop.store.changed_prices(prices) for key, v in batch}

    assert set(await since(first.prices)) == {"a", "b"}
    assert await since(second.prices) == {
        "a": (VariantPrice("navy", 4990, False, 0), VariantPrice("navy", 4990, False, 3))
    }
    assert (await since(first.prices))["b"][1] == VariantPrice("navy", 4000, True, 2)


async def test_another_currency_or_an_older_moment_stops_an_exact_write(shop: Shop) -> None:
    with pytest.raises(Conflict, match="EUR"):
        await shop.store.set_prices([VariantUpdate("a-S", price=Money(minor=1, currency="USD"))])
    with pytest.raises(Conflict, match="newer"):
        await shop.store.set_prices([VariantUpdate("a-S", stock=1, as_of=NOW - timedelta(days=1))])


@pytest.mark.parametrize("text", ["", "\n\n", "name,price\nx,1\n", "id,name\na-S,x\n"])
async def test_a_file_that_is_no_price_file_is_refused(shop: Shop, text: str) -> None:
    with pytest.raises(FeedError, match="price file"):
        await shop.take(text)


async def test_an_absent_file_is_refused(shop: Shop) -> None:
    with pytest.raises(FeedError, match="no price file"):
        await ingest_prices(shop.file.with_name("absent.csv"), store=shop.store)


async def test_a_shop_without_products_has_no_prices(tmp_path: Path) -> None:
    db = await Database.open_folder(tmp_path)
    (tmp_path / "p.csv").write_text("id,price\na,1\n")
    with pytest.raises(CatalogMissing):
        await ingest_prices(tmp_path / "p.csv", store=ProductStore(db))
    await db.close()
