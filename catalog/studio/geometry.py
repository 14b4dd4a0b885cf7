"""Curves and outlines in the drawing's own units: x from the middle of the picture, y down from its top.

Knows nothing about pixels or cloth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
Points = list[Point]
STEPS = 14


def curve(start: Point, *segments: Sequence[float]) -> Points:
    """A path from `start`: two numbers draw a line, four a quadratic, six a cubic Bézier."""
    points: Points = [start]
    for seg in segments:
        x0, y0 = points[-1]
        if len(seg) == 2:
            points.append((seg[0], seg[1]))
        elif len(seg) == 4:
            cx, cy, x1, y1 = seg
            for i in range(1, STEPS + 1):
                t = i / STEPS
                u = 1 - t
                points.append(
                    (u * u * x0 + 2 * u * t * cx + t * t * x1, u * u * y0 + 2 * u * t * cy + t * t * y1)
                )
        else:
            ax, ay, bx, by, x1, y1 = seg
            for i in range(1, STEPS + 1):
                t = i / STEPS
                u = 1 - t
                p, q, r, s = u**3, 3 * u * u * t, 3 * u * t * t, t**3
                points.append((p * x0 + q * ax + r * bx + s * x1, p * y0 + q * ay + r * by + s * y1))
    return points


def flip(points: Sequence[Point]) -> Points:
    """The same shape on the other side of the middle."""
    return [(-x, y) for x, y in points]


def both(half: Sequence[Point]) -> Points:
    """A whole outline from its right half, drawn from the top middle to the bottom middle."""
    return [*half, *flip(half)[::-1]]


def ellipse(cx: float, cy: float, rx: float, ry: float | None = None, tilt: float = 0.0) -> Points:
    """A closed ellipse, tilted by `tilt` degrees."""
    ry = rx if ry is None else ry
    c, s = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    ring = [(math.cos(a) * rx, math.sin(a) * ry) for a in (2 * math.pi * i / 48 for i in range(48))]
    return [(cx + x * c - y * s, cy + x * s + y * c) for x, y in ring]


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> Points:
    """An open arc from `start` to `end` degrees, clockwise from three o'clock."""
    angles = [math.radians(start + (end - start) * i / 40) for i in range(41)]
    return [(cx + math.cos(a) * rx, cy + math.sin(a) * ry) for a in angles]


def box(x0: float, y0: float, x1: float, y1: float, r: float = 0.0) -> Points:
    """A rectangle with corners rounded by `r`."""
    if r <= 0:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return curve(
        (x0 + r, y0),
        (x1 - r, y0),
        (x1, y0, x1, y0 + r),
        (x1, y1 - r),
        (x1, y1, x1 - r, y1),
        (x0 + r, y1),
        (x0, y1, x0, y1 - r),
        (x0, y0 + r),
        (x0, y0, x0 + r, y0),
    )


def turned(points: Sequence[Point], degrees: float, about: Point) -> Points:
    """The shape turned clockwise about a point."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    ax, ay = about
    return [(ax + (x - ax) * c - (y - ay) * s, ay + (x - ax) * s + (y - ay) * c) for x, y in points]


def wave(x0: float, x1: float, y: float, depth: float, count: int) -> Points:
    """A scalloped edge from `x0` to `x1`: a hem with `count` soft folds."""
    n = count * 8
    return [
        (x0 + (x1 - x0) * i / n, y + depth * (0.5 - 0.5 * math.cos(2 * math.pi * count * i / n)))
        for i in range(n + 1)
    ]
