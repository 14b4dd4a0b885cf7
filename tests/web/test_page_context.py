"""What "this" means on a product's page: the API's `message.context`, over the demo shop."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

Body = dict[str, Any]
DRESS = "vr-0001"


class Talk:
    """One conversation on the pages of a shop."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.thread: str | None = None

    def say(self, text: str, **context: str) -> Body:
        body: Body = {"message": {"text": text, "context": context}, "stream": False}
        if self.thread:
            body["thread_id"] = self.thread
        response = httpx.post(f"{self.url}/v1/chat", json=body, timeout=30)
        assert response.status_code == 200, response.text
        answer: Body = response.json()
        self.thread = answer["thread_id"]
        return answer


@pytest.fixture
def talk(demo_url: str) -> Talk:
    return Talk(demo_url)


def lines(answer: Body) -> list[tuple[str, str]]:
    return [(line["product_id"], line["size"]) for line in answer["cart"]["lines"]]


def test_this_is_the_page_s_product_where_nothing_was_shown(talk: Talk) -> None:
    answer = talk.say("does this come in red?", product_id=DRESS)
    assert "Amalfi Linen Wrap Dress" in answer["text"]
    assert all("red" in card["color"] or card["color"] == "burgundy" for card in answer["products"])


def test_it_is_added_in_a_size(talk: Talk) -> None:
    assert lines(talk.say("add it in M", product_id=DRESS)) == [(DRESS, "M")]


def test_a_size_answers_the_question_about_the_page_s_product(talk: Talk) -> None:
    assert talk.say("add this", product_id=DRESS)["cart"] is None
    assert lines(talk.say("M", product_id=DRESS)) == [(DRESS, "M")]


def test_a_look_is_made_around_it(talk: Talk) -> None:
    answer = talk.say("what goes with this?", product_id=DRESS)
    assert answer["query"]["intent"] == "outfit"
    assert answer["text"].startswith("With the Amalfi Linen Wrap Dress")
    assert DRESS not in {card["id"] for card in answer["products"]}


def test_beside_cards_this_is_the_page_and_a_number_a_card(talk: Talk) -> None:
    boots = talk.say("black ankle boots", product_id=DRESS)["products"]
    assert {card["category"] for card in boots} == {"ankle boots"}
    assert "Amalfi Linen Wrap Dress" in talk.say("is this machine washable?", product_id=DRESS)["text"]
    assert boots[1]["title"] in talk.say("what is the second one made of?", product_id=DRESS)["text"]
    size = next(v["size"] for v in boots[1]["variants"] if v["availability"]["available"])
    assert lines(talk.say(f"add it in {size}", product_id=DRESS)) == [(boots[1]["id"], size)]


def test_a_wish_on_a_product_s_page_is_a_search_like_any_other(talk: Talk) -> None:
    there, elsewhere = talk.say("a red dress", product_id=DRESS), Talk(talk.url).say("a red dress")
    assert [card["id"] for card in there["products"]] == [card["id"] for card in elsewhere["products"]]


def test_an_unknown_product_and_another_page_count_as_nothing(talk: Talk) -> None:
    answer = talk.say("add it in M", product_id="nobody-s", page="/sale")
    assert answer["cart"] is None
    assert answer["error"] if "error" in answer else answer["text"]


def test_a_context_that_is_none_is_refused(demo_url: str) -> None:
    body = {"message": {"text": "this", "context": {"product": DRESS}}}
    assert httpx.post(f"{demo_url}/v1/chat", json=body).status_code == 422
