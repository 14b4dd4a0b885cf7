"""Facts of many rows as NumPy arrays: one value for each row, any number of values for each row, or words.

Knows nothing about what a row or a value means. All can be cut, joined and kept in a file, so that a large
catalog
is changed without being read anew.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

V = TypeVar("V")
Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
Arrays = dict[str, NDArray[Any]]


class Stored(NamedTuple):
    """What a table keeps in a file: arrays, and the values that their codes stand for."""

    arrays: Arrays
    values: dict[str, Any]


class Column(Generic[V]):
    """One value for each row, coded: `values[codes[row]]`."""

    def __init__(self, values: Sequence[V], codes: NDArray[np.int32]) -> None:
        self.values, self.codes = tuple(values), codes

    def mask(self, accept: Callable[[V], bool]) -> Mask:
        """bool[rows]: the rows whose value is accepted; `accept` runs once for each distinct value."""
        table = np.fromiter((accept(v) for v in self.values), dtype=bool, count=len(self.values))
        return table[self.codes]

    def take(self, rows: Rows) -> Column[V]:
        """Some rows in this order; values that none of them has are forgotten."""
        values, codes = _used(self.values, self.codes[rows])
        return Column(values, codes)

    def join(self, other: Column[V]) -> Column[V]:
        """This column's rows, then the other's."""
        values, renamed = _united(self.values, other.values)
        return Column(values, np.concatenate([self.codes, renamed[other.codes]]))


class ColumnBuilder(Generic[V]):
    """Takes the rows' values in order."""

    def __init__(self) -> None:
        self.codes_of: dict[V, int] = {}
        self.codes = array("i")

    def add(self, value: V) -> None:
        self.codes.append(self.codes_of.setdefault(value, len(self.codes_of)))

    def build(self) -> Column[V]:
        return Column(tuple(self.codes_of), np.array(self.codes, dtype=np.int32))


class Tags:
    """Any number of values for each row: those of row r are `values[codes[starts[r]:starts[r + 1]]]`."""

    def __init__(self, values: Sequence[str], starts: NDArray[np.int64], codes: NDArray[np.int32]) -> None:
        self.values, self.starts, self.codes = tuple(values), starts, codes
        self.size = len(starts) - 1

    @cached_property
    def _by_value(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Where each value's rows start, and the rows in the order of their values."""
        order = np.argsort(self.codes, kind="stable")
        rows = np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.starts))
        return _starts(np.bincount(self.codes, minlength=len(self.values))), rows[order]

    def rows(self, value: int) -> NDArray[np.int32]:
        """int32[n]: the rows that have a value, given by its number."""
        starts, rows = self._by_value
        return rows[starts[value] : starts[value + 1]]

    def mask(self, accept: Callable[[str], bool]) -> Mask:
        """bool[rows]: the rows with at least one accepted value."""
        found = np.zeros(self.size, dtype=bool)
        for number, value in enumerate(self.values):
            if accept(value):
                found[self.rows(number)] = True
        return found

    def any(self) -> Mask:
        """bool[rows]: the rows with any value at all."""
        stated: Mask = np.diff(self.starts) > 0
        return stated

    def take(self, rows: Rows) -> Tags:
        """Some rows in this order; values that none of them has are forgotten."""
        starts, places = spans(self.starts, rows)
        values, codes = _used(self.values, self.codes[places])
        return Tags(values, starts, codes)

    def join(self, other: Tags) -> Tags:
        """This table's rows, then the other's."""
        values, renamed = _united(self.values, other.values)
        return Tags(
            values,
            np.concatenate([self.starts, other.starts[1:] + self.starts[-1]]),
            np.concatenate([self.codes, renamed[other.codes]]),
        )


class TagsBuilder:
    """Takes the rows' values in order; a value that comes twice in a row counts once."""

    def __init__(self) -> None:
        self.codes_of: dict[str, int] = {}
        self.codes, self.counts = array("i"), array("i")

    def add(self, values: Iterable[str]) -> None:
        unique = dict.fromkeys(values)
        for value in unique:
            self.codes.append(self.codes_of.setdefault(value, len(self.codes_of)))
        self.counts.append(len(unique))

    def build(self) -> Tags:
        starts = _starts(np.array(self.counts, dtype=np.int64))
        return Tags(tuple(self.codes_of), starts, np.array(self.codes, dtype=np.int32))


class MaskCache:
    """Masks that queries ask for again and again, kept as bits; the oldest go first."""

    def __init__(self, rows: int, remember: int = 512) -> None:
        self._rows, self._remember = rows, remember
        self._bits: dict[Any, NDArray[np.uint8]] = {}
        self._lock = threading.Lock()  # finds run in several threads

    def get(self, key: Any, compute: Callable[[], Mask]) -> Mask:
        """bool[rows]: the mask of a key, a fresh array each time."""
        bits = self._bits.get(key)
        if bits is None:
            mask = compute()
            bits = np.packbits(mask)
        else:
            mask = np.unpackbits(bits, count=self._rows).view(np.bool_)
        with self._lock:
            self._bits.pop(key, None)
            self._bits[key] = bits
            while len(self._bits) > self._remember:
                self._bits.pop(next(iter(self._bits)))
        return mask


def spans(starts: NDArray[np.int64], rows: Rows) -> tuple[NDArray[np.int64], Rows]:
    """The starts of a table that holds only `rows`, in their order, and the places of its entries in this
    one.
    """
    first, counts = starts[rows], starts[rows + 1] - starts[rows]
    taken = _starts(counts)
    places = np.arange(taken[-1], dtype=np.int64) + np.repeat(first - taken[:-1], counts)
    return taken, places


def _starts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def _used(values: tuple[V, ...], codes: NDArray[np.int32]) -> tuple[tuple[V, ...], NDArray[np.int32]]:
    """The values that occur, and the codes renumbered to them."""
    there = np.bincount(codes, minlength=len(values)) > 0
    if there.all():
        return values, codes
    numbers = (np.cumsum(there) - 1).astype(np.int32)
    return tuple(v for v, used in zip(values, there.tolist(), strict=True) if used), numbers[codes]


def _united(mine: tuple[V, ...], other: tuple[V, ...]) -> tuple[tuple[V, ...], NDArray[np.int32]]:
    """All values, mine first, and the new number of each of the other's."""
    numbers: dict[V, int] = {value: n for n, value in enumerate(mine)}
    renamed = [numbers.setdefault(value, len(numbers)) for value in other]
    return tuple(numbers), np.array(renamed, dtype=np.int32)


def prefixed(name: str, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    """The arrays under `name.key`."""
    return {f"{name}.{key}": value for key, value in arrays.items()}
