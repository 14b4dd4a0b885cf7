"""What holds of every answer over random shops: checked against a plain reading of the products.

Knows nothing about columns, masks or the taxonomy: kinship and colours stand here once more, written out.
"""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopper.chat.understand.context import Context
from shopper.chat.understand.reader import Reader
from shopper.database import Database
from shopper.products.images import MediaFolder
from shopper.products.ingest import ingest
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.search.index import ProductIndex
from shopper.search.sync import sync_vectors
from shopper.types import Exclusions, Money, Page, PriceRange, Product, ShopperQuery, Suggestion, Variant

from .conftest import WordEncoder, opened

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

SHOPS = 12
MANY = 10_000
ORDER = ("fit", "season", "occasion", "features", "patterns", "materials", "brands", "colors")

BELOW = {
    "clothing": {"dress", "shirt", "sweater", "jacket", "leather jacket", "jeans"},
    "tops": {"shirt", "sweater"},
    "jacket": {"jacket", "leather jacket"},
    "shoes": {"boots", "ankle boots", "sneakers"},
    "boots": {"boots", "ankle boots"},
}
KIN = {
    "leather": {"leather", "suede"},
    "wool": {"wool", "merino", "cashmere"},
    "animal": {"leather", "suede", "wool", "merino", "cashmere", "silk"},
}
PATTERN_KIN = {"animal print": {"animal print", "leopard"}}
# What a wish for a colour accepts at once, and what it accepts after relaxing.
SHADES = {"blue": {"navy", "light blue"}, "navy": {"navy"}, "light blue": {"light blue"}}
FAMILY = {"navy": SHADES["blue"], "light blue": SHADES["blue"]}
# The third part of each: what the words say the thing is made of, beyond its stated materials.
TEXTS = (
    ("Piece", "", set[str]()),
    ("Piece", "With leather trim.", {"leather"}),
    ("Piece", "Entirely leather-free.", set[str]()),
    ("Piece", "Wear it with leather boots.", set[str]()),
    ("Suede Piece", "", {"suede"}),
)
SAID = {(title, text): stuff for title, text, stuff in TEXTS}


# ── shops ───────────────────────────────────────────────────────────────────────────────────────────


def made_at_random(seed: int) -> list[Product]:
    dice = random.Random(seed)
    return [_product(dice, n) for n in range(dice.randint(1, 36))]


