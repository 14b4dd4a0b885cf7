"""ingest and search: a shop's products, without a conversation.

Parses arguments and prints; the work is other rooms'.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from shopper.cli.common import AsJson, Data, must_hold_a_shop, run, settings_of, sql_of
from shopper.errors import ShopperError
from shopper.settings import Settings

if TYPE_CHECKING:
    from shopper.products.ingest import FeedProblem, IngestReport
    from shopper.products.prices import PriceReport

app = typer.Typer()


@app.command()
def ingest(
    feed: Annotated[Path | None, typer.Argument(help="a feed file, or a folder that holds one")] = None,
    prices: Annotated[
        Path | None, typer.Option(help="a CSV or JSONL file of prices and stock alone, instead of a feed")
    ] = None,
    images: Annotated[
        Path | None, typer.Option(help="folder of the pictures (default: the feed's own)")
    ] = None,
    format: Annotated[str, typer.Option(help="auto, jsonl, shopify, google or magento")] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check the feed and write nothing")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="remove products that the feed doesn't hold")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="let --replace remove more than 30 %")] = False,
    currency: Annotated[
        str | None, typer.Option(help="of prices that name none, e.g. EUR (default: the shop's own)")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Load a product feed: changed rows are written and encoded, bad rows are named and left out.

    With --prices, only prices and stock change; that also works while a server has the shop open.
    """
    if currency is not None and not re.fullmatch("[A-Za-z]{3}", currency):
        raise typer.BadParameter("is a code of three letters, e.g. EUR", param_hint="--currency")
    default = currency.upper() if currency else None
    if (feed is None) == (prices is None):
        raise typer.BadParameter("Give a feed, or a file of prices with --prices.")
    if prices is not None:
        if replace or force or images or format != "auto":
            raise typer.BadParameter("--prices takes no --replace, --force, --images or --format.")
        run(take_prices(prices, settings_of(data), default, dry_run=dry_run, as_json=as_json))
        return
    assert feed is not None
    source = feed

    async def work() -> None:
        from shopper.progress import Bars
        from shopper.shop import load_feed, open_catalog

        settings = settings_of(data)
        catalog = await open_catalog(settings)
        try:
            with Bars(enabled=not as_json) as bars:
                report = await load_feed(
                    catalog,
                    source,
                    images=images,
                    format=format,
                    dry_run=dry_run,
                    replace=replace,
                    force=force,
                    currency=default,
                    progress=bars.update,
                )
        finally:
            await catalog.close()
        if not dry_run:
            keep_texts(source, settings)
        print(report.model_dump_json() if as_json else ingested(report, dry_run))
        if report.rejected and not report.accepted and not report.unchanged:
            raise typer.Exit(1)

    run(work())


def keep_texts(feed: Path, settings: Settings) -> None:
    """The shop's own texts beside the feed, its policy and its size chart, are kept with the catalog."""
    for name in ("policy.md", "size_chart.md"):
        source = (feed if feed.is_dir() else feed.parent) / name
        if source.is_file():
            (settings.data / name).write_bytes(source.read_bytes())


async def take_prices(
    file: Path, settings: Settings, currency: str | None, *, dry_run: bool, as_json: bool
) -> None:
    """Write prices and stock. No vectors are opened, so it may be done beside a server that has the shop."""
    from shopper.products.prices import ingest_prices
    from shopper.products.store import ProductStore

    must_hold_a_shop(settings)
    async with sql_of(settings) as db:
        report = await ingest_prices(file, store=ProductStore(db), currency=currency, dry_run=dry_run)
    print(report.model_dump_json() if as_json else repriced(report, dry_run))
    if (report.rejected or report.unknown) and not report.updated and not report.unchanged:
        raise typer.Exit(1)


def repriced(report: PriceReport, dry_run: bool) -> str:
    lines = problems(report.errors)
    if report.unknown:
        more = ", …" if report.unknown > 10 else ""
        lines.append(f"not in the shop: {', '.join(report.unknown_ids[:10])}{more}")
    lines.append(
        f"{report.updated} variants updated, {report.unchanged} unchanged, {report.unknown} unknown, "
        f"{report.rejected} rows rejected in {report.seconds:.1f} s."
        + (" Nothing was written (dry run)." if dry_run else "")
    )
    return "\n".join(lines)


def problems(errors: Sequence[FeedProblem]) -> list[str]:
    lines = [f"line {e.line}: {e.field or 'row'}: {e.reason}" for e in errors[:50]]
    return lines + ([f"… and {len(errors) - 50} more"] if len(errors) > 50 else [])


def ingested(report: IngestReport, dry_run: bool) -> str:
    lines = problems(report.errors)
    if report.resumed:
        lines.append("The last ingest was cut off before its end; what it had written was kept.")
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
