"""Tells what a photo shows: the kind of thing by the encoder, colours by its pixels, a pattern only when it
is plain.

Knows nothing about queries or the store.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.products.seen import PhotoSeen
from shopper.products.taxonomy import Taxonomy
from shopper.search.encoder import Encoder
from shopper.search.palette import colors_of
from shopper.search.vectors import Vector

# Photos show these also where a shop has none of them, and saying so is better than calling a skirt a bag.
_COMMON_NAMES = """
dress top t-shirt shirt blouse sweater cardigan hoodie jacket coat blazer trousers jeans shorts skirt
leggings swimsuit bikini sneakers boots heels sandals flats loafers handbag backpack hat cap scarf belt
sunglasses watch necklace earrings
"""
_COMMON = _COMMON_NAMES.split()
_PATTERNS = ("plain", "striped", "check", "floral", "polka dot", "animal print", "camouflage", "tie-dye")
_TEMPLATES = ("a photo of a {}", "{}", "a product photo of a {} on a plain background")
# Softmax scale; CLIP-like encoders are trained near 100, which is too sure of itself outside its own photos.
_SHARPNESS = 40.0
_SURE_CATEGORY, _SURE_PATTERN = 0.2, 0.7
_BY_LIKENESS = 0.5  # how much the shop's most alike pictures count beside the names of the kinds


class PhotoReader:
    """Reads photos with one encoder; the text vectors of the labels are made once."""

    def __init__(self, encoder: Encoder, taxonomy: Taxonomy) -> None:
        self._encoder, self._taxonomy = encoder, taxonomy
        self._labels = functools.lru_cache(maxsize=64)(self._encode_labels)

    def see(
        self,
        image: Image.Image,
        categories: frozenset[str],
        photo_id: str = "",
        *,
        resembles: Callable[[Vector], Mapping[str, float]] = lambda vector: {},
    ) -> PhotoSeen:
        """What the photo shows; `category` is `None` where it isn't clear, `confidence` is of the category.

        `resembles` tells from the photo's vector of which categories the most alike pictures of the shop are,
        in shares that sum to 1: a shop's own photos say more about its kinds than their names do.
        """
        vector = self._encoder.encode_images([image])[0]
        shares = resembles(vector)
        kinds = tuple(sorted({c for c in (*categories, *_COMMON) if self._is_leaf(c)} | set(shares)))
        chances = self._chances(vector, tuple(self._taxonomy.singular(k) for k in kinds))
        if shares:
            alike = np.array([shares.get(kind, 0.0) for kind in kinds], dtype=np.float32)
            chances = (1 - _BY_LIKENESS) * chances + _BY_LIKENESS * alike
        best = int(np.argmax(chances))
        confidence = float(chances[best])
        category = kinds[best] if confidence >= _SURE_CATEGORY else None
        return PhotoSeen(
            photo_id=photo_id,
            category=category,
            colors=tuple(colors_of(image)),
            patterns=self._pattern(vector, category),
            confidence=round(confidence, 3),
        )

    def _is_leaf(self, category: str) -> bool:
        """Whether it is a kind one can see, not a group of kinds such as "tops"."""
        return category in self._taxonomy.categories and category not in _GROUPS

    def _pattern(self, vector: NDArray[np.float32], category: str | None) -> tuple[str, ...]:
        kind = self._taxonomy.singular(category) if category else "garment"
        chances = self._chances(vector, tuple(f"{p} {kind}" for p in _PATTERNS))
        best = int(np.argmax(chances))
        key = self._taxonomy.pattern(_PATTERNS[best])
        return (key,) if best and key and chances[best] >= _SURE_PATTERN else ()

    def _chances(self, vector: NDArray[np.float32], labels: tuple[str, ...]) -> NDArray[np.float32]:
        logits = self._labels(labels) @ vector * _SHARPNESS
        grown = np.exp(logits - logits.max())
        chances: NDArray[np.float32] = grown / grown.sum()
        return chances

    def _encode_labels(self, labels: Sequence[str]) -> NDArray[np.float32]:
        texts = [template.format(label) for label in labels for template in _TEMPLATES]
        vectors = self._encoder.encode_text(texts).reshape(len(labels), len(_TEMPLATES), -1).mean(axis=1)
        normal: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normal


_GROUPS = frozenset(
    {"clothing", "tops", "outerwear", "tailoring", "bottoms", "swimwear", "underwear", "nightwear", "shoes"}
    | {"bags", "accessories", "jewellery"}
)
