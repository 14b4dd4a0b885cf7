"""The reader's rules: carts, languages, lasting dislikes, answers, and what it must not invent."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopper.chat.understand.reader import CartChange, Context
from shopper.chat.understand.spelling import mend
from shopper.products.lexicon import load_lexicon
from shopper.types import ShopperQuery
from tests.chat.understand.scoring import card, cart, facts, reader

SHOWN = tuple(
    card({"title": title, "category": "dress", "color": color, "price": price}, i)
    for i, (title, color, price) in enumerate((("Azalea", "sage", 9000), ("Poppy", "red", 5000)), 1)
)
CART = cart([{"title": "Leather Belt", "color": "brown"}, {"title": "Silk Scarf", "color": "red"}])


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("add the second one in M", CartChange("add", 1, "M", None)),
        ("I'll take two of the first one", CartChange("add", 2, None, None)),
        ("remove the belt", CartChange("remove", 0, None, None)),
        ("make it 3", CartChange("set", 3, None, None)),
        ("one more of the scarf please", CartChange("add", 1, None, None)),
        ("empty my cart", CartChange("remove", 0, None, None)),
        ("show me my cart", None),
    ],
)
def test_cart_changes(said: str, change: CartChange | None) -> None:
    assert reader().read(said, Context(shown=SHOWN, cart=CART)).cart == change


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("a red dress", "en"),
        ("Kleid", "de"),
        ("rote Schuhe", "de"),
        ("une jupe", "fr"),
        ("una gonna rossa", "it"),
        ("una falda roja", "es"),
        ("XL", "en"),
        ("sans polyester", "fr"),
    ],
)
def test_language_of_short_messages(said: str, language: str) -> None:
    assert reader().read(said, Context()).language == language


def test_a_lasting_dislike_outlives_the_subject_and_a_passing_one_does_not() -> None:
    read = reader()
    lasting = read.read("I'm allergic to wool, show me cardigans, no buttons", Context()).query
    after = read.read("now some trousers", Context(previous=lasting)).query
    assert lasting.exclude.features == ("buttons",)
    assert after.exclude.materials == ("wool",)
    assert after.exclude.features == ()


def test_wishing_for_something_lifts_its_exclusion() -> None:
    read = reader()
    first = read.read("boots, no leather", Context()).query
    second = read.read("ok leather is fine, in leather please", Context(previous=first)).query
    assert "leather" not in second.exclude.materials
    assert second.materials == ("leather",)


def test_cheaper_is_below_the_card_pointed_at_else_below_the_middle_one() -> None:
    read = reader()
    middle = read.read("cheaper", Context(shown=SHOWN)).query
    pointed = read.read("cheaper than the first one", Context(shown=SHOWN)).query
    assert middle.price is not None
    assert middle.price.max == 4999
    assert pointed.price is not None
    assert pointed.price.max == 8999


def test_a_bare_number_answers_our_own_question_only() -> None:
    previous = ShopperQuery(category="trousers")
    read = reader()
    asked = read.read("12", Context(previous=previous, last_question="Which size do you wear?")).query
    alone = read.read("12", Context(previous=previous)).query
    assert asked.sizes == ("12",)
    assert alone.sizes == ()


def test_no_after_a_question_is_an_answer_and_keeps_the_query() -> None:
    previous = ShopperQuery(category="dress", colors=("red",))
    query = (
        reader().read("no", Context(previous=previous, last_question="Is it for a special occasion?")).query
    )
    assert (query.intent, query.category, query.colors) == ("refine", "dress", ("red",))


@pytest.mark.parametrize(
    ("slip", "right"),
    [
        ("striped shrit in linnen", "striped shirt in linen"),
        ("boats and coast", "boats and coast"),
        ("a nice skrit", "a nice skirt"),
    ],
)
def test_slips_are_mended_and_english_is_left_alone(slip: str, right: str) -> None:
    assert mend(slip, load_lexicon(), language="en", names=frozenset()) == right


def test_catalog_names_are_never_mended() -> None:
    assert mend("Drees coat", load_lexicon(), language="en", names=frozenset({"drees"})) == "Drees coat"


def test_real_shopping_instructions_keep_every_color_size_and_price_they_state(shared: Path) -> None:
    """No slot is invented: what is reported stands in the words, over people's own instructions."""
    lines = (
        (shared / "language" / "webshop_fashion_instructions.txt").read_text(encoding="utf-8").splitlines()
    )
    read = reader()
    invented = []
    for line in lines[::15]:
        query = read.read(line, Context()).query
        numbers = [v for (name, v) in facts(query.wire()) if name in ("price.min", "price.max")]
        invented += [(line, n) for n in numbers if str(int(n) // 100) not in line.replace(",", "")]
        if query.gender == "women" and not any(
            w in line
            for w in ("wom", "lad", "female", "wife", "mother", "mom", "girlfriend", "sister", "she", "her")
        ):
            invented.append((line, "women"))
    assert invented == []
