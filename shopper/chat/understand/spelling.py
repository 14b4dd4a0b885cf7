"""Mends slips of the keyboard in fashion words: "striped shrit in linnen".

Knows nothing about meaning; it never touches a word that is English, known to the catalog, or short.
"""

from __future__ import annotations

import gzip
import heapq
import json
import re
from functools import cache
from importlib import resources

from rapidfuzz.distance import OSA

from shopper.products.lexicon import Lexicon, fold, load_lexicon, split_words, tokens

_COMMON_WORDS = 32_000
_MENDABLE = frozenset(
    {"category", "color", "material", "pattern", "feature", "fit", "occasion", "season", "gender", "person"}
)
_RUN = re.compile(r"([a-wyzA-WYZ])\1{2,}")
_SHORTEST = 4
_VOWELS = "aeiouy"
_ENDINGS = ("ier", "er", "less", "ish", "ly", "ing", "y", "est")
_SHORTEST_FOREIGN = 7
_SIZE_WORDS = frozenset(fold(w) for w in split_words(load_lexicon().tables["size_words"]["words"]))
_CUES = (
    "without",
    "under",
    "between",
    "waterproof",
    "cheaper",
    "something",
    "colour",
    "color",
    "anything",
    "basket",
    "budget",
    "looking",
    "shipping",
    "delivery",
    "return",
)


@cache
def english_words() -> frozenset[str]:
    """The commonest English words (by pyspellchecker's table), never taken for a slip."""
    packed = resources.files("spellchecker").joinpath("resources", "en.json.gz").read_bytes()
    counts = {word: count for word, count in json.loads(gzip.decompress(packed)).items() if word.isalpha()}
    return frozenset(heapq.nlargest(_COMMON_WORDS, counts, key=counts.__getitem__))


@cache
def _targets(language: str) -> dict[str, tuple[str, ...]]:
    """Words to mend to, by first letter."""
    by_letter: dict[str, set[str]] = {}
    for phrase, entries in load_lexicon().phrases.items():
        if not any(e[0] in _MENDABLE and e[2] in ("en", language) for e in entries):
            continue
        if phrase not in load_lexicon().listed and not any(e[0] in ("category", "gender") for e in entries):
            continue
        if language != "en" and len(phrase) > 1:
            continue  # no list of common words tells the everyday words of a foreign name
        for word in phrase:
            # Of compound names only words that aren't everyday English: a "back pack" isn't about backs.
            telling = len(phrase) == 1 or word not in english_words()
            if telling and len(word) >= _SHORTEST and word.isalpha():
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
    if word in _SIZE_WORDS:
        return True
    return bool(re.sub(r"'(?:s|m|re|ve|ll|d|t)$", "", word) in english_words())


def mend(text: str, lexicon: Lexicon, *, language: str, names: frozenset[str]) -> str:
    """`text` with misspelt fashion words put right; `names` are the catalog's own words, left alone."""
    # "Hiiii" is "hi"; a run of x is a size.
    out = text = _RUN.sub(r"\1", text)
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


def _swapped(word: str, target: str) -> bool:
    """Whether only the order differs, or one vowel for another in a word of five: "balck", "jeens"."""
    if sorted(word) == sorted(target):
        return True
    differing = [(a, b) for a, b in zip(word, target, strict=True) if a != b]
    return len(word) == 5 and all(a in _VOWELS and b in _VOWELS for a, b in differing)


def _skeleton(word: str) -> str:
    """The consonants of a word, doubled ones once: "sandles" and "sandals" share theirs."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouy]", "", word))


@cache
def _nearest(word: str, language: str) -> str | None:
    near: list[tuple[int, bool, str]] = []
    limit = 1 if len(word) < 8 or language != "en" else 2
    for target in _targets(language).get(word[0], ()):
        alike = language == "en" and limit < 2 <= len(word) - 4 and _skeleton(word) == _skeleton(target)
        reach = 2 if alike else limit
        distance = OSA.distance(word, target, score_cutoff=reach)
        if distance > reach:
            continue
        # In a short word one other letter makes another word ("skirt", "shirt"): there only a swapped,
        # missing or doubled letter counts as a slip.
        if len(word) <= 5 and len(word) == len(target) and not _swapped(word, target):
            continue
        # "Dressier", "silky", "buttonless" are words made of fashion words, not slips.
        if any(word.endswith(end) and not target.endswith(end) for end in _ENDINGS):
            continue
        # "Jaens" is rather jeans than the second half of "mary janes".
        near.append((distance, (target,) not in load_lexicon().phrases, target))
    near.sort()
    if not near or (
        len(near) > 1 and near[0][:2] == near[1][:2] and fold(near[0][2])[:4] != fold(near[1][2])[:4]
    ):
        return None
    return near[0][2]
