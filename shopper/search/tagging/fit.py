"""Fits the calibration on labelled photos: lessons on one part, scales on a second, figures on a third.

The photos and their split are the trainer's. Knows nothing about feeds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopper.products.taxonomy import Taxonomy
from shopper.search.encoder import Encoder, Vectors
from shopper.search.labels import chances
from shopper.search.palette import colors_of
from shopper.search.tagging.calibration import (
    NEVER,
    Calibration,
    Fit,
    Lesson,
    calibration_error,
    fit_curve,
    fit_floor,
    fit_lesson,
    fit_scale,
)
from shopper.search.tagging.ladder import Ladder
from shopper.search.tagging.tagger import Sight
from shopper.search.training.names import COLORS, kind_names
from shopper.search.training.photos import Photo, list_photos, open_photos

_BATCH = 128
_PATTERNS = ("plain", "striped", "check", "printed")
_ENOUGH = 60  # labelled validation photos, below which an attribute is left out
# Where a kind's plainest name isn't what the taxonomy calls it; `None` is no kind of fashion.
_KINDS: dict[str, str | None] = {
    "Innerwear Vests": "tank top", "Trunk": "boxers", "Mufflers": "scarf", "Dupatta": "scarf",
    "long sleeve": "top", "outerwear": "outerwear", "shoes": "shoes",
    "Perfume and Body Mist": None, "Body Lotion": None, "Body Wash and Scrub": None,
    "Accessory Gift Set": None, "Shoe Accessories": None, "Travel Accessory": None, "Beauty Accessory": None,
}  # fmt: skip
_SLEEVES = {"long sleeve": "long sleeve", "Tshirts": "short sleeve"}


@dataclass(frozen=True)
class _Seen:
    """Photos of one part with their vectors and the shades of their pixels."""

    photos: list[Photo]
    vectors: Vectors
    pixels: list[list[str]]


@dataclass(frozen=True)
class _Asked:
    """One attribute over some photos: likeness to each label, what is true, and when a word for it is right.

    `merged[label, word]` joins labels where the first guess is judged by wider words.
    """

    ladder: Ladder
    logits: Vectors
    truths: list[str | None]
    accepts: Callable[[str | None, str | None], bool]
    merged: tuple[tuple[str, ...], NDArray[np.float32]] | None = None


def calibrate(
    folder: Path,
    encoder: Encoder,
    taxonomy: Taxonomy,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Calibration:
    """The calibration of that encoder by the trainer's photos; its figures are those of the test part."""
    photos = list_photos(folder)
    wanted = [p for p in photos if p.part != "train" or _pattern(p, taxonomy)]
    seen = _look(folder, wanted, encoder, lambda done: progress(done, len(wanted)))
    parts = {name: _part(seen, name) for name in ("train", "validation", "test")}
    lessons = {"pattern": _pattern_lesson(parts["train"], taxonomy)}
    sight = Sight(encoder, taxonomy)
    fits: dict[str, Fit] = {}
    for name, ask in _attributes(sight, taxonomy, lessons).items():
        held, tested = ask(parts["validation"]), ask(parts["test"])
        if len(held.truths) >= _ENOUGH:
            fit = _fitted(held)
            fits[name] = replace(fit, figures=_figures(tested, fit))
    return Calibration(encoder.id, fits, lessons)


def _look(folder: Path, photos: list[Photo], encoder: Encoder, progress: Callable[[int], None]) -> _Seen:
    opened = open_photos(folder, photos)
    vectors, pixels = [], []
    while images := [image.copy() for image in islice(opened, _BATCH)]:
        vectors.append(encoder.encode_images(images))
        pixels += [colors_of(image) for image in images]
        progress(len(pixels))
    return _Seen(photos, np.concatenate(vectors), pixels)


def _part(seen: _Seen, name: str) -> _Seen:
    return _chosen(seen, [n for n, photo in enumerate(seen.photos) if photo.part == name])


def _chosen(seen: _Seen, rows: list[int]) -> _Seen:
    return _Seen([seen.photos[n] for n in rows], seen.vectors[rows], [seen.pixels[n] for n in rows])


# ── what is true of a photo ─────────────────────────────────────────────────────────────────────────────


def _kind(photo: Photo, taxonomy: Taxonomy) -> str | None:
    return _KINDS[photo.kind] if photo.kind in _KINDS else taxonomy.category(kind_names(photo.kind)[0])


def _color(photo: Photo, taxonomy: Taxonomy) -> str | None:
    return taxonomy.color(COLORS[photo.color][0]) if photo.color in COLORS else None


def _pattern(photo: Photo, taxonomy: Taxonomy) -> str | None:
    """The pattern in a garment's name, where it names exactly one."""
    if not photo.name or _kind(photo, taxonomy) not in taxonomy.category_within("clothing"):
        return None
    named = {mention.key for mention in taxonomy.find_all(photo.name, "en") if mention.kind == "pattern"}
    return named.pop() if len(named) == 1 and named <= set(_PATTERNS) else None


def _pattern_lesson(seen: _Seen, taxonomy: Taxonomy) -> Lesson:
    return fit_lesson(seen.vectors, [_pattern(p, taxonomy) or "" for p in seen.photos], _PATTERNS)


# ── the attributes ──────────────────────────────────────────────────────────────────────────────────────


