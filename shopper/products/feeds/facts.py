"""A draft in the shop's words to a Product with facts: stated fields first, then what its text says plainly.

Knows nothing about file formats. A wrong fact is worse than none, so what is doubtful stays unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from shopper.products.feeds.category import category_of
from shopper.products.feeds.draft import Draft, DraftVariant, FeedProduct, Reject, text_of, unique
from shopper.products.feeds.features import fitting_features, meant_occasions, without_rivals
from shopper.products.feeds.materials import materials_in
from shopper.products.feeds.said import language_of, said, without_asides
from shopper.products.feeds.words import bare
from shopper.products.taxonomy import Mention, Taxonomy
from shopper.types import AgeGroup, Gender, Product

# What follows tells of parts, in whatever colour they come.
_PARTS = re.compile(r"\s(?:with|w/|featuring|has|on|mit|avec|con)\s", re.I)


def product_of(draft: Draft, taxonomy: Taxonomy) -> FeedProduct:
    """The product that `draft` describes. Raises Reject where it can't be sold as it is stated."""
    text_of(draft.id, "id", 200)
    text_of(draft.title, "title", 500)
    text_of(draft.brand or "", "brand", 255, required=False)
    if not draft.variants:
        raise Reject("variants", "has no variant that can be sold")
    _one_currency(draft)
    reading = _Reading(draft, taxonomy)
    gender, age_group = reading.people()
    category = category_of(draft, taxonomy, reading.language)
    product = Product(
        id=draft.id,
        title=draft.title,
        brand=draft.brand or None,
        description=draft.description,
        category=category,
        category_path=draft.path,
        gender=gender,
        age_group=age_group,
        materials=reading.materials(category),
        patterns=reading.stated_or_said(draft.patterns, taxonomy.pattern, "pattern"),
        fit=reading.fit(category),
        seasons=reading.stated_or_said(draft.seasons, taxonomy.season, "season"),
        occasions=reading.occasions(),
        features=reading.features(category),
        care=reading.all_of(draft.care, taxonomy.care, "care"),
        tags=tuple(dict.fromkeys(bare(tag) for tag in draft.tags if bare(tag))),
        rating=draft.rating,
        rating_count=draft.rating_count,
        url=draft.url,
        published_at=draft.published_at,
        variants=tuple(v.variant for v in reading.coloured(unique(draft.variants))),
    )
    return FeedProduct(product, draft.line, {v.variant.id: v.line for v in draft.variants})


def _one_currency(draft: Draft) -> None:
    first = draft.variants[0]
    for other in draft.variants:
        here, there = first.variant.price.currency, other.variant.price.currency
        if here != there:
            raise Reject(
                "price",
                f"its variants are priced in {here} (line {first.line}) and {there} (line {other.line})",
                line=other.line,
            )


