"""A shop of a few products of the demo catalog, with their pictures: quick to load where size doesn't matter.

Knows nothing about what is tested.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

COUNT = 6


def small_feed(folder: Path, count: int = COUNT) -> Path:
    """A feed of the first products of the demo catalog, with its pictures beside it."""
    rows = first_rows(count)
    for row in rows:
        for variant in row["variants"]:
            picture = folder / variant["image"]
            if not picture.is_file():
                picture.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / "catalog" / variant["image"], picture)
    return write_feed(folder, rows)


def first_rows(count: int = COUNT) -> list[dict[str, Any]]:
    """The first rows of the demo catalog."""
    with (ROOT / "catalog" / "products.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(next(lines)) for _ in range(count)]


def write_feed(folder: Path, rows: list[dict[str, Any]]) -> Path:
    """`rows` as the feed of `folder`."""
    feed = folder / "products.jsonl"
    feed.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return feed
