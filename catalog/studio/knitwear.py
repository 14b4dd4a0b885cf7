"""Sweaters, cardigans, hoodies and sweatshirts.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

from dataclasses import replace

from . import collars, upper
from .cloth import Cloth
from .figure import Figure
from .geometry import both, box, curve, flip
from .palette import IVORY, SHADES, darker, luminance, mix
from .piece import Piece, plain
from .prints import graphic
from .tops import cut_of
from .upper import Cut


def _ribbing(piece: Piece) -> Cloth:
    return Cloth(darker(piece.rgb, 0.10), "rib")


def sweater(f: Figure, piece: Piece) -> None:
    """A pullover with ribbed neck, cuffs and hem."""
    cut = cut_of(piece, sleeve="long")
    cut = replace(cut.wider(4), hem=min(cut.hem, 500) if not piece.has("cropped") else 410)
    rib = _ribbing(piece)
    if cut.neck != "turtle":
        upper.nape(f, cut, piece.rgb)
    upper.sleeves(f, cut, full=4)
    if cut.sleeve == "long":
        upper.cuff_ribs(f, cut, rib)
    f.panel(both(upper.trunk(cut)), folds=upper.body_folds(cut, 0.36))
    upper.hem_rib(f, cut, rib)
    if cut.neck == "turtle":
        upper.roll_collar(f, cut, rib)
    else:
        upper.rib_collar(f, cut, rib, 16)
    if piece.called("fair isle", "nordic"):
        yoke(f, piece, cut)
    if piece.pattern == "graphic":
        graphic(f, piece, cut.top + 225)


def yoke(f: Figure, piece: Piece, cut: Cut) -> None:
    """Rows of small motifs across the chest."""
    ink, warm = piece.contrast, mix(piece.rgb, SHADES["rust"], 0.7)
    for row, tone in ((0, ink), (1, warm), (2, ink)):
        y = cut.top + 120 + row * 26
        for k in range(-11, 12):
            x = k * 13
            if abs(x) < cut.chest - 3:
                f.panel(
                    [(x, y - 8), (x + 6, y), (x, y + 8), (x - 6, y)], plain(tone, "knit"), volume=0, rim=0
                )


def cardigan(f: Figure, piece: Piece) -> None:
    """Open in front with a ribbed button band."""
    cut = replace(cut_of(piece, sleeve="long"), neck="deep v")
    cut = replace(cut.wider(4), hem=600 if piece.called("long", "coatigan") else 510)
    rib = _ribbing(piece)
    upper.nape(f, cut, piece.rgb)
    upper.sleeves(f, cut, full=4)
    upper.cuff_ribs(f, cut, rib)
    f.panel(both(upper.trunk(cut)), folds=upper.body_folds(cut, 0.34))
    upper.hem_rib(f, cut, rib)
    neck = upper.neckline(cut)
    f.band([*flip(neck)[::-1], (0, cut.top + cut.depth)], 18, rib, rim=0.4)
    f.band([*neck[::-1], (0, cut.top + cut.depth), (0, cut.hem + 18)], 22, rib, rim=0.4, lift=2)
    for k in range(5):
        f.button(
            0,
            cut.top + cut.depth + 24 + (cut.hem - cut.top - cut.depth - 20) * k / 4,
            6.5,
            darker(piece.rgb, 0.5) if luminance(piece.rgb) > 0.4 else (150, 112, 76),
        )
    for side in (-1, 1):
        f.panel(box(side * 66 - 32, cut.hem - 120, side * 66 + 32, cut.hem - 44, 5), volume=0.12, lift=1.5)
        f.panel(box(side * 66 - 33, cut.hem - 122, side * 66 + 33, cut.hem - 108, 2), rib, volume=0.1)


def sweat(f: Figure, piece: Piece) -> None:
    """A sweatshirt, or a hoodie with hood, cords and pouch."""
    cut = replace(cut_of(piece, sleeve="long").wider(6), hem=510, sleeve="long")
    rib = _ribbing(piece)
    hooded = piece.category == "hoodie" or piece.has("hooded")
    zipped = piece.has("zip", "full zip")
    if hooded:
        collars.hood(f, cut, lining=piece.rgb)
    else:
        upper.nape(f, cut, piece.rgb)
    upper.sleeves(f, cut, full=4)
    upper.cuff_ribs(f, cut, rib)
    f.panel(both(upper.trunk(cut)), folds=upper.body_folds(cut, 0.34))
    upper.hem_rib(f, cut, rib)
    if hooded:
        pouch = curve(
            (0, cut.hem - 150), (62, cut.hem - 150), (92, cut.hem - 60), (96, cut.hem - 8), (0, cut.hem - 4)
        )
        f.panel(both(pouch), volume=0.16, lift=2)
        f.stitch(curve((58, cut.hem - 145), (87, cut.hem - 60)))
        f.stitch(curve((-58, cut.hem - 145), (-87, cut.hem - 60)))
    if zipped:
        f.zipper([(0, cut.top + 46), (0, cut.hem + 18)], (206, 208, 212))
    if hooded:
        collars.hood_edges(f, cut, cut.top + 58)
        collars.drawstrings(
            f, cut.top + 66, 86, IVORY if luminance(piece.rgb) < 0.7 else darker(piece.rgb, 0.4)
        )
    else:
        upper.rib_collar(f, cut, rib, 16)
        f.panel([(-9, cut.top + 40), (9, cut.top + 40), (0, cut.top + 60)], rib, volume=0.1, rim=0.35)
    if piece.pattern == "graphic" and not zipped:
        graphic(f, piece, cut.top + 215)
