"""What a product is made of, where title, description or tags state it plainly as its composition.

Knows nothing about file formats or stated attributes.
"""

from __future__ import annotations

import re

from shopper.products.feeds.draft import Draft
from shopper.products.feeds.said import said, without_asides
from shopper.products.taxonomy import Mention, Taxonomy

# "leather look", "silk-touch": it only looks or feels so.
_LIKE = re.compile(
    r"^[\s-]*(?:look|like|effect|feel|touch|style|inspired|free|print|printed|alternative|wash|soft)\b", re.I
)
_NOT = re.compile(
    r"\b(?:no|not|non|without|free of|faux|vegan|imitation|mock|fake|artificial|synthetic|pu|like|than|"
    r"ohne|kein|keine|kunst|sans|sin|replaces?)[\s-]*(?:\w+[\s-]+)?$",
    re.I,
)
_PERCENT = re.compile(r"\d{1,3}(?:[.,]\d+)?\s?%\s*(?:[\w®™'-]+\s+){0,3}$")
_MADE = re.compile(
    r"\b(?:made|crafted|cut|woven|knitted|knit|tailored|spun|constructed|designed|composed|consists?|shaped|"
    r"gefertigt|hergestellt|fabriqué|confeccionad[oa])\s+(?:\w+\s+){0,2}?"
    r"(?:of|from|in|with|using|out of|aus|en|de)\s+(?:[\w'-]+\s+){0,3}$|"
    r"\b(?:material|composition|fabric|shell|outer|lining|upper|sole|obermaterial|futter)s?\s*:\s*"
    r"(?:[\w%'-]+,?\s+){0,4}$|^(?:in|aus)\s+(?:[\w'-]+\s+){0,2}$",
    re.I,
)
# A part that is of the material makes the product contain it: "leather trim", "fleece lining".
_STUFF = re.compile(
    r"^[\s-]*(?:\w+[\s-]+)?(?:fabric|blend|mix|knit|weave|lining|lined|trim|trims|upper|uppers|sole|outsole|strap|straps|"
    r"panels?|inserts?|mesh|shell|fibre|fiber|yarn|jersey|material|stoff|cord|chain|hooks?|clasps?)\b",
    re.I,
)
_ADJECTIVES = re.compile(r"^[\s-]*(?:[\w'-]+\s+){0,2}$")


def materials_in(
    draft: Draft, category: str | None, taxonomy: Taxonomy, language: str | None
) -> tuple[str, ...]:
    """Material keys, each once: what the title names, whole tags, plain statements of the description."""
    found: dict[str, None] = {}
    for m in said(draft.title, taxonomy, language):
        if m.kind == "material" and _real(draft.title, m):
            found[m.key] = None
    for tag in draft.tags:
        key = taxonomy.material(tag)
        # A tag "Gold" may be the colour of an anything; of jewellery it is at least as much the metal.
        if key and (taxonomy.color(tag) is None or _is_jewellery(category, taxonomy)):
            found[key] = None
    for sentence in re.split(r"(?<=[.!?;])\s|\n", without_asides(draft.description)):
        mentions = said(sentence, taxonomy, language)
        for m in mentions:
            if (
                m.kind == "material"
                and _real(sentence, m)
                and _plain(sentence, m, mentions, category, taxonomy)
            ):
                found[m.key] = None
    return tuple(found)


def _real(text: str, mention: Mention) -> bool:
    before = text[max(0, mention.start - 40) : mention.start]
    return not _LIKE.match(text[mention.end :]) and not _NOT.search(before)


def _plain(
    sentence: str, mention: Mention, mentions: list[Mention], category: str | None, taxonomy: Taxonomy
) -> bool:
    before, after = sentence[: mention.start], sentence[mention.end :]
    if _PERCENT.search(before) or _MADE.search(before) or _STUFF.match(after):
        return True
    # "black leather bracelet" of a bracelet; "leather boots" in a dress's text isn't about the dress.
    for other in mentions:
        if other.kind == "category" and other.start <= mention.start and mention.end < other.end:
            return category is not None and _same_thing(other.key, category, taxonomy)
        gap = sentence[mention.end : other.start] if other.start >= mention.end else None
        if other.kind == "category" and gap is not None and _ADJECTIVES.match(gap):
            return category is not None and _same_thing(other.key, category, taxonomy)
    # "12 oz denim, cotton and linen": one of a list whose first item is a statement.
    joined = re.search(r"(?:,|\band\b|&|/|\+|\bund\b|\bet\b)\s*(?:\w+\s+)?$", before)
    if joined:
        earlier = [m for m in mentions if m.kind == "material" and m.end <= mention.start]
        if earlier and len(sentence[earlier[-1].end : mention.start].split()) <= 2:
            return _plain(sentence, earlier[-1], mentions, category, taxonomy)
    return False


def _same_thing(named: str, category: str, taxonomy: Taxonomy) -> bool:
    return (
        named == category
        or named in taxonomy.category_within(category)
        or category in taxonomy.category_within(named)
        or bool(set(taxonomy.category_parents(named)[:1]) & set(taxonomy.category_parents(category)[:1]))
    )


def _is_jewellery(category: str | None, taxonomy: Taxonomy) -> bool:
    return category is not None and category in taxonomy.category_within("jewellery")
