"""Shirts, knitwear, sweats and the other tops.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

from dataclasses import replace

from . import collars, upper
from .cloth import Cloth
from .figure import Figure
from .geometry import both, box, curve, ellipse, flip, wave
from .palette import IVORY, darker, lighter, luminance
from .piece import Piece, plain
from .prints import graphic
from .upper import Cut

FIT = {
    "slim": -7,
    "skinny": -9,
    "tailored": -4,
    "regular": 0,
    "straight": 0,
    "relaxed": 9,
    "loose": 14,
    "oversized": 20,
}
NECKS = {
    "v-neck": "v",
    "scoop neck": "scoop",
    "square neck": "square",
    "boat neck": "boat",
    "turtleneck": "turtle",
    "halter neck": "halter",
    "off-shoulder": "off",
    "crew neck": "crew",
    "sweetheart neck": "sweetheart",
}
SLEEVES = {
    "long sleeve": "long",
    "short sleeve": "short",
    "sleeveless": "none",
    "three-quarter sleeve": "three-quarter",
    "puff sleeve": "puff",
}


def cut_of(piece: Piece, *, neck: str = "crew", sleeve: str = "short") -> Cut:
    """The cut that follows from fit, gender and features."""
    for feature in piece.features:
        neck = NECKS.get(feature, neck)
        sleeve = SLEEVES.get(feature, sleeve)
    man = piece.gender in {"men", "boys"} or piece.child
    cut = Cut(
        neck=neck,
        sleeve=sleeve,
        waist=116 if man else 102,
        hip=120 if man else 114,
        chest=120 if man else 112,
        shoulder=126 if man else 116,
    )
    cut = cut.wider(FIT.get(piece.fit, 0) + 12)
    if piece.has("cropped"):
        cut = replace(cut, hem=430)
    return cut


def tee(f: Figure, piece: Piece) -> None:
    """T-shirt, top or bodysuit by neckline and sleeve."""
    cut = cut_of(piece)
    if piece.category == "bodysuit":
        return bodysuit(f, piece)
    if cut.neck in {"halter", "strap", "off"}:
        cut = replace(cut, sleeve="none")
    if cut.neck != "off":
        upper.nape(f, cut, piece.rgb)
    upper.sleeves(f, cut)
    f.panel(both(upper.trunk(cut)), folds=upper.body_folds(cut))
    if cut.neck == "turtle":
        upper.roll_collar(f, cut, f.cloth)
    elif cut.neck != "off":
        upper.rib_collar(
            f, cut, Cloth(darker(piece.rgb, 0.08), "rib" if piece.category == "t-shirt" else "plain"), 11
        )
    if piece.category == "t-shirt" or piece.child:
        f.stitch(
            curve((-cut.hip, cut.hem - 12), (0, cut.hem - 4, cut.hip, cut.hem - 12)),
            darker(piece.rgb, 0.3),
            0.45,
        )
    if cut.neck == "off":
        half = curve(
            (0, cut.top + 70),
            (70, cut.top + 66, cut.shoulder + 12, cut.top + 44),
            (cut.shoulder + 26, cut.top + 96),
            (70, cut.top + 128, 0, cut.top + 130),
        )
        f.panel(
            both(half),
            volume=0.4,
            lift=3,
            folds=[([(k, cut.top + 70), (k * 1.04, cut.top + 124)], 4, -0.35) for k in range(-110, 120, 27)],
        )
    if piece.pattern == "graphic":
        graphic(f, piece, cut.top + 225)
    if piece.has("pocket", "pockets"):
        collars.patch_pocket(f, 26, cut.top + 126, 52, 60)
    return None


def tank(f: Figure, piece: Piece) -> None:
    """A sleeveless top: straps for a camisole, wide shoulders otherwise."""
    cut = cut_of(piece, neck="scoop", sleeve="none")
    if piece.called("camisole", "cami") or piece.has("spaghetti straps"):
        return camisole(f, piece, cut.hem)
    cut = replace(cut, sleeve="none", chest=cut.chest - 8, waist=cut.waist - 6)
    if cut.neck != "halter":
        upper.nape(f, cut, piece.rgb)
    f.panel(both(upper.trunk(cut)), folds=upper.body_folds(cut))
    upper.rib_collar(f, cut, Cloth(darker(piece.rgb, 0.1), "rib"), 9)
    f.stitch(
        curve((-cut.hip, cut.hem - 12), (0, cut.hem - 4, cut.hip, cut.hem - 12)), darker(piece.rgb, 0.3), 0.4
    )
    return None


def camisole(f: Figure, piece: Piece, hem: float) -> None:
    """Thin straps and a soft V; lace along the edge for lingerie."""
    top = 210
    for side in (-1, 1):
        f.band([(side * 62, 96), (side * 70, top + 4)], 3.6, plain(darker(piece.rgb, 0.1)), rim=0.4)
    half = curve(
        (0, top + 52),
        (34, top + 34, 68, top),
        (92, top + 34, 106, top + 76),
        (96, top + 170, 112, hem),
        (60, hem + 7, 0, hem + 7),
    )
    folds = [
        (curve((k * 0.7, top + 60), (k * 0.8, 400, k, hem)), 6, s)
        for k, s in ((-80, -0.35), (-40, 0.3), (-10, -0.35), (30, 0.3), (66, -0.4), (92, 0.25))
    ]
    f.panel(both(half), folds=folds)
    edge = curve((0, top + 52), (34, top + 34, 68, top))
    if piece.has("lace trim"):
        f.band([*flip(edge)[::-1], *edge[1:]], 20, Cloth(lighter(piece.rgb, 0.2), "lace"), rim=0.3)
        f.band(wave(-112, 112, hem - 6, 8, 12), 14, Cloth(lighter(piece.rgb, 0.2), "lace"), rim=0.3)
    else:
        f.lines([edge], alpha=0.5)


def bodysuit(f: Figure, piece: Piece) -> None:
    """A close top that ends in a high-cut leg."""
    cut = cut_of(piece, neck="scoop", sleeve="long")
    cut = replace(cut, waist=cut.waist - 14, chest=cut.chest - 8, hem=470, hip=104)
    upper.nape(f, cut, piece.rgb)
    upper.sleeves(f, cut)
    half = [p for p in upper.trunk(cut) if p[1] < 462 or p[0] < 1] if cut.hem else []
    half = half[:-1] if half[-1][1] > 462 else half
    f.panel(
        both([*half, *curve((106, 462), (108, 520, 96, 540), (40, 560, 22, 664), (0, 672))]),
        folds=upper.body_folds(cut, 0.22),
    )
    upper.rib_collar(f, cut, Cloth(darker(piece.rgb, 0.08), "rib"), 8)
    f.stitch(curve((-92, 538), (-40, 566, -26, 648)), darker(piece.rgb, 0.35), 0.5)
    f.stitch(curve((92, 538), (40, 566, 26, 648)), darker(piece.rgb, 0.35), 0.5)


def shirt(f: Figure, piece: Piece) -> None:
    """A shirt or shirt-like blouse with collar, placket and cuffs."""
    cut = replace(cut_of(piece, neck="shirt", sleeve="long"), neck="shirt", cuff=True, hem=540)
    if piece.has("cropped"):
        cut = replace(cut, hem=440)
    upper.sleeves(f, cut)
    half = upper.trunk(cut)
    half = half[:-15]  # the straight hem gives way to a curved shirt tail
    tail = curve(
        half[-1],
        (cut.hip, cut.hem + 8),
        (cut.hip * 0.66, cut.hem + 10, cut.hip * 0.5, cut.hem + 32),
        (0, cut.hem + 38),
    )
    f.panel(both([*half, *tail]), folds=upper.body_folds(cut))
    button = (236, 232, 224) if luminance(piece.rgb) < 0.8 else (206, 200, 192)
    if piece.category == "blouse" and piece.has("pussy bow"):
        collars.placket(f, cut, button=button, bottom=cut.hem + 36)
        return bow(f, cut)
    collars.placket(f, cut, button=button, bottom=cut.hem + 36)
    if piece.materials[:1] == ("denim",) or piece.called("overshirt", "flannel", "utility"):
        collars.patch_pocket(f, 30, 232, 58, 66, flap=True)
        collars.patch_pocket(f, -88, 232, 58, 66, flap=True)
    elif piece.has("pockets", "pocket") or piece.gender == "men":
        collars.patch_pocket(f, 32, 228, 52, 62)
    if piece.has("mandarin collar"):
        t, w = cut.top, cut.neck_w
        f.panel(
            both(
                curve(
                    (0, t + 14),
                    (w * 0.7, t + 6, w * 0.84, t - 16),
                    (w + 2, t + 8),
                    (w * 0.6, t + 38, 0, t + 38),
                )
            ),
            volume=0.3,
            lift=2,
        )
    else:
        collars.shirt_collar(f, cut)
    return None


def bow(f: Figure, cut: Cut) -> None:
    """A soft bow at the throat."""
    y = cut.top + 44
    upper.rib_collar(f, replace(cut, neck="crew"), f.cloth, 18)
    for side in (-1, 1):
        f.panel(
            curve(
                (side * 4, y),
                (side * 40, y + 40, side * 46, y + 170),
                (side * 16, y + 180),
                (side * 14, y + 70, side * -4, y + 6),
            ),
            lift=3,
            turn=side * 12,
        )
    for side in (-1, 1):
        f.panel(
            curve((0, y), (side * 46, y - 44, side * 66, y - 6), (side * 62, y + 30, 0, y + 8)),
            lift=3,
            volume=0.5,
            turn=side * 20,
            folds=[([(side * 8, y + 2), (side * 48, y - 2)], 4, -0.4)],
        )
    f.panel(box(-10, y - 10, 10, y + 14, 7), lift=3, volume=0.5)


def blouse(f: Figure, piece: Piece) -> None:
    """A soft, full-sleeved blouse; with collar or bow it is cut like a shirt."""
    if piece.has("collar", "pussy bow", "button-down", "mandarin collar"):
        return shirt(f, piece)
    cut = replace(cut_of(piece, neck="v", sleeve="long"), cuff=True)
    cut = replace(cut, hem=515, hip=cut.hip + 6)
    if cut.neck != "off":
        upper.nape(f, cut, piece.rgb)
    upper.sleeves(f, cut, full=18 if cut.sleeve == "long" else 10)
    folds = [
        (curve((k * 0.5, cut.top + 130), (k * 0.8, 380, k, cut.hem)), 6, s)
        for k, s in ((-96, -0.3), (-60, 0.25), (-24, -0.35), (14, 0.25), (48, -0.3), (88, -0.25))
    ]
    if piece.has("wrap") and cut.neck != "off":
        cut = replace(cut, neck="wrap")
    f.panel(both(upper.trunk(cut)), folds=[*folds, *upper.body_folds(cut, 0.2)])
    if piece.has("wrap"):
        f.line(
            curve((cut.neck_w, cut.top), (20, cut.top + 120, -cut.waist, cut.top + 250)), alpha=0.6, width=2
        )
        f.band([(-cut.waist - 2, cut.top + 250), (cut.waist + 2, cut.top + 236)], 16, rim=0.4, shade=0.94)
    else:
        upper.rib_collar(f, cut, f.cloth, 7)
    if piece.has("ruffles"):
        y0, y1 = cut.top + 60, cut.hem - 60
        for side in (-1, 1):
            for reach in (62, 36):
                edge = [(side * (y - 9), x) for x, y in wave(y0, y1, reach, 14, 8)]
                f.panel([(side * 1, y0 - 10), *edge, (side * 1, y1)], lift=2.5, volume=0.4)
    return None


def polo(f: Figure, piece: Piece) -> None:
    """A short placket and a ribbed collar."""
    cut = replace(cut_of(piece), neck="shirt", hem=520)
    upper.sleeves(f, cut)
    f.panel(both(upper.trunk(cut)), folds=upper.body_folds(cut))
    collars.placket(
        f,
        cut,
        button=IVORY if luminance(piece.rgb) < 0.8 else (180, 176, 170),
        bottom=cut.top + 165,
        count=3,
        width=14,
    )
    collars.shirt_collar(f, cut, Cloth(darker(piece.rgb, 0.06), "rib"))
    f.stitch(
        curve((-cut.hip, cut.hem - 12), (0, cut.hem - 4, cut.hip, cut.hem - 12)), darker(piece.rgb, 0.3), 0.45
    )
    f.panel(ellipse(56, cut.top + 118, 7, 9), plain(piece.contrast), volume=0.1, rim=0.3)
