"""The whole way from photos to shipped weights: look, learn the heads, learn the last blocks, export, report.

Knows nothing about the steps' insides.
"""

from __future__ import annotations

import copy
import gzip
import json
import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from shopper.search.builtin import BuiltinEncoder
from shopper.search.pixels import as_rgb, color_features, square
from shopper.search.sentences import SentenceModel
from shopper.search.training.captions import caption_pools
from shopper.search.training.drawn import catalog_figures
from shopper.search.training.evaluate import fashion_mnist_wf1, figures, score
from shopper.search.training.export import two_pictures, write_network, write_pictures, write_text
from shopper.search.training.features import Views, look
from shopper.search.training.learn import Course, Lesson, examine, learn
from shopper.search.training.network import SPLIT, ImageNet, LowerNet, PictureNet, TextHead, UpperNet
from shopper.search.training.photos import Photo, list_photos, open_photos

_log = logging.getLogger(__name__)
_CALIBRATION = 512
Net = TypeVar("Net", UpperNet, TextHead)


@dataclass(frozen=True)
class Plan:
    """What a run may vary."""

    seed: int = 7
    threads: int = 2
    extra_views: int = 8
    epochs: int = 30
    fine_epochs: int = 14
    runs: int = 1  # fine stages that differ in their seed alone; several show the spread and are averaged
    only_report: bool = False


def train(
    folder: Path,
    out: Path,
    plan: Plan,
    *,
    work: Path | None = None,
    fashion_mnist: Path | None = None,
    catalog: Path | None = None,
) -> dict[str, float]:
    """Write `pictures.onnx` and `text.npz` into `out`, and return the figures of these files on test."""
    started = time.monotonic()
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    photos = list_photos(folder)
    if not plan.only_report:
        out.mkdir(parents=True, exist_ok=True)
        views = _seen(folder, photos, plan, work)
        _log.info("saw %d views after %.0f s", len(views.photo), time.monotonic() - started)
        sentences = SentenceModel(out / "vocab.txt", threads=plan.threads)
        known = _Known(sentences, work / "texts.npz" if work else None)
        lesson = Lesson.prepare(photos, views, caption_pools(photos, plan.seed), known)
        known.keep()
        upper, text = UpperNet(), TextHead()
        upper, text, _ = learn(
            lesson, upper, text, Course(plan.epochs, 512, 2e-3, 0.0), fixed=True, seed=plan.seed
        )
        if plan.fine_epochs:
            upper, text = _fine(lesson, upper, text, plan, work)
        _ship(folder, photos, lesson, upper, text, out)
        _log.info("trained in %.0f s", time.monotonic() - started)
    return report(folder, photos, out, fashion_mnist, catalog)


def _fine(
    lesson: Lesson, upper: UpperNet, text: TextHead, plan: Plan, work: Path | None
) -> tuple[UpperNet, TextHead]:
    """Every run from the same heads; then, of the runs and their mean, what does best on validation.

    Weights that were fine-tuned from one start can be averaged (model soups, Wortsman et al. 2022).
    """
    course = Course(plan.fine_epochs, 128, 3e-4, 3e-4)
    found: list[tuple[float, str, UpperNet, TextHead]] = []
    for run in range(plan.runs):
        seed = plan.seed + 1 + run
        kept = work / f"run-{seed}-{plan.fine_epochs}.pt" if work else None
        if kept and kept.is_file():
            mine, said = copy.deepcopy(upper), copy.deepcopy(text)
            states = torch.load(kept)
            mine.load_state_dict(states["upper"])
            said.load_state_dict(states["text"])
        else:
            mine, said, _ = learn(
                lesson, copy.deepcopy(upper), copy.deepcopy(text), course, fixed=False, seed=seed
            )
            if kept:
                torch.save({"upper": mine.state_dict(), "text": said.state_dict()}, kept)
        found.append((0.0, f"seed {seed}", mine, said))
    if plan.runs > 1:
        mean = _mean([run[2] for run in found]), _mean([run[3] for run in found])
        found.append((0.0, "their mean", *mean))
    judged = []
    for _, name, mine, said in found:
        figures = examine(lesson, mine, said, "validation")
        judged.append((score(figures), name, mine, said))
        _log.info("%s: validation %.4f %s", name, judged[-1][0], json.dumps(figures))
    best = max(judged, key=lambda one: one[0])
    _log.info("taken: %s", best[1])
    return best[2].eval(), best[3].eval()


