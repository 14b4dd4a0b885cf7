"""UCP over REST and MCP against a running server; every response is read by UCP's own models."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from mcp import Client
from pydantic import BaseModel
from ucp_sdk.models.schemas.common.types.error_response import ErrorResponse
from ucp_sdk.models.schemas.shopping.cart import Cart
from ucp_sdk.models.schemas.shopping.catalog_lookup import GetProductResponse, LookupResponse
from ucp_sdk.models.schemas.shopping.catalog_search import SearchResponse
from ucp_sdk.models.schemas.shopping.checkout import Checkout
from ucp_sdk.models.schemas.shopping.order import Order
from ucp_sdk.models.schemas.ucp import BusinessSchema

pytestmark = pytest.mark.slow

Body = dict[str, Any]
AGENT = {"UCP-Agent": 'profile="https://platform.example/profile"'}
META = {"ucp-agent": {"profile": "https://platform.example/profile"}}


@pytest.fixture
def ucp(demo_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{demo_url}/ucp/v1", timeout=30, headers=AGENT) as client:
        yield client


def told(response: httpx.Response, model: type[BaseModel], status: int = 200) -> Body:
    """The body, after UCP's model has read it."""
    assert response.status_code == status, response.text
    body: Body = response.json()
    model.model_validate(body)
    return body


def search(ucp: httpx.Client, **request: Any) -> Body:
    return told(ucp.post("/catalog/search", json=request), SearchResponse)


def a_variant(ucp: httpx.Client, *, available: bool = True) -> Body:
    products = search(ucp, query="dress", pagination={"limit": 50})["products"]
    return next(v for p in products for v in p["variants"] if v["availability"]["available"] is available)


def codes(body: Body) -> list[str]:
    return [message["code"] for message in body.get("messages", [])]


def test_the_profile_declares_both_transports_and_what_is_served(demo_url: str) -> None:
    profile = httpx.get(f"{demo_url}/.well-known/ucp").json()["ucp"]
    BusinessSchema.model_validate(profile)
    services = {s["transport"]: s["endpoint"] for s in profile["services"]["dev.ucp.shopping"]}
    assert services["rest"] == f"{demo_url}/ucp/v1"
    assert services["mcp"] == f"{demo_url}/mcp"
    assert "dev.ucp.shopping.catalog.search" in profile["capabilities"]


def test_a_search_understands_a_whole_wish(ucp: httpx.Client) -> None:
    body = search(ucp, query="a linen dress under 150, not white")
    assert body["products"]
    for product in body["products"]:
        assert product["price_range"]["min"]["amount"] <= 15000
        assert product["categories"] == [{"value": "dress", "taxonomy": "merchant"}]
        colors = {o["label"] for v in product["variants"] for o in v["options"] if o["name"] == "Color"}
        assert "white" not in {c.lower() for c in colors}


def test_filters_bound_category_and_price(ucp: httpx.Client) -> None:
    filters = {"categories": ["sneakers"], "price": {"max": 9000}}
    body = search(ucp, filters=filters, context={"currency": "EUR"})
    assert body["products"]
    assert all(p["price_range"]["min"]["amount"] <= 9000 for p in body["products"])


def test_a_filter_in_another_currency_is_left_out_and_said(ucp: httpx.Client) -> None:
    body = search(ucp, query="sneakers", filters={"price": {"max": 1}}, context={"currency": "JPY"})
    assert body["products"]
    assert "currency" in codes(body)


def test_pages_follow_each_other_without_a_card_twice(ucp: httpx.Client) -> None:
    first = search(ucp, query="dress", pagination={"limit": 5})
    second = search(ucp, query="dress", pagination={"limit": 5, "cursor": first["pagination"]["cursor"]})
    ids = [v["id"] for body in (first, second) for p in body["products"] for v in p["variants"]]
    assert len(ids) == len(set(ids))
    assert first["pagination"]["total_count"] == second["pagination"]["total_count"]


def test_words_that_mean_nothing_here_are_said_to(ucp: httpx.Client) -> None:
    body = search(ucp, query="xqkz wvpt brrrl")
    assert body["products"] == []
    assert codes(body) == ["not_understood"]


@pytest.mark.parametrize(
    "request_", [{}, {"query": " "}, {"query": "dress", "pagination": {"cursor": "x"}}, {"query": "x" * 1001}]
)
def test_a_search_that_cannot_be_read_is_refused(ucp: httpx.Client, request_: Body) -> None:
    assert ucp.post("/catalog/search", json=request_).status_code == 422


