"""The outfit in sight: its pieces, another one in the place of a piece, and what all of it may cost.

Knows nothing about prose or pictures; it asks the search and chooses with `search.looks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.search.looks import (
    Slot,
    assemble,
    harmony,
    look_for,
    other_kinds,
    place_of,
    price_of,
    with_reason,
)
from shopper.types import Absence, Money, Page, PriceRange, Recommendation, ShopperQuery

_TRIED = 8  # cards of a kind that are tried in a look
_PIECES = 4
# What is said of the thing itself, where it is one of many to choose from.
_OF_THE_THING = ("features", "colors", "materials", "patterns", "sizes", "fit")

Pieces = tuple[Recommendation, ...]


def total_of(pieces: Sequence[Recommendation]) -> Money:
    """What the pieces cost together, each at the lowest price at which it can be had."""
    return Money(minor=sum(map(price_of, pieces)), currency=pieces[0].variants[0].price.currency)


async def completed(
    search: ProductSearch,
    taxonomy: Taxonomy,
    anchor: Recommendation,
    query: ShopperQuery,
    *,
    budget: int | None,
) -> Page:
    """What goes with a card; with a budget, so that all of it together, the card included, stays within."""
    if budget is None:
        return await search.complete_the_look(anchor.product.id, color=anchor.color, query=query)
    rest = max(0, budget - price_of(anchor))
    within = query.model_copy(update={"price": PriceRange(max=rest)})
    slots = look_for(anchor.product, within, taxonomy)
    filled = [(slot, await _candidates(search, slot)) for slot in slots]
    chosen = assemble(filled, (anchor.product, anchor.color), taxonomy, limit=_PIECES, budget=rest)
    gap = None if chosen else _beyond(Money(minor=budget, currency=anchor.variants[0].price.currency))
    return Page(items=tuple(chosen), total=len(chosen), absence=gap, as_of=datetime.now(UTC))


def kind_to_add(text: str, language: str, anchor: Recommendation, taxonomy: Taxonomy) -> str | None:
    """The kind of thing that `text` wants to go with a card, if it names one: "which shoes go with it"."""
    own = anchor.product.category
    named = [m.key for m in taxonomy.find_all(text, language) if m.kind == "category"]
    place = place_of(own, taxonomy)
    return next((key for key in named if key != own and place_of(key, taxonomy) not in (None, place)), None)


async def to_go_with(
    search: ProductSearch,
    taxonomy: Taxonomy,
    anchor: Recommendation,
    kind: str,
    query: ShopperQuery,
    limit: int,
) -> Page:
    """Things of one kind that go with a card: for the same people, in harmony with its colour first."""
    within = taxonomy.category_within(kind)
    slots = look_for(anchor.product, query, taxonomy)
    slot = next((s for s in slots if s.place == place_of(kind, taxonomy)), None)
    kinds = tuple(k for k in slot.kinds if k in within) if slot else ()
    base = slot.query if slot else query
    said = {
        name: getattr(query, name) for name in ("features", "colors", "materials", "patterns", "sizes", "fit")
    }
    wanted = base.model_copy(
        update={**said, "category": kind, "gender": query.gender, "age_group": query.age_group}
    )
    found = await search.find(wanted, limit=3 * limit)
    around = _family(anchor.color, taxonomy)

    def fitting(at: int) -> tuple[bool, float, int]:
        card = found.items[at]
        again = any(card.product.id == other.product.id for other in found.items[:at])
        # The kinds that a look of this style takes first, then colours in harmony, then as they were found.
        suits = (card.product.category in kinds) + harmony(around, _family(card.color, taxonomy))
        return (again, -suits, at)

    order = sorted(range(len(found.items)), key=fitting)[:limit]
    beside = (anchor.product, anchor.color)
    cards = tuple(with_reason(found.items[at], (), beside, taxonomy) for at in order)
    return found.model_copy(update={"items": cards})


def _family(color: str | None, taxonomy: Taxonomy) -> str | None:
    shade = taxonomy.color(color) if color else None
    return taxonomy.color_family(shade) if shade else None


def _beyond(budget: Money) -> Absence:
    said = f"Nothing that goes with it keeps the whole look within {budget}."
    return Absence(reason="no_match", field="price", message=said)


async def swapped(
    search: ProductSearch,
    taxonomy: Taxonomy,
    look: Pieces,
    at: int,
    wish: ShopperQuery,
    *,
    held: ShopperQuery,
    budget: int | None,
) -> Pieces | None:
    """The look with another thing in the place of piece `at`, the rest as it was; None where nothing fits.

    `wish` is what was said of the new piece, `held` what still holds: exclusions above all.
    """
    old = look[at]
    others = [piece for n, piece in enumerate(look) if n != at]
    kinds = other_kinds(old.product, wish.category, look[0].product, taxonomy)
    wanted = _wanted(look, wish, held, old.product.age_group)
    if any(r.attribute == "price" and r.direction == "less" for r in wish.relative):
        wanted = wanted.model_copy(update={"price": PriceRange(max=max(0, price_of(old) - 1))})
    # What was said of the new piece holds: "something red" is not answered with midnight blue.
    candidates = await _candidates(search, Slot("", kinds, wanted), relax=False)
    chosen = _beside(others, Slot("", kinds, wanted), candidates, held, taxonomy, budget)
    if len(chosen) < len(look):
        return None
    new = chosen[-1]
    return (*look[:at], new, *look[at + 1 :])


async def extended(
    search: ProductSearch,
    taxonomy: Taxonomy,
    look: Pieces,
    kind: str,
    wish: ShopperQuery,
    *,
    held: ShopperQuery,
    budget: int | None,
) -> Pieces | None:
    """The look with one more piece, of a kind that it doesn't have yet; None where nothing fits."""
    within = taxonomy.category_within(kind)
    # Who asks for shoes now has taken back that there should be none.
    lifted = tuple(c for c in held.exclude.categories if kind not in taxonomy.category_within(c))
    held = held.model_copy(update={"exclude": held.exclude.model_copy(update={"categories": lifted})})
    slots = look_for(look[0].product, held, taxonomy)
    kinds = tuple(k for slot in slots for k in slot.kinds if k in within) or (kind,)
    slot = Slot(place_of(kind, taxonomy) or "", kinds, _wanted(look, wish, held, look[0].product.age_group))
    candidates = await _candidates(search, slot, relax=False)
    chosen = _beside(list(look), slot, candidates, held, taxonomy, budget)
    return (*look, chosen[-1]) if len(chosen) > len(look) else None


