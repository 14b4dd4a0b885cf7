"""/v1/search and /v1/products: the catalog without a conversation or a model.

Knows nothing about threads.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from shopper.errors import BadInput, Conflict, NotAllowed, NotFound
from shopper.products.repricing import AHEAD, VariantUpdate
from shopper.types import Money, ShopperQuery, Variant
from shopper.web.deps import CallerDep, WebDep, problems
from shopper.web.schema import CardPage, ProductOut, SearchOut

router = APIRouter(tags=["catalog"], responses=problems(403, 404, 422, 429))


class SearchIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    query: ShopperQuery
    limit: int = Field(default=8, ge=1, le=50)
    offset: int = Field(default=0, ge=0, le=1000)


class VariantIn(BaseModel):
    """New facts of one variant; what is absent stays. Amounts are in minor units.

    `price` is the regular price and ends a sale, unless a lower `sale_price` comes with it. `sale_price`
    alone puts the variant on sale; null ends that.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = Field(min_length=1, max_length=255)
    price: int | None = Field(default=None, ge=1, le=2_000_000_000)
    sale_price: int | None = Field(default=None, ge=1, le=2_000_000_000)
    currency: str | None = Field(default=None, pattern="^[A-Za-z]{3}$")
    stock: int | None = Field(default=None, ge=0, le=1_000_000_000)


class PricesIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    variants: list[VariantIn] = Field(min_length=1, max_length=2000)
    as_of: datetime | None = None  # when this was true; now, if absent

    @field_validator("variants")
    @classmethod
    def _each_once(cls, variants: list[VariantIn]) -> list[VariantIn]:
        if len({v.id for v in variants}) != len(variants):
            raise ValueError("names one variant twice")
        return variants

    @field_validator("as_of")
    @classmethod
    def _not_ahead(cls, as_of: datetime | None) -> datetime | None:
        if as_of is None:
            return None
        as_of = as_of.replace(tzinfo=as_of.tzinfo or UTC)
        if as_of > datetime.now(UTC) + AHEAD:
            raise ValueError("lies in the future")
        return as_of


@router.post(
    "/v1/search",
    name="search",
    response_model=None,
    responses=problems(400, 409, 413) | {200: {"model": SearchOut}},
)
async def search(body: SearchIn, web: WebDep, _caller: CallerDep) -> dict[str, Any]:
    """Products for a query, as facts and vectors decide; no model, no conversation."""
    page = await web.shop.search.find(body.query, limit=body.limit, offset=body.offset)
    if not body.offset:  # turning the page is no new wish
        web.shop.demand.record(body.query, page, weak=page.weak)
    return web.wire.page(page) | {"suggestions": web.wire.suggestions(page.suggestions)}


@router.get(
    "/v1/products/{product_id}",
    name="get_product",
    response_model=None,
    responses={200: {"model": ProductOut}},
)
async def product(product_id: str, web: WebDep, _caller: CallerDep) -> dict[str, Any]:
    """One product with all its colours and sizes."""
    found = (await web.shop.catalog.store.get([product_id])).get(product_id)
    if found is None:
        raise NotFound(f"There is no product {product_id!r} in this shop.")
    return web.wire.product(found)


@router.patch(
    "/v1/products/{product_id}",
    name="set_prices",
    response_model=None,
    responses=problems(400, 409, 413) | {200: {"model": ProductOut}},
)
async def set_prices(product_id: str, body: PricesIn, web: WebDep, caller: CallerDep) -> dict[str, Any]:
    """New prices and stock for variants of one product, seen by the next query; for servers only."""
    if not caller.server:
        raise NotAllowed("Prices are set with a secret key (sk_…), from a server.")
    store = web.shop.catalog.store
    found = (await store.get([product_id])).get(product_id)
    if found is None:
        raise NotFound(f"There is no product {product_id!r} in this shop.")
    variants = {v.id: v for v in found.variants}
    updates = []
    for number, change in enumerate(body.variants):
        if change.id not in variants:
            raise NotFound(f"The product {product_id!r} has no variant {change.id!r}.")
        updates.append(_update(change, variants[change.id], body.as_of, f"variants[{number}]"))
    await store.set_prices(updates)
    return await product(product_id, web, caller)


def _update(change: VariantIn, now: Variant, as_of: datetime | None, field: str) -> VariantUpdate:
    """What a change means for a variant as it is `now`: a sale price alone is one of its regular price."""
    said = change.model_fields_set
    if not said & {"price", "sale_price", "stock"}:
        raise BadInput("names neither a price nor a stock", field=field)
    currency = (change.currency or now.price.currency).upper()
    regular = now.regular_price or now.price
    if change.price is not None:
        regular = Money(minor=change.price, currency=currency)
    elif currency != regular.currency:
        raise Conflict(f"The shop sells in {regular.currency}, not in {currency}.")
    price = None
    if said & {"price", "sale_price"}:
        price = regular
    if change.sale_price is not None:
        if change.sale_price >= regular.minor:
            raise BadInput(f"is not below the price {regular}", field=f"{field}.sale_price")
        price = Money(minor=change.sale_price, currency=currency)
    return VariantUpdate(
        change.id, price=price, regular_price=regular if price else None, stock=change.stock, as_of=as_of
    )


@router.get(
    "/v1/products/{product_id}/similar",
    name="similar_products",
    response_model=None,
    responses={200: {"model": CardPage}},
)
async def similar(
    product_id: str,
    web: WebDep,
    _caller: CallerDep,
    color: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 8,
) -> dict[str, Any]:
    """Products that look like this one."""
    await product(product_id, web, _caller)
    return web.wire.page(await web.shop.search.similar(product_id, color=color, limit=limit))
