"""OpenAI's chat completions over a shop's conversation: their messages in, their chunks out.

Products, the query and the cart travel as fields beside OpenAI's own; unless it is declined, the products are
listed in the text, too. Knows nothing about HTTP, keys or how a reply comes about.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shopper.errors import BadInput
from shopper.types import Money

MODEL = "shopper"  # the one model there is
_KEPT = 2_000  # conversations that are found again by what was said in them
_LISTED = 8  # cards of a list in the text


class TextPart(BaseModel):
    model_config = ConfigDict(extra="ignore")
    type: Literal["text"]
    text: str = Field(max_length=4_000)


class ImageUrl(BaseModel):
    model_config = ConfigDict(extra="ignore")
    url: str = Field(description="a data: URL; other addresses aren't fetched")


class ImagePart(BaseModel):
    model_config = ConfigDict(extra="ignore")
    type: Literal["image_url"]
    image_url: ImageUrl


Part = Annotated[TextPart | ImagePart, Field(discriminator="type")]


class ChatMessage(BaseModel):
    """One message; what the shop doesn't use of it (names, tool calls) is left aside."""

    model_config = ConfigDict(extra="ignore")
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, str) or self.content is None:
            return self.content or ""
        return "\n".join(part.text for part in self.content if isinstance(part, TextPart))

    @property
    def images(self) -> tuple[str, ...]:
        """The data URLs of its pictures."""
        if not isinstance(self.content, list):
            return ()
        return tuple(part.image_url.url for part in self.content if isinstance(part, ImagePart))


class StreamOptions(BaseModel):
    model_config = ConfigDict(extra="ignore")
    include_usage: bool = False


class CompletionIn(BaseModel):
    """A request as OpenAI's clients send it; sampling settings are accepted and change nothing.

    Two fields are the shop's own: `thread_id` goes on with a stored conversation, and `products_in_text`
    says whether the cards are listed in the text as well.
    """

    model_config = ConfigDict(extra="ignore")
    model: str = MODEL
    messages: list[ChatMessage] = Field(min_length=1, max_length=200)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int = Field(default=1, ge=1)
    thread_id: str | None = None
    products_in_text: bool = True

    @property
    def last(self) -> ChatMessage:
        """The shopper's new message; BadInput where the last message is somebody else's."""
        if self.n != 1:
            raise BadInput("One answer at a time: n must be 1.", field="n")
        last = self.messages[-1]
        if last.role != "user":
            raise BadInput("The last message must be the user's.", field="messages")
        return last

    @property
    def before(self) -> tuple[ChatMessage, ...]:
        """What was said before it, without instructions: those are the shop's own."""
        return tuple(m for m in self.messages[:-1] if m.role in ("user", "assistant"))


class Conversations:
    """Finds the thread that goes on from what was said before, for clients that send the whole conversation.

    Kept in memory: after a restart, or in another process, a conversation is taken up from its words alone.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._threads: OrderedDict[str, str] = OrderedDict()

    def find(self, owner: str, before: Sequence[ChatMessage]) -> str | None:
        """The thread in which exactly this was said."""
        return self._threads.get(_key(owner, before)) if before else None

    def keep(self, owner: str, before: Sequence[ChatMessage], thread_id: str) -> None:
        """Remember that `before` was said in the thread."""
        self._threads[_key(owner, before)] = thread_id
        while len(self._threads) > self._kept:
            self._threads.popitem(last=False)


def _key(owner: str, messages: Sequence[ChatMessage]) -> str:
    said = json.dumps([owner, *([m.role, m.text.strip(), len(m.images)] for m in messages)])
    return hashlib.sha256(said.encode()).hexdigest()


class Completion:
    """Turns one run's wire parts into OpenAI's chunks, or into one answer.

    `created` is in seconds since 1970.
    """

    def __init__(self, run_id: str, thread_id: str, created: int, *, list_products: bool) -> None:
        self._head = {"id": f"chatcmpl-{run_id}", "created": created, "model": MODEL}
        self._thread_id = thread_id
        self._list_products = list_products
        self._said: list[str] = []
        self._cards: list[Mapping[str, Any]] = []
        self._beside: dict[str, Any] = {"thread_id": thread_id}
        self.tokens = (0, 0)  # of the prompt and of the answer, as far as a language model counted them

    @property
    def text(self) -> str:
        """What was said so far, with the list of products."""
        return "".join(self._said)

    def first(self) -> dict[str, Any]:
        """The chunk that opens a stream."""
        return self._chunk({"role": "assistant", "content": ""}, thread_id=self._thread_id)

    def chunks(self, part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The chunks that one wire part becomes."""
        match part["type"]:
            case "text-delta":
                yield self._words(part["delta"])
            case "text-end":
                pass
            case "data-products":
                self._cards = list(part["data"]["products"])
                yield self._fields(products=self._cards, total=part["data"]["total"])
            case "data-query" | "data-cart" | "data-checkout" | "data-compare" | "data-look" as kind:
                yield self._fields(**{kind.removeprefix("data-"): part["data"]})
            case "data-suggestions":
                yield self._fields(suggestions=part["data"]["suggestions"])
            case "error":
                yield self._words(part["errorText"])
            case "finish":
                timings = part.get("messageMetadata", {}).get("timings", {})
                asked, said = timings.get("prompt_tokens", 0), timings.get("completion_tokens", 0)
                self.tokens = (int(asked), int(said))

    def last(self) -> Iterator[dict[str, Any]]:
        """The list of products, and the chunk that ends the answer."""
        if self._list_products and self._cards:
            yield self._words(_listed(self._cards))
        yield self._chunk({}, finish="stop")

    def usage_chunk(self) -> dict[str, Any]:
        """The chunk without choices that `stream_options.include_usage` asks for."""
        return {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": self._usage()}

    def whole(self) -> dict[str, Any]:
        """The answer in one piece, after all chunks were made."""
        message = {"role": "assistant", "content": self.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": self._usage(),
            **self._beside,
        }

    def _words(self, words: str) -> dict[str, Any]:
        self._said.append(words)
        return self._chunk({"content": words})

    def _fields(self, **fields: Any) -> dict[str, Any]:
        self._beside |= fields
        return self._chunk({}, **fields)

    def _chunk(self, delta: dict[str, Any], *, finish: str | None = None, **more: Any) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice], **more}

    def _usage(self) -> dict[str, int]:
        asked, said = self.tokens
        return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _listed(cards: Sequence[Mapping[str, Any]]) -> str:
    """The cards as a numbered list, for clients that show nothing but text."""
    lines = []
    for number, card in enumerate(cards[:_LISTED], start=1):
        title = f"{card['title']}, {card['color']}" if card.get("color") else card["title"]
        named = f"[{title}]({card['url']})" if card.get("url") else title
        price = Money(
            minor=card["price_range"]["min"]["amount"], currency=card["price_range"]["min"]["currency"]
        )
        lines.append(f"{number}. {named}, {price}")
    return "\n\n" + "\n".join(lines)


def error_body(message: str, *, kind: str, code: str, field: str | None = None) -> dict[str, Any]:
    """An error as OpenAI's clients read it."""
    return {"error": {"message": message, "type": kind, "code": code, "param": field}}


def models(created: int) -> dict[str, Any]:
    """The list of the one model."""
    return {
        "object": "list",
        "data": [{"id": MODEL, "object": "model", "created": created, "owned_by": "shop"}],
    }
