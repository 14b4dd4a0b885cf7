"""One way to run an encoder in a process of its own, measured on command: a line in, a line of JSON out.

Knows nothing about the other ways or how figures are shown.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Vectors = NDArray[np.float32]
_BATCH = 32
_SIDE = 224
EAGER, CHECKED, BUILTIN = "torch eager", "shopper", "built-in"
_WORDS = (
    "red",
    "navy",
    "linen",
    "floral",
    "striped",
    "summer",
    "wedding",
    "dress",
    "shirt",
    "jeans",
    "boots",
)


@dataclass(frozen=True)
class Way:
    """Words and pictures to vectors, and how a file becomes a picture; `ahead` decodes beside encoding."""

    texts: Callable[[Sequence[str]], Vectors]
    images: Callable[[Sequence[Image.Image]], Vectors]
    read: Callable[[Path], Image.Image]
    ahead: bool


def queries(count: int) -> list[str]:
    """Different shop queries of four to six words."""
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(_WORDS, size=int(rng.integers(4, 7)))) + f" {n}" for n in range(count)]


def eager(folder: Path, threads: int) -> Way:
    """torch and transformers as they come, which is what the `fashion-clip` package runs."""
    import torch
    from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

    torch.set_num_threads(threads)
    model: Any = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    processors: Any = AutoImageProcessor
    processor = processors.from_pretrained(folder, backend="pil")
    fixed = str(model.config.model_type).startswith("siglip")
    longest = int(model.config.text_config.max_position_embeddings)

    def rows(found: Any) -> Vectors:
        vectors: Vectors = getattr(found, "pooler_output", found).numpy()
        return vectors

    def texts(said: Sequence[str]) -> Vectors:
        padding = "max_length" if fixed else True
        tokens = tokenizer(
            list(said), padding=padding, truncation=True, max_length=longest, return_tensors="pt"
        )
        with torch.no_grad():
            return rows(model.get_text_features(**({"input_ids": tokens["input_ids"]} if fixed else tokens)))

    def images(shown: Sequence[Image.Image]) -> Vectors:
        pixels = processor(images=list(shown), return_tensors="pt")["pixel_values"]
        with torch.no_grad():
            return rows(model.get_image_features(pixel_values=pixels))

    return Way(texts, images, lambda path: Image.open(path).convert("RGB"), ahead=False)


def exported(kind: str, folder: Path, threads: int) -> Way:
    """The kept export in one of its kinds, or each tower in the one that the model's check took."""
    from shopper.search.clip_int8 import Verdict, tower_file, verdicts
    from shopper.search.clip_onnx import TOWERS, Export, OnnxTowers
    from shopper.search.clip_pixels import read_picture
    from shopper.search.fashionclip import ClipEncoder

    export = Export.read(folder)
    if export is None:
        raise FileNotFoundError(folder)
    checked = verdicts(export) if kind == CHECKED else dict.fromkeys(TOWERS, Verdict(kind, 0.0, 0.0))
    files = [tower_file(export, tower, checked.get(tower)) for tower in TOWERS]
    towers = OnnxTowers(*files, threads=threads)
    encoder = ClipEncoder("bench", "", towers, export.words, export.recipe, how="", threads=threads)
    return Way(encoder.encode_text, encoder.encode_images, lambda path: read_picture(path, _SIDE), ahead=True)


def builtin(threads: int) -> Way:
    """The encoder that ships."""
    from shopper.search.builtin import BuiltinEncoder
    from shopper.search.clip_pixels import read_picture

    encoder = BuiltinEncoder(threads=threads)
    return Way(encoder.encode_text, encoder.encode_images, lambda path: read_picture(path, _SIDE), ahead=True)


def from_files(way: Way, files: Sequence[Path]) -> None:
    """Decode, resize and encode all of them."""
    batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
    if not way.ahead:
        for batch in batches:
            way.images([way.read(path) for path in batch])
        return
    with ThreadPoolExecutor(1) as pool:
        for images in _ahead(pool, way, batches):
            way.images(images)


def _ahead(
    pool: ThreadPoolExecutor, way: Way, batches: Sequence[Sequence[Path]]
) -> Iterator[list[Image.Image]]:
    def read(batch: Sequence[Path]) -> list[Image.Image]:
        return [way.read(path) for path in batch]

    coming = pool.submit(read, batches[0])
    for following in batches[1:]:
        images = coming.result()
        coming = pool.submit(read, following)
        yield images
    yield coming.result()


def memory_mb(field: str) -> float:
    """`VmRSS` or `VmHWM` of this process (Linux; 0 elsewhere)."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith(field))
    return round(int(line.split()[1]) / 1024, 1)


def main() -> None:
    """Arguments: kind, folder, threads, folder of pictures. Then one measurement for each line of stdin."""
    began = time.perf_counter()
    kind, folder, threads, pictures = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if kind == EAGER:
        way = eager(folder, threads)
    elif kind == BUILTIN:
        way = builtin(threads)
    else:
        way = exported(kind, folder, threads)
    said = queries(64)
    files = {what: sorted(pictures.glob(f"*.{what}")) for what in ("jpg", "webp")}
    way.texts(said[:1])
    way.images([way.read(files["webp"][0])])
    first = time.perf_counter() - began
    shown = [way.read(path) for path in files["webp"][:_BATCH]]
    way.images(shown)
    work: dict[str, tuple[int, Callable[[], object]]] = {
        "image_1": (8, lambda: [way.images([one]) for one in shown[:8]]),
        "image_32": (len(shown), lambda: way.images(shown)),
        "text_1": (16, lambda: [way.texts([one]) for one in said[:16]]),
        "text_32": (len(said), lambda: way.texts(said)),
        "jpg": (len(files["jpg"]), lambda: from_files(way, files["jpg"])),
        "webp": (len(files["webp"]), lambda: from_files(way, files["webp"])),
    }
    print(json.dumps({"first_s": first}), flush=True)
    for line in sys.stdin:
        name = line.strip()
        if name == "memory":
            print(json.dumps({"rss_mb": memory_mb("VmRSS"), "peak_mb": memory_mb("VmHWM")}), flush=True)
            continue
        count, run = work[name]
        wall, busy = time.perf_counter(), time.process_time()
        run()
        wall, busy = time.perf_counter() - wall, time.process_time() - busy
        print(json.dumps({"wall": wall / count, "cpu": busy / count}), flush=True)


if __name__ == "__main__":
    main()
