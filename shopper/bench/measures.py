"""Times finds and their rivals on the same questions, and compares answers with the exact ones.

Knows nothing about building shops, files or tables.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.bench.plain_facts import Mask, PlainFacts
from shopper.bench.questions import SELECTIVITIES, Question
from shopper.bench.rivals import ExactScan, top
from shopper.products.store import ProductStore, VariantUpdate
from shopper.search import score
from shopper.search.encoder import Encoder
from shopper.search.find import ProductSearch
from shopper.types import Money, Page, PriceRange, Recommendation, ShopperQuery

Floats = NDArray[np.float32]
TAKE = 10
_EVERY = 2**60
_SAME = 1e-4  # a card that is less alike than the tenth by no more than this is as good


class Remembered:
    """An encoder that has read all questions beforehand, so that finds get their text vector at no cost."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._known = encoder, dict[str, Floats]()
        self.id, self.dim, self.why = encoder.id, encoder.dim, encoder.why

    def encode_text(self, texts: Sequence[str]) -> Floats:
        """float32[n, dim], each text encoded once."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self._encoder.encode_text([text])[0]
        return np.stack([self._known[t] for t in texts]) if texts else self._encoder.encode_text([])

    def encode_images(self, images: Sequence[Image.Image]) -> Floats:
        """float32[n, dim]"""
        return self._encoder.encode_images(images)


class Rival(Protocol):
    """Another way to answer a question."""

    def best(self, query: ShopperQuery, vector: Floats, count: int, /) -> Any:
        """The `count` allowed things most like the vector."""
        ...


@dataclass(frozen=True)
class Latency:
    """Milliseconds over all questions, and for those of one selectivity."""

    p50: float
    p95: float
    by_selectivity: dict[float, tuple[float, float]]

    @classmethod
    def of(cls, questions: Sequence[Question], milliseconds: Sequence[float]) -> Latency:
        """The percentiles of one timing for each question."""
        by: dict[float, list[float]] = {}
        for question, took in zip(questions, milliseconds, strict=True):
            by.setdefault(question.selectivity, []).append(took)
        return cls(
            percentile(milliseconds, 50),
            percentile(milliseconds, 95),
            {s: (percentile(by[s], 50), percentile(by[s], 95)) for s in SELECTIVITIES if s in by},
        )

    def as_json(self) -> dict[str, Any]:
        by = {f"{100 * s:g}%": {"p50": p50, "p95": p95} for s, (p50, p95) in self.by_selectivity.items()}
        return {"p50_ms": self.p50, "p95_ms": self.p95, "by_selectivity": by}


def percentile(values: Sequence[float], percent: int) -> float:
    """Linear between neighbours; 0 for none."""
    if len(values) < 2:
        return round(values[0], 3) if values else 0.0
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1], 3)


async def time_finds(search: ProductSearch, questions: Sequence[Question]) -> tuple[Latency, list[Page]]:
    """Each question once, one after another; the time ends when its products are read."""
    took, pages = [], []
    for question in questions:
        began = time.perf_counter()
        pages.append(await search.find(question.query, limit=TAKE))
        took.append(1000 * (time.perf_counter() - began))
    return Latency.of(questions, took), pages


def time_rival(rival: Rival, questions: Sequence[Question], vectors: Sequence[Floats]) -> Latency:
    """The same questions, asked of an exact scan or of Chroma."""
    took = []
    for question, vector in zip(questions, vectors, strict=True):
        began = time.perf_counter()
        rival.best(question.query, vector, TAKE)
        took.append(1000 * (time.perf_counter() - began))
    return Latency.of(questions, took)


# ── how right ───────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def exactly(search: ProductSearch, *, rank_all: bool) -> Iterator[None]:
    """Finds inside scan every allowed card; with `rank_all` each is ranked too, none left out beforehand."""
    vectors = search.catalog.vectors
    exact, most = vectors.exact, score.ALL_RANKED
    vectors.exact, score.ALL_RANKED = True, _EVERY if rank_all else most
    try:
        yield
    finally:
        vectors.exact, score.ALL_RANKED = exact, most


def vector_recall(
    search: ProductSearch,
    facts: PlainFacts,
    scan: ExactScan,
    questions: Sequence[Question],
    vectors: Sequence[Floats],
) -> dict[float, float]:
    """By selectivity, the part of the ten allowed cards most alike in text that the search's vectors find.

    The truth is a float32 scan of the plain columns and vectors, none of the search's own.
    """
    found: dict[float, list[float]] = {}
    for question, vector in zip(questions, vectors, strict=True):
        allowed = facts.allowed(question.query)
        truth = scan.similarity(vector)
        exact = top(truth, allowed, TAKE)
        some = search.catalog.facets.products_of(allowed)
        ours = search.catalog.vectors.closest_by_text(vector, allowed, some, TAKE)[:TAKE]
        hits = int(np.count_nonzero(truth[ours] >= truth[exact[-1]] - _SAME))
        found.setdefault(question.selectivity, []).append(hits / len(exact))
    return {s: round(statistics.fmean(found[s]), 4) for s in SELECTIVITIES if s in found}


async def page_recall(
    search: ProductSearch, questions: Sequence[Question], pages: Sequence[Page], *, rank_all: bool
) -> dict[float, float]:
    """By selectivity, the part of each page under exact scans that the page as timed shows too."""
    found: dict[float, list[float]] = {}
    with exactly(search, rank_all=rank_all):
        for question, page in zip(questions, pages, strict=True):
            exact = {item.card_id for item in (await search.find(question.query, limit=TAKE)).items}
            shown = {item.card_id for item in page.items}
            found.setdefault(question.selectivity, []).append(
                len(exact & shown) / len(exact) if exact else 1.0
            )
    return {s: round(statistics.fmean(found[s]), 4) for s in SELECTIVITIES if s in found}


def agreement(facts: PlainFacts, questions: Sequence[Question], pages: Sequence[Page]) -> tuple[float, float]:
    """The part of questions whose count of cards is that of the plain columns, and of shown cards allowed.

    Where a question names no category, words narrow what is meant, so its count isn't compared.
    """
    same, right = list[bool](), list[bool]()
    place = {str(id_): n for n, id_ in enumerate(facts.product_ids)}

    def is_allowed(allowed: Mask, item: Recommendation) -> bool:
        number = place[item.product.id]
        first, last = np.searchsorted(facts.card_product, [number, number + 1])
        colors = facts.color.words[facts.color.codes[first:last]].tolist()
        return bool(allowed[first + colors.index(item.color or "")])

    for question, page in zip(questions, pages, strict=True):
        allowed = facts.allowed(question.query)
        if question.query.category:
            same.append(page.total == int(np.count_nonzero(allowed)))
        right += [is_allowed(allowed, item) for item in page.items]
    return (
        round(statistics.fmean(same), 4) if same else 1.0,
        round(statistics.fmean(right), 4) if right else 1.0,
    )


# ── prices ──────────────────────────────────────────────────────────────────────────────────────────


async def time_prices(
    search: ProductSearch, store: ProductStore, product_ids: Sequence[str], part: float = 0.1
) -> float:
    """Seconds from writing new prices and stock for a part of the products until a find goes by them.

    Everything is written back afterwards.
    """
    chosen = product_ids[:: max(1, round(1 / part))]
    before: list[VariantUpdate] = []
    after: list[VariantUpdate] = []
    one_cent = ""
    for at in range(0, len(chosen), 500):
        for product in (await store.get(chosen[at : at + 500])).values():
            before += [VariantUpdate(v.id, v.price, v.regular_price, v.stock) for v in product.variants]
            for v in product.variants:
                price = Money(minor=v.price.minor + 100, currency=v.price.currency)
                if not one_cent:
                    one_cent, price = product.id, Money(minor=1, currency=price.currency)
                after.append(VariantUpdate(v.id, price, None, v.stock + 1))
    cheap = ShopperQuery(price=PriceRange(max=1))
    began = time.perf_counter()
    await store.set_prices(after)
    page = await search.find(cheap, limit=TAKE)
    took = time.perf_counter() - began
    if {item.product.id for item in page.items} != {one_cent}:
        raise AssertionError("a find after the price update doesn't go by the new prices")
    await store.set_prices(before)
    return round(took, 3)
