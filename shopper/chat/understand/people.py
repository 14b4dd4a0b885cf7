"""Reads for whom it is: "my 8 year old daughter" is girls and kids, "for him" is men.

Knows nothing about the shopper; a person in a photo is never looked at.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from dataclasses import dataclass

from shopper.chat.understand.draft import Draft
from shopper.products.taxonomy import Mention, Taxonomy
from shopper.types import AgeGroup, Gender

_AGE = re.compile(
    r"(?<![\d.–/-])(?<!size )(?:\d{1,2}\s?(?:-|–|to|/|or)\s?(?=\d{1,2}[\s-]*(?:years?|yrs?)[\s-]*olds?\b))?(\d{1,2})(?:\s?-?\s?|\s+)(?:years?|yrs?|yo|y/o|y\.o\.?|jahre|jahrigen?|jahrige|jahriger|ans|anni|anos)(?:[\s-]*(?:olds?|alt|de edad))?\b"
    r"|\b(?:ages?|aged|turning|turns|who'?s|who is|he'?s|she'?s|he is|she is|is turning|(?:sie|er|es) (?:wird|ist)(?: bald| gerade| schon)?|(?:elle|il) (?:a|va avoir)|(?:tiene|cumple)|(?:ha|compie)|he'?ll be|she'?ll be|(?:is|she'?s|he'?s) (?:nearly|almost|only|about to be|about|just turned|going on)) (\d{1,2})(?![\d]|\s?(?:-|–|to|/)\s?\d|[.,]\d|\s?(?:mm|cm|euros?|%|\$|€|\"|feet|foot|ft))\b"
)
# "Girls' cargos, I'm 14": who asks for girls' or boys' things speaks of an age.
_OWN_AGE = re.compile(
    r"\b(?:i'?m|i am|i'?ve turned|i just turned) (1\d)(?=\s*(?:$|[,.;!?]|(?:and|so|btw|lol|please|pls)\b))"
)
_SPELT = {
    name: number
    for number, names in enumerate(
        (
            "one first 1st", "two second 2nd", "three third 3rd", "four fourth 4th", "five fifth 5th", "six sixth 6th", "seven seventh 7th",
            "eight eighth 8th", "nine ninth 9th", "ten tenth 10th", "eleven eleventh 11th", "twelve twelfth 12th", "thirteen thirteenth 13th",
            "fourteen fourteenth 14th", "fifteen fifteenth 15th", "sixteen sixteenth 16th", "seventeen seventeenth 17th", "eighteen eighteenth 18th",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_SAID = "|".join(sorted(_SPELT, key=len, reverse=True))
_AGE_SPELT = re.compile(
    rf"\b({_SAID})[\s-]?(?:years?|yrs?|yr)[\s-]?olds?\b|\b(?:turns|turning|turned|aged|will be|is going to be) ({_SAID})\b(?! (?:of|in|or|pairs?|to|and a))|\b({_SAID}) birthday\b|\b(?:he|she)(?:'s|s| is)(?: only| nearly| almost)? ({_SAID})\b(?=\s*(?:[,.!?]|$|and\b|so\b))"
)
# "My son's wedding", "my sister gets married": the host of an occasion isn't who wears it.
_HOST = re.compile(
    r"^(?:'s|s'|')?\s+(?:is |are |was |will be )?(?:getting married|gets? married|got married|marr(?:ies|ying)|ties the knot|tying the knot|graduates|graduating|having a (?:wedding|party)|heiratet|se marie|si sposa|se casa)\b"
)
_OF_AGE = re.compile(
    r"\b(?:lad|girl|boy|child|kid|son|daughter|niece|nephew|grandson|granddaughter|little one|one|toddler|madchen|junge[nr]?|fille|garcon|enfant|bambin[ao]|ragazz[ao]|nin[ao]) (?:of|aged|age|von|de|di)\s+(\d{1,2})(?!\d|[.,]\d|[%€$£]|\s?(?:month|mths|monat|mois|mes|or|euros?))"
)
_KIN = re.compile(
    r"(?<!for )(?<!fur )(?<!pour )\b(?:her|his|their) (?:mums?|moms?|mothers?|dads?|fathers?|parents?|nans?|grans?)(?:'s|s)?$"
)
_EVENT = re.compile(
    r"^\s+(?:\w+\s+){0,2}?(?:wedding|engagement|graduation|prom|christening|baptism|communion|funeral|party|birthday party|stag|hen|do|hochzeit|baby shower|bar mitzvah|bat mitzvah|leaving)\b"
)
_SIZE_MONTHS = re.compile(
    r"(?<![\d.])(\d{1,2})\s?(?:-|–|to|/)\s?\d{1,2}\s?(?:months?|mths?|monate|mois|mesi|meses)\b"
)
_MONTHS = re.compile(
    r"(?<![\d.–/-])(?<!\dto )(?<!- )(\d{1,2})[\s-]?(?:months?|monate|mois|mesi|meses)(?:[\s-]*old)?\b(?!\s+(?:gone|pregnant|along|ago|away|later|from now|schwanger|enceinte)\b)"
)
_SIZE_YEARS = re.compile(
    r"(?<![\d.])(\d{1,2})\s?(?:-|–|to|/)\s?\d{1,2}\s?(?:years?|yrs?|y|jahre|ans|anni|anos)\b"
    r"|\b(?:ages?|aged) (\d{1,2})\s?(?:-|–|to|/)\s?\d{1,2}(?![\d/])|(?<![\w.])([2-5])\s?t\b"
)
_HE = re.compile(r"\b(?:he|he's|hes|he is)\b")
_SHE = re.compile(r"\b(?:she|she's|shes|she is)\b")
_HIM = re.compile(
    r"\b(?:i'?m|i am) a (?:guy|dude|bloke|lad)\b|\bfor (?:him|a guy|guys|a dude|my guy|my man|his)\b|\bfur ihn\b|\bpour lui\b|\bper lui\b|\bpara el(?=\s*(?:$|[.,!?]))"
)
_HER = re.compile(r"\bfor (?:her|my girl|a lady)\b|\bfur sie\b|\bpour elle\b|\bper lei\b|\bpara ella\b")
_DEGREE = re.compile(
    r"\b(?:less|more|too|so|as|weniger|mehr|zu|plus|moins|trop|piu|meno|troppo|mas|menos|demasiado)\s+$"
)
_GIRL_OR_BOY = re.compile(r"\b(girls?|fille|ragazza)\b|\b(?:boys?|garcon|ragazzo)\b")
_AGE_WORDS: tuple[tuple[str, AgeGroup], ...] = (
    ("baby", "baby"),
    ("newborn", "baby"),
    ("toddler", "toddler"),
    ("teen", "teen"),
)
_UNTIL: tuple[tuple[int, AgeGroup], ...] = ((2, "baby"), (4, "toddler"), (13, "kids"), (18, "teen"))
_GROWN: dict[str, Gender] = {"girls": "women", "boys": "men"}
_YOUNG: dict[str, Gender] = {"women": "girls", "men": "boys"}


@dataclass(frozen=True)
class Wearer:
    """For whom; `None` where it wasn't said."""

    gender: Gender | None = None
    age_group: AgeGroup | None = None


