"""explain and tag: what an encoder sees in a shop's pictures, and how well one knows fashion.

Parses arguments and prints; the seeing is the search room's.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopper.cli.common import AsJson, Data, run, settings_of
from shopper.errors import BadInput, NotFound

if TYPE_CHECKING:
    from shopper.search.tagging.calibration import Calibration
    from shopper.search.tagging.feed import TagReport
    from shopper.types import Product

app = typer.Typer()


def bench_quality(
    dataset: Annotated[
        list[str], typer.Option("--dataset", help="fmnist, kagl, deepfashion or folder:DIR; may be repeated")
    ],
    data_folder: Annotated[
        Path | None, typer.Option("--data-folder", help="where kagl or deepfashion lie on this machine")
    ] = None,
    encoder: Annotated[
        str, typer.Option(help="auto, builtin, fashionclip, a hub id or the folder of a CLIP or SigLIP")
    ] = "auto",
    in_domain: Annotated[
        bool, typer.Option("--in-domain", help="the encoder was trained on such data: not a zero-shot figure")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """How well an encoder knows fashion, beside the published figures of FashionCLIP and others."""
    from shopper.bench.datasets import open_dataset
    from shopper.bench.quality import as_json as figures
    from shopper.bench.quality import measure, render
    from shopper.progress import Bars
    from shopper.search.encoder import load_encoder

    sets = [open_dataset(name, data_folder) for name in dict.fromkeys(dataset)]
    chosen = load_encoder(encoder)
    found = []
    with Bars(enabled=not as_json and sys.stderr.isatty()) as bars:
        for data in sets:

            def tell(done: int, total: int, name: str = data.name) -> None:
                bars.update(name, done, total)

            found.append(measure(chosen, data, in_domain=in_domain, progress=tell))
    if not as_json:
        print(render(chosen, found))
    print(json.dumps(figures(chosen, found)))


@app.command()
def explain(
    product: Annotated[str, typer.Argument(help="a product's id")],
    phrase: Annotated[str, typer.Argument(help="what to look for in its picture, e.g. “floral skirt”")],
    out: Annotated[Path, typer.Option("--out", help="where the picture with the map is written, as PNG")],
    color: Annotated[str, typer.Option(help="the variant's colour, as the shop calls it")] = "",
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show which part of a product's picture a phrase matches, as a heat map."""

    async def work() -> None:
        from shopper.search.explain import heat_map
        from shopper.shop import open_catalog

        if not phrase.strip():
            raise BadInput("Say what to look for.", field="phrase")
        catalog = await open_catalog(settings_of(data))
        try:
            found = (await catalog.store.get([product])).get(product)
            if found is None:
                raise NotFound(f"The shop has no product {product}.")
            name = _picture_name(found, color)
            image = catalog.media.open(name)
            seen = await asyncio.to_thread(heat_map, image, phrase, catalog.encoder)
        finally:
            await catalog.close()
        try:
            seen.over(image).save(out, "PNG")
        except OSError as error:
            raise BadInput(f"{out} can't be written: {error.strerror}.", field="out") from error
        body = {
            "product": product,
            "phrase": phrase,
            "box": seen.box._asdict(),
            "picture": {"width": image.width, "height": image.height},
            "score": seen.score,
            "whole": seen.whole,
            "out": str(out),
        }
        if as_json:
            print(json.dumps(body, ensure_ascii=False))
            return
        left, top, right, bottom = seen.box
        print(
            f"“{phrase}” fits best at {left},{top} to {right},{bottom} of {image.width}×{image.height} "
            f"(likeness {seen.score:.2f}; the whole picture {seen.whole:.2f}). The map is in {out}."
        )

    run(work())


def _picture_name(product: Product, color: str) -> str:
    """The first picture of the product, or of its variant in that colour."""
    wanted = color.strip().casefold()
    for variant in product.variants:
        if variant.image and (not wanted or (variant.color or "").casefold() == wanted):
            return variant.image
    of = f" in {color}" if wanted else ""
    raise NotFound(f"{product.title} has no picture{of}.")


