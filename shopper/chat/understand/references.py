"""Which of the things in sight the shopper points at: "the second one", "both", "the blue one", "that dress from before".

Knows nothing about what should happen to them.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shopper.chat.understand.context import Context
from shopper.chat.understand.described import CardWords, stem
from shopper.chat.understand.draft import Draft, Span
from shopper.chat.understand.wishes import Wish
from shopper.products.lexicon import tokens
from shopper.products.taxonomy import Taxonomy
from shopper.types import Recommendation, Reference

_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "sixth": 6, "6th": 6,
    "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "tenth": 10,
    "erste": 1, "ersten": 1, "erstes": 1, "erster": 1, "zweite": 2, "zweiten": 2, "zweites": 2, "zweiter": 2, "dritte": 3, "dritten": 3, "drittes": 3,
    "vierte": 4, "vierten": 4, "funfte": 5, "funften": 5, "sechste": 6,
    "premier": 1, "premiere": 1, "deuxieme": 2, "seconde": 2, "troisieme": 3, "quatrieme": 4, "cinquieme": 5,
    "primo": 1, "prima": 1, "secondo": 2, "seconda": 2, "terzo": 3, "terza": 3, "quarto": 4, "quarta": 4, "quinto": 5, "quinta": 5,
    "primero": 1, "primera": 1, "primer": 1, "segundo": 2, "segunda": 2, "tercero": 3, "tercera": 3, "tercer": 3, "cuarto": 4, "cuarta": 4,
}  # fmt: skip
NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "zwei": 2,
    "beiden": 2,
    "drei": 3,
    "deux": 2,
    "trois": 3,
    "due": 2,
    "tre": 3,
    "dos": 2,
    "tres": 3,
}
_ORDINAL = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_COUNT = "|".join([*NUMBERS, r"\d"])
_COUNTED_NOUNS = ("one", "item", "option", "pair", "product", "piece")
_IN_HAND = re.compile(
    r"\b(?:cart|basket|take|add|compare|warenkorb|panier|carrello|carrito|nehme|prends|prendo|llevo)\b"
)
_FIRST_N = re.compile(
    rf"\b(?:first|top|ersten|(?:les )?premiers|primi|prime|primeros|primeras) ({_COUNT})\b|\b({_COUNT}) premiers\b"
)
_LAST_N = re.compile(rf"\b(?:last|letzten|derniers|ultimi|ultime|ultimos|ultimas) ({_COUNT})\b")
_LAST = re.compile(
    r"(?<!never )(?<!n't )(?<!to )(?<!will )(?<!not )(?<!would )(?<!should )(?<!must )(?<!really )\b(?:the )?(?:very )?last(?: one| item| option| pair| dress| shoe)?\b(?! (?:week|month|year|night|time|order|minute|tuesday|monday|friday|summer|winter|chance|season))|\b(?:letzte[ns]?|dernier|derniere|ultimo|ultima)\b"
)
_NTH = re.compile(
    rf"\b(?:the |die |der |das |le |la |il |el |den |dem )?({_ORDINAL})\b(?! (?:date|time|hand|class|of all|communion|year|grade|birthday|anniversary|day|prix))(?: (?:one|item|option|pair|product|piece))?"
)
_NUMBER = re.compile(
    r"(?:#|\b(?:number|no\.?|option|item|nr\.?|nummer|numero|choice|product)\s?#?)\s?(\d|one|two|three|four|five|six)\b(?!\d)|\bthe (two|three)(?= one\b)"
)
# "Compare 1 and 3": bare numbers count beside each other.
_PAIR = re.compile(
    r"(?<![\w.,€$£])(\d)\s*(?:and|&|\+|vs\.?|versus|or|,|with|to|und|oder|et|ou|e|o|y|con|mit|avec)\s*(?:the |number |le |la |il |lo |el |der |die |das |das nummer )?(\d)(?:\s*(?:and|&|,|und|et|e|y)\s*(\d))?(?![\w.,/]*\d|\s?(?:%|€|\$|£|eur|euro|pounds|quid|cm|mm|inch|years?|yrs?|months?|jahre|ans|anni|anos|pairs?))"
)
_ONLY_NUMBER = re.compile(
    r"^\W*(?:(?:i like|i love|i prefer|show me|tell me (?:more )?about|more (?:on|about)|definitely|maybe|is|what about|how about)\s+)(?:nr\.? ?|no\.? ?)?(\d)\b(?!\s?(?:%|€|\$|£|\w))\W*"
)
_LEFT = re.compile(r"\bthe left(?:[- ]?hand)?(?:most)? one\b|\b(?:on|to) the (?:far )?left\b")
_RIGHT = re.compile(r"\bthe right(?:[- ]?hand)?(?:most)? one\b|\b(?:on|to) the (?:far )?right\b")
_FROM_LAST = re.compile(
    r"\b(?:second|2nd|one before) (?:to |from (?:the )?)?last\b|\bsecond-to-last\b|\bpenultimate\b"
)
_FROM_SIDE = re.compile(rf"\b({_ORDINAL})(?: one)? from the (left|right)\b")
_MIDDLE = re.compile(r"\bthe (?:middle one|one in the middle)\b")
_BOTH = re.compile(
    r"\bboth\b|\bbeide\b|\bbeides\b|\bles deux\b|\bentrambi\b|\bentrambe\b|\btutti e due\b|\b(?:los|las) dos\b|\bambos\b|\bambas\b|\bthe two of them\b|\bthese two\b|\bthose two\b|\bthe two\b(?! (?:piece|of us))"
)
_OTHER = re.compile(
    r"\bthe other(?: one)?(?=\s*(?:$|[,.;!?]|please\b|pls\b|then\b|instead\b))|\b(?:das|die|den|der) andere[n]?(?=\s*(?:$|[,.;!?]))|\bl'(?:autre|altr[oa])(?=\s*(?:$|[,.;!?]))|\b(?:el otro|la otra)(?=\s*(?:$|[,.;!?]))"
)
_ALL = re.compile(
    r"\b(?:all of (?:them|these|those)|which of (?:them|these|those)(?= (?:is|are|has|have|would|looks?|feels?)\b)|all (?:three|four|five|six)|them all|each of them|alle davon|tutti|todos ellos|the lot)\b"
)
_EXTREMES: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"\bwhich (?:one |of (?:them|these|those|the \w+) )?(?:is|'s|are) (?:the )?(?:cheap(?:er|est)|least expensive|best value)\b|\bthe cheap one\b|\b(?:welche[rs]?) ist (?:am )?(?:billigste?n?|gunstigste?n?)\b|\bquel(?:le)? est (?:le|la) moins cher\w*|\bqual e (?:il|la) (?:meno car[oa]|piu economic[oa])|\bcual es (?:el|la) mas barat[oa]"), 1),
    (re.compile(r"\bthe (?:expensive|pricey|dear) one\b|\bwhich (?:one |of (?:them|these|those) )?(?:is|'s) (?:the )?(?:most expensive|dearest|priciest)\b"), -1),
    (re.compile(r"\b(?:(?:the |der |die |das |le |la |il |el )?(?:cheapest|the cheaper|least expensive|lowest priced|billigste[nrs]?|gunstigste[nrs]?|moins cher|moins chere|meno caro|meno cara|mas barato|mas barata))(?: (?:one|of (?:them|these|those|the \w+)|dress|option|pair|item))\b"), 1),
    (re.compile(r"(?<!show me )(?<!find me )\bthe cheap(?:er|est)\b(?= (?:of|please|then)|[.,!?]|$)"), 1),
    (re.compile(r"\b(?:(?:the )?(?:most expensive|priciest|dearest|teuerste[nrs]?)|the (?:pricier|more expensive|dearer))(?: (?:one|of (?:them|these|those|the \w+)|option|pair|item))\b"), -1),
)  # fmt: skip
_PREVIOUS = re.compile(
    r"\b(?:that|the|those|these)\b[^.,!?]{0,30}\b(?:from before|from earlier|earlier|before that|you (?:showed|showed me|suggested|had|recommended) (?:before|earlier|first|previously)|i saw (?:before|earlier)|"
    r"we (?:saw|looked at|had) (?:before|earlier)|i liked(?: (?:before|earlier))?)\b|\b(?:go back to|back to) (?:the |that |those )|\b(?:was|were|about|of) (?:that|the|those|these) (?:[\w-]+ ){1,3}again\b|\bvon vorhin\b|\bd'avant\b|\bdi prima\b|\bde antes\b"
)
_STRONG_PRONOUN = re.compile(
    r"\b(?:this one|that one|it|that|this|these|those|them|they|dieses?|diesen?|dieser|das|dazu|celui-ci|celle-ci|celui-la|celle-la|c'est|ca|cette|ce|questo|questa|quello|quella|lo|este|esta|ese|esa|eso)\b(?!'s (?:all|it|perfect|great))"
)
_PHOTO = re.compile(
    r"\b(?:(?:this|that|my|the|in the|in my) (?:photo|picture|pic|image|screenshot|foto|bild)|(?:ma|la|cette) photo|foto|in the pic|dem bild|meinem bild)\b"
)


@dataclass(frozen=True)
class Pointed:
    """The reference, and the words and wishes that only described it."""

    reference: Reference | None = None
    used: tuple[Wish, ...] = ()
    spans: tuple[Span, ...] = ()
    by_pronoun: bool = False


class ReferenceReader:
    """Resolves what is pointed at against the cards, the cart and the photos in sight."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._cards = CardWords(taxonomy)

    def read(self, draft: Draft, wishes: Sequence[Wish], context: Context) -> Pointed:
        """The reference of a message about the cards shown last, a photo, or earlier cards."""
        count = len(context.shown)
        if context.photos and (match := _PHOTO.search(draft.flat)):
            return Pointed(Reference(kind="photo", positions=()), spans=(match.span(),))
        if match := _PREVIOUS.search(draft.flat):
            again = (
                self._cards.find(draft, wishes, context.shown) if match.group().endswith("again") else None
            )
            if again and len(again.positions) == 1:  # "how much was the gold one again", still in sight
                return Pointed(Reference(kind="shown", positions=again.positions), again.used, again.spans)
            inside = tuple(w for w in wishes if match.start() <= w.start < match.end())
            return Pointed(Reference(kind="previous"), inside, (match.span(),))
        if numbered := _by_number(draft, count):
            positions, spans = numbered
            if _NOT_THAT.search(draft.flat[: spans[0][0]]):
                return Pointed()  # "anything but the third"
            used = tuple(
                w
                for w in wishes
                if any(re.fullmatch(r"\s*", draft.flat[end : w.start]) for _, end in spans if w.start >= end)
                and w.kind == "category"
            )
            return Pointed(Reference(kind="shown", positions=positions), used, spans)
        if context.shown:
            several = self._cards.find(draft, wishes, context.shown)
            if several and len(several.spans) > 1 and _EITHER_OF.search(draft.flat):
                return Pointed(
                    Reference(kind="shown", positions=several.positions), several.used, several.spans
                )
            for pattern, sign in _EXTREMES:
                if match := pattern.search(draft.flat):
                    return Pointed(
                        Reference(kind="shown", positions=(_extreme(context.shown, sign),)),
                        spans=(match.span(),),
                    )
            described = self._cards.find(draft, wishes, context.shown)
            if described and not _NOT_THAT.search(draft.flat[: described.spans[0][0]]):
                return Pointed(
                    Reference(kind="shown", positions=described.positions), described.used, described.spans
                )
            other = _other_of_two(context)
            if other and (match := _OTHER.search(draft.flat)):
                return Pointed(Reference(kind="shown", positions=(other,)), spans=(match.span(),))
            if match := _BOTH.search(draft.flat):
                pair = _last_pair(context) or ((1, 2) if count >= 2 else (1,))
                return Pointed(Reference(kind="shown", positions=pair), spans=(match.span(),))
            if match := _ALL.search(draft.flat):
                return Pointed(
                    Reference(kind="shown", positions=tuple(range(1, count + 1))), spans=(match.span(),)
                )
        return Pointed()

    def pronoun(self, draft: Draft, context: Context) -> Pointed:
        """ "It", "that one", "these": what was pointed at last, else the only card."""
        match = _STRONG_PRONOUN.search(draft.flat)
        if match is None:
            return Pointed()
        return self.last_pointed(context, match.span())

    def last_pointed(self, context: Context, span: Span = (0, 0)) -> Pointed:
        """What was pointed at last, else the only card, else a card we can't tell."""
        previous = context.previous.reference if context.previous else None
        if (
            previous is not None
            and previous.kind == "shown"
            and previous.positions
            and max(previous.positions) <= max(len(context.shown), 1)
        ):
            return Pointed(previous, spans=(span,), by_pronoun=True)
        if len(context.shown) == 1:
            return Pointed(Reference(kind="shown", positions=(1,)), spans=(span,), by_pronoun=True)
        if context.shown:
            return Pointed(Reference(kind="shown"), spans=(span,), by_pronoun=True)
        if context.photos:
            return Pointed(Reference(kind="photo"), spans=(span,), by_pronoun=True)
        return Pointed()

    def in_cart(self, draft: Draft, wishes: Sequence[Wish], context: Context) -> Pointed:
        """Which cart lines are meant, by category, colour or title words; a lone line needs no name."""
        lines = context.cart.lines if context.cart else ()
        if not lines:
            return Pointed()
        kept = [m.span() for m in _KEPT.finditer(draft.text)]
        wishes = [w for w in wishes if not any(start <= w.start < end for start, end in kept)]
        draft = Draft(_KEPT.sub(lambda m: " " * len(m.group()), draft.text), draft.language)
        if numbered := _by_number(draft, len(lines)):
            return Pointed(Reference(kind="cart", positions=numbered[0]), tuple(wishes), numbered[1])
        scores = []
        for line in lines:
            title = {stem(t.text) for t in tokens(f"{line.title} {line.color or ''}")}
            said = {stem(t.text) for t in tokens(draft.text)}
            score = len(title & said)
            for wish in wishes:
                score += 2 * (
                    wish.kind == "category"
                    and self._cards.is_a(self._taxonomy.category(line.title), wish.key)
                )
                score += 2 * (
                    wish.kind == "color"
                    and line.color is not None
                    and self._cards.same_color(wish.key, line.color)
                )
            scores.append(score)
        best = max(scores)
        if best > 0:
            positions = tuple(i for i, score in enumerate(scores, 1) if score == best)
            used = tuple(w for w in wishes if w.kind in ("category", "color", "material", "brand", "pattern"))
            return Pointed(Reference(kind="cart", positions=positions), used)
        if re.search(r"\b(?:everything|all|alles|tout|tutto|todo|empty|clear)\b", draft.flat):
            return Pointed(Reference(kind="cart", positions=tuple(range(1, len(lines) + 1))))
        return Pointed(Reference(kind="cart", positions=(1,)) if len(lines) == 1 else Reference(kind="cart"))


