"""What a model is told of a turn: a Brief for the built-in stylist, a prompt with the facts for the others.

Knows nothing about which model listens.
"""

from __future__ import annotations

import json

from shopper.chat import facts
from shopper.chat.answers import ANSWERABLE, states
from shopper.chat.builtin import Brief
from shopper.chat.prompts import Prompts
from shopper.chat.replies import Voice
from shopper.chat.state import TurnState
from shopper.types import Money, Relative

MAX_COMPARED = 4
MAX_CARDS = 8  # cards described to a model


def brief_of(state: TurnState, *, edited: bool) -> Brief:
    """The turn as far as the built-in stylist acts on it."""
    query, change = state.query, state.understood.cart
    reference = query.reference
    positions = reference.positions if reference else ()
    in_cart = reference is not None and reference.kind == "cart"
    named = query.price.currency if query.price else None
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
        cart_positions=positions if in_cart or query.intent == "cart_update" else (),
        cart_action=change.action if change else None,
        quantity=max(1, change.quantity) if change and change.quantity else 1,
        size=change.size if change else None,
        sizes=_said_sizes(state),
        asks=asks,
        cheaper=Relative(attribute="price", direction="less") in query.relative,
        budget=_budget(state),
        photo=_seen(state),
        contact=(state.policy.contact() or "") if query.intent == "smalltalk" else "",
        currency_note=state.cart.currency if named and named != state.cart.currency else "",
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
    words = {word.strip(".,;:!?()").lower() for word in state.text.split()}
    return tuple(size for size in state.query.sizes if size.lower() in words)


def _asked(state: TurnState) -> tuple[tuple[str, str], ...]:
    """The facts that a question about a card names."""
    if state.query.intent != "detail":
        return ()
    found = state.taxonomy.find_all(state.text, state.understood.language)
    return tuple((mention.kind, mention.key) for mention in found if mention.kind in ANSWERABLE)


def _budget(state: TurnState) -> str:
    price = state.query.price
    if state.query.intent != "outfit" or state.query.reference or price is None or price.max is None:
        return ""
    return str(Money(minor=price.max, currency=state.cart.currency))


def turn_prompt(prompts: Prompts, state: TurnState, brief: Brief) -> str:
    """The message a language model reads: the shopper's words, what was understood, cards, notes."""
    notes = [f"The shopper's language: {brief.language}."]
    notes += [f"Remembered {kind}: {', '.join(values)}." for kind, values in state.remembered.items()]
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
