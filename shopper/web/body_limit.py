"""Refuses request bodies over a limit while they are read, whatever their length header says.

Knows nothing about what a body holds.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopper.web.problems import problem


class _TooLong(Exception):
    pass


class BodyLimit:
    """ASGI middleware: 413 for bodies over `max_bytes`."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0
        answered = False

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._max:
                raise _TooLong
            return message

        async def noting(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        length = dict(scope["headers"]).get(b"content-length", b"0")
        try:
            if length.isdigit() and int(length) > self._max:
                raise _TooLong
            await self._app(scope, limited, noting)
        except _TooLong:
            if not answered:
                detail = f"A request may be at most {self._max // 2**20} MB."
                await problem(413, "Too large", detail, code="too_large")(scope, receive, send)
