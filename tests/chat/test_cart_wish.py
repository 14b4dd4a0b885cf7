"""What is asked of the cart's lines: which of them, how many, in which size, or none of it."""

from __future__ import annotations

import pytest

from shopper.chat.cart_wish import CartWish, LineChange, asks_for_total, cart_wish, swapped_sizes
from shopper.chat.understand.context import CartChange
from shopper.products.taxonomy import Taxonomy
from shopper.types import Cart, CartLine, Reference
from tests.chat.conftest import Opener
from tests.chat.test_grounding import eur


def line(product: str, title: str, size: str = "M", quantity: int = 1) -> CartLine:
    return CartLine(
        variant_id=f"{product}-{size}",
        product_id=product,
        title=title,
        size=size,
        quantity=quantity,
        unit_price=eur(50),
    )


SHIRTS = (line("a", "Bureau Shirt", quantity=3),)
BOTH = (line("a", "Zircon Earrings", "one size"), line("b", "Hoop Earrings", "one size"))
KINDS = {"a": "shirt"}


def wish(text: str, lines: tuple[CartLine, ...], change: CartChange, *meant: int) -> CartWish:
    return cart_wish(
        text,
        change,
        Reference(kind="cart", positions=meant),
        Cart(id="t", currency="EUR", version=1, lines=lines),
        language="en",
        kinds=KINDS if lines is SHIRTS else {},
        taxonomy=Taxonomy.load(),
    )


SET = CartChange("set", 1, None, None)
OUT = CartChange("remove", 0, None, None)


@pytest.mark.parametrize(
    ("text", "change", "becomes"),
    [
        ("one less", SET, LineChange(line=1, quantity=2)),
        ("zwei weniger", SET, LineChange(line=1, quantity=1)),
        ("encore une", SET, LineChange(line=1, quantity=4)),
        ("make it L", CartChange("set", 1, "L", None), LineChange(line=1, quantity=3, size="L")),
        ("make it two", CartChange("set", 2, None, None), LineChange(line=1, quantity=2)),
        ("make it 2", CartChange("set", 2, "2", None), LineChange(line=1, quantity=2)),
        ("make it a 40", CartChange("set", 40, "40", None), LineChange(line=1, quantity=3, size="40")),
        ("just one in L", CartChange("set", 1, "L", None), LineChange(line=1, quantity=1, size="L")),
        ("take the shirt out of my bag", OUT, LineChange(line=1, quantity=0)),
    ],
)
def test_a_line_becomes_what_was_said(text: str, change: CartChange, becomes: LineChange) -> None:
    assert wish(text, SHIRTS, change, 1).changes == (becomes,)


def test_what_leaves_a_line_as_it_is_changes_nothing() -> None:
    assert wish("show me my things", SHIRTS, SET, 1).empty


def test_a_thing_that_is_not_in_the_cart_takes_no_other_out() -> None:
    assert wish("take the dress out", SHIRTS, OUT, 1) == CartWish(absent="dress")


def test_where_two_lines_could_be_meant_both_are_named() -> None:
    assert wish("remove the earrings", BOTH, OUT, 1, 2).open == (
        "Zircon Earrings",
        "Hoop Earrings",
    )


def test_everything_goes_out_from_the_last_line_up() -> None:
    assert [c.line for c in wish("take everything out", BOTH, OUT).changes] == [2, 1]


def test_sums_and_swapped_sizes_are_heard_in_several_languages() -> None:
    assert all(map(asks_for_total, ("how much altogether", "was macht das zusammen", "combien en tout")))
    assert swapped_sizes("doch lieber XL statt L") == ("XL", "L")
    assert swapped_sizes("plutôt 38 au lieu de 40") == ("38", "40")
    assert swapped_sizes("a dress") is None


def test_two_of_one_name_are_told_apart() -> None:
    twice = (line("a", "Court Sneakers", "38"), line("a", "Court Sneakers", "39"))
    assert wish("remove the sneakers", twice, OUT).open == ("Court Sneakers (38)", "Court Sneakers (39)")


async def test_another_size_keeps_the_number(talk: Opener) -> None:
    me = await talk()
    await me.say("shirt dress in white, size S")
    await me.say("add the first one")
    await me.say("make it three")
    await me.say("actually M instead of S")
    assert me.carts() == [[("d3-white-M", 3)]]


async def test_a_size_that_is_sold_out_changes_nothing_and_others_are_offered(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory, size S")
    await me.say("add the first one")
    said = await me.say("M instead of S")
    assert me.carts() == []
    assert "sold out in M" in said


async def test_emptying_takes_every_line_out(talk: Opener) -> None:
    me = await talk()
    await me.say("a wool scarf")
    await me.say("add it to the cart")
    await me.say("a tote bag")
    await me.say("add the first one")
    await me.say("empty the cart")
    assert me.carts()[-1] == []


async def test_make_it_two_means_what_was_just_added(talk: Opener) -> None:
    me = await talk()
    await me.say("a wool scarf")
    await me.say("add it to the cart")
    await me.say("a tote bag")
    await me.say("add the first one")
    await me.say("make it two")
    assert me.carts() == [[("c1-grey-one-size", 1), ("h1-black-one-size", 2)]]


async def test_looking_at_a_cart_of_two_asks_nothing(talk: Opener) -> None:
    me = await talk()
    await me.say("a wool scarf")
    await me.say("add it to the cart")
    await me.say("a tote bag")
    await me.say("add the first one")
    said = await me.say("show me the cart")
    assert "Marais Scarf" in said
    assert not said.endswith("?")
