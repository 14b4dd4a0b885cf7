"""The outfit in sight: its pieces, another one in the place of a piece, and what all of it may cost.

Knows nothing about prose or pictures; it asks the search and chooses with `search.looks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.search.looks import Slot, assemble, look_for, other_kinds, place_of, price_of
from shopper.types import Absence, Money, Page, PriceRange, Recommendation, ShopperQuery

_TRIED = 8  # cards of a kind that are tried in a look
_PIECES = 4

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
    wanted = wish.model_copy(
        update={
            "intent": "search",
            "exclude": exclude,
            "gender": held.gender or (people.pop() if len(people) == 1 else None),
            "age_group": held.age_group or old.product.age_group,
            "prefer": (*wish.prefer, *((held.occasion,) if held.occasion else ())),
            "relative": (),
            "reference": None,
            "like": (),
        }
    )
    if any(r.attribute == "price" and r.direction == "less" for r in wish.relative):
        wanted = wanted.model_copy(update={"price": PriceRange(max=max(0, price_of(old) - 1))})
    # What was said of the new piece holds: "something red" is not answered with midnight blue.
    candidates = await _candidates(search, Slot("", kinds, wanted), relax=False)
    filled: list[tuple[Slot, Sequence[Recommendation]]] = [
        (Slot(place_of(p.product.category, taxonomy) or "", (p.product.category or "",), held), [p])
        for p in others
    ]
    filled.append((Slot("", kinds, wanted), candidates))
    chosen = assemble(filled, None, taxonomy, limit=len(filled), budget=budget) if candidates else []
    if len(chosen) < len(look):
        return None
    new = chosen[-1]
    return (*look[:at], new, *look[at + 1 :])


async def _candidates(search: ProductSearch, slot: Slot, *, relax: bool = True) -> list[Recommendation]:
    found: list[Recommendation] = []
    for kind in slot.kinds:
        page = await search.find(slot.query.model_copy(update={"category": kind}), limit=_TRIED, relax=relax)
        found += page.items
    return found
