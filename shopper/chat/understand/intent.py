"""What the shopper wants to happen: a search, a change of it, a cart, an answer, small talk.

Knows nothing about the facts of the query except whether there are any.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

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
_BUYING = _PHRASES["buying"]
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
_SPELT_OUT = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "ya": "you",
    "wat": "what",
    "wot": "what",
    "hv": "have",
    "im": "i'm",
    "ill": "i'll",
    "whats": "what's",
    "wheres": "where's",
    "thats": "that's",
    "dont": "don't",
    "doesnt": "doesn't",
    "cant": "can't",
}
_CHAT_LETTERS = re.compile(r"(?<![\w'-])(?:" + "|".join(_SPELT_OUT) + r")(?![\w'-])")
_MOVING_ON = re.compile(r"\b(?:forget(?: about)? (?!it\b|that\b)|never ?mind the|moving on|enough of the)")
# "Nope. Show me others": what is said of the cards before more are asked for.
_DECLINED = re.compile(
    r"^(?:(?:hm+|nah|nope|meh|bof|nee)[,.! ]+|(?:no|well|ok|okay|sorry|no thanks|no thank you|not really|not quite|not for me|nein|non)[,.!]+ ?)+"
)
# "All three please": who names cards and says please wants them.
_HANDED_OVER = re.compile(
    r"^(?!.*\b(?:show|see|tell|compare|detail|details|more|about|photo|picture|like|similar|not|is|are|does|do|how|what)\b)(?:no\.)?[^.?!]{0,40}\b(?:please|pls|plz|bitte|svp|s'il (?:te|vous) plait|per favore|por favor)\W*$"
)
# A question without any fact of fashion in it, to or about the shop, is about how the shop does things.
_OF_THE_SHOP = re.compile(
    r"^(?:(?:hi|hello|hey|ok|so|and|also|just|quick question|question|one more thing|sorry)[,:! ]+)*(?:is|are|do|does|can|could|will|would|how|when|where|which days?)\b"
    r"(?!.*\b(?:recommend|suggest\w*|advice|advise|any|anything|something|show|find|look\w*|have|got|sell|stock|carry|help|think|choose|pick|newest|latest|best|cheap\w*|popular|trend\w*|new|more|else|wear|style|he|she|colou?rs?|sizes?)\b)"
    r".*\b(?:you|your|i|my|we|prices?|shop|store|website|site|app|company|account|orders?)\b"
)
# With a photo, "same shape but in navy" asks for its like.
_SAME = re.compile(
    r"\b(?:the )?(?:same|exact|identical|this exact) (?:shape|cut|style|thing|one|kind|vibe|look|design|model|idea|piece)\b|^same\b"
)
# "And the second one too" after something went into the cart, unless it is asked about.
_ALSO = re.compile(
    r"^(?!.*\?)(?:(?:ok(?:ay)? )?(?:and|plus|also|und|et|e|y)\b(?! (?:is|are|does|do|has|how|what|can)\b)"
    r"|.*\b(?:too|as well|also|auch|aussi|anche|tambien)\b)"
)


_ITS_OWN = re.compile(
    r"\b(?:come|comes|sold|supplied) with\b|\b(?:have|has|got|include|includes) (?:an? |the |any )?(?:warranty|guarantee|box|dust bag|case|care instructions)\b|\b(?:hat|haben|kommt|kommen) (?:\w+ )?(?:mit )?(?:einer? )?garantie\b"
)
_PICTURED = re.compile(
    r"\b(?:this|that|it|these|those|them|das|dies\w*|sowas|ca|celui|celle|ceci|questo|questa|esto|este|esta)\b"
)
_SEVERAL = 2  # who names two facts of fashion speaks of fashion


@dataclass(frozen=True)
class Facts:
    """What the other rooms found in a message; an intent rests on it."""

    has_price: bool = False
    wishes: int = 0  # facts to filter by, prices and sizes included
    has_category: bool = False
    has_reference: bool = False
    has_position: bool = False  # a card in sight was named, by number or description
    has_photo: bool = False
    names_piece: bool = False  # an outfit was spoken of, and then the piece it should be
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


def plain_talk(flat: str) -> str:
    """The words in one line, with the letters that stand for words ("do u take …") written out."""
    return _CHAT_LETTERS.sub(lambda m: _SPELT_OUT[m.group()], " ".join(flat.split())).strip()


def moving_on(flat: str) -> bool:
    """Whether the words drop the subject: "forget coats, a scarf"."""
    return bool(_MOVING_ON.search(flat))


def read_intent(flat: str, facts: Facts) -> Intent | None:
    """The intent that the words state; `None` leaves it to search or refine."""
    text = plain_talk(flat)
    stated = _service(text, facts) or _about_shown(text, facts) or _talk(text, facts)
    return stated or ("out_of_scope" if facts.nonsense else None)


def _service(text: str, facts: Facts) -> Intent | None:
    """Orders, policies, the cart and the till."""
    if _ORDER.search(text) and not (facts.has_category and _SEARCH_VERB.search(text)):
        return "order_status"
    if _BUYING.search(text):
        return "checkout"  # "I'd like to buy what's in my bag"
    if facts.has_position and _ITS_OWN.search(text):
        return "detail"  # a warranty of one card is no rule of the shop
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
    if not facts.wishes and (_MORE.search(text) or _MORE.search(_DECLINED.sub("", text))):
        return "more"
    if wants_compare(text) and (facts.has_reference or facts.shown or not facts.has_category):
        return "compare"
    if wants_outfit(text) and not facts.names_piece:
        return "outfit"
    if facts.has_photo and not facts.has_category and _SAME.search(text):
        return "similar"
    if facts.has_photo and not facts.has_category and facts.wishes and _PICTURED.search(text):
        return "similar"  # "got this in red?"
    if wants_similar(text) and (facts.has_reference or facts.has_photo or facts.shown):
        return "similar"
    if facts.has_reference and facts.wishes and _WHAT_ABOUT.search(text):
        return "detail"
    if (
        facts.has_position
        and not facts.has_relative
        and not (facts.has_category and _SEARCH_VERB.search(text))
    ):
        if _HANDED_OVER.search(text):
            return "cart_add"
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
    if _OUT.search(text) and not facts.has_category and facts.wishes < _SEVERAL:
        return "out_of_scope"
    if facts.out_of_shop:
        return "out_of_scope"
    anything = (
        facts.wishes or facts.has_reference or facts.has_relative or facts.has_exclusion or facts.has_photo
    )
    if not anything and (_GREETING.search(text) or _THANKS.search(text)):
        return "smalltalk"
    if not anything and not facts.has_category and _OF_THE_SHOP.search(text):
        return "policy"
    return None
