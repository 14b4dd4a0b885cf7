"""The demo shop: its feed, its pictures, and that both come out of the script again.

Knows nothing about how the shopper reads or sells it.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

LIMIT = 20 * 1024


@pytest.fixture(scope="module")
def products(demo_catalog: Path) -> list[dict[str, Any]]:
    """Every product of the feed."""
    return [
        json.loads(line)
        for line in (demo_catalog / "products.jsonl").read_text(encoding="utf-8").splitlines()
    ]


@pytest.fixture(scope="module")
def variants(products: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every variant of the feed."""
    return [variant for product in products for variant in product["variants"]]


def test_the_range_is_wide(products: list[dict[str, Any]], variants: list[dict[str, Any]]) -> None:
    assert len(products) >= 320
    assert len(variants) >= 1600
    assert len({p["category"] for p in products}) >= 45
    assert len({p["brand"] for p in products}) >= 4
    assert {p["gender"] for p in products} == {"women", "men", "girls", "boys", "unisex"}
    assert len({v["color"] for v in variants}) >= 35
    patterns = Counter(pattern for p in products for pattern in p["patterns"])
    wanted = {
        "solid",
        "striped",
        "floral",
        "checked",
        "polka dot",
        "paisley",
        "houndstooth",
        "animal",
        "gingham",
        "tie-dye",
        "camouflage",
        "graphic",
        "color-block",
    }
    assert wanted <= set(patterns)


def test_ids_titles_and_skus_are_unique(
    products: list[dict[str, Any]], variants: list[dict[str, Any]]
) -> None:
    assert len({p["id"] for p in products}) == len(products)
    assert len({v["id"] for v in variants}) == len(variants)
    assert len({v["sku"] for v in variants}) == len(variants)
    repeated = [t for t, n in Counter((p["title"], p["gender"]) for p in products).items() if n > 1]
    assert repeated == []


def test_prices_run_from_9_to_2900_euros_and_a_sale_is_cheaper(
    products: list[dict[str, Any]], variants: list[dict[str, Any]]
) -> None:
    prices = [float(v["price"]) for v in variants]
    assert min(prices) == 9
    assert max(prices) == 2900
    assert {p["currency"] for p in products} == {"EUR"}
    assert all(0 < float(v["sale_price"]) < float(v["price"]) for v in variants if "sale_price" in v)
    on_sale = sum(any("sale_price" in v for v in p["variants"]) for p in products)
    assert 0.15 <= on_sale / len(products) <= 0.28


def test_stock_has_real_gaps(products: list[dict[str, Any]], variants: list[dict[str, Any]]) -> None:
    gaps = sum(v["stock"] == 0 for v in variants) / len(variants)
    assert 0.05 < gaps < 0.3
    sold_out = [p for p in products if not any(v["stock"] for v in p["variants"])]
    assert 3 <= len(sold_out) <= 12
    colour_gone = 0
    for product in products:
        left: Counter[str] = Counter()
        for variant in product["variants"]:
            left[variant["color"]] += variant["stock"]
        colour_gone += len(left) > 1 and any(left.values()) and 0 in left.values()
    assert colour_gone >= 5


def test_sizes_follow_their_system(products: list[dict[str, Any]]) -> None:
    sizes: dict[tuple[str, str], set[str]] = {}
    for product in products:
        sizes.setdefault((product["category"], product["gender"]), set()).update(
            v["size"] for v in product["variants"]
        )
    assert "W30 L32" in sizes["jeans", "women"]
    assert {"36", "40"} <= sizes["heels", "women"]
    assert "75B" in sizes["bra", "women"]
    assert sizes["tote bag", "women"] == {"one size"}
    assert "50" in sizes["ring", "women"]
    assert "90" in sizes["belt", "men"]
    assert {"6-7Y", "122"} & sizes["dress", "girls"]
    assert {"XS", "M", "XL"} <= sizes["t-shirt", "women"]


def test_facts_agree_with_each_other(products: list[dict[str, Any]]) -> None:
    colors = {v["color"] for p in products for v in p["variants"]}
    for product in products:
        title = product["title"].lower()
        assert (product["age_group"] == "kids") == (product["gender"] in {"girls", "boys"}), product["id"]
        assert not any(color in title.split() for color in colors - {"rose", "gold", "silver", "emerald"}), (
            title
        )
        for material in ("leather", "suede", "linen", "cashmere", "silk", "velvet", "denim"):
            stated = product["materials"]
            if material in title.split() and "faux" not in title and "vegan" not in title:
                assert any(material in m for m in stated), title
        assert 1 <= len({v["color"] for v in product["variants"]}) <= 4
        assert len({v["price"] for v in product["variants"]}) == 1


def test_descriptions_are_no_boilerplate(products: list[dict[str, Any]]) -> None:
    texts = [p["description"] for p in products]
    assert len(set(texts)) == len(texts)
    assert all(80 <= len(text) <= 420 for text in texts)
    openings = Counter(text.split(". ")[0] for text in texts)
    assert max(openings.values()) == 1


def test_every_variant_has_its_picture_and_every_picture_its_variant(
    demo_catalog: Path, variants: list[dict[str, Any]]
) -> None:
    named = {v["image"] for v in variants}
    lying = {f"images/{path.name}" for path in (demo_catalog / "images").iterdir()}
    assert named == lying
    sizes = {name: (demo_catalog / name).stat().st_size for name in named}
    assert max(sizes.values()) <= LIMIT
    assert sum(sizes.values()) <= 9 * 1024 * 1024
    for name in sorted(named):
        with Image.open(demo_catalog / name) as image:
            assert (image.format, image.size) == ("WEBP", (600, 750)), name


def test_the_script_writes_the_same_feed_again(demo_catalog: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(demo_catalog / "draw.py"), "--feed-only", "--out", str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)
    assert (tmp_path / "products.jsonl").read_bytes() == (demo_catalog / "products.jsonl").read_bytes()


def test_the_script_draws_the_same_pictures_again(
    demo_catalog: Path, tmp_path: Path, variants: list[dict[str, Any]]
) -> None:
    some = sorted({v["image"] for v in variants})[5::190]
    for name in some:
        only = Path(name).name
        command = [sys.executable, str(demo_catalog / "draw.py"), "--only", only, "--out", str(tmp_path)]
        subprocess.run(command, check=True, timeout=60)
        with (
            Image.open(io.BytesIO((tmp_path / name).read_bytes())) as again,
            Image.open(demo_catalog / name) as shipped,
        ):
            difference = ImageChops.difference(again.convert("RGB"), shipped.convert("RGB"))
        # Encoders of two Pillow versions may differ by a hair; a redrawn garment differs by far more.
        assert max(ImageStat.Stat(difference).mean) < 1.0, name


def test_the_policy_answers_what_shoppers_ask(demo_catalog: Path) -> None:
    text = (demo_catalog / "policy.md").read_text(encoding="utf-8")
    for heading in ("## Shipping", "## Returns", "## Size advice", "## Payment", "## Talk to a person"):
        assert heading in text
    assert (demo_catalog / "size_chart.md").read_text(encoding="utf-8").startswith("# Size chart")
