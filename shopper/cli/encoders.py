"""Encoders: how fast they are, and training one on photos or on a shop's own catalog.

Parses arguments and prints; the work is other rooms'.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopper.cli.common import AsJson, settings_of, sql_of
from shopper.errors import BadInput

if TYPE_CHECKING:
    from shopper.search.training.pairs import Pair

app = typer.Typer()
_DEMO = Path(__file__).resolve().parents[2] / "catalog"


def bench_encoders(
    model: Annotated[
        str | None, typer.Option("--model", help="hub id or folder; default: FashionCLIP if it is here")
    ] = None,
    as_json: AsJson = False,
    rounds: Annotated[int, typer.Option(min=1, help="every way is measured so often, in turns")] = 3,
    work: Annotated[
        Path | None, typer.Option("--work", help="keep the random model and the pictures here")
    ] = None,
    pictures: Annotated[Path, typer.Option(help="folder of pictures to measure with")] = _DEMO / "images",
) -> None:
    """Pictures and texts a second: torch as it comes, this project's path, and the built-in encoder."""
    from shopper.bench.encoders import bench, render
    from shopper.search.clip_files import is_kept
    from shopper.search.encoder import FASHION_CLIP

    if model == "fashionclip" or (model is None and is_kept(FASHION_CLIP)):
        model = FASHION_CLIP
    with tempfile.TemporaryDirectory(prefix="shopper-bench-") as folder:
        result = bench(
            model, work or Path(folder), pictures, rounds=rounds,
            tell=lambda what: print(what, file=sys.stderr),
        )  # fmt: skip
    if not as_json:
        print(render(result))
    print(json.dumps(result.as_json()))


@app.command()
def embed(
    source: Annotated[
        Path, typer.Argument(help="parquet file or folder with id, text, image; or a product feed")
    ],
    out: Annotated[Path, typer.Option("--out", help="folder for the parts; run again to go on")],
    engine: Annotated[
        str, typer.Option(help="local, or ray: on this machine or the cluster of RAY_ADDRESS")
    ] = ("local"),
    encoder: Annotated[
        str | None,
        typer.Option("--encoder", help="as SHOPPER_ENCODER: builtin, fashionclip, a hub id, a folder"),
    ] = None,
    images: Annotated[
        Path | None, typer.Option("--images", help="folder of the pictures; default: beside the source")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="rows of a part")] = 512,
    workers: Annotated[int, typer.Option(min=1, help="processes of Ray, each with an encoder")] = 2,
    gpus: Annotated[float, typer.Option(min=0, help="GPUs of each of them")] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Encode a whole file: parquet or a feed in, parquet with vectors out, by the shop's own encoder."""
    if engine not in ("local", "ray"):
        raise typer.BadParameter("choose local or ray", param_hint="--engine")
    try:
        from shopper.search.parquet.engines import Job, embed_files
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "pyarrow":
            raise
        raise BadInput("pyarrow isn't installed: pip install 'shopper[parquet]'") from error

    started = time.monotonic()

    def told(done: int, left: int, pictures: int) -> None:
        took = time.monotonic() - started
        line = f"{done} rows, {left} to go: {pictures / took:.0f} pictures/s, {took / done * left:.0f} s left"
        print(f"\r{line:60}", end="", file=sys.stderr, flush=True)

    job = Job(source, out, encoder or settings_of().encoder, images, rows, workers, gpus)
    found = embed_files(job, "ray" if engine == "ray" else "local", told)
    print(file=sys.stderr)
    if as_json:
        print(json.dumps(asdict(found)))
        return
    kept = f", {found.kept} there already" if found.kept else ""
    wrong = f", {found.problems} pictures can't be read (column “problem”)" if found.problems else ""
    print(f"{found.rows} rows encoded by {found.encoder}{kept}{wrong}: {out}")


