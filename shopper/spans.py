"""Spans of a trace: what took how long, beneath the request that asked for it; free where nobody asked.

Knows nothing about where traces go, nor about requests and replies.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry.trace import INVALID_SPAN, Span, StatusCode, Tracer
from opentelemetry.util.types import AttributeValue

# The tracer of the request that is being answered. It isn't OpenTelemetry's global one: libraries write
# addresses, questions and the texts of errors to that, which may quote a shopper.
tracer: ContextVar[Tracer | None] = ContextVar("tracer", default=None)


@contextmanager
def span(name: str, **attributes: AttributeValue) -> Iterator[Span]:
    """A span for the length of the block, beneath the one around it. Of an error it tells the kind alone.

    Attributes are figures, ids and words of ours, never a shopper's.
    """
    this = tracer.get()
    if this is None:
        yield INVALID_SPAN
        return
    with this.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as told:
        try:
            yield told
        except BaseException as error:
            told.set_attribute("error.type", type(error).__name__)
            if isinstance(error, Exception):  # a turn that was stopped hasn't failed
                told.set_status(StatusCode.ERROR)
            raise
