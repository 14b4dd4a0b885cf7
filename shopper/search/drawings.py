"""Tells a line drawing from a photo: its paper is no colour that anybody asks for.

Knows nothing about encoders or products.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from shopper.search.pixels import as_rgb

_SIDE = 240
_PAPER = 200  # from this grey on, paper is light
_INK = 24  # so much darker than the paper is a line, in greys
_PALE = 14  # so far apart are the channels of grey pixels at most
_LINES = (0.004, 0.45)  # the share of a drawing that its lines take
_SOLID = 0.04  # the share of it that is solid in a drawing at most


def is_drawing(image: Image.Image) -> bool:
    """Whether the picture is grey lines on light paper, with next to nothing filled in."""
    small = _small(as_rgb(image))
    pixels = np.asarray(small, dtype=np.int16)
    if np.percentile(pixels.max(axis=2) - pixels.min(axis=2), 99) > _PALE:
        return False
    grey = np.asarray(small.convert("L"), dtype=np.int16)
    paper = int(np.median(grey))
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if paper < _PAPER or np.mean(np.abs(rim - paper) > _INK) > 0.1:
        return False
    ink = paper - grey > _INK / 2
    # What is left of the ink when every pixel near paper is taken away was filled in, not drawn.
    shrunk = Image.fromarray((ink * 255).astype(np.uint8)).filter(ImageFilter.MinFilter(7))
    solid = float((np.asarray(shrunk) > 0).mean())
    return _LINES[0] <= float(ink.mean()) <= _LINES[1] and solid <= _SOLID


def _small(image: Image.Image) -> Image.Image:
    scale = _SIDE / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
