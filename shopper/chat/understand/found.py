"""Everything that was read from one message, before it is put together.

Knows nothing about earlier turns.
"""

from __future__ import annotations

from dataclasses import dataclass

from shopper.chat.understand.budget import Budget
from shopper.chat.understand.draft import Draft, Span
from shopper.chat.understand.exclusions import Excluded
from shopper.chat.understand.people import Wearer
from shopper.chat.understand.references import Pointed
from shopper.chat.understand.wishes import Wish
from shopper.products.taxonomy import Mention
from shopper.types import Relative


@dataclass(frozen=True)
class Found:
    """The facts of one message; `whole` is the message without traps, `draft` what is left of it."""

    draft: Draft
    whole: Draft
    budget: Budget
    wearer: Wearer
    pointed: Pointed
    comparatives: tuple[Relative, ...]
    compared: tuple[Span, ...]  # where the comparatives stand
    sizes: tuple[str, ...]
    mentions: list[Mention]
    wishes: list[Wish]
    split: Excluded
    restart: bool  # the shopper begins anew

    @property
    def soft_words(self) -> Draft:
        """The message without its comparatives: who finds a thing "too simple" wants nothing simple."""
        rest = Draft(self.whole.text, self.whole.language)
        for span in self.compared:
            rest.blank(*span)
        return rest

    @property
    def people(self) -> list[Mention]:
        """The words for whom it is."""
        return [m for m in self.mentions if m.kind in ("gender", "person", "age")]

    @property
    def colors(self) -> tuple[str, ...]:
        """The colours wished for."""
        return tuple(w.key for w in self.split.wanted if w.kind == "color" and w.role == "wanted")

    @property
    def anything(self) -> bool:
        """Whether any fact was read."""
        return bool(
            self.budget.price
            or self.budget.forget
            or self.wearer.gender
            or self.wearer.age_group
            or self.pointed.reference
            or self.comparatives
            or self.sizes
            or self.wishes
            or self.mentions
            or self.split.exclude
        )
