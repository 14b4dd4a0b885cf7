"""Reads the sizes a shopper names: letters, words, systems, waists, ages; and leaves "a large bag" alone.

Knows nothing about which sizes are in stock.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re

from shopper.chat.understand.draft import Draft

_LETTERS = {
    "xxs": "XXS", "xs": "XS", "s": "S", "m": "M", "l": "L", "xl": "XL", "xxl": "XXL", "2xl": "XXL", "2x": "XXL", "2xs": "XXS",
    "xxxl": "3XL", "3xl": "3XL", "3x": "3XL", "xxxxl": "4XL", "4xl": "4XL", "4x": "4XL", "5xl": "5XL", "5x": "5XL", "6xl": "6XL",
}  # fmt: skip
_SPELT = {
    "extra extra small": "XXS", "xx-small": "XXS", "xx small": "XXS", "extra small": "XS", "extra-small": "XS", "x-small": "XS", "x small": "XS",
    "xsmall": "XS", "sml": "S", "lrg": "L", "lge": "L", "small": "S", "medium": "M", "med": "M", "large": "L", "extra extra large": "XXL", "extra large": "XL", "extra-large": "XL",
    "x-large": "XL", "x large": "XL", "xlarge": "XL", "xx-large": "XXL", "xx large": "XXL", "xxlarge": "XXL", "2x-large": "XXL", "2x large": "XXL",
    "double xl": "XXL", "xxx-large": "3XL", "xxx large": "3XL", "3x-large": "3XL", "3x large": "3XL", "xxxx-large": "4XL", "4x-large": "4XL",
    "4x large": "4XL", "5x-large": "5XL",
    "2 x large": "XXL", "3 x large": "3XL", "4 x large": "4XL", "2 x-large": "XXL", "3 x-large": "3XL",
}  # fmt: skip
_SPELT.update(
    {
        f"{n}{gap}x{joint}large": f"{n}XL" if n > 2 else "XXL"
        for n in range(2, 8)
        for gap in ("", " ", "-")
        for joint in ("", " ", "-")
    }
)
_SPELT.update(
    {
        f"{extra}{gap}{word}": size
        for word, size in (("small", "XS"), ("large", "XL"))
        for extra in ("xtra", "ex", "exra")
        for gap in ("", " ", "-")
    }
)
_SPELT.update(
    {
        f"{said} x{joint}large": size
        for said, size in (("two", "XXL"), ("three", "3XL"), ("four", "4XL"))
        for joint in (" ", "-")
    }
)
_SPELT["sm"] = "S"
_COUNTED = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "fourteen": "14",
    "sixteen": "16",
    "eighteen": "18",
    "twenty": "20",
}
_SPELT_NUMBER = "|".join(_COUNTED)
_SIZE_WORD = r"(?:sizes?(?![a-z])|sized|sz\.?|tg\.?|tgl\.?|gr(?=\.? ?\d)|grosse|große|groesse|gr\.|konfektionsgrosse|taille|pointure|taglia|misura|numero|talla|tallas)"
_NUMBER = r"\d{1,3}(?:[.,]5)?"
_SYSTEM = r"(?:eu|eur|uk|us|usa|it|fr|au|aus|nz|de)"
# "Italian 44", "aussie size 10".
_NATIONS = {
    "EU": "european|continental|europaische[rn]?", "UK": "british|english|gb", "US": "american|amerikanische[rn]?", "IT": "italian|italienische[rn]?",
    "FR": "french|franzosische[rn]?", "AU": "australian|aussie|ozzie", "DE": "german|deutsche[rn]?",
}  # fmt: skip
_NATION = re.compile(
    rf"(?<!\w)({'|'.join(_NATIONS.values())})\s+(?:sizes?|grosse|sizing)?\s*(?:is |a |of )*(\d{{1,2}}(?:[.,]5)?)(?![\w.,]*\d)\b"
    rf"|(?<![\w.,])(\d{{1,2}}(?:[.,]5)?)\s+(?:in )?({'|'.join(_NATIONS.values())}|uk|us|eu)\s+siz(?:es?|ing)\b"
)
_ALPHA = "|".join(sorted(_LETTERS, key=len, reverse=True))
_WORDS = "|".join(re.escape(w) for w in sorted(_SPELT, key=len, reverse=True))
_LINK = r"(?:\s*(?:is|are|:|=|should be|must be|needs? to be|would be|ist|ware|est|e|es|of|in|a|an|the|my|wear|number|no\.?|m/w|,)\s*){0,4}\s*"

_WAIST_LENGTH = re.compile(
    r"(?<![\d.])(?:w\s?)?(2[2-9]|3\d|4\d|5\d)\s?(?:w|\"|in\b|inch(?:es)?)?(?:\s?waist)?\s*(?:x|by|/|,|and|with)?(?: an?)?\s*(?:l\s?)?(2[4-9]|3[0-8])\s?(?:l\b|\"|(?:in(?:ch(?:es)?)?)? ?(?:length|leg|inside leg|inseam)\b)"
    r"|(?<![\d.])w\s?(\d\d)\s*[/ ,x-]?\s*l\s?(\d\d)\b|(?<![\d.])(2[4-9]|3\d|4\d)\s?x\s?(2[6-9]|3[0-8])\b|(?<![\d.])(2[4-9]|3\d|4\d)w\s*x?\s*(2[6-9]|3[0-8])l?\b"
)
_WAIST_THEN = re.compile(
    r"\b(?:waist|w|weite|bundweite|taille|vita|cintura)(?: size)?(?: is|:)?\s*(2[2-9]|3\d|4\d|5\d)(?:\"|''|\s?in(?:ch(?:es)?)?)?\s*(?:,|and|und|et|e|y|/)?\s*(?:l|lange|leg|inside leg|inseam|length|longueur|lunghezza|largo)(?: is|:)?\s*(2[4-9]|3[0-8])(?!\d)"
)
_WAIST = re.compile(
    r"(?<![\d.])(\d\d)(?:\"|''|-?\s?in(?:ch(?:es)?)?)?\s+(?:in|at|around|round|on) (?:the|my|his|her) waist\b|\bwaist(?: is|'s)?(?: a| about)? ([2-5]\d)\b(?! ?cm)|\bw(\d\d)\b|\bwaist(?: size)?(?: is| of|:)? (\d\d)\b|(?<![\d.])(\d\d)(?:\"|''|-?\s?inch(?:es)?)? waist\b|(?<![\d.])(\d\d)w\b"
)
# "38 in the waist, 32 leg": the length stands apart.
_APART = re.compile(
    r"(?<![\d.])(2[2-9]|3\d|4\d|5\d)(?:\"|''|-?\s?in(?:ch(?:es)?)?)?\s+(?:in|at|around|on) (?:the|my|his|her) waist\b,?\s*(?:and |with )?(?:a )?(2[4-9]|3[0-8])(?:\"|-?\s?in(?:ch(?:es)?)?)?\s+(?:in(?:side)? (?:the |my )?)?(?:leg|length|inseam|inside leg)\b"
    r"|(?<![\d.])(2[2-9]|3\d|4\d|5\d)\s*(?:w|wide|waist)?\s*(?:by|x|and|\*|/)\s*(2[6-9]|3[0-8])\s*(?:l|long|leg|length)\b"
)
# "Jeans 32/34": a pair of numbers on trousers is waist and leg.
_PAIR = re.compile(r"(?<![\d./])(2[4-9]|3\d|4[0-8])(?:\s?[/x]\s?|\s?by\s?| )(2[6-9]|3[0-8])(?![\d/])")
_HALF = re.compile(
    r"\b(?:(uk|us|usa|eu)\s+(?:size\s+)?)?(\d{1,2}|four|five|six|seven|eight|nine|ten|eleven|twelve)(?:[ -](?:and|&)[ -]a[ -]half|\s?½|\s1/2)(?:\s+(?:in )?(uk|us|usa|eu)(?: siz(?:e|es|ing))?)?(?![\w])"
)
_AFTER_NUMBER = re.compile(r"(?<![\w.,-])(\d{1,2}(?:[.,]5)?)[ -]sized?\b")
# "Womens 8 sandals", "ladies 12".
_AFTER_WEARER = re.compile(
    r"\b(?:wom[ae]n'?s?|ladies'?|men'?s|mens|girls?'?|boys?'?|kids'?|damen|herren|femme|homme|donna|uomo|mujer|hombre)\s+(?:uk |eu |us |size |gr\.? |en |del? |taglia )?(\d{1,2}(?:[.,]5)?)(?![\w.,%€$£'\"-]|\s?(?:mm|cm|inch|year|yr|month|pack|pairs?|pieces?|or older))"
)
_DEL = re.compile(
    r"\b(?:del|de la|du|dal|il|el|en|im|in der|un|numero|n[°º.]?)\s+((?:3[0-9]|4\d|5[0-8])(?:[.,]5)?)(?![\w%€$£-]|[.,]\d|\s?(?:mm|cm|euro|anni|ans|anos|jahre))"
)
_IN_BETWEEN = re.compile(
    r"\b(?:i'?m|im|i am|she'?s|he'?s|usually|always) (?:usually |somewhere |always |normally )?(?:in )?between (?:an? )?(?:size )?(\d{1,2}|[smlx]{1,3}) and (?:an? )?(?:size )?(\d{1,2}|[smlx]{1,3})\b"
)
_INSTEAD_OF = re.compile(
    rf"\b(?:instead of|rather than|statt|au lieu d[ue]|invece d(?:i|ella)|en vez de)\s+(?:the |an? |size |la |der )?(?:{_NUMBER}|{_ALPHA}|{_WORDS})(?![\w])"
)
# "Usually a 12 but make it a 14": what is taken otherwise isn't asked for now.
_USUALLY = re.compile(
    rf"\b(?:usually|normally|typically|generally)(?: \w+)? (?:an? |size )*(?:{_NUMBER}|{_ALPHA}|{_WORDS}),? but(?= (?:(?:i|i'd|i'll|let's|would|like|please|make|want|need|go|going|get|try|it|up|for|with|an?|me|this|time|in|size) )+(?:{_NUMBER}|{_ALPHA}|{_WORDS})(?![\w%€$£]))"
)
_EITHER_LETTER = re.compile(rf"(?<![\w'-])({_ALPHA})\s*(?:or|/|oder)\s*(?:an? )?({_ALPHA})(?![\w'-])")
_BETWEEN = re.compile(
    r"\bbetween (?:an?|sizes?) (?:size )?(\d{1,2}|[smlx]{1,3}) (?:and|or) (?:an? |size )*(\d{1,2}|[smlx]{1,3})(?![\w€$£])"
)
_OR_NUMBER = re.compile(
    r"^\s*(?:or|and|/|-|,|to|oder|ou|o|und|et)\s*(\d{1,2}(?:\.5)?)(?![\w.,]*\d|\s?(?:€|\$|£|eur|cm|mm|inch|year))\b"
)
_COLLAR = re.compile(
    r"\bcollar(?: size)?(?: is| of)? (\d{2}(?:[.,]5)?)(?![\w.,]*\d)|(?<![\w.,])(1[3-9](?:[.,]5)?)[\"”]?[ -]?(?:inch|in)? ?(?:collar|neck)\b"
)
_SIZE_YEARS = re.compile(r"\bsize (\d{1,2}) (?:years?|yrs?)\b")
_SPAN = re.compile(r"(?<![\d./-])(3\d|4\d)\s?(?:-|–|/)\s?(3\d|4\d)(?![\d/-]|\s?(?:€|\$|£|eur))")
# A number alone between commas: "knee length, 18".
_LONE = re.compile(
    r"(?:(?<=, )|(?<=,))(?:probably |maybe |i guess |usually )?(\d{1,2}(?:[.,]5)?)(?:\s*(?:or|/)\s*(\d{1,2}(?:[.,]5)?))?(?=\s*(?:[,.!?]|$|(?:please|pls|plz|if poss\w*|would do|will do|is fine|i think|i guess|tops)\b))"
)
# "A black dress 14": a number at the end behind a name; not "for my son 8" or "under 50".
_TRAILING = re.compile(
    r"(?<=[a-z] )(?<!for )(?<!to )(?<!of )(?<!under )(?<!over )(?<!about )(?<!around )(?<!max )(?<!is )(?<!and )(?<!or )(?<!the )(?<!than )(?<!from )(?<!number )(?<!only )(?<!son )(?<!daughter )(?<!boy )(?<!girl )(?<!want )(?<!need )(?<!show )(?<!take )(?<!add )(?<!budget )(?<!limit )(?<!spend )(?<!top )(?<!by )(?<!in )(?<!at )(?<!minus )(?<!me )(?<!page )(?<!first )(?<!last )(?<!next )(?<!with )(?<!like )(?<!past )(?<!jordan )(?<!option )(?<!have )(?<!get )"
    r"(?:([4-9]|[12]\d)\s*(?:or|/)\s*)?([2-9](?:\.5)?|1\d(?:\.5)?|2\d|3[0-3])\s*(?:please|pls|plz)?\s*[.!?]?\s*$"
)
# "14 petite", "12 tall", "10 long leg": the cut stays to be read.
_CUT = re.compile(
    r"(?<![\w.,])([4-9]|[1-5]\d)(?=\s?-?(?:petite|tall|(?:extra )?(?:long|short|regular)(?: leg| length)?|reg)\s*(?:$|[,.;!?]|(?:please|pls|in|if|and|for|with|leg|length)\b))"
)
_LETTERED = re.compile(r"\bsize ([a-z])\b(?! ?\d)")
_BRA = re.compile(
    r"(?<![\w.])(?:size\s+)?((?:28|30|32|34|36|38|40|42|44|65|70|75|80|85|90|95|100)\s?(?:aa|dd|ff|gg|[a-h]))\b(?! (?:few|lot|bit|bag|dress))"
)
_SUIT = re.compile(r"(?<![\w.])((?:3[2-9]|4\d|5\d))\s?(r|s|l)\b")
_AGES = re.compile(
    r"\b(?:age|ages|aged|size|sz|gr\.?|grosse|taille|talla|taglia) ?(\d{1,2})\s?(?:-|–|to|/)\s?(\d{1,2})(?=\s?(?:years?|yrs?|y)\b)|\b(?:age|ages|aged) ?(\d{1,2})\s?(?:-|–|to|/)\s?(\d{1,2})(?![\d/])"
)
_YEARS = re.compile(
    r"(?<![\d.])(?:size |age |ages |aged )?(\d{1,2})\s?(?:-|–|to|/|bis|a)\s?(\d{1,2})\s?(years?|yrs?|y|months?|mths?|jahre|ans|anni|anos|monate|mois|mesi|meses)\b"
)
_TODDLER = re.compile(r"(?<![\w.])(\d)\s?t\b")
_SYSTEM_SIZE = re.compile(
    rf"(?<!\w)(?:{_SIZE_WORD}{_LINK})?(?:in\s+)?({_SYSTEM})\.?\s?(?:{_SIZE_WORD}\s*)?({_NUMBER})(?![\d.]*\s?(?:mm|cm|%|€|\$|£))\b(?!-)"
    rf"|(?<![\w.,])(?:{_SIZE_WORD}\s+)?({_NUMBER})\s?(eu|eur|uk|us|usa)\b"
)
_NAMED = re.compile(
    rf"(?<!\w){_SIZE_WORD}{_LINK}((?:{_NUMBER}|{_ALPHA}|{_WORDS}|one size|{_SPELT_NUMBER})(?:\s*(?:,|or|and|/|-|to|oder|ou|o|und|et|y)\s*(?:size\s+)?(?:{_NUMBER}|{_ALPHA}|{_WORDS}))*)"
    rf"(?![\w'])(?!\s?(?:mm|cm|%|year|inch|\"|€|\$|£|eur|dollars))"
    rf"|(?<![\w'])({_WORDS}|{_ALPHA})[ -]sized?\b"
)
_IN_A = re.compile(
    rf"(?<!\w)(?:in(?:\s+an?)?|in(?:\s+der)?(?:\s+grosse)?|i'?m(?: usually)? an?|i am an?|i wear an?|i take an?|i wear|wears? an?|he'?s an?|she'?s an?|en|fits? an?|made in|come in(?: an?)?|ist eine?|je fais du|porto una?|porto la|uso una?|uso la|trage(?: ich)?|(?:i|usually|normally|always) take an?|takes an?|(?:feet|foot) (?:are|is)(?: an?)?|usually an?|normally an?)\s+"
    rf"((?:3[0-9]|4\d|5\d|[2-9]|1\d|2\d)(?:[.,]5)?|{_ALPHA}|{_WORDS}|(?<= a )(?:{_SPELT_NUMBER}))(?:\s?(?:-|/|or|to)\s?(?:an? )?(\d{{1,2}}|[sml]|x+[sl]))?(?![\w'])(?!\s?(?:mm|cm|%|year|inch|\"|€|\$|£|eur|dollar|colou?r|colou?rs|print|pattern|pieces|days|minutes|hours|person|of|checks|stripes|heel|indigo|blue|brown|grey|gray|wash|denim|length|weight|rise|strength))"
)
_LONG_WORDS = "|".join(
    re.escape(w)
    for w in sorted(_SPELT, key=len, reverse=True)
    if " " in w or "-" in w or w.startswith("x") or w[0].isdigit()
)
_LOUD = re.compile(rf"(?<![\w-])({_LONG_WORDS}|xxs|xs|xl|xxl|[2-7]xl|xxxl|xxxxl|[2-5]x|2xs)(?![\w'-])")
_PLAIN_WORD = re.compile(
    r"(?<![\w-])(small|medium|large)(?![\w'-])(?!\s+(?:bag|tote|handbag|backpack|clutch|purse|wallet|scarf|suitcase|print|logo|pattern|checks?|flowers?|dots?|stripes?|heels?|collar|pockets?|"
    r"hoops?|earrings?|buttons?|gift|present|budget|brim|hat|watch|umbrella|size range|selection|amount|number|rise|blue|wash|grey|gray|brown|weight|length|coverage|support|impact|indigo|denim|navy|wash|straps?|bows?|hood|hem|brim|lapels?|check|frills?|ruffles?|slit|chest|waist|belt|hips?|shoulders?|feet|foot|faces?|heads?|hands?|wrists?|neck|figure|frame|build|part|family|details?|flower|floral|polka|check|checked|striped|graphic|printed|paisley|plaid|animal|leopard|geometric|abstract|gold|silver|chain|links?|letters|sleeves?|neck))"
)
_CAPITAL = re.compile(r"(?<![\w'’-])([SML])(?![\w'’&.-])")
_SHOE_NUMBER = re.compile(
    r"(?<![\w.,-])(?:((?:3[4-9]|4[0-8])(?:[.,]5)?)\s*(?:or|/|oder|ou|o)\s*)?((?:3[4-9]|4[0-8])(?:[.,]5)?)(?![\w.,%€$£-])(?!\s?(?:mm|cm|inch|euro|pairs))"
)  # "38.5 heels"
_LAST_NUMBER = re.compile(
    r"(?<=[a-z,] )(?:(3[4-9](?:[.,]5)?|4\d(?:[.,]5)?)\s*(?:or|/|oder|ou|o)\s*)?(3[4-9](?:[.,]5)?|4\d(?:[.,]5)?)\s*[.!?]?\s*$"
)  # "rain jacket red 42"
_NO_LETTER_SIZES = frozenset({"bags", "accessories", "jewellery", "shoes"})
_ONE_SIZE = re.compile(
    r"\bone[ -]size\b|\beinheitsgrosse\b|\btaille unique\b|\btaglia unica\b|\btalla unica\b"
)


def read_sizes(draft: Draft, *, groups: frozenset[str], expected: bool = False) -> tuple[str, ...]:
    """The sizes in `draft`, blanked there, as said but in one spelling: "XXL", "UK 8", "W32 L30", "6-7 years".

    `groups` are the category and its parents, since a "large" bag isn't a size; `expected` is true after we
    asked for a size: then a bare number or letter counts.
    """
    found: list[str] = []
    original = draft.text
    draft.take(_INSTEAD_OF)
    draft.take(_USUALLY)
    while match := draft.take(_NATION):
        said, number = (match[1], match[2]) if match[1] else (match[4], match[3])
        system = next((name for name, words in _NATIONS.items() if re.fullmatch(words, said)), said.upper())
        found.append(f"{system} {number.replace(',', '.')}")
    while match := draft.take(_COLLAR):
        found.append(next(g for g in match.groups() if g).replace(",", "."))
    while match := draft.take(_SIZE_YEARS):
        found.append(f"{match[1]} years")
    if match := draft.take(_IN_BETWEEN) or draft.take(_BETWEEN):
        found.extend((_spell(match[1]), _spell(match[2])))
    for pattern in (_APART, _WAIST_THEN, _WAIST_LENGTH, _WAIST, *((_PAIR,) if "bottoms" in groups else ())):
        while match := draft.take(pattern):
            numbers = [g for g in match.groups() if g]
            found.append(f"W{numbers[0]} L{numbers[1]}" if len(numbers) == 2 else f"W{numbers[0]}")
    found.extend(_halves(draft))
    while match := draft.take(_YEARS):
        unit = "months" if match[3][0] == "m" else "years"
        found.append(f"{match[1]}-{match[2]} {unit}")
    while match := draft.take(_AGES):
        low, high = (g for g in match.groups() if g)
        found.append(f"{low}-{high} years")
    while match := draft.take(_TODDLER):
        found.append(f"{match[1]}T")
    for match in list(_SYSTEM_SIZE.finditer(draft.flat)):
        if _is_word(draft, original, match):
            continue
        draft.blank(*match.span())
        system, number = (match[1], match[2]) if match[1] else (match[4], match[3])
        if other := _OR_NUMBER.match(draft.flat[match.end() :]):
            draft.blank(match.end(), match.end() + other.end())
        named = {"eur": "EU", "usa": "US", "aus": "AU"}.get(system, system.upper())
        both = (number, other[1]) if other else (number,)
        found.extend(f"{named} {said.replace(',', '.')}" for said in both)
    if groups & {"underwear", "swimwear"} or "bra" in draft.flat:
        while match := draft.take(_BRA):
            found.append(match[1].replace(" ", "").upper())
    if groups & {"tailoring", "outerwear", "bottoms"}:
        while match := draft.take(_SUIT):
            found.append(f"{match[1]}{match[2].upper()}")
    if groups & {"clothing"}:
        while match := draft.take(_CUT):
            found.append(match[1])
    if "jewellery" in groups:
        while match := draft.take(_LETTERED):
            found.append(match[1].upper())
    while match := draft.take(_NAMED):
        found.extend(
            _spell(part)
            for part in re.split(
                r"\s*(?:,|\bor\b|\band\b|/|\bto\b|\boder\b|\bou\b|\bo\b|\bund\b|\bet\b|\by\b|(?<=\d)-(?=\d))\s*",
                match[1] or match[2],
            )
            if part
        )
    while match := draft.take(_ONE_SIZE):
        found.append("one size")
    while match := draft.take(_LOUD):
        found.append(_spell(match[1]))
    found.extend(_quiet(draft, original, groups))
    if expected and not found:
        found.extend(_answers(draft))
    found.extend(_told_by_neighbours(draft, groups, found))
    if not found and "shoes" in groups and (match := draft.take(_SHOE_NUMBER)):
        found.extend(number.replace(",", ".") for number in match.groups() if number)
    if not found and groups & {"clothing", "shoes"} and (match := draft.take(_LAST_NUMBER)):
        found.extend(number.replace(",", ".") for number in match.groups() if number)
    return tuple(dict.fromkeys(found))


def _halves(draft: Draft) -> list[str]:
    """ "Six and a half" is 6.5."""
    found = []
    while match := draft.take(_HALF):
        system = (match[1] or match[3] or "").upper().replace("USA", "US")
        found.append(f"{system} {_COUNTED.get(match[2], match[2])}.5".strip())
    return found


def _told_by_neighbours(draft: Draft, groups: frozenset[str], found: list[str]) -> list[str]:
    """A number that only its neighbours make a size: "8 size", "womens 8", "a dress, 18"."""
    if found or not groups & {"clothing", "shoes", "accessories"}:
        return []
    patterns = [_AFTER_NUMBER, _AFTER_WEARER, *((_LONE,) if groups & {"clothing", "shoes"} else ())]
    if draft.language != "en":
        patterns.append(_DEL)
    if groups & {"socks", "shoes"} and (match := draft.take(_SPAN)):
        return [f"{match[1]}-{match[2]}"]
    if groups & {"clothing", "shoes"}:
        patterns.append(_TRAILING)
    for pattern in patterns:
        if match := draft.take(pattern):
            return [number.replace(",", ".") for number in match.groups() if number]
    return []


def _is_word(draft: Draft, original: str, match: re.Match[str]) -> bool:
    """ "Make it 2", "give us 3": lower-case "it", "fr" and "us" may be words; only beside a size word they aren't."""
    said = match[1] or match[4]
    start = match.start(1) if match[1] else match.start(4)
    if (
        said not in ("it", "fr", "us", "de", "au")
        or original[start].isupper()
        or re.match(_SIZE_WORD, match.group())
        or not match[1]
    ):
        return False
    before = draft.flat[:start].split()
    if said in ("de", "au"):
        return True  # a little word in Spanish and French
    return said != "us" or bool(
        before
        and before[-1]
        in ("give", "show", "for", "of", "let", "help", "with", "to", "and", "both", "send", "tell")
    )


