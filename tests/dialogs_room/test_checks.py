"""Each check holds where it should and fails where it should, on answers as the chat API sends them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shopper.dialogs.cart_checks import check_cart
from shopper.dialogs.checks import check_turn
from shopper.dialogs.claims import amounts, foreign_titles, language_of, marked_titles
from shopper.dialogs.exchange import Check, Exchange
from shopper.dialogs.operators import Op
from shopper.dialogs.script import CartExpect, ScriptTurn
from shopper.dialogs.wire import Card, Problem, read_answer, read_cart
from shopper.products.taxonomy import Taxonomy

Body = dict[str, Any]
Make = Callable[..., Body]


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return Taxonomy.load()


def exchange(
    number: int, expect: Body, answer: Body | None = None, *, shopper: str = "hi", **parts: Any
) -> Exchange:
    turn = ScriptTurn.model_validate({"shopper": shopper, "expect": expect})
    body = None if answer is None else read_answer({"thread_id": "t", **answer})
    return Exchange(number, turn, answer=body, **parts)


def failed(checks: tuple[Check, ...]) -> list[str]:
    return [check.path for check in checks if not check.ok]


@pytest.fixture
def judge(taxonomy: Taxonomy) -> Callable[..., list[str]]:
    """The paths of the checks that fail for one turn."""

    def run(expect: Body, answer: Body, *history: Exchange, **parts: Any) -> list[str]:
        return failed(check_turn(exchange(len(history) + 1, expect, answer, **parts), history, taxonomy))

    return run


Judge = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("raw", "holds", "fails"),
    [
        ("dress", "Dress", "skirt"),
        (["a", "b"], ["b", "a"], ["a"]),
        ([], [], ["a"]),
        ({"has": "red"}, ["blue", "red"], ["blue"]),
        ({"has": ["red", "blue"]}, ["blue", "red"], ["red"]),
        ({"lacks": "red"}, ["blue"], ["red"]),
        ({"lacks": "red"}, None, ["red"]),
        ({"absent": True}, None, "dress"),
        ({"absent": True}, [], ["red"]),
        ({"absent": False}, "dress", None),
        ({"lte": 8000}, 8000, 8001),
        ({"lte": 8000}, 1, None),
        ({"gt": 1, "lt": 3}, 2, 3),
        ({"in": ["coat", "parka"]}, "parka", "jacket"),
        ({"in": ["navy", "blue"]}, ["navy"], ["navy", "red"]),
        ({"matches": "^linen"}, "Linen dress", "a linen dress"),
        ({"is": True}, True, 1),
        ([38], ["38"], ["39"]),
    ],
)
def test_an_operator_holds_for_the_one_and_not_for_the_other(raw: Any, holds: Any, fails: Any) -> None:
    assert Op.read(raw).holds(holds)
    assert not Op.read(raw).holds(fails)


def test_the_query_is_checked_field_by_field_and_unnamed_fields_are_free(judge: Judge) -> None:
    query = {
        "intent": "search",
        "category": "dress",
        "colors": ["red"],
        "price": {"max": 9000},
        "gender": "women",
    }
    expect = {"query": {"category": "dress", "colors": {"has": "red"}, "price": {"max": {"lte": 8000}}}}

    assert judge(expect, {"query": query}) == ["query.price.max"]
    assert judge({"query": {"exclude": {"absent": True}}}, {"query": query}) == []


def test_every_card_is_held_to_its_facts(judge: Judge, make_product: Make) -> None:
    cards = [make_product(), make_product("p2", price=9000), make_product("p3", category="skirt")]
    answer = {"products": cards}

    assert judge({"products": {"min": 3, "max": 3}}, answer) == []
    assert judge({"products": {"min": 4}}, answer) == ["products.min"]
    assert judge({"products": {"max": 2}}, answer) == ["products.max"]
    assert judge({"products": {"every": {"price": {"lte": 9000}, "gender": "women"}}}, answer) == []
    assert judge({"products": {"every": {"price": {"lte": 8000}}}}, answer) == ["products.every"]
    assert judge({"products": {"every": {"category_is": "dress"}}}, answer) == ["products.every"]
    assert judge({"products": {"any": {"category_is": "skirt"}}}, answer) == []
    assert judge({"products": {"any": [{"category_is": "coat"}]}}, answer) == ["products.any[1]"]
    assert judge({"products": {"none": {"price": {"gt": 8000}}}}, answer) == ["products.none"]
    assert judge({"products": {"first": {"id": "p1"}}}, answer) == []
    assert judge({"products": {"ids": ["p3", "p2", "p1"], "kinds": 2}}, answer) == []


def test_a_demand_on_every_card_is_not_met_by_no_cards(judge: Judge) -> None:
    assert judge({"products": {"every": {"color": "red"}}}, {"products": []}) == ["products.min"]
    assert judge({"products": {"min": 0, "every": {"color": "red"}}}, {"products": []}) == []


def test_kinship_of_categories_colours_and_materials_is_known(judge: Judge, make_product: Make) -> None:
    boots = make_product(color="Midnight Navy", category="ankle boots", materials=("suede",))
    answer = {"products": [boots]}

    assert (
        judge(
            {"products": {"every": {"category_in": "shoes", "color": "blue", "material": "leather"}}}, answer
        )
        == []
    )
    assert judge({"products": {"every": {"not_material": "leather"}}}, answer) == ["products.every"]
    assert judge({"products": {"every": {"not_color": "blue"}}}, answer) == ["products.every"]
    assert judge({"products": {"every": {"not_category": "boots"}}}, answer) == ["products.every"]


def test_faux_leather_is_no_leather_and_a_title_counts_where_no_material_is_stated(
    judge: Judge, make_product: Make
) -> None:
    faux = {"products": [make_product(title="Faux Leather Jacket", materials=("faux leather",))]}
    merino = {"products": [make_product(title="Merino Wool Crew", materials=())]}

    assert judge({"products": {"every": {"not_material": "leather"}}}, faux) == []
    assert judge({"products": {"every": {"not_material": "wool"}}}, merino) == ["products.every"]


def test_price_and_size_must_hold_for_one_variant_that_is_in_stock(judge: Judge, make_product: Make) -> None:
    card = make_product(sizes=(("S", 0), ("M", 2)))
    card["variants"][1]["price"]["amount"] = 9900
    answer = {"products": [card]}

    assert judge({"products": {"every": {"available_size": "S"}}}, answer) == ["products.every"]
    assert judge({"products": {"every": {"available_size": "M"}}}, answer) == []
    assert judge({"products": {"every": {"available_size": "M", "price": {"lte": 5000}}}}, answer) == [
        "products.every"
    ]
    assert judge({"products": {"every": {"price": {"lte": 5000}}}}, answer) == []


def test_unisex_is_for_everyone_and_an_unknown_gender_for_nobody(judge: Judge, make_product: Make) -> None:
    expect = {"products": {"every": {"gender": "men"}}}

    assert judge(expect, {"products": [make_product(gender="unisex")]}) == []
    assert judge(expect, {"products": [make_product(gender="women")]}) == ["products.every"]
    assert judge(expect, {"products": [make_product(gender=None)]}) == ["products.every"]


def test_cards_are_compared_with_those_of_an_earlier_turn(judge: Judge, make_product: Make) -> None:
    a, b, c = make_product("a", price=3000), make_product("b", price=5000), make_product("c", price=2000)
    first = exchange(1, {}, {"products": [a, b]})

    assert judge({"products": {"same_as_turn": 1}}, {"products": [b, a]}, first) == []
    assert judge({"products": {"same_as_turn": 1}}, {"products": [a]}, first) == ["products.same_as_turn"]
    assert judge({"products": {"subset_of_turn": 1}}, {"products": [a]}, first) == []
    assert judge({"products": {"subset_of_turn": 1}}, {"products": [a, c]}, first) == [
        "products.subset_of_turn"
    ]
    assert judge({"products": {"new_since_turn": 1}}, {"products": [c]}, first) == []
    assert judge({"products": {"new_since_turn": 1}}, {"products": [b]}, first) == ["products.new_since_turn"]
    assert judge({"products": {"without": [{"turn": 1, "position": 2}]}}, {"products": [a]}, first) == []
    assert judge({"products": {"without": [{"turn": 1, "position": 1}]}}, {"products": [a]}, first) == [
        "products.without[1]"
    ]
    assert judge({"products": {"cheaper_than": {"turn": 1}}}, {"products": [a, c]}, first) == []
    assert judge({"products": {"cheaper_than": {"turn": 1}}}, {"products": [b]}, first) == [
        "products.cheaper_than"
    ]
    assert judge({"products": {"cheaper_than": {"turn": 1}}}, {"products": []}, first) == [
        "products.cheaper_than"
    ]
    cheaper_than_a = {"products": {"cheaper_than": {"turn": 1, "position": 1}}}
    assert judge(cheaper_than_a, {"products": [c]}, first) == []
    assert judge(cheaper_than_a, {"products": [a]}, first) == ["products.cheaper_than"]
    assert judge({"products": {"sorted": "price_asc"}}, {"products": [c, a, b]}) == []
    assert judge({"products": {"sorted": "price_asc"}}, {"products": [a, c]}) == ["products.sorted"]


def test_a_card_that_differs_from_the_shop_is_found_out(judge: Judge, make_product: Make) -> None:
    card, truth = make_product(price=100), Card.model_validate(make_product())
    expect = {"products": {"facts": True}}

    assert judge(expect, {"products": [make_product()]}, facts={"p1": truth}) == []
    assert judge(expect, {"products": [card]}, facts={"p1": truth}) == ["products.facts"]
    assert judge(expect, {"products": [card]}, facts={"p1": None}) == ["products.facts"]


def test_a_reference_is_checked_by_position_and_kind(judge: Judge) -> None:
    answer = {"query": {"reference": {"kind": "shown", "positions": [2]}}}

    assert judge({"reference": [2]}, answer) == []
    assert judge({"reference": {"kind": "cart", "positions": [1]}}, answer) == [
        "reference.kind",
        "reference.positions",
    ]
    assert judge({"reference": [2]}, {"query": {}}) == ["reference.positions"]


def test_a_product_is_talked_about_when_named_or_shown_again(judge: Judge, make_product: Make) -> None:
    dress = make_product()
    first = exchange(1, {}, {"products": [dress]})
    expect = {"about": [{"turn": 1, "position": 1}]}

    assert judge(expect, {"text": "The Lisbon Linen Dress is made of linen."}, first) == []
    assert judge(expect, {"text": "Here it is.", "products": [dress]}, first) == []
    assert judge(expect, {"text": "It is made of linen."}, first) == ["about[1]"]
    silk = make_product("p2", "Porto Silk Dress", price=9900)
    two = exchange(1, {}, {"products": [dress, silk]})
    named = {"text": "The Porto Silk Dress."}
    assert judge({"about": [{"turn": 1, "position": "dearest"}]}, named, two) == []
    assert judge({"about": [{"turn": 1, "position": "last"}]}, named, two) == []
    assert judge({"about": [{"turn": 1, "position": "cheapest"}]}, named, two) == ["about[1]"]
    assert judge({"about": [{"turn": 1, "position": 3}]}, {"text": "Hm."}, first) == ["about[1]"]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("€49.90", [4990]),
        ("49,90 €", [4990]),
        ("it's EUR 1,299.00 now", [129900]),
        ("1.299,00 EUR", [129900]),
        ("€1,299", [129900]),
        ("$35 or 20 bucks", [3500, 2000]),
        ("under 80 euros in size 38", [8000]),
        ("3 items in size 40, 100% linen", []),
        ("¥5,000", [5000]),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, minor: list[int]) -> None:
    assert [amount.minor for amount in amounts(text)] == minor


def test_a_reply_may_only_name_amounts_in_sight(judge: Judge, make_product: Make, make_cart: Make) -> None:
    dress = make_product()
    expect = {"reply": {"grounded": True}}

    assert judge(expect, {"products": [dress], "text": "The Lisbon Linen Dress is €49.90."}) == []
    assert judge(expect, {"products": [dress], "text": "It is €39.90."}) == ["reply.grounded"]
    assert judge(expect, {"products": [dress], "text": "Under €60, as you said."}, shopper="under 60 €") == []
    assert judge(expect, {"query": {"price": {"max": 6000}}, "text": "Nothing under €60."}) == []
    cart = read_cart(make_cart((dress, "M", 2)))
    assert judge(expect, {"text": "That makes €99.80."}, cart=cart) == []
    budget = {"products": [dress], "query": {"price": {"max": 7200}}, "text": "€10 under your budget."}
    assert judge(expect, budget, shopper="around 60 euros") == []
    assert judge(expect, budget | {"text": "€22 under your budget."}, shopper="around 60 euros") == [
        "reply.grounded"
    ]
    earlier = exchange(1, {}, {"products": [dress]})
    assert judge(expect, {"text": "The first is €49.90."}, earlier) == []


def test_a_look_may_cost_what_its_pieces_cost_that_were_shown_one_after_the_other(
    judge: Judge, make_product: Make
) -> None:
    blazer = make_product("p1", "Rivoli Wool Blazer", price=22900)
    shoes = make_product("p2", "Gala Heeled Sandals", price=10500)
    earlier = exchange(1, {}, {"products": [blazer]})
    look = "A look: Rivoli Wool Blazer and Gala Heeled Sandals. Together €{}."
    expect = {"reply": {"grounded": True}}

    assert judge(expect, {"text": look.format(334), "products": [shoes]}, earlier) == []
    assert judge(expect, {"text": look.format(324), "products": [shoes]}, earlier) == ["reply.grounded"]


def test_a_reply_may_only_name_products_in_sight(judge: Judge, make_product: Make) -> None:
    expect = {"reply": {"grounded": True}}
    answer = {"products": [make_product()]}
    shop = ("Lisbon Linen Dress", "Porto Silk Dress")

    assert judge(expect, answer | {"text": "Try the **Lisbon Linen Dress** in navy."}, shop_titles=shop) == []
    assert judge(expect, answer | {"text": "Try the Porto Silk Dress."}, shop_titles=shop) == [
        "reply.grounded"
    ]
    assert judge(expect, answer | {"text": "Try the **Madrid Velvet Gown**."}) == ["reply.grounded"]
    assert (
        judge(expect, answer | {"text": "A “Great Choice” for you."}, shopper="a Great Choice please") == []
    )


def test_titles_are_told_from_ordinary_prose() -> None:
    assert marked_titles("the **Linen Dress** and “a plain shirt” and [Silk Top](/p/1)") == (
        "Linen Dress",
        "Silk Top",
    )
    assert foreign_titles("a linen dress", ["Linen Dress"], []) == ()
    assert foreign_titles("the Linen Dress Long", ["Linen Dress"], ["Linen Dress Long"]) == ()
    assert foreign_titles("the Linen Dress", ["Linen Dress"], []) == ("Linen Dress",)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Here are three dresses that fit your budget.", "en"),
        ("Hier sind drei Kleider, die in dein Budget passen.", "de"),
        ("Voici trois robes pour vous, en noir.", "fr"),
        ("Ecco tre vestiti per te, non sono di lana.", "it"),
        ("He encontrado tres vestidos para ti.", "es"),
        ("€49.90", None),
    ],
)
def test_the_language_of_a_reply_is_told_by_its_small_words(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_a_title_says_nothing_about_the_language_around_it() -> None:
    text = "Das ist The Dress for You and Me, und es ist aus Leinen."

    assert language_of(text, ["The Dress for You and Me"]) == "de"


def test_the_form_of_a_reply_is_checked(judge: Judge) -> None:
    answer = {"text": "Which size do you wear?"}

    assert judge({"reply": {"max_words": 5, "asks_question": True, "mentions": "size"}}, answer) == []
    assert judge({"reply": {"max_words": 4}}, answer) == ["reply.max_words"]
    assert judge({"reply": {"max_words": 4}}, {"text": ""}) == ["reply.max_words"]
    assert judge({"reply": {"not_mentions": "size"}}, answer) == ["reply.not_mentions"]
    assert judge({"reply": {"asks_question": False}}, answer) == ["reply.asks_question"]
    assert judge({"reply": {"language": "de"}}, answer) == ["reply.language"]


def test_relaxation_and_absence_are_checked(judge: Judge, make_product: Make) -> None:
    relaxed = {"relaxed": [{"field": "colors", "value": "red", "message": "No red."}]}
    absence = {
        "absence": {
            "reason": "no_match",
            "field": "price",
            "value": None,
            "message": "Nothing under €10.",
            "nearest": [make_product()],
        }
    }

    assert judge({"relaxed": ["colors"]}, relaxed) == []
    assert judge({"relaxed": []}, relaxed) == ["relaxed"]
    assert judge({"absent": False}, relaxed) == []
    assert judge({"absent": True}, relaxed) == ["absent"]
    assert judge({"absent": False}, absence) == ["absent"]
    nearest = {"min": 1, "every": {"price": {"gt": 1000}}}
    assert judge({"absent": {"reason": "no_match", "field": "price", "nearest": nearest}}, absence) == []
    assert judge({"absent": {"reason": "not_sold", "nearest": {"every": {"color": "red"}}}}, absence) == [
        "absent.reason",
        "absent.nearest.every",
    ]
    # The price of what is offered as the nearest way out was shown, so the reply may name it.
    assert judge({"reply": {"grounded": True}}, absence | {"text": "The nearest is €49.90."}) == []


def test_suggestions_are_checked(judge: Judge) -> None:
    answer = {"suggestions": [{"label": "In blue", "text": "in blue"}]}

    assert judge({"suggestions": {"min": 1, "mentions": "blue"}}, answer) == []
    assert judge({"suggestions": {"min": 2, "mentions": "red"}}, answer) == [
        "suggestions.min",
        "suggestions.mentions",
    ]


def cart_paths(expect: Body, cart: Body, taxonomy: Taxonomy, *history: Exchange) -> list[str]:
    checks = check_cart(CartExpect.model_validate(expect), read_cart(cart), history, taxonomy, "cart")
    return failed(tuple(checks))


def test_a_cart_is_held_to_its_lines_one_to_one(
    taxonomy: Taxonomy, make_cart: Make, make_product: Make
) -> None:
    a, b = make_product("a"), make_product("b", "Porto Skirt", color="red")
    first = exchange(1, {}, {"products": [a, b]})
    cart = make_cart((a, "M", 1), (b, "S", 2))
    line_a = {"product": {"turn": 1, "position": 1}, "size": "M", "quantity": 1}
    line_b = {"title": "skirt", "color": "red", "quantity": 2}

    assert cart_paths({"lines": [line_b, line_a], "quantity": 3, "total": 14970}, cart, taxonomy, first) == []
    assert cart_paths({"lines": [line_a]}, cart, taxonomy, first) == ["cart.lines"]
    assert cart_paths({"lines": [line_a, line_a]}, cart, taxonomy, first) == ["cart.lines"]
    assert cart_paths({"lines": [line_a, {**line_b, "quantity": 1}]}, cart, taxonomy, first) == ["cart.lines"]
    assert cart_paths({"empty": True}, cart, taxonomy, first) == ["cart.empty"]
    assert cart_paths({"empty": True, "lines": [], "total": 0}, make_cart(), taxonomy) == []
    assert cart_paths({"empty": False}, make_cart(), taxonomy) == ["cart.empty"]
    assert cart_paths({"total": {"lte": 10000}}, cart, taxonomy, first) == ["cart.total"]


def test_a_cart_whose_total_isnt_the_sum_of_its_lines_never_passes(
    taxonomy: Taxonomy, make_cart: Make, make_product: Make
) -> None:
    cart = make_cart((make_product(), "M", 1))
    cart["total"]["amount"] = 1

    assert cart_paths({"empty": False}, cart, taxonomy) == ["cart.total"]


def test_a_refusal_passes_only_where_it_is_expected(taxonomy: Taxonomy) -> None:
    problem = Problem(status=422, title="That is no photo.")

    def paths(expect: Body, problem: Problem | None, answer: Body | None = None) -> list[str]:
        return failed(check_turn(exchange(1, expect, answer, problem=problem), (), taxonomy))

    assert paths({"problem": {"status": 422, "mentions": "photo"}}, problem) == []
    assert paths({"problem": {}}, problem) == []
    assert paths({"problem": {"status": 400}}, problem) == ["problem.status"]
    assert paths({"problem": {}}, Problem(status=500, title="Oops")) == ["problem.status"]
    assert paths({"problem": {}}, Problem(status=422, title="x", detail="Traceback (most recent")) == [
        "problem"
    ]
    assert paths({"problem": {}}, None, {"text": "Sure."}) == ["problem"]
    assert paths({}, problem) == ["problem"]


def test_an_answer_that_reports_an_error_fails_the_turn(judge: Judge) -> None:
    assert judge({}, {"text": "Here.", "error": "The model timed out."}) == ["answer"]
    assert judge({}, {"text": "Here."}) == []
