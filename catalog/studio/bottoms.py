"""Trousers, jeans, shorts, leggings and skirts.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

from .cloth import Cloth
from .figure import Figure, Fold
from .geometry import Points, both, box, curve, flip, wave
from .palette import IVORY, SHADES, darker, lighter, luminance
from .piece import Piece, plain

# Half widths: outer hem, inner hem, knee (outer); by the leg that the features or fit name.
LEGS = {
    "skinny": (84, 36, 92),
    "slim": (94, 34, 102),
    "straight": (112, 26, 112),
    "wide leg": (156, 12, 136),
    "flared": (150, 22, 106),
    "bootcut": (132, 26, 108),
    "tapered": (92, 34, 120),
    "barrel": (98, 32, 142),
}


def leg_of(piece: Piece) -> str:
    """The leg shape that features, fit or category name."""
    for leg in ("skinny", "wide leg", "flared", "bootcut", "tapered", "barrel", "straight"):
        if piece.has(leg):
            return leg
    if piece.category == "leggings":
        return "skinny"
    if piece.category == "joggers":
        return "tapered"
    return {
        "slim": "slim",
        "skinny": "skinny",
        "relaxed": "straight",
        "loose": "wide leg",
        "tailored": "slim",
    }.get(piece.fit, "straight")


def leg(
    outer: float, inner: float, knee: float, top: float, crotch: float, foot: float, waist: float = 92
) -> Points:
    """The right leg from the waistband to the foot."""
    hip = min(max(120.0, min(132.0, knee + 6)), waist + 36)
    mid = crotch + (foot - crotch) * 0.45
    return curve(
        (0, top),
        (waist, top),
        (waist + 16, top + 60, hip, crotch - 60),
        (knee + 6, mid - 60, knee, mid),
        (knee + (outer - knee) * 0.3, mid + 90, outer, foot),
        ((outer + inner) / 2, foot + 7, inner, foot),
        (inner * 0.8 + 2, mid + 40, 14 + inner * 0.3, mid - 60),
        (4, crotch + 40, 0, crotch),
    )


def legs(f: Figure, piece: Piece, top: float, foot: float, crotch: float) -> tuple[float, float, float]:
    """Both legs with their creases; returns outer, inner and knee."""
    outer, inner, knee = LEGS[leg_of(piece)]
    folds: list[Fold] = [
        (curve((4, crotch - 10), (50, crotch - 24, 96, crotch - 60)), 5, -0.35),
        (curve((4, crotch + 14), (46, crotch + 10, 84, crotch - 16)), 4, -0.3),
        (curve((knee - 4, crotch + 150), (70, crotch + 166, 36, crotch + 150)), 4, -0.22),
        (curve((outer, foot - 40), (outer - 30, foot - 26, inner + 10, foot - 36)), 5, -0.28),
        (curve((78, crotch - 40), (72, crotch + 160, (outer + inner) / 2, foot)), 12, 0.20),
    ]
    if piece.has("pleated", "crease") or piece.category in {"trousers", "suit"}:
        folds.append((curve((56, top + 40), (66, crotch, (outer + inner) / 2, foot)), 2, -0.45))
    f.pair(leg(outer, inner, knee, top, crotch, foot), folds=folds, volume=0.42)
    f.line([(0, top), (0, crotch)], width=1.8, alpha=0.5)
    return outer, inner, knee


def waistband(
    f: Figure, top: float, height: float, half: float = 92, *, elastic: bool = False, loops: bool = True
) -> None:
    """A band with loops and button, or a gathered elastic one."""
    cloth = Cloth(darker(f.cloth.color, 0.06), "rib", f.cloth.pattern) if elastic else None
    f.panel(
        both(curve((0, top + 5), (half, top), (half + 2, top + height), (0, top + height + 5))),
        cloth,
        volume=0.25,
        lift=1.5,
    )
    if loops and not elastic:
        for x in (-60, -24, 24, 60):
            f.panel(box(x - 4, top + 2, x + 4, top + height + 6, 1), volume=0.2, lift=1)


def trousers(f: Figure, piece: Piece) -> None:
    """Tailored trousers, chinos, cargos, joggers."""
    child = piece.child
    top, crotch = (60, 250 if piece.has("high waist") else 235)
    foot = 620 if piece.has("cropped") or child else 692
    jog = piece.category == "joggers"
    soft = jog or piece.has("elastic waist", "drawstring")
    outer, inner, knee = legs(f, piece, top + 20, foot, crotch)
    if piece.has("pleated"):
        for x in (40, 58):
            f.lines([[(x, top + 30), (x + 6, top + 110)]], alpha=0.5)
    waistband(f, top, 30 if not soft else 34, elastic=soft)
    if soft:
        for x, drop in ((-8, 0), (8, 12)):
            f.band(
                curve((x * 0.4, top + 22), (x * 2, top + 60, x * 1.5, top + 92 + drop)),
                3.4,
                plain(IVORY if luminance(piece.rgb) < 0.7 else darker(piece.rgb, 0.4)),
                rim=0.3,
                lift=1,
            )
    else:
        f.button(0, top + 18, 5, darker(piece.rgb, 0.5))
        f.line(curve((16, top + 36), (18, 190, 0, 218)), alpha=0.5)
    f.lines([curve((84, top + 34), (88, top + 80, 112, top + 116))], width=2, alpha=0.6)
    if piece.category == "cargo trousers" or piece.has("cargo pockets"):
        for side in (-1, 1):
            x0, x1 = sorted((side * 74, side * (knee + 10)))
            f.panel(box(x0, 352, x1, 440, 4), volume=0.15, lift=2.5)
            f.panel(box(x0 - 3, 342, x1 + 3, 370, 4), volume=0.2, lift=3)
    if jog:
        f.pair(
            curve(
                (inner, foot - 8),
                ((outer + inner) / 2, foot, outer + 2, foot - 8),
                (outer - 2, foot + 26),
                (inner + 4, foot + 26),
            ),
            Cloth(darker(piece.rgb, 0.1), "rib"),
            volume=0.35,
        )
    if piece.has("side stripe"):
        for x in (0, 7):
            f.lines(
                [curve((100 - x, top + 70), (126 - x, 240, knee - 3 - x, 400), (outer - 4 - x, foot))],
                piece.contrast,
                3,
                0.9,
            )


def jeans(f: Figure, piece: Piece) -> None:
    """Five pockets, orange thread, fading on the thighs."""
    top, crotch, foot = 60, 240, 620 if piece.has("cropped") else 690
    thread = (214, 150, 84) if luminance(piece.rgb) < 0.8 else (196, 178, 150)
    outer, inner, knee = legs(f, piece, top + 20, foot, crotch)
    if piece.color not in {"black", "white", "ecru", "ivory"}:
        f.lines([curve((66, 220), (72, 300, 70, 420))], lighter(piece.rgb, 0.6), 30, 0.05)
        f.lines([curve((66, 230), (70, 300, 69, 390))], lighter(piece.rgb, 0.6), 18, 0.07)
    if piece.has("ripped", "distressed"):
        for side in (-1, 1):
            for k in range(5):
                f.line([(side * 50, 396 + k * 7), (side * 88, 398 + k * 7)], (236, 234, 228), 2, 0.85)
    waistband(f, top, 30)
    f.stitch([(-90, top + 5), (0, top + 10), (90, top + 5)], thread)
    f.stitch([(-91, top + 26), (0, top + 31), (91, top + 26)], thread)
    f.lines([curve((46, top + 34), (56, top + 92, 112, top + 88))], width=2, alpha=0.6)
    for off in (5, 9):
        f.stitch(curve((44 - off + 5, top + 36), (54 - off, top + 92 + off, 112, top + 88 + off)), thread)
        f.stitch(curve((-44 + off - 5, top + 36), (-54 + off, top + 92 + off, -112, top + 88 + off)), thread)
    f.stitch(curve((20, top + 36), (22, 186, 2, 216)), thread)
    f.stitch([(outer - 4, foot - 12), (inner, foot - 12)], thread)
    f.stitch([(-outer + 4, foot - 12), (-inner, foot - 12)], thread)
    f.lines([curve((112, 190), (knee + 2, 300, knee - 4, 400), (outer - 4, foot - 10))], thread, 1.2, 0.35, 5)
    f.button(0, top + 19, 6.5, (178, 132, 84))
    for x, y in ((46, top + 38), (108, top + 86)):
        for side in (-1, 1):
            f.dot(side * x, y, 2.6, (190, 140, 88))


def leggings(f: Figure, piece: Piece) -> None:
    """Close-fitting, high-waisted."""
    foot = 560 if piece.has("cropped") else 690
    outer, _, knee = legs(f, piece, 80, foot, 262)
    f.panel(both(curve((0, 66), (84, 60), (98, 128), (50, 146, 0, 150))), volume=0.3, shade=0.93)
    f.lines([curve((112, 200), (knee - 14, 320, knee - 18, 420), (outer - 14, foot))], alpha=0.45)
    if piece.has("side stripe", "mesh panels"):
        f.lines(
            [curve((110, 220), (knee - 8, 330, knee - 10, 430), (outer - 8, foot - 4))],
            piece.contrast,
            6,
            0.55,
        )


def shorts(f: Figure, piece: Piece) -> None:
    """Shorts and swim shorts; tailored, denim, sporty."""
    f.move(f.dx, 70, f.scale * 1.1)
    sport = piece.category == "swim shorts" or piece.has("elastic waist", "drawstring", "running")
    long = 455 if piece.gender in {"men", "boys"} and not piece.has("short length") else 385
    half = curve(
        (0, 130),
        (100, 130),
        (124, 190, 134, 250),
        (152, long),
        (90, long + 14, 22, long + 6),
        (6, 320, 0, 300),
    )
    folds: list[Fold] = [
        (curve((4, 300), (50, 276, 110, 250)), 5, -0.35),
        (curve((70, 260), (76, 330, 84, long)), 12, 0.22),
        (curve((40, long), (44, 380, 36, 340)), 6, -0.3),
    ]
    f.pair(half, folds=folds, volume=0.4)
    f.line([(0, 130), (0, 300)], alpha=0.5)
    waistband(f, 106, 32, 99, elastic=sport)
    denim = piece.materials[:1] == ("denim",)
    thread = (214, 150, 84)
    if sport:
        for x, drop in ((-8, 0), (8, 12)):
            f.band(
                curve((x * 0.4, 130), (x * 2, 166, x * 1.5, 196 + drop)),
                3.6,
                plain(IVORY if luminance(piece.rgb) < 0.7 else darker(piece.rgb, 0.45)),
                rim=0.3,
                lift=1,
            )
    else:
        f.button(0, 125, 5.5, (178, 132, 84) if denim else darker(piece.rgb, 0.5))
        f.line(curve((18, 142), (20, 250, 0, 276)), alpha=0.5)
    f.lines(
        [curve((60, 142), (70, 196, 128, 196))] if denim else [curve((88, 142), (92, 190, 126, 222))],
        width=2,
        alpha=0.6,
    )
    for side in (-1, 1):
        f.stitch(
            [(side * 24, long - 8), (side * 88, long), (side * 150, long - 14)],
            thread if denim else None,
            0.6,
        )
        if piece.has("cargo pockets"):
            x0, x1 = sorted((side * 78, side * 140))
            f.panel(box(x0, 300, x1, 376, 4), volume=0.15, lift=2.5)
            f.panel(box(x0 - 3, 292, x1 + 3, 318, 4), volume=0.2, lift=3)


def skirt(f: Figure, piece: Piece) -> None:
    """Pencil, A-line, pleated, wrap, mini to maxi."""
    top = 96
    hem = 350 if piece.has("mini") else 690 if piece.has("maxi") else 590
    if piece.has("mini"):
        f.move(f.dx, 78, f.scale * 1.15)
        top, hem = 110, 385
    draw_skirt(f, piece, top, hem, waist=82)
    waistband(f, top - 22, 28, 84, loops=False)
    if piece.materials[:1] == ("denim",):
        f.stitch([(-82, top - 16), (82, top - 16)], (214, 150, 84))
        f.button(0, top - 6, 6, (178, 132, 84))
        f.lines([curve((40, top + 10), (50, top + 60, 100, top + 56))], (214, 150, 84), 1.4, 0.8, 5)
        f.line(curve((18, top + 8), (20, top + 90, 0, top + 110)), (214, 150, 84), 1.4, 0.8, 5)


def draw_skirt(f: Figure, piece: Piece, top: float, hem: float, *, waist: float) -> None:
    """The skirt below a waist at `top`, for skirts and dresses alike."""
    length = hem - top
    pencil = piece.has("pencil", "bodycon") or piece.fit in {"slim", "bodycon"}
    flare = (
        14
        if pencil
        else 66
        if piece.has("a-line", "wrap")
        else 94
        if piece.has("pleated", "full skirt", "tiered")
        else 46
    )
    edge = waist + 26 + flare * min(1.0, 0.45 + length / 640)
    if pencil:
        side = curve((waist, top), (waist + 40, top + 90, waist + 36, top + 160), (edge, hem))
    else:
        side = curve((waist, top), (waist + 24, top + length * 0.3, edge, hem))
    n = 7 if piece.has("pleated") else 5
    folds: list[Fold] = []
    for k in range(-n, n + 1):
        x = k / n
        spread = 0.92
        strength = (-0.36 if k % 2 else 0.26) if not pencil else 0.10 * (-1) ** k
        folds.append(
            (
                curve(
                    (x * waist * spread, top + 8),
                    (x * (waist + 16), top + length * 0.4, x * edge * spread, hem),
                ),
                5 + length / 110,
                strength,
            )
        )
    foot = [(-x, y) for x, y in wave(-edge, edge, hem, 0 if pencil else 11, 3 if length < 320 else 4)]
    f.panel([*side, *foot[1:-1], *flip(side)[::-1]], folds=folds, volume=0.4)
    if piece.has("pleated"):
        for k in range(-8, 9):
            x = k / 8.6
            f.line(
                curve((x * waist, top + 4), (x * (waist + 20), top + length * 0.4, x * edge, hem + 4)),
                alpha=0.3,
                width=1.4,
            )
    if piece.has("tiered"):
        for share in (0.36, 0.68):
            y = top + length * share
            w = waist + (edge - waist) * share * 0.9 + 8
            f.line(curve((-w, y - 4), (0, y + 10, w, y - 4)), alpha=0.55, width=2)
            f.line(curve((-w, y + 4), (0, y + 18, w, y + 4)), darker(piece.rgb, 0.6), 9, 0.12)
    if piece.has("wrap"):
        f.line(
            curve((-waist * 0.7, top), (waist * 0.2, top + length * 0.5, edge * 0.42, hem + 5)),
            alpha=0.6,
            width=2,
        )
        f.line(
            curve((-waist * 0.7 + 6, top), (waist * 0.2 + 6, top + length * 0.5, edge * 0.42 + 6, hem + 5)),
            darker(piece.rgb, 0.6),
            8,
            0.14,
        )
    if piece.has("slit") or (pencil and piece.has("midi", "maxi")):
        f.panel(
            [(edge * 0.42, hem + 4), (edge * 0.44, hem - length * 0.3), (edge * 0.62, hem + 4)],
            plain(darker(piece.rgb, 0.55)),
            volume=0.2,
            rim=0.3,
        )
    if piece.has("button-through"):
        for k in range(6):
            f.button(0, top + 20 + k * (length - 60) / 5, 5, darker(piece.rgb, 0.45))
    if piece.color == "multicolour":
        f.line([(-edge, hem), (edge, hem)], SHADES["rose"], 2, 0.4)
