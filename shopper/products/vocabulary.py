"""What the loaded catalog calls things: its brands, colours, sizes and words, for whoever reads a shopper.

Knows nothing about how the catalog is stored or searched.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CatalogVocabulary:
    """The words and the price span of one loaded catalog; prices are minor units of `currency`.

    `categories`, `colors` and `materials` are taxonomy keys where the taxonomy knows the word; `brands` and
    `sizes` are as the shop writes them; `title_words` are lower-case.
    """

    brands: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    colors: frozenset[str] = frozenset()
    materials: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    title_words: frozenset[str] = frozenset()
    currency: str = "EUR"
    price_min: int = 0
    price_max: int = 0
