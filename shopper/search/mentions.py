"""What a product's own words state beyond its fields: colour, pattern and material in the title, materials in
the text.

Knows nothing about queries; a word that the text denies or says of another thing doesn't count.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from shopper.products.taxonomy import Taxonomy
from shopper.search.words import plain_words
from shopper.types import Product

_IMITATIONS = frozenset({"look", "like", "effect", "style", "feel"})


class TitleFacts(NamedTuple):
    color: str | None
    materials: tuple[str, ...]
    patterns: tuple[str, ...]


def title_facts(title: str, taxonomy: Taxonomy) -> TitleFacts:
    """The colour, materials and patterns that a title names."""
    found: dict[str, list[str]] = {"color": [], "pattern": []}
    for mention in taxonomy.find_all(" ".join(word or "." for word in plain_words(title))):
        if mention.kind in found:
            found[mention.kind].append(mention.key)
    colors = found["color"]
    return TitleFacts(
        colors[0] if colors else None, tuple(_materials(title, taxonomy)), tuple(found["pattern"])
    )


def stated_materials(product: Product, taxonomy: Taxonomy) -> frozenset[str]:
    """Every material that title or description plainly say the product has: "leather trim", not "leather-
    free".
    """
    return frozenset((*_materials(product.title, taxonomy), *_materials(product.description, taxonomy)))


def _materials(text: str, taxonomy: Taxonomy) -> list[str]:
    """The materials of a text in order, each once; word by word, so that "leather jacket" names leather."""
    said: dict[str, None] = {}
    found = plain_words(text)
    for before, word, after in zip(["", *found], found, [*found[1:], ""], strict=False):
        alone = _material(taxonomy, word) if word else None
        if alone is None:
            continue
        if after in _IMITATIONS:
            # "Leather-look" is faux leather where the taxonomy knows it, and else no material at all.
            other = _material(taxonomy, f"{word} {after}")
            if other not in (None, alone):
                said[str(other)] = None
            continue
        # "Faux leather" is another thing than leather; "cotton leather" is two.
        both = before and not _material(taxonomy, before) and _material(taxonomy, f"{before} {word}")
        said[both or alone] = None
    return list(said)


@functools.lru_cache(maxsize=200_000)
def _material(taxonomy: Taxonomy, words: str) -> str | None:
    return taxonomy.material(words)
