"""Scores allowed cards for a query: words, text and picture similarity fused, then what is only wished for.

Knows nothing about what may be shown; it gets the candidates and orders them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.products.taxonomy import Taxonomy
from shopper.search.catalog import Catalog
from shopper.search.encoder import Encoder
from shopper.search.rank import UNIT, Ranking, fuse
from shopper.search.vectors import Vector, blend
from shopper.search.wishes import Demand
from shopper.search.words import content_stems
from shopper.types import ShopperQuery

# How much each ranking counts beside the others.
_WORDS, _TEXT, _PICTURE, _PHOTO, _LIKE_PICTURE, _LIKE_TEXT = 1.0, 1.0, 0.6, 2.0, 1.5, 1.0
_AS_IN_PHOTO = 0.15
_WORDS_IN_PHOTO = 0.6  # the part of the words in "like this photo, but …"
_PREFERRED, _WISHED, _SAME_KIND, _UNSURE_GENDER, _RATING = 0.5, 0.5, 1.0, -0.5, 0.03
_TRADE = frozenset({"category", "color", "material", "pattern", "occasion", "season", "feature"})
_MOST_LETTERS = 500
_MOST_WORDS = 64  # encoders read about as many; a pasted novel must not cost more
_SAME_PICTURE = 0.97  # a photo and the shop's picture of the same thing, once more compressed
_ADULTS_FIRST = 100.0  # more than all rankings together: nobody asked for children's things
BEHIND_ALL = -_ADULTS_FIRST / 2  # scores below are of such things


@dataclass(frozen=True)
class Signals:
    """What a query is compared with: its words, their vector, its photos and the products it likes."""

    words: str
    text: Vector | None
    photos: tuple[Vector, ...]
    liked: tuple[int, ...]  # product numbers
    liked_cards: NDArray[np.int64]  # those of their cards that are meant


class QueryEncoder:
    """Encodes the words and photos of queries, remembering the last few texts."""

    def __init__(self, encoder: Encoder, taxonomy: Taxonomy, remember: int = 512) -> None:
        self._encoder, self._taxonomy = encoder, taxonomy
        # Shared by the threads of all finds, which `lru_cache` is made for.
        self.text = functools.lru_cache(maxsize=remember)(self._text)

    def _text(self, words: str) -> Vector:
        vector: Vector = self._encoder.encode_text([words])[0]
        return vector

    def signals(
        self,
        query: ShopperQuery,
        catalog: Catalog,
        photos: Mapping[str, Image.Image],
        *,
        like_color: str | None = None,
    ) -> Signals:
        """The signals of a query; ids in `like` that name neither a photo nor a product here are passed over.

        Of liked products only the cards in `like_color` are meant, if there are any.
        """
        images = [photos[id_] for id_ in query.like if id_ in photos]
        said = query_words(query, self._taxonomy, beside_photo=bool(images))
        liked = tuple(catalog.facets.number[id_] for id_ in query.like if id_ in catalog.facets.number)
        cards = np.concatenate([np.zeros(0, np.int64), *(catalog.facets.cards_of(n) for n in liked)])
        in_color = [c for c in cards.tolist() if like_color and catalog.facets.card_color(c) == like_color]
        return Signals(
            words=said,
            text=self.text(said) if said else None,
            photos=tuple(self._encoder.encode_images(images)) if images else (),
            liked=liked,
            liked_cards=np.array(in_color, dtype=np.int64) if in_color else cards,
        )


def query_words(query: ShopperQuery, taxonomy: Taxonomy, *, beside_photo: bool = False) -> str:
    """The words that stand for a query: its facts as one says them, its text, and the trade's word for it.

    Beside a liked product the kind of thing goes without saying. Beside a photo all facts do, since they
    decide already what may be shown: only what the words add to them counts ("but longer").
    """
    if beside_photo:
        return _added_words(query, taxonomy)
    kind = None if query.like else query.category
    if kind in taxonomy.categories:
        kind = taxonomy.singular(kind)
    facts = (*query.colors, *query.materials, *query.patterns, query.fit, kind, *query.features)
    text = " ".join((query.text or "", *query.prefer))
    trade = (mention.key for mention in taxonomy.find_all(text[:_MOST_LETTERS]) if mention.kind in _TRADE)
    said = " ".join((*(f for f in (*facts, query.occasion, query.season) if f), text, *trade))
    return " ".join(list(dict.fromkeys(said.split()))[:_MOST_WORDS])


def _added_words(query: ShopperQuery, taxonomy: Taxonomy) -> str:
    """The words of `text` and `prefer` that aren't facts of the query."""
    text = " ".join((query.text or "", *query.prefer))[:_MOST_LETTERS]
    facts = {query.category, query.fit, query.occasion, query.season, *query.colors, *query.materials}
    facts |= {*query.patterns, *query.features}
    for mention in sorted(taxonomy.find_all(text), key=lambda m: m.start, reverse=True):
        if mention.key in facts or mention.kind == "category":
            text = text[: mention.start] + " " + text[mention.end :]
    return " ".join(text.split()[:_MOST_WORDS]) if content_stems(text) else ""


