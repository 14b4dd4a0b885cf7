"""Sentences for the labels of photos: pools of captions, each label said in several ways and languages.

Knows nothing about pictures or networks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopper.products.lexicon import split_words
from shopper.products.taxonomy import Taxonomy
from shopper.search.training.names import COLORS, GROUPS, PATTERNS, USES, WEARERS, kind_names
from shopper.search.training.photos import Photo

_TEMPLATES = ("a photo of a {}", "a {}", "a product photo of a {} on a plain background", "{} for sale")
_COLOR_TEMPLATES = ("{}", "something {}", "{} clothes", "the colour {}")

LANGUAGES = ("de", "fr", "it", "es")

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
    """Kind; colour, wearer or pattern with it; colour; all that is known; wider words; other languages."""
    taxonomy = Taxonomy.load()
    keys = {photo.kind: key_of(photo.kind, taxonomy) for photo in photos}
    shades = {photo.color: _shade_of(photo.color, taxonomy) for photo in photos if photo.color}
    groups = {kind: name for name, (_, kinds) in GROUPS.items() for kind in kinds}

    def spoken(photo: Photo) -> Label | None:
        key = keys[photo.kind]
        return (key,) if key else None

    def spoken_color(photo: Photo) -> Label | None:
        key, shade = keys[photo.kind], shades[photo.color] if photo.color else None
        return (shade, key) if key and shade else None

    def patterned(photo: Photo) -> Label | None:
        pattern = pattern_of(photo, taxonomy)
        return (pattern, photo.kind) if pattern else None

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
        Pool.make("pattern kind", photos, patterned, _say_pattern_kind, 4, seed),
        Pool.make(
            "group", photos, lambda p: (groups[p.kind],) if p.kind in groups else None, _say_group, 6, seed
        ),
        Pool.make("spoken kind", photos, spoken, lambda la, rng: _say_abroad(la, rng, taxonomy), 12, seed),
        Pool.make(
            "spoken color kind", photos, spoken_color, lambda la, rng: _say_abroad(la, rng, taxonomy), 6, seed
        ),
    ]


def key_of(kind: str, taxonomy: Taxonomy) -> str | None:
    """The taxonomy's category of a labelled kind, if other languages have words for it."""
    key = taxonomy.category(kind_names(kind)[0])
    return key if key and abroad("categories", key, LANGUAGES[0], taxonomy) else None


def abroad(table: str, key: str, language: str, taxonomy: Taxonomy) -> list[str]:
    """What a key is called in another language, the plainest first."""
    return split_words(taxonomy.lexicon.tables[table].get(key, {}).get(language, ""))


def pattern_of(photo: Photo, taxonomy: Taxonomy) -> str | None:
    """The pattern in a garment's name, where it names exactly one."""
    if not photo.name:
        return None
    named = {mention.key for mention in taxonomy.find_all(photo.name, "en") if mention.kind == "pattern"}
    return named.pop() if len(named) == 1 and named <= set(PATTERNS) else None


def _shade_of(color: str, taxonomy: Taxonomy) -> str | None:
    shade = taxonomy.color(COLORS[color][0]) if color in COLORS else None
    return shade if shade and abroad("colors", shade, LANGUAGES[0], taxonomy) else None


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


def _say_pattern_kind(label: Label, rng: np.random.Generator) -> str:
    pattern, kind = _one(PATTERNS[label[0]], rng), _one(kind_names(label[1]), rng)
    return f"{kind} {pattern}" if pattern.startswith("with ") else f"{pattern} {kind}"


def _say_group(label: Label, rng: np.random.Generator) -> str:
    return _one(GROUPS[label[0]][0], rng)


def _say_abroad(label: Label, rng: np.random.Generator, taxonomy: Taxonomy) -> str:
    """A kind, or a colour and a kind, in another language; the Romance ones put the colour last."""
    *shade, key = label
    known = [language for language in LANGUAGES if abroad("categories", key, language, taxonomy)]
    language = _one(known, rng)
    kind = _one(abroad("categories", key, language, taxonomy), rng)
    hues = abroad("colors", shade[0], language, taxonomy) if shade else []
    if not hues:
        return kind
    return f"{_one(hues, rng)} {kind}" if language == "de" else f"{kind} {_one(hues, rng)}"
