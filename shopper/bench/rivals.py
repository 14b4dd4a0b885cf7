"""What the search is measured beside: an exact scan in NumPy, and Chroma's own `where` on the same filters.

Knows nothing about the search; both get the same query and the same text vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings
from numpy.typing import NDArray

from shopper.bench.plain_facts import MATERIALS, Mask, Part, PlainFacts
from shopper.products.taxonomy import Taxonomy
from shopper.search.index import Embedded
from shopper.types import Product, ShopperQuery

Floats = NDArray[np.float32]
_BATCH = 2000
_NAME = "where"


class ExactScan:
    """Filters all cards on plain columns, scans every text vector, and takes the best."""

    def __init__(self, facts: PlainFacts, texts: Floats) -> None:
        self._facts, self._texts = facts, texts

    def similarity(self, vector: Floats) -> Floats:
        """float32[cards]: cosine of each card's text."""
        return (self._texts @ vector)[self._facts.card_product]

    def best(self, query: ShopperQuery, vector: Floats, count: int) -> NDArray[np.int64]:
        """int64[≤ count]: the allowed cards that are most alike, best first."""
        return top(self.similarity(vector), self._facts.allowed(query), count)


def top(similarity: Floats, allowed: Mask, count: int) -> NDArray[np.int64]:
    """int64[≤ count]: the best of the allowed, best first; equals in order of their number."""
    scores = np.where(allowed, similarity, -np.inf)
    keep = min(count, int(np.count_nonzero(allowed)))
    if not keep:
        return np.zeros(0, dtype=np.int64)
    best = np.argpartition(-scores, keep - 1)[:keep]
    return best[np.lexsort((best, -scores[best]))]


class ChromaWhere:
    """A Chroma collection of the same text vectors, one row for each product, with its facts as metadata.

    Facts of variants are folded into the product (any colour, any size in stock, lowest price), so Chroma
    is asked for less than the search is: that one variant meets the whole request.
    """

    def __init__(self, folder: Path, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._client: Any = chromadb.PersistentClient(
            path=str(folder), settings=Settings(anonymized_telemetry=False)
        )
        self._rows: Any = self._client.get_or_create_collection(
            _NAME, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )

    def close(self) -> None:
        """Let go of the folder."""
        self._client.close()

    def count(self) -> int:
        """How many products it holds."""
        return int(self._rows.count())

    def put(self, rows: Sequence[Embedded], products: Sequence[Product], part: Part) -> None:
        """Write some products with their facts."""
        metadata = [_metadata(product, part, n, self._taxonomy) for n, product in enumerate(products)]
        for at in range(0, len(rows), _BATCH):
            some = rows[at : at + _BATCH]
            self._rows.upsert(
                ids=[row.product_id for row in some],
                embeddings=np.stack([row.text for row in some]),
                metadatas=metadata[at : at + _BATCH],
            )

    def best(self, query: ShopperQuery, vector: Floats, count: int) -> list[str]:
        """The products most alike that the filters let through."""
        got = self._rows.query(
            query_embeddings=vector[None, :], n_results=count, where=self.where(query), include=["distances"]
        )
        ids: list[str] = got["ids"][0]
        return ids

    def where(self, query: ShopperQuery) -> dict[str, Any]:
        """The query's filters as Chroma takes them."""
        parts: list[dict[str, Any]] = [{"in_stock": True}]
        if query.category:
            parts.append({"category": {"$in": sorted(self._taxonomy.category_within(query.category))}})
        if query.gender in ("girls", "boys"):
            parts.append({"gender": query.gender})
        elif query.gender:
            parts.append({"gender": {"$in": [query.gender, "unisex"]}})
        else:
            parts.append({"kids": False})
        if query.brands:
            parts.append({"brand": {"$in": list(query.brands)}})
        parts += [{f"color {family}": True} for family in query.colors[:1]]
        parts += [{f"size {size}": True} for size in query.sizes[:1]]
        parts += [{f"has {m}": True} for m in query.materials]
        parts += [{f"mentions {m}": False} for m in query.exclude.materials]
        if query.price and query.price.min is not None:
            parts.append({"price": {"$gte": query.price.min}})
        if query.price and query.price.max is not None:
            parts.append({"price": {"$lte": query.price.max}})
        return {"$and": parts} if len(parts) > 1 else parts[0]


def _metadata(product: Product, part: Part, number: int, taxonomy: Taxonomy) -> dict[str, Any]:
    in_stock = [v for v in product.variants if v.available]
    kids = product.gender in ("girls", "boys") or product.age_group not in ("adult", None)
    facts: dict[str, Any] = {
        "category": product.category or "",
        "gender": product.gender or "",
        "brand": product.brand or "",
        "kids": kids,
        "in_stock": bool(in_stock),
        "price": min(v.price.minor for v in in_stock or product.variants),
    }
    for column, material in enumerate(MATERIALS):
        facts[f"mentions {material}"] = bool(part.mentioned[number, column])
        if part.stated[number, column]:
            facts[f"has {material}"] = True
    for color in product.colors:
        family = taxonomy.color_family(taxonomy.color(color or "") or "")
        if family:
            facts[f"color {family}"] = True
    facts |= {f"size {v.size}": True for v in in_stock if v.size}
    return facts
