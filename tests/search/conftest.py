"""A small shop written by hand, and an encoder whose vectors a person can predict."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray
from PIL import Image

from shopper.database import Database
from shopper.products.images import MediaFolder
from shopper.products.store import ProductStore, content_hash, embed_hash
from shopper.products.taxonomy import Taxonomy
from shopper.search.encoder import Encoder, load_encoder
from shopper.search.find import ProductSearch
from shopper.search.index import ProductIndex
from shopper.search.palette import colors_of
from shopper.search.sync import sync_vectors
from shopper.search.words import content_stems
from shopper.types import Money, Product, Variant


class WordEncoder:
    """Texts are alike as far as they share words; a picture says the names of its colours."""

    id = "words"
    why = "Its vectors can be predicted."
    dim = 64

    def encode_text(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vector(content_stems(text)) for text in texts])

    def encode_images(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        return np.stack([self._vector(colors_of(image)) for image in images])

    def _vector(self, said: Sequence[str]) -> NDArray[np.float32]:
        total = np.full(self.dim, 1e-3, dtype=np.float32)
        for word in said:
            total += np.random.default_rng(zlib.crc32(word.encode())).normal(size=self.dim).astype(np.float32)
        unit: NDArray[np.float32] = total / np.linalg.norm(total)
        return unit


def made(
    id_: str,
    title: str,
    category: str | None,
    gender: str | None,
    variants: str,
    *,
    description: str = "",
    **facts: object,
) -> Product:
    """A product; `variants` is "navy S M L 49.90 x3; red M 59 x0": colour, sizes, price, stock of each."""
    rows = []
    for group in variants.split(";"):
        color, *sizes, price, stock = group.split()
        for size in sizes:
            name = None if color == "-" else color.replace("_", " ")
            rows.append(
                Variant(
                    id=f"{id_}-{color}-{size}",
                    sku=f"{id_}-{color}-{size}",
                    color=name,
                    size=None if size == "-" else size.replace("_", " "),
                    price=Money(minor=round(float(price) * 100), currency="EUR"),
                    stock=int(stock[1:]),
                    image=f"{id_}-{color}.png",
                )
            )
    return Product.model_validate(
        {
            "id": id_,
            "title": title,
            "category": category,
            "gender": gender,
            "description": description,
            "age_group": "adult" if gender else None,
            "variants": tuple(rows),
            **facts,
        }
    )


_DAY = datetime(2026, 5, 1, tzinfo=UTC)


def _shop() -> list[Product]:
    shop = [
        made(
            "d1",
            "Amalfi Linen Midi Dress",
            "dress",
            "women",
            "navy S M L 89 x3; red S M 89 x2; white M 79 x1",
            brand="Riva",
            materials=("linen",),
            occasions=("wedding", "summer party"),
            seasons=("summer",),
            features=("midi", "v-neck"),
            fit="relaxed",
            rating=4.7,
            rating_count=31,
        ),
        made(
            "d2",
            "Silk Evening Dress",
            "dress",
            "women",
            "burgundy S M 249 x2; black M L 249 x1",
            brand="Aurel",
            materials=("silk",),
            occasions=("evening", "wedding"),
            features=("maxi",),
            fit="slim",
        ),
        made(
            "d3",
            "Floral Sun Dress",
            "dress",
            "women",
            "yellow S M L 45 x5",
            brand="Riva",
            materials=("cotton",),
            patterns=("floral",),
            seasons=("summer",),
            features=("short sleeve",),
        ),
        made(
            "d4", "Jersey Dress", "dress", "women", "black S M L 39 x0", brand="Plain", materials=("viscose",)
        ),
        made(
            "s1",
            "Oxford Shirt",
            "shirt",
            "men",
            "white S M L 59 x4; light_blue M L 59 x2",
            brand="Aurel",
            materials=("cotton",),
            occasions=("office",),
            features=("long sleeve",),
            fit="regular",
        ),
        made(
            "s2",
            "Linen Shirt",
            "shirt",
            "men",
            "white M L 69 x3; olive M 69 x1",
            brand="Riva",
            materials=("linen",),
            seasons=("summer",),
            fit="relaxed",
            rating=4.2,
            rating_count=8,
        ),
        made(
            "s3",
            "Checked Flannel Shirt",
            "shirt",
            "men",
            "red M L XL 49 x6",
            brand="Fjell",
            materials=("cotton",),
            patterns=("checked",),
            seasons=("winter",),
            fit="regular",
        ),
        made(
            "b1",
            "Silk Blouse",
            "blouse",
            "women",
            "cream S M 119 x2; navy S 119 x1",
            brand="Aurel",
            materials=("silk",),
            occasions=("office",),
        ),
        made(
            "t1",
            "Organic Cotton Tee",
            "t-shirt",
            "unisex",
            "white S M L XL 19 x9; black S M L 19 x9; navy M 19 x9",
            brand="Plain",
            materials=("cotton",),
            features=("crew neck", "short sleeve"),
        ),
        made(
            "k1",
            "Merino Sweater",
            "sweater",
            "women",
            "grey S M L 99 x2; camel M 99 x1",
            brand="Fjell",
            materials=("merino",),
            seasons=("winter",),
        ),
        made("k2", "Chunky Knit", "sweater", "women", "ivory M L 79 x2", brand="Fjell"),
        made(
            "h1",
            "Zip Hoodie",
            "hoodie",
            "men",
            "black M L 65 x3; grey M L XL 65 x2",
            brand="Plain",
            materials=("cotton", "polyester"),
            features=("hood", "pockets"),
        ),
        made(
            "j1",
            "Biker Jacket",
            "leather jacket",
            "women",
            "black S M 299 x2",
            brand="Aurel",
            materials=("leather",),
            features=("zip",),
        ),
        made(
            "j2",
            "Vegan Biker Jacket",
            "jacket",
            "women",
            "black S M L 129 x4",
            brand="Plain",
            materials=("faux leather",),
        ),
        made("j3", "Suede Trucker", "jacket", "men", "brown M L 349 x1", brand="Aurel", materials=("suede",)),
        made(
            "j4",
            "Denim Jacket",
            "denim jacket",
            "women",
            "blue S M L 85 x3",
            brand="Riva",
            materials=("denim",),
            description="A classic. Wear it with leather boots.",
        ),
        made(
            "j5",
            "Wool Coat",
            "coat",
            "women",
            "camel S M 259 x2; black M 259 x2",
            brand="Aurel",
            materials=("wool",),
            seasons=("winter",),
            description="Warm wool with genuine leather trim.",
        ),
        made(
            "p1",
            "Slim Jeans",
            "jeans",
            "women",
            "blue W28_L32 W30_L32 79 x4",
            brand="Riva",
            materials=("denim",),
            fit="slim",
        ),
        made(
            "p2",
            "Chino Trousers",
            "chinos",
            "men",
            "beige W32_L32 W34_L32 69 x3; navy W32_L32 69 x2",
            brand="Aurel",
            materials=("cotton",),
            occasions=("office",),
            fit="regular",
        ),
        made(
            "p3",
            "Yoga Leggings",
            "leggings",
            "women",
            "black S M L 49 x7",
            brand="Plain",
            materials=("polyester", "elastane"),
            occasions=("sport",),
        ),
        made(
            "w1", "Pleated Skirt", "skirt", "women", "green S M 65 x2", brand="Riva", materials=("viscose",)
        ),
        made(
            "f1",
            "Canvas Sneakers",
            "sneakers",
            "unisex",
            "white 38 40 42 59 x3; navy 40 42 59 x2",
            brand="Plain",
            materials=("canvas",),
            description="Leather-free and light.",
        ),
        made(
            "f2",
            "Leather Loafers",
            "loafers",
            "men",
            "brown 42 43 139 x2",
            brand="Aurel",
            materials=("leather",),
            occasions=("office",),
        ),
        made(
            "f3",
            "Block Heel Sandals",
            "heels",
            "women",
            "gold 37 38 39 89 x2; black 38 89 x1",
            brand="Riva",
            materials=("leather",),
            occasions=("wedding", "evening"),
        ),
        made(
            "f4",
            "Trail Running Shoes",
            "running shoes",
            "women",
            "teal 38 39 119 x3",
            brand="Fjell",
            materials=("mesh",),
            occasions=("sport",),
        ),
        made(
            "g1",
            "Satin Clutch",
            "clutch",
            "women",
            "gold - 49 x3; black - 49 x2",
            brand="Riva",
            materials=("satin",),
            occasions=("evening", "wedding"),
        ),
        made(
            "g2", "Canvas Tote", "tote bag", "unisex", "natural - 29 x8", brand="Plain", materials=("canvas",)
        ),
        made(
            "c1",
            "Dinosaur Tee",
            "t-shirt",
            "boys",
            "green 104 116 128 15 x5",
            brand="Plain",
            age_group="kids",
            materials=("cotton",),
            patterns=("graphic",),
        ),
        made(
            "c2",
            "Party Dress for Girls",
            "dress",
            "girls",
            "pink 104 116 35 x3",
            brand="Riva",
            age_group="kids",
            materials=("polyester",),
            occasions=("party",),
        ),
        made("u1", "Mystery Scarf", "scarf", None, "- - 25 x4", brand="Fjell"),
    ]
    return [p.model_copy(update={"published_at": _DAY + timedelta(days=n)}) for n, p in enumerate(shop)]


_RGB = {
    "navy": (26, 34, 74), "red": (196, 28, 38), "white": (248, 248, 246), "burgundy": (108, 22, 42),
    "black": (18, 18, 20), "yellow": (244, 212, 66), "light_blue": (158, 196, 230), "olive": (104, 106, 58),
    "cream": (246, 238, 218), "grey": (128, 128, 130), "camel": (190, 150, 103), "ivory": (246, 238, 218),
    "brown": (101, 67, 40), "blue": (42, 92, 188), "beige": (220, 202, 172), "green": (42, 128, 66),
    "gold": (212, 175, 55), "teal": (20, 118, 124), "natural": (220, 202, 172), "pink": (243, 174, 194),
}  # fmt: skip


def picture(color: str) -> Image.Image:
    """A square of a colour on a grey ground."""
    image = Image.new("RGB", (120, 150), (200, 200, 200))
    image.paste(_RGB[color], (30, 30, 90, 120))
    return image


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return Taxonomy.load()


@pytest.fixture(scope="session")
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture(scope="session")
def shop() -> list[Product]:
    return _shop()


@pytest.fixture(scope="session")
def by_id(shop: list[Product]) -> dict[str, Product]:
    return {p.id: p for p in shop}


@pytest.fixture(scope="session")
def make() -> Callable[..., Product]:
    return made


@pytest.fixture(scope="session")
def paint() -> Callable[[str], Image.Image]:
    return picture


def draw(shop: Sequence[Product], folder: Path) -> tuple[MediaFolder, list[Product]]:
    """A media folder with the pictures of a shop, and the shop with their stored names."""
    drawn, media = folder / "drawn", MediaFolder(folder / "media")
    drawn.mkdir(parents=True)
    stored: dict[str, str] = {}
    for name in {v.image for p in shop for v in p.variants if v.image}:
        color = name.removesuffix(".png").split("-", 1)[1]
        if color in _RGB:
            picture(color).save(drawn / name)
            stored[name] = media.admit(name, images_dir=drawn)
    return media, [
        p.model_copy(
            update={
                "variants": tuple(
                    v.model_copy(update={"image": stored.get(v.image or "")}) for v in p.variants
                )
            }
        )
        for p in shop
    ]


async def stock(store: ProductStore, shop: Sequence[Product]) -> None:
    """Write a shop into a store."""
    await store.write([(n, p, content_hash(p), embed_hash(p)) for n, p in enumerate(shop)])


@asynccontextmanager
async def opened(shop: Sequence[Product], encoder: Encoder, folder: Path) -> AsyncIterator[ProductSearch]:
    """A search over a shop, with its database, pictures and vectors in a folder of its own."""
    db = await Database.open_folder(folder)
    store, taxonomy = ProductStore(db), Taxonomy.load()
    media, drawn = draw(shop, folder)
    await stock(store, drawn)
    index = ProductIndex.open(folder / "vectors", encoder.id, encoder.dim)
    await sync_vectors(store=store, index=index, encoder=encoder, media=media, taxonomy=taxonomy)
    yield await ProductSearch.open(store=store, index=index, encoder=encoder, taxonomy=taxonomy)
    index.close()
    await db.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def search(
    shop: list[Product], encoder: WordEncoder, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ProductSearch]:
    """An open search over the small shop; tests only read it."""
    async with opened(shop, encoder, tmp_path_factory.mktemp("shop")) as search:
        yield search


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def real_search(
    shop: list[Product], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ProductSearch]:
    """The same with the encoder that ships with the project."""
    async with opened(shop, load_encoder("builtin"), tmp_path_factory.mktemp("real")) as search:
        yield search
