"""One question without a conversation: words and a photo in, the query as understood and a page out.

Knows nothing about threads, models or replies.
"""

from __future__ import annotations

import asyncio
import dataclasses

from PIL.Image import Image

from shopper.chat.understand.reader import Context, Reader
from shopper.errors import BadInput
from shopper.products.images import read_photo
from shopper.products.seen import PhotoSeen
from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.types import Page, ShopperQuery

PHOTO_ID = "photo"


async def ask_once(
    search: ProductSearch, taxonomy: Taxonomy, words: str, photo: bytes | None = None, *, limit: int = 8
) -> tuple[ShopperQuery, Page]:
    """Read `words` (and a picture's bytes) as a first message and find products for it."""
    if not words.strip() and photo is None:
        raise BadInput("Say what to look for, or give a photo.", field="words")
    photos: dict[str, Image] = {}
    seen: tuple[PhotoSeen, ...] = ()
    if photo is not None:
        image, _jpeg = await asyncio.to_thread(read_photo, photo)
        photos = {PHOTO_ID: image}
        seen = (dataclasses.replace(await asyncio.to_thread(search.see, image), photo_id=PHOTO_ID),)
    context = Context(previous=None, shown=(), cart=None, photos=seen, last_question=None)
    query = Reader(taxonomy, search.vocabulary()).read(words, context).query
    return query, await search.find(query, limit=limit, photos=photos)
