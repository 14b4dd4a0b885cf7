"""Looks at every photo once through the network as ImageNet left it and keeps what it saw.

Training photos are seen several times, each time cut, turned and lit a little differently; hues stay.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from shopper.search.pixels import as_rgb, color_features, square
from shopper.search.training.photos import Photo, open_photos

_log = logging.getLogger(__name__)
_BATCH = 64


@dataclass(frozen=True)
class Views:
    """What the fixed part saw: one row a view, the view's photo by number."""

    photo: NDArray[np.int64]  # [views]
    maps: NDArray[np.float16]  # [views, 112, 10, 10], of the part that is never trained
    features: NDArray[np.float16]  # [views, 1280], of the whole network as ImageNet left it
    colors: NDArray[np.float32]  # [views, 99]

    def save(self, path: Path) -> None:
        """Keep them in one file."""
        np.savez(path, photo=self.photo, maps=self.maps, features=self.features, colors=self.colors)

    @classmethod
    def load(cls, path: Path) -> Views:
        """What `save` kept."""
        with np.load(path) as kept:
            return cls(kept["photo"], kept["maps"], kept["features"], kept["colors"])


def look(folder: Path, photos: list[Photo], network: Path, *, extra: int, seed: int, threads: int) -> Views:
    """One plain view of every photo, and `extra` altered ones of those trained on.

    `network` is the `network.ImageNet` as an ONNX file: many times as fast as torch is here.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # leave idle time to others
    session = onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
    owners: list[int] = []
    maps: list[NDArray[np.float16]] = []
    features: list[NDArray[np.float16]] = []
    colors: list[NDArray[np.float32]] = []
    batch: list[NDArray[np.uint8]] = []

    def flush() -> None:
        low, high = session.run(["maps", "features"], {"pixels": np.stack(batch)})
        maps.append(low.astype(np.float16))
        features.append(high.astype(np.float16))
        batch.clear()

    for owner, pixels in _squares(folder, photos, extra, seed):
        owners.append(owner)
        colors.append(color_features(pixels))
        batch.append(pixels)
        if len(batch) == _BATCH:
            flush()
            if len(owners) % (_BATCH * 50) == 0:
                _log.info("looked at %d views", len(owners))
    if batch:
        flush()
    return Views(np.array(owners), np.concatenate(maps), np.concatenate(features), np.stack(colors))


def _squares(
    folder: Path, photos: list[Photo], extra: int, seed: int
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    for number, image in enumerate(open_photos(folder, photos)):
        rgb = as_rgb(image)
        yield number, square(rgb)
        if photos[number].part == "train":
            rng = np.random.default_rng((seed, number))
            for _ in range(extra):
                yield number, alter(rgb, rng)


def alter(image: Image.Image, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture cut, mirrored, moved on a light ground, blurred or relit a little; hues stay."""
    width, height = image.size
    if rng.random() < 0.6:
        keep_x, keep_y = rng.uniform(0.72, 1.0, size=2)
        left, top = rng.uniform(0, 1 - keep_x) * width, rng.uniform(0, 1 - keep_y) * height
        image = image.crop((int(left), int(top), int(left + keep_x * width), int(top + keep_y * height)))
    if rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < 0.15:
        small = int(rng.integers(32, 80))
        image = image.resize((max(1, small * image.width // image.height), small))
    if rng.random() < 0.2:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 1.2))))
    if rng.random() < 0.5:
        image = ImageEnhance.Brightness(image).enhance(float(rng.uniform(0.88, 1.1)))
        image = ImageEnhance.Contrast(image).enhance(float(rng.uniform(0.9, 1.12)))
    tint = rng.integers(226, 256, size=3) if rng.random() < 0.4 else np.array([255, 255, 255])
    ground = (int(tint[0]), int(tint[1]), int(tint[2]))
    if rng.random() < 0.4:
        wide = int(max(image.size) * rng.uniform(1.0, 1.45))
        canvas = Image.new("RGB", (wide, wide), ground)
        spot = rng.uniform(0.2, 0.8, size=2)
        canvas.paste(image, (int((wide - image.width) * spot[0]), int((wide - image.height) * spot[1])))
        image = canvas
    return square(image, ground)
