"""Which part of a picture a phrase matches: a heat map from sliding crops, for any encoder.

Knows nothing about products or where pictures are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.search.encoder import Encoder, Vectors
from shopper.search.labels import chances, labels_of
from shopper.search.pixels import as_rgb
from shopper.search.regions.boxes import Box, Ground, ground_of, patches_of, windows_over

Heat = NDArray[np.float32]

_SIZES = (0.6, 0.35)
_SHARPNESS = 40.0
# What a crop may show instead; without them every crop that shows anything at all is warm.
_INSTEAD = (
    "clothes", "shoes", "a bag", "jewellery", "sleeve", "plain background", "nothing", "black", "white",
    "grey", "red", "blue", "green", "yellow", "pink", "brown", "beige",
)  # fmt: skip
_EMPTY = 0.06  # a crop of which less is covered by anything says nothing
_HOT = 0.6  # of the warmest, from which a cell belongs to the box
_SIDE = 640  # of the picture that is drawn


@dataclass(frozen=True)
class HeatMap:
    """How well each part of a picture matches a phrase.

    `cells` float32[64, 64] from 0 to 1, the warmest being 1; `box` is around the warmest patch; `score` is
    the phrase's likeness to that box's crop, `whole` to the whole picture (cosines).
    """

    phrase: str
    cells: Heat
    box: Box
    score: float
    whole: float

    def over(self, image: Image.Image) -> Image.Image:
        """The picture with the map laid over it and the box around the best part."""
        shown = as_rgb(image)
        shown.thumbnail((_SIDE, _SIDE))
        warm = Image.fromarray((self.cells * 255).astype(np.uint8)).resize(
            shown.size, Image.Resampling.BICUBIC
        )
        heat = np.asarray(warm, dtype=np.float32)[..., None] / 255
        # From the dimmed picture to the picture in a warm light.
        pixels = np.asarray(shown, dtype=np.float32)
        dimmed = 0.35 * pixels + 0.25 * pixels.mean(axis=2, keepdims=True)
        lit = 0.65 * pixels + 0.35 * np.array([255, 120, 0], dtype=np.float32)
        drawn = np.clip(dimmed * (1 - heat) + lit * heat, 0, 255).astype(np.uint8)
        scale = shown.width / image.width
        left, top, right, bottom = (round(edge * scale) for edge in self.box)
        for inset in range(max(1, _SIDE // 200)):
            _frame(drawn, left + inset, top + inset, right - inset, bottom - inset)
        return Image.fromarray(drawn)


def heat_map(image: Image.Image, phrase: str, encoder: Encoder) -> HeatMap:
    """Where the phrase is in the picture, from one or two hundred crops encoded together."""
    rgb = as_rgb(image)
    ground = ground_of(rgb)
    boxes = [box for box in windows_over(rgb, _SIZES) if _covered(ground, box, rgb.size) >= _EMPTY]
    boxes = boxes or [Box(0, 0, *rgb.size)]
    vectors = encoder.encode_images([rgb, *(rgb.crop(box) for box in boxes)])
    likely = _likely(vectors[1:], phrase, encoder)
    cells = _spread(boxes, likely, ground, rgb.size)
    box = _warmest(cells, rgb.size)
    said = encoder.encode_text([phrase])[0]
    score = float(encoder.encode_images([rgb.crop(box)])[0] @ said)
    return HeatMap(phrase, cells, box, round(score, 3), round(float(vectors[0] @ said), 3))


def _likely(vectors: Vectors, phrase: str, encoder: Encoder) -> Vectors:
    """float32[crops]: how likely each shows the phrase and not one of the other words."""
    spoken = phrase.lower().split()
    others = tuple(word for word in _INSTEAD if not set(word.split()) - {"a"} & set(spoken))
    texts = labels_of(encoder).vectors((phrase, *others))
    likeness: Vectors = chances(vectors @ texts.T * _SHARPNESS)[:, 0]
    return likeness


def _spread(boxes: list[Box], likely: Vectors, ground: Ground, size: tuple[int, int]) -> Heat:
    """Each cell's mean over the crops that hold it, small crops counting more, where there is anything."""
    side = ground.mask.shape[0]
    total, weight = np.zeros((side, side), dtype=np.float32), np.zeros((side, side), dtype=np.float32)
    for box, chance in zip(boxes, likely, strict=True):
        rows, columns = _cells(box, size, side)
        share = 1.0 / np.sqrt(box.area)
        total[rows, columns] += share * chance
        weight[rows, columns] += share
    mean = total / np.maximum(weight, 1e-9)
    held = ground.mask & (weight > 0)
    if not held.any():
        held = weight > 0
    low, high = float(mean[held].min()), float(mean[held].max())
    cells: Heat = np.where(held, (mean - low) / max(high - low, 1e-9), 0.0).astype(np.float32)
    if high - low < 1e-9:  # one crop, or all alike: nothing stands out
        cells = held.astype(np.float32)
    return cells


def _warmest(cells: Heat, size: tuple[int, int]) -> Box:
    peak = np.unravel_index(int(cells.argmax()), cells.shape)
    patch = next(p for p in patches_of(cells >= _HOT * cells.max()) if p[peak])
    down, across = np.nonzero(patch)
    x, y = size[0] / cells.shape[1], size[1] / cells.shape[0]
    return Box(
        int(across.min() * x),
        int(down.min() * y),
        min(size[0], round((across.max() + 1) * x)),
        min(size[1], round((down.max() + 1) * y)),
    )


def _cells(box: Box, size: tuple[int, int], side: int) -> tuple[slice, slice]:
    x, y = side / size[0], side / size[1]
    columns = slice(int(box.left * x), max(int(box.left * x) + 1, round(box.right * x)))
    return slice(int(box.top * y), max(int(box.top * y) + 1, round(box.bottom * y))), columns


def _covered(ground: Ground, box: Box, size: tuple[int, int]) -> float:
    return float(ground.mask[_cells(box, size, ground.mask.shape[0])].mean())


def _frame(pixels: NDArray[np.uint8], left: int, top: int, right: int, bottom: int) -> None:
    height, width = pixels.shape[:2]
    left, right = max(0, left), min(width - 1, right)
    top, bottom = max(0, top), min(height - 1, bottom)
    if left > right or top > bottom:
        return
    color = (0, 200, 120)
    pixels[top, left : right + 1] = pixels[bottom, left : right + 1] = color
    pixels[top : bottom + 1, left] = pixels[top : bottom + 1, right] = color
