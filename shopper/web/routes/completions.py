"""/v1/chat/completions and /v1/models: the shopper as OpenAI's clients expect a model.

Knows nothing about how parts become chunks.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import ValidationError

from shopper.chat.message import Message
from shopper.errors import BadInput, Conflict, ModelUnavailable, NotAllowed, NotFound, ShopperError, TooMany
from shopper.protocols.openai import ChatMessage, Completion, CompletionIn, error_body, models
from shopper.types import Photo
from shopper.web.deps import CallerDep, Web, WebDep
from shopper.web.routes.chat import MAX_PHOTOS, MAX_TEXT, decode_photo
from shopper.web.runs import Run
from shopper.web.stream import PartEncoder

router = APIRouter(tags=["openai"])

_STATUS: tuple[tuple[type[ShopperError], int, str], ...] = (
    (BadInput, 400, "invalid_request_error"),
    (NotFound, 404, "invalid_request_error"),
    (Conflict, 409, "invalid_request_error"),
    (NotAllowed, 403, "permission_error"),
    (TooMany, 429, "rate_limit_error"),
    (ModelUnavailable, 503, "server_error"),
)
_TAKEN_UP = 3  # earlier messages of the shopper, where a conversation isn't known here


@router.get("/v1/models", name="list_models")
async def list_models(web: WebDep, _caller: CallerDep) -> dict[str, Any]:
    """The one model there is: the shop's personal shopper."""
    return models(int(time.time()))


@router.post("/v1/chat/completions", name="chat_completions")
async def completions(request: Request, web: WebDep, caller: CallerDep) -> Any:
    """Answer as OpenAI's chat completions do; products, query and cart come as fields beside theirs."""
    try:
        body = CompletionIn.model_validate_json(await request.body())
        message = await _message(body.last, web)
        thread_id = await _thread(body, web, caller.owner)
        run, completion = await _begin(body, message, thread_id, web, caller.owner)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        return JSONResponse(
            error_body(
                f"{field}: {first['msg']}", kind="invalid_request_error", code="bad_input", field=field
            ),
            status_code=400,
        )
    except ShopperError as error:
        return _refused(error)
    if body.stream:
        chunks = _stream(run, completion, body, web, caller.owner)
        return StreamingResponse(
            chunks, media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
        )
    async for _number, part in run.follow():
        for _chunk in completion.chunks(part):
            pass
    for _chunk in completion.last():
        pass
    _keep(body, completion, thread_id, web, caller.owner)
    return completion.whole()


def _refused(error: ShopperError) -> JSONResponse:
    known = ((status, kind) for family, status, kind in _STATUS if isinstance(error, family))
    status, kind = next(known, (400, "invalid_request_error"))
    field = error.field if isinstance(error, BadInput) else None
    return JSONResponse(
        error_body(error.message, kind=kind, code=error.code, field=field), status_code=status
    )


async def _message(said: ChatMessage, web: Web) -> Message:
    text = said.text.strip()
    if not text and not said.images:
        raise BadInput("Write something or add a picture.", field="messages")
    if len(text) > MAX_TEXT:
        raise BadInput(f"A message takes at most {MAX_TEXT} characters.", field="messages")
    if len(said.images) > MAX_PHOTOS:
        raise BadInput(f"A message takes at most {MAX_PHOTOS} pictures.", field="messages")
    photos = [await _photo(url, web) for url in said.images]
    return Message(text=text or None, photos=tuple(photos))


async def _photo(url: str, web: Web) -> Photo:
    head, _, data = url.partition(",")
    if not head.startswith("data:") or not head.endswith(";base64"):
        raise BadInput(
            "Send a picture as a data: URL in base64; addresses aren't fetched.", field="image_url"
        )
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("A picture's data must be base64.", field="image_url") from error
    return await decode_photo(raw, web)


async def _thread(body: CompletionIn, web: Web, owner: str) -> str:
    """The stored thread that goes on, or a new one."""
    threads = web.shop.threads
    if body.thread_id is not None:
        await threads.check(body.thread_id, owner)
        return body.thread_id
    known = web.conversations.find(owner, body.before)
    if known is not None:
        try:
            await threads.check(known, owner)
        except NotFound:
            pass  # it was erased since
        else:
            return known
    thread_id = (await threads.create(owner)).id
    # A conversation this process doesn't know: what the shopper said last is said again, unheard.
    earlier = [said for said in body.before if said.role == "user"]
    for said in earlier[-_TAKEN_UP:]:
        async for _event in web.shop.agent.reply(thread_id, await _message(said, web), owner=owner):
            pass
    return thread_id


async def _begin(
    body: CompletionIn, message: Message, thread_id: str, web: Web, owner: str
) -> tuple[Run, Completion]:
    run_id = await web.shop.threads.start_run(thread_id)
    message_id = web.shop.new_id()
    encoder = PartEncoder(web.wire, thread_id=thread_id, run_id=run_id, message_id=message_id)
    reply = web.shop.agent.reply(thread_id, message, owner=owner, message_id=message_id)
    run = await web.runs.start(run_id, thread_id, owner, reply, encoder)
    created = int(time.time())
    return run, Completion(run_id, thread_id, created, list_products=body.products_in_text)


async def _stream(
    run: Run, completion: Completion, body: CompletionIn, web: Web, owner: str
) -> AsyncIterator[str]:
    yield _sse(completion.first())
    async for _number, part in run.follow():
        for chunk in completion.chunks(part):
            yield _sse(chunk)
    for chunk in completion.last():
        yield _sse(chunk)
    _keep(body, completion, run.thread_id, web, owner)
    if body.stream_options and body.stream_options.include_usage:
        yield _sse(completion.usage_chunk())
    yield "data: [DONE]\n\n"


def _keep(body: CompletionIn, completion: Completion, thread_id: str, web: Web, owner: str) -> None:
    """Find the thread again when the client sends the same conversation with this answer in it."""
    said = [*body.before, body.last, ChatMessage(role="assistant", content=completion.text)]
    web.conversations.keep(owner, said, thread_id)


def _sse(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False, separators=(',', ':'))}\n\n"
