"""Measures encoders side by side: torch as it comes, the export in each of its kinds, and the built-in one.

Every way runs in a process of its own and they take turns, so that what else the machine does hits all alike.
Knows nothing about search quality.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from shopper.bench.encoder_worker import BUILTIN, CHECKED, EAGER, queries
from shopper.search import clip_int8
from shopper.search.clip_files import model_folder
from shopper.search.clip_onnx import TOWERS, Export, cores, write_whole
from shopper.search.fashionclip import ClipEncoder

MEASURES = ("image_1", "image_32", "text_1", "text_32", "jpg", "webp")
_PICTURES = 64
_SHOWN_SIDE = (800, 1000)  # of the pictures measured, as shops have them

Tell = Callable[[str], None]


@dataclass
class Row:
    """Seconds for one picture or text, the best of all rounds: by the clock, and of processor time."""

    way: str
    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    first_s: float = 0.0
    rss_mb: float = 0.0
    peak_mb: float = 0.0

    def better(self, measure: str, wall: float, cpu: float) -> None:
        """Keep what is less."""
        self.wall[measure] = min(wall, self.wall.get(measure, wall))
        self.cpu[measure] = min(cpu, self.cpu.get(measure, cpu))

    def as_json(self) -> dict[str, Any]:
        """Rates and milliseconds."""
        return {
            "way": self.way,
            "images_s_1": _rate(self.wall["image_1"]),
            "images_s_32": _rate(self.wall["image_32"]),
            "texts_s": _rate(self.wall["text_32"]),
            "text_1_ms": round(self.wall["text_1"] * 1000, 2),
            "jpeg_files_s": _rate(self.wall["jpg"]),
            "webp_files_s": _rate(self.wall["webp"]),
            "image_32_cpu_ms": round(self.cpu["image_32"] * 1000, 2),
            "text_1_cpu_ms": round(self.cpu["text_1"] * 1000, 2),
            "first_s": round(self.first_s, 2),
            "rss_mb": self.rss_mb,
            "peak_mb": self.peak_mb,
        }


@dataclass(frozen=True)
class EncodersResult:
    """The rows, and what the loaded model's own check decided."""

    model: str
    random: bool
    runs: str
    taken: dict[str, str]
    threads: int
    load: float
    rows: list[Row]

    def as_json(self) -> dict[str, Any]:
        """All of it, with the ratios to torch eager."""
        eager = next(row for row in self.rows if row.way == EAGER)
        return {
            "bench": "encoders",
            "model": self.model,
            "random_weights": self.random,
            "runs": self.runs,
            "taken": self.taken,
            "threads": self.threads,
            "load_average": self.load,
            "rows": [row.as_json() for row in self.rows],
            "times_torch_eager": {
                row.way: {name: round(eager.wall[name] / row.wall[name], 2) for name in MEASURES}
                | {f"{n}_cpu": round(eager.cpu[n] / row.cpu[n], 2) for n in ("image_32", "text_1")}
                for row in self.rows
                if row is not eager
            },
        }


def bench(
    model: str | None, work: Path, catalog_images: Path, *, rounds: int = 3, tell: Tell = lambda what: None
) -> EncodersResult:
    """Measure the model of a folder or hub id, or a random one of FashionCLIP's size; files go to `work`."""
    random = model is None
    if model is None:
        tell("no model given: a random one of ViT-B/32 size, the same arithmetic as FashionCLIP")
        model = str(random_clip(work / "random-vit-b-32"))
    tell("loading (and exporting, the first time)")
    encoder = ClipEncoder.load(model, pictures=[catalog_images])
    export = encoder.export
    pictures = make_pictures(catalog_images, work / "pictures")
    kinds = _kinds(export, work) if export is not None else {}
    taken = {t: v.kind for t, v in clip_int8.verdicts(export).items()} if export is not None else {}
    runs, threads, folder = encoder.why, cores(), str(model_folder(model, None))
    del encoder
    ways = [(EAGER, folder), *((kind, str(where)) for kind, where in kinds.items()), (BUILTIN, ".")]
    load = os.getloadavg()[0]
    rows = _measure(ways, threads, pictures, rounds, tell)
    return EncodersResult(Path(model).name, random, runs, taken, threads, round(load, 1), rows)


def _kinds(export: Export, work: Path) -> dict[str, Path]:
    """Every kind of the export in a folder of the bench's own; what the check refused is measured as well."""
    folder = work / f"kinds-{export.folder.name}"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("about.json", "tokenizer.json"):
        (folder / name).write_bytes((export.folder / name).read_bytes())
    for tower in TOWERS:
        for part in export.folder.glob(f"{tower}.onnx*"):
            if not (folder / part.name).exists():
                shutil.copyfile(part, folder / part.name)
    here = Export(folder, export.recipe, export.words)
    for kind in clip_int8.KINDS:
        for tower in TOWERS:
            path = clip_int8.tower_file(here, tower, clip_int8.Verdict(kind, 0.0, 0.0))
            if not path.exists():
                write_whole(path, partial(clip_int8.MAKERS[kind], export.folder / f"{tower}.onnx"))
    return dict.fromkeys((CHECKED, "float32", *reversed(clip_int8.KINDS)), folder)


