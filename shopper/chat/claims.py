"""What a sentence of a reply claims: amounts, sizes, availability, deeds, links and names.

Knows nothing about the shop's facts; whether a claim is true is decided in `grounding`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from shopper.types import minor_exponent

_NUMBER = r"(?:\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)"
_PERCENT = re.compile(
    r"(\d+(?:[.,]\d+)?)\s?(?:%|(?:percent|per cent|prozent|pour cent|per cento|por ciento)\b)", re.IGNORECASE
)
_LINK = re.compile(
    r"https?://\S+|www\.\S+|\b[\w.-]+@[\w-]+\.\w+"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|shop|store|de|fr|it|es|eu|co|io|example)\b(?:/\S*)?",
    re.IGNORECASE,
)
_LETTER_SIZE = re.compile(r"(?<![\w&'’])(XXS|XS|S|M|L|XL|XXL|XXXL|[2-6]XL)(?![\w&'’])")
_NAME = re.compile(r"(?<![\w'’])[A-ZÀ-Ý][\w'’&-]+(?:\s+(?:&\s+)?[A-ZÀ-Ý][\w'’&-]+)*")
_MARKED = re.compile(r"\*\*(.+?)\*\*|[“„\"]([^“”\"]{3,60})[”“\"]|«\s?([^»]{3,60}?)\s?»")
_ORDINALS = ("first", "second", "third", "fourth")
_FEW = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ein": 1, "zwei": 2, "drei": 3}
_FEW |= {"deux": 2, "trois": 3, "due": 2, "tre": 3, "dos": 2, "tres": 3}
_CURRENCIES = {
    "EUR": r"€|\bEUR\b|\beuros?\b",
    "USD": r"\$|\bUSD\b|\bdollars?\b|\bbucks\b",
    "GBP": r"£|\bGBP\b|\bpounds?\b|\bquid\b",
    "JPY": r"¥|\bJPY\b|\byen\b",
    "CHF": r"\bCHF\b|\bfranken\b|\bfrancs?\b",
}
_SIZE_NAME = r"(extra small|small|medium|large|extra large)"
_NAMED_SIZE = re.compile(
    rf"\bsizes? {_SIZE_NAME}\b|\b{_SIZE_NAME}(?= (?:is|are) (?:in stock|sold out|available))", re.IGNORECASE
)


@cache
def _words(kind: str) -> str:
    """The alternatives of a kind in `claims.toml`."""
    with (Path(__file__).parent / "claims.toml").open("rb") as file:
        tables = tomllib.load(file)
    entries = "|".join(tables[kind])
    if kind == "amount_in_words":
        entries = entries.format(counted=_words("counted"), currencies=_words("currencies"))
    return entries


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_words(kind)})(?!\w)", re.IGNORECASE)


@cache
def _money() -> re.Pattern[str]:
    codes, n = r"[€$£¥]|\b(?:CHF|EUR|USD|GBP)", _NUMBER
    return re.compile(
        rf"(?:{codes})\s?({n})|({n})\s?(?:(?:{codes})(?!\w)|\b(?:{_words('currencies')})\b)"
        rf"|\b(?:{_words('priced')})\s+(?:just |only |nur )?({n})",
        re.IGNORECASE,
    )


@cache
def _left() -> re.Pattern[str]:
    count = rf"(\d+|{'|'.join(_FEW)})"
    return re.compile(
        rf"\b(?:{_words('only')})\s+{count}\b(?!\s*(?:[€$£%]|of\b|{_words('currencies')}))"
        rf"|\b{count}\s+(?:\w+\s+)?(?:{_words('left')})\b",
        re.IGNORECASE,
    )


@cache
def _size_list() -> re.Pattern[str]:
    joint = r"\s?(?:,|/|and|or|und|oder|et|ou|e|o|y)\s?"
    return re.compile(
        rf"\b(?:{_words('size_word')})\s+(\d{{1,3}}(?:[.,]5)?(?:{joint}\d{{1,3}}(?:[.,]5)?)*)", re.IGNORECASE
    )


def says(kind: str, text: str) -> bool:
    """Whether `text` speaks of a kind of claim, one of those in `claims.toml`."""
    return bool(_pattern(kind).search(text))


def plain(sentence: str) -> str:
    """The sentence without marks of emphasis and invisible characters inside words and numbers."""
    return re.sub(r"[*_`\u200b\u200c\u200d\u2060\ufeff]", "", sentence)


def money(sentence: str) -> list[str]:
    """The amounts of money as written."""
    return [next(group for group in match.groups() if group) for match in _money().finditer(sentence)]


def other_currency(sentence: str, currency: str) -> bool:
    """Whether a sentence speaks of money in another currency."""
    signs = (pattern for code, pattern in _CURRENCIES.items() if code != currency)
    return any(re.search(pattern, sentence, re.IGNORECASE) for pattern in signs)


def minor(text: str, currency: str) -> int:
    """A written amount in minor units: "1.299,00" and "1,299" alike."""
    digits = re.sub(r"[ '\u00a0\u202f]", "", text)
    decimal = re.fullmatch(r"(.*)[.,](\d{1,2})", digits)
    whole, part = (decimal[1], decimal[2]) if decimal else (digits, "")
    exponent = minor_exponent(currency)
    return int(re.sub(r"[.,]", "", whole) + part.ljust(exponent, "0")[:exponent])


def numbers(text: str) -> set[str]:
    """Every number as a bare token: "4.90" and "4,90" alike."""
    return {_bare(token) for token in re.findall(r"\d+(?:[.,]\d+)?", text)}


def other_numbers(sentence: str) -> set[str]:
    """The numbers that aren't amounts of money, percentages or parts of links."""
    return numbers(_LINK.sub(" ", _PERCENT.sub(" ", _money().sub(" ", sentence))))


