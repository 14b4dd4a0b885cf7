"""The product of the page that the shopper reads: what "this" means there, beside the cards of the chat.

Knows nothing about how words are read, and nothing about HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shopper.types import Product, Recommendation, Thread, Turn

_THIS = re.compile(
    r"\b(?:this|these|dies\w*|ce|cet|cette|ces|celui-ci|celle-ci|quest[oaie]|est[eao]s?)\b|هذا|هذه|هذي"
)
_IT = re.compile(
    r"\b(?:it|its|them|that|dazu|davon|damit|ihn|ça|cela|l['’]|quell[oaie]|es[eao]s?|lo)\b|ذلك|تلك",
    re.UNICODE,
)
_NUMBERED = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|last|erste\w*|zweite\w*|dritte\w*|letzte\w*|premi[eè]re?"
    r"|deuxi[eè]me|troisi[eè]me|derni[eè]re?|prim[oa]|second[oa]|terz[oa]|ultim[oa]|primer[oa]?|segund[oa]"
    r"|tercer[oa]?)\b|(?:#|\b(?:number|nummer|num[eé]ro)\s?)\d"
)
_A_FEW_WORDS = 3


def card_of(product: Product) -> Recommendation:
    """The page's product as a card: in its first colour that is in stock."""
    color = next((v.color for v in product.variants if v.available), product.colors[0])
    own = tuple(v for v in product.variants if v.color == color)
    return Recommendation(product=product, color=color, variants=own)


def is_meant(text: str, turns: Sequence[Turn]) -> bool:
    """Whether words that point at something point at the page and not at a card of the chat.

    Where nothing was shown yet there is nothing else to mean. "This" is what the shopper looks at; "it", or a
    size on its own, goes on with what was spoken of last.
    """
    if not any(turn.items for turn in turns):
        return True
    flat = text.casefold()
    if _NUMBERED.search(flat):
        return False
    if _THIS.search(flat):
        return True
    pronoun = _IT.search(flat) is not None
    if not pronoun and len(flat.split()) > _A_FEW_WORDS:
        return False
    at = next((n for n in range(len(turns) - 1, -1, -1) if turns[n].role == "shopper"), None)
    if at is None or not _of_one_card(turns[at + 1 :]):
        return pronoun
    if any(turn.items for turn in turns[at + 1 :]):
        return False  # what was offered beside that thing lies nearer now
    return is_meant(turns[at].text, turns[:at])


def in_sight(thread: Thread, card: Recommendation) -> Thread:
    """The thread as if the page's card had been shown last."""
    at = next((n for n in range(len(thread.turns) - 1, -1, -1) if thread.turns[n].role == "assistant"), None)
    if at is None:
        return thread
    turns = list(thread.turns)
    turns[at] = turns[at].model_copy(update={"items": (card,)})
    return thread.model_copy(update={"turns": tuple(turns)})


def _of_one_card(turns: Sequence[Turn]) -> bool:
    """Whether an answer was about a thing that the shopper had pointed at."""
    reference = next((turn.query.reference for turn in turns if turn.query), None)
    return reference is not None and reference.kind == "shown" and bool(reference.positions)
