"""/v1/threads: make, read and erase conversations; feedback on a message.

Knows nothing about replies.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from shopper.chat.understand.chips import chips
from shopper.types import Turn
from shopper.web.deps import CallerDep, ServerDep, TokenCallerDep, Web, WebDep, problems
from shopper.web.schema import MessagePage, ThreadCreated, ThreadOut, ThreadPage, TokenOut

router = APIRouter(tags=["threads"], responses=problems(403, 404, 422, 429))


class FeedbackIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rating: Literal["up", "down"]
    note: str = Field(default="", max_length=1000)


@router.post(
    "/v1/threads",
    name="create_thread",
    status_code=201,
    response_model=None,
    responses=problems(409) | {201: {"model": ThreadCreated}},
)
async def create(web: WebDep, caller: CallerDep) -> dict[str, Any]:
    """An empty conversation."""
    thread = await web.shop.threads.create(caller.owner)
    return {"id": thread.id, "created_at": thread.created_at.isoformat()}


@router.get("/v1/threads", name="list_threads", response_model=None, responses={200: {"model": ThreadPage}})
async def list_threads(
    web: WebDep,
    caller: ServerDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """The conversations made with this key, newest first; for servers only."""
    page, next_cursor = await web.shop.threads.page(caller.owner, cursor=cursor, limit=limit)
    items = [
        {"id": t.id, "created_at": t.created_at.isoformat(), "updated_at": t.updated_at.isoformat()}
        for t in page
    ]
    return {"items": items, "next_cursor": next_cursor}


@router.post(
    "/v1/threads/{thread_id}/token",
    name="create_thread_token",
    status_code=201,
    response_model=None,
    responses=problems(409) | {201: {"model": TokenOut}},
)
async def token(thread_id: str, web: WebDep, caller: CallerDep) -> dict[str, Any]:
    """A bearer that opens this conversation and nothing else, for an hour; it falls with its key."""
    await web.shop.threads.check(thread_id, caller.owner)
    text, expires_at = await web.gate.token(caller, thread_id)
    return {"token": text, "expires_at": expires_at.isoformat()}


@router.get(
    "/v1/threads/{thread_id}", name="get_thread", response_model=None, responses={200: {"model": ThreadOut}}
)
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
    """Erase a conversation with its messages, photos, runs, cart and what was remembered."""
    await web.shop.threads.check(thread_id, caller.owner)
    await web.runs.forget_thread(thread_id)  # an answer that is being written would outlive it
    await web.repeats.forget_thread(thread_id)
    await web.shop.threads.delete(thread_id, caller.owner)


@router.get(
    "/v1/threads/{thread_id}/messages",
    name="list_messages",
    response_model=None,
    responses={200: {"model": MessagePage}},
)
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


@router.post(
    "/v1/messages/{message_id}/feedback",
    name="give_feedback",
    status_code=204,
    responses=problems(400, 409, 413),
)
async def feedback(message_id: str, body: FeedbackIn, web: WebDep, caller: TokenCallerDep) -> None:
    """A thumb up or down for one answer; a second one replaces the first."""
    caller.check(await web.shop.threads.thread_of_message(message_id))
    rating = 1 if body.rating == "up" else -1
    await web.shop.threads.feedback(message_id, caller.owner, rating=rating, note=body.note)
    said = {"message_id": message_id, "rating": body.rating, "note": body.note}
    await web.shop.outbox.tell("feedback.given", said)


def _turn(web: Web, turn: Turn) -> dict[str, Any]:
    understood = chips(turn.query, currency=web.shop.currency) if turn.query else ()
    return web.wire.turn(turn, understood)
