"""Says why a card was picked, in a few short phrases that its facts prove.

Knows nothing about ranking; what can't be read off the product isn't said.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from shopper.search.facets import Sized
from shopper.search.mentions import stated_materials, title_facts
from shopper.search.retell import tell
from shopper.search.wishes import WishReader
from shopper.search.words import fold, words
from shopper.types import Money, Product, ShopperQuery, Variant

_MOST = 4
_title_facts = functools.lru_cache(maxsize=5000)(title_facts)
_FEW = 3  # so few left are worth saying
_FAUX = "faux "
# How a cloth is made, not what of: a shop that says "satin" hasn't said whether it is silk.
_WEAVES = frozenset(
    {"jersey", "flannel", "terry", "canvas", "twill", "satin", "velvet", "lace", "chiffon", "crepe", "tulle"}
    | {"mesh", "crochet", "knit"}
)


def because(
    product: Product,
    color: str | None,
    variants: Sequence[Variant],
    query: ShopperQuery,
    wishes: WishReader,
    *,
    like_photo: bool = False,
) -> tuple[str, ...]:
    """At most four reasons: what an exclusion can't vouch for first, then the shopper's own wishes.

    Warnings are always kept, and a card with room for two lines shows them.
    """
    if any(wishes.key("feature", f) == "vegan" for f in query.features):
        without = query.exclude.model_copy(update={"materials": (*query.exclude.materials, "animal")})
        query = query.model_copy(update={"exclude": without})
    reasons = [*_wished(product, color, query, wishes), *_bought(product, variants, query, wishes)]
    if like_photo:
        reasons.append(tell("photo"))
    if product.rating is not None and product.rating >= 4.5 and product.rating_count >= 5:
        reasons.append(tell("rated", count=f"{product.rating:g}", many=product.rating_count))
    doubts = _doubts(product, color, query, wishes)
    nobody = [tell("nobody")] if query.gender and product.gender is None else []
    return (*doubts, *reasons[: max(0, _MOST - len(doubts) - len(nobody))], *nobody)


def _wished(product: Product, color: str | None, query: ShopperQuery, wishes: WishReader) -> list[str]:
    taxonomy, reasons = wishes.taxonomy, list[str]()
    said = _title_facts(product.title, taxonomy)
    if proof := _without_animals(product, query, wishes):
        reasons.append(proof)
    for wanted in query.materials:
        is_it = wishes.material_test(wanted)
        found = next((m for m in (*product.materials, *said.materials) if is_it(m)), None)
        if found:
            reasons.append(tell("as_asked", fact=found))
    shown = color or said.color
    if shown and any(wishes.color_is(shown, wanted) for wanted in query.colors):
        reasons.append(tell("in_color", fact=shown.lower()))
    for wanted in query.patterns:
        is_pattern = wishes.pattern_test(wanted)
        pattern = next((p for p in (*product.patterns, *said.patterns) if is_pattern(p)), None)
        if pattern:
            reasons.append(tell("as_asked", fact=pattern))
    for wanted in query.features:
        feature = next(filter(wishes.same("feature", wanted), product.features), None)
        if feature:
            reasons.append(tell("as_asked", fact=feature))
    if query.fit and product.fit and wishes.same("fit", query.fit)(product.fit):
        reasons.append(tell("fit", fact=product.fit))
    if query.occasion and any(map(wishes.same("occasion", query.occasion), product.occasions)):
        reasons.append(tell("for", fact=query.occasion))
    if query.season and any(map(wishes.same("season", query.season), product.seasons)):
        reasons.append(tell("for", fact=query.season))
    if product.brand and fold(product.brand) in {fold(b) for b in query.brands}:
        reasons.append(tell("by", name=product.brand))
    return reasons


def _bought(
    product: Product, variants: Sequence[Variant], query: ShopperQuery, wishes: WishReader
) -> list[str]:
    reasons = list[str]()
    fitting = [v for v in variants if v.available and _within(v, query)]
    if query.sizes:
        fitting = [
            v
            for v in fitting
            if wishes.offers.size_fits(query.sizes, Sized(v.size, product.category, product.gender))
        ]
        if fitting:
            best = max(fitting, key=lambda v: v.stock)
            reasons.append(
                tell("few_left", name=best.size, count=best.stock)
                if best.stock <= _FEW
                else tell("in_stock", name=best.size)
            )
    if not fitting:
        return reasons
    lowest = min(fitting, key=lambda v: v.price.minor)
    if query.price and query.price.max:
        spare = query.price.max - lowest.price.minor
        if spare * 10 >= query.price.max:
            amount = Money(minor=_round(spare), currency=lowest.price.currency)
            reasons.append(tell("under_budget", amount=amount))
    if lowest.regular_price is not None and lowest.regular_price.minor > lowest.price.minor:
        reasons.append(tell("reduced", amount=lowest.regular_price))
    return reasons


def _round(minor: int) -> int:
    """Whole units where that isn't saying more than is true."""
    return minor - minor % 100 if minor >= 1000 else minor


