"""export: the catalog as a product feed for other shopping surfaces.

Parses arguments and prints; the rows are the protocols room's.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path
from typing import IO, Annotated

import typer

from shopper.cli.common import AsJson, Data, must_hold_a_shop, run, settings_of, sql_of
from shopper.errors import BadInput
from shopper.protocols.feed_export import GOOGLE_COLUMNS, Form, Refused, Row, Seller, rows_of

app = typer.Typer(no_args_is_help=True, help="Write the catalog as a product feed for other surfaces.")

_SHOWN = 20  # refused variants that are named one by one

Out = Annotated[Path, typer.Option("--out", help="the file to write; it is replaced when the feed is whole")]
Country = Annotated[str, typer.Option(help="where the shop sells from: two letters such as DE")]
To = Annotated[str, typer.Option(help="countries it sells to, comma-separated (default: its own)")]
SellerUrl = Annotated[str, typer.Option(help="the shop's own address: https://shop.example")]
PublicUrl = Annotated[
    str | None, typer.Option(help="where this server's pictures are reached (default: SHOPPER_PUBLIC_URL)")
]
ProductUrl = Annotated[
    str | None,
    typer.Option(help="for products without an address of their own: https://shop.example/p/{id}"),
]


@app.command("openai-feed")
def openai_feed(
    out: Out, seller_url: SellerUrl, country: Country, to: To = "", public_url: PublicUrl = None,
    product_url: ProductUrl = None, as_json: AsJson = False, data: Data = None,
) -> None:  # fmt: skip
    """JSONL for ChatGPT shopping: one variant a line."""
    _export("openai-feed", out, seller_url, country, to, public_url, product_url, as_json, data)


@app.command("google-feed")
def google_feed(
    out: Out, seller_url: SellerUrl, country: Country, to: To = "", public_url: PublicUrl = None,
    product_url: ProductUrl = None, as_json: AsJson = False, data: Data = None,
) -> None:  # fmt: skip
    """Tab-separated values for Google Merchant Center: one variant a line."""
    _export("google-feed", out, seller_url, country, to, public_url, product_url, as_json, data)


def _export(
    form: Form, out: Path, seller_url: str, country: str, to: str, public_url: str | None,
    product_url: str | None, as_json: bool, data: Path | None,
) -> None:  # fmt: skip
    settings = settings_of(data)
    public = public_url or settings.public_url
    if not public:
        raise BadInput("Say where pictures are reached: --public-url https://host.", field="public_url")
    seller = Seller(
        name=settings.shop_name,
        url=seller_url.rstrip("/"),
        media_url=public.rstrip("/"),
        store_country=country.upper(),
        target_countries=tuple(c.strip().upper() for c in (to or country).split(",") if c.strip()),
        product_url=product_url,
    )

    async def work() -> None:
        from shopper.products.store import ProductStore

        must_hold_a_shop(settings)
        beside = out.with_name(out.name + ".part")
        written, refused = 0, []
        try:
            async with sql_of(settings) as db:
                with beside.open("w", encoding="utf-8", newline="") as file:
                    sheet = _Sheet(form, file)
                    async for batch in ProductStore(db).stream():
                        for product in batch:
                            rows, wrong = rows_of(product, form, seller)
                            refused += wrong
                            written += len(rows)
                            for row in rows:
                                sheet(row)
            beside.replace(out)
        except OSError as error:
            raise BadInput(f"{out} can't be written: {error.strerror}.", field="out") from error
        finally:
            beside.unlink(missing_ok=True)
        _tell(out, written, refused, as_json)

    run(work())


class _Sheet:
    """Writes rows as one format's lines; Google's begins with its columns."""

    def __init__(self, form: Form, file: IO[str]) -> None:
        self._file = file
        self._table = (
            csv.DictWriter(file, GOOGLE_COLUMNS, dialect="excel-tab") if form == "google-feed" else None
        )
        if self._table:
            self._table.writeheader()

    def __call__(self, row: Row) -> None:
        if self._table is None:
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
            return
        # A tab or a line's end inside a cell would be another cell or line to many readers.
        self._table.writerow({name: " ".join(str(value).split()) for name, value in row.items()})


def _tell(out: Path, written: int, refused: list[Refused], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"out": str(out), "rows": written, "refused": [vars(r) for r in refused]}))
        return
    print(f"{written} variants written to {out}.")
    for one in refused[:_SHOWN]:
        print(
            f"  left out {one.product_id}, variant {one.variant_id}: {one.field} {one.reason}",
            file=sys.stderr,
        )
    if len(refused) > _SHOWN:
        kinds = Counter(f"{one.field} {one.reason}" for one in refused)
        for kind, count in kinds.most_common(5):
            print(f"  {count} left out: {kind}", file=sys.stderr)
