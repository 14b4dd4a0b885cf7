"""Facts side by side, and nothing but facts."""

from __future__ import annotations

import pytest

from shopper.errors import BadInput
from shopper.search.compare import Comparison, compare
from shopper.types import Money, Product
from tests.search.conftest import made

LINEN = made(
    "d1", "Linen Dress", "dress", "women", "navy S M 89 x3; red S 99 x0", brand="Riva", materials=("linen",),
    features=("midi", "v-neck"), care=("machine wash",), rating=4.5, rating_count=12,
)  # fmt: skip
SILK = made(
    "d2", "Silk Dress", "dress", "women", "black M L 249 x1", brand="Riva", materials=("silk",),
    features=("midi", "v-neck"),
)  # fmt: skip


def row(table: Comparison, label: str) -> tuple[str | None, ...]:
    return next(r.values for r in table.rows if r.label == label)


def on_sale(product: Product) -> Product:
    was = Money(minor=12900, currency="EUR")
    return product.model_copy(
        update={"variants": tuple(v.model_copy(update={"regular_price": was}) for v in product.variants)}
    )


def test_what_differs_comes_first() -> None:
    table = compare([LINEN, SILK])
    assert [r.label for r in table.rows] == [
        "price", "sizes in stock", "colours", "materials", "care", "rating",
        "features", "brand", "category", "made for",
    ]  # fmt: skip
    assert [r.label for r in table.differing] == [r.label for r in table.rows[:6]]
    assert (table.ids, table.titles) == (("d1", "d2"), ("Linen Dress", "Silk Dress"))


def test_values_are_the_shops_own_and_the_unstated_is_none() -> None:
    table = compare([LINEN, SILK])
    assert row(table, "price") == ("€89", "€249")
    assert row(table, "sizes in stock") == ("S, M", "M, L")
    assert row(table, "care") == ("machine wash", None)
    assert row(table, "rating") == ("4.5 of 5 (12)", None)


def test_a_fact_that_no_product_states_is_no_row() -> None:
    assert not {"fit", "patterns", "occasions", "seasons"} & {r.label for r in compare([LINEN, SILK]).rows}


def test_of_a_card_its_own_colour_is_compared() -> None:
    table = compare([LINEN, LINEN], colors=["navy", "red"])
    assert row(table, "price") == ("€89", "€99")
    assert row(table, "sizes in stock") == ("S, M", "sold out")


def test_a_sale_is_told_with_its_regular_price() -> None:
    assert row(compare([on_sale(LINEN), SILK], ["navy", None]), "price")[0] == "€89 (was €129)"


@pytest.mark.parametrize("count", [0, 1, 5])
def test_two_to_four_products_can_be_compared(count: int) -> None:
    with pytest.raises(BadInput, match=f"2 to 4 products can be compared, not {count}"):
        compare([LINEN] * count)


def test_there_is_a_colour_for_each_product_or_none_at_all() -> None:
    with pytest.raises(BadInput, match="one colour"):
        compare([LINEN, SILK], colors=["navy"])