@app.command("train-encoder", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def train_encoder(
    context: typer.Context,
    base: Annotated[
        str | None, typer.Option("--base", help="fashionclip, a hub id or the folder of a CLIP or SigLIP")
    ] = None,
    catalog: Annotated[
        Path | None, typer.Option("--catalog", help="the shop's data folder, or a feed with its pictures")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="folder for the tuned model")] = None,
    epochs: Annotated[int | None, typer.Option(min=1)] = None,
    seed: Annotated[int, typer.Option()] = 7,
    batch: Annotated[int, typer.Option(min=2, help="pairs a step; the more, the harder the lesson")] = 32,
    rate: Annotated[float, typer.Option(help="learning rate of LoRA; all weights learn at a tenth")] = 2e-4,
    lora: Annotated[int, typer.Option(min=0, help="rank; 0 lets all weights learn")] = 8,
    every: Annotated[int, typer.Option(min=1, help="steps between two checkpoints")] = 100,
    steps: Annotated[int | None, typer.Option(min=1, help="stop after so many; run again to go on")] = None,
) -> None:
    """Fine-tune a CLIP on a shop's own catalog; without --base, train the built-in encoder on photos.

    Without --base, all arguments go to the built-in trainer: `shopper train-encoder PHOTOS --work DIR …`.
    """
    if base is None:
        _train_builtin(context, catalog=catalog, out=out, epochs=epochs, seed=seed)
        return
    if context.args:
        raise typer.BadParameter(f"unknown with --base: {' '.join(context.args)}")
    if catalog is None or out is None:
        raise typer.BadParameter("--base needs --catalog and --out")
    from shopper.search.clip_files import model_folder
    from shopper.search.encoder import FASHION_CLIP
    from shopper.search.training.clip import ClipPlan, fine_tune

    plan = ClipPlan(
        seed=seed, epochs=epochs or ClipPlan.epochs, batch=batch, rate=rate, lora=lora, every=every,
        most_steps=steps,
    )  # fmt: skip
    folder = model_folder(FASHION_CLIP if base == "fashionclip" else base, None)

    def told(done: int, total: int, loss: float) -> None:
        print(f"\rstep {done} of {total}: loss {loss:.3f}", end="", file=sys.stderr, flush=True)

    found = fine_tune(folder, _pairs(catalog), out, plan, told=told)
    print(file=sys.stderr)
    for part in ("validation", "test"):
        if found["before"][part]:
            before, after = found["before"][part], found["after"][part]
            moved = ", ".join(f"{n} {before[n]:.3f} → {after[n]:.3f}" for n in ("r1", "r10", "mrr"))
            print(f"{part}: text to image among {before['of']:.0f}: {moved}", file=sys.stderr)
    print(json.dumps(found))
    print(f"SHOPPER_ENCODER={out} loads it; then: shopper reindex", file=sys.stderr)


def _pairs(catalog: Path) -> list[Pair]:
    """Of a data folder, or of a feed."""
    from shopper.products.images import MediaFolder
    from shopper.products.store import ProductStore
    from shopper.products.taxonomy import Taxonomy
    from shopper.search.training.pairs import pairs_of_feed, pairs_of_shop

    taxonomy = Taxonomy.load()
    settings = settings_of(catalog)
    ingested = (catalog / "media").is_dir() or (catalog / "shopper.db").is_file()
    if not ingested:
        return list(pairs_of_feed(catalog, taxonomy))

    async def read() -> list[Pair]:
        media = MediaFolder(catalog / "media")
        async with sql_of(settings) as db:
            return [
                pair
                async for products in ProductStore(db).stream()
                for pair in pairs_of_shop(products, media, taxonomy)
            ]

    return asyncio.run(read())


def _train_builtin(
    context: typer.Context, *, catalog: Path | None, out: Path | None, epochs: int | None, seed: int
) -> None:
    """Hand the command line on, as `python -m shopper.search.training` would read it."""
    from shopper.search.training import __main__ as builtin

    given: dict[str, object] = {"--catalog": catalog, "--out": out, "--epochs": epochs, "--seed": seed}
    said = [str(word) for name, value in given.items() if value is not None for word in (name, value)]
    sys.argv = ["shopper train-encoder", *context.args, *said]
    builtin.main()
