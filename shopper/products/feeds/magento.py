"""Magento's product CSV: simple rows are folded into the configurable product that names them.

Knows nothing about other formats.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date

from shopper.products.feeds.draft import (
    UNCOUNTED,
    Draft,
    DraftVariant,
    FeedProduct,
    Reject,
    RowError,
    link_of,
    moment_of,
    price_of,
    runs_on,
    stock_of,
    text_of,
)
from shopper.products.feeds.facts import product_of
from shopper.products.feeds.options import Options, read_options
from shopper.products.feeds.table import Row, Table
from shopper.products.feeds.words import bare, one_line, plain, words
from shopper.products.money import named_currency, paid_and_regular
from shopper.products.taxonomy import Taxonomy
from shopper.types import Variant

_SOLD_ALONE = frozenset({"", "simple", "virtual", "downloadable"})
# Magento's climates; those that name no season are kept as tags.
_SEASONS = {
    "hot": ("summer",), "warm": ("summer",), "spring": ("spring",), "mild": ("spring", "autumn"),
    "cool": ("autumn",), "cold": ("winter",), "wintry": ("winter",), "summer": ("summer",),
    "autumn": ("autumn",), "fall": ("autumn",), "winter": ("winter",),
}  # fmt: skip
# Branches of the category tree that say what is promoted, not what it is.
_SHELVES = frozenset({"collections", "promotions", "sale", "what's new", "brands"})
_LABELS = {
    "eco_collection": "eco collection",
    "performance_fabric": "performance fabric",
    "erin_recommends": "recommended",
    "new": "new",
    "sale": "sale",
}
_LIST = "|\n;"


def is_magento(columns: frozenset[str]) -> bool:
    full = columns & {"additional_attributes", "configurable_variations", "attribute_set_code"}
    reduced = {"name", "category"} <= columns and bool(columns & {"attribute_set", "qty"})
    return "sku" in columns and (bool(full) or reduced)


def read_magento(
    table: Table, taxonomy: Taxonomy, default_currency: str, today: date
) -> Iterator[FeedProduct | RowError]:
    """Configurable products with their children as variants, and simple products without a parent."""
    rows: dict[str, Row] = {}
    for row in table.rows:
        if isinstance(row, RowError):
            yield row
        elif row.get("store_view_code").lower() not in {"", "default", "admin"}:
            continue  # a translation of a row that came before
        elif not row.get("sku"):
            yield RowError(row.line, "sku", "is missing")
        elif row.get("sku") in rows:
            reason = f"“{row.get('sku')[:80]}” was already used in line {rows[row.get('sku')].line}"
            yield RowError(row.line, "sku", reason, row.get("sku"))
        else:
            rows[row.get("sku")] = row
    currency = named_currency((row.get("price") for row in rows.values()), default_currency)
    reader = _Reader(rows, taxonomy, currency, today)
    children: set[str] = set()
    for row in rows.values():
        children.update(sku for sku, _ in _variations(row))
    for sku, row in rows.items():
        if row.get("product_type") == "configurable":
            yield from reader.configurable(row)
        elif sku not in children:
            yield from reader.simple(row)


class _Reader:
    """All rows by sku, to look children up."""

    def __init__(self, rows: dict[str, Row], taxonomy: Taxonomy, currency: str, today: date) -> None:
        self.rows = rows
        self.taxonomy = taxonomy
        self.currency = currency
        self.today = today

    def configurable(self, row: Row) -> Iterator[FeedProduct | RowError]:
        sku = row.get("sku")
        try:
            draft = self.draft(row)
        except Reject as reject:
            yield reject.at(row.line, sku)
            return
        variations = _variations(row)
        failed = False
        for child_sku, pairs in variations:
            child = self.rows.get(child_sku)
            if child is None or child.get("product_online", "status") == "2":
                continue
            try:
                draft.variants.append(self.variant(child, pairs, parent=row))
            except Reject as reject:
                failed = True
                yield reject.at(child.line, sku)
        if not draft.variants:
            if not failed:
                reason = (
                    "names no variants"
                    if not variations
                    else "names only variants that the feed doesn't offer"
                )
                yield RowError(row.line, "configurable_variations", reason, sku)
            return
        yield self.finished(draft)

    def simple(self, row: Row) -> Iterator[FeedProduct | RowError]:
        kind = row.get("product_type")
        if kind not in _SOLD_ALONE:
            yield RowError(
                row.line, "product_type", f"“{kind[:40]}” products can't be sold here", row.get("sku")
            )
            return
        try:
            draft = self.draft(row)
            draft.variants.append(self.variant(row, []))
        except Reject as reject:
            yield reject.at(row.line, row.get("sku"))
            return
        yield self.finished(draft)

    def finished(self, draft: Draft) -> FeedProduct | RowError:
        try:
            return product_of(draft, self.taxonomy)
        except Reject as reject:
            return reject.at(draft.line, draft.id)

    def draft(self, row: Row) -> Draft:
        if row.get("product_online", "status") == "2":
            raise Reject("product_online", "is disabled in the shop")
        facts = _attributes(row)
        paths = _paths(row.get("categories", "category"))
        best = _best_path(paths, self.taxonomy)
        climates = [bare(c) for c in words(facts.get("climate", ""), _LIST)]
        seasons = tuple(dict.fromkeys(s for c in climates for s in _SEASONS.get(c, ())))
        styles = [
            value for name, cell in facts.items() if name.startswith("style") for value in words(cell, _LIST)
        ]
        told = tuple(
            v for name in ("sleeve", "collar", "features_bags") for v in words(facts.get(name, ""), _LIST)
        )
        known = tuple(v for v in (*told, *styles) if self.taxonomy.feature(bare(v)))
        fit = tuple(v for v in styles if self.taxonomy.fit(bare(v))) or None
        return Draft(
            id=row.get("sku"),
            line=row.line,
            title=text_of(one_line(row.get("name")), "name", 500),
            description=plain(
                "\n".join(filter(None, (row.get("description"), row.get("short_description"))))
            ),
            brand=one_line(facts.get("brand", facts.get("manufacturer", ""))) or None,
            path=best,
            category=_category_words(best, paths),
            category_hints=tuple(styles),
            gender=words(facts.get("gender", ""), _LIST),
            colors=words(facts.get("color", ""), _LIST),
            materials=words(facts.get("material", ""), _LIST) or None,
            patterns=words(facts.get("pattern", ""), _LIST) or None,
            fit=fit,
            seasons=seasons or None,
            occasions=tuple(
                a for a in words(facts.get("activity", ""), _LIST) if self.taxonomy.occasion(bare(a))
            )
            or None,
            features=known or None,
            tags=_tags(facts, paths, best, climates, styles),
            url=link_of(row.get("url", "product_url")),
            published_at=moment_of(row.get("created_at")),
        )

    def variant(self, row: Row, pairs: list[tuple[str, str]], parent: Row | None = None) -> DraftVariant:
        sku = text_of(row.get("sku"), "sku", 255)
        facts = _attributes(row)
        named = {name for name, _ in pairs}
        more = [(name, facts[name]) for name in ("color", "size") if facts.get(name) and name not in named]
        options = (
            read_options([*pairs, *more], self.taxonomy)
            if parent
            else Options(size=facts.get("size") or None)
        )
        price = price_of(row.get("price") or (parent.get("price") if parent else ""), "price", self.currency)
        special = (
            price_of(row.get("special_price"), "special_price", self.currency)
            if row.get("special_price")
            else None
        )
        if special and not runs_on(
            self.today, row.get("special_price_from_date"), row.get("special_price_to_date")
        ):
            special = None
        paid, regular = paid_and_regular(price, special)
        variant = Variant(
            id=sku,
            sku=sku,
            color=text_of(options.color or "", "color", 128, required=False) or None,
            size=text_of(options.size or "", "size", 64, required=False) or None,
            price=paid,
            regular_price=regular,
            stock=_stock(row),
            image=_picture(row) or (_picture(parent) if parent else None),
        )
        return DraftVariant(row.line, variant, options.rest)


def _attributes(row: Row) -> dict[str, str]:
    """The cells and the `name=value` pairs of `additional_attributes`; values may hold commas."""
    facts = dict(row.cells)
    for pair in re.split(r",(?=\"?[a-zA-Z][a-zA-Z0-9_]*=)", row.get("additional_attributes")):
        name, _, value = pair.strip().strip('"').partition("=")
        if value.strip():
            facts[name.strip().lower()] = html.unescape(value.strip())
    return facts


def _variations(row: Row) -> list[tuple[str, list[tuple[str, str]]]]:
    """`sku=A-S,size=S,color=Red|sku=…` as each child's sku and its options."""
    found = []
    for part in row.get("configurable_variations").split("|"):
        pairs = [
            (name.strip(), value.strip())
            for name, _, value in (p.partition("=") for p in re.split(r",(?=[a-zA-Z][a-zA-Z0-9_]*=)", part))
        ]
        sku = next((value for name, value in pairs if name.lower() == "sku"), "")
        if sku:
            found.append((sku, [(name, value) for name, value in pairs if name.lower() != "sku"]))
    return found


