"""Sentences for the labels of photos: pools of captions, each label said in several ways.

Knows nothing about pictures or networks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopper.search.training.names import COLORS, USES, WEARERS, kind_names
from shopper.search.training.photos import Photo

_TEMPLATES = ("a photo of a {}", "a {}", "a product photo of a {} on a plain background", "{} for sale")
_COLOR_TEMPLATES = ("{}", "something {}", "{} clothes", "the colour {}")

Label = tuple[str, ...]


@dataclass(frozen=True)
class Pool:
    """The captions of one sort: `said[label]` are the ways to say it, `of[photo]` its label or -1."""

    name: str
    labels: list[Label]
    said: list[list[str]]
    of: NDArray[np.int64]

    @classmethod
    def make(
        cls,
        name: str,
        photos: Sequence[Photo],
        label: Callable[[Photo], Label | None],
        say: Callable[[Label, np.random.Generator], str],
        ways: int,
        seed: int,
    ) -> Pool:
        """The pool of what `label` gives for the photos; `None` leaves a photo out."""
        known = [label(photo) for photo in photos]
        labels = sorted({one for one in known if one is not None})
        number = {one: n for n, one in enumerate(labels)}
        said = []
        for n, one in enumerate(labels):
            rng = np.random.default_rng((seed, n))
            said.append([say(one, rng) for _ in range(ways)])
        return cls(name, labels, said, np.array([-1 if one is None else number[one] for one in known]))


def caption_pools(photos: Sequence[Photo], seed: int) -> list[Pool]:
    """Kind; colour and kind; wearer and kind; colour; all that is known together."""
    return [
        Pool.make("kind", photos, lambda p: (p.kind,), _say_kind, 12, seed),
        Pool.make(
            "color kind", photos, lambda p: (p.color, p.kind) if p.color else None, _say_color_kind, 6, seed
        ),
        Pool.make(
            "wearer kind",
            photos,
            lambda p: (p.gender, p.kind) if p.gender else None,
            _say_wearer_kind,
            4,
            seed,
        ),
        Pool.make("color", photos, lambda p: (p.color,) if p.color else None, _say_color, 8, seed),
        Pool.make(
            "all",
            photos,
            lambda p: (p.gender, p.color, p.kind, p.usage) if p.gender and p.color and p.usage else None,
            _say_all,
            3,
            seed,
        ),
    ]


def _one(ways: Sequence[str], rng: np.random.Generator) -> str:
    return ways[int(rng.integers(len(ways)))]


def _framed(thing: str, rng: np.random.Generator) -> str:
    """Most often as it stands, as shoppers write."""
    return thing if rng.random() < 0.6 else _one(_TEMPLATES, rng).format(thing)


def _say_kind(label: Label, rng: np.random.Generator) -> str:
    return _framed(_one(kind_names(label[0]), rng), rng)


def _say_color_kind(label: Label, rng: np.random.Generator) -> str:
    color, kind = _one(COLORS[label[0]], rng), _one(kind_names(label[1]), rng)
    if rng.random() < 0.15:
        return f"{kind} in {color}"
    return _framed(f"{color} {kind}", rng)


def _say_wearer_kind(label: Label, rng: np.random.Generator) -> str:
    wearer, kind = _one(WEARERS[label[0]], rng), _one(kind_names(label[1]), rng)
    if rng.random() < 0.4 and label[0] != "Unisex":
        return f"{kind} for {label[0].lower()}"
    return f"{wearer} {kind}"


def _say_color(label: Label, rng: np.random.Generator) -> str:
    return _one(_COLOR_TEMPLATES, rng).format(_one(COLORS[label[0]], rng))


def _say_all(label: Label, rng: np.random.Generator) -> str:
    gender, color, kind, usage = label
    thing = f"{_one(COLORS[color], rng)} {_one(kind_names(kind), rng)}"
    use, wearer = _one(USES.get(usage, (usage.lower(),)), rng), _one(WEARERS[gender], rng)
    if use.startswith("for "):
        return f"{wearer} {thing} {use}"
    return f"{wearer} {use} {thing}" if rng.random() < 0.5 else f"{use} {thing} for {gender.lower()}"
