"""Encodes products: pictures are decoded ahead in threads, and written in another while the next are encoded.

Knows nothing about which products need it, or where their vectors go.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from shopper.errors import ShopperError
from shopper.products.images import MediaFolder
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search.encoder import Encoder
from shopper.search.generation import Embedded, Vector
from shopper.search.index import card_id
from shopper.types import Product

_log = logging.getLogger(__name__)
# Raise it with each change of how a product becomes vectors (`text_document`, `card_image`): no hash does,
# and the next sync makes all of them anew.
RECIPE = "1"
BATCH = 16  # products; their decoded pictures take about 2 MB each
AHEAD = 2  # batches that are decoded before they are needed
WRITE = 500  # vectors that are written to Chroma together

Write = Callable[[list[Embedded]], None]
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Parts:
    """What encoding needs."""

    store: ProductStore
    encoder: Encoder
    media: MediaFolder
    taxonomy: Taxonomy


@dataclass(frozen=True)
class _Read:
    """A batch on its way to the encoder; `cards` names the product and card of each picture."""

    products: list[Product]
    cards: list[tuple[str, str]]
    images: list[Image.Image]


async def embed(
    ids: Sequence[str], hashes: dict[str, str], parts: Parts, write: Write, told: Told | None = None
) -> None:
    """Encode the products `ids` and hand them to `write`, which is called in a thread, one call at a time.

    `told` hears (encoded, total) after each batch. What was written stays written if this is stopped.
    """
    batches = deque(list(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))
    ahead: deque[asyncio.Task[_Read]] = deque()
    writing: asyncio.Task[None] | None = None
    ready: list[Embedded] = []
    done = 0
    try:
        while batches or ahead:
            while batches and len(ahead) <= AHEAD:
                ahead.append(asyncio.create_task(_read(batches.popleft(), parts)))
            read = await ahead.popleft()
            ready += await _encode(read, hashes, parts)
            last = not batches and not ahead
            if last or sum(1 + len(p.pictures) for p in ready) >= WRITE:
                if writing is not None:
                    await writing
                writing, ready = asyncio.create_task(asyncio.to_thread(write, ready)), []
                if last:
                    await writing
            done = min(done + BATCH, len(ids))
            if told:
                told(done, len(ids))
    finally:
        for task in ahead:
            task.cancel()
        left = [*ahead, *((writing,) if writing is not None else ())]
        await asyncio.gather(*left, return_exceptions=True)


async def _read(ids: list[str], parts: Parts) -> _Read:
    products = await parts.store.get(ids)
    return await asyncio.to_thread(_decode, list(products.values()), parts.media)


def _decode(products: list[Product], media: MediaFolder) -> _Read:
    read = _Read(products, [], [])
    for product in products:
        for color in product.colors:
            name = card_image(product, color)
            if name is None:
                continue
            try:
                image = media.open(name)
            except (ShopperError, OSError) as error:
                # One unreadable picture must not keep a shop from being searched; its words still count.
                _log.warning("picture %s of %s can't be read: %s", name, product.id, error)
                continue
            read.images.append(image)
            read.cards.append((product.id, card_id(product.id, color)))
    return read


async def _encode(read: _Read, hashes: dict[str, str], parts: Parts) -> list[Embedded]:
    """The vectors of a batch; its words and its pictures at the same time, on a core each."""
    if not read.products:
        return []
    encoder, documents = parts.encoder, [text_document(p, parts.taxonomy) for p in read.products]
    texts, images = await asyncio.gather(
        asyncio.to_thread(encoder.encode_text, documents),
        asyncio.to_thread(lambda: encoder.encode_images(read.images) if read.images else ()),
    )
    pictures: dict[str, dict[str, Vector]] = {p.id: {} for p in read.products}
    for (product_id, card), vector in zip(read.cards, images, strict=True):
        pictures[product_id][card] = vector
    return [Embedded(p.id, hashes[p.id], texts[n], pictures[p.id]) for n, p in enumerate(read.products)]


def card_image(product: Product, color: str | None) -> str | None:
    """The picture of a product in one colour: the first its variants name."""
    return next((v.image for v in product.variants if v.color == color and v.image), None)


def text_document(product: Product, taxonomy: Taxonomy) -> str:
    """The words of a product for its text vector; the most telling come first, encoders cut the end."""
    who = f"for {product.gender}" if product.gender and product.gender != "unisex" else ""
    kind = (
        taxonomy.singular(product.category) if product.category in taxonomy.categories else product.category
    )
    parts = [
        product.title,
        " ".join(p for p in (kind, who) if p),
        product.brand or "",
        ", ".join(c for c in product.colors if c),
        ", ".join((*product.materials, *product.patterns, *((product.fit,) if product.fit else ()))),
        ", ".join((*product.features, *product.occasions, *product.seasons)),
        product.description[:240],
    ]
    return ". ".join(p for p in parts if p)