def read_wearer(draft: Draft, mentions: list[Mention], taxonomy: Taxonomy, *, known: bool) -> Wearer:
    """The wearer in `draft`; ages are blanked there, so that no size is read from them.

    `known` is true where an earlier turn said for whom it is: then "he" and "she" say nothing new.
    """
    spoken = draft.flat
    years = _years(draft)
    if years is None and any(m.kind in ("gender", "age") and _is_young(m, taxonomy) for m in mentions):
        match = draft.take(_OWN_AGE)
        years = float(match[1]) if match else None
    told = any(m.kind == "age" for m in mentions)
    if years is None and not told and (span := _SIZE_YEARS.search(draft.flat)):
        years = float(
            next(g for g in span.groups() if g)
        )  # "6-7 years" is a size too, so it stays to be read
    if years is None and not told and (span := _SIZE_MONTHS.search(draft.flat)):
        years = float(span[1]) / 12
    age: AgeGroup | None = _by_years(years) if years is not None else None
    gender: Gender | None = None
    for mention in mentions:
        said = draft.flat[mention.start : mention.end]
        if mention.kind == "gender" and _DEGREE.search(draft.flat[: mention.start]):
            continue  # "less masculine"
        if mention.kind == "gender" and gender is None:
            gender = taxonomy.gender(mention.key)
        elif mention.kind == "person" and known and _KIN.search(draft.flat[: mention.end]):
            continue  # "her mum's strict" is said about whom it is for
        elif mention.kind == "person" and (
            _HOST.match(draft.flat[mention.end :])
            or (said.endswith(("'s", "s'")) and _EVENT.match(draft.flat[mention.end :]))
        ):
            continue
        elif mention.kind == "person" and gender is None:
            gender = taxonomy.person(mention.key)[0]
        elif mention.kind == "age" and age is None:
            age = taxonomy.age_group(mention.key)
        if mention.kind == "age" and gender is None and (young_one := _GIRL_OR_BOY.search(said)):
            gender = "girls" if young_one[1] else "boys"
        if age is None and mention.kind == "gender":
            age = next((group for word, group in _AGE_WORDS if word in said), None)
    if gender is None and not known:
        gender = "men" if _HE.search(spoken) else "women" if _SHE.search(spoken) else None
    if gender is None:
        gender = "men" if draft.take(_HIM) else "women" if draft.take(_HER) else None
    young = age in ("kids", "toddler", "baby") or (age == "teen" and years is not None)
    if young and gender in _YOUNG:
        gender = _YOUNG[gender]
    elif years is not None and years >= 18:
        gender, age = _GROWN.get(gender or "", gender), None
    return Wearer(gender, age)


def _is_young(mention: Mention, taxonomy: Taxonomy) -> bool:
    return mention.kind == "age" or taxonomy.gender(mention.key) in ("girls", "boys")


def _years(draft: Draft) -> float | None:
    if not _SIZE_MONTHS.search(draft.flat) and (match := draft.take(_MONTHS)):
        return int(match[1]) / 12
    if match := draft.take(_AGE):
        return float(match[1] or match[2])
    if match := _OF_AGE.search(draft.flat):
        draft.blank(*match.span(1))
        return float(match[1])
    if match := draft.take(_AGE_SPELT):
        return float(_SPELT[next(g for g in match.groups() if g)])
    return None


def _by_years(years: float) -> AgeGroup | None:
    for limit, group in _UNTIL:
        if years < limit:
            return group
    return None
