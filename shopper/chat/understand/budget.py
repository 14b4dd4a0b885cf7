"""Reads what the shopper wants to spend: "under 80", "80ish", "between fifty and a hundred dollars", "1.299,00 €".

Knows nothing about prices in the shop.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shopper.chat.understand.draft import Draft, Span
from shopper.types import PriceRange, minor_exponent

_AROUND = 0.2  # an "around 80" is 64 to 96

_WORDS = {
    "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "twenty five": 25, "twenty-five": 25, "thirty five": 35, "seventy five": 75, "seventy-five": 75,
    "a hundred": 100, "one hundred": 100, "hundred": 100, "a hundred and fifty": 150, "one fifty": 150, "one hundred and fifty": 150,
    "a couple hundred": 200, "a couple of hundred": 200, "couple hundred": 200, "couple of hundred": 200, "half a grand": 500, "a ton": 100, "a fiver": 5, "fiver": 5, "a tenner": 10, "tenner": 10, "five": 5, "twelve": 12, "a hundo": 100, "hundo": 100, "two grand": 2000, "three grand": 3000, "fuffzig": 50, "funfzehn": 15, "zehn": 10, "anderthalb tausend": 1500,
    "a century": 100, "vierhundert": 400, "une vingtaine": 20, "une trentaine": 30, "une quarantaine": 40, "une cinquantaine": 50, "une soixantaine": 60, "une centaine": 100, "soixante-dix": 70, "quatre cents": 400, "una ventina": 20, "una trentina": 30, "una quarantina": 40, "una cinquantina": 50, "un centinaio": 100, "quattrocento": 400, "cuatrocientos": 400,
    "two hundred": 200, "two hundred and fifty": 250, "two fifty": 250, "three hundred": 300, "four hundred": 400, "five hundred": 500,
    "six hundred": 600, "eight hundred": 800, "a thousand": 1000, "one thousand": 1000, "two thousand": 2000, "a grand": 1000,
    "zwanzig": 20, "dreissig": 30, "dreißig": 30, "vierzig": 40, "funfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80, "neunzig": 90,
    "hundert": 100, "einhundert": 100, "zweihundert": 200, "dreihundert": 300, "funfhundert": 500, "tausend": 1000,
    "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "quatre-vingts": 80, "cent": 100, "cent cinquante": 150,
    "deux cents": 200, "trois cents": 300, "cinq cents": 500, "mille": 1000,
    "venti": 20, "trenta": 30, "quaranta": 40, "cinquanta": 50, "sessanta": 60, "settanta": 70, "ottanta": 80, "novanta": 90, "cento": 100,
    "centocinquanta": 150, "duecento": 200, "trecento": 300, "cinquecento": 500,
    "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90, "cien": 100,
    "ciento cincuenta": 150, "doscientos": 200, "trescientos": 300, "quinientos": 500, "mil": 1000,
}  # fmt: skip
_TENS = ("ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS.update(
    {
        f"{hundred} {joint}{ten}": _WORDS[hundred] + _WORDS[ten]
        for hundred in (
            "a hundred",
            "one hundred",
            "hundred",
            "two hundred",
            "three hundred",
            "four hundred",
            "five hundred",
        )
        for joint in ("and ", "")
        for ten in _TENS
    }
)
_COINS = frozenset({"a tenner", "tenner", "a fiver", "fiver", "a grand", "half a grand", "a hundo"})
_CURRENCIES = {
    "EUR": r"€|eur\b|euros?\b|euronen\b|balles\b|pavos\b",
    "USD": r"us\$|\$|usd\b|dollars?\b|dollar\b|dolars?\b|dolares\b|dollari\b|bucks\b",
    "GBP": r"£|gbp\b|pounds?\b(?! (?:bag|box|pack|of)\b)|quids?\b|pfund\b|sterling\b",
    "CHF": r"chf\b|franken\b|francs suisses\b|sfr\b|swiss francs?\b",
    "JPY": r"¥|jpy\b|yen\b",
    "CAD": r"ca\$|c\$|cad\b",
    "AUD": r"a\$|aud\b",
    "SEK": r"sek\b",
    "DKK": r"dkk\b",
    "PLN": r"pln\b|zloty\b",
    "INR": r"₹|\binr\b|\brupees?\b|\brs\b",
    "NOK": r"\bnok\b",
    "AED": r"\baed\b|\bdirhams?\b",
    "ZAR": r"\bzar\b|\brands?\b",
}
_MONEY = "|".join(_CURRENCIES.values())
_NUMBER = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
_SPELT = "|".join(re.escape(w) for w in sorted(_WORDS, key=len, reverse=True))
# A number with a unit, a system or an ordinal isn't money.
_NOT_MONEY = (
    r"(?!\s*-?\s*(?:mm|cm|m\b|inch|inches|in\.|\"|ft\b|feet|foot|years?|yrs?|yo\b|y/o|months?|jahre|jahrige|ans\b|anni|anos|stars?|sterne|"
    r"etoiles|stelle|estrellas|%|percent|st\b|nd\b|rd\b|th\b|x?xl\b|x\s?\d|l\b|w\b|kg|lbs|degrees|°|denier|den\b|pairs?|pieces?|items?|"
    r"things|options|pack|days?|weeks?|hours?|tage|carat|karat|ct\b|litres?|liters?|people|eu\b|uk\b|us\b|(?:-|\.)?\d|/\d))"
)


def _amount(name: str) -> str:
    return (
        rf"(?:(?P<{name}_pre>{_MONEY})\s*)?(?<![\w.,])(?P<{name}>{_NUMBER}|(?:{_SPELT})\b)(?:\s?(?P<{name}_k>k|bills|hundo)\b)?"
        rf"{_NOT_MONEY}(?:\s*(?:d'|de |di )?(?P<{name}_post>{_MONEY}))?"
    )


def _cue(words: str) -> str:
    return rf"(?<!\w)(?:{words})(?:\s+(?:a|the|of|is|the price of|price of|about|around|roughly|like|i|gli|los|las|les|von|bei|de|d'|di))?\s*"


_MAX_BEFORE = _cue(
    r"under|undr|below|beneath|less th[ae]n|sub|not a penny (?:more than|over)|not a cent over|dearer th[ae]n|nothing (?:dearer|pricier|costlier|more expensive|higher) th[ae]n|(?:not|no) (?:dearer|costlier|more expensive) th[ae]n|keep (?:it|them|this|things) (?:under|below|within|to)|stay(?:ing)? (?:under|below|within)|(?:top|upper) (?:limit|end|budget)(?: is| of)?|limit(?: is|'s)|limit of|ceiling(?: is| of)?|(?:only|just) (?:got|have)|(?:i'?ve|i have|we have|we'?ve|ive) (?:only |just )?(?:got |have )?|"
    r"cheaper th[ae]n|lower th[ae]n|max(?:imum)?(?: of| price| budget)?:?|up to|upto|at most|no more th[ae]n|not more th[ae]n|not over|"
    r"not above|nothing (?:over|above|more than)|(?:no|not) (?:higher|pricier) than|not exceed(?:ing)?|doesn't exceed|don'?t exceed|within|"
    r"(?:price )?(?:lower|less) than|my (?:limit|max|budget)(?: is|'s)?|budget(?: is| of|'s|:)?|(?:can|could|want to|willing to|to) (?:spend|pay)(?: up to)?|"
    r"(?:don'?t|not|can'?t|won'?t|cannot|do not|never) (?:want to |wanna |wish to |like to )?(?:spend|pay|go|stretch)(?:ing)? (?:to )?(?:more than|over|above|past|beyond)|<=?|capped at|cap (?:it |this |that )?at|(?:make|call) (?:it|that)(?= ?[€$£]?\d\d)|let'?s say|cap of|for under|"
    r"(?:can|could|might|would|will|i'd|i'll|to|able to) (?:maybe |probably |just |also |even |perhaps )?(?:stretch|go|push|rise|pay)(?: it| (?:my|the) budget)? ?(?:as (?:high|far|much) as|up to|to)|"
    r"(?:raise|stretch|bump|push|increase|up) (?:it|that|(?:my|the) (?:budget|limit|max|price)) (?:up )?to|as (?:high|much) as|"
    r"unter|bis(?: zu)?|maximal|hochstens|nicht mehr als|nicht uber|nicht teurer als|weniger als|budget von|budget(?: ist)?:?|bloss nicht mehr als|keine? mehr als|nicht hoher als|hochstpreis|bis max(?:imal)?\.?|bis hochstens|weniger als|(?:habe?|hab) (?:nur )?(?:ein budget von )?|"
    r"a? ?moins de|sous|jusqu'?a|maximum|pas plus de|au plus|en dessous de|ne depasse pas|budget de|inferieur a|pas plus cher que|plafond de|maxi(?:mum)?|grand max(?:imum)?|dans la limite de|j'ai (?:un budget de )?|"
    r"sotto(?: i| gli)?|meno di|massimo|fino a|non piu di|al massimo|entro(?: i)?|inferiore a|sotto ai|non oltre(?: i)?|non superi(?:ore a)?(?: i)?|budget(?: di)?:?|max|ho (?:un budget di )?(?:circa )?|"
    r"menos de|por debajo de|por menos de|hasta|maximo|no mas de|como mucho|como maximo|que no (?:pase|supere|exceda)(?: de)?(?: los)?|presupuesto(?: de)?:?|maximo de|tope(?: de)?|inferior a|max|no mas caro que|tengo (?:un presupuesto de )?"
)
# A floor said by what is too little; read before the ceilings, whose words it shares.
_NOT_BELOW = _cue(
    r"(?:nothing|not|no|never|none|n'?t (?:want |show me |go |like )?(?:anything )?)\s*(?:below|under|beneath|less th[ae]n|cheaper th[ae]n|lower th[ae]n)|"
    r"(?:nicht|nichts|keine?) (?:unter|weniger als|billiger als)|pas (?:en dessous de|moins de)|rien (?:en dessous de|sous|a moins de)|(?:niente|non) (?:sotto|meno di)(?: i)?|"
    r"(?:nada|no) (?:por debajo de|menos de|de menos de)"
)
_MIN_BEFORE = _cue(
    r"(?<!not )(?<!n't )(?<!go )over|above|north of|more th[ae]n|at least|from|starting (?:at|from)|upwards of|min(?:imum)?(?: of)?|no less than|not less than|greater th[ae]n|"
    r"higher than|>=?|uber|ab|mindestens|mehr als|plus de|a partir de|au moins|au dessus de|superieur a|"
    r"sopra(?: i)?|piu di|almeno|a partire da|superiore a|mas de|desde|por encima de|al menos|minimo"
)
_AROUND_BEFORE = _cue(
    r"in the (?:region|ballpark|neighbou?rhood|vicinity|range|area) of|give or take|bout|abt|arnd|somewhere round|round about|thereabouts|around|about|approx(?:imately)?\.?|roughly|approximately|~|circa|ca\.?|somewhere (?:around|near)|near|close to|etwa|ungefahr|rund|so um die|um die|environ|autour de|"
    r"aux alentours de|dans les|intorno a(?:i)?|sui|sobre|alrededor de|unos|unas|cerca de|en torno a(?: los)?|rondando(?: los)?|mas o menos|verso(?: i)?|a peu pres|plus ou moins|piu o meno"
)
_BETWEEN = re.compile(
    r"(?<!\w)(?:between|zwischen|entre|tra(?: i)?|fra(?: i)?|from|von|de|da)\s+" + _amount("a").replace(r"|(?:-|\.)?\d|/\d", "")
    + r"\s*(?:and|&|to|-|–|und|bis|et|a|e|ed|y|till|until)\s+(?:i |gli |los |les |the |die )?" + _amount("b")
)  # fmt: skip
_RANGE = re.compile(_amount("a").replace(r"|(?:-|\.)?\d|/\d", "") + r"\s*(?:-|–|to|bis|a)\s*" + _amount("b"))
_MAX_AFTER = re.compile(
    _amount("a") + r"\s*(?:(?:and |or )?(?:down|downwards)(?!\s+(?:jacket|coat|filled|filling))|(?:or |and )?(?:less|under)(?= ?(?:please|pls|$|[.,!?]))|at the (?:very |absolute )?most|as a (?:max|limit|ceiling)|or less|or under|or below|or cheaper|and under|and below|tops(?=\s*(?:$|[.,;!?]|for\b|on\b|please\b|pls\b|mate\b))|max\b|maximum|at (?:the )?most|maximal|hochstens|oder weniger|ou moins|o meno|"
    r"o menos|massimo|maximo|limit|budget|cap\b|ceiling|tops please|maxi(?:mum)?\b|grand max|au plus|al massimo|al max|como (?:mucho|maximo)|de tope|tope\b|as a maximum|(?:is|'s) (?:the|my|our|about my) (?:absolute |very |upper |top )*(?:limit|max|budget|maximum|ceiling|cap))"
)  # fmt: skip
_MIN_AFTER = re.compile(
    _amount("a")
    + r"\s*(?:or more|and up|and above|or above|or over|minimum|upwards|oder mehr|ou plus|o piu|o mas|\+)"
)
_AROUND_AFTER = re.compile(
    _amount("a").replace(_NOT_MONEY, "")
    + r"\s*-?(?:ish\b|or so\b|or thereabouts|thereabouts|odd\b|give or take|rum\b|so in etwa|environ|a peu pres|circa\b|mas o menos|o por ahi|piu o meno|plus ou moins)"
)
_FLOOR = re.compile(_NOT_BELOW + _amount("a"))
# "From 1k down" is a ceiling.
_DOWN_FROM = re.compile(r"\bfrom\s+" + _amount("a") + r"\s+(?:and )?(?:down|downwards|under|below|or less)\b")
_MAX = re.compile(_MAX_BEFORE + _amount("a"))
_MIN = re.compile(_MIN_BEFORE + _amount("a"))
_NEAR = re.compile(_AROUND_BEFORE + _amount("a"))
_BARE = re.compile(_amount("a"))
# "Women over 50" are people, "size 10 to 12" are sizes. "For women between 50 and 70" may be either, and who
# shops speaks of money.
_NOT_RANGE_BEFORE = re.compile(
    r"(?:\b(?:aged?|size|sizes|grosse|taille|taglia|talla|pointure|uk|eu|us|waist|(?:i'?m|she'?s|he'?s|i am|im|usually|normally|always)(?: usually| normally| somewhere| always)?)\s+(?:in )?)$"
)
_NOT_BUDGET_BEFORE = re.compile(
    r"(?:\b(?:women|men|ladies|people|woman|man|aged?|frauen|manner|femmes|hommes|size|sizes|grosse|taille|taglia|talla|pointure|uk|eu|us|waist)\s+"
    r"(?:who (?:is|are) )?)$"
)
_FORGET = re.compile(
    r"\b(?:forget|ignore|drop|remove|lift|scrap|never mind|nevermind)(?: about)? (?:the |my )?(?:budget|price|cost|price limit|price range|limit)\b|"
    r"\b(?:price|money|budget|cost)(?: is|'s)? (?:does ?n'?t matter|not? (?:an )?(?:issue|object|problem)|irrelevant|doesnt matter|is not important)\b|"
    r"\b(?:price|money|budget|cost) (?:does not matter|doesn't matter|is no object|no object)\b|\bany (?:price|budget)\b|\bno (?:budget|price limit|limit on price)\b|"
    r"\b(?:egal was es kostet|preis (?:ist )?egal|budget egal|peu importe le prix|prix (?:n'a pas d'|sans )importance|"
    r"il prezzo non (?:importa|conta)|no importa el precio|da igual el precio)\b"
)


# Said in answer to "what is your budget?".
_NO_LIMIT = re.compile(
    r"\b(?:no (?:limit|max|maximum|budget|cap)|unlimited|sky'?s the limit|don'?t care|whatever|any(?:thing)?|doesn'?t matter|not fussed|kein limit|egal|pas de limite|peu importe|nessun limite|indifferente|sin limite|da igual)\b"
)


@dataclass(frozen=True)
class Budget:
    """What was said about money; `forget` lifts the bounds of earlier turns."""

    price: PriceRange | None = None
    forget: bool = False


def read_budget(draft: Draft, *, currency: str, expected: bool = False, apart: Sequence[Span] = ()) -> Budget:
    """The budget in `draft`, blanked there. `expected` is true after we asked for it: then a bare number counts;
    `apart` are spans that are no price, such as a brand with a number in its name.
    """
    if draft.take(_FORGET):
        return Budget(forget=True)
    if expected and draft.take(_NO_LIMIT):
        return Budget(forget=True)
    for pattern in (_BETWEEN, _RANGE):
        for match in pattern.finditer(draft.flat):
            between = pattern is _BETWEEN
            unless_after = _NOT_RANGE_BEFORE if between else _NOT_BUDGET_BEFORE
            if _is_budget(draft, match, apart, unless_after) and _plausible_range(match, named=between):
                draft.blank(*match.span())
                low, high = sorted((_minor(match, "a", currency), _minor(match, "b", currency)))
                return Budget(
                    PriceRange(min=low, max=high, currency=_currency(match, "a") or _currency(match, "b"))
                )
    low_bound = high_bound = None
    named: str | None = None
    for pattern in (_DOWN_FROM, _FLOOR, _AROUND_AFTER, _MAX_AFTER, _MIN_AFTER, _MAX, _MIN, _NEAR):
        for match in pattern.finditer(draft.flat):
            # "Women over 50" are people; "for women under 50" speaks of money.
            ceiling = pattern in (_DOWN_FROM, _MAX_AFTER, _MAX)
            if not _is_budget(draft, match, apart, _NOT_RANGE_BEFORE if ceiling else _NOT_BUDGET_BEFORE):
                continue
            draft.blank(*match.span())
            amount = _minor(match, "a", currency)
            named = _currency(match, "a") or named
            if pattern in (_AROUND_AFTER, _NEAR):
                return Budget(
                    PriceRange(
                        min=round(amount * (1 - _AROUND)), max=round(amount * (1 + _AROUND)), currency=named
                    )
                )
            if pattern in (_DOWN_FROM, _MAX_AFTER, _MAX):
                high_bound = amount if high_bound is None else high_bound
            else:
                low_bound = amount if low_bound is None else low_bound
            break
    if low_bound is None and high_bound is None:
        return _bare(draft, currency, expected, apart)
    if low_bound is not None and high_bound is not None and low_bound > high_bound:
        low_bound = None
    return Budget(PriceRange(min=low_bound, max=high_bound, currency=named))


def _bare(draft: Draft, currency: str, expected: bool, apart: Sequence[Span]) -> Budget:
    """A sum with its currency and no other word ("a dress for 80 euros") is the most they'd pay."""
    for match in _BARE.finditer(draft.flat):
        named = _currency(match, "a")
        if (named or expected or match["a"] in _COINS) and _is_budget(draft, match, apart):
            draft.blank(*match.span())
            return Budget(PriceRange(max=_minor(match, "a", currency), currency=named))
    return Budget()


