"""How sure a guess may sound: the scales, floors and small lessons fitted for one encoder, and their fitting.

Works on numbers alone. Knows nothing about pictures, feeds or which words there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopper.errors import BadInput
from shopper.search.encoder import Vectors
from shopper.search.labels import chances

Floats = NDArray[np.float32]

NEVER = 1.01  # a floor that no confidence reaches
_FEW = 10  # so few things said show nothing
PRECISION = 0.9  # so many of the guesses that are said have to be right, on validation pictures
_BINS, _KNOTS = 15, 12
_SCALES = np.geomspace(0.25, 160.0, 90)
_FLOORS = np.arange(0.50, 0.995, 0.01)
_ROUNDS, _RATE, _DECAY = 400, 0.5, 1e-3


@dataclass(frozen=True)
class Fit:
    """One attribute: likeness times `scale` gives the chances, `curve` how often such a chance is right.

    Below `floor` nothing is said.
    """

    scale: float
    floor: float
    curve: tuple[tuple[float, float], ...]
    figures: Mapping[str, float] = field(default_factory=dict)  # on the test part, for people

    def sure(self, chance: float) -> float:
        """How often a guess of that chance is right."""
        return float(np.interp(chance, *np.array(self.curve).T))


@dataclass(frozen=True)
class Lesson:
    """An attribute that the encoder's vectors hold but its words don't reach: a linear reading of them."""

    labels: tuple[str, ...]
    weights: Floats  # [labels, dim]
    bias: Floats  # [labels]

    def logits(self, vectors: Vectors) -> Vectors:
        """float32[n, labels]."""
        out: Vectors = vectors @ self.weights.T + self.bias
        return out


@dataclass(frozen=True)
class Calibration:
    """All that was fitted for the encoder of that id."""

    encoder: str
    fits: Mapping[str, Fit]
    lessons: Mapping[str, Lesson]

    def save(self, file: Path) -> None:
        """Write it as JSON."""
        body = {
            "encoder": self.encoder,
            "fits": {name: asdict(fit) for name, fit in self.fits.items()},
            "lessons": {
                name: {
                    "labels": lesson.labels,
                    "weights": [[round(float(w), 3) for w in row] for row in lesson.weights],
                    "bias": [round(float(b), 3) for b in lesson.bias],
                }
                for name, lesson in self.lessons.items()
            },
        }
        text = json.dumps(body, separators=(",", ":"))
        file.write_text(text.replace('},"', '},\n"').replace("],[", "],\n[") + "\n", encoding="utf-8")

    @staticmethod
    def load(file: Path) -> Calibration:
        """Read one that was saved; BadInput for any other file."""
        try:
            body: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return Calibration(
                encoder=str(body["encoder"]),
                fits={
                    name: Fit(
                        scale=float(fit["scale"]),
                        floor=float(fit["floor"]),
                        curve=tuple((float(a), float(b)) for a, b in fit["curve"]),
                        figures=dict(fit["figures"]),
                    )
                    for name, fit in body["fits"].items()
                },
                lessons={
                    name: Lesson(
                        labels=tuple(row["labels"]),
                        weights=np.array(row["weights"], dtype=np.float32),
                        bias=np.array(row["bias"], dtype=np.float32),
                    )
                    for name, row in body["lessons"].items()
                },
            )
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise BadInput(f"{file} is not a calibration that `shopper tag` can read.") from error


@cache
def shipped() -> Calibration:
    """The calibration of the built-in encoder."""
    return Calibration.load(Path(str(resources.files("shopper.search.tagging").joinpath("calibration.json"))))


# ── fitting ─────────────────────────────────────────────────────────────────────────────────────────────


def fit_scale(logits: Vectors, right: NDArray[np.bool_]) -> float:
    """The scale under which the labels marked right are likeliest, by the mean log likelihood over rows."""

    def loss(scale: float) -> float:
        mass = (chances(logits * np.float32(scale)) * right).sum(axis=1)
        return float(-np.log(np.maximum(mass, 1e-6)).mean())

    best: float = min(_SCALES.tolist(), key=loss)
    return round(best, 3)


def fit_curve(confidence: Sequence[float], right: Sequence[bool]) -> tuple[tuple[float, float], ...]:
    """Knots (chance, how often right) that never fall: means of equally full bins, pooled where they do."""
    order = np.argsort(np.asarray(confidence), kind="stable")
    sure, true = np.asarray(confidence, dtype=np.float64)[order], np.asarray(right, dtype=np.float64)[order]
    pools: list[list[float]] = []  # chance, share right, size
    for rows in np.array_split(np.arange(len(sure)), min(_KNOTS, max(1, len(sure) // 15))):
        # One right and one wrong more than was seen: no few photos make anything certain.
        share = (float(true[rows].sum()) + 1) / (len(rows) + 2)
        pools.append([float(sure[rows].mean()), share, float(len(rows))])
        while len(pools) > 1 and pools[-2][1] >= pools[-1][1]:
            (a, x, n), (b, y, m) = pools.pop(-2), pools.pop()
            pools.append([(a * n + b * m) / (n + m), (x * n + y * m) / (n + m), n + m])
    return tuple((round(a, 4), round(x, 4)) for a, x, _ in pools)


def fit_floor(said_right: Callable[[float], Sequence[bool]], lowest: float = 0.5) -> float:
    """The lowest floor from which on what is said is right often enough; `NEVER` where none is.

    `said_right` tells for a floor, of each thing said, whether it was right.
    """
    found = NEVER
    for floor in _FLOORS[::-1]:
        told = said_right(float(floor))
        if floor < lowest - 1e-9 or (len(told) >= _FEW and np.mean(told) < PRECISION):
            break
        if len(told) >= _FEW:
            found = round(float(floor), 2)
    return found


def fit_lesson(vectors: Vectors, labels: Sequence[str], names: Sequence[str]) -> Lesson:
    """Multinomial logistic regression by gradient descent from zero; classes count alike."""
    right = np.array([names.index(label) for label in labels])
    wanted = np.eye(len(names), dtype=np.float32)[right]
    each = (1.0 / np.bincount(right, minlength=len(names)))[right]
    each = (each / each.sum()).astype(np.float32)[:, None]
    # Unit vectors are short along each axis; grown to a deviation near 1 the descent is quick.
    grown = np.float32(np.sqrt(vectors.shape[1]))
    x = vectors * grown
    weights = np.zeros((len(names), vectors.shape[1]), dtype=np.float32)
    bias = np.zeros(len(names), dtype=np.float32)
    for _ in range(_ROUNDS):
        wrong = (chances((x @ weights.T + bias).astype(np.float32)) - wanted) * each
        weights -= _RATE * (wrong.T @ x + 2 * _DECAY * weights)
        bias -= _RATE * wrong.sum(axis=0)
    return Lesson(tuple(names), weights * grown, bias)


def calibration_error(confidence: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error over 15 bins of equal width (Guo et al., 2017)."""
    sure, true = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            (bins == b).mean() * abs(sure[bins == b].mean() - true[bins == b].mean()) for b in np.unique(bins)
        )
    )
