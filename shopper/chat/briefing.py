"""What a model is told of a turn: a Brief for the built-in stylist, a prompt with the facts for the others.

Knows nothing about which model listens.
"""

from __future__ import annotations

import json
from typing import Any

from shopper.chat import facts
from shopper.chat.answers import ANSWERABLE, states
from shopper.chat.asides import says
from shopper.chat.builtin import Brief
from shopper.chat.cart_wish import CartWish, cart_wish, takes_out
from shopper.chat.outfit import total_of
from shopper.chat.preferences import KINDS, Kind, size_kind, sized
from shopper.chat.prompts import Prompts
from shopper.chat.replies import Voice, asked_facts
from shopper.chat.state import TurnState
from shopper.chat.understand.chips import chips
from shopper.chat.understand.context import Context
from shopper.types import Chip, Exclusions, Money, Relative

MAX_COMPARED = 4
# The tool that does what is asked for beside products.
_TOOLS = {
    "handoff": "hand_off",
    "remember": "remember_preference",
    "recall": "preferences",
    "forget": "preferences",
    "look": "show_look",
    "size_help": "size_advice",
}
MAX_CARDS = 8  # cards described to a model


def brief_of(state: TurnState, *, edited: bool) -> Brief:
    """The turn as far as the built-in stylist acts on it."""
    query, change = state.query, state.understood.cart
    reference = query.reference
    positions = reference.positions if reference else ()
    in_cart = reference is not None and reference.kind == "cart"
    named = query.price.currency if query.price else None
    # Said once: the chips show it from then on.
    priced = (turn.query.price for turn in state.thread.turns if turn.query and turn.query.price)
    told = any(price.currency == named for price in priced)
    language, turn = state.understood.language, len(state.thread.turns) // 2
    asks, first = _asked(state), ""
    coloured = state.asked_colour_of()
    if coloured is not None:
        key = next(key for kind, key in asks if kind == "color")
        stated = states(coloured, "color", key)
        first = Voice(language, turn).fact_answer(coloured, "color", key, stated=stated)
    return Brief(
        intent=query.intent if coloured is None else "refine",
        first=first,
        language=language,
        nonsense=state.understood.nonsense,
        edited=edited,
        text=state.text,
        turn=turn,
        thread_id=state.thread.id,
        shown=len(state.shown),
        positions=() if in_cart else positions,
        compared=_compared(state, positions) if query.intent == "compare" else (),
        cart=state.cart,
        cart_wish=_of_the_cart(state),
        quantity=max(1, change.quantity) if change and change.quantity else 1,
        size=change.size if change else None,
        sizes=_said_sizes(state),
        asks=asks,
        cheaper=Relative(attribute="price", direction="less") in query.relative,
        budget=_budget(state),
        photo=_seen(state),
        contact=(state.policy.contact() or "") if query.intent == "smalltalk" else "",
        held_sizes=query.sizes,
        look=tuple(piece.product.title for piece in state.look),
        anchor=_anchor(state),
        charted=bool(state.desk.chart.tables),
        gift_for=gift_is_open(state),
        from_preferences=_from_preferences(state),
        **_of_the_aside(state),
        currency_note=state.cart.currency if named and named != state.cart.currency and not told else "",
        beside=state.beside.product.title if state.beside else "",
        stuck=state.stuck,
        without=given_up(state),
        having=_having(state, asks) if query.intent == "compare" else (),
        look_total=str(total_of(state.look)) if len(state.look) > 1 else "",
        without_card=state.way_out.card if state.way_out else None,
        without_total=state.way_out.total if state.way_out else 0,
    )


def _of_the_cart(state: TurnState) -> CartWish:
    """What is asked of the cart's lines."""
    if state.query.intent != "cart_update":
        return CartWish()
    cards = [*state.before, *(card for turn in state.thread.turns for card in turn.items)]
    return cart_wish(
        state.text,
        state.understood.cart,
        state.query.reference,
        state.cart,
        language=state.understood.language,
        kinds={card.product.id: card.product.category for card in cards},
        taxonomy=state.taxonomy,
        recent=_recent_line(state),
    )


