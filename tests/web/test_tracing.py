"""Traces: which spans a turn makes, how they hang together, and that none holds a shopper's words."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent import futures
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as collector
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from shopper.spans import span, tracer
from shopper.web.app import build_app
from shopper.web.tracing import Traces
from tests.web.conftest import OpenShop
from tests.web.slow_model import SlowModel

pytestmark = pytest.mark.asyncio(loop_scope="session")

WISH = "a zanzibar linen dress for my cousin Wilhelmina"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"


@dataclass
class Traced:
    """A client of a small shop, and the spans that its requests made."""

    http: httpx.AsyncClient
    _traces: Traces
    _kept: InMemorySpanExporter

    async def spans(self) -> dict[str, ReadableSpan]:
        await self._traces.close()
        return {one.name: one for one in self._kept.get_finished_spans()}


@pytest_asyncio.fixture(loop_scope="session")
async def traced(open_shop: OpenShop) -> AsyncIterator[Traced]:
    kept = InMemorySpanExporter()
    traces = Traces(kept)
    app = build_app(await open_shop(model=SlowModel(pause=0, times=1)), traces)
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=30) as http:
        yield Traced(http, traces, kept)


def chat(**more: Any) -> dict[str, Any]:
    return {"message": {"text": WISH}, "stream": False, **more}


async def test_a_turn_hangs_beneath_its_request_and_that_beneath_the_callers_span(traced: Traced) -> None:
    headers = {"traceparent": f"00-{TRACE}-{CALLER}-01", "x-request-id": "r-1"}
    answer = (await traced.http.post("/v1/chat", json=chat(), headers=headers)).json()

    spans = await traced.spans()
    request, turn = spans["POST /v1/chat"], spans["chat.turn"]
    assert {f"{one.context.trace_id:032x}" for one in spans.values()} == {TRACE}
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == CALLER
    assert request.kind is SpanKind.SERVER
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/chat",
        "http.response.status_code": 200,
        "shopper.request_id": "r-1",
    }
    for child, parent in ((turn, request), (spans["search.find"], turn), (spans["model.call"], turn)):
        assert child.parent is not None
        assert child.parent.span_id == parent.context.span_id, child.name
    assert turn.attributes is not None
    assert turn.attributes["shopper.run_id"] == answer["run_id"]
    assert turn.attributes["shopper.intent"] == "search"
    assert turn.attributes["shopper.cards.total"] == answer["total"]
    assert turn.attributes["shopper.relaxed"] == len(answer["relaxed"])
    assert turn.attributes["shopper.zero_result"] is (not answer["products"])
    assert turn.attributes["shopper.timing.first_card"] == answer["timings"]["first_card"]
    assert spans["model.call"].attributes == {
        "gen_ai.response.model": "slow",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
    }


async def test_no_span_holds_what_was_said_asked_or_sent(traced: Traced) -> None:
    answer = (await traced.http.post("/v1/chat", json=chat())).json()
    product, thread = answer["products"][0], answer["thread_id"]
    where = {"phrase": "zanzibar sleeves", "color": product["color"]}
    await traced.http.get(f"/v1/products/{product['id']}/explain", params=where)
    await traced.http.get(f"/v1/threads/{thread}/messages")
    await traced.http.post("/v1/search", json={"query": {"text": "zanzibar"}})
    await traced.http.get("/zanzibar")

    spans = await traced.spans()
    assert "GET /v1/threads/{thread_id}/messages" in spans
    told = " ".join(f"{one.name} {dict(one.attributes or {})}" for one in spans.values()).casefold()
    for secret in ("zanzibar", "wilhelmina", "linen", "sleeves", answer["text"][:12], thread):
        assert secret.casefold() not in told
    assert not any(one.events for one in spans.values())


async def test_an_order_is_confirmed_in_a_span_of_its_own(traced: Traced) -> None:
    answer = (await traced.http.post("/v1/chat", json=chat())).json()
    cart = {"set": [{"variant_id": _in_stock(answer["products"]), "quantity": 1}]}
    (await traced.http.patch(f"/v1/threads/{answer['thread_id']}/cart", json=cart)).raise_for_status()
    quote = (await traced.http.post("/v1/checkouts", json={"thread_id": answer["thread_id"]})).json()
    done = await traced.http.post(f"/v1/checkouts/{quote['id']}/confirm", json={})

    spans = await traced.spans()
    assert done.status_code == 201
    told = spans["checkout.confirm"]
    request = spans["POST /v1/checkouts/{checkout_id}/confirm"]
    assert told.parent is not None
    assert told.parent.span_id == request.context.span_id
    assert told.attributes == {
        "shopper.order_status": done.json()["order"]["status"],
        "shopper.created": True,
    }


async def test_requests_that_fail_are_marked_and_machines_questions_are_left_out(traced: Traced) -> None:
    for path in ("/health", "/ready", "/v1/threads/unknown"):
        await traced.http.get(path)

    spans = await traced.spans()
    assert list(spans) == ["GET /v1/threads/{thread_id}"]
    told = spans["GET /v1/threads/{thread_id}"]
    assert told.attributes is not None
    assert told.attributes["http.response.status_code"] == 404
    assert told.status.status_code is StatusCode.UNSET  # the caller's fault, not ours


async def test_an_error_is_told_by_its_kind_alone() -> None:
    kept = InMemorySpanExporter()
    traces = Traces(kept)
    token = tracer.set(traces.tracer)
    with pytest.raises(ValueError, match="zanzibar"), span("search.find"):
        raise ValueError("zanzibar")
    with pytest.raises(asyncio.CancelledError), span("chat.turn"):
        raise asyncio.CancelledError
    tracer.reset(token)
    await traces.close()

    failed, stopped = kept.get_finished_spans()
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description is None
    assert failed.attributes == {"error.type": "ValueError"}
    assert not failed.events
    assert stopped.status.status_code is StatusCode.UNSET


async def test_without_traces_a_span_is_nothing() -> None:
    with span("search.find") as told:
        assert not told.is_recording()


class Collector(collector.TraceServiceServicer):
    """What an OTLP collector hears."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def Export(self, request: Any, context: Any) -> Any:
        self.heard += request.resource_spans
        return pb.ExportTraceServiceResponse()


