"""The shop's own endpoint confirms prices in time, or the cards stay unconfirmed; it never stops a reply."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shopper.products.live import Confirmation, LiveCheck, LivePrice


async def check(
    answer: Callable[[httpx.Request], httpx.Response] | Callable[[httpx.Request], Any], *ids: str
) -> Confirmation:
    live = LiveCheck(
        "https://shop.example/live",
        currency="EUR",
        timeout=0.2,
        client=httpx.AsyncClient(transport=httpx.MockTransport(answer)),
    )
    try:
        return await live.check(ids)
    finally:
        await live.close()


def says(*variants: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(200, json={"variants": list(variants)})


async def test_what_the_shop_answers_is_confirmed() -> None:
    asked: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return says(
            {"id": "a", "price": 3990, "regular_price": 4990, "stock": 2, "warehouse": "Lyon"},
            {"id": "c", "price": 100, "stock": 1},
        )(request)

    found = await check(answer, "a", "b", "a")

    assert asked == [{"variants": ["a", "b"]}]
    assert found == Confirmation({"a": LivePrice(3990, 4990, 2)}, ("b",))


@pytest.mark.parametrize(
    "variant",
    [
        {"id": "a", "price": "39.90", "stock": 2},
        {"id": "a", "price": 39.9, "stock": 2},
        {"id": "a", "price": -1, "stock": 2},
        {"id": "a", "price": 10, "stock": None},
        {"id": "a", "price": 10},
        {"id": "a", "price": 10, "stock": 1, "currency": "USD"},
        "a",
        None,
    ],
)
async def test_an_odd_variant_stays_unconfirmed_alone(variant: Any) -> None:
    found = await check(says(variant, {"id": "b", "price": 5, "stock": 0}), "a", "b")
    assert found == Confirmation({"b": LivePrice(5, None, 0)}, ("a",))


async def test_a_variant_that_is_answered_twice_stays_unconfirmed() -> None:
    found = await check(says({"id": "a", "price": 5, "stock": 1}, {"id": "a", "price": 6, "stock": 1}), "a")
    assert found == Confirmation({}, ("a",))


def failing(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    "answer",
    [
        failing,
        lambda request: httpx.Response(500, json={"variants": []}),
        lambda request: httpx.Response(302, headers={"location": "https://elsewhere.example"}),
        lambda request: httpx.Response(200, content=b"<html>"),
        lambda request: httpx.Response(200, content=b"\xff\xfe"),
        lambda request: httpx.Response(200, json=[1]),
        lambda request: httpx.Response(200, content=b"[" * 100_000),
        lambda request: httpx.Response(200, content=b" " * 2_000_000),
    ],
)
async def test_a_failing_endpoint_confirms_nothing(answer: Any) -> None:
    assert await check(answer, "a") == Confirmation({}, ("a",))


async def test_a_slow_endpoint_is_not_waited_for() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        return httpx.Response(200, json={"variants": []})

    begun = time.monotonic()
    assert await check(answer, "a") == Confirmation({}, ("a",))
    assert time.monotonic() - begun < 2


async def test_an_answer_in_drips_is_not_waited_for() -> None:
    async def drips() -> Any:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.05)

    begun = time.monotonic()
    found = await check(lambda request: httpx.Response(200, content=drips()), "a")
    assert found == Confirmation({}, ("a",))
    assert time.monotonic() - begun < 2


async def test_an_address_that_is_none_confirms_nothing() -> None:
    live = LiveCheck("nonsense", currency="EUR")
    assert (await live.check(["a"])).unconfirmed == ("a",)
    await live.close()


async def test_nothing_is_asked_about_nothing() -> None:
    assert await check(failing) == Confirmation({}, ())
