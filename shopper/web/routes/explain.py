"""/v1/products/{id}/explain: which part of a product's picture a phrase matched, as a picture.

Knows nothing about how likeness is measured.
"""

from __future__ import annotations

import asyncio
import io
from typing import Annotated

from fastapi import APIRouter, Query, Response

from shopper.errors import NotFound
from shopper.shop import Shop
from shopper.types import Product
from shopper.web.deps import PROBLEMS, CallerDep, WebDep

router = APIRouter(tags=["catalog"], responses=PROBLEMS)


@router.get(
    "/v1/products/{product_id}/explain",
    name="explain_product",
    response_class=Response,
    responses={200: {"content": {"image/webp": {}}, "description": "The picture with the map over it"}},
)
async def explain(
    product_id: str,
    web: WebDep,
    _caller: CallerDep,
    phrase: Annotated[str, Query(min_length=1, max_length=80, examples=["puff sleeves"])],
    color: Annotated[str | None, Query(max_length=128)] = None,
) -> Response:
    """Where in the product's picture the phrase is: warm where it matches, boxed where it matches best."""
    product = (await web.shop.catalog.store.get([product_id])).get(product_id)
    if product is None:
        raise NotFound("This shop has no such product.")
    name = _picture_of(product, color)
    async with web.drawing:
        drawn = await asyncio.to_thread(_drawn, web.shop, name, phrase)
    return Response(drawn, media_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})


def _drawn(shop: Shop, name: str, phrase: str) -> bytes:
    image, out = shop.catalog.media.open(name), io.BytesIO()
    shop.search.why(image, phrase).over(image).save(out, "WEBP", quality=80)
    return out.getvalue()


def _picture_of(product: Product, color: str | None) -> str:
    for variant in product.variants:
        if variant.image and (color is None or variant.color == color):
            return variant.image
    raise NotFound(f"{product.title} has no picture" + (f" in {color}." if color else "."))
