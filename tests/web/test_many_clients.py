"""A hundred readers at once: some stall, some drop and resume, and none holds up the rest."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.requests import ClientDisconnect

from shopper.web import sse
from tests.web.conftest import OpenShop, served
from tests.web.slow_model import SlowModel

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

CLIENTS = 100
STALLED = 10
BODY = {"message": {"text": "a dress"}}

Numbered = list[tuple[int, dict[str, Any]]]


async def read(response: httpx.Response, until: int | None = None) -> Numbered:
    """The numbered events of a stream, or the first `until` of them."""
    got: Numbered = []
    number = 0
    async for line in response.aiter_lines():
        if line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("data: ") and line != "data: [DONE]":
            got.append((number, json.loads(line[6:])))
            if until is not None and len(got) == until:
                break
    return got


async def steady(api: httpx.AsyncClient) -> Numbered:
    async with api.stream("POST", "/v1/chat", json=BODY) as response:
        assert response.status_code == 200
        return await read(response)


async def dropping(api: httpx.AsyncClient, other: httpx.AsyncClient, after: int) -> Numbered:
    """Goes away in the middle, and comes back to another process."""
    async with api.stream("POST", "/v1/chat", json=BODY) as response:
        got = await read(response, until=after)
    run_id = got[0][1]["messageMetadata"]["runId"]
    await asyncio.sleep(0.05)
    last = {"last-event-id": str(got[-1][0])}
    async with other.stream("GET", f"/v1/runs/{run_id}/stream", headers=last) as response:
        assert response.status_code == 200
        return got + await read(response)


async def stalled(url: str) -> socket.socket:
    """Asks, and never reads."""
    where = urlsplit(url)
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sock, (where.hostname, where.port))
    body = json.dumps(BODY).encode()
    head = f"POST /v1/chat HTTP/1.1\r\nhost: {where.netloc}\r\ncontent-type: application/json\r\n"
    await loop.sock_sendall(sock, head.encode() + f"content-length: {len(body)}\r\n\r\n".encode() + body)
    return sock


async def test_a_hundred_readers_get_all_of_their_answers(open_shop: OpenShop) -> None:
    shop = await open_shop(model=SlowModel(pause=0.01, times=2))
    limits = httpx.Limits(max_connections=None)
    done = f'shopper_turns_total{{outcome="done"}} {CLIENTS}.0'
    async with (
        served(shop) as one,
        served(shop) as two,
        httpx.AsyncClient(base_url=one, timeout=120, limits=limits) as here,
        httpx.AsyncClient(base_url=two, timeout=120, limits=limits) as there,
    ):
        asleep = [await stalled(one) for _ in range(STALLED)]
        readers = [
            steady(here) if n % 3 == 0 else dropping(here, there if n % 3 == 1 else here, after=1 + n % 7)
            for n in range(CLIENTS - STALLED)
        ]
        answers = await asyncio.gather(*readers)
        for sock in asleep:
            sock.close()
        async with asyncio.timeout(30):  # what stalled readers asked was answered all the same
            while done not in (await here.get("/metrics")).text:  # noqa: ASYNC110  # nothing to await
                await asyncio.sleep(0.1)
    assert len({a[0][1]["messageMetadata"]["threadId"] for a in answers}) == CLIENTS - STALLED
    for answer in answers:
        assert [number for number, _part in answer] == list(range(1, len(answer) + 1))
        kinds = [part["type"] for _number, part in answer]
        assert kinds[0] == "start"
        assert kinds[-1] == "finish"
        assert "error" not in kinds
        assert "data-products" in kinds


async def test_a_reader_that_stalls_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "_STALL_SECONDS", 0.05)

    async def endless() -> Any:
        while True:
            yield "data: x\n\n"

    async def never(_message: Any) -> None:
        await asyncio.Event().wait()

    scope: Any = {"type": "http", "asgi": {"spec_version": "2.4"}}
    async with asyncio.timeout(2):
        with pytest.raises(ClientDisconnect):
            await sse.EventStream(endless())(scope, never, never)  # type: ignore[arg-type]  # never asks


async def test_a_silent_stream_is_kept_alive() -> None:
    async def slow() -> Any:
        await asyncio.sleep(0.1)
        yield "data: x\n\n"

    got = [frame async for frame in sse.kept_alive(slow(), every=0.02)]
    assert got[0] == ": still here\n\n"
    assert got[-1] == "data: x\n\n"
