"""The two towers of a CLIP as ONNX: exported once, checked against torch, kept for every later process.

Reading what is kept needs neither torch nor transformers. Knows nothing about products.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from PIL import Image

from shopper.search.builtin import unit
from shopper.search.clip_files import fingerprint, first_writable, places
from shopper.search.clip_pixels import PixelRecipe
from shopper.search.clip_words import PROBES, Words

if TYPE_CHECKING:
    from shopper.search.clip_torch import TorchTowers

_log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

# Raise it with each change of what is exported or of how it is checked: everything kept is made anew.
RECIPE = "1"
AGREES = 0.9999  # least cosine between the export's vectors and torch's
_LARGE = 1_500_000_000  # bytes of weights; one protobuf holds at most two gigabytes
_PATIENCE = 900.0  # seconds another process may take to export
ABOUT = "about.json"
TOWERS = ("pictures", "texts")


class ExportRefused(Exception):
    """The model can't be exported, or its export says something else than torch; the text says why.

    What is `lasting` would end the same with these versions at the next start.
    """

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


@dataclass(frozen=True)
class Export:
    """A folder with both towers, the tokenizer and how pictures are made."""

    folder: Path
    recipe: PixelRecipe
    words: Words

    @classmethod
    def read(cls, folder: Path) -> Export | None:
        """What is kept in a folder; None where it is nothing, or not whole."""
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            recipe = PixelRecipe.from_json(about["pixels"])
            words = Words.kept(folder / "tokenizer.json", **about["words"])
        except FileNotFoundError:
            return None
        except Exception as error:  # the tokenizer's parser raises bare exceptions
            _log.warning("the export in %s can't be read and is made anew: %s", folder, error)
            return None
        return cls(folder, recipe, words)

    @property
    def about(self) -> dict[str, Any]:
        """What was noted beside the towers, as it is now: other processes may have added to it."""
        said: dict[str, Any] = json.loads((self.folder / ABOUT).read_text(encoding="utf-8"))
        return said

    def note(self, **more: Any) -> None:
        """Add to what is noted; under `lock`."""
        write_whole(
            self.folder / ABOUT,
            lambda path: path.write_text(json.dumps(self.about | more, indent=1), "utf-8"),
        )

    def lock(self, patience: float = _PATIENCE) -> FileLock:
        """The lock of everything that changes this folder."""
        return FileLock(f"{self.folder}.lock", timeout=patience)


class OnnxTowers:
    """Both towers in onnxruntime on the CPU."""

    # More pictures at once don't fit the cores' caches and are slower.
    picture_batch, text_batch = 8, 32

    def __init__(self, pictures: Path, texts: Path, *, threads: int) -> None:
        self._pictures, self._texts = open_session(pictures, threads), open_session(texts, threads)

    def pictures(self, pixels: NDArray[Any]) -> Floats:
        """float32[n, dim] of uint8[n, height, width, 3], of any length."""
        rows: Floats = self._pictures.run(None, {"pixels": pixels})[0]
        return rows

    def texts(self, ids: Ids, mask: Ids | None = None) -> Floats:
        """float32[n, dim], of any length; padding at the end changes nothing, so it needs no mask."""
        rows: Floats = self._texts.run(None, {"ids": ids})[0]
        return rows


def open_session(path: Path, threads: int) -> Any:
    """An onnxruntime session; raises what onnxruntime does where the file is broken."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin while they wait take the cores of whoever else works on this machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def kept_export(folder: Path) -> Export | None:
    """The export of the model in `folder`, if an earlier process left one."""
    key = key_of(folder)
    found = (Export.read(place / key) for place in places(folder))
    return next((export for export in found if export is not None), None)


