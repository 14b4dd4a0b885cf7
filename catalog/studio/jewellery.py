"""Necklaces, earrings, bracelets and rings.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

from itertools import pairwise

from .cloth import Cloth
from .figure import Figure
from .geometry import Points, arc, curve, ellipse, turned
from .palette import RGB, darker, mix
from .piece import METALS, Piece, plain

PEARL: RGB = (244, 238, 228)
STONES: dict[str, RGB] = {
    "emerald": (18, 128, 92),
    "sapphire": (34, 66, 160),
    "garnet": (140, 24, 48),
    "turquoise": (66, 182, 184),
    "zircon": (226, 236, 244),
    "amethyst": (132, 84, 172),
}


def _metal(piece: Piece) -> Cloth:
    return plain(METALS.get(piece.color, piece.rgb), "satin", 1.0)


def _stone(piece: Piece) -> RGB:
    return next((rgb for name, rgb in STONES.items() if piece.called(name)), STONES["zircon"])


def _gem(f: Figure, x: float, y: float, r: float, rgb: RGB) -> None:
    f.panel(ellipse(x, y, r), plain(rgb, "satin", 1.0), volume=0.5, lift=2)
    star = [(x + r * 0.55, y), (x, y + r * 0.55), (x - r * 0.55, y), (x, y - r * 0.55)]
    f.panel(star, plain(mix(rgb, (255, 255, 255), 0.35), "satin", 0.6), volume=0.2, rim=0.3)


def _along(path: Points, count: int) -> Points:
    return [path[round(i * (len(path) - 1) / (count - 1))] for i in range(count)]


def _smooth(path: Points) -> Points:
    """The path with three points between neighbours, for beads set close."""
    return [
        (a[0] + (b[0] - a[0]) * t / 4, a[1] + (b[1] - a[1]) * t / 4)
        for a, b in pairwise(path)
        for t in range(4)
    ]


def necklace(f: Figure, piece: Piece) -> None:
    """A chain with pendant, a string of pearls, or layers."""
    metal = _metal(piece)
    path = curve((-170, 130), (-190, 470, 0, 520), (190, 470, 170, 130))
    if piece.called("pearl"):
        for x, y in _along(_smooth(path), 38):
            f.dot(x, y, 15, PEARL, gloss=0.9, lift=3)
        return
    if piece.called("layered"):
        upper = curve((-150, 130), (-150, 330, 0, 350), (150, 330, 150, 130))
        f.band(upper, 5, metal, rim=0.6, lift=2)
        for x, y in _along(upper, 17):
            f.dot(x, y, 6, metal.color, gloss=1.0)
    thick = 13 if piece.called("chain", "curb", "link") else 6
    f.band(path, thick, metal, rim=0.6, lift=3)
    f.line(path, darker(metal.color, 0.6), thick * 0.55, 0.75, thick * 0.6)
    if thick > 10:
        return
    if piece.called("locket", "medallion", "coin"):
        f.panel(ellipse(0, 566, 44), metal, volume=0.5, lift=4)
        f.line([*ellipse(0, 566, 34), (34, 566)], darker(metal.color, 0.5), 2, 0.6)
    elif piece.called("heart"):
        f.panel(
            curve((0, 610), (-70, 560, -46, 524), (-20, 500, 0, 534), (20, 500, 46, 524), (70, 560, 0, 610)),
            metal,
            volume=0.5,
            lift=4,
        )
    else:
        f.dot(0, 530, 9, metal.color)
        _gem(f, 0, 562, 30, _stone(piece))


def earrings(f: Figure, piece: Piece) -> None:
    """Hoops, drops or studs."""
    metal = _metal(piece)
    for x in (-110, 110):
        if piece.called("hoop", "creole"):
            f.band(
                arc(x, 390, 88, 110, -82, 262),
                17 if piece.called("chunky") else 11,
                metal,
                rim=0.6,
                volume=0.7,
            )
            f.band([(x - 14, 280), (x + 6, 270)], 7, metal, rim=0.5)
        elif piece.called("stud"):
            r = 46
            if piece.called("pearl"):
                f.dot(x, 376, r, PEARL, gloss=0.9, lift=5)
            else:
                f.panel(ellipse(x, 376, r + 9), metal, volume=0.6, lift=5)
                _gem(f, x, 376, r, _stone(piece))
        else:
            f.band(arc(x, 240, 14, 26, 160, 400), 5, metal, rim=0.5)
            f.dot(x, 290, 15, metal.color, gloss=1.0)
            f.band([(x, 300), (x, 372)], 5, metal, rim=0.5)
            drop = curve((x, 370), (x + 60, 470, x + 36, 510), (x, 546, x - 36, 510), (x - 60, 470, x, 370))
            f.panel(drop, plain(PEARL, "satin", 0.8) if piece.called("pearl") else metal, volume=0.6, lift=4)
            if not piece.called("pearl"):
                _gem(f, x, 482, 20, _stone(piece))


def bracelet(f: Figure, piece: Piece) -> None:
    """A bangle, a cuff, a tennis bracelet, beads or a chain."""
    metal = _metal(piece)
    ring = arc(0, 376, 186, 128, 0, 360)
    if piece.called("bead", "pearl"):
        tones = (
            (PEARL,)
            if piece.called("pearl")
            else (piece.rgb, mix(piece.rgb, (255, 255, 255), 0.4), mix(piece.rgb, (70, 40, 20), 0.4))
        )
        for i, (x, y) in enumerate(_along(_smooth(ring), 33)[:-1]):
            f.dot(x, y, 17, tones[i % len(tones)], gloss=0.7, lift=3)
        return
    f.band(
        ring if not piece.called("cuff") else arc(0, 376, 186, 128, -250, 70),
        30 if piece.called("bangle", "cuff") else 12,
        metal,
        rim=0.6,
        volume=0.75,
        lift=4,
    )
    if piece.called("tennis"):
        for x, y in _along(_smooth(ring), 41)[:-1]:
            _gem(f, x, y, 11, _stone(piece))
    elif not piece.called("bangle", "cuff"):
        f.line(ring, darker(metal.color, 0.6), 7, 0.75, 9)
        for x, y in ((-60, 497), (10, 504), (78, 492)) if piece.called("charm") else ((0, 504),):
            f.dot(x, y + 26, 19, metal.color, gloss=1.0, lift=3)


def ring(f: Figure, piece: Piece) -> None:
    """A band, a signet, a solitaire or a stack."""
    metal = _metal(piece)
    circle = arc(0, 430, 140, 150, 0, 360)
    if piece.called("stack"):
        for dy in (50, 0, -50):
            f.band(arc(0, 430 + dy, 150, 92, 0, 360), 15, metal, rim=0.6, volume=0.75, lift=4)
        return
    f.band(circle, 40 if piece.called("band", "signet") else 20, metal, rim=0.6, volume=0.75)
    f.line(arc(0, 430, 140, 150, 200, 250), (255, 255, 255), 6, 0.55)
    if piece.called("signet"):
        f.panel(ellipse(0, 282, 74, 52), metal, volume=0.5, lift=5)
        f.line([*ellipse(0, 282, 60, 40), (60, 282)], darker(metal.color, 0.5), 2.5, 0.6)
    elif not piece.called("band"):
        for x in (-34, 34):
            f.band([(x * 0.6, 300), (x, 226)], 8, metal, rim=0.5)
        _gem(f, 0, 226, 48, _stone(piece))
        for k in range(4):
            f.line(turned([(0, 226), (0, 182)], 45 + k * 90, (0, 226)), (255, 255, 255), 2, 0.5)
