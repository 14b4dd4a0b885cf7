"""One loaded state of the catalog: facts, full text and vectors that belong together.

Knows nothing about queries. It is never changed: a new state of the store makes a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopper.products.state import CatalogState
from shopper.products.store import VariantPrice
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.search.columns import MaskCache, Rows, Stored
from shopper.search.facets import Facets, FacetsBuilder
from shopper.search.lexical import LexicalBuilder, LexicalIndex
from shopper.search.vectors import Vectors
from shopper.search.wishes import WishReader
from shopper.search.words import words
from shopper.types import Product

Hashes = NDArray[np.bytes_]
HASH = "S16"  # so much of a hash is remembered; two of 64 bits meet by chance in no shop
STALE = b""


@dataclass(frozen=True)
class Catalog:
    """Facts, words and vectors of one state of the store.

    `content` and `embedded` are, by product, the hashes of the row that its facts and its vectors were made
    from; `STALE` where they have to be read again.
    """

    state: CatalogState
    currency: str
    facets: Facets
    lexical: LexicalIndex
    vectors: Vectors
    wishes: WishReader
    vocabulary: CatalogVocabulary
    content: Hashes
    embedded: Hashes
    generation: int  # of the index that the vectors come from
    coincidence: float  # the text similarity that even nonsense reaches

    @cached_property
    def categories(self) -> frozenset[str]:
        """The categories of which the shop has anything."""
        return frozenset(c for c in self.facets.category.values if c)

    @cached_property
    def by_rating(self) -> NDArray[np.int32]:
        """int32[cards]: all cards, best rated first; unrated ones count as 3."""
        rating = np.nan_to_num(self.facets.rating, nan=3.0)
        return np.argsort(-rating, kind="stable").astype(np.int32)

    def with_prices(
        self, changes: list[tuple[str, tuple[VariantPrice, ...]]], state: CatalogState
    ) -> Catalog:
        """This catalog with other prices and stock."""
        facets = self.facets.with_prices(changes)
        content = self.content.copy()
        # A feed that restores the old price restores the old hash: these rows must be read again then.
        content[[facets.number[id_] for id_, _ in changes if id_ in facets.number]] = STALE
        low, high = price_bounds(facets)
        return replace(
            self,
            state=state,
            facets=facets,
            wishes=self.wishes.with_facets(facets),
            vocabulary=replace(self.vocabulary, price_min=low, price_max=high),
            content=content,
        )

    def stored(self) -> tuple[dict[str, Stored], dict[str, Any]]:
        """The tables and notes that a snapshot keeps."""
        tables = {
            "facets": self.facets.stored(),
            "lexical": self.lexical.stored(),
            "vectors": self.vectors.stored(),
            "hashes": Stored({"content": self.content, "embedded": self.embedded}, {}),
        }
        notes = {
            "state": list(self.state),
            "currency": self.currency,
            "title_words": sorted(self.vocabulary.title_words),
            "coincidence": self.coincidence,
            "generation": self.generation,
        }
        return tables, notes

    @classmethod
    def restored(cls, tables: dict[str, Stored], notes: dict[str, Any], taxonomy: Taxonomy) -> Catalog:
        """The catalog that a snapshot kept."""
        return cls.of(
            state=CatalogState(*notes["state"]),
            currency=notes["currency"],
            facets=Facets.restored(tables["facets"]),
            lexical=LexicalIndex.restored(tables["lexical"]),
            vectors=Vectors.restored(tables["vectors"]),
            title_words=frozenset(notes["title_words"]),
            content=tables["hashes"].arrays["content"],
            embedded=tables["hashes"].arrays["embedded"],
            generation=notes["generation"],
            coincidence=notes["coincidence"],
            taxonomy=taxonomy,
        )

    @classmethod
    def of(
        cls,
        *,
        state: CatalogState,
        currency: str,
        facets: Facets,
        lexical: LexicalIndex,
        vectors: Vectors,
        title_words: frozenset[str],
        content: Hashes,
        embedded: Hashes,
        generation: int,
        coincidence: float,
        taxonomy: Taxonomy,
    ) -> Catalog:
        """The catalog of these tables."""
        return cls(
            state=state,
            currency=currency,
            facets=facets,
            lexical=lexical,
            vectors=vectors,
            wishes=WishReader(facets, lexical, taxonomy, MaskCache(facets.cards)),
            vocabulary=_vocabulary(facets, title_words, currency, taxonomy),
            content=content,
            embedded=embedded,
            generation=generation,
            coincidence=coincidence,
        )


class Facts:
    """The tables that are made from products alone, and the words of their titles."""

    def __init__(self, facets: Facets, lexical: LexicalIndex, title_words: frozenset[str]) -> None:
        self.facets, self.lexical, self.title_words = facets, lexical, title_words

    def merged(self, other: Facts, source: Rows) -> Facts:
        """The tables whose product p is product `source[p]` of these followed by the other's."""
        return Facts(
            self.facets.join(other.facets).take(source),
            self.lexical.join(other.lexical).take(source),
            self.title_words | other.title_words,
        )


class FactsBuilder:
    """Takes products in feed order."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._facets, self._lexical, self._title_words = FacetsBuilder(taxonomy), LexicalBuilder(), set[str]()

    def add(self, products: Iterable[Product]) -> None:
        """Add the next products."""
        taxonomy = self._taxonomy
        for product in products:
            self._facets.add(product)
            self._title_words.update(w for w in words(product.title) if w not in ".!?;:")
            known = product.category in taxonomy.categories
            kind = taxonomy.label(product.category) if product.category and known else product.category
            self._lexical.add(
                (
                    (product.title, 3.0),
                    (product.brand or "", 2.0),
                    (f"{kind or ''} {' '.join(product.category_path[-1:])}", 1.5),
                    (" ".join(c for c in product.colors if c), 1.0),
                    (" . ".join((*product.materials, *product.patterns, *product.features)), 1.5),
                    (" . ".join((*product.occasions, *product.seasons, *product.tags)), 1.0),
                    (product.description, 1.0),
                )
            )

    def build(self) -> Facts:
        """The finished tables."""
        return Facts(self._facets.build(), self._lexical.build(), frozenset(self._title_words))


def price_bounds(facets: Facets) -> tuple[int, int]:
    """The lowest and the highest price in minor units; zeros without variants."""
    return (int(facets.price.min()), int(facets.price.max())) if len(facets.price) else (0, 0)


def _vocabulary(
    facets: Facets, title_words: frozenset[str], currency: str, taxonomy: Taxonomy
) -> CatalogVocabulary:
    def named(words: Iterable[str | None], key: Callable[[str], str | None]) -> frozenset[str]:
        return frozenset(key(w) or w for w in words if w)

    low, high = price_bounds(facets)
    return CatalogVocabulary(
        brands=frozenset(b for b in facets.brand.values if b),
        categories=frozenset(c for c in facets.category.values if c),
        colors=named(facets.shown_color.values, taxonomy.color),
        materials=named(facets.tags["materials"].values, taxonomy.material),
        sizes=frozenset(s.size for s in facets.sized.values if s.size),
        title_words=title_words,
        currency=currency,
        price_min=low,
        price_max=high,
    )
