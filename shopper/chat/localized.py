"""Cards with what is said of them in the shopper's language.

Knows nothing about why a card was picked.
"""

from __future__ import annotations

from shopper.chat.replies import Voice
from shopper.search.retell import retold
from shopper.types import Recommendation


def in_language(card: Recommendation, language: str) -> Recommendation:
    """The card with its reasons in another language; titles, brands and sizes stay the shop's own."""
    voice = Voice(language, 0)
    reasons = tuple(retold(reason, language, voice.label) for reason in card.because)
    return card.model_copy(update={"because": reasons})
