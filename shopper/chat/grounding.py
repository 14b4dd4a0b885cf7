"""Checks a model's prose, sentence by sentence, against the facts of the thread before it is sent.

Knows nothing about models. What can't be traced isn't sent; it fails closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from shopper.chat import claims
from shopper.chat.ledger import Cards, Ledger, lowest_price, text_of, words_of
from shopper.chat.understand.spelling import is_known
from shopper.products.lexicon import fold
from shopper.products.taxonomy import Mention

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]”»]*\s+|\n+")
_CHECKED = ("color", "material", "pattern", "feature", "care")
_COVERED = 0.6  # of a sentence's words, what a line of the policy must hold to be what it repeats
# Words between the facts of an order.
_SMALL = frozenset(
    {"your", "the", "and", "has", "have", "been", "was", "with", "its", "for", "are", "you", "this"}
)
_CALENDAR = frozenset(
    [
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("january", "february", "march", "april", "may", "june", "july", "august"),
        *("september", "october", "november", "december"),
    ]
)


def objection(ledger: Ledger, sentence: str, subject: Cards = ()) -> str | None:
    """Why `sentence` can't be traced to the ledger, or None where it can.

    `subject` are the cards that the sentence before spoke of, for "it comes in navy too".
    """
    text = claims.plain(sentence)
    named = ledger.named(text) or (subject if claims.refers_back(text) else ())
    for check in _CHECKS:
        if reason := check(ledger, text, named):
            return reason
    for clause in claims.clauses(text):
        if reason := _sizes(ledger, clause, text, named) or _facts(ledger, clause, text, named):
            return reason
    return None


def _deeds(ledger: Ledger, sentence: str, _named: Cards) -> str | None:
    """Nothing was ordered here, and nothing is in the cart that isn't."""
    if claims.says("ordered", sentence) and not _stands_so(ledger, sentence):
        return "nothing can be ordered or paid here"
    if not claims.says("put_in_cart", sentence) or claims.says("offered", sentence):
        return None
    if "?" in sentence or claims.says("denied", sentence):
        return None
    return None if ledger.cart_changed else "the cart didn't change"


def _stands_so(ledger: Ledger, sentence: str) -> bool:
    """Whether what is said of an order is what its own message says."""
    words = {word for word in words_of(sentence) if len(word) > 2} - _SMALL
    for order in ledger.orders:
        own = {word[:5] for word in words_of(f"{order.number} {order.message} {order.status} order")}
        if order.number.lower() in sentence.lower() and all(word[:5] in own for word in words):
            return True
    return False


def _names(ledger: Ledger, sentence: str, _named: Cards) -> str | None:
    """A product or brand named as such must be one of the cards'."""
    known = ledger.known_names | set(words_of(ledger.shopper_words)) | ledger.policy_words
    english = claims.says("english", sentence)
    start = sentence.lstrip("*\"“„«' ¡¿")
    for name in claims.names(sentence):
        words = [w for w in words_of(name) if len(w) > 2]
        opens = start.startswith(name.split()[0])
        if opens and words and (_is_a_word(ledger, words[0]) or not english):
            # A sentence's first word has a capital whatever it is.
            words = words[1:]
        strange = [w for w in words if w not in known and w not in _CALENDAR]
        if len(words) > 1 and strange and 2 * len(strange) >= len(words):
            return f"{name!r} wasn't shown"
        if any(
            m.kind == "brand" and not set(words_of(m.key)) <= known for m in ledger.taxonomy.find_all(name)
        ):
            return f"{name!r} wasn't shown"
        # In English a lone capital within a sentence names somebody; other languages write nouns so.
        if english and len(words) == 1 and strange and not _is_a_word(ledger, strange[0]):
            return f"{name!r} wasn't shown"
    return None


def _is_a_word(ledger: Ledger, word: str) -> bool:
    return "'" in word or is_known(fold(word), ledger.taxonomy.lexicon)


def _links(ledger: Ledger, sentence: str, _named: Cards) -> str | None:
    known = {card.product.url for card in ledger.cards if card.product.url}
    for link in claims.links(sentence):
        if link not in known and link not in ledger.policy.text:
            return "a link that wasn't shown"
    return None


def _policy(ledger: Ledger, sentence: str, _named: Cards) -> str | None:
    """What is said of delivery, returns and the like must stand in one line of the shop's policy."""
    if not claims.says("policy", sentence) or "?" in sentence:
        return None
    if not ledger.policy.text:
        return "the shop states no policy"
    said = claims.numbers(sentence)
    words = {w for w in words_of(sentence) if len(w) > 3}
    for line in ledger.policy.text.splitlines():
        known = claims.numbers(line)
        stems = {w[:5] for w in words_of(line)}
        covered = sum(w[:5] in stems for w in words) / max(1, len(words))
        free = claims.says("free", sentence)
        if said and said <= known and (not free or claims.says("free", line)):
            return None
        # Without a figure, the words themselves must be the policy's; and what has a condition needs it.
        if not said and covered >= _COVERED and not (free and known):
            return None
    return "the policy doesn't say so"


