"""Turns words and pictures into vectors that can be compared, and picks which encoder does it.

Knows nothing about products, queries or where vectors are kept.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.errors import EncoderUnavailable

_log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]

FASHION_CLIP = "patrickjohncyh/fashion-clip"
_HUB_SECONDS = 3.0  # how long `auto` waits for the hub to answer


class Encoder(Protocol):
    """Words and pictures in one space: the more alike, the nearer to 1 their dot product."""

    id: str
    """Names the space; vectors of different ids can't be compared."""
    dim: int
    why: str
    """One sentence: which encoder this is and why it was taken."""

    def encode_text(self, texts: Sequence[str]) -> Vectors:
        """float32[n, dim], L2-normalised."""
        ...

    def encode_images(self, images: Sequence[Image.Image]) -> Vectors:
        """float32[n, dim], L2-normalised; pictures of any size and mode."""
        ...


def load_encoder(
    name: str = "auto",
    *,
    cache: Path | None = None,
    threads: int | None = None,
    pictures: Sequence[Path] = (),
) -> Encoder:
    """The encoder of that name: `builtin`, `fashionclip`, `auto`, a hub id, or a CLIP's or SigLIP's folder.

    `auto` takes FashionCLIP where its files are present or the hub answers at once, else the built-in one.
    `cache` is the folder that hub files are kept in; `pictures` are folders of real pictures, by which a CLIP
    is tried in int8. Raises `EncoderUnavailable`.
    """
    load = _Load(cache, threads, tuple(pictures))
    match name.strip():
        case "builtin":
            encoder = _builtin("The built-in encoder was asked for.", threads)
        case "auto" | "":
            encoder = _auto(load)
        case "fashionclip":
            encoder = load.clip(FASHION_CLIP, "FashionCLIP was asked for.")
        case other:
            encoder = load.clip(other, f'"{other}" was asked for.')
    _log.info("encoder %s (%d dimensions): %s", encoder.id, encoder.dim, encoder.why)
    return encoder


def settle(encoder: Encoder, pictures: Sequence[Path]) -> bool:
    """Let an encoder that has a faster form try it on the pictures below these folders; whether it changed.

    What was encoded before stays comparable. Tried once for a model; without enough pictures, not at all.
    """
    from shopper.search.fashionclip import ClipEncoder

    return isinstance(encoder, ClipEncoder) and encoder.settle(pictures)


@dataclass(frozen=True)
class _Load:
    cache: Path | None
    threads: int | None
    pictures: tuple[Path, ...]

    def clip(self, source: str, why: str) -> Encoder:
        from shopper.search.fashionclip import ClipEncoder

        return ClipEncoder.load(
            source, why=why, cache=self.cache, threads=self.threads, pictures=self.pictures
        )


def _builtin(why: str, threads: int | None) -> Encoder:
    from shopper.search.builtin import BuiltinEncoder

    return BuiltinEncoder(why=why, threads=threads or 1)


def _auto(load: _Load) -> Encoder:
    from shopper.search.clip_files import is_kept, is_reachable

    if is_kept(FASHION_CLIP, load.cache):
        found = "FashionCLIP's files are on this machine."
    elif is_reachable(FASHION_CLIP, _HUB_SECONDS):
        found = "FashionCLIP can be fetched from the hub."
    else:
        return _builtin(
            "The built-in encoder, because FashionCLIP is not on this machine and the hub doesn't answer.",
            load.threads,
        )
    try:
        return load.clip(FASHION_CLIP, found)
    except EncoderUnavailable as error:
        return _builtin(f"The built-in encoder, because FashionCLIP failed: {error.message}", load.threads)
