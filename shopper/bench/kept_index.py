"""A vector index that answers from the bench's own files, for catalogs that Chroma would take hours to hold.

Knows nothing about queries; what it hands out, the search keeps in its own cache as it does with Chroma's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopper.bench.plain_facts import PlainFacts
from shopper.bench.warehouse import FileShelf
from shopper.search.index import ProductIndex, card_id


class KeptIndex:
    """Reads like a `ProductIndex`, whose empty folder it stands for; it can't be written."""

    def __init__(
        self, index: ProductIndex, shelf: FileShelf, facts: PlainFacts, hashes: dict[str, str]
    ) -> None:
        self._index, self._hashes = index, hashes
        self._texts, self._pictures = shelf.texts(), shelf.pictures()
        self._product = {str(id_): n for n, id_ in enumerate(facts.product_ids)}
        colors = facts.color.words[facts.color.codes]
        self._card = {
            card_id(str(facts.product_ids[p]), str(color)): n
            for n, (p, color) in enumerate(zip(facts.card_product.tolist(), colors, strict=True))
        }

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def hashes_of(self, product_ids: Sequence[str]) -> dict[str, str]:
        """Those of the store, since each vector was made from the product beside it."""
        return {id_: self._hashes[id_] for id_ in product_ids if id_ in self._hashes}

    def text_vectors(self, product_ids: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, dim]"""
        return self._texts[[self._product[id_] for id_ in product_ids]]

    def picture_vectors(self, card_ids: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, dim]"""
        rows: NDArray[np.float32] = self._pictures[[self._card[id_] for id_ in card_ids]].astype(np.float32)
        return rows
