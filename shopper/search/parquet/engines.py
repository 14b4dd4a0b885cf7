"""Runs the parts that are still to do, in this process or on Ray, and tells of each as it ends.

Knows nothing about rows or pictures.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from shopper.errors import BadInput
from shopper.search.encoder import Encoder, load_encoder
from shopper.search.parquet.encode import Done, Parts
from shopper.search.parquet.rows import (
    TOGETHER,
    Part,
    fingerprint,
    images_beside,
    parts_of,
    read_parts,
    rows_of,
    together,
)

Engine = Literal["local", "ray"]
Told = Callable[[int, int, int], None]

_ABOUT = "_about.json"
_STORE = 100_000_000  # bytes that a Ray of our own keeps for what goes between its processes: only numbers


@dataclass(frozen=True)
class Job:
    """What to encode, with what, and where to."""

    source: Path
    out: Path
    encoder: str = "builtin"
    images: Path | None = None
    rows: int = 512  # of a part
    workers: int = 1  # of Ray; each holds an encoder
    gpus: float = 0.0  # that each of them takes


@dataclass
class Found:
    """What was done in all; `kept` rows were there from a run before."""

    encoder: str
    dim: int
    rows: int = 0
    kept: int = 0
    pictures: int = 0
    problems: int = 0
    parts: int = field(default=0)

    def add(self, done: Done) -> None:
        """Count a part."""
        self.rows += done.rows
        self.pictures += done.pictures
        self.problems += done.problems
        self.parts += 1


def embed_files(job: Job, engine: Engine = "local", told: Told = lambda rows, left, pictures: None) -> Found:
    """Write a file of vectors for every part that has none yet. Raises BadInput, EncoderUnavailable.

    `told` hears after each part (rows done, rows to go, pictures encoded), of this run. A folder with
    vectors of another encoder, other rows or another size of parts is refused.
    """
    if engine == "ray":
        _ray()  # before anything is loaded or written
    job.out.mkdir(parents=True, exist_ok=True)
    encoder = load_encoder(job.encoder)
    files = rows_of(job.source, job.out)
    parts = parts_of(files, job.rows)
    _same_as_before(job.out, {"encoder": encoder.id, "rows": job.rows, "source": fingerprint(files)})
    left = [part for part in parts if not (job.out / part.name).is_file()]
    total, waiting = sum(part.rows for part in parts), sum(part.rows for part in left)
    found = Found(encoder.id, encoder.dim, kept=total - waiting)
    # On Ray so few parts together that every worker gets several runs.
    runs = together(left, max(1, len(left) // (4 * job.workers)) if engine == "ray" else TOGETHER)
    for done in _on_ray(runs, job) if engine == "ray" else _here(runs, job, encoder):
        found.add(done)
        told(found.rows, waiting - found.rows, found.pictures)
    return found


def _here(runs: Sequence[list[Part]], job: Job, encoder: Encoder) -> Iterator[Done]:
    parts = Parts(encoder, job.out, job.images or images_beside(job.source))
    for run in runs:
        for part, rows in read_parts(run):
            yield parts.write(part, rows)


class _Worker:
    """An encoder in a process of Ray; it reads and writes files, so every machine must see the folders."""

    def __init__(self, encoder: str, out: str, images: str) -> None:
        self._parts = Parts(load_encoder(encoder), Path(out), Path(images))

    def __call__(self, batch: dict[str, Any]) -> Iterator[dict[str, list[int]]]:
        for line in batch["run"]:
            for part, rows in read_parts([Part(**one) for one in json.loads(str(line))]):
                yield {name: [count] for name, count in asdict(self._parts.write(part, rows)).items()}


def _on_ray(runs: Sequence[list[Part]], job: Job) -> Iterator[Done]:
    if not runs:
        return
    ray = _ray()
    started = not ray.is_initialized()
    if started:
        own = {} if os.environ.get("RAY_ADDRESS") else {
            "num_cpus": max(job.workers, 2), "object_store_memory": _STORE, "include_dashboard": False,
        }  # fmt: skip
        ray.init(log_to_driver=False, logging_level="error", **own)
    try:
        for name in ("ray.data", "ray.actor"):
            logging.getLogger(name).setLevel(logging.ERROR)
        ray.data.DataContext.get_current().enable_progress_bars = False
        lines = [{"run": json.dumps([asdict(part) for part in run])} for run in runs]
        ends = ray.data.from_items(lines, override_num_blocks=len(lines)).map_batches(
            _Worker,
            fn_constructor_args=(
                job.encoder, str(job.out.resolve()), str((job.images or images_beside(job.source)).resolve()),
            ),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=job.workers),
            num_cpus=1,
            num_gpus=job.gpus,
        )  # fmt: skip
        for row in ends.iter_rows():
            yield Done(**{name: int(count) for name, count in row.items()})
    finally:
        if started:
            ray.shutdown()


def _ray() -> Any:
    try:
        importlib.import_module("ray.data")
        return importlib.import_module("ray")
    except ImportError as error:
        raise BadInput("Ray isn't installed: pip install 'shopper[ray]'") from error


def _same_as_before(out: Path, about: dict[str, Any]) -> None:
    file = out / _ABOUT
    if file.is_file() and json.loads(file.read_text(encoding="utf-8")) != about:
        raise BadInput(
            f"{out} holds vectors of another encoder, other rows or another size of parts; choose another."
        )
    file.write_text(json.dumps(about), encoding="utf-8")