@pytest.mark.slow
async def test_an_otlp_collector_hears_of_a_turn(open_shop: OpenShop) -> None:
    heard = Collector()
    server = grpc.server(futures.ThreadPoolExecutor(1))
    collector.add_TraceServiceServicer_to_server(heard, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    app = build_app(await open_shop(trace_endpoint=f"http://127.0.0.1:{port}"))
    try:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
                await http.post("/v1/chat", json=chat())
    finally:
        server.stop(None)

    (told,) = heard.heard
    assert {one.name for scope in told.scope_spans for one in scope.spans} >= {"POST /v1/chat", "chat.turn"}
    (service,) = [a.value.string_value for a in told.resource.attributes if a.key == "service.name"]
    assert service == "shopper"


class Stuck(SpanExporter):
    """An exporter that waits for its collector until it is shut down."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.over.wait()
        return SpanExportResult.FAILURE

    def shutdown(self) -> None:
        self.over.set()


async def test_a_collector_that_never_answers_is_given_up() -> None:
    stuck = Stuck()
    traces = Traces(stuck)
    traces.tracer.start_span("search.find").end()
    await traces.close(patience=0.05)
    assert stuck.over.is_set()


async def test_nothing_that_sends_traces_is_imported_without_the_setting() -> None:
    code = "import sys, shopper.web.tracing, shopper.spans; print('opentelemetry.sdk' in sys.modules)"
    asked = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    said, _ = await asked.communicate()
    assert said.decode().strip() == "False"


def _in_stock(products: list[dict[str, Any]]) -> str:
    return next(
        variant["id"]
        for product in products
        for variant in product["variants"]
        if variant["availability"]["available"]
    )
