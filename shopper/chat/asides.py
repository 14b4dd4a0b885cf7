"""What a shopper asks for beside products: a person, preferences, another piece of a look, advice on size.

Knows nothing about the catalog; a wish that the reader understood as a search stays one.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from shopper.chat.measures import NO_MEASURES, Measures, read_measures
from shopper.products.lexicon import fold
from shopper.products.taxonomy import Taxonomy
from shopper.search.looks import place_of
from shopper.types import Intent, Recommendation, ShopperQuery, Thread

AsideKind = Literal[
    "handoff", "remember", "recall", "forget", "look", "swap", "size_help", "health", "minor", "hello"
]
# What the wire calls the intent of an aside.
INTENTS: dict[AsideKind, Intent] = {
    "handoff": "policy",
    "remember": "smalltalk",
    "recall": "smalltalk",
    "forget": "smalltalk",
    "look": "outfit",
    "swap": "outfit",
    "size_help": "policy",
    "health": "smalltalk",
    "minor": "out_of_scope",
    "hello": "smalltalk",
}
_GROWN = 18
_FACTS = ("category", "colors", "materials", "patterns", "brands", "features", "occasion", "price")
# Not for somebody who says that they are a child.
_ADULT = frozenset({"lingerie", "shapewear"})
_ASKING = re.compile(r"\?|^(?:do|did|can|will|would|what|which|how)\b")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True)
class Aside:
    """One request beside search; `rest` are the words after those that named it."""

    kind: AsideKind
    rest: str = ""
    piece: int | None = None  # of the look in sight, from 0
    adds: str | None = None  # the kind of a piece that the look doesn't have yet
    measures: Measures = NO_MEASURES
    email: str | None = None


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    with (Path(__file__).parent / "asides.toml").open("rb") as file:
        return re.compile("|".join(tomllib.load(file)[kind]))


def says(kind: str, text: str) -> bool:
    """Whether a message holds words of a kind of `asides.toml`."""
    return bool(_pattern(kind).search(_flat(text)))


def is_minor(thread: Thread, text: str) -> bool:
    """Whether the shopper has said in this conversation that they are a child."""
    spoken = [*(turn.text for turn in thread.turns if turn.role == "shopper"), text]
    return any(0 < age < _GROWN for words in spoken for age in _ages(words))


def _ages(text: str) -> list[int]:
    found = _pattern("my_age").finditer(_flat(text))
    return [int(next(group for group in match.groups() if group)) for match in found]


def aside_of(
    text: str,
    query: ShopperQuery,
    *,
    look: tuple[Recommendation, ...],
    look_in_sight: bool,
    minor: bool,
    taxonomy: Taxonomy,
    nonsense: bool,
    cart_lines: int = 0,
) -> Aside | None:
    """What `text` asks for beside a search; `query` is what the reader made of it."""
    flat = _flat(text)
    wanted = query.category if query.intent in ("search", "refine", "similar") else None
    if minor and wanted in _ADULT:
        return Aside("minor")
    if not wanted and _ages(text) and minor and not any(query.wire().get(name) for name in _FACTS):
        return Aside("hello")  # "hi, I'm 13" asks for nothing yet
    if _pattern("handoff").search(flat):
        address = _EMAIL.search(text)
        return Aside("handoff", rest=text, email=address.group(0) if address else None)
    for kind in _MEMORY:
        match = _pattern(kind).search(flat)
        if match and not (kind == "remember" and _ASKING.search(flat)):
            return Aside(kind, rest=text[match.end() :].strip(" ,.:!") if len(text) == len(flat) else text)
    if look and (found := _about_the_look(flat, look, taxonomy, in_sight=look_in_sight)):
        return found
    if look_in_sight and query.intent == "cart_update" and not cart_lines and _pattern("swap").search(flat):
        return Aside("swap")  # of a piece that the look doesn't have
    measures = read_measures(flat)
    asks = measures and (not wanted or _pattern("which_size").search(flat))
    if _pattern("size_help").search(flat) or asks:
        return Aside("size_help", measures=measures)
    quiet = nonsense or query.intent in ("smalltalk", "out_of_scope") or not (wanted or query.text)
    return Aside("health") if quiet and _pattern("health").search(flat) else None


_MEMORY: tuple[Literal["forget", "recall", "remember"], ...] = ("forget", "recall", "remember")


def _about_the_look(
    flat: str, look: tuple[Recommendation, ...], taxonomy: Taxonomy, *, in_sight: bool
) -> Aside | None:
    if _pattern("look").search(flat):
        return Aside("look")
    if not in_sight or not _pattern("swap").search(flat):
        return None
    piece = piece_meant(flat, look, taxonomy)
    if piece is not None:
        return Aside("swap", piece=piece)
    # "Different shoes" where there are none yet wants a pair.
    named = [m.key for m in taxonomy.find_all(flat) if m.kind == "category" and place_of(m.key, taxonomy)]
    return Aside("swap", adds=named[0]) if named else None


def without_swap_words(text: str) -> str:
    """What is said of the new piece alone: "swap the bag for something red" without its verb."""
    return " ".join(_pattern("swap").sub(" ", _flat(text)).split())


def piece_meant(words: str, look: tuple[Recommendation, ...], taxonomy: Taxonomy) -> int | None:
    """Which piece of a look the words name by its kind: "the shoes", "a smaller bag"."""
    named = [m.key for m in taxonomy.find_all(words) if m.kind == "category"]
    for key in named:
        for n, piece in enumerate(look):
            own = piece.product.category
            if own and (
                own == key or key in (taxonomy.category_parents(own) if own in taxonomy.categories else ())
            ):
                return n
    wanted = {place_of(key, taxonomy) for key in named} - {None}
    return next((n for n, p in enumerate(look) if place_of(p.product.category, taxonomy) in wanted), None)


def _flat(text: str) -> str:
    return fold(text).replace("’", "'")
