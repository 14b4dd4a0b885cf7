"""The chat page in a real Chromium, over the demo shop, as a shopper uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.web.chromium import FLAGS, find

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.skip("no Chromium on this machine; `python tests/web/chromium.py` tries to install one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def page(browser: Browser, demo_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page at two widths; the test fails on any error in the console or blocked by the page's policy."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.goto(demo_url)
    yield page
    context.close()
    assert troubles == []


def say(page: Page, words: str) -> None:
    box = page.locator("textarea")
    box.fill(words)
    box.press("Enter")
    answers = page.locator(".reply .words")
    expect(answers.last).to_be_visible(timeout=15_000)
    expect(page.locator(".reply[aria-busy=true]")).to_have_count(0, timeout=15_000)


def test_a_request_shows_chips_cards_and_words(page: Page) -> None:
    say(page, "a dress under 200, no polyester")
    assert page.locator("[part~=chip]").all_inner_texts() == ["dresses", "under €200", "no polyester"]
    expect(page.locator("[part~=card]").first).to_be_visible()
    assert "€" in page.locator("[part~=price]").first.inner_text()
    picture = page.locator("[part~=card-image]").first
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 600


def test_a_removed_chip_searches_again(page: Page) -> None:
    say(page, "a red dress")
    page.get_by_role("button", name="Remove red").click()
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator(".exchange").last.locator("[part~=card]").first).to_be_visible(timeout=15_000)
    last = page.locator(".exchange").last.locator("[part~=chip]").all_inner_texts()
    assert last == ["dresses"]


def test_a_size_must_be_chosen_before_the_cart(page: Page) -> None:
    say(page, "a wool sweater")
    card = page.locator("[part~=card]").first
    card.locator(".add").click()
    expect(card.locator(".sizes.asked")).to_be_visible()
    card.locator(".size:not([disabled])").first.click()
    card.locator(".add").click()
    expect(card.locator(".add.has")).to_be_visible(timeout=15_000)
    page.locator("[part~=cart-button]").click()
    expect(page.locator("[part~=cart-line]")).to_have_count(1)


def test_a_reload_keeps_the_conversation_and_its_cards(page: Page) -> None:
    say(page, "black ankle boots")
    titles = page.locator("[part~=card]").evaluate_all("cards => cards.map(card => card.ariaLabel)")
    page.reload()
    expect(page.locator("[part~=card]").first).to_be_visible(timeout=15_000)
    again = page.locator("[part~=card]").evaluate_all("cards => cards.map(card => card.ariaLabel)")
    assert again == titles
    assert "black ankle boots" in page.locator(".said").first.inner_text()


def test_a_photo_finds_things_like_it(page: Page, tmp_path: Path, demo_catalog: Path) -> None:
    picture = tmp_path / "mine.jpg"
    shop_picture = sorted((demo_catalog / "images").glob("vr-0001-*.webp"))[0]
    Image.open(shop_picture).convert("RGB").save(picture)
    page.locator("input[type=file]:not([capture])").set_input_files(picture)
    expect(page.locator(".previews li")).to_have_count(1)
    say(page, "something like this")
    titles = page.locator("[part~=card]").evaluate_all("cards => cards.map(card => card.ariaLabel)")
    assert any("Amalfi" in title for title in titles)


def test_it_says_that_it_is_an_ai(page: Page) -> None:
    expect(page.get_by_text("You are talking to an AI", exact=False)).to_be_visible()


def test_the_shop_around_it_has_the_same_cart_to_the_paid_order(page: Page, demo_url: str) -> None:
    page.goto(f"{demo_url}/store/p/vr-0001")
    page.locator("select option:not([disabled])").nth(1).wait_for(state="attached")
    size = page.locator("select option:not([disabled])").nth(1).get_attribute("value")
    page.locator("select").select_option(size)
    page.get_by_role("button", name="Add to bag").click()
    expect(page.locator("#count")).to_have_text("1")
    page.get_by_role("button", name="Ask the personal shopper about it").click()
    page.get_by_text("Something like the piece on this page").click()
    expect(page.locator("[part~=card]").first).to_be_visible(timeout=15_000)
    page.locator("[part~=cart-button]").click()
    expect(page.locator("[part~=cart-line]")).to_have_count(1)
    page.locator("[part~=checkout-button]").click()
    page.locator("[part~=confirm-button]").click()
    page.locator("[part~=sandbox]").get_by_role("button", name="Pay", exact=True).click()
    expect(page.locator("[part~=payment-status]")).to_have_text("Paid", timeout=15_000)
    expect(page.locator("[part~=order] .state").first).to_have_text("Paid")
    expect(page.locator("#count")).to_have_text("")


def test_a_card_leads_to_the_shops_own_page_and_the_chat_is_still_there(page: Page, demo_url: str) -> None:
    page.goto(f"{demo_url}/store")
    assert page.locator(".grid li").count() == 24
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


def test_a_card_is_completed_to_a_look(page: Page) -> None:
    say(page, "a red dress")
    page.locator("[part~=look-button]").first.click()
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator(".exchange").last.locator("[part~=card], [part~=look]").first).to_be_visible(
        timeout=15_000
    )
