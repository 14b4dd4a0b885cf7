"""What a shopper may want to say next, as chips: a size after "which size?", the checkout after adding.

Knows nothing about how the page came about; the search's own suggestions come first.
"""

from __future__ import annotations

from shopper.chat.replies import Voice, texts
from shopper.chat.state import TurnState
from shopper.chat.understand.chips import chips, edit
from shopper.chat.understand.context import Context
from shopper.types import QueryEdit, ShopperQuery, Suggestion

_MOST = 4
_NAMED = ("category", "colors", "materials", "patterns", "features")
_SIZES = 6


def next_steps(state: TurnState) -> tuple[Suggestion, ...]:
    """Two to four next steps in the shopper's language; none where nothing comes to mind."""
    page, intent = state.page, state.query.intent
    if state.question is not None:
        return tuple(_chip(state, "size", size=size) for size in state.question.sizes[:_SIZES])
    if page is not None:
        found = (page.absence.suggestions if page.absence else ()) or page.suggestions
        if state.understood.language != "en":
            found = tuple(_translated(state, suggestion) for suggestion in found)
        return found or (_about_cards(state) if page.items else ())
    if state.cart.version != state.cart_version or intent == "cart_update":
        positions = state.query.reference.positions if state.query.reference else ()
        # "What goes with the first one?" is a good question only where that one was taken.
        names = (
            ("checkout", "goes_with") if intent == "cart_add" and positions in ((), (1,)) else ("checkout",)
        )
        return _chips(state, *names) if state.cart.lines else ()
    if intent == "cart_add" and len(state.shown) > 1:
        return _chips(state, "first", "second")
    return _about_cards(state) if intent in ("compare", "detail") else ()


def _translated(state: TurnState, suggestion: Suggestion) -> Suggestion:
    """The search's suggestion in the shopper's language, by way of what it would be understood as."""
    language = state.understood.language
    if suggestion.edit is not None:
        wish = edit(ShopperQuery(), QueryEdit(set=suggestion.edit.get("set", {})))
    else:
        wish = state.reader.read(suggestion.text, Context()).query
    voice = Voice(language, 0)
    labels = [
        voice.label(chip.value) if chip.field in _NAMED and chip.value else chip.label
        for chip in chips(wish, currency=state.cart.currency, language=language)
    ]
    if not labels:
        return suggestion
    said = ", ".join(labels)
    return suggestion.model_copy(update={"label": said[0].upper() + said[1:], "text": said})


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
