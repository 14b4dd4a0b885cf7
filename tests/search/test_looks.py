"""Looks: what goes together, for whom, and within which budget."""

from __future__ import annotations

import pytest

from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.search.looks import harmony, place_of, price_of
from shopper.types import Exclusions, ShopperQuery

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_dress_is_completed_by_other_kinds_only(search: ProductSearch, taxonomy: Taxonomy) -> None:
    page = await search.complete_the_look("d1", color="navy")
    places = [place_of(i.product.category, taxonomy) for i in page.items]
    assert {"shoes", "bag"} <= set(places)
    assert "dress" not in places
    assert len(set(places)) == len(places)


async def test_a_look_is_for_the_same_people_and_in_stock(search: ProductSearch) -> None:
    for product_id in ("d1", "s1", "j1", "f2", "h1"):
        page = await search.complete_the_look(product_id)
        assert page.items, product_id
        people = {i.product.gender for i in page.items} - {"unisex", None}
        assert len(people) <= 1
        assert all(any(v.available for v in i.variants) for i in page.items)
        assert product_id not in {i.product.id for i in page.items}


async def test_exclusions_hold_in_a_look_too(search: ProductSearch) -> None:
    page = await search.complete_the_look(
        "d1", query=ShopperQuery(exclude=Exclusions(materials=("leather",)))
    )
    assert "f3" not in {i.product.id for i in page.items}


async def test_an_outfit_for_a_wedding_has_a_main_piece_and_shoes(
    search: ProductSearch, taxonomy: Taxonomy
) -> None:
    page = await search.outfit(ShopperQuery(intent="outfit", gender="women", occasion="wedding"))
    places = [place_of(i.product.category, taxonomy) for i in page.items]
    assert places[:2] == ["dress", "shoes"]
    assert {i.product.gender for i in page.items} <= {"women", "unisex", None}


async def test_an_outfit_stays_within_its_budget(search: ProductSearch) -> None:
    for budget in (12000, 20000, 40000):
        page = await search.outfit(
            ShopperQuery.model_validate(
                {"intent": "outfit", "gender": "women", "occasion": "wedding", "price": {"max": budget}}
            )
        )
        assert page.items
        assert sum(price_of(i) for i in page.items) <= budget


async def test_an_outfit_no_budget_can_buy_is_an_absence(search: ProductSearch) -> None:
    page = await search.outfit(ShopperQuery.model_validate({"gender": "women", "price": {"max": 100}}))
    assert page.items == ()
    assert page.absence is not None


async def test_mens_outfits_hold_nothing_of_womens(search: ProductSearch) -> None:
    page = await search.outfit(ShopperQuery(intent="outfit", gender="men", occasion="work"))
    assert page.items
    assert {i.product.gender for i in page.items} <= {"men", "unisex", None}


async def test_the_kind_that_was_asked_for_leads_the_outfit(search: ProductSearch) -> None:
    page = await search.outfit(ShopperQuery(intent="outfit", gender="women", category="jeans"))
    assert page.items[0].product.id == "p1"


async def test_colours_in_harmony_are_said_to_be(search: ProductSearch) -> None:
    page = await search.complete_the_look("d1", color="navy")
    assert any("goes with the navy dress" in reason for i in page.items for reason in i.because)


async def test_neutrals_go_with_all_and_clashes_do_not() -> None:
    assert harmony("black", "red") == 1.0
    assert harmony("blue", "orange") > harmony("green", "red")
    assert harmony(None, "red") == 0.5
