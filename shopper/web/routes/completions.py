"""/v1/chat/completions and /v1/models: the shopper as OpenAI's clients expect a model.

Knows nothing about how parts become chunks.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from shopper.chat.message import Message
from shopper.errors import BadInput, NotFound, ShopperError
from shopper.protocols.openai import ChatMessage, Completion, CompletionIn, error_body, models
from shopper.types import Photo
from shopper.web.auth import Caller
from shopper.web.deps import CallerDep, Web, WebDep, problems
from shopper.web.problems import headers_of, status_of
from shopper.web.repeats import replayed_run
from shopper.web.routes.chat import MAX_PHOTOS, MAX_TEXT, photo_of
from shopper.web.sse import EventStream
from shopper.web.stream import Part
from shopper.web.turns import begin_turn

router = APIRouter(tags=["openai"], responses=problems(403, 429))

# Errors of the conversation are told as OpenAI's clients read them, the rest as problems.
_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {
        "description": title,
        "content": {
            "application/json": {
                "example": error_body(
                    "Write something or add a picture.",
                    kind="invalid_request_error",
                    code="bad_input",
                    field="messages",
                )
            },
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    }
    for status, title in {
        400: "Can't be used",
        404: "Not found",
        409: "A turn is running",
        413: "Too large",
        422: "A header can't be used",
        429: "Over a limit",
        503: "Not ready",
    }.items()
}

# OpenAI's names of what went wrong, by status; all others are the request's own fault.
_KINDS = {403: "permission_error", 429: "rate_limit_error", 503: "server_error"}
_TAKEN_UP = 3  # earlier messages of the shopper, where a conversation isn't known here


@router.get("/v1/models", name="list_models")
async def list_models(web: WebDep, _caller: CallerDep) -> dict[str, Any]:
    """The one model there is: the shop's personal shopper."""
    return models(int(time.time()))


@router.post(
    "/v1/chat/completions",
    name="chat_completions",
    responses=_REFUSED
    | {
        200: {
            "description": "OpenAI's chat completion, or with `stream: true` its chunks",
            "content": {"application/json": {}, "text/event-stream": {}},
        }
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CompletionIn"}}},
        }
    },
)
async def completions(request: Request, web: WebDep, caller: CallerDep) -> Any:
    """Answer as OpenAI's chat completions do; products, query and cart come as fields beside theirs."""
    try:
        body = CompletionIn.model_validate_json(await request.body())
        run_id, thread_id = await _run(body, request, web, caller)
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
    completion = Completion(run_id, thread_id, int(time.time()), list_products=body.products_in_text)
    parts = await web.runs.follow(run_id, caller.owner)
    if body.stream:
        chunks = _stream(parts, completion, body, thread_id, web, caller.owner)
        return EventStream(chunks, headers={"x-run-id": run_id})
    async for _number, part in parts:
        for _chunk in completion.chunks(part):
            pass
    for _chunk in completion.last():
        pass
    _keep(body, completion, thread_id, web, caller.owner)
    return completion.whole()


def _refused(error: ShopperError) -> JSONResponse:
    status = 400 if isinstance(error, BadInput) else status_of(error)[0]  # OpenAI knows no 413 and no 422
    kind = _KINDS.get(status, "invalid_request_error")
    field = error.field if isinstance(error, BadInput) else None
    return JSONResponse(
        error_body(error.message, kind=kind, code=error.code, field=field),
        status_code=status,
        headers=headers_of(error),
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
    head = url.partition(",")[0]
    if not head.startswith("data:") or not head.endswith(";base64"):
        raise BadInput(
            "Send a picture as a data: URL in base64; addresses aren't fetched.", field="image_url"
        )
    return await photo_of(url, "image_url", web)


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


async def _run(body: CompletionIn, request: Request, web: Web, caller: Caller) -> tuple[str, str]:
    """The run that answers, and its thread: a new one, or for a repeated post the first one's."""
    if (again := replayed_run(request)) is not None:
        thread_id = await web.shop.threads.thread_of_run(again)
        if thread_id is None:
            raise NotFound("There is no such run.")
        return again, thread_id
    message = await _message(body.last, web)
    thread_id = await _thread(body, web, caller.owner)
    run, _message_id = await begin_turn(request, web, caller, thread_id, message)
    return run.id, thread_id


async def _stream(
    parts: AsyncIterator[tuple[int, Part]],
    completion: Completion,
    body: CompletionIn,
    thread_id: str,
    web: Web,
    owner: str,
) -> AsyncIterator[str]:
    yield _sse(completion.first())
    async for _number, part in parts:
        for chunk in completion.chunks(part):
            yield _sse(chunk)
    for chunk in completion.last():
        yield _sse(chunk)
    _keep(body, completion, thread_id, web, owner)
    if body.stream_options and body.stream_options.include_usage:
        yield _sse(completion.usage_chunk())
    yield "data: [DONE]\n\n"


def _keep(body: CompletionIn, completion: Completion, thread_id: str, web: Web, owner: str) -> None:
    """Find the thread again when the client sends the same conversation with this answer in it."""
    said = [*body.before, body.last, ChatMessage(role="assistant", content=completion.text)]
    web.conversations.keep(owner, said, thread_id)


def _sse(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False, separators=(',', ':'))}\n\n"
