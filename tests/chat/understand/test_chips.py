"""Chips: one a constraint, removable; edits build the next query; unknown fields are refused."""

from __future__ import annotations

import pytest

from shopper.chat.understand.chips import chips, edit
from shopper.chat.understand.reader import Context
from shopper.errors import BadInput
from shopper.types import Chip, Exclusions, PriceRange, QueryEdit, ShopperQuery
from tests.chat.understand.scoring import reader

QUERY = ShopperQuery(
    category="dress",
    colors=("navy", "green"),
    sizes=("M",),
    occasion="wedding",
    price=PriceRange(min=5000, max=12000),
    exclude=Exclusions(materials=("wool",)),
    prefer=("never wool",),
)


def test_each_constraint_has_one_chip() -> None:
    labels = [chip.label for chip in chips(QUERY, currency="EUR")]
    assert labels == [
        "dresses",
        "for wedding",
        "navy",
        "green",
        "size M",
        "over €50",
        "under €120",
        "no wool",
    ]


def test_chips_speak_the_shoppers_language() -> None:
    labels = [chip.label for chip in chips(QUERY, currency="EUR", language="de")]
    assert labels[-1] == "ohne wolle"
    assert "bis €120" in labels


def test_every_chip_can_be_removed() -> None:
    left = QUERY
    for chip in chips(QUERY, currency="EUR"):
        left = edit(left, QueryEdit(remove=(chip,)))
    assert left == ShopperQuery()


def test_setting_one_bound_keeps_the_other() -> None:
    changed = edit(QUERY, QueryEdit(set={"price": {"max": 9000}}))
    assert changed.price == PriceRange(min=5000, max=9000)


def test_next_words_build_on_the_edited_query() -> None:
    edited = edit(QUERY, QueryEdit(remove=(Chip(field="colors", value="navy", label="navy"),)))
    understood = reader().read("with long sleeves", Context(previous=edited))
    assert understood.query.colors == ("green",)
    assert understood.query.features == ("long sleeve",)


@pytest.mark.parametrize(
    "change",
    [
        QueryEdit(set={"colour": ["red"]}),
        QueryEdit(set={"price": {"max": "lots"}}),
        QueryEdit(set={"price": 5}),
        QueryEdit(set={"gender": "robot"}),
        QueryEdit(remove=(Chip(field="exclude.moods", label="x"),)),
        QueryEdit(remove=(Chip(field="intent", label="x"),)),
    ],
)
def test_unknown_fields_and_values_are_refused(change: QueryEdit) -> None:
    with pytest.raises(BadInput):
        edit(QUERY, change)
