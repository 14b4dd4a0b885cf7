"""Another way out where nothing was found twice in a row: the one wish without which there is something.

Knows nothing about words; what was ruled out, for whom it is and the kind of thing are never given up.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from shopper.types import Page, Recommendation, ShopperQuery, Thread

# What can be given up, what matters most first; `tried` ways before begin further down the list.
_ORDER = (
    "sizes",
    "price",
    "colors",
    "brands",
    "materials",
    "fit",
    "patterns",
    "occasion",
    "season",
    "features",
)
SEARCHED = ("search", "refine", "similar", "more")

Find = Callable[[ShopperQuery], Awaitable[Page]]


@dataclass(frozen=True)
class WayOut:
    """What there is without `fields`; `edit` gives them up."""

    fields: tuple[str, ...]
    edit: dict[str, Any]
    card: Recommendation
    total: int


def empty_before(thread: Thread) -> int:
    """How many answers in a row, up to now, found nothing."""
    count = 0
    for turn in reversed(thread.turns):
        if turn.role != "assistant":
            continue
        if turn.items or turn.query is None or turn.query.intent not in SEARCHED:
            break
        count += 1
    return count


async def way_out(query: ShopperQuery, find: Find, *, tried: int = 0) -> WayOut | None:
    """What there is with as few wishes less as need be; each time it is asked, others are given up first."""
    held = [name for name in _ORDER if getattr(query, name)]
    if not held:
        return None
    at = tried % len(held)
    bare = query.model_copy(update={**{name: _empty(query, name) for name in held}, "relative": ()})
    page = await find(bare)
    if not page.items:
        return None
    given, kept = [], bare
    for name in (*held[at:], *held[:at]):
        tighter = kept.model_copy(update={name: getattr(query, name)})
        found = await find(tighter)
        if found.items:
            kept, page = tighter, found
        else:
            given.append(name)
    edit: dict[str, Any] = {name: [] if _empty(query, name) == () else None for name in given}
    return WayOut(tuple(given), {"set": edit}, page.items[0], page.total) if given else None


def _empty(query: ShopperQuery, name: str) -> tuple[()] | None:
    return () if isinstance(getattr(query, name), tuple) else None
