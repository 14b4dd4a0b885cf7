"""A small open shop for conversations: a dozen products, an encoder that compares words, a policy."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from shopper.chat.message import Message
from shopper.shop import Shop, build_shop, load_feed, open_catalog
from shopper.types import (
    CartChanged,
    Done,
    Failed,
    Page,
    ProductsShown,
    QueryEdit,
    QueryUnderstood,
    ReplyEvent,
    ShopperQuery,
    Suggestion,
    Suggestions,
)
from tests.search.conftest import WordEncoder
from tests.shops import settings

POLICY = """## Shipping
Standard delivery takes 3 days and costs €5.

## Returns
Send it back within 30 days for a full refund.

## Contact
A person answers at care@shop.example.
"""


def product(
    id_: str,
    title: str,
    category: str,
    materials: str,
    price: str,
    variants: dict[str, str],
    **facts: Any,
) -> dict[str, Any]:
    """A feed row; `variants` is {"navy": "S:2 M:0 L:1"}."""
    rows = [
        {"id": f"{id_}-{color}-{size}", "color": color, "size": size, "price": price, "stock": int(stock)}
        for color, sizes in variants.items()
        for size, stock in (entry.split(":") for entry in sizes.split())
    ]
    return {
        "id": id_, "title": title, "brand": "Verrier", "category": category, "gender": "women",
        "currency": "EUR", "materials": materials.split(), "variants": rows, **facts,
    }  # fmt: skip


FEED = [
    product(
        "d1", "Amalfi Wrap Dress", "dress", "linen", "129", {"ivory": "S:2 M:0 L:1", "navy": "S:1 M:3"},
        occasions=["wedding"], care=["machine wash"],
    ),
    product(
        "d2", "Garance Midi Dress", "dress", "silk", "219", {"red": "S:1 M:1", "navy": "M:2"},
        occasions=["wedding"],
    ),
    product("d3", "Margot Shirt Dress", "dress", "cotton", "89", {"white": "S:5 M:5", "blue": "S:5"}),
    product("d4", "Nuit Slip Dress", "dress", "polyester", "59", {"black": "S:4 M:4"}),
    product("b1", "Faubourg Boots", "ankle boots", "leather", "240", {"black": "38:1 39:2", "brown": "38:1"}),
    product("b2", "Canal Ankle Boots", "ankle boots", "suede", "180", {"tan": "38:2 39:0"}),
    product("s1", "Court Sneakers", "sneakers", "canvas", "75", {"white": "38:3 39:3", "navy": "38:2"}),
    product("h1", "Cabas Tote", "tote bag", "leather", "310", {"black": "one-size:2"}),
    product("c1", "Marais Scarf", "scarf", "wool", "45", {"grey": "one-size:9", "red": "one-size:0"}),
    product("j1", "Quai Blazer", "blazer", "wool", "260", {"navy": "S:1 M:1 L:1"}, occasions=["work"]),
]  # fmt: skip


@dataclass
class Talk:
    """A conversation with an open shop; keeps the events of the last turn."""

    shop: Shop
    thread_id: str
    events: list[ReplyEvent] = field(default_factory=list)

    async def say(self, text: str | None = None, **message: Any) -> str:
        """One turn; gives the prose."""
        if "query_edit" in message:
            message["query_edit"] = QueryEdit.model_validate(message["query_edit"])
        self.events = [
            event
            async for event in self.shop.agent.reply(
                self.thread_id, Message(text=text, **message), owner="me"
            )
        ]
        done = self.events[-1]
        assert isinstance(done, Done), self.events
        return done.text

    @property
    def query(self) -> ShopperQuery:
        return next(e.query for e in self.events if isinstance(e, QueryUnderstood))

    @property
    def page(self) -> Page:
        return [e.page for e in self.events if isinstance(e, ProductsShown)][-1]

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        return next((e.suggestions for e in self.events if isinstance(e, Suggestions)), ())

    @property
    def titles(self) -> list[str]:
        return [card.product.title for card in self.page.items]

    @property
    def failures(self) -> list[str]:
        return [e.message for e in self.events if isinstance(e, Failed)]

    def carts(self) -> list[list[tuple[str, int]]]:
        """The lines of each cart that this turn told of."""
        return [
            [(line.variant_id, line.quantity) for line in e.cart.lines]
            for e in self.events
            if isinstance(e, CartChanged)
        ]


Opener = Callable[..., Awaitable[Talk]]


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Opener]:
    """Opens the small shop and a thread: `await talk()` or `await talk(model)`."""
    shops: list[Shop] = []

    async def opener(model: BaseChatModel | None = None, model_timeout: float = 20.0) -> Talk:
        folder = tmp_path / "shop"
        feed = tmp_path / "feed.jsonl"
        feed.write_text("\n".join(json.dumps(row) for row in FEED))
        chosen = settings(folder, model_timeout=model_timeout)
        catalog = await open_catalog(chosen, encoder=WordEncoder())
        report = await load_feed(catalog, feed)
        await catalog.close()
        assert report.errors == ()
        (folder / "policy.md").write_text(POLICY)
        shop = await build_shop(chosen, encoder=WordEncoder(), model=model)
        shops.append(shop)
        return Talk(shop, (await shop.threads.create("me")).id)

    yield opener
    for shop in shops:
        await shop.close()
