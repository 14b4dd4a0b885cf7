"""Shipping, tax and discounts."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shopper.checkout.build import CheckoutOptions, build_checkouts
from shopper.checkout.errors import TotalsUnavailable
from shopper.checkout.totals import FlatRates, TotalsHook, total_of
from shopper.errors import BadInput
from tests.checkout.desk import EUR, a_line

ONE = (a_line("tee", 1, 4990),)
THREE = (a_line("tee", 3, 4990),)


def minors(rates: FlatRates, lines: tuple[Any, ...]) -> list[tuple[str, int, bool]]:
    return [(c.kind, c.amount.minor, c.included) for c in rates.of(lines)]


def test_shipping_is_free_from_its_bound_on() -> None:
    rates = FlatRates(shipping=490, shipping_free_from=14970)
    assert minors(rates, ONE) == [("shipping", 490, False)]
    assert minors(rates, THREE) == [("shipping", 0, False)]
    assert minors(FlatRates(), ONE) == []


def test_included_tax_is_said_and_not_added() -> None:
    rates = FlatRates(tax_percent=Decimal("19"))
    assert minors(rates, ONE) == [("tax", 797, True)]  # 4990 * 19 / 119 = 796.72
    assert total_of(ONE, rates.of(ONE)).minor == 4990
    assert rates.of(ONE)[0].label == "Tax (19 %)"


def test_tax_on_top_is_rounded_half_up_once_over_all() -> None:
    rates = FlatRates(shipping=10, tax_percent=Decimal("8.5"), tax_included=False)
    assert minors(rates, ONE) == [("shipping", 10, False), ("tax", 425, False)]  # 5000 * 8.5 % = 425
    assert total_of(ONE, rates.of(ONE)).minor == 5425
    half = FlatRates(tax_percent=Decimal("5"), tax_included=False)
    assert minors(half, (a_line("tee", 1, 10), a_line("hat", 1, 20))) == [("tax", 2, False)]  # 1.5


def a_hook(answer: object, status: int = 200, asked: list[Any] | None = None) -> TotalsHook:
    async def answered(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(json.loads(request.content))
        if isinstance(answer, Exception):
            raise answer
        if answer == "slow":
            await asyncio.sleep(5)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return httpx.Response(status, content=content)

    client = httpx.AsyncClient(transport=httpx.MockTransport(answered))
    return TotalsHook("https://shop.example/totals", timeout=0.05, client=client)


def a_charge(**more: Any) -> dict[str, Any]:
    return {"kind": "shipping", "label": "DHL", "amount": 490} | more


async def test_the_shops_own_charges_are_taken() -> None:
    asked: list[Any] = []
    charges = [
        a_charge(),
        a_charge(kind="discount", label="Spring", amount=1000),
        a_charge(kind="tax", included=True),
    ]
    hook = a_hook({"currency": EUR, "charges": charges, "more": 1}, asked=asked)
    found = await hook.charges(ONE, "DE")
    assert [(c.kind, c.amount.minor, c.included) for c in found] == [
        ("shipping", 490, False),
        ("discount", -1000, False),
        ("tax", 490, True),
    ]
    assert total_of(ONE, found).minor == 4480
    assert asked == [
        {
            "lines": [{"variant_id": "tee", "product_id": "p-tee", "quantity": 1, "unit_price": 4990}],
            "subtotal": 4990,
            "currency": EUR,
            "country": "DE",
        }
    ]


@pytest.mark.parametrize(
    "answer",
    [
        "slow",
        httpx.ConnectError("down"),
        b"not json",
        b"[" * 50_000,
        b" " * 70_000 + b"{}",
        {"charges": []},
        {"currency": "USD", "charges": [a_charge()]},
        {"currency": EUR, "charges": [a_charge(amount=-1)]},
        {"currency": EUR, "charges": [a_charge(amount=4.9)]},
        {"currency": EUR, "charges": [a_charge(amount="490")]},
        {"currency": EUR, "charges": [a_charge(kind="gift")]},
        {"currency": EUR, "charges": [a_charge(label="two\nlines")]},
        {"currency": EUR, "charges": [a_charge()] * 21},
    ],
)
async def test_an_odd_late_or_missing_answer_is_no_total(answer: object) -> None:
    with pytest.raises(TotalsUnavailable, match="try again"):
        await a_hook(answer).charges(ONE, None)


async def test_a_refusal_or_a_redirect_is_no_total() -> None:
    for status in (301, 404, 500):
        with pytest.raises(TotalsUnavailable):
            await a_hook({"currency": EUR, "charges": []}, status).charges(ONE, None)


async def test_a_discount_of_everything_is_not_sold_and_too_much_is_not_charged() -> None:
    hook = a_hook({"currency": EUR, "charges": [a_charge(kind="discount", amount=4990)]})
    with pytest.raises(TotalsUnavailable, match="ask the shop"):
        total_of(ONE, await hook.charges(ONE, None))
    with pytest.raises(BadInput, match="more than can be paid"):
        total_of((a_line("tee", 20, 2_000_000_000),), ())


@pytest.mark.parametrize(
    "options",
    [
        CheckoutOptions(mode="handoff"),
        CheckoutOptions(shipping_flat=Decimal("4.999")),
        CheckoutOptions(shipping_flat=Decimal("-1")),
        CheckoutOptions(tax_percent=Decimal("100")),
        CheckoutOptions(checkout_url="ftp://shop.example"),
    ],
)
def test_options_that_can_not_be_meant_are_refused_at_the_start(options: CheckoutOptions) -> None:
    parts: Any = {"carts": None, "stock": None, "payments": None, "clock": None, "ids": None}
    with pytest.raises(BadInput):
        build_checkouts(None, options, currency=EUR, shop_name="S", **parts)  # type: ignore[arg-type]
