"""Turns a thread that was really held into a dialog file to edit: its words, what was understood and shown.

Knows nothing about the database; it reads the thread through the chat API.
"""

from __future__ import annotations

from typing import Any

import httpx
import yaml

from shopper.dialogs.wire import read_cart
from shopper.errors import DialogError

_NOTE = "# Recorded from a conversation. Keep what must hold; delete what merely happened to be so.\n"
# What to embed and whose pictures to look like happened so; chips are the page's view of the query.
_NOT_HELD = ("text", "like", "chips")
# What every card of a turn can be held to, by the query field that asked for it.
_EVERY = {"category": "category_in", "gender": "gender", "colors": "color", "materials": "material"}
_NONE = {"colors": "not_color", "materials": "not_material", "categories": "not_category"}


async def record(
    thread_id: str, *, client: httpx.AsyncClient, name: str | None = None, catalog: str = "demo"
) -> str:
    """The thread as a dialog's YAML, with the checks that its own answers suggest. Raises DialogError."""
    messages = await _messages(client, thread_id)
    response = await client.get(f"/v1/threads/{thread_id}/cart")
    if response.status_code != 200:
        raise DialogError(
            f"the cart of thread {thread_id} can't be read: the server said {response.status_code}"
        )
    return as_yaml(
        skeleton(messages, read_cart(response.json()).model_dump(), name=name or thread_id, catalog=catalog)
    )


def skeleton(
    messages: list[dict[str, Any]], cart: dict[str, Any], *, name: str, catalog: str
) -> dict[str, Any]:
    """The dialog of `messages`, oldest first, as the mapping that a dialog file holds."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if message.get("role") == "shopper":
            turn: dict[str, Any] = {"shopper": message.get("text") or ""}
            if message.get("photos"):
                turn["photo"] = f"photos/turn-{len(turns) + 1}.jpg"  # put the picture there by hand
            turns.append(turn)
        elif turns:
            expect = _expect(message)
            if expect:
                turns[-1]["expect"] = expect
    if not turns:
        raise DialogError("the thread holds no message of a shopper yet")
    lines = [
        {k: v for k, v in line.items() if k in ("product_id", "color", "size", "quantity") and v is not None}
        for line in cart.get("lines", ())
    ]
    end = {"cart": {"lines": lines} if lines else {"empty": True}}
    return {"name": name, "catalog": catalog, "tags": ["recorded"], "turns": turns, "end": end}


def as_yaml(dialog: dict[str, Any]) -> str:
    """The dialog as a file, in the order a person would write it."""
    return _NOTE + yaml.safe_dump(dialog, sort_keys=False, allow_unicode=True, width=100)


def _expect(message: dict[str, Any]) -> dict[str, Any]:
    query = {key: value for key, value in (message.get("query") or {}).items() if key not in _NOT_HELD}
    products = message.get("products") or []
    expect: dict[str, Any] = {}
    if query:
        expect["query"] = query
    if products:
        expect["products"] = {"min": 1, **_on_every_card(query)}
        expect["reply"] = {"grounded": True}
    relaxed = [relaxation["field"] for relaxation in message.get("relaxed") or []]
    if relaxed:
        expect["relaxed"] = relaxed
    return expect


def _on_every_card(query: dict[str, Any]) -> dict[str, Any]:
    every: dict[str, Any] = {card: query[key] for key, card in _EVERY.items() if query.get(key)}
    every |= {card: query["exclude"][key] for key, card in _NONE.items() if query.get("exclude", {}).get(key)}
    price = query.get("price") or {}
    bounds = {
        op: price[bound] for bound, op in (("min", "gte"), ("max", "lte")) if price.get(bound) is not None
    }
    if bounds:
        every["price"] = bounds
    if query.get("sizes"):
        every["available_size"] = query["sizes"]
    return {"every": every} if every else {}


async def _messages(client: httpx.AsyncClient, thread_id: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params = {"cursor": cursor} if cursor else {}
        response = await client.get(f"/v1/threads/{thread_id}/messages", params=params)
        if response.status_code == 404:
            raise DialogError(f"there is no thread {thread_id}")
        if response.status_code != 200:
            raise DialogError(f"thread {thread_id} can't be read: the server said {response.status_code}")
        body = response.json()
        if not isinstance(body, dict) or not isinstance(body.get("items"), list):
            raise DialogError("the thread's messages don't hold to the chat API: items is missing")
        messages += body["items"]
        cursor = body.get("next_cursor")
        if not cursor:
            return messages
