"""AG-UI's own models read what the server streams."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest
from ag_ui.core.events import Event, EventType
from ag_ui.core.types import RunAgentInput, UserMessage
from pydantic import TypeAdapter

pytestmark = pytest.mark.slow

EVENT: TypeAdapter[Any] = TypeAdapter(Event)


def run(url: str, thread_id: str, *words: str) -> list[Any]:
    """The events of a run, each as AG-UI's own model reads it."""
    messages = [UserMessage(id=str(n), role="user", content=text) for n, text in enumerate(words)]
    given = RunAgentInput(
        thread_id=thread_id,
        run_id="r-1",
        state={},
        messages=messages,
        tools=[],
        context=[],
        forwarded_props={},
    )
    body = given.model_dump(mode="json", by_alias=True, exclude_none=True)
    with (
        httpx.Client(base_url=url, timeout=30) as api,
        api.stream("POST", "/v1/ag-ui", json=body) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        lines = [line[6:] for line in answer.iter_lines() if line.startswith("data: ")]
    return [EVENT.validate_python(json.loads(line)) for line in lines]


def test_a_run_streams_cards_before_words_and_ends_with_the_state(demo_url: str) -> None:
    events = run(demo_url, str(uuid.uuid4()), "a linen dress under 150")
    kinds = [event.type for event in events]
    assert kinds[0] == EventType.RUN_STARTED
    assert kinds[-2:] == [EventType.STATE_SNAPSHOT, EventType.RUN_FINISHED]
    names = [event.name for event in events if event.type == EventType.CUSTOM]
    assert {"query", "products", "suggestions"} <= set(names)
    cards = kinds.index(EventType.CUSTOM, names.index("products"))
    assert cards < kinds.index(EventType.TEXT_MESSAGE_START)
    text = "".join(e.delta for e in events if e.type == EventType.TEXT_MESSAGE_CONTENT)
    state = next(e.snapshot for e in events if e.type == EventType.STATE_SNAPSHOT)
    assert text
    assert state["products"]["products"]
    assert state["query"]["category"] == "dress"


def test_a_thread_goes_on_under_the_clients_own_id(demo_url: str) -> None:
    thread = str(uuid.uuid4())
    run(demo_url, thread, "sneakers under 90")
    events = run(demo_url, thread, "sneakers under 90", "in white")
    state = next(e.snapshot for e in events if e.type == EventType.STATE_SNAPSHOT)
    assert state["query"]["category"] == "sneakers"
    assert state["query"]["colors"] == ["white"]


def test_a_thread_id_that_can_be_guessed_is_refused(demo_url: str) -> None:
    with pytest.raises(AssertionError, match="22 to 64 characters"):
        run(demo_url, "thread-1", "a dress")
