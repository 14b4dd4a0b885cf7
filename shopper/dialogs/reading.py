"""Reads dialog files strictly: an unknown key is an error that names its file, line and nearest neighbour.

Knows nothing about what the keys mean or how a dialog is played.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from shopper.dialogs.script import Dialog, model_of
from shopper.errors import DialogError


def find_dialogs(paths: Iterable[Path]) -> list[Path]:
    """The dialog files named by `paths`, folders searched through, in order. Raises DialogError."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*.yaml"))
        elif path.is_file():
            found.append(path)
        else:
            raise DialogError(f"{path}: there is no such dialog file or folder")
    return list(dict.fromkeys(found))


def read_dialog(path: Path) -> Dialog:
    """The dialog in `path`. Raises DialogError naming the file, the line, the path of the key and the key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DialogError(f"{path}: can't be read as UTF-8 text") from error
    try:
        node = yaml.compose(text, Loader=_StrictLoader)
        raw = yaml.load(text, Loader=_StrictLoader)  # noqa: S506  (a SafeLoader that refuses double keys)
    except yaml.YAMLError as error:
        raise DialogError(f"{path}: isn't YAML: {' '.join(str(error).split())}") from error
    if not isinstance(raw, dict):
        raise DialogError(f"{path}: a dialog is a mapping with name and turns")
    try:
        dialog = Dialog.model_validate(raw)
    except ValidationError as error:
        raise DialogError(_explain(path, error, node)) from error
    for number, turn in enumerate(dialog.turns, start=1):
        if turn.photo and not (path.parent / turn.photo).is_file():
            raise DialogError(f"{path}: turns[{number}].photo: there is no file {turn.photo}")
    return dialog


# ── reading strictly ────────────────────────────────────────────────────────────────────────────────


class _StrictLoader(yaml.SafeLoader):
    """YAML's own loader keeps the last of two equal keys without a word; a check would silently vanish."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    "while reading a mapping",
                    node.start_mark,
                    f"the key {key.value!r} stands twice",
                    key.start_mark,
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _explain(path: Path, error: ValidationError, node: yaml.Node | None) -> str:
    """The first thing that is wrong, with its place in the file and the nearest key that exists."""
    # A misspelt key also counts as its right spelling missing; the misspelling is what helps.
    errors = sorted(error.errors(include_url=False), key=lambda e: e["type"] not in _UNKNOWN)
    first = errors[0]
    loc = [
        part for part in first["loc"] if not (isinstance(part, str) and (part in _UNION_TAGS or "[" in part))
    ]
    if first["type"] == "unknown_key":
        context = first["ctx"]
        loc += list(context["path"])
        known = list(context["known"])
    elif first["type"] == "extra_forbidden":
        known = _known_at(loc[:-1])
    else:
        message = first["msg"].removeprefix("Value error, ")
        return f"{_place(path, node, loc)}: {_path(loc)}: {message}"
    key = str(loc[-1])
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(known)}"
    return f"{_place(path, node, loc)}: {_path(loc)}: unknown key {key!r}{hint}"


_UNKNOWN = ("extra_forbidden", "unknown_key")
_UNION_TAGS = {"AbsentExpect", "int"}


def _known_at(loc: Sequence[int | str]) -> list[str]:
    model: type[BaseModel] = Dialog
    for part in loc:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        inner = model_of(field.annotation) if field else None
        if inner is None:
            break
        model = inner
    return sorted(model.model_fields)


def _path(loc: Sequence[int | str]) -> str:
    words = ""
    for part in loc:
        # Turns count from 1 everywhere a person reads them.
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else str(part)
    return words or "dialog"


def _place(path: Path, node: yaml.Node | None, loc: Sequence[int | str]) -> str:
    line = node.start_mark.line + 1 if node else 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return f"{path}:{line}"
