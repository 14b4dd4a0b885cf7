"""UCP's catalog: search in a shopper's own words, look-up by id, and one product as its options narrow.

Knows nothing about transports.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import Field

from shopper.chat.understand.reader import Context, Reader
from shopper.errors import BadInput
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.protocols.ucp.shapes import LOOKUP, SEARCH, Body, Request, Shapes, error, info, warning
from shopper.search.find import ProductSearch
from shopper.types import Cart, PriceRange, Product, ShopperQuery, Variant

DEFAULT_LIMIT, MAX_LIMIT = 10, 50
MAX_IDS = 50
_DEEPEST = 1_000  # cards that a cursor may pass over


class UcpSearchContextIn(Request):
    currency: str | None = None


class PriceIn(Request):
    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=0)


class FiltersIn(Request):
    categories: list[str] = Field(default=[], max_length=20)
    price: PriceIn | None = None


class PaginationIn(Request):
    cursor: str | None = Field(default=None, max_length=64)
    limit: int = Field(default=DEFAULT_LIMIT, ge=1)


class UcpSearchIn(Request):
    """A search: words, filters or both."""

    query: str | None = Field(default=None, max_length=1_000)
    context: UcpSearchContextIn | None = None
    filters: FiltersIn | None = None
    pagination: PaginationIn = PaginationIn()


class LookupIn(Request):
    """Ids of products or variants, or SKUs."""

    ids: list[str] = Field(min_length=1, max_length=MAX_IDS)


class OptionIn(Request):
    name: str
    label: str


class ProductIn(Request):
    """One product, narrowed by chosen options."""

    id: str
    selected: list[OptionIn] = Field(default_factory=list)
    preferences: list[str] = Field(default_factory=list)


class UcpCatalog:
    """Answers UCP's three catalog operations; every method takes a request and gives a response body."""

    def __init__(
        self,
        search: ProductSearch,
        store: ProductStore,
        taxonomy: Taxonomy,
        reader: Callable[[], Reader],
        currency: str,
    ) -> None:
        self._search, self._store, self._taxonomy = search, store, taxonomy
        self._reader, self._currency = reader, currency

    async def search_catalog(self, wanted: UcpSearchIn, shapes: Shapes) -> Body:
        """Products for words as a shopper would say them; exclusions and bounds in the words hold."""
        limit = min(wanted.pagination.limit, MAX_LIMIT)
        offset = _offset(wanted.pagination.cursor)
        query, messages = self._query(wanted)
        if query is None:
            return {
                "ucp": shapes.envelope(SEARCH),
                "products": [],
                "pagination": {"has_next_page": False, "total_count": 0},
                "messages": [*messages, info("not_understood", "The words name nothing to look for here.")],
            }
        page = await self._search.find(query, limit=limit, offset=offset)
        messages += [info("relaxed", relaxed.message) for relaxed in page.relaxed]
        if page.weak:
            messages.append(warning("weak_match", "Nothing here is called that; these are the nearest."))
        if page.absence is not None:
            messages.append(info(page.absence.reason, page.absence.message))
        until = offset + len(page.items)
        more = bool(page.items) and until < page.total and until < _DEEPEST
        pagination: Body = {"has_next_page": more, "total_count": page.total}
        body: Body = {
            "ucp": shapes.envelope(SEARCH),
            "products": [shapes.card(item) for item in page.items],
            "pagination": pagination | ({"cursor": str(until)} if more else {}),
        }
        return body | ({"messages": messages} if messages else {})

    async def lookup_catalog(self, wanted: LookupIn, shapes: Shapes) -> Body:
        """The products of ids; what isn't here is named in the messages."""
        found: dict[str, tuple[Product, dict[str, list[Body]]]] = {}
        missing: list[str] = []
        by_product = await self._store.get(wanted.ids)
        for id_ in dict.fromkeys(wanted.ids):
            product, variant = by_product.get(id_), None
            if product is None:
                product, variant = await self._store.variant(id_) or (None, None)
            if product is None:
                missing.append(id_)
                continue
            match = "exact" if variant else "featured"
            featured = variant or next((v for v in product.variants if v.available), product.variants[0])
            _, inputs = found.setdefault(product.id, (product, {}))
            inputs.setdefault(featured.id, []).append({"id": id_, "match": match})
        body: Body = {
            "ucp": shapes.envelope(LOOKUP),
            "products": [_looked_up(product, inputs, shapes) for product, inputs in found.values()],
        }
        messages = [info("not_found", id_) for id_ in missing]
        return body | ({"messages": messages} if messages else {})

    async def get_product(self, wanted: ProductIn, shapes: Shapes) -> Body:
        """One product; its option values say which of them can still be had beside what is chosen."""
        product, variant = await self._resolve(wanted.id)
        if product is None:
            message = error("not_found", "This shop has no such product.")
            return shapes.failed(LOOKUP, [message])
        chosen = {option.name.casefold(): option.label for option in wanted.selected}
        if not chosen and variant is not None:
            chosen = {name: value for name, value in _values(variant).items() if value}
        fitting = _narrowed(product.variants, chosen, wanted.preferences)
        featured = next((v for v in fitting if v.available), fitting[0])
        body = shapes.product(product, fitting)
        body["options"] = _availability(product.variants, chosen, body["options"])
        body["selected"] = shapes.variant(product, featured)["options"]
        return {"ucp": shapes.envelope(LOOKUP), "product": body}

    def _query(self, wanted: UcpSearchIn) -> tuple[ShopperQuery | None, list[Body]]:
        """What to find, or None where nothing can be looked for: nonsense, or words about something else."""
        words, filters = (wanted.query or "").strip(), wanted.filters or FiltersIn()
        if not words and not filters.categories and filters.price is None:
            raise BadInput("Give words or a filter to search by.", field="query")
        messages: list[Body] = []
        query = ShopperQuery()
        if words:
            nothing = Cart(id="", currency=self._currency)
            read = self._reader().read(words, Context(cart=nothing)).query
            query = read.model_copy(update={"intent": "search", "reference": None})
        if filters.categories:
            keys = [key for name in filters.categories if (key := self._taxonomy.category(name))]
            if not keys:
                named = ", ".join(filters.categories)
                messages.append(warning("unknown_category", f"This shop has no category {named}."))
            elif query.category not in self._taxonomy.category_within(keys[0]):
                query = query.model_copy(update={"category": keys[0]})
            if len(keys) > 1:
                messages.append(warning("one_category", f"Searched in {keys[0]} only."))
        if filters.price is not None:
            said = wanted.context.currency if wanted.context else None
            if said and said != self._currency:
                note = f"Prices are in {self._currency}; the filter in {said} was left out."
                messages.append(warning("currency", note))
            else:
                price = PriceRange(min=filters.price.min, max=filters.price.max)
                query = query.model_copy(update={"price": price})
        return (query if query != ShopperQuery() else None), messages

    async def _resolve(self, id_: str) -> tuple[Product | None, Variant | None]:
        """A product by its own id, or by a variant's."""
        product = (await self._store.get([id_])).get(id_)
        if product is not None:
            return product, None
        return await self._store.variant(id_) or (None, None)


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isdigit() or int(cursor) > _DEEPEST:
        raise BadInput("That cursor wasn't given by this search.", field="pagination.cursor")
    return int(cursor)


