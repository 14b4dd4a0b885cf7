"""UCP over REST: /.well-known/ucp and the catalog, cart, checkout and order operations below /ucp/v1.

Knows nothing about what the operations do.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from shopper.protocols.ucp.carts import UcpCartIn
from shopper.protocols.ucp.catalog import LookupIn, ProductIn, UcpSearchIn
from shopper.protocols.ucp.checkouts import CompleteIn, UcpCheckoutIn, handlers
from shopper.protocols.ucp.profile import profile
from shopper.protocols.ucp.shapes import CART, CHECKOUT, LOOKUP, ORDER, SEARCH, Shapes
from shopper.web.deps import PROBLEMS, CallerDep, Web, WebDep

router = APIRouter(tags=["ucp"], responses=PROBLEMS)

CAPABILITIES = (SEARCH, LOOKUP, CART, CHECKOUT, ORDER)


def base_of(request: Request, web: Web) -> str:
    """The address under which this server is reached, without a slash at its end."""
    return web.shop.web.public_url.rstrip("/") or str(request.base_url).rstrip("/")


def the_shapes(request: Request, web: WebDep) -> Shapes:
    return Shapes(base_of(request, web), web.shop.name)


ShapesDep = Annotated[Shapes, Depends(the_shapes)]


@router.get("/.well-known/ucp", name="ucp_profile")
async def ucp_profile(request: Request, response: Response, web: WebDep) -> dict[str, Any]:
    """What this shop speaks, for any platform that asks."""
    response.headers["Cache-Control"] = "public, max-age=300"
    base = base_of(request, web)
    methods = web.shop.payments.methods() if web.shop.payments else ()
    return profile(base, CAPABILITIES, handlers(methods, base))


@router.post("/ucp/v1/catalog/search", name="ucp_search_catalog")
async def search(body: UcpSearchIn, web: WebDep, shapes: ShapesDep, _caller: CallerDep) -> dict[str, Any]:
    """Products for a shopper's words, categories and prices."""
    return await web.ucp.catalog.search_catalog(body, shapes)


@router.post("/ucp/v1/catalog/lookup", name="ucp_lookup_catalog")
async def lookup(body: LookupIn, web: WebDep, shapes: ShapesDep, _caller: CallerDep) -> dict[str, Any]:
    """Products by the ids of products or variants."""
    return await web.ucp.catalog.lookup_catalog(body, shapes)


@router.post("/ucp/v1/catalog/product", name="ucp_get_product")
async def product(body: ProductIn, web: WebDep, shapes: ShapesDep, _caller: CallerDep) -> dict[str, Any]:
    """One product, narrowed by chosen options."""
    return await web.ucp.catalog.get_product(body, shapes)


@router.post(
    "/ucp/v1/carts",
    name="ucp_create_cart",
    status_code=201,
    responses={200: {"description": "The reasons why no cart was made"}},
)
async def create_cart(
    body: UcpCartIn, response: Response, web: WebDep, shapes: ShapesDep, caller: CallerDep
) -> dict[str, Any]:
    """A cart with lines, or the reasons why there is none."""
    made = await web.ucp.carts.create_cart(body, shapes, caller.owner)
    if "id" not in made:
        response.status_code = 200  # an outcome of the business, as UCP wants it, and nothing was created
    return made


@router.get("/ucp/v1/carts/{cart_id}", name="ucp_get_cart")
async def get_cart(cart_id: str, web: WebDep, shapes: ShapesDep, caller: CallerDep) -> dict[str, Any]:
    """A cart as it stands."""
    return await web.ucp.carts.get_cart(cart_id, shapes, caller.owner)


@router.put("/ucp/v1/carts/{cart_id}", name="ucp_update_cart")
async def update_cart(
    cart_id: str, body: UcpCartIn, web: WebDep, shapes: ShapesDep, caller: CallerDep
) -> dict[str, Any]:
    """A cart with exactly the lines given."""
    return await web.ucp.carts.update_cart(cart_id, body, shapes, caller.owner)


@router.post("/ucp/v1/carts/{cart_id}/cancel", name="ucp_cancel_cart")
async def cancel_cart(cart_id: str, web: WebDep, shapes: ShapesDep, caller: CallerDep) -> dict[str, Any]:
    """Give a cart up; the answer is the cart as it was."""
    return await web.ucp.carts.cancel_cart(cart_id, shapes, caller.owner)


@router.post(
    "/ucp/v1/checkout-sessions",
    name="ucp_create_checkout",
    status_code=201,
    responses={
        200: {
            "description": "Why there is no quote",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
async def create_checkout(
    body: UcpCheckoutIn, response: Response, web: WebDep, shapes: ShapesDep, caller: CallerDep
) -> dict[str, Any]:
    """A quote for lines or a cart, or the reasons why there is none."""
    made = await web.ucp.checkouts.create_checkout(body, shapes, caller.owner)
    if "id" not in made:
        response.status_code = 200
    return made


@router.get("/ucp/v1/checkout-sessions/{session_id}", name="ucp_get_checkout")
async def get_checkout(session_id: str, web: WebDep, shapes: ShapesDep, caller: CallerDep) -> dict[str, Any]:
    """A checkout as it stands."""
    return await web.ucp.checkouts.get_checkout(session_id, shapes, caller.owner)


@router.put("/ucp/v1/checkout-sessions/{session_id}", name="ucp_update_checkout")
async def update_checkout(
    session_id: str, body: UcpCheckoutIn, web: WebDep, shapes: ShapesDep, caller: CallerDep
) -> dict[str, Any]:
    """A checkout with exactly the lines given, quoted anew."""
    return await web.ucp.checkouts.update_checkout(session_id, body, shapes, caller.owner)


@router.post("/ucp/v1/checkout-sessions/{session_id}/complete", name="ucp_complete_checkout")
async def complete_checkout(
    session_id: str, body: CompleteIn, web: WebDep, shapes: ShapesDep, caller: CallerDep
) -> dict[str, Any]:
    """Make the order; a person pays it at `continue_url`."""
    return await web.ucp.checkouts.complete_checkout(session_id, body, shapes, caller.owner)


@router.post("/ucp/v1/checkout-sessions/{session_id}/cancel", name="ucp_cancel_checkout")
async def cancel_checkout(
    session_id: str, web: WebDep, shapes: ShapesDep, caller: CallerDep
) -> dict[str, Any]:
    """Give a checkout up."""
    return await web.ucp.checkouts.cancel_checkout(session_id, shapes, caller.owner)


@router.get("/ucp/v1/orders/{order_id}", name="ucp_get_order")
async def get_order(order_id: str, web: WebDep, shapes: ShapesDep, caller: CallerDep) -> dict[str, Any]:
    """An order and where it stands."""
    return await web.ucp.checkouts.get_order(order_id, shapes, caller.owner)
