"""The prompts of the stylist, read from `prompts/*.md`, with strict placeholders.

Knows nothing about models; a prompt with a missing or an unknown placeholder is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from string import Template

from shopper.errors import BadInput


class Prompts:
    """Prompt texts by name."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    @classmethod
    def load(cls, folder: Path) -> Prompts:
        """Every `.md` file of `folder`, by its stem."""
        texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}
        if not texts:
            raise BadInput(f"{folder} holds no prompts (*.md).", field="prompts")
        return cls(texts)

    def render(self, name: str, /, **values: str) -> str:
        """The text of `name` with each `$placeholder` filled; BadInput names what doesn't fit."""
        if name not in self._texts:
            raise BadInput(f"There is no prompt {name!r}; there are: {', '.join(sorted(self._texts))}.")
        template = Template(self._texts[name])
        wanted, given = set(template.get_identifiers()), set(values)
        if wanted - given:
            raise BadInput(f"The prompt {name!r} needs a value for ${', $'.join(sorted(wanted - given))}.")
        if given - wanted:
            raise BadInput(f"The prompt {name!r} has no placeholder ${', $'.join(sorted(given - wanted))}.")
        return template.substitute(values)

    def digest(self, name: str) -> str:
        """A short hash of a prompt's text, to be logged beside what it led to."""
        return hashlib.sha256(self._texts[name].encode()).hexdigest()[:12]
