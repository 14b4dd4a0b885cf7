"""The benchmarks; each prints a table and one JSON line.

Parses arguments and prints; the work is other rooms'.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from shopper.cli.common import AsJson, Data, run, settings_of
from shopper.cli.encoders import bench_encoders
from shopper.cli.payments import bench_payments
from shopper.cli.pictures import bench_quality

app = typer.Typer(help="Measure; each prints a table and one JSON line.", no_args_is_help=True)
app.command("quality")(bench_quality)
app.command("encoders")(bench_encoders)
app.command("payments")(bench_payments)
_DEMO = Path(__file__).resolve().parents[2] / "catalog"


@app.command("serving")
def bench_serving(
    turns: Annotated[int, typer.Option(min=1)] = 100,
    shoppers: Annotated[int, typer.Option(min=1, help="how many talk at once")] = 1,
    pause: Annotated[float, typer.Option(min=0, help="seconds between an answer and the next message")] = 0.0,
    silence: Annotated[
        float | None,
        typer.Option(min=0, help="use a model that says its first word after so many seconds"),
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Time to the first card and whole turns on a loaded shop."""

    async def work() -> None:
        from shopper.bench.serving import bench, render
        from shopper.bench.slow_model import SlowModel
        from shopper.shop import build_shop

        slow = None if silence is None else SlowModel(silence=silence)
        began = time.monotonic()
        shop = await build_shop(settings_of(data), model=slow)
        try:
            ready = time.monotonic() - began
            result = await bench(
                shop, turns=turns, ready_s=ready, shoppers=shoppers, pause_s=pause, slow=slow
            )
        finally:
            await shop.close()
        if not as_json:
            print(render(result))
        print(json.dumps(result.as_json()))

    run(work())


@app.command("retrieval")
def bench_retrieval(
    products: Annotated[int, typer.Option(min=100, help="size of the grown catalog")] = 10_000,
    as_json: AsJson = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="keep the figures and draw retrieval.svg here")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="build here, go on with what is built, and leave it")
    ] = None,
    chroma: Annotated[bool, typer.Option(help="write Chroma's collections and measure its where")] = True,
    ingest: Annotated[bool, typer.Option("--ingest", help="also time ingests of the feed")] = False,
    growth: Annotated[
        str, typer.Option(help="after the run, compare these sizes of earlier runs in --out: 10000,100000")
    ] = "",
    questions: Annotated[int, typer.Option(min=8, help="how many queries are timed")] = 200,
    views: Annotated[int, typer.Option(min=1, max=8, help="views of each of the demo's pictures")] = 8,
    catalog: Annotated[Path, typer.Option(help="the demo shop's folder")] = _DEMO,
) -> None:
    """Search on a catalog grown from the demo shop: speed, recall, memory, readiness, beside its rivals."""
    from shopper.bench import report
    from shopper.bench.plot import draw
    from shopper.bench.retrieval import Plan, bench
    from shopper.shop import Catalog, open_catalog

    sizes = [int(size) for size in growth.split(",") if size.strip()]

    async def opened(data: Path) -> Catalog:
        return await open_catalog(settings_of(data, encoder="builtin"))

    async def work(folder: Path) -> None:
        plan = Plan(products, folder, catalog, chroma=chroma, ingest=ingest, questions=questions, views=views)
        probe = [sys.executable, "-m", "shopper", "bench", "probe", "--data", str(plan.data)]
        result = await bench(
            plan, open_catalog=opened, probe=probe, tell=lambda what: print(what, file=sys.stderr)
        )
        if out is not None:
            report.keep(result, out)
            (out / "retrieval.svg").write_text(draw(report.kept(out)), encoding="utf-8")
        if not as_json:
            print(report.render(result))
            if out is not None and sizes:
                print("\n" + report.growth(report.kept(out), sizes))
        print(json.dumps(result))

    if keep is not None:
        run(work(keep))
        return
    with tempfile.TemporaryDirectory(prefix="shopper-bench-") as folder:
        run(work(Path(folder)))


@app.command("probe", hidden=True)
def bench_probe(questions: Path, data: Data = None) -> None:
    """Open a shop as a server does, answer the questions of a file, and print memory and times."""

    async def work() -> None:
        from shopper.bench.retrieval import serve_questions
        from shopper.shop import build_shop
        from shopper.web.app import build_app

        shop = await build_shop(settings_of(data, encoder="builtin"))
        try:
            build_app(shop)
            print(json.dumps(await serve_questions(shop.search, questions, time.time())))
        finally:
            await shop.close()

    run(work())
