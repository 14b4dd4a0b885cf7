"""Cosine similarity of cards to a vector: an exact scan in memory, or Chroma's neighbours where most cards
are allowed.

Knows nothing about facts or words; what is allowed comes in as card numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopper.search.facets import Facets, Mask
from shopper.search.index import Neighbours, ProductIndex, card_id

Vector = NDArray[np.float32]
# Below this many allowed cards a scan costs less than 3 ms at 256 dimensions (2 cores) and misses nothing.
EXACT = 20_000
_AHEAD = 1000  # neighbours fetched before filtering
_ENOUGH = 100  # allowed ones that must be left of them, else scan


class Vectors:
    """The vectors of one catalog in the order of its products and cards; missing ones are zeros."""

    def __init__(self, index: ProductIndex, facets: Facets) -> None:
        self._index, self._facets = index, facets
        self.texts = index.text_vectors(facets.product_ids)
        self._card_ids = [
            card_id(facets.product_ids[product], facets.card_color(card))
            for card, product in enumerate(facets.card_product.tolist())
        ]
        self.pictures = index.picture_vectors(self._card_ids)
        self._has_text: Mask = np.any(self.texts != 0, axis=1)
        self._has_picture: Mask = np.any(self.pictures != 0, axis=1)
        self._card_number: dict[str, int] | None = None

    def by_text(self, vector: Vector, cards: NDArray[np.int64]) -> Vector:
        """float32[len(cards)]: similarity to the text of each card's product; `-inf` where it isn't known."""
        of_card = self._facets.card_product
        if len(cards) > EXACT:
            near = self._index.nearest_texts(vector, _AHEAD)
            known = [
                (self._facets.number[i], s)
                for i, s in zip(near.ids, near.similarity, strict=True)
                if i in self._facets.number
            ]
            by_product = np.full(len(self.texts), -np.inf, dtype=np.float32)
            for number, similarity in known:
                by_product[number] = similarity
            found = by_product[of_card[cards]]
            if np.isfinite(found).sum() >= _ENOUGH:
                return found
            return np.where(self._has_text, self.texts @ vector, -np.inf).astype(np.float32)[of_card[cards]]
        rows = of_card[cards]
        return np.where(self._has_text[rows], self.texts[rows] @ vector, -np.inf).astype(np.float32)

    def by_picture(self, vector: Vector, cards: NDArray[np.int64]) -> Vector:
        """float32[len(cards)]: similarity to the picture of each card; `-inf` where it has none."""
        if len(cards) > EXACT:
            by_card = self._spread(self._index.nearest_pictures(vector, _AHEAD))
            found = by_card[cards]
            if np.isfinite(found).sum() >= _ENOUGH:
                return found
            return np.where(self._has_picture, self.pictures @ vector, -np.inf).astype(np.float32)[cards]
        return np.where(self._has_picture[cards], self.pictures[cards] @ vector, -np.inf).astype(np.float32)

    def _spread(self, near: Neighbours) -> Vector:
        if self._card_number is None:
            self._card_number = {id_: n for n, id_ in enumerate(self._card_ids)}
        by_card = np.full(len(self._card_ids), -np.inf, dtype=np.float32)
        for id_, similarity in zip(near.ids, near.similarity, strict=True):
            if id_ in self._card_number:
                by_card[self._card_number[id_]] = similarity
        return by_card

    def most_alike(self, vector: Vector, count: int = 12, sharpness: float = 40.0) -> list[tuple[int, float]]:
        """The cards whose pictures are most like a photo, with shares that sum to 1."""
        if not self._has_picture.any():
            return []
        likeness = self.by_picture(vector, np.arange(len(self.pictures)))
        best = np.argsort(-likeness)[:count]
        best = best[np.isfinite(likeness[best])]
        shares = np.exp(sharpness * (likeness[best] - likeness[best[0]]))
        return list(zip(best.tolist(), (shares / shares.sum()).tolist(), strict=True))

    def best_text(self, vector: Vector) -> float:
        """The similarity of the product whose text lies nearest; -1 without any."""
        return float((self.texts @ vector)[self._has_text].max()) if self._has_text.any() else -1.0


def blend(parts: list[tuple[Vector, float]]) -> Vector:
    """The weighted mean of some vectors, L2-normalised."""
    mixed = np.sum([vector * weight for vector, weight in parts], axis=0)
    norm = float(np.linalg.norm(mixed))
    unit: Vector = (mixed / norm if norm > 0 else mixed).astype(np.float32)
    return unit
