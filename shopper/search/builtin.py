"""The encoder that ships with the project: a small picture network, and MiniLM with a head for fashion.

Runs without torch and without a network. Knows nothing about products or where vectors are kept.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from shopper.errors import EncoderUnavailable
from shopper.search.pixels import as_rgb, color_features, square
from shopper.search.sentences import SentenceModel

Floats = NDArray[np.float32]

# A text's vector is its learned part, which pictures share, and its sentence part, which only texts have. The
# first has this length, so that texts with words no photo taught (linen, wedding) still differ.
PICTURE_SHARE = 0.95
_BATCH = 32


class TextHead:
    """Sentence vectors float[n, 384] → unit vectors float32[n, 256] beside pictures."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as kept:
            self._weights = {name: kept[name].astype(np.float32) for name in kept.files}

    def __call__(self, sentences: Floats) -> Floats:
        w = self._weights
        inner = np.maximum(sentences @ w["inner.weight"].T + w["inner.bias"], 0.0)
        out = sentences @ w["skip.weight"].T + w["skip.bias"] + inner @ w["outer.weight"].T + w["outer.bias"]
        return unit(out)

    def sentence_part(self, sentences: Floats) -> Floats:
        """Unit vectors float32[n, 96]: the sentences without what all texts have in common, shortened."""
        w = self._weights
        return unit((sentences - w["sentence.mean"]) @ w["sentence.axes"].T)


class BuiltinEncoder:
    """Words and pictures → float32[n, 352], on one CPU thread in milliseconds."""

    dim = 352

    def __init__(self, *, why: str = "", threads: int = 1, weights: Path | None = None) -> None:
        self.why = why
        folder = weights or Path(str(resources.files("shopper.search").joinpath("weights")))
        try:
            self.id = f"builtin-{_mark(folder):08x}"
            self._sentences = SentenceModel(folder / "vocab.txt", threads=threads)
            self._head = TextHead(folder / "text.npz")
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            options.log_severity_level = 3
            self._pictures = onnxruntime.InferenceSession(
                str(folder / "pictures.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises bare subclasses of Exception
            raise EncoderUnavailable(
                f"The built-in encoder's files in {folder.name} can't be read; reinstall the package."
            ) from error

    def encode_text(self, texts: Sequence[str]) -> Floats:
        """float32[n, 352], L2-normalised; does not depend on what stands beside a text."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        distinct = list(dict.fromkeys(texts))
        sentences = self._sentences.encode(distinct)
        shared, own = self._head(sentences), self._head.sentence_part(sentences)
        vectors = np.concatenate([PICTURE_SHARE * shared, np.sqrt(1 - PICTURE_SHARE**2) * own], axis=1)
        row = {text: n for n, text in enumerate(distinct)}
        out: Floats = vectors.astype(np.float32)[[row[text] for text in texts]]
        return out

    def encode_images(self, images: Sequence[Image.Image]) -> Floats:
        """float32[n, 352], L2-normalised; the last 96 are zero, they belong to texts."""
        vectors = np.zeros((len(images), self.dim), dtype=np.float32)
        for start in range(0, len(images), _BATCH):
            pixels = np.stack([square(as_rgb(image)) for image in images[start : start + _BATCH]])
            colors = np.stack([color_features(one) for one in pixels])
            found = self._pictures.run(None, {"pixels": pixels, "colors": colors})[0]
            vectors[start : start + len(found), : found.shape[1]] = unit(found)
        return vectors


def _mark(folder: Path) -> int:
    """Differs where the weights do: vectors of other weights can't be compared."""
    mark = zlib.crc32(repr(PICTURE_SHARE).encode())
    for name in ("pictures.onnx", "text.npz"):
        mark = zlib.crc32((folder / name).read_bytes(), mark)
    return mark


def unit(rows: NDArray[np.floating]) -> Floats:
    """The rows, each of length 1."""
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    out: Floats = (rows / length).astype(np.float32)
    return out
