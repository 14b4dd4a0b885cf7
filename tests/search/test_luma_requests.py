"""Requests in shoppers' words to a real sports shop, each card checked against the feed itself.

Knows nothing about the product's own facts: the oracle reads the feed's cells with the csv module alone.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from shopper.chat.once import ask_once
from shopper.products.taxonomy import Taxonomy
from shopper.shop import build_shop
from shopper.types import Recommendation
from tests.shops import settings

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

REQUESTS = Path(__file__).with_name("luma_requests.yaml")
SHOWN = 8
FLOOR = 0.93  # mean part of the cards shown that meet all of a request; an empty answer counts as 0
MOST_EMPTY = 2  # requests that name two kinds of things of which the shop lacks the first


class Child(NamedTuple):
    color: str
    size: str
    price: float
    stock: float


@dataclass(frozen=True)
class Row:
    """One configurable product as the feed prints it."""

    title: str
    text: str
    paths: tuple[tuple[str, ...], ...]
    facts: dict[str, str]
    children: tuple[Child, ...]

    def listed(self, *names: str) -> set[str]:
        return {value for name in names for value in self.facts.get(name, "").split("|") if value}


def read_feed(path: Path) -> dict[str, Row]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = {row["sku"]: row for row in csv.DictReader(file)}
    found = {}
    for sku, row in rows.items():
        if row["product_type"] != "configurable":
            continue
        skus = re.findall(r"(?:^|\|)sku=([^,]+)", row["configurable_variations"])
        children = tuple(_child(rows[child]) for child in skus)
        paths = tuple(tuple(p.split("/")[1:]) for p in row["categories"].split(",") if p.count("/") == 3)
        facts = _facts(row)
        styles = [v for k, v in facts.items() if k.startswith("style")]
        words = re.sub(
            r"<[^>]+>", " ", html.unescape(f"{row['name']} {' '.join(styles)} {row['description']}")
        )
        found[sku] = Row(html.unescape(row["name"]), words.casefold(), paths, facts, children)
    return found


def _facts(row: dict[str, str]) -> dict[str, str]:
    pairs = (p.partition("=") for p in re.split(r",(?=[a-z_]+=)", row["additional_attributes"]))
    return {name: html.unescape(value) for name, _, value in pairs}


def _child(row: dict[str, str]) -> Child:
    facts = _facts(row)
    stock = float(row["qty"]) if row["is_in_stock"] == "1" else 0.0
    return Child(facts["color"], facts["size"], float(row["price"]), stock)


def broken(row: Row, color: str | None, must: dict[str, Any]) -> list[str]:
    """The names of the constraints that a product in a colour doesn't meet."""
    shelves = {p for p in row.paths if "gender" not in must or p[0] == must["gender"]}
    styles = row.listed("style_general", "style_bottom") | set(re.findall(r"\w+", row.title))
    materials = row.listed("material")
    tests = {
        "shelf": lambda wanted: any(p[-1] in wanted for p in shelves),
        "gender": lambda _: bool(shelves),
        "style": lambda wanted: bool(styles & set(wanted)),
        "not_style": lambda wanted: not styles & set(wanted),
        "says": lambda wanted: any(re.search(rf"(?<!\w){re.escape(w)}", row.text) for w in wanted),
        "color": lambda wanted: color in wanted,
        "not_color": lambda wanted: color not in wanted,
        "material": lambda wanted: bool(materials & set(wanted)),
        "not_material": lambda wanted: not materials & set(wanted),
        "pattern": lambda wanted: bool(row.listed("pattern") & set(wanted)),
        "not_pattern": lambda wanted: not row.listed("pattern") & set(wanted),
        "weather": lambda wanted: bool(row.listed("climate") & set(wanted)),
    }
    found = [name for name, wanted in must.items() if name in tests and not tests[name](wanted)]
    if not any(_fits(child, color, must) for child in row.children):
        found.append("variant")
    return found


def _fits(child: Child, color: str | None, must: dict[str, Any]) -> bool:
    return (
        child.color == color
        and child.stock > 0
        and ("size" not in must or child.size in must["size"])
        and must.get("min", 0) <= child.price <= must.get("max", float("inf"))
    )


class Verdict(NamedTuple):
    ask: str
    shown: int
    good: int
    exist: int
    faults: tuple[str, ...]

    @property
    def precision(self) -> float:
        return self.good / self.shown if self.shown else 0.0

    def __str__(self) -> str:
        return f"{self.good}/{self.shown} of {self.exist}: {self.ask} {' | '.join(self.faults)}"


def judge(ask: str, must: dict[str, Any], cards: tuple[Recommendation, ...], feed: dict[str, Row]) -> Verdict:
    exist = sum(
        not broken(row, color, must) for row in feed.values() for color in {c.color for c in row.children}
    )
    faults = [(card, broken(feed[card.product.id], card.color, must)) for card in cards]
    return Verdict(
        ask,
        len(cards),
        sum(not fault for _, fault in faults),
        exist,
        tuple(f"{card.card_id} {','.join(fault)}" for card, fault in faults if fault),
    )


@pytest.fixture(scope="session")
def luma_folder(shared: Path, shop_folder: Callable[[str], Path]) -> Path:
    """The loaded shop; loading runs a loop of its own, so no coroutine may ask for it."""
    return shop_folder("luma")


async def test_requests_of_several_constraints_are_met_by_nearly_every_card(
    shared: Path, luma_folder: Path
) -> None:
    feed = read_feed(shared / "luma" / "products.csv")
    requests = yaml.safe_load(REQUESTS.read_text(encoding="utf-8"))
    shop, taxonomy, found = await build_shop(settings(luma_folder)), Taxonomy.load(), []
    try:
        for request in requests:
            _, page = await ask_once(shop.search, taxonomy, request["ask"], limit=SHOWN)
            found.append(judge(request["ask"], request["must"], page.items, feed))
    finally:
        await shop.close()
    told = "\n".join(str(v) for v in found if v.precision < 1)
    assert len(found) == 50
    assert all(v.exist for v in found), "a request that nothing in the feed meets"
    assert sum(not v.shown for v in found) <= MOST_EMPTY, told
    assert sum(v.precision for v in found) / len(found) >= FLOOR, told
