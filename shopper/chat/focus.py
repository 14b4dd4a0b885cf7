"""Which part of a shopper's photo their words mean: "the bag in this photo" is its bag, not the coat.

Knows nothing about queries beyond the kind of thing they name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from PIL.Image import Image

from shopper.chat.understand.reader import Context, Reader
from shopper.products.seen import PhotoSeen
from shopper.search.find import ProductSearch
from shopper.search.regions.find import cut
from shopper.types import PhotoRegion, Thread


async def focused(
    search: ProductSearch,
    reader: Reader,
    words: str,
    images: Mapping[str, Image],
    seen: Sequence[PhotoSeen],
) -> tuple[dict[str, Image], tuple[PhotoSeen, ...], tuple[PhotoRegion, ...]]:
    """The photos cut to what the words mean, what they show then, and where that was."""
    # The words alone: what the photo shows must not name the kind of thing that is looked for in it.
    category = reader.read(words, Context()).query.category if words and images else None
    regions = await regions_of(search, category, words, images, seen)
    parts = cut_out(images, regions)
    return parts, await seen_in(search, parts, regions, seen), regions


async def regions_of(
    search: ProductSearch,
    category: str | None,
    words: str,
    images: Mapping[str, Image],
    seen: Sequence[PhotoSeen],
) -> tuple[PhotoRegion, ...]:
    """The regions of those photos in which `category`, as the words name it, is only a part."""
    if category is None or not words:
        return ()
    found = []
    for photo in seen:
        image = images[photo.photo_id]
        found.append(await asyncio.to_thread(search.part_of, image, photo, category, words))
    return tuple(region for region in found if region is not None)


def region_before(thread: Thread, photo_id: str) -> PhotoRegion | None:
    """The region of a photo that an earlier turn was about."""
    every = (region for turn in reversed(thread.turns) for region in turn.regions)
    return next((region for region in every if region.photo_id == photo_id), None)


def cut_out(images: Mapping[str, Image], regions: Sequence[PhotoRegion]) -> dict[str, Image]:
    """The photos, each cut to its region where it has one."""
    by_photo = {region.photo_id: region for region in regions}
    return {
        photo_id: cut(image, by_photo[photo_id]) if photo_id in by_photo else image
        for photo_id, image in images.items()
    }


async def seen_in(
    search: ProductSearch,
    images: Mapping[str, Image],
    regions: Sequence[PhotoRegion],
    seen: Sequence[PhotoSeen],
) -> tuple[PhotoSeen, ...]:
    """What the photos show, where a region was meant of that region alone."""
    meant = {region.photo_id for region in regions}
    return tuple(
        [
            await asyncio.to_thread(search.see, images[photo.photo_id], photo.photo_id)
            if photo.photo_id in meant
            else photo
            for photo in seen
        ]
    )
