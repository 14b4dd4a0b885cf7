"""Seeded queries about a catalog, in equal parts for filters that pass a half, a twentieth and so on of it.

Knows nothing about how they are answered; each asks for facts that one of the products has.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shopper.bench.plain_facts import MATERIALS, Mask, PlainFacts
from shopper.products.taxonomy import Taxonomy
from shopper.types import Exclusions, PriceRange, ShopperQuery

# The shares of cards that filters pass; a query belongs to the one it is nearest to, within a factor of two.
SELECTIVITIES = (0.5, 0.05, 0.005, 0.0005)
_TRIES = 400  # for each query that is wanted
_FILTERS = ("category", "colors", "sizes", "gender", "exclude", "price", "brands", "materials")
_KNOWN = (
    "linen for summer", "striped", "with pockets", "a wedding guest", "v-neck", "long sleeve", "made to last",
    "for the office", "soft and warm", "quilted", "for the beach", "holds its shape", "high-waisted",
    "a relaxed fit", "for a party", "crew neck", "with a hood", "for travel", "wear it with boots", "ribbed",
)  # fmt: skip
_UNKNOWN = (
    "flattering yet understated", "that screams confidence", "chic minimalism", "cottagecore vibes",
    "grunge nostalgia", "posh", "edgy", "that my girlfriends would envy", "preppy", "bohemian romance",
    "eye-catching", "quirky", "timeless glamour", "with attitude", "dreamy", "cyberpunk", "ladylike",
    "instagrammable", "vintage Hollywood", "comfy",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A query, the share of the catalog's cards its facts allow, and the selectivity it stands for."""

    query: ShopperQuery
    share: float
    selectivity: float


def ask(facts: PlainFacts, taxonomy: Taxonomy, *, count: int, seed: int) -> list[Question]:
    """About `count` questions, as many for each selectivity; fewer where the catalog is too small for one.

    Every other one has words that the catalog's texts hold, the rest only words that they don't.
    """
    each, rng = count // len(SELECTIVITIES), random.Random(seed)
    found: dict[float, list[Question]] = {s: [] for s in SELECTIVITIES}
    for tried, query in enumerate(_queries(facts, taxonomy, rng)):
        if tried >= _TRIES * each or all(len(part) >= each for part in found.values()):
            break
        share = float(np.count_nonzero(facts.allowed(query))) / facts.cards
        selectivity = _nearest(share)
        if selectivity is None or len(found[selectivity]) >= each:
            continue
        words = rng.choice(_KNOWN if len(found[selectivity]) % 2 else _UNKNOWN)
        asked = query.model_copy(update={"text": words})
        found[selectivity].append(Question(asked, share, selectivity))
    questions = [q for part in found.values() for q in part]
    rng.shuffle(questions)
    return questions


def filters_of(query: ShopperQuery) -> tuple[str, ...]:
    """The names of the filters a query has."""
    return tuple(name for name in _FILTERS if getattr(query, name))


def _nearest(share: float) -> float | None:
    return next((s for s in SELECTIVITIES if s / 2 <= share <= 2 * s), None) if share else None


def _queries(facts: PlainFacts, taxonomy: Taxonomy, rng: random.Random) -> Iterator[ShopperQuery]:
    """Endless queries of one to seven filters, each met by some variant of the catalog."""
    while True:
        variant = rng.randrange(facts.variants)
        card = int(facts.variant_card[variant])
        product = int(facts.card_product[card])
        if not facts.stock[variant]:
            continue
        chosen = set(rng.sample(_FILTERS, rng.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 7))))
        yield _query(facts, taxonomy, rng, chosen, (variant, card, product))


def _query(
    facts: PlainFacts,
    taxonomy: Taxonomy,
    rng: random.Random,
    chosen: set[str],
    at: tuple[int, int, int],
) -> ShopperQuery:
    variant, card, product = at
    category = str(facts.category.words[facts.category.codes[product]])
    gender = str(facts.gender.words[facts.gender.codes[product]])
    family = str(facts.family.words[facts.family.codes[card]])
    has: Mask = facts.stated[product]
    lacks = [m for m, said in zip(MATERIALS, facts.mentioned[product], strict=True) if not said]
    update: dict[str, object] = {}
    if "category" in chosen:
        # Half ask for a whole group: "tops", "shoes", "clothing".
        update["category"] = rng.choice((category, *taxonomy.category_parents(category)))
    # Children's things are for whom they are for; without that, none would be shown.
    if "gender" in chosen or facts.kids[product]:
        update["gender"] = gender
    if "colors" in chosen and family:
        update["colors"] = (family,)
    if "sizes" in chosen and facts.size.words[facts.size.codes[variant]] != "one size":
        update["sizes"] = (str(facts.size.words[facts.size.codes[variant]]),)
    if "price" in chosen:
        update["price"] = _price(int(facts.price[variant]), rng)
    if "brands" in chosen:
        update["brands"] = (str(facts.brand.words[facts.brand.codes[product]]),)
    if "materials" in chosen and has.any():
        update["materials"] = (MATERIALS[rng.choice(np.flatnonzero(has).tolist())],)
    if "exclude" in chosen and lacks:
        ruled_out = rng.sample(lacks, min(len(lacks), rng.choice((1, 2))))
        update["exclude"] = Exclusions(materials=tuple(ruled_out))
    return ShopperQuery.model_validate(update)


def _price(minor: int, rng: random.Random) -> PriceRange:
    """Bounds around a price, as people say them: in tens."""
    tens = minor // 1000
    above = 1000 * (tens + 1 + int(tens * rng.choice((0.05, 0.25, 1.0))))
    below = 1000 * int(tens * rng.choice((0.4, 0.8)))
    match rng.randrange(4):
        case 0:
            return PriceRange(min=below, max=above)
        case 1:
            return PriceRange(min=below)
        case _:
            return PriceRange(max=above)
