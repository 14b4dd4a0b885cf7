"""Jackets, coats, tailoring, gilets and robes.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

from dataclasses import replace

from . import collars, upper
from .bottoms import trousers
from .cloth import Cloth
from .figure import Figure
from .geometry import Points, both, box, curve
from .palette import HORN, IVORY, SHADES, darker, lighter, luminance
from .piece import Piece, plain
from .tops import cut_of
from .upper import Cut


def button_tone(piece: Piece) -> tuple[int, int, int]:
    return HORN if luminance(piece.rgb) > 0.25 else (24, 22, 24)


def _front(f: Figure, cut: Cut, *, overlap: float = 8, strength: float = 0.3) -> None:
    """Two fronts, the right one over the left."""
    half = upper.trunk(cut)
    f.panel(both(half), folds=upper.body_folds(cut, strength))
    f.line(curve((overlap, cut.top + cut.depth + 8), (overlap, cut.hem + 4)), width=2.2, alpha=0.65)
    f.line(
        curve((overlap + 3, cut.top + cut.depth + 12), (overlap + 3, cut.hem + 4)),
        darker(f.cloth.color, 0.7),
        5,
        0.16,
    )


def lining_glimpse(f: Figure, cut: Cut, tone: tuple[int, int, int]) -> None:
    """A glimpse of lining where the fronts part."""
    f.panel(
        both(
            curve(
                (0, cut.top - 18),
                (cut.neck_w, cut.top - 14),
                (cut.neck_w + 6, cut.top + 30),
                (0, cut.top + cut.depth + 10),
            )
        ),
        plain(tone, "satin"),
        volume=0.3,
        rim=0,
    )


def blazer(f: Figure, piece: Piece) -> None:
    """A tailored jacket, single or double breasted."""
    cut = replace(cut_of(piece, sleeve="long"), neck="open", neck_w=42, hem=560, shoulder=138)
    double = piece.has("double-breasted")
    lining_glimpse(f, cut, darker(piece.rgb, 0.5))
    upper.sleeves(f, cut)
    half = upper.trunk(cut)[:-15]
    rounded = curve(half[-1], (cut.hip, cut.hem + 6), (50, cut.hem + 14), (12, cut.hem + 14, 0, cut.hem - 40))
    f.panel(
        both([*half, *rounded]) if not double else both(upper.trunk(cut)),
        folds=upper.body_folds(cut, 0.18),
    )
    gorge = cut.top + (205 if double else 240)
    f.line(
        [(0, gorge), (0, cut.hem - 40)] if not double else [(34, gorge + 20), (34, cut.hem + 4)],
        width=2,
        alpha=0.7,
    )
    collars.lapels(f, cut, gorge, wide=1.1, peak=double)
    tone = button_tone(piece)
    if double:
        for x in (-34, 34):
            for k in range(3):
                f.button(x, gorge + 36 + k * 52, 7, piece.metal if piece.has("gold buttons") else tone)
    else:
        for k in range(2):
            f.button(0, gorge + 14 + k * 58, 7, piece.metal if piece.has("gold buttons") else tone)
    for side in (-1, 1):
        x0, x1 = sorted((side * 42, side * 98))
        f.panel([(x0, 442), (x1, 442), (x1, 462), (x0, 464)], volume=0.2, lift=2)
        for k in range(3):
            f.dot(side * (cut.shoulder + 62 - k), cut.top + 398 - k * 15, 3, tone)
    f.line([(54, 268), (92, 262)], width=2, alpha=0.6)
    if piece.gender in {"men", "boys"}:
        f.panel([(58, 266), (88, 261), (84, 244), (76, 252), (68, 242), (62, 252)], plain(IVORY), volume=0.2)


def suit(f: Figure, piece: Piece) -> None:
    """Jacket and trousers side by side."""
    f.move(104, 10, 0.78)
    trousers(f, piece)
    f.move(-82, 10, 0.92)
    blazer(f, piece)


def waistcoat(f: Figure, piece: Piece) -> None:
    """Sleeveless, with a deep V and two points."""
    cut = replace(cut_of(piece), neck="open", sleeve="none", neck_w=40, hem=505)
    lining_glimpse(f, replace(cut, neck="deep v"), darker(piece.rgb, 0.55))
    half = [p for p in upper.trunk(cut) if p[1] <= 500]
    f.panel(
        both([*half, *curve((cut.hip - 2, 500), (cut.hip - 6, 520), (46, 574), (4, 520), (0, 520))]),
        folds=upper.body_folds(cut, 0.15),
    )
    f.line([(0, cut.top + cut.depth), (0, 520)], width=2, alpha=0.7)
    for k in range(5):
        f.button(4, cut.top + cut.depth + 22 + k * 46, 6, button_tone(piece))
    for side in (-1, 1):
        f.panel([(side * 44, 424), (side * 94, 414), (side * 95, 428), (side * 45, 438)], volume=0.15, lift=1)
        f.line([(side * 60, 250), (side * 52, 520)], alpha=0.35)


def jacket(f: Figure, piece: Piece) -> None:
    """Short jackets by category: denim, leather, bomber, puffer, rain, windbreaker, plain."""
    cut = replace(cut_of(piece, sleeve="long").wider(6), neck="shirt", sleeve="long", hem=515)
    match piece.category:
        case "denim jacket":
            return denim(f, piece, replace(cut, hem=480))
        case "leather jacket":
            return biker(f, piece, replace(cut, hem=480))
        case "puffer jacket" | "gilet":
            return puffer(f, piece, cut)
        case "bomber jacket":
            return bomber(f, piece, replace(cut, hem=478))
        case "rain jacket" | "windbreaker":
            return shell(f, piece, replace(cut, hem=570 if piece.category == "rain jacket" else 515))
        case _:
            pass
    if piece.called("bouclé", "tweed"):
        return boucle(f, piece, replace(cut, neck="crew", hem=478))
    upper.sleeves(f, replace(cut, cuff=True))
    _front(f, cut, overlap=0)
    if piece.has("zip"):
        f.zipper([(0, cut.top + 44), (0, cut.hem + 4)], piece.metal)
    else:
        collars.placket(f, cut, button=piece.metal, count=6, size=6)
    for x in (-92, 36):
        collars.patch_pocket(f, x, 232, 56, 62, flap=True)
        collars.patch_pocket(f, x, 404, 58, 80, flap=piece.called("field", "utility"))
    return collars.shirt_collar(
        f,
        cut,
        plain(darker(piece.rgb, 0.35), "corduroy") if piece.called("barn", "worker", "chore") else None,
    )


def boucle(f: Figure, piece: Piece, cut: Cut) -> None:
    """A collarless jacket with braid along its edges and four pockets."""
    braid = plain(piece.contrast, "rib")
    upper.nape(f, cut, piece.rgb)
    upper.sleeves(f, cut)
    _front(f, cut, overlap=0, strength=0.15)
    upper.rib_collar(f, cut, braid, 10)
    for x in (-6, 6):
        f.band([(x, cut.top + 34), (x, cut.hem + 4)], 7, braid, rim=0.3)
    for x in (-88, 34):
        for y in (226, 392):
            f.panel(box(x, y, x + 54, y + 62), volume=0.15, lift=2)
            f.band([(x, y + 4), (x + 54, y + 4)], 8, braid, rim=0.3)
            f.dot(x + 27, y + 18, 5, piece.metal)
    for k in range(5):
        f.dot(14, cut.top + 56 + k * 68, 5.5, piece.metal)


def denim(f: Figure, piece: Piece, cut: Cut) -> None:
    """A trucker: yoke, chest pockets, V seams, orange stitching."""
    thread = (214, 150, 84) if luminance(piece.rgb) < 0.75 else (190, 170, 140)
    collar = plain((236, 228, 208), "teddy") if piece.has("borg collar") else None
    upper.sleeves(f, replace(cut, cuff=True))
    _front(f, cut, overlap=0)
    for side in (-1, 1):
        f.stitch([(side * 16, 222), (side * (cut.chest - 12), 212)], thread)
        f.stitch([(side * 16, 226), (side * (cut.chest - 12), 216)], thread)
        f.stitch([(side * 34, 290), (side * 24, cut.hem - 20)], thread)
        f.stitch([(side * 84, 290), (side * 64, cut.hem - 20)], thread)
        collars.patch_pocket(f, side * 62 - 30, 224, 60, 68, flap=True)
        f.button(side * 62, 232, 4.5, (178, 132, 84))
    f.panel(
        both(
            curve(
                (0, cut.hem - 24), (cut.hip + 1, cut.hem - 26), (cut.hip - 2, cut.hem + 6), (0, cut.hem + 10)
            )
        ),
        volume=0.2,
    )
    f.stitch([(-cut.hip, cut.hem - 18), (cut.hip, cut.hem - 18)], thread)
    collars.placket(f, cut, button=(178, 132, 84), count=6, size=5.5)
    collars.shirt_collar(f, cut, collar, size=1.1)


def biker(f: Figure, piece: Piece, cut: Cut) -> None:
    """Wide lapels and slanting zips."""
    cut = replace(cut, neck="open", neck_w=42)
    lining_glimpse(f, cut, darker(piece.rgb, 0.6))
    upper.sleeves(f, cut)
    f.panel(both(upper.trunk(cut)), folds=upper.body_folds(cut, 0.3))
    if piece.called("biker"):
        f.zipper(curve((-26, cut.top + 150), (-6, 300, 10, cut.hem)), piece.metal)
        collars.lapels(f, cut, cut.top + 170, wide=1.5)
        for side in (-1, 1):
            f.zipper([(side * 92, 372), (side * 62, 434)], piece.metal)
        f.zipper([(84, 250), (46, 268)], piece.metal)
        f.panel(
            both(
                curve(
                    (0, cut.hem - 26), (cut.hip + 1, cut.hem - 28), (cut.hip, cut.hem + 2), (0, cut.hem + 8)
                )
            ),
            volume=0.25,
        )
        f.buckle(-24, cut.hem - 26, 2, cut.hem + 4, piece.metal)
    else:
        f.zipper([(0, cut.top + 60), (0, cut.hem)], piece.metal)
        collars.shirt_collar(f, cut)
        for side in (-1, 1):
            f.line([(side * 88, 386), (side * 66, 448)], width=2.4, alpha=0.7)
        f.stitch([(-cut.chest + 10, 236), (cut.chest - 10, 236)], darker(piece.rgb, 0.5))


def quilt(f: Figure, half: Points, y0: float, y1: float, step: float, width: float) -> None:
    """Cross seams with a bright ridge between them."""
    y = y0
    while y < y1:
        f.line(curve((-width, y + 2), (0, y + 12, width, y + 2)), darker(f.cloth.color, 0.55), 2, 0.6)
        f.line(curve((-width + 6, y + 9), (0, y + 18, width - 6, y + 9)), darker(f.cloth.color, 0.4), 8, 0.10)
        f.line(
            curve((-width + 16, y + step * 0.45), (0, y + step * 0.45 + 10, width - 30, y + step * 0.45)),
            lighter(f.cloth.color, 0.5),
            8,
            0.10,
        )
        y += step


def puffer(f: Figure, piece: Piece, cut: Cut) -> None:
    """Quilted and padded, with or without sleeves."""
    vest = piece.category == "gilet"
    cut = replace(cut.wider(4), hem=640 if piece.called("long") else 505, sleeve="none" if vest else "long")
    step = 30 if piece.has("lightweight") or piece.called("light") else 48
    if piece.has("hooded"):
        collars.hood(f, cut, lining=darker(piece.rgb, 0.2))
    if not vest:
        upper.sleeves(f, cut, full=7)
        s, t = cut.shoulder, cut.top
        for k in range(1, 9):
            y = t + 40 + k * step * 0.92
            if y < t + 396:
                x = s + 8 + (y - t) * 0.075
                f.lines(
                    [curve((x - 10, y + 10), (x + 16, y + 12, x + 36 + k * 0.6, y - 2))],
                    darker(piece.rgb, 0.55),
                    2,
                    0.5,
                )
    f.panel(both(upper.trunk(cut)), volume=0.5, folds=upper.body_folds(cut, 0.12))
    quilt(
        f, [], cut.top + 64, cut.hem - 10, step, min(cut.waist, cut.chest) - 3 if not vest else cut.waist - 6
    )
    f.zipper(
        [(0, cut.top + 20), (0, cut.hem + 4)], (70, 70, 74) if luminance(piece.rgb) > 0.4 else (150, 152, 158)
    )
    for side in (-1, 1):
        f.line([(side * 84, cut.hem - 128), (side * 70, cut.hem - 62)], width=3, alpha=0.7)
    if piece.has("hooded"):
        collars.hood_edges(f, cut, cut.top + 60)
    else:
        upper.roll_collar(f, cut, f.cloth, 40)


def bomber(f: Figure, piece: Piece, cut: Cut) -> None:
    """Rib collar, cuffs and hem round a soft blouson."""
    rib = Cloth(darker(piece.rgb, 0.2), "rib")
    upper.nape(f, cut, SHADES["rust"] if piece.color in {"olive", "khaki", "sage"} else piece.rgb)
    upper.sleeves(f, cut, full=8)
    upper.cuff_ribs(f, cut, rib)
    f.panel(both(upper.trunk(replace(cut, neck="crew"))), folds=upper.body_folds(cut, 0.4))
    upper.hem_rib(f, cut, rib, 34)
    f.zipper([(0, cut.top + 32), (0, cut.hem + 22)], piece.metal)
    upper.rib_collar(f, replace(cut, neck="crew"), rib, 24)
    for side in (-1, 1):
        f.panel([(side * 92, 376), (side * 100, 382), (side * 70, 444), (side * 62, 438)], volume=0.1, lift=2)
    f.zipper([(cut.shoulder + 34, 236), (cut.shoulder + 38, 276)], piece.metal)


def shell(f: Figure, piece: Piece, cut: Cut) -> None:
    """A hooded shell with a covered zip and, for rain, flap pockets."""
    collars.hood(f, cut, lining=piece.rgb)
    upper.sleeves(f, replace(cut, cuff=True), full=6)
    upper_tone = plain(darker(piece.rgb, 0.3) if luminance(piece.rgb) > 0.4 else lighter(piece.rgb, 0.25))
    f.panel(both(upper.trunk(cut)), folds=upper.body_folds(cut, 0.36))
    if piece.category == "windbreaker" and piece.pattern == "solid":
        yoke = [p for p in upper.trunk(cut) if p[1] < 268]
        f.panel(both([*yoke, (0, 290)]), upper_tone, volume=0.15)
    f.zipper([(0, cut.top + 30), (0, cut.hem + 4)], (210, 212, 216))
    if piece.category == "rain jacket":
        f.panel(box(-14, cut.top + 44, 14, cut.hem + 5), volume=0.1, lift=2)
        for k in range(5):
            f.dot(0, cut.top + 74 + k * 88, 5, lighter(piece.rgb, 0.3))
        for x in (-98, 38):
            f.panel(box(x, 452, x + 60, 530, 6), volume=0.1)
            f.panel(box(x - 3, 446, x + 63, 474, 5), volume=0.2, lift=3)
    else:
        for side in (-1, 1):
            f.line([(side * 92, 400), (side * 78, 466)], width=3, alpha=0.7)
    collars.hood_edges(f, cut, cut.top + 52)
    collars.drawstrings(f, cut.top + 60, 50, lighter(piece.rgb, 0.5))
