"""How well an encoder knows fashion: zero-shot kinds, product names to pictures, kinds to products.

Works for any encoder and any labelled pictures. Knows nothing about shops or where data lie.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shopper.bench.datasets import Labelled
from shopper.search.encoder import Encoder, Vectors
from shopper.search.training.evaluate import PROMPTS, weighted_f1

_AT = 10
_BATCH = 256  # pictures held in memory at a time


class Cited(NamedTuple):
    """A published row: weighted macro F1, zero-shot."""

    model: str
    fmnist: float
    kagl: float
    deepfashion: float


# The table of patrickjohncyh/fashion-clip's model card.
CITED = (
    Cited("OpenAI CLIP", 0.66, 0.63, 0.45),
    Cited("FashionCLIP 1.0", 0.74, 0.67, 0.48),
    Cited("LAION CLIP", 0.78, 0.71, 0.58),
    Cited("FashionCLIP 2.0", 0.83, 0.73, 0.62),
)
_COLUMNS = {"fmnist": "FMNIST", "kagl": "KAGL", "deepfashion": "DEEP"}
# What the shipped encoder was trained on (its model card): its figures there aren't zero-shot.
_LEARNED = {"builtin": frozenset({"kagl"})}


@dataclass(frozen=True)
class Quality:
    """The figures of one encoder on one data set; `None` where the data can't tell."""

    dataset: str
    part: str
    pictures: int
    classes: int
    in_domain: bool  # the encoder was trained on other pictures of this data set
    weighted_f1: float
    category_p10: float | None  # over the kinds with ten pictures or more
    category_queries: int
    recall_1: float | None
    recall_10: float | None
    mrr: float | None
    seconds: float


def measure(
    encoder: Encoder,
    data: Labelled,
    *,
    in_domain: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Quality:
    """Encode all pictures once and judge them; `in_domain` says that the encoder was trained on such data."""
    began = time.perf_counter()
    total = len(data.labels)
    parts: list[Vectors] = []
    images = data.images()
    while some := list(islice(images, _BATCH)):
        parts.append(encoder.encode_images(some))
        progress(sum(map(len, parts)), total)
    pictures = np.concatenate(parts)
    kinds = sorted(set(data.labels))
    right = np.array([kinds.index(label) for label in data.labels])
    likeness = _prompted(encoder, kinds) @ pictures.T
    precision = _category_precision(likeness, right)
    ranks = None if data.titles is None else name_ranks(encoder, data.titles, pictures)
    return Quality(
        dataset=data.name,
        part=data.part,
        pictures=total,
        classes=len(kinds),
        in_domain=in_domain or data.name in _learned(encoder.id),
        weighted_f1=weighted_f1(right, likeness.argmax(axis=0)),
        category_p10=float(np.mean(precision)) if precision else None,
        category_queries=len(precision),
        recall_1=None if ranks is None else float((ranks <= 1).mean()),
        recall_10=None if ranks is None else float((ranks <= _AT).mean()),
        mrr=None if ranks is None else float((1 / ranks).mean()),
        seconds=round(time.perf_counter() - began, 1),
    )


def _learned(encoder_id: str) -> frozenset[str]:
    return next((sets for start, sets in _LEARNED.items() if encoder_id.startswith(start)), frozenset())


def _prompted(encoder: Encoder, kinds: Sequence[str]) -> Vectors:
    """float32[kinds, dim]: the mean of each kind's prompts, L2-normalised."""
    said = encoder.encode_text([prompt.format(kind) for kind in kinds for prompt in PROMPTS])
    mean = said.reshape(len(kinds), len(PROMPTS), -1).mean(axis=1)
    unit: Vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return unit


def _category_precision(likeness: Vectors, right: NDArray[np.int64]) -> list[float]:
    """For each kind that has ten pictures or more: the share of its first ten pictures that show it."""
    return [
        float((right[np.argsort(-likeness[kind], kind="stable")[:_AT]] == kind).mean())
        for kind, count in sorted(Counter(right.tolist()).items())
        if count >= _AT
    ]


def name_ranks(encoder: Encoder, titles: Sequence[str], pictures: Vectors) -> NDArray[np.int64]:
    """int64[n]: at which place a product's name brings its own picture, or one of the very same name.

    A picture that is exactly as like as the right one stands before it: ties never flatter.
    """
    numbers = {title: n for n, title in enumerate(dict.fromkeys(titles))}
    of = np.array([numbers[title] for title in titles])
    ranks = np.empty(len(numbers), dtype=np.int64)
    for start in range(0, len(numbers), _BATCH):
        asked = list(numbers)[start : start + _BATCH]
        likeness = encoder.encode_text(asked) @ pictures.T
        own = of[None, :] == np.arange(start, start + len(asked))[:, None]
        best = np.where(own, likeness, -np.inf).max(axis=1, keepdims=True)
        ranks[start : start + len(asked)] = ((likeness >= best) & ~own).sum(axis=1) + 1
    placed: NDArray[np.int64] = ranks[of]
    return placed


# ── what is printed ─────────────────────────────────────────────────────────────────────────────────────


def as_json(encoder: Encoder, found: Sequence[Quality]) -> dict[str, Any]:
    """One object with the measured figures and the published ones beside them."""
    measured = [{k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(q).items()} for q in found]
    return {"encoder": encoder.id, "measured": measured, "cited": [row._asdict() for row in CITED]}


def render(encoder: Encoder, found: Sequence[Quality]) -> str:
    """The published table with our row below; then each data set's other figures."""
    heads = "".join(f"{head:>8}" for head in _COLUMNS.values())
    lines = [
        "weighted macro F1, zero-shot",
        f"{'':<28}{'':<10}{heads}   supervised, in its own domain",
    ]
    for row in CITED:
        cells = "".join(f"{value:>8.2f}" for value in row[1:])
        lines.append(f"{row.model:<28}{'cited':<10}{cells}   –")
    zero_shot = {q.dataset: q for q in found if not q.in_domain}
    supervised = [f"{_COLUMNS.get(q.dataset, q.dataset)} {q.weighted_f1:.3f}" for q in found if q.in_domain]
    cells = "".join(
        f"{zero_shot[name].weighted_f1:>8.3f}" if name in zero_shot else f"{'–':>8}" for name in _COLUMNS
    )
    lines.append(f"{encoder.id[-27:]:<28}{'measured':<10}{cells}   {', '.join(supervised) or '–'}")
    lines += [
        "",
        f"{'':<20}{'pictures':>10}{'kinds':>7}{'wF1':>8}{'R@1':>8}{'R@10':>8}{'MRR':>8}{'kind P@10':>11}"
        f"{'seconds':>9}",
    ]
    for q in found:
        lines.append(
            f"{q.dataset[:19]:<20}{q.pictures:>10,}{q.classes:>7}{q.weighted_f1:>8.3f}{_cell(q.recall_1):>8}"
            f"{_cell(q.recall_10):>8}{_cell(q.mrr):>8}{_cell(q.category_p10):>11}{q.seconds:>9g}"
        )
    lines += [""] + [f"{q.dataset}: {q.part}{'; trained in this domain' * q.in_domain}." for q in found]
    lines.append(
        "Cited rows are as published, on their authors' own cuts of KAGL and DEEP; a supervised figure is no "
        "win over a zero-shot one."
    )
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
