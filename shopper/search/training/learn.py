"""The lesson: captions and pictures of one thing come together, of different things go apart.

First the heads alone over fixed features, then the last blocks of the network as well.
"""

from __future__ import annotations

import copy
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from shopper.search.builtin import PICTURE_SHARE
from shopper.search.training.captions import Pool
from shopper.search.training.evaluate import figures, kind_figures, score
from shopper.search.training.features import ALTERED, DRAWN, PLAIN, TINY, Views
from shopper.search.training.names import ALSO
from shopper.search.training.network import TextHead, UpperNet
from shopper.search.training.photos import Photo

_log = logging.getLogger(__name__)
# So that 40 times the cosine of shipped vectors gives chances (see builtin.PICTURE_SHARE).
SCALE = 40.0 * PICTURE_SHARE
_WEIGHTS = {
    "kind": 1.0, "color kind": 1.5, "wearer kind": 0.5, "color": 0.6, "all": 0.4, "pattern kind": 0.4,
    "group": 0.2, "spoken kind": 0.3, "spoken color kind": 0.3,
}  # fmt: skip
_NEED_COLOR = {"color kind", "color", "all", "spoken color kind"}
_NAMES, _BACK = 0.9, 0.3
_SMOOTHING = 0.05
_RARE = 0.4  # how far rare kinds are seen more often than they occur
_GREY = 0.6  # how often a view without its colours is seen beside one with them

EncodeSentences = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class Course:
    """How long and how fast one stage learns."""

    epochs: int
    batch: int
    rate: float
    network_rate: float


@dataclass
class Lesson:
    """All that both stages need: photos, what was seen of them, and their captions as sentence vectors."""

    photos: list[Photo]
    views: Views
    pools: list[Pool]
    said: list[Tensor]  # of each pool float[labels, ways, 384]
    excused: Tensor  # bool[kinds, kinds]: which labels of the pool "kind" are no mistake for which
    names: Tensor  # float[photos, 384]; of an empty text where there is no name
    encode_sentences: EncodeSentences

    @classmethod
    def prepare(cls, photos: list[Photo], views: Views, pools: list[Pool], encode: EncodeSentences) -> Lesson:
        """Encode every caption and name once."""
        said = []
        pools = [pool for pool in pools if pool.labels]
        for pool in pools:
            flat = [text for ways in pool.said for text in ways]
            vectors = encode(flat).reshape(len(pool.labels), -1, 384)
            said.append(torch.from_numpy(vectors))
        names = torch.from_numpy(encode([photo.name or "" for photo in photos]))
        kinds = [label[0] for label in next(pool for pool in pools if pool.name == "kind").labels]
        wide = np.array([[b in ALSO.get(a, ()) for b in kinds] for a in kinds])
        return cls(photos, views, pools, said, torch.from_numpy(wide | wide.T), names, encode)

    def rows_of(self, part: str, *manners: int) -> NDArray[np.int64]:
        """The views of a part in these manners; of validation and test each photo has one in each."""
        mine = np.array([photo.part == part for photo in self.photos])
        return np.flatnonzero(mine[self.views.photo] & np.isin(self.views.manner, manners))


