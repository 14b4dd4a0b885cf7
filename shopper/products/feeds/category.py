"""The category of a draft: what the shop states, narrowed by the title's head noun.

Knows nothing about file formats or other facts.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from shopper.products.feeds.draft import Draft
from shopper.products.taxonomy import Mention, Taxonomy

# What follows one of these in a title isn't the thing itself: "dress with belt", "bag for shoes".
_AFTER_HEAD = re.compile(
    r"\s(?:with|w/|for|and|in|by|from|of|on|mit|für|aus|avec|pour|en|con|met|voor)\s|\s[-–—|(]\s?|[,(/|]|\s&\s",
    re.I,
)
_LIST = re.compile(r"\s*(?:&|,|\+|;|\band\b|\bund\b|\bet\b)\s*", re.I)
_BROAD = frozenset({"clothing", "accessories"})


def category_of(draft: Draft, taxonomy: Taxonomy, language: str | None) -> str | None:
    """The best taxonomy key for `draft`, or None where neither the shop nor the text names a category."""
    stated = _stated(draft, taxonomy, language)
    title = _head(draft.title, taxonomy, language)
    if not stated:
        return title or _opening(draft.description, taxonomy, language)
    hints = {key for hint in draft.category_hints if (key := _key(hint, taxonomy, language))}
    titled = _narrowed(stated, title, taxonomy) if title else None
    if titled and titled == title and titled in stated:
        return _deeper({titled}, hints, taxonomy) or titled
    # A leaf such as "Bras & Tanks" names several things; a style that is one of them decides.
    styled = [key for key in stated if key in hints]
    if len(stated) > 1 and len(styled) == 1:
        return titled if titled in _within(taxonomy, styled[0]) else styled[0]
    if titled:
        return _deeper({titled}, hints, taxonomy) or titled
    # "Pants" may turn out to be leggings by their style; "Shorts" says it all, whatever the style.
    broad = [key for key in stated if len(_within(taxonomy, key)) > 1]
    beside = {fits for hint in hints if (fits := _narrowed(broad, hint, taxonomy))} - set(stated)
    return beside.pop() if len(beside) == 1 else stated[0]


def _deeper(keys: set[str], hints: set[str], taxonomy: Taxonomy) -> str | None:
    """The one style that narrows a key: "rain coat" and "windbreaker" together narrow nothing."""
    below = {hint for hint in hints - keys if any(hint in _within(taxonomy, key) for key in keys)}
    return below.pop() if len(below) == 1 else None


def _stated(draft: Draft, taxonomy: Taxonomy, language: str | None) -> list[str]:
    """Keys of the first stated words that name a category; several if one leaf names several."""
    for words in draft.category:
        leaf = re.split(r"[>/»]", words)[-1].strip() if re.search(r"[>/»]", words) else words
        parts = [key for part in _LIST.split(leaf) if (key := _key(part, taxonomy, language))]
        best = taxonomy.category(words) if leaf != words or not parts else None
        if keys := list(dict.fromkeys(parts + ([best] if best else []))):
            return keys
    return []


@cache
def _within(taxonomy: Taxonomy, key: str) -> frozenset[str]:
    return taxonomy.category_within(key)


@lru_cache(maxsize=20_000)
def _named(text: str, taxonomy: Taxonomy, language: str | None) -> tuple[Mention, ...]:
    """The categories in `text`; where its language isn't plain, English words first: a "robe" is no dress."""
    for tongue in dict.fromkeys((language or "en", None)):
        if found := tuple(m for m in taxonomy.find_all(text, tongue) if m.kind == "category"):
            return found
    return ()


def _key(words: str, taxonomy: Taxonomy, language: str | None) -> str | None:
    found = _named(words, taxonomy, language)
    return found[-1].key if found else None


def _narrowed(stated: list[str], word: str, taxonomy: Taxonomy) -> str | None:
    """`word` where it is one of the stated categories, below one, or beside one in the same group."""
    for key in stated:
        if word in _within(taxonomy, key):
            return word
        if key in _within(taxonomy, word):
            return key
    for key in stated:
        shared = (set(taxonomy.category_parents(key)) & set(taxonomy.category_parents(word))) - _BROAD
        if shared:
            return word
    return None


def head_of(text: str) -> str:
    """`text` before "with …", "for …", a comma or a dash: the part that names the thing itself."""
    return _AFTER_HEAD.split(text, maxsplit=1)[0]


def _head(title: str, taxonomy: Taxonomy, language: str | None) -> str | None:
    """The category of the title's head noun: the last one before "with …", "for …"."""
    head = head_of(title)
    for text in (head, title):
        found = _named(text, taxonomy, language)
        if not found:
            continue
        if text is not head:
            return found[0].key
        # The trade says "pant" and "short"; the plural is the better known name.
        plural = _named(f"{head.rstrip()}s", taxonomy, language)
        longer = plural and plural[-1].end > len(head.rstrip()) and plural[-1].start < found[-1].start
        return plural[-1].key if longer else found[-1].key
    return None


def _opening(description: str, taxonomy: Taxonomy, language: str | None) -> str | None:
    """The category that the description's first sentence names, if it names one kind of thing only."""
    opening = re.split(r"(?<=[.!?])\s|\n", description, maxsplit=1)[0]
    head = head_of(opening)
    found = [m.key for m in _named(head, taxonomy, language)]
    if not found:
        return None
    last = found[-1]
    alike = all(k == last or last in _within(taxonomy, k) or k in _within(taxonomy, last) for k in found)
    return last if alike else None
