"""Holds a turn against earlier turns of its dialog: the same query, no more cards, the very card again.

Knows nothing about HTTP, carts or what a single turn is held to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shopper.dialogs.cards import why_not
from shopper.dialogs.exchange import Check, Exchange, card_at, place_words
from shopper.dialogs.operators import Op, same, show
from shopper.dialogs.script import AgainExpect, CardExpect, ProductsExpect, SameQuery
from shopper.dialogs.wire import Answer, Card
from shopper.products.taxonomy import Taxonomy

# What to embed, soft notes and the page's view of the query: words, not what was understood.
_WORDING = frozenset({"text", "prefer", "chips"})


def same_query(expect: SameQuery, query: Mapping[str, Any], history: Sequence[Exchange]) -> Check:
    """That the same was understood as in that turn, field by field, whatever words were used."""
    answer = _answer_of(expect.turn, history)
    left_out = _WORDING | set(expect.besides)
    then = _stated(answer.query if answer else {}, left_out)
    now = _stated(query, left_out)
    differing = sorted(name for name in then.keys() | now.keys() if not same(then.get(name), now.get(name)))
    return Check(
        path="same_query_as",
        ok=answer is not None and not differing,
        expected=f"as in turn {expect.turn}: {show({name: then.get(name) for name in differing})}",
        got=show({name: now.get(name) for name in differing}),
    )


def no_more_found(turn: int, found: int, history: Sequence[Exchange], path: str) -> Check:
    """That no more was found than in that turn."""
    answer = _answer_of(turn, history)
    then = 0 if answer is None else len(answer.products) if answer.total is None else answer.total
    return Check(path=path, ok=found <= then, expected=f"at most the {then} of turn {turn}", got=f"{found}")


def other_words(turn: int, text: str, history: Sequence[Exchange]) -> Check:
    """That the reply isn't the one of that turn."""
    answer = _answer_of(turn, history)
    then = answer.text if answer else ""
    return Check(
        path="reply.differs_from_turn",
        ok=text != then,
        expected=f"other words than in turn {turn}",
        got=f"“{text}”",
    )


def against_earlier(
    expect: ProductsExpect, cards: Sequence[Card], history: Sequence[Exchange], taxonomy: Taxonomy, path: str
) -> Iterator[Check]:
    """The checks of these cards that name an earlier turn or one of its cards."""
    keys = [card.key for card in cards]
    if expect.same_as_turn is not None:
        then = _cards_of(expect.same_as_turn, history)
        ok = sorted(keys) == sorted(card.key for card in then)
        yield Check(path=f"{path}.same_as_turn", ok=ok, expected=titles_of(then), got=titles_of(cards))
    if expect.subset_of_turn is not None:
        then = _cards_of(expect.subset_of_turn, history)
        extra = [card for card in cards if card.key not in {c.key for c in then}]
        wanted = f"only cards of turn {expect.subset_of_turn}"
        yield Check(path=f"{path}.subset_of_turn", ok=not extra, expected=wanted, got=titles_of(extra))
    if expect.new_since_turn is not None:
        then = _cards_of(expect.new_since_turn, history)
        again = [card for card in cards if card.key in {c.key for c in then}]
        wanted = f"no card of turn {expect.new_since_turn}"
        yield Check(path=f"{path}.new_since_turn", ok=not again, expected=wanted, got=titles_of(again))
    for number, place in enumerate(expect.without, start=1):
        card = card_at(place, history)
        yield Check(
            path=f"{path}.without[{number}]",
            ok=card is not None and card.key not in keys,
            expected=f"without {card or place_words(place)}",
            got=titles_of(cards),
        )
    for number, wanted_again in enumerate(expect.again, start=1):
        yield from _again(wanted_again, cards, history, taxonomy, f"{path}.again[{number}]")
    if expect.cheaper_than is not None:
        yield _cheaper(expect, cards, history, path)


def card_check(path: str, expect: CardExpect, ok: bool, got: str, *, prefix: str = "") -> Check:
    """A check whose expected side spells out what a card must be."""
    wanted = {
        name: getattr(expect, name) for name in CardExpect.model_fields if name in expect.model_fields_set
    }
    words = ", ".join(
        f"{name} {value if isinstance(value, Op) else show(value)}" for name, value in wanted.items()
    )
    return Check(path=path, ok=ok, expected=prefix + words, got=got)


def titles_of(cards: Iterable[Card]) -> str:
    """The cards as a report names them."""
    return "; ".join(str(card) for card in cards) or "no cards"


def blame(bad: Sequence[tuple[Card, tuple[str, ...]]]) -> str:
    """The cards that aren't as expected, each with why."""
    return "; ".join(f"{card} — {', '.join(why)}" for card, why in bad) or "no cards"


def _again(
    expect: AgainExpect,
    cards: Sequence[Card],
    history: Sequence[Exchange],
    taxonomy: Taxonomy,
    path: str,
) -> Iterator[Check]:
    """That the card of an earlier turn is shown now, and is what it must be now."""
    then = card_at(expect, history)
    # A colour may have been renamed since; the variants are the card's identity.
    ids = {variant.id for variant in then.variants} if then else set()
    now = next((card for card in cards if then and ids & {variant.id for variant in card.variants}), None)
    yield Check(
        path=path, ok=now is not None, expected=f"{then or place_words(expect)} again", got=titles_of(cards)
    )
    if now is None:
        return
    if expect.is_now is not None:
        why = why_not(now, expect.is_now, taxonomy)
        yield card_check(f"{path}.is_now", expect.is_now, not why, blame([(now, why)]))
    if expect.is_no_longer is not None:
        still = not why_not(now, expect.is_no_longer, taxonomy)
        yield card_check(f"{path}.is_no_longer", expect.is_no_longer, not still, str(now), prefix="not ")


def _cheaper(expect: ProductsExpect, cards: Sequence[Card], history: Sequence[Exchange], path: str) -> Check:
    assert expect.cheaper_than is not None
    turn, position = expect.cheaper_than.turn, expect.cheaper_than.position
    then = _cards_of(turn, history)
    if position is not None:
        then = then[position - 1 : position]
    prices = [card.price for card in then if card.price is not None]
    bound = sum(prices) / len(prices) if prices else 0
    dear = [card for card in cards if card.price is None or card.price >= bound]
    return Check(
        path=f"{path}.cheaper_than",
        ok=bool(cards) and not dear,
        expected=f"every card below {bound:.0f}",
        got=titles_of(dear) if cards else "no cards",
    )


def _answer_of(turn: int, history: Sequence[Exchange]) -> Answer | None:
    exchange = next((e for e in history if e.number == turn), None)
    return exchange.answer if exchange else None


def _cards_of(turn: int, history: Sequence[Exchange]) -> tuple[Card, ...]:
    answer = _answer_of(turn, history)
    return answer.products if answer else ()


def _stated(query: Mapping[str, Any], left_out: Iterable[str]) -> dict[str, Any]:
    return {
        name: value for name, value in query.items() if name not in left_out and value not in (None, [], {})
    }
