"""/v1/ag-ui: the shopper as an agent of AG-UI's clients.

Knows nothing about how parts become events.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from ag_ui.core.types import RunAgentInput
from ag_ui.encoder import EventEncoder
from fastapi import APIRouter, Request

from shopper.chat.message import Message
from shopper.errors import BadInput
from shopper.protocols.agui import AgUiEncoder, wanted
from shopper.web.deps import PROBLEMS, CallerDep, WebDep
from shopper.web.repeats import replayed_run
from shopper.web.routes.chat import MAX_TEXT
from shopper.web.sse import EventStream
from shopper.web.stream import Part
from shopper.web.turns import begin_turn

router = APIRouter(tags=["ag-ui"], responses=PROBLEMS)


@router.post("/v1/ag-ui", name="ag_ui_run", response_class=EventStream)
async def run_agent(body: RunAgentInput, request: Request, web: WebDep, caller: CallerDep) -> Any:
    """One run of an AG-UI client; its thread is made when its id is new."""
    thread_id, words = wanted(body)
    if not words.strip() or len(words) > MAX_TEXT:
        raise BadInput(f"A message has 1 to {MAX_TEXT} characters.", field="messages")
    run_id = replayed_run(request)
    if run_id is None:
        await web.shop.threads.ensure(thread_id, caller.owner)
        run, _message_id = await begin_turn(request, web, caller, thread_id, Message(text=words))
        run_id = run.id
    # Their clients match events by the run's id that they gave.
    events = _sse(await web.runs.follow(run_id, caller.owner), AgUiEncoder(thread_id, body.run_id))
    return EventStream(events, headers={"x-run-id": run_id})


async def _sse(parts: AsyncIterator[tuple[int, Part]], encoder: AgUiEncoder) -> AsyncIterator[str]:
    frame = EventEncoder()
    yield frame.encode(encoder.start())
    async for _number, part in parts:
        for event in encoder.events(part):
            yield frame.encode(event)
