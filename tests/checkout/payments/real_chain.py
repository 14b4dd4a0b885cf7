"""A real chain for tests behind a real JSON-RPC port: anvil where there is one, else py-evm in this process.

Knows nothing about payments.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from web3 import EthereumTesterProvider, Web3

from shopper.bench.local_chain import LocalChain


class RealChain(LocalChain):
    """A chain that mines each transaction at once, with ten rich accounts."""

    def __init__(self, url: str, kind: str) -> None:
        super().__init__(url)
        self.kind = kind

    def mine(self, count: int = 1) -> None:
        self._must(
            "anvil_mine" if self.kind == "anvil" else "evm_mine",
            [hex(count)] if self.kind == "anvil" else [count],
        )

    def snapshot(self) -> str:
        return str(self._must("evm_snapshot", []))

    def revert(self, snapshot: str) -> None:
        """Take back every block since the snapshot."""
        self._must("evm_revert", [snapshot])

    def _must(self, method: str, params: list[Any]) -> Any:
        answer = self.w3.provider.make_request(method, params)  # type: ignore[arg-type]  # a plain method name
        assert "error" not in answer, answer
        return answer.get("result")


@contextmanager
def real_chain() -> Iterator[RealChain]:
    """A chain of its own for the length of the block."""
    program = os.environ.get("SHOPPER_ANVIL") or shutil.which("anvil")
    with _anvil(program) if program else _py_evm() as chain:
        yield chain


@contextmanager
def _anvil(program: str) -> Iterator[RealChain]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([program, "--port", str(port), "--silent"], stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 10
        while not Web3(Web3.HTTPProvider(url)).is_connected():
            assert time.monotonic() < until, "anvil didn't start"
            time.sleep(0.05)
        yield RealChain(url, "anvil")
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def _py_evm() -> Iterator[RealChain]:
    # py-evm lets Python recurse twelve times as deep, in the whole process: other tests' deeply nested input
    # would overflow the C stack then. The calls made here are shallow.
    limit = sys.getrecursionlimit()
    inner = Web3(EthereumTesterProvider())
    sys.setrecursionlimit(limit)
    lock = threading.Lock()

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        with lock:
            try:
                result = inner.manager.request_blocking(body["method"], body.get("params") or [])
            except Exception as error:  # whatever the chain refuses is an error of the call
                refusal: dict[str, Any] = {"code": 3, "message": str(error)}
                if isinstance(getattr(error, "data", None), str):
                    refusal["data"] = error.data  # type: ignore[attr-defined]  # checked on the line above
                return {"jsonrpc": "2.0", "id": body.get("id"), "error": refusal}
        return {"jsonrpc": "2.0", "id": body.get("id"), "result": _wire(result)}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(
                [answer(one) for one in sent] if isinstance(sent, list) else answer(sent)
            ).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield RealChain(f"http://127.0.0.1:{server.server_port}", "py-evm")
    finally:
        server.shutdown()
        server.server_close()


def _wire(value: Any) -> Any:
    """As JSON-RPC writes it: numbers and bytes in hex."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, bytes | bytearray):
        return "0x" + bytes(value).hex()
    if isinstance(value, dict) or hasattr(value, "items"):
        return {key: _wire(part) for key, part in value.items()}
    return [_wire(part) for part in value]
