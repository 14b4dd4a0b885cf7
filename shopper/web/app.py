"""Builds the web application around an open shop: routes, errors, limits, CORS and headers.

Knows nothing about settings or how the shop was built.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from starlette.routing import Route

from shopper.checkout.payments.watcher import watching
from shopper.protocols.ucp.carts import UcpCarts
from shopper.protocols.ucp.catalog import UcpCatalog
from shopper.protocols.ucp.checkouts import UcpCheckouts
from shopper.protocols.ucp.shapes import Call, Shapes
from shopper.shop import Shop
from shopper.web.auth import Access, Caller, Gate
from shopper.web.body_limit import BodyLimit
from shopper.web.deps import Ucp, Web, admit, the_caller
from shopper.web.edge import Cors, Edge
from shopper.web.keys import Keys
from shopper.web.limits import RateLimit
from shopper.web.logs import log_as_json
from shopper.web.mcp import McpEndpoint
from shopper.web.metrics import Metrics
from shopper.web.openapi import describe
from shopper.web.problems import add_problem_handlers
from shopper.web.repeats import OncePerKey, Repeats
from shopper.web.retention import erase_for_ever
from shopper.web.routes import (
    agui,
    cart,
    catalog,
    chat,
    checkouts,
    completions,
    explain,
    handoff,
    health,
    looks,
    orders,
    pages,
    pay,
    payments,
    preferences,
    storefront,
    threads,
    uploads,
)
from shopper.web.routes import ucp as ucp_routes
from shopper.web.routes.ucp import base_of
from shopper.web.runs import Run, Runs
from shopper.web.signals import RunSignals
from shopper.web.tracing import Traced, Traces
from shopper.web.wire import Wire

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

MAX_BODY_BYTES = 96 * 2**20  # eight photos of 8 MB in base64, with room


def build_app(shop: Shop, traces: Traces | None = None) -> FastAPI:
    """The chat API, the widget and the page of an open shop. Closing the shop stays the caller's task."""
    options = shop.web
    if options.trace_endpoint:
        traces = traces or Traces.to(options.trace_endpoint)
    access = Access.parse(
        options.secret_keys, options.publishable_keys, trust_loopback=options.trust_loopback
    )
    metrics = Metrics()
    metrics.watch_demand(lambda: shop.demand.dropped)
    db, clock = shop.catalog.db, shop.clock
    keys, repeats = Keys(db, clock=clock), Repeats(db, clock=clock)

    async def ended(run: Run) -> None:
        metrics.run_ended(run.events, run.usage)
        tokens = sum(asked + answered for asked, answered in run.usage.values())
        if run.key_id is not None and tokens:
            await keys.spend_tokens(run.key_id, tokens)

    runs = Runs(shop.threads, RunSignals(db, clock=clock), on_end=ended)
    ucp = _ucp(shop)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if options.log_format == "json":
            log_as_json()
        if shop.catalog.index.embedded:  # nobody else serves this shop
            await repeats.forget_unanswered()
        older_than = timedelta(days=options.retention_days) if options.retention_days else None
        erasing = asyncio.create_task(
            erase_for_ever(db, clock=clock, holder=shop.new_id(), older_than=older_than)
        )
        async with (
            app.state.mcp.running(),
            watching(shop.payments, owner=shop.new_id()),
            shop.checkouts.running(),
            shop.webhooks.running() if shop.webhooks else nullcontext(),
        ):
            yield
        app.state.stopping = True
        erasing.cancel()
        await runs.close()
        await keys.close()
        if traces is not None:
            await traces.close()

    app = _described(lifespan)
    app.state.web = Web(
        shop=shop,
        gate=Gate(access, keys, clock=clock),
        keys=keys,
        rate=RateLimit(options.rate_per_minute),
        runs=runs,
        repeats=repeats,
        wire=Wire(options.public_url),
        metrics=metrics,
        ucp=ucp,
    )
    app.state.stopping = False
    app.state.mcp = _mcp(shop, app.state.web)
    add_problem_handlers(app)
    app.router.routes.append(Route("/mcp", endpoint=app.state.mcp))
    _wrap(app, traces)
    return app


def api_description() -> dict[str, Any]:
    """The OpenAPI document, which is the same for every shop."""
    return _described().openapi()


def _described(lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None) -> FastAPI:
    """The routes with their description; they answer once the shop's parts are in the app's state."""
    app = FastAPI(
        title="Personal shopper",
        version="0.1.0",
        description="Chat with a shop's personal shopper: words and photos in, products and prose out.",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        # Its own spans and logs hold paths, query strings and the texts of errors.
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    for routes in (
        chat,
        completions,
        agui,
        threads,
        preferences,
        handoff,
        looks,
        cart,
        checkouts,
        orders,
        catalog,
        explain,
        uploads,
        ucp_routes,
        health,
        pages,
        storefront,
        payments,
        pay,
    ):
        app.include_router(routes.router)
    describe(app)
    return app


def _wrap(app: FastAPI, traces: Traces | None) -> None:
    """What every request passes on its way in, the last one first."""
    web: Web = app.state.web

    async def known(request: Request) -> Caller:
        return await admit(request, web)

    app.add_middleware(OncePerKey, repeats=web.repeats, admit=known)
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES)
    if traces is not None:
        app.add_middleware(Traced, traces=traces)
    app.add_middleware(Edge)
    app.add_middleware(Cors, origins=web.gate.origins)


def _ucp(shop: Shop) -> Ucp:
    """UCP's operations over the shop's own parts."""
    store, taxonomy = shop.catalog.store, shop.catalog.taxonomy
    carts = UcpCarts(shop.threads, shop.carts, store, shop.currency)
    methods = shop.payments.methods() if shop.payments else ()
    return Ucp(
        catalog=UcpCatalog(shop.search, store, taxonomy, shop.reader, shop.currency),
        carts=carts,
        checkouts=UcpCheckouts(shop.checkouts, carts, shop.threads, shop.carts, methods, shop.currency),
    )


def _mcp(shop: Shop, web: Web) -> McpEndpoint:
    """The same operations as tools of an MCP server."""

    def build() -> MCPServer:
        # Takes a third of a second to import, so not before the server starts.
        from shopper.protocols.mcp import build_mcp

        return build_mcp(web.ucp.catalog, web.ucp.carts, web.ucp.checkouts, call_of, shop.name)

    def call_of(request: Request) -> Call:
        return Call(request.state.owner, Shapes(base_of(request, web), shop.name))

    async def owner_of(request: Request) -> str:
        return (await the_caller(request, web)).owner

    return McpEndpoint(build, owner_of)
