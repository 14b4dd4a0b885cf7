"""What still holds from earlier turns, what a message replaces, and what a new subject drops.

Knows nothing about how a message was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shopper.chat.understand.exclusions import union, without
from shopper.products.taxonomy import Taxonomy
from shopper.types import Exclusions, PriceRange, ShopperQuery

_LASTING_PREFIX = "never "
_LISTS = ("colors", "materials", "patterns", "brands", "features", "sizes")
_PERSON = ("gender", "age_group")


@dataclass(frozen=True)
class Said:
    """The facts of one message, before earlier turns are added."""

    fields: dict[str, Any] = field(default_factory=dict)  # of ShopperQuery, without exclude
    exclude: Exclusions = field(default_factory=Exclusions)
    lasting: Exclusions = field(default_factory=Exclusions)
    adds: bool = False  # "also in green": adds to the list instead of replacing it
    forget: frozenset[str] = frozenset()  # fields that don't matter any more
    dropped: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # "instead of black": taken out of lists
    lifted: tuple[str, ...] = ()  # keys that may be shown again
    forget_budget: bool = False


def same_subject(previous: ShopperQuery, category: str | None, taxonomy: Taxonomy, *, refining: bool) -> bool:
    """Whether a message that names `category` still speaks of what was asked before."""
    if category is None or previous.category is None or category == previous.category:
        return True
    if previous.category in taxonomy.category_parents(category) or category in taxonomy.category_parents(
        previous.category
    ):
        return True
    return refining


def is_empty(query: ShopperQuery) -> bool:
    """Whether a query asks for nothing yet: only for whom it is and what is never wanted may stand in it."""
    return not any(
        getattr(query, name)
        for name in (*_LISTS, "category", "fit", "occasion", "season", "price", "like", "sort")
    )


def refine(previous: ShopperQuery, said: Said, taxonomy: Taxonomy) -> ShopperQuery:
    """`previous` with what the message says put on top."""
    values: dict[str, Any] = {name: getattr(previous, name) for name in ShopperQuery.model_fields}
    for gone in ("intent", "text", "relative", "reference"):
        values.pop(gone)
    likened = previous.reference is not None and previous.reference.kind == "shown"
    if said.fields.get("category", previous.category) != previous.category:
        values["like"] = ()  # a photo of a dress says nothing of shoes
    elif previous.intent == "similar" and likened:
        values["like"] = ()  # "more like this card" was for one turn; a photo stays
    if (
        "category" in said.fields
        and said.fields["category"] != previous.category
        and previous.category is not None
    ):
        _change_category(values, previous.category, said.fields["category"], taxonomy)
    for name in said.forget:
        values.pop(name, None)
        if name in ("colors", "materials", "patterns", "brands", "features"):
            values["exclude"] = values["exclude"].model_copy(update={name: ()})
    for name, keys in said.dropped.items():
        values[name] = tuple(k for k in values.get(name, ()) if k not in keys)
    for name, value in said.fields.items():
        if name == "features":
            values[name] = _merge_features(values.get(name, ()), value, taxonomy)
        elif name in _LISTS:
            values[name] = tuple(dict.fromkeys((*values.get(name, ()), *value))) if said.adds else value
        elif name == "price":
            values[name] = _merge_price(previous.price, value)
        elif name == "prefer":
            values[name] = tuple(dict.fromkeys((*values.get(name, ()), *value)))
        else:
            values[name] = value
    if said.forget_budget:
        values["price"] = None
    return _settle(values, said)


def fresh(previous: ShopperQuery | None, said: Said, *, connected: bool = False) -> ShopperQuery:
    """A new subject: of the old one only the person and what they never want stay.

    A `connected` one ("matching shoes") keeps the occasion and the season too.
    """
    values: dict[str, Any] = dict(said.fields)
    if previous is not None:
        for name in _PERSON:
            if values.get(name) is None and "gender" not in said.fields:
                values[name] = getattr(previous, name)
        for name in ("occasion", "season") if connected else ():
            values.setdefault(name, getattr(previous, name))
        values["exclude"] = lasting_of(previous)
        never = tuple(p for p in previous.prefer if p.startswith(_LASTING_PREFIX))
        values["prefer"] = (*never, *values.get("prefer", ()))
    return _settle(values, said)


def _settle(values: dict[str, Any], said: Said) -> ShopperQuery:
    """What is wished for is no longer excluded, and what is excluded is no longer wished for."""
    wanted = {
        name: said.fields.get(name, ()) for name in ("colors", "materials", "patterns", "brands", "features")
    }
    wanted["categories"] = (said.fields["category"],) if "category" in said.fields else ()
    again = {name: (*wanted.get(name, ()), *said.lifted) for name in Exclusions.model_fields}
    exclude = union(without(values.get("exclude", Exclusions()), again), said.exclude)
    for name in ("colors", "materials", "patterns", "brands", "features"):
        values[name] = tuple(k for k in values.get(name, ()) if k not in getattr(said.exclude, name))
    if values.get("category") in said.exclude.categories and "category" not in said.fields:
        values["category"] = None
    if values.get("fit") in said.exclude.features:
        values["fit"] = None
    never = tuple(_LASTING_PREFIX + key for key in _keys(said.lasting))
    gone = {_LASTING_PREFIX + key for keys in again.values() for key in keys}
    prefer = tuple(dict.fromkeys(p for p in (*values.get("prefer", ()), *never) if p not in gone))
    return ShopperQuery(**{**values, "exclude": exclude, "prefer": prefer})


def _change_category(values: dict[str, Any], old: str, new: str, taxonomy: Taxonomy) -> None:
    """ "I meant hoodies": what fits another kind of thing goes, what fits both stays."""
    old_root, new_root = _root(old, taxonomy), _root(new, taxonomy)
    if old_root != new_root:
        values["sizes"] = ()
        values["fit"] = None
        values["features"] = ()


def _root(category: str, taxonomy: Taxonomy) -> str:
    return (category, *taxonomy.category_parents(category))[-1]


def _merge_features(old: Sequence[str], new: Sequence[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """A new neckline replaces the old one; pockets stay."""
    groups = {group for key in new if (group := taxonomy.feature_group(key))}
    return tuple(dict.fromkeys((*(k for k in old if taxonomy.feature_group(k) not in groups), *new)))


def _merge_price(old: PriceRange | None, new: PriceRange) -> PriceRange:
    if old is None or (new.min is not None and new.max is not None):
        return new
    low = new.min if new.min is not None else old.min
    high = new.max if new.max is not None else old.max
    if low is not None and high is not None and low >= high:
        return new
    return PriceRange(min=low, max=high, currency=new.currency or old.currency)


def _keys(exclude: Exclusions) -> list[str]:
    return [key for name in Exclusions.model_fields for key in getattr(exclude, name)]


def lasting_of(query: ShopperQuery) -> Exclusions:
    """The exclusions that outlive a subject: those said for good ("I'm allergic to wool")."""
    never = {p.removeprefix(_LASTING_PREFIX) for p in query.prefer if p.startswith(_LASTING_PREFIX)}
    return Exclusions(
        **{
            name: tuple(k for k in getattr(query.exclude, name) if k in never)
            for name in Exclusions.model_fields
        }
    )


def forget_lasting(query: ShopperQuery, key: str) -> ShopperQuery:
    """`query` without the note that `key` is never wanted."""
    return query.model_copy(update={"prefer": tuple(p for p in query.prefer if p != _LASTING_PREFIX + key)})


def is_lasting(preference: str) -> bool:
    """Whether a `prefer` entry only notes an exclusion that was said for good."""
    return preference.startswith(_LASTING_PREFIX)
