"""Short-lived tokens of one conversation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shopper.shop import Shop
from shopper.web import auth
from shopper.web import keys as keys_module
from shopper.web.keys import Keys
from shopper.web.tokens import ThreadToken, read_token, signed
from tests.web.conftest import client_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = b"s" * 32
TOKEN = ThreadToken("thread", "owner", datetime(2026, 11, 25, tzinfo=UTC))
HELLO = {"message": {"text": "a dress"}, "stream": False}


async def test_a_token_says_what_was_signed() -> None:
    assert read_token(signed(TOKEN, SECRET), SECRET) == TOKEN


@pytest.mark.parametrize("text", ["tt_", "tt_x.y", "tt_.", "tt_é.é"])
async def test_a_token_of_another_hand_says_nothing(text: str) -> None:
    assert read_token(text, SECRET) is None
    assert read_token(signed(TOKEN, b"other"), SECRET) is None
    body, _, mark = signed(TOKEN, SECRET).partition(".")
    assert read_token(f"{body}A.{mark}", SECRET) is None


async def test_a_token_opens_its_own_conversation_and_no_other(shop: Shop) -> None:
    text, _key = await Keys(shop.catalog.db, clock=shop.clock).create("secret")
    async with client_of(shop, key=text) as server:
        mine = (await server.post("/v1/chat", json=HELLO)).json()
        other = (await server.post("/v1/chat", json=HELLO)).json()
        given = await server.post(f"/v1/threads/{mine['thread_id']}/token")
    assert given.status_code == 201
    token = given.json()["token"]
    assert token.startswith("tt_")
    async with client_of(shop, key=token) as page:
        here = f"/v1/threads/{mine['thread_id']}"
        goes = [
            await page.get(here),
            await page.get(f"{here}/messages"),
            await page.get(f"{here}/cart"),
            await page.post("/v1/chat", json=HELLO | {"thread_id": mine["thread_id"]}),
            await page.get(f"/v1/runs/{mine['run_id']}/stream"),
        ]
        there = f"/v1/threads/{other['thread_id']}"
        foreign = [
            await page.get(there),
            await page.get(f"{there}/cart"),
            await page.delete(there),
            await page.post("/v1/chat", json=HELLO | {"thread_id": other["thread_id"]}),
            await page.post("/v1/chat", json=HELLO),
            await page.get(f"/v1/runs/{other['run_id']}/stream"),
            await page.post(f"/v1/runs/{other['run_id']}/stop"),
            await page.post(f"/v1/messages/{other['message_id']}/feedback", json={"rating": "up"}),
        ]
        closed = [
            await page.post("/v1/threads"),
            await page.get("/v1/threads"),
            await page.get("/metrics"),
            await page.post("/v1/search", json={"query": {}}),
            await page.post("/mcp", json={}),
        ]
        liked = await page.post(f"/v1/messages/{mine['message_id']}/feedback", json={"rating": "up"})
    assert [r.status_code for r in goes] == [200] * 5
    assert [r.status_code for r in foreign] == [404] * 8
    assert [r.status_code for r in closed] == [403] * 5
    assert liked.status_code == 204


async def test_a_token_falls_with_its_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "_FRESH_SECONDS", -1.0)
    keys = Keys(shop.catalog.db, clock=shop.clock)
    text, key = await keys.create("secret")
    async with client_of(shop, key=text) as server:
        thread_id = (await server.post("/v1/threads")).json()["id"]
        token = (await server.post(f"/v1/threads/{thread_id}/token")).json()["token"]
        page = {"authorization": f"Bearer {token}"}
        before = await server.get(f"/v1/threads/{thread_id}", headers=page)
        await keys.revoke(key.id)
        after = await server.get(f"/v1/threads/{thread_id}", headers=page)
    assert (before.status_code, after.status_code) == (200, 403)


async def test_a_token_ends(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "TOKEN_LIFE", timedelta(seconds=-1))
    async with client_of(shop) as client:
        thread_id = (await client.post("/v1/threads")).json()["id"]
        token = (await client.post(f"/v1/threads/{thread_id}/token")).json()["token"]
        late = await client.get(f"/v1/threads/{thread_id}", headers={"authorization": f"Bearer {token}"})
    assert late.status_code == 403
    assert late.json()["code"] == "token_expired"


async def test_a_page_keys_token_works_on_its_pages_only(shop: Shop) -> None:
    text, _key = await Keys(shop.catalog.db, clock=shop.clock).create(
        "publishable", origins=["https://shop.example"]
    )
    async with client_of(shop, key=text, origin="https://shop.example") as page:
        thread_id = (await page.post("/v1/threads")).json()["id"]
        token = (await page.post(f"/v1/threads/{thread_id}/token")).json()["token"]
    async with client_of(shop, key=token) as bearer:
        here = await bearer.get(f"/v1/threads/{thread_id}", headers={"origin": "https://shop.example"})
        elsewhere = await bearer.get(f"/v1/threads/{thread_id}", headers={"origin": "https://evil.example"})
    assert (here.status_code, elsewhere.status_code) == (200, 403)
