"""Comparisons a dialog may write against one value: exact, `has`, `absent`, `lte` and their kin.

Knows nothing about dialogs, products or HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

_UNSET: Any = object()
# What YAML can't call `is`, `in` … in Python gets an underscore in the field's name.
_FIELD_OF = {"is": "is_", "in": "in_"}


@dataclass(frozen=True)
class Op:
    """What one value must satisfy; several operators must all hold."""

    is_: Any = _UNSET
    has: Any = _UNSET
    lacks: Any = _UNSET
    absent: Any = _UNSET
    lte: Any = _UNSET
    gte: Any = _UNSET
    lt: Any = _UNSET
    gt: Any = _UNSET
    in_: Any = _UNSET
    matches: Any = _UNSET

    @classmethod
    def read(cls, raw: Any) -> Op:
        """From YAML: a mapping of operators, else an exact value. Raises ValueError on a bad operand."""
        if not is_operator_mapping(raw):
            return cls(is_=raw)
        op = cls(**{_FIELD_OF.get(name, name): value for name, value in raw.items()})
        for name in ("lte", "gte", "lt", "gt"):
            operand = getattr(op, name)
            if operand is not _UNSET and (isinstance(operand, bool) or not isinstance(operand, int | float)):
                raise ValueError(f"{name} takes a number, not {operand!r}")
        if op.absent is not _UNSET and not isinstance(op.absent, bool):
            raise ValueError(f"absent takes true or false, not {op.absent!r}")
        if op.matches is not _UNSET:
            try:
                re.compile(str(op.matches))
            except re.error as error:
                raise ValueError(f"matches takes a regular expression: {error}") from error
        return op

    def __str__(self) -> str:
        parts = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value is _UNSET:
                continue
            name = field.name.rstrip("_")
            if name == "is":
                parts.append(show(value))
            elif name == "absent":
                parts.append("absent" if value else "present")
            else:
                parts.append(f"{name} {show(value)}")
        return " and ".join(parts)

    def holds(self, got: Any) -> bool:
        """Whether `got` satisfies every operator; None, "" and [] count as absent."""
        missing = got is None or got == "" or (isinstance(got, list | tuple | dict) and not got)
        if self.absent is not _UNSET and missing is not self.absent:
            return False
        if self.is_ is not _UNSET and not same(self.is_, got):
            return False
        if self.has is not _UNSET and not all(_contains(got, wanted) for wanted in as_list(self.has)):
            return False
        if self.lacks is not _UNSET and any(_contains(got, wanted) for wanted in as_list(self.lacks)):
            return False
        if self.in_ is not _UNSET:
            values = as_list(got)
            allowed = as_list(self.in_)
            if not values or not all(any(same(a, value) for a in allowed) for value in values):
                return False
        if self.matches is not _UNSET and not re.search(str(self.matches), str(got or ""), re.IGNORECASE):
            return False
        return self._bounds_hold(got)

    def _bounds_hold(self, got: Any) -> bool:
        if all(getattr(self, name) is _UNSET for name in ("lte", "gte", "lt", "gt")):
            return True
        if isinstance(got, bool) or not isinstance(got, int | float):
            return False
        return (
            (self.lte is _UNSET or got <= self.lte)
            and (self.gte is _UNSET or got >= self.gte)
            and (self.lt is _UNSET or got < self.lt)
            and (self.gt is _UNSET or got > self.gt)
        )


OPERATORS = tuple(field.name.rstrip("_") for field in fields(Op))


def is_operator_mapping(raw: Any) -> bool:
    """Whether `raw` is a mapping whose keys are all operators."""
    return isinstance(raw, Mapping) and bool(raw) and all(key in OPERATORS for key in raw)


def as_list(value: Any) -> list[Any]:
    """A list as it is, None as no values, anything else as the one value."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def same(expected: Any, got: Any) -> bool:
    """Equality as a reader of YAML means it: words without case, lists without order."""
    if isinstance(expected, str) and isinstance(got, str):
        return expected.casefold() == got.casefold()
    if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        left = list(got)
        for item in expected:
            match = next((i for i, other in enumerate(left) if same(item, other)), None)
            if match is None:
                return False
            left.pop(match)
        return not left
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return expected.keys() == got.keys() and all(same(v, got[k]) for k, v in expected.items())
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, int) and isinstance(got, str):
        return str(expected) == got  # YAML reads the size 38 as a number
    return bool(expected == got)


def show(value: Any) -> str:
    """A value as a person reads it in a report."""
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(show(v) for v in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {show(v)}" for k, v in value.items()) + "}"
    return str(value)


def _contains(got: Any, wanted: Any) -> bool:
    return any(same(wanted, value) for value in as_list(got))
