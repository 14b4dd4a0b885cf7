"""What a shop may say about the order of cards, and what it may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shopper.errors import BadInput
from shopper.products.store import VariantPrice
from shopper.products.taxonomy import Taxonomy
from shopper.search.boosts import SOLD_OUT, AppliedBoosts, Boosts
from shopper.search.boosts_file import load_boosts, read_boosts
from shopper.search.facets import Facets
from shopper.types import Gender, ShopperQuery
from tests.search.conftest import made

TODAY = date(2026, 6, 1)
FACETS = Facets.build(
    [
        made("d1", "Linen Dress", "dress", "women", "navy S M 89 x3; red S M 89 x0", brand="Riva"),
        made("d2", "Silk Dress", "dress", "women", "black M L 249 x1", brand="Aurel", tags=("new",)),
        made("d3", "Cotton Dress", "dress", "girls", "white 110 116 39 x4", brand="Riva", age_group="kids"),
        made("s1", "Court Sneakers", "sneakers", "unisex", "white 38 39 75 x3", brand="Riva"),
        made("j1", "Rain Jacket", "rain jacket", "women", "yellow M 120 x2", brand="Aurel"),
    ],
    Taxonomy.load(),
)
NAVY, RED, BLACK, GIRLS, SNEAKERS, JACKET = range(6)
EVERY = np.arange(6)


def applied(text: str, folder: Path = Path()) -> AppliedBoosts:
    return read_boosts(text, Taxonomy.load(), folder=folder).apply(FACETS)


def placed(
    text: str, query: ShopperQuery, ordered: NDArray[np.int64] = EVERY, *, forbid: tuple[int, ...] = ()
) -> list[int]:
    allowed = np.ones(6, dtype=bool)
    allowed[list(forbid)] = False
    order = ordered[allowed[ordered]]
    return applied(text).place(query, order, allowed, TODAY).tolist()


# ── pins ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pinned_product_stands_at_its_position() -> None:
    text = '[[pin]]\nproduct = "j1"\nposition = 2'
    assert placed(text, ShopperQuery()) == [NAVY, JACKET, RED, BLACK, GIRLS, SNEAKERS]


def test_a_pin_without_a_position_takes_the_next_free_place() -> None:
    text = '[[pin]]\nproduct = "s1"\n[[pin]]\nproduct = "j1"\n[[pin]]\nproduct = "d2"\nposition = 1'
    assert placed(text, ShopperQuery())[:3] == [SNEAKERS, JACKET, BLACK]


def test_a_pinned_brand_lifts_its_best_ranked_card() -> None:
    text = '[[pin]]\nbrand = "aurel"'
    order = np.array([NAVY, RED, SNEAKERS, JACKET, BLACK, GIRLS])
    assert placed(text, ShopperQuery(), order)[0] == JACKET


def test_a_pin_never_shows_what_the_query_forbids() -> None:
    text = '[[pin]]\nproduct = "j1"'
    assert JACKET not in placed(text, ShopperQuery(category="dress"), forbid=(JACKET, SNEAKERS))


def test_of_a_pinned_product_only_an_allowed_colour_is_shown() -> None:
    text = '[[pin]]\nproduct = "d1"'
    order = np.array([BLACK, RED, SNEAKERS])
    assert placed(text, ShopperQuery(), order, forbid=(NAVY,))[0] == RED


def test_childrens_things_are_pinned_only_for_children() -> None:
    text = '[[pin]]\nproduct = "d3"'
    assert placed(text, ShopperQuery())[0] == NAVY
    assert placed(text, ShopperQuery(gender="women"))[0] == NAVY
    assert placed(text, ShopperQuery(gender="girls"))[0] == GIRLS


def test_when_names_the_queries_a_pin_is_for() -> None:
    text = '[[pin]]\nproduct = "j1"\nwhen = {category = "outerwear", color = ["yellow", "red"]}'
    assert placed(text, ShopperQuery(category="jacket", colors=("yellow",)))[0] == JACKET
    assert placed(text, ShopperQuery(category="jacket", colors=("navy",)))[0] == NAVY
    assert placed(text, ShopperQuery(category="dress", colors=("yellow",)))[0] == NAVY
    assert placed(text, ShopperQuery())[0] == NAVY


def test_a_pin_ends_after_its_last_day() -> None:
    assert placed('[[pin]]\nproduct = "j1"\nuntil = 2026-06-01', ShopperQuery())[0] == JACKET
    assert placed('[[pin]]\nproduct = "j1"\nuntil = 2026-05-31', ShopperQuery())[0] == NAVY


def test_an_order_the_shopper_asked_for_is_kept() -> None:
    text = '[[pin]]\nproduct = "j1"'
    assert placed(text, ShopperQuery(sort="price_asc"))[0] == NAVY
    assert placed(text, ShopperQuery(like=("d2",)))[0] == NAVY


def test_a_pinned_card_beyond_the_ranked_ones_is_placed_too() -> None:
    text = '[[pin]]\nproduct = "j1"'
    assert placed(text, ShopperQuery(), np.array([NAVY, BLACK])) == [JACKET, NAVY, BLACK]


def test_a_position_beyond_the_last_card_is_the_end() -> None:
    text = '[[pin]]\nproduct = "j1"\nposition = 40'
    assert placed(text, ShopperQuery(), np.array([JACKET, NAVY])) == [NAVY, JACKET]


def test_placing_loses_and_doubles_nothing() -> None:
    text = '[[pin]]\nbrand = "Riva"\n[[pin]]\nbrand = "Riva"\nposition = 3\n[[pin]]\nproduct = "d1"'
    assert sorted(placed(text, ShopperQuery())) == EVERY.tolist()


# ── what moves scores ───────────────────────────────────────────────────────────────────────────────


def test_burying_lowers_only_what_it_names() -> None:
    bias = applied('[[bury]]\nbrand = "Aurel"\nstrength = 2').static
    assert bias.tolist() == [0, 0, -2, 0, 0, -2]
    assert bias.dtype == np.float32


def test_selectors_of_one_entry_must_all_hold() -> None:
    assert applied('[[bury]]\nbrand = "Riva"\ncategory = "shoes"').static.nonzero()[0].tolist() == [SNEAKERS]
    assert applied('[[bury]]\ntag = "new"').static.nonzero()[0].tolist() == [BLACK]


def test_a_burial_for_some_queries_or_until_a_day_is_no_part_of_the_static_ones() -> None:
    some = applied('[[bury]]\nproduct = "s1"\nwhen = {occasion = "wedding"}')
    assert not some.static.any()
    assert some.bias(ShopperQuery(occasion="wedding"), TODAY)[SNEAKERS] < 0
    assert not some.bias(ShopperQuery(), TODAY).any()
    ended = applied('[[bury]]\nproduct = "s1"\nuntil = 2026-05-01')
    assert not ended.bias(ShopperQuery(), TODAY).any()


def test_in_stock_first_puts_what_is_sold_out_behind_all() -> None:
    bias = applied("in_stock_first = true").static
    assert bias[RED] == SOLD_OUT
    assert bias[NAVY] == 0


def test_margin_counts_by_rank_and_never_more_than_its_weight(tmp_path: Path) -> None:
    (tmp_path / "margin.csv").write_text("id,margin\nd1,10\nd2,900\ns1,20\ngone,5\n")
    boosts = applied('margin = {weight = 0.4, file = "margin.csv"}', tmp_path)
    assert boosts.static.tolist() == pytest.approx([0, 0, 0.4, 0.2, 0.2, 0.2])
    assert boosts.warnings == ("margin: 1 products aren't in the catalog now, such as 'gone'.",)


def test_an_empty_file_does_nothing() -> None:
    boosts = read_boosts("", Taxonomy.load())
    assert not boosts
    assert not boosts.apply(FACETS).static.any()
    assert not Boosts()


# ── what the file may say ───────────────────────────────────────────────────────────────────────────


def test_unknown_products_are_warned_of_since_feeds_change() -> None:
    boosts = applied('[[pin]]\nproduct = "d1"\n[[pin]]\nproduct = "old"')
    assert boosts.warnings == ("pin 2: the catalog doesn't hold product 'old' now, so nothing is done.",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[pin]\n", "boosts.toml: this is no TOML"),
        ("boost = 1", "boosts.toml: there is no field 'boost'"),
        ('[[pin]]\nproduct = "a"\n[[pin]]\nprodcut = "b"', "pin 2: there is no field 'prodcut'"),
        ("[[bury]]\nstrength = 1", "bury 1: say which cards"),
        ('[pin]\nproduct = "a"', r"pin: write each one as \[\[pin\]\]"),
        ('[[pin]]\ncategory = "frocks"', "pin 1: there is no category 'frocks'"),
        ('[[pin]]\ncategory = "Dresses"', "do you mean 'dress'\\?"),
        ('[[pin]]\nproduct = "a"\nuntil = "soon"', "pin 1: until must be a day"),
        ('[[pin]]\nproduct = "a"\nposition = 0', "pin 1: position must be a whole number from 1 to 50"),
        ('[[pin]]\nproduct = "a"\nwhen = {colour = "red"}', "pin 1, when: there is no field 'colour'"),
        ('[[pin]]\nproduct = "a"\nwhen = {category = 3}', "when.category must be a word"),
        ('[[bury]]\nproduct = "a"\nstrength = 9', "bury 1: strength must be a number over 0 and at most 3"),
        ('[[bury]]\nsale = "yes"', "bury 1: sale must be true or false"),
        ("in_stock_first = 1", "in_stock_first: write true or false"),
        ('margin = {weight = 2, file = "m.csv"}', "margin: weight must be a number over 0 and at most 1"),
        ('margin = {weight = 0.3, file = "m.csv"}', "margin: m.csv can't be read"),
    ],
)  # fmt: skip
def test_errors_name_the_entry(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=message):
        read_boosts(text, Taxonomy.load(), folder=tmp_path)


@pytest.mark.parametrize("line", ["d1,lots", "d1", "d1,nan"])
def test_a_margin_that_is_no_number_is_told_with_its_line(line: str, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(f"id,margin\nd2,3\n{line}\n")
    with pytest.raises(BadInput, match=r"m\.csv: line 3"):
        read_boosts('margin = {weight = 0.3, file = "m.csv"}', Taxonomy.load(), folder=tmp_path)


def test_the_file_of_the_documentation_can_be_read(tmp_path: Path) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "ranking.md").read_text(encoding="utf-8")
    example = docs.split("```toml\n")[1].split("```")[0]
    (tmp_path / "boosts.toml").write_text(example, encoding="utf-8")
    (tmp_path / "margin.csv").write_text("id,margin\nvr-0001,12\n", encoding="utf-8")
    assert load_boosts(tmp_path / "boosts.toml", Taxonomy.load()).pins


@given(
    pins=st.lists(
        st.tuples(
            st.sampled_from(['product = "d1"', 'brand = "Aurel"', 'category = "shoes"', 'product = "d3"']),
            st.none() | st.integers(1, 9),
        ),
        max_size=5,
    ),
    order=st.permutations(range(6)),
    kept=st.sets(st.integers(0, 5)),
    gender=st.sampled_from([None, "women", "girls"]),
)
def test_no_pin_ever_shows_what_may_not_be_shown(
    pins: list[tuple[str, int | None]], order: list[int], kept: set[int], gender: Gender | None
) -> None:
    text = "".join(
        f"[[pin]]\n{what}\n" + (f"position = {position}\n" if position else "") for what, position in pins
    )
    ordered = np.array([card for card in order if card in kept], dtype=np.int64)
    forbidden = tuple(set(range(6)) - kept)
    out = placed(text, ShopperQuery(gender=gender), ordered, forbid=forbidden)
    assert sorted(out) == sorted(kept)


def test_new_prices_and_stock_are_seen_without_working_all_out_again() -> None:
    boosts = read_boosts(
        'in_stock_first = true\n[[bury]]\nsale = true\n[[bury]]\nbrand = "Aurel"', Taxonomy.load()
    )
    before = boosts.apply(FACETS)
    changed = FACETS.with_prices(
        [
            ("s1", [VariantPrice("white", 5000, True, 3), VariantPrice("white", 5000, True, 3)]),
            ("j1", [VariantPrice("yellow", 12000, False, 0)]),
        ]
    )
    again = boosts.apply(changed, before)
    assert again.static.tolist() == boosts.apply(changed).static.tolist()
    assert again.static[SNEAKERS] == -1.5
    assert again.static[JACKET] == SOLD_OUT - 1.5
