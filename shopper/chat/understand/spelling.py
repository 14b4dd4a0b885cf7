"""Mends slips of the keyboard in fashion words: "striped shrit in linnen".

Knows nothing about meaning; it never touches a word that is English, known to the catalog, or short.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from rapidfuzz.distance import OSA

from shopper.products import lexicon as lexicon_file
from shopper.products.lexicon import Lexicon, fold, load_lexicon, tokens

_ENGLISH = Path(lexicon_file.__file__).with_name("english.txt")
_MENDABLE = frozenset({"category", "color", "material", "pattern", "feature", "fit", "occasion", "season"})
_SHORTEST = 4
_SHORTEST_FOREIGN = 7
_CUES = (
    "without",
    "under",
    "between",
    "waterproof",
    "cheaper",
    "something",
    "looking",
    "shipping",
    "delivery",
    "return",
)


@cache
def english_words() -> frozenset[str]:
    """The common English words."""
    lines = _ENGLISH.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


@cache
def _targets(language: str) -> dict[str, tuple[str, ...]]:
    """Words to mend to, by first letter."""
    by_letter: dict[str, set[str]] = {}
    for phrase, entries in load_lexicon().phrases.items():
        if not any(e[0] in _MENDABLE and e[2] in ("en", language) for e in entries):
            continue
        for word in phrase:
            if len(word) >= _SHORTEST and word.isalpha():
                by_letter.setdefault(word[0], set()).add(word)
    for word in _CUES if language == "en" else ():
        by_letter.setdefault(word[0], set()).add(word)
    return {letter: tuple(sorted(words)) for letter, words in by_letter.items()}


def is_known(word: str, lexicon: Lexicon) -> bool:
    """Whether a folded word is one that somebody meant to write."""
    if (
        word in english_words()
        or word in lexicon.words
        or any(word in words for words in lexicon.stopwords.values())
    ):
        return True
    return bool(re.sub(r"'(?:s|m|re|ve|ll|d|t)$", "", word) in english_words())


def mend(text: str, lexicon: Lexicon, *, language: str, names: frozenset[str]) -> str:
    """`text` with misspelt fashion words put right; `names` are the catalog's own words, left alone."""
    out = text
    for word in reversed(tokens(text)):
        if len(word.text) < _SHORTEST or not word.text.isalpha() or word.text in names:
            continue
        if is_known(lexicon.known_form(word.text), lexicon):
            continue
        if language == "de" and lexicon.find(text[word.start : word.end], "de"):
            continue
        if language != "en" and len(word.text) < _SHORTEST_FOREIGN:
            continue  # no list of that language's common words guards the short ones
        right = _nearest(word.text, language)
        if right is not None:
            out = out[: word.start] + right + out[word.end :]
    return out


@cache
def _nearest(word: str, language: str) -> str | None:
    near: list[tuple[int, str]] = []
    limit = 1 if len(word) < 8 else 2
    for target in _targets(language).get(word[0], ()):
        distance = OSA.distance(word, target, score_cutoff=limit)
        if distance > limit:
            continue
        # In a short word one other letter makes another word ("skirt", "shirt"): there only a swapped,
        # missing or doubled letter counts as a slip.
        if len(word) <= 5 and len(word) == len(target) and sorted(word) != sorted(target):
            continue
        near.append((distance, target))
    near.sort()
    if not near or (
        len(near) > 1 and near[0][0] == near[1][0] and fold(near[0][1])[:4] != fold(near[1][1])[:4]
    ):
        return None
    return near[0][1]
