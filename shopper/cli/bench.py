"""The benchmarks; each prints a table and one JSON line.

Parses arguments and prints; the work is other rooms'.
"""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer

from shopper.cli.common import AsJson, Data, run, settings_of

app = typer.Typer(help="Measure; each prints a table and one JSON line.", no_args_is_help=True)


@app.command("serving")
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
        shop = await build_shop(settings_of(data))
        try:
            result = await bench(shop, turns=turns, ready_s=time.monotonic() - began)
        finally:
            await shop.close()
        if not as_json:
            print(render(result))
        print(json.dumps(result.as_json()))

    run(work())
