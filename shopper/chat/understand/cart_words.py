"""What should happen in the cart: which action, how many, in which size and colour, if that was said.

Knows nothing about stock, prices or which product is meant.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Sequence

from shopper.chat.understand.context import CartChange
from shopper.chat.understand.draft import Draft
from shopper.chat.understand.references import NUMBERS
from shopper.chat.understand.wishes import Wish
from shopper.types import Intent

_NUMBERS = {**NUMBERS, "a couple": 2, "couple": 2}
_COUNT = "|".join([*sorted(_NUMBERS, key=len, reverse=True), r"\d{1,2}"])
_SET = re.compile(
    rf"\b(?:make|change|set|update|quantity|want|need|have|to|mach\w*)\b[^.]*?\b({_COUNT})\b(?! one)"
)
_ADD = re.compile(
    rf"\b(?:add|take|want|buy|order|get|have|put|nehme|prends|prendo|anade|llevo|ajoute)\s+(?:me\s+)?({_COUNT})\b(?! one)|\b({_COUNT}) (?:of|x|pairs?|pieces|stuck|mal|times|exemplaires)\b|\b(\d{{1,2}})x\b|\btwice\b|\b(both)\b|^\W*({_COUNT}) of (?:the|those|them|these|it)\b"
)
_OF_THEM = re.compile(rf"\b({_COUNT}) of (?:the|those|them|these|it|each)\b")
_MORE = re.compile(
    r"\b(?:one|another|einen?|un|une|uno|una) (?:more|mehr|de plus|in piu|mas)\b|\banother one\b"
)
_REMOVE = re.compile(
    r"\b(?:remove|delete|take out|take off|get rid of|drop|ditch|scrap|empty|clear|without|don'?t want|take the|lose|bin|scratch|cancel|forget|changed my mind|leave (?:out|off|it|that|them|the)|put .{0,20}back|raus|rausnehmen|entfernen|weg|via|togliere|enlever|retirer|vire\w*|saca\w*|quitar|fuera|entfern\w*|losch\w*|nimm|leeren|enleve\w*|retire\w*|supprime\w*|vide\w*|rimuov\w+|togli\w*|elimina\w*|svuota\w*|quita\w*|borra\w*|vacia\w*)\b"
)
_LOOKING = re.compile(
    r"\bin (?:my|the) (?:cart|basket|bag)\b|\btotal\b|\bhow much\b|\b(?:dans mon panier|nel mio carrello|nel carrello|en (?:el|mi) (?:carrito|cesta)|in meinem warenkorb|im warenkorb)\b|^\W*(?:my |the )?(?:cart|basket|bag)\W*$|\bwhat'?s in my\b|\b(?:show|see|view|open)(?: me)? my\b"
)


def read_cart_change(
    stated: Intent | None, draft: Draft, sizes: Sequence[str], wanted: Sequence[Wish]
) -> CartChange | None:
    """The change that the words ask for; `None` where they only look."""
    if stated not in ("cart_add", "cart_update"):
        return None
    size = sizes[0] if sizes else None
    color = next((w.key for w in wanted if w.kind == "color" and w.role == "wanted"), None)
    if stated == "cart_add":
        match = _ADD.search(draft.flat)
        said = next((g for g in match.groups() if g), None) if match else None
        return CartChange("add", 1 if said in (None, "both") else _number(str(said)), size, color)
    if _MORE.search(draft.flat):
        return CartChange("add", 1, size, color)
    if _REMOVE.search(draft.flat):
        return CartChange("remove", 0, size, color)
    if match := _OF_THEM.search(draft.flat):
        return CartChange("set", _number(match[1]), size, color)
    if match := _SET.search(draft.flat):
        return CartChange("set", _number(match[1]), size, color)
    if _LOOKING.search(draft.flat):
        return None
    return CartChange("set", 1, size, color)


def _number(said: str) -> int:
    return _NUMBERS.get(said) or int(said)
