"""Photos of several things: the one that the words mean is searched, shown and remembered."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from shopper.chat.message import Message
from shopper.shop import Shop, build_shop
from shopper.types import Photo, PhotoFocused, Product, ProductsShown, ReplyEvent
from tests.conftest import ROOT
from tests.shops import settings

pytestmark = pytest.mark.slow


@pytest.fixture
async def shop(demo_data: Path) -> AsyncIterator[Shop]:
    opened = await build_shop(settings(demo_data))
    yield opened
    await opened.close()


def a_photo(*product_ids: str) -> Photo:
    """The products' own cards side by side, as somebody lays them on a bed."""
    with (ROOT / "catalog" / "products.jsonl").open(encoding="utf-8") as lines:
        pictures = {row["id"]: row["variants"][0]["image"] for row in map(json.loads, lines)}
    canvas = Image.new("RGB", (340 * len(product_ids), 375), "white")
    for n, product_id in enumerate(product_ids):
        with Image.open(ROOT / "catalog" / pictures[product_id]) as image:
            canvas.paste(image.convert("RGB").resize((300, 375)), (n * 340, 0))
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=92)
    return Photo(id=f"photo-{'-'.join(product_ids)}", media_type="image/jpeg", data=out.getvalue())


async def say(shop: Shop, thread_id: str, text: str, *photos: Photo) -> list[ReplyEvent]:
    reply = shop.agent.reply(thread_id, Message(text=text, photos=photos), owner="me")
    return [event async for event in reply]


def cards(events: list[ReplyEvent]) -> list[str]:
    return [item.product.id for e in events if isinstance(e, ProductsShown) for item in e.page.items]


async def test_the_part_that_the_words_mean_is_searched_and_never_another(shop: Shop) -> None:
    bags, shoes = await some(shop, "handbag"), await some(shop, "sneakers")
    found = 0
    for bag, shoe in zip(bags[:6], shoes[:6], strict=False):
        thread = await shop.threads.create("me")
        events = await say(shop, thread.id, "sneakers like the ones in this photo", a_photo(bag.id, shoe.id))
        regions = [e.region for e in events if isinstance(e, PhotoFocused)]
        assert all(region.left > 0.4 for region in regions)
        kept = (await shop.threads.get(thread.id, "me")).turns[0]
        assert kept.regions == tuple(regions)
        found += len(regions)
    assert found >= 3


async def test_a_photo_of_one_thing_is_searched_as_a_whole(shop: Shop) -> None:
    for bag in (await some(shop, "handbag"))[:4]:
        thread = await shop.threads.create("me")
        events = await say(shop, thread.id, "a handbag like this", a_photo(bag.id))
        assert not [e for e in events if isinstance(e, PhotoFocused)]
        assert bag.id in cards(events)


async def some(shop: Shop, category: str) -> list[Product]:
    """Products of a category, in the shop's order."""
    return [p async for batch in shop.catalog.store.stream() for p in batch if p.category == category]
