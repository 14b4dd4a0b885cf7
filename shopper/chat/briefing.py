"""What a model is told of a turn: a Brief for the built-in stylist, a prompt with the facts for the others.

Knows nothing about which model listens.
"""

from __future__ import annotations

import json

from shopper.chat import facts
from shopper.chat.builtin import Brief
from shopper.chat.prompts import Prompts
from shopper.chat.state import TurnState

MAX_CARDS = 8  # cards described to a model


def brief_of(state: TurnState, *, edited: bool) -> Brief:
    """The turn as far as the built-in stylist acts on it."""
    query, change = state.query, state.understood.cart
    reference = query.reference
    positions = reference.positions if reference else ()
    in_cart = reference is not None and reference.kind == "cart"
    named = query.price.currency if query.price else None
    return Brief(
        intent=query.intent,
        language=state.understood.language,
        nonsense=state.understood.nonsense,
        edited=edited,
        text=state.text,
        turn=len(state.thread.turns) // 2,
        thread_id=state.thread.id,
        shown=len(state.shown),
        positions=() if in_cart else positions,
        cart_lines=len(state.cart.lines),
        cart_positions=positions if in_cart or query.intent == "cart_update" else (),
        cart_action=change.action if change else None,
        quantity=max(1, change.quantity) if change and change.quantity else 1,
        size=change.size if change else None,
        photo=_seen(state),
        currency_note=state.cart.currency if named and named != state.cart.currency else "",
    )


def turn_prompt(prompts: Prompts, state: TurnState, brief: Brief) -> str:
    """The message a language model reads: the shopper's words, what was understood, cards, notes."""
    notes = [f"The shopper's language: {brief.language}."]
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
    words = [*first.colors[:1], *(p for p in first.patterns[:1] if p != "solid"), first.category or ""]
    return " ".join(word for word in words if word)
