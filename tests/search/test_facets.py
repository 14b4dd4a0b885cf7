"""Facts against a plain reading of the products, for random catalogs and queries."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopper.products.taxonomy import Taxonomy
from shopper.search.facets import NEVER, Facets
from shopper.search.lexical import LexicalBuilder
from shopper.search.mentions import stated_materials
from shopper.search.relax import relax
from shopper.search.wishes import WishReader
from shopper.types import Exclusions, Money, PriceRange, Product, ShopperQuery, Variant

TAXONOMY = Taxonomy.load()
COLORS = ["navy", "red", "black", "light blue", "cream", "White/Red", None]
MATERIALS = ["linen", "cotton", "leather", "suede", "faux leather", "wool", "merino"]
CATEGORIES = ["dress", "shirt", "jacket", "leather jacket", "sneakers", None]
SIZES = ["S", "M", "L", "38", "40", None]
GENDERS = ["women", "men", "girls", "boys", "unisex", None]

some = st.sampled_from


@st.composite
def products(draw: st.DrawFn) -> list[Product]:
    shop = []
    for n in range(draw(st.integers(1, 8))):
        gender = draw(some(GENDERS))
        variants = tuple(
            Variant(
                id=f"p{n}-{at}",
                sku=f"p{n}-{at}",
                color=draw(some(COLORS)),
                size=draw(some(SIZES)),
                price=Money(minor=draw(some([1000, 2000, 5000, 9000])), currency="EUR"),
                stock=draw(some([0, 1, 5])),
            )
            for at in range(draw(st.integers(1, 4)))
        )
        shop.append(
            Product(
                id=f"p{n}",
                title=draw(some(["Everyday Piece", "Striped Piece", "Leather Piece"])),
                brand=draw(some(["Riva", "Aurel", None])),
                category=draw(some(CATEGORIES)),
                gender=gender,
                age_group="kids" if gender in ("girls", "boys") else draw(some(["adult", None])),
                materials=tuple(draw(st.lists(some(MATERIALS), max_size=2, unique=True))),
                patterns=tuple(draw(st.lists(some(["striped", "floral"]), max_size=1))),
                fit=draw(some(["slim", "relaxed", None])),
                seasons=tuple(draw(st.lists(some(["summer", "winter"]), max_size=1))),
                occasions=tuple(draw(st.lists(some(["wedding", "work"]), max_size=1))),
                features=tuple(draw(st.lists(some(["pockets", "midi"]), max_size=2, unique=True))),
                variants=variants,
            )
        )
    return shop


def maybe(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(some(values), max_size=2, unique=True).map(tuple)


queries = st.builds(
    ShopperQuery,
    category=some([None, None, "dress", "jacket", "tops", "shoes"]),
    colors=maybe(["navy", "blue", "red", "white"]),
    materials=maybe(["linen", "leather", "wool"]),
    patterns=some([(), (), ("striped",)]),
    brands=some([(), (), ("riva",)]),
    features=some([(), ("pockets",), ("pockets", "midi")]),
    sizes=maybe(["S", "M", "38"]),
    gender=some([None, "women", "men", "girls"]),
    fit=some([None, None, "slim"]),
    occasion=some([None, None, "wedding"]),
    season=some([None, None, "summer"]),
    price=some([None, PriceRange(max=2000), PriceRange(min=2000), PriceRange(min=1500, max=6000)]),
    in_stock=some([None, True, False]),
    exclude=st.builds(
        Exclusions,
        colors=some([(), ("black",), ("blue",)]),
        materials=some([(), ("leather",), ("wool",)]),
        brands=some([(), ("Aurel",)]),
        categories=some([(), ("shoes",)]),
        features=some([(), ("midi",)]),
        patterns=some([(), ("floral",)]),
    ),
)


def reader(shop: list[Product]) -> WishReader:
    words = LexicalBuilder()
    for product in shop:
        words.add(((product.title, 3.0), (product.description, 1.0)))
    return WishReader(Facets.build(shop, TAXONOMY), words.build(), TAXONOMY)


def cards(shop: list[Product]) -> list[tuple[Product, str | None]]:
    return [(p, color) for p in shop for color in p.colors]


def breaks(product: Product, color: str | None, query: ShopperQuery) -> str | None:
    """Which hard constraint a card breaks, read off the product without any column."""
    shades = set()
    for part in (color or "").split("/"):
        shades.add(TAXONOMY.color(part))

    def in_colors(wanted: tuple[str, ...]) -> bool:
        return any(s in TAXONOMY.color_matches(w) for w in wanted for s in shades if s)

    def made_of(wanted: str) -> bool:
        stated = {*product.materials, *(("leather",) if "Leather" in product.title else ())}
        return bool(stated & TAXONOMY.material_within(wanted))

    fitting = [
        v
        for v in product.variants
        if v.color == color
        and (query.in_stock is False or v.stock > 0)
        and (
            not query.sizes
            or any(
                v.size is not None
                and TAXONOMY.sizes_match(w, v.size, category=product.category, gender=product.gender)
                for w in query.sizes
            )
        )
        and (query.price is None or query.price.min is None or v.price.minor >= query.price.min)
        and (query.price is None or query.price.max is None or v.price.minor <= query.price.max)
    ]
    kids = product.gender in ("girls", "boys") or product.age_group == "kids"
    women_or_men = {"women": {"women", "unisex", None}, "men": {"men", "unisex", None}}
    out = query.exclude
    checks = {
        "variant": bool(fitting),
        "category": query.category is None or product.category in TAXONOMY.category_within(query.category),
        "gender": query.gender is None or (kids and product.gender in ("girls", "unisex", None))
        if query.gender in (None, "girls")
        else (not kids and product.gender in women_or_men[query.gender]),
        "excluded colour": not (out.colors and in_colors(out.colors)),
        "excluded material": not any(made_of(m) for m in out.materials),
        "excluded brand": product.brand not in out.brands,
        "excluded category": not any(product.category in TAXONOMY.category_within(c) for c in out.categories),
        "excluded feature": not set(out.features) & set(product.features),
        "excluded pattern": not set(out.patterns) & set(product.patterns),
    }
    return next((name for name, held in checks.items() if not held), None)


def soft_met(wanted: str | None, stated: tuple[str, ...], somewhere: set[str]) -> bool:
    """Whether a season or occasion holds: it is stated, or nothing is while other things state it."""
    return wanted is None or wanted in stated or (not stated and wanted in somewhere)


def wishes_met(product: Product, color: str | None, query: ShopperQuery, shop: list[Product]) -> bool:
    """Whether every relaxable wish holds for a card."""
    occasions = {occasion for other in shop for occasion in other.occasions}
    seasons = {season for other in shop for season in other.seasons}
    shades = {TAXONOMY.color(part) for part in (color or "").split("/")}
    stated = {*product.materials, *(("leather",) if "Leather" in product.title else ())}
    patterns = {*product.patterns, *(("striped",) if "Striped" in product.title else ())}
    return (
        (not query.colors or any(s in TAXONOMY.color_matches(w) for w in query.colors for s in shades if s))
        and (not query.materials or any(stated & TAXONOMY.material_within(m) for m in query.materials))
        and (not query.patterns or bool(set(query.patterns) & patterns))
        and (not query.brands or (product.brand or "").lower() in query.brands)
        and set(query.features) <= set(product.features)
        and query.fit in (None, product.fit)
        and soft_met(query.occasion, product.occasions, occasions)
        and soft_met(query.season, product.seasons, seasons)
    )


@settings(max_examples=80, deadline=None)
@given(products(), queries)
def test_the_strict_answer_is_exactly_what_a_plain_reading_allows(
    shop: list[Product], query: ShopperQuery
) -> None:
    mask = reader(shop).read(query).allowed()
    expected = [breaks(p, c, query) is None and wishes_met(p, c, query, shop) for p, c in cards(shop)]
    assert mask.tolist() == expected


@settings(max_examples=80, deadline=None)
@given(products(), queries)
def test_no_relaxed_answer_ever_breaks_a_hard_constraint(shop: list[Product], query: ShopperQuery) -> None:
    answer = relax(reader(shop).read(query))
    for number in np.flatnonzero(answer.mask):
        product, color = cards(shop)[number]
        assert breaks(product, color, query) is None


@settings(max_examples=80, deadline=None)
@given(products(), queries)
def test_relaxing_only_adds_and_only_as_much_as_needed(shop: list[Product], query: ShopperQuery) -> None:
    demand = reader(shop).read(query)
    strict, answer = demand.allowed(), relax(demand)
    assert not (strict & ~answer.mask).any()
    if strict.any():
        assert not answer.numbers
        assert (answer.mask == strict).all()
    for number in answer.numbers:
        assert not demand.allowed(answer.numbers - {number}).any()


@settings(max_examples=80, deadline=None)
@given(products(), queries, products())
def test_more_products_never_take_a_strict_card_away(
    shop: list[Product], query: ShopperQuery, more: list[Product]
) -> None:
    renamed = [p.model_copy(update={"id": f"more-{p.id}"}) for p in more]
    before = reader(shop).read(query).allowed()
    after = reader([*shop, *renamed]).read(query).allowed()
    assert (after[: len(before)] == before).all()


def test_the_lowest_price_is_of_a_variant_that_fits(make: Callable[..., Product]) -> None:
    shop = [make("p", "Tee", "t-shirt", "women", "red S 10 x1; red M 20 x1; red L 5 x0")]
    facets = Facets.build(shop, TAXONOMY)
    assert facets.from_price().tolist() == [1000]
    assert facets.from_price(size=lambda s: s.size == "M").tolist() == [2000]
    assert facets.from_price(available=False).tolist() == [500]
    assert facets.from_price(maximum=900).tolist() == [NEVER]


def test_an_empty_catalog_has_no_cards() -> None:
    facets = Facets.build([], TAXONOMY)
    assert facets.cards == 0
    assert facets.from_price().tolist() == []


@pytest.mark.parametrize(
    ("offered", "wanted", "is_it"),
    [
        ("Midnight Navy", "navy", True),
        ("Navy/White", "white", True),
        ("Ivory", "cream", True),
        ("navy", "red", False),
        ("Flamingo Fizz", "flamingo", True),
    ],
)
def test_colours_are_compared_by_shade_or_by_the_shops_own_name(
    offered: str, wanted: str, is_it: bool
) -> None:
    assert reader([]).color_is(offered, wanted) is is_it


def test_the_title_states_colour_and_material_where_the_fields_do_not(make: Callable[..., Product]) -> None:
    shop = [make("p", "Black Leather Belt", "belt", "men", "- - 30 x1")]
    read = reader(shop)
    assert read.color("black").all()
    assert read.material("leather").all()
    assert not read.read(ShopperQuery(exclude=Exclusions(colors=("black",)))).allowed().any()


def test_no_animal_products_goes_by_the_material_table(make: Callable[..., Product]) -> None:
    shop = [
        make("w", "Knit", "sweater", "women", "red M 30 x1", materials=("merino",)),
        make("c", "Knit", "sweater", "women", "red M 30 x1", materials=("cotton",)),
        make("f", "Jacket", "jacket", "women", "red M 30 x1", materials=("faux leather",)),
    ]
    mask = reader(shop).read(ShopperQuery(exclude=Exclusions(materials=("animal",)))).allowed()
    assert mask.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Soft leather upper", {"leather"}),
        ("Faux leather upper", {"faux leather"}),
        ("Leather-look leggings", {"faux leather"}),
        ("Velvet-feel cotton", {"cotton"}),
        ("Leather-free, without suede or wool", set()),
        ("Merino wool and silk", {"merino", "wool", "silk"}),
        ("Wear it with leather boots. Linen.", {"linen"}),
    ],
)
def test_materials_are_read_off_the_text_as_it_means_them(
    make: Callable[..., Product], text: str, stated: set[str]
) -> None:
    product = make("p", "Piece", "skirt", "women", "red M 10 x1", description=text)
    assert stated_materials(product, TAXONOMY) == stated
