"""A feed into the shop: what is taken, what is left, and that a second time changes nothing."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from shopper.database import Database
from shopper.errors import Conflict, FeedError
from shopper.products.images import MediaFolder
from shopper.products.ingest import IngestReport, ingest
from shopper.products.store import ProductStore, VariantUpdate
from shopper.products.taxonomy import Taxonomy
from shopper.types import Money, Product


class Shop:
    """A data folder and a feed folder beside it."""

    def __init__(self, folder: Path, db: Database) -> None:
        self.feeds = folder / "feeds"
        self.feeds.mkdir()
        self.store = ProductStore(db)
        self.media = MediaFolder(folder / "media")

    def write(self, *rows: dict[str, Any] | str) -> Path:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (self.feeds / "products.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self.feeds

    async def ingest(self, feed: Path, **options: Any) -> IngestReport:
        return await ingest(feed, store=self.store, media=self.media, taxonomy=Taxonomy.load(), **options)

    async def products(self) -> dict[str, Product]:
        return {p.id: p async for batch in self.store.stream() for p in batch}


def row(
    key: str, *, price: str = "49.90", currency: str = "EUR", image: str | None = None, **facts: Any
) -> dict[str, Any]:
    variant = {"id": f"{key}-m", "color": "navy", "size": "M", "price": price, "stock": 2, "image": image}
    return {"id": key, "title": f"Dress {key}", "currency": currency, "variants": [variant], **facts}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    db = await Database.open_folder(tmp_path / "data")
    yield Shop(tmp_path, db)
    await db.close()


async def test_products_are_taken_with_their_pictures(shop: Shop) -> None:
    (shop.feeds / "images").mkdir()
    Image.new("RGB", (60, 80), "navy").save(shop.feeds / "images" / "a.png")

    report = await shop.ingest(shop.write(row("a", image="images/a.png"), row("b")))

    assert (report.accepted, report.rejected, report.products, report.variants) == (2, 0, 2, 2)
    assert report.errors == ()
    image = (await shop.products())["a"].variants[0].image
    assert image is not None
    assert shop.media.open(image).size == (60, 80)
    assert await shop.store.currency() == "EUR"


async def test_an_unchanged_feed_writes_nothing(shop: Shop) -> None:
    feed = shop.write(row("a"), row("b"))
    await shop.ingest(feed)

    report = await shop.ingest(feed)

    assert (report.accepted, report.unchanged, report.products) == (0, 2, 2)
    assert await shop.store.revision() == 1


async def test_only_changed_products_are_written(shop: Shop) -> None:
    await shop.ingest(shop.write(row("a"), row("b")))

    report = await shop.ingest(shop.write(row("a"), row("b", price="59.90"), row("c")))

    assert (report.accepted, report.unchanged, report.products) == (2, 1, 3)
    assert (await shop.products())["b"].variants[0].price == Money(minor=5990, currency="EUR")


async def test_rejected_rows_are_named_and_the_rest_is_taken(shop: Shop) -> None:
    feed = shop.write(
        row("a", price="1.299,00 €"), row("b", price="free"), "{broken", row("c", price="-5"), row("a")
    )

    report = await shop.ingest(feed)

    assert (report.accepted, report.rejected, report.products) == (1, 4, 1)
    assert [(e.line, e.field) for e in report.errors] == [
        (2, "variants[0].price"),
        (3, None),
        (4, "variants[0].price"),
        (5, "id"),
    ]
    assert (await shop.products())["a"].variants[0].price.minor == 129900


async def test_a_rejected_row_leaves_its_stored_product_as_it_was(shop: Shop) -> None:
    await shop.ingest(shop.write(row("a"), row("b"), row("c"), row("d")))

    report = await shop.ingest(shop.write(row("a"), row("b", price="free"), row("c")), replace=True)

    assert report.deleted == 1
    assert set(await shop.products()) == {"a", "b", "c"}


async def test_a_dry_run_writes_nothing_and_tells_what_would_be(shop: Shop, tmp_path: Path) -> None:
    Image.new("RGB", (60, 80)).save(shop.feeds / "a.png")

    report = await shop.ingest(shop.write(row("a", image="a.png"), row("b", price="free")), dry_run=True)

    assert (report.accepted, report.rejected, report.products, report.variants) == (1, 1, 1, 1)
    assert await shop.store.counts() == (0, 0)
    assert await shop.store.revision() == 0
    assert not shop.media.root.exists()


async def test_a_broken_picture_is_named_and_the_product_sold_without_it(shop: Shop) -> None:
    (shop.feeds / "bad.jpg").write_bytes(b"no picture")
    feed = shop.write(
        row("a", image="bad.jpg"),
        row("b", image="absent.jpg"),
        row("c", image="../../secret.jpg"),
        row("d", image="https://cdn.example/x.jpg"),
    )

    report = await shop.ingest(feed)

    assert (report.accepted, report.rejected, report.remote_images) == (4, 0, 1)
    assert [(e.line, e.field) for e in report.errors] == [(1, "image"), (2, "image"), (3, "image")]
    assert all(v.image is None for p in (await shop.products()).values() for v in p.variants)


async def test_a_picture_that_appears_later_is_a_change(shop: Shop) -> None:
    feed = shop.write(row("a", image="a.png"))
    await shop.ingest(feed)
    Image.new("RGB", (9, 9)).save(shop.feeds / "a.png")

    report = await shop.ingest(feed)

    assert (report.accepted, report.errors) == (1, ())


async def test_pictures_can_lie_in_another_folder(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (9, 9)).save(tmp_path / "photos" / "a.png")

    report = await shop.ingest(shop.write(row("a", image="/m/h/a.png")), images=tmp_path / "photos")

    assert report.errors == ()


async def test_replace_deletes_what_the_feed_no_longer_names(shop: Shop) -> None:
    await shop.ingest(shop.write(*(row(f"p{i}") for i in range(10))))

    report = await shop.ingest(shop.write(*(row(f"p{i}") for i in range(8))), replace=True)

    assert (report.deleted, report.products, report.unchanged) == (2, 8, 8)


async def test_replace_refuses_to_empty_the_shop(shop: Shop) -> None:
    await shop.ingest(shop.write(*(row(f"p{i}") for i in range(10))))
    short = shop.write(row("p0", price="1"))

    with pytest.raises(Conflict, match="9 of 10"):
        await shop.ingest(short, replace=True)
    assert (await shop.store.counts())[0] == 10

    report = await shop.ingest(short, replace=True, force=True)
    assert report.products == 1


async def test_a_shop_has_one_currency(shop: Shop) -> None:
    await shop.ingest(shop.write(row("a")))

    report = await shop.ingest(shop.write(row("a"), row("b", currency="USD")))

    assert [(e.line, e.field) for e in report.errors] == [(2, "price")]
    assert "EUR" in report.errors[0].reason
    assert set(await shop.products()) == {"a"}


async def test_replacing_all_may_change_the_currency(shop: Shop) -> None:
    await shop.ingest(shop.write(row("a")))

    report = await shop.ingest(shop.write(row("a", currency="GBP")), replace=True)

    assert report.accepted == 1
    assert await shop.store.currency() == "GBP"


async def test_a_variant_id_of_another_product_is_refused(shop: Shop) -> None:
    await shop.ingest(shop.write(row("a")))
    thief = {**row("b"), "variants": row("a")["variants"]}

    report = await shop.ingest(shop.write(thief))

    assert [(e.line, e.field) for e in report.errors] == [(1, "variants.id")]
    assert set(await shop.products()) == {"a"}


async def test_a_price_set_between_feeds_gives_way_to_the_next_feed(shop: Shop) -> None:
    feed = shop.write(row("a"))
    await shop.ingest(feed)
    await shop.store.set_prices([VariantUpdate("a-m", price=Money(minor=100, currency="EUR"))])

    await shop.ingest(feed)

    assert (await shop.products())["a"].variants[0].price.minor == 4990


async def test_an_unreadable_feed_leaves_the_shop_as_it_was(shop: Shop) -> None:
    await shop.ingest(shop.write(row("a")))
    (shop.feeds / "bad.xml").write_text("<rss><item><id>1</id>")

    with pytest.raises(FeedError):
        await shop.ingest(shop.feeds / "bad.xml")

    assert set(await shop.products()) == {"a"}


async def test_progress_is_told_for_every_step(shop: Shop) -> None:
    told: list[tuple[str, int, int | None]] = []

    await shop.ingest(shop.write(row("a", image="x.png")), progress=lambda *step: told.append(step))

    assert {stage for stage, _, _ in told} == {"reading", "photos", "writing"}
    assert told[-1] == ("writing", 1, 1)


ROWS = st.lists(
    st.builds(
        row,
        st.text("abcdef", min_size=1, max_size=3),
        price=st.sampled_from(["5", "1.299,00 €", "free", "-5", "", "49.9"]),
        materials=st.lists(st.sampled_from(["linen", "wool", "moon dust"]), max_size=2),
        category=st.sampled_from(["dress", "Kleid", "thing"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda r: r["id"],
)


async def _state(
    rows: list[dict[str, Any]], *, again: list[dict[str, Any]] | None
) -> tuple[dict[str, Product], list[IngestReport]]:
    with tempfile.TemporaryDirectory() as folder:
        db = await Database.open_folder(Path(folder) / "data")
        try:
            shop = Shop(Path(folder), db)
            reports = [await shop.ingest(shop.write(*rows))]
            if again is not None:
                reports.append(await shop.ingest(shop.write(*again)))
            return await shop.products(), reports
        finally:
            await db.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, seed=st.integers(0, 99))
def test_ingest_is_idempotent_and_free_of_order(rows: list[dict[str, Any]], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))

    once, _ = asyncio.run(_state(rows, again=None))
    twice, (first, second) = asyncio.run(_state(shuffled, again=rows))

    assert once == twice
    assert first.accepted + first.rejected == len(rows)
    assert (second.accepted, second.unchanged) == (0, first.accepted)


@pytest.mark.slow
async def test_a_real_catalog_with_its_photos_is_ingested_in_seconds(shop: Shop, shared: Path) -> None:
    first = await shop.ingest(shared / "luma", images=shared / "luma" / "images")
    second = await shop.ingest(shared / "luma", images=shared / "luma" / "images")

    assert (first.accepted, first.rejected, first.products, first.variants) == (147, 0, 147, 1847)
    assert first.errors == ()
    assert (second.accepted, second.unchanged) == (0, 147)
    assert first.seconds < 40
    assert second.seconds < 5
    assert all(v.image for p in (await shop.products()).values() for v in p.variants)
