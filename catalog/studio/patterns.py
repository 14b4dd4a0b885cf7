"""Printed and woven patterns, each a repeating tile of colour.

Knows nothing about garments; everything is drawn from the product's own colour.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from .cloth import Floats
from .palette import IVORY, RGB, SHADES, beside, darker, lighter, luminance, mix


def _tile(image: Image.Image) -> Floats:
    return np.asarray(image.convert("RGB"), dtype=np.float32)


def _wrapped(side: int, paint: Callable[[ImageDraw.ImageDraw, float, float], None], base: RGB) -> Image.Image:
    """A tile painted nine times, so that what leaves one edge comes in at the other."""
    image = Image.new("RGB", (side, side), base)
    pen = ImageDraw.Draw(image)
    for dx in (-side, 0, side):
        for dy in (-side, 0, side):
            paint(pen, dx, dy)
    return image


def stripes(base: RGB, *, upright: bool, fine: bool = False) -> Floats:
    """Breton stripes across, or shirt stripes and pinstripes upright."""
    period, bar = (28, 3) if fine else ((26, 11) if upright else (44, 17))
    image = Image.new("RGB", (period, period), base if luminance(base) > 0.86 or fine or upright else IVORY)
    ink = (
        mix(base, beside(base), 0.7)
        if fine or upright
        else (beside(base) if luminance(base) > 0.86 else base)
    )
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, bar - 1, period) if upright else (0, 0, period, bar - 1), fill=ink)
    return _tile(image)


def checks(base: RGB) -> Floats:
    """A tartan: broad bands of a second tone and a fine bright line."""
    side = 120
    second, line = (
        darker(base, 0.45) if luminance(base) > 0.3 else lighter(base, 0.28),
        mix(IVORY, base, 0.15),
    )
    cloth = np.tile(np.asarray(base, dtype=np.float32), (side, side, 1))
    for axis in (0, 1):
        band = np.zeros(side, dtype=np.float32)
        band[10:46] = 0.5
        band[26:30] = 0.1
        weight = band[:, None] if axis == 0 else band[None, :]
        cloth = cloth + (np.asarray(second, dtype=np.float32) - cloth) * weight[..., None]
        fine = np.zeros(side, dtype=np.float32)
        fine[82:86] = 0.75
        weight = fine[:, None] if axis == 0 else fine[None, :]
        cloth = cloth + (np.asarray(line, dtype=np.float32) - cloth) * weight[..., None]
    return cloth.astype(np.float32)


def gingham(base: RGB) -> Floats:
    """Two-tone squares on white."""
    n = 18
    half, white = mix(base, (255, 255, 255), 0.52), (250, 250, 248)
    image = Image.new("RGB", (2 * n, 2 * n), white)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, n - 1, n - 1), fill=base)
    pen.rectangle((n, 0, 2 * n, n - 1), fill=half)
    pen.rectangle((0, n, n - 1, 2 * n), fill=half)
    return _tile(image)


def dots(base: RGB) -> Floats:
    """Polka dots in a half drop."""
    ink = beside(base)

    def paint(pen: ImageDraw.ImageDraw, dx: float, dy: float) -> None:
        for cx, cy in ((14, 14), (42, 42)):
            pen.ellipse((cx + dx - 8, cy + dy - 8, cx + dx + 8, cy + dy + 8), fill=ink)

    return _tile(_wrapped(56, paint, base))


def floral(base: RGB, seed: int) -> Floats:
    """Scattered blossoms with leaves."""
    rng = random.Random(seed)
    side = 220
    light = luminance(base) > 0.6
    petals = [SHADES[s] for s in (("rose", "coral", "lilac") if light else ("blush", "ivory", "apricot"))]
    leaf = mix(SHADES["sage"], base, 0.15) if not light else SHADES["sage"]
    spots = [(38, 40), (140, 30), (90, 105), (195, 110), (30, 160), (150, 185)]
    flowers = [
        (x, y, rng.uniform(15, 24), rng.uniform(0, 6), petals[i % 3]) for i, (x, y) in enumerate(spots)
    ]

    def paint(pen: ImageDraw.ImageDraw, dx: float, dy: float) -> None:
        for x, y, r, a, color in flowers:
            for side_angle in (a, a + 2.4):
                lx, ly = x + dx + math.cos(side_angle) * r * 1.55, y + dy + math.sin(side_angle) * r * 1.55
                pen.ellipse((lx - r * 0.55, ly - r * 0.3, lx + r * 0.55, ly + r * 0.3), fill=leaf)
            for k in range(5):
                t = a + k * 2 * math.pi / 5
                px, py, p = x + dx + math.cos(t) * r * 0.6, y + dy + math.sin(t) * r * 0.6, r * 0.48
                pen.ellipse((px - p, py - p, px + p, py + p), fill=color)
            pen.ellipse(
                (x + dx - r * 0.27, y + dy - r * 0.27, x + dx + r * 0.27, y + dy + r * 0.27),
                fill=SHADES["mustard"],
            )

    return _tile(_wrapped(side, paint, base))


def paisley(base: RGB) -> Floats:
    """Curled drops with an inner drop and a dot."""
    outer, inner = beside(base), mix(base, SHADES["mustard"], 0.55)
    side = 120

    def drop(cx: float, cy: float, size: float, turn: float) -> list[tuple[float, float]]:
        points = []
        for i in range(40):
            t = 2 * math.pi * i / 40
            r = size * (0.55 + 0.45 * math.cos(t / 2) ** 6)
            x, y = r * math.cos(t), r * math.sin(t) * 0.8
            x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
            points.append((cx + x, cy + y))
        return points

    def paint(pen: ImageDraw.ImageDraw, dx: float, dy: float) -> None:
        for cx, cy, turn in ((32, 36, 0.8), (92, 96, 3.9)):
            pen.polygon(drop(cx + dx, cy + dy, 32, turn), fill=outer)
            pen.polygon(drop(cx + dx, cy + dy, 22, turn), fill=base)
            pen.polygon(drop(cx + dx, cy + dy, 14, turn), fill=inner)
        for cx, cy in ((92, 32), (32, 96)):
            pen.ellipse((cx + dx - 6, cy + dy - 6, cx + dx + 6, cy + dy + 6), fill=inner)

    return _tile(_wrapped(side, paint, base))


def houndstooth(base: RGB) -> Floats:
    """The broken check, from its classic 8 × 8 draft."""
    draft = ("11110000", "11110000", "11110001", "11110011", "11101111", "11001111", "10001111", "00001111")
    draft_cells = np.array([[c == "1" for c in row] for row in draft])
    cells = np.kron(draft_cells, np.ones((5, 5), dtype=bool))
    return np.where(
        cells[..., None], np.asarray(darker(base, 0.25)), np.asarray(mix(IVORY, base, 0.08))
    ).astype(np.float32)


def animal(base: RGB, seed: int) -> Floats:
    """Leopard: broken dark rings around a warmer heart."""
    rng = random.Random(seed)
    ground = mix(base, SHADES["sand"], 0.35)
    heart, ink = darker(ground, 0.28), (46, 32, 26)
    spots = [
        (
            x * 44 + rng.uniform(-9, 9),
            y * 40 + (x % 2) * 20 + rng.uniform(-7, 7),
            rng.uniform(11, 16),
            rng.random() * 6,
        )
        for x in range(5)
        for y in range(5)
    ]

    def paint(pen: ImageDraw.ImageDraw, dx: float, dy: float) -> None:
        for x, y, r, a in spots:
            cx, cy = x + dx, y + dy
            pen.ellipse((cx - r * 0.7, cy - r * 0.6, cx + r * 0.7, cy + r * 0.6), fill=heart)
            for k in range(3):
                t = a + k * 2.1
                bx, by, b = cx + math.cos(t) * r * 0.85, cy + math.sin(t) * r * 0.75, r * (0.38 + 0.1 * k)
                pen.ellipse((bx - b, by - b * 0.8, bx + b, by + b * 0.8), fill=ink)

    return _tile(_wrapped(220 if len(spots) else 1, paint, ground).resize((210, 210)))


def _field(seed: int, side: int, waves: int, lo: int, hi: int) -> Floats:
    """A smooth tileable field: a few sines of whole periods."""
    rng = random.Random(seed)
    y, x = np.mgrid[0:side, 0:side] * (2 * math.pi / side)
    total = np.zeros((side, side))
    for _ in range(waves):
        a, b = rng.randint(-hi, hi), rng.randint(lo, hi)
        total += np.sin(a * x + b * y + rng.uniform(0, 6.3))
    return (total / math.sqrt(waves / 2)).astype(np.float32)


def camouflage(base: RGB, seed: int) -> Floats:
    """Three tones in blots."""
    side = 300
    a, b = _field(seed, side, 9, 1, 4), _field(seed + 1, side, 9, 1, 4)
    cloth = np.tile(np.asarray(base, dtype=np.float32), (side, side, 1))
    cloth[a > 0.5] = darker(base, 0.42)
    cloth[(b > 0.7) & (a <= 0.5)] = mix(base, SHADES["sand"], 0.55)
    cloth[(b < -1.0)] = darker(base, 0.68)
    return cloth


def tie_dye(base: RGB, seed: int) -> Floats:
    """Rings of the colour bleeding into white around the chest; one tile is the whole canvas."""
    y, x = np.mgrid[0:1500:2, 0:1200:2].astype(np.float32)
    blur = np.asarray(
        Image.fromarray(_field(seed, 300, 9, 1, 4)).resize((600, 750), Image.Resampling.BICUBIC)
    )
    r = np.hypot(x - 600, (y - 640) * 0.9) + 13 * blur
    share = (0.5 + 0.5 * np.cos(r / 30))[..., None]
    second = mix(base, SHADES["turquoise"] if base[0] > base[2] else SHADES["pink"], 0.45)
    ring = (0.5 + 0.5 * np.cos(r / 120))[..., None]
    ink = np.asarray(base) * ring + np.asarray(second) * (1 - ring)
    cloth = ink * share + np.asarray((248, 246, 240)) * (1 - share)
    return np.repeat(np.repeat(cloth.astype(np.float32), 2, axis=0), 2, axis=1)


def color_block(base: RGB) -> Floats:
    """Three bands down the canvas: the colour, a light one, a deep one; one tile is the whole canvas."""
    cloth = np.tile(np.asarray(base, dtype=np.float32), (1500, 1200, 1))
    cloth[560:800] = IVORY if luminance(base) < 0.8 else SHADES["sand"]
    cloth[800:] = darker(base, 0.5) if luminance(base) > 0.25 else SHADES["camel"]
    return cloth


def pattern_tile(name: str, base: RGB, seed: int, *, upright: bool, fine: bool) -> Floats | None:
    """The tile for a pattern key, or None where the cloth is solid (a graphic is printed on later)."""
    match name:
        case "striped":
            return stripes(base, upright=upright, fine=fine)
        case "checked":
            return checks(base)
        case "gingham":
            return gingham(base)
        case "polka dot":
            return dots(base)
        case "floral":
            return floral(base, seed)
        case "paisley":
            return paisley(base)
        case "houndstooth":
            return houndstooth(base)
        case "animal":
            return animal(base, seed)
        case "camouflage":
            return camouflage(base, seed)
        case "tie-dye":
            return tie_dye(base, seed)
        case "color-block":
            return color_block(base)
        case _:
            return None
