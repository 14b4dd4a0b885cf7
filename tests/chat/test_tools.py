"""The tools as a model calls them: only on what was shown, only in sizes somebody chose, at today's facts."""

from __future__ import annotations

import asyncio
import json

import pytest

from shopper.chat.message import Message
from shopper.chat.preferences import Preferences
from shopper.chat.tools import all_tools
from shopper.products.store import VariantUpdate
from shopper.types import CheckoutProposed, Money, ProductsShown
from tests.chat.conftest import Opener, Talk
from tests.chat.scripted_openai import Call, Calls, Say, Step, scripted_openai
from tests.chat.test_model import a_model


async def _change(me: Talk, variant_id: str, **change: object) -> None:
    """What the shop's own system does meanwhile."""
    await me.shop.catalog.store.set_prices([VariantUpdate(variant_id=variant_id, **change)])  # type: ignore[arg-type]  # a test's shorthand


async def _with_tool(talk: Opener, call: Step, *turns: str, answer: str = "Well.") -> tuple[Talk, str]:
    """The last of `turns` is answered by `call`, the others by words; gives what the tool told the model."""
    steps: list[Step] = [Say("Here.")] * (len(turns) - 1)
    with scripted_openai(*steps, call, Say(answer)) as (url, script):
        me = await talk(a_model(url))
        for text in turns:
            await me.say(text)
    told = [m["content"] for m in script.requests[-1]["messages"] if m["role"] == "tool"]
    return me, "\n".join(told)


def call(name: str, **arguments: object) -> Call:
    return Call(name, json.dumps(arguments))


def test_every_tool_tells_a_model_what_it_is_for() -> None:
    for tool in all_tools():
        assert len(tool.description) > 20, tool.name
        assert "runtime" not in tool.tool_call_schema.model_json_schema()["properties"]  # type: ignore[union-attr]  # tools of functions have a model


async def test_a_size_the_shopper_named_may_be_added(talk: Opener) -> None:
    me, told = await _with_tool(
        talk,
        call("add_to_cart", position=1, size="S"),
        "a linen dress in ivory",
        "put the first in S in my cart",
    )
    assert me.carts() == [[("d1-ivory-S", 1)]]
    assert "€129" in told


async def test_a_size_that_was_filtered_by_may_be_added(talk: Opener) -> None:
    me, _ = await _with_tool(talk, call("add_to_cart", position=1), "a cotton dress in S", "I take the first")
    assert me.carts() == [[("d3-white-S", 1)]]


async def test_a_sold_out_size_is_refused_with_what_is_left(talk: Opener) -> None:
    me, told = await _with_tool(
        talk, call("add_to_cart", position=1, size="M"), "a linen dress in ivory", "add the first in M"
    )
    assert me.carts() == []
    assert "sold out in M" in told
    assert "S, L" in told


async def test_more_than_there_is_cannot_be_added(talk: Opener) -> None:
    me, told = await _with_tool(
        talk,
        call("add_to_cart", position=1, size="S", quantity=9),
        "a linen dress in ivory",
        "nine in S please",
    )
    assert me.carts() == []
    assert "Only 2" in told


async def test_several_calls_at_once_all_land_in_the_cart(talk: Opener) -> None:
    both = Calls((call("add_to_cart", position=1), call("add_to_cart", position=2)))
    me, _ = await _with_tool(talk, both, "a cotton dress in S", "both please, into the cart")
    assert sorted(me.carts()[-1]) == [("d3-blue-S", 1), ("d3-white-S", 1)]


async def test_an_id_is_no_argument_a_tool_takes(talk: Opener) -> None:
    me, told = await _with_tool(
        talk, call("add_to_cart", product_id="h1", position=0), "a cotton dress in S", "add the tote"
    )
    assert me.carts() == []
    assert "position" in told


async def test_a_line_is_changed_by_its_number(talk: Opener) -> None:
    steps = (
        Say("Here."),
        call("add_to_cart", position=1),
        Say("Done."),
        call("update_cart", line=1, quantity=3),
    )
    with scripted_openai(*steps, Say("Three now.")) as (url, _script):
        me = await talk(a_model(url))
        for text in ("a wool scarf", "add it", "make it three"):
            await me.say(text)
    assert me.carts() == [[("c1-grey-one-size", 3)]]


async def test_similar_things_are_shown_as_cards(talk: Opener) -> None:
    me, told = await _with_tool(
        talk, call("find_similar", position=1), "ankle boots in black", "more like it?"
    )
    assert "Canal Ankle Boots" in me.titles
    assert "Canal Ankle Boots" in told


