"""Tells what a photo shows: the kind of thing by the encoder, colours by its pixels, a pattern only when it
is plain.

Knows nothing about queries or the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.products.seen import PhotoSeen
from shopper.products.taxonomy import Taxonomy
from shopper.search.drawings import is_drawing
from shopper.search.encoder import Encoder
from shopper.search.labels import Labels, chances
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
# Softmax scale; CLIP-like encoders are trained near 100, which is too sure of itself outside its own photos.
_SHARPNESS = 40.0
_SURE_CATEGORY, _SURE_PATTERN = 0.2, 0.7
_SURE_DRAWN = 0.65  # of drawings: a kind wrongly read shuts out the right ones
_BY_LIKENESS = 0.5  # how much the shop's most alike pictures count beside the names of the kinds


class PhotoReader:
    """Reads photos with one encoder; the text vectors of the labels are made once."""

    def __init__(self, encoder: Encoder, taxonomy: Taxonomy) -> None:
        self._encoder, self._taxonomy = encoder, taxonomy
        self._labels = Labels(encoder)

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
        likely = self._chances(vector, tuple(self._taxonomy.singular(k) for k in kinds))
        if shares:
            alike = np.array([shares.get(kind, 0.0) for kind in kinds], dtype=np.float32)
            likely = (1 - _BY_LIKENESS) * likely + _BY_LIKENESS * alike
        best = int(np.argmax(likely))
        confidence = float(likely[best])
        drawn = is_drawing(image)
        category = kinds[best] if confidence >= (_SURE_DRAWN if drawn else _SURE_CATEGORY) else None
        return PhotoSeen(
            photo_id=photo_id,
            category=category,
            # A drawing has the colours of pencil and paper, and its hatching is no pattern.
            colors=() if drawn else tuple(colors_of(image)),
            patterns=() if drawn else self._pattern(vector, category),
            confidence=round(confidence, 3),
        )

    def _is_leaf(self, category: str) -> bool:
        """Whether it is a kind one can see, not a group of kinds such as "tops"."""
        return category in self._taxonomy.categories and category not in GROUPS

    def _pattern(self, vector: NDArray[np.float32], category: str | None) -> tuple[str, ...]:
        kind = self._taxonomy.singular(category) if category else "garment"
        likely = self._chances(vector, tuple(f"{p} {kind}" for p in _PATTERNS))
        best = int(np.argmax(likely))
        key = self._taxonomy.pattern(_PATTERNS[best])
        return (key,) if best and key and likely[best] >= _SURE_PATTERN else ()

    def _chances(self, vector: NDArray[np.float32], labels: tuple[str, ...]) -> NDArray[np.float32]:
        return chances(self._labels.vectors(labels) @ vector * _SHARPNESS)


# Words for groups of kinds, which no picture shows as such.
GROUPS = frozenset(
    {"clothing", "tops", "outerwear", "tailoring", "bottoms", "swimwear", "underwear", "nightwear", "shoes"}
    | {"bags", "accessories", "jewellery"}
)
