"""What a shopper may want to say next, as chips: a size after "which size?", the checkout after adding.

Knows nothing about how the page came about; the search's own suggestions come first.
"""

from __future__ import annotations

from shopper.chat.replies import texts
from shopper.chat.state import TurnState
from shopper.types import Suggestion

_MOST = 4
_SIZES = 6


def next_steps(state: TurnState) -> tuple[Suggestion, ...]:
    """Two to four next steps in the shopper's language; none where nothing comes to mind."""
    page, intent = state.page, state.query.intent
    if state.question is not None:
        return tuple(_chip(state, "size", size=size) for size in state.question.sizes[:_SIZES])
    if page is not None:
        found = (page.absence.suggestions if page.absence else ()) or page.suggestions
        return found or (_about_cards(state) if page.items else ())
    if state.cart.version != state.cart_version or intent == "cart_update":
        return _chips(state, "checkout", "goes_with") if state.cart.lines else ()
    if intent == "cart_add" and len(state.shown) > 1:
        return _chips(state, "first", "second")
    return _about_cards(state) if intent in ("compare", "detail") else ()


def _about_cards(state: TurnState) -> tuple[Suggestion, ...]:
    different = len({card.product.id for card in state.shown[:2]}) > 1
    names = ["add", "goes_with"]
    if different and state.query.intent != "compare":
        names.insert(0, "compare")
    return _chips(state, *names) if state.shown and state.query.intent != "outfit" else ()


def _chips(state: TurnState, *names: str) -> tuple[Suggestion, ...]:
    table = _table(state)
    return tuple(_chip(state, name) for name in names if name in table)[:_MOST]


def _chip(state: TurnState, name: str, **values: str) -> Suggestion:
    text = str(_table(state)[name]).format(**values)
    return Suggestion(label=values.get("size", text), text=text)


def _table(state: TurnState) -> dict[str, str]:
    tables = texts()["chips"]
    return dict(tables.get(state.understood.language, tables["en"]))
