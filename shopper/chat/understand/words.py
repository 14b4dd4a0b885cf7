"""What is left of a message beside its hard facts: the order and stock asked for, soft wishes, and the text to embed.

Knows nothing about intents.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from shopper.chat.understand.draft import Draft
from shopper.chat.understand.exclusions import Excluded
from shopper.chat.understand.spelling import english_words
from shopper.chat.understand.unsold import singular
from shopper.chat.understand.wishes import Wish
from shopper.products.lexicon import load_lexicon, split_words, tokens
from shopper.products.taxonomy import Mention
from shopper.types import ShopperQuery

_SORTS = (
    ("price_asc", re.compile(r"\bcheapest\b|\bcheap as (?:you|possible|they|chips|it)\b|\bas cheap as\b|\bmost affordable\b|\bam (?:billigsten|gunstigsten)\b|\blowest pric\w+|\bleast expensive\b|\bprice low to high\b|\bsort(?:ed)? by price\b(?!.*\b(?:desc|high))|\blow(?:est)? to high(?:est)?\b|\bcheap(?:er|est)? first\b|\bbilligste\w*|\bgunstigste\w*|\ble(?:s)? moins chers?\b|\bpiu economic[oaie]\b(?=.*\bpiu)|\bil piu economico\b|\b(?:el|la|los|las) mas baratos?\b|\b(?:el|la|los|las) mas baratas?\b")),
    ("price_desc", re.compile(r"\bmost expensive\b|\bpriciest\b|\bhigh(?:est)? to low(?:est)?\b|\bdearest\b|\bteuerste\w*|\bles? plus chers?\b|\b(?:el|la|los|las) mas car[oa]s?\b")),
    ("newest", re.compile(r"\bnewest\b|\blatest\b|\bnew arrivals?\b|\bjust (?:in|landed|arrived)\b|\bwhat'?s new\b|\bnew in\b(?! \w+ing)|\bmost recent\b|\bneueste\w*|\bneuheiten\b|\bnouveautes?\b|\bnovita\b|\bnovedades\b|\bultimi arrivi\b|\brecien llegad\w+")),
    ("rating", re.compile(r"\b(?:best|top|highest|highly|well)[- ]?(?:rated|reviewed|ranked)\b|\bbest reviews?\b|\bbest ratings?\b|\bgood (?:reviews|ratings)\b|\bsort(?:ed)? by rating\b|\bbest[- ]loved\b|\bam besten bewertet\w*|\bbestbewertet\w*|\bmieux notes?\b|\bmeglio recensit\w+|\bpiu votat\w+|\bmejor valorad\w+")),
)  # fmt: skip
_IN_STOCK = re.compile(
    r"\bin[- ]stock\b(?!\s*\?)|\bavailable (?:now|immediately|today|right now)\b|\b(?:that'?s|that are|only) available\b|\b(?:not(?:hing)?|no|without|hide|skip)(?: (?:anything|things?|stuff|items?|that'?s|that is|which is|already))* sold[- ]out\b|\b(?:do ?n'?t|do not) (?:show|want|give)(?: me)?(?: anything| any| things| stuff)?(?: that'?s| that is| that are)? sold[- ]out\b|\bready to ship\b|\b(?:auf lager|lieferbar|sofort verfugbar)\b|\ben stock\b|\bdisponibles? (?:tout de suite|immediatement)\b|\bdisponibil[ei] subito\b|\ben existencia\b"
)
_PREFERENCES = (
    (re.compile(r"\b(?:cheap(?! (?:ones?|stuff|things?|looking|materials?|fabrics?)\b)|affordable|inexpensive|not too dear|reasonably priced|bargain|budget[- ]friendly|low[- ]cost|good value|not (?:too|so|very|overly) (?:expensive|pricey|dear)|doesn'?t cost (?:a fortune|the earth)|won'?t break the bank|on a budget|gunstig\w*|preiswert\w*|billig|pas (?:trop )?cher|abordable|economic[oa]|a buon prezzo|non troppo caro|barat[oa]s?|no muy car[oa]s?)\b"), "affordable"),
    (re.compile(r"\b(?:on sale|in the sale|sale items?|discounted|reduced|on offer|clearance|im angebot|im sale|reduziert|en solde|soldes?|in saldo|scontat\w+|rebajad\w+|en oferta|de rebajas)\b"), "on sale"),
    (re.compile(r"\b(?:comfy|comfortable|cosy|cozy|bequem\w*|confortable|comod[oaie]s?)\b"), "comfortable"),
    (re.compile(r"\b(?:warm(?:e[nrsm]?)?|keeps? me warm|toasty|snuggly|chaude?s?|cald[oaie]|abrigad[oa]s?)\b(?! (?:weather|days|climate))"), "warm"),
    (re.compile(r"\b(?:elegant\w*|classy|chic|sophisticated|schick\w*)\b"), "elegant"),
    (re.compile(r"\b(?:luxury|luxurious|high[- ]end|designer|premium)\b"), "luxury"),
    (re.compile(r"\b(?:trendy|fashionable|stylish|modern)\b"), "trendy"),
    (re.compile(r"\b(?:gifts?|present|presents|prezz(?:ie|y)s?|pressie|stocking fillers?|secret santa|geschenk\w*|mitbringsel|cadeaux?|regal[oi]|regalito|pensierino|detalle para)\b"), "gift"),
    (re.compile(r"\b(?:durable|long[- ]lasting|sturdy|robust|hard[- ]wearing)\b"), "durable"),
    (re.compile(r"\b(?:vintage|retro)\b"), "vintage"),
    (re.compile(r"\b(?:boho|bohemian)\b"), "boho"),
    (re.compile(r"\b(?:minimalist\w*|minimal|simple|understated|schlicht\w*)\b"), "simple"),
    (re.compile(r"\b(?:colou?rful)\b"), "colourful"),
    (re.compile(r"\b(?:modest)\b"), "modest"),
    (re.compile(r"\b(?:popular|best ?sell(?:er|ers|ing))\b"), "popular"),
)  # fmt: skip
_REQUEST = frozenset(split_words(load_lexicon().tables["request"]["words"]))
_LONGEST = 16  # words
_SHORTEST_UNKNOWN = 5  # letters: a word of fashion that no list knows yet is still worth embedding


def asks_for(draft: Draft) -> dict[str, Any]:
    """`sort` and `in_stock`, where the words ask for them."""
    fields: dict[str, Any] = {}
    sort = next((name for name, pattern in _SORTS if pattern.search(draft.flat)), None)
    if sort:
        fields["sort"] = sort
    if _IN_STOCK.search(draft.flat):
        fields["in_stock"] = True
    return fields


def preferences(draft: Draft, wishes: Sequence[Wish], split: Excluded) -> tuple[str, ...]:
    """Soft wishes in a few known words, styles, what it should go with, and degrees ("not too formal")."""
    soft = [word for pattern, word in _PREFERENCES if pattern.search(draft.flat)]
    soft.extend(w.key for w in wishes if w.kind == "style" and w.role == "wanted")
    soft.extend(s for s in split.soft if "expensive" not in s and "pric" not in s)
    beside = [w for w in wishes if w.role == "beside"]
    if beside:
        soft.append("goes with " + " ".join(dict.fromkeys(w.key for w in beside)))
    second = [w for w in wishes if w.role == "second"]
    if second:
        soft.append(" ".join(dict.fromkeys(w.key for w in second)))
    return tuple(dict.fromkeys(soft))


def embed_text(
    whole: Draft,
    left: Draft,
    wishes: Sequence[Wish],
    query: ShopperQuery,
    previous: ShopperQuery | None,
    people: Sequence[Mention],
) -> str | None:
    """What to embed: the category and descriptive words of all turns that hold, without the hard constraints."""
    words: list[str] = [query.category] if query.category else []
    words += _kinds(whole, wishes, query)
    words += [p for p in query.patterns if p not in ("plain", "printed")]
    words += [*query.materials, *([query.fit] if query.fit else []), *query.features]
    words += [f"for {w}" for w in (query.occasion, query.season) if w]
    words += [p for p in query.prefer if p in load_lexicon().tables["styles"]]
    if previous is not None and previous.text and query.category == previous.category:
        # Facts of the old text stand in the query if they still hold; only the other words are taken over.
        words += [
            w
            for w in previous.text.split()
            if w.isalpha() and w != "for" and not load_lexicon().find(w, "en")
        ]
    if query.intent in ("search", "refine", "similar", "outfit"):
        words += _descriptive(left, [*wishes, *people])
    named = {token.text for phrase in words[:0] for token in tokens(phrase)}
    out: list[str] = []
    banned = {
        t.text
        for name in ("colors", "materials", "patterns", "features")
        for key in getattr(query.exclude, name)
        for t in tokens(key)
    }
    for phrase in words:
        fresh_words = [w for w in phrase.split() if w not in named and singular(w) not in named]
        if fresh_words and not (len(fresh_words) == 1 and fresh_words[0] in banned):
            out.append(" ".join(fresh_words))
            named.update(fresh_words)
    return " ".join(" ".join(out).split()[:_LONGEST]) or None


def _kinds(whole: Draft, wishes: Sequence[Wish], query: ShopperQuery) -> list[str]:
    """What kind of a thing its name tells: the "oxford" of an oxford shirt, the "evening" of an evening gown."""
    if whole.language != "en" or query.category is None:
        return []
    known, kinds = query.category.split(), load_lexicon().tables["categories"]
    return [
        word
        for w in wishes
        if w.kind == "category" and w.role == "wanted"
        for said in [[t.text for t in tokens(whole.text[w.start : w.end])]]
        if (len(said) > 1 and w.key == query.category)
        or kinds.get(w.key, {}).get("sold_as") == query.category
        for word in said
        if word not in known and word.removesuffix("s") not in known
    ]


def _descriptive(left: Draft, wishes: Sequence[Wish | Mention]) -> list[str]:
    """Words that are no request, no constraint and no name."""
    if left.language != "en":
        return []  # the encoders speak English
    # "Gold hardware" is no gold thing, but worth looking like.
    taken = [(w.start, w.end) for w in wishes if not (isinstance(w, Wish) and w.role == "part")]
    found = []
    for token in tokens(left.text):
        if any(token.start < end and start < token.end for start, end in taken):
            continue
        if token.text in _REQUEST or not token.text.isalpha() or len(token.text) < 3:
            continue
        if len(token.text) < _SHORTEST_UNKNOWN and token.text not in english_words():
            continue
        found.append(token.text)
    return found