async def test_a_look_is_shown_as_cards(talk: Opener) -> None:
    me, _ = await _with_tool(
        talk, call("complete_the_look", position=1), "a linen dress", "hm what about shoes etc"
    )
    assert len([e for e in me.events if isinstance(e, ProductsShown)]) >= 1
    assert "Amalfi Wrap Dress" not in me.titles


async def test_the_checkout_is_proposed_and_nothing_is_paid(talk: Opener) -> None:
    steps = (Say("Here."), call("add_to_cart", position=1), Say("Done."), call("propose_checkout"))
    with scripted_openai(*steps, Say("Your order has been placed!")) as (url, _script):
        me = await talk(a_model(url))
        for text in ("a wool scarf", "add it", "I'm ready"):
            said = await me.say(text)
    proposed = [e for e in me.events if isinstance(e, CheckoutProposed)]
    assert [e.cart.total.minor for e in proposed] == [4500]
    assert "placed" not in said


async def test_an_empty_cart_cannot_be_proposed(talk: Opener) -> None:
    me, told = await _with_tool(talk, call("propose_checkout"), "checkout please")
    assert "empty" in told
    assert not [e for e in me.events if isinstance(e, CheckoutProposed)]


async def test_orders_are_not_looked_up_here(talk: Opener) -> None:
    _, told = await _with_tool(talk, call("order_status"), "where is order 123?")
    assert "No order was placed in this chat" in told
    assert "care@shop.example" in told


async def test_a_policy_question_gets_the_shops_words(talk: Opener) -> None:
    _, told = await _with_tool(talk, call("shop_policy", question="returns"), "returns?")
    assert "30 days" in told


async def test_a_preference_is_remembered_when_asked(talk: Opener) -> None:
    me, _ = await _with_tool(talk, call("remember_preference", kind="sizes", value="M"), "remember I wear M")
    assert await me.shop.threads.preferences(me.thread_id, "me") == Preferences(enabled=True, sizes=("M",))


async def test_what_is_remembered_is_told_to_the_model(talk: Opener) -> None:
    with scripted_openai(Say("Here.")) as (url, script):
        me = await talk(a_model(url))
        await me.shop.threads.set_preferences(
            me.thread_id, "me", Preferences(enabled=True, dislikes=("leather",))
        )
        await me.say("a scarf")
    assert "Remembered dislikes: leather." in script.requests[0]["messages"][-1]["content"]


async def test_nothing_personal_beyond_that_is_remembered(talk: Opener) -> None:
    _, told = await _with_tool(talk, call("remember_preference", kind="religion", value="x"), "remember that")
    assert "'sizes', 'brands', 'budget' or 'dislikes'" in told


# ── the facts of today ──────────────────────────────────────────────────────────────────────────────


async def test_a_size_that_sold_out_meanwhile_is_not_sold(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    assert "Yes" in await me.say("is the first one in stock in S?")
    await _change(me, "d1-ivory-S", stock=0)
    assert "sold out in S" in await me.say("is the first one in stock in S?")
    await me.say("add the first one in S")
    assert me.carts() == []


async def test_a_price_that_changed_is_the_new_one_in_words_and_cart(talk: Opener) -> None:
    me = await talk()
    await me.say("a wool scarf")
    await _change(me, "c1-grey-one-size", price=Money(minor=3900, currency="EUR"))
    assert "€39" in await me.say("what does the first one cost?")
    assert "€39" in await me.say("add it to the cart")


async def test_a_model_may_not_say_the_old_price(talk: Opener) -> None:
    with scripted_openai(Say("It costs €45."), Say("The Marais Scarf costs €45.")) as (url, _script):
        me = await talk(a_model(url))
        assert await me.say("a wool scarf") == "It costs €45."
        await _change(me, "c1-grey-one-size", price=Money(minor=3900, currency="EUR"))
        assert "€45" not in await me.say("what does the scarf cost?")


# ── stopping ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_stopped_turn_keeps_what_was_said_so_far(talk: Opener) -> None:
    with scripted_openai(Say("I like the Amalfi Wrap Dress. " + "It is airy. " * 400, pause=0.01)) as (
        url,
        _script,
    ):
        me = await talk(a_model(url))
        heard: list[str] = []
        speaking = asyncio.Event()

        async def listen() -> None:
            async for event in me.shop.agent.reply(me.thread_id, Message(text="a linen dress"), owner="me"):
                if event.kind == "text":
                    heard.append(event.delta)
                    speaking.set()

        task = asyncio.create_task(listen())
        await speaking.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        thread = await me.shop.threads.get(me.thread_id, "me")
    assert thread.turns[-1].text == "".join(heard).strip()
    assert thread.turns[-1].items
