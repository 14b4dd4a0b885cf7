"""How well pictures and words find each other: the figures that choose a checkpoint and fill the model card.

Works on vectors alone. Knows nothing about networks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from shopper.products.taxonomy import Taxonomy
from shopper.search.training.captions import LANGUAGES, abroad, key_of
from shopper.search.training.names import COLORS, PHONE_KINDS, family, kind_names
from shopper.search.training.photos import Photo

Floats = NDArray[np.float32]
EncodeText = Callable[[Sequence[str]], Floats]

PROMPTS = ("{}", "a photo of a {}", "a product photo of a {} on a plain background")
_AT = 10
_FASHION_MNIST = (
    "t-shirt", "trousers", "pullover", "dress", "coat", "sandals", "shirt", "sneakers", "bag", "ankle boots",
)  # fmt: skip


def figures(photos: Sequence[Photo], pictures: Floats, encode_text: EncodeText) -> dict[str, float]:
    """All figures of one part of the data; `pictures` are the vectors of `photos`, L2-normalised."""
    shop = [n for n, p in enumerate(photos) if p.source == "kagl"]
    of_shop = [photos[n] for n in shop]
    return {
        **kind_figures(photos, pictures, encode_text),
        **_by_name(of_shop, pictures[shop], encode_text),
        **_by_color(of_shop, pictures[shop], encode_text),
        **_by_picture(of_shop, pictures[shop]),
        "spoken_wf1": _abroad(of_shop, pictures[shop], encode_text),
    }


def kind_figures(photos: Sequence[Photo], pictures: Floats, encode_text: EncodeText) -> dict[str, float]:
    """How well names tell kinds apart, of shop photos among all and of phone photos among their ten."""
    shop = [n for n, p in enumerate(photos) if p.source == "kagl"]
    phone = [n for n, p in enumerate(photos) if p.source == "cc0"]
    kinds = sorted({photos[n].kind for n in shop})
    right = np.array([kinds.index(photos[n].kind) for n in shop])
    guessed = _guess(pictures[shop], [kind_names(kind)[0] for kind in kinds], encode_text)
    phone_kinds = sorted(set(PHONE_KINDS.values()))
    phone_right = np.array([phone_kinds.index(photos[n].kind) for n in phone])
    phone_guess = _guess(pictures[phone], [kind_names(kind)[0] for kind in phone_kinds], encode_text)
    return {
        "kind_wf1": weighted_f1(right, guessed),
        "kinds": float(len(kinds)),
        "phone_wf1": weighted_f1(phone_right, phone_guess),
    }


def fashion_mnist_wf1(pictures: Floats, labels: NDArray[np.int64], encode_text: EncodeText) -> float:
    """Weighted F1 over the ten Fashion-MNIST classes from their names alone."""
    return weighted_f1(labels, _guess(pictures, _FASHION_MNIST, encode_text))


def weighted_f1(right: NDArray[np.int64], guessed: NDArray[np.int64]) -> float:
    """F1 of each class, weighted by how often it occurs."""
    total = 0.0
    for label, count in Counter(right.tolist()).items():
        hits = int(((right == label) & (guessed == label)).sum())
        total += count * 2 * hits / (count + int((guessed == label).sum()))
    return total / len(right)


def _guess(pictures: Floats, names: Sequence[str], encode_text: EncodeText) -> NDArray[np.int64]:
    texts = encode_text([prompt.format(name) for name in names for prompt in PROMPTS])
    labels = texts.reshape(len(names), len(PROMPTS), -1).mean(axis=1)
    labels /= np.linalg.norm(labels, axis=1, keepdims=True)
    return np.asarray((pictures @ labels.T).argmax(axis=1))


def _by_name(photos: Sequence[Photo], pictures: Floats, encode_text: EncodeText) -> dict[str, float]:
    """Whether a product's name brings its own picture, or one of a product with the very same name."""
    names = [photo.name or "" for photo in photos]
    order = np.argsort(-(encode_text(names) @ pictures.T), axis=1, kind="stable")[:, :_AT]
    same = np.array([[names[m] == names[n] for m in row] for n, row in enumerate(order)])
    return {f"name_r{k}": float(same[:, :k].any(axis=1).mean()) for k in (1, 5, 10)}


def _by_color(photos: Sequence[Photo], pictures: Floats, encode_text: EncodeText) -> dict[str, float]:
    """For "red t-shirt" and the like with five such products or more: what the first ten pictures are."""
    wanted = Counter((photo.color, photo.kind) for photo in photos if photo.color)
    asked = [combination for combination, count in wanted.items() if count >= 5]
    texts = encode_text([f"{COLORS[color][0]} {kind_names(kind)[0]}" for color, kind in asked if color])
    order = np.argsort(-(texts @ pictures.T), axis=1, kind="stable")[:, :_AT]
    exact, colored, both = [], [], []
    for (color, kind), row in zip(asked, order, strict=True):
        assert color is not None
        found = [photos[n] for n in row]
        near = [family(p.color or "") == family(color) for p in found]
        of_kind = [p.kind == kind for p in found]
        exact.append(np.mean([p.color == color for p in found]))
        colored.append(np.mean(near))
        both.append(np.mean(np.array(near) & np.array(of_kind)))
    return {
        "color_p10": float(np.mean(exact)),
        "color_family_p10": float(np.mean(colored)),
        "color_family_and_kind_p10": float(np.mean(both)),
        "color_queries": float(len(asked)),
    }


def _by_picture(photos: Sequence[Photo], pictures: Floats) -> dict[str, float]:
    """What the ten pictures nearest to a picture have in common with it."""
    likeness = pictures @ pictures.T
    np.fill_diagonal(likeness, -1)
    order = np.argsort(-likeness, axis=1, kind="stable")[:, :_AT]
    kinds = np.array([photo.kind for photo in photos])
    colors = np.array([family(photo.color or "") for photo in photos])
    return {
        "similar_kind_p10": float((kinds[order] == kinds[:, None]).mean()),
        "similar_color_p10": float((colors[order] == colors[:, None]).mean()),
    }


def _abroad(photos: Sequence[Photo], pictures: Floats, encode_text: EncodeText) -> float:
    """Weighted F1 of kinds by their names in other languages, the mean over these."""
    taxonomy = Taxonomy.load()
    keys = [key_of(photo.kind, taxonomy) for photo in photos]
    found = []
    for language in LANGUAGES:
        words = {
            key: said[0] for key in keys if key and (said := abroad("categories", key, language, taxonomy))
        }
        names = sorted(words)
        rows = [n for n, key in enumerate(keys) if key in words]
        right = np.array([names.index(keys[n] or "") for n in rows])
        texts = encode_text([words[name] for name in names])
        found.append(weighted_f1(right, np.asarray((pictures[rows] @ texts.T).argmax(axis=1))))
    return float(np.mean(found))


def score(result: dict[str, float]) -> float:
    """One number to choose a checkpoint by; `tiny_wf1` is of tiny, grey, negative validation photos."""
    used = (
        "kind_wf1",
        "phone_wf1",
        "name_r10",
        "color_family_and_kind_p10",
        "similar_kind_p10",
        "similar_color_p10",
        "color_p10",
        "tiny_wf1",
    )
    return float(np.mean([result[name] for name in used]))
