"""POST /v1/chat and the runs behind it: ask, stream, resume, stop.

Knows nothing about how a reply comes about.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from shopper.chat.message import Message, PageContext
from shopper.chat.understand.chips import edit
from shopper.errors import BadInput
from shopper.products.images import read_photo
from shopper.types import Done, Photo, ProductsShown, QueryEdit, ShopperQuery
from shopper.web.deps import PROBLEMS, TokenCallerDep, Web, WebDep, problems
from shopper.web.repeats import replayed_run
from shopper.web.runs import Run, collect
from shopper.web.schema import ChatOut
from shopper.web.sse import EventStream, framed
from shopper.web.stream import HEADERS
from shopper.web.turns import begin_turn

router = APIRouter(tags=["chat"])

_STREAM: dict[str, Any] = {
    "description": "AI SDK UI message stream (v1); each event has a number to resume from",
    "content": {
        "text/event-stream": {
            "example": 'id: 1\ndata: {"type":"start","messageId":"m1",'
            '"messageMetadata":{"threadId":"t1","runId":"r1"}}\n\n',
        }
    },
}

MAX_TEXT = 4_000  # characters of one message
MAX_PHOTOS = 8  # of one mood board
MAX_PHOTO_BYTES = 8 * 2**20


class PhotoIn(BaseModel):
    """A picture: inline as base64 `data`, or the `upload_id` of an earlier upload."""

    model_config = ConfigDict(extra="forbid")
    media_type: str | None = Field(default=None, examples=["image/jpeg"])
    data: str | None = Field(default=None, description="base64")
    upload_id: str | None = None
    weight: float = Field(default=1.0, gt=0, le=1, description="how much it counts beside the other photos")


class ContextIn(BaseModel):
    """Where on your site the shopper is: on a product's page, "this" in their words means that product."""

    model_config = ConfigDict(extra="forbid")
    product_id: str | None = Field(
        default=None, max_length=128, description="an id of your feed; an unknown one is ignored"
    )
    page: str | None = Field(default=None, max_length=2000, examples=["/sale"])


class MessageIn(BaseModel):
    """Words, photos, or an edit of what was understood."""

    model_config = ConfigDict(extra="forbid")
    text: str | None = Field(
        default=None, max_length=MAX_TEXT, examples=["a linen dress for a wedding under 150"]
    )
    photos: list[PhotoIn] = Field(default=[], json_schema_extra={"maxItems": MAX_PHOTOS})
    query_edit: QueryEdit | None = None
    context: ContextIn | None = None


class ChatIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    thread_id: str | None = Field(default=None, max_length=64, description="leave out to begin a new one")
    message: MessageIn
    stream: bool = True


@router.post(
    "/v1/chat",
    name="chat",
    response_model=None,
    responses=PROBLEMS
    | {
        200: {
            "model": ChatOut,
            "description": "The answer: a stream, or with `stream: false` one object",
            "content": _STREAM["content"],
        },
        503: {"description": "The answer failed as a whole; its `error` says so", "model": ChatOut},
    },
)
async def chat(body: ChatIn, request: Request, web: WebDep, caller: TokenCallerDep) -> Any:
    """Say something to the shopper. `stream: true` answers with an AI SDK UI message stream (v1)."""
    if (again := replayed_run(request)) is not None:
        return EventStream(
            framed(await web.runs.follow(again, caller.owner)), headers={**HEADERS, "x-run-id": again}
        )
    caller.check(body.thread_id)
    message = await _message(body.message, web, caller.owner)
    threads = web.shop.threads
    if body.thread_id is None:
        thread_id = (await threads.create(caller.owner)).id
    else:
        thread_id = body.thread_id
        await threads.check(thread_id, caller.owner)
    run, message_id = await begin_turn(request, web, caller, thread_id, message)
    if body.stream:
        return EventStream(framed(run.follow()), headers={**HEADERS, "x-run-id": run.id})
    await run.wait()
    return JSONResponse(_whole(run, thread_id, message_id), status_code=503 if _only_failed(run) else 200)


