"""What a model costs: tokens by an estimate or the server's own count, and the limits of turn and thread.

Knows nothing about any model's tokenizer; a token is taken as four characters of Latin text, one of others.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain.agents.middleware import before_model
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage

from shopper.types import Turn

log = logging.getLogger(__name__)

_PER_MESSAGE = 4  # tokens that frame a message


@dataclass(frozen=True)
class Limits:
    """Prompt tokens: of one turn's calls together, of a conversation, and of earlier turns in a prompt."""

    turn: int = 16_000
    thread: int = 400_000
    history: int = 1_500


@dataclass
class Usage:
    """What one turn's model calls cost so far; `fixed` is what each carries: system prompt and tools."""

    fixed: int = 0
    limit: int = Limits().turn
    estimated: int = 0
    held_back: int = 0  # sentences that couldn't be traced
    counted: dict[str, int] = field(default_factory=dict)  # the server's figures, by the answer's id
    answers: dict[str, None] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        return len(self.answers)

    @property
    def prompt_tokens(self) -> int:
        """The server's count where it gave one for every call, else the estimate."""
        whole = self.answers and all(answer in self.counted for answer in self.answers)
        return sum(self.counted.values()) if whole else self.estimated

    @property
    def figures(self) -> dict[str, float]:
        """What a finished turn tells of it; nothing where no model was called."""
        if not self.calls:
            return {}
        return {"model_calls": self.calls, "prompt_tokens": self.prompt_tokens, "held_back": self.held_back}

    def heard(self, chunk: AIMessageChunk) -> None:
        """Take in a piece of an answer."""
        id_ = chunk.id or ""
        self.answers.setdefault(id_)
        if chunk.usage_metadata is not None and chunk.usage_metadata["input_tokens"]:
            self.counted[id_] = chunk.usage_metadata["input_tokens"]


def tokens_of(text: str) -> int:
    """About how many tokens a text is."""
    latin = sum(character < "\u0250" for character in text)
    return -(-latin // 4) + (len(text) - latin)


def tokens_in(messages: Sequence[BaseMessage]) -> int:
    """About how many tokens messages are, with their tool calls."""
    total = 0
    for message in messages:
        calls = (
            json.dumps(message.tool_calls) if isinstance(message, AIMessage) and message.tool_calls else ""
        )
        total += _PER_MESSAGE + tokens_of(str(message.content)) + tokens_of(calls)
    return total


def history(turns: Sequence[Turn], *, tokens: int, most: int) -> list[BaseMessage]:
    """The latest earlier turns, a shopper's message always with its answer, within so many tokens.

    An exchange that doesn't fit is left out with all that came before it.
    """
    exchanges: list[list[BaseMessage]] = []
    for turn in turns:
        if turn.role == "shopper":
            exchanges.append([HumanMessage(turn.text or "(a photo)")])
        elif exchanges:
            exchanges[-1].append(AIMessage(turn.text or "(stopped)"))
    whole = [exchange for exchange in exchanges if len(exchange) > 1][-most:]
    kept: list[list[BaseMessage]] = []
    for exchange in reversed(whole):
        tokens -= tokens_in(exchange)
        if tokens < 0:
            break
        kept.insert(0, exchange)
    return [message for exchange in kept for message in exchange]


@before_model(can_jump_to=["end"])
async def within_the_turns_limit(state: Any, runtime: Any) -> dict[str, Any] | None:
    """Ends a turn before a call that would take it over its tokens; what was found and said stays."""
    usage: Usage = runtime.context.usage
    ahead = usage.fixed + tokens_in(state["messages"])
    if usage.estimated + ahead > usage.limit:
        log.warning("a turn was ended at %d prompt tokens", usage.estimated)
        return {"jump_to": "end"}
    usage.estimated += ahead
    return None
