"""Writes the demo shop: `products.jsonl` from the range sheets and one picture for each product and colour.

Knows nothing about the shopper that sells it. Run from the repository: `python catalog/draw.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from studio.draughtsman import draw  # noqa: E402  # the studio lies beside this script, not on the path
from studio.products import Row, product, rows  # noqa: E402  # as above


def feed(folder: Path = HERE) -> str:
    """`products.jsonl` as text; the same sheets give the same bytes."""
    return "".join(json.dumps(product(row), ensure_ascii=False) + "\n" for row in rows(folder / "range"))


def draw_pictures(sheet: list[Row], folder: Path, only: str = "") -> int:
    """Draws the pictures whose name contains `only`, removes orphans, and returns how many it drew."""
    drawn, wanted = 0, set()
    for row in sheet:
        for color in row.colors:
            path = folder / row.picture(color)
            wanted.add(path.name)
            if only in path.name:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(draw(row.piece(color)).webp())
                drawn += 1
    for orphan in sorted((folder / "images").glob("*.webp")):
        if orphan.name not in wanted:
            orphan.unlink()
    return drawn


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--feed-only", action="store_true", help="write products.jsonl and leave the pictures"
    )
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="draw only the pictures whose name contains TEXT"
    )
    parser.add_argument(
        "--out", type=Path, default=HERE, metavar="DIR", help="write here instead of beside this script"
    )
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "products.jsonl").write_text(feed(), encoding="utf-8")
    if not args.feed_only:
        drawn = draw_pictures(list(rows(HERE / "range")), args.out, args.only)
        print(f"{drawn} pictures drawn")


if __name__ == "__main__":
    main()
