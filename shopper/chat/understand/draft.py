"""The shopper's words while they are being read: what is understood is blanked, so nothing is read twice.

Knows nothing about what the words mean.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

Span = tuple[int, int]


def flatten(text: str) -> str:
    """`text` in lower case without accents, character for character, so that positions stay."""
    return "".join(_flat(c) for c in text)


def _flat(char: str) -> str:
    if char in "’‘`´":
        return "'"
    if char in "“”„«»″":
        return '"'
    base = unicodedata.normalize("NFKD", char)[0].lower()
    return base if len(base) == 1 else char


@dataclass
class Draft:
    """One message: `text` as written, `flat` for matching; both shrink by blanking, never by cutting."""

    text: str
    language: str = "en"
    flat: str = field(init=False)
    spans: list[Span] = field(default_factory=list)  # what was taken as a fact

    def __post_init__(self) -> None:
        self.flat = flatten(self.text)

    def blank(self, start: int, end: int) -> None:
        """Replace `[start:end]` by spaces."""
        gap = " " * (end - start)
        self.text = self.text[:start] + gap + self.text[end:]
        self.flat = self.flat[:start] + gap + self.flat[end:]
        self.spans.append((start, end))

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match of `pattern`, blanked."""
        match = pattern.search(self.flat)
        if match:
            self.blank(*match.span())
        return match

    def blank_all(self, pattern: re.Pattern[str], group: int = 0) -> None:
        """Blank every match of `pattern`, or its `group`."""
        for match in list(pattern.finditer(self.flat)):
            if match.start(group) >= 0:
                self.blank(*match.span(group))
