"""What a route is given: the open shop's web parts, and who is calling.

Knows nothing about any single route.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request

from shopper.errors import NotAllowed
from shopper.protocols.openai import Conversations
from shopper.protocols.ucp.carts import UcpCarts
from shopper.protocols.ucp.catalog import UcpCatalog
from shopper.protocols.ucp.checkouts import UcpCheckouts
from shopper.shop import Shop
from shopper.web.auth import Caller, Gate
from shopper.web.keys import Keys
from shopper.web.limits import RateLimit
from shopper.web.metrics import Metrics
from shopper.web.repeats import Repeats
from shopper.web.runs import Runs
from shopper.web.wire import Wire


@dataclass(frozen=True)
class Ucp:
    """UCP's operations of the open shop."""

    catalog: UcpCatalog
    carts: UcpCarts
    checkouts: UcpCheckouts


@dataclass(frozen=True)
class Web:
    """The parts that routes share."""

    shop: Shop
    gate: Gate
    keys: Keys
    rate: RateLimit
    runs: Runs
    repeats: Repeats
    wire: Wire
    metrics: Metrics
    ucp: Ucp
    conversations: Conversations = field(default_factory=Conversations)
    # Each heat map encodes one or two hundred crops: one at a time leaves the other core to conversations.
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)


def the_web(request: Request) -> Web:
    web = request.app.state.web
    assert isinstance(web, Web)
    return web


async def admit(request: Request, web: Web) -> Caller:
    """The known caller, within its rate limits; a request is counted once, however often this is asked."""
    state = request.scope.setdefault("state", {})
    if "caller" not in state:
        caller = await web.gate.caller(request)
        address = request.client.host if request.client else "local"
        key_rate = caller.key.rate if caller.key else 0
        state["standing"] = list(web.rate.check(caller.owner, address, key_rate=key_rate))
        state["caller"] = caller
    known = state["caller"]
    assert isinstance(known, Caller)
    return known


async def token_caller(request: Request, web: Annotated[Web, Depends(the_web)]) -> Caller:
    """The known caller, also by a conversation's token: the route must `check` the thread it serves."""
    return await admit(request, web)


async def the_caller(request: Request, web: Annotated[Web, Depends(the_web)]) -> Caller:
    """The known caller; a conversation's token opens the routes below its own thread and no other."""
    caller = await admit(request, web)
    if caller.thread_id is not None:
        thread_id = request.path_params.get("thread_id")
        if thread_id is None:
            raise NotAllowed("A conversation's token opens that conversation only; send a key here.")
        caller.check(thread_id)
    return caller


async def server_caller(caller: Annotated[Caller, Depends(the_caller)]) -> Caller:
    """A shop's own server: a secret key, or this machine."""
    if not caller.server:
        raise NotAllowed("This is for servers; send a secret key (sk_…).")
    return caller


WebDep = Annotated[Web, Depends(the_web)]
CallerDep = Annotated[Caller, Depends(the_caller)]
TokenCallerDep = Annotated[Caller, Depends(token_caller)]
ServerDep = Annotated[Caller, Depends(server_caller)]

_PROBLEMS = {
    400: ("malformed_json", "Malformed JSON", "The body isn't valid JSON."),
    403: ("not_allowed", "Not allowed", "That key isn't known here."),
    404: ("not_found", "Not found", "There is no such conversation."),
    409: ("conflict", "Conflict", "I'm still answering your last message in this conversation."),
    413: ("too_large", "Too large", "A request may be at most 96 MB."),
    422: ("bad_input", "Can't be used", "message: Write something or add a photo."),
    429: ("too_many", "Too many requests", "At most 120 requests a minute; wait a little."),
    503: ("not_ready", "Not ready", "The server is starting or stopping."),
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's description of these errors, each with an example."""
    return {
        status: {
            "description": title,
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": {
                        "type": f"urn:shopper:problem:{code}",
                        "title": title,
                        "status": status,
                        "detail": detail,
                        "code": code,
                    },
                }
            },
        }
        for status, (code, title, detail) in _PROBLEMS.items()
        if status in statuses
    }


PROBLEMS = problems(*_PROBLEMS)
