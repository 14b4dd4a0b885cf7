"""Dialogs are played over the chat API alone, and what fails is told turn by turn."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from shopper.dialogs.player import run_dialogs
from shopper.dialogs.report import DialogReport, DialogResult, render

Body = dict[str, Any]
Make = Callable[..., Body]
Write = Callable[..., Path]


async def only(path: Path, client: httpx.AsyncClient) -> DialogResult:
    report = await run_dialogs([path], client=client)
    (dialog,) = report.dialogs
    return dialog


async def test_a_conversation_is_one_thread_and_ends_with_its_cart(
    shop: Any, client: httpx.AsyncClient, write: Write, make_product: Make, make_cart: Make
) -> None:
    dress = make_product()
    shop.says("a linen dress", products=[dress], query={"intent": "search", "category": "dress"})
    shop.says("the first in M", cart=make_cart((dress, "M", 1)), text="It's in your cart: €49.90.")
    path = write(
        """
        name: A linen dress
        locale: de-DE
        turns:
          - shopper: a linen dress
            expect: {query: {category: dress}, products: {min: 1, facts: true}}
          - shopper: the first in M
            expect: {reply: {grounded: true}}
        end: {cart: {lines: [{product: {turn: 1, position: 1}, size: M, quantity: 1}], total: 4990}}
        """
    )

    result = await only(path, client)

    assert result.passed, result
    assert [turn.number for turn in result.turns] == ["1", "2", "end"]
    assert [body.get("thread_id") for body in shop.sent] == [None, "t1"]
    assert all(body["stream"] is False for body in shop.sent)
    assert shop.languages == ["de-DE", "de-DE"]


async def test_a_new_thread_starts_without_the_old_one(
    shop: Any, client: httpx.AsyncClient, write: Write
) -> None:
    path = write("name: x\nturns:\n  - shopper: a\n  - shopper: b\n    new_thread: true\n  - shopper: c\n")

    await only(path, client)

    assert [body.get("thread_id") for body in shop.sent] == [None, None, "t2"]


async def test_photos_edits_and_repeated_words_are_sent_as_the_page_sends_them(
    shop: Any, client: httpx.AsyncClient, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "tee.png").write_bytes(b"\x89PNG")
    path = write(
        """
        name: x
        turns:
          - {shopper: like this, photo: tee.png}
          - edit: {remove: [{field: colors, value: black}], set: {price: {max: 100}}}
          - {shopper: "ab ", times: 3}
        """
    )

    await only(path, client)

    photo, edit, repeated = (body["message"] for body in shop.sent)
    assert photo["text"] == "like this"
    assert photo["photos"] == [{"media_type": "image/png", "data": base64.b64encode(b"\x89PNG").decode()}]
    assert edit == {
        "query_edit": {
            "remove": [{"field": "colors", "value": "black", "label": "black"}],
            "set": {"price": {"max": 100}},
        }
    }
    assert repeated == {"text": "ab ab ab "}


async def test_a_chip_is_pressed_by_what_it_says(shop: Any, client: httpx.AsyncClient, write: Write) -> None:
    edit = {"set": {"price": {"max": 12000}}}
    shop.says("a coat", suggestions=[{"label": "Up to €120", "text": "", "edit": edit}])
    shop.says("a hat", suggestions=[{"label": "In red", "text": "in red please"}])
    path = write(
        """
        name: x
        turns:
          - shopper: a coat
          - press: up to
          - shopper: a hat
          - press: red
          - press: nowhere
        """
    )

    result = await only(path, client)

    assert shop.sent[1]["message"] == {"query_edit": edit}
    assert shop.sent[3]["message"] == {"text": "in red please"}
    assert result.error == "no chip like 'nowhere' was offered to press; there were: none"


async def test_the_shops_own_search_finds_out_a_title_that_was_never_shown(
    shop: Any, client: httpx.AsyncClient, write: Write, make_product: Make
) -> None:
    shop.found = [make_product("p9", "Porto Silk Dress")]
    shop.says("hm", text="You might like the Porto Silk Dress.")
    path = write("name: x\nturns:\n  - shopper: hm\n    expect: {reply: {grounded: true}}")

    result = await only(path, client)

    (check,) = [check for check in result.checks if not check.ok]
    assert check.path == "reply.grounded"
    assert "Porto Silk Dress" in check.got


async def test_a_refused_message_leaves_the_thread_as_it_was(
    shop: Any, client: httpx.AsyncClient, write: Write
) -> None:
    shop.problems["!"] = (422, {"title": "Write something.", "status": 422})
    path = write(
        """
        name: x
        turns:
          - shopper: a
          - shopper: "!"
            expect: {problem: {status: 422}}
          - shopper: b
        """
    )

    result = await only(path, client)

    assert result.passed, result
    assert shop.sent[2]["thread_id"] == "t1"


async def test_a_busy_server_is_asked_again(shop: Any, client: httpx.AsyncClient, write: Write) -> None:
    shop.busy = 2

    result = await only(write("name: x\nturns: [{shopper: a}]"), client)

    assert result.passed, result
    assert len(shop.sent) == 3


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ((500, "no object"), "isn't problem+json"),
        ((200, ["no object"]), "doesn't hold to the chat API"),
        ((200, {"text": "no thread"}), "thread_id: Field required"),
    ],
)
async def test_an_answer_outside_the_api_fails_its_turn_and_says_how(
    shop: Any, client: httpx.AsyncClient, write: Write, problem: tuple[int, Any], said: str
) -> None:
    shop.problems["a"] = problem

    result = await only(write("name: x\nturns: [{shopper: a}]"), client)

    (check,) = result.checks
    assert not check.ok
    assert said in check.got


async def test_only_the_dialogs_of_one_shop_are_played_when_asked(
    shop: Any, client: httpx.AsyncClient, write: Write, tmp_path: Path
) -> None:
    write("name: a\nturns: [{shopper: hi}]", "a.yaml")
    write("name: b\ncatalog: luma\nturns: [{shopper: hi}]", "b.yaml")

    report = await run_dialogs([tmp_path], client=client, catalog_filter="luma")

    assert [dialog.name for dialog in report.dialogs] == ["b"]


async def test_a_file_that_cannot_be_read_fails_and_the_others_are_played(
    client: httpx.AsyncClient, write: Write, tmp_path: Path
) -> None:
    write("name: a\nturn: []", "a.yaml")
    write("name: b\nturns: [{shopper: hi}]", "b.yaml")

    report = await run_dialogs([tmp_path], client=client)

    bad, good = report.dialogs
    assert good.passed
    assert not report.passed
    assert bad.error is not None
    assert "did you mean 'turns'?" in bad.error


async def test_a_shop_that_is_not_there_is_an_error_of_the_dialog(write: Write) -> None:
    async with httpx.AsyncClient(base_url="http://127.0.0.1:9") as nobody:
        result = await only(write("name: a\nturns: [{shopper: hi}]"), nobody)

    assert result.error is not None
    assert "can't be reached" in result.error
    assert not result.passed


async def test_the_report_shows_what_was_expected_and_what_came(
    shop: Any, client: httpx.AsyncClient, write: Write, make_product: Make
) -> None:
    shop.says("something [red] under 40", products=[make_product()], text="Here: €49.90.")
    path = write(
        """
        name: A budget
        turns:
          - shopper: something [red] under 40
            expect: {products: {every: {price: {lte: 4000}, color: red}}, relaxed: []}
        """
    )

    report = await run_dialogs([path], client=client)
    text = render(report)

    assert not report.passed
    assert "turn 1: “something [red] under 40”" in text
    assert "products.every" in text
    assert "expected color [red], price lte 4000" in text
    assert "Lisbon Linen Dress in navy (p1, dress, 4990) — color: navy, price: [4990]" in text
    assert "the shop said: Here: €49.90." in text
    assert "0 of 1 dialogs passed: 1 turns, 3 checks" in text
    body = json.loads(json.dumps(report.as_json()))
    assert body["passed"] is False
    assert body["dialogs"][0]["turns"][0]["checks"][1]["path"] == "products.every"


def test_a_report_without_dialogs_has_not_passed() -> None:
    assert not DialogReport().passed
    assert "No dialogs were found" in render(DialogReport())
