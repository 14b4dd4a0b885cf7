"""What the shopper wants to happen: a search, a change of it, a cart, an answer, small talk.

Knows nothing about the facts of the query except whether there are any.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from shopper.types import Intent

_FILE = Path(__file__).with_name("phrases.toml")


def _load() -> dict[str, re.Pattern[str]]:
    with _FILE.open("rb") as file:
        tables = tomllib.load(file)
    cart = tables.pop("cart")
    patterns = {
        name: re.compile("|".join(p.replace("{cart}", cart) for p in rows)) for name, rows in tables.items()
    }
    return {**patterns, "cart_word": re.compile(cart)}


_PHRASES = _load()
_ORDER = _PHRASES["order"]
_POLICY = _PHRASES["policy"]
_CHECKOUT = _PHRASES["checkout"]
_CART_ADD = _PHRASES["cart_add"]
_CART_UPDATE = _PHRASES["cart_update"]
_CART_REMOVE_LOOSE = _PHRASES["cart_remove_loose"]
_COMPARE = _PHRASES["compare"]
_MORE = _PHRASES["more"]
_SIMILAR = _PHRASES["similar"]
_DETAIL = _PHRASES["detail"]
_WHAT_ABOUT = _PHRASES["what_about"]
_OUTFIT = _PHRASES["outfit"]
_COMPLETE = _PHRASES["complete"]
_GREETING = _PHRASES["greeting"]
_THANKS = _PHRASES["thanks"]
_OUT = _PHRASES["out"]
_REFINING = _PHRASES["refining"]
_CORRECTION = _PHRASES["correction"]
_SEARCH_VERB = _PHRASES["search_verb"]
_QUESTION = _PHRASES["question"]
_FRESH = _PHRASES["fresh"]
_BUT = _PHRASES["but"]
_CART_WORD = _PHRASES["cart_word"]
# "And the second one too" after something went into the cart, unless it is asked about.
_ALSO = re.compile(
    r"^(?!.*\?)(?:(?:ok(?:ay)? )?(?:and|plus|also|und|et|e|y)\b(?! (?:is|are|does|do|has|how|what|can)\b)"
    r"|.*\b(?:too|as well|also|auch|aussi|anche|tambien)\b)"
)


@dataclass(frozen=True)
class Facts:
    """What the other rooms found in a message; an intent rests on it."""

    has_price: bool = False
    wishes: int = 0  # facts to filter by, prices and sizes included
    has_category: bool = False
    has_reference: bool = False
    has_position: bool = False  # a card in sight was named, by number or description
    has_photo: bool = False
    has_relative: bool = False
    has_exclusion: bool = False
    shown: int = 0
    cart_lines: int = 0
    out_of_shop: bool = False
    nonsense: bool = False
    answers: bool = False  # a short answer to our own question
    previous: bool = False
    adding: bool = False  # the turn before put something into the cart


def refining(flat: str) -> bool:
    """Whether the words change what was asked before."""
    return bool(_REFINING.search(flat)) and not _FRESH.search(flat)


def correcting(flat: str) -> bool:
    """Whether the words take something back: "no, I meant skirts"."""
    return bool(_CORRECTION.search(flat)) and not _FRESH.search(flat)


def wants_detail(flat: str) -> bool:
    """Whether the words ask about a thing in sight."""
    return bool(_DETAIL.search(flat))


def wants_cart_update(flat: str, cart_lines: int) -> bool:
    """Whether the words change what is in the cart already."""
    return bool(_CART_UPDATE.search(flat)) or bool(cart_lines and _CART_REMOVE_LOOSE.search(flat))


def wants_outfit(flat: str) -> bool:
    """Whether the words ask what goes together."""
    return bool(_OUTFIT.search(flat))


def thanking(flat: str) -> bool:
    """Whether the words greet or thank rather than answer."""
    return bool(
        _GREETING.search(flat)
        or re.search(r"\b(?:thanks?|thank you|thx|danke|merci|grazie|gracias|bye)\b", flat)
    )


def chatting(flat: str) -> bool:
    """Whether the words greet, thank or chat."""
    text = " ".join(flat.split())
    return bool(_GREETING.search(text) or _THANKS.search(text))


def completes_a_look(flat: str) -> bool:
    """Whether the words ask to build on what is in sight."""
    return bool(_COMPLETE.search(flat))


def wants_similar(flat: str) -> bool:
    """Whether the words ask for something alike."""
    return bool(_SIMILAR.search(flat))


def wants_compare(flat: str) -> bool:
    """Whether the words ask for a comparison."""
    return bool(_COMPARE.search(flat))


def wants_to_add(flat: str) -> bool:
    """Whether the words put something into the cart."""
    return bool(_CART_ADD.search(flat))


def read_intent(flat: str, facts: Facts) -> Intent | None:
    """The intent that the words state; `None` leaves it to search or refine."""
    text = " ".join(flat.split()).strip(" ")
    if facts.nonsense:
        return "out_of_scope"
    return _service(text, facts) or _about_shown(text, facts) or _talk(text, facts)


def _service(text: str, facts: Facts) -> Intent | None:
    """Orders, policies, the cart and the till."""
    if _ORDER.search(text) and not (facts.has_category and _SEARCH_VERB.search(text)):
        return "order_status"
    if (
        wants_cart_update(text, facts.cart_lines)
        and not wants_to_add(text)
        and (facts.cart_lines or _CART_WORD.search(text) or not facts.wishes)
    ):
        return "cart_update"
    if wants_to_add(text) or (facts.adding and facts.has_position and _ALSO.search(text)):
        return "cart_add"
    # "I want to pay 50 for a hat" is a budget.
    if _CHECKOUT.search(text) and not (facts.has_price and facts.has_category):
        return "checkout"
    if _POLICY.search(text) and not (
        facts.has_category and (_SEARCH_VERB.search(text) or not _QUESTION.search(text))
    ):
        return "policy"
    return None


def _about_shown(text: str, facts: Facts) -> Intent | None:
    """What is asked about the cards in sight."""
    if _MORE.search(text) and not facts.wishes:
        return "more"
    if wants_compare(text) and (facts.has_reference or facts.shown or not facts.has_category):
        return "compare"
    if wants_outfit(text):
        return "outfit"
    if wants_similar(text) and (facts.has_reference or facts.has_photo or facts.shown):
        return "similar"
    if facts.has_reference and facts.wishes and _WHAT_ABOUT.search(text):
        return "detail"
    if (
        facts.has_position
        and not facts.has_relative
        and not (facts.has_category and _SEARCH_VERB.search(text))
    ):
        # "The first one but in blue" wants another; anything else said of a card asks about it.
        return "similar" if _BUT.search(text) else "detail"
    if (
        wants_detail(text)
        and (facts.has_reference or re.search(r"\b(?:tell me more|more (?:info|details))\b", text))
        and not facts.has_relative
    ):
        return "detail"
    return None


def _talk(text: str, facts: Facts) -> Intent | None:
    """What no product answers."""
    if facts.answers:
        return None
    if _OUT.search(text) and not facts.has_category:
        return "out_of_scope"
    if facts.out_of_shop:
        return "out_of_scope"
    anything = (
        facts.wishes or facts.has_reference or facts.has_relative or facts.has_exclusion or facts.has_photo
    )
    if not anything and (_GREETING.search(text) or _THANKS.search(text)):
        return "smalltalk"
    return None
