"""Puts things together that are worn together: which kinds go with which, in which colours, within which
budget.

Knows nothing about searching; it says what to look for and chooses among what was found.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from shopper.products.taxonomy import Taxonomy
from shopper.search.retell import tell
from shopper.types import PriceRange, Product, Recommendation, ShopperQuery

# Occasions and kinds that call for a smart or a sporty look; all else is casual.
_SMART = frozenset(
    {
        "wedding",
        "party",
        "evening",
        "formal",
        "work",
        "interview",
        "cocktail",
        "graduation",
        "prom",
        "funeral",
    }
    | {"christening", "garden party", "dinner", "date", "office", "business"}
)
_SMART_KINDS = frozenset({"heels", "oxfords", "clutch", "suit", "blazer", "waistcoat", "tie", "bow tie"})
_SPORT = frozenset(
    {"gym", "running", "yoga", "hiking", "skiing", "cycling", "tennis", "golf", "football", "basketball"}
    | {"dancing", "sport", "training"}
)
_SPORT_KINDS = frozenset({"leggings", "joggers", "sports bra", "running shoes", "duffel bag"})

# place in a look → style → the kinds that fill it, dearest first
_KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "top": {
        "smart": ("blouse", "shirt"),
        "sport": ("tank top", "t-shirt", "sports bra"),
        "casual": ("t-shirt", "shirt", "blouse", "sweater", "top"),
    },
    "bottom": {
        "smart": ("trousers", "skirt"),
        "sport": ("leggings", "joggers", "shorts"),
        "casual": ("jeans", "chinos", "trousers", "skirt", "shorts"),
    },
    "dress": {"smart": ("dress", "jumpsuit"), "sport": ("dress",), "casual": ("dress", "jumpsuit")},
    "outer": {
        "smart": ("blazer", "coat"),
        "sport": ("hoodie", "windbreaker", "jacket"),
        "casual": ("denim jacket", "cardigan", "jacket", "coat"),
    },
    "shoes": {
        "smart": ("heels", "loafers", "oxfords", "flats", "ankle boots"),
        "sport": ("running shoes", "sneakers"),
        "casual": ("sneakers", "ankle boots", "loafers", "sandals", "flats"),
    },
    "bag": {
        "smart": ("clutch", "handbag", "shoulder bag", "laptop bag"),
        "sport": ("duffel bag", "backpack", "belt bag"),
        "casual": ("crossbody bag", "tote bag", "backpack", "shoulder bag"),
    },
    "extra": {
        "smart": ("earrings", "necklace", "belt", "tie", "watch"),
        "sport": ("cap", "beanie", "watch"),
        "casual": ("sunglasses", "belt", "scarf", "hat", "cap"),
    },
}
_NOT_FOR_MEN = frozenset(
    {"skirt", "heels", "clutch", "blouse", "earrings", "dress", "jumpsuit", "handbag", "sports bra"}
)
_BEACH: dict[str, tuple[str, ...]] = {
    "shoes": ("sandals", "mules"),
    "extra": ("sunglasses", "hat"),
    "bag": ("tote bag",),
}
_HOME: dict[str, tuple[str, ...]] = {
    "robe": ("robe",),
    "shoes": ("slippers",),
}

# place of the thing one has → places to fill, dearest first
_GOES_WITH: dict[str, tuple[str, ...]] = {
    "top": ("bottom", "shoes", "outer", "bag", "extra"),
    "bottom": ("top", "shoes", "outer", "bag", "extra"),
    "dress": ("shoes", "bag", "outer", "extra"),
    "outer": ("top", "bottom", "shoes", "bag", "extra"),
    "suit": ("top", "shoes", "extra", "bag"),
    "shoes": ("bottom", "top", "bag", "outer", "extra"),
    "bag": ("outer", "shoes", "top", "extra"),
    "extra": ("top", "bottom", "shoes", "bag"),
    "swim": ("extra", "shoes", "bag"),
    "night": ("robe", "shoes"),
}
_PLACE_OF_GROUP = {
    "dress": "dress",
    "jumpsuit": "dress",
    "suit": "suit",
    "tops": "top",
    "bottoms": "bottom",
    "outerwear": "outer",
    "tailoring": "outer",
    "shoes": "shoes",
    "bags": "bag",
    "accessories": "extra",
    "jewellery": "extra",
    "swimwear": "swim",
    "underwear": "night",
    "nightwear": "night",
}

_NEUTRAL = frozenset({"black", "white", "grey", "beige", "brown"})
_PAIRS = """
blue-orange blue-yellow blue-pink blue-red blue-gold blue-silver green-pink green-blue green-orange green-gold
purple-yellow purple-pink purple-silver purple-green red-pink red-gold pink-silver pink-gold
"""
_HARMONY = {frozenset(pair.split("-")) for pair in _PAIRS.split()}


@dataclass(frozen=True)
class Slot:
    """One place of a look: the kinds that may fill it and what else must hold."""

    place: str
    kinds: tuple[str, ...]
    query: ShopperQuery


def similar_query(product: Product, kind: str | None, query: ShopperQuery | None) -> ShopperQuery:
    """The query that finds things like a product, keeping what the shopper has said."""
    base = query or ShopperQuery()
    exclude = base.exclude.model_copy(update={"products": (*base.exclude.products, product.id)})
    return base.model_copy(
        update={
            "intent": "similar",
            "like": tuple(dict.fromkeys((product.id, *base.like))),
            "category": base.category or kind,
            "exclude": exclude,
            **_for_whom(product, base),
        }
    )


def _for_whom(product: Product, query: ShopperQuery) -> dict[str, str | None]:
    """Gender and age group of a product, unless the shopper said another; a unisex thing leaves the gender
    open.
    """
    gender = query.gender or (product.gender if product.gender != "unisex" else None)
    kids = product.gender in ("girls", "boys") or product.age_group in ("teen", "kids", "toddler", "baby")
    age = query.age_group or ((product.age_group or "kids") if kids else "adult")
    return {"gender": gender, "age_group": age}


def place_of(category: str | None, taxonomy: Taxonomy) -> str | None:
    """Where in a look a category is worn."""
    if category is None:
        return None
    known = category in taxonomy.categories
    chain = (category, *(taxonomy.category_parents(category) if known else ()))
    return next((_PLACE_OF_GROUP[c] for c in chain if c in _PLACE_OF_GROUP), None)


def look_for(product: Product, query: ShopperQuery, taxonomy: Taxonomy) -> list[Slot]:
    """What to look for to complete a look around a product, dearest place first."""
    place = place_of(product.category, taxonomy)
    style = _style(product.category, product.occasions)
    who = _for_whom(product, query)
    base = ShopperQuery(
        text=" ".join((*product.occasions[:2], *product.seasons[:1])) or None,
        exclude=query.exclude.model_copy(update={"products": (*query.exclude.products, product.id)}),
        price=query.price,
        prefer=product.occasions[:2],
    ).model_copy(update=who)
    own = frozenset({product.category} if product.category else ())
    return _slots(_GOES_WITH.get(place or "", ("top", "bottom", "shoes", "bag")), place, style, base, own)


def other_kinds(old: Product, wished: str | None, anchor: Product, taxonomy: Taxonomy) -> tuple[str, ...]:
    """The kinds that may take the place of a piece in a look: the one asked for, or its own first."""
    if wished is not None and wished in taxonomy.categories:
        return (wished,)
    place = place_of(old.category, taxonomy)
    style = _style(old.category, old.occasions)
    kinds = _kinds(place or "", place_of(anchor.category, taxonomy), style)
    if old.gender in ("men", "boys"):
        kinds = tuple(k for k in kinds if k not in _NOT_FOR_MEN)
    return tuple(dict.fromkeys((*((old.category,) if old.category else ()), *kinds)))


def slots_for(query: ShopperQuery, categories: frozenset[str], taxonomy: Taxonomy) -> list[Slot]:
    """The places of a whole look for what the shopper said; the first is its main piece.

    Only the main piece must come in the colours that were asked for; the rest has to go with it.
    """
    style = _style(query.category, (query.occasion, query.season))
    price = PriceRange(max=query.price.max) if query.price and query.price.max else None
    bare = {"price": price, "colors": (), "category": None, "sort": None, "sizes": ()}
    base = query.model_copy(update=bare)
    place = place_of(query.category, taxonomy)
    if place is not None and query.category:
        main = Slot(place, (query.category,), base.model_copy(update={"sizes": query.sizes}))
        slots = [main, *_slots(_GOES_WITH[place], place, style, base, frozenset({query.category}))]
    else:
        slots = _slots(_whole_look(style, query, categories), None, style, base, frozenset())
    # Shoes, bags and jewellery have sizes of their own.
    sized = ("top", "bottom", "dress", "outer") if place != "shoes" else ()
    return [
        Slot(
            slot.place,
            slot.kinds,
            slot.query.model_copy(
                update={
                    "colors": query.colors if number == 0 else (),
                    "sizes": query.sizes if number == 0 or slot.place in sized else (),
                }
            ),
        )
        for number, slot in enumerate(slots)
    ]


def _whole_look(style: str, query: ShopperQuery, categories: frozenset[str]) -> tuple[str, ...]:
    if style != "smart":
        return ("top", "bottom", "shoes", "bag", "outer", "extra")
    if query.gender in (None, "women", "girls") and "dress" in categories:
        return ("dress", "shoes", "bag", "outer", "extra")
    return ("outer", "top", "bottom", "shoes", "extra")


def _slots(
    places: Sequence[str], near: str | None, style: str, base: ShopperQuery, own: frozenset[str]
) -> list[Slot]:
    out = []
    for place in places:
        kinds = _kinds(place, near, style)
        if base.gender in ("men", "boys"):
            kinds = tuple(k for k in kinds if k not in _NOT_FOR_MEN)
        kinds = tuple(k for k in kinds if k not in own)
        if kinds:
            out.append(Slot(place, kinds, base))
    return out


def _kinds(place: str, near: str | None, style: str) -> tuple[str, ...]:
    match near:
        case "swim":
            return _BEACH.get(place, ())
        case "night":
            return _HOME.get(place, ())
        case _:
            return _KINDS.get(place, {}).get(style, ())


def _style(category: str | None, occasions: Sequence[str | None]) -> str:
    said = set(occasions)
    if category in _SPORT_KINDS or said & _SPORT:
        return "sport"
    if category in _SMART_KINDS or said & _SMART:
        return "smart"
    return "casual"


# ── choosing ────────────────────────────────────────────────────────────────────────────────────────


def harmony(one: str | None, other: str | None) -> float:
    """How well two colour families go together, 0 to 1; an unknown colour counts as a maybe."""
    if one is None or other is None:
        return 0.5
    if "multicolour" in (one, other):
        return 0.9 if {one, other} & _NEUTRAL else 0.2
    if one in _NEUTRAL or other in _NEUTRAL:
        return 1.0 if one != other else 0.8
    if one == other:
        return 0.7
    return 0.9 if frozenset({one, other}) in _HARMONY else 0.25


def assemble(
    filled: Sequence[tuple[Slot, Sequence[Recommendation]]],
    anchor: tuple[Product, str | None] | None,
    taxonomy: Taxonomy,
    *,
    limit: int,
    budget: int | None,
) -> list[Recommendation]:
    """The best combination of one card for each place: in harmony, for the same people, within the budget.

    Places at the end are left out when the budget doesn't reach, or when there are more than `limit`.
    """
    places = [(slot, _shortlist(slot, items)) for slot, items in filled]
    places = [(slot, items) for slot, items in places if items][:limit]
    while places:
        best = _best(places, anchor, taxonomy, budget)
        if best:
            return [with_reason(card, best[:at], anchor, taxonomy) for at, card in enumerate(best)]
        places = places[:-1]
    return []


def _shortlist(
    slot: Slot, items: Sequence[Recommendation], most: int = 6
) -> list[tuple[Recommendation, float]]:
    """A few cards of a place, each with points for its rank within its kind and for its kind's place in the
    list.
    """
    seen: dict[str | None, int] = {}
    occasions = {slot.query.occasion, *slot.query.prefer} - {None}
    scored = []
    for item in items:
        kind = item.product.category
        rank = seen[kind] = seen.get(kind, 0) + 1
        before = slot.kinds.index(kind) if kind in slot.kinds else len(slot.kinds)
        suits = bool(occasions & set(item.product.occasions))
        scored.append((item, 1.0 / (1 + rank) + 0.6 / (1 + before) + 0.4 * suits))
    scored.sort(key=lambda pair: -pair[1])
    return scored[:most]


def _best(
    places: Sequence[tuple[Slot, Sequence[tuple[Recommendation, float]]]],
    anchor: tuple[Product, str | None] | None,
    taxonomy: Taxonomy,
    budget: int | None,
) -> list[Recommendation]:
    options = [items[: 6 if len(places) <= 4 else 3] for _, items in places]
    family = {
        card.card_id: taxonomy.color_family(shade) if (shade := taxonomy.color(card.color or "")) else None
        for items in options
        for card, _ in items
    }
    around = _family(anchor[1], taxonomy) if anchor else None
    best, points = list[Recommendation](), -1.0
    for combination in itertools.product(*options):
        cards = [card for card, _ in combination]
        if budget is not None and sum(price_of(card) for card in cards) > budget:
            continue
        people = {c.product.gender for c in cards} | ({anchor[0].gender} if anchor else set())
        if len(people - {"unisex", None}) > 1 or len({c.product.id for c in cards}) < len(cards):
            continue
        mine = sum(p for _, p in combination)
        colors = [family[c.card_id] for c in cards]
        pairs = [harmony(a, b) for a, b in itertools.combinations(colors, 2)]
        if anchor:
            pairs += [2 * harmony(around, c) for c in colors]
            mine += sum(_band(card, anchor[0]) for card in cards) * 0.3
        mine += sum(pairs) / max(len(pairs), 1) * len(cards) * 0.6
        main = anchor[0] if anchor else cards[0].product
        mine -= sum(_out_of_season(card.product, main) for card in cards) * 0.8
        if mine > points:
            best, points = cards, mine
    return best


def _out_of_season(product: Product, main: Product) -> bool:
    """Whether both state their seasons and share none: a parka over a summer dress."""
    return bool(product.seasons and main.seasons and not set(product.seasons) & set(main.seasons))


def _family(color: str | None, taxonomy: Taxonomy) -> str | None:
    shade = taxonomy.color(color) if color else None
    return taxonomy.color_family(shade) if shade else None


def price_of(card: Recommendation) -> int:
    """The lowest price at which a card can be had, in minor units."""
    return min((v.price.minor for v in card.variants if v.available), default=card.variants[0].price.minor)


def _band(card: Recommendation, anchor: Product) -> float:
    """1 where prices are alike, 0 where one is three times the other or more."""
    mine, other = max(price_of(card), 1), max(min(v.price.minor for v in anchor.variants), 1)
    ratio = max(mine, other) / min(mine, other)
    return max(0.0, 1.0 - (ratio - 1.0) / 2.0)


def with_reason(
    card: Recommendation,
    before: Sequence[Recommendation],
    anchor: tuple[Product, str | None] | None,
    taxonomy: Taxonomy,
) -> Recommendation:
    """The card with the colour it goes with, where the colour table says so."""
    beside = (anchor[0], anchor[1]) if anchor else (before[0].product, before[0].color) if before else None
    if beside is None or not beside[1] or not card.color:
        return card
    if harmony(_family(card.color, taxonomy), _family(beside[1], taxonomy)) < 0.7:
        return card
    kind = taxonomy.singular(beside[0].category) if beside[0].category in taxonomy.categories else "piece"
    reason = tell("goes_with", fact=card.color.lower(), other=beside[1].lower(), kind=kind)
    return card.model_copy(update={"because": (reason, *card.because)[:4]})