def _recent_line(state: TurnState) -> int | None:
    """The line of the cart that the turn before was about, if it was about one."""
    last = next((turn for turn in reversed(state.thread.turns) if turn.role == "assistant"), None)
    asked = next((turn.text for turn in reversed(state.thread.turns) if turn.role == "shopper"), "")
    if last is None or last.query is None or takes_out(asked):
        return None
    if last.query.intent == "cart_add":
        return len(state.cart.lines)
    positions = last.query.reference.positions if last.query.reference else ()
    return positions[0] if last.query.intent == "cart_update" and len(positions) == 1 else None


def given_up(state: TurnState) -> str:
    """The wishes without which there is something, in the shopper's language."""
    if state.way_out is None:
        return ""
    given = state.query.model_copy(update={"exclude": Exclusions(), "prefer": ()})
    mine = set(state.way_out.fields)
    voice = Voice(state.understood.language, 0)
    found = chips(given, currency=state.cart.currency, language=state.understood.language)
    return voice.join([f"“{chip.label}”" for chip in found if chip.field.split(".")[0] in mine])


def _of_the_aside(state: TurnState) -> dict[str, Any]:
    """What a request beside search adds to a Brief."""
    aside = state.aside
    if aside is None:
        return {}
    forget = next((kind for kind in KINDS if kind.rstrip("s") in state.text.lower()), None)
    return {
        "aside": aside.kind,
        "email": aside.email,
        "keep": _to_keep(state) if aside.kind == "remember" else (),
        "forget": forget if aside.kind == "forget" else None,
        "piece": aside.piece if aside.piece is not None else max(0, len(state.look) - 1),
        "swapped": aside.kind == "swap" and state.page is not None,
    }


def _anchor(state: TurnState) -> str:
    """The thing that this turn's look was built on, if it isn't among the cards."""
    if not state.look or state.page is None or state.query.intent != "outfit":
        return ""
    first = state.look[0]
    return "" if any(card.card_id == first.card_id for card in state.page.items) else first.product.title


def _to_keep(state: TurnState) -> tuple[tuple[Kind, str], ...]:
    """What the words after "remember that" hold, as the reader understands them."""
    assert state.aside is not None
    said = state.reader.read(state.aside.rest or state.text, Context()).query
    held = state.thread.query
    kind = size_kind(said.category or (held.category if held else None), state.taxonomy)
    found: list[tuple[Kind, str]] = [("sizes", sized(kind, size)) for size in said.sizes[:1]]
    found += [("brands", brand) for brand in said.brands]
    if said.price is not None and said.price.max is not None:
        found.append(("budget", str(Money(minor=said.price.max, currency=state.cart.currency))))
    excluded = said.exclude
    for name in ("colors", "materials", "patterns", "features", "categories"):
        found += [("dislikes", key) for key in getattr(excluded, name)]
    if not found and held is not None and held.sizes and asked_facts(state.text) == ("sizes",):
        found.append(("sizes", sized(kind, held.sizes[0])))
    return tuple(dict.fromkeys(found))


def gift_is_open(state: TurnState) -> bool:
    """Whether a gift is looked for, and for whom is what would change the cards most."""
    query, page = state.query, state.page
    if query.intent not in ("search", "refine") or page is None or not page.items or query.gender:
        return False
    people = {card.product.gender for card in page.items} - {"unisex", None}
    return says("gift", state.text) and query.age_group is None and len(people) > 1


def _from_preferences(state: TurnState) -> str:
    """What was taken from the preferences, if the shopper was never told that they are used."""
    if not state.from_preferences or state.told_of_preferences:
        return ""
    voice = Voice(state.understood.language, 0)
    mine = {(chip.field, chip.value) for chip in state.from_preferences}
    labels = [
        chip.label
        for chip in chips(state.query, currency=state.cart.currency, language=state.understood.language)
        if (chip.field, chip.value) in mine
    ]
    return voice.join(labels)


def marked_chips(state: TurnState, currency: str) -> tuple[Chip, ...]:
    """The chips of what was understood; those that come from the preferences say so."""
    language = state.understood.language
    voice = Voice(language, 0)
    mine = {(chip.field, chip.value) for chip in state.from_preferences}
    return tuple(
        chip.model_copy(update={"label": voice.word("of_preferences", label=chip.label)})
        if (chip.field, chip.value) in mine
        else chip
        for chip in chips(state.query, currency=currency, language=language)
    )


