"""What a shopper lets the shop remember: sizes, brands, a budget, dislikes; off until they say so.

Knows nothing about where it is kept; applying it changes a query and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from shopper.chat import claims
from shopper.errors import BadInput
from shopper.products.taxonomy import Taxonomy
from shopper.types import Chip, Exclusions, Money, PriceRange, ShopperQuery, Value

Kind = Literal["sizes", "brands", "budget", "dislikes"]
KINDS: tuple[Kind, ...] = ("sizes", "brands", "budget", "dislikes")
_MOST = 20  # entries of a kind
_EXCLUDED = {
    "color": "colors",
    "material": "materials",
    "pattern": "patterns",
    "feature": "features",
    "category": "categories",
    "brand": "brands",
}
_WISHED = {"colors": "colors", "materials": "materials", "patterns": "patterns", "features": "features"}
# Groups of which the sizes are no clothes' sizes.
_OWN_SIZES = ("shoes", "bags", "accessories", "jewellery")


class Preferences(Value):
    """`sizes` are "39" or, for a kind of thing, "shoes: 39"; nothing is applied unless `enabled`."""

    enabled: bool = False
    sizes: tuple[str, ...] = Field(default=(), max_length=_MOST)
    brands: tuple[str, ...] = Field(default=(), max_length=_MOST)
    budget: Money | None = None
    dislikes: tuple[str, ...] = Field(default=(), max_length=_MOST)
    told: bool = False  # that they are used; said once

    @field_validator("sizes", "brands", "dislikes")
    @classmethod
    def _short(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        kept = tuple(dict.fromkeys(" ".join(value.split()) for value in values if value.strip()))
        if any(len(value) > 80 for value in kept):
            raise ValueError("each entry has at most 80 characters")
        return kept

    @classmethod
    def parse(cls, body: Mapping[str, Any] | None) -> Preferences:
        """From a stored or sent body; BadInput where a field doesn't fit."""
        try:
            return cls.model_validate(body or {})
        except ValidationError as wrong:
            first = wrong.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise BadInput(f"That can't be remembered ({where}: {first['msg']}).", field=where) from wrong

    @property
    def empty(self) -> bool:
        return not any(getattr(self, kind) for kind in KINDS)

    def listed(self) -> dict[str, tuple[str, ...]]:
        """What is remembered as words, by kind; kinds without anything are left out."""
        budget = (str(self.budget),) if self.budget else ()
        rows = {"sizes": self.sizes, "brands": self.brands, "budget": budget, "dislikes": self.dislikes}
        return {kind: values for kind, values in rows.items() if values}

    def adding(self, kind: Kind, value: str, *, taxonomy: Taxonomy, currency: str) -> Preferences:
        """With one thing more, and switched on; BadInput for what couldn't be acted on."""
        value = " ".join(value.split())
        if kind == "budget":
            return self._changed(budget=_amount(value, currency))
        if kind == "dislikes" and not excluded_by(value, taxonomy, self.brands):
            raise BadInput(
                "I can keep dislikes that can be checked: colours, materials, patterns, details, kinds.",
                field="value",
            )
        kept: tuple[str, ...] = getattr(self, kind)
        if kind == "sizes":
            about = _kind_and_size(value)[0]
            kept = tuple(entry for entry in kept if _kind_and_size(entry)[0] != about)
        return self._changed(**{kind: tuple(dict.fromkeys((*kept, value)))[-_MOST:]})

    def without(self, kind: Kind | None = None, value: str | None = None) -> Preferences:
        """Without one entry, without a kind, or empty and off."""
        if kind is None:
            return Preferences()
        if kind == "budget" or value is None:
            return self.model_copy(update={kind: None if kind == "budget" else ()})
        left = tuple(entry for entry in getattr(self, kind) if value.lower() not in entry.lower())
        return self.model_copy(update={kind: left})

    def _changed(self, **values: Any) -> Preferences:
        return Preferences.parse({**self.model_dump(), **values, "enabled": True})

    def size_for(self, category: str | None, taxonomy: Taxonomy) -> str | None:
        """The size remembered for a kind of thing, the most special first."""
        if category is None or category not in taxonomy.categories:
            return None
        chain = (category, *taxonomy.category_parents(category))
        known = dict(_kind_and_size(entry) for entry in self.sizes)
        for group in chain:
            if group in known:
                return known[group]
        return None if any(group in chain for group in _OWN_SIZES) else known.get("")

    def apply(
        self, query: ShopperQuery, taxonomy: Taxonomy, *, for_another: bool = False
    ) -> tuple[ShopperQuery, tuple[Chip, ...]]:
        """`query` with what is remembered where the words leave it open, and the chips that came of it.

        For somebody else, and for children, only the shop's brands stay a leaning; sizes and dislikes are the
        shopper's own.
        """
        kids = query.gender in ("girls", "boys") or query.age_group not in (None, "adult")
        if not self.enabled or for_another or kids:
            return query, ()
        changes: dict[str, Any] = {}
        used: list[Chip] = []
        if not query.sizes and (size := self.size_for(query.category, taxonomy)):
            changes["sizes"] = (size,)
            used.append(Chip(field="sizes", value=size))
        if self.budget and query.price is None and query.intent != "outfit" and query.category:
            changes["price"] = PriceRange(max=self.budget.minor)
            used.append(Chip(field="price.max", value=str(self.budget.minor)))
        exclude, more = self._disliked(query, taxonomy)
        if more:
            changes["exclude"] = exclude
            used += more
        if self.brands and not query.brands:
            changes["prefer"] = tuple(dict.fromkeys((*query.prefer, *self.brands)))
        return (query.model_copy(update=changes) if changes else query), tuple(used)

    def _disliked(self, query: ShopperQuery, taxonomy: Taxonomy) -> tuple[Exclusions, list[Chip]]:
        """The exclusions with the dislikes, unless this very wish is for one of them."""
        fields = {name: getattr(query.exclude, name) for name in Exclusions.model_fields}
        used: list[Chip] = []
        for dislike in self.dislikes:
            for name, key in excluded_by(dislike, taxonomy, self.brands):
                wished = getattr(query, _WISHED[name], ()) if name in _WISHED else ()
                if key in wished or key in fields[name] or key in (query.category, *query.brands):
                    continue
                fields[name] = (*fields[name], key)
                used.append(Chip(field=f"exclude.{name}", value=key))
        return Exclusions(**fields), used


