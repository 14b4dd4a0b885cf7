"""Turns a query into masks over cards: what must hold, what may be relaxed, and what only ranks.

Knows nothing about vectors or ranking. A fact a shop doesn't state never counts as a match for a wish.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopper.products.taxonomy import Taxonomy
from shopper.search.columns import MaskCache
from shopper.search.facets import NEVER, Audience, Facets, Mask
from shopper.search.lexical import LexicalIndex
from shopper.search.offers import Offers
from shopper.search.words import fold
from shopper.types import Exclusions, ShopperQuery

_WHOLE_YEAR = frozenset({"all season", "all seasons", "all year"})
_PARTS = re.compile(r"[/&,+|]| and ")


@dataclass(frozen=True)
class Wish:
    """One wish that may be relaxed: `mask` satisfies it, `wide` is how far relaxing goes (None: dropped
    whole). `stated` are those of `mask` of which the shop says it; the others aren't said to be otherwise.
    """

    field: str
    value: str
    mask: Mask
    wide: Mask | None = None
    stated: Mask | None = None


@dataclass(frozen=True)
class Demand:
    """A query as masks. `firm` holds category, audience and exclusions by name; prices stay per variant."""

    firm: dict[str, Mask]
    wishes: tuple[Wish, ...]  # in the order in which they may be relaxed
    lowest: NDArray[np.int64]  # lowest price of a variant that meets size, price and stock at once

    def allowed(self, relaxed: frozenset[int] = frozenset(), *, without: str | None = None) -> Mask:
        """bool[cards]: what may be shown with the wishes numbered in `relaxed` relaxed, and `without` one
        firm part.
        """
        mask: Mask = self.lowest != NEVER
        for name, firm in self.firm.items():
            if name != without:
                mask = mask & firm
        for number, wish in enumerate(self.wishes):
            if wish.field == without:
                continue
            if number not in relaxed:
                mask = mask & wish.mask
            elif wish.wide is not None:
                mask = mask & wish.wide
        return mask


class WishReader:
    """Reads queries against one catalog, whose masks by facts it remembers in `masks`."""

    def __init__(
        self, facets: Facets, lexical: LexicalIndex, taxonomy: Taxonomy, masks: MaskCache | None = None
    ) -> None:
        self.facets, self.lexical, self.taxonomy = facets, lexical, taxonomy
        self._masks = masks or MaskCache(facets.cards)
        self._ages = {a.age_group for a in facets.audience.values}
        # Asked for the same few hundred values by every query.
        self.key = functools.lru_cache(maxsize=50_000)(self._key)
        self._material_kin = functools.lru_cache(maxsize=1000)(taxonomy.material_within)
        self._pattern_kin = functools.lru_cache(maxsize=1000)(taxonomy.pattern_within)
        self._shades = functools.lru_cache(maxsize=1000)(taxonomy.color_matches)
        self._brands = {fold(b) for b in facets.brand.values if b}
        self.offers = Offers(facets, taxonomy)

    def with_facets(self, facets: Facets) -> WishReader:
        """A reader of the same cards with other prices and stock."""
        return WishReader(facets, self.lexical, self.taxonomy, self._masks)

    def read(self, query: ShopperQuery) -> Demand:
        """The demand of `query`."""
        firm, wishes = self._firm(query), tuple(self._wishes(query))
        strict = firm | {f"wish {n}": wish.mask for n, wish in enumerate(wishes)}
        demand = Demand(firm, wishes, self.offers.lowest(query, within=strict))
        if query.sizes and wishes and not demand.allowed().any():
            # Wishes will have to be relaxed, so prices beyond them count as well.
            return Demand(firm, wishes, self.offers.lowest(query, within=firm))
        return demand

    def _key(self, kind: str, words: str) -> str:
        """The taxonomy's key for some words of a kind, else the words themselves, folded."""
        found: str | None = getattr(self.taxonomy, kind)(words)
        return found or fold(words)

    def same(self, kind: str, wanted: str) -> Callable[[str | None], bool]:
        """Tells whether a stated value means the wanted one."""
        key = self.key(kind, wanted)
        return lambda value: value is not None and (value == key or self.key(kind, value) == key)

    # ── firm ────────────────────────────────────────────────────────────────────────────────────────

    def _firm(self, query: ShopperQuery) -> dict[str, Mask]:
        firm: dict[str, Mask] = {}
        if query.category:
            firm["category"] = self.category(query.category)
        if query.gender or query.age_group:
            key = ("audience", query.gender, query.age_group)
            firm["gender"] = self._masks.get(
                key, lambda: self.facets.audience.mask(lambda a: self._fits_audience(query, a))
            )
        if exclude := self._ruled_out(query):
            firm["exclude"] = ~self.excluded(exclude)
        return firm

    def _ruled_out(self, query: ShopperQuery) -> Exclusions:
        """What must not be shown; who asks for vegan things wants nothing from animals."""
        if not any(self.key("feature", f) == "vegan" for f in query.features):
            return query.exclude
        materials = (*query.exclude.materials, "animal")
        return query.exclude.model_copy(update={"materials": materials})

    def category(self, wanted: str) -> Mask:
        """The cards of a category and all below it; a word the taxonomy lacks is looked for in category and
        title.
        """
        return self._masks.get(("category", wanted), lambda: self._category(wanted))

    def _category(self, wanted: str) -> Mask:
        key = wanted if wanted in self.taxonomy.categories else self.taxonomy.category(wanted)
        if key is None:
            same = self.facets.category.mask(lambda c: c is not None and fold(c) == fold(wanted))
            return same | self._by_text(wanted)
        within = self.taxonomy.category_within(key)
        return self.facets.category.mask(lambda c: c in within)

    def _fits_audience(self, query: ShopperQuery, audience: Audience) -> bool:
        gender, age = query.gender, query.age_group
        if age is None and gender in ("women", "men") and audience.is_kids:
            return False
        if age == "adult" and audience.is_kids:
            return False
        if gender in ("girls", "boys") and not audience.is_kids:
            return False
        if age not in (None, "adult"):
            if not audience.is_kids:
                return False
            # A shop that knows no finer ages sells "kids" things to all of them.
            if age in self._ages and audience.age_group not in (age, None):
                return False
        return gender is None or audience.gender in _genders(gender, audience.is_kids)

    def excluded(self, exclude: Exclusions) -> Mask:
        """The cards that have anything of what must not be shown."""
        facets, out = self.facets, np.zeros(self.facets.cards, dtype=bool)
        for category in exclude.categories:
            out |= self.category(category)
        for color in exclude.colors:
            out |= self.color(color)
        for material in exclude.materials:
            out |= self.material(material) | self._mentioned(material)
        for pattern in exclude.patterns:
            out |= self.pattern(pattern)
        if exclude.brands:
            out |= self.brands(exclude.brands)
        for feature in exclude.features:
            out |= self.feature(feature)
        for id_ in exclude.products:
            if id_ in facets.number:
                out[facets.cards_of(facets.number[id_])] = True
        return out

    # ── wishes ──────────────────────────────────────────────────────────────────────────────────────

    def _wishes(self, query: ShopperQuery) -> list[Wish]:
        """The wishes in the fixed order of relaxation."""
        found = []
        if query.fit:
            found.append(Wish("fit", query.fit, self.fit(query.fit)))
        if query.season:
            found.append(self._soft("season", query.season, self.season(query.season)))
        if query.occasion:
            found.append(self._soft("occasion", query.occasion, self.occasion(query.occasion)))
        found += [Wish("features", f, self.feature(f)) for f in reversed(query.features)]
        if query.patterns:
            found.append(
                Wish("patterns", " or ".join(query.patterns), self._any(self.pattern, query.patterns))
            )
        if query.materials:
            found.append(
                Wish("materials", " or ".join(query.materials), self._any(self.material, query.materials))
            )
        if query.brands:
            found.append(Wish("brands", " or ".join(query.brands), self.brands(query.brands)))
        if query.colors:
            near = self._any(self.color, query.colors)
            families = tuple(f for c in query.colors if (f := self._family(c)))
            wide = near | self._any(self.color, families) if families else near
            found.append(Wish("colors", " or ".join(query.colors), near, wide))
        return found

    def _any(self, mask_of: Callable[[str], Mask], values: tuple[str, ...]) -> Mask:
        out = np.zeros(self.facets.cards, dtype=bool)
        for value in values:
            out |= mask_of(value)
        return out

    def color(self, wanted: str) -> Mask:
        """The cards in a colour, by shade, family or the shop's own name for it."""
        return self._masks.get(
            ("color", wanted),
            lambda: self.facets.color.mask(lambda c: c is not None and self.color_is(c, wanted)),
        )

    def fit(self, wanted: str) -> Mask:
        """The cards of a fit."""
        return self._masks.get(("fit", wanted), lambda: self.facets.fit.mask(self.same("fit", wanted)))

    def color_is(self, offered: str, wanted: str) -> bool:
        """Whether the shop's colour words mean the wanted colour; of "navy/white" each part counts."""
        key = self.key("color", wanted)
        text = fold(offered)
        if self.taxonomy.color_family(key) is None:
            return fold(wanted) in text
        shades = self._shades(key)
        return any(self.key("color", part) in shades for part in (text, *_PARTS.split(text)))

    def _family(self, wanted: str) -> str | None:
        key = self.taxonomy.color(wanted)
        return self.taxonomy.color_family(key) if key else None

    def material_test(self, wanted: str) -> Callable[[str], bool]:
        """Tells whether a stated material is the wanted one or its kin; "animal" is all that animals give."""
        key = self.key("material", wanted)
        if key.startswith("animal"):
            return lambda m: self.taxonomy.material_is_animal(self.key("material", m))
        within = self._material_kin(key)
        return lambda m: m in within or self.key("material", m) in within

    def material(self, wanted: str) -> Mask:
        """The cards whose facts or title state a material or one of its kin."""
        return self._masks.get(
            ("material", wanted), lambda: self.facets.tags["materials"].mask(self.material_test(wanted))
        )

    def _mentioned(self, wanted: str) -> Mask:
        """The cards of which only the words name a material or one of its kin."""
        return self._masks.get(
            ("mentioned", wanted), lambda: self.facets.tags["mentioned"].mask(self.material_test(wanted))
        )

    def pattern(self, wanted: str) -> Mask:
        """The cards whose facts or title state a pattern or one of its kin."""
        return self._masks.get(
            ("pattern", wanted), lambda: self.facets.tags["patterns"].mask(self.pattern_test(wanted))
        )

    def pattern_test(self, wanted: str) -> Callable[[str], bool]:
        """Tells whether a stated pattern is the wanted one or its kin: animal print holds leopard."""
        within = self._pattern_kin(self.key("pattern", wanted))
        return lambda p: self.key("pattern", p) in within

    def feature(self, wanted: str) -> Mask:
        """The cards that have a feature by their facts, or whose words say so."""
        return self._masks.get(("feature", wanted), lambda: self._feature(wanted))

    def _feature(self, wanted: str) -> Mask:
        said = self.facets.tags["features"].mask(self.same("feature", wanted)) | self._by_text(wanted)
        if self.key("feature", wanted) != "vegan":
            return said
        # Vegan is also what states its materials, none of them from an animal.
        stated = self.facets.tags["materials"].any()
        return said | (stated & ~self.material("animal") & ~self._mentioned("animal"))

    def _soft(self, field: str, value: str, stated: Mask) -> Wish:
        """A wish that things of which the shop says nothing don't fail: no feed states every occasion."""
        unknown = ~self._masks.get(("stated", field), self.facets.tags[f"{field}s"].any)
        return Wish(field, value, stated | unknown if stated.any() else stated, stated=stated)

    def occasion(self, wanted: str) -> Mask:
        """The cards for an occasion, by their facts or words."""
        return self._masks.get(
            ("occasion", wanted),
            lambda: self.facets.tags["occasions"].mask(self.same("occasion", wanted)) | self._by_text(wanted),
        )

    def season(self, wanted: str) -> Mask:
        """The cards for a season; what is for the whole year fits each."""
        same = self.same("season", wanted)
        return self._masks.get(
            ("season", wanted),
            lambda: self.facets.tags["seasons"].mask(lambda s: same(s) or fold(s) in _WHOLE_YEAR),
        )

    def brands(self, wanted: tuple[str, ...]) -> Mask:
        """The cards of any of these brands."""
        names = frozenset(fold(b) for b in wanted)
        return self._masks.get(
            ("brands", names), lambda: self.facets.brand.mask(lambda b: b is not None and fold(b) in names)
        )

    def knows_brand(self, wanted: str) -> bool:
        """Whether the catalog holds anything of this brand."""
        return fold(wanted) in self._brands

    def _by_text(self, words: str) -> Mask:
        return self.lexical.containing(words)[self.facets.card_product]

    # ── soft ────────────────────────────────────────────────────────────────────────────────────────

    def preferred(self, words: str) -> Mask:
        """The cards that a soft wish speaks of: by a fact it names, else by its words."""
        return self._masks.get(("preferred", words), lambda: self._preferred(words))

    def _preferred(self, words: str) -> Mask:
        taxonomy = self.taxonomy
        mask = self._by_text(words)
        if taxonomy.color(words):
            mask |= self.color(words)
        if taxonomy.material(words):
            mask |= self.material(words)
        if taxonomy.pattern(words):
            mask |= self.pattern(words)
        if taxonomy.occasion(words):
            mask |= self.occasion(words)
        if self.knows_brand(words):
            mask |= self.brands((words,))
        return mask

    def kids(self) -> Mask:
        """The cards of things for children."""
        return self._masks.get("kids", lambda: self.facets.audience.mask(lambda a: a.is_kids))

    def for_anyone(self) -> Mask:
        """The cards whose shop doesn't say for whom they are."""
        return self._masks.get("anyone", lambda: self.facets.audience.mask(lambda a: a.gender is None))


def _genders(wanted: str, kids: bool) -> tuple[str | None, ...]:
    match wanted:
        case "women" | "girls":
            return ("girls", "unisex", None) if kids else ("women", "unisex", None)
        case "men" | "boys":
            return ("boys", "unisex", None) if kids else ("men", "unisex", None)
        case _:
            return ("unisex", None)
