"""Measures turns of the whole shop without HTTP: time to the first card and to the end, memory, readiness.

Knows nothing about what is a good answer.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from shopper.bench.slow_model import SlowModel
from shopper.chat.message import Message
from shopper.shop import Shop
from shopper.types import Done, ProductsShown

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
    """Milliseconds unless named otherwise; `first_card` counts from the message to the first card.

    `failures` are turns that ended without a word; `grown_mb` is what memory took on since the first tenth of
    the turns.
    """

    turns: int
    shoppers: int  # who talk at once
    pause_s: float  # of each between an answer and the next message, on average
    failures: int
    first_card_p50_ms: float
    first_card_p95_ms: float
    turn_p50_ms: float
    turn_p95_ms: float
    turns_per_s: float
    ready_s: float
    rss_mb: float
    grown_mb: float
    products: int
    model: str
    encoder: str
    prompt_tokens_p50: float | None = None  # a model call, estimated from its characters

    def as_json(self) -> dict[str, Any]:
        return {"bench": "serving", **asdict(self)}


@dataclass
class _Tally:
    """What was measured so far."""

    left: int
    turns: int = 0
    failures: int = 0
    first_cards: list[float] = field(default_factory=list)
    wholes: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


async def bench(
    shop: Shop,
    *,
    turns: int,
    ready_s: float,
    shoppers: int = 1,
    pause_s: float = 0.0,
    slow: SlowModel | None = None,
) -> ServingResult:
    """Run `turns` turns as conversations of an opening and its follow-ups, `shoppers` of them at once.

    Each shopper pauses between half and one and a half of `pause_s`; 0 has them all talk without a breath.
    """
    tally = _Tally(left=turns)
    began = time.perf_counter()
    await asyncio.gather(*(_shopper(shop, number, tally, pause_s) for number in range(shoppers)))
    took = time.perf_counter() - began
    products, _ = await shop.catalog.store.counts()
    warm = tally.memory[len(tally.memory) // 10]
    return ServingResult(
        turns=turns,
        shoppers=shoppers,
        pause_s=pause_s,
        failures=tally.failures,
        first_card_p50_ms=_percentile(tally.first_cards, 50),
        first_card_p95_ms=_percentile(tally.first_cards, 95),
        turn_p50_ms=_percentile(tally.wholes, 50),
        turn_p95_ms=_percentile(tally.wholes, 95),
        turns_per_s=round(turns / took, 1),
        ready_s=round(ready_s, 2),
        rss_mb=rss_mb(),
        grown_mb=round(tally.memory[-1] - warm, 1),
        products=products,
        model=shop.model if slow is None else f"silent for {slow.silence:g} s",
        encoder=shop.catalog.encoder.id,
        prompt_tokens_p50=_percentile([float(n) for n in slow.prompt_tokens], 50) if slow else None,
    )


async def _shopper(shop: Shop, number: int, tally: _Tally, pause_s: float) -> None:
    """One after another the conversations of one shopper, each shopper beginning at another one."""
    dice = random.Random(number)
    for opening in itertools.islice(itertools.cycle(OPENINGS), number, None):
        thread_id = (await shop.threads.create("bench")).id
        for words in (opening, *FOLLOW_UPS):
            if tally.left <= 0:
                return
            tally.left -= 1
            if pause_s:
                await asyncio.sleep(pause_s * dice.uniform(0.5, 1.5))
            await _turn(shop, thread_id, words, tally)


async def _turn(shop: Shop, thread_id: str, words: str, tally: _Tally) -> None:
    began = time.perf_counter()
    first: float | None = None
    said = False
    reply = shop.agent.reply(thread_id, Message(text=words), owner="bench", message_id=shop.new_id())
    async for event in reply:
        if first is None and isinstance(event, ProductsShown) and event.page.items:
            first = 1000 * (time.perf_counter() - began)
        said |= isinstance(event, Done) and bool(event.text)
    tally.wholes.append(1000 * (time.perf_counter() - began))
    tally.turns += 1
    tally.failures += not said
    tally.memory.append(rss_mb())
    if first is not None:
        tally.first_cards.append(first)


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
    """The figures as a table, beside what others publish of their own machines."""
    rows = [
        ("shoppers at once", f"{result.shoppers}, pausing {result.pause_s:g} s"),
        ("first card p50 / p95", f"{result.first_card_p50_ms} / {result.first_card_p95_ms} ms"),
        ("whole turn p50 / p95", f"{result.turn_p50_ms} / {result.turn_p95_ms} ms"),
        ("turns", f"{result.turns}, {result.turns_per_s} a second, {result.failures} failed"),
        ("ready after", f"{result.ready_s} s"),
        ("resident memory", f"{result.rss_mb} MB, {result.grown_mb:+} MB since a tenth of the turns"),
        ("catalog", f"{result.products} products"),
        ("model, encoder", f"{result.model}, {result.encoder}"),
    ]
    if result.prompt_tokens_p50 is not None:
        rows.append(("prompt tokens a call", f"{result.prompt_tokens_p50:.0f} (p50, characters / 4)"))
    return "\n".join([*(f"{name:<22} {value}" for name, value in rows), "", PUBLISHED])


# From their repositories and papers, on machines and models of their own: context, not a comparison.
PUBLISHED = """\
Published by others, on their own machines and with their own models:
  NVIDIA retail blueprint   first card about 5 s, products about 50 s, 44k prompt tokens a turn (photo turn)
  StyleMaitri               turn p50 7.5 s, p95 14.0 s
  Shopware starter kit      16 to 19 s a turn
  Rufus                     first response under 1 s"""
