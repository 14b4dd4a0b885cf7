"""POST /v1/threads/{id}/handoff: ask that a person goes on with a conversation.

Knows nothing about how the shop's people are told.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shopper.chat.handoffs import MAX_NOTE
from shopper.chat.replies import Voice
from shopper.web.deps import PROBLEMS, CallerDep, WebDep
from shopper.web.schema_commerce import HandoffOut

router = APIRouter(tags=["threads"], responses=PROBLEMS)


class HandoffIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    note: str = Field(default="", max_length=MAX_NOTE)
    email: str | None = Field(default=None, max_length=254)


@router.post(
    "/v1/threads/{thread_id}/handoff",
    name="hand_off",
    status_code=202,
    response_model=None,
    responses={202: {"model": HandoffOut}},
)
async def hand_off(thread_id: str, body: HandoffIn, web: WebDep, caller: CallerDep) -> dict[str, Any]:
    """Pass the conversation on; asking again adds to the same request."""
    thread = await web.shop.threads.get(thread_id, caller.owner)
    language = next((t.language for t in reversed(thread.turns) if t.language), None) or "en"
    situation = "handoff_contact"
    if web.shop.agent.desk.handoffs is not None:
        await web.shop.agent.desk.handoffs.open(thread_id, note=body.note, email=body.email)
        situation = "handed_off"
    return {"message": Voice(language, 0).say(situation), "contact": web.shop.agent.contact}
