"""doctor and reindex: whether a shop's data agrees, and what mends it.

Parses arguments and prints; the work is other rooms'.
"""

from __future__ import annotations

import json

import typer

from shopper.cli.common import AsJson, Data, run, settings_of

app = typer.Typer()


@app.command()
def doctor(as_json: AsJson = False, data: Data = None) -> None:
    """Check that products, vectors and pictures agree; says how to mend what doesn't."""

    async def work() -> None:
        from shopper.doctor import examine
        from shopper.shop import open_catalog

        catalog = await open_catalog(settings_of(data))
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

    run(work())


@app.command()
def reindex(data: Data = None) -> None:
    """Make the vectors anew from SQL and the pictures."""

    async def work() -> None:
        from shopper.progress import Bars
        from shopper.shop import open_catalog, sync

        catalog = await open_catalog(settings_of(data))
        try:
            catalog.index.delete(list(catalog.index.hashes()))
            with Bars(enabled=True) as bars:
                count = await sync(catalog, progress=bars.update)
        finally:
            await catalog.close()
        print(f"{count} products encoded with {catalog.encoder.id}.")

    run(work())
