"""Coats, trench coats, parkas and robes.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

from dataclasses import replace

from . import collars, upper
from .figure import Figure
from .geometry import both, box, curve, flip
from .outerwear import button_tone, lining_glimpse
from .palette import HORN, darker
from .piece import Piece, plain
from .tops import cut_of
from .upper import Cut


def coat(f: Figure, piece: Piece) -> None:
    """Long coats: tailored, trench, parka, duffle, wrap."""
    cut = replace(
        cut_of(piece, sleeve="long").wider(2),
        neck="open",
        sleeve="long",
        top=62,
        neck_w=42,
        hem=690,
        shoulder=132,
    )
    cut = replace(cut, hip=cut.hip + 16)
    if piece.category == "parka" or piece.has("hooded"):
        parka(f, piece, replace(cut, neck="shirt", hem=650))
        return
    lining_glimpse(f, cut, darker(piece.rgb, 0.5))
    upper.sleeves(f, cut)
    f.panel(
        both(upper.trunk(cut)),
        folds=[
            *upper.body_folds(cut, 0.26),
            (curve((60, 420), (70, 560, 84, 690)), 8, -0.25),
            (curve((-60, 420), (-66, 560, -80, 690)), 8, -0.25),
        ],
    )
    double = piece.category == "trench coat" or piece.has("double-breasted")
    gorge = cut.top + (196 if double else 230)
    edge = 32 if double else 6
    f.line([(edge, gorge), (edge, 694)], width=2.2, alpha=0.7)
    collars.lapels(f, cut, gorge, wide=1.4, peak=double)
    tone = button_tone(piece)
    for x in (-36, 36) if double else (0,):
        for k in range(3):
            f.button(x, gorge + 18 + k * (56 if double else 74), 7.5, tone)
    for side in (-1, 1):
        f.panel(
            [(side * 70, 432), (side * 88, 428), (side * 104, 500), (side * 86, 504)], volume=0.15, lift=2
        )
    if piece.category == "trench coat":
        f.panel(
            curve((28, 96), (cut.chest - 10, 92), (cut.chest - 16, 190), (60, 206), (30, 188)),
            volume=0.2,
            lift=3,
        )
        for side in (-1, 1):
            f.panel(
                [
                    (side * (cut.shoulder - 34), 80),
                    (side * (cut.shoulder + 4), 98),
                    (side * (cut.shoulder - 2), 112),
                    (side * (cut.shoulder - 40), 94),
                ],
                volume=0.25,
                lift=2,
            )
            f.band([(side * (cut.shoulder + 30), 424), (side * (cut.shoulder + 72), 418)], 12, rim=0.5)
    if piece.category == "trench coat" or piece.has("belted", "wrap"):
        y = 330
        f.band([(-cut.waist - 3, y), (0, y + 6), (cut.waist + 3, y)], 22, rim=0.5, lift=3)
        if piece.category == "trench coat":
            f.buckle(-16, y - 12, 18, y + 22, HORN, 5)
            f.panel([(18, y - 5), (66, y + 2), (66, y + 22), (18, y + 16)], volume=0.3, lift=3)
        else:
            f.panel(
                curve((6, y + 8), (30, y + 60, 22, y + 150), (2, y + 152), (8, y + 60, -8, y + 10)), lift=3
            )
            f.panel(
                curve((-2, y + 8), (-14, y + 60, -26, y + 120), (-44, y + 116), (-24, y + 60, -14, y + 4)),
                lift=3,
            )
            f.panel(box(-13, y - 10, 13, y + 18, 8), lift=3, volume=0.5)


def parka(f: Figure, piece: Piece, cut: Cut) -> None:
    """A hooded coat with big pockets; toggles for a duffle, fur for a parka."""
    cut = replace(cut, top=88, neck_w=46)
    duffle = piece.called("duffle")
    collars.hood(f, cut, lining=piece.rgb)
    upper.sleeves(f, replace(cut, cuff=True))
    f.panel(both(upper.trunk(cut)), folds=upper.body_folds(cut, 0.3))
    f.panel(box(-16, cut.top + 44, 16, cut.hem + 5), volume=0.1, lift=2)
    for k in range(4):
        y = cut.top + 92 + k * (86 if duffle else 110)
        if duffle:
            f.line([(-44, y), (44, y)], (226, 210, 180), 3, 0.9)
            f.band([(-14, y), (14, y)], 9, plain((168, 124, 76)), rim=0.6, lift=2)
        else:
            f.dot(0, y, 5.5, piece.metal)
    for x in (-104, 36):
        f.panel(box(x, 440, x + 68, 530, 6), volume=0.12, lift=1)
        f.panel(box(x - 3, 432, x + 71, 462, 5), volume=0.2, lift=3)
    collars.hood_edges(f, cut, cut.top + 56)
    if piece.category == "parka":
        fur = plain((196, 172, 140) if piece.has("faux fur") else darker(piece.rgb, 0.2), "teddy")
        arc = curve(
            (16, cut.top + 58),
            (cut.neck_w + 38, cut.top + 46, cut.neck_w + 42, cut.top),
            (cut.neck_w + 30, cut.top - 64, 0, cut.top - 72),
        )
        f.band([*arc, *flip(arc)[::-1]], 24, fur, rim=0.2, lift=3)
    f.line(curve((-cut.waist, 366), (0, 374, cut.waist, 366)), alpha=0.5, width=2)


def robe(f: Figure, piece: Piece) -> None:
    """A wrap robe with a shawl collar and tied belt."""
    cut = replace(cut_of(piece, sleeve="long").wider(8), neck="open", sleeve="long", top=70, hem=670)
    lining_glimpse(f, cut, darker(piece.rgb, 0.45))
    upper.sleeves(f, cut, full=10)
    f.panel(both(upper.trunk(cut)), folds=upper.body_folds(cut, 0.4))
    edge = curve((10, 676), (10, 330), (cut.neck_w * 0.5, 180, cut.neck_w - 2, 66), (0, 40))
    f.band([(10, 676), (10, 330), (-8, 300)], 26, rim=0.45)
    f.band([*flip(edge)[14:], *[]], 32, rim=0.45, lift=3)
    f.band(edge[2:], 32, rim=0.45, lift=3)
    f.band([(-cut.waist - 4, 336), (cut.waist + 4, 336)], 24, rim=0.5, lift=3)
    for dx in (-20, 26):
        f.panel([(dx - 8, 344), (dx + 8, 344), (dx + 14, 470), (dx - 8, 474)], lift=3)
    f.panel(box(-14, 322, 18, 354, 9), lift=3, volume=0.5)
    for x in (-104, 40):
        f.panel(box(x, 440, x + 60, 516, 4), volume=0.12, lift=1)
