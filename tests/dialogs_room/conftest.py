"""A small shop that speaks the chat API and says what a test tells it to.

Knows nothing about the real agent; it holds what the room itself is tried against.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

Body = dict[str, Any]


def product(
    id: str = "p1",
    title: str = "Lisbon Linen Dress",
    *,
    color: str = "navy",
    price: int = 4990,
    category: str = "dress",
    gender: str | None = "women",
    materials: tuple[str, ...] = ("linen",),
    sizes: tuple[tuple[str, int], ...] = (("S", 0), ("M", 3)),
) -> Body:
    """A card as the chat API sends it; `sizes` are (size, stock)."""
    return {
        "id": id,
        "title": title,
        "brand": "Casa",
        "color": color,
        "category": category,
        "gender": gender,
        "materials": list(materials),
        "price_range": {
            "min": {"amount": price, "currency": "EUR"},
            "max": {"amount": price, "currency": "EUR"},
        },
        "variants": [
            {
                "id": f"{id}-{size}",
                "size": size,
                "color": color,
                "price": {"amount": price, "currency": "EUR"},
                "availability": {"available": stock > 0, "quantity": stock},
            }
            for size, stock in sizes
        ],
        "because": ["linen"],
    }


def cart(*lines: tuple[Body, str, int]) -> Body:
    """A cart of (product, size, quantity)."""
    rows = [
        {
            "variant_id": f"{p['id']}-{size}",
            "product_id": p["id"],
            "title": p["title"],
            "color": p["color"],
            "size": size,
            "quantity": quantity,
            "unit_price": p["price_range"]["min"],
            "line_total": {"amount": p["price_range"]["min"]["amount"] * quantity, "currency": "EUR"},
        }
        for p, size, quantity in lines
    ]
    total = sum(row["line_total"]["amount"] for row in rows)
    return {
        "id": "c1",
        "version": len(rows),
        "currency": "EUR",
        "lines": rows,
        "total": {"amount": total, "currency": "EUR"},
    }


@dataclass
class FakeShop:
    """Answers by the shopper's words; keeps what it was sent."""

    answers: dict[str, Body] = field(default_factory=dict)
    problems: dict[str, tuple[int, Any]] = field(default_factory=dict)
    cart: Body = field(default_factory=cart)
    catalog: dict[str, Body] = field(default_factory=dict)
    found: list[Body] = field(default_factory=list)  # what /v1/search finds, whatever is asked
    messages: list[Body] = field(default_factory=list)
    sent: list[Body] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)
    threads: int = 0
    busy: int = 0  # how often the next message is refused as one too many

    def says(self, words: str, **answer: Any) -> None:
        self.answers[words] = answer
        for card in answer.get("products", []):
            self.catalog.setdefault(card["id"], card)

    async def chat(self, request: Request) -> JSONResponse:
        body = await request.json()
        self.sent.append(body)
        self.languages.append(request.headers.get("accept-language"))
        words = body["message"].get("text", "")
        if self.busy:
            self.busy -= 1
            return JSONResponse({"title": "Too many"}, 429, headers={"retry-after": "0"})
        if words in self.problems:
            status, problem = self.problems[words]
            return JSONResponse(problem, status)
        if "thread_id" not in body:
            self.threads += 1
        answer: Body = {
            "thread_id": body.get("thread_id") or f"t{self.threads}",
            "run_id": "r",
            "message_id": f"m{len(self.sent)}",
            "query": {"intent": "search"},
            "products": [],
            "total": 0,
            "relaxed": [],
            "absence": None,
            "text": "Here you are.",
            "cart": None,
            "suggestions": [],
            "timings": {"total": 5.0},
        }
        answer |= self.answers.get(words, {})
        if answer["cart"] is not None:
            self.cart = answer["cart"]
        return JSONResponse(answer)

    async def product(self, request: Request) -> JSONResponse:
        found = self.catalog.get(request.path_params["id"])
        return JSONResponse(found or {"title": "Not found"}, 200 if found else 404)

    async def show_cart(self, request: Request) -> JSONResponse:
        return JSONResponse(self.cart)

    async def search(self, request: Request) -> JSONResponse:
        return JSONResponse({"products": self.found, "total": len(self.found)})

    async def list_messages(self, request: Request) -> JSONResponse:
        start = int(request.query_params.get("cursor", 0))
        following = start + 2 if start + 2 < len(self.messages) else None
        return JSONResponse(
            {
                "items": self.messages[start : start + 2],
                "next_cursor": None if following is None else str(following),
            }
        )

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/chat", self.chat, methods=["POST"]),
                Route("/v1/products/{id}", self.product),
                Route("/v1/search", self.search, methods=["POST"]),
                Route("/v1/threads/{id}/cart", self.show_cart),
                Route("/v1/threads/{id}/messages", self.list_messages),
            ]
        )


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


@pytest.fixture
async def client(shop: FakeShop) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=shop.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as open_client:
        yield open_client


@pytest.fixture
def make_product() -> Callable[..., Body]:
    return product


@pytest.fixture
def make_cart() -> Callable[..., Body]:
    return cart


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a dialog file and gives its path."""

    def to_file(text: str, name: str = "talk.yaml") -> Path:
        path = tmp_path / name
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return to_file