def learn(
    lesson: Lesson, upper: UpperNet, text: TextHead, course: Course, *, fixed: bool, seed: int
) -> tuple[UpperNet, TextHead, dict[str, float]]:
    """The best checkpoint by validation, and its figures; with `fixed`, only the heads learn."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    groups: list[dict[str, Any]] = [
        {"params": [*upper.project.parameters(), *text.parameters()], "lr": course.rate}
    ]
    if not fixed:
        lower = [p for name, p in upper.named_parameters() if not name.startswith("project.")]
        groups.append({"params": lower, "lr": course.network_rate})
    optimizer = torch.optim.AdamW(groups, weight_decay=0.02)
    rates = [group["lr"] for group in groups]
    rows = lesson.rows_of("train", PLAIN, ALTERED)
    chance = _chances(lesson, rows)
    steps, step = course.epochs * (len(set(lesson.views.photo[rows])) // course.batch), 0
    each = max(1, steps // course.epochs)
    found = examine(lesson, upper, text, "validation", fixed=fixed)
    best = score(found), copy.deepcopy(upper), copy.deepcopy(text), found
    started = time.monotonic()
    for epoch in range(course.epochs):
        upper.eval()
        upper.project.train()
        text.train()
        total = 0.0
        for _ in range(each):
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * _pace(step / steps)
            picked = rng.choice(rows, size=course.batch, replace=False, p=chance)
            pictures = _see(lesson, upper, picked, fixed=fixed)
            loss = _loss(lesson, text, pictures, picked, rng)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            total, step = total + float(loss.detach()), step + 1
        last = epoch == course.epochs - 1
        if epoch % (5 if fixed else 1) and not last:
            continue
        found = examine(lesson, upper, text, "validation", fixed=fixed)
        mark = score(found)
        _log.info(
            "epoch %d, %.0f s: loss %.3f, validation %.4f %s",
            epoch, time.monotonic() - started, total / each, mark, {k: round(v, 3) for k, v in found.items()},
        )  # fmt: skip
        if mark > best[0]:
            best = mark, copy.deepcopy(upper), copy.deepcopy(text), found
    return best[1].eval(), best[2].eval(), best[3]


def examine(
    lesson: Lesson, upper: UpperNet, text: TextHead, part: str, *, fixed: bool = False
) -> dict[str, float]:
    """The figures of a part by the network as it stands."""
    upper.eval()
    text.eval()

    def pictures(rows: NDArray[np.int64]) -> NDArray[np.float32]:
        batches = np.array_split(rows, len(rows) // 128 + 1)
        with torch.inference_mode():
            seen: NDArray[np.float32] = torch.cat(
                [_see(lesson, upper, b, fixed=fixed) for b in batches]
            ).numpy()
        return seen

    def encode_text(texts: Sequence[str]) -> NDArray[np.float32]:
        with torch.inference_mode():
            vectors: NDArray[np.float32] = text(torch.from_numpy(lesson.encode_sentences(texts))).numpy()
        return vectors

    rows = lesson.rows_of(part, PLAIN)
    found = figures([lesson.photos[n] for n in lesson.views.photo[rows]], pictures(rows), encode_text)
    for name, manner in (("tiny", TINY), ("drawn", DRAWN)):
        rows = lesson.rows_of(part, manner)
        hard = kind_figures([lesson.photos[n] for n in lesson.views.photo[rows]], pictures(rows), encode_text)
        found[f"{name}_wf1"] = (hard["kind_wf1"] + hard["phone_wf1"]) / 2
    return found


def _pace(done: float) -> float:
    """A short warm-up, then down along a cosine."""
    return min(1.0, done / 0.05 + 0.02) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _chances(lesson: Lesson, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    kinds = [lesson.photos[n].kind for n in lesson.views.photo[rows]]
    count = Counter(kinds)
    weight = np.array([count[kind] ** -_RARE for kind in kinds])
    weight = np.where(lesson.views.colored[rows], weight, _GREY * weight)
    chance: NDArray[np.float64] = weight / weight.sum()
    return chance


def _see(lesson: Lesson, upper: UpperNet, rows: NDArray[np.int64], *, fixed: bool) -> Tensor:
    views = lesson.views
    colors = torch.from_numpy(views.colors[rows])
    if fixed:
        out: Tensor = upper.project(torch.from_numpy(views.features[rows].astype(np.float32)), colors)
    else:
        out = upper(torch.from_numpy(views.maps[rows].astype(np.float32)), colors)
    return out


def _loss(
    lesson: Lesson, text: TextHead, pictures: Tensor, rows: NDArray[np.int64], rng: np.random.Generator
) -> Tensor:
    total = torch.zeros(())
    photos, colored = lesson.views.photo[rows], torch.from_numpy(lesson.views.colored[rows])
    for pool, said in zip(lesson.pools, lesson.said, strict=True):
        of = torch.from_numpy(pool.of[photos])
        # A picture without its colours says nothing of colour.
        known = (of >= 0) & colored if pool.name in _NEED_COLOR else of >= 0
        if not bool(known.any()):
            continue
        way = torch.from_numpy(rng.integers(said.shape[1], size=said.shape[0]))
        captions = text(said[torch.arange(said.shape[0]), way])
        logits = SCALE * pictures[known] @ captions.T
        here = of[known]
        excused = lesson.excused[here] if pool.name == "kind" else None
        total = total + _WEIGHTS[pool.name] * _among(logits, here, excused)
        # And back: of the pictures in this batch, a caption's own ones share its chances.
        labels, place = torch.unique(here, return_inverse=True)
        match = functional.one_hot(place, len(labels)).T.to(torch.float32)
        match = match / match.sum(dim=1, keepdim=True)
        back = -(match * functional.log_softmax(logits[:, labels].T, dim=1)).sum(dim=1).mean()
        total = total + _BACK * _WEIGHTS[pool.name] * back
    named = torch.from_numpy(np.array([lesson.photos[n].name is not None for n in photos])) & colored
    own = SCALE * pictures[named] @ text(lesson.names[torch.from_numpy(photos)][named]).T
    pairs = torch.arange(own.shape[0])
    both = functional.cross_entropy(own, pairs) + functional.cross_entropy(own.T, pairs)
    return total + _NAMES * both / 2


def _among(logits: Tensor, right: Tensor, excused: Tensor | None) -> Tensor:
    """Cross-entropy, smoothed over the labels that count as mistakes."""
    if excused is None:
        return functional.cross_entropy(logits, right, label_smoothing=_SMOOTHING)
    likely = functional.log_softmax(logits.masked_fill(excused, -1e4), dim=1)
    even = likely.masked_fill(excused, 0.0).sum(dim=1) / (~excused).sum(dim=1)
    own = likely.gather(1, right[:, None]).squeeze(1)
    return -((1 - _SMOOTHING) * own + _SMOOTHING * even).mean()
