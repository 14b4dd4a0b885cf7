"""One loaded state of the catalog: facts, full text and vectors that belong together, built from the store.

Knows nothing about queries. It is never changed: a new revision of the store makes a new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.search.encoder import Encoder
from shopper.search.facets import Facets, FacetsBuilder
from shopper.search.index import ProductIndex
from shopper.search.lexical import LexicalBuilder, LexicalIndex
from shopper.search.vectors import Vectors
from shopper.search.wishes import WishReader
from shopper.search.words import words
from shopper.types import Product

# Said by nobody who shops; what the encoder makes of them is what a coincidence looks like.
_NONSENSE = (
    "xqzt wvbn plmk",
    "asdf jkl qwer",
    "lorem ipsum dolor sit",
    "blorf zanth quibbit",
    "the capital of a country",
    "how to repair a car engine",
    "solve this equation for x",
    "write me a poem",
)


@dataclass(frozen=True)
class Catalog:
    """Facts, words and vectors of one revision."""

    revision: int
    version: int  # of the vector index
    currency: str
    facets: Facets
    lexical: LexicalIndex
    vectors: Vectors
    wishes: WishReader
    vocabulary: CatalogVocabulary
    coincidence: float  # the text similarity that even nonsense reaches

    @cached_property
    def categories(self) -> frozenset[str]:
        """The categories of which the shop has anything."""
        return frozenset(c for c in self.facets.category.values if c)


async def load_catalog(
    *, store: ProductStore, index: ProductIndex, encoder: Encoder, taxonomy: Taxonomy
) -> Catalog:
    """Read everything from the store, off the event loop where it computes."""
    revision, version, currency = await store.revision(), index.version, await store.currency()
    facets, lexical, title_words = FacetsBuilder(taxonomy), LexicalBuilder(), set[str]()
    async for batch in store.stream():
        await asyncio.to_thread(_add, batch, facets, lexical, title_words, taxonomy)

    def finish() -> Catalog:
        built, text = facets.build(), lexical.build()
        vectors = Vectors(index, built)
        nonsense = encoder.encode_text(list(_NONSENSE))
        return Catalog(
            revision=revision,
            version=version,
            currency=currency,
            facets=built,
            lexical=text,
            vectors=vectors,
            wishes=WishReader(built, text, taxonomy),
            vocabulary=_vocabulary(built, title_words, currency, taxonomy),
            coincidence=max(vectors.best_text(v) for v in nonsense),
        )

    return await asyncio.to_thread(finish)


def _add(
    batch: list[Product],
    facets: FacetsBuilder,
    lexical: LexicalBuilder,
    title_words: set[str],
    taxonomy: Taxonomy,
) -> None:
    for product in batch:
        facets.add(product)
        title_words.update(w for w in words(product.title) if w not in ".!?;:")
        kind = (
            taxonomy.label(product.category) if product.category in taxonomy.categories else product.category
        )
        lexical.add(
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


def _vocabulary(
    facets: Facets, title_words: set[str], currency: str, taxonomy: Taxonomy
) -> CatalogVocabulary:
    def named(words: Iterable[str | None], key: Callable[[str], str | None]) -> frozenset[str]:
        return frozenset(key(w) or w for w in words if w)

    return CatalogVocabulary(
        brands=frozenset(b for b in facets.brand.values if b),
        categories=frozenset(c for c in facets.category.values if c),
        colors=named(facets.shown_color.values, taxonomy.color),
        materials=named(facets.tags["materials"].rows, taxonomy.material),
        sizes=frozenset(s.size for s in facets.sized.values if s.size),
        title_words=frozenset(title_words),
        currency=currency,
        price_min=int(facets.price.min()) if len(facets.price) else 0,
        price_max=int(facets.price.max()) if len(facets.price) else 0,
    )