def _paths(cell: str) -> list[tuple[str, ...]]:
    """Category paths without Magento's root. The short form lists single names, one a line."""
    paths = []
    lines = cell.split("\n") if "\n" in cell else re.split(r",(?=[^,]*/)|,(?=Default Category)", cell)
    for line in lines:
        parts = tuple(one_line(part) for part in line.split("/") if part.strip())
        if parts and parts[0].lower() in {"default category", "root catalog"}:
            parts = parts[1:]
        if parts:
            paths.append(parts)
    return paths


def _is_shelf(path: tuple[str, ...]) -> bool:
    return path[0].lower() in _SHELVES


def _best_path(paths: list[tuple[str, ...]], taxonomy: Taxonomy) -> tuple[str, ...]:
    """The deepest path that says what the product is."""
    real = [path for path in paths if not _is_shelf(path)]
    return max(real, key=lambda p: (taxonomy.category(p[-1]) is not None, len(p)), default=())


def _category_words(best: tuple[str, ...], paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    others = [p[-1] for p in paths if p != best and not _is_shelf(p)]
    return tuple(dict.fromkeys([*reversed(best), *others]))


def _tags(
    facts: dict[str, str],
    paths: list[tuple[str, ...]],
    best: tuple[str, ...],
    climates: list[str],
    styles: list[str],
) -> tuple[str, ...]:
    labels = [label for name, label in _LABELS.items() if facts.get(name, "").lower() in {"yes", "1"}]
    shelves = [path[-1] for path in paths if path != best and path[-1].lower() not in _SHELVES]
    activities = words(facts.get("activity", ""), _LIST)
    weather = [
        f"{climate} weather" if " " not in climate and "-" not in climate else climate for climate in climates
    ]
    return tuple(dict.fromkeys(bare(t) for t in (*labels, *shelves, *activities, *weather, *styles)))


def _stock(row: Row) -> int:
    if row.get("is_in_stock") == "0":
        return 0
    if not row.get("qty"):
        return UNCOUNTED
    managed = row.get("manage_stock") != "0" or row.get("use_config_manage_stock") == "1"
    backorders = row.get("allow_backorders") in {"1", "2"} and row.get("use_config_backorders") == "0"
    counted = stock_of(row.get("qty"), "qty")
    return counted or (0 if managed and not backorders else UNCOUNTED)


def _picture(row: Row) -> str | None:
    picture = row.get("base_image", "image", "small_image")
    return picture if picture and picture != "no_selection" else None
