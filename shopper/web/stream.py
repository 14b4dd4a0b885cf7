"""Turns the events of a reply into the AI SDK UI message stream (v1), one JSON part at a time.

Knows nothing about HTTP, threads or how a reply comes about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shopper.types import (
    CartChanged,
    CheckoutProposed,
    Compared,
    Done,
    Failed,
    HandedOff,
    LookComposed,
    PhotoFocused,
    ProductsShown,
    QueryUnderstood,
    ReplyEvent,
    Status,
    Suggestions,
    TextDelta,
)
from shopper.web.wire import Wire

HEADERS = {"x-vercel-ai-ui-message-stream": "v1", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

Part = dict[str, Any]


class PartEncoder:
    """Encodes one run's events in order; remembers only whether a text block is open."""

    def __init__(self, wire: Wire, *, thread_id: str, run_id: str, message_id: str) -> None:
        self._wire = wire
        self._message_id = message_id
        self._metadata = {"threadId": thread_id, "runId": run_id}
        self._text_id: str | None = None
        self._texts = 0

    def start(self) -> Part:
        return {"type": "start", "messageId": self._message_id, "messageMetadata": self._metadata}

    def parts(self, event: ReplyEvent) -> Iterator[Part]:
        """The parts that `event` becomes; a text block is closed before anything that isn't text."""
        if isinstance(event, TextDelta):
            yield from self._text(event.delta)
            return
        yield from self._end_text()
        match event:
            case Status():
                yield {"type": "data-status", "data": {"text": event.text}, "transient": True}
            case QueryUnderstood():
                yield {"type": "data-query", "data": self._wire.query(event.query, event.chips)}
            case PhotoFocused():
                yield {"type": "data-photo", "data": event.region.model_dump(mode="json")}
            case ProductsShown():
                yield {"type": "data-products", "id": event.id, "data": self._wire.page(event.page)}
            case CartChanged():
                yield {"type": "data-cart", "data": self._wire.cart(event.cart)}
            case CheckoutProposed():
                yield {"type": "data-checkout", "data": self._wire.proposed(event)}
            case Compared():
                yield {"type": "data-compare", "data": self._wire.compared(event)}
            case LookComposed():
                yield {"type": "data-look", "id": event.id, "data": self._wire.look(event)}
            case HandedOff():
                yield {"type": "data-handoff", "data": {"message": event.message, "contact": event.contact}}
            case Suggestions():
                yield {
                    "type": "data-suggestions",
                    "data": {"suggestions": self._wire.suggestions(event.suggestions)},
                }
            case Failed():
                yield {"type": "error", "errorText": event.message}
            case Done():
                yield {
                    "type": "finish",
                    "messageMetadata": {
                        **self._metadata,
                        "messageId": event.message_id,
                        "timings": event.timings,
                    },
                }

    def end(self) -> Iterator[Part]:
        """What closes a stream whose run ended without `Done`."""
        yield from self._end_text()
        yield {"type": "finish", "messageMetadata": self._metadata}

    def _text(self, delta: str) -> Iterator[Part]:
        if self._text_id is None:
            self._texts += 1
            self._text_id = f"text-{self._texts}"
            yield {"type": "text-start", "id": self._text_id}
        yield {"type": "text-delta", "id": self._text_id, "delta": delta}

    def _end_text(self) -> Iterator[Part]:
        if self._text_id is not None:
            yield {"type": "text-end", "id": self._text_id}
            self._text_id = None
