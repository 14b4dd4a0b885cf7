"""/v1/threads: make, read and erase conversations; feedback on a message.

Knows nothing about replies.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from shopper.chat.understand.chips import chips
from shopper.types import Turn
from shopper.web.deps import PROBLEMS, CallerDep, Web, WebDep

router = APIRouter(tags=["threads"], responses=PROBLEMS)


class FeedbackIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rating: Literal["up", "down"]
    note: str = Field(default="", max_length=1000)


@router.post("/v1/threads", name="create_thread", status_code=201)
async def create(web: WebDep, caller: CallerDep) -> dict[str, Any]:
    """An empty conversation."""
    thread = await web.shop.threads.create(caller.owner)
    return {"id": thread.id, "created_at": thread.created_at.isoformat()}


@router.get("/v1/threads/{thread_id}", name="get_thread")
async def get(thread_id: str, web: WebDep, caller: CallerDep) -> dict[str, Any]:
    """A conversation's state: what still holds, and how long it is."""
    thread = await web.shop.threads.get(thread_id, caller.owner)
    query = thread.query
    return {
        "id": thread.id,
        "created_at": thread.created_at.isoformat(),
        "messages": len(thread.turns),
        "query": web.wire.query(query, chips(query, currency=web.shop.currency)) if query else None,
    }


@router.delete("/v1/threads/{thread_id}", name="delete_thread", status_code=204)
async def delete(thread_id: str, web: WebDep, caller: CallerDep) -> None:
    """Erase a conversation with its messages, photos, runs and cart."""
    await web.shop.threads.delete(thread_id, caller.owner)


@router.get("/v1/threads/{thread_id}/messages", name="list_messages")
async def messages(
    thread_id: str,
    web: WebDep,
    caller: CallerDep,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Messages with their cards, oldest first."""
    turns, next_cursor = await web.shop.threads.messages(thread_id, caller.owner, cursor=cursor, limit=limit)
    return {"items": [_turn(web, turn) for turn in turns], "next_cursor": next_cursor}


@router.post("/v1/messages/{message_id}/feedback", name="give_feedback", status_code=204)
async def feedback(message_id: str, body: FeedbackIn, web: WebDep, caller: CallerDep) -> None:
    """A thumb up or down for one answer; a second one replaces the first."""
    rating = 1 if body.rating == "up" else -1
    await web.shop.threads.feedback(message_id, caller.owner, rating=rating, note=body.note)


def _turn(web: Web, turn: Turn) -> dict[str, Any]:
    understood = chips(turn.query, currency=web.shop.currency) if turn.query else ()
    return web.wire.turn(turn, understood)
