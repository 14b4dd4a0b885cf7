"""Dialogs that change a shop: changed before the turn, answering accordingly, as it was afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from shopper.dialogs.open_shop import ShopStage, stage_of
from shopper.dialogs.player import run_dialogs
from shopper.dialogs.report import render
from shopper.dialogs.staging import Change
from shopper.errors import DialogError
from shopper.shop import Shop, build_shop, load_feed, open_catalog
from shopper.types import Product
from shopper.web.app import build_app
from tests.search.conftest import WordEncoder
from tests.shops import settings
from tests.small_shop import first_rows, write_feed

Write = Callable[..., Path]

SOLD_OUT = """
    name: sold out
    turns:
      - shopper: linen wrap dress
        shop: {product: vr-0001, color: ivory, price: 9990}
        expect: {products: {first: {id: vr-0001}, any: {id: vr-0001, color: ivory, price: 9990}}}
      - shopper: linen wrap dress in M
        shop: {card: {turn: 1, position: 1}, size: M, stock: 0}
        expect: {products: {without: [{turn: 1, position: 1}], every: {available_size: M}}}
    """


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with six dresses and no pictures."""
    folder = tmp_path_factory.mktemp("staged")
    feed = write_feed(folder, first_rows())

    async def load() -> None:
        catalog = await open_catalog(settings(folder / "data"), encoder=WordEncoder())
        await load_feed(catalog, feed)
        await catalog.close()

    asyncio.run(load())
    return folder / "data"


@pytest.fixture
async def open_shop(loaded: Path) -> AsyncIterator[Shop]:
    shop = await build_shop(settings(loaded), encoder=WordEncoder())
    yield shop
    await shop.close()


async def everything(shop: Shop) -> list[Product]:
    return [product async for batch in shop.catalog.store.stream() for product in batch]


@pytest.fixture
async def http(open_shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=build_app(open_shop))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def test_a_shop_is_changed_before_the_turn_and_is_as_it_was_after_the_dialog(
    open_shop: Shop, http: httpx.AsyncClient, write: Write
) -> None:
    before = await everything(open_shop)

    report = await run_dialogs([write(SOLD_OUT)], client=http, stage=ShopStage(open_shop.catalog))

    assert report.passed, render(report)
    assert await everything(open_shop) == before


async def test_a_dialog_that_fails_or_breaks_off_puts_the_shop_back_too(
    open_shop: Shop, http: httpx.AsyncClient, write: Write
) -> None:
    before = await everything(open_shop)
    path = write(
        """
        name: breaks off
        turns:
          - shopper: dress
            shop: [{product: vr-0003, stock: 0}, {product: vr-0003, color: navy, rename: aubergine}]
            expect: {products: {max: 0}}
          - shopper: dress
            shop: {product: vr-0003, size: 99, stock: 0}
        """
    )

    report = await run_dialogs([path], client=http, stage=ShopStage(open_shop.catalog))

    assert not report.passed
    assert "turn 2 changes a variant of vr-0003 that the shop doesn't have" in render(report)
    assert await everything(open_shop) == before


async def test_a_colour_has_its_new_name_until_it_is_put_back(open_shop: Shop) -> None:
    stage = ShopStage(open_shop.catalog)
    navy = tuple(f"vr-0003-navy-{size}" for size in ("xs", "s", "m", "l", "xl"))

    await stage.change(Change("vr-0003", navy, color="aubergine", stock=7))

    product = (await open_shop.catalog.store.get(["vr-0003"]))["vr-0003"]
    assert {v.color for v in product.variants} == {"aubergine", "blush", "cream"}
    assert {v.stock for v in product.variants if v.color == "aubergine"} == {7}
    await stage.restore()
    await stage.restore()  # nothing is left to put back
    product = (await open_shop.catalog.store.get(["vr-0003"]))["vr-0003"]
    assert product.variants[0].color == "navy"


async def test_a_product_that_the_shop_doesnt_have_cannot_be_changed(open_shop: Shop) -> None:
    with pytest.raises(DialogError, match="no product vr-9999"):
        await ShopStage(open_shop.catalog).change(Change("vr-9999", ("x",), stock=0))


async def test_dialogs_that_change_the_shop_are_left_out_where_it_may_not_be_changed(
    shop: Any, client: httpx.AsyncClient, write: Write
) -> None:
    paths = [write(SOLD_OUT, "a.yaml"), write("name: b\nturns: [{shopper: hi}]", "b.yaml")]

    report = await run_dialogs(paths, client=client)

    assert [dialog.name for dialog in report.dialogs] == ["b"]
    assert report.left_out == (str(paths[0]),)
    assert "1 that change the shop were left out." in render(report)
    assert len(shop.sent) == 1


async def test_the_stage_is_found_behind_our_own_app_and_behind_no_other(open_shop: Shop, shop: Any) -> None:
    assert isinstance(stage_of(build_app(open_shop)), ShopStage)
    assert stage_of(shop.app) is None
