"""Runs an app under uvicorn until it is told to stop.

Knows nothing about what the app does.
"""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from shopper.errors import ShopperError


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port` (0 picks a free one); a clear error where it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise ShopperError(
            f"{host}:{port} can't be listened on ({error.strerror}); choose another --port."
        ) from error
    return sock


def _server(app: FastAPI) -> uvicorn.Server:
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
    return uvicorn.Server(config)


async def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    # The loaded catalog stays as long as the process: the collector needn't go through it again and again.
    gc.collect()
    gc.freeze()
    await _server(app).serve(sockets=[listen(host, port)])


@asynccontextmanager
async def serving(app: FastAPI, sock: socket.socket) -> AsyncIterator[str]:
    """Serve on `sock` for the length of the block; gives the base URL once requests are answered."""
    server = _server(app)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        while not server.started:
            if task.done():
                task.result()
                raise ShopperError("The server stopped before it was ready.")
            await asyncio.sleep(0.01)
        host, port = sock.getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await task
