"""The `shopper` command: serve, chat, search, ingest, dialogs, bench, doctor, reindex, demo.

Parses arguments and prints; every command's work is another room's.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from shopper.errors import ShopperError
from shopper.settings import Settings

if TYPE_CHECKING:
    from shopper.products.ingest import IngestReport

app = typer.Typer(
    help="A conversational personal shopper for fashion shops.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
dialogs_app = typer.Typer(help="Scripted dialogs: conversations as tests.", no_args_is_help=True)
bench_app = typer.Typer(help="Measure; each prints a table and one JSON line.", no_args_is_help=True)
app.add_typer(dialogs_app, name="dialogs")
app.add_typer(bench_app, name="bench")

Data = Annotated[
    Path | None, typer.Option("--data", help="the shop's data folder (default: SHOPPER_DATA or ./data)")
]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def main() -> None:
    """The console script: errors a person can understand are one line and exit 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except ShopperError as error:
        print(error.message, file=sys.stderr)
        sys.exit(1)


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)


def _settings(data: Path | None = None, **more: Any) -> Settings:
    given = {name: value for name, value in {"data": data, **more}.items() if value is not None}
    return Settings().model_copy(update=given)


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
        settings = _settings(data, host=host, port=port)
        shop = await build_shop(settings)
        try:
            seconds = time.monotonic() - began
            where = f"http://{settings.host}:{settings.port}"
            parts = f"encoder {shop.catalog.encoder.id}, model {shop.model}"
            print(f"Ready in {seconds:.1f} s: {where} ({parts})", flush=True)
            await serve_app(build_app(shop), host=settings.host, port=settings.port)
        finally:
            await shop.close()

    _run(work())


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

        shop = await build_shop(_settings(data, rate_per_minute=0))
        try:
            transport = httpx.ASGITransport(app=build_app(shop))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost", timeout=120
            ) as http:
                await talk(ChatClient(http), Console())
        finally:
            await shop.close()

    _run(work())


