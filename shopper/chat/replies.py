"""Words of the built-in stylist: short replies made from templates and facts, in the shopper's language.

Knows nothing about models or tools; it is given facts and says only those.
"""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from shopper.chat import facts
from shopper.types import Cart, Money, Page, Recommendation


@cache
def _texts() -> Mapping[str, Mapping[str, Any]]:
    with (Path(__file__).parent / "replies.toml").open("rb") as file:
        return tomllib.load(file)


def asked_facts(text: str) -> tuple[str, ...]:
    """Which facts a question asks for: "materials", "care", "sizes", "price", "rating"."""
    words = set(_words(text))
    return tuple(name for name, known in _texts()["asks"].items() if words & set(known.split()))


def is_thanks(text: str) -> bool:
    """Whether small talk is thanks or a goodbye rather than a greeting."""
    return bool(set(_words(text)) & set(_texts()["thanks"]["words"].split()))


def _words(text: str) -> list[str]:
    return "".join(c.lower() if c.isalnum() else " " for c in text).split()


@dataclass(frozen=True)
class Voice:
    """Speaks one language; `turn` chooses between wordings, so that a thread doesn't repeat itself."""

    language: str
    turn: int
    thread_id: str = ""

    def say(self, situation: str, **values: str) -> str:
        """The sentence for a situation, filled with `values`."""
        table = self._table()
        options = [text for text in table[situation] if _fits(text, values)]
        seed = zlib.crc32(self.thread_id.encode()) + self.turn
        return str(options[seed % len(options)]).format(**values)

    def word(self, name: str, **values: str) -> str:
        return str(self._table()[f"word_{name}"]).format(**values)

    def _table(self) -> Mapping[str, Any]:
        return _texts().get(self.language, _texts()["en"])

    # ── situations ──────────────────────────────────────────────────────────────────────────────────

    def page(self, page: Page, situation: str = "found") -> str:
        """What to say beside a page of cards: the best one and why, what was relaxed, what isn't there."""
        notes = [self.say("relaxed", message=r.message, value=r.value) for r in page.relaxed]
        if page.absence:
            return " ".join([*notes, self._absence(page)])
        if not page.items:
            return self.say("not_understood")
        first = page.items[0]
        if situation == "look":
            return " ".join([*notes, self._look(page.items)])
        only = situation == "found" and page.total == 1
        said = [self.say("found_one" if only else situation, **self._card(first))]
        second = next((i for i in page.items[1:] if i.product.id != first.product.id), None)
        if second and situation == "found" and not notes:
            said.append(self.say("second", **self._card(second)))
        return " ".join([*notes, *said])

    def _absence(self, page: Page) -> str:
        assert page.absence
        gap = page.absence
        values = {"message": gap.message, "value": gap.value or ""}
        if gap.nearest:
            nearest = gap.nearest[0]
            values["nearest"] = f"{nearest.product.title} ({facts.price(nearest)})"
        return self.say(gap.reason, **values)

    def _look(self, items: tuple[Recommendation, ...]) -> str:
        prices = [min(i.variants, key=lambda v: v.price.minor).price for i in items]
        total = Money(minor=sum(p.minor for p in prices), currency=prices[0].currency)
        return self.say("look", titles=self.join([i.product.title for i in items]), total=str(total))

    def added(self, card: Recommendation, size: str | None, cart: Cart) -> str:
        """A thing went into the cart."""
        values = self._card(card)
        sized = bool(size) and len({v.size for v in card.variants}) > 1
        values["size"] = self.word("in_size", size=size or "") if sized else ""
        return self.say("added", **values, total=str(cart.total))

    def cart(self, cart: Cart) -> str:
        """What is in the cart."""
        if not cart.lines:
            return self.say("cart_empty")
        lines = [
            f"{line.quantity} × {line.title}" + (f" ({line.size})" if line.size else "")
            for line in cart.lines
        ]
        return self.say("cart", lines=self.join(lines), total=str(cart.total))

    def compare(self, cards: tuple[Recommendation, ...]) -> str:
        """Facts side by side and which is cheaper."""
        rows = []
        for card in cards:
            parts = [facts.price(card), *card.product.materials[:3]]
            sizes = facts.sizes_in_stock(card)
            parts.append(self.word("sizes", value=", ".join(sizes)) if sizes else "")
            if card.product.rating is not None:
                parts.append(self.word("rating", value=f"{card.product.rating:g}"))
            rows.append(f"• {card.product.title}: " + "; ".join(part for part in parts if part))
        prices = [min(v.price.minor for v in card.variants) for card in cards]
        if len(set(prices)) == 1:
            verdict = self.say("same_price")
        else:
            verdict = self.say("cheapest", title=cards[prices.index(min(prices))].product.title)
        return self.say("compare", rows="\n".join(rows), verdict=verdict)

    def detail(self, card: Recommendation, question: str) -> str:
        """The facts a question asks for, or the main ones."""
        product = card.product
        asked = asked_facts(question) or ("price", "materials", "sizes", "care")
        sizes = facts.sizes_in_stock(card)
        known = {
            "price": self.word("price", value=facts.price(card)),
            "materials": self.word("materials", value=self.join(list(product.materials)))
            if product.materials
            else "",
            "sizes": self.word("sizes", value=", ".join(sizes)) if sizes else "",
            "care": self.word("care", value=", ".join(product.care)) if product.care else "",
            "rating": self.word("rating", value=f"{product.rating:g}") if product.rating is not None else "",
        }
        if not sizes and not any(v.available for v in card.variants):
            known["sizes"] = self.word("no_sizes")
        said = [known[name] for name in asked if known[name]]
        if not said:
            return self.say("not_stated", title=product.title)
        return self.say("detail", title=product.title, facts="; ".join(said))

    def join(self, things: list[str]) -> str:
        """A list as people say it: "a, b and c"."""
        if len(things) < 2:
            return "".join(things)
        return f"{', '.join(things[:-1])} {self.word('and')} {things[-1]}"

    def _card(self, card: Recommendation) -> dict[str, str]:
        color = card.color if card.color and card.color.lower() not in card.product.title.lower() else None
        why = card.because[0] if card.because else ""
        return {
            "title": card.product.title,
            "color": self.word("in_color", color=color) if color else "",
            "price": facts.price(card),
            "why": f" ({_lower_first(why)})" if why else "",
        }


def _fits(text: str, values: Mapping[str, str]) -> bool:
    """Whether all of a template's placeholders have a value."""
    return all(name is None or name in values for _, name, _, _ in Formatter().parse(text))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if len(text) > 1 and not text[1].isupper() else text
