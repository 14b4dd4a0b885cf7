"""Streams of server-sent events: framed, kept alive while nothing happens, let go when nobody reads.

Knows nothing about what the events say.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse
from starlette.types import Message, Send

from shopper.web.stream import Part

_ALIVE_SECONDS = 15.0  # proxies cut connections that are silent for longer
_STALL_SECONDS = 60.0  # a reader that takes nothing for so long is let go; it can resume


class EventStream(StreamingResponse):
    """A stream of frames. A reader that stalls holds up nothing but itself, and that not for ever."""

    media_type = "text/event-stream"

    def __init__(
        self, frames: AsyncIterator[str], status_code: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        given = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"} | (headers or {})
        super().__init__(kept_alive(frames), status_code, given)

    async def stream_response(self, send: Send) -> None:
        async def patient(message: Message) -> None:
            # A TimeoutError is an OSError, which Starlette takes as a reader that went away.
            async with asyncio.timeout(_STALL_SECONDS):
                await send(message)

        await super().stream_response(patient)


async def framed(parts: AsyncIterator[tuple[int, Part]]) -> AsyncIterator[str]:
    """Numbered parts as AI SDK clients read them."""
    async for number, part in parts:
        yield f"id: {number}\ndata: {json.dumps(part, ensure_ascii=False, separators=(',', ':'))}\n\n"
    yield "data: [DONE]\n\n"


async def kept_alive(frames: AsyncIterator[str], every: float = _ALIVE_SECONDS) -> AsyncIterator[str]:
    """The frames, with a comment wherever none came for a while."""
    coming = asyncio.ensure_future(anext(frames, None))
    try:
        while True:
            done, _waiting = await asyncio.wait({coming}, timeout=every)
            if not done:
                yield ": still here\n\n"
                continue
            frame = coming.result()
            if frame is None:
                return
            yield frame
            coming = asyncio.ensure_future(anext(frames, None))
    finally:
        coming.cancel()
