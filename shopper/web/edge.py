"""What every request passes first: its id, its line in the log, and the headers every answer carries.

Knows nothing about routes.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable

from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopper.web.limits import headers
from shopper.web.logs import request_id

log = logging.getLogger("shopper.web")

_REQUEST_ID = re.compile(rb"[\w.:-]{1,64}", re.ASCII)


class Edge:
    """ASGI middleware: request ids, the log, and headers about limits and safety."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        this = given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        state = scope.setdefault("state", {})
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                told = MutableHeaders(raw=message["headers"])
                told["x-request-id"] = this
                told["x-content-type-options"] = "nosniff"
                told.setdefault("referrer-policy", "same-origin")
                for name, value in headers(state.get("standing", ())).items():
                    told.setdefault(name, value)
                message["headers"] = told.raw
            await send(message)

        token = request_id.set(this)
        try:
            await self._app(scope, receive, sending)
        finally:
            # Paths hold no shopper text; bodies and query strings are never logged.
            seconds = time.perf_counter() - began
            told = {"method": scope["method"], "path": scope["path"], "status": status}
            log.info(
                "%s %s %d %.0f ms",
                *told.values(),
                1000 * seconds,
                extra={"fields": told | {"ms": round(1000 * seconds, 1)}},
            )
            request_id.reset(token)


class Cors(CORSMiddleware):
    """CORS for the origins that keys allow at the moment."""

    def __init__(self, app: ASGIApp, origins: Callable[[], Awaitable[frozenset[str]]]) -> None:
        super().__init__(
            app,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "authorization",
                "content-type",
                "last-event-id",
                "idempotency-key",
                "payment-signature",
                "traceparent",
                "tracestate",
                "x-request-id",
            ],
            expose_headers=[
                "idempotency-replayed",
                "payment-required",
                "payment-response",
                "ratelimit",
                "ratelimit-policy",
                "retry-after",
                "x-request-id",
                "x-run-id",
                "x-vercel-ai-ui-message-stream",
            ],
            max_age=600,
        )
        self._origins = origins
        self._now: frozenset[str] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and any(name == b"origin" for name, _value in scope["headers"]):
            self._now = await self._origins()
        await super().__call__(scope, receive, send)

    def is_allowed_origin(self, origin: str) -> bool:
        return origin.lower() in self._now
