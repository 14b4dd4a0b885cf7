"""What was understood, as chips a shopper can remove, and their edits put back into the query.

Knows nothing about words: an edit never runs a parser or a model.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from shopper.chat.understand.carry import forget_lasting, is_lasting
from shopper.errors import BadInput
from shopper.products.taxonomy import Taxonomy
from shopper.types import Chip, Exclusions, Money, PriceRange, QueryEdit, ShopperQuery

_LISTS = ("colors", "materials", "patterns", "brands", "features", "sizes")
_SINGLES = ("category", "gender", "age_group", "fit", "occasion", "season")
_HIDDEN = frozenset({"intent", "text", "like", "relative", "reference", "prefer"})
_WORDS: dict[str, dict[str, str]] = {
    "en": {"under": "under {}", "over": "over {}", "no": "no {}", "size": "size {}", "for": "for {}", "in_stock": "in stock", "price_asc": "cheapest first", "price_desc": "dearest first", "newest": "newest first", "rating": "best rated first", "women": "women", "men": "men", "girls": "girls", "boys": "boys", "unisex": "unisex"},
    "de": {"under": "bis {}", "over": "ab {}", "no": "ohne {}", "size": "Größe {}", "for": "für {}", "in_stock": "lieferbar", "price_asc": "günstigste zuerst", "price_desc": "teuerste zuerst", "newest": "neueste zuerst", "rating": "beste Bewertung zuerst", "women": "Damen", "men": "Herren", "girls": "Mädchen", "boys": "Jungen", "unisex": "unisex"},
    "fr": {"under": "jusqu'à {}", "over": "dès {}", "no": "sans {}", "size": "taille {}", "for": "pour {}", "in_stock": "en stock", "price_asc": "moins chers d'abord", "price_desc": "plus chers d'abord", "newest": "nouveautés d'abord", "rating": "mieux notés d'abord", "women": "femme", "men": "homme", "girls": "fille", "boys": "garçon", "unisex": "mixte"},
    "it": {"under": "fino a {}", "over": "da {}", "no": "senza {}", "size": "taglia {}", "for": "per {}", "in_stock": "disponibile", "price_asc": "prima i meno cari", "price_desc": "prima i più cari", "newest": "prima i nuovi", "rating": "prima i più votati", "women": "donna", "men": "uomo", "girls": "bambina", "boys": "bambino", "unisex": "unisex"},
    "es": {"under": "hasta {}", "over": "desde {}", "no": "sin {}", "size": "talla {}", "for": "para {}", "in_stock": "disponible", "price_asc": "más baratos primero", "price_desc": "más caros primero", "newest": "novedades primero", "rating": "mejor valorados primero", "women": "mujer", "men": "hombre", "girls": "niña", "boys": "niño", "unisex": "unisex"},
}  # fmt: skip


def chips(query: ShopperQuery, *, currency: str, language: str = "en") -> tuple[Chip, ...]:
    """One chip a constraint, in reading order; `prefer`, `like` and `text` are no constraints and have none."""
    words = _WORDS.get(language, _WORDS["en"])
    taxonomy = Taxonomy.load()
    out: list[Chip] = []
    for name in _SINGLES:
        value = getattr(query, name)
        if value is not None:
            label = (
                words["for"].format(taxonomy.label(value, language))
                if name == "occasion"
                else words.get(value) or taxonomy.label(value, language)
            )
            out.append(Chip(field=name, value=value, label=label))
    for name in _LISTS:
        for value in getattr(query, name):
            label = words["size"].format(value) if name == "sizes" else taxonomy.label(value, language)
            out.append(Chip(field=name, value=value, label=label))
    out.extend(_price_chips(query.price, currency, words))
    if query.in_stock:
        out.append(Chip(field="in_stock", value="true", label=words["in_stock"]))
    if query.sort and query.sort != "relevance":
        out.append(Chip(field="sort", value=query.sort, label=words[query.sort]))
    for name in Exclusions.model_fields:
        for value in getattr(query.exclude, name):
            out.append(
                Chip(
                    field=f"exclude.{name}",
                    value=value,
                    label=words["no"].format(taxonomy.label(value, language)),
                )
            )
    return tuple(out)


def _price_chips(price: PriceRange | None, currency: str, words: dict[str, str]) -> list[Chip]:
    if price is None:
        return []
    money = price.currency or currency
    bounds = (("price.min", price.min, words["over"]), ("price.max", price.max, words["under"]))
    return [
        Chip(field=name, value=str(minor), label=form.format(Money(minor=minor, currency=money)))
        for name, minor, form in bounds
        if minor is not None
    ]


def edit(query: ShopperQuery, edit: QueryEdit) -> ShopperQuery:
    """`query` after the shopper's edit: chips removed, then fields set. BadInput on unknown fields and values."""
    for chip in edit.remove:
        query = _remove(query, chip)
    if not edit.set:
        return query
    unknown = set(edit.set) - set(ShopperQuery.model_fields)
    if unknown:
        raise BadInput(f"A search has no field called {sorted(unknown)[0]!r}")
    body = {**query.model_dump(), **_merged(query, edit.set)}
    try:
        return ShopperQuery.model_validate(body)
    except ValidationError as wrong:
        where = ".".join(str(part) for part in wrong.errors()[0]["loc"])
        raise BadInput(f"The search can't have this value in {where!r}") from wrong


def _merged(query: ShopperQuery, changes: dict[str, Any]) -> dict[str, Any]:
    """Nested fields are merged: setting the upper bound leaves the lower one."""
    merged: dict[str, Any] = {}
    for name, value in changes.items():
        before = getattr(query, name)
        if name in ("price", "exclude") and isinstance(value, dict) and before is not None:
            value = {**before.model_dump(), **value}
        merged[name] = value
    return merged


def _remove(query: ShopperQuery, chip: Chip) -> ShopperQuery:
    name, _, inner = chip.field.partition(".")
    if name not in ShopperQuery.model_fields or name in _HIDDEN:
        raise BadInput(f"A search has no field called {chip.field!r}")
    if name == "exclude":
        if inner not in Exclusions.model_fields:
            raise BadInput(f"A search has no field called {chip.field!r}")
        left = tuple(v for v in getattr(query.exclude, inner) if chip.value is not None and v != chip.value)
        query = query.model_copy(update={"exclude": query.exclude.model_copy(update={inner: left})})
        return forget_lasting(query, chip.value or "") if chip.value else _forget_all(query)
    if name == "price":
        return query.model_copy(update={"price": _without_bound(query.price, inner, chip.field)})
    if name in _LISTS:
        left = tuple(v for v in getattr(query, name) if chip.value is not None and v != chip.value)
        return query.model_copy(update={name: left})
    return query.model_copy(update={name: None})


def _forget_all(query: ShopperQuery) -> ShopperQuery:
    kept = {key for name in Exclusions.model_fields for key in getattr(query.exclude, name)}
    prefer = tuple(p for p in query.prefer if not is_lasting(p) or any(p.endswith(f" {key}") for key in kept))
    return query.model_copy(update={"prefer": prefer})


def _without_bound(price: PriceRange | None, bound: str, field: str) -> PriceRange | None:
    if bound not in ("", "min", "max"):
        raise BadInput(f"A search has no field called {field!r}")
    if price is None or not bound:
        return None
    left = price.model_copy(update={bound: None})
    return None if left.min is None and left.max is None else left
