"""Posts with an Idempotency-Key are done once."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from shopper.database import Database, RunRow, ThreadRow
from shopper.shop import Shop
from shopper.web.keys import Keys
from shopper.web.problems import OtherBody, StillRunning
from shopper.web.repeats import Answer, Repeats
from shopper.web.tables import RepeatRow
from tests.web.conftest import OpenShop, client_of, served
from tests.web.slow_model import SlowModel

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime(2026, 11, 25, tzinfo=UTC)
HELLO: dict[str, Any] = {"message": {"text": "a dress"}, "stream": False}


def once(key: str | None = None) -> dict[str, str]:
    return {"idempotency-key": key or str(uuid.uuid4())}


async def count(shop: Shop, row: Any) -> int:
    async with shop.catalog.db.transaction() as session:
        return int(await session.scalar(select(func.count()).select_from(row)) or 0)


async def test_the_same_post_is_answered_the_same_and_done_once(api: httpx.AsyncClient, shop: Shop) -> None:
    key = once()
    before = await count(shop, RunRow)
    first = await api.post("/v1/chat", json=HELLO, headers=key)
    again = await api.post("/v1/chat", json=HELLO, headers=key)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == "application/json"
    assert "idempotency-replayed" not in first.headers
    assert await count(shop, RunRow) == before + 1


async def test_any_post_can_be_repeated(api: httpx.AsyncClient, shop: Shop) -> None:
    key = once()
    before = await count(shop, ThreadRow)
    made = [await api.post("/v1/threads", headers=key) for _ in range(3)]
    assert {r.json()["id"] for r in made} == {made[0].json()["id"]}
    assert [r.status_code for r in made] == [201] * 3
    assert await count(shop, ThreadRow) == before + 1


async def test_another_body_under_the_same_key_is_refused(api: httpx.AsyncClient) -> None:
    key = once()
    await api.post("/v1/chat", json=HELLO, headers=key)
    other = await api.post("/v1/chat", json={"message": {"text": "boots"}, "stream": False}, headers=key)
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_mismatch"


async def test_the_same_key_on_another_route_or_of_another_caller_is_another_post(shop: Shop) -> None:
    key = once("one")
    text, _key = await Keys(shop.catalog.db, clock=shop.clock).create("secret")
    async with client_of(shop) as me, client_of(shop, key=text) as you:
        mine, yours = await me.post("/v1/threads", headers=key), await you.post("/v1/threads", headers=key)
        search = await me.post("/v1/search", json={"query": {"category": "dress"}}, headers=key)
    assert mine.json()["id"] != yours.json()["id"]
    assert search.status_code == 200


async def test_a_pages_key_must_be_hard_to_hit_by_chance(shop: Shop) -> None:
    text, _key = await Keys(shop.catalog.db, clock=shop.clock).create(
        "publishable", origins=["https://shop.example"]
    )
    async with client_of(shop, key=text, origin="https://shop.example") as page:
        short = await page.post("/v1/threads", headers=once("1"))
        long = await page.post("/v1/threads", headers=once())
    assert (short.status_code, long.status_code) == (422, 201)


async def test_an_unknown_caller_is_refused_and_nothing_kept(shop: Shop) -> None:
    before = await count(shop, RepeatRow)
    async with client_of(shop, key="sk_guess") as nobody:
        refused = await nobody.post("/v1/threads", headers=once())
    assert refused.status_code == 403
    assert await count(shop, RepeatRow) == before


async def test_a_refusal_for_now_is_not_kept(shop: Shop) -> None:
    text, _key = await Keys(shop.catalog.db, clock=shop.clock).create("secret", daily_turns=1)
    key = once()
    async with client_of(shop, key=text) as client:
        await client.post("/v1/chat", json=HELLO)
        refused = [await client.post("/v1/chat", json=HELLO, headers=key) for _ in range(2)]
    assert [r.status_code for r in refused] == [429, 429]
    assert "idempotency-replayed" not in refused[1].headers


async def test_a_bad_post_is_refused_the_same_again(api: httpx.AsyncClient) -> None:
    key = once()
    first = await api.post("/v1/chat", json={"message": {}}, headers=key)
    again = await api.post("/v1/chat", json={"message": {}}, headers=key)
    assert first.status_code == again.status_code == 422
    assert first.json() == again.json()
    assert again.headers["content-type"] == "application/problem+json"


async def test_what_was_answered_is_erased_with_its_conversation(api: httpx.AsyncClient, shop: Shop) -> None:
    key = once()
    answer = (await api.post("/v1/chat", json=HELLO, headers=key)).json()
    await api.post(f"/v1/threads/{answer['thread_id']}/token", headers=once())
    await api.delete(f"/v1/threads/{answer['thread_id']}")
    async with shop.catalog.db.transaction() as session:
        left = await session.scalars(select(RepeatRow).where(RepeatRow.thread_id == answer["thread_id"]))
        assert left.all() == []
    again = await api.post("/v1/chat", json=HELLO, headers=key)
    assert again.json()["thread_id"] != answer["thread_id"]


def events(text: str) -> list[Any]:
    lines = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat", {"message": {"text": "a dress"}}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "a dress"}], "stream": True}),
    ],
)
async def test_a_repeated_stream_is_the_same_run(
    api: httpx.AsyncClient, shop: Shop, path: str, body: dict[str, Any]
) -> None:
    key = once()
    before = await count(shop, RunRow)
    first = await api.post(path, json=body, headers=key)
    again = await api.post(path, json=body, headers=key)
    assert again.headers["x-run-id"] == first.headers["x-run-id"]
    assert again.headers["idempotency-replayed"] == "true"
    assert [_timeless(e) for e in events(again.text)] == [_timeless(e) for e in events(first.text)]
    assert await count(shop, RunRow) == before + 1


def _timeless(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "created"}


@pytest.mark.slow
async def test_a_stream_that_still_runs_is_joined_and_a_whole_answer_waited_for(open_shop: OpenShop) -> None:
    model = SlowModel(pause=0.02)
    shop = await open_shop(model=model)
    key, whole = once(), once()
    async with served(shop) as url, httpx.AsyncClient(base_url=url, timeout=30) as api:
        body = {"message": {"text": "a dress"}}
        first = asyncio.create_task(api.post("/v1/chat", json=body, headers=key))
        await model.speaking.wait()
        second = await api.post("/v1/chat", json=body, headers=key)
        assert not first.done() or second.text == first.result().text
        assert events(second.text) == events((await first).text)

        model.speaking.clear()
        waiting = asyncio.create_task(api.post("/v1/chat", json=HELLO, headers=whole))
        await model.speaking.wait()
        early = await api.post("/v1/chat", json=HELLO, headers=whole)
        assert early.status_code == 409
        assert early.json()["code"] == "still_running"
        assert early.headers["retry-after"] == "1"
        late = await api.post("/v1/chat", json=HELLO, headers=whole) if (await waiting) else None
        assert late is not None
        assert late.content == waiting.result().content


async def test_a_post_whose_process_died_can_be_tried_again(db: Database) -> None:
    soon = Repeats(db, clock=lambda: NOW)
    claim = await soon.begin("post", "body")
    assert isinstance(claim, str)
    with pytest.raises(StillRunning):
        await soon.begin("post", "body")
    later = Repeats(db, clock=lambda: NOW + timedelta(minutes=11))
    second = await later.begin("post", "body")
    assert isinstance(second, str)
    await soon.keep("post", claim, Answer(200, None, b"late"), None)  # the first one's word no longer counts
    await later.keep("post", second, Answer(201, "text/plain", b"done"), None)
    assert await later.begin("post", "body") == Answer(201, "text/plain", b"done")
    with pytest.raises(OtherBody):
        await later.begin("post", "other")


async def test_an_answer_is_kept_for_a_day(db: Database) -> None:
    repeats = Repeats(db, clock=lambda: NOW)
    claim = await repeats.begin("post", "body")
    assert isinstance(claim, str)
    await repeats.keep("post", claim, Answer(200, None, b""), None)
    next_day = Repeats(db, clock=lambda: NOW + timedelta(hours=25))
    assert isinstance(await next_day.begin("post", "another body"), str)