def _within(variant: Variant, query: ShopperQuery) -> bool:
    price = query.price
    if price is None:
        return True
    return (price.min is None or variant.price.minor >= price.min) and (
        price.max is None or variant.price.minor <= price.max
    )


def _doubts(product: Product, color: str | None, query: ShopperQuery, wishes: WishReader) -> list[str]:
    """What an exclusion couldn't be checked against, or what only looks like the excluded."""
    doubts = list[str]()
    said = _title_facts(product.title, wishes.taxonomy)
    stated = _stated(product, wishes)
    if query.exclude.materials and not stated - _WEAVES:
        woven = [m for m in product.materials if wishes.key("material", m) in _WEAVES]
        beyond = tell("material_beyond", facts=", ".join(woven)) if woven else tell("material_unstated")
        doubts.append(beyond)
    if query.exclude.colors and not color and not said.color:
        doubts.append(tell("colour_unstated"))
    for imitation in sorted(stated):
        real = imitation.removeprefix(_FAUX)
        if real != imitation and _speaks_of(real, query, wishes):
            doubts.append(tell("imitation", fact=imitation, real=real))
    return doubts


def _stated(product: Product, wishes: WishReader) -> frozenset[str]:
    """The materials that facts, title or description state, as the taxonomy calls them."""
    own = {wishes.key("material", m) for m in product.materials}
    return frozenset(own) | stated_materials(product, wishes.taxonomy)


def _speaks_of(material: str, query: ShopperQuery, wishes: WishReader) -> bool:
    """Whether the shopper spoke of a real material in any way: wished, ruled out, or in their words."""
    if any(wishes.material_test(m)(material) for m in (*query.materials, *query.exclude.materials)):
        return True
    if f"{_FAUX}{material}" in query.materials:
        return False  # what they asked for is said to be so already
    told = " ".join((query.category or "", query.text or "", *query.prefer))
    return material in words(told)


def _without_animals(product: Product, query: ShopperQuery, wishes: WishReader) -> str | None:
    """What a shopper who wants nothing from animals can go by, if the table knows all materials stated."""
    taxonomy = wishes.taxonomy
    excluded = [wishes.material_test(m) for m in query.exclude.materials]
    animal = [m for m in taxonomy.materials if taxonomy.material_is_animal(m)]
    if not excluded or not all(any(test(m) for test in excluded) for m in animal):
        return None
    stated = _stated(product, wishes)
    if not stated - _WEAVES or not stated <= set(taxonomy.materials):
        return None
    # The shop's own order, since the outer material comes first; "lace-up" boots have no lace.
    listed = dict.fromkeys(wishes.key("material", m) for m in product.materials)
    others = sorted(stated - set(listed) - _WEAVES)
    return tell("no_animal", facts=", ".join((*listed, *others)))
