"""Finding in the small shop: what may be shown, in which order, and what is said when nothing can be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from shopper.database import Database
from shopper.errors import NotFound
from shopper.products.store import ProductStore, VariantUpdate
from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.search.index import ProductIndex
from shopper.search.sync import sync_vectors
from shopper.types import Exclusions, Money, Page, PriceRange, Product, ShopperQuery

from .conftest import WordEncoder, draw, stock
from .test_facets import breaks, queries, some

pytestmark = pytest.mark.asyncio(loop_scope="session")


def ids(page: Page) -> list[str]:
    return [item.product.id for item in page.items]


def query(**facts: object) -> ShopperQuery:
    return ShopperQuery.model_validate(facts)


async def found(search: ProductSearch, **facts: object) -> Page:
    return await search.find(query(**facts), limit=20)


async def test_a_category_and_a_price_bound_hold_together(search: ProductSearch) -> None:
    page = await found(search, category="dress", gender="women", price={"max": 9000})
    assert set(ids(page)) == {"d1", "d3"}
    assert page.total == len(page.items) == 4  # navy, red, white and yellow


async def test_a_group_finds_all_below_it(search: ProductSearch) -> None:
    assert {"j1", "j2", "j3", "j4", "j5"} == set(ids(await found(search, category="outerwear")))


async def test_size_colour_price_and_stock_must_meet_in_one_variant(search: ProductSearch) -> None:
    page = await found(search, category="dress", colors=["red"], sizes=["L"])
    assert page.items == ()  # red comes in S and M, L only in navy
    assert page.absence is not None
    assert page.absence.field == "sizes"


async def test_the_card_is_the_product_in_that_colour_with_its_own_variants(search: ProductSearch) -> None:
    page = await found(search, category="dress", colors=["navy"])
    (card,) = page.items
    assert (card.product.id, card.color) == ("d1", "navy")
    assert {v.size for v in card.variants} == {"S", "M", "L"}
    assert {v.color for v in card.variants} == {"navy"}


async def test_a_sold_out_product_is_shown_only_when_stock_does_not_matter(search: ProductSearch) -> None:
    assert "d4" not in ids(await found(search, category="dress"))
    assert "d4" in ids(await found(search, category="dress", in_stock=False))


async def test_no_leather_drops_suede_and_trim_but_keeps_the_vegan_one(search: ProductSearch) -> None:
    page = await found(search, category="outerwear", exclude=Exclusions(materials=("leather",)))
    assert set(ids(page)) == {
        "j2",
        "j4",
    }  # j5 has leather trim by its words; j4 only goes well with leather boots


async def test_an_imitation_is_said_to_be_one(search: ProductSearch) -> None:
    page = await found(search, category="jacket", gender="women", exclude=Exclusions(materials=("leather",)))
    (vegan,) = (i for i in page.items if i.product.id == "j2")
    assert vegan.because[-1] == "Faux leather, no real leather"


async def test_leather_free_is_not_leather(search: ProductSearch) -> None:
    page = await found(search, category="shoes", exclude=Exclusions(materials=("leather",)))
    assert {"f1", "f4"} == set(ids(page))


async def test_an_unknown_material_is_kept_and_said(search: ProductSearch) -> None:
    page = await found(search, category="sweater", exclude=Exclusions(materials=("wool",)))
    (card,) = page.items
    assert card.product.id == "k2"
    assert "Material not stated by the shop" in card.because


async def test_excluded_colours_brands_patterns_categories_and_features_are_out(
    search: ProductSearch,
) -> None:
    page = await found(
        search,
        gender="women",
        exclude=Exclusions(
            colors=("black", "navy"),
            brands=("AUREL",),
            patterns=("floral",),
            categories=("shoes", "bags"),
            features=("midi",),
        ),
    )
    assert page.items
    for card in page.items:
        assert card.color not in ("black", "navy")
        assert card.product.brand != "Aurel"
        assert card.product.id not in {"d1", "d3", "f1", "f3", "f4", "g1", "g2"}


async def test_women_see_womens_and_unisex_things_and_never_childrens(search: ProductSearch) -> None:
    page = await search.find(query(gender="women"), limit=100)
    assert {i.product.gender for i in page.items} <= {"women", "unisex", None}
    assert not {"c1", "c2"} & set(ids(page))


async def test_girls_see_only_childrens_things(search: ProductSearch) -> None:
    assert set(ids(await found(search, gender="girls"))) == {"c2"}


async def test_without_a_word_on_whom_only_adults_things_are_shown(search: ProductSearch) -> None:
    page = await found(search, category="t-shirt")
    assert ids(page)
    assert "c1" not in ids(page)
    assert ids(page)[0] == "t1"


async def test_kids_see_kids_things(search: ProductSearch) -> None:
    assert set(ids(await found(search, age_group="kids"))) == {"c1", "c2"}


async def test_a_colour_word_meets_its_near_synonyms(search: ProductSearch) -> None:
    assert ids(await found(search, category="sweater", colors=["cream"])) == ["k2"]  # the shop says ivory


async def test_a_family_takes_all_its_shades(search: ProductSearch) -> None:
    page = await found(search, colors=["blue"], gender="men")
    assert {"navy", "light blue"} <= {i.color for i in page.items}


async def test_a_shade_is_widened_to_its_family_and_said(search: ProductSearch) -> None:
    page = await found(search, category="skirt", colors=["emerald"])
    assert ids(page) == ["w1"]
    assert [r.field for r in page.relaxed] == ["colors"]


async def test_a_colour_nobody_has_is_an_absence_with_the_nearest(search: ProductSearch) -> None:
    page = await found(search, category="skirt", colors=["purple"])
    assert page.items == ()
    assert page.absence is not None
    assert page.absence.field == "colors"
    assert [n.product.id for n in page.absence.nearest] == ["w1"]


async def test_only_the_wish_in_the_way_is_relaxed(search: ProductSearch) -> None:
    page = await found(search, category="dress", materials=["linen"], fit="slim", season="summer")
    assert {"d1"} == set(ids(page))
    assert [(r.field, r.value) for r in page.relaxed] == [("fit", "slim")]


async def test_what_the_budget_alone_forbids_is_offered_with_its_price(search: ProductSearch) -> None:
    page = await found(search, category="shirt", materials=["linen"], price={"max": 6000})
    assert set(ids(page)) == {"s1", "s3"}
    assert page.suggestions[0].label == "Linen from €69"
    assert page.suggestions[0].edit == {"set": {"price": {"max": 6900}}}


async def test_nothing_is_relaxed_when_told_not_to(search: ProductSearch) -> None:
    page = await search.find(query(category="dress", materials=["linen"], fit="slim"), relax=False)
    assert page.items == ()
    assert page.absence is not None


async def test_a_price_bound_is_never_broken_but_the_nearest_miss_is_named(search: ProductSearch) -> None:
    page = await found(search, category="leather jacket", price={"max": 25000})
    assert page.items == ()
    said = page.absence
    assert said is not None
    assert (said.reason, said.field) == ("no_match", "price")
    assert [n.product.id for n in said.nearest] == ["j1"]
    assert "€299" in said.message
    assert said.suggestions[0].edit == {"set": {"price": {"max": 29900}}}


async def test_sold_out_in_the_size_is_said_as_such_with_what_there_is(search: ProductSearch) -> None:
    page = await found(search, category="dress", colors=["black"], sizes=["S"])
    assert page.items == ()
    assert page.absence is not None
    assert (page.absence.field, page.absence.value) == ("sizes", "S")
    assert page.absence.message.startswith("Sold out in S")
    assert [(n.product.id, n.color) for n in page.absence.nearest] == [("d2", "black")]


async def test_a_category_the_shop_lacks_is_not_sold(search: ProductSearch) -> None:
    page = await found(search, category="swimsuit")
    assert page.absence is not None
    assert (page.absence.reason, page.absence.field) == ("not_sold", "category")


async def test_a_word_no_taxonomy_knows_is_not_sold_either(search: ProductSearch) -> None:
    page = await found(search, category="surfboard")
    assert page.absence is not None
    assert page.absence.reason == "not_sold"


async def test_an_unknown_brand_is_said_with_what_comes_nearest(search: ProductSearch) -> None:
    page = await found(search, category="hoodie", brands=["Nike"])
    assert page.items == ()
    assert page.absence is not None
    assert (page.absence.reason, page.absence.field, page.absence.value) == ("not_sold", "brand", "Nike")
    assert [n.product.id for n in page.absence.nearest] == ["h1"]


async def test_a_brand_without_such_a_thing_is_relaxed(search: ProductSearch) -> None:
    page = await found(search, category="hoodie", brands=["Riva"])
    assert ids(page)[0] == "h1"
    assert [r.field for r in page.relaxed] == ["brands"]


async def test_gibberish_is_not_understood(search: ProductSearch) -> None:
    page = await found(search, text="xqkz wvpt brrrl")
    assert page.items == ()
    assert page.absence is not None
    assert page.absence.reason == "not_understood"


async def test_a_pasted_novel_is_answered_like_any_text(search: ProductSearch) -> None:
    page = await found(search, text="linen dress " + "lorem ipsum dolor " * 3000)
    assert page.as_of is not None


async def test_words_alone_find_what_they_name(search: ProductSearch) -> None:
    assert ids(await found(search, text="trail running"))[0] == "f4"


async def test_words_order_what_facts_allow(search: ProductSearch) -> None:
    assert ids(await found(search, category="dress", text="silk evening"))[0] == "d2"


async def test_soft_wishes_only_order(search: ProductSearch) -> None:
    page = await found(search, category="jacket", gender="women", prefer=["denim"])
    assert ids(page)[0] == "j4"
    assert set(ids(page)) == {"j1", "j2", "j4"}


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("price_asc", lambda i: min(v.price.minor for v in i.variants if v.available)),
        ("price_desc", lambda i: -min(v.price.minor for v in i.variants if v.available)),
        ("newest", lambda i: -i.product.published_at.timestamp()),
        ("rating", lambda i: -(i.product.rating or -1)),
    ],
)
async def test_a_sort_is_kept_strictly(search: ProductSearch, sort: str, key: Callable[..., float]) -> None:
    page = await search.find(query(gender="women", sort=sort), limit=100)
    keys = [key(item) for item in page.items]
    assert len(keys) > 10
    assert keys == sorted(keys)


async def test_pages_follow_one_another_without_gaps_or_repeats(search: ProductSearch) -> None:
    whole = [i.card_id for i in (await search.find(query(gender="women"), limit=100)).items]
    paged: list[str] = []
    for offset in range(0, len(whole), 5):
        page = await search.find(query(gender="women"), limit=5, offset=offset)
        assert page.total == len(whole)
        paged += [i.card_id for i in page.items]
    assert paged == whole
    assert len(set(whole)) == len(whole)


async def test_a_page_shows_at_most_two_colours_of_one_product(search: ProductSearch) -> None:
    page = await search.find(query(gender="women", price=PriceRange(max=10000)), limit=8)
    shown = ids(page)
    assert max(shown.count(i) for i in shown) <= 2


async def test_reasons_are_true_and_specific(search: ProductSearch) -> None:
    page = await found(
        search, category="dress", materials=["linen"], sizes=["M"], colors=["navy"], price={"max": 12000}
    )
    (card,) = page.items
    assert card.because[:3] == ("Linen, as you asked", "In navy", "In M, 3 left")
    assert "€31 under your budget" in card.because


async def test_like_a_product_but_in_another_colour_may_be_itself(search: ProductSearch) -> None:
    assert ids(await found(search, like=["d1"], category="dress", colors=["red"]))[0] == "d1"


async def test_like_a_product_shows_others_first_of_its_kind(search: ProductSearch) -> None:
    page = await found(search, like=["d1"], gender="women")
    assert "d1" not in ids(page)
    assert page.items[0].product.category == "dress"


async def test_a_photo_orders_by_its_looks(
    search: ProductSearch, paint: Callable[[str], Image.Image]
) -> None:
    page = await search.find(
        query(like=["photo-1"], category="dress", gender="women"), photos={"photo-1": paint("burgundy")}
    )
    assert (page.items[0].product.id, page.items[0].color) == ("d2", "burgundy")
    assert "Looks close to your photo" in page.items[0].because


async def test_a_photo_of_a_childrens_thing_finds_it_though_nobody_said_for_whom(
    search: ProductSearch, paint: Callable[[str], Image.Image]
) -> None:
    page = await search.find(query(like=["photo-1"]), photos={"photo-1": paint("pink")})
    assert page.items[0].product.id == "c2"


async def test_an_id_that_is_gone_from_like_is_passed_over(search: ProductSearch) -> None:
    assert set(ids(await found(search, like=["gone"], category="hoodie"))) == {"h1"}


async def test_an_empty_query_shows_the_shop(search: ProductSearch) -> None:
    page = await search.find(ShopperQuery(), limit=8)
    assert len(page.items) == 8
    assert page.absence is None


async def test_suggestions_split_the_result_and_do_not_repeat_the_query(search: ProductSearch) -> None:
    page = await found(search, gender="women", colors=["black"])
    assert 2 <= len(page.suggestions) <= 4
    assert not any(s.text.startswith("in black") for s in page.suggestions)


async def test_similar_things_are_of_the_same_kind_and_never_the_thing_itself(search: ProductSearch) -> None:
    page = await search.similar("d1", color="navy")
    assert page.items
    assert {i.product.category for i in page.items} == {"dress"}
    assert not {"d1", "c2"} & set(ids(page))


async def test_similar_to_an_unknown_product_is_not_found(search: ProductSearch) -> None:
    with pytest.raises(NotFound):
        await search.similar("nobody")


async def test_many_finds_at_once_agree(search: ProductSearch) -> None:
    pages = await asyncio.gather(*(found(search, category="dress", text="summer") for _ in range(12)))
    assert len({tuple(ids(p)) for p in pages}) == 1


async def test_new_prices_and_stock_are_seen_by_the_next_find(
    shop: list[Product], taxonomy: Taxonomy, encoder: WordEncoder, tmp_path: Path
) -> None:
    db = await Database.open_folder(tmp_path)
    store = ProductStore(db)
    media, drawn = draw(shop[:4], tmp_path)
    await stock(store, drawn)
    index = ProductIndex.open(tmp_path / "vectors", encoder.id, encoder.dim)
    await sync_vectors(store=store, index=index, encoder=encoder, media=media, taxonomy=taxonomy)
    search = await ProductSearch.open(store=store, index=index, encoder=encoder, taxonomy=taxonomy)
    assert "d3" in ids(await found(search, category="dress", price={"max": 5000}))

    cheaper = Money(minor=4000, currency="EUR")
    await store.set_prices([VariantUpdate("d2-burgundy-S", price=cheaper, stock=5)])
    await store.set_prices([VariantUpdate(f"d3-yellow-{s}", stock=0) for s in "SML"])
    assert ids(await found(search, category="dress", price={"max": 5000})) == ["d2"]
    index.close()
    await db.close()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("frock with flowers", "d3"),
        ("shoes for a trail run", "f4"),
        ("something to carry my things in, a bag", ("g1", "g2")),
        ("cosy jumper", ("k1", "k2")),
        ("formal shirt for the office", "s1"),
    ],
)
async def test_the_real_encoder_understands_words_the_shop_does_not_use(
    real_search: ProductSearch, text: str, first: str | tuple[str, ...]
) -> None:
    assert ids(await found(real_search, text=text))[0] in first


async def test_the_real_encoder_takes_gibberish_for_what_it_is(real_search: ProductSearch) -> None:
    page = await found(real_search, text="xqkz wvpt brrrl")
    assert page.absence is not None
    assert page.absence.reason == "not_understood"


async def test_the_real_encoder_finds_a_photo_of_the_shop_again(
    real_search: ProductSearch, paint: Callable[[str], Image.Image]
) -> None:
    page = await real_search.find(query(like=["photo-1"]), photos={"photo-1": paint("burgundy")})
    assert (page.items[0].product.id, page.items[0].color) == ("d2", "burgundy")


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(queries, some([None, "linen", "black dress", "zzz"]), some([(), ("d1",), ("gone",)]))
async def test_no_page_ever_breaks_what_was_said(
    search: ProductSearch, wanted: ShopperQuery, text: str | None, like: tuple[str, ...]
) -> None:
    wanted = wanted.model_copy(update={"text": text, "like": like})
    page = await search.find(wanted, limit=50)
    for item in page.items:
        assert breaks(item.product, item.color, wanted) is None
    assert page.total >= len(page.items)
    assert (page.absence is None) == (page.total > 0)
    if page.absence is not None:
        for item in page.absence.nearest:
            broken = breaks(item.product, item.color, wanted)
            assert broken in (None, "variant")


@pytest.mark.parametrize(
    "wanted",
    [
        {"category": "dress", "gender": "men", "price": {"max": 2000}},
        {"category": "dress", "sizes": ["XXL"], "price": {"max": 1000}, "colors": ["green"]},
        {"category": "sneakers", "gender": "women", "sizes": ["12"], "price": {"max": 100}},
    ],
)
async def test_a_chip_that_leads_out_of_nothing_leads_somewhere(
    search: ProductSearch, wanted: dict[str, object]
) -> None:
    page = await found(search, **wanted)
    assert page.total == 0
    assert page.absence is not None
    for chip in page.absence.suggestions:
        assert chip.edit is not None
        opened = await found(search, **{**wanted, **chip.edit["set"]})
        assert opened.total > 0, chip
