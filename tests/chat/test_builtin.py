"""The built-in stylist: real tool calls from a Brief, and words in the shopper's language."""

from __future__ import annotations

from string import Formatter

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from shopper.chat.answers import answer_about, states
from shopper.chat.builtin import BRIEF, Brief, BuiltinStylist, plan, reply
from shopper.chat.compared import spoken
from shopper.chat.replies import Voice, texts
from shopper.chat.state import SizeQuestion
from shopper.types import Cart, CartLine, Recommendation
from tests.chat.conftest import Opener
from tests.chat.test_grounding import AMALFI, BOOTS, GARANCE, eur

LANGUAGES = ("en", "de", "fr", "it", "es")
EMPTY = Cart(id="t", currency="EUR")
LINE = CartLine(
    variant_id="a-ivory-S",
    product_id="a",
    title="Amalfi Wrap Dress",
    size="S",
    quantity=1,
    unit_price=eur(129),
)
FULL = Cart(id="t", currency="EUR", version=1, lines=(LINE,))


def brief(intent: str, **more: object) -> Brief:
    return Brief.model_validate({"intent": intent, "cart": EMPTY, **more})


# ── plans ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_search_is_a_tool_call_that_changes_nothing() -> None:
    assert plan(brief("search")) == [("find_products", {})]


def test_nonsense_calls_nothing() -> None:
    assert plan(brief("search", nonsense=True)) == []


def test_each_thing_meant_is_added_by_a_call_of_its_own() -> None:
    calls = plan(brief("cart_add", shown=3, positions=(1, 3)))
    assert [(name, arguments["position"]) for name, arguments in calls] == [
        ("add_to_cart", 1),
        ("add_to_cart", 3),
    ]


def test_nothing_is_added_where_it_is_open_which_is_meant() -> None:
    assert plan(brief("cart_add", shown=3)) == []


def test_an_empty_cart_is_not_taken_to_the_checkout() -> None:
    assert plan(brief("checkout")) == []
    assert plan(brief("checkout", cart=FULL)) == [("propose_checkout", {})]


async def test_its_chunks_are_real_tool_calls() -> None:
    message = HumanMessage("a dress", additional_kwargs={BRIEF: brief("search")})
    chunks = [chunk async for chunk in BuiltinStylist().astream([message])]
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert isinstance(whole, AIMessage)
    assert [call["name"] for call in whole.tool_calls] == ["find_products"]
    assert whole.text == ""


# ── replies ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_situation_with_the_same_facts(language: str) -> None:
    english, table = texts()["en"], texts()[language]
    assert set(table) == set(english)
    for situation, wordings in table.items():
        options = [wordings] if isinstance(wordings, str) else wordings
        allowed = {
            name
            for text in ([english[situation]] if isinstance(wordings, str) else english[situation])
            for _, name, _, _ in Formatter().parse(text)
        }
        for text in options:
            names = {name for _, name, _, _ in Formatter().parse(text) if name}
            assert names <= allowed | {"nearest", "value", "contact", "message", "text", "color"}, (
                situation,
                text,
            )


def test_wordings_vary_by_turn_and_never_by_chance() -> None:
    said = [Voice("en", turn, "t").say("found", title="T", color="", price="€1", why="") for turn in range(3)]
    assert len(set(said)) == 3
    assert said[0] == Voice("en", 0, "t").say("found", title="T", color="", price="€1", why="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_comparison_states_price_sizes_and_materials_of_each(language: str) -> None:
    text = spoken((AMALFI, BOOTS), Voice(language, 0), "")
    assert "Amalfi Wrap Dress" in text
    assert "€129" in text
    assert "€180" in text
    assert "S, L" in text


def test_one_product_in_two_colours_is_told_apart() -> None:
    text = spoken((AMALFI, AMALFI.model_copy(update={"color": "navy"})), Voice("en", 0), "")
    assert "in ivory" in text
    assert "in navy" in text


def test_several_things_added_ask_one_question_at_most() -> None:
    boots = ToolMessage("?", tool_call_id="2", artifact=SizeQuestion(BOOTS, ("38",)))
    dress = ToolMessage("?", tool_call_id="3", artifact=SizeQuestion(AMALFI, ("S", "L")))
    text = reply(brief("cart_add", shown=2, positions=(1, 2)), [boots, dress])
    assert text.count("?") <= 1
    assert "Canal Ankle Boots" in text


def test_what_is_in_the_cart_can_be_asked() -> None:
    text = reply(brief("cart_update", cart=FULL), [])
    assert "Amalfi Wrap Dress (S)" in text
    assert "€129" in text


def test_sneakers_are_and_a_dress_is() -> None:
    voice = Voice("en", 0)
    assert "Boots are sold out" in voice.sold_out("Canal Ankle Boots", None, ())
    assert "Dress is sold out" in voice.sold_out("Amalfi Wrap Dress", None, ())


def test_a_colour_is_said_in_the_shoppers_language() -> None:
    assert Voice("de", 0).label("black") == "Schwarz"
    assert Voice("de", 0).label("green") == "Grün"
    assert Voice("fr", 0).label("black") == "noir"
    assert Voice("de", 0).label("Midnight Fog") == "Midnight Fog"


# ── facts about one card ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sizes", "answer"),
    [(("S",), "Yes"), (("M",), "sold out in M"), (("XXL",), "There is no XXL")],
)
def test_a_size_is_answered_yes_or_no(sizes: tuple[str, ...], answer: str) -> None:
    assert answer in answer_about(Voice("en", 0), AMALFI, "in that size?", sizes=sizes)


