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
from shopper.chat.understand.exclusions import excluded_by, is_fine, read_exclusions
from shopper.chat.understand.found import Found
from shopper.chat.understand.language import detect
from shopper.chat.understand.nonsense import is_nonsense
from shopper.chat.understand.people import read_wearer
from shopper.chat.understand.references import Pointed, ReferenceReader
from shopper.chat.understand.sizing import read_sizes
from shopper.chat.understand.spelling import mend
from shopper.chat.understand.traps import blank_traps
from shopper.chat.understand.unsold import unknown_thing
from shopper.chat.understand.wishes import Wish, WishReader, heads_of_occasions, overlaps, with_roles
from shopper.chat.understand.words import asks_for, embed_text, preferences
from shopper.products.lexicon import fold, split_words, tokens
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.types import Exclusions, Intent, Reference, ShopperQuery

__all__ = ["CartChange", "Context", "Reader", "Understood"]

# "Size 9.5 wide" is a width beside the size.
_WIDE = re.compile(r"\b(?:[4-9]|1[0-6])(?:\.5)?\s+((?:x|extra)?-?\s?wide)\b(?!\s*-?leg)")
_EITHER = re.compile(r"\b(?:or|oder|ou|o)\b|/")
_PLURAL = {
    "color": "colors",
    "material": "materials",
    "pattern": "patterns",
    "brand": "brands",
    "feature": "features",
}
_SINGLE = {"fit": "fit", "occasion": "occasion", "season": "season"}
# In these the words point at cards or ask the shop something; what they name is no new wish to filter by.
_NOT_A_SEARCH: frozenset[Intent] = frozenset(
    {"compare", "cart_update", "checkout", "order_status", "policy", "smalltalk", "out_of_scope"}
)


