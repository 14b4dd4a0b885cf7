"""Reads body measures out of words: "bust 92, waist 74", "I'm 178 and 74 kg"; in centimetres and kilos.

Knows nothing about sizes; a number that no body has isn't one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

_INCH = 2.54
_NAMES = {
    "bust": "bust|chest|brust(?:umfang)?|oberweite|poitrine|busto|seno|torace|pecho",
    "waist": "waist|taillenumfang|taille|tour de taille|vita|girovita|cintura",
    "hips": "hips?|huft(?:e|en|umfang)|hanches?|tour de hanches|fianchi|caderas?",
    "foot": "foot(?: length)?|feet|fuss(?:lange)?|pieds?|piede|pie",
}
_PLAUSIBLE = {"bust": (60, 170), "waist": (45, 170), "hips": (60, 180), "foot": (14, 35), "height": (90, 215)}
_NUMBER = r"(\d{2,3}(?:[.,]\d)?)"
_UNIT = r"\s?(cm|in(?:ch(?:es)?)?\b|\"|zoll)?"
_TRIPLE = re.compile(r"\b(\d{2,3})\s?[-/–x]\s?(\d{2,3})\s?[-/–x]\s?(\d{2,3})\b")
_METRES = re.compile(r"\b([12])[.,m]\s?(\d{2})\s?m?\b(?![.,]?\d|\s?(?:€|eur|\$))")
_FEET = re.compile(r"\b([4-6])\s?(?:'|ft|foot|feet)\s?(\d{1,2})?")
_TALL = re.compile(
    r"\b(1[3-9]\d|20\d)\s?cm\b|\b(?:i'?m|i am|ich bin|je mesure|sono alt[ao]|mido)\s(1[3-9]\d|20\d)\b"
)
_KILOS = re.compile(r"\b(\d{2,3})\s?(?:kg|kilos?)\b")
_POUNDS = re.compile(r"\b(\d{2,3})\s?(?:lbs?|pounds)\b")


@dataclass(frozen=True)
class Measures:
    """Centimetres, and kilos for the weight; what wasn't said is None."""

    bust: float | None = None
    waist: float | None = None
    hips: float | None = None
    foot: float | None = None
    height: float | None = None
    weight: float | None = None

    def __bool__(self) -> bool:
        girths = (self.bust, self.waist, self.hips, self.foot)
        return any(girths) or (self.height is not None and self.weight is not None)

    @property
    def said(self) -> dict[str, float]:
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) is not None}


NO_MEASURES = Measures()


def read_measures(flat: str) -> Measures:
    """The measures in a folded message."""
    found: dict[str, float] = {}
    if triple := _TRIPLE.search(flat):
        values = dict(zip(("bust", "waist", "hips"), map(float, triple.groups()), strict=True))
        if all(_plausible(name, value) for name, value in values.items()):
            found |= values
    for name, words in _NAMES.items():
        after = rf"\b(?:{words})\b[^\d,;.]{{0,12}}?{_NUMBER}{_UNIT}"
        before = rf"\b{_NUMBER}{_UNIT}\s?(?:for (?:the|my) )?(?:{words})\b"
        match = re.search(after, flat) or re.search(before, flat)
        if name not in found and match:
            value = float(match[1].replace(",", "."))
            value = value * _INCH if match[2] and match[2] != "cm" else value
            if _plausible(name, value):
                found[name] = round(value, 1)
    if (height := _height(flat)) is not None and _plausible("height", height):
        found["height"] = height
    if kilos := _KILOS.search(flat):
        found["weight"] = float(kilos[1])
    elif pounds := _POUNDS.search(flat):
        found["weight"] = round(float(pounds[1]) * 0.4536, 1)
    return Measures(**found)


def _height(flat: str) -> float | None:
    if match := _TALL.search(flat):
        return float(match[1] or match[2])
    if match := _METRES.search(flat):
        return 100 * float(match[1]) + float(match[2])
    if match := _FEET.search(flat):
        return round((12 * int(match[1]) + int(match[2] or 0)) * _INCH, 1)
    return None


def _plausible(name: str, value: float) -> bool:
    low, high = _PLAUSIBLE[name]
    return low <= value <= high
