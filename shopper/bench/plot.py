"""Draws latency against catalog size and against selectivity as an SVG, on logarithmic axes.

Knows nothing about measuring. The colours hold on light and on dark pages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

_NAMES = (("find", "find()"), ("exact", "exact scan"), ("chroma_where", "Chroma where"))
_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 250, 220, 64, 74, 46
_STYLE = """
text{font:12px system-ui,sans-serif;fill:#3d4450}.title{font-size:13px;font-weight:600}
.grid{stroke:#8a93a3;stroke-opacity:.28}.axis{stroke:#8a93a3}
.find{--c:#0d8a6f}.exact{--c:#c27c0e}.chroma_where{--c:#8b5fd0}
polyline{fill:none;stroke:var(--c);stroke-width:2}circle{fill:var(--c)}
.p95{stroke-dasharray:4 4;stroke-width:1.5}
@media(prefers-color-scheme:dark){text{fill:#c9d1dc}}
"""


class Line(NamedTuple):
    """A rival's latencies along x; `style` is p50 or p95."""

    rival: str
    style: str
    points: tuple[tuple[float, float], ...]


class Panel(NamedTuple):
    """One plot: its title, the x of each tick with what it says, and its lines."""

    title: str
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]


def draw(runs: Sequence[dict[str, Any]]) -> str:
    """The SVG of some runs of the retrieval bench, smallest catalog first."""
    panels = [_by_size(runs), *(_by_selectivity(run) for run in runs)]
    values = [ms for panel in panels for line in panel.lines for _, ms in line.points if ms > 0]
    low = 10.0 ** math.floor(math.log10(min(values, default=1.0)))
    high = 10.0 ** math.ceil(math.log10(max(values, default=10.0)))
    high = max(high, 10 * low)
    width = _LEFT + len(panels) * (_WIDTH + _GAP)
    height = _TOP + _HEIGHT + 40
    body = [_legend()]
    for number, panel in enumerate(panels):
        body += _panel(panel, _LEFT + number * (_WIDTH + _GAP), low, high, labels=number == 0)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>Latency of finding ten products</title><style>{_STYLE}</style>",
            *body,
            "</svg>\n",
        ]
    )


def _by_size(runs: Sequence[dict[str, Any]]) -> Panel:
    lines = []
    for rival, _ in _NAMES:
        measured = [run for run in runs if run.get(rival)]
        for style in ("p50", "p95"):
            points = tuple((float(run["products"]), float(run[rival][f"{style}_ms"])) for run in measured)
            lines.append(Line(rival, style, points))
    ticks = tuple((float(run["products"]), _short(run["products"])) for run in runs)
    return Panel("by products in the catalog", ticks, tuple(lines))


def _by_selectivity(run: dict[str, Any]) -> Panel:
    lines, shares = [], dict[str, float]()
    for rival, _ in _NAMES:
        by = run[rival]["by_selectivity"] if run.get(rival) else {}
        shares |= {name: float(name.rstrip("%")) for name in by}
        for style in ("p50", "p95"):
            lines.append(Line(rival, style, tuple((shares[name], float(by[name][style])) for name in by)))
    ticks = tuple((share, f"{name[:-1]} %") for name, share in shares.items())
    return Panel(f"{_short(run['products'])} products, by cards that pass", ticks, tuple(lines))


def _panel(panel: Panel, left: float, low: float, high: float, *, labels: bool) -> list[str]:
    out = [f'<text class="title" x="{left}" y="{_TOP - 14}">{escape(panel.title)}</text>']

    def y_of(ms: float) -> float:
        part = (math.log10(max(ms, low)) - math.log10(low)) / (math.log10(high) - math.log10(low))
        return _TOP + _HEIGHT * (1 - part)

    xs = [math.log10(x) for x, _ in panel.ticks]
    first, span = (min(xs), max(xs) - min(xs)) if xs else (0.0, 0.0)

    def x_of(x: float) -> float:
        part = (math.log10(x) - first) / span if span else 0.5
        return left + 14 + (_WIDTH - 28) * part

    decade = low
    while decade <= high * 1.001:
        y = y_of(decade)
        out.append(f'<line class="grid" x1="{left}" x2="{left + _WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        if labels:
            out.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{_time(decade)}</text>')
        decade *= 10
    bottom = _TOP + _HEIGHT
    out.append(f'<line class="axis" x1="{left}" x2="{left + _WIDTH}" y1="{bottom}" y2="{bottom}"/>')
    for at, said in ((f"{x_of(x):.1f}", said) for x, said in panel.ticks):
        out.append(f'<line class="axis" x1="{at}" x2="{at}" y1="{bottom}" y2="{bottom + 5}"/>')
        out.append(f'<text x="{at}" y="{bottom + 20}" text-anchor="middle">{escape(said)}</text>')
    for line in panel.lines:
        places = [(x_of(x), y_of(ms)) for x, ms in sorted(line.points)]
        out.append(f'<g class="{line.rival}">')
        if len(places) > 1:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            out.append(f'<polyline class="{line.style}" points="{path}"/>')
        if line.style == "p50" or len(places) == 1:
            out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2"/>' for x, y in places]
        out.append("</g>")
    return out


def _legend() -> str:
    out, x = [], _LEFT
    for rival, name in _NAMES:
        line = f'<polyline points="{x},24 {x + 24},24"/><circle cx="{x + 12}" cy="24" r="3.2"/>'
        out.append(f'<g class="{rival}">{line}</g><text x="{x + 31}" y="28">{name}</text>')
        x += 140
    for style in ("p50", "p95"):
        out.append(
            f'<g style="--c:#8a93a3"><polyline class="{style}" points="{x},24 {x + 24},24"/></g>'
            f'<text x="{x + 31}" y="28">{style}</text>'
        )
        x += 74
    return "".join(out)


def _time(milliseconds: float) -> str:
    return f"{milliseconds:g} ms" if milliseconds < 1000 else f"{milliseconds / 1000:g} s"


def _short(products: int) -> str:
    if products >= 1_000_000 and products % 100_000 == 0:
        return f"{products / 1_000_000:g} M"
    return f"{products // 1000} k" if products >= 1000 and products % 1000 == 0 else f"{products:,}"
