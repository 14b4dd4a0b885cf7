"""What a shopper may want to say next, as chips: a size after "which size?", the checkout after adding.

Knows nothing about how the page came about; the search's own suggestions come first.
"""

from __future__ import annotations

from shopper.chat.briefing import gift_is_open, given_up
from shopper.chat.replies import Voice, kind_of_talk, texts
from shopper.chat.state import TurnState
from shopper.chat.understand.chips import chips, edit
from shopper.chat.understand.context import Context
from shopper.search.looks import place_of
from shopper.types import QueryEdit, ShopperQuery, Suggestion

_MOST = 4
_NAMED = ("category", "colors", "materials", "patterns", "features")
_SIZES = 6


def next_steps(state: TurnState) -> tuple[Suggestion, ...]:
    """Two to four next steps in the shopper's language; none where nothing comes to mind."""
    page, intent = state.page, state.query.intent
    if state.question is not None:
        return tuple(_chip(state, "size", size=size) for size in state.question.sizes[:_SIZES])
    if state.aside is not None:
        return _of_aside(state)
    if gift_is_open(state):
        return _chips(state, "for_her", "for_him", "for_child")
    if state.beside is not None and page is not None and page.items:
        return _chips(state, "compare", "add")
    if intent == "outfit" and page is not None and page.items:
        return _chips(state, *_about_look(state))
    if page is not None:
        found = (page.absence.suggestions if page.absence else ()) or page.suggestions
        if state.understood.language != "en":
            found = tuple(_translated(state, suggestion) for suggestion in found)
        if state.stuck and not page.items:
            # What was offered before didn't help.
            return (*_without(state), *found, *_chips(state, "person"))[:_MOST]
        found = found or (_about_cards(state) if page.items else ())
        return found if len(found) > 1 or not page.items else (*found, *_about_cards(state))[:_MOST]
    if state.cart.version != state.cart_version or intent == "cart_update":
        positions = state.query.reference.positions if state.query.reference else ()
        # "What goes with the first one?" is a good question only where that one was taken.
        names = (
            ("checkout", "goes_with") if intent == "cart_add" and positions in ((), (1,)) else ("checkout",)
        )
        size = _size_to_remember(state)
        more = (_chip(state, "remember_size", size=size),) if size else ()
        return (*_chips(state, *names), *more) if state.cart.lines else ()
    if intent == "cart_add" and len(state.shown) > 1:
        return _chips(state, "first", "second")
    if intent in ("compare", "detail"):
        return _about_cards(state)
    if intent in ("order_status", "policy"):
        return _chips(state, "person", *(("checkout",) if state.cart.lines else ("returns",)))
    return _chips(state, "dresses", "sneakers") if _begins(state) else ()


def _without(state: TurnState) -> tuple[Suggestion, ...]:
    """A chip that gives up the wish without which there is something."""
    if state.way_out is None:
        return ()
    label = str(_table(state)["without"]).format(what=given_up(state))
    return (Suggestion(label=label, text=label, edit=state.way_out.edit),)


def _begins(state: TurnState) -> bool:
    """Whether a first step helps: after a greeting or nonsense, never after abuse."""
    if state.minor or state.query.intent not in ("smalltalk", "out_of_scope"):
        return state.understood.nonsense
    return kind_of_talk(state.text) in ("hello", "chat", "robot") or state.understood.nonsense


def _of_aside(state: TurnState) -> tuple[Suggestion, ...]:
    assert state.aside is not None
    match state.aside.kind:
        case "look" | "swap" if state.look:
            return _chips(state, *_about_look(state))
        case "recall" if not state.preferences.empty:
            return _chips(state, "forget_all")
        case "size_help" if state.shown:
            return _about_cards(state)
        case "size_help":
            return _chips(state, "person", "returns")
        case _:
            return ()


def _about_look(state: TurnState) -> tuple[str, ...]:
    """What to do with an outfit: see it together, change a piece that is in it."""
    places = {place_of(piece.product.category, state.taxonomy) for piece in state.look}
    shoes = ("other_shoes",) if "shoes" in places else ()
    bag = ("other_bag",) if "bag" in places else ()
    seen = () if state.aside is not None and state.aside.kind == "look" else ("show_look",)
    return (*seen, *shoes, *bag, "add")


def _size_to_remember(state: TurnState) -> str | None:
    """The size that was just chosen, if nothing is remembered yet: an offer, pressed or not."""
    change = state.understood.cart
    if state.preferences.enabled or state.minor or change is None or change.action != "add":
        return None
    return change.size


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
    return Suggestion(label=values["size"] if name == "size" else text, text=text)


def _table(state: TurnState) -> dict[str, str]:
    tables = texts()["chips"]
    return dict(tables.get(state.understood.language, tables["en"]))
