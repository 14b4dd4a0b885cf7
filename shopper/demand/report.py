"""Adds up the demand signal for buyers and planners: what was asked for and not sold, and what was missed.

Knows nothing about shoppers or conversations; it reads counts and makes counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from shopper.database import Database, DemandHeardRow, DemandRow, DemandWordRow, ProductRow, VariantRow
from shopper.errors import BadInput
from shopper.products.taxonomy import Taxonomy
from shopper.types import Money, Value

_MOST = 50  # rows of one table
_SPAN = re.compile(r"^(\d{1,4})\s*([dwmy])$")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
# Facts that a buyer can do something about where a wish for them found nothing.
_ASKED = ("category", "brands", "colors", "materials", "patterns", "features", "occasion", "season")


class Unmet(Value):
    """Something asked for and not found; `among` is the kind of thing it was wanted of."""

    field: str
    value: str
    among: str | None = None
    count: int


class UnsoldWord(Value):
    """A word that the catalog doesn't hold and in how many conversations it was said."""

    word: str
    conversations: int


class Refined(Value):
    """A constraint that shoppers changed after they had seen results."""

    field: str
    count: int


class SizeMissed(Value):
    """A size that was asked for and of which nothing fitting was in stock."""

    size: str
    category: str | None = None
    count: int


class Relaxed(Value):
    """A wish that was dropped or widened because nothing satisfied it."""

    field: str
    value: str
    count: int


class PriceGap(Value):
    """A budget under which nothing was found, and the lowest price of that kind today."""

    category: str | None = None
    budget: Money
    cheapest: Money | None = None
    count: int


class Week(Value):
    """The finds of one calendar week (its Monday): how many showed nothing, or no better than by chance."""

    week: str
    finds: int
    nothing: int
    rate: float  # nothing / finds
    weak: int


class DemandReport(Value):
    """The whole report; every list has the largest count first, weeks the oldest."""

    since: str
    until: str
    currency: str
    finds: int
    nothing: int
    weak: int
    unmet: tuple[Unmet, ...] = ()
    unsold_words: tuple[UnsoldWord, ...] = ()
    refined: tuple[Refined, ...] = ()
    sizes_missed: tuple[SizeMissed, ...] = ()
    relaxed: tuple[Relaxed, ...] = ()
    price_gaps: tuple[PriceGap, ...] = ()
    weeks: tuple[Week, ...] = ()


def first_day(since: str, today: date) -> date:
    """The day that "30d", "12w", "6m", "1y" or a date names; BadInput for anything else."""
    if match := _SPAN.match(since.strip().lower()):
        return today - timedelta(days=int(match[1]) * _DAYS[match[2]])
    try:
        return date.fromisoformat(since.strip())
    except ValueError as error:
        raise BadInput(
            f"“{since}” is no span of time: give 30d, 12w, 6m, 1y or a date such as 2026-05-01.",
            field="since",
        ) from error


async def demand_report(
    db: Database, taxonomy: Taxonomy, *, since: date, until: date, currency: str
) -> DemandReport:
    """The report on the finds from `since` to `until`, both counted."""
    tally = _Tally()
    async with db.connection() as connection:
        within = DemandRow.day.between(since.isoformat(), until.isoformat())
        async for row in await connection.stream(select(DemandRow).where(within)):
            tally.add(row)
        cheapest = {
            row[0]: int(row[1])
            for row in await connection.execute(
                select(ProductRow.category, func.min(VariantRow.price_minor))
                .join(VariantRow, VariantRow.product_id == ProductRow.id)
                .where(VariantRow.stock > 0)
                .group_by(ProductRow.category)
            )
        }
        said = func.count().label("said")
        words = await connection.execute(
            select(DemandWordRow.word, said)
            .join(DemandHeardRow, DemandHeardRow.key == DemandWordRow.key)
            .where(
                DemandWordRow.word.is_not(None),
                DemandHeardRow.day.between(since.isoformat(), until.isoformat()),
            )
            .group_by(DemandWordRow.word)
            .order_by(said.desc(), DemandWordRow.word)
            .limit(_MOST)
        )
        unsold = tuple(UnsoldWord(word=row[0], conversations=row[1]) for row in words)
    return DemandReport(
        since=since.isoformat(),
        until=until.isoformat(),
        currency=currency,
        finds=sum(week.finds for week in tally.weeks.values()),
        nothing=sum(week.nothing for week in tally.weeks.values()),
        weak=sum(week.weak for week in tally.weeks.values()),
        unmet=tuple(Unmet(field=f, value=v, among=a, count=n) for (f, v, a), n in _top(tally.unmet)),
        unsold_words=unsold,
        refined=tuple(Refined(field=f, count=n) for f, n in _top(tally.refined)),
        sizes_missed=tuple(SizeMissed(size=s, category=c, count=n) for (s, c), n in _top(tally.sizes)),
        relaxed=tuple(Relaxed(field=f, value=v, count=n) for (f, v), n in _top(tally.relaxed)),
        price_gaps=tuple(
            PriceGap(
                category=category,
                budget=Money(minor=budget, currency=currency),
                cheapest=_lowest(cheapest, category, taxonomy, currency),
                count=n,
            )
            for (category, budget), n in _top(tally.budgets)
        ),
        weeks=tuple(
            Week(week=day, finds=w.finds, nothing=w.nothing, rate=round(w.nothing / w.finds, 3), weak=w.weak)
            for day, w in sorted(tally.weeks.items())
        ),
    )