@router.get(
    "/v1/runs/{run_id}/stream",
    name="resume_run",
    response_class=EventStream,
    responses=problems(403, 404, 422, 429) | {200: _STREAM},
)
async def resume(
    run_id: str,
    web: WebDep,
    caller: TokenCallerDep,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="the number of the last event you have")] = 0,
    last_event_id: Annotated[int | None, Header(ge=0, le=2**31 - 1)] = None,
) -> EventStream:
    """The rest of a run's stream, from the event after `after` (or Last-Event-ID) on."""
    caller.check(await web.shop.threads.thread_of_run(run_id))
    parts = await web.runs.follow(run_id, caller.owner, after if last_event_id is None else last_event_id)
    return EventStream(framed(parts), headers=HEADERS)


@router.post(
    "/v1/runs/{run_id}/stop",
    name="stop_run",
    status_code=204,
    responses=problems(403, 404, 409, 422, 429),
)
async def stop(run_id: str, web: WebDep, caller: TokenCallerDep) -> None:
    """Stop a run's work on the server; what was said so far stays in the thread."""
    caller.check(await web.shop.threads.thread_of_run(run_id))
    await web.runs.stop(run_id, caller.owner)


async def _message(body: MessageIn, web: Web, owner: str) -> Message:
    text = (body.text or "").strip()
    if not text and not body.photos and body.query_edit is None:
        raise BadInput("Write something or add a photo.", field="message")
    if body.query_edit is not None:
        edit(ShopperQuery(), body.query_edit)  # refuses unknown fields before the answer begins
    if len(body.photos) > MAX_PHOTOS:
        raise BadInput(
            f"A message takes at most {MAX_PHOTOS} photos; this one has {len(body.photos)}.",
            field="message.photos",
        )
    photos = [await _photo(photo, index, web, owner) for index, photo in enumerate(body.photos)]
    weights = {photo.id: said.weight for photo, said in zip(photos, body.photos, strict=True)}
    context = PageContext(**body.context.model_dump()) if body.context else None
    return Message(
        text=text or None,
        photos=tuple(photos),
        weights=weights,
        query_edit=body.query_edit,
        context=context,
    )


async def _photo(photo: PhotoIn, index: int, web: Web, owner: str) -> Photo:
    field = f"message.photos.{index}"
    if photo.upload_id is not None:
        return await web.shop.threads.photo(photo.upload_id, owner)
    if photo.data is None:
        raise BadInput("A photo needs data or an upload_id.", field=field)
    return await photo_of(photo.data, f"{field}.data", web)


async def photo_of(data: str, field: str, web: Web) -> Photo:
    """A shopper's photo written in base64, bare or as a data: URL."""
    try:
        raw = base64.b64decode(data.partition(",")[2] if data.startswith("data:") else data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("A photo's data must be base64.", field=field) from error
    return await decode_photo(raw, web)


async def decode_photo(raw: bytes, web: Web) -> Photo:
    """A shopper's upload as a clean JPEG under a fresh id; BadInput or TooLarge where it can't be one."""
    _image, jpeg = await asyncio.to_thread(read_photo, raw, max_bytes=MAX_PHOTO_BYTES)
    return Photo(id=web.shop.new_id(), media_type="image/jpeg", data=jpeg)


def _only_failed(run: Run) -> bool:
    return not any(isinstance(event, ProductsShown | Done) for event in run.events)


def _whole(run: Run, thread_id: str, message_id: str) -> dict[str, Any]:
    """The run as one object: the last of each kind of part."""
    got = collect(run)
    query = got.get("query", {})
    page = got.get("products", {})
    body = {
        "thread_id": thread_id,
        "run_id": run.id,
        "message_id": got.get("finish", {}).get("messageId", message_id),
        "query": {name: value for name, value in query.items() if name != "chips"},
        "chips": query.get("chips", []),
        "products": page.get("products", []),
        "total": page.get("total", 0),
        "relaxed": page.get("relaxed", []),
        "absence": page.get("absence"),
        "as_of": page.get("as_of"),
        "text": got["text"].strip(),
        "cart": got.get("cart"),
        "checkout": got.get("checkout"),
        "suggestions": got.get("suggestions", {}).get("suggestions", []),
        "timings": got.get("finish", {}).get("timings", {}),
    }
    return body | ({"error": got["error"]} if "error" in got else {})
