"""Necklines, sleeves, collars and closures that tops, dresses and coats share.

Knows nothing about products; each part takes the measures of one cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .cloth import Cloth
from .figure import Figure, Fold
from .geometry import Points, both, curve, flip
from .palette import RGB, darker


@dataclass(frozen=True)
class Cut:
    """Measures of an upper body, as distances from the middle and down the picture."""

    top: float = 105
    neck: str = "crew"
    neck_w: float = 46
    sleeve: str = "short"
    shoulder: float = 122
    chest: float = 118
    waist: float = 112
    hip: float = 118
    hem: float = 530
    cuff: bool = False

    @property
    def depth(self) -> float:
        """How far the front neckline drops below its sides."""
        return {
            "crew": 30,
            "boat": 15,
            "scoop": 72,
            "v": 112,
            "deep v": 170,
            "square": 66,
            "turtle": 16,
            "shirt": 34,
            "open": 150,
            "sweetheart": 62,
            "henley": 30,
            "halter": 40,
            "strap": 74,
            "off": 16,
            "wrap": 150,
        }[self.neck]

    @property
    def underarm(self) -> float:
        return self.top + (128 if self.sleeve == "none" else 142)

    def wider(self, by: float) -> Cut:
        """The same cut with `by` more room on each side."""
        return replace(
            self,
            shoulder=self.shoulder + by * 0.6,
            chest=self.chest + by,
            waist=self.waist + by * 1.2,
            hip=self.hip + by,
        )


def neckline(cut: Cut) -> Points:
    """The right half of the front neckline, from the middle to the shoulder."""
    t, w, d = cut.top, cut.neck_w, cut.depth
    match cut.neck:
        case "v" | "deep v" | "open" | "wrap":
            return curve((0, t + d), (w * 0.55, t + d * 0.45, w, t))
        case "square":
            return [(0, t + d), (w + 14, t + d), (w + 16, t)]
        case "scoop":
            return curve((0, t + d), (w * 1.05, t + d, w + 8, t))
        case "sweetheart" | "strap":
            return curve(
                (0, t + d),
                (14, t + d - 26, w * 0.8, t + d - 26),
                (w + 20, t + d - 24, w + 24, t + d - 52),
                (w + 22, t + 2),
            )
        case "halter":
            return curve((0, t + d), (w * 0.5, t + 24, w * 0.7, t - 6))
        case "off":
            return curve((0, t + 74), (60, t + 70, cut.shoulder + 6, t + 52))
        case _:
            return curve((0, t + d), (w * 0.82, t + d, w, t))


def trunk(cut: Cut) -> Points:
    """The right half of the front, from the neckline over shoulder and side to the middle of the hem."""
    t = cut.top
    neck = neckline(cut)
    if cut.neck == "off":
        side = curve(neck[-1], (cut.chest + 4, cut.underarm - 30, cut.chest, cut.underarm))
    elif cut.neck == "halter":
        side = curve(neck[-1], (neck[-1][0] + 14, t - 8), (cut.chest - 30, t + 80, cut.chest, cut.underarm))
    elif cut.neck == "strap":
        side = curve(
            neck[-1],
            (neck[-1][0] + 8, t),
            (neck[-1][0] + 9, t + 34),
            (cut.chest - 26, cut.underarm - 22, cut.chest, cut.underarm),
        )
    elif cut.sleeve == "none":
        sw = min(cut.shoulder - 22, cut.neck_w + 52)
        side = curve(neck[-1], (sw, t + 13), (sw - 8, t + 84, sw + 4, t + 112, cut.chest, cut.underarm))
    else:
        side = curve(
            neck[-1],
            (cut.shoulder - 26, t + 14, cut.shoulder, t + 30),
            (cut.shoulder - 10, t + 84, cut.chest - 4, t + 112, cut.chest, cut.underarm),
        )
    middle = cut.underarm + (cut.hem - cut.underarm) * 0.36
    body = curve(
        side[-1],
        (cut.chest - 2, cut.underarm + 50, cut.waist, middle - 40, cut.waist, middle),
        (cut.waist, middle + 40, cut.hip, cut.hem - 60, cut.hip, cut.hem),
        (cut.hip * 0.5, cut.hem + 7, 0, cut.hem + 7),
    )
    return [*neck, *side[1:], *body[1:]]


def body_folds(cut: Cut, strength: float = 0.3) -> list[Fold]:
    """The creases of a hanging front: from the armholes inwards and down to the hem."""
    u, h, c = cut.underarm, cut.hem, cut.chest
    creases: list[Fold] = []
    for side in (1, -1):
        creases += [
            (curve((side * c, u + 4), (side * c * 0.72, u + 40, side * c * 0.45, u + 34)), 5, -strength),
            (
                curve((side * c, u + 26), (side * c * 0.8, u + 76, side * c * 0.62, u + 80)),
                4,
                -strength * 0.7,
            ),
            (
                curve((side * c * 0.62, h), (side * c * 0.5, h - 70, side * c * 0.62, h - 150)),
                6,
                -strength * 0.8,
            ),
            (
                curve((side * c * 0.3, h), (side * c * 0.34, h - 60, side * c * 0.22, h - 120)),
                7,
                strength * 0.6,
            ),
        ]
    creases.append((curve((-c * 0.6, u + 120), (-c * 0.1, u + 150, c * 0.4, u + 128)), 6, -strength * 0.4))
    return creases


def sleeves(f: Figure, cut: Cut, cloth: Cloth | None = None, *, full: float = 0.0) -> None:
    """Both sleeves, laid beside the body; `full` widens them. Drawn before the front."""
    t, s, c, u = cut.top, cut.shoulder, cut.chest, cut.underarm
    match cut.sleeve:
        case "short":
            shape = curve(
                (s - 34, t + 16),
                (s + 14, t + 34, s + 30 + full * 0.4, t + 74),
                (s + 62 + full, t + 150),
                (s + 34, t + 176, s + 12, t + 176),
                (c - 18, u - 6),
            )
            f.pair(shape, cloth, turn=-24, folds=[([(s + 8, t + 60), (s + 30, t + 160)], 6, -0.3)])
            hem = curve((s + 60 + full, t + 143), (s + 34, t + 168, s + 10, t + 168))
            f.lines([hem], alpha=0.35)
        case "puff":
            shape = curve(
                (s - 30, t + 12),
                (s + 18, t - 6, s + 66, t + 50, s + 62, t + 122),
                (s + 56, t + 140),
                (s + 30, t + 152, s + 8, t + 148),
                (c - 16, u - 6),
            )
            creases: list[Fold] = [
                (curve((s + k, t + 140), (s + k * 0.9, t + 70, s - 14, t + 26)), 4, -0.4)
                for k in (14, 32, 48)
            ]
            f.pair(shape, cloth, turn=-18, volume=0.45, folds=creases)
            f.pair(
                curve(
                    (s + 62, t + 122),
                    (s + 34, t + 148, s + 6, t + 142),
                    (s + 7, t + 156),
                    (s + 36, t + 160, s + 60, t + 136),
                ),
                cloth,
                shade=0.94,
            )
        case "three-quarter":
            shape = curve(
                (s - 30, t + 14),
                (s + 22, t + 34, s + 34 + full * 0.4, t + 100),
                (s + 62 + full, t + 330),
                (s + 40, t + 346, s + 20 - full * 0.3, t + 342),
                (c + 6, u + 60, c - 16, u - 6),
            )
            f.pair(shape, cloth, turn=-8, folds=[([(s + 14, t + 120), (s + 42, t + 320)], 6, -0.35)])
        case "long":
            _long_sleeves(f, cut, cloth, full)
        case _:
            return


def _long_sleeves(f: Figure, cut: Cut, cloth: Cloth | None, full: float) -> None:
    t, s, c, u = cut.top, cut.shoulder, cut.chest, cut.underarm
    end = t + 404
    shape = curve(
        (s - 30, t + 14),
        (s + 24, t + 30, s + 34, t + 96),
        (s + 46 + full, t + 220, s + 66 + full, t + 310, s + 70 + full * 0.5, end),
        (s + 50, end + 9, s + 26 - full * 0.4, end + 4),
        (s + 18 - full, t + 320, c + 12, u + 70, c - 16, u - 8),
    )
    folds: list[Fold] = [
        (curve((c + 10, u + 26), (s + 22, u + 38, s + 38, u + 18)), 4, -0.35),
        (curve((s + 14, t + 280), (s + 36, t + 262, s + 54, t + 268)), 5, -0.4),
        (curve((s + 16, t + 306), (s + 38, t + 296, s + 60, t + 304)), 4, -0.3),
        ([(s + 34, t + 110), (s + 50, t + 400)], 7, 0.28),
    ]
    if full > 8:
        folds += [([(s + 30 + k, end), (s + 34 + k, end - 90)], 4, -0.4) for k in (0, 16, 32)]
    f.pair(shape, cloth, turn=-8, folds=folds)
    if cut.cuff or full > 8:
        cuff = curve(
            (s + 27 - full * 0.2, end - 2),
            (s + 50, end + 8, s + 71 + full * 0.2, end - 6),
            (s + 70, end + 30),
            (s + 50, end + 40, s + 29, end + 36),
        )
        f.pair(cuff, cloth, shade=0.95, turn=-8)


def nape(f: Figure, cut: Cut, tone: RGB) -> None:
    """The inside of the back, seen through the neckline."""
    w, t = cut.neck_w + (18 if cut.neck in {"strap", "square", "sweetheart"} else 3), cut.top
    half = curve(
        (0, t + 9),
        (w * 0.6, t + 9, w, t - 2),
        (w + 6, t + 20),
        (w * 0.5, t + cut.depth + 16, 0, t + cut.depth + 16),
    )
    f.panel(both(half), Cloth(darker(tone, 0.42), f.cloth.weave), volume=0.2)


def rib_collar(f: Figure, cut: Cut, cloth: Cloth, width: float = 15) -> None:
    """A knitted band along the neckline."""
    path = neckline(cut)
    f.band([*flip(path)[::-1], *path[1:]], width, cloth, rim=0.4, volume=0.3)


def roll_collar(f: Figure, cut: Cut, cloth: Cloth, height: float = 52) -> None:
    """A turtleneck, folded once."""
    w, t = cut.neck_w, cut.top
    tube = both(
        curve(
            (0, t - height + 2),
            (w * 0.6, t - height + 2, w * 0.88, t - height - 5),
            (w * 0.9, t - 10, w + 6, t + 6),
            (w * 0.5, t + 28, 0, t + 28),
        )
    )
    f.panel(tube, cloth, volume=0.5, lift=3)
    fold = both(
        curve(
            (0, t - height + 2),
            (w * 0.6, t - height + 2, w * 0.88, t - height - 5),
            (w * 0.98, t - height * 0.3),
            (w * 0.5, t - height * 0.3 + 12, 0, t - height * 0.3 + 13),
        )
    )
    f.panel(fold, cloth, volume=0.45, lift=3)


def hem_rib(f: Figure, cut: Cut, cloth: Cloth, height: float = 30) -> None:
    """A knitted welt along the hem."""
    h, w = cut.hem, cut.hip
    f.panel(
        both(
            curve(
                (0, h + 1 - 4),
                (w * 0.5, h - 2, w + 1, h - 8),
                (w - 6, h + height - 10),
                (w * 0.5, h + height, 0, h + height),
            )
        ),
        cloth,
        volume=0.3,
    )


def cuff_ribs(f: Figure, cut: Cut, cloth: Cloth) -> None:
    """Knitted cuffs on long sleeves."""
    s, end = cut.shoulder, cut.top + 400
    f.pair(
        curve(
            (s + 26, end),
            (s + 50, end + 10, s + 71, end),
            (s + 66, end + 34),
            (s + 48, end + 42, s + 31, end + 38),
        ),
        cloth,
        turn=-6,
        volume=0.4,
    )


def wave_edge(cut: Cut) -> Points:
    """A ruffle that follows a round neckline."""
    w, t, d = cut.neck_w + 26, cut.top, cut.depth
    outer = curve((w + 14, t + 8), (w + 10, t + d + 52, 0, t + d + 56))
    scallops = [(x, y + (6 if i % 2 else -2)) for i, (x, y) in enumerate(outer)]
    inner = curve((0, t + d), (w * 0.8, t + d, w - 18, t))
    return [*scallops, *flip(scallops)[::-1], *flip(inner)[::-1], *inner]
