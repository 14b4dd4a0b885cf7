"""Tables of facts can be cut, joined and kept without changing what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopper.search.columns import Column, ColumnBuilder, MaskCache, Tags, TagsBuilder, spans

ROWS = st.lists(st.lists(st.sampled_from("abcdef"), max_size=4), max_size=12)


def tags(rows: list[list[str]]) -> Tags:
    builder = TagsBuilder()
    for row in rows:
        builder.add(row)
    return builder.build()


def said(table: Tags) -> list[set[str]]:
    return [
        {table.values[code] for code in table.codes[table.starts[n] : table.starts[n + 1]]}
        for n in range(table.size)
    ]


@given(ROWS, ROWS, st.data())
@settings(max_examples=80, deadline=None)
def test_joined_and_taken_tags_say_of_each_row_what_they_said(
    one: list[list[str]], two: list[list[str]], data: st.DataObject
) -> None:
    joined = tags(one).join(tags(two))
    assert said(joined) == [set(row) for row in [*one, *two]]
    order = data.draw(st.permutations(range(len(one) + len(two))))
    some = order[: data.draw(st.integers(0, len(order)))]
    taken = joined.take(np.array(some, dtype=np.int64))
    assert said(taken) == [set([*one, *two][n]) for n in some]
    assert set(taken.values) == set().union(*said(taken)), "values of no row are forgotten"
    for value in "abcdef":
        mask = taken.mask(lambda v, value=value: v == value)
        assert mask.tolist() == [value in row for row in said(taken)]


def test_a_column_keeps_its_values_when_cut_and_joined() -> None:
    def column(*values: str) -> Column[str]:
        builder = ColumnBuilder[str]()
        for value in values:
            builder.add(value)
        return builder.build()

    joined = column("red", "blue", "red").join(column("green", "blue"))
    assert [joined.values[c] for c in joined.codes] == ["red", "blue", "red", "green", "blue"]
    taken = joined.take(np.array([4, 3, 1]))
    assert [taken.values[c] for c in taken.codes] == ["blue", "green", "blue"]
    assert "red" not in taken.values


@pytest.mark.parametrize("rows", [[], [0], [2, 0], [1, 1]])
def test_spans_name_the_entries_of_the_chosen_rows(rows: list[int]) -> None:
    starts = np.array([0, 2, 2, 5])
    taken, places = spans(starts, np.array(rows, dtype=np.int64))
    expected = [list(range(starts[r], starts[r + 1])) for r in rows]
    assert [places[taken[n] : taken[n + 1]].tolist() for n in range(len(rows))] == expected


def test_a_remembered_mask_is_computed_once_and_the_oldest_is_forgotten() -> None:
    asked: list[str] = []
    cache = MaskCache(11, remember=2)

    def ask(key: str) -> list[bool]:
        def compute() -> np.ndarray:
            asked.append(key)
            return np.array([key == "a"] * 11)

        mask = cache.get(key, compute)
        mask[0] = not mask[0]  # whoever changes theirs changes nobody else's
        return mask[1:].tolist()

    assert ask("a") == ask("a") == [True] * 10
    assert ask("b") == [False] * 10
    assert asked == ["a", "b"]
    ask("c")
    ask("a")
    assert asked == ["a", "b", "c", "a"]
