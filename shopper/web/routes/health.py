"""/health, /ready and /metrics: is it alive, is it able, how does it do.

Knows nothing about shoppers.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from shopper.web.deps import ServerDep, WebDep, problems
from shopper.web.schema import HealthOut, ReadyOut

log = logging.getLogger(__name__)

router = APIRouter(tags=["health"])


@router.get("/health", name="health", response_model=None, responses={200: {"model": HealthOut}})
async def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get(
    "/ready",
    name="ready",
    response_model=None,
    responses={200: {"model": ReadyOut}, 503: {"model": ReadyOut, "description": "Not ready"}},
)
async def ready(request: Request, web: WebDep) -> Any:
    """The shop can answer a shopper: the database reads, and what is searched has its vectors."""
    catalog, searched = web.shop.catalog, web.shop.search.catalog
    reasons = ["the server is stopping"] if request.app.state.stopping else []
    products = variants = 0
    try:
        products, variants = await catalog.store.counts()
        if not products:
            reasons.append("the catalog is empty")
    except (SQLAlchemyError, OSError) as error:
        log.warning("the database can't be read: %s", type(error).__name__)
        reasons.append("the database can't be read")
    vectors, cards = int(searched.vectors.texts.present.sum()), len(searched.facets.product_ids)
    if not cards or vectors != cards:
        reasons.append("products that are searched have no vectors")
    body = {
        "status": "not_ready" if reasons else "ready",
        "reasons": reasons,
        "products": products,
        "variants": variants,
        "products_searched": cards,
        "products_with_vectors": vectors,
        "encoder": {
            "id": catalog.encoder.id,
            "dim": catalog.encoder.dim,
            "why": getattr(catalog.encoder, "why", ""),
        },
        "model": web.shop.model,
        "currency": web.shop.currency,
    }
    return JSONResponse(body, status_code=503 if reasons else 200)


@router.get(
    "/metrics",
    name="metrics",
    response_class=Response,
    responses=problems(403, 429)
    | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "The figures"}},
)
async def metrics(web: WebDep, _caller: ServerDep) -> Response:
    """Prometheus text format."""
    return Response(web.metrics.text(), media_type="text/plain; version=0.0.4")
