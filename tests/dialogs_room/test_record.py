"""A thread that was held becomes a dialog file that reads, and that the same shop passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from shopper.dialogs.player import run_dialogs
from shopper.dialogs.reading import read_dialog
from shopper.dialogs.record import record
from shopper.errors import DialogError

Body = dict[str, Any]
Make = Callable[..., Body]


async def test_a_recorded_thread_is_a_dialog_that_its_own_shop_passes(
    shop: Any, client: httpx.AsyncClient, tmp_path: Path, make_product: Make, make_cart: Make
) -> None:
    dress = make_product()
    query = {
        "intent": "search",
        "text": "dress",
        "category": "dress",
        "price": {"max": 8000},
        "exclude": {"materials": ["wool"]},
        "sizes": ["M"],
    }
    shop.says("a dress, no wool", products=[dress], query=query)
    shop.says("the first in M", cart=make_cart((dress, "M", 1)), query={"intent": "cart_add"})
    shop.cart = make_cart((dress, "M", 1))
    shop.messages = [
        {"role": "shopper", "text": "a dress, no wool", "photos": []},
        {
            "role": "assistant",
            "text": "Here.",
            "query": {**query, "chips": []},
            "products": [dress],
            "relaxed": [],
        },
        {"role": "shopper", "text": "the first in M", "photos": []},
        {
            "role": "assistant",
            "text": "Done.",
            "query": {"intent": "cart_add"},
            "products": [],
            "relaxed": [],
        },
    ]

    text = await record("t1", client=client, name="Recorded today")
    path = tmp_path / "recorded.yaml"
    path.write_text(text, encoding="utf-8")
    dialog = read_dialog(path)

    assert [turn.shopper for turn in dialog.turns] == ["a dress, no wool", "the first in M"]
    assert set(dialog.turns[0].expect.query) == {
        "intent",
        "category",
        "price.max",
        "exclude.materials",
        "sizes",
    }
    every = dialog.turns[0].expect.products
    assert every is not None
    assert every.every is not None
    assert every.every.not_material == ("wool",)
    assert every.every.available_size == ("M",)
    report = await run_dialogs([path], client=client)
    assert report.passed, report


async def test_a_thread_without_a_message_cannot_be_recorded(shop: Any, client: httpx.AsyncClient) -> None:
    with pytest.raises(DialogError, match="no message of a shopper"):
        await record("t1", client=client)
