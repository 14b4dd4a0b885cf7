"""The payment page in Chromium: a test payment over the demo shop, an address on a chain in memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from shopper.checkout.payments.build import build_payments
from shopper.database import Database
from shopper.shop import random_id
from shopper.web.serve import listen, serving
from tests.checkout.payments.conftest import config
from tests.checkout.payments.fake_chain import FakeChain
from tests.web.browsing import axe, chromium
from tests.web.test_payments_api import opened, web_over

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A blank phone's page; the test fails on any error of a script or of the page's policy."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(15_000)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert troubles == []


@contextmanager
def chain_payment(folder: Path) -> Iterator[str]:
    """The address of the page of a payment on a chain, served from a thread of its own."""
    ready: Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def serve() -> None:
        db = await Database.open_folder(folder)
        till = build_payments(
            db,
            config(),
            currency="EUR",
            sandbox=True,
            clock=lambda: datetime.now(UTC),
            ids=random_id,
            rpc={31337: FakeChain()},
        )
        intent = await opened(till, "onchain:teur-31337")
        over = asyncio.Event()
        async with serving(web_over(till), listen("127.0.0.1", 0)) as url:
            ready.put((f"{url}/pay/{intent.id}", asyncio.get_running_loop(), over))
            await over.wait()
        await db.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    url, loop, over = ready.get(timeout=30)
    yield url
    loop.call_soon_threadsafe(over.set)
    thread.join(timeout=15)


def sandbox_payment(url: str) -> str:
    """The path of the page of a fresh order's test payment."""
    with httpx.Client(base_url=url, timeout=30) as api:
        variants = api.get("/v1/products/vr-0001").json()["variants"]
        variant = next(v["id"] for v in variants if v["availability"]["available"])
        thread = api.post("/v1/threads").json()["id"]
        lines = {"version": 0, "set": [{"variant_id": variant, "quantity": 1}]}
        assert api.patch(f"/v1/threads/{thread}/cart", json=lines).status_code == 200
        checkout = api.post("/v1/checkouts", json={"thread_id": thread}).json()["id"]
        answer = api.post(f"/v1/checkouts/{checkout}/confirm", json={"payment_method": "sandbox"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["payment"]["page_url"])


def test_a_test_payment_goes_from_awaiting_to_paid_by_the_keyboard(page: Page, demo_url: str) -> None:
    page.goto(demo_url + sandbox_payment(demo_url))
    title = page.locator("h1")
    expect(title).to_have_text("Waiting for your payment")
    expect(page.locator("#countdown")).to_contain_text("left)")
    for absent in (".qr", ".copy", "#address"):
        assert not any(at.is_visible() for at in page.locator(absent).all())
    assert axe(page, None) == []
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.outcome") == "pay":
            break
    page.keyboard.press("Enter")
    expect(title).to_have_text("Paid")
    expect(page).to_have_title("Paid · Maison Verrier")
    expect(page.locator("#sandbox")).to_be_hidden()
    expect(page.locator("#countdown")).to_be_hidden()
    expect(title).to_be_focused()
    assert axe(page, None) == []


def test_too_little_says_what_is_missing_and_the_rest_settles_it(page: Page, demo_url: str) -> None:
    page.goto(demo_url + sandbox_payment(demo_url))
    page.get_by_role("button", name="Pay too little").click()
    expect(page.locator("h1")).to_have_text("Some of it is still missing")
    expect(page.locator("#missing")).to_contain_text("€")
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.locator("h1")).to_have_text("Paid")
    page.goto(f"{demo_url}/pay/nobody-s")
    expect(page.locator("h1")).to_have_text("There is no such payment")
    assert axe(page, None) == []


def test_an_address_and_an_amount_are_copied_and_a_wallet_can_scan_them(page: Page, tmp_path: Path) -> None:
    with chain_payment(tmp_path) as url:
        page.goto(url)
        expect(page.locator(".qr")).to_have_js_property("complete", True)
        expect(page.locator(".qr")).to_be_visible()
        assert str(page.locator("a.button").get_attribute("href")).startswith("ethereum:")
        page.get_by_role("button", name="Copy address").click()
        expect(page.locator("#copied")).to_have_text("Copied.")
        address = page.locator("#address").inner_text()
        assert page.evaluate("navigator.clipboard.readText()") == address
        page.get_by_role("button", name="Copy amount").press("Enter")
        expect(page.locator("#copied")).to_have_text("Copied.")
        for _ in range(100):
            if page.evaluate("navigator.clipboard.readText()") == "49.90":
                break
            page.wait_for_timeout(20)
        assert page.evaluate("navigator.clipboard.readText()") == "49.90"
        assert page.evaluate("document.scrollingElement.scrollWidth") == 390
        assert axe(page, None) == []
        page.goto("about:blank")  # the server waits for the payment's stream to be let go
