"""Scores allowed cards for a query: words, text and picture similarity fused, then what is only wished for.

Knows nothing about what may be shown; it gets the candidates and orders them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.products.taxonomy import Taxonomy
from shopper.search.catalog import Catalog
from shopper.search.columns import Mask, Rows, spans
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
ALL_RANKED = 4000  # up to so many allowed cards are all ranked
_TIES = 1e-7
_TIED = 20_000  # of things that the words fit equally well, so many are told apart by the vector
_POOL = 1200  # of more, so many from each ranking; no page reaches further
_SAME_PICTURE = 0.97  # a photo and the shop's picture of the same thing, once more compressed
_ADULTS_FIRST = 100.0  # more than all rankings together: nobody asked for children's things
BEHIND_ALL = -_ADULTS_FIRST / 2  # scores below are of such things


@dataclass(frozen=True)
class Signals:
    """What a query is compared with: its words, their vector, its photos and the products it likes."""

    words: str
    points: Vector  # float32[products]: how well the words fit each one's text; 0 without words
    text: Vector | None
    photos: tuple[Vector, ...]
    weights: tuple[float, ...]  # of the photos, summing to 1
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
        weights: Mapping[str, float] | None = None,
    ) -> Signals:
        """The signals of a query; ids in `like` that name neither a photo nor a product here are passed over.

        Of liked products only the cards in `like_color` are meant, if there are any. `weights` say by id how
        much a photo counts beside the others; 1 unless given.
        """
        shown = [id_ for id_ in query.like if id_ in photos]
        images = [photos[id_] for id_ in shown]
        given = [max((weights or {}).get(id_, 1.0), 1e-3) for id_ in shown]
        said = query_words(query, self._taxonomy, beside_photo=bool(images))
        liked = tuple(catalog.facets.number[id_] for id_ in query.like if id_ in catalog.facets.number)
        cards = np.concatenate([np.zeros(0, np.int64), *(catalog.facets.cards_of(n) for n in liked)])
        in_color = [c for c in cards.tolist() if like_color and catalog.facets.card_color(c) == like_color]
        return Signals(
            words=said,
            points=catalog.lexical.scores(said),
            text=self.text(said) if said else None,
            photos=tuple(self._encoder.encode_images(images)) if images else (),
            weights=tuple(weight / sum(given) for weight in given),
            liked=liked,
            liked_cards=np.array(in_color, dtype=np.int64) if in_color else cards,
        )


def soft_wishes(query: ShopperQuery) -> tuple[str, ...]:
    """What is only wished for; the reader notes what is never wanted beside it, and that is no wish."""
    return tuple(wish for wish in query.prefer if not wish.startswith("never "))


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
    text = " ".join((query.text or "", *soft_wishes(query)))
    trade = (mention.key for mention in taxonomy.find_all(text[:_MOST_LETTERS]) if mention.kind in _TRADE)
    said = " ".join((*(f for f in (*facts, query.occasion, query.season) if f), text, *trade))
    return " ".join(list(dict.fromkeys(said.split()))[:_MOST_WORDS])


def _added_words(query: ShopperQuery, taxonomy: Taxonomy) -> str:
    """The words of `text` and `prefer` that aren't facts of the query."""
    text = " ".join((query.text or "", *soft_wishes(query)))[:_MOST_LETTERS]
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
    cards: Rows,
    as_in_photo: Sequence[str] = (),
    bias: Vector | None = None,
    allowed: Allowed | None = None,
) -> NDArray[np.float64]:
    """float64[len(cards)]: how well each card answers, higher is better.

    `as_in_photo` are colours that a photo shows and nobody asked for in words: near ones rank higher.
    `bias` is float32[all cards], the shop's own say in first places. `allowed` are all cards that may be
    shown, where `cards` are only those of them that are worth ranking.
    """
    rankings = _rankings(catalog, query, signals, cards, allowed)
    extra = _beside_rankings(catalog, query, demand, signals, cards, as_in_photo, bias)
    total: NDArray[np.float64] = fuse(rankings, len(cards)) + extra
    for scores, _, _ in rankings:
        # What no ranking puts near its top still stands in some order.
        total += _TIES * np.where(np.isfinite(scores), scores, 0.0)
    return total


