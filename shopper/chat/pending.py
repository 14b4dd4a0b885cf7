"""What a short answer to our own question means: "M" after "which size?", "the second" after "which one?".

Knows nothing about how words are read; it looks at what was read and at the turn before.
"""

from __future__ import annotations

import dataclasses
import re

from shopper.chat import claims
from shopper.chat.understand.context import CartChange, Understood
from shopper.types import Cart, Recommendation, ShopperQuery, Thread, Turn

_ANSWERS = ("search", "refine", "detail")
_A_FEW_WORDS = 6
_WORD = re.compile(r"[^\W\d_]{3,}")


def settle(understood: Understood, text: str, thread: Thread, cart: Cart) -> Understood:
    """`understood`, completed by the question that `text` answers."""
    last = next((turn for turn in reversed(thread.turns) if turn.role == "assistant"), None)
    if last is None:
        return understood
    undecided = not _WORD.search(text) or (understood.language == "en" and not claims.says("english", text))
    if last.language and undecided:
        # "M", "38" and "navy" are of no language; the conversation's goes on.
        understood = dataclasses.replace(understood, language=last.language)
    wanted = _unfinished(last, thread.shown, cart)
    short = len(text.split()) <= _A_FEW_WORDS
    if wanted is None or understood.nonsense or not short or understood.query.intent not in _ANSWERS:
        return understood
    query = understood.query
    pointed = query.reference if query.reference and query.reference.kind == "shown" else None
    size = query.sizes[-1] if query.sizes and query.sizes != wanted.sizes else None
    if pointed is not None and not pointed.positions:
        pointed = None
    if size is None and pointed is None:
        return understood
    if _without_answer(query) != _without_answer(wanted):
        return understood  # they went on to something else
    reference = pointed or wanted.reference
    change = CartChange(action="add", quantity=1, size=size, color=None)
    answer = query.model_copy(update={"intent": "cart_add", "reference": reference})
    return dataclasses.replace(understood, query=answer, cart=change)


def _unfinished(last: Turn, shown: tuple[Recommendation, ...], cart: Cart) -> ShopperQuery | None:
    """The query of a thing that was to go into the cart and isn't there yet."""
    if last.query is None or last.query.intent != "cart_add":
        return None
    positions = last.query.reference.positions if last.query.reference else ()
    in_cart = {line.product_id for line in cart.lines}
    meant = [shown[p - 1].product.id for p in positions if p <= len(shown)]
    return None if meant and all(product in in_cart for product in meant) else last.query


def _without_answer(query: ShopperQuery) -> ShopperQuery:
    """The query without what an answer to a question about size or card adds."""
    return query.model_copy(update={"intent": "search", "sizes": (), "reference": None, "text": None})
