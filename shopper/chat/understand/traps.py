"""Blanks what only looks like a wish: slogans, measures, idioms.

Knows nothing about wishes.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from functools import cache

from shopper.chat.understand.draft import Draft, flatten
from shopper.products.lexicon import Lexicon, split_words

# What is written for machines is no wish of a shopper.
_MARKUP = re.compile(r"\[\[.*?\]\]|\{\{.*?\}\}|</?[a-zA-Z][^<>]{0,40}>|\b\w+_\w+\([^()]*\)", re.DOTALL)
_QUOTED = re.compile(
    r"(?:\b(?:printed|emblazoned|embroidered|written) with )?(?:\"[^\"]{2,80}\"|(?<![\w])'[^']{3,80}'(?![\w]))"
)
_SLOGAN = re.compile(
    r"\b(?:that |which |it |and )?(?:says?|saying|reads?|reading|with the (?:words?|slogan|text|quote|phrase|message|lettering|caption|writing)|written|printed with the words?|mit dem spruch|mit der aufschrift|"
    r"qui dit|con la scritta|que diga|que pone)\s+(?!\s|[,.;!?]|in\b|on\b|it\b)(.+?)(?=(?:\s+(?:in (?:size|black|white|navy|red|blue|pink|grey|gray|green|xs|s|m|l|xl|xxl)\b|under|below|on it|for my|for a|size)\b|[.,;!?]|$))"
)
_MEASURE = re.compile(
    r"(?<![\w.])\d+(?:[.,/]\d+)?\s?-?\s?(?:mm|cm|inches|inch|in\.|in(?= (?:inseam|heel|strap|rise|band|length))|\"|''|ft|feet|foot|oz|g|kg|lbs?|litres?|liters?|l(?= (?:backpack|bag|rucksack))|denier|den|ml|carats?|karats?|ct|thread count)(?=\W|$)"
    r"(?:\s+(?:inseams?|straps?|bands?|heels?|rise|wide|long|tall|high|thick|drop|brim|chain|shaft|platform|absatz|talons?|tacco|tacon|deep|diameter))?(?!\s*(?:waist|leg\b|inside leg|collar\b|neck\b(?! ?chain)))|\b\d{1,2}\s?['’]\s?\d{1,2}\s?\"?"
    r"|\b(?:i'?m|i am|she'?s|he'?s|is) \d['’](?:\d{1,2})?|(?<!\w)\d{2,3}\s?%|\b(?:pack|set) of \d+|\b\d+[- ](?:pack|piece|pcs|pairs?)\b|\b(?:in|within|by|for) \d+ (?:days?|weeks?|hours?|months)\b|\b\d(?:st|nd|rd|th) of\b|\b\d{1,2}(?:st|nd|rd|th) (?:of )?(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|\b(?:on|the|in) \d{4}\b"
    r"|\bclear (?=all\b|everything\b)|(?<=\d )collar\b|\bcollar(?= size)|\b[1-5](?:\.\d)? ?\+? ?(?:stars?|sterne|etoiles|stelle|estrellas)\b"
)
_HAIL = re.compile(
    r"^\W*(?:good )?(?:morning|afternoon|evening|night)(?= (?:all|everyone|guys|folks|there|team|to you)\b|\s*[,!.]|\s*$)|^\W*good (?:morning|afternoon|evening|day|night)\b"
)
# "A bloke at work" is a colleague.
_COLLEAGUE = re.compile(
    r"\b(?:bloke|guy|lad|woman|man|girl|lady|someone|somebody|friend|mate|people|girls|guys|lads|colleagues?|fella|chap|pal) (?:at|from) (work|school|uni|the office|the gym|college|church)\b"
)
# "Do you guys sell …" says nothing of the wearer.
_VOCATIVE = re.compile(
    r"\b(?:you|hi|hey|hello|yo|ok|okay|thanks|cheers|sorry)\s+(guys|ladies|lads|dude|dudes|man|gents|girl|girls|bro)\b(?!')"
)


@cache
def _idioms(words: str) -> re.Pattern[str]:
    phrases = sorted((flatten(p) for p in split_words(words)), key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(p) for p in phrases) + r")(?![\w-])")


def blank_traps(draft: Draft, lexicon: Lexicon) -> None:
    """Blank slogans, measures and idioms in `draft`; they aren't facts, so they leave no spans."""
    kept = list(draft.spans)
    draft.blank_all(_MARKUP)
    draft.blank_all(_QUOTED)
    draft.blank_all(_SLOGAN, 1)
    draft.blank_all(_idioms(lexicon.tables["idioms"]["words"]))
    draft.blank_all(_VOCATIVE, 1)
    draft.blank_all(_HAIL)
    draft.blank_all(_COLLEAGUE, 1)
    draft.blank_all(_MEASURE)
    draft.spans = kept
