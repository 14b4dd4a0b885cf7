"""What a product's text mentions: in its language, also inside of longer names, without denials.

Knows nothing about which field of a product a mention may fill.
"""

from __future__ import annotations

import re
from functools import lru_cache

from shopper.products.taxonomy import Mention, Taxonomy

_COMMON = {
    "en": {"the", "and", "with", "for", "of", "a", "an", "is", "this", "your", "to", "from"},
    "de": {"und", "mit", "der", "die", "das", "für", "aus", "ein", "eine", "im", "ist", "den", "von"},
    "fr": {"et", "avec", "pour", "les", "des", "une", "le", "la", "du", "est", "dans", "un", "au"},
    "it": {"e", "con", "per", "il", "di", "della", "una", "che", "lo", "un", "del", "gli"},
    "es": {"y", "con", "para", "el", "de", "los", "las", "una", "un", "del", "es"},
}
_FOREIGN = frozenset(word for language, words in _COMMON.items() if language != "en" for word in words)
_DENIED = re.compile(
    r"\b(?:no|not|non|without|never|free of|instead of|unlike|ohne|keine?|sans|pas de|sin)\s+(?:\w+\s+)?$",
    re.I,
)
# Asides about other things than the product: "pairs well with leather boots".
_ASIDE = re.compile(
    r"\b(?:pairs?|paired|wear|worn|goes|go|team|teamed|style[ds]?|combine[ds]?|match(?:es|ing)?|layer(?:ed|s)?)\b"
    r"[^.;\n]{0,40}\b(?:with|over|under|beneath)\b[^.;\n]*",
    re.I,
)
# Kinds that a longer name may hold in front of its last word: "leather jacket", "winter coat".
_INSIDE = frozenset({"material", "feature", "season", "occasion", "pattern", "fit"})


def language_of(text: str) -> str | None:
    """The language of a text by its commonest words; None where too few say so."""
    words = re.findall(r"[^\W\d_]+", text[:2000].lower())
    counts = sorted(
        ((sum(w in common for w in words), lang) for lang, common in _COMMON.items()), reverse=True
    )
    (most, language), (next_most, _) = counts[0], counts[1]
    return language if most >= 2 and most > next_most else None


def without_asides(text: str) -> str:
    """`text` with blanks in place of what it says about things to wear it with; positions stay."""
    return _ASIDE.sub(lambda found: " " * len(found[0]), text)


def said(text: str, taxonomy: Taxonomy, language: str | None) -> list[Mention]:
    """The mentions in `text` that it doesn't deny ("no collar"), also those inside of a longer name."""
    return list(_said_short(text, taxonomy, language)) if len(text) <= 60 else _said(text, taxonomy, language)


@lru_cache(maxsize=20_000)
def _said_short(text: str, taxonomy: Taxonomy, language: str | None) -> tuple[Mention, ...]:
    # Categories, tags and materials are the same few words in all of a feed.
    return tuple(_said(text, taxonomy, language))


def _said(text: str, taxonomy: Taxonomy, language: str | None) -> list[Mention]:
    found: list[Mention] = []
    for mention in taxonomy.find_all(text, language):
        if text[mention.start : mention.end].lower() in _FOREIGN:
            continue  # "für" isn't fur
        if not _DENIED.search(text[max(0, mention.start - 40) : mention.start]):
            found.append(mention)
            found += _inside(mention, text, taxonomy, language)
    return found


def _inside(mention: Mention, text: str, taxonomy: Taxonomy, language: str | None) -> list[Mention]:
    name = text[mention.start : mention.end]
    if mention.kind == "color":  # "dark denim": a shade named after its cloth
        head = name.rpartition(" ")[2]
        inner = taxonomy.find_all(head, language) if " " in name else []
        begin = mention.end - len(head)
        return [_moved(m, begin) for m in inner if m.kind == "material"]
    if mention.kind != "category":
        return []
    if not re.search(r"[\s-]", name):
        return _compound(mention, name, taxonomy)
    front = re.split(r"[\s-]+(?=[^\s-]+$)", name)[0]
    return [
        _moved(m, mention.start)
        for m in taxonomy.find_all(front, language)
        # "flight jacket" isn't for flying: an occasion counts by its own name only.
        if m.kind in _INSIDE and (m.kind != "occasion" or m.key == front[m.start : m.end].lower())
    ]


def _compound(mention: Mention, name: str, taxonomy: Taxonomy) -> list[Mention]:
    """The material in front of a German compound: "Lederjacke", "Kunstlederjacke"."""
    if mention.language != "de":
        return []
    for cut in range(len(name) - 3, 3, -1):
        stem = [m for m in taxonomy.find_all(name[:cut], "de") if m.kind == "material" and m.start == 0]
        if stem and stem[0].end == cut:
            return [_moved(stem[0], mention.start)]
    return []


def _moved(mention: Mention, by: int) -> Mention:
    return Mention(mention.kind, mention.key, mention.start + by, mention.end + by, mention.language)
