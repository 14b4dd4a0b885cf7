"""Makes a CLIP's towers smaller and faster in int8, and takes them only where their answers stay the same.

Judged on the loaded weights and real pictures, never on what is known of other models. Knows nothing about
products.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.search.builtin import unit
from shopper.search.clip_onnx import TOWERS, Export, OnnxTowers, open_session, write_whole
from shopper.search.clip_pixels import read_picture

_log = logging.getLogger(__name__)

Floats = NDArray[np.float32]

COSINE, OVERLAP = 0.99, 0.95  # median of the vectors; mean share of the ten nearest that stay
FEWEST, MOST = 100, 256  # pictures; among fewer, the ten nearest hardly can change
_NEAREST = 10
_BATCH = 16
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_BLOCK = 64
# Fastest first. "int8" scales each tensor as a whole; "int8 in blocks" each stretch of 64 numbers, so that
# outliers spoil less; "int8 mixed" does so in the layers behind an activation, whose outliers are the worst.
KINDS = ("int8", "int8 mixed", "int8 in blocks")
_COLORS = ("black", "white", "red", "blue", "green", "beige", "striped", "floral")
_THINGS = ("dress", "shirt", "jeans", "jacket", "sweater", "skirt", "boots", "bag")

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Verdict:
    """What a tower runs in, and how near the int8 that was tried came."""

    kind: str  # one of KINDS, or "float32"
    cosine: float
    overlap: float

    @property
    def said(self) -> str:
        """For people."""
        near = f"cosine {self.cosine:.4f}, {self.overlap:.0%} of the ten nearest kept"
        return f"{self.kind} ({near})" if self.kind != "float32" else f"float32, int8 having failed ({near})"


def verdicts(export: Export) -> dict[str, Verdict]:
    """What was found for this export before; empty where nothing was tried yet."""
    kept = export.about.get("int8", {})
    return {tower: Verdict(**kept[tower]) for tower in TOWERS if tower in kept}


def tower_file(export: Export, tower: str, verdict: Verdict | None) -> Path:
    """The file that a tower runs from."""
    kind = verdict.kind if verdict else "float32"
    return export.folder / f"{tower}{_MARKS[kind]}.onnx"


_MARKS = {"float32": "", KINDS[0]: "-int8", KINDS[1]: "-mixed", KINDS[2]: "-blocks"}


def settle(export: Export, folders: Sequence[Path], *, threads: int) -> dict[str, Verdict]:
    """Try int8 on the pictures below these folders, keep what holds, and say what was found.

    Empty, with nothing kept, where there are fewer than `FEWEST` pictures: a later call may find more.
    """
    with export.lock():
        found = verdicts(export)
        if len(found) == len(TOWERS):
            return found
        images = sample(folders)
        if len(images) < FEWEST:
            return {}
        _log.warning(
            "trying whether int8 keeps the answers on %d pictures, once; about a minute", len(images)
        )
        began = time.monotonic()
        found = _try_out(export, images, threads)
        noted: dict[str, Any] = {tower: asdict(verdict) for tower, verdict in found.items()}
        export.note(int8=noted | {"tried_on": len(images)})
        _log.info("tried int8 in %.0f s: %s", time.monotonic() - began, noted)
        return found


def sample(folders: Sequence[Path], most: int = MOST) -> list[Image.Image]:
    """Up to so many readable pictures, evenly spread over all that lie below these folders."""
    files = [
        path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _SUFFIXES and path.is_file()
    ]
    step = max(1, len(files) // most)
    images = []
    for path in files[::step][:most]:
        try:
            images.append(read_picture(path, 256))
        except OSError as error:
            _log.debug("%s is left out: %s", path, error)
    return images


def _try_out(export: Export, images: list[Image.Image], threads: int) -> dict[str, Verdict]:
    pixels = export.recipe.pixels(images)
    texts = [f"{color} {thing}" for color in _COLORS for thing in _THINGS]
    rows = export.words.tokens(texts)
    exact = OnnxTowers(
        tower_file(export, "pictures", None), tower_file(export, "texts", None), threads=threads
    )
    shown = unit(_in_batches(exact.pictures, pixels))
    said = unit(np.concatenate([exact.texts(export.words.ids([row])) for row in rows]))
    del exact

    def judge_pictures(path: Path) -> tuple[float, float, Floats]:
        session = open_session(path, threads)
        mine = unit(_in_batches(lambda some: session.run(None, {"pixels": some})[0], pixels))
        alike = overlap(shown @ shown.T, mine @ mine.T, apart=True)
        return _median(shown, mine), min(alike, overlap(said @ shown.T, said @ mine.T)), mine

    pictures, taken = _first_that_holds(export, "pictures", judge_pictures)
    here = shown if taken is None else taken

    def judge_texts(path: Path) -> tuple[float, float, Floats]:
        session = open_session(path, threads)
        # As they come in a shop: alone when somebody asks, in batches when products are read.
        mine = unit(np.concatenate([session.run(None, {"ids": export.words.ids([row])})[0] for row in rows]))
        # Both towers as they will run, against neither in int8.
        return _median(said, mine), overlap(said @ shown.T, mine @ here.T), mine

    words, _ = _first_that_holds(export, "texts", judge_texts)
    return {"pictures": pictures, "texts": words}


def _first_that_holds(
    export: Export, tower: str, judge: Callable[[Path], tuple[float, float, Floats]]
) -> tuple[Verdict, Floats | None]:
    """The fastest kind whose vectors are near enough, and these; of those that failed the file is removed."""
    best = Verdict("float32", 0.0, 0.0)
    for kind in KINDS:
        tried = Verdict(kind, 0.0, 0.0)
        path = tower_file(export, tower, tried)
        try:
            write_whole(path, partial(MAKERS[kind], export.folder / f"{tower}.onnx"))
            cosine, kept, vectors = judge(path)
        except Exception as error:  # onnxruntime raises bare exceptions for what it can't do
            _log.warning("%s can't be made of the %s", kind, tower, exc_info=error)
            path.unlink(missing_ok=True)
            continue
        tried = Verdict(kind, round(cosine, 5), round(kept, 4))
        if cosine >= COSINE and kept >= OVERLAP:
            return tried, vectors
        path.unlink(missing_ok=True)
        best = max(best, Verdict("float32", tried.cosine, tried.overlap), key=lambda one: one.overlap)
    return best, None


def overlap(exact: Floats, other: Floats, *, apart: bool = False) -> float:
    """The mean share of each row's ten greatest that both have; `apart` leaves the diagonal out."""
    shares = []
    for n, (one, two) in enumerate(zip(exact, other, strict=True)):
        kept = [np.delete(row, n) if apart else row for row in (one, two)]
        first, second = (set(np.argsort(-row, kind="stable")[:_NEAREST].tolist()) for row in kept)
        shares.append(len(first & second) / len(first))
    return float(np.mean(shares))


