"""A feed in batches ends as one read whole: variants move, duplicates are named, known rows go unread."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shopper.database import Database
from shopper.errors import Conflict
from shopper.products import batches
from shopper.products.feeds import jsonl
from shopper.products.images import MediaFolder
from shopper.products.ingest import IngestReport, ingest
from shopper.products.store import ProductStore, VariantUpdate
from shopper.products.taxonomy import Taxonomy
from shopper.types import Product


class Shop:
    def __init__(self, folder: Path, db: Database) -> None:
        self.feed = folder / "products.jsonl"
        self.store = ProductStore(db)
        self.media = MediaFolder(folder / "media")

    async def ingest(self, *rows: dict[str, Any] | str, **options: Any) -> IngestReport:
        text = "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows)
        self.feed.write_text(text, encoding="utf-8")
        return await self.again(**options)

    async def again(self, **options: Any) -> IngestReport:
        return await ingest(
            self.feed, store=self.store, media=self.media, taxonomy=Taxonomy.load(), **options
        )

    async def variants(self) -> dict[str, list[str]]:
        return {p.id: [v.id for v in p.variants] async for batch in self.store.stream() for p in batch}


def row(
    key: str, *variants: str, price: str = "49.90", currency: str | None = "EUR", **facts: Any
) -> dict[str, Any]:
    items = [
        {"id": v, "color": "navy", "size": v, "price": price, "stock": 2} for v in variants or (f"{key}-m",)
    ]
    said = {"currency": currency} if currency else {}
    return {"id": key, "title": f"Dress {key}", **said, "variants": items, **facts}


@pytest.fixture
async def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    monkeypatch.setattr(batches, "_PRODUCTS", 1)  # every row is a batch of its own
    db = await Database.open_folder(tmp_path / "data")
    yield Shop(tmp_path, db)
    await db.close()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_a_variant_moves_to_another_product_whichever_row_comes_first(
    shop: Shop, order: tuple[int, ...]
) -> None:
    await shop.ingest(row("a", "x", "y"), row("b", "z"), row("c", "w"))
    rows = [row("a", "x"), row("b", "z", "y"), row("c", "w")]

    report = await shop.ingest(*(rows[n] for n in order))

    assert (report.accepted, report.unchanged, report.rejected) == (2, 1, 0)
    assert await shop.variants() == {"a": ["x"], "b": ["z", "y"], "c": ["w"]}


async def test_products_may_exchange_their_variants(shop: Shop) -> None:
    await shop.ingest(row("a", "x"), row("b", "y"))

    report = await shop.ingest(row("a", "y"), row("b", "x"))

    assert (report.accepted, report.rejected) == (2, 0)
    assert await shop.variants() == {"a": ["y"], "b": ["x"]}


async def test_a_dry_run_sees_moves_and_duplicates_as_a_real_one_does(shop: Shop) -> None:
    await shop.ingest(row("a", "x", "y"), row("b", "z"), row("c", "w"))
    rows = [row("b", "z", "y"), row("a", "x"), row("d", "x"), row("e", "w"), row("f", "v", "u")]

    dry = await shop.ingest(*rows, dry_run=True)
    real = await shop.again()

    assert await shop.variants() == {"a": ["x"], "b": ["z", "y"], "c": ["w"], "f": ["v", "u"]}
    assert dry.model_copy(update={"seconds": 0.0}) == real.model_copy(update={"seconds": 0.0})
    assert (real.accepted, real.rejected) == (3, 2)


async def test_of_two_rows_that_claim_one_variant_the_later_is_named(shop: Shop) -> None:
    report = await shop.ingest(row("a", "x"), row("b", "y"), row("c", "x", "q"), row("a", "r"))

    assert [(e.line, e.field) for e in report.errors] == [(3, "variants.id"), (4, "id")]
    assert "line 1" in report.errors[0].reason
    assert await shop.variants() == {"a": ["x"], "b": ["y"]}


async def test_a_row_twice_in_a_known_feed_is_named(shop: Shop) -> None:
    await shop.ingest(row("a"), row("b"))

    report = await shop.ingest(row("a"), row("b"), row("a"))

    assert (report.unchanged, [(e.line, e.field) for e in report.errors]) == (2, [(3, "id")])


async def test_known_rows_are_not_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.ingest(row("a"), row("b"))
    read: list[int] = []
    real = jsonl.read_line

    def noting(line: str, number: int, taxonomy: Taxonomy, currency: str) -> Any:
        read.append(number)
        return real(line, number, taxonomy, currency)

    monkeypatch.setattr(jsonl, "read_line", noting)

    assert (await shop.ingest(row("a"), row("b"))).unchanged == 2
    assert read == []
    assert (await shop.ingest(row("a"), row("b", price="10"))).accepted == 1
    assert read == [2]
    await shop.store.set_prices([VariantUpdate("a-m", stock=9)])
    assert (await shop.again()).accepted == 1
    assert read == [2, 1]


async def test_a_row_in_other_bytes_is_read_once_more(shop: Shop) -> None:
    await shop.ingest(row("a"))
    spaced = json.dumps(row("a"), indent=None, separators=(" , ", " : "))

    first = await shop.ingest(spaced)
    before = await shop.store.row_hashes()
    second = await shop.again()

    assert (first.unchanged, second.unchanged) == (1, 1)
    assert await shop.store.row_hashes() == before
    assert await shop.store.revision() == 1


async def test_a_picture_that_is_written_anew_is_a_change(shop: Shop) -> None:
    picture = shop.feed.with_name("a.png")
    Image.new("RGB", (9, 9), "navy").save(picture)
    rows = row("a")
    rows["variants"][0]["image"] = "a.png"
    await shop.ingest(rows)
    assert (await shop.again()).unchanged == 1

    Image.new("RGB", (9, 9), "red").save(picture)
    os.utime(picture, ns=(1, 1))

    assert (await shop.again()).accepted == 1


async def test_web_addresses_of_known_rows_are_still_counted(shop: Shop) -> None:
    rows = row("a")
    rows["variants"][0]["image"] = "https://cdn.example/a%20b.jpg"
    first = await shop.ingest(rows)
    second = await shop.again()
    assert (first.remote_images, second.remote_images, second.unchanged) == (1, 1, 1)


async def test_prices_that_name_no_currency_are_in_the_given_one(shop: Shop) -> None:
    await shop.ingest(row("a", currency=None), currency="SEK")
    assert await shop.store.currency() == "SEK"
    report = await shop.ingest(row("a", currency=None), currency="EUR")
    assert [(e.line, e.field) for e in report.errors] == [(1, "price")]


async def test_the_currency_of_a_new_shop_is_that_of_most_of_its_feed(shop: Shop) -> None:
    report = await shop.ingest(row("a", currency="USD"), row("b"), row("c", price="EUR 5", currency="USD"))
    assert (report.accepted, await shop.store.currency()) == (2, "EUR")
    assert [e.line for e in report.errors] == [1]


async def test_readers_are_told_once_of_many_batches(shop: Shop) -> None:
    await shop.ingest(*(row(f"p{n}") for n in range(6)))
    assert (await shop.store.state()).products == 1
    await shop.ingest(*(row(f"p{n}", price="5") for n in range(5)), replace=True)
    assert (await shop.store.state()).products == 2


async def test_a_refused_replace_has_written_nothing(shop: Shop) -> None:
    await shop.ingest(*(row(f"p{n}") for n in range(6)))
    before = [p async for batch in shop.store.stream() for p in batch]

    with pytest.raises(Conflict, match="nothing was changed"):
        await shop.ingest(row("new"), row("p0", price="1"), replace=True)

    assert [p async for batch in shop.store.stream() for p in batch] == before
    assert (await shop.store.state()).products == 1


async def test_nothing_is_removed_by_a_feed_that_is_being_written(shop: Shop) -> None:
    await shop.ingest(*(row(f"p{n}") for n in range(6)))

    def meddle(stage: str, done: int, total: int | None) -> None:
        with shop.feed.open("a") as file:
            file.write("\n")

    with pytest.raises(Conflict, match="while it was read"):
        await shop.ingest(*(row(f"p{n}", price="1") for n in range(5)), replace=True, progress=meddle)

    assert len(await shop.variants()) == 6
    assert (await shop.store.state()).products == 2


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
async def test_lines_are_read_in_any_encoding_and_with_any_ending(
    shop: Shop, encoding: str, ending: str
) -> None:
    lines = [json.dumps(row(key, brand="Café"), ensure_ascii=False) for key in "ab"]
    shop.feed.write_bytes(ending.join([*lines, ""]).encode(encoding))

    first = await shop.again()
    second = await shop.again()

    assert (first.accepted, second.unchanged) == (2, 2)
    stored: dict[str, Product] = await shop.store.get(["a", "b"])
    assert {p.brand for p in stored.values()} == {"Café"}
