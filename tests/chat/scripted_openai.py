"""A small OpenAI-compatible server that answers from a script: text, tool calls, stalls, broken streams.

It speaks real HTTP and server-sent events, so the real client is tested against it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Say:
    """Prose, sent in pieces of a few characters."""

    text: str
    delay: float = 0.0  # seconds before the first piece
    pause: float = 0.0  # seconds between pieces


@dataclass(frozen=True)
class Call:
    """A tool call, its arguments sent in two deltas; `arguments` may be any text, also broken JSON."""

    name: str
    arguments: str
    index: int | None = 0


@dataclass(frozen=True)
class Calls:
    """Several tool calls in one message."""

    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Die:
    """Some prose, then the connection breaks."""

    text: str


@dataclass(frozen=True)
class Refuse:
    """An HTTP error."""

    status: int


Step = Say | Call | Calls | Die | Refuse


@dataclass
class Script:
    """What to answer, request by request; the last step repeats. `requests` keeps the bodies received."""

    steps: list[Step]
    requests: list[dict[str, Any]] = field(default_factory=list)

    def next(self, body: dict[str, Any]) -> Step:
        self.requests.append(body)
        return self.steps[min(len(self.requests), len(self.steps)) - 1]


@contextmanager
def scripted_openai(*steps: Step) -> Iterator[tuple[str, Script]]:
    """The base URL of a running server, and its script."""
    script = Script(list(steps))

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            step = script.next(body)
            if isinstance(step, Refuse):
                self.send_error(step.status)
                return
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            try:
                for delta in _deltas(step):
                    self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
            except (BrokenPipeError, ConnectionResetError):
                return  # the client hung up, as it does when a turn is stopped
            if isinstance(step, Die):
                self.connection.close()
                return
            reason = "tool_calls" if isinstance(step, Call | Calls) else "stop"
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
            if body.get("stream_options", {}).get("include_usage"):
                usage = {"prompt_tokens": 900, "completion_tokens": 20, "total_tokens": 920}
                self._event({"choices": [], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")

        def _event(self, body: dict[str, Any]) -> None:
            event = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", **body}
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", script
    finally:
        server.shutdown()
        server.server_close()


def _deltas(step: Step) -> Iterator[dict[str, Any]]:
    match step:
        case Say(text, delay, pause):
            time.sleep(delay)
            yield {"role": "assistant", "content": ""}
            for i in range(0, len(text), 7):
                time.sleep(pause)
                yield {"content": text[i : i + 7]}
        case Die(text):
            yield {"role": "assistant", "content": text}
        case Calls(calls):
            for n, call in enumerate(calls):
                function = {"name": call.name, "arguments": call.arguments}
                yield {
                    "tool_calls": [{"index": n, "id": f"call_{n}", "type": "function", "function": function}]
                }
        case Call(name, arguments, index):
            half = len(arguments) // 2
            first = {"index": index, "id": "call_1", "type": "function"}
            yield {
                "role": "assistant",
                "content": None,
                "tool_calls": [first | {"function": {"name": name, "arguments": arguments[:half]}}],
            }
            yield {"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]}
