"""Heels, flats, sandals and mules, seen from the side.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

from .figure import Figure
from .geometry import Points, box, curve
from .palette import HORN, IVORY, darker, mix
from .piece import Piece, plain

GROUND = 560.0  # where the soles stand


def heel(f: Figure, piece: Piece) -> None:
    """A pump; slingback, block, kitten and strap by feature."""
    g = GROUND
    rise = 78 if piece.has("kitten heel") else 138
    y = g - rise
    f.panel(
        curve(
            (-138, y - 62), (-60, y - 10, 30, g - 70), (70, g - 60, 96, g - 66), (70, g - 40), (-90, y - 4)
        ),
        plain(mix(IVORY, piece.rgb, 0.12)),
        volume=0.3,
    )
    if piece.has("slingback"):
        f.band(curve((-148, y - 52), (-80, y - 44, 10, g - 84)), 9, rim=0.5)
        f.panel(
            curve(
                (-30, y + rise * 0.35),
                (20, g - 92, 60, g - 72),
                (120, g - 78, 168, g - 44),
                (196, g - 20, 176, g - 10),
                (90, g - 10),
                (20, g - 20, -40, y + rise * 0.55),
            ),
            volume=0.42,
        )
    else:
        f.panel(
            curve(
                (-154, y + 4),
                (-162, y - 50, -142, y - 78),
                (-126, y - 70, -110, y - 34),
                (-50, y + 18, 40, g - 62),
                (66, g - 56, 92, g - 74),
                (140, g - 70, 172, g - 40),
                (196, g - 18, 176, g - 10),
                (90, g - 10),
                (20, g - 16, -40, y + rise * 0.45),
                (-80, y + 10, -154, y + 6),
            ),
            volume=0.45,
        )
    if piece.has("ankle strap"):
        f.band(
            curve((-146, y - 60), (-120, y - 128, -50, y - 108), (0, y - 80, -92, y - 78)), 9, rim=0.5, lift=2
        )
        f.buckle(-62, y - 116, -44, y - 96, piece.metal, 3)
    if piece.has("block heel"):
        post: Points = [(-158, y + 2), (-92, y + 4), (-106, g), (-160, g)]
    elif piece.has("kitten heel"):
        post = curve(
            (-156, y + 2), (-96, y + 4), (-120, y + 30, -126, g), (-142, g), (-142, y + 30, -156, y + 2)
        )
    else:
        post = curve(
            (-156, y + 2), (-96, y + 2), (-134, y + 44, -140, g), (-152, g), (-152, y + 60, -156, y + 2)
        )
    f.panel(post, shade=0.86, volume=0.4)
    f.panel(
        curve(
            (-120, y + 6),
            (-50, y + 24, 10, g - 20),
            (60, g - 9, 178, g - 9),
            (182, g - 3, 174, g - 2),
            (70, g - 2),
            (10, g - 6, -56, y + rise * 0.52),
            (-84, y + 16, -120, y + 12),
        ),
        plain((72, 46, 38)),
        volume=0.2,
    )
    if piece.has("bow"):
        for side in (-1, 1):
            f.panel(
                curve(
                    (128, g - 70),
                    (128 + side * 34, g - 96, 128 + side * 38, g - 66),
                    (128 + side * 30, g - 46, 128, g - 66),
                ),
                volume=0.5,
                lift=2,
            )


def flat(f: Figure, piece: Piece) -> None:
    """A ballerina, with bow, strap or point."""
    g = GROUND
    f.panel(
        curve((-160, g - 100), (-40, g - 66, 70, g - 66), (90, g - 40), (-150, g - 34)),
        plain(mix(IVORY, piece.rgb, 0.15)),
        volume=0.3,
    )
    f.panel(
        curve(
            (-176, g - 20),
            (-186, g - 84, -164, g - 112),
            (-150, g - 84, -120, g - 60),
            (-40, g - 34, 60, g - 48),
            (90, g - 58, 102, g - 74),
            (160, g - 70, 190, g - 30),
            (200, g - 14, 180, g - 12),
            (-176, g - 12),
        ),
        volume=0.45,
    )
    f.line(
        curve(
            (-162, g - 108),
            (-150, g - 80, -120, g - 56),
            (-40, g - 30, 60, g - 44),
            (92, g - 54, 104, g - 72),
        ),
        alpha=0.6,
        width=3,
    )
    if piece.has("strap", "ankle strap") or piece.called("mary jane"):
        f.band(curve((-10, g - 42), (-6, g - 96, 30, g - 110), (58, g - 92, 54, g - 50)), 13, rim=0.5, lift=2)
        f.button(30, g - 104, 6, piece.metal)
    elif not piece.called("pointed"):
        for side in (-1, 1):
            f.panel(
                curve(
                    (104, g - 72),
                    (104 + side * 30, g - 98, 104 + side * 36, g - 70),
                    (104 + side * 28, g - 50, 104, g - 68),
                ),
                volume=0.5,
                lift=2,
            )
        f.panel(box(97, g - 80, 111, g - 62, 5), volume=0.4)
    f.panel(box(-178, g - 14, 186, g - 4, 4), plain(HORN), volume=0.2)
    f.panel(box(-176, g - 10, -110, g + 2, 2), plain(darker(HORN, 0.3)), volume=0.2)


def sandal(f: Figure, piece: Piece) -> None:
    """Strappy, slide, espadrille, sporty; flat or heeled."""
    g = GROUND
    heeled = piece.has("heel", "block heel", "stiletto", "wedge")
    y = g - (112 if heeled else 26)
    jute = piece.called("espadrille") or piece.has("wedge")
    bed = curve(
        (-168, y - 16),
        (-80, y - 10, 20, g - 46),
        (80, g - 34, 180, g - 40),
        (206, g - 30, 190, g - 18),
        (60, g - 14, 0, g - 22),
        (-80, y + 14, -164, y + 8),
    )
    tone = (
        plain((204, 172, 122), "straw")
        if jute
        else plain((124, 86, 58) if not piece.has("sporty") else (54, 54, 58))
    )
    if piece.has("wedge"):
        f.panel(
            curve((-166, y), (-60, y + 10, 30, g - 36), (180, g - 30), (196, g - 8, 180, g), (-160, g)),
            tone,
            volume=0.35,
        )
    elif heeled:
        f.panel(
            [(-164, y), (-100, y + 4), (-112 if piece.has("block heel") else -138, g), (-160, g)],
            shade=0.85,
            volume=0.4,
        )
    f.panel(bed, tone, volume=0.3)
    if piece.called("slide"):
        f.panel(
            curve((-20, g - 34), (10, g - 130, 76, g - 122), (132, g - 100, 132, g - 30)), volume=0.4, lift=3
        )
    else:
        for x, w in ((46, 17), (104, 17)) if not piece.has("minimal") else ((80, 12),):
            strap = curve(
                (x - w, g - 26), (x - w, g - 84, x + 4, g - 106), (x + 22, g - 112, x + 34, g - 102)
            )
            f.panel(
                [*strap, *curve((x + 34, g - 102), (x + 20, g - 72, x + w + 4, g - 26))], volume=0.45, lift=2
            )
        f.band(curve((-156, y - 8), (-164, y - 70, -146, y - 100)), 15, rim=0.5)
        f.band(
            curve(
                (-148, y - 96),
                (-90, y - 132, -48, y - 112),
                (-30, y - 92, -70, y - 78),
                (-110, y - 70, -150, y - 88),
            ),
            12,
            rim=0.5,
            lift=2,
        )
        f.band(curve((-56, y - 92), (-10, y - 60, 34, g - 96)), 10, rim=0.5)
        f.buckle(-72, y - 122, -50, y - 98, piece.metal, 3.5)
    if not heeled:
        f.panel(
            curve(
                (-168, g - 18),
                (190, g - 18),
                (200, g - 8, 186, g - 2),
                (-160, g - 2),
                (-174, g - 8, -168, g - 18),
            ),
            tone if jute else plain((70, 54, 46)),
            volume=0.25,
        )


def mule(f: Figure, piece: Piece) -> None:
    """Open-backed, flat or with a block heel; slippers have a soft lining."""
    g = GROUND
    rise = 74 if piece.has("block heel", "heel", "kitten heel") else 24
    y = g - rise
    soft = piece.category == "slippers"
    inner = plain((234, 222, 200), "teddy") if soft else plain(mix(IVORY, piece.rgb, 0.2))
    f.panel(
        curve((-176, y - 14), (-60, y - 16, 40, g - 50), (40, g - 24), (-60, y + 12, -170, y + 6)),
        inner,
        volume=0.4,
    )
    f.panel(
        curve(
            (-52, y - 4 if rise < 30 else g - 56),
            (-20, g - 132, 44, g - 128),
            (150, g - 112, 188, g - 40),
            (196, g - 20, 178, g - 16),
            (0, g - 18),
        ),
        volume=0.46,
        folds=[(curve((0, g - 40), (20, g - 100, 60, g - 110)), 8, 0.25)],
    )
    if soft:
        f.band(curve((-52, g - 34), (-24, g - 130, 44, g - 128)), 24, inner, rim=0.2, lift=2)
    elif piece.has("buckle") or piece.called("clog"):
        f.band(curve((-10, g - 26), (6, g - 104, 60, g - 122)), 16, rim=0.5, lift=2)
        f.buckle(6, g - 96, 34, g - 70, piece.metal)
    if rise > 30:
        f.panel([(-172, y), (-108, y + 6), (-116, g), (-168, g)], plain((112, 78, 54)), volume=0.4)
    sole = plain((150, 112, 76) if not soft else (92, 84, 80))
    f.panel(
        curve(
            (-174, y + 2),
            (-60, y + 8, 20, g - 20),
            (184, g - 20),
            (196, g - 10, 184, g - 4),
            (0, g - 4),
            (-70, y + 22, -174, y + 14),
        ),
        sole,
        volume=0.25,
    )
