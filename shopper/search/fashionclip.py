"""FashionCLIP, or any other CLIP or SigLIP, from a folder or the hub: onnxruntime on a CPU, torch on a GPU.

torch and transformers are imported only for a GPU or to export a model. Knows nothing about products.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from filelock import Timeout
from numpy.typing import NDArray
from PIL import Image

from shopper.errors import EncoderUnavailable
from shopper.search import clip_int8, clip_onnx
from shopper.search.builtin import unit
from shopper.search.clip_files import id_of, is_kept, is_reachable, model_folder
from shopper.search.clip_onnx import Export, ExportRefused, OnnxTowers, cores
from shopper.search.clip_pixels import PixelRecipe, padded
from shopper.search.clip_words import Words
from shopper.search.pixels import as_rgb

__all__ = ["ClipEncoder", "is_kept", "is_reachable"]

_log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Prepare = Callable[[Sequence[Image.Image]], NDArray[Any]]


class Towers(Protocol):
    """What runs the two networks; rows come back of any length."""

    picture_batch: int
    text_batch: int

    def pictures(self, pixels: NDArray[Any]) -> Floats: ...

    def texts(self, ids: Ids, mask: Ids | None = None) -> Floats: ...


class ClipEncoder:
    """A two-tower model as an encoder; `why` also says what runs it."""

    def __init__(
        self,
        id_: str,
        why: str,
        towers: Towers,
        words: Words | ForeignWords,
        recipe: PixelRecipe | ForeignPixels,
        *,
        how: str,
        export: Export | None = None,
        threads: int = 1,
    ) -> None:
        self.id = id_
        self.why = f"{why} {how}".strip()
        self._asked = why
        self._towers, self._words, self._recipe = towers, words, recipe
        self.export, self._threads = export, threads
        self._pool = ThreadPoolExecutor(max(1, threads), thread_name_prefix="pixels")
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="pixels-ahead")
        self._settling = threading.Lock()
        self.dim = self.encode_text(["dress"]).shape[1]

    @classmethod
    def load(
        cls,
        source: str,
        *,
        why: str = "",
        cache: Path | None = None,
        threads: int | None = None,
        pictures: Sequence[Path] = (),
    ) -> ClipEncoder:
        """The model in a folder, or of a hub id; raises `EncoderUnavailable` with what is wrong.

        Files already here are used without asking the hub. `threads`: all cores unless said. `pictures`:
        folders with real ones, on which int8 is tried once.
        """
        local = Path(source).expanduser().is_dir()
        try:
            folder = model_folder(source, cache)
            called = id_of(folder) if local else source
            return cls._open(folder, called, why, threads or cores(), pictures)
        except EncoderUnavailable:
            raise
        except Exception as error:  # files from outside fail in every way a parser can
            _log.warning("encoder %s can't be loaded", source, exc_info=error)
            where = f"the folder {Path(source).name}" if local else f"{source} (from this machine or the hub)"
            raise EncoderUnavailable(
                f"The encoder in {where} can't be loaded: {_first_line(error)}"
            ) from error

    @classmethod
    def _open(
        cls, folder: Path, called: str, why: str, threads: int, pictures: Sequence[Path]
    ) -> ClipEncoder:
        gpu = may_have_gpu()
        if not gpu:
            kept = clip_onnx.kept_export(folder)
            if kept is not None:
                try:
                    return cls._exported(kept, called, why, threads, pictures)
                except Exception as error:  # onnxruntime raises bare exceptions for broken files
                    _log.warning("the export in %s is broken and is made anew", kept.folder, exc_info=error)
                    clip_onnx.drop(kept)
        from shopper.search import clip_torch

        model, tokenizer, processor = clip_torch.load_parts(folder)
        longest, fixed = clip_torch.text_form(model.config)
        words = Words.of(tokenizer, longest=longest, fixed=fixed)
        recipe = PixelRecipe.of(processor)
        device = "cuda" if gpu and clip_torch.has_gpu() else "cpu"
        reason = ""
        if device == "cpu":
            try:
                made = clip_onnx.make_export(folder, model, words, recipe)
                return cls._exported(made, called, why, threads, pictures)
            except ExportRefused as error:
                reason = f", because {error}"
                _log.warning("%s runs in torch%s", called, reason)
        towers = clip_torch.TorchTowers(model, recipe, device=device, threads=threads)
        return cls(
            called, why, towers, words or ForeignWords(tokenizer, longest, fixed),
            recipe or ForeignPixels(processor), how=f"It runs in {towers.how}{reason}.", threads=threads,
        )  # fmt: skip

    @classmethod
    def _exported(
        cls, export: Export, called: str, why: str, threads: int, pictures: Sequence[Path]
    ) -> ClipEncoder:
        found = clip_int8.verdicts(export)
        if not found:
            try:
                found = clip_int8.settle(export, pictures, threads=threads)
            except (OSError, Timeout) as error:  # an export that came with an image may not be added to
                _log.warning("int8 can't be tried in %s: %s", export.folder, error)
        towers, how = _onnx_towers(export, found, threads)
        return cls(called, why, towers, export.words, export.recipe, how=how, export=export, threads=threads)

    def settle(self, pictures: Sequence[Path]) -> bool:
        """Try int8 on the pictures below these folders, unless it was tried before; whether that was done.

        Vectors of before and after can be compared: int8 is only taken where they are nearly the same.
        """
        with self._settling:
            if self.export is None or clip_int8.verdicts(self.export):
                return False
            found = clip_int8.settle(self.export, pictures, threads=self._threads)
            if not found:
                return False
            self._towers, how = _onnx_towers(self.export, found, self._threads)
            self.why = f"{self._asked} {how}".strip()
            return True

    def encode_text(self, texts: Sequence[str]) -> Floats:
        """float32[n, dim], L2-normalised; texts are cut at the model's length."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        towers = self._towers
        rows = self._words.tokens(list(dict.fromkeys(texts)))
        place = {text: n for n, text in enumerate(dict.fromkeys(texts))}
        # Texts of one length together: padding costs as much as words.
        order = sorted(range(len(rows)), key=lambda n: len(rows[n]))
        parts = []
        for start in range(0, len(order), towers.text_batch):
            some = [rows[n] for n in order[start : start + towers.text_batch]]
            ids = self._words.ids(some)
            mask = None
            if not self._words.fixed:  # SigLIP is trained to read its padding
                mask = (np.arange(ids.shape[1]) < np.array([[len(row)] for row in some])).astype(np.int64)
            parts.append(towers.texts(ids, mask))
        sorted_rows = np.concatenate(parts)
        distinct = np.empty_like(sorted_rows)
        distinct[order] = sorted_rows
        return unit(distinct[[place[text] for text in texts]])

    def encode_images(self, images: Sequence[Image.Image]) -> Floats:
        """float32[n, dim], L2-normalised; the whole picture counts, padded to a square on white."""
        if not images:
            return np.zeros((0, self.dim), dtype=np.float32)
        towers = self._towers
        size = towers.picture_batch
        batches = [images[start : start + size] for start in range(0, len(images), size)]
        parts = []
        ready = self._pixels(batches[0])
        for following in batches[1:]:
            # The next pictures are resized while the network looks at these.
            coming = self._ahead.submit(self._pixels, following)
            parts.append(towers.pictures(ready))
            ready = coming.result()
        parts.append(towers.pictures(ready))
        return unit(np.concatenate(parts))

    def _pixels(self, images: Sequence[Image.Image]) -> NDArray[Any]:
        return self._recipe.pixels(images, self._pool if len(images) > 2 else None)


