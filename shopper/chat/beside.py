"""What the built-in stylist does and says about requests beside search: a person, preferences, looks, sizes.

Knows nothing about products beyond what tools returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.messages import ToolMessage

from shopper.chat.preferences import Preferences
from shopper.chat.replies import Voice
from shopper.chat.size_chart import SizeAdvice
from shopper.types import HandedOff, LookComposed, Order, Page

if TYPE_CHECKING:
    from shopper.chat.builtin import Brief

Calls = list[tuple[str, dict[str, Any]]]
_MOST_KEPT = 4  # things remembered by one message
_NOTE = 500


def plan_aside(brief: Brief) -> Calls:
    """The tool calls of a request beside search."""
    match brief.aside:
        case "handoff":
            email = {"email": brief.email} if brief.email else {}
            return [("hand_off", {"note": brief.text[:_NOTE], **email})]
        case "remember":
            return [
                ("remember_preference", {"kind": kind, "value": value})
                for kind, value in brief.keep[:_MOST_KEPT]
            ]
        case "recall":
            return [("preferences", {"action": "show"})]
        case "forget":
            return [("preferences", {"action": "forget", **({"kind": brief.forget} if brief.forget else {})})]
        case "look" if len(brief.look) > 1:
            return [("show_look", {})]
        case "swap" if brief.swapped:
            return [("find_products", {})]
        case "size_help" if not brief.charted:
            return [("shop_policy", {"question": brief.text}), ("size_advice", {"measures": brief.text})]
        case "size_help":
            position = {"position": brief.positions[0]} if brief.positions else {}
            return [("size_advice", {"measures": brief.text, **position})]
        case _:
            return []


def reply_to_aside(voice: Voice, brief: Brief, results: Sequence[ToolMessage]) -> str:
    """The words for a request beside search and what its tools returned."""
    artifact = results[-1].artifact if results else None
    match brief.aside, artifact:
        case "handoff", HandedOff():
            if artifact.contact is None:
                return artifact.message
            return voice.say("handoff_reach", message=artifact.message, contact=artifact.contact)
        case "remember", _:
            return _remembered(voice, results)
        case "recall", (_, Preferences() as known):
            listed = kept_in_words(voice, known)
            return voice.say("recalled", what=listed) if listed else voice.say("recalled_nothing")
        case "forget", (_, Preferences() as known):
            listed = kept_in_words(voice, known)
            return voice.say("forgotten_some", what=listed) if listed else voice.say("forgotten")
        case "look", LookComposed():
            titles = voice.join([piece.product.title for piece in artifact.items])
            return voice.say("look_shown", titles=titles, total=str(artifact.total))
        case "swap", Page() if brief.piece < len(artifact.items):
            return voice.swapped(artifact.items, brief.piece)
        case "size_help", SizeAdvice():
            policy = results[0].artifact if len(results) > 1 else None
            if isinstance(policy, str) and not artifact.charted:
                return voice.say("policy", text=policy)
            return size_in_words(voice, artifact)
        case "look", _:
            return voice.say("no_look")
        case "swap", _:
            return voice.say("not_swapped")
        case _:
            return voice.say(brief.aside or "chat")


def _remembered(voice: Voice, results: Sequence[ToolMessage]) -> str:
    if not results:
        return voice.say("keep_what")
    kept = [r.artifact[1] for r in results if isinstance(r.artifact, tuple)]
    if not kept:
        return voice.say("not_kept")
    # Tools of one message may have run side by side; the fullest holds them all.
    fullest = max(kept, key=lambda known: sum(len(values) for values in known.listed().values()))
    return voice.say("kept", what=kept_in_words(voice, fullest))


def kept_in_words(voice: Voice, known: Preferences) -> str:
    """What is remembered, as a list: "size M, no polyester, up to €120"."""
    said = [_size(voice, entry) for entry in known.sizes]
    said += list(known.brands)
    said += [voice.word("up_to", value=str(known.budget))] if known.budget else []
    said += [voice.word("no", value=voice.label(dislike)) for dislike in known.dislikes]
    return voice.join(said)


def _size(voice: Voice, entry: str) -> str:
    """A size as it is kept, said: "shoes: 39" → "size 39 (shoes)"."""
    kind, _, size = entry.rpartition(":")
    said = voice.word("size", value=size.strip())
    return f"{said} ({voice.label(kind.strip())})" if kind else said


def size_in_words(voice: Voice, advice: SizeAdvice) -> str:
    """What the size chart says, and nothing about the body it was asked for."""
    if not advice.charted:
        if advice.offered:
            return voice.say("size_uncharted", sizes=", ".join(advice.offered))
        return voice.say("size_unknown")
    if advice.audiences:
        return voice.say("size_audience", audiences=" / ".join(advice.audiences))
    if len(advice.sizes) == 1:
        return voice.say("size_is", size=advice.sizes[0])
    if advice.sizes:
        parts = [voice.word("by", size=size, measure=voice.word(measure)) for measure, size in advice.by]
        return voice.say("size_between", parts=voice.join(parts))
    if advice.wanted:
        return voice.say("size_measures", measures=voice.join([voice.word(name) for name in advice.wanted]))
    return voice.say("size_beyond")


def orders_in_words(voice: Voice, orders: Sequence[Order]) -> str:
    """The newest orders of this conversation and where they stand."""
    said = [
        voice.say("order_is", number=o.number, total=str(o.total), message=o.message or o.status)
        for o in orders[:2]
    ]
    return " ".join(said)