def _attributes(
    sight: Sight, taxonomy: Taxonomy, lessons: dict[str, Lesson]
) -> dict[str, Callable[[_Seen], _Asked]]:
    def kinds(seen: _Seen) -> _Asked:
        def accepts(said: str | None, true: str | None) -> bool:
            if said is None or true is None:
                return said is true
            # A label such as "shoes" is coarser than the guess; a guess such as "shoes" is coarser than it.
            return said == true or true in taxonomy.category_parents(said)

        logits = np.stack([sight.kind_logits(v) for v in seen.vectors])
        return _Asked(sight.kinds, logits, [_kind(p, taxonomy) for p in seen.photos], accepts)

    def colors(seen: _Seen) -> _Asked:
        seen = _labelled(seen, lambda p: _color(p, taxonomy))
        logits = np.stack(
            [
                sight.color_logits(v, _kind(p, taxonomy), shades)
                for v, p, shades in zip(seen.vectors, seen.photos, seen.pixels, strict=True)
            ]
        )
        families = tuple(dict.fromkeys(sight.families))
        joined = np.array([[f == own for f in families] for own in sight.families], dtype=np.float32)

        def accepts(said: str | None, true: str | None) -> bool:
            return said is not None and true in taxonomy.color_matches(said)

        truths = [_color(p, taxonomy) for p in seen.photos]
        return _Asked(sight.colors, logits, truths, accepts, (families, joined))

    def wearers(seen: _Seen) -> _Asked:
        seen = _labelled(seen, lambda p: (p.gender or "").lower() in sight.wearers.labels)
        logits = np.stack(
            [
                sight.wearer_logits(v, _kind(p, taxonomy))
                for v, p in zip(seen.vectors, seen.photos, strict=True)
            ]
        )
        return _Asked(sight.wearers, logits, [(p.gender or "").lower() for p in seen.photos], _same)

    def sleeves(seen: _Seen) -> _Asked:
        # Only the phone photos set long sleeves apart.
        seen = _labelled(seen, lambda p: p.source == "cc0" and p.kind in _SLEEVES)
        logits = np.stack([sight.sleeve_logits(v) for v in seen.vectors])
        return _Asked(sight.sleeves, logits, [_SLEEVES[p.kind] for p in seen.photos], _same)

    def patterns(seen: _Seen) -> _Asked:
        seen = _labelled(seen, lambda p: _pattern(p, taxonomy))
        lesson = lessons["pattern"]
        truths = [_pattern(p, taxonomy) for p in seen.photos]
        return _Asked(Ladder(lesson.labels), lesson.logits(seen.vectors), truths, _same)

    return {"category": kinds, "color": colors, "gender": wearers, "pattern": patterns, "sleeves": sleeves}


def _labelled(seen: _Seen, label: Callable[[Photo], object]) -> _Seen:
    return _chosen(seen, [n for n, photo in enumerate(seen.photos) if label(photo)])


def _same(said: str | None, true: str | None) -> bool:
    return said == true


# ── fitting and judging ─────────────────────────────────────────────────────────────────────────────────


def _fitted(asked: _Asked) -> Fit:
    right = np.array([[asked.accepts(label, true) for label in asked.ladder.labels] for true in asked.truths])
    if asked.merged is not None:
        words, joined = asked.merged
        fitting = np.array([[asked.accepts(word, true) for word in words] for true in asked.truths])
        right = (fitting.astype(np.float32) @ joined.T) > 0
    scale = fit_scale(asked.logits, right)
    bare = Fit(scale, NEVER, fit_curve(*_first(asked, scale)))
    return replace(bare, floor=fit_floor(lambda floor: _told(asked, replace(bare, floor=floor))))


def _first(asked: _Asked, scale: float) -> tuple[list[float], list[bool]]:
    """The confidence of each photo's first guess, and whether it is right."""
    likely = chances(asked.logits * np.float32(scale))
    words: Sequence[str | None] = asked.ladder.labels
    if asked.merged is not None:
        words, joined = asked.merged
        likely = likely @ joined
    best = zip(likely.argmax(axis=1), asked.truths, strict=True)
    return likely.max(axis=1).tolist(), [asked.accepts(words[n], true) for n, true in best]


def _told(asked: _Asked, fit: Fit) -> list[bool]:
    """Of each thing said, whether it is right."""
    told = []
    for row, true in zip(chances(asked.logits * np.float32(fit.scale)), asked.truths, strict=True):
        guess = asked.ladder.say(row, fit.floor, fit.sure)
        if guess is not None:
            wider = true is not None and guess.value in asked.ladder.above(true)
            told.append(wider or asked.accepts(guess.value, true))
    return told


def _figures(asked: _Asked, fit: Fit) -> dict[str, float]:
    confidence, first = _first(asked, fit.scale)
    told = _told(asked, fit)
    found = {
        "photos": float(len(asked.truths)),
        "commonest": Counter(asked.truths).most_common(1)[0][1] / len(asked.truths),
        "accuracy": float(np.mean(first)),
        "ece": calibration_error([fit.sure(c) for c in confidence], first),
        "said": len(told) / len(asked.truths),
        "said_right": float(np.mean(told)) if told else 0.0,
    }
    return {name: round(value, 4) for name, value in found.items()}
