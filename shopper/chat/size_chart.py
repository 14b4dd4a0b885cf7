"""The shop's size chart: reads `size_chart.md` and finds the sizes of given measures in it.

Knows nothing about shoppers; it says what the chart says and guesses nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from shopper.chat.measures import Measures
from shopper.products.lexicon import fold
from shopper.products.taxonomy import Taxonomy
from shopper.types import Gender

# What a chart may call a measure; every other column names a size.
_MEASURES = {
    "bust": "bust", "chest": "bust", "brust": "bust", "poitrine": "bust", "busto": "bust", "pecho": "bust",
    "waist": "waist", "taille": "waist", "vita": "waist", "cintura": "waist",
    "hips": "hips", "hip": "hips", "huften": "hips", "hufte": "hips", "hanches": "hips", "fianchi": "hips",
    "cadera": "hips", "height": "height", "grosse": "height", "korpergrosse": "height", "weight": "weight",
    "foot length": "foot", "foot": "foot", "fusslange": "foot", "pied": "foot",
}  # fmt: skip
_RANGE = re.compile(r"(\d+(?:[.,]\d+)?)(?:\s?[–-]\s?(\d+(?:[.,]\d+)?))?")
_KIDS = re.compile(r"\b(?:children|kids|kinder|enfants|bambini|ninos|girls|boys)\b")


@dataclass(frozen=True)
class ChartRow:
    """One size: its names in each system, and from where to where each measure goes."""

    sizes: tuple[str, ...]
    spans: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class ChartTable:
    """A table and for whom and what it is: its heading's words say a gender, a kind of thing or a brand."""

    heading: str
    gender: Gender | None
    kids: bool
    category: str | None
    brand: str | None
    rows: tuple[ChartRow, ...]

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for row in self.rows for name in row.spans))

    def by(self, name: str, value: float) -> ChartRow | None:
        """The row of a measure; between two rows the nearer one, beyond the ends none."""
        rows = [row for row in self.rows if name in row.spans]
        if not rows:
            return None
        step = max(_width(row.spans[name]) for row in rows) or _step([row.spans[name][0] for row in rows])
        row = min(rows, key=lambda one: _distance(one.spans[name], value))
        return row if _distance(row.spans[name], value) <= step / 2 else None


@dataclass(frozen=True)
class SizeAdvice:
    """What the chart says by each measure; `wanted` are the measures it goes by where none helped."""

    heading: str = ""
    by: tuple[tuple[str, str], ...] = ()  # measure → size
    wanted: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()  # measures outside the chart
    audiences: tuple[str, ...] = ()  # headings to choose between, where it is open for whom
    charted: bool = True
    offered: tuple[str, ...] = ()  # the sizes of the product in question

    @property
    def sizes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(size for _, size in self.by))


@dataclass(frozen=True)
class SizeChart:
    """The tables of a shop, in the chart's order."""

    tables: tuple[ChartTable, ...] = ()

    @classmethod
    def parse(cls, text: str, taxonomy: Taxonomy) -> SizeChart:
        """From markdown: a heading says for whom, the table below has sizes and measures in cm."""
        tables: list[ChartTable] = []
        heading, lines = "", list[str]()
        for line in [*text.splitlines(), "# "]:
            if line.startswith("#"):
                if (table := _table(heading, lines, taxonomy)) is not None:
                    tables.append(table)
                heading, lines = line.lstrip("#").strip(), []
            elif line.strip().startswith("|"):
                lines.append(line.strip())
        return cls(tuple(tables))

    def advise(
        self,
        measures: Measures,
        *,
        gender: Gender | None = None,
        category: str | None = None,
        brand: str | None = None,
        taxonomy: Taxonomy,
    ) -> SizeAdvice:
        """The sizes of these measures, from the most fitting table that goes by any of them."""
        chain = (category, *(taxonomy.category_parents(category) if category in taxonomy.categories else ()))
        shoes = "shoes" in chain or (category is None and set(measures.said) == {"foot"})
        fitting = [
            table
            for table in self.tables
            if (table.category == "shoes" if shoes else table.category is None or table.category in chain)
            and (table.brand is None or (brand and fold(table.brand) == fold(brand)))
            and _for(table, gender)
        ]
        if not fitting:
            return SizeAdvice(charted=False)
        fitting.sort(key=lambda table: -(2 * (table.brand is not None) + (table.category is not None)))
        adult = [t for t in fitting if not t.kids] or fitting
        people = {t.gender for t in adult}
        if gender is None and len(people - {None}) > 1 and measures:
            named = {t.heading: _advice(t, measures).by for t in adult}
            if len(set(named.values())) > 1:
                return SizeAdvice(audiences=tuple(named))
        return _advice(adult[0], measures)


NO_CHART = SizeChart()


def _for(table: ChartTable, gender: Gender | None) -> bool:
    if gender in ("girls", "boys"):
        return table.kids
    return not table.kids and (gender in (None, "unisex") or table.gender in (None, gender))


def _advice(table: ChartTable, measures: Measures) -> SizeAdvice:
    known = {name: value for name, value in measures.said.items() if name in table.measures}
    rows = {name: table.by(name, value) for name, value in known.items()}
    return SizeAdvice(
        heading=table.heading,
        by=tuple((name, row.sizes[0]) for name, row in rows.items() if row is not None),
        wanted=tuple(name for name in table.measures if name not in known) if not known else (),
        beyond=tuple(name for name, row in rows.items() if row is None),
    )


def _table(heading: str, lines: list[str], taxonomy: Taxonomy) -> ChartTable | None:
    if len(lines) < 3:
        return None
    names, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    kinds = [_MEASURES.get(fold(re.sub(r"\(.*?\)", "", name)).strip()) for name in names]
    made = []
    for cells in rows:
        spans = {
            kind: span
            for kind, cell in zip(kinds, cells, strict=False)
            if kind and (span := _span(cell)) is not None
        }
        sizes = tuple(cell for kind, cell in zip(kinds, cells, strict=False) if not kind and cell)
        if sizes and spans:
            made.append(ChartRow(sizes, spans))
    if not made:
        return None
    flat = fold(heading)
    parts = [part.strip() for part in re.split(r"[,/·]", re.sub(r"\(.*?\)", "", heading)) if part.strip()]
    gender = next((g for part in parts if (g := taxonomy.gender(part))), None)
    category = next((c for part in parts if (c := taxonomy.category(part))), None)
    kids = bool(_KIDS.search(flat)) or gender in ("girls", "boys")
    brand = next(
        (
            p
            for p in parts
            if not taxonomy.gender(p) and not taxonomy.category(p) and not _KIDS.search(fold(p))
        ),
        None,
    )
    return ChartTable(heading, None if kids else gender, kids, category, brand, tuple(made))


def _span(cell: str) -> tuple[float, float] | None:
    match = _RANGE.search(cell)
    if match is None:
        return None
    low = float(match[1].replace(",", "."))
    return low, float(match[2].replace(",", ".")) if match[2] else low


def _width(span: tuple[float, float]) -> float:
    return span[1] - span[0]


def _step(values: list[float]) -> float:
    steps = [b - a for a, b in pairwise(values)]
    return max(steps, default=1.0)


def _distance(span: tuple[float, float], value: float) -> float:
    return max(span[0] - value, value - span[1], 0.0)
