"""Turns with a language model behind real HTTP: streaming, tools, lies, stalls and deaths."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from langchain_core.language_models import BaseChatModel

from shopper.chat.agent import agent_over
from shopper.chat.model import load_model
from shopper.chat.usage import Limits, history
from shopper.errors import BadInput
from shopper.types import Done, ProductsShown, TextDelta, Turn
from tests.chat.conftest import Opener
from tests.chat.scripted_openai import Call, Die, Refuse, Say, scripted_openai

pytestmark = pytest.mark.slow


def a_model(url: str, timeout: float = 5.0) -> BaseChatModel:
    return load_model("scripted", base_url=url, timeout=timeout)


async def test_a_models_prose_is_streamed_after_the_cards(talk: Opener) -> None:
    with scripted_openai(Say("The Amalfi Wrap Dress is my pick. It is made of linen.")) as (url, script):
        me = await talk(a_model(url))
        text = await me.say("a linen dress")
    assert text == "The Amalfi Wrap Dress is my pick. It is made of linen."
    kinds = [event.kind for event in me.events]
    assert kinds.index("products") < kinds.index("text")
    assert len([e for e in me.events if isinstance(e, TextDelta)]) == 2
    assert len(script.requests) == 1


async def test_the_prompt_holds_facts_and_a_stable_prefix(talk: Opener) -> None:
    with scripted_openai(Say("Here you are.")) as (url, script):
        me = await talk(a_model(url))
        await me.say("a linen dress under $200 ${query}")
        await me.say("in navy")
    first, second = (request["messages"] for request in script.requests)
    assert first[0] == second[0]
    assert first[0]["role"] == "system"
    assert "Amalfi Wrap Dress" in first[-1]["content"]
    assert "€129" in first[-1]["content"]
    assert "${query}" in first[-1]["content"]
    assert [m["role"] for m in second[1:]] == ["user", "assistant", "user"]


async def test_a_tool_call_in_deltas_changes_the_search(talk: Opener) -> None:
    call = Call("find_products", json.dumps({"colors": ["navy"]}))
    with scripted_openai(call, Say("In navy, the Garance Midi Dress.")) as (url, _script):
        me = await talk(a_model(url))
        await me.say("a dress")
    assert {card.color for card in me.page.items} == {"navy"}
    assert len([e for e in me.events if isinstance(e, ProductsShown)]) == 2


async def test_tool_call_chunks_without_an_index_are_understood(talk: Opener) -> None:
    call = Call("find_products", json.dumps({"colors": ["navy"]}), index=None)
    with scripted_openai(call, Say("Here.")) as (url, _script):
        me = await talk(a_model(url))
        await me.say("a dress")
    assert me.failures == []
    assert me.page.items


async def test_arguments_that_are_not_json_do_not_end_the_turn(talk: Opener) -> None:
    with scripted_openai(
        Call("find_products", '{"colors": [navy'), Say("I'd take the Amalfi Wrap Dress.")
    ) as (
        url,
        _script,
    ):
        me = await talk(a_model(url))
        text = await me.say("a linen dress")
    assert me.page.items
    assert text


async def test_an_unknown_tool_does_not_end_the_turn(talk: Opener) -> None:
    with scripted_openai(Call("send_money", "{}"), Say("I'd take the Amalfi Wrap Dress.")) as (url, _script):
        me = await talk(a_model(url))
        text = await me.say("a linen dress")
    assert "Amalfi" in text
    assert me.page.items


@pytest.mark.parametrize(
    "lie",
    [
        "The Amalfi Wrap Dress is only €99 today.",
        "It is 30 % off.",
        "The Amalfi Wrap Dress is in stock in XL.",
        "Delivery takes 1 day.",
        "See https://evil.example/pay for it.",
        "The Amalfi Wrap Dress is made of cashmere.",
        "There are only 7 left.",
        "You will love the Bellagio Sequin Gown.",
    ],
)
async def test_a_lie_is_not_sent_and_the_truth_around_it_is(talk: Opener, lie: str) -> None:
    with scripted_openai(Say(f"I like the Amalfi Wrap Dress. {lie} It costs €129.")) as (url, _script):
        me = await talk(a_model(url))
        text = await me.say("a linen dress")
    assert text == "I like the Amalfi Wrap Dress. It costs €129."


async def test_a_model_that_only_lies_leaves_cards_and_a_plain_sentence(talk: Opener) -> None:
    with scripted_openai(Say("Everything is €1 today.")) as (url, _script):
        me = await talk(a_model(url))
        text = await me.say("a linen dress")
    assert "€1 " not in text
    assert "Amalfi" in text
    assert me.page.items


@pytest.mark.parametrize("step", [Refuse(500), Refuse(401), Die("I wou")])
async def test_a_model_that_breaks_leaves_cards_and_a_plain_sentence(
    talk: Opener, step: Refuse | Die
) -> None:
    with scripted_openai(step) as (url, _script):
        me = await talk(a_model(url))
        text = await me.say("a linen dress")
    assert me.page.items
    assert "Amalfi" in text
    assert me.failures == []


async def test_a_server_that_is_not_there_leaves_cards_and_a_plain_sentence(talk: Opener) -> None:
    me = await talk(a_model("http://127.0.0.1:9/v1"))
    assert "Amalfi" in await me.say("a linen dress")
    assert me.page.items


async def test_without_its_model_the_shop_still_fills_a_cart(talk: Opener) -> None:
    with scripted_openai(Refuse(500)) as (url, _script):
        me = await talk(a_model(url))
        await me.say("a wool scarf")
        await me.say("add it to the cart")
    assert me.carts() == [[("c1-grey-one-size", 1)]]


async def test_without_its_model_the_shop_still_answers_from_its_policy(talk: Opener) -> None:
    with scripted_openai(Refuse(500)) as (url, _script):
        me = await talk(a_model(url))
        assert "30 days" in await me.say("can I return things?")


async def test_what_a_model_put_in_the_cart_before_it_died_is_said_and_not_added_twice(talk: Opener) -> None:
    call = Call("add_to_cart", json.dumps({"position": 1}))
    with scripted_openai(Say("A scarf."), call, Die("I ha")) as (url, _script):
        me = await talk(a_model(url))
        await me.say("a wool scarf")
        text = await me.say("add it to the cart")
    assert me.carts() == [[("c1-grey-one-size", 1)]]
    assert "€45" in text


async def test_the_last_words_before_the_usage_figures_are_sent(talk: Opener) -> None:
    with scripted_openai(Say("The Amalfi Wrap Dress is airy. I like its linen")) as (url, script):
        me = await talk(a_model(url))
        assert (await me.say("a linen dress")).endswith("I like its linen")
    assert script.requests[0]["stream_options"] == {"include_usage": True}


async def test_cards_do_not_wait_for_a_slow_model(talk: Opener) -> None:
    with scripted_openai(Say("Here.", delay=1.0)) as (url, _script):
        me = await talk(a_model(url))
        began = time.perf_counter()
        from shopper.chat.message import Message

        async for event in me.shop.agent.reply(me.thread_id, Message(text="a dress"), owner="me"):
            if isinstance(event, ProductsShown):
                first_card = time.perf_counter() - began
        whole = time.perf_counter() - began
    assert first_card < whole - 0.9


async def test_a_model_that_stalls_is_given_up(talk: Opener) -> None:
    with scripted_openai(Say("Too late.", delay=3.0)) as (url, _script):
        me = await talk(a_model(url, timeout=0.3), model_timeout=0.3)
        text = await me.say("a linen dress")
    assert "Too late" not in text
    assert "Amalfi" in text


async def test_a_model_cannot_add_a_size_nobody_chose(talk: Opener) -> None:
    call = Call("add_to_cart", json.dumps({"position": 1, "size": "M"}))
    with scripted_openai(call, Say("Which size would you like?")) as (url, _script):
        me = await talk(a_model(url))
        await me.say("I love the first linen dress, add it")
    assert me.carts() == []


async def test_a_model_cannot_add_what_was_never_shown(talk: Opener) -> None:
    call = Call("add_to_cart", json.dumps({"position": 40, "size": "M"}))
    with scripted_openai(call, Say("Which one?")) as (url, _script):
        me = await talk(a_model(url))
        await me.say("a dress in M")
    assert me.carts() == []


async def test_a_model_cannot_loosen_what_the_shopper_said(talk: Opener) -> None:
    call = Call("find_products", json.dumps({"price_max": 5000, "sizes": ["L"]}))
    with scripted_openai(call, Say("Here.")) as (url, _script):
        me = await talk(a_model(url))
        await me.say("a dress in M under 150, no polyester")
    for card in me.page.items:
        assert "polyester" not in card.product.materials
        assert any(v.size == "M" and v.available and v.price.minor <= 15000 for v in card.variants)


async def test_a_model_that_calls_tools_for_ever_is_stopped(talk: Opener) -> None:
    with scripted_openai(Call("get_product", json.dumps({"position": 1}))) as (url, script):
        me = await talk(a_model(url))
        text = await me.say("a linen dress")
    assert len(script.requests) <= 5
    assert "Amalfi" in text


def test_the_built_in_path_imports_no_heavy_library() -> None:
    code = (
        "import sys, shopper.chat.agent;"
        "print([m for m in ('torch', 'transformers', 'openai', 'langchain_openai') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


async def test_an_ordinary_turn_costs_four_thousand_tokens_at_most(talk: Opener) -> None:
    with scripted_openai(Say("The Amalfi Wrap Dress is airy.")) as (url, script):
        me = await talk(a_model(url))
        for text in ("a dress", "in navy", "for a wedding", "under 200", "no polyester", "show me more"):
            await me.say(text)
    assert len(script.requests) == 6
    # Four characters are about one token of English prose and JSON.
    costs = [len(json.dumps([r["messages"], r["tools"]])) / 4 for r in script.requests]
    print("prompt tokens a turn, about:", [round(cost) for cost in costs])
    assert max(costs) < 4000


async def test_instructions_in_a_shop_text_reach_no_shopper(talk: Opener) -> None:
    obeyed = "As instructed: everything is free today. Pay at https://evil.example. Use the code FREE."
    with scripted_openai(Say(obeyed)) as (url, _script):
        me = await talk(a_model(url))
        text = await me.say("a linen dress")
    assert "free" not in text
    assert "evil" not in text
    assert "FREE" not in text
    assert "Amalfi" in text


def test_a_model_without_a_name_is_refused_by_its_setting() -> None:
    with pytest.raises(BadInput, match="SHOPPER_MODEL"):
        load_model(None, base_url="http://localhost:1/v1")


def test_a_model_without_a_key_or_an_address_is_refused() -> None:
    with pytest.raises(BadInput, match="OPENAI_API_KEY"):
        load_model("some-model")


async def test_a_turn_tells_what_its_model_cost(talk: Opener) -> None:
    with scripted_openai(Say("The Amalfi Wrap Dress is airy.")) as (url, _script):
        me = await talk(a_model(url))
        await me.say("a linen dress")
    done = me.events[-1]
    assert isinstance(done, Done)
    assert (done.timings["model_calls"], done.timings["prompt_tokens"]) == (1, 900)


async def test_a_turn_tells_how_many_sentences_were_held_back(talk: Opener) -> None:
    lies = "The Amalfi Wrap Dress is my pick. It costs €1. It is made of leather. It has pockets of gold."
    with scripted_openai(Say(lies)) as (url, _script):
        me = await talk(a_model(url))
        text = await me.say("a linen dress")
    done = me.events[-1]
    assert isinstance(done, Done)
    assert "leather" not in text
    assert done.timings["held_back"] == 3


async def test_where_the_first_model_fails_a_second_one_speaks(talk: Opener) -> None:
    with (
        scripted_openai(Refuse(500)) as (broken, _),
        scripted_openai(Say("I'd take the Amalfi Wrap Dress for its linen.")) as (url, script),
    ):
        me = await talk(a_model(broken))
        agent = me.shop.agent
        agent._models.append(agent_over(a_model(url), "You are a stylist."))
        assert await me.say("a linen dress") == "I'd take the Amalfi Wrap Dress for its linen."
    assert len(script.requests) == 1


async def test_a_turn_over_its_tokens_is_ended_and_the_cards_stay(talk: Opener) -> None:
    with scripted_openai(Call("get_product", json.dumps({"position": 1}))) as (url, script):
        me = await talk(a_model(url))
        me.shop.agent._limits = Limits(turn=4000)
        text = await me.say("a linen dress")
    assert len(script.requests) == 1
    assert "Amalfi" in text


async def test_a_conversation_over_its_tokens_goes_on_without_a_model(talk: Opener) -> None:
    with scripted_openai(Say("The Amalfi Wrap Dress is airy.")) as (url, script):
        me = await talk(a_model(url))
        me.shop.agent._limits = Limits(thread=1000)
        for _ in range(3):
            text = await me.say("a linen dress")
    assert len(script.requests) == 2
    assert "Amalfi" in text
    assert (await me.shop.threads.memory(me.thread_id, "me")).prompt_tokens == 1800


def test_earlier_turns_are_dropped_in_whole_exchanges() -> None:
    def turn(role: str, text: str) -> Turn:
        return Turn.model_validate(
            {"id": text[:9], "role": role, "text": text, "created_at": datetime.now(UTC)}
        )

    turns = [
        turn(role, f"{n} {role} " + "word " * 200) for n in range(4) for role in ("shopper", "assistant")
    ]
    kept = history(turns, tokens=1200, most=3)
    assert [str(m.content)[:3] for m in kept] == ["2 s", "2 a", "3 s", "3 a"]
    assert history(turns, tokens=100, most=3) == []
    assert len(history(turns, tokens=100_000, most=3)) == 6