class Reader:
    """Reads messages against one taxonomy and one loaded catalog."""

    def __init__(self, taxonomy: Taxonomy, vocabulary: CatalogVocabulary) -> None:
        self._taxonomy = taxonomy
        self._vocabulary = vocabulary
        self._wishes = WishReader(taxonomy, vocabulary)
        self._references = ReferenceReader(taxonomy)
        self._names = frozenset(
            t.text for name in (*vocabulary.brands, *vocabulary.title_words) for t in tokens(name)
        )

    def read(self, text: str, context: Context) -> Understood:
        """What `text` means in `context`."""
        # 1. Language, slips of the keyboard, and what only looks like a wish.
        language = detect(text, self._taxonomy.lexicon)
        mended = mend(text, self._taxonomy.lexicon, language=language, names=self._names)
        draft = Draft(mended, language)
        restart = answers.restarts(draft.flat)
        blank_traps(draft, self._taxonomy.lexicon)
        whole = Draft(draft.text, language)
        # 2. Facts with a grammar of their own, each blanked once it is read.
        question = answers.asked(context.last_question)
        budget = read_budget(
            draft,
            currency=self._vocabulary.currency,
            expected=question == "price",
            apart=self._wishes.numbered_brands(draft),
        )
        mentions = self._wishes.mentions(draft)
        wearer = read_wearer(
            draft,
            mentions,
            self._taxonomy,
            known=context.previous is not None and context.previous.gender is not None,
        )
        pointed = self._references.read(draft, self._wishes.wishes(draft, mentions), context)
        for span in pointed.spans:
            if pointed.reference and pointed.reference.kind == "shown" and not pointed.used:
                draft.blank(*span)
        comparatives = relative.read_relative(draft)
        groups = self._groups(draft, context)
        wide = _WIDE.search(draft.flat)
        sizes = read_sizes(draft, groups=groups, expected=question == "size")
        # 3. Wishes of the lexicon, and which of them are thrown out.
        mentions = self._wishes.mentions(draft)
        wishes = self._wishes.wishes(draft, mentions)
        if wide:
            wishes.append(Wish("feature", "wide fit", *wide.span(1)))
        split = read_exclusions(draft, wishes)
        split = replace(split, wanted=tuple(with_roles(draft, split.wanted)))
        # 4. What should happen.
        found = Found(
            draft, whole, budget, wearer, pointed, comparatives, sizes, mentions, wishes, split, restart
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
        wanted = [w for w in found.split.wanted if not overlaps(w, used)]
        flat = found.whole.flat
        photo = bool(context.photos)
        facts = intent.Facts(
            has_price=found.budget.price is not None,
            wishes=len(wanted) + len(found.sizes) + (found.budget.price is not None),
            has_category=any(w.kind == "category" for w in found.wishes),
            has_reference=pointed.reference is not None,
            has_position=bool(context.shown) and not pointed.by_pronoun and _names_a_card(pointed.reference),
            has_photo=photo,
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
        if stated == "outfit" and pointed.reference is None and intent.completes_a_look(flat):
            pointed = self._references.last_pointed(context)
        if stated == "cart_update":
            pointed = self._references.in_cart(found.whole, found.split.wanted or found.wishes, context)
        said = self._said(found, wanted, stated, context, photo=photo)
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

    def _point(self, found: Found, context: Context) -> tuple[Pointed, Sequence[Wish]]:
        pointed = found.pointed
        if pointed.reference is None and context.shown:
            flat = found.whole.flat
            if intent.wants_detail(flat) or intent.wants_to_add(flat) or intent.wants_similar(flat):
                pointed = self._references.pronoun(found.whole, context)
        return pointed, pointed.used

    def _said(
        self, found: Found, wanted: Sequence[Wish], stated: Intent | None, context: Context, *, photo: bool
    ) -> carry.Said:
        fields: dict[str, Any] = {}
        before = context.previous.exclude if context.previous else Exclusions()
        lifted = [w for w in wanted if excluded_by(w, before) and is_fine(found.whole, w)]
        if stated not in _NOT_A_SEARCH:
            fields = self._fields([w for w in wanted if w not in lifted], found.whole)
            if stated in ("detail", "cart_add"):
                # "Is it lined?" asks about a card; only the size and the colour of what is asked for are wishes.
                fields = {name: value for name, value in fields.items() if name == "colors"}
            if found.sizes:
                fields["sizes"] = found.sizes
            if found.budget.price is not None:
                fields["price"] = found.budget.price
            fields.update(asks_for(_beside(found.whole, found.pointed)))
            if found.wearer.gender:
                fields["gender"] = found.wearer.gender
            if found.wearer.age_group:
                fields["age_group"] = found.wearer.age_group
            prefer = preferences(found.whole, found.split.wanted, found.split)
            if prefer:
                fields["prefer"] = prefer
            if photo:
                fields["like"] = tuple(p.photo_id for p in context.photos)
                if stated != "outfit":
                    self._see(fields, found, context)
        dropped: dict[str, tuple[str, ...]] = {}
        for wish in found.split.dropped:
            name = _PLURAL.get(wish.kind)
            if name:
                dropped[name] = (*dropped.get(name, ()), wish.key)
        keep = stated not in _NOT_A_SEARCH
        return carry.Said(
            fields=fields,
            exclude=found.split.exclude if keep else carry.Said().exclude,
            lasting=found.split.lasting if keep else carry.Said().lasting,
            adds=stated != "cart_add" and answers.adds(found.whole.flat),
            forget=answers.forgotten(found.whole.flat),
            dropped=dropped,
            lifted=tuple(w.key for w in lifted),
            forget_budget=found.budget.forget,
        )

    def _fields(self, wanted: Sequence[Wish], whole: Draft) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        categories = [w for w in wanted if w.kind == "category" and w.role == "wanted"]
        if categories:
            fields["category"] = self._primary(categories, whole)
        for wish in heads_of_occasions(wanted):
            if wish.role != "wanted":
                continue
            if name := _PLURAL.get(wish.kind):
                fields[name] = tuple(dict.fromkeys((*fields.get(name, ()), wish.key)))
            elif (name := _SINGLE.get(wish.kind)) and name not in fields:
                fields[name] = wish.key
        return self._fitting(fields)

    def _fitting(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Heels and toes are features of shoes only: "flat front" trousers have no flat heel."""
        category = fields.get("category")
        if (
            "features" in fields
            and category
            and "shoes" not in (category, *self._taxonomy.category_parents(category))
        ):
            kept = tuple(
                f for f in fields["features"] if self._taxonomy.feature_group(f) not in ("heel", "toe")
            )
            fields = {**fields, "features": kept}
        return {name: value for name, value in fields.items() if value}

    def _primary(self, categories: Sequence[Wish], whole: Draft) -> str:
        """The first category, or the special kind of it that is named too: "shoes, maybe sneakers".

        "Leggings or yoga pants" are both wanted, so the wider of them is meant; of "sweater or sweatshirt" the
        one that this shop has.
        """
        first, *others = categories
        named = [first]
        for other in others:
            if first.key in self._taxonomy.category_parents(other.key):
                return other.key
            either = _EITHER.search(whole.flat[first.end : other.start])
            if either and other.key in self._taxonomy.category_parents(first.key):
                return other.key
            if either:
                named.append(other)
        sold = self._vocabulary.categories
        return next((c.key for c in named if self._taxonomy.category_within(c.key) & sold), first.key)

    def _see(self, fields: dict[str, Any], found: Found, context: Context) -> None:
        """What the photos show counts as said, unless the words say otherwise."""
        seen = context.photos[0]
        if seen.category and "category" not in fields:
            fields["category"] = seen.category
        changed = "colors" in fields or found.split.exclude.colors
        if seen.colors and not changed:
            fields["colors"] = tuple(c for c in seen.colors)
        if seen.patterns and "patterns" not in fields and not found.split.exclude.patterns:
            fields["patterns"] = seen.patterns

    def _carry(
        self, said: carry.Said, stated: Intent | None, found: Found, context: Context, pointed: Pointed
    ) -> tuple[ShopperQuery, Any]:
        previous = context.previous
        flat = found.whole.flat
        refining = intent.refining(flat) or bool(found.comparatives)
        correcting = intent.correcting(flat)
        category = said.fields.get("category")
        keeps = previous is not None and (
            stated in (*_NOT_A_SEARCH, "more", "detail", "cart_add")
            or carry.same_subject(previous, category, self._taxonomy, refining=correcting)
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
                "relative": found.comparatives,
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


def _beside(whole: Draft, pointed: Pointed) -> Draft:
    """The message without the words that point: "the cheapest one" asks for no order."""
    rest = Draft(whole.text, whole.language)
    for span in pointed.spans:
        rest.blank(*span)
    return rest


def _same(flat: str) -> bool:
    return bool(re.search(r"\bsame\b", flat))
