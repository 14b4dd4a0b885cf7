"""Bags, from clutch to duffel.

Knows nothing about prices or files.
"""

from __future__ import annotations

from .cloth import Cloth
from .figure import Figure
from .geometry import arc, box, curve, ellipse
from .palette import darker, lighter, mix
from .piece import Piece, plain


def bag(f: Figure, piece: Piece) -> None:
    """The bag of its category."""
    trim = Cloth(
        darker(piece.rgb, 0.22) if piece.materials[:1] != ("straw",) else (150, 98, 58), "leather", gloss=0.35
    )
    match piece.category:
        case "tote bag":
            tote(f, piece, trim)
        case "clutch":
            clutch(f, piece)
        case "backpack":
            backpack(f, piece, trim)
        case "duffel bag":
            duffel(f, piece, trim)
        case "belt bag":
            belt_bag(f, piece, trim)
        case "laptop bag":
            laptop(f, piece, trim)
        case "crossbody bag" | "shoulder bag":
            crossbody(f, piece)
        case _:
            handbag(f, piece, trim)


def _shine(height: float, width: float) -> list[tuple[list[tuple[float, float]], float, float]]:
    return [
        ([(-width * 0.8, height), (width * 0.2, height - 30)], 26, 0.16),
        ([(-width * 0.3, height + 90), (width * 0.8, height + 70)], 18, 0.10),
    ]


def handbag(f: Figure, piece: Piece, trim: Cloth) -> None:
    """A framed bag with one or two handles and a lock; a bucket if it is called one."""
    if piece.called("bucket"):
        for x, s in ((0, 0.8), (0, 1.0)):
            f.band(
                curve((-120, 300), (-90 + x, 60 * s, 0, 60 * s), (90 + x, 60 * s, 120, 300)),
                13,
                trim,
                shade=s,
                rim=0.5,
            )
        f.panel(ellipse(0, 290, 146, 30), plain(darker(piece.rgb, 0.6)), volume=0.3)
        f.panel(
            curve(
                (-150, 290),
                (0, 342, 150, 290),
                (146, 480, 126, 610),
                (0, 646, -126, 610),
                (-146, 480, -150, 290),
            ),
            volume=0.42,
            folds=_shine(400, 120),
        )
        f.band(curve((-148, 342), (0, 396, 148, 342)), 6, trim, rim=0.4)
        for x in (-14, 14):
            f.band([(x, 386), (x * 1.8, 480)], 5, trim, rim=0.4, lift=2)
        return
    top = 300
    f.band(curve((-84, top + 20), (-92, 120, 0, 116), (92, 120, 84, top + 20)), 17, trim, shade=0.8, rim=0.5)
    f.panel(
        curve((-150, top), (150, top), (186, 560), (184, 612, 150, 612), (-150, 612), (-184, 612, -186, 560)),
        volume=0.36,
        folds=_shine(400, 150),
    )
    f.lines([curve((132, top), (150, 470, 150, 610))], alpha=0.4, width=2)
    f.stitch(curve((-140, 602), (140, 602)))
    f.panel(
        curve((-152, top - 4), (152, top - 4), (164, 400), (60, 436, 0, 436), (-60, 436, -164, 400)),
        shade=1.03,
        volume=0.25,
        lift=5,
    )
    f.stitch(curve((-156, 396), (-60, 428, 0, 428), (60, 428, 156, 396)))
    f.band(curve((-84, top + 44), (-92, 138, 0, 134), (92, 138, 84, top + 44)), 17, trim, rim=0.5, lift=3)
    for x in (-84, 84):
        f.buckle(x - 13, top + 20, x + 13, top + 50, piece.metal, 4)
    f.panel(box(-20, 408, 20, 458, 6), plain(piece.metal, "satin", 0.9), lift=3, volume=0.4)
    f.dot(0, 432, 6, darker(piece.metal, 0.4))


def tote(f: Figure, piece: Piece, trim: Cloth) -> None:
    """An open shopper with long handles."""
    for shade in (0.75, 1.0):
        dy = 0 if shade == 1.0 else -16
        if shade == 1.0:
            f.panel(
                curve(
                    (-178, 300),
                    (0, 312, 178, 300),
                    (164, 640),
                    (160, 654, 140, 654),
                    (-140, 654),
                    (-160, 654, -164, 640),
                ),
                volume=0.36,
                folds=[
                    *_shine(420, 150),
                    ([(-120, 310), (-100, 640)], 7, -0.16),
                    ([(110, 310), (96, 640)], 7, -0.16),
                ],
            )
        f.band(
            curve(
                (-92, 372 if shade == 1 else 306),
                (-92, 60 + dy, 0, 58 + dy),
                (92, 60 + dy, 92, 372 if shade == 1 else 306),
            ),
            15,
            trim,
            shade=shade,
            rim=0.5,
            lift=2 if shade == 1 else 0,
        )
    f.line(curve((-176, 318), (0, 330, 176, 318)), alpha=0.45)
    for x in (-92, 92):
        f.panel(box(x - 13, 340, x + 13, 396, 4), trim, volume=0.2, lift=2)
        f.dot(x, 354, 4, piece.metal)
        f.dot(x, 382, 4, piece.metal)
    if piece.materials[:1] not in {("straw",), ("raffia",)}:
        f.panel(box(-34, 430, 34, 456, 3), trim, volume=0.15, lift=1)
        f.line([(-20, 443), (20, 443)], lighter(trim.color, 0.5), 2.5, 0.7)
    else:
        for k in range(-6, 7):
            f.line([(k * 27, 306), (k * 25, 652)], alpha=0.16, width=2)


