"""Text into words that can be compared: lower case, without accents, stemmed, without what a text says it
lacks.

Knows nothing about products, queries or scores.
"""

from __future__ import annotations

import functools
import re
import unicodedata

_WORD = re.compile(r"[a-z0-9]+|[.!?;:]")
_NEGATORS = frozenset({"no", "not", "without", "never", "zero", "ohne", "kein", "keine", "sans"})
_ARTICLES = frozenset({"a", "an", "any", "the", "of", "or", "nor", "real", "genuine", "added"})
# After one of these, a sentence speaks of other things: "wear it with leather boots".
_PAIRING = frozenset({"pair", "pairs", "wear", "worn", "team", "style", "layer", "combine", "matches"})
_STOPWORDS = """
a about all also am an and any are as at be been but by can could d do does for from get give go got had has
have having hello help hey hi how i if in into is it its just kind let like ll look looking m me mind my
need of on one ones or our out please re s show so some something somebody t that the their them then there
these they thing things this those to too up us ve very want wants was we were what when where which who
will with would you your der die das ein eine einen und fur mit ich suche le la les un une des et pour avec
je cherche
"""
STOPWORDS = frozenset(_STOPWORDS.split())


def fold(text: str) -> str:
    """`text` in lower case and without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("ß", "ss")


def words(text: str) -> list[str]:
    """The words of `text` in order, unstemmed; sentence ends stand as their own mark."""
    return _WORD.findall(fold(text))


@functools.lru_cache(maxsize=1000)  # a product's words are read for its facts and for its full text
def plain_words(text: str) -> tuple[str, ...]:
    """The words `text` says of the thing itself, in order.

    An empty string stands where a word is denied ("no hood", "leather-free") or belongs to another thing
    ("wear it with leather boots"), so that neighbours don't become phrases.
    """
    found = words(text)
    kept: list[str] = []
    denied = 0
    pairing = elsewhere = False
    for at, word in enumerate(found):
        if word in ".!?;:":
            denied, pairing, elsewhere = 0, False, False
            kept.append("")
            continue
        if word in _NEGATORS:
            denied = 2
            kept.append("")
            continue
        pairing = pairing or word in _PAIRING
        elsewhere = elsewhere or (pairing and word in {"with", "over", "under"})
        free = at + 1 < len(found) and found[at + 1] == "free"
        drop = denied > 0 or elsewhere or free
        if denied and word not in _ARTICLES:
            denied -= 1
        kept.append("" if drop else word)
    return tuple(kept)


@functools.lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A light English stem: plural, -ing, -ed and final e; made to agree with itself, not to be read."""
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, least in (("ing", 4), ("ed", 3)):
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) >= least and any(v in rest for v in "aeiouy"):
            word = rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "sl" else rest
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def content_stems(text: str) -> list[str]:
    """The stems of the words a search is about, in order, each once."""
    return list(dict.fromkeys(stem(w) for w in words(text) if w not in STOPWORDS and w not in ".!?;:"))
