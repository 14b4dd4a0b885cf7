"""The chat API of a running server over the demo shop, as a developer's program meets it."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

Body = dict[str, Any]


@pytest.fixture
def api(demo_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=demo_url, timeout=30) as client:
        yield client


def ask(api: httpx.Client, text: str | None = None, thread_id: str | None = None, **message: Any) -> Body:
    body: Body = {"message": {**({"text": text} if text else {}), **message}, "stream": False}
    if thread_id:
        body["thread_id"] = thread_id
    response = api.post("/v1/chat", json=body)
    assert response.status_code == 200, response.text
    answer: Body = response.json()
    return answer


def stream(api: httpx.Client, text: str, thread_id: str | None = None) -> list[Body]:
    body: Body = {"message": {"text": text}} | ({"thread_id": thread_id} if thread_id else {})
    with api.stream("POST", "/v1/chat", json=body) as response:
        assert response.status_code == 200
        assert response.headers["x-vercel-ai-ui-message-stream"] == "v1"
        assert response.headers["content-type"].startswith("text/event-stream")
        return parts(response.iter_lines())


def parts(lines: Iterator[str]) -> list[Body]:
    data = [line[6:] for line in lines if line.startswith("data: ")]
    assert data[-1] == "[DONE]"
    return [json.loads(item) for item in data[:-1]]


def picture(color: str = "navy", kind: str = "JPEG") -> str:
    out = io.BytesIO()
    Image.new("RGB", (200, 260), color).save(out, kind)
    return base64.b64encode(out.getvalue()).decode()


def assert_problem(response: httpx.Response, status: int, word: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert word.lower() in json.dumps(body).lower()
    assert "Traceback" not in response.text


def test_an_answer_holds_what_was_understood_and_cards_that_keep_to_it(api: httpx.Client) -> None:
    answer = ask(api, "a dress under 200 euros, no polyester please")
    assert answer["query"]["category"] == "dress"
    assert answer["query"]["price"]["max"] == 20000
    assert answer["query"]["exclude"]["materials"] == ["polyester"]
    assert answer["products"]
    for card in answer["products"]:
        assert "polyester" not in card["materials"]
        assert any(v["availability"]["available"] and v["price"]["amount"] <= 20000 for v in card["variants"])
    assert answer["text"]


def test_cards_come_before_prose_in_the_stream(api: httpx.Client) -> None:
    kinds = [p["type"] for p in stream(api, "black leather boots")]
    assert kinds[0] == "start"
    assert kinds[-1] == "finish"
    assert kinds.index("data-query") < kinds.index("data-products") < kinds.index("text-start")


def test_a_thread_keeps_what_was_said(api: httpx.Client) -> None:
    first = ask(api, "white sneakers")
    second = ask(api, "under 150", first["thread_id"])
    assert second["thread_id"] == first["thread_id"]
    assert second["query"]["category"] == "sneakers"
    assert second["query"]["price"]["max"] == 15000


def test_messages_come_back_with_their_cards(api: httpx.Client) -> None:
    answer = ask(api, "a navy coat")
    items = api.get(f"/v1/threads/{answer['thread_id']}/messages").json()["items"]
    assert [item["role"] for item in items] == ["shopper", "assistant"]
    assert items[0]["text"] == "a navy coat"
    assert [card["id"] for card in items[1]["products"]] == [card["id"] for card in answer["products"]]
    assert items[1]["text"] == answer["text"]


def test_messages_are_paged_by_cursor(api: httpx.Client) -> None:
    thread_id = ask(api, "a scarf")["thread_id"]
    ask(api, "in wool", thread_id)
    page = api.get(f"/v1/threads/{thread_id}/messages", params={"limit": 3}).json()
    rest = api.get(
        f"/v1/threads/{thread_id}/messages", params={"limit": 3, "cursor": page["next_cursor"]}
    ).json()
    assert (len(page["items"]), len(rest["items"]), rest["next_cursor"]) == (3, 1, None)


def test_removing_a_chip_searches_again_without_it(api: httpx.Client) -> None:
    first = ask(api, "a red dress")
    [chip] = [chip for chip in first["chips"] if chip["field"] == "colors"]
    edited = ask(api, thread_id=first["thread_id"], query_edit={"remove": [chip]})
    assert "colors" not in edited["query"]
    assert edited["query"]["category"] == "dress"
    assert edited["products"]


def test_a_deleted_thread_is_gone(api: httpx.Client) -> None:
    thread_id = ask(api, "a hat")["thread_id"]
    assert api.delete(f"/v1/threads/{thread_id}").status_code == 204
    assert_problem(api.get(f"/v1/threads/{thread_id}/messages"), 404, "not_found")


def test_a_photo_finds_products(api: httpx.Client) -> None:
    answer = ask(api, "something like this", photos=[{"media_type": "image/jpeg", "data": picture()}])
    assert answer["products"]
    assert answer["query"]["like"]


def test_an_uploaded_photo_can_be_used_by_its_id(api: httpx.Client) -> None:
    raw = base64.b64decode(picture("green", "PNG"))
    upload = api.post("/v1/uploads", content=raw, headers={"content-type": "image/png"})
    assert upload.status_code == 201
    answer = ask(api, "a bag like this", photos=[{"upload_id": upload.json()["id"]}])
    assert answer["products"]
    kept = api.get(f"/v1/uploads/{upload.json()['id']}")
    assert kept.headers["content-type"] == "image/jpeg"


def test_the_cart_is_changed_by_version(api: httpx.Client) -> None:
    answer = ask(api, "a wool sweater")
    variant = next(v for v in answer["products"][0]["variants"] if v["availability"]["available"])
    path = f"/v1/threads/{answer['thread_id']}/cart"
    change = {"version": 0, "set": [{"variant_id": variant["id"], "quantity": 1}]}
    cart = api.patch(path, json=change).json()
    assert [(line["variant_id"], line["quantity"]) for line in cart["lines"]] == [(variant["id"], 1)]
    assert cart["total"] == variant["price"]
    assert_problem(api.patch(path, json=change), 409, "conflict")
    assert api.get(path).json() == cart


def test_search_takes_a_query_and_needs_no_thread(api: httpx.Client) -> None:
    response = api.post("/v1/search", json={"query": {"category": "jeans", "sort": "price_asc"}, "limit": 5})
    cards = response.json()["products"]
    prices = [card["price_range"]["min"]["amount"] for card in cards]
    assert len(cards) == 5
    assert {card["category"] for card in cards} == {"jeans"}
    assert prices == sorted(prices)


def test_a_product_and_its_like(api: httpx.Client) -> None:
    card = ask(api, "a leather bag")["products"][0]
    product = api.get(f"/v1/products/{card['id']}").json()
    assert product["title"] == card["title"]
    similar = api.get(f"/v1/products/{card['id']}/similar").json()["products"]
    assert similar
    assert card["id"] not in [other["id"] for other in similar]
    assert api.get(card["media"][0]["url"]).headers["content-type"].startswith("image/")


def test_a_run_can_be_read_again_from_any_event(api: httpx.Client) -> None:
    sent = stream(api, "a silk blouse")
    run_id = sent[0]["messageMetadata"]["runId"]
    with api.stream("GET", f"/v1/runs/{run_id}/stream", headers={"last-event-id": "2"}) as response:
        again = parts(response.iter_lines())
    assert again == sent[2:]


def test_stopping_an_ended_run_changes_nothing(api: httpx.Client) -> None:
    run_id = stream(api, "a belt")[0]["messageMetadata"]["runId"]
    assert api.post(f"/v1/runs/{run_id}/stop").status_code == 204


def test_feedback_is_taken_for_an_answer(api: httpx.Client) -> None:
    message_id = ask(api, "sunglasses")["message_id"]
    assert api.post(f"/v1/messages/{message_id}/feedback", json={"rating": "up"}).status_code == 204
    assert_problem(api.post("/v1/messages/nope/feedback", json={"rating": "up"}), 404, "not_found")


def test_streamed_turns_are_counted_too(api: httpx.Client) -> None:
    def counted() -> float:
        lines = api.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("shopper_turns_total"))

    before = counted()
    stream(api, "a linen shirt")
    ask(api, "a linen shirt")
    assert counted() == before + 2


def test_ready_says_what_runs(api: httpx.Client) -> None:
    body = api.get("/ready").json()
    assert body["status"] == "ready"
    assert body["products"] >= 300
    assert body["model"] == "builtin"


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"message": {"text": ""}}, 422, "message"),
        ({"message": {"text": "   "}}, 422, "message"),
        ({"message": {}}, 422, "message"),
        ({"message": {"text": "x" * 50_000}}, 422, "message.text"),
        ({"message": {"text": "hi"}, "thread_id": "not-a-thread"}, 404, "not_found"),
        ({"message": {"text": "hi"}, "treadid": "x"}, 422, "treadid"),
        ({"message": {"photos": [{"media_type": "image/png", "data": "aGVsbG8="}]}}, 422, "photo"),
        ({"message": {"photos": [{"data": "not base64!"}]}}, 422, "base64"),
        ({"message": {"photos": [{}]}}, 422, "upload_id"),
        ({"message": {"photos": [{"upload_id": "nope"}]}}, 404, "not_found"),
        ({"message": {"query_edit": {"set": {"wings": 2}}}}, 422, "wings"),
        ([], 422, "body"),
    ],
)
def test_bad_messages_are_problems_that_name_the_part(
    api: httpx.Client, body: Any, status: int, word: str
) -> None:
    assert_problem(api.post("/v1/chat", json=body), status, word)


def test_malformed_json_is_a_problem(api: httpx.Client) -> None:
    response = api.post("/v1/chat", content='{"message": ', headers={"content-type": "application/json"})
    assert_problem(response, 400, "malformed_json")


def test_a_picture_bomb_is_refused_without_being_decoded(api: httpx.Client) -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    data = base64.b64encode(out.getvalue()).decode()
    response = api.post("/v1/chat", json={"message": {"photos": [{"data": data}]}, "stream": False})
    assert_problem(response, 413, "pixels")


def test_a_body_over_the_limit_is_refused(api: httpx.Client) -> None:
    response = api.post("/v1/chat", content=b"x" * (97 * 2**20), headers={"content-type": "application/json"})
    assert_problem(response, 413, "96 MB")


@pytest.mark.parametrize(
    "path", ["/v1/products/nope", "/v1/threads/nope", "/v1/runs/nope/stream", "/media/../shopper.db"]
)
def test_unknown_things_are_not_found(api: httpx.Client, path: str) -> None:
    assert_problem(api.get(path), 404, "not found")


def test_after_bad_input_a_thread_goes_on(api: httpx.Client) -> None:
    thread_id = ask(api, "grey joggers")["thread_id"]
    bad = {"thread_id": thread_id, "message": {"photos": [{"data": "aGVsbG8="}]}}
    assert api.post("/v1/chat", json=bad).status_code == 422
    answer = ask(api, "under 200", thread_id)
    assert answer["query"]["category"] == "joggers"
