"""Which of the features and occasions that a text mentions are true of the product.

Knows nothing about file formats; a word of shop prose often means something else than it would as a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from shopper.products.taxonomy import Mention, Taxonomy

# Where a group of features can be true at all. Groups that aren't named here fit anything.
_PLACES = {
    "heel": frozenset({"shoes"}),
    "toe": frozenset({"shoes", "socks", "tights"}),
    "neckline": frozenset({"dress", "jumpsuit", "tops", "outerwear", "swimwear", "nightwear", "underwear"}),
    "sleeves": frozenset({"dress", "jumpsuit", "tops", "outerwear", "nightwear", "swimwear"}),
    "length": frozenset({"dress", "jumpsuit", "skirt", "tops", "outerwear", "nightwear"}),
    "rise": frozenset({"bottoms", "swimwear", "underwear", "jumpsuit"}),
}
# In a description these mostly mean something else: flat seams, vent holes, full-length zips, hard work.
_DOUBTFUL = frozenset(
    {
        "flat", "holes", "rips", "full length", "full-length", "short", "flare", "plunge", "hipster",
        "fringe", "work", "date", "runs", "plane", "ball", "match", "office", "evening", "evenings", "daily",
    }
)  # fmt: skip
# "perfect for a wedding", "made for running"
_FOR = re.compile(
    r"\b(?:for|perfect|ideal|great|suits?|suitable|during|dress(?:ed)? up|für|pour|para|per)\b[^.;\n]{0,60}$",
    re.I,
)


def fitting_features(
    title: list[Mention], text: list[Mention], description: str, category: str | None, taxonomy: Taxonomy
) -> tuple[str, ...]:
    """Feature keys that may hold for `category`: the title's, then the description's without rivals."""
    found = {m.key: None for m in title if m.kind == "feature" and _fits(m.key, category, taxonomy)}
    taken = {group for key in found if (group := taxonomy.feature_group(key))}
    later = [
        m.key
        for m in text
        if m.kind == "feature" and not _doubtful(m, description) and _fits(m.key, category, taxonomy)
    ]
    for key in dict.fromkeys(later):
        group = taxonomy.feature_group(key)
        rivals = {other for other in later if taxonomy.feature_group(other) == group}
        if group is None or (group not in taken and len(rivals) == 1):
            found[key] = None
    return tuple(found)


def meant_occasions(title: list[Mention], text: list[Mention], description: str) -> tuple[str, ...]:
    """Occasion keys of the title, and of the description where it says what the product is for."""
    found = [m.key for m in title if m.kind == "occasion"]
    for m in text:
        if m.kind == "occasion" and not _doubtful(m, description) and _FOR.search(description[: m.start]):
            found.append(m.key)
    return tuple(dict.fromkeys(found))


def without_rivals(stated: Iterable[str], said: Iterable[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """Stated features, and those said that don't contradict one of them."""
    found = dict.fromkeys(stated)
    groups = {group for key in found if (group := taxonomy.feature_group(key))}
    for key in said:
        if taxonomy.feature_group(key) not in groups:
            found[key] = None
    return tuple(found)


def _doubtful(mention: Mention, text: str) -> bool:
    return text[mention.start : mention.end].lower() in _DOUBTFUL


def _fits(feature: str, category: str | None, taxonomy: Taxonomy) -> bool:
    places = _PLACES.get(taxonomy.feature_group(feature) or "")
    if places is None or category is None:
        return True
    if feature == "cropped" and "bottoms" in taxonomy.category_parents(category):
        return True
    return bool(places & {category, *taxonomy.category_parents(category)})