@dataclass
class _Counts:
    finds: int = 0
    nothing: int = 0
    weak: int = 0


@dataclass
class _Tally:
    """What has been added up so far."""

    unmet: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)
    refined: Counter[str] = field(default_factory=Counter)
    sizes: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    relaxed: Counter[tuple[str, str]] = field(default_factory=Counter)
    budgets: Counter[tuple[str | None, int]] = field(default_factory=Counter)
    weeks: dict[str, _Counts] = field(default_factory=dict)

    def add(self, row: Row[Any]) -> None:
        day = date.fromisoformat(row.day)
        week = self.weeks.setdefault((day - timedelta(days=day.weekday())).isoformat(), _Counts())
        week.finds += 1
        week.nothing += not row.total
        week.weak += row.weak
        self.refined.update(row.refined)
        self.relaxed.update((name, value) for name, value in row.relaxed)
        if not row.total:
            self._missed(row)

    def _missed(self, row: Row[Any]) -> None:
        facts: dict[str, Any] = row.facts
        category = facts.get("category")
        match row.absence_reason, row.absence_field:
            case "not_sold", "category" | "brand":
                name = str(row.absence_field)
                # A value that nobody knows was never kept; enough conversations make it a word above.
                self.unmet[name, row.absence_value or "(not in the lexicon)", None] += 1
            case "no_match", "sizes" | "in_stock":
                self.sizes.update((size, category) for size in facts.get("sizes", ()))
                if not facts.get("sizes") and category:
                    self.unmet["in_stock", category, None] += 1
            case "no_match", "price":
                if "price_max" in facts:
                    self.budgets[category, facts["price_max"]] += 1
            case "no_match", None:
                self.unmet["together", _in_words(facts), None] += 1
            case "no_match", name:
                values = facts.get(str(name), ()) if name in _ASKED else (row.absence_value or "",)
                self.unmet.update((str(name), value, category) for value in _as_list(values))


def _as_list(values: Iterable[str] | str) -> list[str]:
    return [values] if isinstance(values, str) else list(values)


def _in_words(facts: dict[str, Any]) -> str:
    """A wish of several facts, none of which alone is at fault."""
    said = [value for name in _ASKED for value in _as_list(facts.get(name, ()))]
    return " + ".join(dict.fromkeys(said)) or "(words only)"


def _top(counter: Counter[Any]) -> list[tuple[Any, int]]:
    """The largest counts first, equal ones by name."""
    return sorted(counter.items(), key=lambda item: (-item[1], str(item[0])))[:_MOST]


def _lowest(
    cheapest: dict[str | None, int], category: str | None, taxonomy: Taxonomy, currency: str
) -> Money | None:
    """The lowest price today of a kind and all below it, or of everything."""
    kinds = taxonomy.category_within(category) if category else cheapest.keys()
    prices = [cheapest[kind] for kind in kinds if kind in cheapest]
    return Money(minor=min(prices), currency=currency) if prices else None
