"""/health, /ready and /metrics: is it alive, is it able, how does it do.

Knows nothing about shoppers.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from shopper.web.deps import CallerDep, WebDep

router = APIRouter(tags=["health"])


@router.get("/health", name="health")
async def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/ready", name="ready")
async def ready(web: WebDep) -> Any:
    """The shop can answer a shopper: the database reads, and what is searched has its vectors."""
    catalog, searched = web.shop.catalog, web.shop.search.catalog
    products, variants = await catalog.store.counts()
    vectors = int(searched.vectors.texts.present.sum())
    body = {
        "status": "ready" if products and vectors == len(searched.facets.product_ids) > 0 else "not_ready",
        "products": products,
        "variants": variants,
        "products_searched": len(searched.facets.product_ids),
        "products_with_vectors": vectors,
        "encoder": {
            "id": catalog.encoder.id,
            "dim": catalog.encoder.dim,
            "why": getattr(catalog.encoder, "why", ""),
        },
        "model": web.shop.model,
        "currency": web.shop.currency,
    }
    return JSONResponse(body, status_code=200 if body["status"] == "ready" else 503)


@router.get("/metrics", name="metrics", response_class=Response)
async def metrics(web: WebDep, _caller: CallerDep) -> Response:
    """Prometheus text format."""
    return Response(web.metrics.text(), media_type="text/plain; version=0.0.4")
