"""Full text over the catalog's words: BM25 with a boost for titles, on NumPy postings.

Knows nothing about facts, vectors or what a shopper may see. Built in memory from the store and thrown away
with it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from shopper.search.words import STOPWORDS, content_stems, plain_words, stem

# Okapi BM25 (Robertson and Zaragoza, 2009); b is low because a long description isn't a fault of the product.
_K1, _B = 1.2, 0.4


class LexicalBuilder:
    """Collects documents in the order in which they will be numbered."""

    def __init__(self) -> None:
        self._terms: dict[str, int] = {}
        self._term, self._doc, self._weight = array("i"), array("i"), array("f")
        self._lengths = array("f")

    def add(self, fields: Iterable[tuple[str, float]]) -> None:
        """Add the next document as (text, weight of its words) parts."""
        counts: dict[str, float] = {}
        for text, weight in fields:
            for word in plain_words(text):
                if word and word not in STOPWORDS:
                    key = stem(word)
                    counts[key] = counts.get(key, 0.0) + weight
        number = len(self._lengths)
        for key, count in counts.items():
            self._term.append(self._terms.setdefault(key, len(self._terms)))
            self._doc.append(number)
            self._weight.append(count)
        self._lengths.append(sum(counts.values()))

    def build(self) -> LexicalIndex:
        """The finished index."""
        term = np.frombuffer(self._term, dtype=np.int32) if self._term else np.zeros(0, np.int32)
        doc = np.frombuffer(self._doc, dtype=np.int32) if self._doc else np.zeros(0, np.int32)
        tf = np.frombuffer(self._weight, dtype=np.float32) if self._weight else np.zeros(0, np.float32)
        lengths = np.frombuffer(self._lengths, dtype=np.float32) if self._lengths else np.zeros(0, np.float32)
        order = np.argsort(term, kind="stable")
        starts = np.zeros(len(self._terms) + 1, dtype=np.int64)
        np.cumsum(np.bincount(term, minlength=len(self._terms)), out=starts[1:])
        n = max(len(lengths), 1)
        df = np.diff(starts)
        idf = np.log1p((n - df + 0.5) / (df + 0.5)).astype(np.float32)
        mean = float(lengths.mean()) if len(lengths) else 1.0
        norm = _K1 * (1 - _B + _B * lengths[doc] / max(mean, 1e-6))
        impact = idf[term] * tf * (_K1 + 1) / (tf + norm) if len(term) else tf
        return LexicalIndex(
            self._terms, starts, doc[order].copy(), impact[order].astype(np.float32), idf, len(lengths)
        )


class LexicalIndex:
    """BM25 scores of every document for some words."""

    def __init__(
        self,
        terms: dict[str, int],
        starts: NDArray[np.int64],
        docs: NDArray[np.int32],
        impacts: NDArray[np.float32],
        idf: NDArray[np.float32],
        size: int,
    ) -> None:
        self._terms, self._starts, self._docs, self._impacts, self._idf = terms, starts, docs, impacts, idf
        self.size = size

    def _span(self, key: str) -> slice | None:
        number = self._terms.get(key)
        return None if number is None else slice(int(self._starts[number]), int(self._starts[number + 1]))

    def scores(self, text: str) -> NDArray[np.float32]:
        """float32[documents]: BM25 of the content words of `text`; 0 where none occurs."""
        total = np.zeros(self.size, dtype=np.float32)
        for key in content_stems(text):
            span = self._span(key)
            if span is not None:
                total[self._docs[span]] += self._impacts[span]
        return total

    def known_share(self, text: str) -> float:
        """Which part of the content words of `text` the catalog knows at all, 0 to 1; 0 without content
        words.
        """
        keys = content_stems(text)
        return sum(key in self._terms for key in keys) / len(keys) if keys else 0.0

    def containing(self, phrase: str) -> NDArray[np.bool_]:
        """bool[documents]: which documents hold every content word of `phrase`; none if it has no content
        word.
        """
        keys = content_stems(phrase)
        found = np.full(self.size, bool(keys))
        for key in keys:
            span = self._span(key)
            here = np.zeros(self.size, dtype=bool)
            if span is not None:
                here[self._docs[span]] = True
            found &= here
        return found
