"""What fashion words mean: the category tree, colour families, kinship of materials, and free-text mentions.

Knows nothing about any shop's products or about conversations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, cast

from shopper.products import sizes
from shopper.products.lexicon import Lexicon, Mention, load_lexicon, plural, split_words
from shopper.types import AgeGroup, Gender

__all__ = ["Mention", "Taxonomy"]

_SEGMENT = re.compile(r"\s*(?:/|>|›|»|\|)\s*")
_TAIL = re.compile(r"\s(?:with|for|in|avec|pour|mit|für|con|per|para)\s", re.IGNORECASE)
_LIST = re.compile(r"\s*(?:&|,|\+|/|\band\b|\bund\b|\bet\b|\be\b|\by\b)\s*", re.IGNORECASE)

# What is worn holds nearly everything, so two things of it alone aren't kin.
_ROOTS = {"clothing"}


class Taxonomy:
    """The lexicon as questions and answers; immutable."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        tables = lexicon.tables
        self._categories: Mapping[str, dict[str, Any]] = tables["categories"]
        self._colors: Mapping[str, dict[str, Any]] = tables["colors"]
        self._materials: Mapping[str, dict[str, Any]] = tables["materials"]
        self.categories: tuple[str, ...] = tuple(self._categories)
        self.colors: tuple[str, ...] = tuple(self._colors)
        self.color_families: tuple[str, ...] = tuple(
            dict.fromkeys(row["family"] for row in self._colors.values())
        )
        self.materials: tuple[str, ...] = tuple(self._materials)
        self.patterns: tuple[str, ...] = tuple(tables["patterns"])
        self.fits: tuple[str, ...] = tuple(tables["fits"])
        self.features: tuple[str, ...] = tuple(tables["features"])
        self.cares: tuple[str, ...] = tuple(tables["care"])
        self.occasions: tuple[str, ...] = tuple(tables["occasions"])
        self.seasons: tuple[str, ...] = tuple(tables["seasons"])

    @staticmethod
    @cache
    def load() -> Taxonomy:
        """The taxonomy of the package, built once."""
        return Taxonomy(load_lexicon())

    # ── categories ──────────────────────────────────────────────────────────────────────────────────

    def category(self, words: str) -> str | None:
        """The best key for a shop's or a shopper's words: "Women/Tops/Hoodies & Sweatshirts" → "hoodie".

        The last segment of a path counts first; "with …" and "for …" don't count. In a list the first
        thing wins ("Dresses & Skirts"), else the last, since English puts the head last ("chino shorts").
        """
        for segment in reversed(_SEGMENT.split(words)):
            found = self._keys("category", segment)
            head = _TAIL.split(f" {segment} ")[0]
            in_head = self._keys("category", head)
            if in_head:
                parts = [keys for part in _LIST.split(head) if (keys := self._keys("category", part))]
                if len(in_head) == 1 or not parts:
                    return in_head[-1]
                return parts[0][-1]
            if found:
                return found[0]
        return None

    def category_within(self, key: str) -> frozenset[str]:
        """`key` and all its descendants."""
        return frozenset({key}) | {c for c in self.categories if key in self.category_parents(c)}

    def are_kin(self, one: str, other: str) -> bool:
        """Whether two kinds are of one group below the roots: a coat and a gilet, not a coat and a dress."""
        families = [{key, *self.category_parents(key)} - _ROOTS for key in (one, other)]
        return bool(families[0] & families[1])

    def sold_as(self, key: str) -> str | None:
        """What a kind is where a shop knows no such kind: a tuxedo is sold as a suit."""
        said = self._categories.get(key, {}).get("sold_as")
        return str(said) if said else None

    def category_parents(self, key: str) -> tuple[str, ...]:
        """The parents of `key`, nearest first; empty for a root or an unknown key."""
        return _parents(self._categories, key)

    # ── colours ─────────────────────────────────────────────────────────────────────────────────────

    def color(self, words: str) -> str | None:
        """The canonical shade: "Midnight Navy" → "navy", "gray" → "grey"; the first of several colours."""
        parts = [keys for part in _LIST.split(words) if (keys := self._keys("color", part))]
        return parts[0][-1] if parts else None

    def color_family(self, shade: str) -> str | None:
        """The family of a shade key: "navy" → "blue"."""
        row = self._colors.get(shade)
        return str(row["family"]) if row else None

    def color_matches(self, wanted: str) -> frozenset[str]:
        """The shades that a wish for `wanted` accepts: all of a family, or a shade and its near ones."""
        if wanted in self.color_families:
            return frozenset({wanted}) | {key for key, row in self._colors.items() if row["family"] == wanted}
        near = {wanted} | set(split_words(self._colors.get(wanted, {}).get("near", "")))
        near |= {key for key, row in self._colors.items() if wanted in split_words(row.get("near", ""))}
        return frozenset(near)

    # ── materials ───────────────────────────────────────────────────────────────────────────────────

    def material(self, words: str) -> str | None:
        """The canonical material: "100% Baumwolle" → "cotton"; the first of several."""
        return self._first("material", words)

    def material_within(self, key: str) -> frozenset[str]:
        """`key` and its kin: leather holds suede, and never faux leather."""
        return frozenset({key}) | {m for m in self.materials if key in _parents(self._materials, m)}

    def material_is_animal(self, key: str) -> bool:
        """Whether the material comes from an animal."""
        return key in self._animal

    @cached_property
    def _animal(self) -> frozenset[str]:
        def says(key: str) -> bool:
            return bool(self._materials.get(key, {}).get("animal", False))

        every = self._materials
        return frozenset(m for m in every if says(m) or any(says(p) for p in _parents(every, m)))

    # ── other facts ─────────────────────────────────────────────────────────────────────────────────

    def pattern(self, words: str) -> str | None:
        """The canonical pattern: "pinstripes" → "striped"."""
        return self._first("pattern", words)

    def pattern_within(self, key: str) -> frozenset[str]:
        """`key` and its kin: animal print holds leopard."""
        rows = self._lexicon.tables["patterns"]
        return frozenset({key}) | {p for p in self.patterns if key in _parents(rows, p)}

    def occasion(self, words: str) -> str | None:
        """The canonical occasion: "the office" → "work"."""
        return self._first("occasion", words)

    def season(self, words: str) -> str | None:
        """The canonical season: "fall" → "autumn"."""
        return self._first("season", words)

    def fit(self, words: str) -> str | None:
        """The canonical fit: "slim-fit" → "slim"."""
        return self._first("fit", words)

    def feature(self, words: str) -> str | None:
        """The canonical feature: "V neckline" → "v-neck"."""
        return self._first("feature", words)

    def feature_group(self, key: str) -> str | None:
        """Which features exclude each other: "midi" and "maxi" are of the group "length"."""
        group = self._lexicon.tables["features"].get(key, {}).get("group")
        return str(group) if group else None

    def care(self, words: str) -> str | None:
        """The canonical care instruction: "machine wash" → "machine washable"."""
        return self._first("care", words)

    def gender(self, words: str) -> Gender | None:
        """For whom a shop's words say it is; women and men together are unisex."""
        keys = set(self._keys("gender", words))
        if {"women", "men"} <= keys or {"girls", "boys"} <= keys:
            return "unisex"
        return cast("Gender", next(iter(self._keys("gender", words)))) if keys else None

    def age_group(self, words: str) -> AgeGroup | None:
        """For which age a shop's words say it is; girls and boys are kids."""
        if (age := self._first("age", words)) is not None:
            return cast("AgeGroup", age)
        gender = self.gender(words)
        return "kids" if gender in ("girls", "boys") else "adult" if gender in ("women", "men") else None

    def person(self, key: str) -> tuple[Gender, AgeGroup | None]:
        """Gender and age of a `person` mention: "daughter" → ("girls", "kids")."""
        row = self._lexicon.tables["people"][key]
        return cast("Gender", row["gender"]), cast("AgeGroup | None", row.get("age"))

    # ── sizes ───────────────────────────────────────────────────────────────────────────────────────

    def size(self, words: str) -> str | None:
        """The canonical size for comparing: "Small" → "S", "XXL" → "2XL", "EU 38" → "38"."""
        return sizes.canonical(words)

    def sizes_match(self, wanted: str, offered: str, *, category: str | None, gender: Gender | None) -> bool:
        """Whether somebody who asked for `wanted` may be offered `offered`, across size systems."""
        shoes = category is not None and "shoes" in (category, *self.category_parents(category))
        return sizes.match(wanted, offered, shoes=shoes, gender=gender)

    # ── text ────────────────────────────────────────────────────────────────────────────────────────

    def find_all(self, text: str, language: str | None = None) -> list[Mention]:
        """Every lexicon mention in free text, longest match first; `None` is any language."""
        return self._lexicon.find(text, language)

    @property
    def lexicon(self) -> Lexicon:
        """The words behind the taxonomy."""
        return self._lexicon

    def singular(self, key: str) -> str:
        """The key as one thing in prose: "dress", "ankle boots" (a pair has no singular)."""
        return key

    def label(self, key: str, lang: str = "en") -> str:
        """A key for prose: the plural of a category in English, else the first word listed in `lang`."""
        for table in (
            "categories",
            "colors",
            "materials",
            "patterns",
            "fits",
            "features",
            "care",
            "occasions",
        ):
            row = self._lexicon.tables[table].get(key)
            if row is None:
                continue
            if lang != "en" and (words := split_words(row.get(lang, ""))):
                return words[0]
            return str(row.get("plural", plural(key))) if table == "categories" else key
        return key

    def _keys(self, kind: str, words: str) -> list[str]:
        return [m.key for m in self._lexicon.find(words) if m.kind == kind]

    def _first(self, kind: str, words: str) -> str | None:
        return next(iter(self._keys(kind, words)), None)


def _parents(rows: Mapping[str, dict[str, Any]], key: str) -> tuple[str, ...]:
    chain: list[str] = []
    while (parent := rows.get(key, {}).get("in")) is not None:
        chain.append(parent)
        key = parent
    return tuple(chain)
