"""Turns any picture into what the built-in encoder sees: a padded square of pixels and its colours.

Training and serving share it. Knows nothing about networks.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

SIDE = 160
COLORS = 99  # length of `color_features`
WHITE = (255, 255, 255)
_CELL = 4
_SPREAD = 11.0  # in Lab units: neighbouring colours share a pixel
_GRID = SIDE // _CELL

Square = NDArray[np.uint8]
Floats = NDArray[np.float32]


def as_rgb(image: Image.Image) -> Image.Image:
    """The picture upright, in RGB, on white where it was transparent, whatever mode it came in."""
    image = ImageOps.exif_transpose(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        deep = np.asarray(image, dtype=np.float64)
        deep = np.nan_to_num(deep)
        # 16-bit greys, or floats in 0..1; anything else is taken as 8-bit already.
        scale = 1 / 257 if deep.max(initial=0) > 255 else 255.0 if deep.max(initial=0) <= 1 else 1.0
        return Image.fromarray(np.clip(deep * scale, 0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        over = image.convert("RGBA")
        ground = Image.new("RGBA", over.size, (*WHITE, 255))
        return Image.alpha_composite(ground, over).convert("RGB")
    return image.convert("RGB")


def square(image: Image.Image, ground: tuple[int, int, int] = WHITE) -> Square:
    """uint8[160, 160, 3]: the whole RGB picture, padded with the ground."""
    width, height = image.size
    scale = SIDE / max(width, height, 1)
    fitted = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = image.resize(fitted, Image.Resampling.BICUBIC, reducing_gap=2.0)
    if fitted == (SIDE, SIDE):
        return np.asarray(small)
    canvas = Image.new("RGB", (SIDE, SIDE), ground)
    canvas.paste(small, ((SIDE - fitted[0]) // 2, (SIDE - fitted[1]) // 2))
    return np.asarray(canvas)


def color_features(pixels: Square) -> Floats:
    """float32[99]: how much of each anchor colour the thing and the middle hold; the ground."""
    cells = pixels.reshape(_GRID, _CELL, _GRID, _CELL, 3).mean(axis=(1, 3), dtype=np.float32)
    lab = to_lab(cells)
    rim = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    ground = np.median(rim, axis=0)
    away = np.linalg.norm(lab - ground, axis=-1)
    unlike = 1.0 / (1.0 + np.exp(-(away - 9.0) / 3.0))
    near, middle = _masks()
    thing = near * (0.04 + unlike)
    anchors = _anchors()
    flat = lab.reshape(-1, 3)
    far = (flat**2).sum(1)[:, None] - 2.0 * flat @ anchors.T + (anchors**2).sum(1)[None]
    share = np.exp(-(far - far.min(axis=1, keepdims=True)) / (2.0 * _SPREAD**2))
    share /= share.sum(axis=1, keepdims=True)
    parts = [np.sqrt(w.ravel() @ share / w.sum()) for w in (thing, middle)]
    return np.concatenate([*parts, ground / 100.0]).astype(np.float32)


def to_lab(rgb: Floats) -> Floats:
    """CIE Lab (D65) of sRGB values in 0..255, last axis."""
    unit = rgb / np.float32(255.0)
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _D65
    bent = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    light = 116 * bent[..., 1] - 16
    lab: Floats = np.stack(
        [light, 500 * (bent[..., 0] - bent[..., 1]), 200 * (bent[..., 1] - bent[..., 2])], axis=-1
    )
    return lab


_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]],
    dtype=np.float32,
)
_D65 = np.array([0.95047, 1.0, 1.08883], dtype=np.float32)


@functools.cache
def _anchors() -> Floats:
    """float32[48, 3]: six greys, and twelve hues as pale, mid, dark and vivid."""
    greys = [(light, 0.0, 0.0) for light in (8, 26, 44, 62, 80, 97)]
    hues = np.deg2rad(np.arange(0, 360, 30) + 15)
    tones = [(80.0, 18.0), (56.0, 30.0), (28.0, 22.0)]
    vivid = [(55.0, 62.0)]
    around = [(li, c * np.cos(h), c * np.sin(h)) for li, c in tones for h in hues]
    bright = [(li, c * np.cos(h), c * np.sin(h)) for li, c in vivid for h in hues[::2]]
    return np.array([*greys, *around, *bright], dtype=np.float32)


@functools.cache
def _masks() -> tuple[Floats, Floats]:
    """How near the middle each cell lies, softly and as the inner box."""
    at = (np.arange(_GRID, dtype=np.float32) + 0.5) / _GRID - 0.5
    near = np.exp(-(at[:, None] ** 2 + at[None] ** 2) / (2 * 0.27**2))
    box = ((np.abs(at[:, None]) < 0.22) & (np.abs(at[None]) < 0.16)).astype(np.float32)
    return near.astype(np.float32), box