def test_ids_of_products_and_variants_are_looked_up(ucp: httpx.Client) -> None:
    variant = a_variant(ucp)
    found = told(
        ucp.post("/catalog/lookup", json={"ids": [variant["id"], "vr-0001", "nothing"]}), LookupResponse
    )
    inputs = {i["id"]: i["match"] for p in found["products"] for v in p["variants"] for i in v["inputs"]}
    assert inputs == {variant["id"]: "exact", "vr-0001": "featured"}
    assert [m["content"] for m in found["messages"]] == ["nothing"]


def test_options_say_what_can_be_had_beside_the_choice(ucp: httpx.Client) -> None:
    whole = told(ucp.post("/catalog/product", json={"id": "vr-0001"}), GetProductResponse)["product"]
    color = whole["options"][0]["values"][0]["label"]
    chosen = {"id": "vr-0001", "selected": [{"name": "Color", "label": color}]}
    product = told(ucp.post("/catalog/product", json=chosen), GetProductResponse)["product"]
    assert {o["label"] for v in product["variants"] for o in v["options"] if o["name"] == "Color"} == {color}
    stock = {v["options"][-1]["label"]: v["availability"]["available"] for v in product["variants"]}
    sizes = {value["label"]: value["available"] for value in product["options"][-1]["values"]}
    assert {size: sizes[size] for size in stock} == stock


def test_an_unknown_product_is_an_outcome_not_a_fault(ucp: httpx.Client) -> None:
    body = told(ucp.post("/catalog/product", json={"id": "nothing"}), ErrorResponse)
    assert codes(body) == ["not_found"]


def test_a_cart_is_made_replaced_and_given_up(ucp: httpx.Client) -> None:
    variant = a_variant(ucp)
    line = {"item": {"id": variant["id"]}, "quantity": 1}
    cart = told(ucp.post("/carts", json={"line_items": [line]}), Cart, 201)
    assert [t["amount"] for t in cart["totals"]] == [variant["price"]["amount"]] * 2
    read = told(ucp.get(f"/carts/{cart['id']}"), Cart)
    assert read == cart
    emptied = told(ucp.put(f"/carts/{cart['id']}", json={"line_items": []}), Cart)
    assert emptied["line_items"] == []
    told(ucp.post(f"/carts/{cart['id']}/cancel", json={}), Cart)
    assert codes(told(ucp.get(f"/carts/{cart['id']}"), ErrorResponse)) == ["not_found"]


def test_what_cannot_be_had_is_named_and_the_rest_is_kept(ucp: httpx.Client) -> None:
    here, gone = a_variant(ucp), a_variant(ucp, available=False)
    lines = [{"item": {"id": id_}, "quantity": 1} for id_ in (gone["id"], here["id"], "nothing")]
    cart = told(ucp.post("/carts", json={"line_items": lines}), Cart, 201)
    assert [line["item"]["id"] for line in cart["line_items"]] == [here["id"]]
    assert [(m["code"], m["path"]) for m in cart["messages"]] == [
        ("out_of_stock", "$.line_items[0]"),
        ("not_found", "$.line_items[2]"),
    ]


def test_nothing_that_can_be_had_makes_no_cart(ucp: httpx.Client) -> None:
    gone = {"item": {"id": a_variant(ucp, available=False)["id"]}, "quantity": 1}
    body = told(ucp.post("/carts", json={"line_items": [gone]}), ErrorResponse)
    assert codes(body) == ["out_of_stock"]


async def test_the_same_operations_are_tools_of_an_mcp_server(demo_url: str) -> None:
    async with Client(f"{demo_url}/mcp") as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert {"search_catalog", "lookup_catalog", "get_product", "create_cart"} <= tools
        assert {"get_cart", "update_cart", "cancel_cart"} <= tools
        wish = {"meta": META, "catalog": {"query": "white sneakers under 90"}}
        found = (await client.call_tool("search_catalog", wish)).structured_content
        SearchResponse.model_validate(found)
        assert found is not None
        variant = next(v for p in found["products"] for v in p["variants"] if v["availability"]["available"])
        lines = {"line_items": [{"item": {"id": variant["id"]}, "quantity": 1}]}
        cart = (await client.call_tool("create_cart", {"meta": META, "cart": lines})).structured_content
        Cart.model_validate(cart)
        assert cart is not None
        read = (await client.call_tool("get_cart", {"meta": META, "id": cart["id"]})).structured_content
        assert read == cart
        refused = await client.call_tool("search_catalog", {"meta": META, "catalog": {}})
        assert refused.is_error


