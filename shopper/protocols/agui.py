"""AG-UI's events of a shop's conversation: their run input in, their events out.

Words are text messages; cards, query, cart and the rest are custom events under their wire names, and the
state snapshot at the end holds the last of each. Knows nothing about HTTP, keys or how a reply comes about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ag_ui.core.events import (
    BaseEvent,
    CustomEvent,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    StateSnapshotEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
)
from ag_ui.core.types import RunAgentInput

from shopper.errors import BadInput

LEAST_THREAD_ID = 22  # characters; a thread's id is all that keeps one shopper from another's words


def wanted(given: RunAgentInput) -> tuple[str, str]:
    """The thread's id and the shopper's words; BadInput where the run holds none.

    AG-UI's clients make the thread's id, so it must be long enough that nobody guesses it.
    """
    if len(given.thread_id) < LEAST_THREAD_ID or len(given.thread_id) > 64:
        raise BadInput(
            f"A threadId has {LEAST_THREAD_ID} to 64 characters; use a random UUID.", field="threadId"
        )
    last = given.messages[-1] if given.messages else None
    content = getattr(last, "content", None)
    if last is None or last.role != "user" or not content:
        raise BadInput("The last message must be the user's.", field="messages")
    if isinstance(content, str):
        return given.thread_id, content
    words = [part.text for part in content if getattr(part, "type", "") == "text"]
    return given.thread_id, "\n".join(words)


class AgUiEncoder:
    """Turns one run's wire parts into AG-UI events."""

    def __init__(self, thread_id: str, run_id: str) -> None:
        self._thread_id, self._run_id = thread_id, run_id
        self._message_id = ""
        self._state: dict[str, Any] = {}
        self._failed: str | None = None

    def start(self) -> BaseEvent:
        return RunStartedEvent(thread_id=self._thread_id, run_id=self._run_id)

    def events(self, part: Mapping[str, Any]) -> Iterator[BaseEvent]:
        """The events that one wire part becomes."""
        match part["type"]:
            case "start":
                self._message_id = part["messageId"]
            case "text-start":
                id_ = self._text_id(part)
                yield TextMessageStartEvent(message_id=id_, role="assistant")
            case "text-delta":
                yield TextMessageContentEvent(message_id=self._text_id(part), delta=part["delta"])
            case "text-end":
                yield TextMessageEndEvent(message_id=self._text_id(part))
            case "error":
                self._failed = part["errorText"]
            case "finish":
                yield from self._end()
            case kind if kind.startswith("data-"):
                name = kind.removeprefix("data-")
                if not part.get("transient"):
                    self._state[name] = part["data"]
                yield CustomEvent(name=name, value=part["data"])

    def _end(self) -> Iterator[BaseEvent]:
        if self._state:
            yield StateSnapshotEvent(snapshot=self._state)
        if self._failed is not None:
            yield RunErrorEvent(message=self._failed)
        else:
            yield RunFinishedEvent(thread_id=self._thread_id, run_id=self._run_id)

    def _text_id(self, part: Mapping[str, Any]) -> str:
        return f"{self._message_id}-{part['id']}"