def _median(exact: Floats, other: Floats) -> float:
    return float(np.median((exact * other).sum(axis=1)))


def _in_batches(run: Callable[[NDArray[np.uint8]], Floats], pixels: NDArray[np.uint8]) -> Floats:
    parts = [run(pixels[start : start + _BATCH]) for start in range(0, len(pixels), _BATCH)]
    rows: Floats = np.concatenate(parts)
    return rows


def _whole(source: Path, target: Path, leave_out: Sequence[str] = ()) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(source),
        str(target),
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm"],
        nodes_to_exclude=list(leave_out),
        use_external_data_format=_is_apart(source),
    )


def _blocks(source: Path, target: Path) -> None:
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    made = MatMulNBitsQuantizer(
        onnx.load(str(source)),
        bits=8,
        block_size=_BLOCK,
        is_symmetric=True,
        accuracy_level=4,  # numbers between the layers in int8 as well
        op_types_to_quantize=("MatMul",),
    )
    made.process()
    made.model.save_model_to_file(str(target), _is_apart(source))


def _mixed(source: Path, target: Path) -> None:
    import onnx

    graph = onnx.load(str(source), load_external_data=False).graph
    shapes = {weight.name: tuple(weight.dims) for weight in graph.initializer}
    narrowing = [
        node.name
        for node in graph.node
        if node.op_type == "MatMul" and _narrows(shapes.get(node.input[1], ()))
    ]
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        half = Path(folder) / source.name
        _whole(source, half, narrowing)
        _blocks(half, target)


def _narrows(shape: tuple[int, ...]) -> bool:
    """Whether it is the weight of a layer that gives half as much as it takes, or less."""
    return len(shape) == 2 and shape[0] >= 2 * shape[1]


def _is_apart(source: Path) -> bool:
    """Whether the weights lie in a file beside the network."""
    return source.with_name(f"{source.name}.data").is_file()


MAKERS: dict[str, Callable[[Path, Path], None]] = {
    KINDS[0]: _whole,
    KINDS[1]: _mixed,
    KINDS[2]: _blocks,
}