class _Reading:
    """One draft beside the mentions in its title and its description."""

    def __init__(self, draft: Draft, taxonomy: Taxonomy) -> None:
        self.draft = draft
        self.taxonomy = taxonomy
        self.language = language_of(f"{draft.title}\n{draft.description}")
        self.title = said(draft.title, taxonomy, self.language)
        about = without_asides(draft.description)
        self.text = said(about, taxonomy, self.language)
        self.sentence = re.split(r"(?<=[.!?])\s|\n", about, maxsplit=1)[0]
        self.opening = [m for m in self.text if m.end <= len(self.sentence)]
        self.tags = [m for tag in draft.tags for m in taxonomy.find_all(tag) if _whole(m, tag)]

    def stated(self, raw: Iterable[str], key: Callable[[str], str | None]) -> tuple[str, ...]:
        """The shop's own statements as keys, or in its words where the taxonomy knows none."""
        found: dict[str, None] = {}
        for word in raw:
            name = _key_or_word(key, word)
            if name and len(name) <= 60:
                found[name] = None
        return tuple(found)

    def said(self, kind: str, *places: list[Mention]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m.key for place in places for m in place if m.kind == kind))

    def stated_or_said(
        self, raw: tuple[str, ...] | None, key: Callable[[str], str | None], kind: str
    ) -> tuple[str, ...]:
        """What is stated; else what title and tags say, else the description's first sentence."""
        if raw is not None and (raw or self.draft.complete):
            return self.stated(raw, key)
        return self.said(kind, self.title, self.tags) or self.said(kind, self.opening)

    def all_of(
        self, raw: tuple[str, ...] | None, key: Callable[[str], str | None], kind: str
    ) -> tuple[str, ...]:
        """What is stated and what the text says beside it."""
        stated = self.stated(raw or (), key)
        if raw is not None and self.draft.complete:
            return stated
        return tuple(dict.fromkeys((*stated, *self.said(kind, self.title, self.tags, self.text))))

    def occasions(self) -> tuple[str, ...]:
        draft = self.draft
        stated = self.stated(draft.occasions or (), self.taxonomy.occasion)
        if draft.complete and draft.occasions is not None:
            return stated
        meant = meant_occasions([*self.title, *self.tags], self.text, draft.description)
        return tuple(dict.fromkeys((*stated, *meant)))

    def features(self, category: str | None) -> tuple[str, ...]:
        draft = self.draft
        stated = self.stated(draft.features or (), self.taxonomy.feature)
        # "organic cotton" states a material and a feature.
        parts = (part for word in draft.materials or () for part in bare(word).split())
        made = (key for part in parts if (key := self.taxonomy.feature(part)))
        stated = without_rivals(stated, made, self.taxonomy)
        if draft.complete and draft.features is not None:
            return stated
        titled = [*self.title, *self.tags]
        true = fitting_features(titled, self.text, draft.description, category, self.taxonomy)
        return without_rivals(stated, true, self.taxonomy)

    def materials(self, category: str | None) -> tuple[str, ...]:
        draft = self.draft
        if draft.materials is not None and (draft.materials or draft.complete):
            return self._composition(draft.materials)
        return materials_in(draft, category, self.taxonomy, self.language)

    def _composition(self, raw: Iterable[str]) -> tuple[str, ...]:
        """Every material of each statement: "cotton with leather trim" is both."""
        found: dict[str, None] = {}
        for word in raw:
            named = [m.key for m in said(word, self.taxonomy, None) if m.kind == "material"]
            found.update(dict.fromkeys(named or self.stated([word], self.taxonomy.material)))
        return tuple(found)

    def fit(self, category: str | None) -> str | None:
        draft = self.draft
        if draft.fit:
            return next(iter(self.stated(draft.fit, self.taxonomy.fit)), None)
        # A slim watch isn't slim fit.
        if category is not None and "clothing" not in self.taxonomy.category_parents(category):
            return None
        fits = self.said("fit", self.title) or self.said("fit", self.text)
        return fits[0] if len(fits) == 1 else None

    def people(self) -> tuple[Gender | None, AgeGroup | None]:
        """For whom it is. Google's feeds say "male" and "kids" where we say boys."""
        gender = self._gender()
        age_group = self._age_group(gender)
        if age_group in ("kids", "toddler", "baby"):
            gender = "boys" if gender == "men" else "girls" if gender == "women" else gender
        return gender, age_group

    def _gender(self) -> Gender | None:
        """From its own field, category path, tags, title, description: the first that says it."""
        draft = self.draft
        for texts in (
            draft.gender,
            draft.path,
            draft.category,
            draft.tags,
            (draft.title,),
            (draft.description,),
        ):
            found = {g for text in texts for g in self._genders(text)}
            if found:
                return _merged(found)
        return None

    def _genders(self, text: str) -> set[Gender]:
        if len(text) <= 40 and (whole := self.taxonomy.gender(text)):
            return {whole}
        found = (m for m in said(text, self.taxonomy, self.language) if m.kind == "gender")
        return {g for m in found if (g := self.taxonomy.gender(m.key))}

    def _age_group(self, gender: Gender | None) -> AgeGroup | None:
        draft = self.draft
        # A women's "baby tee" is for adults: the title counts only where no adult is named.
        title = () if gender in ("women", "men") else (draft.title,)
        for texts in (draft.age_group, draft.path, draft.category, draft.tags, title):
            for text in texts:
                if len(text) <= 40 and (group := self.taxonomy.age_group(text)):
                    return group
                for m in said(text, self.taxonomy, self.language):
                    if m.kind == "age" and (group := self.taxonomy.age_group(m.key)):
                        return group
        if gender in ("girls", "boys"):
            return "kids"
        return "adult" if gender in ("women", "men") else None

    def coloured(self, variants: list[DraftVariant]) -> list[DraftVariant]:
        """The variants, with the product's one colour where none of them states any."""
        if any(v.variant.color for v in variants):
            return variants
        color = self._color()
        if color is None:
            return variants
        return [DraftVariant(v.line, v.variant.model_copy(update={"color": color}), v.rest) for v in variants]

    def _color(self) -> str | None:
        if self.draft.colors:
            return " / ".join(self.draft.colors)[:128]
        for text, mentions in ((self.draft.title, self.title), (self.sentence, self.opening)):
            # "Black top with green laces" is black.
            end = len(_PARTS.split(text, maxsplit=1)[0])
            shades = _shades([m for m in mentions if m.end <= end], text)
            if len(shades) == 1:
                return shades[0]
            if shades:
                return None  # two colours named: which one it is isn't plain
        return None


@lru_cache(maxsize=20_000)
def _key_or_word(key: Callable[[str], str | None], word: str) -> str:
    return key(bare(word)) or bare(word)


def _shades(mentions: list[Mention], text: str) -> list[str]:
    """The colours named; of words side by side ("natural black") the last one is the colour."""
    found: list[Mention] = []
    for m in (m for m in mentions if m.kind == "color"):
        if found and not text[found[-1].end : m.start].strip():
            found.pop()
        found.append(m)
    return list(dict.fromkeys(m.key for m in found))


def _whole(mention: Mention, tag: str) -> bool:
    return mention.end - mention.start >= len(tag.strip()) - 1


def _merged(genders: set[Gender]) -> Gender:
    if genders <= {"women", "girls"}:
        return "women" if "women" in genders else "girls"
    if genders <= {"men", "boys"}:
        return "men" if "men" in genders else "boys"
    return "unisex"
