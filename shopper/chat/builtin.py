"""The built-in stylist: a chat model that calls the same tools from what the reader understood.

It is a parser with templates, not a language model. Knows nothing about the shop beyond what tools return.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Literal

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from shopper.chat.ask import SizeQuestion
from shopper.chat.grounding import sentences
from shopper.chat.replies import Voice, is_thanks
from shopper.types import Cart, Intent, Page, Recommendation, Value

BRIEF = "brief"  # where a message carries its Brief


class Brief(Value):
    """What the reader understood of one message, as far as the built-in stylist acts on it."""

    intent: Intent
    language: str = "en"
    nonsense: bool = False
    edited: bool = False
    text: str = ""
    turn: int = 0
    thread_id: str = ""
    shown: int = 0  # how many cards are in sight
    positions: tuple[int, ...] = ()
    cart_lines: int = 0
    cart_positions: tuple[int, ...] = ()
    cart_action: Literal["add", "remove", "set"] | None = None
    quantity: int = 1
    size: str | None = None
    photo: str = ""  # what the photo shows, in words
    currency_note: str = ""  # the shop's currency, if the shopper named another one


class BuiltinStylist(BaseChatModel):
    """Emits tool calls for a Brief, then a short reply on what the tools returned."""

    @property
    def _llm_type(self) -> str:
        return "builtin-stylist"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Any | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The tools are known; nothing needs binding."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=answer(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from _chunks(answer(messages))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(answer(messages)):
            yield chunk


def _chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """The message in pieces: its tool calls, or its text sentence by sentence."""
    if message.tool_calls:
        calls = [
            {
                "name": c["name"],
                "args": json.dumps(c["args"]),
                "id": c["id"],
                "index": i,
                "type": "tool_call_chunk",
            }
            for i, c in enumerate(message.tool_calls)
        ]
        chunk = AIMessageChunk(content="", tool_call_chunks=calls)
        yield ChatGenerationChunk(message=chunk)
        return
    lines = str(message.content).split("\n")
    for number, line in enumerate(lines):
        for sentence in sentences(line):
            yield ChatGenerationChunk(message=AIMessageChunk(content=sentence + " "))
        if number < len(lines) - 1:
            yield ChatGenerationChunk(message=AIMessageChunk(content="\n"))


def answer(messages: list[BaseMessage]) -> AIMessage:
    """The next message: tool calls if none were made for the last Brief yet, else the reply."""
    last = max(i for i, m in enumerate(messages) if isinstance(m, HumanMessage))
    brief = Brief.model_validate(messages[last].additional_kwargs[BRIEF])
    results = [m for m in messages[last + 1 :] if isinstance(m, ToolMessage)]
    if not results and (call := plan(brief)):
        name, arguments = call
        return AIMessage(
            content="",
            tool_calls=[{"name": name, "args": arguments, "id": f"{name}-{brief.turn}", "type": "tool_call"}],
        )
    return AIMessage(content=reply(brief, results))


def plan(brief: Brief) -> tuple[str, dict[str, Any]] | None:
    """The tool call that a Brief asks for, or None where words are enough."""
    if brief.nonsense:
        return None
    match brief.intent:
        case "search" | "refine" | "more" | "similar" | "outfit":
            return "find_products", {}
        case "policy":
            return "shop_policy", {"question": brief.text}
        case "order_status":
            return "order_status", {}
        case "checkout":
            return ("propose_checkout", {}) if brief.cart_lines else None
        case "compare" if brief.shown > 1:
            several = brief.positions if len(brief.positions) > 1 else (1, 2)
            return "compare_products", {"positions": list(several[:4])}
        case "detail" if brief.shown:
            return "get_product", {"position": brief.positions[0] if brief.positions else 1}
        case "cart_add" if brief.shown:
            position = _the_one(brief.positions, brief.shown)
            if position is None:
                return None
            size = {"size": brief.size} if brief.size else {}
            return "add_to_cart", {"position": position, "quantity": brief.quantity, **size}
        case "cart_update" if brief.cart_action in ("remove", "set") and brief.cart_lines:
            line = _the_one(brief.cart_positions, brief.cart_lines)
            if line is None:
                return None
            quantity = 0 if brief.cart_action == "remove" else brief.quantity
            return "update_cart", {"line": line, "quantity": quantity}
        case _:
            return None


def _the_one(positions: tuple[int, ...], count: int) -> int | None:
    """The position meant: the one said, or the only one there is."""
    if positions:
        return positions[0]
    return 1 if count == 1 else None


def reply(brief: Brief, results: Sequence[ToolMessage]) -> str:
    """The prose for a Brief and what its tools returned."""
    voice = Voice(brief.language, brief.turn, brief.thread_id)
    if results and results[-1].status == "error":
        return str(results[-1].content)
    said = _reply(voice, brief, results[-1].artifact if results else None)
    if brief.currency_note:
        said = f"{said} {voice.say('currency', currency=brief.currency_note)}"
    return said


def _reply(voice: Voice, brief: Brief, artifact: Any) -> str:
    if brief.nonsense:
        return voice.say("not_understood")
    match brief.intent, artifact:
        case _, Page():
            return _on_page(voice, brief, artifact)
        case "policy", found:
            return str(found) if found else voice.say("policy_unknown")
        case "order_status", contact:
            return voice.say("order", contact=contact or voice.say("policy_unknown"))
        case "checkout", Cart():
            return voice.say("checkout", total=str(artifact.total))
        case _, SizeQuestion():
            title = artifact.card.product.title
            if not artifact.sizes:
                return voice.say("sold_out", title=title)
            return voice.say("which_size", title=title, sizes=", ".join(artifact.sizes))
        case "cart_add", (card, variant, cart):
            return voice.added(card, variant.size, cart)
        case "cart_update", (line, 0, cart):
            return voice.say("removed", title=line.title, total=str(cart.total))
        case "cart_update", (_, _, cart):
            return voice.say("changed", total=str(cart.total))
        case "compare", tuple():
            return voice.compare(artifact)
        case "detail", Recommendation():
            return voice.detail(artifact, brief.text)
        case "smalltalk", _:
            return voice.say("thanks" if is_thanks(brief.text) else "hello")
        case "out_of_scope", _:
            return voice.say("out_of_scope")
        case (("checkout" | "cart_update"), _) if not brief.cart_lines:
            return voice.say("cart_empty")
        case (("cart_add" | "cart_update"), _) if brief.shown:
            return voice.say("which_card")
        case (("compare" | "detail" | "cart_add"), _):
            return voice.say("nothing_shown")
        case _:
            return voice.say("not_understood")


def _on_page(voice: Voice, brief: Brief, page: Page) -> str:
    situation = {"outfit": "look", "similar": "similar"}.get(
        brief.intent, "edited" if brief.edited else "found"
    )
    said = voice.page(page, situation)
    return f"{voice.say('photo', seen=brief.photo)} {said}" if brief.photo else said
