"""Chips that offer what a shopper may want to say next."""

from __future__ import annotations

import pytest

from tests.chat.conftest import Opener


async def test_after_adding_the_checkout_is_offered(talk: Opener) -> None:
    me = await talk()
    await me.say("a wool scarf")
    await me.say("add it to the cart")
    assert "Go to checkout" in [s.text for s in me.suggestions]


async def test_sizes_in_stock_are_offered_and_no_others(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    await me.say("add the first one to my cart")
    assert [s.label for s in me.suggestions] == ["S", "L"]


async def test_a_pressed_size_completes_the_cart(talk: Opener) -> None:
    me = await talk()
    await me.say("un vestido de algodón")
    await me.say("añade el primero a la cesta")
    assert [s.text for s in me.suggestions] == ["Talla S", "Talla M"]
    await me.say(me.suggestions[1].text)
    assert me.carts() == [[("d3-white-M", 1)]]


@pytest.mark.parametrize(
    ("words", "english"),
    [("Kleider für Damen", "dress"), ("des robes pour femme", "dress"), ("vestidos de mujer", "dress")],
)
async def test_suggestions_of_the_search_are_put_in_the_shoppers_language(
    talk: Opener, words: str, english: str
) -> None:
    me = await talk()
    await me.say(words)
    assert me.query.category == english
    for suggestion in me.suggestions:
        assert not suggestion.text.lower().startswith(("under ", "in ", "for ", "up to "))


async def test_a_greeting_is_answered_with_first_steps_and_abuse_with_none(talk: Opener) -> None:
    me = await talk()
    await me.say("hello")
    assert [s.text for s in me.suggestions] == ["Show me dresses", "Show me sneakers"]
    await me.say("you are useless")
    assert me.suggestions == ()
