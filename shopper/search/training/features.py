"""Looks at every photo once through the network as ImageNet left it and keeps what it saw.

Training photos are seen several times, each time a little differently; validation photos also in hard forms.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from shopper.search.pixels import as_rgb, color_features, square
from shopper.search.training.alter import alter, drawn, tiny_negative
from shopper.search.training.photos import Photo, open_photos

Thing = TypeVar("Thing")

_log = logging.getLogger(__name__)
_BATCH = 64
_TOLD = 100  # batches between two lines in the log

PLAIN, ALTERED, TINY, DRAWN = range(4)
TINY_SIDE = 28


@dataclass(frozen=True)
class View:
    """One look at a photo before the network."""

    photo: int
    manner: int  # PLAIN, ALTERED, TINY or DRAWN
    colored: bool  # the colours are still the thing's
    pixels: NDArray[np.uint8]
    colors: NDArray[np.float32]


@dataclass(frozen=True)
class Views:
    """What the fixed part saw: one row a view, the view's photo by number."""

    photo: NDArray[np.int64]  # [views]
    manner: NDArray[np.int8]  # [views]
    colored: NDArray[np.bool_]  # [views]
    maps: NDArray[np.float16]  # [views, channels, 10, 10], of the part that is never trained
    features: NDArray[np.float16]  # [views, 1280], of the whole network as ImageNet left it
    colors: NDArray[np.float32]  # [views, 99]

    def save(self, path: Path) -> None:
        """Keep them in one file."""
        unfinished = path.with_suffix(".part.npz")
        np.savez(unfinished, **vars(self))
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> Views:
        """What `save` kept."""
        with np.load(path) as kept:
            return cls(**{name: kept[name] for name in kept.files})


def look(folder: Path, photos: list[Photo], network: Path, *, extra: int, seed: int, threads: int) -> Views:
    """One plain view of every photo, `extra` altered ones of those trained on, hard ones of validation.

    `network` is the `network.ImageNet` as an ONNX file: many times as fast as torch is here.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # leave idle time to others
    session = onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
    seen: list[tuple[int, int, bool]] = []
    maps: list[NDArray[np.float16]] = []
    features: list[NDArray[np.float16]] = []
    colors: list[NDArray[np.float32]] = []
    for batch in _batches(_views(folder, photos, extra, seed, threads)):
        low, high = session.run(["maps", "features"], {"pixels": np.stack([view.pixels for view in batch])})
        maps.append(low.astype(np.float16))
        features.append(high.astype(np.float16))
        colors.append(np.stack([view.colors for view in batch]))
        seen += [(view.photo, view.manner, view.colored) for view in batch]
        if len(maps) % _TOLD == 0:
            _log.info("looked at %d views", len(seen))
    photo, manner, colored = zip(*seen, strict=True)
    return Views(
        np.array(photo), np.array(manner, np.int8), np.array(colored, np.bool_),
        np.concatenate(maps), np.concatenate(features), np.concatenate(colors),
    )  # fmt: skip


def _views(folder: Path, photos: list[Photo], extra: int, seed: int, threads: int) -> Iterator[View]:
    """In a fixed order, whatever the threads do."""

    def of(job: tuple[int, Image.Image]) -> list[View]:
        number, image = job
        return list(_of_photo(number, photos[number], as_rgb(image), extra, seed))

    with ThreadPoolExecutor(threads) as pool:
        for jobs in _batches(enumerate(open_photos(folder, photos))):
            for views in pool.map(of, jobs):
                yield from views


def _of_photo(number: int, photo: Photo, rgb: Image.Image, extra: int, seed: int) -> Iterator[View]:
    pixels = square(rgb)
    yield View(number, PLAIN, True, pixels, color_features(pixels))
    if photo.part == "train":
        rng = np.random.default_rng((seed, number))
        for _ in range(extra):
            view = alter(rgb, rng)
            yield View(number, ALTERED, view.colored, view.pixels, color_features(view.pixels))
    elif photo.part == "validation":
        for manner, hard in ((TINY, tiny_negative(rgb, TINY_SIDE)), (DRAWN, drawn(rgb))):
            yield View(number, manner, False, hard, color_features(hard))


def _batches(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    batch: list[Thing] = []
    for thing in things:
        batch.append(thing)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
