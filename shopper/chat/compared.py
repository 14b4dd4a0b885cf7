"""Sets cards side by side: the table of their facts, and the few differences that matter, in words.

Knows nothing about how cards were found; what neither states is never made out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from shopper.chat.replies import Voice
from shopper.products.lexicon import fold
from shopper.search.compare import compare
from shopper.search.looks import price_of
from shopper.types import Compared, ComparedRow, Recommendation

# After the price, what people decide by; at most two of them are said.
_TELLING = ("materials", "sizes in stock", "fit", "patterns", "rating", "features", "care", "occasions")
_SAID = 2
_LISTS = ("colours", "materials", "fit", "patterns", "features", "occasions", "seasons", "care", "category")
_SHOWN = 3  # values of a list that a sentence names


@cache
def _tables() -> Mapping[str, Any]:
    with (Path(__file__).parent / "compare.toml").open("rb") as file:
        return tomllib.load(file)


def table_of(cards: Sequence[Recommendation], voice: Voice) -> Compared:
    """The facts of two to four cards, in the shopper's language, what differs first."""
    rows = _facts(cards)
    return Compared(items=tuple(cards), rows=tuple(_localized(row, voice) for row in rows))


def spoken(cards: Sequence[Recommendation], voice: Voice, question: str, sizes: Sequence[str] = ()) -> str:
    """An answer to what was asked of them, or the two or three differences that matter."""
    words, names = _words(voice), _names(cards, voice)
    asked = [kind for kind, pattern in _tables()["asked"].items() if re.search(pattern, fold(question))]
    verdicts = [_verdict(kind, cards, names, voice) for kind in asked if kind != "cheaper"]
    if verdicts:
        return " ".join(dict.fromkeys(verdicts[:_SAID]))
    price = _price(cards, names, words)
    if len({card.product.id for card in cards}) == 1:
        price = f"{voice.join(names)}: {price}"
    if "cheaper" in asked:
        return price
    rows = {row.label: row for row in _facts(cards) if row.differs}
    order = sorted(_TELLING, key=lambda label: not (sizes and label == "sizes in stock"))
    telling = [rows[label] for label in order if label in rows][:_SAID]
    return " ".join([price, *(_difference(row, names, voice) for row in telling)])


def _facts(cards: Sequence[Recommendation]) -> tuple[ComparedRow, ...]:
    return compare([card.product for card in cards], [card.color for card in cards]).rows


def _names(cards: Sequence[Recommendation], voice: Voice) -> list[str]:
    """Titles, with the colour where one product stands there twice."""
    titles = [card.product.title for card in cards]
    return [
        title + voice.word("in_color", color=voice.label(card.color))
        if titles.count(title) > 1 and card.color
        else title
        for title, card in zip(titles, cards, strict=True)
    ]


def _price(cards: Sequence[Recommendation], names: Sequence[str], words: Mapping[str, Any]) -> str:
    said = {row.label: row.values for row in _facts(cards)}["price"]
    prices = [re.sub(r" \(was .*\)$", "", value or "") for value in said]
    order = sorted(range(len(cards)), key=lambda n: price_of(cards[n]))
    low, high = order[0], order[-1]
    if price_of(cards[low]) == price_of(cards[high]):
        return str(words["same_price"]).format(first=prices[low])
    if len(cards) > 2:
        return str(words["cheapest"]).format(a=names[low], first=prices[low])
    return str(words["cheaper"]).format(a=names[low], first=prices[low], second=prices[high])


def _difference(row: ComparedRow, names: Sequence[str], voice: Voice) -> str:
    local = _localized(row, voice)
    words = _words(voice)
    values = [_few(value) if value else str(words["unsaid"]) for value in local.values]
    label = local.label[:1].upper() + local.label[1:]
    return str(words["difference"]).format(
        row=label, first=values[0], second=values[-1], a=names[0], b=names[-1]
    )


def _few(value: str) -> str:
    parts = value.split(", ")
    return ", ".join(parts[:_SHOWN])


def _verdict(kind: str, cards: Sequence[Recommendation], names: Sequence[str], voice: Voice) -> str:
    """Which of them has more of what was asked for, by what they state."""
    words = _words(voice)
    if kind == "rated":
        rated = [card.product.rating or 0.0 for card in cards]
        best = rated.index(max(rated))
        if rated.count(rated[best]) > 1:
            return str(words["open"])
        why = voice.word("rating", value=f"{rated[best]:g}")
        return str(words["verdict"][kind]).format(a=names[best], why=why)
    counts = _tables()["counts"][kind]
    found = [_counted(card, counts["for"]) for card in cards]
    contrary = [_counted(card, counts["against"]) for card in cards]
    points = [len(pro) - len(con) for pro, con in zip(found, contrary, strict=True)]
    best, worst = points.index(max(points)), points.index(min(points))
    if points.count(points[best]) > 1:
        return str(words["open"])
    why = voice.join([voice.label(key) for key in found[best][:_SHOWN]])
    if not why:
        why = f"{names[worst]}: {voice.join([voice.label(key) for key in contrary[worst][:_SHOWN]])}"
    return str(words["verdict"][kind]).format(a=names[best], why=why)


def _counted(card: Recommendation, keys: Sequence[str]) -> list[str]:
    product = card.product
    stated = {*product.materials, *product.features, *product.seasons, *product.occasions}
    stated |= set(product.care) | {re.sub(r"\s*\d+\s*°.*", "", care) for care in product.care}
    return [key for key in dict.fromkeys(keys) if key in stated]


def _localized(row: ComparedRow, voice: Voice) -> ComparedRow:
    label = str(_words(voice)["rows"].get(row.label, row.label))
    if voice.language == "en":
        return row
    values = tuple(_translated(value, row.label, voice) if value else None for value in row.values)
    return ComparedRow(label=label, values=values)


def _translated(value: str, label: str, voice: Voice) -> str:
    if label == "sizes in stock":
        return voice.word("no_sizes") if value == "sold out" else value
    if label == "price":
        return re.sub(
            r"^(.*) \(was (.*)\)$", lambda m: voice.word("was", price=m[1], regular=m[2]), value
        ).replace(" to ", "–")
    if label == "rating":
        return value.replace(" of ", "/")
    return ", ".join(voice.label(part) for part in value.split(", ")) if label in _LISTS else value


def _words(voice: Voice) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _tables().get(voice.language, _tables()["en"])
    return found
