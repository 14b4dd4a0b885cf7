"""Hats, scarves, belts, gloves, eyewear, ties, small leather goods and the like.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

import math

from .cloth import Cloth
from .figure import Figure
from .geometry import arc, box, curve, ellipse, turned
from .palette import IVORY, darker, lighter, luminance
from .piece import METALS, Piece, plain


def belt(f: Figure, piece: Piece) -> None:
    """A belt, coiled once, its buckle in front."""
    f.band(arc(0, 330, 176, 92, 0, 360), 46, shade=0.72, rim=0.5, volume=0.6)
    front = curve((-176, 340), (-190, 450, 0, 456), (190, 450, 176, 340))
    f.band(front, 48, rim=0.5, volume=0.55)
    f.band(curve((0, 456), (120, 456, 206, 520)), 48, rim=0.5, volume=0.55, lift=4)
    for off in (-19, 19):
        f.stitch(curve((-172, 360 + off), (-170, 450 + off, 0, 456 + off)), alpha=0.5)
    f.buckle(-46, 420, 24, 494, METALS["silver"] if piece.has("silver buckle") else piece.metal, 9)
    f.band([(-12, 424), (-12, 490)], 5, plain(piece.metal, "satin", 0.9), rim=0.5)
    for x in (60, 96, 132):
        f.dot(x, 460 + (x / 40) ** 2 * 1.6, 4, darker(piece.rgb, 0.7), lift=0)


def scarf(f: Figure, piece: Piece) -> None:
    """A long scarf looped with fringes, or a silk square tied in a knot."""
    if piece.called("square", "carré", "bandana", "foulard"):
        f.panel(
            [(-210, 150), (210, 150), (210, 570), (-210, 570)],
            volume=0.25,
            folds=[
                ([(-200, 200), (200, 520)], 22, -0.25),
                ([(-200, 300), (120, 560)], 16, 0.25),
                ([(0, 160), (200, 330)], 16, 0.2),
            ],
        )
        for inset, tone, width in ((12, darker(piece.rgb, 0.5), 14), (34, IVORY, 5)):
            f.line(
                [*box(-210 + inset, 150 + inset, 210 - inset, 570 - inset), (-210 + inset, 150 + inset)],
                tone,
                width,
                0.75,
            )
        f.panel(curve((210, 570), (110, 560, 60, 570), (120, 500, 210, 420)), shade=0.75, volume=0.5, lift=5)
        return
    for side, length in ((1, 640), (-1, 600)):
        f.panel(
            curve(
                (side * 14, 230),
                (side * 96, 240, side * 112, 330),
                (side * 132, length),
                (side * 24, length + 8),
                (side * 30, 400, side * 4, 300),
            ),
            turn=side * -6,
            volume=0.4,
            folds=[
                (curve((side * 50, 260), (side * 60, 440, side * 60, length)), 7, -0.35),
                (curve((side * 84, 270), (side * 98, 440, side * 104, length)), 6, 0.25),
            ],
        )
        if not piece.called("snood"):
            for k in range(12):
                x = side * (30 + k * 9)
                f.band(
                    [(x, length + 6 - k * 0.6), (x + math.sin(k * 2.1) * 3, length + 44 + (k % 3) * 4)],
                    3.4,
                    rim=0.3,
                    shade=0.92,
                )
    f.panel(
        curve(
            (-130, 200), (-150, 120, 0, 108), (150, 120, 130, 200), (120, 290, 0, 318), (-120, 290, -130, 200)
        ),
        volume=0.5,
        lift=4,
        turn=20,
        folds=[
            (curve((-120, 210), (0, 300, 120, 210)), 8, -0.4),
            (curve((-110, 170), (0, 250, 110, 170)), 7, 0.3),
            (curve((-124, 240), (0, 320, 124, 240)), 6, -0.3),
        ],
    )
    f.panel(
        curve((-70, 150), (0, 118, 70, 150), (40, 186, 0, 188), (-40, 186, -70, 150)),
        plain(darker(piece.rgb, 0.5)),
        volume=0.6,
        rim=0.3,
    )


def hat(f: Figure, piece: Piece) -> None:
    """Fedora, straw hat, bucket hat or beret."""
    band = plain(darker(piece.rgb, 0.65) if luminance(piece.rgb) > 0.3 else (150, 60, 50), "rib")
    if piece.called("beret"):
        f.panel(
            curve(
                (-200, 420),
                (-230, 270, -20, 236),
                (220, 220, 226, 380),
                (214, 470, 60, 470),
                (-120, 476, -200, 420),
            ),
            volume=0.5,
            folds=[(curve((-120, 440), (-40, 330, 120, 300)), 14, 0.25)],
        )
        f.band([(-6, 238), (-2, 214)], 7, rim=0.4)
        f.band(curve((-150, 452), (0, 486, 130, 462)), 22, plain(darker(piece.rgb, 0.2), "rib"), rim=0.4)
    elif piece.called("bucket"):
        f.panel(
            curve(
                (-206, 520),
                (-150, 380),
                (0, 410),
                (150, 380),
                (206, 520),
                (110, 570, 0, 572),
                (-110, 570, -206, 520),
            ),
            volume=0.4,
            lift=2,
        )
        f.panel(
            curve(
                (-152, 396),
                (-140, 230, -90, 222),
                (0, 206, 90, 222),
                (140, 230, 152, 396),
                (0, 434, -152, 396),
            ),
            volume=0.45,
        )
        for k in range(4):
            f.stitch(
                curve((-166 - k * 10, 430 + k * 26), (0, 470 + k * 28, 166 + k * 10, 430 + k * 26)), alpha=0.5
            )
        for side in (-1, 1):
            f.dot(side * 70, 300, 5, piece.metal)
    else:
        wide = 268 if piece.called("sun", "floppy", "straw", "wide") else 236
        f.panel(
            curve(
                (-wide, 468),
                (-150, 404, 0, 404),
                (150, 404, wide, 468),
                (160, 548, 0, 552),
                (-160, 548, -wide, 468),
            ),
            volume=0.4,
        )
        f.panel(
            curve(
                (-138, 470),
                (-142, 320, -104, 250),
                (-60, 216, 0, 250),
                (60, 216, 104, 250),
                (142, 320, 138, 470),
                (0, 508, -138, 470),
            ),
            volume=0.46,
            lift=5,
            folds=[
                (curve((-40, 236), (0, 300, 10, 330)), 12, -0.3),
                (curve((60, 250), (70, 330, 64, 400)), 12, -0.14),
            ],
        )
        f.band(curve((-139, 440), (0, 478, 139, 440)), 36, band, rim=0.4)
        f.panel(box(96, 424, 124, 468, 3), band, volume=0.3, lift=2)


def cap(f: Figure, piece: Piece) -> None:
    """A baseball cap, three-quarter view."""
    f.panel(
        curve((-60, 460), (60, 420, 200, 462), (268, 500, 236, 532), (120, 500, -60, 520)),
        shade=0.92,
        volume=0.4,
    )
    f.panel(
        curve(
            (-190, 492),
            (-204, 290, -20, 262),
            (150, 256, 184, 462),
            (80, 436, -10, 472),
            (-70, 500, -190, 492),
        ),
        volume=0.48,
        lift=3,
    )
    f.line(curve((-20, 262), (60, 330, 70, 448)), alpha=0.5)
    f.line(curve((-20, 262), (-80, 340, -76, 496)), alpha=0.5)
    for x, y in ((110, 350), (-10, 330), (-130, 380)):
        f.dot(x, y, 4, darker(piece.rgb, 0.5), lift=0)
    f.dot(-18, 262, 10, piece.rgb)
    for k in range(4):
        f.stitch(
            curve((-40 + k * 8, 474 + k * 10), (80, 438 + k * 14, 206 + k * 8, 476 + k * 12)), alpha=0.45
        )
    f.panel(ellipse(66, 392, 30, 26, -8), plain(piece.contrast), volume=0.1, rim=0.3)


def beanie(f: Figure, piece: Piece) -> None:
    """A knitted cap with a turned-up brim."""
    rib = Cloth(darker(piece.rgb, 0.06), "rib", f.cloth.pattern)
    if piece.has("pom-pom"):
        f.panel(
            [
                (math.cos(a) * (58 + 5 * (i % 2)), 176 + math.sin(a) * (58 + 5 * (i % 2)))
                for i, a in enumerate(k * math.pi / 24 for k in range(48))
            ],
            plain(lighter(piece.rgb, 0.3), "teddy"),
            volume=0.5,
            rim=0.2,
        )
    f.panel(
        curve((-166, 470), (-180, 220, 0, 208), (180, 220, 166, 470)),
        volume=0.5,
        folds=[(curve((k * 0.3, 220), (k * 0.9, 300, k, 460)), 6, -0.25) for k in (-120, -60, 0, 60, 120)],
    )
    f.panel(curve((-178, 440), (0, 462, 178, 440), (182, 548), (0, 574, -182, 548)), rib, volume=0.42, lift=4)


def gloves(f: Figure, piece: Piece) -> None:
    """A pair of gloves, or mittens."""
    mitten = piece.called("mitten")
    for dx, turn, dy in ((96, 9, -6), (-96, -9, 6)):
        side = -1 if dx > 0 else 1
        f.move(dx, dy, 0.94)
        if mitten:
            hand = curve((-66, 560), (-72, 420), (-84, 230, 0, 218), (84, 230, 72, 420), (66, 560))
        else:
            hand = curve(
                (-62, 560),
                (-66, 400),
                (-84, 260),
                (-82, 238, -64, 240),
                (-46, 248),
                (-44, 340),
                (-38, 340),
                (-40, 196),
                (-38, 174, -18, 176),
                (-4, 182),
                (-2, 330),
                (4, 330),
                (8, 200),
                (12, 180, 32, 186),
                (42, 200),
                (40, 340),
                (46, 340),
                (58, 260),
                (66, 242, 82, 254),
                (86, 270),
                (70, 420),
                (62, 560),
            )
        thumb = curve(
            (side * 56, 470),
            (side * 100, 410, side * 116, 350),
            (side * 136, 330, side * 142, 360),
            (side * 132, 440, side * 62, 540),
        )
        about = (0.0, 400.0)
        f.panel(turned(thumb, turn, about), shade=0.95, volume=0.42)
        f.panel(turned(hand, turn, about), volume=0.42)
        if piece.materials[:1] in {("leather",), ("suede",)}:
            for x in (-24, 0, 24):
                f.line(turned([(x, 360), (x * 0.9, 440)], turn, about), width=2, alpha=0.5)
        cuff = turned(curve((-66, 540), (0, 552, 66, 540), (70, 618), (0, 632, -70, 618)), turn, about)
        f.panel(
            cuff,
            Cloth(
                darker(piece.rgb, 0.12),
                "rib" if piece.materials[:1] != ("leather",) else "leather",
                gloss=f.cloth.gloss,
            ),
            volume=0.35,
            lift=2,
        )