def _compared(state: TurnState, positions: tuple[int, ...]) -> tuple[int, ...]:
    """The cards to set side by side: those meant, else the first two different products."""
    if len(positions) > 1:
        return positions[:MAX_COMPARED]
    first = positions[0] if positions and positions[0] <= len(state.shown) else 1
    others = [
        n
        for n, card in enumerate(state.shown, start=1)
        if n != first and card.product.id != state.shown[first - 1].product.id
    ]
    others = others or [n for n in range(1, len(state.shown) + 1) if n != first]
    return (first, *others[:1]) if others else ()


def _said_sizes(state: TurnState) -> tuple[str, ...]:
    """The sizes of the query that this very message names."""
    held = state.thread.query
    if state.query.sizes and held is not None and held.sizes != state.query.sizes:
        return state.query.sizes  # "small" is an S
    words = {word.strip(".,;:!?()").lower() for word in state.text.split()}
    return tuple(size for size in state.query.sizes if size.lower() in words)


def _asked(state: TurnState) -> tuple[tuple[str, str], ...]:
    """The facts that a question about a card names."""
    if state.query.intent not in ("detail", "compare"):
        return ()
    found = state.taxonomy.find_all(state.text, state.understood.language)
    return tuple((mention.kind, mention.key) for mention in found if mention.kind in ANSWERABLE)


def _having(state: TurnState, asks: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The titles of the cards in sight that have the fact asked for: "which of these is washable?"."""
    if not asks:
        return ()
    kind, key = asks[0]
    return tuple(dict.fromkeys(c.product.title for c in state.shown if states(c, kind, key)))


def _budget(state: TurnState) -> str:
    price = state.query.price
    if state.query.intent != "outfit" or price is None or price.max is None or not state.look:
        return ""
    within = total_of(state.look).minor <= price.max
    return str(Money(minor=price.max, currency=state.cart.currency)) if within else ""


def turn_prompt(prompts: Prompts, state: TurnState, brief: Brief) -> str:
    """The message a language model reads: the shopper's words, what was understood, cards, notes."""
    notes = [f"The shopper's language: {brief.language}."]
    if state.preferences.enabled:
        known = state.preferences.listed().items()
        notes += [f"Remembered {kind}: {', '.join(values)}." for kind, values in known]
    if told := _from_preferences(state):
        notes.append(f"Taken from their preferences, say so: {told}.")
    if state.aside is not None and state.aside.kind in _TOOLS:
        notes.append(f"They ask for something beside products; {_TOOLS[state.aside.kind]} does it.")
    if state.minor:
        notes.append("The shopper is a child: be kind, ask nothing personal, nothing for adults.")
    if gift_is_open(state):
        notes.append("It is a gift and open for whom; that is the one question worth asking.")
    if state.way_out is not None:
        card = facts.short(state.way_out.card)
        notes.append(f"Nothing was found again. Offer to leave out {given_up(state)}: there is {card}.")
    if state.beside is not None:
        notes.append(f"The cards are to go with {state.beside.product.title}, one of them, not all together.")
    if len(state.look) > 1:
        pieces = ", ".join(piece.product.title for piece in state.look)
        notes.append(f"The outfit in sight: {pieces}. Together {total_of(state.look)}.")
    if brief.photo:
        notes.append(f"Their photo shows: {brief.photo}.")
    if brief.currency_note:
        notes.append(f"They named another currency; amounts were taken as {brief.currency_note}.")
    if state.cart.lines:
        notes.append(facts.cart(state.cart))
    if state.page:
        cards = facts.page(state.page.model_copy(update={"items": state.page.items[:MAX_CARDS]}))
    elif state.shown:
        earlier = state.shown[:MAX_CARDS]
        cards = "Shown before:\n" + "\n".join(facts.card(n, c) for n, c in enumerate(earlier, start=1))
    else:
        cards = "None yet."
    return prompts.render(
        "turn",
        text=state.text,
        query=json.dumps(state.query.wire(), ensure_ascii=False),
        cards=cards,
        notes="\n".join(notes),
    )


def _seen(state: TurnState) -> str:
    """What this turn's photo shows, in words."""
    if not state.seen:
        return ""
    first = state.seen[0]
    keys = [*first.colors[:1], *(p for p in first.patterns[:1] if p != "solid"), first.category or ""]
    voice = Voice(state.understood.language, 0)
    # In English the words make a phrase; elsewhere they would have to agree, so they are listed.
    return (" " if voice.language == "en" else ", ").join(voice.label(key) for key in keys if key)
