"""What buyers read: counts of what was asked for and not found."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from rich.console import Console
from sqlalchemy import insert

from shopper.cli.report import show
from shopper.database import ProductRow, VariantRow
from shopper.demand.report import first_day
from shopper.errors import BadInput
from tests.demand.conftest import Desk

NOT_SOLD = {"reason": "not_sold", "field": "category", "value": "gloves"}


async def _sell(desk: Desk, category: str, price: int, stock: int) -> None:
    id_ = f"{category}-{price}"
    row = {
        "id": id_, "position": 1, "title": id_, "category": category, "facts": {}, "content_hash": "",
        "embed_hash": "", "updated_at": desk.now,
    }  # fmt: skip
    variant = {
        "id": id_, "product_id": id_, "position": 0, "sku": id_, "price_minor": price, "currency": "EUR",
        "stock": stock, "as_of": desk.now,
    }  # fmt: skip
    async with desk.db.transaction() as session:
        await session.execute(insert(ProductRow), [row])
        await session.execute(insert(VariantRow), [variant])


async def test_categories_and_brands_that_are_not_sold_come_with_counts(desk: Desk) -> None:
    for _ in range(3):
        desk.find({"category": "gloves"}, absence=NOT_SOLD)
    desk.find({"brands": ["nike"]}, absence={"reason": "not_sold", "field": "brand", "value": "nike"})

    report = await desk.report()

    assert [(u.field, u.value, u.count) for u in report.unmet] == [
        ("category", "gloves", 3),
        ("brand", "nike", 1),
    ]
    assert (report.finds, report.nothing) == (4, 4)


async def test_a_colour_that_is_not_there_is_told_with_its_kind(desk: Desk) -> None:
    desk.find(
        {"category": "dress", "colors": ["green"]},
        absence={"reason": "no_match", "field": "colors", "value": "green"},
    )

    (unmet,) = (await desk.report()).unmet

    assert (unmet.field, unmet.value, unmet.among) == ("colors", "green", "dress")


async def test_missed_sizes_are_counted_by_category(desk: Desk) -> None:
    gap = {"reason": "no_match", "field": "sizes", "value": "L or XL"}
    desk.find({"category": "dress", "sizes": ["L", "XL"]}, absence=gap)
    desk.find({"category": "dress", "sizes": ["large"]}, absence=gap)

    missed = (await desk.report()).sizes_missed

    assert [(m.size, m.category, m.count) for m in missed] == [("L", "dress", 2), ("XL", "dress", 1)]


async def test_a_price_gap_names_the_cheapest_that_can_be_had_today(desk: Desk) -> None:
    await _sell(desk, "sneakers", 7500, 2)
    await _sell(desk, "running shoes", 3000, 0)
    desk.find(
        {"category": "sneakers", "price": {"max": 4000}}, absence={"reason": "no_match", "field": "price"}
    )

    (gap,) = (await desk.report()).price_gaps

    assert (str(gap.budget), str(gap.cheapest), gap.count) == ("€40", "€75", 1)


async def test_relaxed_and_refined_are_ranked(desk: Desk) -> None:
    before = {"category": "dress"}
    for _ in range(2):
        desk.find(
            {"intent": "refine", "category": "dress", "price": {"max": 5000}},
            before=before, total=2, relaxed=(("materials", "linen or silk"),),
        )  # fmt: skip
    desk.find({"intent": "refine", "category": "dress", "colors": ["red"]}, before=before, total=2)

    report = await desk.report()

    assert [(r.field, r.count) for r in report.refined] == [("price", 2), ("colors", 1)]
    assert [(r.field, r.value, r.count) for r in report.relaxed] == [
        ("materials", "linen", 2),
        ("materials", "silk", 2),
    ]
    assert report.unmet == ()


async def test_the_rate_of_empty_finds_is_told_by_week(desk: Desk) -> None:
    desk.now -= timedelta(days=7)
    desk.find({"category": "gloves"}, absence=NOT_SOLD)
    desk.find({"category": "dress"}, total=4)
    await desk.recorder.flush()
    desk.now += timedelta(days=7)
    desk.find({"category": "dress"}, total=4)

    weeks = (await desk.report()).weeks

    assert [(w.week, w.finds, w.nothing, w.rate) for w in weeks] == [
        ("2026-05-11", 2, 1, 0.5),
        ("2026-05-18", 1, 0, 0.0),
    ]


async def test_the_report_prints_every_table_that_has_rows(desk: Desk) -> None:
    for number in range(3):
        desk.find({"category": "surfboard", "text": "surfboard"}, thread=f"t{number}", absence=NOT_SOLD)
    said = StringIO()

    show(await desk.report(), Console(file=said, width=120))

    assert "3 finds from 2026-05-01 to 2026-05-20: 3 showed nothing" in said.getvalue()
    assert "Words nobody sells" in said.getvalue()
    assert "surfboard" in said.getvalue()
    assert "Price gaps" not in said.getvalue()


def test_spans_of_time_are_read() -> None:
    today = date(2026, 5, 20)
    assert first_day("30d", today) == date(2026, 4, 20)
    assert first_day("2w", today) == date(2026, 5, 6)
    assert first_day("2026-01-02", today) == date(2026, 1, 2)
    with pytest.raises(BadInput, match="30d"):
        first_day("a while", today)
