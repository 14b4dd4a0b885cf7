"""Cards and pages with what is said of them in the shopper's language.

Knows nothing about why a card was picked or a wish was dropped.
"""

from __future__ import annotations

from shopper.chat.replies import Voice
from shopper.search.retell import retold
from shopper.types import Page, Recommendation


def in_language(card: Recommendation, language: str) -> Recommendation:
    """The card with its reasons in another language; titles, brands and sizes stay the shop's own."""
    voice = Voice(language, 0)
    reasons = tuple(retold(reason, language, voice.label) for reason in card.because)
    return card.model_copy(update={"because": reasons})


def page_in_language(page: Page, language: str) -> Page:
    """The page with its reasons, what was relaxed and why there is nothing in another language."""
    if language == "en":
        return page
    voice = Voice(language, 0)
    gap = page.absence
    if gap is not None:
        nearest = tuple(in_language(card, language) for card in gap.nearest)
        gap = gap.model_copy(update={"message": voice.absence(page), "nearest": nearest})
    relaxed = tuple(r.model_copy(update={"message": voice.relaxed(r)}) for r in page.relaxed)
    items = tuple(in_language(card, language) for card in page.items)
    return page.model_copy(update={"items": items, "relaxed": relaxed, "absence": gap})
