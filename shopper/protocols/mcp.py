"""The shop as an MCP server: UCP's operations as tools.

One function stands behind a tool and behind UCP's REST operation of the same name. Knows nothing about keys
or how requests come in; `call_of` gives who calls and under which address.
"""

# No `from __future__ import annotations` here: MCP reads the annotations of tools at run time.

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from shopper.errors import ShopperError
from shopper.protocols.ucp.carts import UcpCartIn, UcpCarts
from shopper.protocols.ucp.catalog import LookupIn, ProductIn, UcpCatalog, UcpSearchIn
from shopper.protocols.ucp.checkouts import CompleteIn, UcpCheckoutIn, UcpCheckouts
from shopper.protocols.ucp.shapes import Call

Body = dict[str, Any]


class Meta(BaseModel):
    """UCP's protocol metadata; `ucp-agent` names the profile of the calling platform."""

    model_config = ConfigDict(extra="allow")
    ucp_agent: Body | None = Field(default=None, alias="ucp-agent")


MetaIn = Annotated[Meta | None, Field(description='UCP metadata: {"ucp-agent": {"profile": URL}}')]

CallOf = Callable[[Any], Call]
Caller = Callable[[Context], Call]

_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)

INSTRUCTIONS = """\
The catalog, carts and orders of {shop}. Search in the shopper's own words: budgets, sizes, colours, materials
and exclusions ("no leather") are understood and hold. Every price is in minor units (4990 is 49.90). Put a
variant in a cart only in a size the shopper chose."""


def build_mcp(
    products: UcpCatalog, carts: UcpCarts, checkouts: UcpCheckouts, call_of: CallOf, shop_name: str
) -> MCPServer:
    """A server with the tools; `call_of` is given the HTTP request of a call."""
    server = MCPServer(
        name=shop_name, version="1", instructions=INSTRUCTIONS.format(shop=shop_name), log_level="WARNING"
    )

    def call(context: Context) -> Call:
        return call_of(context.request_context.request)

    _add_catalog(server, products, call)
    _add_carts(server, carts, call)
    _add_checkouts(server, checkouts, call)
    return server


def _add_catalog(server: MCPServer, products: UcpCatalog, call: Caller) -> None:
    @server.tool(annotations=_READS)
    async def search_catalog(catalog: UcpSearchIn, ctx: Context, meta: MetaIn = None) -> Body:
        """Search products by words, category and price. The words may be a whole wish, such as "a linen dress
        for a wedding under 150, no polka dots". Messages say what was relaxed, or that nothing fits."""
        return await _told(products.search_catalog(catalog, call(ctx).shapes))

    @server.tool(annotations=_READS)
    async def lookup_catalog(catalog: LookupIn, ctx: Context, meta: MetaIn = None) -> Body:
        """Look up products or variants by id, up to 50 at once; messages name the ids that aren't here."""
        return await _told(products.lookup_catalog(catalog, call(ctx).shapes))

    @server.tool(annotations=_READS)
    async def get_product(catalog: ProductIn, ctx: Context, meta: MetaIn = None) -> Body:
        """All facts of one product. With `selected` options, each option value says whether it can be had
        beside them."""
        return await _told(products.get_product(catalog, call(ctx).shapes))


def _add_carts(server: MCPServer, carts: UcpCarts, call: Caller) -> None:
    @server.tool(annotations=_WRITES)
    async def create_cart(cart: UcpCartIn, ctx: Context, meta: MetaIn = None) -> Body:
        """Make a cart of variants. An item's id is a variant's id, in a size that the shopper chose."""
        by = call(ctx)
        return await _told(carts.create_cart(cart, by.shapes, by.owner))

    @server.tool(annotations=_READS)
    async def get_cart(id: str, ctx: Context, meta: MetaIn = None) -> Body:
        """A cart as it stands."""
        by = call(ctx)
        return await _told(carts.get_cart(id, by.shapes, by.owner))

    @server.tool(annotations=_WRITES)
    async def update_cart(id: str, cart: UcpCartIn, ctx: Context, meta: MetaIn = None) -> Body:
        """Replace all lines of a cart; a line that isn't given is taken out."""
        by = call(ctx)
        return await _told(carts.update_cart(id, cart, by.shapes, by.owner))

    @server.tool(annotations=_WRITES)
    async def cancel_cart(id: str, ctx: Context, meta: MetaIn = None) -> Body:
        """Give a cart up."""
        by = call(ctx)
        return await _told(carts.cancel_cart(id, by.shapes, by.owner))


def _add_checkouts(server: MCPServer, checkouts: UcpCheckouts, call: Caller) -> None:
    @server.tool(annotations=_WRITES)
    async def create_checkout(checkout: UcpCheckoutIn, ctx: Context, meta: MetaIn = None) -> Body:
        """Quote variants, or a cart by its `cart_id`: lines, shipping, tax and total, valid for a while."""
        by = call(ctx)
        return await _told(checkouts.create_checkout(checkout, by.shapes, by.owner))

    @server.tool(annotations=_READS)
    async def get_checkout(id: str, ctx: Context, meta: MetaIn = None) -> Body:
        """A checkout as it stands; a quote that ran out is made anew."""
        by = call(ctx)
        return await _told(checkouts.get_checkout(id, by.shapes, by.owner))

    @server.tool(annotations=_WRITES)
    async def update_checkout(id: str, checkout: UcpCheckoutIn, ctx: Context, meta: MetaIn = None) -> Body:
        """Replace all lines of a checkout and quote it anew."""
        by = call(ctx)
        return await _told(checkouts.update_checkout(id, checkout, by.shapes, by.owner))

    @server.tool(annotations=_WRITES)
    async def complete_checkout(id: str, checkout: CompleteIn, ctx: Context, meta: MetaIn = None) -> Body:
        """Make the order, only when the shopper has agreed to this total. No money moves by it: the shopper
        pays at `continue_url`."""
        by = call(ctx)
        return await _told(checkouts.complete_checkout(id, checkout, by.shapes, by.owner))

    @server.tool(annotations=_WRITES)
    async def cancel_checkout(id: str, ctx: Context, meta: MetaIn = None) -> Body:
        """Give a checkout up, and its order as long as no money is on its way."""
        by = call(ctx)
        return await _told(checkouts.cancel_checkout(id, by.shapes, by.owner))

    @server.tool(annotations=_READS)
    async def get_order(id: str, ctx: Context, meta: MetaIn = None) -> Body:
        """An order and where it stands."""
        by = call(ctx)
        return await _told(checkouts.get_order(id, by.shapes, by.owner))


async def _told(answer: Awaitable[Body]) -> Body:
    """The answer, or what was refused in words that the calling model may read."""
    try:
        return await answer
    except ShopperError as error:
        raise ToolError(error.message) from error
