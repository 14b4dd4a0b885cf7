"""Measures turns of the whole shop without HTTP: time to the first card and to the end, memory, readiness.

Knows nothing about what is a good answer.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shopper.chat.message import Message
from shopper.shop import Shop
from shopper.types import ProductsShown

# Openings and follow-ups in the words of shoppers; each opening begins a conversation.
OPENINGS = (
    "a linen dress for a summer wedding under 200",
    "black leather ankle boots in 39",
    "warm coat for men, not black",
    "waterproof jacket for my 8 year old",
    "white sneakers under 120",
    "silk blouse, no polka dots",
    "navy suit for work",
    "a gift for my mother, around 80",
    "ein rotes Kleid bis 150 €",
    "jeans high waist, size W28",
)
FOLLOW_UPS = ("in blue instead", "cheaper please", "the second one", "more like the first")


@dataclass(frozen=True)
class ServingResult:
    """Milliseconds unless named otherwise; `first_card` counts from the message to the first card."""

    turns: int
    first_card_p50_ms: float
    first_card_p95_ms: float
    turn_p50_ms: float
    turn_p95_ms: float
    ready_s: float
    rss_mb: float
    products: int
    model: str
    encoder: str

    def as_json(self) -> dict[str, Any]:
        return {"bench": "serving", **asdict(self)}


async def bench(shop: Shop, *, turns: int, ready_s: float) -> ServingResult:
    """Run `turns` turns, one after another, as conversations of an opening and its follow-ups."""
    script = [words for opening in OPENINGS for words in (opening, *FOLLOW_UPS)]
    first_cards: list[float] = []
    wholes: list[float] = []
    thread_id = ""
    for number in range(turns):
        words = script[number % len(script)]
        if words in OPENINGS:
            thread_id = (await shop.threads.create("bench")).id
        began = time.perf_counter()
        first: float | None = None
        async for event in shop.agent.reply(
            thread_id, Message(text=words), owner="bench", message_id=shop.new_id()
        ):
            if first is None and isinstance(event, ProductsShown) and event.page.items:
                first = 1000 * (time.perf_counter() - began)
        wholes.append(1000 * (time.perf_counter() - began))
        if first is not None:
            first_cards.append(first)
    products, _ = await shop.catalog.store.counts()
    return ServingResult(
        turns=turns,
        first_card_p50_ms=_percentile(first_cards, 50),
        first_card_p95_ms=_percentile(first_cards, 95),
        turn_p50_ms=_percentile(wholes, 50),
        turn_p95_ms=_percentile(wholes, 95),
        ready_s=round(ready_s, 2),
        rss_mb=rss_mb(),
        products=products,
        model=shop.model,
        encoder=shop.catalog.encoder.id,
    )


def rss_mb() -> float:
    """Resident memory of this process in MB (Linux; 0 elsewhere)."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def _percentile(values: list[float], percent: int) -> float:
    if len(values) < 2:
        return round(values[0], 1) if values else 0.0
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1], 1)


def render(result: ServingResult) -> str:
    """The figures as a table."""
    rows = [
        ("first card p50 / p95", f"{result.first_card_p50_ms} / {result.first_card_p95_ms} ms"),
        ("whole turn p50 / p95", f"{result.turn_p50_ms} / {result.turn_p95_ms} ms"),
        ("ready after", f"{result.ready_s} s"),
        ("resident memory", f"{result.rss_mb} MB"),
        ("catalog", f"{result.products} products"),
        ("model, encoder", f"{result.model}, {result.encoder}"),
    ]
    return "\n".join(f"{name:<22} {value}" for name, value in rows)
