"""Relaxation: its order, its thrift and its words."""

from __future__ import annotations

import numpy as np

from shopper.search.relax import relax, tell
from shopper.search.wishes import Demand, Wish

LOWEST = np.array([1000, 1000, 1000, 1000])


def mask(*cards: int) -> np.ndarray:
    out = np.zeros(4, dtype=bool)
    out[list(cards)] = True
    return out


def test_a_strict_answer_is_left_alone() -> None:
    demand = Demand({}, (Wish("fit", "slim", mask(1)),), LOWEST)
    assert relax(demand).numbers == frozenset()
    assert relax(demand).mask.tolist() == mask(1).tolist()


def test_the_first_wish_in_the_order_goes_first() -> None:
    demand = Demand({}, (Wish("fit", "slim", mask(0)), Wish("materials", "linen", mask(1))), LOWEST)
    answer = relax(demand)
    assert answer.numbers == {0}
    assert answer.mask.tolist() == mask(1).tolist()


def test_a_wish_given_up_in_vain_is_taken_back() -> None:
    wishes = (Wish("fit", "slim", mask(2, 3)), Wish("materials", "linen", mask()))
    answer = relax(Demand({}, wishes, LOWEST))
    assert answer.numbers == {1}
    assert answer.mask.tolist() == mask(2, 3).tolist()


def test_a_colour_widens_to_its_family_and_no_further() -> None:
    wishes = (Wish("colors", "navy", mask(), wide=mask(3)),)
    assert relax(Demand({}, wishes, LOWEST)).mask.tolist() == mask(3).tolist()
    assert not relax(Demand({}, (Wish("colors", "navy", mask(), wide=mask()),), LOWEST)).mask.any()


def test_what_is_firm_is_never_given_up() -> None:
    demand = Demand({"category": mask()}, (Wish("fit", "slim", mask(1)),), LOWEST)
    assert not relax(demand).mask.any()
    assert relax(demand).numbers == frozenset()


def test_what_was_relaxed_is_named() -> None:
    wishes = (Wish("fit", "slim", mask(0)), Wish("materials", "linen", mask(1)))
    (said,) = tell(wishes, frozenset({1}))
    assert (said.field, said.value) == ("materials", "linen")
    assert "linen" in said.message
