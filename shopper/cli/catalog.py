"""ingest and search: a shop's products, without a conversation.

Parses arguments and prints; the work is other rooms'.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from shopper.cli.common import AsJson, Data, run, settings_of
from shopper.errors import ShopperError
from shopper.settings import Settings

if TYPE_CHECKING:
    from shopper.products.ingest import IngestReport

app = typer.Typer()


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

        settings = settings_of(data)
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
            keep_policy(feed, settings)
        print(report.model_dump_json() if as_json else ingested(report, dry_run))
        if report.rejected and not report.accepted and not report.unchanged:
            raise typer.Exit(1)

    run(work())


def keep_policy(feed: Path, settings: Settings) -> None:
    """A policy text beside the feed becomes the shop's."""
    source = (feed if feed.is_dir() else feed.parent) / "policy.md"
    if source.is_file() and feed.is_dir():
        (settings.data / "policy.md").write_bytes(source.read_bytes())


def ingested(report: IngestReport, dry_run: bool) -> str:
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

        shop = await build_shop(settings_of(data))
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

    run(work())
