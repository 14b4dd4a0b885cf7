"""Turns lexicon mentions into wishes: which category is meant, and which words belong to something else.

Knows nothing about negation, budgets or earlier turns.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from shopper.chat.understand.draft import Draft, Span
from shopper.chat.understand.spelling import english_words
from shopper.products.lexicon import fold, split_words, tokens
from shopper.products.taxonomy import Mention, Taxonomy
from shopper.products.vocabulary import CatalogVocabulary

_PERSONAL = frozenset({"gender", "person", "age", "out_of_shop"})
# What may stand before an everyday word that is meant as a fact: "in stone", "for work", "with buttons".
_BEFORE_WEAK = re.compile(
    r"(?:\b(?:in|colou?r|coloured|colored|of|from|with|without|no|not|except|but|avoid|hate|than|for|to|at|on|my|or|and|real|pure|any|is|are|it|that's|thats|a|an|the|more|less|"
    r"made of|has|have|having|free|mit|ohne|aus|fur|en|avec|sans|con|senza|sin|de|di|per|para|pour|very|light|dark|some|fit|this)|[,/&])\s*$"
)
# "Does it suit me", "watch out": garment words used as verbs.
_VERB_BEFORE = re.compile(
    r"\b(?:to|will|would|should|must|might|may|can|could|does|doesn'?t|don'?t|i|you|we|they|it|on|over the)\s*$"
)
_TO_DRESS = re.compile(
    r"\b(?:(?:help|teach|let) (?:me|us)|to|should i|(?:do|can|would|should) (?:i|we|you)|i)\s+$"
)
_DRESSING = re.compile(r"^\s+(?:me|him|her|us|myself|up|down|appropriately|smartly|well|to impress)\b")
_VERB_AFTER = re.compile(
    r"^\s+(?:me|him|us|them|my\b(?! (?:size|style))|everyone|out|off|up|rated|notch|quality|selling|reviewed)\b(?! to)"
)
# "A long black dress": long and short say a length only of dresses and skirts.
_LENGTHS = {"long": "maxi", "short": "mini"}
_LENGTH = re.compile(
    r"\b(long|short)\b(?=\s+(?:(?!sleeve|and\b|or\b|with\b|for\b)[\w-]+\s+){0,3}(?:dress|dresses|gown|skirt|skirts)\b)"
)
_KIND_OF = re.compile(r"^[\s-]*(?:kind|type|sort|style|looking)(?: of)?(?: an?)?\s*$")
_ONE_AFTER = re.compile(r"^\s+ones?\b")  # "the cream one" is of a colour
# "Elastic top straps": the word tells which part.
_PART_AFTER = re.compile(
    r"^\s+(?:straps?|soles?|stitch\w*|trim|edges?|layers?|hal(?:f|ves)|parts?|sections?|lines?|buttons?|tiers?|panels?|bit|notch)\b"
)
_BEFORE_COLOR = re.compile(
    r"(?:\b(?:medium|light|dark|deep|pale|bright|soft|faded|in|colou?r|colou?red|or|and|not|no|but|except|than|is|are|en|di|de|der|farbe|more|less|very)|[,/&])\s*$"
)
# "Gold hardware", "white soles": the colour of a part.
_PART_NOUN = re.compile(
    r"^\s+(?:hardware|buttons?|soles?|laces|trim|stitching|accents?|details?|detailing|lining|logo|zip|zipper|buckles?|studs|piping|clasps?|borders?|rivets|eyelets|writing|text|letters|lettering)\b"
)
# "A grey top with black print" is grey.
_DECORATION = re.compile(
    r"^\s+(?:embellishments?|flowers?|floral|dots?|spots|stripes?|prints?|patterns?|graphics?|images?|designs?|embroidery|patch(?:es)?|polka|checks?|logos?|cuffs|collar|edges|edging|beads|sequins|bows?|straps|tassels|fringe)\b"
)
_WITH_COLOR = re.compile(r"\bwith\s+(?:an? |some |the |small |little |tiny |big )*$")
# "Natural hair", "blue eyes": the shopper, not the thing; a "black hair clip" is one.
_BODY = re.compile(
    r"^\s+(?:hair(?:ed)?|eyes?|eyed|skin(?:ned)?|complexion|beard)\b(?!\s+(?:clips?|bands?|ties?|bows?|accessor\w+|slides?|pins?|claws?|scrunch\w+|grips?|combs?))"
)
# "Winter evenings" are a time; an "evening gown" is for an occasion.
_TIMES = re.compile(
    r"\b(?:winter|summer|spring|autumn|fall|chilly|cold|cool|warm|cosy|cozy|lazy|quiet|frosty|rainy|every|good|weekday|sunday|saturday|friday)\s+$"
)
_IN_SEASON = re.compile(r"\b(?:in|during|this|next|throughout)\s+(?:(?:the|early|late|mid)\s+)*$")
_EVENING_OUT = re.compile(r"^\s+(?:out|do|event|function|wear|reception)\b")
_STRETCHING = re.compile(r"\b(?:i|we|he|she|they)(?:'d| could| can| might| would)(?: \w+)? (?:to )?$")
_COLOURED = re.compile(r"^\s*-?colou?r(?:ed)?\b")
# One part of a shoe isn't the shoe, unless it comes "with a heel".
_WITH = re.compile(r"\b(?:with|con|avec|mit)\s+(?:a |an |un |einem )?(?:\w+ )?$")
_CATALOG_BRAND_CUE = re.compile(r"\b(?:by|from|brand|von|de chez|marca|marque|marke|di|de)\s+$")
_BY_BRAND = re.compile(
    r"\b(?:by|from the brand|brand|the brand|from brand|marke|de la marque|della marca|de la marca)\s+([A-Z][\w&'’.-]*(?:\s+[A-Z&][\w&'’.-]*){0,2})"
)
_ALIKE = re.compile(
    r"^[\s-]*(?:style|styled|type|inspired|look ?alikes?|dupes?|esque|like ones|knock-?offs?)\b"
)
_AFTER_BRAND = frozenset({"category"})


@dataclass(frozen=True)
class Wish:
    """One fact that was named, and where; `role` is "wanted", "beside" (another's) or "second" (another product)."""

    kind: str
    key: str
    start: int
    end: int
    role: str = "wanted"


class WishReader:
    """Finds the wishes of a message with the lexicon and the loaded catalog's own words."""

    def __init__(self, taxonomy: Taxonomy, vocabulary: CatalogVocabulary) -> None:
        self._taxonomy = taxonomy
        self._brands = {
            tuple(t.text for t in tokens(brand)): brand
            for brand in vocabulary.brands
            if len(fold(brand)) > 1 and tokens(brand)
        }
        # Colours that only this shop has a name for.
        self._colors = {
            tuple(t.text for t in tokens(color)): color
            for color in vocabulary.colors
            if len(fold(color)) > 3 and not taxonomy.find_all(color)
        }
        self._parts = frozenset(split_words(taxonomy.lexicon.tables["parts"]["words"]))
        self._longest_brand = max((len(key) for key in self._brands), default=0)

    def mentions(self, draft: Draft) -> list[Mention]:
        """All lexicon mentions of the message in its language."""
        return self._taxonomy.find_all(draft.text, draft.language)

    def numbered_brands(self, draft: Draft) -> list[Span]:
        """Where brands with a number in their name stand: "7 for all mankind" isn't a price."""
        brands = self._brand_wishes(draft, self.mentions(draft))
        return [(b.start, b.end) for b in brands if any(c.isdigit() for c in draft.flat[b.start : b.end])]

    def wishes(self, draft: Draft, mentions: list[Mention]) -> list[Wish]:
        """The wishes in order of appearance, people left out, roles set."""
        brands = self._brand_wishes(draft, mentions)
        taken = [(b.start, b.end) for b in brands]
        kept = [m for m in mentions if not any(m.start < end and start < m.end for start, end in taken)]
        plain = [m for m in kept if m.kind not in _PERSONAL and m.kind not in ("brand", "maybe_brand")]
        found = [Wish(m.kind, m.key, m.start, m.end) for m in plain if self._is_meant(draft, m, mentions)]
        found = [self._part(draft, w) for w in self._one_meaning(draft, found)]
        found += [
            Wish("feature", _LENGTHS[match[1]], *match.span(1))
            for match in _LENGTH.finditer(draft.flat)
            if not any(w.start <= match.start() < w.end for w in found)
        ]
        taken += [(w.start, w.end) for w in found]
        found += [c for c in self._shop_colors(draft, found) if not _inside(c, taken)]
        found = sorted([*found, *brands], key=lambda w: (w.start, w.end))
        return self._heads(draft, found)

    def _shop_colors(self, draft: Draft, found: Sequence[Wish]) -> list[Wish]:
        """The shop's own names for colours, where they stand like one: "a beanie in persimmon"."""
        words = tokens(draft.text) if self._colors else []
        out: list[Wish] = []
        for at, key in ((at, key) for at in range(len(words)) for key in self._colors):
            if tuple(w.text for w in words[at : at + len(key)]) != key:
                continue
            start, end = words[at].start, words[at + len(key) - 1].end
            before_thing = any(w.start >= end and not draft.flat[end : w.start].strip(" -") for w in found)
            if before_thing or len(words) == len(key) or _BEFORE_COLOR.search(draft.flat[:start]):
                out.append(Wish("color", self._colors[key], start, end))
        return out

    def _is_meant(self, draft: Draft, mention: Mention, mentions: list[Mention]) -> bool:
        lexicon = self._taxonomy.lexicon
        said = fold(draft.text[mention.start : mention.end])
        if mention.key == "evening" and said in ("evening", "evenings"):
            return _is_occasion(draft, mention, mentions)
        if said == "stretch" and _STRETCHING.search(draft.flat[: mention.start]):
            return False
        if mention.kind == "fit" and any(m.kind == "person" and m.start == mention.start for m in mentions):
            # "My mom wears …" is a person, "mom jeans" a cut.
            return any(m.kind == "category" and 0 <= m.start - mention.end <= 1 for m in mentions)
        if said == "dress" and (
            _TO_DRESS.search(draft.flat[: mention.start]) or _DRESSING.match(draft.flat[mention.end :])
        ):
            return False
        if said not in lexicon.weak:
            return True
        words = tokens(draft.text)
        if len(words) <= 3 or _ONE_AFTER.match(draft.flat[mention.end :]):
            return True
        inside = mention.kind in ("occasion", "season") and any(
            m.kind == "category" and m.start <= mention.start and mention.end < m.end for m in mentions
        )
        if inside:
            return True  # "work trousers" are one name
        if mention.kind == "category":
            return not (
                _PART_AFTER.match(draft.flat[mention.end :])
                or _VERB_BEFORE.search(draft.flat[: mention.start])
                or _VERB_AFTER.match(draft.flat[mention.end :])
            )
        others = [
            m for m in mentions if m is not mention and (m.start, m.end) != (mention.start, mention.end)
        ]
        gap_after = [
            m for m in others if m.start >= mention.end and not draft.flat[mention.end : m.start].strip(" -")
        ]
        gap_before = [
            m for m in others if m.end <= mention.start and not draft.flat[m.end : mention.start].strip(" -")
        ]
        if mention.kind in ("occasion", "season"):
            before = draft.flat[: mention.start]
            if mention.kind == "season" and _IN_SEASON.search(before):
                return True
            return bool(gap_after) or bool(
                re.search(
                    r"\b(?:for|to|at|fur|pour|per|para|zum|zur)\s+(?:(?:a|an|the|my|our|this|her|his|hot|big|romantic|fancy|long|first|next|late|early|l'|la|el|il|le)\s+){0,2}$",
                    before,
                )
            )
        if mention.kind == "material":
            # "Slow down", "pearl coloured": a doubtful material stands before the thing it makes.
            gap_after = [m for m in gap_after if m.kind in ("category", "material", "color", "gender")]
            if _COLOURED.match(draft.flat[mention.end :]):
                return False
        if mention.kind == "color" and not gap_after:
            return bool(gap_before) or bool(_BEFORE_COLOR.search(draft.flat[: mention.start]))
        if gap_after or (gap_before and mention.kind != "material"):
            return True
        return bool(_BEFORE_WEAK.search(draft.flat[: mention.start]))

    def _part(self, draft: Draft, wish: Wish) -> Wish:
        said = draft.flat[wish.start : wish.end]
        after = draft.flat[wish.end :]
        decorated = _DECORATION.match(after) and _WITH_COLOR.search(draft.flat[: wish.start])
        if wish.kind == "color" and (_PART_NOUN.match(after) or _BODY.match(after) or decorated):
            return replace(wish, role="part")
        is_part = (
            wish.kind == "category" and said in self._parts and not _WITH.search(draft.flat[: wish.start])
        )
        return replace(wish, role="part") if is_part and len(tokens(draft.text)) > 2 else wish

    def _one_meaning(self, draft: Draft, found: list[Wish]) -> list[Wish]:
        """Drops a second meaning of one span: "floral" once, a "cap sleeve" not a cap, care among features."""
        out: list[Wish] = []
        for wish in found:
            kind = "feature" if wish.kind == "care" else wish.kind
            same = [w for w in out if (w.start, w.end) == (wish.start, wish.end)]
            if any(
                {w.kind, kind}
                in (
                    {"color", "material"},
                    {"occasion", "feature"},
                    {"color", "pattern"},
                    {"fit", "feature"},
                    {"color", "feature"},
                )
                for w in same
            ):
                continue
            # "Graphic print" in one breath is one wish; a bare "print" beside another pattern says nothing more.
            out.append(replace(wish, kind=kind))
        return [
            w
            for w in out
            if not (
                w.key == "printed"
                and any(_touch(draft, w, other) for other in out if other.kind == "pattern")
            )
        ]

    def _brand_wishes(self, draft: Draft, mentions: list[Mention]) -> list[Wish]:
        words = tokens(draft.text)
        found: list[Wish] = []
        for at in range(len(words)):
            for length in range(min(self._longest_brand, len(words) - at), 0, -1):
                brand = self._brands.get(tuple(w.text for w in words[at : at + length]))
                if brand and self._is_brand(draft, words[at].start, words[at + length - 1].end, mentions):
                    found.append(Wish("brand", brand, words[at].start, words[at + length - 1].end))
                    break
        for mention in mentions:
            if any(w.start < mention.end and mention.start < w.end for w in found):
                continue
            if (mention.kind == "brand" and not _ALIKE.match(draft.flat[mention.end :])) or (
                mention.kind == "maybe_brand" and self._is_brand(draft, mention.start, mention.end, mentions)
            ):
                found.append(Wish("brand", mention.key, mention.start, mention.end))
        for match in _BY_BRAND.finditer(draft.text):
            if not any(w.start < match.end(1) and match.start(1) < w.end for w in found):
                found.append(Wish("brand", match[1].rstrip(".,"), match.start(1), match.end(1)))
        return found

    def _is_brand(self, draft: Draft, start: int, end: int, mentions: list[Mention]) -> bool:
        """Whether a brand name that may be an everyday word is meant as the brand."""
        said = fold(draft.text[start:end])
        lexicon = self._taxonomy.lexicon
        if _ALIKE.match(draft.flat[end:]):
            return False  # "ugg style boots" are by anybody
        everyday = " " not in said and (said in english_words() or said in lexicon.words)
        if not everyday:
            return True
        if _CATALOG_BRAND_CUE.search(draft.flat[:start]):
            return True
        if (
            draft.text[start].isupper()
            and start > 0
            and draft.text[:start].strip()[-1:] not in (".", "!", "?", "")
        ):
            return True
        follows = [m for m in mentions if m.start >= end and not draft.flat[end : m.start].strip()]
        return any(m.kind in _AFTER_BRAND for m in follows) and said not in lexicon.weak

    def _heads(self, draft: Draft, found: list[Wish]) -> list[Wish]:
        """Of categories that touch ("hoodie dress") only the last is meant."""
        categories = [w for w in found if w.kind == "category"]
        tails = {
            # "Cardigan sweater" is the special kind, whichever comes last.
            second if second.key in self._taxonomy.category_parents(first.key) else first
            for first, second in pairwise(categories)
            if second.start >= first.end and self._one_name(draft, first, second, found)
        }
        return [w for w in found if w not in tails]

    def _one_name(self, draft: Draft, first: Wish, second: Wish, found: Sequence[Wish]) -> bool:
        """Whether two categories make one name: they touch, or the first is a describing word ("fleece tapered pants")."""
        gap = draft.flat[first.end : second.start]
        if not gap.strip(" -"):
            return True
        if _KIND_OF.match(gap):
            return True  # "an overshirt kind of jacket"
        for wish in found:
            if first.end <= wish.start and wish.end <= second.start:
                gap = gap.replace(draft.flat[wish.start : wish.end], " ")
        describing = fold(draft.text[first.start : first.end]) in self._taxonomy.lexicon.weak
        return (
            describing
            and len(gap.split()) <= 1
            and not re.search(r"[,.&]|\b(?:and|or|with|for|to|in)\b", gap)
        )


def _inside(wish: Wish, spans: Sequence[Span]) -> bool:
    return any(wish.start < end and start < wish.end for start, end in spans)


def overlaps(wish: Wish, used: Sequence[Wish]) -> bool:
    """Whether the words of `wish` are among those of `used`."""
    return any(wish.start < u.end and u.start < wish.end for u in used)


def _is_occasion(draft: Draft, evening: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether an evening is one to dress up for."""
    after = draft.flat[evening.end :]
    if _EVENING_OUT.match(after) or any(
        m.kind == "category" and m.start >= evening.end and not draft.flat[evening.end : m.start].strip()
        for m in mentions
    ):
        return True
    return not (
        draft.flat[evening.start : evening.end].endswith("s") or _TIMES.search(draft.flat[: evening.start])
    )


def _touch(draft: Draft, one: Wish, other: Wish) -> bool:
    if one is other or one.key == other.key:
        return False
    first, second = sorted((one, other), key=lambda w: w.start)
    return not draft.flat[first.end : second.start].strip(" -")
