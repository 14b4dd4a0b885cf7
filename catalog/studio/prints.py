"""Prints on the chest: suns, mountains, wreaths, and the animals children ask for.

Knows nothing about the garment below them.
"""

from __future__ import annotations

import math

from .figure import Figure
from .geometry import box, curve, ellipse
from .palette import IVORY, SHADES, luminance
from .piece import Piece, plain


def graphic(f: Figure, piece: Piece, y: float) -> None:
    """A print on the chest, one of five by the product's seed."""
    ink = IVORY if luminance(piece.rgb) < 0.55 else (46, 52, 84)
    warm = SHADES["coral"] if luminance(piece.rgb) < 0.55 else SHADES["terracotta"]
    if piece.called("dino", "fox", "bear", "whale", "rocket", "star"):
        return _mascot(f, piece, y, ink, warm)
    match piece.seed % 4:
        case 0:  # a sun over waves
            f.panel(ellipse(0, y - 14, 46), plain(warm), volume=0.04, rim=0.0)
            for k in range(3):
                f.band(
                    curve(
                        (-66, y + 34 + k * 17),
                        (-33, y + 16 + k * 17, 0, y + 34 + k * 17),
                        (33, y + 52 + k * 17, 66, y + 34 + k * 17),
                    ),
                    6,
                    plain(ink),
                    volume=0,
                )
        case 1:  # mountains
            f.panel(
                [(-74, y + 46), (-22, y - 44), (6, y + 4), (26, y - 22), (74, y + 46)],
                plain(ink),
                volume=0.04,
                rim=0.0,
            )
            f.panel(
                [(-22, y - 44), (-38, y - 16), (-24, y - 22), (-16, y - 12), (-6, y - 17)],
                plain(warm),
                volume=0.04,
                rim=0.0,
            )
            f.panel(ellipse(46, y - 46, 14), plain(warm), volume=0.04, rim=0.0)
        case 2:  # a wreath of leaves
            for k in range(14):
                a = k * 2 * math.pi / 14
                f.panel(
                    ellipse(math.cos(a) * 50, y + math.sin(a) * 50, 17, 7, math.degrees(a) + 60),
                    plain(ink if k % 2 else warm),
                    volume=0.04,
                    rim=0.0,
                )
        case _:  # bars of a record sleeve
            for k, width in enumerate((92, 70, 104, 56, 82)):
                f.panel(
                    box(-52, y - 44 + k * 20, -52 + width, y - 32 + k * 20, 6),
                    plain(ink if k % 2 else warm),
                    volume=0.04,
                    rim=0.0,
                )
    return None


def _mascot(f: Figure, piece: Piece, y: float, ink: tuple[int, int, int], warm: tuple[int, int, int]) -> None:
    if piece.called("star"):
        star = [
            (
                math.sin(k * math.pi / 5) * (58 if k % 2 == 0 else 24),
                y - math.cos(k * math.pi / 5) * (58 if k % 2 == 0 else 24),
            )
            for k in range(10)
        ]
        f.panel(star, plain(SHADES["yellow"]), volume=0.04, rim=0.0)
    elif piece.called("rocket"):
        f.panel([(-22, y + 40), (-44, y + 66), (-16, y + 54)], plain(warm), volume=0.04, rim=0.0)
        f.panel([(22, y + 40), (44, y + 66), (16, y + 54)], plain(warm), volume=0.04, rim=0.0)
        f.panel(
            curve((0, y - 74), (34, y - 30, 24, y + 54), (-24, y + 54), (-34, y - 30, 0, y - 74)),
            plain(ink),
            volume=0.04,
            rim=0.0,
        )
        f.panel(ellipse(0, y - 14, 12), plain(SHADES["sky blue"]), volume=0.04, rim=0.0)
        f.panel([(-12, y + 58), (12, y + 58), (0, y + 88)], plain(SHADES["mustard"]), volume=0.04, rim=0.0)
    elif piece.called("whale"):
        f.panel(
            curve(
                (-72, y + 6),
                (-66, y - 50, 10, y - 44),
                (44, y - 36, 52, y),
                (74, y - 4, 78, y - 30),
                (92, y + 24, 52, y + 36),
                (0, y + 64, -50, y + 40),
                (-70, y + 30, -72, y + 6),
            ),
            plain(ink),
            volume=0.04,
            rim=0.0,
        )
        f.panel(ellipse(-46, y + 2, 5), plain(piece.rgb), volume=0.04, rim=0.0)
    elif piece.called("dino"):
        f.panel(
            curve(
                (-70, y + 44),
                (-40, y + 30, -34, y - 4),
                (-26, y - 44, 14, y - 40),
                (18, y - 80, 58, y - 70),
                (74, y - 60, 62, y - 46),
                (34, y - 44, 38, y - 10),
                (40, y + 30, 30, y + 60),
                (12, y + 60),
                (8, y + 34),
                (-12, y + 34),
                (-16, y + 60),
                (-34, y + 60),
                (-40, y + 44, -70, y + 44),
            ),
            plain(ink),
            volume=0.04,
            rim=0.0,
        )
        f.panel(ellipse(46, y - 62, 4), plain(piece.rgb), volume=0.04, rim=0.0)
    else:  # fox or bear: a face with ears
        ear = 20 if piece.called("bear") else 0
        for side in (-1, 1):
            shape = (
                ellipse(side * 42, y - 42, ear)
                if ear
                else [(side * 60, y - 66), (side * 58, y), (side * 14, y - 34)]
            )
            f.panel(shape, plain(warm), volume=0.04, rim=0.0)
        f.panel(
            curve(
                (0, y + 56),
                (66, y + 30, 56, y - 20),
                (30, y - 52, 0, y - 46),
                (-30, y - 52, -56, y - 20),
                (-66, y + 30, 0, y + 56),
            ),
            plain(warm),
            volume=0.04,
            rim=0.0,
        )
        f.panel(
            curve((0, y + 54), (34, y + 36, 26, y + 8), (0, y - 4, -26, y + 8), (-34, y + 36, 0, y + 54)),
            plain(IVORY),
            volume=0.04,
            rim=0.0,
        )
        for x, dy, r in ((-22, -12, 5), (22, -12, 5), (0, 16, 7)):
            f.panel(ellipse(x, y + dy, r), plain((40, 34, 40)), volume=0.04, rim=0.0)
