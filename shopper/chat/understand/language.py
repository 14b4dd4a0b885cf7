"""Which of the shop's languages a message is written in.

Knows nothing about fashion beyond the lexicon's words.
"""

from __future__ import annotations

from shopper.products.lexicon import LANGUAGES, Lexicon, tokens

_GARMENT_WEIGHT = 1.5
_SHARED_WEIGHT = 0.5  # "polyester" is said in all of them
_COMPOUND_WEIGHT = 2.0
_BEFORE_WEIGHT = 0.6  # who wrote in Italian goes on in Italian
_LETTERS = (("äöüß", "de"), ("ñ¿¡áíóú", "es"), ("çêœâî", "fr"), ("ìòùè", "it"))
_LONGEST_NAME = 3  # words


def detect(text: str, lexicon: Lexicon, *, before: str | None = None) -> str:
    """The language by votes of small words and of garment words; `before` where little else tells."""
    votes = dict.fromkeys(LANGUAGES, 0.0)
    words = tokens(text)
    if before in votes:
        votes[before] += _BEFORE_WEIGHT
    for at in range(len(words)):
        # "Body warmer" is said in English, though "body" is a garment in four languages.
        for length in range(_LONGEST_NAME, 1, -1):
            spoken = {e[2] for e in lexicon.phrases.get(tuple(w.text for w in words[at : at + length]), ())}
            if len(spoken) == 1 and at + length <= len(words):
                votes[spoken.pop()] += length * _GARMENT_WEIGHT
                break
    for word in words:
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
            for name in spoken:
                votes[name] += weight / len(spoken)
            if not spoken and lexicon.find(text[word.start : word.end], "de"):
                votes["de"] += _COMPOUND_WEIGHT
    for letters, name in _LETTERS:
        votes[name] += any(letter in text.casefold() for letter in letters)
    # The first of equals wins: "t-shirt" alone stays English.
    best = max(votes, key=lambda name: (votes[name], name == before, name == "en"))
    return best if votes[best] > 0 else before or "en"