def _money(ledger: Ledger, sentence: str, named: Cards) -> str | None:
    if claims.says("amount_in_words", sentence):
        return "an amount in words can't be traced"
    written = claims.money(sentence)
    if not written:
        return None
    if claims.other_currency(sentence, ledger.currency) and not claims.says("bound", sentence):
        return f"prices here are in {ledger.currency}"
    allowed = ledger.amounts(named or ledger.cards) | ledger.cart_amounts
    prices = [v.price.minor for card in named for v in card.variants]
    bounds = ledger.bounds
    if claims.says("bound", sentence):
        allowed |= bounds
    if claims.says("difference", sentence):
        allowed |= {abs(a - b) for a in prices for b in {*prices, *bounds}}
    if claims.says("policy", sentence) or claims.says("free", sentence):
        allowed |= {claims.minor(n, ledger.currency) for n in claims.numbers(ledger.policy.text)}
    for text in written:
        if claims.minor(text, ledger.currency) not in allowed:
            return f"the amount {text!r} isn't a fact of what it speaks of"
    return None


def _percent(ledger: Ledger, sentence: str, named: Cards) -> str | None:
    known = claims.percents(ledger.policy.text)
    for card in named or ledger.cards:
        known |= claims.percents(card.product.description)
        known |= {
            str(round(100 * (v.regular_price.minor - v.price.minor) / v.regular_price.minor))
            for v in card.variants
            if v.regular_price
        }
    strange = claims.percents(sentence) - known
    return f"{min(strange)} % isn't a fact of the shop" if strange else None


def _numbers(ledger: Ledger, sentence: str, named: Cards) -> str | None:
    """Every other number is a fact of a card, a count of cards, the shopper's own or the policy's."""
    said = claims.other_numbers(sentence)
    if not said:
        return None
    known = claims.numbers(ledger.shopper_words) | {str(n) for n in range(1, len(ledger.shown) + 1)}
    known |= {n for order in ledger.orders for n in claims.numbers(f"{order.number} {order.message}")}
    known |= {str(ledger.total), *(str(line.quantity) for line in ledger.cart.lines)}
    known |= claims.numbers(" ".join(line.title for line in ledger.cart.lines))
    known |= claims.numbers(" ".join(line.size or "" for line in ledger.cart.lines))
    if claims.says("policy", sentence):
        known |= claims.numbers(ledger.policy.text)
    for card in named or ledger.cards:
        known |= ledger.card_numbers(card)
    strange = said - known
    return f"the number {min(strange)} isn't a fact of what it speaks of" if strange else None


def _stock(ledger: Ledger, sentence: str, named: Cards) -> str | None:
    cards = named or ledger.cards
    stocks = {v.stock for card in cards for v in card.variants}
    for count in claims.counts_left(sentence):
        if count not in stocks:
            return "a stock figure that wasn't shown"
    if "?" in sentence or not named or claims.sizes(sentence):
        return None
    if claims.says("sold_out", sentence):
        sold_out = any(not v.available for card in named for v in card.variants)
        return None if sold_out else "it isn't sold out"
    if claims.says("available", sentence) and not claims.says("denied", sentence):
        gone = [card for card in named if not any(v.available for v in card.variants)]
        return "it is sold out" if gone else None
    return None


def _comparisons(ledger: Ledger, sentence: str, named: Cards) -> str | None:
    """Superlatives hold among the cards in sight; a sale needs a regular price."""
    sight = ledger.shown or ledger.cards
    if claims.says("denied", sentence) or "?" in sentence:
        return None
    reduced = any(v.regular_price for card in named or sight for v in card.variants)
    if claims.says("sale", sentence) and not reduced:
        return "nothing of it is reduced"
    if not named:
        return None
    lowest = min(lowest_price(card) for card in (*sight, *named))
    if claims.says("cheapest", sentence) and not any(lowest_price(card) == lowest for card in named):
        return "it isn't the cheapest"
    if reason := _dearer_and_cheaper(sentence, named):
        return reason
    best = max(card.product.rating or 0 for card in (*sight, *named))
    if claims.says("best_rated", sentence) and not any((c.product.rating or 0) == best > 0 for c in named):
        return "it isn't the best rated"
    return None


def _dearer_and_cheaper(sentence: str, named: Cards) -> str | None:
    """Of two products named the first is the cheaper or the dearer one, as the sentence says."""
    if len({card.product.id for card in named}) != 2:
        return None
    low = sentence.lower()
    first, *_, second = sorted(named, key=lambda card: low.find(words_of(card.product.title)[0]))
    difference = lowest_price(first) - lowest_price(second)
    if claims.says("cheaper_than", sentence) and difference >= 0:
        return "it isn't the cheaper one"
    if claims.says("dearer_than", sentence) and difference <= 0:
        return "it isn't the dearer one"
    return None


def _boasts(ledger: Ledger, sentence: str, named: Cards) -> str | None:
    """Praise that only the shop may give must be the shop's."""
    boasts = claims.boasts(sentence)
    if not boasts or "?" in sentence or claims.says("denied", sentence):
        return None
    text = " ".join(text_of(card) for card in named or ledger.cards).lower() + ledger.policy.text.lower()
    stems = {word[:6] for word in words_of(text)}
    for boast in boasts:
        if not all(word[:6] in stems for word in words_of(boast) if len(word) > 2):
            return f"{boast!r} isn't something the shop says"
    return None


