"""The chat page and the shop around it in a real Chromium, over the demo shop, as a shopper uses them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import axe, chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ANSWERED = 20_000  # milliseconds, on a machine that has much else to do
# The first photo that a server sees also waits for the words that photos are compared with to be encoded.
FIRST_PHOTO = 60_000
DESKTOP, PHONE = (1280, 900), (390, 844)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A blank page, wide or as the test's parameter says; the test fails on any error in its console."""
    width, height = getattr(request, "param", DESKTOP)
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(ANSWERED)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert troubles == []


both = pytest.mark.parametrize("page", [DESKTOP, PHONE], ids=["desktop", "phone"], indirect=True)
phone = pytest.mark.parametrize("page", [PHONE], ids=["phone"], indirect=True)


def say(page: Page, words: str, within: int = ANSWERED) -> None:
    count = page.locator(".exchange").count()
    box = page.locator("textarea")
    box.fill(words)
    box.press("Enter")
    answered(page, count + 1, within)


def answered(page: Page, count: int, within: int = ANSWERED) -> None:
    """Waits for the end of the answer that makes it `count`."""
    expect(page.locator(".exchange")).to_have_count(count, timeout=ANSWERED)
    expect(page.locator(".exchange").last.locator(".reply[aria-busy=false]")).to_be_visible(timeout=within)


def titles(page: Page) -> list[str]:
    found: list[str] = page.locator("[part~=card]").evaluate_all("cards => cards.map(card => card.ariaLabel)")
    return found


def chips(page: Page) -> list[str]:
    return page.locator(".exchange").last.locator("[part~=chip]").all_inner_texts()


@both
def test_a_wish_becomes_chips_cards_and_words_that_a_reload_keeps(page: Page, demo_url: str) -> None:
    page.goto(demo_url)
    expect(page.get_by_text("You are talking to an AI", exact=False)).to_be_visible()
    assert axe(page, None) == []
    say(page, "a red dress under 200, no polyester")
    assert chips(page) == ["dresses", "red", "under €200", "no polyester"]
    assert "€" in page.locator("[part~=price]").first.inner_text()
    picture = page.locator("[part~=card-image]").first
    expect(picture).to_have_js_property("complete", True)
    expect(picture).to_have_js_property("naturalWidth", 600)
    page.get_by_role("button", name="Remove red").click()
    answered(page, 2)
    assert chips(page) == ["dresses", "under €200", "no polyester"]
    before = titles(page)
    page.reload()
    answered(page, 2)
    assert titles(page) == before
    assert "a red dress" in page.locator(".said").first.inner_text()
    assert axe(page, None) == []


@both
def test_a_size_must_be_chosen_before_the_cart_and_a_look_is_made_around_a_card(
    page: Page, demo_url: str
) -> None:
    page.goto(demo_url)
    say(page, "a wool sweater")
    card = page.locator("[part~=card]").first
    card.locator(".add").click()
    expect(card.locator(".sizes.asked")).to_be_visible()
    card.locator(".size:not([disabled])").first.click()
    card.locator(".add").click()
    expect(card.locator(".add.has")).to_be_visible()
    page.locator("[part~=cart-button]").click()
    expect(page.locator("[part~=cart-line]")).to_have_count(1)
    page.keyboard.press("Escape")
    card.locator("[part~=look-button]").click()
    answered(page, 2)
    expect(page.locator(".exchange").last.locator("[part~=card], [part~=look]").first).to_be_visible()


def test_a_photo_finds_things_like_it(page: Page, demo_url: str, tmp_path: Path, demo_catalog: Path) -> None:
    page.goto(demo_url)
    picture = tmp_path / "mine.jpg"
    shop_picture = sorted((demo_catalog / "images").glob("vr-0001-*.webp"))[0]
    Image.open(shop_picture).convert("RGB").save(picture)
    page.locator("input[type=file]:not([capture])").set_input_files(picture)
    expect(page.locator(".previews li")).to_have_count(1, timeout=ANSWERED)
    say(page, "something like this", within=FIRST_PHOTO)
    assert any("Amalfi" in title for title in titles(page))


def test_a_picture_shows_where_the_words_are(page: Page, demo_url: str) -> None:
    page.goto(demo_url)
    say(page, "a dress with puff sleeves")
    page.locator("[part~=where-button]").first.click()
    expect(page.locator("[part~=where] canvas")).to_be_visible(timeout=FIRST_PHOTO)
    assert page.locator("[part~=where] canvas").evaluate("canvas => canvas.width") >= 224


@phone
def test_the_shop_around_it_has_the_same_cart_to_the_paid_order(page: Page, demo_url: str) -> None:
    page.goto(f"{demo_url}/store/p/vr-0001")
    page.locator("select option:not([disabled])").nth(1).wait_for(state="attached")
    size = page.locator("select option:not([disabled])").nth(1).get_attribute("value")
    page.locator("select").select_option(size)
    page.get_by_role("button", name="Add to bag").click()
    expect(page.locator("#count")).to_have_text("1")
    assert axe(page, None) == []
    page.get_by_role("button", name="Ask the personal shopper about it").click()
    page.get_by_text("Something like the piece on this page").click()
    expect(page.locator("[part~=card]").first).to_be_visible()
    say(page, "does this one come in red?")
    expect(page.locator(".words").last).to_contain_text("Amalfi Linen Wrap Dress")
    page.locator("[part~=cart-button]").click()
    expect(page.locator("[part~=cart-line]")).to_have_count(1)
    page.locator("[part~=checkout-button]").click()
    page.locator("[part~=confirm-button]").click()
    page.locator("[part~=sandbox]").get_by_role("button", name="Pay", exact=True).click()
    expect(page.locator("[part~=payment-status]")).to_have_text("Paid", timeout=ANSWERED)
    expect(page.locator("[part~=order] .state").first).to_have_text("Paid", timeout=ANSWERED)
    expect(page.locator("#count")).to_have_text("")


def test_a_card_leads_to_the_shops_own_page_and_the_chat_is_still_there(page: Page, demo_url: str) -> None:
    page.goto(f"{demo_url}/store")
    assert page.locator(".grid li").count() == 24
    assert axe(page, None) == []
    page.locator("nav").get_by_role("link", name="Shoes").click()
    expect(page.locator("h1")).to_have_text("shoes", ignore_case=True)
    page.locator(".launcher").click()
    say(page, "black ankle boots")
    title = page.locator("h3 .card-title").first.inner_text()
    page.locator("h3 .card-title").first.click()
    expect(page.locator("h1")).to_have_text(title)
    assert page.locator(".panel").count() == 0  # it never opens by itself
    page.locator(".launcher").click()
    expect(page.locator(".said").first).to_contain_text("black ankle boots")
    page.goto(f"{demo_url}/store/cart")
    expect(page.locator("#empty")).to_be_visible()
    assert axe(page, None) == []
