"""Holds one turn, or the end of a dialog, to what its file expects; every check says expected and got.

Knows nothing about HTTP or YAML, and never judges the wording of a reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shopper.dialogs import claims
from shopper.dialogs.cards import why_not
from shopper.dialogs.cart_checks import check_cart
from shopper.dialogs.exchange import Check, Exchange, card_at, compare, place_words
from shopper.dialogs.operators import Op, show
from shopper.dialogs.relations import (
    against_earlier,
    blame,
    card_check,
    no_more_found,
    other_words,
    same_query,
    titles_of,
)
from shopper.dialogs.script import (
    AbsentExpect,
    CardAt,
    Expect,
    ProblemExpect,
    ProductsExpect,
    ReferenceExpect,
    ReplyExpect,
    SuggestionsExpect,
)
from shopper.dialogs.wire import Answer, Card, Problem
from shopper.products.taxonomy import Taxonomy


def check_turn(exchange: Exchange, history: Sequence[Exchange], taxonomy: Taxonomy) -> tuple[Check, ...]:
    """Every check of the turn; `history` are the dialog's earlier exchanges, oldest first."""
    expect = exchange.turn.expect
    if exchange.broken is not None:
        return (Check(path="answer", ok=False, expected="an answer of the chat API", got=exchange.broken),)
    if exchange.problem is not None or expect.problem is not None:
        return tuple(_problem(exchange.problem, expect.problem))
    if exchange.answer is None:
        return (Check(path="answer", ok=False, expected="an answer of the chat API", got="none"),)
    checks = tuple(_TurnChecks(exchange, exchange.answer, history, taxonomy).all(expect))
    if exchange.answer.error is not None:
        return (Check(path="answer", ok=False, expected="no error", got=str(exchange.answer.error)), *checks)
    return checks


