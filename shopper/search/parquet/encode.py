"""One part's rows to vectors: pictures are decoded in threads while those before them are encoded.

Knows nothing about which parts there are or who runs it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from shopper.errors import BadInput
from shopper.products.images import is_remote, places_of, read_photo
from shopper.search.encoder import Encoder, Vectors
from shopper.search.parquet.rows import Part

_BATCH = 32
_SIDE = 512  # no encoder here sees more


@dataclass(frozen=True)
class Done:
    """What became of a part."""

    rows: int
    pictures: int
    problems: int


class Parts:
    """Encodes parts with one encoder and writes each to its file, whole or not at all."""

    def __init__(self, encoder: Encoder, out: Path, images: Path, *, threads: int = 2) -> None:
        self._encoder, self._out, self._images = encoder, out, images.resolve()
        self._pool = ThreadPoolExecutor(threads)

    def write(self, part: Part, rows: pa.Table) -> Done:
        """The part's file, and what is in it."""
        table = self.encode(rows)
        target = self._out / part.name
        unfinished = target.with_name(f"_{part.name}.{os.getpid()}")
        pq.write_table(table, unfinished)
        unfinished.replace(target)
        pictures = len(table) - table["image_vector"].null_count
        return Done(len(table), pictures, len(table) - table["problem"].null_count)

    def encode(self, rows: pa.Table) -> pa.Table:
        """`id`, `text`, `image` (a path), `text_vector`, `image_vector`, and why a picture has none."""
        count, dim = len(rows), self._encoder.dim
        ids = rows["id"].cast(pa.string())
        texts = rows["text"].to_pylist() if "text" in rows.column_names else [None] * count
        images = rows["image"].to_pylist() if "image" in rows.column_names else [None] * count
        said = [n for n, text in enumerate(texts) if text]
        text_vectors = self._encoder.encode_text([str(texts[n]) for n in said])
        seen, image_vectors, problems = self._pictures(images)
        return pa.table(
            {
                "id": ids,
                "text": pa.array(texts, pa.string()),
                "image": pa.array([_path(image) for image in images], pa.string()),
                "text_vector": _vectors(said, text_vectors, count, dim),
                "image_vector": _vectors(seen, image_vectors, count, dim),
                "problem": pa.array(problems, pa.string()),
            },
            metadata={"encoder": self._encoder.id},
        )

    def _pictures(self, images: Sequence[Any]) -> tuple[list[int], Vectors, list[str | None]]:
        named = [n for n, image in enumerate(images) if image]
        batches = [named[start : start + _BATCH] for start in range(0, len(named), _BATCH)]
        problems: list[str | None] = [None] * len(images)
        seen: list[int] = []
        vectors = [np.zeros((0, self._encoder.dim), dtype=np.float32)]
        ahead: list[Future[Image.Image | str]] = self._decode(images, batches[0]) if batches else []
        for number, batch in enumerate(batches):
            found = [future.result() for future in ahead]
            ahead = self._decode(images, batches[number + 1]) if number + 1 < len(batches) else []
            good: list[Image.Image] = []
            for n, one in zip(batch, found, strict=True):
                if isinstance(one, str):
                    problems[n] = one
                else:
                    good.append(one)
                    seen.append(n)
            if good:
                vectors.append(self._encoder.encode_images(good))
        return seen, np.concatenate(vectors), problems

    def _decode(self, images: Sequence[Any], rows: Sequence[int]) -> list[Future[Image.Image | str]]:
        return [self._pool.submit(_open, images[n], self._images) for n in rows]


def _open(image: Any, folder: Path) -> Image.Image | str:
    """The picture of a path below the folder, of bytes, or of both as `{bytes, path}`; else what is wrong."""
    try:
        data = image.get("bytes") if isinstance(image, dict) else image
        if not isinstance(data, bytes):
            data = _read(_path(image) or "", folder)
        return read_photo(data, max_side=_SIDE)[0]
    except BadInput as error:
        return error.message
    except OSError as error:
        return f"can't be read: {error.strerror}"


def _read(path: str, folder: Path) -> bytes:
    for place in places_of(path):
        file = (folder / place).resolve()
        if file.is_relative_to(folder) and file.is_file():
            return file.read_bytes()
    if is_remote(path):
        raise BadInput("is a web address; pictures are not fetched")
    raise BadInput(f"“{path[-80:]}” is not in the images folder")


def _path(image: Any) -> str | None:
    named = image.get("path") if isinstance(image, dict) else image
    return named if isinstance(named, str) else None


def _vectors(rows: Sequence[int], vectors: Vectors, count: int, dim: int) -> pa.Array:
    """fixed_size_list<float>[dim], null where there is no vector."""
    every = np.zeros((count, dim), dtype=np.float32)
    missing = np.ones(count, dtype=bool)
    every[list(rows)] = vectors
    missing[list(rows)] = False
    return pa.FixedSizeListArray.from_arrays(pa.array(every.ravel()), dim, mask=pa.array(missing))
