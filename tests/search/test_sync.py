"""Bringing vectors in step with the store, also after being stopped half-way."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from shopper.database import Database
from shopper.products.images import MediaFolder
from shopper.products.store import ProductStore, VariantUpdate
from shopper.products.taxonomy import Taxonomy
from shopper.search.index import ProductIndex
from shopper.search.sync import sync_vectors, text_document
from shopper.types import Product

from .conftest import WordEncoder, draw, stock


class CountingEncoder(WordEncoder):
    def __init__(self) -> None:
        self.texts = self.images = 0

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += len(texts)
        return super().encode_text(texts)

    def encode_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        self.images += len(images)
        return super().encode_images(images)


class Place:
    """A store, an index and pictures in one folder."""

    def __init__(
        self, store: ProductStore, index: ProductIndex, media: MediaFolder, shop: list[Product]
    ) -> None:
        self.store, self.index, self.media, self.shop = store, index, media, shop
        self.encoder, self.taxonomy = CountingEncoder(), Taxonomy.load()
        self.heard: list[tuple[int, int]] = []

    async def sync(self) -> int:
        return await sync_vectors(
            store=self.store,
            index=self.index,
            encoder=self.encoder,
            media=self.media,
            taxonomy=self.taxonomy,
            progress=lambda done, total: self.heard.append((done, total)),
        )


@pytest_asyncio.fixture
async def place(shop: list[Product], tmp_path: Path) -> AsyncIterator[Place]:
    db = await Database.open_folder(tmp_path)
    media, drawn = draw(shop, tmp_path)
    index = ProductIndex.open(tmp_path / "vectors", "words", 64)
    made = Place(ProductStore(db), index, media, drawn)
    await stock(made.store, drawn)
    yield made
    index.close()
    await db.close()


async def test_every_product_gets_a_text_and_each_colour_a_picture(place: Place) -> None:
    assert await place.sync() == len(place.shop)
    assert place.index.hashes() == await place.store.embed_hashes()
    assert place.index.picture_vectors(["d1:navy", "d1:red", "d1:white"]).any(axis=1).all()
    assert place.heard[-1] == (len(place.shop), len(place.shop))


async def test_a_second_run_encodes_nothing(place: Place) -> None:
    await place.sync()
    before = (place.encoder.texts, place.encoder.images)
    assert await place.sync() == 0
    assert (place.encoder.texts, place.encoder.images) == before


async def test_only_what_changed_is_encoded_anew(place: Place) -> None:
    await place.sync()
    changed = place.shop[0].model_copy(update={"title": "Another Dress"})
    await stock(place.store, [changed])
    assert await place.sync() == 1


async def test_new_prices_need_no_encoding(place: Place) -> None:
    await place.sync()
    await place.store.set_prices([VariantUpdate("d1-navy-S", stock=0)])
    assert await place.sync() == 0


async def test_what_the_store_forgot_the_index_forgets(place: Place) -> None:
    await place.sync()
    await place.store.write([], ["d1"])
    assert await place.sync() == 0
    assert "d1" not in place.index.hashes()
    assert not place.index.picture_vectors(["d1:navy"]).any()


async def test_a_run_that_was_stopped_is_finished_by_the_next(place: Place) -> None:
    class Stopped(Exception):
        pass

    encode = place.encoder.encode_images

    def stop(images: Sequence[Image.Image]) -> np.ndarray:
        raise Stopped

    place.encoder.encode_images = stop  # type: ignore[method-assign]  # the power goes here
    with pytest.raises(Stopped):
        await place.sync()
    place.encoder.encode_images = encode  # type: ignore[method-assign]  # and comes back
    assert await place.sync() == len(place.shop)
    assert place.index.hashes() == await place.store.embed_hashes()


async def test_a_lost_picture_does_not_keep_a_product_from_being_found(place: Place) -> None:
    image = place.shop[0].variants[0].image
    assert image is not None
    place.media.path(image).unlink()
    assert await place.sync() == len(place.shop)
    assert "d1" in place.index.hashes()
    assert not place.index.picture_vectors(["d1:navy"]).any()


def test_the_document_of_a_product_says_what_it_is(by_id: dict[str, Product], taxonomy: Taxonomy) -> None:
    text = text_document(by_id["d1"], taxonomy)
    assert text.startswith("Amalfi Linen Midi Dress. dress for women. Riva. navy, red, white. linen")


_SLOWLY = """
import asyncio, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from conftest import WordEncoder
from shopper.database import Database
from shopper.products.images import MediaFolder
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search import sync
from shopper.search.index import ProductIndex

class Slow(WordEncoder):
    def encode_images(self, images):
        time.sleep(0.3)
        return super().encode_images(images)

async def main(folder):
    sync._BATCH = 3
    index = ProductIndex.open(folder / "vectors", "words", 64)
    store = ProductStore(await Database.open_folder(folder))
    await sync.sync_vectors(
        store=store, index=index, encoder=Slow(), media=MediaFolder(folder / "media"),
        taxonomy=Taxonomy.load(),
        progress=lambda done, total: print(done, flush=True),
    )

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.slow
async def test_a_killed_process_leaves_an_index_the_next_run_completes(
    shop: list[Product], tmp_path: Path
) -> None:
    db = await Database.open_folder(tmp_path)
    media, drawn = draw(shop, tmp_path)
    store = ProductStore(db)
    await stock(store, drawn)
    here = str(Path(__file__).parent)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SLOWLY, str(tmp_path), here, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    first = int(await process.stdout.readline())
    await asyncio.sleep(0.4)
    process.kill()
    await process.wait()

    index = ProductIndex.open(tmp_path / "vectors", "words", 64)
    place = Place(store, index, media, drawn)
    assert first <= len(index.hashes()) < len(shop)
    assert await place.sync() < len(shop)
    assert index.hashes() == await store.embed_hashes()
    cards = [f"{p.id}:{color or ''}" for p in drawn for color in p.colors]
    pictured = index.picture_vectors(cards).any(axis=1)
    assert pictured.sum() == len(cards) - 1  # the scarf has no picture
    index.close()
    await db.close()
