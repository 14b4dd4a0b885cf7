"""Brings the vectors in step with the store: encodes what changed, forgets what is gone.

Knows nothing about feeds or queries. Killed at any moment, the next run does what is left.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

import numpy as np

from shopper.errors import ShopperError
from shopper.products.images import MediaFolder
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search.encoder import Encoder
from shopper.search.index import Embedded, ProductIndex, card_id
from shopper.types import Product

_log = logging.getLogger(__name__)
_BATCH = 32


async def sync_vectors(
    *,
    store: ProductStore,
    index: ProductIndex,
    encoder: Encoder,
    media: MediaFolder,
    taxonomy: Taxonomy,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """How many products were encoded anew; `progress` hears (done, total) after each batch."""
    wanted = await store.embed_hashes()
    present = await asyncio.to_thread(index.hashes)
    gone = [id_ for id_ in present if id_ not in wanted]
    changed = [id_ for id_, hash_ in wanted.items() if present.get(id_) != hash_]
    with index.changing():
        if gone:
            await asyncio.to_thread(index.delete, gone)
        for start in range(0, len(changed), _BATCH):
            ids = changed[start : start + _BATCH]
            products = await store.get(ids)
            rows = [products[id_] for id_ in ids if id_ in products]
            await asyncio.to_thread(_embed, rows, wanted, index, encoder, media, taxonomy)
            if progress:
                progress(start + len(ids), len(changed))
    return len(changed)


def _embed(
    products: Sequence[Product],
    hashes: dict[str, str],
    index: ProductIndex,
    encoder: Encoder,
    media: MediaFolder,
    taxonomy: Taxonomy,
) -> None:
    if not products:
        return
    texts = encoder.encode_text([text_document(p, taxonomy) for p in products])
    cards, images = [], []
    for product in products:
        for color in product.colors:
            name = card_image(product, color)
            if name is None:
                continue
            try:
                images.append(media.open(name))
            except (ShopperError, OSError) as error:
                # One unreadable picture must not keep a shop from being searched; its words still count.
                _log.warning("picture %s of %s can't be read: %s", name, product.id, error)
                continue
            cards.append((product.id, card_id(product.id, color)))
    pictures = encoder.encode_images(images) if images else np.zeros((0, encoder.dim), dtype=np.float32)
    of_product: dict[str, dict[str, int]] = {}
    for number, (product_id, card) in enumerate(cards):
        of_product.setdefault(product_id, {})[card] = number
    index.upsert(
        [
            Embedded(
                p.id, hashes[p.id], texts[n], {c: pictures[at] for c, at in of_product.get(p.id, {}).items()}
            )
            for n, p in enumerate(products)
        ]
    )


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
