"""What the search says of its cards in a few fixed sentences, and the same in the shopper's language.

Knows nothing about which sentence is true of a card.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

_FACTS = ("fact", "facts", "other", "kind", "real")  # translated; all else is a name or a number
_LONGEST = re.compile(r"\{(\w+)\}")


@cache
def _sentences() -> dict[str, dict[str, str]]:
    with (Path(__file__).parent / "retell.toml").open("rb") as file:
        return tomllib.load(file)


def tell(key: str, **values: object) -> str:
    """The English sentence of a key; its first letter is a capital."""
    said = _sentences()[key]["en"].format(**values)
    return said[:1].upper() + said[1:]


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Each key with the pattern of its English sentence; those with more words of their own first."""
    made = []
    for key, said in _sentences().items():
        parts = _LONGEST.split(said["en"])
        # Odd parts are the names of placeholders.
        pattern = "".join(f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
        made.append((len("".join(parts[::2])), key, re.compile(pattern)))
    return [(key, pattern) for _, key, pattern in sorted(made, key=lambda one: -one[0])]


def retold(reason: str, language: str, label: Callable[[str], str]) -> str:
    """A sentence of `tell` in another language; `label` translates a fact. Any other text stays as it is."""
    if language == "en":
        return reason
    found = _matched(reason)
    if found is None or language not in _sentences()[found[0]]:
        return reason
    key, values = found
    said = {
        name: ", ".join(label(part.lower()) for part in value.split(", ")) if name in _FACTS else value
        for name, value in values
    }
    text = _sentences()[key][language].format(**said)
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=4096)
def _matched(reason: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    for key, pattern in _patterns():
        match = pattern.fullmatch(reason)
        if match:
            return key, tuple(match.groupdict().items())
    return None
