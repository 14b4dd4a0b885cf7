"""A turn as it was played, and a check of it: what the player hands over and the report shows.

Knows nothing about HTTP or about how a check decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shopper.dialogs.operators import Op, show
from shopper.dialogs.script import CardAt, ScriptTurn
from shopper.dialogs.wire import Answer, Card, Problem, WireCart
from shopper.types import Value


class Check(Value):
    """One thing that was demanded of a turn: where in the file, whether it held, and both sides if not."""

    path: str
    ok: bool
    expected: str
    got: str


@dataclass(frozen=True)
class Exchange:
    """One turn as it was played: what was sent, and all that the server said and holds after it."""

    number: int
    turn: ScriptTurn
    answer: Answer | None = None
    problem: Problem | None = None
    broken: str | None = None  # an answer that doesn't hold to the chat API
    cart: WireCart | None = None
    facts: Mapping[str, Card | None] = field(default_factory=dict)  # products as GET /v1/products says now
    shop_titles: tuple[str, ...] = ()  # what the shop's own search finds for the reply's words
    new_thread: bool = False


def compare(path: str, op: Op, got: Any) -> Check:
    """The check that `got` satisfies `op`."""
    return Check(path=path, ok=op.holds(got), expected=str(op), got=show(got))


def card_at(place: CardAt, history: Sequence[Exchange]) -> Card | None:
    """The card that `place` means; None where that turn showed no such card."""
    exchange = next((e for e in history if e.number == place.turn), None)
    cards = exchange.answer.products if exchange and exchange.answer else ()
    if not cards:
        return None
    match place.position:
        case "last":
            return cards[-1]
        case "cheapest":
            return min(cards, key=lambda card: card.price or 0)
        case "dearest":
            return max(cards, key=lambda card: card.price or 0)
        case position:
            return cards[position - 1] if position <= len(cards) else None


def place_words(place: CardAt) -> str:
    """A card of an earlier turn as a report names it."""
    named = isinstance(place.position, str)
    return f"{f'the {place.position} card' if named else f'card {place.position}'} of turn {place.turn}"
