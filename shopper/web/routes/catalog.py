"""/v1/search and /v1/products: the catalog without a conversation or a model.

Knows nothing about threads.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from shopper.errors import NotFound
from shopper.types import ShopperQuery
from shopper.web.deps import PROBLEMS, CallerDep, WebDep

router = APIRouter(tags=["catalog"], responses=PROBLEMS)


class SearchIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    query: ShopperQuery
    limit: int = Field(default=8, ge=1, le=50)
    offset: int = Field(default=0, ge=0, le=1000)


@router.post("/v1/search", name="search")
async def search(body: SearchIn, web: WebDep, _caller: CallerDep) -> dict[str, Any]:
    """Products for a query, as facts and vectors decide; no model, no conversation."""
    page = await web.shop.search.find(body.query, limit=body.limit, offset=body.offset)
    return web.wire.page(page) | {"suggestions": web.wire.suggestions(page.suggestions)}


@router.get("/v1/products/{product_id}", name="get_product")
async def product(product_id: str, web: WebDep, _caller: CallerDep) -> dict[str, Any]:
    """One product with all its colours and sizes."""
    found = (await web.shop.catalog.store.get([product_id])).get(product_id)
    if found is None:
        raise NotFound(f"There is no product {product_id!r} in this shop.")
    return web.wire.product(found)


@router.get("/v1/products/{product_id}/similar", name="similar_products")
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
