"""Which of the shop's languages a message is written in.

Knows nothing about fashion beyond the lexicon's words.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re

from shopper.chat.understand.draft import flatten
from shopper.products.lexicon import LANGUAGES, Lexicon, tokens

_GARMENT_WEIGHT = 1.5
_SHARED_WEIGHT = 0.5  # "polyester" is said in all of them
_COMPOUND_WEIGHT = 2.0
_BEFORE_WEIGHT = 0.6  # who wrote in Italian goes on in Italian
_MARGIN = 0.3  # a language is left for one that is clearly spoken
_LETTERS = (("äöüß", "de"), ("ñ¿¡áíóú", "es"), ("çêœâî", "fr"), ("ìòùè", "it"))
_LONGEST_NAME = 3  # words
# What is said in every language tells none.
_EVERYWHERE = frozenset({"ok", "okay", "hmm", "lol", "omg", "haha", "no", "si", "super", "top"})
# A "gonna" is a skirt in Italian.
_GOING_TO = re.compile(
    r"\bgonna\s+(?:be|take|go|get|buy|have|need|wear|try|look|think|do|make|use|want|pay|order|keep|leave|say|ask|check)\b"
)
_NAMES = {
    "en": "english|englisch|anglais|inglese|ingles",
    "de": "german|deutsch|allemand|tedesco|aleman",
    "fr": "french|franzosisch|francais|francese|frances",
    "it": "italian|italienisch|italien|italiano",
    "es": "spanish|spanisch|espagnol|spagnolo|espanol",
}
_ASKED = {
    name: re.compile(
        rf"\b(?:in|auf|en)\s+(?:{said})\b(?=\W*(?:$|please|pls|thanks|if|now|instead|bitte|wenn|s'il|svp|stp|merci|per favore|por favor))"
        rf"|\b(?:speak|speaking|write|parlez|parle|parlare|parli|parla|habla|hablas|hablar|sprich|sprechen|sprecht)(?:[ -](?:vous|tu|du|sie|ihr|we|me|you|to me in|in))?\s+(?:{said})\b"
        rf"|^\W*(?:{said})\W*(?:please|bitte|svp|per favore|por favor)?\W*$"
    )
    for name, said in _NAMES.items()
}


def asked_for(text: str) -> str | None:
    """The language that the words ask to be answered in: "in English please"."""
    flat = flatten(text)
    return next((name for name, pattern in _ASKED.items() if pattern.search(flat)), None)


def detect(text: str, lexicon: Lexicon, *, before: str | None = None) -> str:
    """The language that is asked for, else the one by votes of small words and of garment words.

    `before` is left only where another is clearly spoken.
    """
    if named := asked_for(text):
        return named
    votes = dict.fromkeys(LANGUAGES, 0.0)
    words = tokens(text)
    if before in votes:
        votes[before] += _BEFORE_WEIGHT
    for at in range(len(words)):
        # "Body warmer" is said in English, though "body" is a garment in four languages.
        for length in range(_LONGEST_NAME, 1, -1):
            spoken = {e[2] for e in lexicon.phrases.get(tuple(w.text for w in words[at : at + length]), ())}
            if len(spoken) == 1 and at + length <= len(words):
                # Of "a message" only the second word tells.
                telling_words = length - (words[at].text in lexicon.stopwords["en"])
                votes[spoken.pop()] += telling_words * _GARMENT_WEIGHT
                break
    spoken_words = [w for w in words if w.text not in _EVERYWHERE or len(words) > 2]
    for word in spoken_words:
        known = lexicon.known_form(word.text)
        telling = [name for name in LANGUAGES if word.text in lexicon.stopwords[name]]
        if word.text in lexicon.accented and text[word.start : word.end].casefold() == word.text:
            telling = []  # "fur" without its dots is English
        for name in telling:
            votes[name] += 1 / len(telling)
        if telling and any(e[2] == "en" for e in lexicon.phrases.get((known,), ())):
            votes["en"] += 1 / len(telling)  # "tan" is a colour, though it is "so" in Spanish
        if not telling:
            spoken = {entry[2] for entry in lexicon.phrases.get((known,), ())}
            if known in lexicon.english:
                spoken |= {"en"}
            weight = _SHARED_WEIGHT if "en" in spoken and len(spoken) > 1 else _GARMENT_WEIGHT
            if before not in (None, "en") and spoken == {"en"} and len(words) == 1:
                weight = _SHARED_WEIGHT  # a colour or a thing is named in English everywhere
            for name in spoken:
                votes[name] += weight / len(spoken)
            if not spoken and lexicon.find(text[word.start : word.end], "de"):
                votes["de"] += _COMPOUND_WEIGHT
    votes["en"] += _GARMENT_WEIGHT * bool(_GOING_TO.search(text.casefold()))
    for letters, name in _LETTERS:
        votes[name] += any(letter in text.casefold() for letter in letters)
    # The first of equals wins: "t-shirt" alone stays English.
    best = max(votes, key=lambda name: (votes[name], name == before, name == "en"))
    if before in votes and votes[best] - votes[before] < _MARGIN:
        return str(before)
    return best if votes[best] > 0 else before or "en"
