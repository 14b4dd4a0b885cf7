"""A variant's options (`Color: Navy`, `Größe: M`) to colour, size and what remains.

Knows nothing about file formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shopper.products.feeds.words import column_name
from shopper.products.taxonomy import Taxonomy

COLOR_NAMES = frozenset(
    {
        "color",
        "colour",
        "colors",
        "colours",
        "farbe",
        "couleur",
        "coloris",
        "kleur",
        "colore",
        "cor",
        "kolor",
        "shade",
    }
)
SIZE_NAMES = frozenset(
    {
        "size",
        "sizes",
        "groesse",
        "grosse",
        "gr_e",
        "grö_e",
        "taille",
        "maat",
        "talla",
        "taglia",
        "tamanho",
        "rozmiar",
        "shoe_size",
        "ring_size",
        "waist_size",
        "clothing_size",
        "apparel_size",
        "dress_size",
        "eu_size",
        "us_size",
        "uk_size",
        "waist",
        "bust",
        "band_size",
        "koerpergroesse",
    }
)
_LENGTH_NAMES = frozenset(
    {"length", "inseam", "leg_length", "inside_leg", "laenge", "l_nge", "longueur", "leg"}
)
MATERIAL_NAMES = frozenset(
    {"material", "materials", "fabric", "stoff", "matiere", "mati_re", "materiaal", "composition"}
)


@dataclass(frozen=True)
class Options:
    color: str | None = None
    size: str | None = None
    material: str | None = None
    rest: str | None = None


def read_options(pairs: Iterable[tuple[str, str]], taxonomy: Taxonomy) -> Options:
    """Colour and size by the options' names, else by what their values look like."""
    color = size = length = material = None
    rest: list[str] = []
    for name, value in pairs:
        value = " ".join(value.split())
        key = column_name(name)
        if not value or value.lower() in {"default title", "default", "n/a", "none", "-"}:
            continue
        if key in COLOR_NAMES or key.endswith(("_color", "_colour")):
            color = value
        elif key in SIZE_NAMES or key.endswith("_size"):
            size = value
        elif key in _LENGTH_NAMES:
            length = value
        elif key in MATERIAL_NAMES:
            material = value
            rest.append(value)
        elif color is None and size is None and (both := _split(value, taxonomy)):
            color, size = both
        elif color is None and taxonomy.color(value):
            color = value
        elif size is None and taxonomy.size(value) and _looks_like_size(value):
            size = value
        else:
            rest.append(value)
    if length:
        numbers = (
            bool(size)
            and bool(re.fullmatch(r"W?\d{2}", size or ""))
            and bool(re.fullmatch(r"L?\d{2}", length))
        )
        if numbers and size:
            size = f"W{size.lstrip('W')} L{length.lstrip('L')}"
        else:
            rest.append(length)
    return Options(color, size, material, " / ".join(rest) or None)


def _split(value: str, taxonomy: Taxonomy) -> tuple[str, str] | None:
    """`Black / M` or `M - Black` as its colour and its size."""
    parts = [part.strip() for part in re.split(r"\s*/\s*|\s+[-–|]\s+|,\s*", value)]
    if len(parts) != 2:
        return None
    for color, size in (parts, reversed(parts)):
        if taxonomy.color(color) and taxonomy.size(size) and _looks_like_size(size):
            return color, size
    return None


def _looks_like_size(value: str) -> bool:
    return len(value) <= 24 and bool(
        re.search(r"\d", value)
        or re.fullmatch(
            r"(?i)[2-6]?x{0,4}[sml]|small|medium|large|x+[ -]?(small|large)|one ?size.*|os|uni.*", value
        )
    )
