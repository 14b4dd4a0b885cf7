"""A key's conversations, page by page."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from shopper.shop import Shop
from shopper.web.keys import Keys
from tests.web.conftest import client_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_conversations_are_listed_newest_first_and_each_once(shop: Shop) -> None:
    text, _key = await Keys(shop.catalog.db, clock=shop.clock).create("secret")
    async with client_of(shop, key=text) as api:
        made = []
        for _ in range(7):
            made.append((await api.post("/v1/threads")).json()["id"])
            await asyncio.sleep(0.001)
        seen: list[str] = []
        cursor, sizes = None, []
        while True:
            params = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
            page = (await api.get("/v1/threads", params=params)).json()
            seen += [item["id"] for item in page["items"]]
            sizes.append(len(page["items"]))
            if (cursor := page["next_cursor"]) is None:
                break
            if len(sizes) == 1:  # what is made meanwhile shifts no page
                await api.post("/v1/threads")
    assert seen == made[::-1]
    assert sizes == [3, 3, 1]


@pytest.mark.parametrize("cursor", ["x", "é", "MjAyNg", "AAAA", "MjAyNi0xMS0yNVQwMDowMDowMCBhYg"])
async def test_a_made_up_cursor_is_refused(api: httpx.AsyncClient, cursor: str) -> None:
    refused = await api.get("/v1/threads", params={"cursor": cursor})
    assert refused.status_code == 422
    assert refused.json()["field"] == "cursor"