def make_export(folder: Path, model: Any, words: Words | None, recipe: PixelRecipe | None) -> Export:
    """Export the model that was loaded from `folder`, once among all processes; raises `ExportRefused`."""
    place, key = first_writable(places(folder)), key_of(folder)
    if place is None:
        raise ExportRefused("no folder to keep the export in can be written")
    try:
        with FileLock(place / f"{key}.lock", timeout=_PATIENCE):
            kept = Export.read(place / key)
            if kept is not None:
                return kept
            refused = place / f"{key}-torch-{version('torch')}.refused"
            if refused.is_file():
                raise ExportRefused(refused.read_text(encoding="utf-8"))
            _forget_leftovers(place)
            # A warning, since the command line shows no less and somebody waits.
            _log.warning("preparing the model for this machine, once; it takes about a minute")
            try:
                return _export(place, key, model, words, recipe)
            except ExportRefused as error:
                if error.lasting:
                    refused.write_text(str(error), encoding="utf-8")
                raise
    except Timeout as error:
        raise ExportRefused("another process has been exporting for too long") from error
    except OSError as error:
        raise ExportRefused(f"the export can't be kept: {error}") from error


def drop(export: Export) -> None:
    """Remove an export whose files turned out to be broken."""
    with export.lock():
        shutil.rmtree(export.folder, ignore_errors=True)


