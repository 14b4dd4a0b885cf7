"""Dresses, jumpsuits, nightdresses and pyjamas.

Knows nothing about sizes, prices or files.
"""

from __future__ import annotations

from dataclasses import replace

from . import collars, tops, upper
from .bottoms import LEGS, draw_skirt, leg, leg_of, trousers
from .cloth import Cloth
from .figure import Figure, Fold
from .geometry import both, curve, flip
from .palette import darker, lighter
from .piece import Piece, plain


def dress(f: Figure, piece: Piece) -> None:
    """A dress by neckline, sleeve, waist and length."""
    if piece.has("spaghetti straps") or piece.called("slip", "nightdress", "nightie"):
        return slip(f, piece)
    cut = tops.cut_of(piece, neck="scoop", sleeve="short")
    shirt = piece.called("shirt dress", "shirtdress") or piece.has("collar")
    neck = "shirt" if shirt else "wrap" if piece.has("wrap") else cut.neck
    if neck in {"halter", "off"}:
        cut = replace(cut, sleeve="none")
    if piece.has("mini"):
        f.move(f.dx, f.dy + 88, f.scale * 1.14)
    else:
        f.move(f.dx, f.dy, f.scale * (0.86 if piece.has("maxi") else 0.96))
    waist_y = 300
    cut = replace(
        cut,
        neck=neck,
        top=60 if not piece.has("maxi") else 30,
        waist=82,
        chest=104,
        shoulder=112,
        hip=84,
        hem=waist_y,
    )
    hem = {"mini": 520, "maxi": 745}.get(next((k for k in ("mini", "maxi") if piece.has(k)), ""), 650)
    if neck not in {"off", "halter"}:
        upper.nape(f, cut, piece.rgb)
    upper.sleeves(f, cut, full=6 if piece.has("puff sleeve", "balloon sleeve") else 0)
    if piece.has("bodycon") or piece.called(
        "sheath", "column", "knit dress", "sweater dress", "t-shirt dress"
    ):
        straight(
            f,
            piece,
            replace(
                cut,
                hem=hem,
                waist=88 if piece.has("bodycon") or piece.called("sheath") else 106,
                hip=112,
                chest=108,
            ),
        )
    else:
        draw_skirt(f, piece, waist_y - 4, hem, waist=83)
        bodice = [p for p in upper.trunk(cut) if p[1] <= waist_y]
        f.panel(
            both([*bodice, (83, waist_y + 2), (0, waist_y + 6)]),
            folds=_bodice_folds(cut, waist_y),
            volume=0.36,
        )
        f.line(curve((-83, waist_y), (0, waist_y + 7, 83, waist_y)), alpha=0.55)
    finish(f, piece, cut, neck, waist_y, hem)
    return None


def _bodice_folds(cut: upper.Cut, waist: float) -> list[Fold]:
    folds: list[Fold] = []
    for side in (1, -1):
        folds += [
            (
                curve(
                    (side * cut.chest, cut.underarm),
                    (side * 70, cut.underarm + 30, side * 44, cut.underarm + 14),
                ),
                5,
                -0.3,
            ),
            ([(side * 46, waist), (side * 56, cut.underarm + 50)], 5, -0.32),
            ([(side * 22, waist), (side * 26, waist - 60)], 5, -0.2),
        ]
    return folds


def straight(f: Figure, piece: Piece, cut: upper.Cut) -> None:
    """A dress cut in one, without a waist seam."""
    f.panel(
        both(upper.trunk(cut)),
        folds=[*upper.body_folds(cut, 0.26), (curve((40, 330), (50, 450, 46, cut.hem)), 8, -0.2)],
    )


def finish(f: Figure, piece: Piece, cut: upper.Cut, neck: str, waist: float, hem: float) -> None:
    """Collar, wrap edge, belt, buttons and the edge of the neckline."""
    if neck == "shirt":
        collars.placket(
            f, replace(cut, hem=hem), button=darker(piece.rgb, 0.45), bottom=hem + 3, count=9, width=11
        )
        collars.shirt_collar(f, cut)
    elif neck == "wrap":
        f.line(curve((cut.neck_w, cut.top), (24, cut.top + 90, -70, waist)), alpha=0.65, width=2.2)
        f.line(
            curve((cut.neck_w + 7, cut.top + 2), (32, cut.top + 94, -62, waist)),
            darker(piece.rgb, 0.5),
            7,
            0.12,
        )
        f.line(curve((-cut.neck_w, cut.top), (-26, cut.top + 80, 0, cut.top + 148)), alpha=0.6, width=2)
    elif neck == "turtle":
        upper.roll_collar(f, cut, f.cloth, 44)
    elif neck != "off":
        upper.rib_collar(f, cut, Cloth(darker(piece.rgb, 0.06), f.cloth.weave), 6)
    if neck == "off":
        half = curve(
            (0, cut.top + 70),
            (64, cut.top + 66, cut.shoulder + 8, cut.top + 44),
            (cut.shoulder + 20, cut.top + 92),
            (64, cut.top + 124, 0, cut.top + 126),
        )
        f.panel(
            both(half),
            volume=0.4,
            lift=3,
            folds=[([(k, cut.top + 68), (k * 1.04, cut.top + 122)], 4, -0.35) for k in range(-108, 112, 24)],
        )
    if piece.has("ruffles"):
        f.panel([*upper.wave_edge(cut)], volume=0.4, lift=4)
    if piece.has("belted", "wrap") or neck == "wrap":
        y = waist
        f.band([(-84, y), (0, y + 5), (84, y)], 17, rim=0.5, lift=2, shade=0.92)
        if neck == "wrap" or piece.has("wrap"):
            for dx, drop in ((-66, 120), (-50, 92)):
                f.panel(
                    curve(
                        (-62, y),
                        (dx - 8, y + 50, dx - 10, y + drop),
                        (dx + 8, y + drop + 4),
                        (dx + 4, y + 40, -54, y),
                    ),
                    lift=2,
                )
            f.panel(
                curve((-60, y + 2), (-96, y - 26, -100, y + 6), (-92, y + 26, -60, y + 4)), lift=2, volume=0.5
            )
            f.panel(
                curve((-58, y + 2), (-30, y - 24, -22, y + 6), (-30, y + 24, -58, y + 4)), lift=2, volume=0.5
            )
        else:
            f.buckle(-13, y - 8, 13, y + 18, piece.metal, 4)


