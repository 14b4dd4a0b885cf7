"""How a turn begins, whichever protocol asks for it: within its limits, alone in its conversation, as a run.

Knows nothing about how its parts are told.
"""

from __future__ import annotations

from fastapi import Request

from shopper.chat.message import Message
from shopper.web.auth import Caller
from shopper.web.deps import Web
from shopper.web.runs import Run
from shopper.web.stream import PartEncoder


async def begin_turn(
    request: Request, web: Web, caller: Caller, thread_id: str, message: Message
) -> tuple[Run, str]:
    """The run that answers `message`, and the answer's id.

    OverLimit where the conversation or the key has had enough; Conflict while another turn runs.
    """
    state = request.scope.setdefault("state", {})
    if (standing := web.rate.check_turn(thread_id)) is not None:
        state.setdefault("standing", []).append(standing)
    run_id = await web.runs.claim(thread_id)
    try:
        if caller.key is not None:
            await web.keys.spend_turn(caller.key.id)
    except BaseException:
        await web.shop.threads.end_run(run_id, "failed")
        raise
    state["thread_id"] = thread_id
    message_id = web.shop.new_id()
    encoder = PartEncoder(web.wire, thread_id=thread_id, run_id=run_id, message_id=message_id)
    reply = web.shop.agent.reply(thread_id, message, owner=caller.owner, message_id=message_id)
    run = await web.runs.start(
        run_id, thread_id, caller.owner, reply, encoder, key_id=caller.key.id if caller.key else None
    )
    return run, message_id
