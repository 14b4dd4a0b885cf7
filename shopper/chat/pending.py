"""What a message means after what was said just before: "M" after "which size?", "go on then" after an offer.

Knows nothing about how words are read; it looks at what was read and at the turn before.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from shopper.chat.asides import says
from shopper.chat.cart_wish import asks_for_total, swapped_sizes, takes_out
from shopper.chat.facts import sizes_in_stock
from shopper.chat.places import places_in
from shopper.chat.understand.chips import edit
from shopper.chat.understand.context import CartChange, Understood
from shopper.products.lexicon import fold
from shopper.types import Cart, QueryEdit, Recommendation, Reference, ShopperQuery, Thread, Turn

SEARCHED = ("search", "refine", "similar", "more", "outfit")
_ANSWERS = ("search", "refine", "detail")
_A_FEW_WORDS = 6
_NUMBERED = re.compile(
    r"\d|\b(?:first|second|third|last|erste\w*|zweite\w*|premi\w+|deuxieme|prim[oa]|second[oa]|segund[oa])\b"
)
_BARE_SIZE = re.compile(
    r"^\W*(?:size |grosse |taille |taglia |talla )?((?:eu|uk|us) ?)?(\d{1,3}(?:[./-]\d{1,3})?)\W*$"
)
_WORD = re.compile(r"[^\W\d_]{3,}")


def settle(understood: Understood, text: str, thread: Thread, cart: Cart) -> Understood:
    """`understood`, completed by what was said just before, where `text` leans on that."""
    understood = _plain(understood, text, thread, cart)
    last = next((turn for turn in reversed(thread.turns) if turn.role == "assistant"), None)
    if last is None:
        return understood
    if last.language and not _WORD.search(text):
        # "M", "38" and "navy" are of no language; the conversation's goes on.
        understood = dataclasses.replace(understood, language=last.language)
    settled = (
        _accepted(understood, text, last)
        or _elsewhere(understood, text, last)
        or _resized(understood, text, last, cart)
        or _which_line(understood, text, last, thread, cart)
        or _answered(understood, text, last, thread, cart)
    )
    if settled is not None:
        return settled
    if understood.query.intent == "cart_add":
        return _pointed(understood, last, thread)
    return understood


def _plain(understood: Understood, text: str, thread: Thread, cart: Cart) -> Understood:
    """What the words alone decide: a sum, a remark about a price, a wish for clothes."""
    query, held = understood.query, thread.query
    asked = query.intent in ("detail", "cart_update", "smalltalk") or (
        held is not None and len(text.split()) <= _A_FEW_WORDS and _constraints(query) == _constraints(held)
    )
    if (
        asked
        and (cart.lines or query.intent in SEARCHED)
        and asks_for_total(text)
        and query.intent not in ("compare", "policy", "checkout")
    ):
        return _become(understood, intent="cart_update", reference=None)
    if thread.shown and query.intent in (*SEARCHED, "detail") and says("why_price", text):
        # A remark about a price is no wish for another one.
        return _become(
            understood,
            **(held.model_dump(exclude={"intent", "reference", "relative"}, round_trip=True) if held else {}),
            intent="detail",
            reference=query.reference or Reference(kind="shown", positions=(1,)),
            relative=(),
        )
    if query.intent == "outfit" and query.reference and query.reference.positions and not query.gender:
        return _for_the_same(understood, query.reference.positions[0], thread.shown)
    if query.intent in ("search", "refine") and query.category is None and says("to_wear", text):
        return _become(understood, category="clothing")
    return understood


def _for_the_same(understood: Understood, position: int, shown: tuple[Recommendation, ...]) -> Understood:
    """What goes with a card is for those whom the card is for."""
    if position > len(shown):
        return understood
    product = shown[position - 1].product
    gender = None if product.gender == "unisex" else product.gender
    age = understood.query.age_group or product.age_group
    return _become(understood, gender=gender, age_group=age)


def _accepted(understood: Understood, text: str, last: Turn) -> Understood | None:
    """ "Go on then" after nothing was found: the way out that was offered."""
    if last.query is None or last.query.intent not in SEARCHED or last.items or not says("consent", text):
        return None
    if understood.query.sizes != last.query.sizes or _explicit(understood.query, text):
        return None
    offered = next((s.edit for s in last.suggestions if s.edit), None)
    if offered is None:
        if understood.query.intent != "cart_add":
            return None
        # Nothing is in sight that a yes could mean; what was shown long before isn't it.
        return _become(understood, reference=Reference(kind="shown"))
    query = edit(last.query, QueryEdit(set=offered.get("set", {})))
    query = query.model_copy(update={"intent": "refine", "reference": None, "relative": ()})
    return dataclasses.replace(understood, query=query, cart=None, nonsense=False, topic="same")


def _elsewhere(understood: Understood, text: str, last: Turn) -> Understood | None:
    """ "And to Switzerland?" after a question of delivery asks the same of another place."""
    short = len(text.split()) <= _A_FEW_WORDS
    if last.query is None or last.query.intent != "policy" or not short or not places_in(text):
        return None
    query = last.query.model_copy(update={"intent": "policy", "reference": None, "relative": ()})
    return dataclasses.replace(understood, query=query, cart=None, nonsense=False, topic="same")


def _resized(understood: Understood, text: str, last: Turn, cart: Cart) -> Understood | None:
    """ "38" just after something went into the cart in 40, or "L instead of M": another size."""
    size, at = None, None
    if swapped := swapped_sizes(text):
        size, old = swapped
        at = next((n for n, line in enumerate(cart.lines, 1) if fold(line.size or "") == fold(old)), None)
    elif (
        cart.lines
        and last.query is not None
        and last.query.intent == "cart_add"
        and not last.text.endswith("?")
    ):
        bare = _BARE_SIZE.match(fold(text))
        size, at = (bare[2] if bare else None), len(cart.lines)
    if size is None or at is None:
        return None
    reference = Reference(kind="cart", positions=(at,))
    held = last.query or understood.query
    query = held.model_copy(update={"intent": "cart_update", "reference": reference, "relative": ()})
    change = CartChange(action="set", quantity=1, size=size, color=None)
    return dataclasses.replace(understood, query=query, cart=change, nonsense=False, topic="same")


def _which_line(
    understood: Understood, text: str, last: Turn, thread: Thread, cart: Cart
) -> Understood | None:
    """ "The second one" after "which one do you mean?": the line of the cart that goes out."""
    if last.query is None or last.query.intent != "cart_update" or not last.text.endswith("?"):
        return None
    asked = next((turn.text for turn in reversed(thread.turns) if turn.role == "shopper"), "")
    named = [n for n, line in enumerate(cart.lines, start=1) if line.title in last.text]
    if len(named) < 2 or not takes_out(asked) or len(text.split()) > _A_FEW_WORDS:
        return None
    words = set(re.findall(r"\w+", fold(text)))
    shared = {n: len(words & set(re.findall(r"\w+", fold(cart.lines[n - 1].title)))) for n in named}
    best = [n for n in named if shared[n] == max(shared.values()) > 0]
    pointed = understood.query.reference.positions if understood.query.reference else ()
    if says("both", text):
        meant = tuple(named)
    elif len(best) == 1:
        meant = (best[0],)
    elif len(pointed) == 1 and pointed[0] <= len(named):
        meant = (named[pointed[0] - 1],)
    else:
        return None
    query = last.query.model_copy(update={"reference": Reference(kind="cart", positions=meant)})
    change = CartChange(action="remove", quantity=0, size=None, color=None)
    return dataclasses.replace(understood, query=query, cart=change, nonsense=False, topic="same")


def _explicit(query: ShopperQuery, text: str) -> bool:
    """Whether a card is named by its number, so that no offer is meant."""
    positions = query.reference.positions if query.reference else ()
    return bool(positions) and bool(_NUMBERED.search(fold(text)))


def _answered(understood: Understood, text: str, last: Turn, thread: Thread, cart: Cart) -> Understood | None:
    """An answer to the question which size or which card is to go into the cart."""
    wanted = _unfinished(last, thread.shown, cart)
    short = len(text.split()) <= _A_FEW_WORDS
    if wanted is None or not short:
        return None
    bare = _BARE_SIZE.match(fold(text))
    if says("consent", text) or (bare and not understood.query.sizes):
        # A yes chooses no size: the question stays. A bare number is one, whether it is made or not.
        change = CartChange(action="add", quantity=1, size=bare[2] if bare else None, color=None)
        return dataclasses.replace(understood, query=wanted, cart=change, nonsense=False, topic="same")
    if understood.nonsense or understood.query.intent not in _ANSWERS:
        return None
    query = understood.query
    pointed = query.reference if query.reference and query.reference.kind == "shown" else None
    size = query.sizes[-1] if query.sizes and query.sizes != wanted.sizes else None
    if pointed is not None and not pointed.positions:
        pointed = None
    if size is None and pointed is None:
        return None
    if _without_answer(query) != _without_answer(wanted):
        return None  # they went on to something else
    reference = pointed or wanted.reference
    change = CartChange(action="add", quantity=1, size=size, color=None)
    answer = query.model_copy(update={"intent": "cart_add", "reference": reference})
    return dataclasses.replace(understood, query=answer, cart=change)


def _pointed(understood: Understood, last: Turn, thread: Thread) -> Understood:
    """ "Add it": the card that was asked for by its name, in the one size that was just said to be left."""
    reference = understood.query.reference
    if reference is None or reference.kind != "shown":
        return understood
    if not reference.positions and (position := _named_before(thread)):
        reference = Reference(kind="shown", positions=(position,))
        understood = _become(understood, reference=reference)
    change = understood.cart
    before = last.query.reference if last.query and last.query.intent == "detail" else None
    if (
        change is None
        or change.size
        or understood.query.sizes
        or before is None
        or before.positions != reference.positions
        or len(before.positions) != 1
        or before.positions[0] > len(thread.shown)
    ):
        return understood
    left = sizes_in_stock(thread.shown[before.positions[0] - 1])
    if len(left) == 1 and left[0] in last.text:
        return dataclasses.replace(understood, cart=dataclasses.replace(change, size=left[0]))
    return understood


def _named_before(thread: Thread) -> int | None:
    """Which of the cards in sight was asked for by its full name, if just one product was."""
    at = next((n for n in range(len(thread.turns) - 1, -1, -1) if thread.turns[n].items), 0)
    asked = next((turn.text for turn in reversed(thread.turns[:at]) if turn.role == "shopper"), "")
    words = set(re.findall(r"\w+", fold(asked)))
    named = [
        (position, card.product.id)
        for position, card in enumerate(thread.shown, start=1)
        if set(re.findall(r"\w+", fold(card.product.title))) <= words
    ]
    return named[0][0] if named and len({product for _, product in named}) == 1 else None


def _become(understood: Understood, **changes: Any) -> Understood:
    query = ShopperQuery.model_validate({**understood.query.model_dump(round_trip=True), **changes})
    change = understood.cart if query.intent in ("cart_add", "cart_update") else None
    if query.intent == "cart_update" and understood.query.intent != "cart_update":
        change = None
    return dataclasses.replace(understood, query=query, cart=change, nonsense=False)


def _unfinished(last: Turn, shown: tuple[Recommendation, ...], cart: Cart) -> ShopperQuery | None:
    """The query of a thing that was to go into the cart and isn't there yet."""
    if last.query is None or last.query.intent != "cart_add":
        return None
    positions = last.query.reference.positions if last.query.reference else ()
    in_cart = {line.product_id for line in cart.lines}
    meant = [shown[p - 1].product.id for p in positions if p <= len(shown)]
    return None if meant and all(product in in_cart for product in meant) else last.query


def _constraints(query: ShopperQuery) -> ShopperQuery:
    """The query without how it was put."""
    bare = {"intent": "search", "reference": None, "relative": (), "text": None, "prefer": ()}
    return query.model_copy(update=bare)


def _without_answer(query: ShopperQuery) -> ShopperQuery:
    """The query without what an answer to a question about size or card adds."""
    return query.model_copy(update={"intent": "search", "sizes": (), "reference": None, "text": None})
