"""What short messages mean after what was said just before."""

from __future__ import annotations

from tests.chat.conftest import Opener


async def test_a_yes_after_nothing_was_found_takes_the_way_out_that_was_offered(talk: Opener) -> None:
    me = await talk()
    await me.say("a wool scarf")
    await me.say("red dresses under 100 euros")
    assert me.titles == []
    await me.say("go on then")
    assert me.query.intent == "refine"
    assert {card.product.category for card in me.page.items} == {"dress"}
    assert me.carts() == []


async def test_dead_ends_are_told_in_other_words_with_another_way_out(talk: Opener) -> None:
    me = await talk()
    await me.say("red dress under 100 euros")
    first = await me.say("in size S")
    second = await me.say("for a wedding")
    third = await me.say("something long")
    assert len({first, second, third}) == 3
    assert any(s.edit for s in me.suggestions)


async def test_a_remark_about_a_price_is_no_wish_for_a_lower_one(talk: Opener) -> None:
    me = await talk()
    await me.say("silk dress")
    said = await me.say("why so expensive?")
    assert (me.query.intent, me.query.price) == ("detail", None)
    assert "€219" in said
    assert "silk" in said


async def test_the_only_size_that_was_just_told_is_the_one_that_is_taken(talk: Opener) -> None:
    me = await talk()
    await me.say("canal ankle boots")
    await me.say("is the first one in stock?")
    await me.say("ok, I'll have it")
    assert me.carts() == [[("b2-tan-38", 1)]]


async def test_a_yes_chooses_no_size(talk: Opener) -> None:
    me = await talk()
    await me.say("a cotton dress")
    await me.say("add the first one")
    said = await me.say("yes")
    assert me.carts() == []
    assert "S" in said
    assert "M" in said


async def test_a_size_that_is_not_made_is_said_to_be_so(talk: Opener) -> None:
    me = await talk()
    await me.say("canal ankle boots")
    await me.say("add the first one")
    assert "no 36 of" in await me.say("36")


async def test_a_number_just_after_adding_changes_the_line(talk: Opener) -> None:
    me = await talk()
    await me.say("court sneakers in white, size 38")
    await me.say("add the first one")
    await me.say("39")
    assert me.carts() == [[("s1-white-39", 1)]]


async def test_another_place_is_asked_about_after_a_question_of_delivery(talk: Opener) -> None:
    me = await talk()
    await me.say("how much is delivery?")
    await me.say("and to Switzerland?")
    assert me.query.intent == "policy"


async def test_the_currency_is_remarked_on_once(talk: Opener) -> None:
    me = await talk()
    first = await me.say("dresses under 200 pounds")
    second = await me.say("in navy, under 250 pounds")
    assert "EUR" in first
    assert "I took your amount" not in second


async def test_things_to_go_with_a_card_are_of_the_kind_asked_for(talk: Opener) -> None:
    me = await talk()
    await me.say("amalfi wrap dress in navy")
    said = await me.say("which shoes would go with the first one?")
    assert {card.product.category for card in me.page.items} <= {"sneakers", "ankle boots"}
    assert "Amalfi Wrap Dress" in said


async def test_the_line_named_after_the_question_goes_out(talk: Opener) -> None:
    me = await talk()
    await me.say("court sneakers in white, size 38")
    await me.say("add the first one")
    await me.say("court sneakers in navy, size 38")
    await me.say("add the first one")
    assert (await me.say("remove the sneakers")).endswith("?")
    await me.say("the second one")
    assert me.carts() == [[("s1-white-38", 1)]]


async def test_which_of_them_has_a_fact_is_answered_by_name(talk: Opener) -> None:
    me = await talk()
    await me.say("dresses for a wedding")
    said = await me.say("which of these is machine washable?")
    assert "Amalfi Wrap Dress" in said
    assert "Garance" not in said
