"""Sizes: one canonical form for what shops print and shoppers say, and whether two of them fit each other.

Knows nothing about stock or about what was asked besides the size.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Literal

from shopper.products.lexicon import fold, load_lexicon, split_words

Group = Literal["women_clothing", "women_shoes", "men_shoes"]

# The columns of the rows in the lexicon's [size_systems].
_COLUMNS: Mapping[str, Sequence[str]] = {
    "women_clothing": ("EU", "UK", "US", "IT", "FR"),
    "women_shoes": ("EU", "UK", "US"),
    "men_shoes": ("EU", "UK", "US"),
}
_SHOE_GROUPS: Mapping[str, Group] = {
    "women": "women_shoes",
    "girls": "women_shoes",
    "men": "men_shoes",
    "boys": "men_shoes",
}
_SYSTEM = re.compile(r"^(eu|eur|euro|uk|us|usa|it|fr|de|gb|au|nz)\s*[-.:]?\s*(\d{1,3}(?:[.,]\d+)?)$")
_SYSTEM_AFTER = re.compile(r"^(\d{1,3}(?:[.,]\d+)?)\s*(eu|eur|uk|us|usa|it|fr|au|nz)$")
_WAIST = re.compile(
    r"^(?:w\s*)?(\d{2})\s*(?:w|[\"”]|inch(?:es)?)?\s*(?:waist)?\s*[x/ ,-]?\s*(?:l|x|/|by)\s*(\d{2})\s*l?$"
)
_WAIST_ONLY = re.compile(
    r"^(?:w\s*(\d{2})|(\d{2})\s*w|waist\s*(\d{2})|(\d{2})[\"”]?\s*(?:inch(?:es)?)?\s*waist)$"
)
_YEARS = re.compile(
    r"^(\d{1,2})(?:\s*(?:-|–|to|/)\s*(\d{1,2}))?\s*(?:y|yr|yrs|years?|years old|jahre|ans|anni|anos)$"
)
_MONTHS = re.compile(
    r"^(\d{1,2})(?:\s*(?:-|–|to|/)\s*(\d{1,2}))?\s*(?:m|mo|mths|months?|monate|mois|mesi|meses)$"
)
_TODDLER = re.compile(r"^(\d)t$")
_NUMBER = re.compile(r"^\d{1,3}(?:[.,]\d+)?$")
_BRA = re.compile(r"^(\d{2,3})\s*(aa|a|b|c|d|dd|e|f|ff|g|gg|h)$")


@cache
def _alpha() -> dict[str, str]:
    table: dict[str, str] = load_lexicon().tables["sizes"]
    words = {fold(key): key for key in table}
    for key, said in table.items():
        words.update({fold(word): key for word in split_words(said)})
    return words


def _number(text: str) -> str:
    return text.replace(",", ".").removesuffix(".0").removesuffix(".")


@lru_cache(maxsize=20_000)
def canonical(words: str) -> str | None:
    """The form to compare by: "Small" → "S", "XXL" → "2XL", "w32 l30" → "W32 L30", "EU 38" → "38"."""
    text = " ".join(fold(words).replace("½", ".5").replace(" 1/2", ".5").split())
    text = re.sub(r"^(?:size|sz|grosse|taille|pointure|taglia|misura|talla|numero|gr\.?)\s+", "", text)
    if text in _alpha():
        return _alpha()[text]
    if match := _SYSTEM.match(text):
        system = {"EUR": "EU", "EURO": "EU", "USA": "US", "GB": "UK", "DE": "EU", "AU": "UK", "NZ": "UK"}.get(
            match[1].upper(), match[1].upper()
        )
        return _number(match[2]) if system == "EU" else f"{system} {_number(match[2])}"
    if match := _SYSTEM_AFTER.match(text):
        return canonical(f"{match[2]} {match[1]}")
    if match := _WAIST.match(text):
        return f"W{match[1]} L{match[2]}"
    if match := _WAIST_ONLY.match(text):
        return f"W{next(g for g in match.groups() if g)}"
    if match := _YEARS.match(text):
        return f"{match[1]}-{match[2]} years" if match[2] else f"{match[1]} years"
    if match := _MONTHS.match(text):
        return f"{match[1]}-{match[2]} months" if match[2] else f"{match[1]} months"
    if match := _TODDLER.match(text):
        return f"{match[1]}T"
    if match := _BRA.match(text):
        return f"{match[1]}{match[2].upper()}"
    return _number(text) if _NUMBER.match(text) else None


@lru_cache(maxsize=20_000)
def _parts(size: str) -> frozenset[str]:
    """A shop's double size as its halves: "S/M" → {"S", "M"}, "38/40" → {"38", "40"}."""
    halves = [canonical(half) for half in re.split(r"\s*[/|]\s*|(?<=[A-Za-z])\s*-\s*(?=[A-Za-z])", size)]
    known = frozenset(half for half in halves if half)
    whole = canonical(size)
    return known | {whole} if whole else known


