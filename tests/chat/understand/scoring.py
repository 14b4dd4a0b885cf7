"""Plays conversations of a YAML file to the reader and compares the queries, field by field.

Knows nothing about pytest.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from shopper.chat.understand.reader import Context, Reader, Understood
from shopper.products.seen import PhotoSeen
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.types import Cart, CartLine, Money, Product, Recommendation, Variant

HERE = Path(__file__).parent
VOCABULARY = CatalogVocabulary(
    brands=frozenset({"Halden", "Mirasol", "North & Fen"}),
    categories=frozenset({"dress", "shirt", "jeans", "sneakers"}),
    currency="EUR",
    price_min=900,
    price_max=60000,
)
# These carry words of the message or notes, not facts.
SOFT = ("text", "prefer")


def card(row: dict[str, Any], number: int) -> Recommendation:
    """A card from a short row: title, category, color, price and any other field of a product."""
    facts = dict(row)
    price = Money(minor=facts.pop("price", 5000), currency="EUR")
    color = facts.pop("color", None)
    variant = Variant(id=f"p{number}-m", sku=f"P{number}", color=color, size="M", price=price, stock=3)
    product = Product(
        id=f"p{number}",
        variants=(variant,),
        **{k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()},
    )
    return Recommendation(product=product, color=color, variants=(variant,))


def cart(rows: list[dict[str, Any]]) -> Cart:
    lines = tuple(
        CartLine(variant_id=f"v{i}", product_id=f"c{i}", title=r["title"], color=r.get("color"),
                 size=r.get("size"), quantity=1, unit_price=Money(minor=r.get("price", 1000), currency="EUR"))
        for i, r in enumerate(rows, 1)
    )  # fmt: skip
    return Cart(id="cart", currency="EUR", lines=lines)


def reader() -> Reader:
    return Reader(Taxonomy.load(), VOCABULARY)


def play(turns: list[dict[str, Any]], read: Reader) -> list[Understood]:
    """What is understood, turn by turn, each in the context that the turns before left."""
    out: list[Understood] = []
    shown: tuple[Recommendation, ...] = ()
    for turn in turns:
        if "shown" in turn:
            shown = tuple(card(row, i) for i, row in enumerate(turn["shown"], 1))
        photos = tuple(
            PhotoSeen(
                "p1", row.get("category"), tuple(row.get("colors", ())), tuple(row.get("patterns", ())), 0.9
            )
            for row in ([turn["photo"]] if "photo" in turn else [])
        )
        context = Context(
            previous=out[-1].query if out else None,
            shown=shown,
            cart=cart(turn["cart"]) if "cart" in turn else None,
            photos=photos,
            last_question=turn.get("question"),
        )
        out.append(read.read(turn["say"], context))
    return out


def facts(body: dict[str, Any]) -> Counter[tuple[str, str]]:
    """A wire query as (field, value) pairs; lists and nested objects give one a value."""
    pairs: Counter[tuple[str, str]] = Counter()
    for name, value in body.items():
        if name == "intent" or name in SOFT:
            continue
        if isinstance(value, dict):
            for inner, item in value.items():
                for one in item if isinstance(item, list) else [item]:
                    pairs[f"{name}.{inner}", str(one)] += 1
        elif isinstance(value, list):
            for one in value:
                pairs[name, str(sorted(one.items())) if isinstance(one, dict) else str(one)] += 1
        else:
            pairs[name, str(value)] += 1
    return pairs


@dataclass
class Score:
    """Counts over turns."""

    turns: int = 0
    intents: int = 0
    whole: int = 0
    right: int = 0
    said: int = 0
    expected: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(self.said, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.expected, 1)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)

    def __str__(self) -> str:
        return (
            f"{self.turns} turns: intent {self.intents / self.turns:.3f}, slots P {self.precision:.3f} "
            f"R {self.recall:.3f} F1 {self.f1:.3f}, whole turn {self.whole / self.turns:.3f}"
        )


def score(name: str) -> Score:
    """The reader's score on a file of conversations beside this module."""
    read, total = reader(), Score()
    for conversation in yaml.safe_load((HERE / name).read_text(encoding="utf-8")):
        for turn, understood in zip(conversation, play(conversation, read), strict=True):
            got, want = understood.query.wire(), turn["expect"]
            got_facts, want_facts = facts(got), facts(want)
            total.turns += 1
            total.intents += got["intent"] == want["intent"]
            total.right += sum((got_facts & want_facts).values())
            total.said += sum(got_facts.values())
            total.expected += sum(want_facts.values())
            if got["intent"] == want["intent"] and got_facts == want_facts:
                total.whole += 1
            else:
                extra, missing = dict(got_facts - want_facts), dict(want_facts - got_facts)
                total.misses.append(
                    f"{turn['say']!r}: {got['intent']} for {want['intent']}, "
                    f"too much {list(extra)}, missing {list(missing)}"
                )
    return total


if __name__ == "__main__":
    import sys

    for file in sys.argv[1:] or ["turns.yaml"]:
        result = score(file)
        print("\n".join(result.misses))
        print(file, result)