def percents(text: str) -> set[str]:
    """The percentages as bare numbers."""
    return {_bare(match.group(1)) for match in _PERCENT.finditer(text)}


def links(sentence: str) -> list[str]:
    """Web and mail addresses."""
    return [match.group(0).rstrip(".,;:)!?") for match in _LINK.finditer(sentence)]


def sizes(clause: str) -> list[str]:
    """The sizes a clause speaks of."""
    found = [match.group(1) for match in _LETTER_SIZE.finditer(clause)]
    found += [match.group(1) or match.group(2) for match in _NAMED_SIZE.finditer(clause)]
    for match in _size_list().finditer(clause):
        found += re.findall(r"\d{1,3}(?:[.,]5)?", match.group(1))
    return found


def counts_left(sentence: str) -> list[int]:
    """How many pieces a sentence says are left."""
    found = [match.group(1) or match.group(2) for match in _left().finditer(sentence)]
    ones = [1] if says("last_one", sentence) else []
    return ones + [_FEW.get(word.lower()) or int(word) for word in found]


def boasts(sentence: str) -> list[str]:
    """Praise of the kind that needs a source."""
    return [match.group(0).lower() for match in _pattern("boast").finditer(sentence)]


def names(sentence: str) -> list[str]:
    """What is written as a name: marked spans with capitals, and runs of capitalised words."""
    marked = (next(group for group in match.groups() if group) for match in _MARKED.finditer(sentence))
    runs = (match.group(0) for match in _NAME.finditer(sentence))
    return [*(span for span in marked if span[:1].isupper()), *runs]


def positions(sentence: str) -> list[int]:
    """Which cards a sentence counts out: "the second one"."""
    return [n for n, kind in enumerate(_ORDINALS, start=1) if says(kind, sentence)]


def refers_back(sentence: str) -> bool:
    """Whether a sentence begins with a pronoun, and so speaks of what was named before."""
    return bool(re.match(rf"\W*(?:and |plus |also )?(?:{_words('pronoun')})(?!\w)", sentence, re.IGNORECASE))


def clauses(sentence: str) -> list[str]:
    """The parts that affirm or deny on their own: "in M, but not in L"."""
    marks = r";|—|–|,\s+(?=(?:in|en|while|whereas|only|nur)\b)"
    parts = re.split(rf"\s*(?:{marks}|\b(?:{_words('but')})\b)\s*", sentence, flags=re.IGNORECASE)
    return [part for part in parts if part.strip()]


def _bare(token: str) -> str:
    return re.sub(r"\.0+$", "", token.replace(",", "."))
