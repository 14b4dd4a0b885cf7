"""A designer's drawing as a query: the nearest real products, whatever the colour of its paper."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageFilter, ImageOps

from shopper.chat.once import ask_once
from shopper.products.taxonomy import Taxonomy
from shopper.search.drawings import is_drawing
from shopper.search.see import PhotoReader
from shopper.shop import build_shop
from tests.shops import settings

from .conftest import WordEncoder


def drawing(file: Path) -> Image.Image:
    """The edges of a picture, dark on white, without the frame that the filter draws."""
    with Image.open(file) as image:
        edges = ImageOps.invert(image.convert("L").filter(ImageFilter.FIND_EDGES))
    return edges.crop((6, 6, edges.width - 6, edges.height - 6)).convert("RGB")


@pytest.fixture(scope="module")
def products(demo_catalog: Path) -> list[dict[str, str]]:
    """Id, category and first picture of every product whose category has two others."""
    with (demo_catalog / "products.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    counts = Counter(row["category"] for row in rows)
    return [
        {"id": r["id"], "category": r["category"], "image": r["variants"][0]["image"]}
        for r in rows
        if counts[r["category"]] >= 3
    ]


def test_edges_are_told_from_pictures(demo_catalog: Path, products: list[dict[str, str]]) -> None:
    files = [demo_catalog / row["image"] for row in products[::12]]
    assert all(is_drawing(drawing(file)) for file in files)
    taken = sum(is_drawing(Image.open(file)) for file in files)
    assert taken <= len(files) / 10


def test_the_paper_of_a_drawing_is_no_colour_that_was_asked_for(
    taxonomy: Taxonomy, demo_catalog: Path, products: list[dict[str, str]]
) -> None:
    seen = PhotoReader(WordEncoder(), taxonomy).see(drawing(demo_catalog / products[0]["image"]), frozenset())
    assert (seen.colors, seen.patterns) == ((), ())


@pytest.fixture
def demo(shop_folder: Callable[[str], Path]) -> Path:
    return shop_folder("demo")


@pytest.mark.slow
async def test_most_drawings_find_their_kind_of_thing(
    demo: Path, demo_catalog: Path, products: list[dict[str, str]]
) -> None:
    shop = await build_shop(settings(demo))
    found = other = 0
    try:
        for row in (chosen := random.Random(3).sample(products, 60)):
            buffer = BytesIO()
            drawing(demo_catalog / row["image"]).save(buffer, "PNG")
            _, page = await ask_once(shop.search, shop.catalog.taxonomy, "", buffer.getvalue(), limit=8)
            kinds = {item.product.id: item.product.category for item in page.items}
            found += row["category"] in kinds.values()
            other += row["category"] in {kind for id_, kind in kinds.items() if id_ != row["id"]}
    finally:
        await shop.close()
    print(f"of {len(chosen)} drawings {found} find their kind, {other} of them in another product")
    assert found >= 45
    assert other >= 30
