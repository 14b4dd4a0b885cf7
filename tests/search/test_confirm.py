"""A shop that is asked confirms what is shown, corrects it, or is too late; nothing waits for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shopper.database import Database
from shopper.products.live import LiveCheck
from shopper.products.store import ProductStore, content_hash, embed_hash
from shopper.products.taxonomy import Taxonomy
from shopper.search.encoder import Encoder
from shopper.search.find import ProductSearch
from shopper.search.index import ProductIndex
from shopper.types import PriceRange, Product, ShopperQuery

Said = Callable[[list[str]], Awaitable[list[dict[str, Any]]]]
Ask = Callable[[Said], Awaitable[ProductSearch]]


@pytest_asyncio.fixture
async def ask(tmp_path: Path, encoder: Encoder, shop: list[Product]) -> AsyncIterator[Ask]:
    """Opens a search of the small shop whose live endpoint answers as `said`."""
    db = await Database.open_folder(tmp_path)
    store = ProductStore(db)
    await store.write([(n, p, content_hash(p), embed_hash(p)) for n, p in enumerate(shop)])
    index = ProductIndex.open(tmp_path / "vectors", encoder.id, encoder.dim)

    async def opened(said: Said) -> ProductSearch:
        async def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json={"variants": await said(json.loads(request.content)["variants"])})

        client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        live = LiveCheck("http://shop.test/live", currency="EUR", timeout=0.3, client=client)
        return await ProductSearch.open(
            store=store, index=index, encoder=encoder, taxonomy=Taxonomy.load(), live=live
        )

    yield opened
    index.close()
    await db.close()


def as_stored(shop: Sequence[Product]) -> dict[str, dict[str, Any]]:
    return {
        v.id: {
            "id": v.id,
            "price": v.price.minor,
            "stock": v.stock,
            "regular_price": v.regular_price.minor if v.regular_price else None,
        }
        for p in shop
        for v in p.variants
    }


async def test_cards_that_the_shop_confirms_are_marked_so(ask: Ask, shop: list[Product]) -> None:
    stored = as_stored(shop)

    async def said(ids: list[str]) -> list[dict[str, Any]]:
        return [stored[i] for i in ids]

    page = await (await ask(said)).find(ShopperQuery(category="dress"))
    assert page.items
    assert all(card.confirmed is True for card in page.items)


async def test_a_new_price_that_breaks_the_bound_is_not_shown_and_the_others_stay(
    ask: Ask, shop: list[Product]
) -> None:
    stored = as_stored(shop)
    plain = ShopperQuery(category="dress", price=PriceRange(max=10000))

    async def dearer(ids: list[str]) -> list[dict[str, Any]]:
        return [stored[i] | ({"price": 12000} if i.startswith("d1-") else {}) for i in ids]

    search = await ask(dearer)
    page = await search.find(plain)
    assert page.items
    assert "d1" not in {card.product.id for card in page.items}
    assert all(v.price.minor <= 10000 for card in page.items for v in card.variants if v.stock)
    again = await search.find(ShopperQuery(category="dress"), limit=50)
    prices = {v.price.minor for card in again.items if card.product.id == "d1" for v in card.variants}
    assert prices == {12000}, "cart and prose read the same row"


async def test_what_sold_out_meanwhile_is_not_shown(ask: Ask, shop: list[Product]) -> None:
    stored = as_stored(shop)

    async def gone(ids: list[str]) -> list[dict[str, Any]]:
        return [stored[i] | ({"stock": 0} if i.startswith("d1-") else {}) for i in ids]

    page = await (await ask(gone)).find(ShopperQuery(category="dress"))
    assert page.items
    assert "d1" not in {card.product.id for card in page.items}


async def test_a_shop_that_is_too_slow_leaves_the_cards_unconfirmed_in_time(ask: Ask) -> None:
    async def slow(ids: list[str]) -> list[dict[str, Any]]:
        await asyncio.sleep(30)
        return []

    search = await ask(slow)
    async with asyncio.timeout(5):
        page = await search.find(ShopperQuery(category="dress"))
    assert page.items
    assert all(card.confirmed is False for card in page.items)


async def test_without_a_live_check_nothing_is_claimed(search: ProductSearch) -> None:
    page = await search.find(ShopperQuery(category="dress"))
    assert page.items
    assert all(card.confirmed is None for card in page.items)


@pytest.mark.parametrize("answer", [[], [{"id": "d1-navy-S"}], [{"id": 5}]])
async def test_odd_answers_confirm_nothing(ask: Ask, answer: list[dict[str, Any]]) -> None:
    async def odd(ids: list[str]) -> list[dict[str, Any]]:
        return answer

    page = await (await ask(odd)).find(ShopperQuery(category="dress"))
    assert page.items
    assert all(card.confirmed is False for card in page.items)
