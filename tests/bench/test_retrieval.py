"""The retrieval bench, whole, on a small catalog grown from a part of the demo shop.

Knows nothing about how the search works.
"""

from __future__ import annotations

import asyncio
import json
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shopper.bench.grown import Grower
from shopper.bench.plain_facts import Part, PlainFacts
from shopper.bench.plot import draw
from shopper.bench.questions import ask, filters_of
from shopper.bench.report import growth, keep, kept, render
from shopper.bench.retrieval import Plan, bench
from shopper.bench.rivals import top
from shopper.errors import BadInput
from shopper.products.feeds.draft import FeedProduct
from shopper.products.feeds.jsonl import read_line
from shopper.products.taxonomy import Taxonomy
from shopper.shop import open_catalog
from shopper.types import Product, ShopperQuery
from tests.shops import settings

pytestmark = pytest.mark.slow

KEYS = (
    "find_p50_ms", "find_p95_ms", "recall_at_10", "vs_chroma_where", "vs_exact", "rss_mb", "ready_s",
)  # fmt: skip
PATTERNS = 16  # rows of the range to grow from, so that few pictures are read


@pytest.fixture(scope="module")
def result(demo_catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run with everything on."""
    plan = Plan(
        products=160,
        keep=tmp_path_factory.mktemp("keep"),
        catalog=demo_catalog,
        ingest=True,
        questions=24,
        views=1,
        patterns=PATTERNS,
    )
    probe = [sys.executable, "-m", "shopper", "bench", "probe", "--data", str(plan.data)]
    return asyncio.run(
        bench(plan, open_catalog=lambda data: open_catalog(settings(data)), probe=probe, tell=lambda _: None)
    )


@pytest.fixture(scope="module")
def grower(demo_catalog: Path) -> Grower:
    return Grower(demo_catalog)


def products(rows: list[dict[str, Any]]) -> list[Product]:
    taxonomy = Taxonomy.load()
    read = [read_line(json.dumps(row), n, taxonomy, "EUR") for n, row in enumerate(rows, 1)]
    return [item.product for item in read if isinstance(item, FeedProduct)]


def test_a_run_has_every_figure(result: dict[str, Any]) -> None:
    assert [key for key in result if key in KEYS] == list(KEYS)
    assert all(result[key] > 0 for key in KEYS)
    assert result["products"] == 160
    assert result["find_p50_ms"] <= result["find_p95_ms"]
    assert {"price_update_s", "reingest_s", "ingest_s", "cards", "variants"} <= set(result)


def test_a_small_catalog_is_searched_without_a_miss(result: dict[str, Any]) -> None:
    assert result["recall_at_10"] == 1.0
    assert result["cards_allowed"] == 1.0
    assert result["counts_agree"] == 1.0


def test_a_run_reads_as_a_table_and_is_kept(result: dict[str, Any], tmp_path: Path) -> None:
    keep(result, tmp_path)
    keep({**result, "products": 320, "find_p50_ms": 2 * result["find_p50_ms"]}, tmp_path)
    assert "160 products" in render(result)
    assert kept(tmp_path)[0] == result
    told = growth(kept(tmp_path), [160, 320])
    assert "2.0×" in next(line for line in told.splitlines() if line.startswith("find_p50_ms"))
    with pytest.raises(BadInput):
        growth(kept(tmp_path), [160, 900])


def test_the_plot_has_a_panel_for_sizes_and_one_for_each_size(result: dict[str, Any]) -> None:
    drawn = ElementTree.fromstring(draw([result, {**result, "products": 3000}]))
    titles = [text.text for text in drawn.iter() if text.get("class") == "title"]
    assert titles == [
        "by products in the catalog",
        "160 products, by cards that pass",
        "3 k products, by cards that pass",
    ]
    assert {g.get("class") for g in drawn.iter() if g.get("class")} >= {"find", "exact", "chroma_where"}


def test_a_size_without_chroma_is_drawn_without_it(result: dict[str, Any]) -> None:
    def drawn(run: dict[str, Any]) -> Counter[str | None]:
        groups = (g for g in ElementTree.fromstring(draw([run])).iter() if g.get("class"))
        return Counter(g.get("class") for g in groups for _ in g)

    whole, without = drawn(result), drawn({**result, "chroma_where": None})
    assert without["chroma_where"] < whole["chroma_where"]
    assert (without["find"], without["exact"]) == (whole["find"], whole["exact"])


def test_a_seed_grows_the_same_products_at_any_size(demo_catalog: Path, grower: Grower) -> None:
    assert list(Grower(demo_catalog).products(30)) == list(grower.products(30))
    assert list(grower.products(40, 25))[:5] == list(grower.products(30, 25))
    assert list(Grower(demo_catalog, seed=8).products(30)) != list(grower.products(30))


def test_grown_products_are_like_the_demos(demo_catalog: Path, grower: Grower) -> None:
    grown = list(grower.products(1200))
    demo = [json.loads(line) for line in (demo_catalog / "products.jsonl").open(encoding="utf-8")]
    for count in (lambda p: len(p["variants"]), lambda p: len({v["color"] for v in p["variants"]})):
        means = [np.mean([count(p) for p in shop]) for shop in (grown, demo)]
        assert means[0] == pytest.approx(means[1], rel=0.1)
    prices = [np.median([float(p["variants"][0]["price"]) for p in shop]) for shop in (grown, demo)]
    assert prices[0] == pytest.approx(prices[1], rel=0.25)
    assert {p["category"] for p in grown} == {p["category"] for p in demo}
    assert {p["brand"] for p in grown} == {p["brand"] for p in demo}
    assert len({p["id"] for p in grown}) == len(grown)
    assert all((demo_catalog / v["image"]).is_file() for p in grown[:200] for v in p["variants"])


def test_every_grown_row_is_a_good_row(grower: Grower) -> None:
    rows = list(grower.products(200))
    assert len(products(rows)) == len(rows)


@pytest.fixture(scope="module")
def facts(grower: Grower) -> PlainFacts:
    taxonomy = Taxonomy.load()
    grown = products(list(grower.products(900)))
    return PlainFacts([Part.of(grown[:300], taxonomy), Part.of(grown[300:], taxonomy)], taxonomy)


def test_questions_are_spread_over_the_selectivities(facts: PlainFacts) -> None:
    taxonomy = Taxonomy.load()
    asked = ask(facts, taxonomy, count=48, seed=1)
    assert asked == ask(facts, taxonomy, count=48, seed=1)
    assert {q.selectivity for q in asked} >= {0.5, 0.05, 0.005}
    assert all(q.selectivity / 2 <= q.share <= 2 * q.selectivity for q in asked)
    assert any(len(filters_of(q.query)) >= 3 for q in asked)
    assert {name for q in asked for name in filters_of(q.query)} == {
        "category", "colors", "sizes", "gender", "exclude", "price", "brands", "materials",
    }  # fmt: skip


def test_plain_facts_want_one_variant_that_meets_it_all(grower: Grower) -> None:
    taxonomy = Taxonomy.load()
    product = next(
        p for p in products(list(grower.products(400))) if p.category == "dress" and p.gender == "women"
    )
    small, large = product.variants[0], product.variants[-1]
    variants = (small.model_copy(update={"stock": 0}), large.model_copy(update={"stock": 2}))
    one = PlainFacts([Part.of([product.model_copy(update={"variants": variants})], taxonomy)], taxonomy)
    wanted = ShopperQuery(category="dress", gender="women", sizes=(str(large.size),))
    assert one.allowed(wanted).sum() == 1
    assert one.allowed(wanted.model_copy(update={"sizes": (str(small.size),)})).sum() == 0


def test_the_best_of_the_allowed_come_in_order() -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.9, 0.7], dtype=np.float32)
    allowed = np.array([True, False, True, True, True])
    assert top(scores, allowed, 3).tolist() == [3, 4, 2]
    assert top(scores, np.zeros(5, dtype=bool), 3).tolist() == []
