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

from shopper.chat.understand.draft import Draft
from shopper.products.lexicon import split_words
from shopper.types import PriceRange, Recommendation, Relative

_FILE = Path(__file__).with_name("comparatives.toml")


def _load() -> dict[str, Relative]:
    with _FILE.open("rb") as file:
        tables = tomllib.load(file)
    return {
        word: Relative(attribute=attribute, direction=direction)
        for attribute, row in tables.items()
        for direction, said in row.items()
        for word in split_words(said)
    }


_WORDS = _load()
_KNOWN = re.compile(
    r"(?<![\w-])(?:" + "|".join(re.escape(w) for w in sorted(_WORDS, key=len, reverse=True)) + r")(?![\w-])"
)
_OTHER = re.compile(
    r"\b(more|less)\s+((?!of|than|to|like|or|info|information|about|options?|results?|pictures?|photos?|please|expensive|such|in|from|for|with|without|items?|things|ideas|"
    r"stuff|and|but|time|money|sizes|choices?|products?|styles?|[\d$€£])[a-z]{3,}y|(?:structured|feminine|masculine|textured|patterned|solid|pointed|rounded|open|strappy|floral|"
    r"graphic|striped|vintage|modern|western|bohemian|boho|ruffled|sheer|colored|coloured|wintery|summery|pink|red|blue|green|grey|gray|white|black|brown|gold|silver|plaid|stripes|shine|details?|graphics|pockets|buttons|ruffles|lace|prints?|designs?|patterns?|logos?|straps?|detailing|revealing|artistic|dramatic|juvenile))\b"
)
_TOO = ("too ", "zu ", "trop ", "troppo ", "demasiado ", "muy ")
_DENIED = re.compile(
    r"(?:\b(?:not|nothing|never|isn't|aren't|without being|nicht|nichts|pas|rien|non|niente|no|nada)|n't(?: be)?)\s*(?:be |de |di )?$"
)
_NOT_RELATIVE_AFTER = re.compile(r"^\s+(?:than \d|than [€$£])")


def read_relative(draft: Draft) -> tuple[Relative, ...]:
    """The comparatives of `draft`, blanked there."""
    found: list[Relative] = []
    for match in list(_KNOWN.finditer(draft.flat)):
        # "Nothing too formal" is a degree that isn't wanted, not a comparison with what was shown.
        if match.group().startswith(_TOO) and _DENIED.search(draft.flat[: match.start()]):
            continue
        if not _NOT_RELATIVE_AFTER.match(draft.flat[match.end() :]):
            found.append(_WORDS[match.group()])
        draft.blank(*match.span())
    for other in list(_OTHER.finditer(draft.flat)):
        found.append(Relative(attribute=other[2], direction=other[1]))
        draft.blank(*other.span())
    return tuple(dict.fromkeys(found))


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
