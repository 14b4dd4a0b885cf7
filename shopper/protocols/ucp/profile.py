"""What a shop declares at /.well-known/ucp: its services, capabilities and ways to pay.

Knows nothing about transports beyond their addresses.
"""

from __future__ import annotations

from shopper.protocols.ucp.shapes import VERSION, Body

_SITE = f"https://ucp.dev/{VERSION}"
_PAGES = {
    "dev.ucp.shopping.catalog.search": ("catalog/search", "catalog_search"),
    "dev.ucp.shopping.catalog.lookup": ("catalog/lookup", "catalog_lookup"),
    "dev.ucp.shopping.cart": ("cart", "cart"),
    "dev.ucp.shopping.checkout": ("checkout", "checkout"),
    "dev.ucp.shopping.order": ("order", "order"),
}


def profile(base: str, capabilities: tuple[str, ...], payment_handlers: Body | None = None) -> Body:
    """The profile of a shop whose server is reached under `base`."""
    service = {"version": VERSION, "spec": f"{_SITE}/specification/overview"}
    schemas = f"{_SITE}/services/shopping"
    rest = {"transport": "rest", "schema": f"{schemas}/rest.openapi.json", "endpoint": f"{base}/ucp/v1"}
    mcp = {"transport": "mcp", "schema": f"{schemas}/mcp.openrpc.json", "endpoint": f"{base}/mcp"}
    return {
        "ucp": {
            "version": VERSION,
            "services": {"dev.ucp.shopping": [service | rest, service | mcp]},
            "capabilities": {name: [_declared(name)] for name in capabilities},
            "payment_handlers": payment_handlers or {},
        }
    }


def _declared(name: str) -> Body:
    page, schema = _PAGES[name]
    return {
        "version": VERSION,
        "spec": f"{_SITE}/specification/{page}",
        "schema": f"{_SITE}/schemas/shopping/{schema}.json",
    }