def score(
    catalog: Catalog,
    query: ShopperQuery,
    demand: Demand,
    signals: Signals,
    cards: NDArray[np.int64],
    as_in_photo: Sequence[str] = (),
) -> NDArray[np.float64]:
    """float64[len(cards)]: how well each card answers, higher is better.

    `as_in_photo` are colours that a photo shows and nobody asked for in words: near ones rank higher.
    """
    total = fuse(list(_rankings(catalog, query, signals, cards)), len(cards))
    wishes = catalog.wishes
    for soft in query.prefer:
        total += UNIT * _PREFERRED * wishes.preferred(soft)[cards]
    for color in as_in_photo:
        total += UNIT * _AS_IN_PHOTO * wishes.preferred(color)[cards]
    for wish in demand.wishes:
        total += UNIT * _WISHED * (wish.mask if wish.stated is None else wish.stated)[cards]
    for number in signals.liked:
        codes = catalog.facets.category.codes
        own = catalog.facets.cards_of(number)
        total += UNIT * _SAME_KIND * (codes[cards] == codes[own[0]])
    if query.gender:
        total += UNIT * _UNSURE_GENDER * wishes.for_anyone()[cards]
    if query.gender in (None, "unisex") and query.age_group is None:
        kids = wishes.kids()
        if not _points_at(catalog, signals, np.flatnonzero(kids)):
            total -= _ADULTS_FIRST * kids[cards]
    rating = np.nan_to_num(catalog.facets.rating[cards], nan=3.0)
    return total + UNIT * _RATING * (rating.astype(np.float64) - 3.0) / 2.0


def _points_at(catalog: Catalog, signals: Signals, cards: NDArray[np.int64]) -> bool:
    """Whether a liked product or a photo is plainly one of these cards."""
    if np.isin(signals.liked_cards, cards).any():
        return True
    return any(
        catalog.vectors.by_picture(photo, cards).max(initial=-1.0) >= _SAME_PICTURE
        for photo in signals.photos
    )


def _by_any_color(catalog: Catalog, vector: Vector, cards: NDArray[np.int64]) -> Vector:
    """float32[len(cards)]: similarity to the most alike picture of each card's product."""
    products = catalog.facets.card_product
    every = np.flatnonzero(np.isin(products, products[cards]))
    best = np.full(int(products.max(initial=0)) + 1, -np.inf, dtype=np.float32)
    np.maximum.at(best, products[every], catalog.vectors.by_picture(vector, every))
    alike: Vector = best[products[cards]]
    return alike


def _rankings(
    catalog: Catalog, query: ShopperQuery, signals: Signals, cards: NDArray[np.int64]
) -> list[Ranking]:
    vectors, found = catalog.vectors, list[Ranking]()
    if signals.words:
        by_words = catalog.lexical.scores(signals.words)[catalog.facets.card_product[cards]]
        found.append(Ranking(np.where(by_words > 0, by_words, -np.inf).astype(np.float32), _WORDS))
    if signals.text is not None:
        found.append(Ranking(vectors.by_text(signals.text, cards), _TEXT))
        if not signals.photos:
            found.append(Ranking(vectors.by_picture(signals.text, cards), _PICTURE))
    if signals.photos:
        # A photo is compared with pictures only: across towers the cosine says less about the cut.
        parts = [(photo, 1.0 / len(signals.photos)) for photo in signals.photos]
        if signals.text is not None and content_stems(f"{query.text or ''} {' '.join(query.prefer)}"):
            parts.append((signals.text, _WORDS_IN_PHOTO))
        compare = vectors.by_picture
        if query.colors:
            # "This, but in navy": the thing is told by its pictures in any colour.
            compare = functools.partial(_by_any_color, catalog)
        found.append(Ranking(compare(blend(parts), cards), _PHOTO))
    if signals.liked:
        pictures = [(v, 1.0) for v in vectors.pictures[signals.liked_cards] if v.any()]
        if pictures:
            found.append(Ranking(vectors.by_picture(blend(pictures), cards), _LIKE_PICTURE))
        texts = [(v, 1.0) for v in vectors.texts[list(signals.liked)] if v.any()]
        if texts:
            found.append(Ranking(vectors.by_text(blend(texts), cards), _LIKE_TEXT))
    return found
