"""Which of the cards found come first where the words leave it open: grown-ups' things, gifts of many kinds.

Knows nothing about ranking; it never shows a card that the search didn't find.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from shopper.chat.asides import says
from shopper.products.lexicon import fold
from shopper.types import Page, Recommendation, ShopperQuery, Thread

GIFTS = 24  # cards among which a gift's first pages are chosen

_CHILDREN = ("teen", "kids", "toddler", "baby")
_OPEN = (
    *("category", "colors", "materials", "patterns", "features"),
    *("occasion", "brands", "like", "sizes"),
)
# Nobody's first idea for somebody of whom nothing is known: too little, or too close.
_LATER = frozenset(
    {"phone case", "umbrella", "socks", "tights", "bra", "sports bra", "briefs", "boxers", "lingerie"}
    | {"shapewear", "hair accessory", "swim shorts", "bikini", "swimsuit"}
)

Find = Callable[[ShopperQuery], Awaitable[Page]]


async def for_grown_ups(
    page: Page, query: ShopperQuery, text: str, before: Sequence[Recommendation], find: Find
) -> Page:
    """The page, or where it holds children's things that nobody asked for, what there is for grown-ups."""
    asked_for = query.gender or query.age_group or query.like or query.brands
    if asked_for or not page.items or not all(_for_children(card) for card in page.items):
        return page
    words = set(re.findall(r"\w+", fold(text)))
    if any(set(re.findall(r"\w+", fold(card.product.title))) <= words for card in page.items):
        return page  # one of them was asked for by its name
    grown = await find(query.model_copy(update={"age_group": "adult"}))
    among_adults = bool(before) and bool(query.relative) and not any(_for_children(card) for card in before)
    return grown if grown.items or among_adults else page


def is_open_gift(query: ShopperQuery, text: str, thread: Thread) -> bool:
    """Whether a gift is looked for and nothing is said of what it might be."""
    said = [*(turn.text for turn in thread.turns if turn.role == "shopper"), text]
    return not any(getattr(query, name) for name in _OPEN) and any(says("gift", words) for words in said)


def spread(cards: Sequence[Recommendation]) -> tuple[Recommendation, ...]:
    """The cards with one of each kind first, then the second of each, and so on."""
    rounds: dict[str, int] = {}
    placed = []
    for at, card in enumerate(cards):
        kind = card.product.category or ""
        turn = rounds[kind] = rounds.get(kind, 0) + 1
        placed.append((kind in _LATER, turn, at))
    return tuple(cards[at] for _, _, at in sorted(placed))


def _for_children(card: Recommendation) -> bool:
    return card.product.gender in ("girls", "boys") or card.product.age_group in _CHILDREN
