"""The facts that prose is held against: cards, cart, query and policy of one thread, gathered for look-up.

Knows nothing about sentences beyond which cards they name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shopper.chat import claims
from shopper.chat.policy import Policy
from shopper.products.taxonomy import Taxonomy
from shopper.types import Cart, CheckoutProposal, Order, Recommendation, ShopperQuery, Variant

_WORD = re.compile(r"[^\W\d_][\w'’-]*")

Cards = tuple[Recommendation, ...]


@dataclass(frozen=True)
class Ledger:
    """What may be said: the cards of this thread, the cart, the query and the shop's policy text.

    `shown` are the cards in sight, in the order of their numbers; `cards` are all of the thread.
    """

    cards: Cards
    cart: Cart
    query: ShopperQuery
    policy: Policy
    currency: str
    taxonomy: Taxonomy
    shopper_words: str = ""
    shown: Cards = ()
    total: int = 0
    look: Cards = ()  # the pieces of the outfit in sight
    proposal: CheckoutProposal | None = None  # made in this turn
    orders: tuple[Order, ...] = ()  # looked up in this turn
    cart_changed: bool = False  # in this very turn
    language: str | None = None  # of the reply

    def named(self, sentence: str) -> Cards:
        """The cards that a sentence names by title or by number."""
        words = set(words_of(sentence))
        found: dict[str, tuple[int, bool, Recommendation]] = {}
        for card in self.cards:
            title = [w for w in words_of(card.product.title) if len(w) > 2]
            hits = sum(w in words for w in title)
            if title and hits >= min(2, len(title)):
                found.setdefault(card.card_id, (hits, hits == len(title), card))
        whole = [(hits, card) for hits, all_of_it, card in found.values() if all_of_it]
        if whole:
            # "Linen Dress" is part of "Linen Wrap Dress": the longer title is what was meant, where both fit.
            cards = [c for hits, c in whole if not self._inside_another(c, [other for _, other in whole])]
        else:
            most = max((hits for hits, _, _ in found.values()), default=0)
            cards = [card for hits, _, card in found.values() if hits == most]
        for position in claims.positions(sentence):
            if position <= len(self.shown):
                cards.append(self.shown[position - 1])
        if not cards and not claims.says("denied", sentence):
            cards = list(self._of_colour(sentence))
        return self._in_the_colour(tuple(dict.fromkeys(cards)), sentence)

    def _of_colour(self, sentence: str) -> Cards:
        """ "The red one": the cards in sight that have the colour said."""
        said = {m.key for m in self.taxonomy.find_all(sentence) if m.kind == "color"}
        kin = said | {shade for key in said for shade in self.taxonomy.color_matches(key)}
        return tuple(card for card in self.shown if self.taxonomy.color(card.color or "") in kin)

    @staticmethod
    def _inside_another(card: Recommendation, others: Sequence[Recommendation]) -> bool:
        own = set(words_of(card.product.title))
        return any(own < set(words_of(other.product.title)) for other in others)

    def _in_the_colour(self, cards: Cards, sentence: str) -> Cards:
        """Of a product's cards in several colours the one whose colour is said."""
        if len(cards) < 2:
            return cards
        said = {m.key for m in self.taxonomy.find_all(sentence) if m.kind == "color"}
        kin = said | {shade for key in said for shade in self.taxonomy.color_matches(key)}
        fitting = tuple(c for c in cards if self.taxonomy.color(c.color or "") in kin)
        products = {c.product.id for c in cards}
        return fitting if fitting and {c.product.id for c in fitting} == products else cards

    def in_size(self, card: Recommendation, size: str) -> list[Variant]:
        product = card.product
        return [
            v
            for v in card.variants
            if v.size
            and self.taxonomy.sizes_match(size, v.size, category=product.category, gender=product.gender)
        ]

    def kin(self, kind: str, key: str) -> set[str]:
        match kind:
            case "color":
                return {key, *self.taxonomy.color_matches(key)}
            case "material":
                return {key, *self.taxonomy.material_within(key)}
            case "pattern":
                return {key, *self.taxonomy.pattern_within(key)}
            case _:
                return {key}

    def facts_of(self, card: Recommendation) -> set[str]:
        """The keys that a card states, in its fields or its own words."""
        product = card.product
        keys = {*product.materials, *product.patterns, *product.features, *product.care}
        keys |= {shade for color in product.colors if color and (shade := self.taxonomy.color(color))}
        return keys | {m.key for m in self.taxonomy.find_all(text_of(card))}

    # ── facts gathered once ─────────────────────────────────────────────────────────────────────────

    @cached_property
    def shopper_keys(self) -> set[str]:
        query, excluded = self.query, self.query.exclude
        said = (m.key for m in self.taxonomy.find_all(f"{self.shopper_words} . {query.text or ''}"))
        wished = (*query.colors, *query.materials, *query.patterns, *query.features)
        return {*said, *wished, *excluded.colors, *excluded.materials, *excluded.patterns, *excluded.features}

    @cached_property
    def known_names(self) -> set[str]:
        texts = [
            f"{text_of(card)} {card.product.brand or ''} {card.product.category or ''}" for card in self.cards
        ]
        orders = [f"{order.number} {order.message}" for order in self.orders]
        ordered = [line.title for order in self.orders for line in order.lines]
        return set(words_of(" ".join([*texts, *(line.title for line in self.cart.lines), *orders, *ordered])))

    @cached_property
    def policy_words(self) -> set[str]:
        return set(words_of(self.policy.text))

    @property
    def bounds(self) -> set[int]:
        price = self.query.price
        said = {claims.minor(text, self.currency) for text in claims.numbers(self.shopper_words)}
        return said | {b for b in (price.min, price.max) if b is not None} if price else said

    @cached_property
    def cart_amounts(self) -> set[int]:
        lines = self.cart.lines
        return self._confirmed_amounts | {
            self.cart.total.minor,
            *(n for x in lines for n in (x.unit_price.minor, x.line_total.minor)),
        }

    @property
    def _confirmed_amounts(self) -> set[int]:
        """What quotes and orders state: their totals, charges and lines."""
        found: set[int] = set()
        for paper in (*((self.proposal,) if self.proposal else ()), *self.orders):
            found |= {paper.total.minor, *(charge.amount.minor for charge in paper.charges)}
            found |= {n for line in paper.lines for n in (line.unit_price.minor, line.line_total.minor)}
        return found

    def amounts(self, cards: Cards) -> set[int]:
        found: set[int] = set()
        for card in cards:
            for v in card.variants:
                found.add(v.price.minor)
                if v.regular_price:
                    found |= {v.regular_price.minor, v.regular_price.minor - v.price.minor}
        for group in filter(None, (cards, self.shown, self.look)):
            found.add(sum(lowest_price(card) for card in group))
        return found

    def card_numbers(self, card: Recommendation) -> set[str]:
        product = card.product
        facts = [product.title, product.description, *product.features, *product.care, *product.materials]
        facts += [v.size or "" for v in card.variants] + [str(v.stock) for v in card.variants]
        facts += [str(product.rating or ""), str(product.rating_count), "5" if product.rating else ""]
        return claims.numbers(" ".join([*facts, *card.because]))


def lowest_price(card: Recommendation) -> int:
    return min(v.price.minor for v in card.variants)


def text_of(card: Recommendation) -> str:
    """All words that the shop itself uses of a card."""
    product = card.product
    facts = (*product.materials, *product.features, *product.tags, *product.care, *card.because)
    return " ".join((product.title, product.description, *facts, *(c for c in product.colors if c)))


def words_of(text: str) -> list[str]:
    return [word.lower().replace("’", "'").removesuffix("'s") for word in _WORD.findall(text)]
