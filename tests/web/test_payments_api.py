"""The payment routes and the payment page, over payments that move no money and over signatures."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from x402.schemas import VerifyResponse

from shopper.checkout.payments.build import build_payments
from shopper.checkout.payments.payments import Payments
from shopper.checkout.payments.provider import PaymentIntent
from shopper.database import Database
from shopper.shop import random_id
from shopper.web.auth import Access
from shopper.web.deps import the_caller, the_web
from shopper.web.limits import RateLimit
from shopper.web.problems import add_problem_handlers
from shopper.web.routes import pay, payments
from tests.checkout.payments.conftest import bill, config
from tests.checkout.payments.fake_chain import FakeChain


class Refuses:
    """A facilitator that finds every signature wrong."""

    def verify(self, _payload: Any, _requirements: Any) -> Any:
        return VerifyResponse(is_valid=False, invalid_reason="invalid_signature")

    def settle(self, _payload: Any, _requirements: Any) -> Any:
        raise AssertionError("nothing that wasn't verified is settled")


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Payments]:
    db = await Database.open_folder(tmp_path)
    yield build_payments(
        db,
        config(),
        currency="EUR",
        sandbox=True,
        clock=lambda: datetime.now(UTC),
        ids=random_id,
        rpc={31337: FakeChain()},
        facilitator=Refuses(),
    )
    await db.close()


@pytest.fixture
async def client(till: Payments) -> AsyncIterator[httpx.AsyncClient]:
    app = web_over(till)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        yield http


def web_over(till: Payments) -> FastAPI:
    """The payment routes alone, over these payments."""
    options = SimpleNamespace(public_url="")
    shop = SimpleNamespace(payments=till, name="Maison <Verrier>", web=options)
    web = SimpleNamespace(shop=shop, rate=RateLimit(0), access=Access.parse("", ""))
    app = FastAPI()
    app.dependency_overrides[the_web] = lambda: web
    app.dependency_overrides[the_caller] = lambda: None
    add_problem_handlers(app)
    app.include_router(payments.router)
    app.include_router(pay.router)
    return app


async def opened(till: Payments, method: str = "sandbox") -> PaymentIntent:
    return await till.create(bill(random_id()), method, idempotency_key="one")


async def test_a_payment_is_shown_with_amounts_as_text(till: Payments, client: httpx.AsyncClient) -> None:
    intent = await opened(till, "onchain:teur-31337")
    body = (await client.get(f"/v1/payments/{intent.id}")).json()
    assert (body["status"], body["exception"], body["provider"]) == ("awaiting_payment", "none", "onchain")
    assert (body["atomic_amount"], body["received"], body["missing"]) == ("49900000", "0", "49900000")
    assert body["amount"] == {"amount": 4990, "currency": "EUR"}
    assert body["display_amount"] == "49.90 TEUR"
    assert body["uri"].startswith("ethereum:0x5FbDB")
    assert (body["qr_url"], body["page_url"]) == (f"/v1/payments/{intent.id}/qr.svg", f"/pay/{intent.id}")
    methods = (await client.get("/v1/payment-methods")).json()["items"]
    assert {m["id"] for m in methods} >= {"sandbox", "onchain:teur-31337", "x402:teur-31337"}


async def test_the_qr_code_is_a_picture(till: Payments, client: httpx.AsyncClient) -> None:
    intent = await opened(till, "onchain:teur-31337")
    answer = await client.get(f"/v1/payments/{intent.id}/qr.svg")
    assert (answer.headers["content-type"], answer.text[:4]) == ("image/svg+xml", "<svg")
    assert (await client.get(f"/v1/payments/{(await opened(till)).id}/qr.svg")).status_code == 404


async def test_the_sandbox_pays_test_payments_only(till: Payments, client: httpx.AsyncClient) -> None:
    test, real = await opened(till), await opened(till, "onchain:teur-31337")
    paid = await client.post(f"/v1/payments/{test.id}/sandbox", json={"outcome": "pay"})
    assert paid.json()["status"] == "settled"
    refused = await client.post(f"/v1/payments/{real.id}/sandbox", json={"outcome": "pay"})
    assert refused.status_code == 404
    unknown = await client.post(f"/v1/payments/{test.id}/sandbox", json={"outcome": "discount"})
    assert unknown.status_code == 422


async def test_nobody_finds_a_payment_without_its_id(client: httpx.AsyncClient) -> None:
    for path in ("/v1/payments/nope", "/v1/payments/nope/stream", "/v1/payments/nope/x402", "/pay/nope"):
        assert (await client.get(path)).status_code == 404


async def test_the_stream_tells_of_the_payment_and_ends_with_it(
    till: Payments, client: httpx.AsyncClient
) -> None:
    intent = await opened(till)

    async def follow() -> list[str]:
        answer = await client.get(f"/v1/payments/{intent.id}/stream")
        return [
            json.loads(line[6:])["status"] for line in answer.text.splitlines() if line.startswith("data: ")
        ]

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.2)
    await client.post(f"/v1/payments/{intent.id}/sandbox", json={"outcome": "underpay"})
    await asyncio.sleep(0.2)
    await client.post(f"/v1/payments/{intent.id}/sandbox", json={"outcome": "pay"})
    assert await asyncio.wait_for(following, 10) == ["awaiting_payment", "partially_paid", "settled"]


async def test_what_to_sign_is_said_with_402(till: Payments, client: httpx.AsyncClient) -> None:
    intent = await opened(till, "x402:teur-31337")
    answer = await client.get(f"/v1/payments/{intent.id}/x402")
    required = json.loads(base64.b64decode(answer.headers["payment-required"]))
    assert answer.status_code == 402
    assert required == answer.json()
    [accepts] = required["accepts"]
    assert (accepts["payTo"], accepts["amount"], accepts["network"]) == (
        intent.address,
        "49900000",
        "eip155:31337",
    )


async def test_a_wrong_signature_is_answered_with_402_and_its_reason(
    till: Payments, client: httpx.AsyncClient
) -> None:
    intent = await opened(till, "x402:teur-31337")
    path = f"/v1/payments/{intent.id}/x402"
    accepts = (await client.get(path)).json()["accepts"][0]
    signed = {"from": "0x" + "ab" * 20, "to": accepts["payTo"], "value": accepts["amount"]}
    signed |= {"validAfter": "0", "validBefore": "9999999999", "nonce": "0x" + "11" * 32}
    payload = {
        "x402Version": 2,
        "accepted": accepts,
        "payload": {"authorization": signed, "signature": "0x12"},
    }
    for sent, reason in ((json.dumps(payload), "invalid_signature"), ("[]", "invalid_payload")):
        header = base64.b64encode(sent.encode()).decode()
        answer = await client.get(path, headers={"PAYMENT-SIGNATURE": header})
        assert (answer.status_code, answer.json()["error"]) == (402, reason)
    assert (await till.get(intent.id)).status == "awaiting_payment"


async def test_the_page_can_be_read_and_paid_from_without_a_script(
    till: Payments, client: httpx.AsyncClient
) -> None:
    intent = await opened(till, "onchain:teur-31337")
    answer = await client.get(f"/pay/{intent.id}")
    text = answer.text
    for needed in (
        str(intent.address),
        "49.90 TEUR",
        "Local (chain 31337)",
        "ethereum:0x5FbDB",
        'lang="en"',
        "qr.svg",
    ):
        assert needed in text
    assert "Maison &lt;Verrier&gt;" in text
    assert "$" not in re.sub(r"\$\d", "", text)


async def test_the_page_runs_no_script_of_anybody_else(till: Payments, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/pay/{(await opened(till)).id}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", answer.text)
    assert answer.headers["referrer-policy"] == "no-referrer"
    for name in ("pay.js", "pay.css"):
        assert (await client.get(f"/pay/assets/{name}")).status_code == 200
    assert (await client.get("/pay/assets/pay.html")).status_code == 404


@pytest.mark.parametrize("outcome", ["pay", "underpay", "overpay", "expire"])
async def test_the_page_has_words_for_what_happened(
    till: Payments, client: httpx.AsyncClient, outcome: str
) -> None:
    intent = await opened(till)
    view, _ = await till.submit(intent.id, {"outcome": outcome})
    text = (await client.get(f"/pay/{intent.id}")).text
    assert view.message.split(".")[0].replace("'", "&#x27;") in text
    assert f'data-status="{view.status}"' in text


def test_a_payments_id_is_128_random_bits() -> None:
    assert len(base64.urlsafe_b64decode(random_id() + "==")) == 16
