"""What the shop's own systems are told while people shop, in the words of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from shopper.shop import Shop, build_shop
from shopper.web.app import build_app
from tests.shops import settings

pytestmark = pytest.mark.slow


@pytest.fixture
async def shop(demo_data: Path) -> AsyncIterator[Shop]:
    secret = SecretStr("whsec_c2VjcmV0IG9mIGEgdGVzdCBzaG9wIQ==")
    opened = await build_shop(
        settings(demo_data, webhook_url="http://127.0.0.1:9/hook", webhook_secret=secret)
    )
    yield opened
    await opened.close()


async def told(shop: Shop) -> list[str]:
    """The types of the events that wait, in the order in which they happened."""
    return [event.type for event in await shop.outbox.due()]


async def test_carts_feedback_hand_offs_and_orders_are_told(shop: Shop) -> None:
    web = httpx.ASGITransport(app=build_app(shop), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=web, base_url="http://localhost", timeout=30) as api:
        body = {"message": {"text": "white sneakers"}, "stream": False}
        said = (await api.post("/v1/chat", json=body)).json()
        thread = said["thread_id"]
        feedback = f"/v1/messages/{said['message_id']}/feedback"
        assert (await api.post(feedback, json={"rating": "up"})).status_code == 204
        variants = (v for p in said["products"] for v in p["variants"])
        variant = next(v["id"] for v in variants if v["availability"]["available"])
        lines = {"version": 0, "set": [{"variant_id": variant, "quantity": 1}]}
        assert (await api.patch(f"/v1/threads/{thread}/cart", json=lines)).status_code == 200
        assert (await api.post(f"/v1/threads/{thread}/handoff", json={"note": "please call"})).is_success
        assert await told(shop) == ["feedback.given", "cart.changed", "handoff.requested"]

        quote = (await api.post("/v1/checkouts", json={"thread_id": thread})).json()["id"]
        way = {"payment_method": "sandbox"}
        order = (await api.post(f"/v1/checkouts/{quote}/confirm", json=way)).json()
        paid = f"/v1/payments/{order['payment']['id']}/sandbox"
        assert (await api.post(paid, json={"outcome": "pay"})).is_success
        await shop.checkouts.sweep()
    assert {"order.created", "order.paid"} <= set(await told(shop))
