"""What a route is given: the open shop's web parts, and who is calling.

Knows nothing about any single route.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from shopper.protocols.openai import Conversations
from shopper.shop import Shop
from shopper.web.auth import Access, Caller
from shopper.web.limits import RateLimit
from shopper.web.metrics import Metrics
from shopper.web.runs import Runs
from shopper.web.wire import Wire


@dataclass(frozen=True)
class Web:
    """The parts that routes share."""

    shop: Shop
    access: Access
    rate: RateLimit
    runs: Runs
    wire: Wire
    metrics: Metrics
    conversations: Conversations = field(default_factory=Conversations)


def the_web(request: Request) -> Web:
    web = request.app.state.web
    assert isinstance(web, Web)
    return web


def the_caller(request: Request, web: Annotated[Web, Depends(the_web)]) -> Caller:
    """The known caller, within its rate limit."""
    caller = web.access.caller(request)
    web.rate.check(caller.owner, request.client.host if request.client else "local")
    return caller


WebDep = Annotated[Web, Depends(the_web)]
CallerDep = Annotated[Caller, Depends(the_caller)]

PROBLEMS: dict[int | str, dict[str, object]] = {
    status: {"description": text, "content": {"application/problem+json": {}}}
    for status, text in {
        400: "Malformed JSON",
        403: "Unknown key, origin or address",
        404: "Not here, or not yours",
        409: "Changed in the meantime, or a turn is running",
        413: "Over a size limit",
        422: "A field can't be used",
        429: "Over the rate limit",
        503: "Not ready",
    }.items()
}
