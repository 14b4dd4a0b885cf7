"""Which wishes are of the thing that is sought, which of a second one, and which of what it should go with.

Knows nothing about negation, budgets or earlier turns.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from shopper.chat.understand.draft import Draft
from shopper.chat.understand.wishes import Wish
from shopper.products.taxonomy import Taxonomy

# A thing that the wish goes with, not the wish: "shoes to wear with a black dress", "a belt for my jeans".
_BESIDE = re.compile(
    r"\b(?:(?:goes?|going|wear|worn|wearing|pair|pairs|match|matches|matching|styled?|works?|team|look good|looks good|nice) (?:\w+ )?(?:with|under|over|underneath)|"
    r"(?:matche?s?|to match|under|over|with|for|underneath|beneath) (?:my|her|his|these|this|that|those)|for (?:under |over )?an?|(?:under|over) an?|to go with|match(?:es|ing)?|goes under|"
    r"passend zu|zu (?:meinem|meiner|meinen|einem|einer)|assortie? a|pour aller avec|va avec|avec (?:ma|mon|mes)|da abbinare (?:a|con)|con (?:la mia|il mio|i miei|le mie)|"
    r"para combinar con|que combine con|con (?:mi|mis))\s+(?:(?:a|an|the|my|some|this|that|pair of|un|une|una)\s+)?(?:[\w'-]+\s+){0,4}?$"
)
_NEXT_PRODUCT = re.compile(
    r"(?:\band\b|\bplus\b|&|\+|\bund\b|\bet\b|\bas well as\b|,|\balong with\b|\bwith\b|\bmit\b|\bavec\b|\bcon\b|\bthen\b)"
)
# "I could stretch a bit": of money.
# "She's mad about pink": what somebody likes is a soft wish, what they ask for a firm one.
_LIKED = re.compile(
    r"\b(?:(?:she|he|they)(?:'s|'re| is| are)?(?: really| absolutely| always| so| totally)? (?:loves?|likes?|adores?|mad about|crazy about|nuts about|obsessed with|big on|into)|"
    r"favou?rite colou?r(?:s)? (?:is|are)|sie (?:liebt|mag)|er (?:liebt|mag)|(?:elle|il) (?:adore|aime)|le piace|gli piace|le (?:gusta|encanta)) (?:(?:all things|anything|everything|all|the colou?r|le|la|il|el) )?$"
)
_ASKING = re.compile(r"\b(?:what|which|something|anything|was|quoi|cosa|que)\b")


def with_roles(draft: Draft, found: Sequence[Wish], taxonomy: Taxonomy) -> list[Wish]:
    """The wishes with their roles: wanted, another thing's ("to go with my black dress"), or of a second product."""
    # "A fleece" is a thing, "fleece leggings" are of it.
    found = [w for w in found if not _is_only_material(draft, w, found)]
    heads = {(w.start, w.end) for w in found if w.kind == "category"}
    out = [w for w in found if w.kind != "material" or (w.start, w.end) not in heads]
    categories = [w for w in out if w.kind == "category" and w.role == "wanted"]
    # 1. What it should go with.
    for category in categories:
        cue = _BESIDE.search(draft.flat[: category.start])
        if cue is None:
            continue
        others = any(c is not category and c.end <= cue.start() for c in categories)
        if others or _ASKING.search(draft.flat[: cue.start()]):
            out = [replace(w, role="beside") if cue.start() <= w.start < category.end else w for w in out]
    out = [
        replace(w, role="second")
        if w.role == "wanted" and w.kind in ("color", "pattern") and _LIKED.search(draft.flat[: w.start])
        else w
        for w in out
    ]
    # 2. A second product after "and": its own wishes go with it.
    categories = [w for w in out if w.kind == "category" and w.role == "wanted"]
    for previous, category in pairwise(categories):
        joints = list(_NEXT_PRODUCT.finditer(draft.flat[previous.end : category.start]))
        # "Shoes with a heel", "underwear, briefs": the second name is a kind of the first.
        special = previous.key in taxonomy.category_parents(category.key)
        if joints and category.key != previous.key and not special:
            begin = previous.end + joints[-1].start()
            out = [
                replace(w, role="second")
                if w.role == "wanted"
                and begin <= w.start < category.end
                and w.kind not in ("occasion", "season")
                else w
                for w in out
            ]
    return out


def heads_of_occasions(wanted: Sequence[Wish]) -> list[Wish]:
    """A "beach wedding" is a wedding: of occasions that touch the last is meant."""
    occasions = [w for w in wanted if w.kind == "occasion"]
    modifiers = [a for a, b in pairwise(occasions) if b.start - a.end <= 1]
    return [w for w in wanted if w not in modifiers]


def _is_only_material(draft: Draft, wish: Wish, found: Sequence[Wish]) -> bool:
    """Whether a thing that is a material too only says what another is made of: "a robe, fleece, hooded"."""
    made_of = any(w.kind == "material" and (w.start, w.end) == (wish.start, wish.end) for w in found)
    earlier = any(w.kind == "category" and w.end <= wish.start for w in found)
    return (
        wish.kind == "category"
        and made_of
        and earlier
        and bool(re.search(r"(?:,|\bin|\bof)\s*$", draft.flat[: wish.start]))
    )
