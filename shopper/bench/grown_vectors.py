"""The vectors of a grown shop: what the encoder makes of its words and of the demo shop's pictures.

Knows nothing about databases or queries. Numbers of products and seeds decide all, so sizes share their work.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from shopper.bench.grown import Grower
from shopper.search.encoder import Encoder

Floats = NDArray[np.float32]

# A text takes the encoder about 10 ms, so beyond these a text vector is mixed of two of its category.
DISTINCT_TEXTS = 12_000
_OWN_TEXT, _OWN_VIEW = 0.9, 0.85
_BATCH = 64


class GrownVectors:
    """Text and picture vectors by product number; encoded once and kept in `folder` for all sizes."""

    def __init__(self, folder: Path, grower: Grower, encoder: Encoder, pictures: Path, views: int) -> None:
        self._grower, self._encoder = grower, encoder
        self._file = folder / f"texts-{encoder.id}-{grower.seed}.f32"
        self._of_category: dict[str, list[int]] = {}
        for number, row in enumerate(grower.rows):
            self._of_category.setdefault(row.category, []).append(number)
        self._views, self._view_of = _views(folder, grower, encoder, pictures, views)
        self._per_picture = views
        self._kept = self._load()

    def _load(self) -> Floats:
        row = 4 * self._encoder.dim
        with self._file.open("ab") as file:
            file.truncate(file.tell() - file.tell() % row)  # a killed build may have left half a row
        return np.fromfile(self._file, dtype=np.float32).reshape(-1, self._encoder.dim)

    def texts(self, first: int, documents: Sequence[str]) -> Floats:
        """float32[n, dim]: the text vectors of the products from number `first` on, whose texts are given."""
        numbers = range(first, first + len(documents))
        fresh = [n for n in numbers if len(self._kept) <= n < DISTINCT_TEXTS]
        if fresh:
            if fresh[0] != len(self._kept):
                raise ValueError("texts come in the order of the products")
            made = self._encode([documents[n - first] for n in fresh])
            self._kept = np.concatenate([self._kept, made])
            with self._file.open("ab") as file:
                file.write(made.tobytes())
        return np.stack([self._kept[n] if n < DISTINCT_TEXTS else self._mixed(n) for n in numbers])

    def _encode(self, documents: list[str]) -> Floats:
        parts = [documents[at : at + _BATCH] for at in range(0, len(documents), _BATCH)]
        with ThreadPoolExecutor(2, thread_name_prefix="texts") as pool:
            return np.concatenate(list(pool.map(self._encoder.encode_text, parts)))

    def _mixed(self, number: int) -> Floats:
        """The vector of one text of its category with a tenth of another's, so that no two are equal."""
        rng = np.random.default_rng((self._grower.seed, number))
        cuts, patterns = len(self._grower.rows), self._of_category[self._grower.pattern(number).category]
        rounds = DISTINCT_TEXTS // cuts
        one, other = (int(rng.choice(patterns)) + cuts * int(rng.integers(rounds)) for _ in range(2))
        return _unit(_OWN_TEXT * self._kept[one] + (1 - _OWN_TEXT) * self._kept[other])

    def picture(self, card: str, picture: str, category: str) -> Floats:
        """float32[dim]: a view of the card's picture, with a little of another of its kind."""
        rng = np.random.default_rng((self._grower.seed, zlib.crc32(card.encode())))
        own = self._view_of[category][picture] + int(rng.integers(self._per_picture))
        kind = list(self._view_of[category].values())
        other = kind[int(rng.integers(len(kind)))] + int(rng.integers(self._per_picture))
        return _unit(_OWN_VIEW * self._views[own] + (1 - _OWN_VIEW) * self._views[other])


def _views(
    folder: Path, grower: Grower, encoder: Encoder, pictures: Path, views: int
) -> tuple[Floats, dict[str, dict[str, int]]]:
    """Vectors of `views` views of each picture of the demo shop, and the first row of each by category."""
    names = list(dict.fromkeys(row.picture(c) for row in grower.rows for c in row.colors))
    file = folder / f"views-{encoder.id}-{views}.npy"
    if file.is_file():
        made = np.load(file)
    else:
        found = [encoder.encode_images(_seen(pictures / name, views)) for name in names]
        made = np.concatenate(found)
        np.save(file, made)
    place = {name: n * views for n, name in enumerate(names)}
    of: dict[str, dict[str, int]] = {}
    for row in grower.rows:
        for color in row.colors:
            of.setdefault(row.category, {})[row.picture(color)] = place[row.picture(color)]
    return made, of


def _seen(path: Path, views: int) -> list[Image.Image]:
    """A picture as photographers would have it: whole, mirrored, nearer, off-centre, in other light."""
    with Image.open(path) as opened:
        whole = opened.convert("RGB")
    width, height = whole.size

    def part(left: float, top: float, right: float, bottom: float) -> Image.Image:
        return whole.crop((int(left * width), int(top * height), int(right * width), int(bottom * height)))

    seen = [
        whole,
        ImageOps.mirror(whole),
        part(0.08, 0.08, 0.92, 0.92),
        ImageOps.mirror(part(0.0, 0.05, 0.9, 1.0)),
        part(0.1, 0.0, 1.0, 0.95),
        ImageEnhance.Brightness(whole).enhance(0.88),
        ImageEnhance.Color(part(0.05, 0.0, 0.95, 0.9)).enhance(0.8),
        ImageEnhance.Contrast(ImageOps.mirror(whole)).enhance(1.15),
    ]
    return seen[:views]


def _unit(vector: Floats) -> Floats:
    unit: Floats = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit
