"""Names of things as vectors that pictures are held against, and what the likeness makes of their chances.

Knows nothing about photos, products or which names there are.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np

from shopper.search.encoder import Encoder, Vectors

TEMPLATES = ("a photo of a {}", "{}", "a product photo of a {} on a plain background")
_KEPT = 128  # sets


class Labels:
    """The vectors of names, each the mean of several ways to say it; those of one set are made once."""

    def __init__(self, encoder: Encoder, templates: Sequence[str] = TEMPLATES) -> None:
        self._encoder, self._templates = encoder, tuple(templates)
        self.vectors = functools.lru_cache(maxsize=_KEPT)(self._encoded)

    def _encoded(self, names: tuple[str, ...]) -> Vectors:
        """float32[names, dim], L2-normalised."""
        texts = [template.format(name) for name in names for template in self._templates]
        mean = self._encoder.encode_text(texts).reshape(len(names), len(self._templates), -1).mean(axis=1)
        unit: Vectors = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
        return unit


def labels_of(encoder: Encoder) -> Labels:
    """The labels of an encoder, kept while it is in use: their texts take longer than a photo."""
    return _LABELS.setdefault(encoder, Labels(encoder))


def chances(logits: Vectors) -> Vectors:
    """float32[..., n] that sum to 1 along the last axis: their softmax."""
    grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Vectors = (grown / grown.sum(axis=-1, keepdims=True)).astype(np.float32)
    return shares


# Weak, so that an encoder and its labels can go together.
_LABELS: WeakKeyDictionary[Encoder, Labels] = WeakKeyDictionary()