# ── checkout and orders ─────────────────────────────────────────────────────────────────────────────


def a_session(ucp: httpx.Client, quantity: int = 1) -> Body:
    line = {"item": {"id": a_variant(ucp)["id"]}, "quantity": quantity}
    return told(ucp.post("/checkout-sessions", json={"line_items": [line]}), Checkout, 201)


def paying_with(session: Body) -> Body:
    """The request that completes a session with its first handler."""
    [handler, *_] = [h for entries in session["ucp"]["payment_handlers"].values() for h in entries]
    instrument = {"id": "i1", "handler_id": handler["id"], "type": "wallet", "selected": True}
    return {"payment": {"instruments": [instrument]}}


def test_a_checkout_goes_from_lines_to_a_paid_order(ucp: httpx.Client, demo_url: str) -> None:
    session = a_session(ucp)
    assert session["status"] == "ready_for_complete"
    done = told(ucp.post(f"/checkout-sessions/{session['id']}/complete", json=paying_with(session)), Checkout)
    assert done["status"] == "requires_escalation"
    page = done["continue_url"]
    assert httpx.get(page).status_code == 200
    again = told(
        ucp.post(f"/checkout-sessions/{session['id']}/complete", json=paying_with(session)), Checkout
    )
    assert again["order"] == done["order"]
    paid = httpx.post(
        f"{demo_url}/v1/payments/{page.rsplit('/', 1)[1]}/sandbox", json={"outcome": "pay"}, timeout=30
    )
    assert paid.status_code < 300, paid.text
    until = time.monotonic() + 20
    while (now := told(ucp.get(f"/checkout-sessions/{session['id']}"), Checkout))["status"] != "completed":
        assert time.monotonic() < until, now
        time.sleep(0.1)
    order = told(ucp.get(f"/orders/{done['order']['id']}"), Order)
    assert order["totals"] == session["totals"]
    assert order["label"] == done["order"]["label"]


def test_lines_are_replaced_under_the_same_session(ucp: httpx.Client) -> None:
    session = a_session(ucp)
    lines = [{"item": line["item"], "quantity": 2} for line in session["line_items"]]
    changed = told(ucp.put(f"/checkout-sessions/{session['id']}", json={"line_items": lines}), Checkout)
    assert changed["id"] == session["id"]
    assert changed["totals"][0]["amount"] == 2 * session["totals"][0]["amount"]


def test_a_session_is_given_up(ucp: httpx.Client) -> None:
    session = a_session(ucp)
    gone = told(ucp.post(f"/checkout-sessions/{session['id']}/cancel", json={}), Checkout)
    assert gone["status"] == "canceled"


def test_a_way_to_pay_that_is_not_offered_makes_no_order(ucp: httpx.Client) -> None:
    session = a_session(ucp)
    wrong = {"payment": {"instruments": [{"id": "i", "handler_id": "gold", "type": "bar", "selected": True}]}}
    body = told(ucp.post(f"/checkout-sessions/{session['id']}/complete", json=wrong), Checkout)
    assert "order" not in body
    assert codes(body) == ["payment_method"]


def test_a_foreign_session_or_order_is_not_there(ucp: httpx.Client) -> None:
    assert codes(told(ucp.get("/checkout-sessions/nobodys"), ErrorResponse)) == ["not_found"]
    assert codes(told(ucp.get("/orders/nobodys"), ErrorResponse)) == ["not_found"]


async def test_a_checkout_is_made_by_mcp_tools_and_not_paid(demo_url: str, ucp: httpx.Client) -> None:
    line = {"item": {"id": a_variant(ucp)["id"]}, "quantity": 1}
    async with Client(f"{demo_url}/mcp") as client:
        made = await client.call_tool("create_checkout", {"meta": META, "checkout": {"line_items": [line]}})
        session = made.structured_content
        Checkout.model_validate(session)
        assert session is not None
        arguments = {"meta": META, "id": session["id"], "checkout": paying_with(session)}
        done = (await client.call_tool("complete_checkout", arguments)).structured_content
        assert done is not None
        assert done["status"] == "requires_escalation"
        order = (
            await client.call_tool("get_order", {"meta": META, "id": done["order"]["id"]})
        ).structured_content
        Order.model_validate(order)