def _is_budget(
    draft: Draft,
    match: re.Match[str],
    apart: Sequence[Span],
    unless_after: re.Pattern[str] = _NOT_BUDGET_BEFORE,
) -> bool:
    if any(match.start("a") < end and start < match.end("a") for start, end in apart):
        return False
    before = draft.flat[: match.start("a")]
    return not (unless_after.search(draft.flat[: match.start()]) or unless_after.search(before)) and any(
        c.isalnum() for c in match["a"]
    )


def _plausible_range(match: re.Match[str], *, named: bool) -> bool:
    """A bare "50-80" may be a budget, "6-7" or "38-40" is rather a size."""
    low, high = _value(match["a"]), _value(match["b"])
    if _currency(match, "a") or _currency(match, "b"):
        return True
    if named:
        return high >= 10 and low < high
    return low >= 20 and low < high and low % 5 == 0 and high % 5 == 0


def _value(number: str) -> float:
    if number in _WORDS:
        return _WORDS[number]
    digits = number.replace("'", "").replace(" ", "")
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and len(digits) - last - 1 == 3:
        return float(re.sub(r"[.,]", "", digits))
    if last >= 0:
        return float(re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :])
    return float(digits)


def _currency(match: re.Match[str], name: str) -> str | None:
    said = match[f"{name}_pre"] or match[f"{name}_post"]
    if not said:
        return None
    return next(
        (code for code, pattern in _CURRENCIES.items() if re.fullmatch(pattern.replace(r"\b", ""), said)),
        None,
    )


def _minor(match: re.Match[str], name: str, currency: str) -> int:
    thousand = {"k": 1000, None: 1}.get(match[f"{name}_k"], 100)
    code = _currency(match, name) or currency
    return round(_value(match[name]) * thousand * float(10 ** minor_exponent(code)))