def _quiet(draft: Draft, original: str, groups: frozenset[str]) -> list[str]:
    """Sizes that are told from everyday words by what stands around them."""
    found: list[str] = []
    while match := _IN_A.search(draft.flat):
        letter = match[1] if match[1] in _LETTERS or match[1] in _SPELT else None
        if (
            letter
            and len(letter) == 1
            and not original[match.start(1)].isupper()
            and groups & _NO_LETTER_SIZES
        ):
            break
        draft.blank(*match.span())
        found.extend(_spell(said) for said in match.groups() if said)
    if not groups & _NO_LETTER_SIZES:
        # "Large" is wide in French.
        while draft.language in ("en", "de") and (match := draft.take(_PLAIN_WORD)):
            found.append(_spell(match[1]))
        while match := draft.take(_EITHER_LETTER):
            found.extend((_spell(match[1]), _spell(match[2])))
        for match in list(_CAPITAL.finditer(draft.text)):
            draft.blank(*match.span())
            found.append(match[1])
    return found


def _answers(draft: Draft) -> list[str]:
    """A bare answer to "which size?": "38", "m or l"."""
    parts = re.findall(rf"(?<![\w.])({_NUMBER}|{_ALPHA}|{_WORDS})(?![\w.])", draft.flat)
    for part in parts:
        at = draft.flat.index(part)
        draft.blank(at, at + len(part))
    return [_spell(part) for part in parts]


def _spell(said: str) -> str:
    word = " ".join(said.replace("size", " ").split()).strip()
    if word in _COUNTED:
        return _COUNTED[word]
    if word in _SPELT:
        return _SPELT[word]
    return _LETTERS.get(word, word.replace(",", "."))
