"""Offers the next words that would split a result best: a colour, a material, an occasion, a price.

Knows nothing about how the result came about; it counts facts over the cards that may be shown.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopper.products.taxonomy import Taxonomy
from shopper.search.catalog import Catalog
from shopper.search.columns import Rows, Tags, spans
from shopper.search.wishes import Demand, Wish
from shopper.types import Money, ShopperQuery, Suggestion, minor_exponent

_ADJECTIVES = frozenset({"casual", "formal", "everyday", "evening"})
_COUNTED = frozenset(
    {"wedding", "party", "date", "dinner", "brunch", "festival", "funeral", "christening", "prom"}
)
_NAMED = frozenset({"beach", "gym", "office"})
_IDEAL = 0.4  # a chip that keeps 40 % of the result tells most and still leaves a choice
_LEAST, _MOST_SHARE = 0.06, 0.8
_NICE = (
    10,
    15,
    20,
    25,
    30,
    40,
    50,
    60,
    75,
    80,
    100,
    120,
    150,
    200,
    250,
    300,
    400,
    500,
    750,
    1000,
    1500,
    2000,
)


def suggest(
    catalog: Catalog, query: ShopperQuery, cards: Rows, lowest: NDArray[np.int64], taxonomy: Taxonomy
) -> tuple[Suggestion, ...]:
    """Up to four chips, one for each kind of fact the query leaves open; none where there is nothing to
    split. `cards` are the result, or an even sample of it.
    """
    total = len(cards)
    if total < 4:
        return ()
    found: list[tuple[float, Suggestion]] = []
    if not query.colors:
        best = _best(_color_counts(catalog, cards, taxonomy), total)
        if best:
            found.append((best[1], Suggestion(label=f"In {best[0]}", text=f"in {best[0]}")))
    if not query.materials:
        best = _best(_tag_counts(catalog.facets.tags["materials"], cards), total)
        if best:
            found.append((best[1], Suggestion(label=best[0].capitalize(), text=f"in {best[0]}")))
    if not query.occasion:
        best = _best(_tag_counts(catalog.facets.tags["occasions"], cards), total)
        if best:
            words = _for_occasion(best[0])
            found.append((best[1], Suggestion(label=words[0].upper() + words[1:], text=words)))
    if not (query.price and query.price.max):
        priced = _price(catalog, lowest[cards])
        if priced:
            found.append(priced)
    if not query.category:
        best = _best(_category_counts(catalog, cards), total)
        if best:
            label = taxonomy.label(best[0]) if best[0] in taxonomy.categories else best[0]
            found.append((best[1], Suggestion(label=label.capitalize(), text=label)))
    found.sort(key=lambda item: -item[0])
    return tuple(suggestion for _, suggestion in found[:4])


def beyond_budget(
    catalog: Catalog, query: ShopperQuery, demand: Demand, relaxed: frozenset[int]
) -> tuple[Suggestion, ...]:
    """A chip with the price from which all that was asked for can be had, if only the budget forbids it."""
    if not relaxed or not query.price or query.price.max is None:
        return ()
    lowest = catalog.wishes.offers.lowest(query, ignore=frozenset({"price"}), within=demand.firm)
    mask = Demand(demand.firm, demand.wishes, lowest).allowed() & (lowest > query.price.max)
    if not mask.any():
        return ()
    amount = Money(minor=int(lowest[mask].min()), currency=catalog.currency)
    value = " and ".join(_as_said(wish) for n, wish in enumerate(demand.wishes) if n in relaxed)
    price = query.price.model_copy(update={"max": amount.minor}).model_dump(exclude_none=True)
    label = f"{value} from {amount}"
    return (
        Suggestion(
            label=label[0].upper() + label[1:], text=f"up to {amount}", edit={"set": {"price": price}}
        ),
    )


def _as_said(wish: Wish) -> str:
    match wish.field:
        case "occasion":
            return _for_occasion(wish.value)
        case "season":
            return f"for {wish.value}"
        case "fit":
            return f"{wish.value} fit"
        case _:
            return wish.value


def _for_occasion(occasion: str) -> str:
    if occasion in _ADJECTIVES:
        return f"something {occasion}" if occasion != "evening" else "for the evening"
    article = "a " if occasion in _COUNTED else "the " if occasion in _NAMED else ""
    return f"for {article}{occasion}"


def _best(counts: dict[str, int], total: int) -> tuple[str, float] | None:
    """The value that splits best, with how well; ties go to the first in the catalog."""
    shares = {v: n / total for v, n in counts.items() if n >= 2 and _LEAST <= n / total <= _MOST_SHARE}
    if not shares:
        return None
    value = min(shares, key=lambda v: abs(shares[v] - _IDEAL))
    return value, 1.0 - abs(shares[value] - _IDEAL)


def _color_counts(catalog: Catalog, cards: Rows, taxonomy: Taxonomy) -> dict[str, int]:
    column, counts = catalog.facets.color, dict[str, int]()
    for value, n in zip(
        column.values, np.bincount(column.codes[cards], minlength=len(column.values)), strict=True
    ):
        shade = taxonomy.color(value) if value else None
        if shade and n:
            # "navy" is a word of its own to shoppers; other shades count for their family.
            name = shade if shade == "navy" else taxonomy.color_family(shade) or shade
            counts[name] = counts.get(name, 0) + int(n)
    return counts


def _category_counts(catalog: Catalog, cards: Rows) -> dict[str, int]:
    column = catalog.facets.category
    counted = np.bincount(column.codes[cards], minlength=len(column.values))
    return {value: int(n) for value, n in zip(column.values, counted, strict=True) if value and n}


def _tag_counts(tags: Tags, cards: Rows) -> dict[str, int]:
    _, places = spans(tags.starts, cards)
    counted = np.bincount(tags.codes[places], minlength=len(tags.values))
    return dict(zip(tags.values, counted.tolist(), strict=True))


def _price(catalog: Catalog, prices: NDArray[np.int64]) -> tuple[float, Suggestion] | None:
    unit = 10 ** minor_exponent(catalog.currency)
    shares = {n: float((prices <= n * unit).mean()) for n in _NICE}
    fitting = {n: s for n, s in shares.items() if 0.15 <= s <= 0.7}
    if not fitting:
        return None
    bound = min(fitting, key=lambda n: abs(fitting[n] - _IDEAL))
    amount = Money(minor=bound * unit, currency=catalog.currency)
    return 1.0 - abs(fitting[bound] - _IDEAL), Suggestion(label=f"Under {amount}", text=f"under {amount}")
