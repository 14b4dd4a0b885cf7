"""Reads the shop's boosts from one TOML file, and its margins from a CSV beside it; errors name the entry.

Knows nothing about any catalog: what isn't sold just now is no error here.
"""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from shopper.errors import BadInput
from shopper.products.taxonomy import Taxonomy
from shopper.search.boosts import BURIED, MOST_BURIED, MOST_MARGIN, Boosts, Entry, Margin, When
from shopper.search.words import fold

_LAST_POSITION = 50
_SELECTORS = ("product", "brand", "category", "tag", "sale")
_WHEN = ("category", "gender", "age_group", "occasion", "season", "color", "material", "brand")
_FIELDS = {
    "pin": (*_SELECTORS, "when", "position", "until"),
    "bury": (*_SELECTORS, "when", "strength", "until"),
}
_TOP = ("pin", "bury", "in_stock_first", "margin")


class Problem(NamedTuple):
    """Where in the file something is wrong, to be named in the error."""

    source: str
    entry: str

    def error(self, what: str) -> BadInput:
        where = f"{self.source}, {self.entry}" if self.entry else self.source
        end = "" if what.endswith("?") else "."
        return BadInput(f"{where}: {what}{end}", field=self.entry or None)


def load_boosts(path: Path, taxonomy: Taxonomy) -> Boosts:
    """The file's boosts; BadInput names the entry at fault. A margin file lies beside it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} can't be read: {error}.", field="boosts") from error
    return read_boosts(text, taxonomy, folder=path.parent, source=path.name)


def read_boosts(
    text: str, taxonomy: Taxonomy, *, folder: Path = Path(), source: str = "boosts.toml"
) -> Boosts:
    """The boosts that a TOML text describes; `folder` is where a margin file is looked for."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problem(source, "").error(f"this is no TOML: {error}") from error
    _known(table, _TOP, Problem(source, ""))
    in_stock_first = table.get("in_stock_first", False)
    if not isinstance(in_stock_first, bool):
        raise Problem(source, "in_stock_first").error("write true or false")
    return Boosts(
        pins=tuple(_entries(table, "pin", taxonomy, source)),
        buried=tuple(_entries(table, "bury", taxonomy, source)),
        in_stock_first=in_stock_first,
        margin=_margin(table["margin"], folder, Problem(source, "margin")) if "margin" in table else None,
        taxonomy=taxonomy,
    )


def _known(table: Mapping[str, Any], names: Iterable[str], problem: Problem) -> None:
    for name in table:
        if name not in names:
            raise problem.error(f"there is no field {name!r}; there are {', '.join(names)}")


def _entries(table: Mapping[str, Any], kind: str, taxonomy: Taxonomy, source: str) -> Iterable[Entry]:
    entries = table.get(kind, [])
    if not isinstance(entries, list):
        raise Problem(source, kind).error(f"write each one as [[{kind}]], with two brackets")
    for number, row in enumerate(entries, start=1):
        yield _entry(row, kind, number, taxonomy, Problem(source, f"{kind} {number}"))


def _entry(row: Any, kind: str, number: int, taxonomy: Taxonomy, problem: Problem) -> Entry:
    if not isinstance(row, dict):
        raise problem.error(f"write each one as [[{kind}]], with two brackets")
    _known(row, _FIELDS[kind], problem)
    if not any(name in row for name in _SELECTORS):
        raise problem.error(f"say which cards: one of {', '.join(_SELECTORS)}")
    for name in ("product", "brand", "category", "tag"):
        if name in row and (not isinstance(row[name], str) or not row[name].strip()):
            raise problem.error(f"{name} must be a word in quotes")
    if "category" in row and row["category"] not in taxonomy.categories:
        raise problem.error(_no_category(row["category"], taxonomy))
    if "sale" in row and not isinstance(row["sale"], bool):
        raise problem.error("sale must be true or false")
    until = row.get("until")
    if until is not None and (not isinstance(until, date) or isinstance(until, datetime)):
        raise problem.error("until must be a day without quotes, such as 2026-12-31")
    position = row.get("position")
    if position is not None and not (_is_int(position) and 1 <= position <= _LAST_POSITION):
        raise problem.error(f"position must be a whole number from 1 to {_LAST_POSITION}")
    return Entry(
        name=f"{kind} {number}",
        **{name: row[name] for name in _SELECTORS if name in row},
        when=_when(row.get("when", {}), taxonomy, problem),
        until=until,
        position=position,
        strength=_weight(row.get("strength", BURIED), "strength", MOST_BURIED, problem),
    )


def _when(table: Any, taxonomy: Taxonomy, problem: Problem) -> When:
    if not isinstance(table, dict):
        raise problem.error('when must be a table, such as when = {category = "dress"}')
    _known(table, _WHEN, Problem(problem.source, f"{problem.entry}, when"))
    wanted = []
    for name, value in table.items():
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(v, str) for v in values):
            raise problem.error(f"when.{name} must be a word in quotes, or a list of them")
        if name == "category":
            for key in values:
                if key not in taxonomy.categories:
                    raise problem.error(_no_category(key, taxonomy))
        wanted.append((name, tuple(_asked_as(name, v, taxonomy) for v in values)))
    return When(tuple(wanted))


def _asked_as(name: str, value: str, taxonomy: Taxonomy) -> str:
    """A value of `when` as queries spell it."""
    match name:
        case "color":
            return taxonomy.color(value) or fold(value)
        case "material":
            return taxonomy.material(value) or fold(value)
        case "occasion":
            return taxonomy.occasion(value) or value
        case "season":
            return taxonomy.season(value) or value
        case "brand":
            return fold(value)
        case _:
            return value


def _no_category(said: str, taxonomy: Taxonomy) -> str:
    near = taxonomy.category(said)
    return f"there is no category {said!r}" + (f"; do you mean {near!r}?" if near else "")


def _margin(table: Any, folder: Path, problem: Problem) -> Margin:
    if not isinstance(table, dict):
        raise problem.error('write margin = {weight = 0.3, file = "margin.csv"}')
    _known(table, ("weight", "file"), problem)
    weight = _weight(table.get("weight"), "weight", MOST_MARGIN, problem)
    name = table.get("file")
    if not isinstance(name, str):
        raise problem.error('file must name a CSV file, such as file = "margin.csv"')
    try:
        text = (folder / name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise problem.error(f"{name} can't be read ({error})") from error
    return Margin(weight, dict(_margins(text, Problem(problem.source, f"margin, {name}"))))


def _margins(text: str, problem: Problem) -> Iterable[tuple[str, float]]:
    rows = csv.DictReader(io.StringIO(text))
    if not {"id", "margin"} <= set(rows.fieldnames or ()):
        raise problem.error("the first line must be id,margin")
    for row in rows:
        try:
            margin = float(row["margin"])
        except (TypeError, ValueError):
            margin = math.nan
        if not math.isfinite(margin):
            raise problem.error(f"line {rows.line_num}: the margin must be a number")
        yield row["id"].strip(), margin


def _weight(value: Any, name: str, most: float, problem: Problem) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= most:
        raise problem.error(f"{name} must be a number over 0 and at most {most:g}")
    return float(value)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