def _looked_up(product: Product, inputs: dict[str, list[Body]], shapes: Shapes) -> Body:
    asked = [v for v in product.variants if v.id in inputs]
    body = shapes.product(product, asked)
    for variant in body["variants"]:
        variant["inputs"] = inputs[variant["id"]]
    return body


def _values(variant: Variant) -> dict[str, str | None]:
    return {"color": variant.color, "size": variant.size}


def _fits(variant: Variant, chosen: dict[str, str]) -> bool:
    values = _values(variant)
    return all((values.get(name) or "").casefold() == label.casefold() for name, label in chosen.items())


def _narrowed(
    variants: Sequence[Variant], chosen: dict[str, str], preferences: Sequence[str]
) -> list[Variant]:
    """The variants that fit; where none does, options are let go, those first that are preferred least."""
    order = [name.casefold() for name in preferences if name.casefold() in chosen]
    order = [*order, *(name for name in chosen if name not in order)]
    while order:
        fitting = [v for v in variants if _fits(v, {name: chosen[name] for name in order})]
        if fitting:
            return fitting
        order.pop()
    return list(variants)


def _availability(
    variants: Sequence[Variant], chosen: dict[str, str], options: Sequence[dict[str, Any]]
) -> list[Body]:
    """The options with what can be had of each value beside the other choices."""

    def said(name: str, label: str) -> Body:
        beside = {**{n: c for n, c in chosen.items() if n != name.casefold()}, name.casefold(): label}
        fitting = [v for v in variants if _fits(v, beside)]
        return {"label": label, "exists": bool(fitting), "available": any(v.available for v in fitting)}

    return [
        {"name": option["name"], "values": [said(option["name"], v["label"]) for v in option["values"]]}
        for option in options
    ]
