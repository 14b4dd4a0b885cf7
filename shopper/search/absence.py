"""Finds out why nothing can be shown and what lies nearest, and says it in a sentence.

Knows nothing about ranking by words or vectors. A nearest miss breaks only the one bound that is named, and
nothing
that breaks an exclusion or is made for somebody else is ever offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shopper.products.taxonomy import Taxonomy
from shopper.search.catalog import Catalog
from shopper.search.facets import NEVER, Mask
from shopper.search.relax import relax
from shopper.search.wishes import Demand
from shopper.types import Absence, Money, Recommendation, ShopperQuery, Suggestion

_NEAREST = 3


@dataclass(frozen=True)
class Gap:
    """Why there is nothing: the field at fault, and the cards that break only that."""

    reason: Literal["not_sold", "no_match", "not_understood"]
    field: str | None = None
    value: str | None = None
    cards: tuple[int, ...] = ()
    sold_out: bool = False
    loosened: bool = False  # lifting price, sizes and colours together would help


def not_sold(catalog: Catalog, query: ShopperQuery) -> Gap | None:
    """The gap of a category or brand of which the shop has nothing at all."""
    if query.category and not catalog.wishes.category(query.category).any():
        return Gap("not_sold", "category", query.category)
    if query.brands and not any(catalog.wishes.knows_brand(b) for b in query.brands):
        rest = relax(catalog.wishes.read(query.model_copy(update={"brands": ()}))).mask
        return Gap("not_sold", "brand", query.brands[0], _first(catalog, rest))
    return None


def no_match(catalog: Catalog, query: ShopperQuery, demand: Demand) -> Gap:
    """The gap of a query that even relaxed meets nothing: the first bound whose lifting alone would help."""
    wishes, firm = catalog.wishes, demand.firm

    def lifted(*names: str) -> Demand:
        lowest = wishes.offers.lowest(query, ignore=frozenset(names), within=firm)
        return Demand(firm, demand.wishes, lowest)

    if query.price:
        priced = lifted("price")
        lowest, mask = priced.lowest, _loosest(priced)
        if mask.any():
            return Gap("no_match", "price", None, _by_distance(mask, lowest, query))
    if query.in_stock is not False:
        mask = _loosest(lifted("in_stock"))
        if mask.any():
            other = _loosest(lifted("sizes"))
            field, value = ("sizes", " or ".join(query.sizes)) if query.sizes else ("in_stock", None)
            # The same thing in another size lies nearer than another thing.
            nearest = _first(catalog, mask & other) or _first(catalog, other)
            return Gap("no_match", field, value, nearest, sold_out=True)
    if query.sizes:
        mask = _loosest(lifted("sizes"))
        if mask.any():
            return Gap("no_match", "sizes", " or ".join(query.sizes), _first(catalog, mask))
    if query.colors:
        mask = _loosest(demand, without="colors")
        if mask.any():
            return Gap("no_match", "colors", " or ".join(query.colors), _first(catalog, mask))
    for name, value in (("exclude", None), ("gender", query.gender or query.age_group)):
        others = {other: mask for other, mask in firm.items() if other != name}
        if (
            name in firm
            and _loosest(Demand(others, demand.wishes, wishes.offers.lowest(query, within=others))).any()
        ):
            return Gap("no_match", name, value)
    loose = _loosest(lifted("price", "sizes"), without="colors")
    return Gap("no_match", loosened=bool(loose.any()))


def _loosest(demand: Demand, *, without: str | None = None) -> Mask:
    """The strict answer without one part, or the fully relaxed one."""
    strict = demand.allowed(without=without)
    return strict if strict.any() else demand.allowed(frozenset(range(len(demand.wishes))), without=without)


def _first(catalog: Catalog, mask: Mask) -> tuple[int, ...]:
    """A few cards of different products, best rated first."""
    cards = np.flatnonzero(mask)
    rating = np.nan_to_num(catalog.facets.rating[cards], nan=3.0)
    kids = catalog.wishes.kids()[cards]
    return _apart(catalog, cards[np.lexsort((cards, -rating, kids))])


def _apart(catalog: Catalog, cards: NDArray[np.int64]) -> tuple[int, ...]:
    out: dict[int, int] = {}
    for card in cards[:200].tolist():
        out.setdefault(int(catalog.facets.card_product[card]), card)
        if len(out) == _NEAREST:
            break
    return tuple(out.values())


def _by_distance(mask: Mask, lowest: NDArray[np.int64], query: ShopperQuery) -> tuple[int, ...]:
    cards = np.flatnonzero(mask & (lowest != NEVER))
    price = query.price
    below = (price.min if price and price.min is not None else 0) - lowest[cards]
    above = lowest[cards] - (price.max if price and price.max is not None else NEVER)
    distance = np.maximum(np.maximum(below, above), 0)
    return tuple(cards[np.lexsort((cards, distance))][:_NEAREST].tolist())


# ── in words ────────────────────────────────────────────────────────────────────────────────────────


def tell(
    gap: Gap, query: ShopperQuery, nearest: Sequence[Recommendation], taxonomy: Taxonomy, catalog: Catalog
) -> Absence:
    """The gap as a shopper may read it, with chips that lead out of it."""
    things = _things(query, taxonomy)
    message, suggestions = "", tuple[Suggestion, ...]()
    match gap.reason, gap.field:
        case "not_understood", _:
            message = "I couldn't make out what you're looking for. Which kind of thing, and for whom?"
        case "not_sold", "category":
            message = f"We don't sell {things}."
            suggestions = _wider(query, taxonomy, catalog.categories)
        case "not_sold", _:
            message = f"We don't carry {gap.value}." + (" These come closest to the rest." if nearest else "")
            suggestions = (_chip("Any brand", "any brand", {"brands": []}),)
        case _, "price":
            message, suggestions = _tell_price(query, nearest, things, catalog.currency)
        case _, "sizes" | "in_stock" if gap.sold_out:
            where = f" in {gap.value}" if gap.value else ""
            message = f"Sold out{where}: no {things} like that are in stock{where} right now."
            suggestions = (_chip("Any size", "in any size", {"sizes": []}),) if query.sizes else ()
        case _, "sizes":
            message = f"No {things} like that come in {gap.value}."
            suggestions = (_chip("Any size", "in any size", {"sizes": []}),)
        case _, "colors":
            offered = dict.fromkeys(r.color.lower() for r in nearest if r.color)
            message = f"No {things} in {gap.value} match that." + (
                f" The closest come in {', '.join(offered)}." if offered else ""
            )
            suggestions = (_chip("Any colour", "in any colour", {"colors": []}),)
        case _, "exclude":
            message = f"All {things} that fit the rest have something you ruled out."
        case _, "gender":
            message = f"We have no {things} for {_people(gap.value)} that match."
        case _:
            message = f"No {things} match all of that together."
            suggestions = _loosen(query) if gap.loosened else ()
    return Absence(
        reason=gap.reason,
        field=gap.field,
        value=gap.value,
        message=message,
        nearest=tuple(nearest),
        suggestions=suggestions,
    )


def _things(query: ShopperQuery, taxonomy: Taxonomy) -> str:
    if not query.category:
        return "things"
    return taxonomy.label(query.category) if query.category in taxonomy.categories else query.category


def _people(gender: str | None) -> str:
    return "everyone" if gender == "unisex" else gender or "them"


def _tell_price(
    query: ShopperQuery, nearest: Sequence[Recommendation], things: str, currency: str
) -> tuple[str, tuple[Suggestion, ...]]:
    price = query.price
    bounds = []
    if price and price.min is not None:
        bounds.append(f"over {Money(minor=price.min, currency=currency)}")
    if price and price.max is not None:
        bounds.append(f"under {Money(minor=price.max, currency=currency)}")
    start = f"No {things} {' and '.join(bounds)} match that"
    if not nearest or price is None:
        return start + ".", ()
    closest = min(nearest[0].variants, key=lambda v: (not v.available, v.price.minor)).price
    message = f"{start}; the closest is {nearest[0].product.title} at {closest}."
    edit: dict[str, Any] = {"min": price.min, "max": price.max}
    if price.max is not None and closest.minor > price.max:
        edit["max"] = closest.minor
        label = f"Up to {closest}"
    else:
        edit["min"] = closest.minor
        label = f"From {closest}"
    kept = {k: v for k, v in edit.items() if v is not None}
    return message, (_chip(label, label.lower(), {"price": kept}),)


def _wider(query: ShopperQuery, taxonomy: Taxonomy, sold: frozenset[str]) -> tuple[Suggestion, ...]:
    """The nearest group of kinds of which the shop has something."""
    if query.category not in taxonomy.categories:
        return ()
    groups = [p for p in taxonomy.category_parents(query.category) if p != "clothing"]
    parents = [p for p in groups if taxonomy.category_within(p) & sold][:1]
    return tuple(
        _chip(f"See {taxonomy.label(p)}", f"show me {taxonomy.label(p)}", {"category": p}) for p in parents
    )


def _loosen(query: ShopperQuery) -> tuple[Suggestion, ...]:
    """One chip that lifts price, sizes and colours together, since none of them alone would help."""
    bounds: tuple[tuple[str, object, object], ...] = (
        ("price", query.price, None),
        ("size", query.sizes, []),
        ("colour", query.colors, []),
    )
    said = [(name, empty) for name, value, empty in bounds if value]
    if not said:
        return ()
    names = " and ".join(name for name, _ in said) if len(said) < 3 else "price, size and colour"
    fields = {"price": "price", "size": "sizes", "colour": "colors"}
    change = {fields[name]: empty for name, empty in said}
    return (_chip(f"Any {names}", f"any {names} is fine", change),)


def _chip(label: str, text: str, change: dict[str, Any]) -> Suggestion:
    return Suggestion(label=label, text=text, edit={"set": change})
