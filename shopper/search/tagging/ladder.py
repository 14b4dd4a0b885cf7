"""Says the narrowest word that is sure enough: "ankle boots", else "boots", else "shoes", else nothing.

Knows nothing about pictures or encoders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from shopper.search.encoder import Vectors


@dataclass(frozen=True)
class Guess:
    """A word and how often such guesses are right, from 0 to 1."""

    value: str
    confidence: float


class Ladder:
    """Labels, and above each the wider words that hold it; `None` is a label for what has no word here."""

    def __init__(
        self, labels: Sequence[str | None], wider: Callable[[str], Sequence[str]] = lambda label: ()
    ) -> None:
        self.labels = tuple(labels)
        self._wider = {label: tuple(wider(label)) for label in self.labels if label is not None}
        above = {word for words in self._wider.values() for word in words}
        self._held = {
            word: np.array([x is not None and word in (x, *self._wider[x]) for x in self.labels])
            for word in above
        }

    def above(self, label: str) -> tuple[str, ...]:
        """The wider words that hold a label, nearest first; none for what isn't one."""
        return self._wider.get(label, ())

    def first(self, chances: Vectors) -> tuple[str | None, float]:
        """The likeliest label and its chance, sure or not."""
        best = int(np.argmax(chances))
        return self.labels[best], float(chances[best])

    def say(
        self, chances: Vectors, floor: float, sure: Callable[[float], float] = lambda chance: chance
    ) -> Guess | None:
        """The first word from the likeliest label upwards that reaches the floor.

        `sure` tells how often a guess of that chance is right.
        """
        label, chance = self.first(chances)
        if label is None:
            return None
        if (confidence := sure(chance)) >= floor:
            return Guess(label, round(confidence, 3))
        for word in self._wider[label]:
            together = min(float(chances[self._held[word]].sum()), 1.0)
            if (confidence := sure(together)) >= floor:
                return Guess(word, round(confidence, 3))
        return None
