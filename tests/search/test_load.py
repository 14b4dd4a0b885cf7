"""A catalog that follows the store by what changed equals one that is read anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from shopper.database import Database
from shopper.products.images import MediaFolder
from shopper.products.store import ProductStore, VariantUpdate, content_hash, embed_hash
from shopper.products.taxonomy import Taxonomy
from shopper.search import find as find_module
from shopper.search import load as load_module
from shopper.search.encoder import Encoder
from shopper.search.find import ProductSearch
from shopper.search.index import ProductIndex
from shopper.search.load import CatalogLoader
from shopper.search.sync import sync_vectors
from shopper.types import Money, PriceRange, Product, ShopperQuery

Made = Callable[..., Product]
QUERIES = (
    ShopperQuery(text="dress", category="dress"),
    ShopperQuery(text="something navy", colors=("navy",)),
    ShopperQuery(text="linen", materials=("linen",), price=PriceRange(max=10000)),
    ShopperQuery(text="shirt", sizes=("M",)),
    ShopperQuery(text="wool", exclude={"materials": ["leather"]}),
    ShopperQuery(text="evening"),
)


class Shop:
    """A store, its index and what opens a search over them."""

    def __init__(
        self, store: ProductStore, index: ProductIndex, encoder: Encoder, media: MediaFolder
    ) -> None:
        self.store, self.index, self.encoder, self.media = store, index, encoder, media
        self.taxonomy = Taxonomy.load()
        self.position: dict[str, int] = {}

    async def write(self, products: Sequence[Product], deletes: Sequence[str] = ()) -> None:
        for product in products:
            self.position.setdefault(product.id, len(self.position))
        await self.store.write(
            [(self.position[p.id], p, content_hash(p), embed_hash(p)) for p in products], deletes
        )
        await sync_vectors(
            store=self.store,
            index=self.index,
            encoder=self.encoder,
            media=self.media,
            taxonomy=self.taxonomy,
        )

    async def search(self, cache: Path | None = None) -> ProductSearch:
        return await ProductSearch.open(
            store=self.store, index=self.index, encoder=self.encoder, taxonomy=self.taxonomy, cache=cache
        )

    def loader(self, cache: Path | None = None) -> CatalogLoader:
        return CatalogLoader(
            store=self.store, index=self.index, encoder=self.encoder, taxonomy=self.taxonomy, folder=cache
        )


@pytest_asyncio.fixture
async def opened(tmp_path: Path, encoder: Encoder) -> AsyncIterator[Shop]:
    db = await Database.open_folder(tmp_path / "shop")
    index = ProductIndex.open(tmp_path / "shop" / "vectors", encoder.id, encoder.dim)
    yield Shop(ProductStore(db), index, encoder, MediaFolder(tmp_path / "media"))
    index.close()
    await db.close()


async def answers(search: ProductSearch) -> list[list[tuple[str, str | None, int]]]:
    pages = [await search.find(query, limit=50) for query in QUERIES]
    return [[(c.product.id, c.color, c.variants[0].price.minor) for c in page.items] for page in pages]


def shirt(make: Made, id_: str, words: str = "Navy Oxford Shirt", price: str = "45") -> Product:
    return make(id_, words, "shirt", "men", f"navy S M L {price} x4; white M {price} x2", brand="Corso")


async def test_added_changed_and_deleted_products_give_the_answers_of_a_fresh_start(
    opened: Shop, shop: list[Product], make: Made
) -> None:
    await opened.write(shop)
    search = await opened.search()
    before = await answers(search)
    await opened.write([shirt(make, "n1"), shirt(make, "n2", "Linen Shirt with Pocket")])
    added = await answers(search)
    assert added != before
    assert added == await answers(await opened.search())
    await opened.write([shirt(make, "n1", "Wool Evening Shirt", "61")], [shop[0].id, "n2"])
    changed = await answers(search)
    assert changed == await answers(await opened.search())
    assert shop[0].id not in search.catalog.facets.number
    await opened.write([shop[0]], ["n1"])
    assert sorted(map(sorted, await answers(search))) == sorted(map(sorted, before))


async def test_a_new_price_shows_at_once_and_the_old_one_comes_back_with_the_feed(
    opened: Shop, shop: list[Product]
) -> None:
    await opened.write(shop)
    search = await opened.search()
    query = ShopperQuery(category="dress", price=PriceRange(max=1000))
    assert (await search.find(query)).total == 0
    dress = next(p for p in shop if p.category == "dress")
    cheap = [VariantUpdate(v.id, price=Money(minor=900, currency="EUR")) for v in dress.variants]
    await opened.store.set_prices(cheap)
    found = await search.find(query)
    assert {c.product.id for c in found.items} == {dress.id}
    assert {v.price.minor for c in found.items for v in c.variants} == {900}
    await opened.write([dress])
    assert (await search.find(query)).total == 0


async def test_stock_that_is_gone_is_not_shown(opened: Shop, shop: list[Product]) -> None:
    await opened.write(shop)
    search = await opened.search()
    dress = next(p for p in shop if p.category == "dress")
    query = ShopperQuery(text=dress.title, category="dress")
    assert dress.id in {c.product.id for c in (await search.find(query)).items}
    await opened.store.set_prices([VariantUpdate(v.id, stock=0) for v in dress.variants])
    assert dress.id not in {c.product.id for c in (await search.find(query)).items}


async def test_a_kept_catalog_answers_the_same_and_follows_what_happened_meanwhile(
    opened: Shop, shop: list[Product], make: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened.write(shop)
    cache = tmp_path / "cache"
    first = await answers(await opened.search(cache))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the store's products were read again")

    monkeypatch.setattr(ProductStore, "stream", refuse)
    monkeypatch.setattr(ProductIndex, "text_vectors", refuse)
    again = await opened.search(cache)
    assert await answers(again) == first
    monkeypatch.undo()
    dress = next(p for p in shop if p.category == "dress")
    await opened.store.set_prices(
        [VariantUpdate(v.id, price=Money(minor=900, currency="EUR")) for v in dress.variants]
    )
    await opened.write([shirt(make, "n1")])
    assert await answers(await opened.search(cache)) == await answers(await opened.search())


@pytest.mark.parametrize("damage", ["pointer", "values", "array", "folder"])
async def test_a_damaged_cache_is_made_anew(
    opened: Shop, shop: list[Product], tmp_path: Path, damage: str
) -> None:
    await opened.write(shop)
    cache = tmp_path / "cache"
    first = await answers(await opened.search(cache))
    folder = cache / (cache / "current").read_text()
    match damage:
        case "pointer":
            (cache / "current").write_text("nowhere")
        case "values":
            (folder / "values.json").write_text('{"kind": ')
        case "array":
            file = folder / "facets.price.npy"
            file.write_bytes(file.read_bytes()[:40])
        case "folder":
            (folder / "vectors.texts.npy").unlink()
    assert await answers(await opened.search(cache)) == first
    assert (cache / "current").read_text() != "nowhere"


async def test_many_changes_are_prepared_beside_the_running_search(
    opened: Shop, shop: list[Product], make: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened.write(shop)
    search = await opened.search()
    monkeypatch.setattr(load_module, "_FEW", 1)
    await opened.write([shirt(make, "n1"), shirt(make, "n2"), shirt(make, "n3")])
    query = ShopperQuery(text="shirt", category="shirt", brands=("Corso",))
    assert (await search.find(query)).total == 0, "the old state answers at once"
    for _ in range(100):
        if (await search.find(query)).total:
            break
        await asyncio.sleep(0.02)
    assert {c.product.id for c in (await search.find(query)).items} == {"n1", "n2", "n3"}


async def test_while_the_index_is_gone_the_last_state_is_searched(
    opened: Shop, shop: list[Product], make: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened.write(shop)
    search = await opened.search()
    before = await answers(search)
    await opened.write([shirt(make, "n1")])

    def gone(*_: object) -> None:
        raise find_module.ShopperError("The Chroma server doesn't answer.")

    monkeypatch.setattr(ProductIndex, "text_vectors", gone)
    assert await answers(search) == before
    monkeypatch.undo()
    search._quiet_until = 0
    assert await answers(search) == await answers(await opened.search())
    assert "n1" in search.catalog.facets.number


async def test_merged_tables_equal_tables_made_at_once(opened: Shop, shop: list[Product]) -> None:
    half = len(shop) // 2
    await opened.write(shop[:half])
    loader = opened.loader()
    catalog = await loader.load()
    await opened.write(shop[half:], [shop[0].id])
    grown, fresh = await loader.refreshed(catalog), await opened.loader().load()
    assert grown.facets.product_ids == fresh.facets.product_ids
    for name in ("price", "available", "on_sale", "rating", "kin", "card_start", "var_start"):
        np.testing.assert_array_equal(getattr(grown.facets, name), getattr(fresh.facets, name))
    for name in ("color", "category", "brand", "audience", "sized"):
        mine, other = getattr(grown.facets, name), getattr(fresh.facets, name)
        assert [mine.values[c] for c in mine.codes] == [other.values[c] for c in other.codes]
    for words in ("linen dress", "navy shirt", "boots"):
        np.testing.assert_allclose(grown.lexical.scores(words), fresh.lexical.scores(words), rtol=1e-5)
    np.testing.assert_array_equal(grown.vectors.texts.vectors, fresh.vectors.texts.vectors)
    np.testing.assert_array_equal(grown.vectors.pictures.vectors, fresh.vectors.pictures.vectors)
    assert grown.vocabulary.categories == fresh.vocabulary.categories
