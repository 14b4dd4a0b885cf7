"""doctor and reindex: whether a shop's data agrees, and what mends it.

Parses arguments and prints; the work is other rooms'.
"""

from __future__ import annotations

import json
from typing import Annotated

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
        healthy = all(finding.harmless for finding in findings)
        if as_json:
            encoder = {"id": catalog.encoder.id, "why": catalog.encoder.why}
            found = [f._asdict() for f in findings]
            print(json.dumps({"healthy": healthy, "encoder": encoder, "findings": found}))
        else:
            print(f"Encoder {catalog.encoder.id}: {catalog.encoder.why}")
            print("\n".join(map(str, findings)) or "Everything agrees.")
            if findings and healthy:
                print("Nothing else; the shop is healthy.")
        if not healthy:
            raise typer.Exit(1)

    run(work())


@app.command()
def reindex(
    tidy: Annotated[
        bool, typer.Option("--tidy", help="also delete picture files that belong to no product")
    ] = False,
    data: Data = None,
) -> None:
    """Make all vectors anew from SQL and the pictures; the old ones serve until the new ones are verified."""

    async def work() -> None:
        from shopper.doctor import orphaned_media
        from shopper.progress import Bars
        from shopper.shop import open_catalog, rebuild

        catalog = await open_catalog(settings_of(data))
        try:
            with Bars(enabled=True) as bars:
                count = await rebuild(catalog, progress=bars.update)
            orphans = orphaned_media(catalog, await catalog.store.images()) if tidy else []
            for file in orphans:
                file.unlink()
        finally:
            await catalog.close()
        print(f"{count} products encoded with {catalog.encoder.id}.")
        if tidy:
            print(f"{len(orphans)} picture files of no product deleted.")

    run(work())
