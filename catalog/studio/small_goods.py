"""Eyewear, watches, wallets, ties, umbrellas and the other small goods.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

import math

from .cloth import Cloth
from .figure import Figure
from .geometry import arc, box, curve, ellipse, flip, wave
from .palette import HORN, IVORY, SHADES, darker, lighter, luminance
from .piece import METALS, Piece, plain


def sunglasses(f: Figure, piece: Piece) -> None:
    """Round, aviator, cat-eye or square frames."""
    if piece.called("round"):
        lens = ellipse(104, 370, 78, 76)
    elif piece.called("aviator"):
        lens = curve((30, 316), (110, 296, 190, 318), (206, 420, 140, 454), (60, 470, 30, 316))
    elif piece.called("cat"):
        lens = curve((26, 326), (110, 312, 210, 282), (208, 400, 140, 444), (50, 460, 26, 326))
    else:
        lens = box(28, 312, 194, 436, 26)
    tint = (56, 50, 52) if piece.color not in {"brown", "cognac", "tan", "gold"} else (96, 70, 52)
    frame = plain(METALS.get(piece.color, piece.rgb) if piece.called("aviator") else piece.rgb, "satin", 0.6)
    frame = Cloth(frame.color, "satin", f.cloth.pattern, 0.6)
    for side in (1, -1):
        f.band(
            curve((side * 192, 320), (side * 236, 300, side * 232, 250), (side * 224, 220, side * 196, 214)),
            10,
            frame,
            shade=0.75,
            rim=0.5,
        )
    for side in (1, -1):
        shape = lens if side == 1 else flip(lens)
        f.panel(
            shape,
            Cloth(tint, "satin", gloss=0.5),
            volume=0.25,
            folds=[
                ([(side * 60 - 20, 330), (side * 60 + 60, 440)], 18, 0.22),
                ([(side * 60 + 30, 330), (side * 60 + 100, 420)], 8, 0.16),
            ],
        )
        f.band([*shape, shape[0], shape[1]], 6 if piece.called("aviator") else 14, frame, rim=0.5, volume=0.7)
    f.band(curve((-34, 350), (0, 326, 34, 350)), 10 if not piece.called("aviator") else 6, frame, rim=0.5)
    if piece.called("aviator"):
        f.band([(-46, 314), (46, 314)], 6, frame, rim=0.5)


def watch(f: Figure, piece: Piece) -> None:
    """A wristwatch with leather strap or steel links."""
    steel = piece.has("metal bracelet", "steel bracelet")
    metal = METALS.get(piece.color, METALS["silver"])
    strap = plain(metal, "satin", 0.7) if steel else None
    for y0, y1, narrow in ((70, 270, 1), (480, 690, -1)):
        a, b = (44, 62) if narrow == 1 else (62, 44)
        f.panel([(-a, y0), (a, y0), (b, y1), (-b, y1)], strap, volume=0.45)
        if steel:
            for k in range(8):
                y = y0 + 14 + k * (y1 - y0) / 8
                f.line([(-58, y), (58, y)], darker(metal, 0.6), 2.5, 0.6)
            f.lines([[(20, y0), (24, y1)]], darker(metal, 0.6), 2, 0.5)
        else:
            f.lines([[(a - 8, y0 + 6), (b - 8, y1 - 6)]], lighter(piece.rgb, 0.4), 1.4, 0.7, 5)
    case = metal if steel else (METALS["gold"] if piece.has("gold case") else METALS["silver"])
    if piece.called("digital", "sport"):
        f.panel(box(-104, 262, 104, 490, 34), plain(piece.rgb, "plain", 0.3), volume=0.5, lift=4)
        f.panel(box(-78, 300, 78, 452, 14), plain((172, 184, 170)), volume=0.15)
        for x in (-54, -20, 26, 60):
            f.line(
                [(x - 8, 346), (x + 8, 346), (x + 8, 376), (x - 8, 376), (x - 8, 406), (x + 8, 406)],
                (44, 48, 46),
                4.5,
                0.9,
            )
        return
    f.panel(box(108, 360, 134, 392, 5), plain(case, "satin", 0.9), volume=0.4)
    f.panel(ellipse(0, 376, 118), plain(case, "satin", 0.9), volume=0.6, lift=5)
    dial = (250, 248, 242) if not piece.has("dark dial") else (34, 40, 58)
    ink = darker(dial, 0.8) if luminance(dial) > 0.5 else IVORY
    f.panel(ellipse(0, 376, 98), plain(dial), volume=0.2)
    for k in range(12):
        angle = k * math.pi / 6
        inner = 76.0 if k % 3 else 68.0
        f.line(
            [
                (math.sin(angle) * inner, 376 - math.cos(angle) * inner),
                (math.sin(angle) * 88, 376 - math.cos(angle) * 88),
            ],
            ink,
            4 if k % 3 else 6,
            0.9,
        )
    if piece.called("chrono"):
        for x, y in ((-40, 376), (40, 376), (0, 418)):
            f.line([*ellipse(x, y, 21), (x + 21, y)], ink, 2, 0.7)
    f.line([(0, 376), (-36, 338)], ink, 7, 0.95)
    f.line([(0, 376), (44, 326)], ink, 4.5, 0.95)
    f.dot(0, 376, 6, case)


def wallet(f: Figure, piece: Piece) -> None:
    """A wallet or card holder."""
    if piece.called("card"):
        for k, tone in enumerate((SHADES["navy"], SHADES["sage"])):
            f.panel(box(-120 + k * 12, 236 + k * 26, 120 - k * 4, 340, 10), plain(tone), volume=0.15)
        f.panel(box(-150, 290, 150, 520, 14), volume=0.3)
        for y in (340, 386):
            f.line(curve((-150, y), (0, y + 8, 150, y)), width=3, alpha=0.6)
    else:
        f.panel(box(-190, 262, 194, 516, 14), shade=0.72, volume=0.3)
        f.panel(
            box(-196, 270, 186, 526, 14), volume=0.32, lift=3, folds=[([(-160, 330), (80, 300)], 22, 0.18)]
        )
        f.stitch([*box(-184, 282, 174, 514, 10), (-174, 282)])
        if piece.has("zip"):
            f.zipper([(-180, 300), (170, 300)], piece.metal)
        elif piece.gender != "men":
            f.panel(box(120, 372, 206, 424, 10), shade=0.95, volume=0.25, lift=3)
            f.dot(142, 398, 9, piece.metal)
    f.line([(-150, 488), (-104, 488)], lighter(piece.rgb, 0.35), 3, 0.6)


def tie(f: Figure, piece: Piece) -> None:
    """A necktie, knotted."""
    f.panel(
        curve((-24, 110), (24, 110), (40, 150), (0, 160), (-40, 150)),
        plain(darker(piece.rgb, 0.5)),
        volume=0.4,
    )
    f.panel(
        curve((-16, 186), (16, 186), (36, 420, 58, 600), (0, 684), (-58, 600), (-36, 420, -16, 186)),
        turn=35,
        volume=0.4,
        folds=[([(-4, 200), (-22, 560)], 8, 0.25), ([(10, 190), (6, 260)], 4, -0.4)],
    )
    f.panel(curve((-44, 112), (0, 130, 44, 112), (26, 196), (0, 206, -26, 196)), turn=-30, volume=0.5, lift=4)
    f.lines([curve((30, 120), (66, 76, 60, 60))], darker(piece.rgb, 0.3), 20, 0.9)


def bow_tie(f: Figure, piece: Piece) -> None:
    """A bow tie, tied."""
    for side in (-1, 1):
        f.panel(
            curve(
                (side * 14, 380),
                (side * 60, 330, side * 190, 296),
                (side * 206, 380, side * 190, 470),
                (side * 60, 430, side * 14, 390),
            ),
            volume=0.46,
            turn=side * 10,
            folds=[
                (curve((side * 20, 384), (side * 70, 366, side * 120, 350)), 6, -0.45),
                (curve((side * 20, 388), (side * 70, 404, side * 120, 416)), 6, -0.4),
                (curve((side * 60, 384), (side * 120, 384, side * 170, 380)), 12, 0.25),
            ],
        )
    f.panel(box(-28, 344, 28, 424, 14), volume=0.5, lift=5)


def umbrella(f: Figure, piece: Piece) -> None:
    """An open umbrella with a curved handle."""
    f.band(
        curve((0, 140), (0, 610), (0, 664, 40, 664), (78, 664, 78, 620)),
        11,
        plain(HORN, "satin", 0.5),
        rim=0.5,
    )
    n = 5
    edge = [(-x, y) for x, y in wave(-250, 250, 396, -26, n)]
    f.panel(
        [*curve((-250, 396), (-220, 130, 0, 122), (220, 130, 250, 396)), *edge],
        volume=0.46,
        folds=[(curve((0, 124), (k * 0.9, 210, k, 394)), 5, -0.3) for k in (-150, -50, 50, 150)],
    )
    for k in (-150, -50, 50, 150):
        f.line(curve((0, 124), (k * 0.95, 210, k, 394)), alpha=0.5)
    f.band([(0, 124), (0, 98)], 7, plain(HORN), rim=0.5)


def hair(f: Figure, piece: Piece) -> None:
    """A scrunchie, a headband, or a claw clip."""
    if piece.called("scrunchie"):
        ring = [
            (
                math.cos(a) * (160 + 16 * math.sin(9 * a)),
                376 + math.sin(a) * (130 + 14 * math.sin(9 * a)),
            )
            for a in (2 * math.pi * k / 120 for k in range(121))
        ]
        f.band(ring, 92, rim=0.4, volume=0.7)
        for k in range(18):
            a = k * math.pi / 9
            f.line(
                curve(
                    (math.cos(a) * 118, 376 + math.sin(a) * 92),
                    (
                        math.cos(a + 0.1) * 160,
                        376 + math.sin(a + 0.1) * 130,
                        math.cos(a) * 200,
                        376 + math.sin(a) * 168,
                    ),
                ),
                darker(piece.rgb, 0.5),
                5,
                0.22,
            )
    elif piece.called("headband"):
        f.band(arc(0, 420, 190, 240, 160, 380), 58, rim=0.4, volume=0.7)
        f.panel(
            curve(
                (-30, 164), (0, 140, 34, 166), (44, 196, 28, 228), (0, 236, -30, 226), (-44, 196, -30, 164)
            ),
            volume=0.5,
            lift=4,
        )
    elif piece.called("clips", "barrette"):
        for y in (310, 440):
            f.panel(box(-180, y - 24, 180, y + 24, 20), plain(piece.rgb, "satin", 0.5), volume=0.5)
            for k in range(7):
                f.dot(-150 + k * 50, y, 14, SHADES["ivory"] if k % 2 else piece.metal)
    else:
        f.panel(
            curve(
                (-180, 420),
                (-190, 250, 0, 240),
                (190, 250, 180, 420),
                (130, 330, 0, 326),
                (-130, 330, -180, 420),
            ),
            plain(piece.rgb, "satin", 0.6),
            volume=0.5,
        )
        for k in range(-4, 5):
            f.band(
                curve((k * 36, 330), (k * 44, 410, k * 34, 480)), 16, plain(piece.rgb, "satin", 0.6), rim=0.4
            )


def phone_case(f: Figure, piece: Piece) -> None:
    """The back of a phone case."""
    f.panel(box(-132, 110, 132, 650, 44), volume=0.28, folds=[([(-90, 200), (40, 560)], 30, 0.1)])
    f.panel(box(-106, 136, 6, 256, 28), plain((44, 44, 48), "satin", 0.4), volume=0.3, lift=2)
    for x, y in ((-76, 168), (-24, 168), (-76, 222)):
        f.dot(x, y, 19, (24, 24, 28))
    f.dot(-24, 222, 8, (236, 232, 220))
    if piece.has("strap"):
        f.band(curve((-60, 640), (-180, 720, -230, 600), (-250, 300, -150, 120)), 8, rim=0.5)
