"""Logs as lines of JSON: what happened and where, with the request's id and without any shopper's words.

Knows nothing about who writes them.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

LogFormat = Literal["text", "json"]

# The request that is being answered, or "" outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonLines(logging.Formatter):
    """One JSON object a line. Of an error it tells the kind and the place: its text may quote a shopper."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if this := request_id.get():
            line["request_id"] = this
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            kind, _error, where = record.exc_info
            frames = traceback.extract_tb(where)
            line["error"] = kind.__name__
            line["at"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames[-12:]]
        return json.dumps(line, ensure_ascii=False)


def log_as_json() -> None:
    """Let everything that is logged from now on be a line of JSON on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("shopper").setLevel(logging.INFO)
