"""Which cards a description fits: "the blue one", "the linen and the silk one", "the Azalea".

Knows nothing about ordinals, pronouns or what should happen to the cards.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shopper.chat.understand.draft import Draft, Span
from shopper.chat.understand.wishes import Wish
from shopper.products.lexicon import fold, tokens
from shopper.products.taxonomy import Taxonomy
from shopper.types import Recommendation

_DEFINITE = re.compile(
    r"\b(?:the|that|this|those|these|der|die|das|den|le|la|les|il|lo|el|los|las|quella|quello)\s+"
)
_ONE = re.compile(r"^\s*(?:\w+\s+)?(?:ones?|pair|version|modell?)\b")
_JOINED = re.compile(
    r"^\s*(?:and|or|vs\.?|versus|,|&|with|to|und|oder|et|ou|e|o|y)\s+(?:the|that|this|die|der|das|le|la|il|el)\b"
)
_ENDS = re.compile(
    r"^\s*(?:[.,;!?]|$|(?:please|pls|then|too|bitte|svp|per favore|por favor|is|isn't|looks?|ist|sieht|gefallt|est|me plait|me gusta|mi piace|quanto|cuanto|combien|nel|nella|nello|al carrello|au panier|to (?:my|the)|into|for me|"
    r"in (?:an? |size |der |grosse |taglia |der grosse )?(?:\d|x{0,3}[sml]\b|small|medium|large)|en (?:taille |la talla |talla )?(?:\d|x{0,3}[sml]\b)|in (?:den|meinen|my|the) |nehm)\b|in (?:an? |size )?(?:\d+|x{0,3}[sml])\b|en (?:taille |la talla |talla )?(?:\d+|x{0,3}[sml])\b)"
)
_CHANGE = re.compile(r"\b(?:make|change|(?<!how )(?<!what )do|mach|mache)\s*$")
_WITHIN = 3  # words that may stand between "the" and a name


@dataclass(frozen=True)
class Described:
    """Positions from 1, the wishes that only described them, and where the words stand."""

    positions: tuple[int, ...]
    used: tuple[Wish, ...]
    spans: tuple[Span, ...]


def stem(word: str) -> str:
    """The word without a plural s."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class CardWords:
    """Matches words against cards by the facts the cards state."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy

    def find(self, draft: Draft, wishes: Sequence[Wish], shown: Sequence[Recommendation]) -> Described | None:
        """All cards that definite phrases of the message name or describe."""
        found: list[Described] = []
        for match in _DEFINITE.finditer(draft.flat):
            one = (
                self._named(draft, match, wishes, shown)
                or self._phrase(draft, match, wishes, shown)
                or self._named(draft, match, wishes, shown, everyday=True)
            )
            if one is not None:
                found.append(one)
        if not found:
            return None
        return Described(
            tuple(dict.fromkeys(p for one in found for p in one.positions)),
            tuple(w for one in found for w in one.used),
            tuple(s for one in found for s in one.spans),
        )

    def positions(self, phrase: Sequence[Wish], shown: Sequence[Recommendation]) -> tuple[int, ...]:
        """The cards that all wishes of a phrase fit."""
        if not phrase:
            return ()
        # One word may mean two things ("knit" a sweater and a fabric): one of them must fit.
        spans = {(w.start, w.end) for w in phrase}
        return tuple(
            i
            for i, card in enumerate(shown, 1)
            if all(any(self._fits(w, card) for w in phrase if (w.start, w.end) == span) for span in spans)
        )

    def is_a(self, category: str | None, wanted: str) -> bool:
        """Whether `category` is a kind of `wanted`."""
        return category is not None and category in self._taxonomy.category_within(wanted)

    def same_color(self, wanted: str, offered: str) -> bool:
        """Whether a shop's colour is one that `wanted` accepts."""
        shade = self._taxonomy.color(offered)
        return shade is not None and (
            shade in self._taxonomy.color_matches(wanted) or self._taxonomy.color_family(shade) == wanted
        )

    def _named(
        self,
        draft: Draft,
        match: re.Match[str],
        wishes: Sequence[Wish],
        shown: Sequence[Recommendation],
        *,
        everyday: bool = False,
    ) -> Described | None:
        """A card by a word of its title that tells it from the others: "the Azalea".

        `everyday` takes words that mean something else too: "the dune", a sand colour.
        """
        names = [{stem(t.text) for t in tokens(card.product.title)} for card in shown]
        for token in tokens(draft.text[match.end() :])[:_WITHIN]:
            start, end = match.end() + token.start, match.end() + token.end
            if re.search(r"[.,;!?]|\b(?:and|or|with|in|for|but|is|are)\b", draft.flat[match.end() : start]):
                return None
            word = stem(token.text)
            having = tuple(i for i, title in enumerate(names, 1) if word in title)
            kinds = {m.kind for m in self._taxonomy.find_all(token.text)}
            if len(word) < 3 or not having or len(having) == len(shown) > 1 or kinds & {"category"}:
                continue
            if kinds and not everyday and not draft.text[start].isupper():
                continue  # "the blue …" is a description, not a name
            # "The Dune dress": what else stands in the noun phrase only describes it.
            used = tuple(
                w
                for w in wishes
                if match.end() <= w.start
                and not re.search(r"[.,;!?]|\b(?:in|with)\b", draft.flat[match.end() : w.start])
                and w.start <= end + 1
            )
            return Described(having, used, ((match.start(), end),))
        return None

    def _phrase(
        self, draft: Draft, match: re.Match[str], wishes: Sequence[Wish], shown: Sequence[Recommendation]
    ) -> Described | None:
        """A definite phrase whose facts fit some of the cards: "the linen dress", "the blue one"."""
        phrase: list[Wish] = []
        at = match.end()
        for wish in sorted(wishes, key=lambda w: w.start):
            if wish.start < match.end() or wish.role == "second":
                continue
            gap = draft.flat[at : wish.start]
            if (
                re.search(r"\bones?\b", gap)
                or not re.fullmatch(r"[\s-]*(?:\w+\s+)?", gap)
                or _JOINED.match(gap)
            ):
                break
            if re.match(r"\s*(?:and|or|in|with|for|but|und|oder|et|ou|e|o|y)\b", gap):
                break
            phrase.append(wish)
            at = wish.end
        positions = self.positions(phrase, shown)
        if not positions:
            return None
        one = _ONE.match(draft.flat[at:])
        describing = [w for w in phrase if w.kind != "category"]
        has_category = len(describing) < len(phrase)
        if _CHANGE.search(draft.flat[: match.start()]) and not _ONE.match(draft.flat[at:]):
            return None  # "make that green" changes what was asked
        ends = bool(_ENDS.match(draft.flat[at:]) or _JOINED.match(draft.flat[at:]))
        if not (one or has_category or (describing and ends)):
            return None
        if not one and len(positions) == len(shown) > 1 and not describing:
            return None
        return Described(positions, tuple(phrase), ((match.start(), at + (one.end() if one else 0)),))

    def _fits(self, wish: Wish, card: Recommendation) -> bool:
        product = card.product
        words = {stem(t.text) for t in tokens(f"{product.title} {product.description}")}
        named = all(stem(t.text) in words for t in tokens(wish.key))
        checks: dict[str, Callable[[], bool]] = {
            "color": lambda: card.color is not None and self.same_color(wish.key, card.color),
            "category": lambda: self.is_a(product.category, wish.key),
            "material": lambda: bool(self._taxonomy.material_within(wish.key) & set(product.materials)),
            "pattern": lambda: bool(self._taxonomy.pattern_within(wish.key) & set(product.patterns)),
            "brand": lambda: product.brand is not None and fold(product.brand) == fold(wish.key),
            "feature": lambda: wish.key in (*product.features, *product.care),
            "fit": lambda: product.fit == wish.key,
            "occasion": lambda: wish.key in product.occasions,
            "season": lambda: wish.key in product.seasons,
        }
        check = checks.get(wish.kind)
        return bool(check and check()) or (named and wish.kind != "color")
