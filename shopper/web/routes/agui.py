"""/v1/ag-ui: the shopper as an agent of AG-UI's clients.

Knows nothing about how parts become events.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from ag_ui.core.types import RunAgentInput
from ag_ui.encoder import EventEncoder
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from shopper.chat.message import Message
from shopper.errors import BadInput
from shopper.protocols.agui import AgUiEncoder, wanted
from shopper.web.deps import PROBLEMS, CallerDep, WebDep
from shopper.web.routes.chat import MAX_TEXT
from shopper.web.runs import Run
from shopper.web.stream import PartEncoder

router = APIRouter(tags=["ag-ui"], responses=PROBLEMS)


@router.post("/v1/ag-ui", name="ag_ui_run")
async def run_agent(body: RunAgentInput, web: WebDep, caller: CallerDep) -> Any:
    """One run of an AG-UI client; its thread is made when its id is new."""
    thread_id, words = wanted(body)
    if not words.strip() or len(words) > MAX_TEXT:
        raise BadInput(f"A message has 1 to {MAX_TEXT} characters.", field="messages")
    threads = web.shop.threads
    await threads.ensure(thread_id, caller.owner)
    run_id = await threads.start_run(thread_id)
    message_id = web.shop.new_id()
    parts = PartEncoder(web.wire, thread_id=thread_id, run_id=run_id, message_id=message_id)
    reply = web.shop.agent.reply(thread_id, Message(text=words), owner=caller.owner, message_id=message_id)
    run = await web.runs.start(run_id, thread_id, caller.owner, reply, parts)
    # Their clients match events by the run's id that they gave.
    events = _sse(run, AgUiEncoder(thread_id, body.run_id))
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})


async def _sse(run: Run, encoder: AgUiEncoder) -> AsyncIterator[str]:
    frame = EventEncoder()
    yield frame.encode(encoder.start())
    async for _number, part in run.follow():
        for event in encoder.events(part):
            yield frame.encode(event)