def clutch(f: Figure, piece: Piece) -> None:
    """An envelope, or a hard case with a clasp."""
    if piece.called("minaudière", "box", "frame"):
        f.panel(box(-190, 290, 190, 520, 34), volume=0.45, folds=_shine(350, 160))
        f.band([(-186, 404), (186, 404)], 8, plain(piece.metal, "satin", 0.9), rim=0.5)
        for x in (-10, 10):
            f.dot(x, 394, 10, piece.metal)
    else:
        f.panel(box(-206, 286, 206, 536, 12), volume=0.34, folds=_shine(440, 180))
        f.panel(
            curve((-206, 284), (206, 284), (200, 330), (20, 436), (0, 446, -20, 436), (-200, 330)),
            shade=1.04,
            volume=0.25,
            lift=5,
        )
        f.stitch(curve((-194, 328), (-20, 428), (0, 438, 20, 428), (194, 328)))
        f.dot(0, 420, 10, piece.metal)
    if piece.has("wrist strap", "chain strap"):
        f.band(
            curve((200, 320), (262, 380, 236, 470), (214, 560, 150, 590)),
            7 if piece.has("chain strap") else 10,
            plain(piece.metal, "satin", 0.8) if piece.has("chain strap") else None,
            rim=0.5,
        )


def crossbody(f: Figure, piece: Piece) -> None:
    """A flap bag on a strap or chain; saddle, camera or quilted."""
    chain = piece.has("chain strap")
    strap = plain(piece.metal, "satin", 0.9) if chain else None
    arch = (
        curve((-148, 390), (-170, 40, 0, 46), (170, 40, 148, 390))
        if piece.category == "crossbody bag"
        else curve((-140, 380), (-120, 130, 0, 126), (120, 130, 140, 380))
    )
    f.band(arch, 9 if chain else 12, strap, rim=0.5)
    if chain:
        f.line(arch, darker(piece.metal, 0.45), 3, 0.8, 5)
    if piece.called("hobo", "crescent", "half-moon", "baguette"):
        f.panel(
            curve(
                (-176, 340),
                (-120, 392, 0, 392),
                (120, 392, 176, 340),
                (210, 470, 120, 560),
                (0, 610, -120, 560),
                (-210, 470, -176, 340),
            ),
            volume=0.45,
            folds=[
                *_shine(460, 150),
                (curve((-120, 400), (-60, 470, 0, 470)), 6, -0.3),
                (curve((120, 400), (60, 480, 10, 490)), 6, -0.3),
            ],
        )
        f.zipper(curve((-150, 374), (-100, 402, 0, 402), (100, 402, 150, 374)), piece.metal)
        return
    f.panel(
        curve((-160, 340), (160, 340), (174, 540), (170, 580, 130, 584), (-130, 584), (-170, 580, -174, 540)),
        volume=0.38,
        folds=_shine(430, 150),
    )
    if piece.called("camera"):
        f.zipper([(-146, 362), (146, 362)], piece.metal)
        f.panel(box(-130, 420, 130, 556, 10), volume=0.2, lift=2)
    else:
        f.panel(
            curve((-164, 334), (164, 334), (172, 440), (160, 510, 0, 514), (-160, 510, -172, 440)),
            shade=1.04,
            volume=0.3,
            lift=5,
        )
        f.stitch(curve((-162, 440), (-150, 502, 0, 505), (150, 502, 162, 440)))
        f.panel(box(-16, 476, 16, 530, 7), plain(piece.metal, "satin", 0.9), lift=3, volume=0.4)
    if piece.has("quilted"):
        for k in range(-6, 7):
            f.line(
                [(k * 40 - 60, 342), (k * 40 + 60, 500)] if abs(k) < 4 else [(0, 0), (0, 0)],
                darker(piece.rgb, 0.5),
                1.8,
                0.45,
            )
            f.line(
                [(k * 40 + 60, 342), (k * 40 - 60, 500)] if abs(k) < 4 else [(0, 0), (0, 0)],
                darker(piece.rgb, 0.5),
                1.8,
                0.45,
            )
    for x in (-152, 152):
        f.dot(x, 384, 9, piece.metal)


