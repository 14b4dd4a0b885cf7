"""Cloth: a repeating tile of colour (the pattern) and a repeating tile of light (the weave).

Knows nothing about garments, products or files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import pi

import numpy as np
from numpy.typing import NDArray

from .palette import RGB

Floats = NDArray[np.float32]
T = 240  # side of a weave tile in pixels of the large canvas


@dataclass(frozen=True, eq=False)
class Cloth:
    """What a panel is cut from."""

    color: RGB
    weave: str = "plain"
    pattern: Floats | None = None  # float32[h, w, 3], 0..255; None is a solid colour
    gloss: float = 0.0  # how much it shines where it bulges
    drape: float = 1.0  # how strong its folds show


def _noise(seed: int, soft: int = 0, across: int = 0, down: int = 0) -> Floats:
    """Tileable noise of unit deviation, smeared by `soft` both ways, or along one axis only."""
    grain = np.random.RandomState(seed).standard_normal((T, T))
    for axis, reach in ((1, soft + across), (0, soft + down)):
        if reach:
            grain = np.mean([np.roll(grain, k, axis) for k in range(-reach, reach + 1)], axis=0)
    return np.asarray(grain / grain.std(), dtype=np.float32)


@lru_cache(maxsize=64)
def weave_tile(name: str) -> Floats:
    """float32[240, 240] of light multipliers around 1."""
    y, x = np.mgrid[0:T, 0:T].astype(np.float32)
    fine = _noise(3)
    match name:
        case "jersey":
            tile = 1 + 0.012 * np.sin(2 * pi * x / 6) + 0.008 * _noise(5, 1)
        case "linen":
            tile = 1 + 0.030 * _noise(11, across=14) + 0.030 * _noise(12, down=14) + 0.006 * fine
        case "wool":
            tile = 1 + 0.030 * _noise(21, 3) + 0.020 * _noise(22, 1)
        case "tweed":
            tile = 1 + 0.085 * _noise(23, 1) + 0.03 * np.sin(2 * pi * (x + y) / 10)
        case "knit":
            phase = ((y + np.abs(x % 16 - 8) * 1.1) % 12) / 12
            tile = 0.93 + 0.10 * np.sin(pi * phase) - 0.06 * (x % 16 < 2)
        case "chunky":
            phase = ((y + np.abs(x % 30 - 15) * 1.1) % 24) / 24
            tile = 0.86 + 0.20 * np.sin(pi * phase) - 0.10 * (x % 30 < 3)
        case "cable":
            twist = np.sin(2 * pi * (y / 60 + np.abs(x % 80 - 40) / 40))
            cord = np.abs(x % 80 - 40) < 22
            tile = 0.97 + np.where(cord, 0.11 * twist, 0.03 * np.sin(2 * pi * x / 10))
            tile = tile - 0.14 * (np.abs(np.abs(x % 80 - 40) - 24) < 2.5)
        case "rib":
            tile = 0.96 + 0.075 * np.cos(2 * pi * x / 15)
        case "denim":
            tile = 1 + 0.045 * np.sin(2 * pi * (x + y) / 6) + 0.04 * _noise(31, down=6) + 0.02 * fine
        case "twill":
            tile = 1 + 0.022 * np.sin(2 * pi * (x + y) / 8)
        case "corduroy":
            tile = 0.95 + 0.11 * np.cos(2 * pi * x / 12)
        case "leather":
            tile = 1 + 0.016 * _noise(41, 2) + 0.008 * _noise(42, 1)
        case "suede":
            tile = 1 + 0.028 * _noise(43, 4) + 0.018 * _noise(44, 1)
        case "canvas":
            tile = 1 + 0.035 * np.sin(2 * pi * x / 8) * np.sin(2 * pi * y / 8)
        case "straw":
            tile = 0.93 + 0.13 * np.abs(np.sin(pi * (x + y) / 20)) * np.abs(np.sin(pi * (x - y) / 20))
            tile = tile + 0.02 * fine
        case "teddy":
            tile = 1 + 0.065 * _noise(51, 3) + 0.03 * _noise(52, 1)
        case "sequin":
            tile = _sequins(x, y)
        case "crepe":
            tile = 1 + 0.014 * _noise(61, 1)
        case "lace":
            ring = np.hypot(x % 24 - 12, y % 24 - 12)
            tile = 1.03 - 0.14 * (ring < 4.5) - 0.07 * (np.abs(ring - 10) < 1.2)
        case "mesh":
            tile = 1 - 0.10 * ((x % 8 < 3) & (y % 8 < 3))
        case "satin":
            tile = np.ones((T, T))
        case _:
            tile = 1 + 0.010 * _noise(71, 1)
    return np.asarray(tile, dtype=np.float32)


def _sequins(x: Floats, y: Floats) -> Floats:
    row = (y // 12).astype(int)
    shifted = (x + (row % 2) * 6) % T
    glint = np.random.RandomState(9).uniform(0.72, 1.45, (20, 20))
    light = glint[row % 20, (shifted // 12).astype(int)]
    return np.asarray(np.where(np.hypot(shifted % 12 - 6, y % 12 - 6) < 5.8, light, 0.62), dtype=np.float32)


def sample(
    tile: Floats, x0: int, y0: int, w: int, h: int, degrees: float, origin: tuple[float, float]
) -> Floats:
    """The tile repeated over a window of the large canvas and turned about `origin`; nearest pixel."""
    rows, cols = tile.shape[:2]
    if degrees == 0:
        v = (np.arange(y0, y0 + h) - int(origin[1])) % rows
        u = (np.arange(x0, x0 + w) - int(origin[0])) % cols
        return np.asarray(tile[v[:, None], u[None, :]])
    c, s = float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))
    dx = np.arange(x0, x0 + w, dtype=np.float32) - origin[0]
    dy = np.arange(y0, y0 + h, dtype=np.float32)[:, None] - origin[1]
    u = np.floor(dx * c + dy * s).astype(np.int32) % cols
    v = np.floor(dy * c - dx * s).astype(np.int32) % rows
    return np.asarray(tile[v, u])
