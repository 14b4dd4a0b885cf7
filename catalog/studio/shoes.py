"""Shoes, seen from the side: one in front, its partner behind.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

from collections.abc import Callable

from .figure import Figure
from .geometry import box, curve, ellipse
from .open_shoes import GROUND, flat, heel, mule, sandal
from .palette import IVORY, SOLE, darker, lighter, luminance, mix
from .piece import Piece, plain


def shoes(f: Figure, piece: Piece) -> None:
    """The pair: the far shoe smaller and higher, then the near one."""
    draw = _shape(piece)
    k = 0.9 if piece.child else 1.0
    if piece.category == "knee boots":
        f.move(34, -62, 0.86)
        draw(f, piece)
        f.move(-18, 40, 0.98)
        draw(f, piece)
        return
    f.move(34, -128, 0.94 * k)
    draw(f, piece)
    f.move(-18, -36, 1.08 * k)
    draw(f, piece)


def _shape(piece: Piece) -> Callable[[Figure, Piece], None]:
    match piece.category:
        case "sneakers" | "running shoes":
            return sneaker
        case "boots" | "ankle boots" | "knee boots" | "hiking boots":
            return boot
        case "heels":
            return heel
        case "sandals":
            return sandal
        case "mules" | "slippers":
            return mule
        case "flats":
            return flat
        case _:
            return loafer


def _laces(
    f: Figure, start: tuple[float, float], end: tuple[float, float], count: int, tone: tuple[int, int, int]
) -> None:
    for k in range(count):
        t = k / max(1, count - 1)
        x, y = start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t
        f.band([(x - 15, y + 5), (x + 15, y - 3)], 6, plain(tone), rim=0.4, lift=1)


def sneaker(f: Figure, piece: Piece) -> None:
    """A low or high trainer; running shoes get a rocker sole."""
    run = piece.category == "running shoes"
    high = piece.has("high-top")
    g = GROUND
    accent = plain(mix(piece.contrast, piece.rgb, 0.15), f.cloth.weave)
    sole = curve(
        (-196, g - 40),
        (-216, g - 4, -186, g),
        (150, g),
        (214, g - 4, 214, g - 36),
        (120, g - 44, 40, g - 40),
        (-100, g - 42, -196, g - 42),
    )
    if run:
        sole = curve(
            (-200, g - 58),
            (-232, g - 12, -196, g - 4),
            (-60, g + 4, 130, g),
            (222, g - 6, 226, g - 44),
            (120, g - 40, 40, g - 46),
            (-100, g - 62, -200, g - 60),
        )
    top = g - (270 if high else 178)
    body = curve(
        (-192, g - 38),
        (-206, g - 110, -184, top + 24),
        (-170, top - 12, -150, top),
        (-120, top + 30, -62, top + 22),
        (-40, top + 10, -28, top + 8) if not high else (-62, top + 10),
        (20, g - 120, 96, g - 104),
        (190, g - 92, 208, g - 38),
    )
    f.panel(ellipse(-106, top + 18, 52, 14, 8), plain(darker(piece.rgb, 0.5)), volume=0.5)
    f.panel(
        body,
        folds=[
            (curve((60, g - 98), (84, g - 80, 80, g - 50)), 5, -0.3),
            (curve((92, g - 96), (112, g - 80, 108, g - 52)), 4, -0.25),
        ],
        volume=0.42,
    )
    f.panel(
        curve((-192, g - 38), (-206, g - 110, -186, top + 36), (-160, g - 110, -132, g - 38)),
        accent if run or piece.pattern == "color-block" else None,
        shade=0.92,
        volume=0.3,
    )
    f.panel(
        curve((118, g - 100), (196, g - 90, 208, g - 38), (100, g - 38), (92, g - 70, 118, g - 100)),
        shade=0.94,
        volume=0.35,
    )
    f.panel(
        curve(
            (-50, top + 14),
            (16, g - 118, 92, g - 106),
            (70, g - 76, 40, g - 72),
            (-20, g - 100, -72, top + 40),
        ),
        shade=0.9,
        volume=0.25,
    )
    if run:
        for k in range(3):
            f.band(
                curve((-120 + k * 34, g - 50), (-76 + k * 30, g - 80, -50 + k * 26, g - 124 + k * 8)),
                9,
                accent,
                rim=0.3,
            )
    elif not piece.has("minimal"):
        f.band(curve((-116, g - 60), (-60, g - 52, -16, g - 108)), 16, accent, rim=0.4)
    _laces(
        f,
        (-44, top + 20),
        (52, g - 104),
        7 if high else 5,
        IVORY if luminance(piece.rgb) < 0.75 else (214, 210, 204),
    )
    f.panel(
        curve((-64, top - 6), (-50, top - 18, -34, top - 10), (-20, top + 16), (-54, top + 22)),
        shade=0.96,
        lift=2,
    )
    f.panel(sole, plain(SOLE if piece.color != "black" or run else (48, 48, 50)), volume=0.22)
    f.line([(-196, g - 14), (206, g - 14)], darker(SOLE, 0.35), 2, 0.5)
    f.stitch(curve((-190, g - 34), (0, g - 32), (204, g - 30)), darker(SOLE, 0.3), 0.6)


def boot(f: Figure, piece: Piece) -> None:
    """Chelsea, lace-up, biker, hiking, rain or knee boot."""
    g = GROUND
    knee, hike = piece.category == "knee boots", piece.category == "hiking boots"
    top = g - (470 if knee else 300 if piece.category == "boots" else 236)
    heeled = piece.has("heel", "block heel", "stiletto")
    h = 58 if heeled else 34
    body = curve(
        (-170, g - h + 4),
        (-186, g - 120, -160, g - 180),
        (-172, (top + g) / 2 - 60, -166, top),
        (-100, top + 12, -34, top),
        (-26, (top + g) / 2 - 40, -36, g - 176),
        (-10, g - 118, 92, g - 104),
        (178, g - 88, 184, g - 28),
        (60, g - 26, 10, g - 30),
        (-60, g - h - 14, -110, g - h + 4),
    )
    f.panel(
        body,
        volume=0.46,
        folds=[
            (curve((-160, g - 178), (-110, g - 160, -50, g - 172)), 6, -0.4),
            (curve((-150, g - 150), (-100, g - 134, -40, g - 150)), 5, -0.3),
            (curve((70, g - 104), (84, g - 84, 78, g - 54)), 5, -0.25),
            ([(-70, top + 20), (-66, g - 200)], 14, 0.2),
        ],
    )
    f.panel(ellipse(-100, top + 2, 65, 9), plain(darker(piece.rgb, 0.55)), volume=0.3)
    if hike or piece.called("lace", "combat", "biker", "désert"):
        f.panel(
            curve(
                (-58, top + 10),
                (-34, top + 4),
                (-36, g - 176),
                (-6, g - 120, 70, g - 108),
                (56, g - 84, 26, g - 86),
                (-40, g - 116, -66, g - 176),
            ),
            shade=0.88,
            volume=0.3,
        )
        _laces(
            f,
            (-48, top + 34),
            (34, g - 104),
            6,
            mix(IVORY, (214, 120, 50), 0.5) if hike else darker(piece.rgb, 0.6),
        )
    if piece.called("chelsea") or (
        piece.category == "ankle boots" and not piece.called("lace", "hik", "désert")
    ):
        f.panel(
            [(-122, top + 12), (-80, top + 12), (-90, g - 150), (-112, g - 150)],
            plain(darker(piece.rgb, 0.4), "rib"),
            volume=0.15,
        )
        f.band([(-164, top + 6), (-164, top - 26), (-150, top - 26), (-150, top + 6)], 5, rim=0.4)
    if knee or piece.called("zip"):
        f.line([(-104, top + 12), (-112, g - 120)], width=2, alpha=0.5)
    if piece.called("biker", "buckle", "riding"):
        for y in (g - 196, top + 50):
            f.band(curve((-166, y), (-100, y + 16, -34, y)), 13, rim=0.5, lift=2)
            f.buckle(-84, y - 4, -58, y + 20, piece.metal, 4)
    if piece.has("faux fur lining", "shearling lining"):
        f.band(
            curve((-168, top), (-100, top + 14, -32, top)),
            34,
            plain((232, 220, 196), "teddy"),
            rim=0.2,
            lift=2,
        )
    _sole(f, piece, g, h, heeled, rugged=hike or piece.has("lug sole", "chunky sole"))


def _sole(f: Figure, piece: Piece, g: float, h: float, heeled: bool, *, rugged: bool) -> None:
    dark = plain((44, 38, 36) if luminance(piece.rgb) < 0.75 else (150, 118, 84))
    if heeled:
        f.panel(
            [(-172, g - h), (-108, g - h + 2), (-116 if piece.has("block heel") else -146, g), (-164, g)],
            dark,
            volume=0.3,
        )
        f.panel(
            curve(
                (-112, g - h),
                (-50, g - h - 10, 10, g - 34),
                (184, g - 32),
                (190, g - 14, 176, g - 10),
                (20, g - 12),
                (-40, g - 34, -112, g - h + 10),
            ),
            dark,
            volume=0.25,
        )
        return
    f.panel(
        curve(
            (-174, g - 34),
            (180, g - 34),
            (196, g - 20, 186, g - 4),
            (176, g),
            (10, g),
            (0, g - 10),
            (-90, g - 10),
            (-96, g),
            (-174, g),
        ),
        dark,
        volume=0.25,
    )
    if rugged:
        for x in range(-166, 186, 22):
            f.panel(box(x, g - 4, x + 13, g + 8, 2), dark, volume=0.2)
        f.line([(-172, g - 28), (184, g - 28)], lighter(dark.color, 0.5), 2, 0.6, 6)


def loafer(f: Figure, piece: Piece) -> None:
    """Loafers, oxfords, derbies, brogues."""
    g = GROUND
    laced = piece.category == "oxfords"
    f.panel(ellipse(-92, g - 134, 70, 15, 10), plain(darker(piece.rgb, 0.5)), volume=0.5)
    f.panel(
        curve(
            (-178, g - 28),
            (-192, g - 100, -166, g - 150),
            (-120, g - 116, -40, g - 128),
            (-14, g - 142, 4, g - 136) if laced else (-10, g - 134, 16, g - 126),
            (60, g - 104, 110, g - 96),
            (184, g - 84, 194, g - 28),
        ),
        volume=0.46,
        folds=[
            (curve((70, g - 98), (88, g - 80, 84, g - 50)), 5, -0.25),
            (curve((-170, g - 120), (-120, g - 96, -60, g - 110)), 8, 0.2),
        ],
    )
    if laced:
        f.panel(
            curve(
                (-78, g - 122),
                (-30, g - 132, 4, g - 138),
                (46, g - 112, 60, g - 98),
                (20, g - 74),
                (-60, g - 88),
            ),
            shade=0.92,
            volume=0.25,
        )
        _laces(f, (-40, g - 124), (34, g - 108), 4, darker(piece.rgb, 0.6))
        f.line(curve((92, g - 98), (70, g - 70, 96, g - 32)), width=2, alpha=0.6)
        if piece.has("brogue") or piece.called("brogue"):
            for k in range(9):
                f.dot(
                    90 - (k % 3) * 2 + (k - 4) ** 2 * 0.5,
                    g - 94 + k * 7.4,
                    1.8,
                    darker(piece.rgb, 0.7),
                    lift=0,
                )
    else:
        f.panel(
            curve(
                (8, g - 126), (66, g - 108, 128, g - 90), (150, g - 76, 122, g - 70), (60, g - 78, -4, g - 92)
            ),
            shade=1.06,
            volume=0.3,
            lift=1,
        )
        f.stitch(curve((-2, g - 92), (60, g - 76, 122, g - 68), (150, g - 74, 130, g - 90)))
        f.band(curve((-22, g - 60), (-10, g - 110, 34, g - 132)), 20, rim=0.5, lift=2)
        if piece.has("tassel"):
            for x in (28, 44):
                f.panel([(x - 4, g - 112), (x + 4, g - 112), (x + 8, g - 76), (x - 6, g - 76)], lift=2)
        elif piece.has("horsebit"):
            f.band([(-2, g - 98), (30, g - 118)], 6, plain(piece.metal, "satin", 0.9), rim=0.6, lift=2)
            for x, y in ((-4, g - 96), (32, g - 120)):
                f.buckle(x - 7, y - 7, x + 7, y + 7, piece.metal, 4)
    tone = plain((52, 42, 38) if luminance(piece.rgb) < 0.6 else (140, 108, 76))
    thick = 12 if piece.has("chunky sole", "lug sole") else 0
    f.panel(
        curve(
            (-180, g - 28),
            (196, g - 28),
            (206, g - 18, 196, g - 12 + thick),
            (-60, g - 12 + thick),
            (-64, g + thick),
            (-180, g + thick),
        ),
        tone,
        volume=0.25,
    )
    f.stitch([(-174, g - 24), (192, g - 24)], lighter(tone.color, 0.4), 0.6)