# "Which is cheaper, the blue or the red" asks about two, and not for the cheapest in sight.
_EITHER_OF = re.compile(r"\b(?:or|oder|ou|o)\b")
# "Not the parka" throws it out.
_NOT_THAT = re.compile(
    r"\b(?:(?:not|never) (?:keen on|into|fussed about|mad about|crazy about|feeling|a fan of|fond of)|(?:do ?n'?t|did ?n'?t|does ?n'?t|do not) (?:really |much )?(?:like|love|want|fancy|need)|hate|dislike|can'?t stand|skip|not|except|but|any(?:thing)? but|without|no|nicht|pas|non|sin|senza|sans|ohne)(?:\s+the)?\s*$"
)
# "Keep the dress, bin the hat": what is kept isn't meant.
_KEPT = re.compile(r"\bkeep (?:the|my|that|this) [\w ]+?(?=,| but| and|$)", re.IGNORECASE)
_SORTED = re.compile(
    r"(?:est|\b(?:price|prices|rated|reviewed|ones|items|dress(?:es)?|shoes|at|cheap|low|my|her|his|our|their|your|a))\s*$"
)


def _extreme(shown: Sequence[Recommendation], sign: int) -> int:
    return min(
        range(1, len(shown) + 1),
        key=lambda i: sign * min((v.price.minor for v in shown[i - 1].variants), default=0),
    )


