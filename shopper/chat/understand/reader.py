"""The built-in reader: a shopper's words in their context become a `ShopperQuery`. Lexicon and rules, no model.

Knows nothing about search, carts or replies; it changes nothing and remembers nothing.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shopper.chat.understand import answers, carry, intent, relative
from shopper.chat.understand.budget import read_budget
from shopper.chat.understand.cart_words import read_cart_change
from shopper.chat.understand.context import CartChange, Context, Understood
from shopper.chat.understand.draft import Draft
from shopper.chat.understand.exclusions import read_exclusions
from shopper.chat.understand.found import Found
from shopper.chat.understand.language import detect
from shopper.chat.understand.nonsense import is_nonsense
from shopper.chat.understand.people import read_wearer
from shopper.chat.understand.references import Pointed, ReferenceReader
from shopper.chat.understand.roles import with_roles
from shopper.chat.understand.sizing import read_sizes
from shopper.chat.understand.spelling import mend
from shopper.chat.understand.stated import NOT_A_SEARCH, Stater
from shopper.chat.understand.traps import blank_traps
from shopper.chat.understand.unsold import unknown_thing
from shopper.chat.understand.wishes import Wish, WishReader, overlaps
from shopper.chat.understand.words import embed_text
from shopper.products.lexicon import fold, split_words, tokens
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.types import Intent, Reference, ShopperQuery

__all__ = ["CartChange", "Context", "Reader", "Understood"]

# Of a rule of the shop or of the cart nothing is shorter or cheaper than what was shown.
_NO_COMPARING: frozenset[Intent] = NOT_A_SEARCH - {"compare"}
_HAS = re.compile(r"\b(?:has|have|having|with|a|hat|mit|avec|con|ha)\b")
_BRIEF = 4  # words
_RATHER = re.compile(
    r"\b(?:thinking(?: of| about)?|maybe|perhaps|ideally|preferably|possibly|probably|leaning towards?)\s+(?:an? |some |the |of |about )*(?:[\w-]+ ){0,2}$"
)
# "Size 9.5 wide" is a width beside the size.
_WIDE = re.compile(r"\b(?:[4-9]|1[0-6])(?:\.5)?\s+((?:x|extra)?-?\s?wide)\b(?!\s*-?leg)")


# "42 regular" is a cut beside the size.
_REGULAR = re.compile(r"\b(?:3[2-9]|[45]\d)\s+(regular|reg)\b")


_THAN_THAT = re.compile(
    r"\b(?:than|as|like) (?:that|this|it|these|those)(?: ones?)?\b(?! (?:dress|shirt|much))|\bals (?:das|die|der|dies\w*)\b|\bque (?:celui|celle|ca|ese|esa|este|esta)\b|\bdi (?:quest[oa]|quell[oa])\b"
)


class Reader:
    """Reads messages against one taxonomy and one loaded catalog."""

    def __init__(self, taxonomy: Taxonomy, vocabulary: CatalogVocabulary) -> None:
        self._taxonomy = taxonomy
        self._vocabulary = vocabulary
        self._wishes = WishReader(taxonomy, vocabulary)
        self._references = ReferenceReader(taxonomy)
        self._stater = Stater(taxonomy, vocabulary)
        self._names = frozenset(
            t.text for name in (*vocabulary.brands, *vocabulary.title_words) for t in tokens(name)
        )

    def read(self, text: str, context: Context) -> Understood:
        """What `text` means in `context`."""
        # 1. Language, slips of the keyboard, and what only looks like a wish.
        language = detect(text, self._taxonomy.lexicon, before=context.language)
        mended = mend(text, self._taxonomy.lexicon, language=language, names=self._names)
        draft = Draft(mended, language)
        restart = answers.restarts(draft.flat)
        blank_traps(draft, self._taxonomy.lexicon)
        whole = Draft(draft.text, language)
        # 2. Facts with a grammar of their own, each blanked once it is read.
        question = answers.asked(context.last_question)
        asked = question or answers.restated(draft.flat, context.previous)
        budget = read_budget(
            draft,
            currency=self._vocabulary.currency,
            expected=asked == "price",
            apart=self._wishes.numbered_brands(draft),
        )
        mentions = self._wishes.mentions(draft)
        wearer = read_wearer(
            draft,
            mentions,
            self._taxonomy,
            known=context.previous is not None and context.previous.gender is not None,
        )
        # Asked for a colour, "the black" is one and no card.
        sight = replace(context, shown=()) if question == "color" and _is_brief(whole) else context
        named = self._wishes.wishes(draft, mentions)
        pointed = self._references.read(draft, named, sight)
        for span in pointed.spans:
            if pointed.reference and pointed.reference.kind == "shown" and not pointed.used:
                draft.blank(*span)
        taken = len(draft.spans)
        comparatives = relative.read_relative(
            draft,
            [
                (m.start, m.end)
                for m in mentions
                if m.kind == "category" and " " in draft.flat[m.start : m.end]
            ]
            + [(w.start, w.end) for w in named if w.kind == "brand"],
        )
        compared = tuple(draft.spans[taken:])
        groups = self._groups(draft, context)
        beside = [
            Wish(kind, key, *match.span(1))
            for kind, key, pattern in (("feature", "wide fit", _WIDE), ("fit", "regular", _REGULAR))
            if (match := pattern.search(draft.flat))
        ]
        sizes = read_sizes(draft, groups=groups, expected=asked == "size")
        # 3. Wishes of the lexicon, and which of them are thrown out.
        mentions = self._wishes.mentions(draft)
        wishes = self._wishes.wishes(draft, mentions)
        wishes.extend(w for w in beside if not any(w.kind == o.kind and w.key == o.key for o in wishes))
        split = read_exclusions(draft, wishes)
        split = replace(split, wanted=tuple(with_roles(draft, split.wanted, self._taxonomy)))
        # 4. What should happen.
        found = Found(
            draft,
            whole,
            budget,
            wearer,
            pointed,
            comparatives,
            compared,
            sizes,
            mentions,
            wishes,
            split,
            restart,
        )
        # A greeting may be in nobody's dictionary ("hiya").
        nonsense = not intent.chatting(draft.flat) and is_nonsense(
            mended, self._taxonomy.lexicon, self._names, language=language, found=found.anything
        )
        return self._answer(found, context, language, nonsense=nonsense, question=question)

    def _groups(self, draft: Draft, context: Context) -> frozenset[str]:
        """The category and its parents, to tell a size from an everyday word."""
        wishes = self._wishes.wishes(draft, self._wishes.mentions(draft))
        category = next((w.key for w in wishes if w.kind == "category"), None)
        if category is None and context.previous is not None:
            category = context.previous.category
        return frozenset((category, *self._taxonomy.category_parents(category))) if category else frozenset()

    def _answer(
        self, found: Found, context: Context, language: str, *, nonsense: bool, question: str | None
    ) -> Understood:
        pointed, used = self._point(found, context)
        wanted = [
            w
            for w in found.split.wanted
            if not overlaps(w, used) and not self._is_own_part(w, found, context)
        ]
        flat = found.whole.flat
        photo = bool(context.photos)
        facts = intent.Facts(
            has_price=found.budget.price is not None,
            wishes=len(wanted) + len(found.sizes) + (found.budget.price is not None),
            has_category=any(w.kind == "category" for w in found.wishes),
            has_reference=pointed.reference is not None,
            has_position=bool(context.shown) and not pointed.by_pronoun and _names_a_card(pointed.reference),
            has_photo=photo,
            names_piece=_names_piece(found, beside=pointed.reference is not None or photo),
            has_relative=bool(found.comparatives),
            has_exclusion=bool(found.split.exclude) or bool(found.budget.forget),
            shown=len(context.shown),
            cart_lines=len(context.cart.lines) if context.cart else 0,
            out_of_shop=self._is_unsold(found),
            nonsense=nonsense,
            answers=question is not None and bool(wanted or found.sizes or found.budget.price),
            previous=context.previous is not None,
            adding=context.previous is not None and context.previous.intent == "cart_add",
        )
        stated = intent.read_intent(flat, facts)
        answered = question == "size" and facts.adding and bool(found.sizes)
        if answered and stated is None and all(w.kind == "color" for w in wanted):
            stated = "cart_add"
            if pointed.reference is None:
                pointed = self._references.last_pointed(context)
        if stated == "detail" and _unpointed(pointed.reference) and len(context.shown) > 1 and found.colors:
            stated, pointed = None, Pointed()  # "also in blue?" of no card in particular: of all of them
        if not any(c.isalnum() for c in found.whole.text) and found.whole.text.strip() and not photo:
            stated = "smalltalk"  # a lone emoji
        if stated in ("detail", "cart_add", "compare", "similar", "outfit") and pointed.reference is None:
            pointed = self._references.pronoun(found.whole, context)
            if pointed.reference is None and stated in ("cart_add", "detail") and context.shown:
                pointed = self._references.last_pointed(context)
        if (
            stated in ("outfit", "similar")
            and pointed.reference is None
            and (intent.completes_a_look(flat) or (photo and stated == "similar"))
        ):
            pointed = self._references.last_pointed(context)
        if stated == "cart_update":
            pointed = self._references.in_cart(found.whole, found.split.wanted or found.wishes, context)
        said = self._stater.said(found, wanted, stated, context, pointed)
        if stated is None and not wanted and not said.fields.get("category"):
            thing = unknown_thing(found.whole, self._taxonomy.lexicon, self._names)
            if thing is not None:
                said.fields["category"] = thing
        query, topic = self._carry(said, stated, found, context, pointed)
        change = read_cart_change(stated, found.whole, found.sizes, wanted)
        return Understood(query=query, language=language, cart=change, nonsense=nonsense, topic=topic)

    def _is_unsold(self, found: Found) -> bool:
        """Whether the thing asked for is none of fashion: a laptop, a "shoe cabinet", a coffee table with a top."""
        unsold = [m for m in found.mentions if m.kind == "out_of_shop"]
        categories = [w for w in found.wishes if w.kind == "category" and w.role != "part"]
        sure = [
            w
            for w in categories
            if fold(found.whole.text[w.start : w.end]) not in self._taxonomy.lexicon.weak
        ]
        if not unsold or not sure:
            return bool(unsold)
        if any(0 <= m.start - w.end <= 1 for m in unsold for w in categories):
            return True
        # A "cereal bag" is groceries, a "tablet bag" carries one.
        carried = split_words(self._taxonomy.lexicon.tables["out_of_shop"]["carried"])
        return any(
            w.key == "bags" and 0 <= w.start - m.end <= 1 and m.key not in carried
            for m in unsold
            for w in categories
        )

    def _is_own_part(self, wish: Wish, found: Found, context: Context) -> bool:
        """Whether a category is named as a part of what was asked for: "it has a longer skirt"."""
        previous = context.previous.category if context.previous else None
        if wish.kind != "category" or previous is None or not found.comparatives:
            return False
        parts = self._taxonomy.lexicon.tables["parts"]
        own = [parts[c] for c in (previous, *self._taxonomy.category_parents(previous)) if c in parts]
        return any(wish.key in split_words(row) for row in own) and bool(
            _HAS.search(found.whole.flat[: wish.start])
        )

    def _point(self, found: Found, context: Context) -> tuple[Pointed, Sequence[Wish]]:
        pointed = found.pointed
        if pointed.reference is None and context.shown:
            flat = found.whole.flat
            compared = bool(found.comparatives) and bool(_THAN_THAT.search(flat))
            if (
                compared
                or intent.wants_detail(flat)
                or intent.wants_to_add(flat)
                or intent.wants_similar(flat)
            ):
                pointed = self._references.pronoun(found.whole, context)
                if compared and _unpointed(pointed.reference):
                    pointed = Pointed()  # "longer than that" is said of all in sight
            if pointed.reference is None and found.whole.language != "en" and intent.wants_detail(flat):
                pointed = self._references.last_pointed(context)  # "quanto costa?" says no "it"
        return pointed, pointed.used

    def _carry(
        self, said: carry.Said, stated: Intent | None, found: Found, context: Context, pointed: Pointed
    ) -> tuple[ShopperQuery, Any]:
        previous = context.previous
        flat = found.whole.flat
        refining = intent.refining(flat) or bool(found.comparatives)
        correcting = intent.correcting(flat)
        category = said.fields.get("category")
        keeps = previous is not None and (
            stated in (*NOT_A_SEARCH, "more", "detail", "cart_add")
            or carry.same_subject(
                previous, category, self._taxonomy, refining=correcting and not intent.moving_on(flat)
            )
        )
        keeps = keeps and not found.restart
        if stated in ("outfit", "similar") and category and previous and category != previous.category:
            keeps = False
        if (
            previous is not None
            and keeps
            and not (context.photos and category and category != previous.category)
        ):
            query = carry.refine(previous, said, self._taxonomy)
            begins = carry.is_empty(previous) and not found.comparatives and not carry.is_empty(query)
            default: Intent = "search" if begins else "refine"
        else:
            query = carry.fresh(previous, said, connected=answers.connected(flat))
            nothing = not category and refining
            if previous is not None and carry.is_empty(previous) and not found.comparatives:
                nothing = False  # there is nothing to refine yet
            default = (
                "refine"
                if nothing and (previous is not None or found.comparatives or _same(flat))
                else "search"
            )
        topic = "same" if previous is not None and keeps else "new"
        final = stated or default
        if (
            stated == "smalltalk"
            and context.last_question
            and previous is not None
            and not intent.thanking(flat)
        ):
            final = "refine"  # "no" or "not sure" answers our question
        positions = pointed.reference.positions if pointed.reference else ()
        price = query.price
        if final in ("search", "refine", "similar"):
            price = relative.priced(found.comparatives, context.shown, positions, query.price)
        query = query.model_copy(
            update={
                "intent": final,
                "price": price,
                "relative": () if final in _NO_COMPARING else found.comparatives,
                "reference": self._reference(pointed.reference, final, context, found),
                "like": self._like(query, pointed.reference, final, context),
            }
        )
        text = embed_text(
            found.whole, found.draft, found.wishes, query, previous if keeps else None, found.people
        )
        return query.model_copy(update={"text": text}), topic

    def _reference(
        self, reference: Reference | None, final: Intent, context: Context, found: Found
    ) -> Reference | None:
        if final in ("policy", "order_status", "smalltalk", "out_of_scope", "more", "checkout"):
            return None
        return reference

    def _like(
        self, query: ShopperQuery, reference: Reference | None, final: Intent, context: Context
    ) -> tuple[str, ...]:
        if final == "similar" and reference is not None and reference.kind == "shown":
            cards = [context.shown[p - 1] for p in reference.positions if 0 < p <= len(context.shown)]
            return tuple(dict.fromkeys((*query.like, *(card.product.id for card in cards))))
        return query.like


def _names_a_card(reference: Reference | None) -> bool:
    return reference is not None and reference.kind == "shown" and bool(reference.positions)


def _unpointed(reference: Reference | None) -> bool:
    """Whether "it" may be any of the cards."""
    return reference is not None and reference.kind == "shown" and not reference.positions


def _is_brief(draft: Draft) -> bool:
    return len(draft.flat.split()) <= _BRIEF and not re.search(r"\bones?\b", draft.flat)


def _names_piece(found: Found, *, beside: bool) -> bool:
    """Whether a piece is named as what the outfit should be: "a wedding outfit, thinking a jumpsuit"."""
    return not beside and any(
        w.kind == "category" and w.role == "wanted" and _RATHER.search(found.whole.flat[: w.start])
        for w in found.wishes
    )


def _same(flat: str) -> bool:
    return bool(re.search(r"\bsame\b", flat))