class _TurnChecks:
    """The checks of one answered turn."""

    def __init__(
        self, exchange: Exchange, answer: Answer, history: Sequence[Exchange], taxonomy: Taxonomy
    ) -> None:
        self._exchange = exchange
        self._answer = answer
        self._history = history
        self._taxonomy = taxonomy

    def all(self, expect: Expect) -> Iterator[Check]:
        """In the order of the file's keys."""
        for path, op in expect.query.items():
            yield compare(f"query.{path}", op, _at(self._answer.query, path))
        if expect.same_query_as is not None:
            yield same_query(expect.same_query_as, self._answer.query, self._history)
        if expect.products is not None:
            yield from self._products(expect.products, self._answer.products, "products")
        if expect.reference is not None:
            yield from self._reference(expect.reference)
        for number, place in enumerate(expect.about, start=1):
            yield self._about(place, f"about[{number}]")
        if expect.reply is not None:
            yield from self._reply(expect.reply)
        if expect.relaxed is not None:
            yield compare("relaxed", expect.relaxed, [relaxed.field for relaxed in self._answer.relaxed])
        if expect.absent is not None:
            yield from self._absent(expect.absent)
        if expect.cart is not None:
            seen = [*self._history, self._exchange]
            yield from check_cart(expect.cart, self._exchange.cart, seen, self._taxonomy, "cart")
        if expect.suggestions is not None:
            yield from self._suggestions(expect.suggestions)

    # ── cards ───────────────────────────────────────────────────────────────────────────────────────

    def _products(self, expect: ProductsExpect, cards: tuple[Card, ...], path: str) -> Iterator[Check]:
        shown = f"{len(cards)}"
        # A demand on every card is no demand on none.
        least = expect.min if expect.min is not None else 1 if expect.every or expect.first else None
        if least is not None:
            yield Check(path=f"{path}.min", ok=len(cards) >= least, expected=f"at least {least}", got=shown)
        if expect.max is not None:
            yield Check(
                path=f"{path}.max", ok=len(cards) <= expect.max, expected=f"at most {expect.max}", got=shown
            )
        if expect.every is not None:
            bad = [(card, why) for card in cards if (why := why_not(card, expect.every, self._taxonomy))]
            yield card_check(f"{path}.every", expect.every, not bad, blame(bad))
        for number, wanted in enumerate(expect.any, start=1):
            met = any(not why_not(card, wanted, self._taxonomy) for card in cards)
            yield card_check(f"{path}.any[{number}]", wanted, met, titles_of(cards))
        if expect.none is not None:
            found = [card for card in cards if not why_not(card, expect.none, self._taxonomy)]
            yield card_check(f"{path}.none", expect.none, not found, titles_of(found), prefix="no card with ")
        if expect.first is not None and cards:
            why = why_not(cards[0], expect.first, self._taxonomy)
            yield card_check(f"{path}.first", expect.first, not why, blame([(cards[0], why)]))
        if expect.ids is not None:
            yield compare(f"{path}.ids", expect.ids, [card.id for card in cards])
        yield from against_earlier(expect, cards, self._history, self._taxonomy, path)
        yield from self._as_a_page(expect, cards, path)
        yield from self._how_many(expect, path)

    def _as_a_page(self, expect: ProductsExpect, cards: tuple[Card, ...], path: str) -> Iterator[Check]:
        if expect.sorted is not None:
            prices = [card.price or 0 for card in cards]
            ok = prices == sorted(prices, reverse=expect.sorted == "price_desc")
            yield Check(path=f"{path}.sorted", ok=ok, expected=expect.sorted, got=show(prices))
        if expect.kinds is not None:
            yield compare(f"{path}.kinds", expect.kinds, len({card.category for card in cards}))
        if expect.facts:
            wrong = [words for card in cards if (words := self._untrue(card))]
            yield Check(
                path=f"{path}.facts",
                ok=not wrong,
                expected="every card agrees with the shop's own product",
                got=show(wrong),
            )

    def _how_many(self, expect: ProductsExpect, path: str) -> Iterator[Check]:
        """Checks of all that was found, of which the cards are the first page."""
        found = len(self._answer.products) if self._answer.total is None else self._answer.total
        if expect.total is not None:
            yield compare(f"{path}.total", expect.total, found)
        if expect.no_more_than_turn is not None:
            yield no_more_found(expect.no_more_than_turn, found, self._history, f"{path}.no_more_than_turn")

    def _untrue(self, card: Card) -> str | None:
        product = self._exchange.facts.get(card.id)
        if product is None:
            return f"{card}: the shop has no such product"
        truth = {v.id: v for v in product.variants}
        for variant in card.variants:
            fact = truth.get(variant.id)
            if fact is None:
                return f"{card}: the shop has no variant {variant.id}"
            said = (variant.price, variant.availability.available, variant.size)
            if said != (fact.price, fact.availability.available, fact.size):
                return f"{card}: variant {variant.id} differs from the shop's"
        return None

    # ── query, reply, absence ───────────────────────────────────────────────────────────────────────

    def _reference(self, expect: ReferenceExpect) -> Iterator[Check]:
        got = self._answer.query.get("reference") or {}
        if expect.kind is not None:
            yield compare("reference.kind", Op(is_=expect.kind), got.get("kind"))
        if expect.positions is not None:
            yield compare("reference.positions", Op(is_=expect.positions), got.get("positions", []))

    def _about(self, place: CardAt, path: str) -> Check:
        card = card_at(place, self._history)
        if card is None:
            return Check(
                path=path, ok=False, expected=place_words(place), got="that turn showed no such card"
            )
        named = claims.mentions_title(self._answer.text, card.title)
        again = any(other.id == card.id for other in self._answer.products)
        return Check(
            path=path,
            ok=named or again,
            expected=f"{card} shown again or named",
            got=f"{titles_of(self._answer.products)}; “{self._answer.text}”",
        )

    def _reply(self, expect: ReplyExpect) -> Iterator[Check]:
        text = self._answer.text
        quoted = f"“{text}”"
        if expect.grounded:
            yield from self._grounded(text)
        if expect.max_words is not None:
            words = len(text.split())
            wanted = f"at most {expect.max_words} words"
            yield Check(
                path="reply.max_words", ok=0 < words <= expect.max_words, expected=wanted, got=f"{words}"
            )
        if expect.language is not None:
            language = claims.language_of(text, self._shown_titles())
            got = f"{show(language)}: {quoted}"
            ok = language == expect.language
            yield Check(path="reply.language", ok=ok, expected=expect.language, got=got)
        if expect.mentions is not None:
            ok = re.search(expect.mentions, text, re.IGNORECASE) is not None
            yield Check(path="reply.mentions", ok=ok, expected=expect.mentions, got=quoted)
        if expect.not_mentions is not None:
            ok = re.search(expect.not_mentions, text, re.IGNORECASE) is None
            yield Check(
                path="reply.not_mentions", ok=ok, expected=f"nothing like {expect.not_mentions}", got=quoted
            )
        if expect.amounts is not None:
            yield compare("reply.amounts", expect.amounts, [amount.minor for amount in claims.amounts(text)])
        if expect.differs_from_turn is not None:
            yield other_words(expect.differs_from_turn, text, self._history)
        if expect.asks_question is not None:
            wanted = "a question" if expect.asks_question else "no question"
            yield Check(
                path="reply.asks_question",
                ok=("?" in text) is expect.asks_question,
                expected=wanted,
                got=quoted,
            )

    def _grounded(self, text: str) -> Iterator[Check]:
        allowed = self._amounts_in_sight()
        loose = [amount.words for amount in claims.amounts(text) if amount.minor not in allowed]
        yield Check(
            path="reply.grounded",
            ok=not loose,
            expected="only amounts that were shown, said, or are in the cart",
            got=f"{show(loose)} in “{text}”",
        )
        shown = self._shown_titles()
        said = " ".join(e.turn.words for e in [*self._history, self._exchange])
        chips = [chip.label for chip in self._answer.suggestions]
        invented = [
            span
            for span in claims.marked_titles(text)
            if not any(span.casefold() in known.casefold() for known in (*shown, said, *chips))
            and not any(claims.mentions_title(span, title) for title in shown)
        ]
        invented += claims.foreign_titles(text, self._exchange.shop_titles, shown)
        yield Check(
            path="reply.grounded",
            ok=not invented,
            expected="only products that were shown or are in the cart",
            got=f"{show(invented)} in “{text}”",
        )

    def _amounts_in_sight(self) -> set[int]:
        amounts: set[int] = set()
        said: set[int] = set()
        bounds: set[int] = set()
        for exchange in [*self._history, self._exchange]:
            said |= {amount.minor for amount in claims.amounts(exchange.turn.words)}
            if exchange.answer is not None:
                amounts |= exchange.answer.amounts
                # A budget is a number without a currency as often as not; the query holds it in minor units.
                price = exchange.answer.query.get("price") or {}
                bounds |= {price[bound] for bound in ("min", "max") if isinstance(price.get(bound), int)}
            for cart in (exchange.cart, exchange.answer.cart if exchange.answer else None):
                if cart is not None:
                    amounts |= {cart.total_minor}
                    amounts |= {a.amount for line in cart.lines for a in (line.unit_price, line.line_total)}
        # Where a dialog changed prices, what the shop asks for now.
        facts = [product for product in self._exchange.facts.values() if product]
        amounts |= {variant.price.amount for product in facts for variant in product.variants}
        prices = [card.price for card in self._answer.products if card.price is not None]
        amounts |= {sum(prices), self._price_of_all_named()}  # a look's price is the sum of its pieces
        # "€20 under your budget" is a fact if the budget is the shopper's own; it may be rounded.
        spare = {bound - price for bound in said or bounds for price in prices if bound > price}
        return amounts | said | bounds | spare | {round(amount, -2) for amount in spare}

    def _price_of_all_named(self) -> int:
        """What the shown products that the reply names cost together, one of each."""
        answers = [e.answer for e in [*self._history, self._exchange] if e.answer is not None]
        named = {
            card.title: card.price or 0
            for answer in answers
            for card in answer.visible
            if claims.mentions_title(self._answer.text, card.title)
        }
        return sum(named.values())

    def _shown_titles(self) -> list[str]:
        titles: dict[str, None] = {}
        for exchange in [*self._history, self._exchange]:
            if exchange.answer is not None:
                titles |= {card.title: None for card in exchange.answer.visible}
            if exchange.cart is not None:
                titles |= {line.title: None for line in exchange.cart.lines}
        return list(titles)

    def _absent(self, expect: AbsentExpect | bool) -> Iterator[Check]:
        absence = self._answer.absence
        got = (
            "nothing absent"
            if absence is None
            else f"{absence.reason}: {show(absence.field)} {show(absence.value)}"
        )
        got = f"{got}, {len(self._answer.products)} cards"
        if not isinstance(expect, AbsentExpect):
            yield Check(path="absent", ok=absence is None, expected="nothing absent", got=got)
            return
        yield Check(path="absent", ok=absence is not None, expected="the shop says it has none", got=got)
        if absence is None:
            return
        if expect.reason is not None:
            yield Check(
                path="absent.reason", ok=absence.reason == expect.reason, expected=expect.reason, got=got
            )
        if expect.field is not None:
            yield Check(path="absent.field", ok=absence.field == expect.field, expected=expect.field, got=got)
        if expect.value is not None:
            yield compare("absent.value", expect.value, absence.value)
        if expect.nearest is not None:
            yield from self._products(expect.nearest, absence.nearest, "absent.nearest")

    def _suggestions(self, expect: SuggestionsExpect) -> Iterator[Check]:
        labels = [chip.label for chip in self._answer.suggestions]
        if expect.min is not None:
            ok = len(labels) >= expect.min
            yield Check(path="suggestions.min", ok=ok, expected=f"at least {expect.min}", got=show(labels))
        if expect.mentions is not None:
            ok = any(re.search(expect.mentions, label, re.IGNORECASE) for label in labels)
            yield Check(path="suggestions.mentions", ok=ok, expected=expect.mentions, got=show(labels))


def _problem(problem: Problem | None, expect: ProblemExpect | None) -> Iterator[Check]:
    got = "an answer" if problem is None else f"{problem.status} {problem.title} {problem.detail}".strip()
    if expect is None:
        yield Check(path="problem", ok=False, expected="an answer", got=got)
        return
    if problem is None:
        yield Check(path="problem", ok=False, expected="a refusal", got=got)
        return
    status = expect.status or Op(gte=400, lt=500)
    yield Check(path="problem.status", ok=status.holds(problem.status), expected=str(status), got=got)
    clear = bool(problem.title or problem.detail) and "Traceback" not in problem.detail
    yield Check(path="problem", ok=clear, expected="a sentence a person can read", got=got)
    if expect.mentions is not None:
        ok = re.search(expect.mentions, f"{problem.title} {problem.detail}", re.IGNORECASE) is not None
        yield Check(path="problem.mentions", ok=ok, expected=expect.mentions, got=got)


# ── words for a report ──────────────────────────────────────────────────────────────────────────────


def _at(body: Mapping[str, Any], path: str) -> Any:
    value: Any = body
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
