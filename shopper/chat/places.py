"""Which countries words name, and whether a policy's line covers one: by its name, or by a union it is in.

Knows nothing about what a line says of them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shopper.products.lexicon import fold

UNION, WORLD = "union", "world"


@cache
def _table() -> tuple[frozenset[str], Mapping[str, re.Pattern[str]]]:
    with (Path(__file__).parent / "places.toml").open("rb") as file:
        read = tomllib.load(file)
    return frozenset(read["union"]), {
        key: re.compile(rf"(?<!\w)(?:{names})(?!\w)") for key, names in read["names"].items()
    }


def places_in(text: str) -> frozenset[str]:
    """The keys of the countries and unions that a text names."""
    folded = fold(text)
    return frozenset(key for key, pattern in _table()[1].items() if pattern.search(folded))


def covers(line: str, place: str) -> int:
    """How nearly a line speaks of a place: 2 by its name, 1 by a union that it is in, 0 not at all."""
    named = places_in(line)
    if place in named:
        return 2
    within = place in _table()[0] and UNION in named
    return 1 if within or WORLD in named else 0