def _beside_rankings(
    catalog: Catalog,
    query: ShopperQuery,
    demand: Demand,
    signals: Signals,
    cards: Rows,
    as_in_photo: Sequence[str],
    bias: Vector | None,
) -> NDArray[np.float64]:
    """float64[len(cards)]: what soft wishes, the audience, the shop and ratings add to the rankings."""
    total = np.zeros(len(cards), dtype=np.float64)
    wishes = catalog.wishes
    for soft in soft_wishes(query):
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
        if not _points_at(catalog, signals, kids):
            total -= _ADULTS_FIRST * kids[cards]
    if bias is not None:
        total += UNIT * bias[cards]
    rating = np.nan_to_num(catalog.facets.rating[cards], nan=3.0)
    return total + UNIT * _RATING * (rating.astype(np.float64) - 3.0) / 2.0


def _points_at(catalog: Catalog, signals: Signals, some: Mask) -> bool:
    """Whether a liked product or a photo is plainly one of these cards."""
    if some[signals.liked_cards].any():
        return True
    vectors = catalog.vectors
    return any(
        vectors.by_picture(photo, vectors.closest_by_picture(photo, some, 1)).max(initial=-1.0)
        >= _SAME_PICTURE
        for photo in signals.photos
    )


class Allowed(NamedTuple):
    """What may be shown: bool[cards], and bool[products] of which any card is."""

    cards: Mask
    products: Mask


class Comparison(NamedTuple):
    """One vector that cards are compared with: by their text, their picture, or their product's pictures in
    any colour.
    """

    by: Literal["text", "picture", "any color"]
    vector: Vector
    weight: float


def comparisons(catalog: Catalog, query: ShopperQuery, signals: Signals) -> list[Comparison]:
    """What the query's words, photos and liked products are compared with."""
    found: list[Comparison] = []
    if signals.text is not None:
        found.append(Comparison("text", signals.text, _TEXT))
        if not signals.photos:
            found.append(Comparison("picture", signals.text, _PICTURE))
    if signals.photos:
        # A photo is compared with pictures only: across towers the cosine says less about the cut.
        parts = list(zip(signals.photos, signals.weights, strict=True))
        if signals.text is not None and content_stems(f"{query.text or ''} {' '.join(soft_wishes(query))}"):
            parts.append((signals.text, _WORDS_IN_PHOTO))
        # "This, but in navy": the thing is told by its pictures in any colour.
        found.append(Comparison("any color" if query.colors else "picture", blend(parts), _PHOTO))
    if signals.liked:
        found += _to_liked(catalog, signals)
    return found


def _to_liked(catalog: Catalog, signals: Signals) -> list[Comparison]:
    found: list[Comparison] = []
    vectors = catalog.vectors
    pictures = [(v, 1.0) for v in vectors.pictures.rows(signals.liked_cards)]
    if pictures:
        found.append(Comparison("picture", blend(pictures), _LIKE_PICTURE))
    texts = [(v, 1.0) for v in vectors.texts.rows(list(signals.liked))]
    if texts:
        found.append(Comparison("text", blend(texts), _LIKE_TEXT))
    return found


