"""Short answers to our own question, relaxations ("any colour is fine") and additions ("also in green").

Knows nothing about the facts themselves.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from typing import Literal

from shopper.chat.understand.draft import flatten
from shopper.types import ShopperQuery

_SIZE_ASKED = re.compile(r"\b(?:sizes?|grosse|taille|pointure|taglia|misura|talla)\b")
_PRICE_ASKED = re.compile(
    r"\b(?:budget|spend|price|how much|ausgeben|preis|prix|depenser|spendere|prezzo|gastar|precio|presupuesto)\b"
)
_COLOUR_ASKED = re.compile(
    r"\b(?:which|what|any) (?:colou?rs?)\b|\bcolou?r\b.*\?|\bwelche farbe\b|\bquelle couleur\b|\b(?:che|quale) colore\b|\b(?:que|cual) color\b|\bfarbe\b|\bcouleur\b|\bcolore\b"
)
_ADDS = re.compile(
    r"\b(?:also|as well|too|in addition|additionally|plus)\b(?!\s+(?:big|small|long|short|expensive|much|formal|tight|loose|dark|bright|many|sizes?\b))|\b(?:auch|ausserdem|zusatzlich)\b|\b(?:aussi|egalement|en plus)\b|\b(?:anche|pure)\b|\b(?:tambien|ademas)\b|^or\b"
)
_ABOUT_ONE = re.compile(
    r"\b(?:gibt es|gibt's|habt ihr|haben sie|fuhrt ihr|bekomme? ich|kommt|ist|sind|kriege? ich) (?:das|den|die|es|sie|ihn|dies\w*)\b"
    r"|\b(?:do|does|did|have|has|is|are|can|could|would|will|got|get)\b[^.!?]{0,24}\b(?:it|this|that|these|those|them|they|the same)\b"
    r"|\b(?:available|comes?) in\b|\bexist\w+ (?:aussi |egalement )?en\b|\bl'avez-vous\b|\b(?:vous|tu) l(?:'|es )a\w+|\b(?:lo|la|li|le|ce l')\s?avete\b"
    r"|\be disponibile\b|\b(?:lo|la|los|las) (?:tienen?|tienes|teneis|hay)\b"
)
_ANY = r"(?:any|whatever|whichever|every|all|either|don'?t (?:care|mind) (?:about|which|what)(?: the)?|(?:forget|drop|remove|ignore|lose|scrap|clear)(?: about)? (?:the |that |my |any )?|no (?:particular|specific|preferred|preference (?:on|for|of))|not (?:fussy|picky|bothered) about(?: the)?|jede|beliebige|egal welche|n'importe quelle?|peu importe (?:la|le)|toutes? (?:les )?|qualsiasi|qualunque|cualquier|(?:me )?da(?:n)? igual (?:el|la|los|las)|egal (?:in )?welche[rs]?|ganz egal welche|n'importe quelle?s?|open to any|open on|flexible (?:on|with|about)(?: the)?|happy with any|not (?:too )?(?:bothered|fussed|fussy|picky|worried|precious) (?:about|on|by)(?: the| which| what)?|(?:tutti|tutte) (?:i|le)|todos los|todas las)\s*"
_MATTERS_NOT = r"(?:(?:'s)?\s+(?:is |are |it |really )?(?:flexible|open|up to you|unimportant|not important|irrelevant|optional|can be (?:any(?:thing)?|whatever)|indifferente|e indifferente|est indifferente?|spielt keine rolle|ist mir egal|me da igual|m'est egale?|does ?n'?t matter|doesnt matter|is not important|isn'?t important|is fine|are fine|is ok(?:ay)?|will do|works|is flexible|no matter|whatever|ist egal|egal|est egale?|importe peu|non importa|no importa|da igual)\b)"
_RESTART = re.compile(
    r"\b(?:start (?:over|again|afresh|from scratch)|what (?!else|other|sizes?|colou?rs?|materials?|brands?|more|about|kind)(?:\w+ ){1,3}(?:do|have) you (?:have|got|do|stock|sell)(?= *(?:$|[?.!]))|reset|clear (?:all|everything|(?:the |my |all )?(?:filters|search))|new search|forget (?:everything|all (?:of )?that)|neu anfangen|von vorne?|alles zurucksetzen|recommen\w+ (?:a zero|depuis le debut)|tout effacer|ricominci\w+|empezar de nuevo|borra todo)\b"
)
_CONNECTED = re.compile(
    r"\b(?:matching|to match|to go with|goes? with|pair with|to wear with|with (?:it|them)|dazu|passende?[nrs]?|assorti\w*|abbinat\w*|a juego)\b"
)
# A message of nothing but a number and words of putting right.
_AGAIN_WORD = r"(?:can you do|could you do|can i do|i could do|i can do|no|nope|nah|oops|oh|sorry|actually|wait|ok|okay|well|hmm+|um|i|we|let'?s|please|just|yeah|yes|my bad|meant|mean|said|say|make|that|it|go|back|to|down|up|try|change|rather|instead|of|or|maybe|then|size|budget|with|do|call|for|and|what|about|how|is|should be|a|an|at|nein|doch|zuruck|auf|lieber|eher|ich meinte|sondern|non|plutot|remets|disons|a|anzi|torniamo|meglio|volevo dire|mejor|vuelve|digo|perdon|quise decir|pardon|scusa|sorry)"
_NUMBER_AGAIN = re.compile(
    rf"^\W*(?=.*\b(?:meant|mean|said|sorry|oops|actually|back|instead|rather|change|make|go|try|or|wait|no|nope|what about|how about|nein|doch|zuruck|lieber|meinte|plutot|remets|pardon|anzi|meglio|volevo|mejor|digo|perdon|quise|then|can you|could)\b|\W*\d+\W*\?)(?:{_AGAIN_WORD}[\s,.!:-]+)*(?P<number>\d{{1,4}}(?:[.,]\d+)?)\W*(?:(?:please|then|instead|actually|sorry|rather|max|tops|i mean|i meant|again|thanks|bitte|euros?|quid)\W*)*$"
)
_NEAR_SIZE = 0.5
_FIELDS = {
    "colors": r"(?:colou?rs?|farben?|couleurs?|colori|colore|color|colores)",
    "sizes": r"(?:sizes?|grossen?|tailles?|taglie|taglia|tallas?)",
    "materials": r"(?:materials?|fabrics?|stoffe?|matieres?|tessuti|tessuto|materiale|tejidos?)",
    "patterns": r"(?:patterns?|prints?|muster|motifs?|fantasie|estampados?)",
    "brands": r"(?:brands?|makes?|labels?|marken?|marques?|marche|marca|marcas)",
    "fit": r"(?:fits?|cuts?|passform|schnitt|coupe|vestibilita|corte)",
    "occasion": r"(?:occasions?|anlass|anlasse|occasion)",
    "features": r"(?:features|details|style)",
    "category": r"(?:category|type of (?:clothing|garment|item))",
}
_FORGETS = {
    name: re.compile(
        rf"\b{_ANY}{words}\b(?!\s+(?:but|except|other than|apart from|ausser|sauf|tranne|menos))|\b{words}{_MATTERS_NOT}\b"
    )
    for name, words in _FIELDS.items()
}


def asked(question: str | None) -> Literal["size", "price", "color"] | None:
    """What our last question was about, where a bare number or letter would answer it."""
    if not question:
        return None
    flat = flatten(question)
    if _SIZE_ASKED.search(flat):
        return "size"
    if _PRICE_ASKED.search(flat):
        return "price"
    return "color" if _COLOUR_ASKED.search(flat) else None


def restated(flat: str, previous: ShopperQuery | None) -> Literal["size", "price"] | None:
    """What a bare number puts right: "oops, meant 6" the size that was named, "no, back to 80" the budget."""
    match = _NUMBER_AGAIN.match(flat)
    if match is None or previous is None or previous.intent.startswith("cart"):
        return None
    if not previous.sizes or previous.price is None:
        return "size" if previous.sizes else "price" if previous.price is not None else None
    # With both named it is the one of its magnitude.
    number = float(match["number"].replace(",", "."))
    named = [float(n) for size in previous.sizes for n in re.findall(r"\d+(?:\.\d+)?", size)]
    alike = any(abs(number - size) <= _NEAR_SIZE * size for size in named)
    return "size" if alike and "budget" not in flat else "price"


def _about_one(flat: str) -> bool:
    return bool(_ABOUT_ONE.search(flat))


def adds(flat: str) -> bool:
    """Whether the words add to a list instead of replacing it; "do you have it in green too?" adds nothing."""
    return bool(_ADDS.search(flat)) and not _about_one(flat)


def restarts(flat: str) -> bool:
    """Whether the shopper wants to begin anew."""
    return bool(_RESTART.search(flat))


def connected(flat: str) -> bool:
    """Whether a new subject should go with the old one: "matching shoes"."""
    return bool(_CONNECTED.search(flat))


def forgotten(flat: str) -> frozenset[str]:
    """The fields of a query that don't matter any more."""
    return frozenset(name for name, pattern in _FORGETS.items() if pattern.search(flat))
