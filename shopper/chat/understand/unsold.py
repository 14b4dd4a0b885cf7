"""Reads what a shopper asks the shop to have where no lexicon knows the thing: "do you sell surfboards?".

Knows nothing about which things a shop sells.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re

from shopper.chat.understand.draft import Draft
from shopper.products.lexicon import Lexicon, fold, split_words

# Any noun after "do you sell"; after "have" only with "any", for a shop has other things than it sells.
_SELLS = re.compile(
    r"(?:\b(?:do|does|did|would|will)\s+(?:you|u|ya|y'all|they|(?:the|this|your) shop)\s+(?:\w+ ){0,2}?|^(?:so )?you (?:guys |also )?)(?:sell|stock|carry|supply)\s+(?:any |some |an? )?(?:kind of |sort of |type of )?(?P<thing>[a-z][a-z-]+(?: [a-z][a-z-]+){0,2})\s*(?:here|too|as well|by any chance|at all|please|though|then)?\W*$"
)
_HAS = re.compile(
    r"\b(?:(?:do|would) you (?:also |even |happen to )?have|have you got|(?:you )?got)\s+(?:any |some )(?P<thing>[a-z][a-z-]+(?: [a-z][a-z-]+){0,2})\s*(?:here|too|as well|by any chance|at all|please|though|then|in stock)?\W*$"
)
# What a shop has besides things.
_NOT_THINGS = frozenset(
    split_words(
        """
        vacancy, vacancies, job, jobs, promotion, promotions, voucher, vouchers, coupon, coupons, reward, rewards, membership, points, sample, samples, catalogue, difference, differences,
        online, abroad, news, help, hope, luck, clothes, advice, tip, tips, idea, ideas, recommendation, recommendations, suggestion, suggestions, question, questions, preference, preferences, more, others, other, left,
        else, different, similar, new, newer, smaller, bigger, larger, cheaper, nicer, better, best, matching, size, sizes, colour, colours, color, colors, style, styles, option, options, kind, kinds,
        type, types, brand, brands, deal, deals, offer, offers, discount, discounts, sale, sales, code, codes, shop, shops, store, stores, branch, branches, website, app, newsletter, account, clue, chance, way,
        reason, problem, time, info, information, detail, details, review, reviews, photo, photos, picture, pictures, video, videos, return, returns, delivery, shipping, alternative, alternatives, item, items, thing,
        things, stuff, product, products, piece, pieces, choice, choices, selection, range, collection, collections, favourite, favourites, favorite, favorites, bestseller, bestsellers, pair, pairs, one, ones, version, versions,
        experience, fashion, used, secondhand, second-hand, vintage, designer, sustainable, plus, petite, internationally, worldwide, locally, of, it, that, this, them, these, those, what, which, like, in, for, from, with, without, to, and, or, not, yet, still, already
        """
    )
)


def unknown_thing(draft: Draft, lexicon: Lexicon, names: frozenset[str]) -> str | None:
    """The thing asked for, in the singular: "surfboard"; `None` where the lexicon or the catalog knows a word of it."""
    if draft.language != "en":
        return None
    flat = " ".join(draft.flat.split())
    match = _SELLS.search(flat) or _HAS.search(flat)
    if match is None:
        return None
    words = match["thing"].split()
    while words and words[-1] in ("here", "too", "please", "though", "then", "at", "all", "by"):
        words.pop()
    request = frozenset(split_words(lexicon.tables["request"]["words"]))
    if not words or any(w in _NOT_THINGS or w in request or w in names for w in words):
        return None
    if lexicon.find(" ".join(words)):
        return None
    return " ".join((*words[:-1], singular(words[-1])))


def singular(noun: str) -> str:
    """A regular English plural as one thing: "surfboards" → "surfboard", "torches" → "torch"."""
    word = fold(noun)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if re.search(r"(?:ch|sh|x|ss|zz)es$", word):
        return word[:-2]
    return word[:-1] if len(word) > 3 and re.search(r"[^sui]s$", word) else word
