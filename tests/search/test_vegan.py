"""Vegan things: a wish that the material table answers, and that never shows an animal material."""

from __future__ import annotations

from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.types import ShopperQuery


async def test_vegan_things_have_nothing_from_animals(search: ProductSearch) -> None:
    page = await search.find(ShopperQuery(category="outerwear", features=("vegan",)))
    taxonomy = Taxonomy.load()
    assert page.items
    for item in page.items:
        assert not any(taxonomy.material_is_animal(m) for m in item.product.materials)


async def test_a_stated_material_proves_a_thing_vegan_without_the_word(search: ProductSearch) -> None:
    page = await search.find(ShopperQuery(category="shoes", features=("vegan",)))
    assert page.items
    assert page.relaxed == ()


async def test_words_that_mean_no_card_make_a_weak_page(search: ProductSearch) -> None:
    assert not (await search.find(ShopperQuery(text="silk evening dress"))).weak