def _span(size: str) -> tuple[str, int, int] | None:
    match = re.match(r"^(\d+)(?:-(\d+))? (years|months)$", size)
    if not match:
        return None
    return match[3], int(match[1]), int(match[2] or match[1])


def _group(shoes: bool, gender: str | None) -> Group | None:
    if shoes:
        return _SHOE_GROUPS.get(gender or "")
    return "women_clothing" if gender == "women" else None


@lru_cache(maxsize=20_000)
def in_systems(size: str, *, shoes: bool, gender: str | None) -> frozenset[str]:
    """`size` and its equals in other systems, canonical; only itself where no table applies."""
    group = _group(shoes, gender)
    if group is None:
        return frozenset({size})
    system, _, number = size.rpartition(" ")
    column = _COLUMNS[group].index(system or "EU") if (system or "EU") in _COLUMNS[group] else -1
    rows: list[list[float]] = load_lexicon().tables["size_systems"][group]
    equals = {size}
    for row in rows:
        if column >= 0 and re.fullmatch(r"\d+(\.\d+)?", number) and row[column] == float(number):
            for name, value in zip(_COLUMNS[group], row, strict=True):
                equals.add(f"{value:g}" if name == "EU" else f"{name} {value:g}")
    return frozenset(equals)


def _same_age(want: str, offer: str) -> bool:
    """Whether two spans of years or months meet: "8 years" and "7-8 years"."""
    mine, theirs = _span(want), _span(offer)
    if not mine or not theirs or mine[0] != theirs[0] or mine[1] > theirs[2] or theirs[1] > mine[2]:
        return False
    # Neighbouring spans touch at their ends ("6-7" and "7-8 years"): only a single age may match there.
    return mine[1] == mine[2] or theirs[1] == theirs[2] or mine[1:] == theirs[1:]


def _may_be_waist(number: int, gender: str | None) -> bool:
    """Whether a bare number on trousers is a waist in inches; women's sizes count from 32 in another way."""
    return number < 32 or gender != "women"


def match(wanted: str, offered: str, *, shoes: bool, gender: str | None) -> bool:
    """Whether somebody who asked for `wanted` may be offered `offered`."""
    if fold(wanted).strip() == fold(offered).strip():
        return True
    want, offers = canonical(wanted), _parts(offered)
    if want is None:
        return False
    if "one size" in offers or want in offers:
        return True
    equals = in_systems(want, shoes=shoes, gender=gender)
    if any(equals & in_systems(offer, shoes=shoes, gender=gender) for offer in offers):
        return True
    waist_only = re.match(r"^W(\d+)$", want)
    if waist_only and not shoes and waist_only[1] in offers and _may_be_waist(int(waist_only[1]), gender):
        return True
    for offer in offers:
        if _same_age(want, offer):
            return True
        waist = re.match(r"^W(\d+)(?: L(\d+))?$", offer)
        if waist and want in {f"W{waist[1]}", waist[1]} and not shoes:
            return True
    return False