def _mean(nets: list[Net]) -> Net:
    states = [net.state_dict() for net in nets]
    out = copy.deepcopy(nets[0])
    out.load_state_dict({name: torch.stack([s[name] for s in states]).mean(dim=0) for name in states[0]})
    return out


def report(
    folder: Path, photos: list[Photo], weights: Path, fashion_mnist: Path | None, catalog: Path | None
) -> dict[str, float]:
    """The figures of the files as shipped, on test photos; printed as a line of JSON."""
    started = time.perf_counter()
    encoder = BuiltinEncoder(weights=weights)
    loaded = time.perf_counter() - started
    tested = [photo for photo in photos if photo.part == "test"]
    found = figures(tested, encoder.encode_images(list(open_photos(folder, tested))), encoder.encode_text)
    if fashion_mnist:
        shape = (10_000, 28, 28)
        pixels = np.frombuffer(_unzipped(fashion_mnist, "images-idx3"), np.uint8, offset=16).reshape(shape)
        labels = np.frombuffer(_unzipped(fashion_mnist, "labels-idx1"), np.uint8, offset=8).astype(np.int64)
        pictures = encoder.encode_images([Image.fromarray(one) for one in pixels])
        found["fashion_mnist_wf1"] = fashion_mnist_wf1(pictures, labels, encoder.encode_text)
    if catalog:
        found |= catalog_figures(catalog, encoder)
    picture = Image.new("RGB", (320, 400), "navy")
    found |= {
        "load_ms": loaded * 1000,
        "picture_ms": _median_ms(lambda: encoder.encode_images([picture])),
        "sentence_ms": _median_ms(lambda: encoder.encode_text(["a red summer dress for a wedding"])),
    }
    print(json.dumps({name: round(value, 4) for name, value in found.items()}))
    return found


def _median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(31):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return sorted(times)[15] * 1000


class _Known:
    """Sentence vectors; every text is encoded once, since each look at validation photos asks the same."""

    def __init__(self, sentences: SentenceModel, file: Path | None) -> None:
        self._sentences, self._file = sentences, file
        self._known: dict[str, NDArray[np.float32]] = {}
        if file and file.is_file():
            with np.load(file) as kept:
                self._known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._sentences.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])

    def keep(self) -> None:
        """For the next run over these photos."""
        if self._file:
            np.savez(
                self._file, texts=np.array(list(self._known)), vectors=np.stack(list(self._known.values()))
            )


def _unzipped(folder: Path, name: str) -> bytes:
    return gzip.decompress((folder / f"t10k-{name}-ubyte.gz").read_bytes())


def _seen(folder: Path, photos: list[Photo], plan: Plan, work: Path | None) -> Views:
    kept = work / f"views-{plan.seed}-{plan.extra_views}-{SPLIT}.npz" if work else None
    if kept and kept.is_file():
        return Views.load(kept)
    with tempfile.TemporaryDirectory() as scratch:
        network = Path(scratch) / "network.onnx"
        write_network(ImageNet(), network, {"pixels": two_pictures()}, ["maps", "features"])
        views = look(folder, photos, network, extra=plan.extra_views, seed=plan.seed, threads=plan.threads)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        views.save(kept)
    return views


def _ship(
    folder: Path, photos: list[Photo], lesson: Lesson, upper: UpperNet, text: TextHead, out: Path
) -> None:
    some = [photo for photo in photos if photo.part != "test"]
    rng = np.random.default_rng(0)
    some = [some[n] for n in rng.choice(len(some), size=_CALIBRATION, replace=False)]
    pixels = np.stack([square(as_rgb(image)) for image in open_photos(folder, some)])
    colors = np.stack([color_features(one) for one in pixels])
    kept = write_pictures(PictureNet(LowerNet(), upper), out / "pictures.onnx", pixels, colors)
    _log.info("shipped pictures: %s", kept)
    known = [vectors.reshape(-1, vectors.shape[-1]) for vectors in lesson.said]
    write_text(
        text, np.concatenate([lesson.names.numpy(), *(one.numpy() for one in known)]), out / "text.npz"
    )