def _last_pair(context: Context) -> tuple[int, ...] | None:
    reference = context.previous.reference if context.previous else None
    return (
        reference.positions
        if reference and reference.kind == "shown" and len(reference.positions) == 2
        else None
    )


def _other_of_two(context: Context) -> int | None:
    """The card beside the one spoken of, where there are two."""
    reference = context.previous.reference if context.previous else None
    if reference is None or reference.kind != "shown" or len(reference.positions) != 1:
        return None
    return 3 - reference.positions[0] if len(context.shown) == 2 and reference.positions[0] <= 2 else None


def _count(said: str) -> int:
    return NUMBERS.get(said) or int(said)


def _by_number(draft: Draft, count: int) -> tuple[tuple[int, ...], tuple[Span, ...]] | None:
    """Positions by ordinals and numbers; "last" counts from the end, so it needs cards in sight."""
    # "The first one" is an ordinal like any other, and others may follow it.
    if (match := _FIRST_N.search(draft.flat)) and _count(match[1] or match[2]) > 1:
        return tuple(range(1, _count(match[1] or match[2]) + 1)), (match.span(),)
    if count and (match := _LAST_N.search(draft.flat)) and _count(match[1]) > 1:
        return tuple(range(max(1, count - _count(match[1]) + 1), count + 1)), (match.span(),)
    if count > 1 and (match := _FROM_LAST.search(draft.flat)):
        return (count - 1,), (match.span(),)
    if count > 1 and (match := _FROM_SIDE.search(draft.flat)):
        nth = _ORDINALS[match[1]]
        position = nth if match[2] == "left" else count + 1 - nth
        return ((position,), (match.span(),)) if 0 < position <= count else None
    if count and (match := _MIDDLE.search(draft.flat)):
        return ((count + 1) // 2,), (match.span(),)
    for side, position in ((_LEFT, 1), (_RIGHT, count)):
        if count > 1 and (match := side.search(draft.flat)):
            return (position,), (match.span(),)
    for numbers in (_PAIR, _ONLY_NUMBER):
        match = numbers.search(draft.flat) if count > 1 else None
        named = tuple(int(g) for g in match.groups() if g) if match else ()
        if match and named and all(0 < n <= count for n in named):
            return tuple(dict.fromkeys(named)), (match.span(1) if len(named) == 1 else match.span(),)
    positions: list[int] = []
    spans: list[Span] = []
    for match in _NTH.finditer(draft.flat):
        # Without cards in sight "first" and "second" only count beside "one", "pair" and the like.
        if _is_everyday(draft, match) or not (
            count or match.group().endswith(_COUNTED_NOUNS) or _IN_HAND.search(draft.flat)
        ):
            continue
        positions.append(_ORDINALS[match[1]])
        spans.append(match.span())
    for match in _NUMBER.finditer(draft.flat):
        positions.append(_count(match[1] or match[2]))
        spans.append(match.span())
    if count and (match := _LAST.search(draft.flat)):
        positions.append(count)
        spans.append(match.span())
    return (tuple(dict.fromkeys(positions)), tuple(spans)) if positions else None


def _is_everyday(draft: Draft, match: re.Match[str]) -> bool:
    """ "First," and "at first" order thoughts, not cards; "prima" is also German praise."""
    said = match.group()
    if _SORTED.search(draft.flat[: match.start()]):
        return True
    if match[1] == "second" and re.match(r"\s*hand\b", draft.flat[match.end() :]):
        return True
    return (said == match[1] and (draft.flat[match.end() :].lstrip()[:1] == "," and match.start() == 0)) or (
        match[1] in ("prima", "primo", "quinta") and draft.language != "it"
    )
