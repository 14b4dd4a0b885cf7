"""What a reply claims: the amounts and product titles it mentions, and the language it is in.

Knows nothing about scripts, threads or whether the claims are true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shopper.types import minor_exponent

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_CODES = "EUR|USD|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|CZK"
_WORDS = {
    "euro": "EUR",
    "euros": "EUR",
    "dollar": "USD",
    "dollars": "USD",
    "bucks": "USD",
    "pound": "GBP",
    "pounds": "GBP",
    "quid": "GBP",
    "franken": "CHF",
}
_NUMBER = r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_AMOUNT = re.compile(
    rf"(?P<sign>[€$£¥])\s?(?P<a>{_NUMBER})"
    rf"|\b(?P<code>{_CODES})\s?(?P<b>{_NUMBER})"
    rf"|(?P<c>{_NUMBER})\s?(?:(?P<sign2>[€$£¥])|(?P<code2>{_CODES})\b|(?P<word>{'|'.join(_WORDS)})\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Amount:
    """An amount of money as the text words it, in minor units."""

    minor: int
    words: str


def amounts(text: str) -> tuple[Amount, ...]:
    """Every amount of money in `text`; a bare number is none."""
    found = []
    for match in _AMOUNT.finditer(text):
        group = match.groupdict()
        number = group["a"] or group["b"] or group["c"]
        currency = (
            _SIGNS.get(group["sign"] or group["sign2"] or "")
            or (group["code"] or group["code2"] or "").upper()
            or _WORDS[group["word"].lower()]
        )
        found.append(Amount(_minor(number, currency), match.group().strip()))
    return tuple(found)


def _minor(number: str, currency: str) -> int:
    digits = re.sub(r"['’\u00a0\u202f]", "", number)
    # The last mark is a decimal one unless three digits follow it.
    decimal = re.fullmatch(r"(.*)[.,](\d{1,2})", digits)
    whole, part = (decimal[1], decimal[2]) if decimal else (digits, "")
    whole = re.sub(r"[.,]", "", whole)
    exponent = minor_exponent(currency)
    return int(whole + part.ljust(exponent, "0")[:exponent])


# ── titles ──────────────────────────────────────────────────────────────────────────────────────────

_MARKED = re.compile(r"\*\*(.+?)\*\*|“([^”]+)”|„([^“”]+)[“”]|«\s?([^»]+?)\s?»|\"([^\"\n]+)\"|\[([^\]]+)\]\(")


def marked_titles(text: str) -> tuple[str, ...]:
    """The spans in bold, quotes or links that read like a title: two or more capitalised words."""
    spans = (next(group for group in match.groups() if group) for match in _MARKED.finditer(text))
    return tuple(s.strip() for s in spans if sum(w[:1].isupper() for w in s.split()) >= 2)


def mentions_title(text: str, title: str) -> bool:
    """Whether `title` stands in `text` as whole words, in any case."""
    return re.search(rf"(?<!\w){re.escape(title)}(?!\w)", text, re.IGNORECASE) is not None


def foreign_titles(text: str, known: Iterable[str], shown: Iterable[str]) -> tuple[str, ...]:
    """The titles of `known` that `text` mentions though they aren't among `shown`.

    A title of one word ("Scarf") or in lower case is ordinary prose: only whole titles as written count.
    """
    rest = text
    for title in sorted(shown, key=len, reverse=True):
        rest = re.sub(rf"(?<!\w){re.escape(title)}(?!\w)", "·", rest, flags=re.IGNORECASE)
    return tuple(
        title
        for title in dict.fromkeys(known)
        if len(title.split()) > 1 and re.search(rf"(?<!\w){re.escape(title)}(?!\w)", rest)
    )


# ── language ────────────────────────────────────────────────────────────────────────────────────────

# Small words that carry a sentence; a garment's name says nothing about the language around it.
_SMALL_WORDS = {
    "en": "the and is are you your with for this that these here have has i it of in to would not "
    "from one only can my we our what which but also there at as it's i'd i'm than worth "
    "first no be more by out an any here's together",
    "de": "aus der die das und ist sind du sie ihr ihre mit für diese dieser hier habe hat ich es "
    "von im zu nicht ein eine auf nur kann gibt den dem auch keine oder wenn passt passen "
    "gefunden unter stück mein meine wir dazu aber gleich sehr würde noch dein deine was "
    "welche um so bei als am dann hast möchte alles etwas welcher welchem möchten liegt zusammen erledigt",
    "fr": "le la les et est sont tu vous votre avec pour ce cette ces voici ai a je il de du des "
    "dans en ne pas un une sur que ou plus trouvé moins j'ai n'ai mon ma mes nous notre nos "
    "aussi à au aux mérite c'est quel quelle rien mais d'un d'une qui l'article tout lequel "
    "laquelle",
    "it": "il lo la gli le e è sono tu lei con per questo questa questi ecco ho ha io di del della "
    "nel in non un una su che solo più trovato meno sotto mio mia i anche da al alla merita "
    "c'è quale niente ma come prima ti vorrei dal sul va bene ora capo",
    "es": "el la los las y es son tú usted con para este esta estos aquí he ha yo de del en no un "
    "una sobre que solo más encontrado hay menos por mi mis nosotros nuestra nuestro también "
    "a al qué cuál nada pero te me merece esto primera lo se está ahora siento va hecho total",
}
_STOPWORDS = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}


def language_of(text: str, titles: Iterable[str] = ()) -> str | None:
    """The language most of the small words are of, product titles left out; None where it can't be told."""
    for title in sorted(titles, key=len, reverse=True):
        text = re.sub(re.escape(title), " ", text, flags=re.IGNORECASE)
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.casefold().replace("’", "'"))
    scores = {language: sum(word in stop for word in words) for language, stop in _STOPWORDS.items()}
    best = max(scores, key=lambda language: scores[language])
    # A tie can't be told: "in" and "la" belong to several.
    return best if scores[best] and list(scores.values()).count(scores[best]) == 1 else None
