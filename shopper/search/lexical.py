"""Full text over the catalog's words: BM25 with a boost for titles, on NumPy postings.

Knows nothing about facts, vectors or what a shopper may see.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopper.search.columns import Arrays, Rows, Stored, Tags, spans
from shopper.search.words import STOPWORDS, content_stems, plain_words, stem

# Okapi BM25 (Robertson and Zaragoza, 2009); b is low because a long description isn't a fault of the product.
_K1, _B = 1.2, 0.4


class LexicalBuilder:
    """Collects documents in the order in which they will be numbered."""

    def __init__(self) -> None:
        self._terms: dict[str, int] = {}
        self._term, self._weight, self._starts = array("i"), array("f"), array("q", [0])

    def add(self, fields: Iterable[tuple[str, float]]) -> None:
        """Add the next document as (text, weight of its words) parts."""
        counts: dict[str, float] = {}
        for text, weight in fields:
            for word in plain_words(text):
                if word and word not in STOPWORDS:
                    key = stem(word)
                    counts[key] = counts.get(key, 0.0) + weight
        for key, count in counts.items():
            self._term.append(self._terms.setdefault(key, len(self._terms)))
            self._weight.append(count)
        self._starts.append(len(self._term))

    def build(self) -> LexicalIndex:
        """The finished index."""
        terms = Tags(
            tuple(self._terms),
            np.array(self._starts, dtype=np.int64),
            np.array(self._term, dtype=np.int32),
        )
        return LexicalIndex(terms, np.array(self._weight, dtype=np.float32))


class LexicalIndex:
    """BM25 scores of every document for some words.

    `terms` are the terms of each document, `weights` how often each stands there, counted by its field.
    """

    def __init__(self, terms: Tags, weights: NDArray[np.float32]) -> None:
        self._terms, self._weights = terms, weights
        self.size = terms.size

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {term: n for n, term in enumerate(self._terms.values)}

    @cached_property
    def _postings(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """Where each term's documents start, the documents, and what the term adds to each one's score."""
        terms, weights = self._terms, self._weights
        if not len(terms.codes):
            return np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
        order = np.argsort(terms.codes, kind="stable")
        docs = np.repeat(np.arange(self.size, dtype=np.int32), np.diff(terms.starts))[order]
        df = np.bincount(terms.codes, minlength=len(terms.values))
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(df)])
        idf = np.log1p((self.size - df + 0.5) / (df + 0.5)).astype(np.float32)
        totals = np.concatenate([np.zeros(1), np.cumsum(weights, dtype=np.float64)])
        lengths = (totals[terms.starts[1:]] - totals[terms.starts[:-1]]).astype(np.float32)
        norm = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1e-6))
        tf = weights[order]
        impacts = np.repeat(idf, df) * tf * (_K1 + 1) / (tf + norm[docs])
        return starts, docs, impacts.astype(np.float32)

    def _span(self, key: str) -> tuple[NDArray[np.int32], NDArray[np.float32]] | None:
        number = self._numbers.get(key)
        if number is None:
            return None
        starts, docs, impacts = self._postings
        span = slice(int(starts[number]), int(starts[number + 1]))
        return docs[span], impacts[span]

    def scores(self, text: str) -> NDArray[np.float32]:
        """float32[documents]: BM25 of the content words of `text`; 0 where none occurs."""
        total = np.zeros(self.size, dtype=np.float32)
        for key in content_stems(text):
            found = self._span(key)
            if found is not None:
                docs, impacts = found
                total[docs] += impacts
        return total

    def known_share(self, text: str) -> float:
        """Which part of the content words of `text` the catalog knows at all, 0 to 1; 0 without content
        words.
        """
        keys = content_stems(text)
        return sum(key in self._numbers for key in keys) / len(keys) if keys else 0.0

    def containing(self, phrase: str) -> NDArray[np.bool_]:
        """bool[documents]: which documents hold every content word of `phrase`; none if it has no content
        word.
        """
        keys = content_stems(phrase)
        found = np.full(self.size, bool(keys))
        for key in keys:
            here = np.zeros(self.size, dtype=bool)
            span = self._span(key)
            if span is not None:
                here[span[0]] = True
            found &= here
        return found

    # ── changing, into a new index ──────────────────────────────────────────────────────────────────

    def take(self, docs: Rows) -> LexicalIndex:
        """The index of some documents, in this order."""
        _, places = spans(self._terms.starts, docs)
        return LexicalIndex(self._terms.take(docs), self._weights[places])

    def join(self, other: LexicalIndex) -> LexicalIndex:
        """These documents, then the other's."""
        return LexicalIndex(self._terms.join(other._terms), np.concatenate([self._weights, other._weights]))

    # ── kept in a file ──────────────────────────────────────────────────────────────────────────────

    def stored(self) -> Stored:
        """Everything, to be kept in a file; the postings too, since sorting them takes longest."""
        starts, docs, impacts = self._postings
        arrays: Arrays = {
            "terms.starts": self._terms.starts,
            "terms.codes": self._terms.codes,
            "weights": self._weights,
            "postings.starts": starts,
            "postings.docs": docs,
            "postings.impacts": impacts,
        }
        return Stored(arrays, {"terms": self._terms.values})

    @classmethod
    def restored(cls, stored: Stored) -> LexicalIndex:
        """The index that a file kept."""
        arrays = stored.arrays
        terms = Tags(stored.values["terms"], arrays["terms.starts"], arrays["terms.codes"])
        index = cls(terms, arrays["weights"])
        # A cached property lives in the instance's dict.
        index.__dict__["_postings"] = (
            arrays["postings.starts"], arrays["postings.docs"], arrays["postings.impacts"],
        )  # fmt: skip
        return index
