"""Reads wishes against what was shown: "cheaper", "a bit longer", "less formal", "not so shiny".

Knows nothing about products; `priced` turns "cheaper" into a bound where cards are in sight.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from statistics import median_low

from shopper.chat.understand.draft import Draft, Span
from shopper.products.lexicon import split_words
from shopper.types import PriceRange, Recommendation, Relative

_FILE = Path(__file__).with_name("comparatives.toml")


def _load() -> dict[str, Relative]:
    with _FILE.open("rb") as file:
        tables = tomllib.load(file)
    frames = tables.pop("frames")
    words: dict[str, Relative] = {}
    for attribute, row in tables.items():
        more, less = (Relative(attribute=attribute, direction=way) for way in ("more", "less"))
        for wish, said in ((more, "more"), (less, "less")):
            words.update(dict.fromkeys(split_words(row.get(said, "")), wish))
        # "Long" is the one end of length: "not long enough" asks for more of it, "too long" for less.
        for end, here, there in (("high", more, less), ("low", less, more)):
            for language, adjectives in row.get(end, {}).items():
                for adjective in split_words(adjectives):
                    for frame in split_words(frames[language]["more"]):
                        words.setdefault(frame.replace("*", adjective), here)
                    for frame in split_words(frames[language]["less"]):
                        words.setdefault(frame.replace("*", adjective), there)
    return words


_WORDS = _load()
_KNOWN = re.compile(
    r"(?<![\w-])(?:" + "|".join(re.escape(w) for w in sorted(_WORDS, key=len, reverse=True)) + r")(?![\w-])"
)
_OTHER = re.compile(
    r"\b(more|less|fewer)\s+((?!anything|something|nothing|everything|clothing|shopping|different|recent|available|material|jewellery|accessor|recommended|affordable|interested|of|than|to|like|or|info|information|about|options?|results?|pictures?|photos?|please|expensive|such|in|from|for|with|without|items?|things|ideas|"
    r"stuff|and|but|time|money|sizes|choices?|products?|styles?|[\d$€£])[a-z]{3,}(?:y|ing|ed|al|ic|ive|ous|ful|ish|ent|ant|ible|able)\b|(?:structured|feminine|masculine|textured|patterned|solid|pointed|rounded|open|strappy|floral|"
    r"graphic|striped|vintage|modern|western|bohemian|boho|ruffled|sheer|colored|coloured|wintery|summery|pink|red|blue|green|grey|gray|white|black|brown|gold|silver|plaid|stripes|shine|details?|graphics|pockets|buttons|ruffles|lace|prints?|designs?|patterns?|logos?|straps?|detailing|revealing|artistic|dramatic|juvenile))\b"
)
_TOO = ("too ", "zu ", "trop ", "troppo ", "demasiado ", "muy ")
_DENIED = re.compile(
    r"(?:\b(?:not|nothing|never|isn't|aren't|without being|nicht|nichts|pas|rien|non|niente|no|nada)|n't(?: be)?)\s*(?:be |de |di )?$"
)
_SUPERLATIVE = re.compile(r"\b(?:el|la|los|las|lo|il|i|gli|le|les)\s+$")
_LOOKING = re.compile(
    r"\bmak(?:es?|ing) (?:me|her|him|us|you|(?:my|her|his) \w+) (?:look|seem|appear) (?:a bit |much |a lot |\w+ years )?$"
)
_OR_BEFORE = re.compile(r"\b(?:or|oder|ou|o)\s+$")
_PLENTY = re.compile(
    r"^\s+(?:prints?|patterns?|ones|options|things|stuff|pieces|items|colou?rs|dresses|shoes|tops)\b"
)
_OF_A_HEEL = re.compile(r"^\s*(?:$|[.,;!?]|(?:and|but|please|pls|than|ones|heels?|with|or)\b)")
_BOUND = re.compile(r"^\s+(?:than|als|que|di|del|de)\b")
_REGULAR = re.compile(
    r"\b[a-z]{4,}ier\b|\b(?:round|bold|plain|neat|crisp|sleek|rich|deep|sharp|stiff|firm|snug|sheer|quiet|loud|slick|dark|bright|stern|sparse|fresh)er\b"
)
_NOT_COMPARED = frozenset(
    split_words(
        "carrier, courier, barrier, supplier, premier, cashier, terrier, soldier, earlier, easier, happier, dossier, atelier, hosier, frontier, collier, chandelier, brigadier, cavalier, espalier, prettier, papier, messier"
    )
)
_NOT_RELATIVE_AFTER = re.compile(r"^\s+(?:than \d|than [€$£])")


def read_relative(draft: Draft, apart: Sequence[Span] = ()) -> tuple[Relative, ...]:
    """The comparatives of `draft`, blanked there; `apart` are names of things, such as "body warmer"."""
    found: list[Relative] = []
    for match in list(_KNOWN.finditer(draft.flat)):
        # "Nothing too formal" is a degree that isn't wanted, not a comparison with what was shown.
        if any(start < match.end() and match.start() < end for start, end in apart):
            continue
        if match.group() in ("higher", "lower") and not _OF_A_HEEL.match(draft.flat[match.end() :]):
            continue  # "a higher neckline" says nothing of heels
        before = draft.flat[: match.start()]
        if (
            draft.language in ("fr", "it", "es")
            and _WORDS[match.group()].attribute == "price"
            and _SUPERLATIVE.search(before)
        ):
            continue  # "el más barato" is an order
        if _LOOKING.search(before):
            draft.blank(*match.span())  # "makes my legs look longer" is said of the legs
            continue
        if _OR_BEFORE.search(before):
            continue  # "knee length or longer" is a bound
        if match.group().startswith(_TOO) and _DENIED.search(before):
            continue
        # "Not longer than the knee" is a bound, and "ein kurzer Rock" only a short one.
        if _BOUND.match(draft.flat[match.end() :]) and _DENIED.search(before):
            continue
        if draft.language == "de" and _is_inflected(draft, match):
            continue
        if not _NOT_RELATIVE_AFTER.match(draft.flat[match.end() :]):
            found.append(_WORDS[match.group()])
        draft.blank(*match.span())
    for other in list(_OTHER.finditer(draft.flat)):
        if _PLENTY.match(draft.flat[other.end() :]):
            continue  # "more blue ones" are blue ones
        found.append(Relative(attribute=other[2], direction="more" if other[1] == "more" else "less"))
        draft.blank(*other.span())
    # "Frillier", "rounder": comparatives that no list knows.
    for match in list(_REGULAR.finditer(draft.flat)) if draft.language == "en" else ():
        if any(start < match.end() and match.start() < end for start, end in apart):
            continue  # "Verrier" is a name
        if (base := _base_of(match.group())) is not None:
            found.append(Relative(attribute=base, direction="more"))
            draft.blank(*match.span())
    return tuple(dict.fromkeys(found))


def _base_of(word: str) -> str | None:
    """The adjective of a regular comparative: "frillier" → "frilly"."""
    if word in _NOT_COMPARED:
        return None
    return word[:-3] + "y" if word.endswith("ier") else word[:-2]


def _is_inflected(draft: Draft, match: re.Match[str]) -> bool:
    """Whether a German word is the plain adjective in one of its cases: "langer Mantel", not "länger"."""
    said = draft.text[match.start() : match.end()].casefold()
    return (
        match.group() in ("langer", "kurzer", "grosser", "warmer", "dunner", "grober")
        and not any(letter in said for letter in "äöü")
        and bool(re.match(r"\s+\w", draft.flat[match.end() :]))
    )


def priced(
    relative: Sequence[Relative],
    shown: Sequence[Recommendation],
    positions: Sequence[int],
    price: PriceRange | None,
) -> PriceRange | None:
    """`price` with "cheaper" or "pricier" turned into a bound: against the card pointed at, else the middle one."""
    wish = next((r.direction for r in relative if r.attribute == "price"), None)
    prices = [min(v.price.minor for v in card.variants) for card in shown if card.variants]
    if wish is None or not prices:
        return price
    pointed = [prices[p - 1] for p in positions if 0 < p <= len(prices)]
    against = pointed[0] if pointed else median_low(prices)
    low, high, currency = (price.min, price.max, price.currency) if price else (None, None, None)
    if wish == "less":
        ceiling = max(against - 1, 0)
        high = ceiling if high is None else min(high, ceiling)
        low = low if low is not None and low <= high else None
    else:
        low = against + 1
        high = high if high is not None and high >= low else None
    return PriceRange(min=low, max=high, currency=currency)
