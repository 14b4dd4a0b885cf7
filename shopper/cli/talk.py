"""serve, chat and demo: a shop that is open to shoppers.

Parses arguments and prints; the work is other rooms'.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shopper.cli.catalog import ingested, keep_texts
from shopper.cli.common import Data, run, settings_of

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="address to listen on (default 127.0.0.1)")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on (default 8000)")] = None,
    data: Data = None,
) -> None:
    """Serve the chat API, the widget and the chat page of a loaded shop."""

    async def work() -> None:
        from shopper.shop import build_shop
        from shopper.web.app import build_app
        from shopper.web.serve import serve as serve_app

        began = time.monotonic()
        settings = settings_of(data, host=host, port=port)
        shop = await build_shop(settings)
        try:
            seconds = time.monotonic() - began
            where = f"http://{settings.host}:{settings.port}"
            parts = f"encoder {shop.catalog.encoder.id}, model {shop.model}"
            print(f"Ready in {seconds:.1f} s: {where} ({parts})", flush=True)
            await serve_app(build_app(shop), host=settings.host, port=settings.port)
        finally:
            await shop.close()

    run(work())


@app.command()
def chat(
    data: Data = None,
    url: Annotated[
        str | None, typer.Option(help="talk to a running server instead of opening the data folder")
    ] = None,
    key: Annotated[
        str | None, typer.Option(envvar="SHOPPER_KEY", help="the server's key, if it needs one")
    ] = None,
) -> None:
    """Talk to the shopper in the terminal."""

    async def work() -> None:
        import httpx

        from shopper.terminal import ChatClient
        from shopper.terminal import chat as talk

        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if url:
            async with httpx.AsyncClient(base_url=url, timeout=120, headers=headers) as http:
                await talk(ChatClient(http), Console())
            return
        from shopper.shop import build_shop
        from shopper.web.app import build_app

        shop = await build_shop(settings_of(data, rate_per_minute=0))
        try:
            transport = httpx.ASGITransport(app=build_app(shop))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost", timeout=120
            ) as http:
                await talk(ChatClient(http), Console())
        finally:
            await shop.close()

    run(work())


@app.command()
def demo(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8000,
    data: Annotated[Path, typer.Option("--data")] = Path("data/demo"),
    feed: Annotated[Path, typer.Option(help="the shop to load")] = Path("catalog"),
    once: Annotated[bool, typer.Option("--once", help="stop after the conversation")] = False,
) -> None:
    """Load the demo shop, serve it, and play one short conversation against the server."""

    async def work() -> None:
        from shopper.demo import run_demo
        from shopper.progress import Bars
        from shopper.shop import build_shop, load_feed, open_catalog

        began = time.monotonic()
        settings = settings_of(data, host=host, port=port)
        catalog = await open_catalog(settings)
        try:
            with Bars(enabled=True) as bars:
                report = await load_feed(catalog, feed, progress=bars.update)
        finally:
            await catalog.close()
        keep_texts(feed, settings)
        print(ingested(report, dry_run=False))
        shop = await build_shop(settings)
        try:
            await run_demo(shop, Console(), host=host, port=port, began=began, once=once)
        finally:
            await shop.close()

    run(work())
