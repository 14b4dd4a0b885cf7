"""OpenTelemetry traces of requests and turns: sent to a collector, without any shopper's words.

Knows nothing about routes; the spans beneath a turn are made where their work is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopper import spans
from shopper.types import Done, Failed, ProductsShown, QueryUnderstood, ReplyEvent
from shopper.web.logs import request_id

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

_EXPORT_SECONDS = 3  # for one batch; what a collector doesn't take by then is lost
_UNTRACED = ("/health", "/ready", "/metrics")  # asked every few seconds by machines
_PARENT = TraceContextTextMapPropagator()


class Traces:
    """Where the spans of one application go. Nothing of it is imported before one is made."""

    def __init__(self, exporter: SpanExporter) -> None:
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        resource = Resource.create()  # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are OpenTelemetry's own
        if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
            resource = resource.merge(Resource({SERVICE_NAME: "shopper"}))
        self._exporter = exporter
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self.tracer = self._provider.get_tracer("shopper")

    @classmethod
    def to(cls, endpoint: str) -> Traces:
        """Traces for an OTLP collector that speaks gRPC, such as `http://localhost:4317`."""
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        return cls(OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_SECONDS))

    async def close(self, *, patience: float = _EXPORT_SECONDS) -> None:
        """Send what is left; lose it where nobody takes it, as a server that stops can't wait."""
        sending = asyncio.create_task(asyncio.to_thread(self._provider.shutdown))
        await asyncio.wait({sending}, timeout=patience)
        if not sending.done():
            self._exporter.shutdown()
        await sending


class Traced:
    """ASGI middleware: a span for each request, beneath its caller's where it names one (`traceparent`)."""

    def __init__(self, app: ASGIApp, traces: Traces) -> None:
        self._app = app
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _UNTRACED:
            await self._app(scope, receive, send)
            return
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method = scope["method"]
        token = spans.tracer.set(self._traces.tracer)
        try:
            with self._traces.tracer.start_as_current_span(
                method,
                context=_PARENT.extract(given),
                kind=SpanKind.SERVER,
                attributes={"http.request.method": method, "shopper.request_id": request_id.get()},
                record_exception=False,
                set_status_on_exception=False,
            ) as told:
                try:
                    await self._app(scope, receive, sending)
                finally:
                    _answered(told, scope, status)
        finally:
            spans.tracer.reset(token)


def _answered(told: Span, scope: Scope, status: int) -> None:
    """Say which route answered, by its template: a path holds ids that are secrets."""
    route = getattr(scope.get("route"), "path", None)
    if route is not None:
        told.update_name(f"{scope['method']} {route}")
        told.set_attribute("http.route", route)
    told.set_attribute("http.response.status_code", status)
    if status >= 500:
        told.set_status(StatusCode.ERROR)


def tell_turn(told: Span, events: Sequence[ReplyEvent]) -> None:
    """What a turn came to: its wish by kind, how many cards, and how soon; nothing that was said."""
    if not told.is_recording():
        return
    for event in events:
        match event:
            case QueryUnderstood(query=query):
                told.set_attribute("shopper.intent", query.intent)
            case ProductsShown(page=page):
                told.set_attributes(
                    {
                        "shopper.cards.shown": len(page.items),
                        "shopper.cards.total": page.total,
                        "shopper.relaxed": len(page.relaxed),
                        "shopper.zero_result": not page.items,
                    }
                )
            case Done(timings=timings):
                told.set_attributes({f"shopper.timing.{name}": value for name, value in timings.items()})
            case Failed():
                told.set_status(StatusCode.ERROR)