class ForeignWords:
    """A tokenizer that only transformers can run."""

    def __init__(self, tokenizer: Any, longest: int, fixed: bool) -> None:
        self._tokenizer, self._longest, self.fixed = tokenizer, longest, fixed

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The numbers of each text, begin and end included."""
        said = self._tokenizer(
            list(texts), truncation=True, max_length=self._longest,
            padding="max_length" if self.fixed else False,
        )  # fmt: skip
        return [list(row) for row in said["input_ids"]]

    def ids(self, rows: Sequence[Sequence[int]]) -> Ids:
        """int64[n, length of the longest row], padded at the end."""
        pad = self._tokenizer.pad_token_id or 0
        longest = max(map(len, rows), default=0)
        return np.array([[*row, *[pad] * (longest - len(row))] for row in rows], dtype=np.int64)


class ForeignPixels:
    """A picture processor that does what no recipe says."""

    def __init__(self, processor: Any) -> None:
        self._processor = processor

    def pixels(self, images: Sequence[Image.Image], pool: object = None) -> NDArray[Any]:
        """float32[n, 3, height, width], normalised."""
        squares = [padded(as_rgb(image)) for image in images]
        made: NDArray[Any] = np.asarray(
            self._processor(images=squares, return_tensors="np")["pixel_values"], dtype=np.float32
        )
        return made


def may_have_gpu() -> bool:
    """Whether looking for a CUDA device is worth importing torch: Linux shows one as a file."""
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/dxg").exists()


def _onnx_towers(export: Export, found: dict[str, clip_int8.Verdict], threads: int) -> tuple[OnnxTowers, str]:
    """The towers that the verdicts name, and a sentence on what runs."""
    files = [clip_int8.tower_file(export, tower, found.get(tower)) for tower in clip_onnx.TOWERS]
    if not all(file.is_file() for file in files):
        raise FileNotFoundError(f"a tower is missing in {export.folder.name}")
    towers = OnnxTowers(*files, threads=threads)
    if found:
        what = "; ".join(f"{tower} in {found[tower].said}" for tower in clip_onnx.TOWERS)
    else:
        what = f"in float32, int8 not tried for want of {clip_int8.FEWEST} pictures to judge it by"
    return towers, f"It runs in onnxruntime on {threads} threads, {what}."


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".") + "."
