"""Request ids, logs without shopper's words, readiness and figures."""

from __future__ import annotations

import io
import json
import logging
import sys

import httpx
import pytest

from shopper.shop import Shop
from shopper.types import Done, Failed, Page, ProductsShown, Relaxation
from shopper.web.app import build_app
from shopper.web.keys import Keys
from shopper.web.logs import JsonLines, request_id
from shopper.web.metrics import Metrics
from tests.web.conftest import client_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_request_id_is_echoed_or_made(api: httpx.AsyncClient) -> None:
    given = await api.get("/health", headers={"x-request-id": "order-7:a.b"})
    odd = await api.get("/health", headers={"x-request-id": "two words"})
    none = await api.get("/nowhere")
    assert given.headers["x-request-id"] == "order-7:a.b"
    assert odd.headers["x-request-id"] != "two words"
    assert none.status_code == 404
    assert len(none.headers["x-request-id"]) == 16


async def test_logs_tell_of_a_request_and_never_what_was_said(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("shopper")
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    logging.getLogger("shopper.web").setLevel(logging.NOTSET)
    body = {"message": {"text": "a zebraprint dress"}, "stream": False}
    await api.post("/v1/chat", json=body, headers={"x-request-id": "this-one"})
    await api.get("/v1/products/nope?phrase=zebraprint")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    [chat] = [line for line in lines if line.get("path") == "/v1/chat"]
    assert (chat["method"], chat["status"], chat["request_id"]) == ("POST", 200, "this-one")
    assert chat["ms"] > 0
    assert "zebraprint" not in out.getvalue()


async def test_an_error_is_logged_by_kind_and_place_without_its_text() -> None:
    token = request_id.set("r1")
    try:
        raise ValueError("my size is 38")
    except ValueError:
        record = logging.LogRecord("shopper", logging.ERROR, "", 1, "it failed", (), sys.exc_info())
    line = JsonLines().format(record)
    request_id.reset(token)
    told = json.loads(line)
    assert (told["message"], told["error"], told["level"], told["request_id"]) == (
        "it failed", "ValueError", "error", "r1",
    )  # fmt: skip
    assert told["at"]
    assert "38" not in told["message"]
    assert "my size" not in line


async def test_ready_tells_why_it_is_not(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    app = build_app(shop)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        good = await client.get("/ready")
        app.state.stopping = True
        stopping = await client.get("/ready")
        app.state.stopping = False

        async def broken() -> tuple[int, int]:
            raise OSError("no route to the database")

        monkeypatch.setattr(shop.catalog.store, "counts", broken)
        down = await client.get("/ready")
    assert (good.status_code, good.json()["status"], good.json()["reasons"]) == (200, "ready", [])
    assert (stopping.status_code, stopping.json()["reasons"]) == (503, ["the server is stopping"])
    assert (down.status_code, down.json()["reasons"]) == (503, ["the database can't be read"])
    assert "route" not in down.text


async def test_figures_are_for_servers(shop: Shop) -> None:
    text, _key = await Keys(shop.catalog.db, clock=shop.clock).create(
        "publishable", origins=["https://shop.example"]
    )
    async with client_of(shop, key=text, origin="https://shop.example") as page:
        assert (await page.get("/metrics")).status_code == 403


async def test_a_turn_is_counted_by_what_it_told(shop: Shop) -> None:
    metrics = Metrics()
    metrics.watch_demand(lambda: 3)
    empty = Page(relaxed=(Relaxation(field="fit", value="slim", message=""),), as_of=shop.clock())
    done = Done(message_id="m", text="", timings={"first_card": 40.0, "total": 900.0, "held_back": 2})
    metrics.run_ended([ProductsShown(id="p", page=empty), done], {"gpt": (100, 20)})
    metrics.run_ended([Failed(message="no")], {})
    figures = metrics.text().decode()
    for line in (
        'shopper_turns_total{outcome="done"} 1.0',
        'shopper_turns_total{outcome="failed"} 1.0',
        'shopper_first_card_seconds_bucket{le="0.05"} 1.0',
        'shopper_first_card_seconds_bucket{le="0.025"} 0.0',
        "shopper_zero_results_total 1.0",
        'shopper_relaxed_total{field="fit"} 1.0',
        'shopper_tokens_total{direction="out",model="gpt"} 20.0',
        "shopper_demand_dropped 3.0",
        "shopper_grounding_stops_total 2.0",
    ):
        assert line in figures
