"""Which of the shop's languages a message is written in.

Knows nothing about fashion beyond the lexicon's words.
"""

from __future__ import annotations

from shopper.products.lexicon import LANGUAGES, Lexicon, tokens

_GARMENT_WEIGHT = 1.5
_SHARED_WEIGHT = 0.5  # "polyester" is said in all of them
_COMPOUND_WEIGHT = 2.0
_LETTERS = (("äöüß", "de"), ("ñ¿¡áíóú", "es"), ("çêœâî", "fr"), ("ìòù", "it"))


def detect(text: str, lexicon: Lexicon, *, before: str = "en") -> str:
    """The language by votes of small words and of garment words; `before` where nothing tells."""
    votes = dict.fromkeys(LANGUAGES, 0.0)
    words = tokens(text)
    for word in words:
        known = lexicon.known_form(word.text)
        telling = [name for name in LANGUAGES if word.text in lexicon.stopwords[name]]
        if word.text in lexicon.accented and text[word.start : word.end].casefold() == word.text:
            telling = []  # "fur" without its dots is English
        for name in telling:
            votes[name] += 1 / len(telling)
        if not telling:
            spoken = {entry[2] for entry in lexicon.phrases.get((known,), ())}
            if known in lexicon.english:
                spoken = {"en"}
            weight = _SHARED_WEIGHT if "en" in spoken and len(spoken) > 1 else _GARMENT_WEIGHT
            for name in spoken:
                votes[name] += weight / len(spoken)
            if not spoken and lexicon.find(text[word.start : word.end], "de"):
                votes["de"] += _COMPOUND_WEIGHT
    for letters, name in _LETTERS:
        votes[name] += any(letter in text.casefold() for letter in letters)
    # The first of equals wins: "t-shirt" alone stays English.
    best = max(votes, key=lambda name: (votes[name], name == before, name == "en"))
    return best if votes[best] > 0 else before
