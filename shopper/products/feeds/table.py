"""Delimited text (CSV, TSV, semicolons) to rows that know the line they start at.

Knows nothing about what the columns mean.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from shopper.errors import FeedError
from shopper.products.feeds.draft import RowError
from shopper.products.feeds.words import column_name

_DELIMITERS = ",;\t|"
_LARGEST_CELL = 4_000_000
# Each unclosed quotation mark costs one more pass over the rest of the file.
_MOST_REPAIRS = 50


@dataclass(frozen=True)
class Row:
    """One record: its cells by normalised column name, stripped; an absent column reads as empty."""

    line: int  # the physical line it starts at, from 1
    cells: dict[str, str] = field(repr=False)

    def get(self, *names: str) -> str:
        """The first non-empty cell among the columns `names`."""
        return next((cell for name in names if (cell := self.cells.get(name, ""))), "")


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]  # normalised
    headers: tuple[str, ...]  # as the file spells them
    rows: tuple[Row | RowError, ...]


def columns_of(text: str) -> tuple[str, ...]:
    """The normalised column names in the header line."""
    return tuple(column_name(h) for h in _header(text, delimiter_of(text))[0])


def read_table(text: str) -> Table:
    """All rows of `text`; a row with more values than columns, or an unclosed quote, is a RowError.

    Raises FeedError where there is no header of at least two columns.
    """
    if not text.strip():
        raise FeedError("The feed is empty.")
    delimiter = delimiter_of(text)
    headers, start = _header(text, delimiter)
    columns = tuple(column_name(h) for h in headers)
    if len(columns) < 2:
        raise FeedError("The feed has no header with columns that a product feed needs.")
    lines = _physical(text)
    rows: list[Row | RowError] = []
    repairs = 0
    while start < len(lines):
        broken = None
        for number, cells, end in _records(lines, start, delimiter):
            if cells is None or _swallowed(cells, len(columns), delimiter):
                broken = number
                break
            start = end
            if not any(cell.strip() for cell in cells):
                continue
            if any(cell.strip() for cell in cells[len(columns) :]):
                rows.append(RowError(number, None, f"has {len(cells)} values for {len(columns)} columns"))
                continue
            rows.append(Row(number, _by_name(columns, cells)))
        if broken is None:
            break
        rows.append(RowError(broken, None, "has a quotation mark that is never closed"))
        start = broken
        repairs += 1
        if repairs > _MOST_REPAIRS:
            raise FeedError(f"The feed has more than {_MOST_REPAIRS} unclosed quotation marks.")
    return Table(columns, headers, tuple(rows))


def _swallowed(cells: list[str], columns: int, delimiter: str) -> bool:
    """Whether an unclosed quote ate rows that follow: a wrong number of cells, and whole rows in one."""
    if len(cells) == columns:
        return False
    return any("\n" in c and any(p.count(delimiter) >= columns - 1 for p in c.split("\n")[1:]) for c in cells)


def _by_name(columns: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=False):
        if (
            cell.strip() and name and not found.get(name)
        ):  # of two columns with one name, the first filled one
            found[name] = cell.strip()
    return found


def _records(lines: list[str], start: int, delimiter: str) -> Iterator[tuple[int, list[str] | None, int]]:
    """Records from line `start` (0-based) on: the line each starts at (from 1), its cells, where it ends.

    Cells are None where a quote over several lines is not closed as it should be. A stray quote within one
    line is read as it stands.
    """
    csv.field_size_limit(_LARGEST_CELL)
    begin = start
    while begin < len(lines):
        from_here = begin
        reader = csv.reader(
            (lines[i] for i in range(from_here, len(lines))), delimiter=delimiter, strict=True
        )
        try:
            for cells in reader:
                end = from_here + reader.line_num
                yield begin + 1, cells, end
                begin = end
        except csv.Error:
            if from_here + reader.line_num > begin + 1:
                yield begin + 1, None, from_here + reader.line_num
                return
            yield begin + 1, _sloppy(lines[begin], delimiter), begin + 1
            begin += 1


def _sloppy(line: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return None


def _physical(text: str) -> list[str]:
    """Lines as an editor counts them. `str.splitlines` would also break at form feeds and U+2028."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return [line + "\n" for line in unified.split("\n")]


def _header(text: str, delimiter: str) -> tuple[tuple[str, ...], int]:
    lines = _physical(text)
    for _line, cells, end in _records(lines, 0, delimiter):
        if cells and any(cell.strip() for cell in cells):
            return tuple(cells), end
    return (), 0


def delimiter_of(text: str) -> str:
    """The mark that parts most columns of the header, outside of quotes."""
    line = next((part for part in text.splitlines() if part.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=lambda d: (outside.count(d), -_DELIMITERS.index(d)))
