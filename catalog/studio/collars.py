"""Collars, lapels, hoods, plackets and pockets.

Knows nothing about products; each part takes the measures of one cut.
"""

from __future__ import annotations

from .cloth import Cloth
from .figure import Figure
from .geometry import both, box, curve
from .palette import RGB, darker, lighter
from .upper import Cut


def shirt_collar(f: Figure, cut: Cut, cloth: Cloth | None = None, *, size: float = 1.0) -> None:
    """A stand and two points, buttoned up."""
    t, w = cut.top, cut.neck_w * 0.92
    f.panel(
        both(
            curve((0, t + 6), (w * 0.5, t + 2, w * 0.8, t - 22), (w + 4, t + 6), (w * 0.5, t + 34, 0, t + 36))
        ),
        cloth,
        shade=0.8,
        volume=0.25,
    )
    point = curve(
        (2, t + 32),
        (w * 0.4, t + 6, w * 0.84, t - 25),
        (w + 10, t - 8, w + 16, t + 14),
        (w * 0.84 + 6, t + 62 * size),
        (w * 0.5, t + 50 * size, 2, t + 32),
    )
    f.pair(point, cloth, volume=0.3, lift=3, turn=20)


def placket(
    f: Figure,
    cut: Cut,
    *,
    button: RGB,
    top: float | None = None,
    bottom: float | None = None,
    count: int = 6,
    width: float = 13,
    size: float = 4.6,
) -> None:
    """A button band down the middle."""
    y0 = cut.top + 36 if top is None else top
    y1 = cut.hem + 6 if bottom is None else bottom
    f.panel(box(-width, y0, width, y1), volume=0.08, rim=0.3)
    f.stitch([(-width + 3, y0), (-width + 3, y1)], darker(f.cloth.color, 0.3), 0.4)
    f.stitch([(width - 3, y0), (width - 3, y1)], darker(f.cloth.color, 0.3), 0.4)
    for i in range(count):
        f.button(0, y0 + 14 + (y1 - y0 - 34) * i / max(1, count - 1), size, button)


def patch_pocket(f: Figure, x: float, y: float, w: float, h: float, *, flap: bool = False) -> None:
    """A pocket sewn on, pointed at its foot."""
    f.panel(
        [(x, y), (x + w, y), (x + w, y + h - 8), (x + w / 2, y + h), (x, y + h - 8)],
        volume=0.12,
        rim=0.4,
        lift=1.5,
    )
    f.stitch(
        [
            (x + 3, y + 3),
            (x + 3, y + h - 10),
            (x + w / 2, y + h - 4),
            (x + w - 3, y + h - 10),
            (x + w - 3, y + 3),
        ],
        alpha=0.45,
    )
    if flap:
        f.panel(
            [(x - 3, y - 4), (x + w + 3, y - 4), (x + w + 3, y + 12), (x + w / 2, y + 20), (x - 3, y + 12)],
            volume=0.2,
            lift=2.5,
        )


def lapels(
    f: Figure, cut: Cut, gorge: float, *, cloth: Cloth | None = None, wide: float = 1.0, peak: bool = False
) -> None:
    """Notched or peaked lapels that meet at height `gorge`, with a collar round the neck."""
    t, w = cut.top, cut.neck_w
    out = w + 34 * wide
    tip = (out + 8, t + 78) if peak else (out, t + 92)
    for side in (-1, 1):  # the right lapel lies on top
        lapel = curve(
            (side * -2, gorge),
            (side * w * 0.4, t + (gorge - t) * 0.4, side * (w - 4), t + 4),
            (side * (w + 18), t + 52),
            (side * tip[0], tip[1]),
            (side * (w * 0.7 + 12 * wide), gorge - 70, side * -2, gorge),
        )
        f.panel(lapel, cloth, volume=0.26, lift=4, turn=10 * side)
        collar = curve(
            (side * (w * 0.5), t + 50),
            (side * w * 0.72, t + 14, side * (w - 8), t - 20),
            (side * (w + 16), t - 4, side * (w + 22), t + 30),
            (side * (w + 26), t + 66),
            (side * (w + 4), t + 60),
            (side * w * 0.5, t + 50),
        )
        f.panel(collar, cloth, shade=0.94, volume=0.28, lift=3, turn=14 * side)
    f.panel(
        both(curve((0, t - 2), (w * 0.7, t - 4, w - 8, t - 20), (w * 0.8, t - 34, 0, t - 30))),
        cloth,
        shade=0.86,
        volume=0.3,
    )


def hood(f: Figure, cut: Cut, *, lining: RGB) -> None:
    """A hood lying open behind the neck; drawn before the front."""
    t, w = cut.top, cut.neck_w
    shell = both(
        curve(
            (0, t - 66),
            (w * 1.3, t - 70, w + 36, t - 6),
            (w + 40, t + 26, w + 10, t + 48),
            (w * 0.5, t + 60, 0, t + 62),
        )
    )
    f.panel(shell, volume=0.5)
    f.panel(
        both(curve((0, t - 44), (w * 0.9, t - 44, w + 10, t + 4), (w, t + 36, 0, t + 58))),
        Cloth(darker(lining, 0.32), f.cloth.weave),
        volume=0.6,
        rim=0.3,
    )


def hood_edges(f: Figure, cut: Cut, foot: float) -> None:
    """The front edges of a hood, crossing at the throat; drawn after the front."""
    t, w = cut.top, cut.neck_w
    edge = curve(
        (-4, foot),
        (w * 0.5, t + 34, w - 4, t - 20),
        (w + 26, t - 16, w + 32, t + 22),
        (w + 10, t + 56, 12, foot + 14),
    )
    f.pair(edge, volume=0.4, lift=3)


def drawstrings(f: Figure, y: float, length: float, tone: RGB) -> None:
    """Two cords with metal tips."""
    for x, drop in ((-17, 0), (17, 14)):
        f.band(
            curve((x * 0.8, y), (x * 1.4, y + length * 0.5, x, y + length + drop)),
            3.6,
            Cloth(tone, "plain"),
            rim=0.35,
            lift=1.5,
        )
        f.line([(x, y + length + drop - 8), (x, y + length + drop)], lighter(tone, 0.3), 4.6, 0.9)
