"""The SQL truth: what is written is read back, all or nothing, and every write is noticed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shopper.database import Database
from shopper.errors import CatalogMissing, Conflict, NotFound
from shopper.products.store import CatalogState, ProductStore, VariantUpdate, content_hash, embed_hash
from shopper.types import Money, Product, Variant

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def euros(minor: int, currency: str = "EUR") -> Money:
    return Money(minor=minor, currency=currency)


def product(key: str, *sizes: str, price: int = 4990, **facts: object) -> Product:
    variants = tuple(
        Variant(id=f"{key}-{size}", sku=f"{key}-{size}", color="Navy", size=size, price=euros(price), stock=3)
        for size in (sizes or ("S", "M"))
    )
    return Product.model_validate({"id": key, "title": f"Dress {key}", "variants": variants, **facts})


def rows(*products: Product, start: int = 0) -> list[tuple[int, Product, str, str]]:
    return [(start + i, p, content_hash(p), embed_hash(p)) for i, p in enumerate(products)]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ProductStore]:
    db = await Database.open_folder(tmp_path)
    yield ProductStore(db, clock=lambda: NOW)
    await db.close()


async def test_a_product_is_read_as_it_was_written(store: ProductStore) -> None:
    full = product(
        "a",
        brand="Vela",
        description="Soft.",
        category="dress",
        category_path=("Women", "Dresses"),
        gender="women",
        age_group="adult",
        materials=("linen",),
        fit="relaxed",
        rating=4.5,
        rating_count=3,
        url="https://shop/a",
        published_at=NOW,
    )
    sale = full.variants[0].model_copy(update={"regular_price": euros(5990), "image": "ab/x.webp"})
    full = full.model_copy(update={"variants": (sale, full.variants[1])})

    await store.write(rows(full))

    assert await store.get(["a"]) == {"a": full}
    assert await store.variant("a-M") == (full, full.variants[1])
    assert await store.as_of() == NOW


async def test_unknown_ids_are_left_out(store: ProductStore) -> None:
    await store.write(rows(product("a")))

    assert list(await store.get(["x", "a", "a"])) == ["a"]
    assert await store.variant("x") is None


async def test_products_stream_in_feed_order(store: ProductStore) -> None:
    await store.write(rows(*(product(f"p{i}") for i in range(9, -1, -1))))

    batches = [[p.id for p in batch] async for batch in store.stream(batch=4)]

    assert batches == [["p9", "p8", "p7", "p6"], ["p5", "p4", "p3", "p2"], ["p1", "p0"]]


async def test_a_rewritten_product_loses_its_old_variants(store: ProductStore) -> None:
    await store.write(rows(product("a", "S", "M"), product("b", "L")))
    await store.get(["a"])

    await store.write(rows(product("a", "XL")))

    assert [v.size for v in (await store.get(["a"]))["a"].variants] == ["XL"]
    assert await store.counts() == (2, 2)


async def test_a_variant_can_move_to_another_product_in_one_write(store: ProductStore) -> None:
    await store.write(rows(product("a", "S"), product("b", "M")))
    moved = product("b", "M").model_copy(update={"variants": product("a", "S").variants})

    await store.write(rows(moved), deletes=["a"])

    assert await store.owners(["a-S", "b-M"]) == {"a-S": "b"}


async def test_a_failed_write_changes_nothing(store: ProductStore) -> None:
    await store.write(rows(product("a")))
    before = await store.revision()
    dollars = product("b").variants[0].model_copy(update={"price": euros(100, "USD")})

    with pytest.raises(Conflict, match="one currency"):
        await store.write(rows(product("c"), product("b").model_copy(update={"variants": (dollars,)})), ["a"])

    assert list(await store.get(["a", "b", "c"])) == ["a"]
    assert await store.revision() == before


async def test_every_write_raises_the_revision(store: ProductStore) -> None:
    assert await store.revision() == 0
    await store.write(rows(product("a")))
    assert await store.revision() == 1
    await store.write([], deletes=["a"])
    assert await store.revision() == 2
    await store.write([])
    assert await store.revision() == 2


async def test_hashes_come_in_the_order_that_products_are_streamed_in(store: ProductStore) -> None:
    await store.write(rows(*(product(f"p{i}") for i in range(9, -1, -1))))
    await store.write([(4, p, content_hash(p), embed_hash(p)) for p in [product("p5", price=10)]])

    streamed = [p.id async for batch in store.stream(batch=3) for p in batch]

    assert list(await store.hashes()) == streamed
    assert sorted(streamed) == sorted(f"p{i}" for i in range(10))


async def test_the_counters_tell_what_was_written(store: ProductStore) -> None:
    assert await store.state() == (0, 0, 0)
    await store.write(rows(product("a")))
    await store.set_prices([VariantUpdate("a-S", stock=0)])
    await store.vectors_changed()
    await store.vectors_changed()
    assert await store.state() == CatalogState(products=1, prices=1, vectors=2)
    assert await store.revision() == 2


async def test_an_empty_shop_has_no_currency(store: ProductStore) -> None:
    with pytest.raises(CatalogMissing):
        await store.currency()
    await store.write(rows(product("a")))
    assert await store.currency() == "EUR"


async def test_new_prices_are_seen_at_once_and_the_next_feed_is_taken_again(store: ProductStore) -> None:
    await store.write(rows(product("a")))
    await store.get(["a"])

    await store.set_prices([VariantUpdate("a-S", price=euros(3990), regular_price=euros(4990), stock=0)])

    variant = (await store.get(["a"]))["a"].variants[0]
    assert (variant.price, variant.regular_price, variant.available) == (euros(3990), euros(4990), False)
    assert (await store.hashes())["a"][0] != content_hash(product("a"))
    assert await store.embed_hashes() == {"a": embed_hash(product("a"))}


async def test_a_price_update_with_an_unknown_variant_changes_nothing(store: ProductStore) -> None:
    await store.write(rows(product("a")))

    with pytest.raises(NotFound):
        await store.set_prices([VariantUpdate("a-S", stock=0), VariantUpdate("x", stock=0)])

    assert (await store.get(["a"]))["a"].variants[0].stock == 3


def test_prices_and_stock_do_not_change_what_vectors_are_made_from() -> None:
    one, other = product("a", "S"), product("a", "S", "M", price=100)
    assert content_hash(one) != content_hash(other)
    assert embed_hash(one) == embed_hash(other)
    assert embed_hash(one) != embed_hash(product("a", "S", materials=("linen",)))
