"""Runs `shopper serve` as a stranger would, in a process of its own.

Knows nothing about what is asked of it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

CLEAN = {
    key: value
    for key, value in os.environ.items()
    if not key.startswith(("SHOPPER_", "OPENAI_")) or key in ("SHOPPER_SHARED", "SHOPPER_CHROMIUM")
}


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def shopper_serve(data: Path, **environment: str) -> Iterator[str]:
    """The base URL of a server over `data`, for the length of the block."""
    port = free_port()
    env = {**CLEAN, "SHOPPER_ENCODER": "builtin", "SHOPPER_RATE_PER_MINUTE": "0", **environment}
    command = [sys.executable, "-m", "shopper", "serve", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=data.parent
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=15)


def _wait(process: subprocess.Popen[str], url: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            said = process.stdout.read() if process.stdout else ""
            raise RuntimeError(f"the server ended with {process.returncode}: {said}")
        try:
            if httpx.get(f"{url}/health", timeout=1).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise RuntimeError("the server did not answer in time")
