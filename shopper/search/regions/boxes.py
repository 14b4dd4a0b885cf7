"""Where things may stand in a picture: what differs from an even ground, and windows over the rest.

Knows nothing about encoders or words.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.search.pixels import as_rgb, to_lab

Mask = NDArray[np.bool_]

_GRID = 64  # cells a side that a picture is looked at in
_UNLIKE = 8.0  # Lab distance from the ground from which a cell belongs to a thing
_EVEN = 6.0  # the border's usual distance from its median, below which the ground is even
_SPECK = 0.008  # the share of the picture below which a patch is no thing
_BESIDE = 0.15  # a patch this much smaller than one near it is a part of it: a strap, a sole
_GAP = 2  # cells between parts of one thing
_MARGIN = 0.03
_SIZES = (0.7, 0.45)
_SHAPES = (1.0, 0.6)  # width to height: square, and upright as garments hang


class Box(NamedTuple):
    """Pixels from the left and the top; right and bottom are outside of it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)

    def share(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        both = max(0, across) * max(0, down)
        return both / max(1, self.area + other.area - both)


@dataclass(frozen=True)
class Ground:
    """Which cells of a picture hold something; `even` says whether the border shows one plain ground."""

    even: bool
    mask: Mask  # [64, 64]


def ground_of(image: Image.Image) -> Ground:
    """The cells that differ from what the border mostly shows; all of them where it shows nothing even."""
    small = as_rgb(image).resize((_GRID, _GRID), Image.Resampling.BOX)
    lab = to_lab(np.asarray(small, dtype=np.float32))
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    ground = np.median(border, axis=0)
    if np.median(np.linalg.norm(border - ground, axis=1)) > _EVEN:
        return Ground(False, np.ones((_GRID, _GRID), dtype=bool))
    return Ground(True, np.linalg.norm(lab - ground, axis=-1) > _UNLIKE)


def things_in(image: Image.Image, ground: Ground | None = None) -> list[Box]:
    """The boxes of what stands apart on an even ground, largest first; none on any other ground."""
    ground = ground or ground_of(image)
    if not ground.even:
        return []
    patches = [_Patch.of(cells) for cells in patches_of(ground.mask) if cells.mean() >= _SPECK / 4]
    patches = [p for p in _joined(patches) if p.cells >= _SPECK * _GRID**2]
    return [_in_pixels(p.box, image.size) for p in sorted(patches, key=lambda p: -p.cells)]


def windows_over(image: Image.Image, sizes: tuple[float, ...] = _SIZES) -> list[Box]:
    """Boxes of several sizes and shapes, each moved by a third of itself, that cover the picture."""
    width, height = image.size
    found: dict[Box, None] = {}
    for size, shape in product(sizes, _SHAPES):
        tall = max(8, round(size * min(height, width / min(shape, 1.0))))
        wide = max(8, round(tall * shape))
        tall, wide = min(tall, height), min(wide, width)
        for left, top in product(_starts(width, wide), _starts(height, tall)):
            found[Box(left, top, left + wide, top + tall)] = None
    return list(found)


def _starts(whole: int, part: int) -> list[int]:
    steps = max(1, round((whole - part) / max(1.0, part / 3)))
    return sorted({round(n * (whole - part) / steps) for n in range(steps + 1)})


def patches_of(mask: Mask) -> list[Mask]:
    """The connected patches of a mask, corners counting as touching, each as a mask."""
    label = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        # Every cell takes the largest number around it until nothing changes.
        framed = np.pad(label, 1)
        around = [
            framed[1 + y : 1 + y + mask.shape[0], 1 + x : 1 + x + mask.shape[1]]
            for y, x in product((-1, 0, 1), (-1, 0, 1))
        ]
        grown = np.where(mask, np.max(around, axis=0), 0)
        if np.array_equal(grown, label):
            return [label == number for number in np.unique(label) if number]
        label = grown


class _Patch(NamedTuple):
    box: Box  # in cells
    cells: int

    @staticmethod
    def of(cells: Mask) -> _Patch:
        down, across = np.nonzero(cells)
        box = Box(int(across.min()), int(down.min()), int(across.max()) + 1, int(down.max()) + 1)
        return _Patch(box, len(down))


def _joined(patches: list[_Patch]) -> list[_Patch]:
    """Parts of one thing made one: what lies within another's box, or is small and close to it."""
    left = sorted(patches, key=lambda p: -p.cells)
    whole: list[_Patch] = []
    for patch in left:
        for n, other in enumerate(whole):
            if _belongs(patch, other):
                box = Box(*map(min, patch.box[:2], other.box[:2]), *map(max, patch.box[2:], other.box[2:]))
                whole[n] = _Patch(box, patch.cells + other.cells)
                break
        else:
            whole.append(patch)
    return whole


def _belongs(patch: _Patch, other: _Patch) -> bool:
    a, b = patch.box, other.box
    across = max(0, min(a.right, b.right) - max(a.left, b.left))
    down = max(0, min(a.bottom, b.bottom) - max(a.top, b.top))
    if across * down >= 0.6 * a.area:
        return True
    gap = max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom)
    return patch.cells < _BESIDE * other.cells and gap <= _GAP


def _in_pixels(box: Box, size: tuple[int, int]) -> Box:
    """The box of cells in pixels, with a little of the ground around it."""
    width, height = size
    x, y = width / _GRID, height / _GRID
    more = _MARGIN * max(width, height)
    return Box(
        max(0, round(box.left * x - more)),
        max(0, round(box.top * y - more)),
        min(width, round(box.right * x + more)),
        min(height, round(box.bottom * y + more)),
    )
