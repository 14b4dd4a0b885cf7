"""Keeps tables of arrays in a folder, so that a large catalog is ready again without being read anew.

Knows nothing about what the tables mean. A snapshot is written whole or not at all, and may be deleted at
any time.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopper.search.columns import Stored

_log = logging.getLogger(__name__)
_CURRENT = "current"
_TINY = 4096  # bytes
_LEFTOVER = 3600.0  # seconds after which a folder that nothing points to was left by a killed writer


class Snapshot:
    """The last kept state in a folder, under a `kind` that changes with the code or the encoder.

    `current` names the subfolder that holds it; writers make a new one and rename the pointer, so readers
    see a whole state, and what they have mapped stays readable after it was removed.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder, self._kind = folder, kind

    def load(self) -> tuple[dict[str, Stored], dict[str, Any]] | None:
        """The tables by name, mapped from disk, and what was noted beside them; None if there is nothing
        usable.
        """
        try:
            name = (self._folder / _CURRENT).read_text(encoding="utf-8").strip()
            here = self._folder / name
            words = json.loads((here / "values.json").read_text(encoding="utf-8"))
            if words["kind"] != self._kind:
                return None
            tables = {
                table: Stored(
                    {key: _mapped(here / f"{table}.{key}.npy") for key in words["arrays"][table]}, values
                )
                for table, values in words["values"].items()
            }
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("the catalog's cache in %s can't be read and is made anew: %s", self._folder, error)
            return None
        return tables, words["notes"]

    def save(self, tables: dict[str, Stored], notes: dict[str, Any]) -> bool:
        """Keep this state instead of the last one; False, and a warning, where the disk refuses."""
        name, before = secrets.token_hex(8), self._current()
        here = self._folder / name
        try:
            here.mkdir(parents=True)
            for table, stored in tables.items():
                for key, values in stored.arrays.items():
                    np.save(here / f"{table}.{key}.npy", values)
            words = {
                "kind": self._kind,
                "notes": notes,
                "arrays": {table: list(stored.arrays) for table, stored in tables.items()},
                "values": {table: stored.values for table, stored in tables.items()},
            }
            (here / "values.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
            pointer = self._folder / f".{name}"
            pointer.write_text(name, encoding="utf-8")
            os.replace(pointer, self._folder / _CURRENT)
        except OSError as error:
            _log.warning("the catalog's cache in %s can't be written: %s", self._folder, error)
            shutil.rmtree(here, ignore_errors=True)
            return False
        self._forget(before)
        return True

    def _current(self) -> str:
        try:
            return (self._folder / _CURRENT).read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def _forget(self, before: str) -> None:
        """Remove the state that was current, and what killed writers left; another may be writing now."""
        for other in self._folder.iterdir():
            with contextlib.suppress(OSError):
                left = time.time() - other.stat().st_mtime > _LEFTOVER
                if other.is_dir() and (other.name == before or (left and other.name != self._current())):
                    shutil.rmtree(other)


def _mapped(file: Path) -> NDArray[Any]:
    if file.stat().st_size <= _TINY:
        found: NDArray[Any] = np.load(file, allow_pickle=False)  # what is empty can't be mapped
        return found
    # A plain view, since indexing numpy's memmap costs more than the work on small parts.
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