def _some(dice: random.Random, values: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(dice.sample(values, dice.randint(0, most)))


def _product(dice: random.Random, n: int) -> Product:
    gender = dice.choice(["women", "women", "men", "men", "girls", "boys", "unisex", None])
    child = gender in ("girls", "boys")
    category = dice.choice([*sorted(BELOW["clothing"] | BELOW["shoes"]), None])
    sizes = ["38", "40", "42"] if category in BELOW["shoes"] else ["S", "M", "L", "one size"]
    title, text, _ = dice.choice(TEXTS)
    variants, price = list[Variant](), dice.choice([900, 2000, 3500, 5000, 9900])
    for color in dice.sample(["navy", "light blue", "red", "black", "white", None], dice.randint(1, 3)):
        for size in dice.sample([*sizes, None], dice.randint(1, 3)):
            paid = price if dice.random() < 0.7 else max(100, price - 1500)
            key = f"p{n}-{color}-{size}"
            variants.append(
                Variant(
                    id=key,
                    sku=key,
                    color=color,
                    size=size,
                    price=Money(minor=paid, currency="EUR"),
                    regular_price=Money(minor=price, currency="EUR") if paid < price else None,
                    stock=dice.choice([0, 0, 1, 7]),
                )
            )
    return Product.model_validate(
        {
            "id": f"p{n}",
            "title": title,
            "description": text,
            "brand": dice.choice(["Riva", "Aurel", None]),
            "category": category,
            "gender": gender,
            "age_group": dice.choice(["kids", "kids", "baby"]) if child else dice.choice(["adult", None]),
            "materials": _some(
                dice, ["linen", "leather", "suede", "faux leather", "wool", "merino", "silk"], 2
            ),
            "patterns": _some(dice, ["striped", "floral", "leopard"], 1),
            "fit": dice.choice(["slim", "relaxed", None]),
            "seasons": _some(dice, ["summer", "winter"], 1),
            "occasions": _some(dice, ["wedding", "party"], 1),
            "features": _some(dice, ["pockets", "hooded", "midi"], 2),
            "rating": dice.choice([None, 3.0, 4.5]),
            "variants": tuple(variants),
        }
    )


class Stocked:
    """A shop, open for search; `part` is open with about half of its products."""

    def __init__(self, seed: int, products: list[Product], whole: ProductSearch, part: ProductSearch) -> None:
        self.seed, self.products, self.whole, self.part = seed, products, whole, part

    def __repr__(self) -> str:
        return f"<made_at_random({self.seed}), open>"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shops(
    encoder: WordEncoder, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[list[Stocked]]:
    async with AsyncExitStack() as stack:
        found = []
        for seed in range(SHOPS):
            products = made_at_random(seed)
            part = [p for n, p in enumerate(products) if n % 2 == 0]
            whole, half = [
                await stack.enter_async_context(opened(some, encoder, tmp_path_factory.mktemp(f"shop{seed}")))
                for some in (products, part)
            ]
            found.append(Stocked(seed, products, whole, half))
        yield found


# ── queries ─────────────────────────────────────────────────────────────────────────────────────────


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from((None, *values))


def few(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


def at_times(strategy: st.SearchStrategy[Any], empty: Any) -> st.SearchStrategy[Any]:
    """`empty` two times of three, so that queries with many parts aren't all impossible."""
    return st.one_of(st.just(empty), st.just(empty), strategy)


exclusions = st.builds(
    Exclusions,
    categories=at_times(few("jacket", "boots", "dress"), ()),
    colors=at_times(few("black", "blue", "red"), ()),
    materials=at_times(few("leather", "wool", "animal", "suede"), ()),
    patterns=at_times(few("animal print", "striped"), ()),
    brands=at_times(few("RIVA", "aurel"), ()),
    features=at_times(few("hooded", "pockets"), ()),
    products=at_times(few("p0", "p3", "gone"), ()),
)
prices = one_of(
    PriceRange(max=2000), PriceRange(min=2000), PriceRange(min=2000, max=5000), PriceRange(max=100)
)
queries = st.builds(
    ShopperQuery,
    category=one_of("clothing", "tops", "jacket", "shoes", "boots", "dress", "sneakers"),
    colors=at_times(few("blue", "navy", "red", "white"), ()),
    materials=at_times(few("leather", "wool", "linen"), ()),
    patterns=at_times(few("animal print", "striped", "floral"), ()),
    brands=at_times(few("riva", "Aurel"), ()),
    features=at_times(few("pockets", "hooded"), ()),
    sizes=at_times(few("S", "M", "38", "one size"), ()),
    gender=one_of("women", "men", "girls", "boys", "unisex"),
    age_group=at_times(one_of("adult", "kids", "baby"), None),
    fit=at_times(one_of("slim"), None),
    occasion=at_times(one_of("wedding", "party"), None),
    season=at_times(one_of("summer"), None),
    price=at_times(prices, None),
    in_stock=one_of(True, False),
    sort=one_of("price_asc", "price_desc", "rating", "newest"),
    exclude=at_times(exclusions, Exclusions()),
)
numbers = st.integers(0, SHOPS - 1)
thoroughly = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


# ── the oracle ──────────────────────────────────────────────────────────────────────────────────────


def is_child(product: Product) -> bool:
    return product.gender in ("girls", "boys") or product.age_group in ("kids", "baby")


def is_for(product: Product, query: ShopperQuery, ages: set[str | None]) -> bool:
    """Whether a product is for those spoken of; "kids" stand for all ages that a shop doesn't tell apart."""
    child, wanted = is_child(product), query.gender
    if query.age_group == "adult" and child:
        return False
    if query.age_group in ("kids", "baby"):
        if not child or (query.age_group in ages and product.age_group not in (query.age_group, None)):
            return False
    elif wanted in ("women", "men") and child:
        return False
    if wanted in ("girls", "boys") and not child:
        return False
    grown = {"women": "women", "girls": "women", "men": "men", "boys": "men"}
    young = {"women": "girls", "girls": "girls", "men": "boys", "boys": "boys"}
    own = (young if child else grown).get(wanted or "")
    return wanted is None or product.gender in (own, "unisex", None)


def made_of(product: Product, material: str) -> bool:
    """Whether facts or title state a material or its kin."""
    titled = SAID[product.title, product.description] if product.title != "Piece" else set()
    return bool(KIN.get(material, {material}) & ({*product.materials} | titled))


def speaks_of(product: Product, material: str) -> bool:
    said = SAID[product.title, product.description]
    return made_of(product, material) or bool(KIN.get(material, {material}) & said)


def in_colors(color: str | None, wanted: Sequence[str], table: dict[str, set[str]]) -> bool:
    return any(color in table.get(w, {w}) for w in wanted)


def below(category: str | None, wanted: str) -> bool:
    return category in BELOW.get(wanted, {wanted})


def patterned(product: Product, pattern: str) -> bool:
    return bool(PATTERN_KIN.get(pattern, {pattern}) & {*product.patterns})


def can_be_bought(product: Product, color: str | None, query: ShopperQuery) -> bool:
    """Whether one variant in the card's colour has the size, the price and the stock at once."""
    low = query.price.min if query.price and query.price.min is not None else 0
    high = query.price.max if query.price and query.price.max is not None else MANY * MANY
    return any(
        v.color == color
        and (v.stock > 0 or query.in_stock is False)
        and (not query.sizes or v.size in query.sizes or v.size == "one size")
        and low <= v.price.minor <= high
        for v in product.variants
    )


def hard(product: Product, color: str | None, query: ShopperQuery, ages: set[str | None]) -> str | None:
    """The name of a constraint that may never break and does."""
    out = query.exclude
    kept = {
        "category": query.category is None or below(product.category, query.category),
        "audience": is_for(product, query, ages),
        "variant": can_be_bought(product, color, query),
        "no category": not any(below(product.category, c) for c in out.categories),
        "no colour": not in_colors(color, out.colors, SHADES),
        "no material": not any(speaks_of(product, m) for m in out.materials),
        "no pattern": not any(patterned(product, p) for p in out.patterns),
        "no brand": (product.brand or "").lower() not in {b.lower() for b in out.brands},
        "no feature": not set(out.features) & set(product.features),
        "no product": product.id not in out.products,
        "colour family": not query.colors or in_colors(color, query.colors, SHADES | FAMILY),
    }
    return next((name for name, holds in kept.items() if not holds), None)


def soft(product: Product, color: str | None, query: ShopperQuery, stated: dict[str, set[str]]) -> set[str]:
    """The relaxable wishes that aren't met; where a shop is silent, season and occasion count as met."""
    kept = {
        "fit": query.fit in (None, product.fit),
        "season": query.season is None
        or query.season in product.seasons
        or (not product.seasons and query.season in stated["seasons"]),
        "occasion": query.occasion is None
        or query.occasion in product.occasions
        or (not product.occasions and query.occasion in stated["occasions"]),
        **{f"features {f}": f in product.features for f in query.features},
        "patterns": not query.patterns or any(patterned(product, p) for p in query.patterns),
        "materials": not query.materials or any(made_of(product, m) for m in query.materials),
        "brands": not query.brands or (product.brand or "").lower() in {b.lower() for b in query.brands},
        "colors": not query.colors or in_colors(color, query.colors, SHADES),
    }
    return {name for name, holds in kept.items() if not holds}


def dearness(query: ShopperQuery) -> list[str]:
    """The wishes in the order in which they are given up; of two features the last named goes first."""
    return [*ORDER[:3], *(f"features {f}" for f in reversed(query.features)), *ORDER[4:]]


def weight(wishes: set[str], query: ShopperQuery) -> int:
    """How much it is to give these up: one dear wish is more than all cheaper ones together."""
    return sum(2 ** dearness(query).index(wish) for wish in wishes)


def expected(products: list[Product], query: ShopperQuery) -> tuple[set[str], set[str]]:
    """The wishes to give up, and the ids of the cards that then meet all the rest.

    Children's things count only if they were asked for, or if there is nothing else.
    """
    ages: set[str | None] = {p.age_group for p in products}
    stated = {name: {v for p in products for v in getattr(p, name)} for name in ("seasons", "occasions")}
    unmet = {
        (number, color): soft(p, color, query, stated)
        for number, p in enumerate(products)
        for color in p.colors
        if hard(p, color, query, ages) is None
    }
    brands = {(p.brand or "").lower() for p in products}
    if not unmet or (query.brands and not brands & {b.lower() for b in query.brands}):
        return set(), set()
    given_up = min(unmet.values(), key=lambda wishes: weight(wishes, query))
    found = [(products[n], color) for (n, color), wishes in unmet.items() if wishes <= given_up]
    if query.gender in (None, "unisex") and query.age_group is None:
        found = [(p, color) for p, color in found if not is_child(p)] or found
    return given_up, {f"{p.id}:{color or ''}" for p, color in found}


def cards(page: Page) -> list[str]:
    return [item.card_id for item in page.items]


def relaxed(page: Page) -> set[str]:
    return {f"features {r.value}" if r.field == "features" else r.field for r in page.relaxed}


# ── what holds ──────────────────────────────────────────────────────────────────────────────────────


@thoroughly
@given(numbers, queries)
async def test_the_answer_is_all_that_fits_with_as_little_given_up_as_can_be(
    shops: list[Stocked], number: int, query: ShopperQuery
) -> None:
    shop = shops[number]
    page = await shop.whole.find(query, limit=MANY)
    given_up, wanted = expected(shop.products, query)
    assert set(cards(page)) == wanted
    assert relaxed(page) == given_up
    assert page.total == len(page.items)
    assert (page.absence is None) == (page.total > 0)
    for item in page.items:
        assert {v.color for v in item.variants} == {item.color}


@thoroughly
@given(numbers, queries)
async def test_what_is_offered_beside_an_absence_breaks_one_bound_only(
    shops: list[Stocked], number: int, query: ShopperQuery
) -> None:
    ages: set[str | None] = {p.age_group for p in shops[number].products}
    absence = (await shops[number].whole.find(query)).absence
    for item in absence.nearest if absence else ():
        assert hard(item.product, item.color, query, ages) in (None, "variant", "colour family")


@thoroughly
@given(numbers, queries)
async def test_relaxing_adds_to_the_strict_answer_and_only_where_that_is_empty(
    shops: list[Stocked], number: int, query: ShopperQuery
) -> None:
    search = shops[number].whole
    page, strict = await search.find(query, limit=MANY), await search.find(query, limit=MANY, relax=False)
    assert strict.relaxed == ()
    assert {r.field for r in page.relaxed} <= set(ORDER)
    if strict.total:
        assert cards(page) == cards(strict)
        assert page.relaxed == ()


# A shop that begins to tell ages apart rightly stops offering all its children's things to babies.
@thoroughly
@given(numbers, queries.filter(lambda query: query.age_group is None))
async def test_a_larger_shop_never_gives_up_more(
    shops: list[Stocked], number: int, query: ShopperQuery
) -> None:
    more, less = await shops[number].whole.find(query), await shops[number].part.find(query)
    if less.total:
        assert more.total
        assert weight(relaxed(more), query) <= weight(relaxed(less), query)


@thoroughly
@given(numbers, queries, st.integers(1, 9))
async def test_pages_lie_end_to_end_and_the_total_is_the_same_on_each(
    shops: list[Stocked], number: int, query: ShopperQuery, size: int
) -> None:
    search = shops[number].whole
    everything = await search.find(query, limit=MANY)
    walked = list[str]()
    for offset in range(0, everything.total, size):
        page = await search.find(query, limit=size, offset=offset)
        assert (page.total, page.relaxed) == (everything.total, everything.relaxed)
        walked += cards(page)
    assert walked == cards(everything)
    assert len(set(walked)) == len(walked)
    assert (await search.find(query, limit=0)).total == everything.total


@thoroughly
@given(numbers, queries)
async def test_a_chip_beside_cards_never_leads_to_nothing(
    shops: list[Stocked], number: int, query: ShopperQuery
) -> None:
    search = shops[number].whole
    page = await search.find(query)
    reader = Reader(Taxonomy.load(), search.vocabulary())
    for chip in page.suggestions:
        followed = await search.find(_followed(chip, query, page, reader))
        assert followed.total > 0, chip


def _followed(chip: Suggestion, query: ShopperQuery, page: Page, reader: Reader) -> ShopperQuery:
    """The query after a press on the chip: its edit, else its words said next."""
    if chip.edit:
        return ShopperQuery.model_validate(query.model_dump() | chip.edit["set"])
    return reader.read(chip.text, Context(previous=query, shown=page.items)).query


# ── ingest ──────────────────────────────────────────────────────────────────────────────────────────


def feed_row(product: Product) -> dict[str, Any]:
    variants = [
        {
            "id": v.id,
            "color": v.color,
            "size": v.size,
            "price": f"{(v.regular_price or v.price).minor / 100:.2f}",
            "stock": v.stock,
            **({"sale_price": f"{v.price.minor / 100:.2f}"} if v.regular_price else {}),
        }
        for v in product.variants
    ]
    return {**product.model_dump(mode="json", exclude_none=True), "currency": "EUR", "variants": variants}


def asked() -> Iterator[ShopperQuery]:
    yield from (
        ShopperQuery(),
        ShopperQuery(category="shoes", sort="price_asc"),
        ShopperQuery(category="clothing", colors=("blue",), text="leather piece"),
        ShopperQuery(gender="women", price=PriceRange(max=5000), sort="price_desc"),
        ShopperQuery(materials=("leather",), exclude=Exclusions(brands=("Riva",))),
        ShopperQuery(text="suede piece", prefer=("wool",)),
        ShopperQuery(category="tops", fit="slim", features=("hooded",), season="summer"),
    )


def told(page: Page) -> tuple[Any, ...]:
    """An answer without the order of cards that nothing tells apart, which is the feed's."""
    points = {item.card_id: item.score for item in page.items}
    said = page.absence and (page.absence.reason, page.absence.field)
    return points, page.total, page.relaxed, said


@pytest.mark.parametrize("seed", [3, 7])
async def test_a_feed_taken_in_twice_or_in_another_order_answers_alike(
    seed: int, encoder: WordEncoder, tmp_path: Path
) -> None:
    products, taxonomy = made_at_random(100 + seed), Taxonomy.load()
    rows = [json.dumps(feed_row(p)) for p in products]
    db = await Database.open_folder(tmp_path / "data")
    index = ProductIndex.open(tmp_path / "vectors", encoder.id, encoder.dim)
    store, media = ProductStore(db), MediaFolder(tmp_path / "media")

    async def answers(lines: list[str]) -> list[Page]:
        feed = tmp_path / "products.jsonl"
        feed.write_text("\n".join(lines), encoding="utf-8")
        report = await ingest(feed, store=store, media=media, taxonomy=taxonomy)
        assert not report.errors
        await sync_vectors(store=store, index=index, encoder=encoder, media=media, taxonomy=taxonomy)
        search = await ProductSearch.open(store=store, index=index, encoder=encoder, taxonomy=taxonomy)
        return [await search.find(query, limit=MANY) for query in asked()]

    first, again = await answers(rows), await answers(rows)
    assert [p.model_dump(exclude={"as_of"}) for p in first] == [
        p.model_dump(exclude={"as_of"}) for p in again
    ]
    shuffled = await answers(random.Random(seed).sample(rows, len(rows)))
    assert [told(p) for p in shuffled] == [told(p) for p in first]
    index.close()
    await db.close()
