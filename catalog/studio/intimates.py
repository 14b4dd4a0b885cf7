"""Swimwear, underwear, socks and tights.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

from .cloth import Cloth
from .figure import Figure, Fold
from .geometry import Points, both, curve, flip, wave
from .palette import darker, lighter
from .piece import Piece, plain
from .tops import camisole


def swim(f: Figure, piece: Piece) -> None:
    """A bikini or a swimsuit."""
    if piece.category == "swimsuit":
        return one_piece(f, piece)
    f.move(0, 22, 1.3)
    cups(f, piece, 250, tie=piece.has("halter neck", "tie sides"))
    briefs_at(f, piece, 440, high=piece.has("high waist"), tie=piece.has("tie sides"))
    return None


def one_piece(f: Figure, piece: Piece) -> None:
    """A swimsuit with straps, scoop and high leg."""
    deep = 190 if piece.has("v-neck", "plunge") else 130
    for side in (-1, 1):
        f.band([(side * 62, 70), (side * 70, 150)], 13, shade=0.9, rim=0.5)
    f.panel(
        both(
            curve(
                (0, 210),
                (60, 200, 66, 110),
                (78, 110),
                (80, 190, 112, 220),
                (90, 300),
                (90, 420),
                (60, 440, 0, 440),
            )
        ),
        shade=0.6,
        volume=0.3,
    )
    half = curve(
        (0, 80 + deep),
        (50, 70 + deep * 0.9, 62, 110),
        (78, 110),
        (84, 180, 114, 216),
        (104, 290, 92, 340),
        (96, 400, 118, 470),
        (70, 540, 26, 640),
        (0, 650),
    )
    folds: list[Fold] = [
        (curve((-92, 340), (0, 366, 92, 340)), 6, -0.16),
        (curve((40, 230), (60, 260, 100, 250)), 5, -0.2),
        (curve((-40, 230), (-60, 260, -100, 250)), 5, -0.2),
        ([(-40, 300), (-46, 520)], 22, 0.16),
    ]
    f.panel(both(half), folds=folds, volume=0.46)
    f.lines(
        [curve((118, 470), (70, 540, 26, 640)), curve((0, 80 + deep), (50, 70 + deep * 0.9, 62, 110))],
        width=3,
        alpha=0.45,
    )
    if piece.has("belted"):
        f.band(
            [
                (-91, 350),
                (
                    0,
                    358,
                ),
                (91, 350),
            ],
            15,
            rim=0.5,
            shade=0.9,
        )
        f.buckle(-13, 344, 13, 370, piece.metal)
    if piece.has("racerback", "sporty"):
        f.lines([curve((104, 270), (86, 340, 104, 440))], piece.contrast, 6, 0.7)


def cups(f: Figure, piece: Piece, y: float, *, tie: bool, lace: bool = False) -> None:
    """Two cups on a band with straps, centred at `y`."""
    top = y - 130
    for side in (-1, 1):
        end = (side * 12, top - 24) if tie else (side * 92, top - 20)
        f.band([end, (side * 66, y - 46)], 6, shade=0.9, rim=0.5)
    f.band(curve((-142, y + 40), (0, y + 62, 142, y + 40)), 22 if not tie else 10, rim=0.5, shade=0.92)
    cup = curve(
        (6, y + 36),
        (20, y - 20, 66, y - 54),
        (118, y - 20, 130, y + 22),
        (126, y + 62, 66, y + 64),
        (20, y + 62, 6, y + 36),
    )
    f.pair(cup, volume=0.55, lift=2, folds=[(curve((20, y + 30), (60, y + 10, 110, y + 20)), 4, -0.14)])
    if lace:
        edge = curve((8, y + 26), (24, y - 26, 66, y - 52), (110, y - 24, 124, y + 8))
        for path in (edge, flip(edge)):
            f.band(path, 15, Cloth(lighter(piece.rgb, 0.22), "lace"), rim=0.3)
    f.panel([(-7, y + 28), (7, y + 28), (6, y + 56), (-6, y + 56)], volume=0.2)


def briefs_at(
    f: Figure, piece: Piece, y: float, *, high: bool = False, tie: bool = False, lace: bool = False
) -> None:
    """Briefs whose waist lies at `y`."""
    up = y - (56 if high else 0)
    half = curve((0, up + 6), (124, up), (132, y + 66), (84, y + 78, 40, y + 150), (26, y + 170, 0, y + 172))
    f.panel(both(curve((0, up + 10), (118, up + 2), (118, up + 24), (0, up + 26))), shade=0.6, volume=0.2)
    f.panel(
        both(half),
        volume=0.46,
        folds=[
            (curve((-120, y + 30), (0, y + 60, 120, y + 30)), 6, -0.15),
            (curve((-30, y + 150), (-40, y + 100, -90, y + 80)), 5, -0.2),
            (curve((30, y + 150), (40, y + 100, 90, y + 80)), 5, -0.2),
        ],
    )
    f.lines([curve((132, y + 66), (84, y + 78, 40, y + 150))], width=3, alpha=0.45)
    if lace:
        f.band(
            curve((-124, up + 8), (0, up + 16, 124, up + 8)),
            24,
            Cloth(lighter(piece.rgb, 0.22), "lace"),
            rim=0.3,
        )
    else:
        f.band(curve((-125, up + 6), (0, up + 14, 125, up + 6)), 12, shade=0.88, rim=0.3)
    if tie:
        for side in (-1, 1):
            for drop in (60, 88):
                f.band(
                    curve(
                        (side * 126, up + 12),
                        (side * 170, up + 20, side * (150 + drop * 0.2), up + 20 + drop),
                    ),
                    5,
                    rim=0.4,
                )
            f.panel(
                curve(
                    (side * 126, up + 12),
                    (side * 166, up - 22, side * 168, up + 10),
                    (side * 158, up + 30, side * 126, up + 14),
                ),
                volume=0.4,
            )


def underwear(f: Figure, piece: Piece) -> None:
    """Bras, briefs, boxers, lingerie and shapewear."""
    match piece.category:
        case "bra":
            f.move(0, 30, 1.35)
            cups(f, piece, 350, tie=False, lace=piece.has("lace trim"))
        case "sports bra":
            sports_bra(f, piece)
        case "briefs":
            f.move(0, 0, 1.35)
            briefs_at(f, piece, 300, high=piece.has("high waist"), lace=piece.has("lace trim"))
        case "boxers":
            boxers(f, piece)
        case "shapewear":
            shaping(f, piece)
        case _:
            if piece.called("camisole", "babydoll"):
                f.move(0, 0, 1.15)
                camisole(f, piece, 560)
                return
            f.move(0, 22, 1.3)
            cups(f, piece, 250, tie=False, lace=True)
            briefs_at(f, piece, 440, lace=True)


def sports_bra(f: Figure, piece: Piece) -> None:
    """A cropped top with a racer back and a broad band."""
    f.move(0, 30, 1.2)
    f.panel(both(curve((0, 240), (40, 236, 62, 160), (92, 160), (100, 260), (0, 300))), shade=0.6, volume=0.3)
    half = curve((0, 268), (48, 262, 60, 160), (92, 158), (92, 250, 126, 296), (124, 420), (0, 430))
    f.panel(
        both(half),
        volume=0.46,
        folds=[
            (curve((-90, 330), (-50, 360, -8, 340)), 6, -0.2),
            (curve((90, 330), (50, 360, 8, 340)), 6, -0.2),
        ],
    )
    f.band(curve((-124, 434), (0, 444, 124, 434)), 32, Cloth(darker(piece.rgb, 0.12), "rib"), rim=0.5)
    f.lines(
        [curve((0, 268), (48, 262, 60, 160)), curve((92, 158), (92, 250, 126, 296))], piece.contrast, 3, 0.5
    )


def boxers(f: Figure, piece: Piece) -> None:
    """Trunks with a broad elastic waistband."""
    f.move(0, 10, 1.3)
    half = curve((0, 262), (112, 262), (128, 330, 134, 430), (80, 450, 26, 440), (6, 424, 0, 400))
    f.pair(
        half,
        volume=0.42,
        folds=[
            (curve((8, 400), (60, 380, 120, 350)), 5, -0.25),
            (curve((30, 436), (60, 420, 128, 424)), 4, -0.2),
        ],
    )
    f.panel(curve((-34, 264), (34, 264), (26, 370, 0, 404), (-26, 370, -34, 264)), volume=0.35, rim=0.45)
    f.line([(6, 268), (6, 390)], alpha=0.4)
    f.panel(
        both(curve((0, 234), (110, 230), (113, 266), (0, 270))),
        Cloth(darker(piece.rgb, 0.2), "rib"),
        volume=0.25,
        lift=1,
    )
    f.line([(-44, 250), (44, 250)], piece.contrast, 7, 0.7, 8)


def shaping(f: Figure, piece: Piece) -> None:
    """High-waisted smoothing shorts, or a slip."""
    half = curve(
        (0, 130), (88, 120), (84, 220, 104, 300), (124, 360, 118, 560), (70, 574, 16, 564), (8, 420, 0, 400)
    )
    f.pair(half, volume=0.46, folds=[([(50, 160), (66, 540)], 20, 0.18)])
    f.band(curve((-88, 128), (0, 138, 88, 128)), 18, Cloth(darker(piece.rgb, 0.1), "rib"), rim=0.4)
    f.lines([curve((40, 140), (36, 260, 70, 390)), curve((118, 545), (70, 560, 17, 550))], alpha=0.4, width=2)


def _sock(x: float, height: float) -> Points:
    top = 540 - height
    return curve(
        (x - 44, top),
        (x + 44, top),
        (x + 42, 500),
        (x + 60, 540, x + 128, 560),
        (x + 176, 580, x + 164, 620),
        (x + 150, 650, x + 90, 644),
        (x - 10, 640, x - 44, 590),
        (x - 54, 560, x - 46, 500),
    )


def socks(f: Figure, piece: Piece) -> None:
    """A pair of socks in profile."""
    height = 400 if piece.has("knee-high") else 150 if piece.called("ankle", "trainer") else 290
    deep = Cloth(darker(piece.rgb, 0.16), "rib")
    for x, y, shade in ((-6, -46, 0.9), (-92, 14, 1.0)):
        f.move(0, y, 1.0)
        f.panel(
            _sock(x, height),
            shade=shade,
            volume=0.46,
            lift=4 if shade == 1 else 0,
            folds=[
                (curve((x - 40, 520), (x, 540, x + 40, 510)), 5, -0.3),
                (curve((x - 40, 496), (x, 512, x + 40, 490)), 4, -0.2),
            ],
        )
        f.panel(
            curve(
                (x - 46, 540 - height - 6),
                (x + 46, 540 - height - 6),
                (x + 45, 580 - height),
                (x - 45, 580 - height),
            ),
            deep,
            shade=shade,
            volume=0.35,
        )
        f.panel(
            curve(
                (x + 126, 560),
                (x + 178, 582, x + 164, 620),
                (x + 150, 648, x + 108, 645),
                (x + 100, 600, x + 126, 560),
            ),
            deep,
            shade=shade,
            volume=0.4,
        )
        f.panel(
            curve((x - 48, 560), (x - 20, 570, x - 4, 622), (x - 36, 610, x - 46, 586)),
            deep,
            shade=shade,
            volume=0.35,
        )


def tights(f: Figure, piece: Piece) -> None:
    """Tights from waistband to toe."""
    half = curve(
        (0, 70),
        (86, 66),
        (106, 130, 108, 220),
        (104, 360, 86, 460),
        (84, 560, 66, 640),
        (66, 690, 40, 698),
        (20, 698, 30, 640),
        (30, 560, 20, 460),
        (10, 320, 0, 240),
    )
    f.pair(
        half,
        volume=0.5,
        folds=[
            (curve((60, 120), (64, 340, 54, 640)), 16, 0.22),
            (curve((30, 640), (48, 650, 66, 636)), 4, -0.2),
            (curve((22, 440), (52, 454, 88, 440)), 5, -0.15),
        ],
    )
    f.band(curve((-86, 72), (0, 80, 86, 72)), 24, Cloth(darker(piece.rgb, 0.12), "rib"), rim=0.4)
    f.line([(0, 84), (0, 240)], alpha=0.4)
    if piece.pattern == "polka dot":
        return
    f.lines([wave(30, 66, 640, 3, 2)], plain(piece.rgb).color, 1, 0.2)
