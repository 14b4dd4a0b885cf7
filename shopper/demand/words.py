"""Picks the words of a wish that nobody sells: plain words that the catalog lacks and that name nobody.

Knows nothing about storage; what it picks is only kept once several conversations said it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from shopper.products.lexicon import Lexicon, fold, split_words, tokens

MOST = 8  # of one find
_SHORTEST, _LONGEST = 3, 20  # letters; longer ones are ids and addresses
_SENTENCE_END = re.compile(r"[.!?:;\n]\s*$")
_ADDRESS = re.compile(r"\S*[@/\d]\S*|\S+\.\S+")  # mail, links, numbers; none of their parts is a word
# A word after one of these is somebody: "my name is Ines", "for Mrs Weber".
_BEFORE_A_NAME = re.compile(
    r"(?:\b(?:my name is|i am|i'm|call me|named|called|mr|mrs|ms|miss|dr|dear|regards|husband|wife|partner|"
    r"daughter|son|mother|father|mum|mom|dad|sister|brother)\b[.,]?\s*)$",
    re.IGNORECASE,
)


def unsold_words(
    text: str, unknown: Sequence[str], *, said: str, lexicon: Lexicon, knows: Callable[[str], bool]
) -> tuple[str, ...]:
    """At most eight words and pairs of words that the shop's catalog doesn't hold.

    `text` is what a find searched for, `unknown` are the facts in it that nobody knows; `said` is the message
    they came from, in which only names are looked for.
    """
    names = names_in(said)
    plain = lexicon.stopwords["en"] | frozenset(split_words(lexicon.tables["request"]["words"]))

    def counts(word: str) -> bool:
        fits = word.isalpha() and _SHORTEST <= len(word) <= _LONGEST
        return fits and word not in names and word not in plain and not lexicon.find(word) and not knows(word)

    found: dict[str, None] = {}
    for phrase in (*unknown, text):
        before = ""
        for token in tokens(_ADDRESS.sub("1", phrase)):
            word = token.text
            if not counts(word):
                before = ""
                continue
            found[word] = None
            if before:
                found[f"{before} {word}"] = None
            before = word
    return tuple(found)[:MOST]


def names_in(said: str) -> frozenset[str]:
    """The words of a message that may name somebody: capitals inside a sentence, or what a name follows."""
    shouting = said.isupper()
    out = set()
    for token in tokens(said):
        before = said[: token.start]
        starts = not before.strip() or _SENTENCE_END.search(before) is not None
        capital = said[token.start : token.end][:1].isupper() and not starts and not shouting
        if capital or _BEFORE_A_NAME.search(before):
            out.add(fold(token.text))
    return frozenset(out)


def mostly_unknown(text: str, *, lexicon: Lexicon, knows: Callable[[str], bool]) -> bool:
    """Whether the catalog holds less than half of the words that a wish consists of."""
    plain = lexicon.stopwords["en"] | frozenset(split_words(lexicon.tables["request"]["words"]))
    words = [token.text for token in tokens(text) if token.text not in plain]
    return bool(words) and 2 * sum(map(knows, words)) < len(words)
