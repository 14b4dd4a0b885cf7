"""Words of the built-in stylist: short replies made from templates and facts, in the shopper's language.

Knows nothing about models or tools; it is given facts and says only those.
"""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from shopper.chat import claims, facts
from shopper.products.taxonomy import Taxonomy
from shopper.search.looks import price_of
from shopper.types import Cart, CartLine, Money, Page, Recommendation, Relaxation

_LISTED = 8  # sizes that a sentence names one by one


@cache
def texts() -> Mapping[str, Mapping[str, Any]]:
    """The tables of `replies.toml`."""
    with (Path(__file__).parent / "replies.toml").open("rb") as file:
        return tomllib.load(file)


def asked_facts(text: str) -> tuple[str, ...]:
    """Which facts a question asks for: "materials", "care", "sizes", "price", "colors", "rating"."""
    words = set(_words(text))
    return tuple(name for name, known in texts()["asks"].items() if words & set(known.split()))


def kind_of_talk(text: str) -> str:
    """What kind of small talk it is: "robot", "upset", "body", "hello", "thanks", or "chat" for the rest."""
    words = set(_words(text))
    kinds = texts()["talk"].items()
    return next((name for name, known in kinds if words & set(known.split())), "chat")


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
        options = [text for text in self._table()[situation] if _fits(text, values)]
        seed = zlib.crc32(self.thread_id.encode()) + self.turn
        return str(options[seed % len(options)]).format(**values)

    def word(self, name: str, **values: str) -> str:
        """A piece of a sentence."""
        return str(self._table()[f"word_{name}"]).format(**values)

    def label(self, key: str) -> str:
        """A fact's key in this language: "navy" → "marineblau"."""
        if self.language == "en":
            return key
        taxonomy = Taxonomy.load()
        word = taxonomy.label(key.lower(), self.language)
        nouns = (*taxonomy.categories, *taxonomy.colors, *taxonomy.materials, *taxonomy.occasions)
        if word == key.lower() and key.lower() not in nouns:
            return key  # the shop's own word, or one without a translation
        spelled = str(texts()["spelled"].get(self.language, {}).get(word, word))
        return spelled.capitalize() if self.language == "de" and key.lower() in nouns else spelled

    def values(self, value: str) -> str:
        """Facts that are listed with "or", in this language: "linen or cotton" → "Leinen oder Baumwolle"."""
        return f" {self.word('or')} ".join(self.label(part) for part in value.split(" or "))

    def join(self, things: Sequence[str]) -> str:
        """A list as people say it: "a, b and c"."""
        if len(things) < 2:
            return "".join(things)
        return f"{', '.join(things[:-1])} {self.word('and')} {things[-1]}"

    def _table(self) -> Mapping[str, Any]:
        return texts().get(self.language, texts()["en"])

    # ── pages ───────────────────────────────────────────────────────────────────────────────────────

    def page(
        self,
        page: Page,
        situation: str = "found",
        *,
        budget: str = "",
        look_total: str = "",
        wanted_cheaper: bool = False,
        anchor: str = "",
    ) -> str:
        """What to say beside a page of cards: the best one and why, what was relaxed, what isn't there.

        `situation` is found, edited, similar or look; `budget` is the bound for a whole look, `anchor` the
        title of what it was built on where that isn't on the page.
        """
        notes = [self.relaxed(r) for r in page.relaxed]
        if page.absence:
            return " ".join([*notes, self.absence(page, wanted_cheaper=wanted_cheaper)])
        if not page.items:
            return self.say("not_understood")
        if situation == "look":
            return " ".join([*notes, self._look(page.items, budget, anchor, look_total)])
        first = page.items[0]
        if notes and situation == "found":
            return " ".join([*notes, self.say("closest", **self._card(first))])
        only = situation == "found" and page.total == 1
        said = [*notes, self.say("found_one" if only else situation, **self._card(first))]
        second = next((i for i in page.items[1:] if i.product.id != first.product.id), None)
        if second and situation == "found":
            said.append(self.say("second", **self._card(second)))
        return " ".join(said)

    def relaxed(self, wish: Relaxation) -> str:
        """A wish that was dropped."""
        return self.say("relaxed", message=wish.message, value=self.values(wish.value))

    def absence(self, page: Page, *, wanted_cheaper: bool = False) -> str:
        """Why there is nothing, and what lies nearest."""
        assert page.absence
        gap = page.absence
        values = {"message": gap.message, "value": self.values(gap.value or "")}
        if gap.nearest:
            nearest = gap.nearest[0]
            values["nearest"] = f"{nearest.product.title} ({self.price(nearest)})"
            if wanted_cheaper and gap.field == "price":
                return self.say("already_cheapest", **values)
        said = self.say(gap.reason, **values)
        left = facts.sizes_in_stock(gap.nearest[0]) if gap.nearest and gap.field == "sizes" else ()
        if left:
            title = gap.nearest[0].product.title
            return f"{said} {self.say('there_in', title=title, is_=_is(title), left=_span(left))}"
        return said

    def _look(self, items: tuple[Recommendation, ...], budget: str, anchor: str, total: str) -> str:
        """The pieces shown and what they cost together, with what they were found for."""
        values = {
            "titles": self.join([item.product.title for item in items]),
            "total": total or str(_total(items)),
            **({"budget": budget} if budget else {}),
            **({"anchor": anchor} if anchor else {}),
        }
        situation = "look_within" if budget else "look"
        return self.say(f"{situation}_with" if anchor else situation, **values)

    def beside(self, page: Page, anchor: str) -> str:
        """Cards of one kind that go with something."""
        notes = [self.relaxed(r) for r in page.relaxed]
        return " ".join([*notes, self.say("beside", anchor=anchor, **self._card(page.items[0]))])

    def stuck(self, without: str, card: Recommendation | None, total: int) -> str:
        """Nothing was found again; with one wish less there is something, or another way is offered."""
        if card is None:
            return self.say("stuck")
        return self.say("still_nothing", without=without, count=str(total), **self._card(card))

    def swapped(self, items: tuple[Recommendation, ...], piece: int) -> str:
        """One piece of a look is another one now."""
        return self.say("swapped", **self._card(items[piece]), total=str(_total(items)))

    # ── the cart ────────────────────────────────────────────────────────────────────────────────────

    def added(self, added: Sequence[tuple[Recommendation, str | None]], cart: Cart) -> str:
        """One or several things went into the cart."""
        if len(added) > 1:
            titles = self.join(list(dict.fromkeys(card.product.title for card, _ in added)))
            return self.say("added_many", titles=titles, total=str(cart.total))
        card, size = added[0]
        sized = bool(size) and len({v.size for v in card.variants}) > 1
        values = self._card(card) | {"size": self.word("in_size", size=size or "") if sized else ""}
        return self.say("added", **values, total=str(cart.total))

    def changed(self, lines: Sequence[tuple[CartLine, int]], cart: Cart) -> str:
        """A line of the cart is another number or size now."""
        line, quantity = lines[0]
        now = next((one for one in cart.lines if one.product_id == line.product_id), None)
        sizes = [one.size for one in cart.lines if one.product_id == line.product_id]
        if len(lines) > 1 or now is None or len(sizes) > 1:
            return self.say("changed", total=str(cart.total))
        sized = f" ({now.size})" if now.size and now.size != line.size else ""
        return self.say("changed_to", line=f"{quantity} × {now.title}{sized}", total=str(cart.total))

    def not_in_cart(self, key: str, cart: Cart) -> str:
        """Something was to go out that isn't in the cart; what is there is said."""
        lines = self.join([line.title for line in cart.lines])
        return self.say("not_in_cart", what=self.label(key), lines=lines)

    def choice(self, things: Sequence[str]) -> str:
        """Things to choose from: "a, b or c"."""
        if len(things) < 2:
            return "".join(things)
        return f"{', '.join(things[:-1])} {self.word('or')} {things[-1]}"

    def not_made(self, title: str, size: str, left: tuple[str, ...]) -> str:
        """A size that a thing isn't made in."""
        if not left:
            return self.say("sold_out", title=title, is_=_is(title))
        return self.say("other_sizes", title=title, is_=_is(title), size=size, left=", ".join(left))

    def which_size(self, card: Recommendation, sizes: tuple[str, ...]) -> str:
        """The question for a size, or that there is none."""
        title = card.product.title
        situation = "which_size" if sizes else "sold_out"
        return self.say(situation, title=title, is_=_is(title), sizes=", ".join(sizes))

    def sold_out(self, title: str, size: str | None, left: tuple[str, ...]) -> str:
        """A size that was chosen can't be had."""
        if not left or not size:
            return self.say("sold_out", title=title, is_=_is(title))
        return self.say("sold_out_size", title=title, is_=_is(title), size=size, left=", ".join(left))

    def cart(self, cart: Cart) -> str:
        """What is in the cart."""
        if not cart.lines:
            return self.say("cart_empty")
        lines = [
            f"{line.quantity} × {line.title}" + (f" ({line.size})" if _is_size(line.size) else "")
            for line in cart.lines
        ]
        return self.say("cart", lines=self.join(lines), total=str(cart.total))

    # ── facts ───────────────────────────────────────────────────────────────────────────────────────

    def compare_one(self, card: Recommendation) -> str:
        """There is only one thing to compare."""
        return self.say("compare_one", **self._card(card))

    def detail(self, card: Recommendation, question: str) -> str:
        """The facts a question asks for, or the main ones."""
        product = card.product
        asked = asked_facts(question) or ("price", "materials", "sizes", "care")
        sizes = facts.sizes_in_stock(card)
        rating = product.rating
        known = {
            "price": self.word("price", value=self.price(card)),
            "materials": self._listed("materials", product.materials),
            "sizes": self.word("sizes", value=", ".join(sizes)) if sizes else "",
            "care": self._listed("care", product.care),
            "colors": self._listed("colors", [c for c in product.colors if c]),
            "rating": self.word("rating", value=f"{rating:g}") if rating is not None else "",
        }
        if not any(v.available for v in card.variants):
            known["sizes"] = self.word("no_sizes")
        said = [known[name] for name in asked if known[name]]
        if not said:
            return self.say("not_stated", title=product.title)
        return self.say("detail", title=product.title, facts="; ".join(said))

    def which_have(self, key: str, titles: Sequence[str]) -> str:
        """Which of the cards in sight have a fact."""
        what = self.label(key)
        if not titles:
            return self.say("none_have", what=what)
        return self.say("which_have", what=what[:1].upper() + what[1:], titles=self.join(list(titles)))

    def why_price(self, card: Recommendation) -> str:
        """What a price stands beside; the shop gives no reasons for it."""
        product = card.product
        known = [
            self.price(card),
            self._listed("materials", product.materials),
            self.label(product.fit) if product.fit else "",
            self.word("rating", value=f"{product.rating:g}") if product.rating is not None else "",
            product.brand or "",
        ]
        return self.say("why_price", title=product.title, facts="; ".join(fact for fact in known if fact))

    def _listed(self, name: str, keys: Sequence[str]) -> str:
        return self.word(name, value=self.join([self.label(key) for key in keys])) if keys else ""

    def size_answer(self, card: Recommendation, size: str, *, offered: bool, in_stock: bool) -> str:
        """Whether a card can be had in the size that was asked for."""
        title, left = card.product.title, facts.sizes_in_stock(card)
        if in_stock:
            return self.say("yes_size", title=title, is_=_is(title), size=size)
        if not left:
            return self.say("sold_out", title=title, is_=_is(title))
        situation = "no_size" if offered else "other_sizes"
        return self.say(situation, title=title, is_=_is(title), size=size, left=", ".join(left))

    def fact_answer(self, card: Recommendation, kind: str, key: str, *, stated: bool) -> str:
        """Whether a card has a fact; what the shop doesn't state is said to be unstated."""
        product = card.product
        title, is_ = product.title, _is(product.title)
        colors = self.join([self.label(c) for c in product.colors if c])
        if kind == "color" and colors:
            return self.say("yes_color" if stated else "no_color", title=title, is_=is_, colors=colors)
        if kind == "material" and product.materials and not stated:
            materials = self.join([self.label(m) for m in product.materials])
            return self.say("no_fact", title=title, is_=is_, materials=materials)
        if not stated:
            return self.say("not_stated", title=title)
        fact = self._listed("materials", product.materials) if kind == "material" else self.label(key)
        return self.say("yes_fact", title=title, fact=fact or self.label(key))

    def price(self, card: Recommendation) -> str:
        """What a card costs, with the regular price of a sale, or a span over its sizes."""
        low = min(card.variants, key=lambda v: v.price.minor)
        high = max(card.variants, key=lambda v: v.price.minor)
        if low.price != high.price:
            return f"{low.price}–{high.price}"
        if low.regular_price:
            return self.word("was", price=str(low.price), regular=str(low.regular_price))
        return str(low.price)

    def _card(self, card: Recommendation) -> dict[str, str]:
        title = card.product.title
        color = card.color if card.color and card.color.lower() not in title.lower() else None
        # Its colour is said anyway, and a difference in money is the reader's to work out.
        said = f"in {(card.color or '').lower()}"
        why = [r for r in card.because if r.lower() != said and not claims.money(r)][:1]
        return {
            "title": title,
            "is_": _is(title),
            "color": self.word("in_color", color=self.label(color)) if color else "",
            "price": self.price(card),
            "why": f" — {_lower_first(why[0])}" if why else "",
        }


def _total(pieces: Sequence[Recommendation]) -> Money:
    """What the pieces of a look cost together, each at the lowest price at which it can be had."""
    return Money(minor=sum(map(price_of, pieces)), currency=pieces[0].variants[0].price.currency)


def _span(sizes: Sequence[str]) -> str:
    """Sizes as a list, or where they are many from the first to the last."""
    return ", ".join(sizes) if len(sizes) <= _LISTED else f"{sizes[0]} – {sizes[-1]}"


def _is_size(size: str | None) -> bool:
    """Whether a size tells anything: "one size" doesn't."""
    return size is not None and size.lower() != "one size"


def _is(title: str) -> str:
    """English's verb for a title: sneakers are, a dress is."""
    return "are" if title.endswith("s") and not title.endswith(("ss", "us")) else "is"


def _fits(text: str, values: Mapping[str, str]) -> bool:
    """Whether all of a template's placeholders have a value."""
    return all(name is None or name in values for _, name, _, _ in Formatter().parse(text))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if len(text) > 1 and not text[1].isupper() else text
