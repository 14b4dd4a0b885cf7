"""Keys in SQL: made, used from where they may be, limited and revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from shopper.database import Database
from shopper.errors import BadInput, NotFound
from shopper.shop import Shop
from shopper.web import keys as keys_module
from shopper.web.keys import Keys
from shopper.web.limits import OverLimit
from shopper.web.tables import ApiKeyRow
from tests.web.conftest import OpenShop, client_of
from tests.web.slow_model import SlowModel

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
SHOP = "https://shop.example"
HELLO = {"message": {"text": "a dress"}, "stream": False}


def keys_of(db: Database) -> Keys:
    return Keys(db, clock=lambda: NOW)


@pytest.fixture
def nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "_FRESH_SECONDS", -1.0)


async def test_a_key_is_kept_as_a_hash_only(db: Database) -> None:
    text, key = await keys_of(db).create("secret", name="backend")
    async with db.transaction() as session:
        row = (await session.scalars(select(ApiKeyRow))).one()
    kept = {name: getattr(row, name) for name in ApiKeyRow.__table__.columns.keys()}  # noqa: SIM118
    assert text.startswith("sk_")
    assert len(text) > 40
    assert text not in str(kept)
    assert text.startswith(key.hint.rstrip("…"))


async def test_a_key_is_found_until_it_is_revoked(db: Database) -> None:
    keys = keys_of(db)
    text, key = await keys.create("secret")
    assert await keys.find(text) == key
    assert await keys.find(text + "x") is None
    await keys.revoke(key.id)
    assert await keys.find(text) is None
    with pytest.raises(NotFound):
        await keys.revoke(key.id)


@pytest.mark.usefixtures("nothing_is_remembered")
async def test_another_process_sees_a_revocation(db: Database) -> None:
    here, there = keys_of(db), keys_of(db)
    text, _key = await here.create("secret")
    assert await there.find(text) is not None
    await here.revoke(text)
    assert await there.find(text) is None


async def test_the_last_use_is_noted(db: Database) -> None:
    keys = keys_of(db)
    text, _key = await keys.create("secret")
    await keys.find(text)
    await keys.close()
    assert [key.last_used_at for key in await keys.listed()] == [NOW]


@pytest.mark.parametrize("origin", ["shop.example", "https://*.example", "https://shop.example/page", "*"])
async def test_an_origin_is_one_exact_address(db: Database, origin: str) -> None:
    with pytest.raises(BadInput, match="isn't an origin"):
        await keys_of(db).create("publishable", origins=[origin])


async def test_a_publishable_key_needs_an_origin(db: Database) -> None:
    with pytest.raises(BadInput, match="origin"):
        await keys_of(db).create("publishable")


async def test_turns_and_tokens_of_a_day_are_capped(db: Database) -> None:
    keys = keys_of(db)
    _text, by_turns = await keys.create("secret", daily_turns=2)
    _text, by_tokens = await keys.create("secret", daily_tokens=1000)
    await keys.spend_turn(by_turns.id)
    await keys.spend_turn(by_turns.id)
    with pytest.raises(OverLimit, match="today") as caught:
        await keys.spend_turn(by_turns.id)
    assert caught.value.retry_after == 6 * 3600
    await keys.spend_turn(by_tokens.id)
    await keys.spend_tokens(by_tokens.id, 1200)
    with pytest.raises(OverLimit):
        await keys.spend_turn(by_tokens.id)
    tomorrow = Keys(db, clock=lambda: NOW + timedelta(days=1))
    await tomorrow.spend_turn(by_turns.id)
    assert await keys.spent() == {by_turns.id: (2, 0), by_tokens.id: (1, 1200)}


async def made(shop: Shop, kind: Any, **more: Any) -> str:
    text, _key = await Keys(shop.catalog.db, clock=shop.clock).create(kind, **more)
    return text


async def test_the_first_key_shuts_the_door_to_callers_without_one(open_shop: OpenShop) -> None:
    shop = await open_shop()
    async with client_of(shop) as anybody:
        assert (await anybody.post("/v1/threads")).status_code == 201
    await made(shop, "secret")
    async with client_of(shop) as anybody:
        refused = await anybody.post("/v1/threads")
    assert refused.status_code == 403
    assert "Send a key" in refused.json()["detail"]


async def test_a_settings_key_still_works_beside_those_in_sql(open_shop: OpenShop) -> None:
    shop = await open_shop(secret_keys="sk_from_settings")
    other = await made(shop, "secret")
    for key, status in (("sk_from_settings", 201), (other, 201), ("sk_guess", 403)):
        async with client_of(shop, key=key) as client:
            assert (await client.post("/v1/threads")).status_code == status, key


async def test_one_keys_thread_is_not_there_for_another(shop: Shop) -> None:
    mine, yours = await made(shop, "secret"), await made(shop, "secret")
    async with client_of(shop, key=mine) as me, client_of(shop, key=yours) as you:
        thread_id = (await me.post("/v1/threads")).json()["id"]
        assert (await me.get(f"/v1/threads/{thread_id}")).status_code == 200
        for answer in (
            await you.get(f"/v1/threads/{thread_id}"),
            await you.get(f"/v1/threads/{thread_id}/messages"),
            await you.get(f"/v1/threads/{thread_id}/cart"),
            await you.post(f"/v1/threads/{thread_id}/token"),
            await you.post("/v1/chat", json=HELLO | {"thread_id": thread_id}),
            await you.delete(f"/v1/threads/{thread_id}"),
        ):
            assert answer.status_code == 404, answer.request.url
        assert thread_id not in (await you.get("/v1/threads")).text


async def test_a_publishable_key_opens_its_own_pages_only(shop: Shop) -> None:
    key = await made(shop, "publishable", origins=[SHOP])
    async with client_of(shop, key=key) as page:
        good = await page.post("/v1/threads", headers={"origin": SHOP})
        bad = await page.post("/v1/threads", headers={"origin": "https://evil.example"})
        none = await page.post("/v1/threads")
        listed = await page.get("/v1/threads", headers={"origin": SHOP})
    assert good.status_code == 201
    assert good.headers["access-control-allow-origin"] == SHOP
    assert (bad.status_code, none.status_code, listed.status_code) == (403, 403, 403)
    assert "access-control-allow-origin" not in bad.headers


async def preflight(client: httpx.AsyncClient, origin: str) -> httpx.Response:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "idempotency-key"}
    return await client.options("/v1/chat", headers={"origin": origin, **asked})


@pytest.mark.usefixtures("nothing_is_remembered")
async def test_browsers_are_told_of_the_origins_of_living_keys(shop: Shop) -> None:
    keys = Keys(shop.catalog.db, clock=shop.clock)
    async with client_of(shop) as browser:
        assert (await preflight(browser, "https://other.example")).status_code == 400
        _text, key = await keys.create("publishable", origins=["https://other.example"])
        allowed = await preflight(browser, "https://other.example")
        await keys.revoke(key.id)
        gone = await preflight(browser, "https://other.example")
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://other.example"
    assert "idempotency-key" in allowed.headers["access-control-allow-headers"]
    assert gone.status_code == 400


async def test_a_key_over_its_turns_of_the_day_is_told_until_when(shop: Shop) -> None:
    async with client_of(shop, key=await made(shop, "secret", daily_turns=1)) as client:
        first = await client.post("/v1/chat", json=HELLO)
        second = await client.post("/v1/chat", json=HELLO | {"thread_id": first.json()["thread_id"]})
        third = await client.post("/v1/chat", json=HELLO | {"thread_id": first.json()["thread_id"]})
    assert [r.status_code for r in (first, second, third)] == [200, 429, 429]  # and the thread isn't stuck
    assert 0 < int(second.headers["retry-after"]) <= 86_400


async def test_what_the_model_took_counts_for_the_key(open_shop: OpenShop) -> None:
    shop = await open_shop(model=SlowModel(pause=0, times=1))
    async with client_of(shop, key=await made(shop, "secret", daily_tokens=100)) as client:
        first = await client.post("/v1/chat", json=HELLO)
        second = await client.post("/v1/chat", json=HELLO)
        figures = (await client.get("/metrics")).text
    assert [first.status_code, second.status_code] == [200, 429]
    assert list((await Keys(shop.catalog.db, clock=shop.clock).spent()).values()) == [(1, 120)]
    assert 'shopper_tokens_total{direction="in",model="slow"} 100.0' in figures


async def test_a_keys_own_rate_holds_for_all_its_callers(shop: Shop) -> None:
    async with client_of(shop, key=await made(shop, "secret", rate=2)) as client:
        answers = [await client.get("/v1/products/nope") for _ in range(3)]
    assert [a.status_code for a in answers] == [404, 404, 429]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=2;w=60'
    assert answers[1].headers["ratelimit"].startswith('"key";r=0;t=')
    assert answers[2].headers["ratelimit"].startswith('"key";r=0;t=')
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
