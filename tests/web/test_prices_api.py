"""Prices and stock set by the shop's own server, while the shop is open."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers import CLEAN, shopper_serve

pytestmark = pytest.mark.slow

Body = dict[str, Any]
SECRET, PUBLISHABLE, ORIGIN = "sk_test", "pk_test", "https://shop.example"


@pytest.fixture(scope="module")
def data(shop_folder: Callable[[str], Path]) -> Path:
    return shop_folder("demo")


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[httpx.Client]:
    keys = {"SHOPPER_SECRET_KEYS": SECRET, "SHOPPER_PUBLISHABLE_KEYS": f"{PUBLISHABLE}={ORIGIN}"}
    with (
        shopper_serve(data, **keys) as url,
        httpx.Client(base_url=url, timeout=30, headers={"authorization": f"Bearer {SECRET}"}) as client,
    ):
        yield client


def search(server: httpx.Client, **query: Any) -> list[Body]:
    answer = server.post("/v1/search", json={"query": query, "limit": 50})
    assert answer.status_code == 200, answer.text
    products: list[Body] = answer.json()["products"]
    return products


@pytest.fixture
def product(server: httpx.Client) -> Body:
    """A dress of the demo shop, as it is now."""
    found: Body = server.get(f"/v1/products/{search(server, category='dress')[0]['id']}").json()
    return found


def patch(server: httpx.Client, product: Body, *variants: Body, **more: Any) -> httpx.Response:
    return server.patch(f"/v1/products/{product['id']}", json={"variants": list(variants), **more})


def variant(product: Body, number: int = 0) -> Body:
    found: Body = product["variants"][number]
    return found


def test_a_price_is_answered_and_seen_by_the_next_query(server: httpx.Client, product: Body) -> None:
    every = [{"id": v["id"], "price": 123, "stock": 4} for v in product["variants"]]

    answer = patch(server, product, *every)

    assert answer.status_code == 200, answer.text
    assert {v["price"]["amount"] for v in answer.json()["variants"]} == {123}
    assert {v["availability"]["quantity"] for v in answer.json()["variants"]} == {4}
    assert answer.json() == server.get(f"/v1/products/{product['id']}").json()
    cheap = search(server, category="dress", price={"max": 200})
    assert {card["id"] for card in cheap} == {product["id"]}
    assert cheap[0]["price_range"]["max"]["amount"] == 123


def test_a_sold_out_product_isn_t_in_stock_for_the_next_query(server: httpx.Client, product: Body) -> None:
    patch(server, product, *({"id": v["id"], "stock": 0} for v in product["variants"]))
    assert product["id"] not in {c["id"] for c in search(server, category="dress", in_stock=True)}


def test_a_sale_begins_and_ends(server: httpx.Client, product: Body) -> None:
    key = variant(product)["id"]
    patch(server, product, {"id": key, "price": 9000})

    on_sale = variant(patch(server, product, {"id": key, "sale_price": 7000}).json())
    ended = variant(patch(server, product, {"id": key, "sale_price": None}).json())
    both = variant(patch(server, product, {"id": key, "price": 8000, "sale_price": 6000}).json())

    assert (on_sale["price"]["amount"], on_sale["regular_price"]["amount"]) == (7000, 9000)
    assert (ended["price"]["amount"], ended["regular_price"]) == (9000, None)
    assert (both["price"]["amount"], both["regular_price"]["amount"]) == (6000, 8000)


def test_a_publishable_key_may_not_set_prices(server: httpx.Client, product: Body) -> None:
    answer = httpx.patch(
        f"{server.base_url}/v1/products/{product['id']}",
        json={"variants": [{"id": variant(product)["id"], "price": 1}]},
        headers={"authorization": f"Bearer {PUBLISHABLE}", "origin": ORIGIN},
    )
    assert answer.status_code == 403
    assert "secret key" in answer.json()["detail"]


def test_what_isn_t_there_is_404(server: httpx.Client, product: Body) -> None:
    assert patch(server, {"id": "nothing"}, {"id": "x", "stock": 1}).status_code == 404
    mixed = patch(server, product, {"id": variant(product)["id"], "stock": 77}, {"id": "x", "stock": 1})
    assert mixed.status_code == 404
    assert variant(server.get(f"/v1/products/{product['id']}").json())["availability"]["quantity"] != 77


def test_another_currency_or_an_older_moment_is_409(server: httpx.Client, product: Body) -> None:
    key = variant(product)["id"]
    old = (datetime.now(UTC) - timedelta(days=3650)).isoformat()
    assert patch(server, product, {"id": key, "price": 5, "currency": "JPY"}).status_code == 409
    assert patch(server, product, {"id": key, "sale_price": 5, "currency": "JPY"}).status_code == 409
    assert patch(server, product, {"id": key, "stock": 5}, as_of=old).status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"price": 0},
        {"price": "9.90"},
        {"price": 9.9},
        {"stock": -1},
        {"price": 5, "sale_price": 5},
        {"price": 5, "sale_price": 6},
        {"price": 5, "currency": "euro"},
        {"price": 5, "discount": 1},
    ],
)
def test_fields_that_can_t_be_used_are_422(server: httpx.Client, product: Body, change: Body) -> None:
    answer = patch(server, product, {"id": variant(product)["id"], **change})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_bodies_that_can_t_be_used_are_422(server: httpx.Client, product: Body) -> None:
    key = variant(product)["id"]
    assert patch(server, product).status_code == 422
    assert patch(server, product, {"id": key, "stock": 1}, {"id": key, "stock": 2}).status_code == 422
    assert patch(server, product, {"id": key, "stock": 1}, as_of="2999-01-01T00:00:00Z").status_code == 422


@pytest.mark.slow
def test_a_price_file_is_taken_while_the_server_has_the_shop(
    server: httpx.Client, product: Body, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "prices.csv"
    rows = [f"{v['id']},0.42,1" for v in product["variants"]]
    file.write_text("\n".join(["variant_id,price,stock", *rows]))

    ran = subprocess.run(
        [sys.executable, "-m", "shopper", "ingest", "--prices", file, "--data", data, "--json"],
        env=CLEAN, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["updated"] == len(rows)
    assert {c["id"] for c in search(server, category="dress", price={"max": 50})} == {product["id"]}