def _sizes(ledger: Ledger, clause: str, sentence: str, named: Cards) -> str | None:
    cards = named or ledger.shown or ledger.cards
    denied, asking = claims.says("denied", clause), "?" in sentence
    if not denied and not asking and claims.says("every_size", clause):
        gone = [c for c in cards if not all(v.available for v in c.variants)]
        if gone or not cards:
            return "not every size is there"
    said = claims.sizes(clause)
    if not denied and not asking and claims.says("your_size", clause):
        if not ledger.query.sizes:
            return "no size was said"
        said = [*said, *ledger.query.sizes]
    own = set(words_of(ledger.shopper_words)) | claims.numbers(ledger.shopper_words)
    for size in said:
        variants = [v for card in cards for v in ledger.in_size(card, size)]
        in_cart = any(line.size and line.size.lower() == size.lower() for line in ledger.cart.lines)
        there = any(v.available for v in variants)
        if there and not denied and claims.says("all_of", clause):
            there = all(any(v.available for v in ledger.in_size(card, size)) for card in cards)
        if denied and there and (named or not any(not v.available for v in variants)):
            return f"size {size} isn't sold out"
        if not denied and not there and not in_cart and not (asking and size.lower() in own):
            return f"size {size} isn't in stock"
    return None


def _facts(ledger: Ledger, clause: str, sentence: str, named: Cards) -> str | None:
    """Colours, materials, patterns, features and care said must be those of the cards spoken of."""
    mentions = [m for m in _mentions(ledger, clause) if m.kind in _CHECKED]
    cards = named or ledger.cards
    if not mentions or not cards or ("?" in sentence and not named):
        return None
    denied = claims.says("denied", clause)
    allowed = {key for card in cards for key in ledger.facts_of(card)}
    if "?" in sentence or not named:
        # What the shopper wished for may be repeated, but not as a fact of a card.
        allowed |= ledger.shopper_keys
    for mention in mentions:
        kin = ledger.kin(mention.kind, mention.key)
        if denied and named and mention.kind == "material":
            if any(kin & set(card.product.materials) or not card.product.materials for card in named):
                return f"{mention.key!r} can't be denied of it"
            continue
        everyone = len(named) > 1 and mention.kind == "material" and claims.says("all_of", clause)
        if everyone and not denied and not all(kin & ledger.facts_of(card) for card in named):
            return f"{mention.key!r} isn't what all of them state"
        if not denied and not kin & allowed:
            return f"{mention.key!r} isn't what the cards state"
    return None


def _mentions(ledger: Ledger, clause: str) -> list[Mention]:
    """What the lexicon finds, without other languages' small words: "für" is no fur."""
    clause = re.sub(r"\bdown (?=from|to\b)", "", clause)  # a price, no feathers
    found = ledger.taxonomy.find_all(clause)
    if claims.says("english", clause) and ledger.language in (None, "en"):
        return found
    if ledger.language:
        found = [*found, *ledger.taxonomy.find_all(clause, ledger.language)]
    small = {word for words in ledger.taxonomy.lexicon.stopwords.values() for word in words}
    return [m for m in found if fold(clause[m.start : m.end]) not in small]


# Each gives a reason against a sentence, or None.
_CHECKS: tuple[Callable[[Ledger, str, Cards], str | None], ...] = (
    _deeds,
    _names,
    _links,
    _policy,
    _money,
    _percent,
    _numbers,
    _stock,
    _comparisons,
    _boasts,
)


def sentences(text: str) -> list[str]:
    """Prose cut after each sentence, white space dropped."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


class SentenceGate:
    """Takes prose as it streams in and lets out the sentences that hold.

    `ledger` gives the facts as they stand when a sentence is complete. `refused` keeps what was held back,
    with the reason, for the log and the tests.
    """

    def __init__(self, ledger: Callable[[], Ledger]) -> None:
        self._ledger = ledger
        self.refused: list[tuple[str, str]] = []
        self._open = ""
        self._sent = False
        self._subject: Cards = ()

    def push(self, delta: str) -> str:
        """More prose; gives what may be sent now, which is whole sentences."""
        self._open += delta
        *whole, self._open = _SENTENCE_END.split(self._open)
        return self._let(whole)

    def close(self) -> str:
        """The end of the prose; gives what may still be sent."""
        rest, self._open = self._open, ""
        return self._let([rest])

    def _let(self, whole: Iterable[str]) -> str:
        out = ""
        ledger: Ledger | None = None
        for sentence in filter(None, (part.strip() for part in whole)):
            ledger = ledger or self._ledger()
            reason = objection(ledger, sentence, self._subject)
            self._subject = ledger.named(sentence) or self._subject
            if reason:
                self.refused.append((sentence, reason))
                continue
            out += (" " if self._sent else "") + sentence
            self._sent = True
        return out
