"""Takes from a find what a buyer may learn from it: known facts, how it ended, and nothing a person wrote.

Knows nothing about storage. What neither taxonomy nor catalog knows is somebody's own words, and left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shopper.products.lexicon import fold
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.types import Absence, Page, PriceRange, ShopperQuery

_LISTS = ("colors", "materials", "patterns", "brands", "features", "sizes")
_SINGLES = ("category", "occasion", "season", "fit", "gender", "age_group")
# What a shopper can change after seeing results, by the name that the report says.
_CONSTRAINTS = (*_SINGLES, *_LISTS, "price", "in_stock", "sort", "exclude")
_MOST = 8  # values of one field
_LONGEST = 64  # letters of a value that stands alone


@dataclass(frozen=True)
class Asked:
    """One find as the report counts it."""

    facts: dict[str, Any]
    total: int
    weak: bool = False
    absence_reason: str | None = None
    absence_field: str | None = None
    absence_value: str | None = None
    relaxed: tuple[tuple[str, str], ...] = ()
    refined: tuple[str, ...] = ()
    unknown: tuple[str, ...] = field(default=(), repr=False)  # said as a fact, known to nobody


class AskedReader:
    """Reads finds against one taxonomy and one catalog's vocabulary."""

    def __init__(self, taxonomy: Taxonomy, vocabulary: CatalogVocabulary) -> None:
        self._taxonomy, self._vocabulary = taxonomy, vocabulary
        self._brands = {fold(b): b for b in vocabulary.brands}

    def read(
        self, query: ShopperQuery, page: Page, before: ShopperQuery | None = None, *, weak: bool = False
    ) -> Asked:
        """What is worth counting of a find; `before` is the query that it refines."""
        facts: dict[str, Any] = {}
        unknown: list[str] = []
        for name in _SINGLES:
            value = getattr(query, name)
            if value and (known := self._known(name, value)):
                facts[name] = known
            elif value:
                unknown.append(value)
        for name in _LISTS:
            values = getattr(query, name)[:_MOST]
            kept = dict.fromkeys(known for v in values if (known := self._known(name, v)))
            if kept:
                facts[name] = list(kept)
            unknown += [v for v in values if not self._known(name, v)]
        if query.price:
            facts |= _bounds(query.price)
        gap = page.absence
        return Asked(
            facts=facts,
            total=page.total,
            weak=weak,
            absence_reason=gap.reason if gap else None,
            absence_field=gap.field if gap else None,
            absence_value=known[:_LONGEST] if gap and (known := self._of_gap(gap)) else None,
            relaxed=tuple(
                (relaxed.field, known)
                for relaxed in page.relaxed
                for value in relaxed.value.split(" or ")
                if (known := self._known(relaxed.field, value))
            ),
            refined=changed(before, query) if before and query.intent == "refine" else (),
            unknown=tuple(dict.fromkeys(unknown)),
        )

    def _of_gap(self, gap: Absence) -> str | None:
        return self._known(gap.field, gap.value) if gap.field and gap.value else None

    def _known(self, name: str, value: str) -> str | None:
        """The value as taxonomy or catalog know it, or None for anybody's own words."""
        taxonomy = self._taxonomy
        match name:
            case "category":
                return value if value in {*taxonomy.categories, *self._vocabulary.categories} else None
            case "colors":
                return taxonomy.color(value) or _among(value, self._vocabulary.colors)
            case "materials":
                return taxonomy.material(value) or _among(value, self._vocabulary.materials)
            case "patterns":
                return taxonomy.pattern(value)
            case "brand" | "brands":
                return self._brand(value)
            case "features":
                return taxonomy.feature(value)
            case "sizes":
                return taxonomy.size(value)
            case "occasion":
                return taxonomy.occasion(value)
            case "season":
                return taxonomy.season(value)
            case "fit":
                return taxonomy.fit(value)
            case "gender" | "age_group":
                return value
            case _:
                return None

    def _brand(self, value: str) -> str | None:
        if own := self._brands.get(fold(value)):
            return own
        worldly = (m.key for m in self._taxonomy.find_all(value) if m.kind in ("brand", "maybe_brand"))
        return next(worldly, None)


def _among(value: str, known: frozenset[str]) -> str | None:
    return value if value in known else None


def _bounds(price: PriceRange) -> dict[str, int]:
    found = {"price_min": price.min, "price_max": price.max}
    return {name: rounded(minor) for name, minor in found.items() if minor is not None}


def rounded(minor: int) -> int:
    """An amount to two figures, as people name budgets: 14,990 is 15,000."""
    step: int = 10 ** max(0, len(str(minor)) - 2)
    return (minor + step // 2) // step * step


def changed(before: ShopperQuery, after: ShopperQuery) -> tuple[str, ...]:
    """The names of the constraints that differ, a removed one too."""
    return tuple(name for name in _CONSTRAINTS if getattr(before, name) != getattr(after, name))
