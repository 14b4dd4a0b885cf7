"""Turns with the built-in stylist, judged by the events and what is kept."""

from __future__ import annotations

import asyncio

import pytest

from shopper.chat.message import Message
from shopper.errors import BadInput, NotFound
from shopper.types import ProductsShown, QueryUnderstood
from tests.chat.conftest import Opener


async def test_what_was_understood_comes_first_then_cards_then_prose(talk: Opener) -> None:
    me = await talk()
    await me.say("a dress for a wedding")
    kinds = [event.kind for event in me.events]
    assert kinds[:3] == ["query", "products", "text"]
    assert kinds[-1] == "done"
    assert kinds.count("products") == 1


async def test_an_exclusion_holds_over_turns(talk: Opener) -> None:
    me = await talk()
    await me.say("dresses, no polyester")
    assert "Nuit Slip Dress" not in me.titles
    await me.say("cheaper?")
    assert "Nuit Slip Dress" not in me.titles
    assert me.query.exclude.materials == ("polyester",)


async def test_the_second_one_goes_into_the_cart_in_the_size_that_was_said(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress")
    card = me.page.items[0]
    text = await me.say("add the first one in S please")
    variant = next(v for v in card.variants if v.size == "S")
    assert me.carts() == [[(variant.id, 1)]]
    assert card.product.title in text


async def test_without_a_size_the_shopper_is_asked_and_nothing_is_added(talk: Opener) -> None:
    me = await talk()
    await me.say("a cotton dress")
    text = await me.say("add the first one to my cart")
    assert me.carts() == []
    assert text.count("?") == 1 or "In stock" in text
    assert "S" in text
    await me.say("S")
    assert len(me.carts()[-1]) == 1


async def test_a_thing_of_one_size_needs_no_question(talk: Opener) -> None:
    me = await talk()
    await me.say("a wool scarf")
    await me.say("add it to the cart")
    assert me.carts() == [[("c1-grey-one-size", 1)]]


async def test_a_sold_out_size_is_said_and_not_added(talk: Opener) -> None:
    me = await talk()
    await me.say("an ivory dress")
    text = await me.say("put the first one in M in my cart")
    assert me.carts() == []
    assert " in M" in text
    assert "S" in text


async def test_a_line_can_be_taken_out_again(talk: Opener) -> None:
    me = await talk()
    await me.say("a wool scarf")
    await me.say("add it to the cart")
    await me.say("remove the scarf from the cart")
    assert me.carts() == [[]]


async def test_policy_questions_are_answered_from_the_shops_text(talk: Opener) -> None:
    me = await talk()
    assert "30 days" in await me.say("can I return things?")
    assert not [e for e in me.events if isinstance(e, ProductsShown)]


async def test_two_cards_are_compared_by_their_facts(talk: Opener) -> None:
    me = await talk()
    await me.say("dresses for a wedding")
    first, second = (card.product for card in me.page.items[:2])
    text = await me.say("compare the first two")
    assert first.title in text
    assert second.title in text


async def test_nonsense_gets_a_question_and_no_products(talk: Opener) -> None:
    me = await talk()
    text = await me.say("asdf qwer zxcv")
    assert "?" in text
    assert not [e for e in me.events if isinstance(e, ProductsShown) and e.page.items]


async def test_a_thing_the_shop_does_not_sell_is_said(talk: Opener) -> None:
    me = await talk()
    text = await me.say("a swimsuit")
    assert me.page.absence is not None
    assert me.page.absence.reason == "not_sold"
    assert "swimsuit" in text


async def test_editing_a_chip_searches_again_without_words(talk: Opener) -> None:
    me = await talk()
    await me.say("a red dress")
    assert {card.color for card in me.page.items} == {"red"}
    await me.say(query_edit={"remove": [{"field": "colors", "value": "red", "label": "red"}]})
    assert me.query.category == "dress"
    assert len({card.color for card in me.page.items}) > 1


async def test_the_next_words_build_on_the_edited_state(talk: Opener) -> None:
    me = await talk()
    await me.say("a red dress under 300")
    await me.say(query_edit={"remove": [{"field": "colors", "value": "red", "label": "red"}]})
    await me.say("in navy")
    assert (me.query.category, me.query.colors) == ("dress", ("navy",))
    assert me.query.price is not None
    assert me.query.price.max == 30000


async def test_an_edit_of_an_unknown_field_is_refused(talk: Opener) -> None:
    me = await talk()
    await me.say("a dress")
    with pytest.raises(BadInput, match="wings"):
        await me.say(query_edit={"set": {"wings": 2}})


async def test_more_shows_other_cards(talk: Opener) -> None:
    me = await talk()
    await me.say("dresses")
    first = {card.card_id for card in me.page.items}
    if me.page.total > len(first):
        await me.say("show me more")
        assert not first & {card.card_id for card in me.page.items}
    else:
        await me.say("show me more")
        assert me.page.items


async def test_both_sides_of_a_turn_are_kept(talk: Opener) -> None:
    me = await talk()
    text = await me.say("a linen dress")
    thread = await me.shop.threads.get(me.thread_id, "me")
    assert [(t.role, t.text) for t in thread.turns] == [("shopper", "a linen dress"), ("assistant", text)]
    assert thread.shown == me.page.items
    assert thread.query == me.query


async def test_a_cancelled_turn_keeps_what_was_shown(talk: Opener) -> None:
    me = await talk()
    reply = me.shop.agent.reply(me.thread_id, Message(text="a dress"), owner="me")
    async for event in reply:
        if isinstance(event, ProductsShown):
            break
    await reply.aclose()  # type: ignore[attr-defined]  # an async generator, declared as its interface
    await asyncio.sleep(0.05)
    thread = await me.shop.threads.get(me.thread_id, "me")
    assert [t.role for t in thread.turns] == ["shopper", "assistant"]
    assert thread.shown


async def test_a_foreign_thread_is_not_there(talk: Opener) -> None:
    me = await talk()
    with pytest.raises(NotFound):
        async for _ in me.shop.agent.reply(me.thread_id, Message(text="hi"), owner="somebody else"):
            pass


async def test_a_named_foreign_currency_is_said_to_be_taken_as_the_shops(talk: Opener) -> None:
    me = await talk()
    text = await me.say("a dress under $150")
    assert me.query.price is not None
    assert me.query.price.currency == "USD"
    assert "EUR" in text


async def test_the_answer_is_in_the_shoppers_language(talk: Opener) -> None:
    me = await talk()
    text = await me.say("ein Kleid aus Leinen bis 150 Euro")
    understood = next(e for e in me.events if isinstance(e, QueryUnderstood))
    assert understood.query.category == "dress"
    assert "Amalfi" in text
    assert any(word in text.split() for word in ("ich", "für", "passt:", "Vorschlag:", "Ich"))