def _wanted(look: Pieces, wish: ShopperQuery, held: ShopperQuery, age: str | None) -> ShopperQuery:
    """What a new piece of a look must be: as wished, without what was ruled out, for the same people."""
    exclude = held.exclude.model_copy(
        update={
            name: tuple(dict.fromkeys((*getattr(held.exclude, name), *getattr(wish.exclude, name))))
            for name in type(held.exclude).model_fields
        }
    )
    exclude = exclude.model_copy(
        update={"products": tuple(dict.fromkeys((*exclude.products, *(p.product.id for p in look))))}
    )
    people = {piece.product.gender for piece in look} - {"unisex", None}
    return wish.model_copy(
        update={
            "intent": "search",
            "exclude": exclude,
            "gender": held.gender or (people.pop() if len(people) == 1 else None),
            "age_group": held.age_group or age,
            "prefer": (*wish.prefer, *((held.occasion,) if held.occasion else ())),
            "relative": (),
            "reference": None,
            "like": (),
        }
    )


def _beside(
    others: Sequence[Recommendation],
    slot: Slot,
    candidates: Sequence[Recommendation],
    held: ShopperQuery,
    taxonomy: Taxonomy,
    budget: int | None,
) -> list[Recommendation]:
    """The pieces with the best of the candidates beside them, which comes last; empty where none fits."""
    filled: list[tuple[Slot, Sequence[Recommendation]]] = [
        (Slot(place_of(p.product.category, taxonomy) or "", (p.product.category or "",), held), [p])
        for p in others
    ]
    filled.append((slot, candidates))
    return assemble(filled, None, taxonomy, limit=len(filled), budget=budget) if candidates else []


async def _candidates(search: ProductSearch, slot: Slot, *, relax: bool = True) -> list[Recommendation]:
    found: list[Recommendation] = []
    for kind in slot.kinds:
        page = await search.find(slot.query.model_copy(update={"category": kind}), limit=_TRIED, relax=relax)
        found += page.items
    return found