def slip(f: Figure, piece: Piece) -> None:
    """Thin straps, bias cut."""
    hem = 660 if piece.has("midi") else 704 if piece.has("maxi") else 520
    for side in (-1, 1):
        f.band([(side * 56, 40), (side * 60, 140)], 3.4, plain(darker(piece.rgb, 0.1)), rim=0.4)
    flare = 150 if piece.has("a-line", "tiered") or piece.child else 128
    half = curve(
        (0, 176),
        (30, 164, 58, 130),
        (84, 160, 96, 196),
        (84, 270, 86, 310),
        (96, 400, 118, 480, flare, hem),
        (70, hem + 9, 0, hem + 9),
    )
    folds: list[Fold] = [
        (curve((k * 0.55, 210), (k * 0.6, 400, k, hem)), 8, s)
        for k, s in ((-104, -0.3), (-64, 0.32), (-30, -0.34), (10, 0.32), (50, -0.36), (92, 0.24))
    ]
    folds += [
        (curve((-90, 300), (-20, 340, 70, 300)), 5, -0.25),
        (curve((60, 190), (30, 220, 0, 214)), 5, -0.3),
    ]
    f.panel(both(half), folds=folds)
    edge = curve((0, 176), (30, 164, 58, 130))
    if piece.has("lace trim"):
        lace = Cloth(lighter(piece.rgb, 0.2), "lace")
        f.band([*flip(edge)[::-1], *edge[1:]], 22, lace, rim=0.3)
        f.band(curve((-flare, hem - 4), (0, hem + 12, flare, hem - 4)), 22, lace, rim=0.3)
    else:
        f.band([*flip(edge)[::-1], *edge[1:]], 4, shade=0.9)
    if piece.has("slit"):
        f.panel(
            [(70, hem + 7), (62, hem - 190), (104, hem + 3)],
            plain(darker(piece.rgb, 0.5)),
            volume=0.2,
            rim=0.3,
        )


def jumpsuit(f: Figure, piece: Piece) -> None:
    """Bodice and trousers in one."""
    cut = tops.cut_of(piece, neck="v", sleeve="none")
    shirt = piece.has("collar") or piece.called("boiler", "utility")
    cut = replace(
        cut, neck="shirt" if shirt else cut.neck, top=44, waist=84, chest=104, shoulder=112, hip=86, hem=266
    )
    f.move(f.dx, f.dy + 6, f.scale * 0.95)
    if cut.neck != "halter":
        upper.nape(f, cut, piece.rgb)
    upper.sleeves(f, cut)
    outer, inner, knee = LEGS[leg_of(piece)]
    foot = 500 if piece.has("mini", "short length") else 712
    folds: list[Fold] = [
        (curve((4, 390), (50, 370, 100, 340)), 5, -0.35),
        (curve((66, 300), (76, 480, (outer + inner) / 2, foot)), 12, 0.24),
        (curve((36, 420), (44, 560, inner + 20, foot)), 7, -0.3),
    ]
    f.pair(leg(outer, inner, knee, 262, 396, foot, 84), folds=folds, volume=0.42)
    bodice = [p for p in upper.trunk(cut) if p[1] <= 264]
    f.panel(both([*bodice, (85, 268), (0, 272)]), folds=_bodice_folds(cut, 266))
    f.band([(-86, 268), (0, 273), (86, 268)], 18, rim=0.5, shade=0.92, lift=2)
    if piece.has("belted"):
        f.buckle(-13, 258, 13, 286, piece.metal)
    f.lines([curve((84, 290), (90, 340, 116, 366))], alpha=0.55, width=2)
    if shirt:
        collars.placket(f, cut, button=piece.metal, bottom=262, count=4)
        collars.patch_pocket(f, 28, 150, 46, 54, flap=True)
        collars.patch_pocket(f, -74, 150, 46, 54, flap=True)
        collars.shirt_collar(f, cut)
    else:
        upper.rib_collar(f, cut, f.cloth, 6)


def pyjamas(f: Figure, piece: Piece) -> None:
    """A piped shirt beside its trousers."""
    f.move(104, 14, 0.80)
    trousers(
        f,
        replace(
            piece, category="joggers" if piece.child else "trousers", features=("drawstring", "straight")
        ),
    )
    f.move(-76, 16, 0.94)
    if piece.child or piece.has("crew neck"):
        return tops.tee(f, replace(piece, category="t-shirt", features=("long sleeve", "crew neck")))
    return tops.shirt(f, replace(piece, category="shirt", features=("long sleeve", "pocket")))