def excluded_by(words: str, taxonomy: Taxonomy, brands: Iterable[str] = ()) -> list[tuple[str, str]]:
    """What a dislike rules out, as fields of the exclusions and their keys."""
    found = [(_EXCLUDED[m.kind], m.key) for m in taxonomy.find_all(words) if m.kind in _EXCLUDED]
    return found or [("brands", brand) for brand in brands if brand.lower() == words.lower()]


def size_kind(category: str | None, taxonomy: Taxonomy) -> str:
    """Of which kind of thing a size beside `category` is: "shoes", "ring", or "" for clothes."""
    if category is None or category not in taxonomy.categories:
        return ""
    chain = (category, *taxonomy.category_parents(category))
    if "shoes" in chain:
        return "shoes"
    if any(group in chain for group in _OWN_SIZES):
        return category
    return "jeans" if category == "jeans" else ""


def sized(kind: str, size: str) -> str:
    """A size as it is kept: "shoes: 39", or "M" for clothes."""
    return f"{kind}: {size}" if kind else size


def _kind_and_size(entry: str) -> tuple[str, str]:
    kind, colon, size = entry.partition(":")
    return (kind.strip().lower(), size.strip()) if colon else ("", entry.strip())


def _amount(value: str, currency: str) -> Money:
    written = sorted(claims.numbers(value))
    if not written:
        raise BadInput("Say the budget as an amount, like 120.", field="value")
    return Money(minor=claims.minor(written[-1], currency), currency=currency)
