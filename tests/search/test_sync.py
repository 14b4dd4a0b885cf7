"""Bringing vectors in step with the store, also after being stopped half-way."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from shopper.database import Database
from shopper.errors import ShopperError, StoreBusy
from shopper.products.images import MediaFolder
from shopper.products.store import ProductStore, VariantUpdate
from shopper.products.taxonomy import Taxonomy
from shopper.search import sync as sync_module
from shopper.search.index import Embedded, ProductIndex
from shopper.search.one_writer import one_writer
from shopper.search.sync import rebuild_vectors, sync_vectors, text_document
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
        self.db: Database | None = None

    async def sync(self, **more: Any) -> int:
        return await sync_vectors(**self.parts(), **more)

    async def rebuild(self) -> int:
        assert self.db is not None
        return await rebuild_vectors(**self.parts(), db=self.db)

    def parts(self) -> dict[str, Any]:
        return {
            "store": self.store,
            "index": self.index,
            "encoder": self.encoder,
            "media": self.media,
            "taxonomy": self.taxonomy,
            "progress": lambda done, total: self.heard.append((done, total)),
        }


@pytest_asyncio.fixture
async def place(shop: list[Product], tmp_path: Path) -> AsyncIterator[Place]:
    db = await Database.open_folder(tmp_path)
    media, drawn = draw(shop, tmp_path)
    index = ProductIndex.open(tmp_path / "vectors", "words", 64)
    made = Place(ProductStore(db), index, media, drawn)
    made.db = db
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


# ── what is remembered ──────────────────────────────────────────────────────────────────────────────


async def test_what_is_in_step_is_not_read_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.sync(db=place.db)
    monkeypatch.setattr(place.index, "held", None)  # to read it would be an error
    assert await place.sync(db=place.db) == 0


async def test_a_changed_product_is_noticed_beside_what_is_remembered(place: Place) -> None:
    await place.sync(db=place.db)
    await stock(place.store, [place.shop[0].model_copy(update={"title": "Another Dress"})])
    assert await place.sync(db=place.db) == 1
    assert place.index.hashes() == await place.store.embed_hashes()


async def test_vectors_that_vanished_are_made_again_when_all_are_looked_at(place: Place) -> None:
    await place.sync(db=place.db)
    place.index.delete(["d1"])
    assert await place.sync(db=place.db) == 0, "what is remembered as being in step isn't read again"
    assert await place.sync(db=place.db, force=True) == 1


async def test_an_older_copy_of_the_vectors_is_not_taken_for_being_in_step(place: Place) -> None:
    await place.sync(db=place.db)
    stamp = place.index.pointer().stamp
    place.index.upsert([Embedded("d1", "older", np.eye(64, dtype=np.float32)[0], {})])
    place.index.mark(stamp="of another day")
    assert await place.sync(db=place.db) == 1
    assert place.index.pointer().stamp not in ("", stamp, "of another day")


async def test_readers_hear_of_vectors_only_when_some_were_written(place: Place) -> None:
    before = await place.store.state()
    await place.sync(db=place.db)
    after = await place.store.state()
    assert (after.products, after.vectors) == (before.products, before.vectors + 1)
    await place.sync(db=place.db)
    await place.sync()
    assert await place.store.state() == after


async def test_force_forgets_pictures_that_a_killed_write_left(place: Place) -> None:
    await place.sync(db=place.db)
    await asyncio.to_thread(
        place.index._live._pictures.upsert, ids=["ghost:red"], embeddings=np.eye(64, dtype=np.float32)[:1]
    )
    assert await place.sync(db=place.db, force=True) == 0
    assert "ghost:red" not in place.index.cards()


# ── made anew beside the old ────────────────────────────────────────────────────────────────────────


async def test_a_rebuild_replaces_vectors_that_are_wrong_without_a_gap(place: Place) -> None:
    await place.sync(db=place.db)
    right = place.index.text_vectors(["d1"])
    hashes = place.index.hashes()
    place.index.upsert([Embedded("d1", hashes["d1"], np.eye(64, dtype=np.float32)[0], {})])
    seen: list[int] = []
    encode = place.encoder.encode_text

    def watched(texts: Sequence[str]) -> np.ndarray:
        seen.append(place.index.count())
        return encode(texts)

    place.encoder.encode_text = watched  # type: ignore[method-assign]  # looks on while it works
    before = await place.store.state()
    assert await place.rebuild() == len(place.shop)
    assert set(seen) == {len(place.shop)}
    assert np.allclose(place.index.text_vectors(["d1"]), right)
    assert place.index.picture_vectors(["d1:navy"]).any()
    assert place.index.unseen() == []
    assert (await place.store.state()).vectors == before.vectors + 1
    assert await place.sync(db=place.db) == 0


async def test_a_rebuild_that_is_not_as_it_was_written_leaves_the_old(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.sync(db=place.db)
    generation, vectors = place.index.generation, place.index.text_vectors(["d1"])
    whole = sync_module.Generation.upsert

    def lossy(self: sync_module.Generation, products: Sequence[Embedded]) -> None:
        whole(self, products[1:])

    monkeypatch.setattr(sync_module.Generation, "upsert", lossy)
    with pytest.raises(ShopperError, match=r"aren't as they were written.*old ones stay"):
        await place.rebuild()
    monkeypatch.undo()
    assert place.index.generation == generation
    assert np.array_equal(place.index.text_vectors(["d1"]), vectors)
    assert len(place.index.unseen()) == 2
    assert await place.rebuild() == len(place.shop)
    assert place.index.unseen() == []


async def test_a_rebuild_that_was_stopped_leaves_the_old_and_the_next_cleans_up(place: Place) -> None:
    await place.sync(db=place.db)
    hashes = place.index.hashes()
    encode = place.encoder.encode_images

    def stop(images: Sequence[Image.Image]) -> np.ndarray:
        raise RuntimeError("out of power")

    place.encoder.encode_images = stop  # type: ignore[method-assign]  # the power goes here
    with pytest.raises(RuntimeError, match="out of power"):
        await place.rebuild()
    place.encoder.encode_images = encode  # type: ignore[method-assign]  # and comes back
    assert place.index.hashes() == hashes
    assert await place.rebuild() == len(place.shop)
    assert place.index.unseen() == []


async def test_another_recipe_makes_all_vectors_anew(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.sync(db=place.db)
    generation = place.index.generation
    monkeypatch.setattr(sync_module, "RECIPE", "2")
    assert await place.sync(db=place.db) == len(place.shop)
    assert place.index.generation > generation
    assert place.index.pointer().recipe == "2"
    assert await place.sync(db=place.db) == 0


async def test_another_encoder_takes_over_and_the_vectors_of_the_first_are_dropped(place: Place) -> None:
    await place.sync(db=place.db)
    folder = place.index.where
    place.index.close()
    place.index = ProductIndex.open(Path(folder), "other-words", 64)
    assert place.index.other_encoders() == ["words-64"]
    assert await place.sync(db=place.db) == len(place.shop)
    assert place.index.other_encoders() == []
    place.index.close()


async def test_products_that_a_feed_brings_during_a_rebuild_are_in_it(place: Place) -> None:
    await place.sync(db=place.db)
    late = place.shop[0].model_copy(update={"id": "late", "variants": ()})
    late = late.model_copy(
        update={
            "variants": tuple(v.model_copy(update={"id": f"late-{v.id}"}) for v in place.shop[0].variants)
        }
    )
    loop, encode, written = asyncio.get_running_loop(), place.encoder.encode_text, False

    def meanwhile(texts: Sequence[str]) -> np.ndarray:
        nonlocal written
        if not written:
            written = True
            asyncio.run_coroutine_threadsafe(stock(place.store, [late]), loop).result()
        return encode(texts)

    place.encoder.encode_text = meanwhile  # type: ignore[method-assign]  # a feed arrives while it works
    assert await place.rebuild() == len(place.shop) + 1
    assert place.index.hashes() == await place.store.embed_hashes()


async def test_one_process_writes_vectors_at_a_time(place: Place) -> None:
    assert place.db is not None
    async with one_writer(place.db, wait=False) as held:
        assert held
        assert await place.sync(db=place.db, wait=False) == 0
        with pytest.raises(StoreBusy, match="wait until it is done"):
            await place.rebuild()
        waiting = asyncio.create_task(place.sync(db=place.db))
        await asyncio.sleep(0.5)
        assert not waiting.done()
    assert await waiting == len(place.shop)


_SLOWLY = """
import asyncio, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from conftest import WordEncoder
from shopper.database import Database
from shopper.errors import ShopperError, StoreBusy
from shopper.products.images import MediaFolder
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search import embed, sync
from shopper.search.index import ProductIndex

class Slow(WordEncoder):
    def encode_images(self, images):
        time.sleep(0.3)
        return super().encode_images(images)

async def main(folder):
    embed.BATCH = embed.WRITE = 3
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


_REBUILDS_SLOWLY = _SLOWLY.replace("sync.sync_vectors(", "sync.rebuild_vectors(db=store._db, ")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.4, 1.1])
async def test_a_rebuild_that_is_killed_leaves_the_old_vectors_in_use(
    place: Place, tmp_path: Path, seconds: float
) -> None:
    await place.sync(db=place.db)
    hashes, vectors = place.index.hashes(), place.index.text_vectors(["d1"])
    place.index.close()
    here = str(Path(__file__).parent)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _REBUILDS_SLOWLY, str(tmp_path), here, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline()
    await asyncio.sleep(seconds)
    process.kill()
    await process.wait()

    place.index = ProductIndex.open(tmp_path / "vectors", "words", 64)
    assert place.index.hashes() == hashes
    assert np.array_equal(place.index.text_vectors(["d1"]), vectors)
    assert await place.sync(db=place.db) == 0
    assert await place.rebuild() == len(place.shop)
    assert place.index.unseen() == []
    assert np.allclose(place.index.text_vectors(["d1"]), vectors)
    place.index.close()