@app.command()
def search(
    words: Annotated[str, typer.Argument(help="what to look for, as a shopper would say it")] = "",
    photo: Annotated[Path | None, typer.Option(help="a picture to search by")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 8,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Search a loaded shop once, without a conversation."""

    async def work() -> None:
        from shopper.chat.once import ask_once
        from shopper.shop import build_shop
        from shopper.terminal import Printer
        from shopper.web.wire import Wire

        shop = await build_shop(_settings(data))
        try:
            picture = photo.read_bytes() if photo else None
            query, page = await ask_once(shop.search, shop.catalog.taxonomy, words, picture, limit=limit)
        except FileNotFoundError as error:
            raise ShopperError(f"There is no file {photo}.") from error
        finally:
            await shop.close()
        body = {"query": query.wire(), **Wire().page(page)}
        if as_json:
            print(json.dumps(body, ensure_ascii=False))
            return
        printer = Printer(Console())
        printer.part({"type": "data-products", "data": body})
        notes = [r.message for r in page.relaxed] + ([page.absence.message] if page.absence else [])
        for note in notes:
            print(note)

    _run(work())


@app.command()
def ingest(
    feed: Annotated[Path, typer.Argument(help="a feed file, or a folder that holds one")],
    images: Annotated[
        Path | None, typer.Option(help="folder of the pictures (default: the feed's own)")
    ] = None,
    format: Annotated[str, typer.Option(help="auto, jsonl, shopify, google or magento")] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check the feed and write nothing")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="remove products that the feed doesn't hold")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="let --replace remove more than 30 %")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Load a product feed: changed rows are written and encoded, bad rows are named and left out."""

    async def work() -> None:
        from shopper.progress import Bars
        from shopper.shop import load_feed, open_catalog

        settings = _settings(data)
        catalog = await open_catalog(settings)
        try:
            with Bars(enabled=not as_json) as bars:
                report = await load_feed(
                    catalog,
                    feed,
                    images=images,
                    format=format,
                    dry_run=dry_run,
                    replace=replace,
                    force=force,
                    progress=bars.update,
                )
        finally:
            await catalog.close()
        if not dry_run:
            _keep_policy(feed, settings)
        print(report.model_dump_json() if as_json else _ingested(report, dry_run))
        if report.rejected and not report.accepted and not report.unchanged:
            raise typer.Exit(1)

    _run(work())


def _keep_policy(feed: Path, settings: Settings) -> None:
    """A policy text beside the feed becomes the shop's."""
    source = (feed if feed.is_dir() else feed.parent) / "policy.md"
    if source.is_file() and feed.is_dir():
        (settings.data / "policy.md").write_bytes(source.read_bytes())


def _ingested(report: IngestReport, dry_run: bool) -> str:
    lines = [f"line {e.line}: {e.field or 'row'}: {e.reason}" for e in report.errors[:50]]
    if len(report.errors) > 50:
        lines.append(f"… and {len(report.errors) - 50} more")
    lines.append(
        f"{report.accepted} accepted, {report.unchanged} unchanged, {report.rejected} rejected "
        f"in {report.seconds:.1f} s; the shop holds {report.products} products, {report.variants} variants."
        + (" Nothing was written (dry run)." if dry_run else "")
    )
    return "\n".join(lines)


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
        settings = _settings(data, host=host, port=port)
        catalog = await open_catalog(settings)
        try:
            with Bars(enabled=True) as bars:
                report = await load_feed(catalog, feed, progress=bars.update)
        finally:
            await catalog.close()
        _keep_policy(feed, settings)
        print(_ingested(report, dry_run=False))
        shop = await build_shop(settings)
        try:
            await run_demo(shop, Console(), host=host, port=port, began=began, once=once)
        finally:
            await shop.close()

    _run(work())


@dialogs_app.command("run")
def dialogs_run(
    path: Annotated[list[Path], typer.Argument(help="dialog files or folders of them")],
    url: Annotated[str | None, typer.Option(help="play against this server (default: open --data)")] = None,
    key: Annotated[str | None, typer.Option(envvar="SHOPPER_KEY")] = None,
    catalog: Annotated[
        str | None, typer.Option(help="play only the dialogs of this catalog: demo, luma")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Play dialogs and check what came of them; exits 1 if any check fails."""

    async def work() -> None:
        import httpx

        from shopper.dialogs.player import run_dialogs
        from shopper.dialogs.report import render

        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if url:
            async with httpx.AsyncClient(base_url=url, timeout=120, headers=headers) as http:
                report = await run_dialogs(path, client=http, catalog_filter=catalog)
        else:
            from shopper.shop import build_shop
            from shopper.web.app import build_app

            shop = await build_shop(_settings(data, rate_per_minute=0))
            try:
                transport = httpx.ASGITransport(app=build_app(shop))
                async with httpx.AsyncClient(
                    transport=transport, base_url="http://localhost", timeout=120
                ) as http:
                    report = await run_dialogs(path, client=http, catalog_filter=catalog)
            finally:
                await shop.close()
        print(json.dumps(report.as_json()) if as_json else render(report))
        if not report.passed:
            raise typer.Exit(1)

    _run(work())


@dialogs_app.command("record")
def dialogs_record(
    thread_id: str,
    url: Annotated[str, typer.Option()] = "http://127.0.0.1:8000",
    key: Annotated[str | None, typer.Option(envvar="SHOPPER_KEY")] = None,
) -> None:
    """Print a conversation that happened as a dialog to edit."""

    async def work() -> None:
        import httpx

        from shopper.dialogs.record import record

        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with httpx.AsyncClient(base_url=url, timeout=60, headers=headers) as http:
            print(await record(thread_id, client=http))

    _run(work())


@bench_app.command("serving")
def bench_serving(
    turns: Annotated[int, typer.Option(min=1)] = 100,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Time to the first card and whole turns on a loaded shop."""

    async def work() -> None:
        from shopper.bench.serving import bench, render
        from shopper.shop import build_shop

        began = time.monotonic()
        shop = await build_shop(_settings(data))
        try:
            result = await bench(shop, turns=turns, ready_s=time.monotonic() - began)
        finally:
            await shop.close()
        if not as_json:
            print(render(result))
        print(json.dumps(result.as_json()))

    _run(work())


@app.command()
def doctor(as_json: AsJson = False, data: Data = None) -> None:
    """Check that products, vectors and pictures agree; says how to mend what doesn't."""

    async def work() -> None:
        from shopper.doctor import examine
        from shopper.shop import open_catalog

        catalog = await open_catalog(_settings(data))
        try:
            findings = await examine(catalog)
        finally:
            await catalog.close()
        if as_json:
            print(json.dumps({"healthy": not findings, "findings": findings}))
        else:
            print("\n".join(findings) or "Everything agrees.")
        if findings:
            raise typer.Exit(1)

    _run(work())


@app.command()
def reindex(data: Data = None) -> None:
    """Make the vectors anew from SQL and the pictures."""

    async def work() -> None:
        from shopper.progress import Bars
        from shopper.shop import open_catalog, sync

        catalog = await open_catalog(_settings(data))
        try:
            catalog.index.delete(list(catalog.index.hashes()))
            with Bars(enabled=True) as bars:
                count = await sync(catalog, progress=bars.update)
        finally:
            await catalog.close()
        print(f"{count} products encoded with {catalog.encoder.id}.")

    _run(work())
