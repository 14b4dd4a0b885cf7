"""Reads what a shop's own system answers, up to a limit.

Knows nothing about what was asked or what the answer means.
"""

from __future__ import annotations

import httpx


async def answer_within(answer: httpx.Response, most: int) -> bytes:
    """The body of a streamed answer; ValueError where it is longer than `most` bytes."""
    data = b""
    async for part in answer.aiter_bytes():
        data += part
        if len(data) > most:
            raise ValueError("the answer is too long")
    return data
