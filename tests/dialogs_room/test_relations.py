"""A turn held against earlier ones: the same query, no more cards, the very card with other facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shopper.dialogs.checks import check_turn
from shopper.dialogs.exchange import Exchange
from shopper.dialogs.script import ScriptTurn
from shopper.dialogs.wire import read_answer
from shopper.products.taxonomy import Taxonomy

Body = dict[str, Any]
Make = Callable[..., Body]


def turn(number: int, answer: Body, expect: Body | None = None) -> Exchange:
    script = ScriptTurn.model_validate({"shopper": "hi", "expect": expect or {}})
    return Exchange(number, script, answer=read_answer({"thread_id": "t", **answer}))


@pytest.fixture(scope="module")
def judge() -> Callable[..., list[str]]:
    """The paths of the checks that fail for `now` after the turn `then`."""
    taxonomy = Taxonomy.load()

    def run(expect: Body, then: Body, now: Body) -> list[str]:
        checks = check_turn(turn(2, now, expect), [turn(1, then)], taxonomy)
        return [check.path for check in checks if not check.ok]

    return run


Judge = Callable[..., list[str]]

COAT = {"intent": "search", "category": "coat", "colors": ["navy", "black"]}


def test_a_paraphrase_is_the_same_query_whatever_its_words_and_order(judge: Judge) -> None:
    again = {"intent": "search", "text": "coats", "colors": ["black", "navy"], "category": "coat"}
    assert judge({"same_query_as": 1}, {"query": COAT}, {"query": again}) == []


@pytest.mark.parametrize(
    "other", [{"category": "jacket"}, {"colors": ["navy"]}, {"sizes": ["M"]}, {"colors": None}]
)
def test_a_field_more_less_or_other_is_another_query(judge: Judge, other: Body) -> None:
    assert judge({"same_query_as": 1}, {"query": COAT}, {"query": COAT | other}) == ["same_query_as"]


def test_a_query_may_differ_in_the_fields_that_are_left_out(judge: Judge) -> None:
    refined = {"query": COAT | {"intent": "refine"}}
    assert judge({"same_query_as": 1}, {"query": COAT}, refined) == ["same_query_as"]
    expect = {"same_query_as": {"turn": 1, "besides": ["intent"]}}
    assert judge(expect, {"query": COAT}, refined) == []


def test_what_was_found_is_counted_beyond_the_first_page(judge: Judge, make_product: Make) -> None:
    then = {"products": [make_product()], "total": 12}
    more = {"products": [make_product()], "total": 13}
    assert judge({"products": {"no_more_than_turn": 1, "total": {"lte": 12}}}, then, then) == []
    assert judge({"products": {"no_more_than_turn": 1}}, then, more) == ["products.no_more_than_turn"]
    assert judge({"products": {"total": {"lte": 12}}}, then, more) == ["products.total"]


def test_a_card_is_known_again_under_another_colour_and_held_to_what_it_is_now(
    judge: Judge, make_product: Make
) -> None:
    then = {"products": [make_product(color="navy", price=4990, sizes=(("M", 3),))]}
    now = {"products": [make_product(color="midnight", price=3990, sizes=(("M", 0),))]}
    again = {
        "turn": 1,
        "is_now": {"price": 3990, "color": "midnight"},
        "is_no_longer": {"available_size": "M"},
    }
    assert judge({"products": {"again": [again]}}, then, now) == []
    assert judge({"products": {"again": [again]}}, then, then) == [
        "products.again[1].is_now", "products.again[1].is_no_longer",
    ]  # fmt: skip
    assert judge({"products": {"again": [again]}}, then, {"products": []}) == ["products.again[1]"]


def test_a_reply_can_be_held_to_the_amounts_it_states_and_to_saying_something_else(judge: Judge) -> None:
    then, now = {"text": "It's €49.90."}, {"text": "Now it's €39.90."}
    expect = {"reply": {"amounts": {"has": 3990, "lacks": 4990}, "differs_from_turn": 1}}
    assert judge(expect, then, now) == []
    assert judge(expect, then, then) == ["reply.amounts", "reply.differs_from_turn"]
