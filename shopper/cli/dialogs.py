"""dialogs run and record: conversations as tests.

Parses arguments and prints; the work is other rooms'.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shopper.cli.common import AsJson, Data, run, settings_of

app = typer.Typer(help="Scripted dialogs: conversations as tests.", no_args_is_help=True)


@app.command("run")
def dialogs_run(
    path: Annotated[list[Path], typer.Argument(help="dialog files or folders of them")],
    url: Annotated[str | None, typer.Option(help="play against this server (default: open --data)")] = None,
    key: Annotated[str | None, typer.Option(envvar="SHOPPER_KEY")] = None,
    catalog: Annotated[
        str | None, typer.Option(help="play only the dialogs of this catalog: demo, luma")
    ] = None,
    change_shop: Annotated[
        bool,
        typer.Option(
            "--change-shop",
            help="with --data: also play dialogs that change stock and prices, and put them back",
        ),
    ] = False,
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
            from shopper.dialogs.open_shop import ShopStage
            from shopper.shop import build_shop
            from shopper.web.app import build_app

            shop = await build_shop(settings_of(data, rate_per_minute=0))
            stage = ShopStage(shop.catalog) if change_shop else None
            try:
                transport = httpx.ASGITransport(app=build_app(shop))
                async with httpx.AsyncClient(
                    transport=transport, base_url="http://localhost", timeout=120
                ) as http:
                    report = await run_dialogs(path, client=http, catalog_filter=catalog, stage=stage)
            finally:
                await shop.close()
        print(json.dumps(report.as_json()) if as_json else render(report))
        if not report.passed:
            raise typer.Exit(1)

    run(work())


@app.command("record")
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

    run(work())
