"""Budgets in the forms shoppers use, and numbers that are none."""

from __future__ import annotations

import pytest

from shopper.chat.understand.budget import read_budget
from shopper.chat.understand.draft import Draft
from shopper.types import PriceRange


@pytest.mark.parametrize(
    ("said", "price"),
    [
        ("dress under 80", PriceRange(max=8000)),
        ("under $80", PriceRange(max=8000, currency="USD")),
        ("80ish", PriceRange(min=6400, max=9600)),
        ("between fifty and a hundred dollars", PriceRange(min=5000, max=10000, currency="USD")),
        ("jumpers 50-80", PriceRange(min=5000, max=8000)),
        ("no more than a hundred and fifty", PriceRange(max=15000)),
        ("from 50", PriceRange(min=5000)),
        ("over 100 but under 200", PriceRange(min=10000, max=20000)),
        ("1.299,00 €", PriceRange(max=129900, currency="EUR")),
        ("max 1.5k", PriceRange(max=150000)),
        ("höchstens 80 Euro", PriceRange(max=8000, currency="EUR")),
        ("à moins de 100 €", PriceRange(max=10000, currency="EUR")),
        ("non più di cento euro", PriceRange(max=10000, currency="EUR")),
        ("entre 40 y 70 euros", PriceRange(min=4000, max=7000, currency="EUR")),
        ("under 9000 yen", PriceRange(max=9000, currency="JPY")),
    ],
)
def test_budget_is_read(said: str, price: PriceRange) -> None:
    assert read_budget(Draft(said), currency="EUR").price == price


@pytest.mark.parametrize(
    "said",
    ["size 38", "women over 50", "kids 6-7 years", "5 inch inseam", "jeans 32x34", "rated at least 4 stars",
     "up to 5xl", "a 42mm band", "size 10 to 12"],
)  # fmt: skip
def test_other_numbers_are_no_budget(said: str) -> None:
    assert read_budget(Draft(said), currency="EUR").price is None


def test_a_bare_number_is_a_budget_only_after_we_asked() -> None:
    assert read_budget(Draft("120"), currency="EUR").price is None
    assert read_budget(Draft("120"), currency="EUR", expected=True).price == PriceRange(max=12000)


def test_the_budget_can_be_lifted() -> None:
    assert read_budget(Draft("money is no object"), currency="EUR").forget
    assert read_budget(Draft("der Preis ist egal"), currency="EUR").forget