@app.command()
def tag(
    feed: Annotated[Path | None, typer.Argument(help="a feed file, or a folder that holds one")] = None,
    out: Annotated[Path, typer.Option("--out", help="the file to write, one product a line")] = Path(
        "tags.jsonl"
    ),
    photos: Annotated[
        Path | None, typer.Option("--photos", help="folder of the pictures (default: the feed's own)")
    ] = None,
    encoder: Annotated[str, typer.Option(help="as in `bench quality`")] = "builtin",
    calibration: Annotated[
        Path | None, typer.Option(help="what was fitted for another encoder (default: the built-in one's)")
    ] = None,
    calibrate: Annotated[
        Path | None,
        typer.Option(help="fit on the trainer's folder of photos, write --calibration, and tag nothing"),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace --out if it is there")] = False,
    as_json: AsJson = False,
) -> None:
    """Write what pictures show of products whose feed doesn't say it: guesses, for a person to check.

    Nothing is loaded into the shop by this, and no filter or exclusion relies on it.
    """
    if (feed is None) == (calibrate is None):
        raise typer.BadParameter("Give a feed to tag, or photos with --calibrate.")
    from shopper.products.taxonomy import Taxonomy
    from shopper.progress import Bars
    from shopper.search.encoder import load_encoder
    from shopper.search.tagging.calibration import Calibration
    from shopper.search.tagging.feed import tag_feed
    from shopper.search.tagging.tagger import Tagger

    taxonomy = Taxonomy.load()
    bars = Bars(enabled=not as_json and sys.stderr.isatty())
    if calibrate is not None:
        if calibration is None:
            raise typer.BadParameter("Name the file to write with --calibration.")
        from shopper.search.tagging.fit import calibrate as fit

        chosen = load_encoder(encoder)
        with bars:
            fitted = fit(calibrate, chosen, taxonomy, lambda done, total: bars.update("embed", done, total))
        fitted.save(calibration)
        figures = {name: dict(one.figures) for name, one in fitted.fits.items()}
        print(
            json.dumps({"encoder": fitted.encoder, "figures": figures}) if as_json else fitted_table(fitted)
        )
        return
    assert feed is not None
    if out.exists() and not overwrite:
        raise BadInput(
            f"{out} is there already, perhaps edited; give --overwrite or another --out.", field="out"
        )
    tagger = Tagger(
        load_encoder(encoder), taxonomy, Calibration.load(calibration) if calibration is not None else None
    )
    with bars:
        report = tag_feed(
            feed, out, tagger=tagger, taxonomy=taxonomy, photos=photos,
            progress=lambda done, total: bars.update("looking at pictures", done, total),
        )  # fmt: skip
    print(json.dumps(report.as_json()) if as_json else tagged(report, out))


def tagged(report: TagReport, out: Path) -> str:
    """What was written, and how the guesses did on what the shop states itself."""
    lines = [f"{'':<10}{'stated':>8}{'guessed':>9}{'right':>8}{'said from':>11}{'said':>7}"]
    for name, check in report.checks.items():
        right = "–" if check.right is None else f"{check.right:.0%}"
        floor = "never" if check.floor is None else f"{check.floor:.2f}"
        lines.append(
            f"{name:<10}{check.stated:>8}{check.guessed:>9}{right:>8}{floor:>11}{report.said[name]:>7}"
        )
    unseen = f", {report.unseen} of them without a picture that can be read" if report.unseen else ""
    return "\n".join(
        [
            "Guesses on products of this feed that state the fact, and from which confidence on one is said:",
            *lines,
            f"{report.tagged} of {report.products} products tagged in {out}; {report.lacking} leave "
            f"something out{unseen}. These are guesses: check them before you put them into the feed.",
        ]
    )


def fitted_table(calibration: Calibration) -> str:
    """The figures of a calibration on its test part."""
    lines = [
        f"{'':<10}{'photos':>8}{'commonest':>11}{'accuracy':>10}{'ECE':>7}{'said':>7}{'of it right':>13}"
    ]
    for name, fit in calibration.fits.items():
        f = fit.figures
        lines.append(
            f"{name:<10}{f['photos']:>8.0f}{f['commonest']:>11.3f}{f['accuracy']:>10.3f}{f['ece']:>7.3f}"
            f"{f['said']:>7.3f}{f['said_right']:>13.3f}"
        )
    return "\n".join(lines)
