"""Puts what one message says into the fields of a query.

Knows nothing about how the words were read or about what earlier turns left.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from shopper.chat.understand import answers, carry
from shopper.chat.understand.context import Context
from shopper.chat.understand.draft import Draft
from shopper.chat.understand.exclusions import excluded_by, is_fine
from shopper.chat.understand.found import Found
from shopper.chat.understand.references import Pointed
from shopper.chat.understand.roles import heads_of_occasions
from shopper.chat.understand.wishes import Wish
from shopper.chat.understand.words import asks_for, preferences
from shopper.products.lexicon import fold
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.types import Exclusions, Intent

# In these the words point at cards or ask the shop something; what they name is no new wish to filter by.
NOT_A_SEARCH: frozenset[Intent] = frozenset(
    {"compare", "cart_update", "checkout", "order_status", "policy", "smalltalk", "out_of_scope"}
)
_EITHER = re.compile(r"\b(?:or|oder|ou|o)\b|/")
_PLURAL = {
    "color": "colors",
    "material": "materials",
    "pattern": "patterns",
    "brand": "brands",
    "feature": "features",
}
_SINGLE = {"fit": "fit", "occasion": "occasion", "season": "season"}
# What has a hem: only there "long" and "short" say a length that a shop states.
_HEMMED = frozenset(
    {"dress", "skirt", "jumpsuit", "nightdress", "robe", "sari", "kurta", "abaya", "cover-up"}
)
_LENGTH_WORD = re.compile(r"^(?:lang|kurz|long|court|lung|cort|larg)\w*$")


class Stater:
    """Knows which facts go together, by the taxonomy and by what the shop sells."""

    def __init__(self, taxonomy: Taxonomy, vocabulary: CatalogVocabulary) -> None:
        self._taxonomy = taxonomy
        self._vocabulary = vocabulary

    def said(
        self,
        found: Found,
        wanted: Sequence[Wish],
        stated: Intent | None,
        context: Context,
        pointed: Pointed,
    ) -> carry.Said:
        """The facts of one message; a stated intent that is no search leaves none."""
        fields: dict[str, Any] = {}
        before = context.previous.exclude if context.previous else Exclusions()
        lifted = [w for w in wanted if excluded_by(w, before) and is_fine(found.whole, w)]
        keep = stated not in NOT_A_SEARCH
        if keep:
            fields = self._fields([w for w in wanted if w not in lifted], found.whole)
            if stated in ("detail", "cart_add"):
                # "Is it lined?" asks about a card; only the size and the colour of what is asked for are wishes.
                fields = {name: value for name, value in fields.items() if name == "colors"}
            fields.update(_beside_wishes(found, pointed))
            if context.photos:
                fields["like"] = tuple(p.photo_id for p in context.photos)
                if stated != "outfit":
                    _see(fields, found, context)
        dropped: dict[str, tuple[str, ...]] = {}
        for wish in found.split.dropped:
            name = _PLURAL.get(wish.kind)
            if name:
                dropped[name] = (*dropped.get(name, ()), wish.key)
        return carry.Said(
            fields=fields,
            exclude=found.split.exclude if keep else carry.Said().exclude,
            lasting=found.split.lasting if keep else carry.Said().lasting,
            adds=stated != "cart_add" and answers.adds(found.whole.flat),
            forget=answers.forgotten(found.whole.flat),
            dropped=dropped,
            lifted=tuple(w.key for w in lifted),
            forget_budget=found.budget.forget,
        )

    def _fields(self, wanted: Sequence[Wish], whole: Draft) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        categories = [w for w in wanted if w.kind == "category" and w.role == "wanted"]
        if categories:
            fields["category"] = self._known(self._primary(categories, whole))
        for wish in heads_of_occasions(wanted):
            if wish.role != "wanted" or not self._suits(wish, fields.get("category"), whole):
                continue
            if name := _PLURAL.get(wish.kind):
                fields[name] = tuple(dict.fromkeys((*fields.get(name, ()), wish.key)))
            elif (name := _SINGLE.get(wish.kind)) and name not in fields:
                fields[name] = wish.key
        return fields

    def _known(self, category: str) -> str:
        """A kind that this shop doesn't have by that name, as what it is sold as."""
        sold = self._vocabulary.categories
        wider = self._taxonomy.sold_as(category)
        return wider if wider in sold and not self._taxonomy.category_within(category) & sold else category

    def _suits(self, wish: Wish, category: str | None, whole: Draft) -> bool:
        """Heels and toes are features of shoes only: "flat front" trousers have no flat heel."""
        if wish.kind != "feature" or not category:
            return True
        group = self._taxonomy.feature_group(wish.key)
        family = {category, *self._taxonomy.category_parents(category)}
        if group in ("heel", "toe"):
            return "shoes" in family
        said = fold(whole.text[wish.start : wish.end])
        return not (group == "length" and _LENGTH_WORD.match(said)) or bool(family & _HEMMED)

    def _primary(self, categories: Sequence[Wish], whole: Draft) -> str:
        """The first category, or the special kind of it that is named too: "shoes, maybe sneakers".

        "Leggings or yoga pants" are both wanted, so the wider of them is meant; of "sweater or sweatshirt" the
        one that this shop has.
        """
        first, *others = categories
        named = [first]
        for other in others:
            if first.key in self._taxonomy.category_parents(other.key):
                return other.key
            either = _EITHER.search(whole.flat[first.end : other.start])
            if either and other.key in self._taxonomy.category_parents(first.key):
                return other.key
            if either:
                named.append(other)
        sold = self._vocabulary.categories
        return next((c.key for c in named if self._taxonomy.category_within(c.key) & sold), first.key)


def _beside_wishes(found: Found, pointed: Pointed) -> dict[str, Any]:
    """Sizes, money, order, wearer and soft wishes."""
    fields: dict[str, Any] = asks_for(_beside(found.whole, pointed))
    if found.sizes:
        fields["sizes"] = found.sizes
    if found.budget.price is not None:
        fields["price"] = found.budget.price
    if found.wearer.gender:
        fields["gender"] = found.wearer.gender
    if found.wearer.age_group:
        fields["age_group"] = found.wearer.age_group
    if prefer := preferences(found.soft_words, found.split.wanted, found.split):
        fields["prefer"] = prefer
    return fields


def _beside(whole: Draft, pointed: Pointed) -> Draft:
    """The message without the words that point: "the cheapest one" asks for no order."""
    rest = Draft(whole.text, whole.language)
    for span in pointed.spans:
        rest.blank(*span)
    return rest


def _see(fields: dict[str, Any], found: Found, context: Context) -> None:
    """What the photos show counts as said, unless the words say otherwise."""
    seen = context.photos[0]
    if seen.category and "category" not in fields:
        fields["category"] = seen.category
    changed = "colors" in fields or found.split.exclude.colors
    if seen.colors and not changed:
        fields["colors"] = tuple(c for c in seen.colors)
    if seen.patterns and "patterns" not in fields and not found.split.exclude.patterns:
        fields["patterns"] = seen.patterns