def key_of(folder: Path) -> str:
    """What an export is kept under: weights, settings and the code that makes it."""
    return f"{fingerprint(folder)}-{RECIPE}"


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside, then rename: a reader sees the whole file or the one before."""
    beside = path.with_name(f".{secrets.token_hex(4)}-{path.name}")
    try:
        write(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _export(place: Path, key: str, model: Any, words: Words | None, recipe: PixelRecipe | None) -> Export:
    if words is None:
        raise ExportRefused("its tokenizer can't be run without transformers", lasting=True)
    if recipe is None:
        raise ExportRefused("its picture processor does more than resize, crop and normalise", lasting=True)
    from shopper.search.clip_smooth import smooth
    from shopper.search.clip_torch import TorchTowers

    began = time.monotonic()
    here = place / f".{key}-{secrets.token_hex(4)}"
    here.mkdir()
    try:
        try:
            probes = _Probes.of(words, recipe)
            exact = TorchTowers(model, recipe, device="cpu")
            said = probes.answers(exact)
            smooth(model, lambda: probes.answers(exact))
            _write_towers(model, words, recipe, here)
            likeness = probes.compare(said, here)
        except (ExportRefused, OSError):
            raise
        except (ImportError, MemoryError) as error:
            raise ExportRefused(f"the export failed: {_first_line(error)}") from error
        except Exception as error:  # exporters fail in every way a compiler can
            _log.warning("the export failed", exc_info=error)
            raise ExportRefused(f"the export failed: {_first_line(error)}", lasting=True) from error
        (here / "tokenizer.json").write_text(words.tokenizer.to_str(), encoding="utf-8")
        about = {
            "pixels": recipe.as_json(),
            "words": {"longest": words.longest, "pad": words.pad, "fixed": words.fixed},
            "export": {**likeness, "seconds": round(time.monotonic() - began, 1)},
        }
        (here / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
        shutil.rmtree(place / key, ignore_errors=True)  # what couldn't be read
        here.rename(place / key)
    finally:
        shutil.rmtree(here, ignore_errors=True)
    _log.info("exported to %s in %.0f s: %s", place / key, time.monotonic() - began, likeness)
    export = Export.read(place / key)
    if export is None:
        raise ExportRefused("the export can't be read back")
    return export


def _write_towers(model: Any, words: Words, recipe: PixelRecipe, folder: Path) -> None:
    import torch

    from shopper.search.clip_torch import PictureTower, TextTower

    count = torch.export.Dim("n", min=1, max=4096)
    length = torch.export.Dim("length", min=2, max=words.longest)
    pixels = torch.zeros((2, *recipe.cropped, 3), dtype=torch.uint8)
    ids = torch.from_numpy(words.ids(words.tokens(PROBES[:2])))
    large = sum(p.numel() * p.element_size() for p in model.parameters()) > _LARGE
    jobs: tuple[tuple[str, Any, Any, str, dict[int, Any]], ...] = (
        ("pictures", PictureTower(model, recipe), pixels, "pixels", {0: count}),
        ("texts", TextTower(model), ids, "ids", {0: count} if words.fixed else {0: count, 1: length}),
    )
    for name, tower, example, called, free in jobs:
        shapes = (free,) if name == "pictures" else (free, None)
        with _quiet():
            program = torch.onnx.export(
                tower.eval(),
                (example,) if name == "pictures" else (example, None),
                input_names=[called],
                output_names=["vectors"],
                dynamic_shapes=shapes,
                dynamo=True,
                opset_version=18,
                verbose=False,
            )
        if program is None:
            raise ExportRefused("the exporter gave nothing")
        # onnxruntime's quantizer would otherwise tell everybody to run what the exporter has done.
        program.model.metadata_props["onnx.quant.pre_process"] = "onnxruntime.quant"
        program.save(str(folder / f"{name}.onnx"), external_data=large)


@dataclass(frozen=True)
class _Probes:
    """Pictures and texts that are shown to torch and to the export."""

    pixels: NDArray[np.uint8]
    ids: list[Ids]  # of one text each
    together: Ids
    padded: bool

    @classmethod
    def of(cls, words: Words, recipe: PixelRecipe) -> _Probes:
        """Plain, sloping, noisy and coarse pictures; short, long, foreign and empty texts."""
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, (8, *recipe.cropped, 3), dtype=np.uint8)
        pixels[0], pixels[1] = 0, 255
        pixels[2] = np.linspace(0, 255, recipe.cropped[1], dtype=np.uint8)[None, :, None]
        for n in range(4, 8):
            coarse = Image.fromarray(rng.integers(0, 256, (n, n, 3), dtype=np.uint8))
            pixels[n] = np.asarray(coarse.resize((recipe.cropped[1], recipe.cropped[0])))
        rows = words.tokens(PROBES)
        return cls(pixels, [words.ids([row]) for row in rows], words.ids(rows), words.fixed)

    def answers(self, exact: TorchTowers) -> tuple[Floats, Floats]:
        """What torch makes of the pictures and of each text alone."""
        masks = [None if self.padded else np.ones_like(ids) for ids in self.ids]
        texts = [exact.texts(ids, mask) for ids, mask in zip(self.ids, masks, strict=True)]
        return exact.pictures(self.pixels), np.concatenate(texts)

    def compare(self, said: tuple[Floats, Floats], folder: Path) -> dict[str, float]:
        """The least cosine of the export's vectors, alone and in batches; raises `ExportRefused`."""
        made = OnnxTowers(folder / "pictures.onnx", folder / "texts.onnx", threads=cores())
        pictures, texts = said
        each = np.concatenate([made.pictures(self.pixels[n : n + 1]) for n in range(len(self.pixels))])
        found = {
            "pictures": min(least_cosine(pictures, each), least_cosine(pictures, made.pictures(self.pixels))),
            "texts": min(
                least_cosine(texts, np.concatenate([made.texts(ids) for ids in self.ids])),
                least_cosine(texts, made.texts(self.together)),
            ),
        }
        for tower, least in found.items():
            if not least >= AGREES:  # also where it is no number
                raise ExportRefused(
                    f"the export's {tower} are unlike torch's (cosine {least:.5f})", lasting=True
                )
        return {tower: round(least, 6) for tower, least in found.items()}


def least_cosine(one: Floats, two: Floats) -> float:
    """Of row and row."""
    return float((unit(one) * unit(two)).sum(axis=1).min())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter tells of optional packages that nobody misses."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)


def _forget_leftovers(place: Path) -> None:
    """Remove what killed exports left; under the lock only exports of other models can be under way."""
    for other in place.glob(".*-*"):
        if other.is_dir() and time.time() - other.stat().st_mtime > 2 * _PATIENCE:
            shutil.rmtree(other, ignore_errors=True)


def cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
