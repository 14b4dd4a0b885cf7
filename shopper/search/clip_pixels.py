"""Turns any picture into what a CLIP or SigLIP sees, as its own processor would, without torch.

Knows nothing about networks; `PixelRecipe.of` reads a processor once, the rest is Pillow and numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.search.pixels import WHITE, as_rgb

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

AGREES = 2e-3  # mean difference to the processor's numbers, which lie around -2 to 2
# Pillow shrinks a picture cheaply until it is this many times the wanted size, then resizes properly: half
# the time, and on pictures of products a mean difference of .0015. At three there is none, and no gain.
_GAP = 2.0
_HUGE = 1024  # a very long picture would make a huge square


@dataclass(frozen=True)
class PixelRecipe:
    """How pictures become pixels; sizes are (height, width)."""

    resized: tuple[int, int]
    cropped: tuple[int, int]
    resample: int
    factor: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @classmethod
    def of(cls, processor: Any) -> PixelRecipe | None:
        """What this processor does to a square picture; None where it does something else."""
        try:
            resized = _size(processor.size) if processor.do_resize else None
            cropped = _size(processor.crop_size) if getattr(processor, "do_center_crop", False) else resized
            if resized is None or cropped is None or not processor.do_rescale:
                return None
            plain = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
            mean, std = (processor.image_mean, processor.image_std) if processor.do_normalize else plain
            recipe = cls(
                resized, cropped, int(processor.resample), float(processor.rescale_factor),
                _three(mean), _three(std),
            )  # fmt: skip
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return None
        return recipe if recipe.agrees_with(processor) else None

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> PixelRecipe:
        """The recipe that `as_json` wrote."""
        known: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in said.items()}
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        """All of it, for a file."""
        return asdict(self)

    def pixels(self, images: Sequence[Image.Image], pool: Executor | None = None) -> Pixels:
        """uint8[n, height, width, 3] of pictures of any size and mode, not yet normalised."""
        made = pool.map(self._one, images) if pool is not None and len(images) > 1 else map(self._one, images)
        out = np.empty((len(images), *self.cropped, 3), dtype=np.uint8)
        for row, one in enumerate(made):
            out[row] = one
        return out

    def normal(self, pixels: Pixels) -> Floats:
        """float32[n, 3, height, width], as the network wants them."""
        scale, offset = self.scale_and_offset()
        out: Floats = np.ascontiguousarray((pixels * scale + offset).transpose(0, 3, 1, 2), dtype=np.float32)
        return out

    def scale_and_offset(self) -> tuple[Floats, Floats]:
        """float32[3] each: normal = pixels * scale + offset."""
        mean, std = np.array(self.mean), np.array(self.std)
        return (self.factor / std).astype(np.float32), (-mean / std).astype(np.float32)

    def agrees_with(self, processor: Any) -> bool:
        """Whether a probe picture comes out as the processor has it, within `AGREES` on average.

        The probe is too small for the shortcut in shrinking: it shows whether the steps are the same.
        """
        probe = probe_picture(int(max(self.resized) * 1.9))
        said = processor(images=[padded(probe)], return_tensors="np")["pixel_values"]
        mine = self.normal(self.pixels([probe]))
        return mine.shape == said.shape and float(np.abs(mine - said).mean()) <= AGREES

    def _one(self, image: Image.Image) -> Pixels:
        height, width = self.resized
        whole = padded(as_rgb(image))
        if whole.size != (width, height):
            whole = whole.resize((width, height), Image.Resampling(self.resample), reducing_gap=_GAP)
        if self.cropped != self.resized:
            top, left = (height - self.cropped[0]) // 2, (width - self.cropped[1]) // 2
            whole = whole.crop((left, top, left + self.cropped[1], top + self.cropped[0]))
        return np.asarray(whole)


def padded(image: Image.Image) -> Image.Image:
    """The RGB picture in the middle of a white square, so that no hem or collar is cropped away."""
    side = max(image.size)
    if image.size == (side, side):
        return image
    if side > _HUGE:
        image = image.copy()
        image.thumbnail((_HUGE, _HUGE), reducing_gap=2.0)
        side = max(image.size)
    ground = Image.new("RGB", (side, side), WHITE)
    ground.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return ground


def read_picture(path: Path, side: int) -> Image.Image:
    """The picture of a file, decoded; a JPEG no larger than is needed for `side` pixels."""
    with Image.open(path) as image:
        image.draft("RGB", (int(side * _GAP), int(side * _GAP)))
        image.load()
        return image


def probe_picture(wide: int) -> Image.Image:
    """Slopes, stripes and a disc, wider than high: what tells ways of resizing apart."""
    high = int(wide * 0.7)
    y, x = np.mgrid[0:high, 0:wide]
    disc = (x - wide / 2) ** 2 + (y - high / 2) ** 2 < (wide / 5) ** 2
    bands = np.stack([x * 255 // wide, y * 255 // high, (x // 12 % 2) * 200 + disc * 55], axis=-1)
    return Image.fromarray(bands.astype(np.uint8))


def _three(said: Any) -> tuple[float, float, float]:
    return float(said[0]), float(said[1]), float(said[2])


def _size(said: Any) -> tuple[int, int] | None:
    """(height, width) that a square picture gets; None for other ways to say a size."""
    sizes = dict(said)
    if sizes.get("shortest_edge"):
        return int(sizes["shortest_edge"]), int(sizes["shortest_edge"])
    if sizes.get("height") and sizes.get("width"):
        return int(sizes["height"]), int(sizes["width"])
    return None
