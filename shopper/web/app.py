"""Builds the web application around an open shop: routes, errors, limits, CORS and headers.

Knows nothing about settings or how the shop was built.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

from shopper.shop import Shop
from shopper.web.auth import Access
from shopper.web.body_limit import BodyLimit
from shopper.web.deps import Web
from shopper.web.limits import RateLimit
from shopper.web.metrics import Metrics
from shopper.web.problems import add_problem_handlers
from shopper.web.routes import (
    agui,
    cart,
    catalog,
    chat,
    completions,
    explain,
    health,
    pages,
    threads,
    uploads,
)
from shopper.web.runs import Runs
from shopper.web.wire import Wire

log = logging.getLogger("shopper.web")

MAX_BODY_BYTES = 96 * 2**20  # eight photos of 8 MB in base64, with room


def build_app(shop: Shop) -> FastAPI:
    """The chat API, the widget and the page of an open shop. Closing the shop stays the caller's task."""
    options = shop.web
    access = Access.parse(
        options.secret_keys, options.publishable_keys, trust_loopback=options.trust_loopback
    )
    metrics = Metrics()
    runs = Runs(shop.threads, on_end=metrics.run_ended)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await runs.close()

    app = FastAPI(
        title="Personal shopper",
        version="0.1.0",
        description="Chat with a shop's personal shopper: words and photos in, products and prose out.",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.web = Web(
        shop=shop,
        access=access,
        rate=RateLimit(options.rate_per_minute),
        runs=runs,
        wire=Wire(options.public_url),
        metrics=metrics,
    )
    add_problem_handlers(app)
    for routes in (chat, completions, agui, threads, cart, catalog, explain, uploads, health, pages):
        app.include_router(routes.router)
    app.middleware("http")(_headers)
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=sorted(access.origins),
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["authorization", "content-type", "last-event-id", "idempotency-key"],
        expose_headers=["x-request-id", "x-vercel-ai-ui-message-stream", "retry-after"],
    )
    return app


async def _headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    request_id = request.headers.get("x-request-id") or secrets.token_hex(8)
    began = time.perf_counter()
    response = await call_next(request)
    response.headers["x-request-id"] = request_id[:64]
    response.headers["x-content-type-options"] = "nosniff"
    response.headers.setdefault("referrer-policy", "same-origin")
    # Paths hold no shopper text; bodies are never logged.
    log.info(
        "%s %s %d %.0f ms %s",
        request.method,
        request.url.path,
        response.status_code,
        1000 * (time.perf_counter() - began),
        request_id[:64],
    )
    return response