def backpack(f: Figure, piece: Piece, trim: Cloth) -> None:
    """A rucksack with pocket, zips and grab handle."""
    f.band(arc(0, 150, 34, 42, 180, 360), 13, trim, rim=0.5)
    for side in (-1, 1):
        f.band(curve((side * 120, 190), (side * 214, 320, side * 176, 600)), 26, trim, shade=0.8, rim=0.5)
    f.panel(
        curve(
            (-160, 630),
            (-178, 560, -166, 300),
            (-150, 150, 0, 146),
            (150, 150, 166, 300),
            (178, 560, 160, 630),
            (0, 668, -160, 630),
        ),
        volume=0.42,
        folds=_shine(300, 130),
    )
    if piece.has("roll top") or piece.called("rolltop"):
        f.panel(box(-150, 150, 150, 196, 14), shade=0.95, volume=0.4, lift=3)
        f.band([(0, 150), (0, 330)], 17, trim, rim=0.5, lift=2)
        f.buckle(-15, 270, 15, 300, piece.metal)
    else:
        f.zipper(curve((-130, 330), (-126, 204, 0, 200), (126, 204, 130, 330)), piece.metal)
    f.panel(curve((-128, 420), (128, 420), (134, 600), (0, 636, -134, 600)), shade=1.02, volume=0.3, lift=4)
    f.zipper([(-112, 446), (112, 446)], piece.metal)
    f.panel(box(-26, 520, 26, 546, 4), trim, volume=0.2, lift=1)
    if piece.child:
        for side in (-1, 1):
            f.panel(ellipse(side * 70, 158, 36, 32), shade=0.95, volume=0.4)
        f.dot(-34, 300, 7, (40, 36, 40))
        f.dot(34, 300, 7, (40, 36, 40))
        f.line(curve((-22, 336), (0, 358, 22, 336)), (40, 36, 40), 3.5, 0.9)


def duffel(f: Figure, piece: Piece, trim: Cloth) -> None:
    """A barrel with two handles and leather ends."""
    f.band(curve((-90, 420), (-80, 180, 0, 178), (80, 180, 90, 420)), 16, trim, shade=0.75, rim=0.5)
    f.panel(
        curve(
            (-230, 330),
            (-180, 288, 0, 288),
            (180, 288, 230, 330),
            (252, 460, 226, 590),
            (100, 612, 0, 612),
            (-100, 612, -226, 590),
            (-252, 460, -230, 330),
        ),
        volume=0.46,
        folds=_shine(380, 200),
    )
    for side in (-1, 1):
        f.panel(
            curve(
                (side * 230, 330),
                (side * 252, 460, side * 226, 590),
                (side * 176, 602),
                (side * 196, 460, side * 176, 302),
            ),
            trim,
            volume=0.3,
            lift=2,
        )
    f.zipper(curve((-176, 312), (0, 300, 176, 312)), piece.metal)
    f.band([(-90, 608), (-92, 400)], 18, trim, rim=0.5, lift=2)
    f.band([(90, 608), (92, 400)], 18, trim, rim=0.5, lift=2)
    f.band(curve((-92, 430), (-86, 206, 0, 204), (86, 206, 92, 430)), 16, trim, rim=0.5, lift=3)
    for x in (-91, 91):
        f.dot(x, 432, 5, piece.metal)


def belt_bag(f: Figure, piece: Piece, trim: Cloth) -> None:
    """A hip bag on a webbing belt."""
    f.band(
        curve(
            (-150, 380),
            (-262, 330, -196, 220),
            (-100, 140, 0, 140),
            (100, 140, 196, 220),
            (262, 330, 150, 380),
        ),
        22,
        trim,
        rim=0.5,
    )
    f.panel(box(-28, 126, 28, 156, 6), plain((40, 40, 44)), lift=2)
    f.panel(
        curve(
            (-172, 360), (0, 338, 172, 360), (190, 470, 110, 526), (0, 552, -110, 526), (-190, 470, -172, 360)
        ),
        volume=0.46,
        folds=_shine(420, 130),
    )
    f.zipper(curve((-146, 390), (0, 370, 146, 390)), piece.metal)
    f.line(curve((-150, 450), (0, 480, 150, 450)), alpha=0.45, width=2)


def laptop(f: Figure, piece: Piece, trim: Cloth) -> None:
    """A briefcase with top handles and a front pocket."""
    for dy, shade in ((-12, 0.75), (0, 1.0)):
        f.band(
            curve((-70, 330), (-66, 206 + dy, 0, 206 + dy), (66, 206 + dy, 70, 330)),
            15,
            trim,
            shade=shade,
            rim=0.5,
        )
    f.panel(box(-222, 300, 222, 600, 16), volume=0.3, folds=_shine(390, 190))
    f.zipper([(-190, 322), (190, 322)], piece.metal)
    f.panel(box(-186, 402, 186, 580, 8), volume=0.15, lift=2)
    f.stitch([(-178, 412), (178, 412)])
    for x in (-70, 70):
        f.band([(x, 318), (x, 404)], 15, trim, rim=0.5, lift=1)
        f.buckle(x - 11, 376, x + 11, 400, piece.metal, 3.5)
    f.panel(box(-26, 470, 26, 494, 3), plain(mix(piece.rgb, piece.metal, 0.25)), volume=0.1)
