"""A real llama.cpp server at the other end: what it streams, obeys and lets go of."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Iterator

import pytest
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from shopper.chat.model import load_model
from tests.chat.conftest import Opener
from tests.chat.llama_server import llama_server, missing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
    pytest.mark.xdist_group("llama"),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with llama_server() as address:
        yield address


def small_model(url: str, timeout: float = 60.0) -> ChatOpenAI:
    model = load_model("smollm2", base_url=url, timeout=timeout)
    assert isinstance(model, ChatOpenAI)
    return model.model_copy(update={"max_tokens": 24, "temperature": 0.0})


async def test_a_turn_with_a_real_server_shows_cards_and_says_nothing_that_is_not_so(
    url: str, talk: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    me = await talk(small_model(url), model_timeout=60.0)
    with caplog.at_level(logging.WARNING, logger="shopper"):
        text = await me.say("a linen dress for a wedding")
    assert me.titles[0] == "Amalfi Wrap Dress"
    kinds = [event.kind for event in me.events]
    assert kinds.index("products") < kinds.index("text")
    assert not [r for r in caplog.records if "failed" in r.message]
    amounts = {str(v.price.minor // 100) for card in me.page.items for v in card.variants}
    assert set(re.findall(r"€\s?(\d+)", text)) <= amounts
    assert text


async def test_words_come_in_pieces_and_usage_at_the_end(url: str) -> None:
    pieces = [piece async for piece in small_model(url).astream([HumanMessage("Name three colours.")])]
    assert len([p for p in pieces if p.content]) > 5
    usage = [p.usage_metadata for p in pieces if p.usage_metadata]
    assert usage[-1]["input_tokens"] > 0
    assert usage[-1]["output_tokens"] > 0


async def test_an_answer_can_be_held_to_a_json_schema(url: str) -> None:
    class Wish(BaseModel):
        color: str
        under: int

    model = small_model(url).model_copy(update={"max_tokens": 60})
    wish = await model.with_structured_output(Wish, method="json_schema").ainvoke("A red dress under 50.")
    assert isinstance(wish, Wish)


async def test_a_reader_who_goes_away_frees_the_server(url: str) -> None:
    endless = small_model(url).model_copy(update={"max_tokens": 4000})

    async def listen() -> None:
        async for _piece in endless.astream([HumanMessage("Count from one to ten thousand, in words.")]):
            heard.set()

    heard = asyncio.Event()
    listening = asyncio.create_task(listen())
    await asyncio.wait_for(heard.wait(), 30)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    # It serves one request at a time, so the next one waits for as long as the first is worked on.
    began = time.monotonic()
    await small_model(url).ainvoke("Hello")
    assert time.monotonic() - began < 10


async def test_a_server_that_is_too_slow_leaves_cards_and_a_plain_sentence(url: str, talk: Opener) -> None:
    me = await talk(small_model(url, timeout=0.01), model_timeout=0.01)
    text = await me.say("a linen dress")
    assert me.titles[0] == "Amalfi Wrap Dress"
    assert "Amalfi" in text