def _measure(
    ways: Sequence[tuple[str, str]], threads: int, pictures: Path, rounds: int, tell: Tell
) -> list[Row]:
    rows, workers = [], []
    try:
        for way, folder in ways:
            tell(f"starting {way}")
            worker = _Worker([way, folder, str(threads), str(pictures)])
            workers.append(worker)
            rows.append(Row(way, first_s=worker.hear()["first_s"]))
        for number in range(rounds):
            for measure in MEASURES:
                tell(f"round {number + 1} of {rounds}: {measure}")
                for row, worker in zip(rows, workers, strict=True):
                    found = worker.ask(measure)
                    row.better(measure, found["wall"], found["cpu"])
        for row, worker in zip(rows, workers, strict=True):
            found = worker.ask("memory")
            row.rss_mb, row.peak_mb = found["rss_mb"], found["peak_mb"]
    finally:
        for worker in workers:
            worker.end()
    return rows


class _Worker:
    def __init__(self, arguments: Sequence[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # this interpreter with a module of its own
            [sys.executable, "-m", "shopper.bench.encoder_worker", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_WAIT_POLICY": "passive", "HF_HUB_OFFLINE": "1"},
        )

    def hear(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            _, wrong = self._process.communicate()
            raise RuntimeError(f"a measured process died: {wrong.strip().splitlines()[-1:]}")
        found: dict[str, float] = json.loads(line)
        return found

    def ask(self, what: str) -> dict[str, float]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        return self.hear()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def make_pictures(source: Path, folder: Path) -> Path:
    """Sixty-four pictures of a shop's size as JPEG and as WebP, from `source` or drawn where it has none."""
    folder.mkdir(parents=True, exist_ok=True)
    images = clip_int8.sample([source], _PICTURES) or [_drawn(n) for n in range(_PICTURES)]
    for n, image in enumerate(images):
        if not (folder / f"{n:03}.webp").exists():
            large = image.convert("RGB").resize(_SHOWN_SIDE)
            large.save(folder / f"{n:03}.jpg", quality=88)
            large.save(folder / f"{n:03}.webp", quality=85, method=2)
    return folder


def _drawn(n: int) -> Image.Image:
    rng = np.random.default_rng(n)
    coarse = rng.integers(0, 256, (10, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(_SHOWN_SIDE, Image.Resampling.BICUBIC)


def random_clip(folder: Path) -> Path:
    """A CLIP of ViT-B/32 size with random weights and a tokenizer of the bench's words, saved in `folder`."""
    if (folder / "config.json").is_file():
        return folder
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, PreTrainedTokenizerFast

    begin, end = 49406, 49407
    known = sorted({word for query in queries(64) for word in query.split()} | {"a", "photo", "of"})
    vocabulary = {"<unk>": 1, "<s>": begin, "</s>": end, **{word: n + 2 for n, word in enumerate(known)}}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))  # noqa: S106  # a word, no password
    inner.normalizer = normalizers.Lowercase()
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", begin), ("</s>", end)]
    )
    torch.manual_seed(0)
    CLIPModel(CLIPConfig()).save_pretrained(folder)
    CLIPImageProcessorPil().save_pretrained(folder)
    make: Any = PreTrainedTokenizerFast
    make(
        tokenizer_object=inner, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>",  # noqa: S106  # words
        model_max_length=77,
    ).save_pretrained(folder)  # fmt: skip
    return folder


def _rate(seconds: float) -> float:
    return round(1 / seconds, 1)


def render(result: EncodersResult) -> str:
    """The figures as a table."""
    head = ("", "img/s b1", "img/s b32", "jpg/s", "webp/s", "texts/s", "text b1 ms", "first s", "RSS MB")
    lines = [[*head, "cpu ms/img", "x eager"]]
    eager = next(row for row in result.rows if row.way == EAGER)
    for row in result.rows:
        said = row.as_json()
        lines.append(
            [
                row.way,
                *(
                    str(said[name])
                    for name in (
                        "images_s_1", "images_s_32", "jpeg_files_s", "webp_files_s", "texts_s", "text_1_ms",
                        "first_s", "rss_mb", "image_32_cpu_ms",
                    )
                ),
                f"{eager.wall['image_32'] / row.wall['image_32']:.2f}",
            ]
        )  # fmt: skip
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    table = [
        "  ".join(
            [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    ]
    weights = ", random weights of its size" if result.random else ""
    return "\n".join(
        [
            f"{result.model}{weights}; {result.threads} threads, load average {result.load}",
            *table,
            f"{CHECKED}: what this model's own check took. {result.runs}",
            "jpg/s and webp/s: files of 800x1000 decoded, resized and encoded. cpu ms/img: processor time.",
        ]
    )
