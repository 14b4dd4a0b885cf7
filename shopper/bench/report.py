"""A run of the retrieval bench as a table, kept beside earlier ones, and how figures grow with the catalog.

Knows nothing about how they were measured.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from shopper.errors import BadInput

_GROWN = ("find_p50_ms", "find_p95_ms", "rss_mb", "ready_s", "price_update_s", "reingest_s")


def keep(result: dict[str, Any], folder: Path) -> Path:
    """Write a run where the next ones find it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"retrieval-{result['products']}.json"
    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return file


def kept(folder: Path) -> list[dict[str, Any]]:
    """The runs kept in a folder, smallest catalog first."""
    runs = [json.loads(f.read_text(encoding="utf-8")) for f in folder.glob("retrieval-*.json")]
    return sorted(runs, key=lambda run: int(run["products"]))


def render(result: dict[str, Any]) -> str:
    """The figures as a table."""
    rows = [
        (
            "catalog",
            f"{result['products']:,} products, {result['cards']:,} cards, {result['variants']:,} variants",
        ),
        ("find p50 / p95", f"{result['find_p50_ms']:g} / {result['find_p95_ms']:g} ms"),
        ("exact scan p50 / p95", _pair(result["exact"])),
        ("Chroma where p50 / p95", _pair(result["chroma_where"])),
        ("faster than Chroma where", _times(result["vs_chroma_where"])),
        ("faster than an exact scan", _times(result["vs_exact"])),
        ("recall@10", f"{result['recall_at_10']:g}"),
        ("counts agree / cards allowed", f"{result['counts_agree']:g} / {result['cards_allowed']:g}"),
        ("resident memory", f"{result['rss_mb']:g} MB, {result['rss_anon_mb']:g} MB of it not mapped files"),
        ("ready after", f"{result['ready_s']:g} s"),
        ("10 % of prices, visible", f"{result['price_update_s']:g} s"),
    ]
    if "reingest_s" in result:
        rows += [
            ("unchanged feed again", f"{result['reingest_s']:g} s"),
            ("first ingest, without vectors", f"{result['ingest_products_per_s']:,} products/s"),
        ]
    table = [f"{name:<32} {value}" for name, value in rows]
    table += ["", f"{'filters pass':<14}{'find':>18}{'exact':>18}{'Chroma where':>20}{'recall@10':>12}"]
    for name, own in result["find"]["by_selectivity"].items():
        cells = [_cell(own)]
        for rival in ("exact", "chroma_where"):
            cells.append(_cell(result[rival]["by_selectivity"].get(name)) if result[rival] else "–")
        recall = min(kind[name] for kind in result["recall"].values())
        table.append(f"{name:<14}{cells[0]:>18}{cells[1]:>18}{cells[2]:>20}{recall:>12g}")
    return "\n".join(table)


def _pair(latency: dict[str, Any] | None) -> str:
    return f"{latency['p50_ms']:g} / {latency['p95_ms']:g} ms" if latency else "not measured"


def _cell(latency: dict[str, float] | None) -> str:
    return f"{latency['p50']:.1f} / {latency['p95']:.1f} ms" if latency else "–"


def _times(ratio: float | None) -> str:
    return f"{ratio:.3g}×" if ratio else "not measured"


def growth(runs: Sequence[dict[str, Any]], sizes: Sequence[int]) -> str:
    """By how much each figure grows from size to size; a factor below that of the catalog is slower growth.

    Raises BadInput for a size that no kept run has.
    """
    by_size = {int(run["products"]): run for run in runs}
    missing = [size for size in sizes if size not in by_size]
    if missing:
        raise BadInput(f"There is no kept run of {missing[0]:,} products; measure it first.", field="growth")
    steps = list(pairwise(sizes))
    heads = [f"{one:,} → {other:,}" for one, other in steps]
    lines = [f"{'growth':<18}" + "".join(f"{head:>24}" for head in heads)]
    lines.append(f"{'catalog':<18}" + "".join(f"{other / one:>23.1f}×" for one, other in steps))
    for name in _GROWN:
        cells = []
        for one, other in steps:
            low, high = by_size[one].get(name), by_size[other].get(name)
            cells.append(f"{high / low:>23.1f}×" if low and high else f"{'–':>24}")
        lines.append(f"{name:<18}" + "".join(cells))
    return "\n".join(lines)