@pytest.mark.parametrize(
    ("card", "ask", "answer"),
    [
        (AMALFI, ("material", "linen"), "Yes"),
        (AMALFI, ("material", "silk"), "No, the Amalfi Wrap Dress is made of linen and viscose."),
        (AMALFI, ("feature", "pockets"), "doesn't state"),
        (AMALFI, ("feature", "v-neck"), "Yes"),
        (GARANCE, ("care", "machine washable"), "doesn't state"),
        (GARANCE, ("color", "red"), "Yes"),
        (GARANCE, ("color", "green"), "Not in that colour"),
    ],
)
def test_a_fact_is_affirmed_denied_or_said_to_be_unstated(
    card: Recommendation, ask: tuple[str, str], answer: str
) -> None:
    assert answer in answer_about(Voice("en", 0), card, "is it?", asks=(ask,))


def test_a_feature_written_in_the_description_counts_as_stated() -> None:
    pockets = AMALFI.product.model_copy(update={"description": "With two deep pockets."})
    assert states(AMALFI.model_copy(update={"product": pockets}), "feature", "pockets")


# ── whole turns ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_size_given_after_the_question_completes_the_adding(talk: Opener) -> None:
    me = await talk()
    await me.say("a cotton dress")
    await me.say("add the first one to my cart")
    assert [s.text for s in me.suggestions] == ["S", "M"]
    await me.say("M")
    assert me.carts() == [[("d3-white-M", 1)]]


async def test_the_card_named_after_the_question_goes_into_the_cart(talk: Opener) -> None:
    me = await talk()
    await me.say("a cotton dress in S")
    text = await me.say("add it to my cart")
    assert me.carts() == []
    assert "?" in text
    await me.say("the second one")
    assert me.carts() == [[("d3-blue-S", 1)]]


async def test_both_go_into_the_cart_at_once(talk: Opener) -> None:
    me = await talk()
    await me.say("a cotton dress in S")
    text = await me.say("add both to the cart")
    assert sorted(me.carts()[-1]) == [("d3-blue-S", 1), ("d3-white-S", 1)]
    assert "€178" in text


async def test_a_new_wish_after_the_question_is_a_search(talk: Opener) -> None:
    me = await talk()
    await me.say("a cotton dress")
    await me.say("add the first one to my cart")
    await me.say("actually, a wool scarf")
    assert me.carts() == []
    assert me.titles == ["Marais Scarf"]


async def test_a_cheaper_that_finds_nothing_leaves_no_bound_behind(talk: Opener) -> None:
    me = await talk()
    await me.say("a wool scarf")
    text = await me.say("cheaper")
    assert "€45" in text
    thread = await me.shop.threads.get(me.thread_id, "me")
    assert thread.query is not None
    assert thread.query.price is None


async def test_a_size_alone_keeps_the_language_of_the_conversation(talk: Opener) -> None:
    me = await talk()
    await me.say("ein Kleid aus Baumwolle")
    await me.say("leg das erste in den Warenkorb")
    assert "Warenkorb" in await me.say("M")
    assert me.carts() == [[("d3-white-M", 1)]]


@pytest.mark.parametrize(
    ("first", "add"),
    [
        ("ein Kleid aus Baumwolle", "leg das erste in Größe S in den Warenkorb"),
        ("une robe en coton", "ajoute la première en taille S au panier"),
        ("un vestito di cotone", "aggiungi il primo in taglia S al carrello"),
        ("un vestido de algodón", "añade el primero en talla S a la cesta"),
    ],
)
async def test_a_cart_is_filled_in_other_languages(talk: Opener, first: str, add: str) -> None:
    me = await talk()
    await me.say(first)
    assert "Margot Shirt Dress" in me.titles
    await me.say(add)
    assert me.carts() == [[("d3-white-S", 1)]]


async def test_every_chip_is_understood_as_what_it_says(talk: Opener) -> None:
    wanted = {
        "first": "detail",
        "second": "detail",
        "checkout": "checkout",
        "goes_with": "outfit",
        "compare": "compare",
        "add": "cart_add",
        "more": "similar",
    }
    me = await talk()
    await me.say("a cotton dress in S")
    await me.say("add the first one to my cart")
    for language, table in texts()["chips"].items():
        for name, text in table.items():
            if name not in wanted:
                continue
            await me.say("cotton dresses")
            await me.say(text)
            assert me.query.intent == wanted[name], (language, text)


async def test_whoever_asks_for_a_colour_sees_it(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    text = await me.say("does it come in navy?")
    assert text.startswith("Yes")
    assert (me.titles[0], me.page.items[0].color) == ("Amalfi Wrap Dress", "navy")


async def test_a_colour_it_does_not_come_in_is_said_and_others_are_shown(talk: Opener) -> None:
    me = await talk()
    await me.say("a cotton dress in blue")
    text = await me.say("does the first one come in navy?")
    assert "Not in that colour" in text
    assert {card.color for card in me.page.items} <= {"navy"}