def worth_ranking(
    catalog: Catalog,
    query: ShopperQuery,
    demand: Demand,
    signals: Signals,
    allowed: Allowed,
    bias: Vector | None = None,
) -> Rows:
    """int64[n], ascending: all allowed cards if they are few, else those that some ranking puts near its top.

    It doesn't depend on the page that is asked for, so that pages fit together.
    """
    if np.count_nonzero(allowed.cards) <= ALL_RANKED:
        return np.flatnonzero(allowed.cards)
    facets, vectors = catalog.facets, catalog.vectors
    found = [_best_rated(catalog, allowed.cards)]
    if signals.words:
        found.append(_best_by_words(catalog, query, demand, signals, allowed, bias))
    for by, vector, _ in comparisons(catalog, query, signals):
        if by == "text":
            found.append(vectors.closest_by_text(vector, *allowed, _POOL // 2))
        else:
            found.append(vectors.closest_by_picture(vector, allowed.cards, _POOL))
    worth = np.zeros(facets.cards, dtype=bool)
    worth[np.concatenate(found)] = True
    return np.flatnonzero(worth)


def _levels(points: Vector) -> Vector:
    """The distinct positive scores, highest first."""
    ordered = np.sort(points[points > 0])[::-1]
    levels: Vector = ordered[
        np.concatenate([np.ones(min(len(ordered), 1), dtype=bool), np.diff(ordered) != 0])
    ]
    return levels


def _best_by_words(
    catalog: Catalog,
    query: ShopperQuery,
    demand: Demand,
    signals: Signals,
    allowed: Allowed,
    bias: Vector | None,
) -> Rows:
    """The allowed cards whose products the words fit best; of equals those that would come first."""
    facets = catalog.facets
    points = signals.points
    products = np.flatnonzero(allowed.products & (points > 0))
    if len(products) > _POOL:
        said = points[products]
        products = products[said >= np.partition(said, len(said) - _POOL)[len(said) - _POOL]]
    _, cards = spans(facets.card_start, products)
    cards = cards[allowed.cards[cards]]
    if len(cards) <= _POOL:
        return cards
    cards = cards[np.argsort(-points[facets.card_product[cards]], kind="stable")[:_TIED]]
    extra = _beside_rankings(catalog, query, demand, signals, cards, (), bias)
    if signals.text is not None:
        extra += _TIES * np.maximum(catalog.vectors.by_text(signals.text, cards), -1.0)
    return cards[np.lexsort((-extra, -points[facets.card_product[cards]]))[:_POOL]]


def _best_rated(catalog: Catalog, allowed: Mask) -> Rows:
    """The best rated allowed cards, looked for from the top."""
    order, count = catalog.by_rating, 4 * _POOL
    while True:
        rows = order[:count]
        rows = rows[allowed[rows]][:_POOL]
        if len(rows) == _POOL or count >= len(order):
            return rows.astype(np.int64)
        count *= 4


def _by_any_color(catalog: Catalog, vector: Vector, cards: Rows) -> Vector:
    """float32[len(cards)]: similarity to the most alike picture of each card's product."""
    products, places = np.unique(catalog.facets.card_product[cards], return_inverse=True)
    starts, every = spans(catalog.facets.card_start, products.astype(np.int64))
    if not len(every):
        return np.zeros(0, dtype=np.float32)
    most: Vector = np.maximum.reduceat(catalog.vectors.by_picture(vector, every), starts[:-1])[places]
    return most


def _rankings(
    catalog: Catalog, query: ShopperQuery, signals: Signals, cards: Rows, allowed: Allowed | None
) -> list[Ranking]:
    vectors, found = catalog.vectors, list[Ranking]()
    if signals.words:
        points = signals.points
        by_words = points[catalog.facets.card_product[cards]]
        levels = None if allowed is None else _levels(points[allowed.products])
        ranked = np.where(by_words > 0, by_words, -np.inf).astype(np.float32)
        found.append(Ranking(ranked, _WORDS, levels))
    for by, vector, weight in comparisons(catalog, query, signals):
        match by:
            case "text":
                scores = vectors.by_text(vector, cards)
            case "picture":
                scores = vectors.by_picture(vector, cards)
            case "any color":
                scores = _by_any_color(catalog, vector, cards)
        found.append(Ranking(scores, weight))
    return found
