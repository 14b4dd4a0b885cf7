"""The API's own description: stable, complete, and true of what is answered."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from shopper.shop import Shop
from shopper.web import schema, schema_commerce
from shopper.web.app import build_app

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Clients are generated from these names: a change breaks them.
OPERATIONS = {
    "ag_ui_run", "change_cart", "chat", "chat_completions", "create_thread", "create_thread_token",
    "delete_thread", "explain_product", "get_cart", "get_photo", "get_product", "get_thread",
    "give_feedback", "health", "list_messages", "list_models", "list_threads", "metrics", "ready",
    "resume_run", "search", "set_prices", "similar_products", "stop_run", "upload_photo",
}  # fmt: skip


@pytest.fixture(scope="module")
def spec(request: pytest.FixtureRequest) -> dict[str, Any]:
    shop: Shop = request.getfixturevalue("shop")
    return build_app(shop).openapi()


def operations(spec: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{m} {p}", o) for p, item in spec["paths"].items() for m, o in item.items()]


async def test_operation_ids_stay(spec: dict[str, Any]) -> None:
    names = [operation["operationId"] for _where, operation in operations(spec)]
    assert len(names) == len(set(names))
    assert set(names) >= OPERATIONS


async def test_every_operation_says_what_may_go_wrong(spec: dict[str, Any]) -> None:
    for where, operation in operations(spec):
        assert operation["summary"], where
        assert operation["description"], where
        if where in ("get /health", "get /ready", "get /.well-known/ucp"):
            continue
        wrong = {s: r for s, r in operation["responses"].items() if s >= "400"}
        assert {"403", "429"} <= set(wrong), where
        for status, response in wrong.items():
            told = response["content"]
            assert set(told) & {"application/problem+json", "application/json"}, where
            if "example" in (problem := told.get("application/problem+json", {})):
                assert problem["example"]["status"] == int(status), where
        if where.startswith("post"):
            assert "Idempotency-Key" in [p["name"] for p in operation["parameters"]], where


async def test_what_is_answered_as_json_has_a_type_and_an_example(spec: dict[str, Any]) -> None:
    for where, operation in operations(spec):
        if operation["operationId"] not in OPERATIONS - {"list_models", "chat_completions"}:
            continue
        for status, response in operation["responses"].items():
            body = response.get("content", {}).get("application/json")
            if status < "300" and body is not None:
                assert "$ref" in body["schema"], where
                assert body["example"], where


def assert_typed(model: type[BaseModel], body: Any) -> None:
    """`body` is what `model` describes, and holds nothing that it doesn't."""
    told = model.model_validate(body).model_dump(mode="json", exclude_unset=True)
    assert _names(told) == _names(body)


def _names(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _names(value) for name, value in body.items()}
    return [_names(item) for item in body] if isinstance(body, list) else None


async def test_answers_are_what_their_types_say(api: httpx.AsyncClient) -> None:
    body = {"message": {"text": "a dress"}, "stream": False}
    answer = (await api.post("/v1/chat", json=body)).json()
    thread = f"/v1/threads/{answer['thread_id']}"
    card = answer["products"][0]
    search = {"query": {"category": "dress", "price": {"max": 100, "currency": "EUR"}}}
    upload = await api.post("/v1/uploads", content=_PNG)
    for model, said in (
        (schema.ChatOut, answer),
        (schema.ThreadOut, (await api.get(thread)).json()),
        (schema.MessagePage, (await api.get(f"{thread}/messages")).json()),
        (schema.CartOut, (await api.get(f"{thread}/cart")).json()),
        (schema.ThreadPage, (await api.get("/v1/threads")).json()),
        (schema.ThreadCreated, (await api.post("/v1/threads")).json()),
        (schema.TokenOut, (await api.post(f"{thread}/token")).json()),
        (schema.ProductOut, (await api.get(f"/v1/products/{card['id']}")).json()),
        (schema.CardPage, (await api.get(f"/v1/products/{card['id']}/similar")).json()),
        (schema.SearchOut, (await api.post("/v1/search", json={"query": {}})).json()),
        (schema.SearchOut, (await api.post("/v1/search", json=search)).json()),
        (schema.UploadOut, upload.json()),
        (schema.ReadyOut, (await api.get("/ready")).json()),
        (schema.Problem, (await api.get("/v1/threads/nope")).json()),
        (schema.Problem, (await api.post("/v1/chat", json={"message": 1})).json()),
    ):
        assert_typed(model, said)


async def test_examples_are_what_their_types_say(spec: dict[str, Any]) -> None:
    for _where, operation in operations(spec):
        body = operation["responses"].get("200", operation["responses"].get("201"))
        told = (body or {}).get("content", {}).get("application/json", {})
        if "example" in told and "$ref" in told.get("schema", {}):
            name = told["schema"]["$ref"].rpartition("/")[2]
            model = getattr(schema, name, None) or getattr(schema_commerce, name)
            assert_typed(model, told["example"])


_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
