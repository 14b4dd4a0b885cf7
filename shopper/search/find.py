"""Finds products for a query: facts decide what may be shown, words and vectors order it, absence is said.

Knows nothing about conversations, models or the web.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.errors import NotFound
from shopper.products.seen import PhotoSeen
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.search import absence
from shopper.search.because import because
from shopper.search.catalog import Catalog, load_catalog
from shopper.search.encoder import Encoder
from shopper.search.facets import NEVER, Mask
from shopper.search.index import ProductIndex
from shopper.search.looks import Slot, assemble, look_for, similar_query, slots_for
from shopper.search.palette import colors_of
from shopper.search.rank import diversify
from shopper.search.relax import relax as relax_demand
from shopper.search.relax import tell as tell_relaxed
from shopper.search.score import BEHIND_ALL, QueryEncoder, Signals, score
from shopper.search.see import PhotoReader
from shopper.search.suggest import beyond_budget, suggest
from shopper.search.vectors import Vector
from shopper.search.wishes import Demand
from shopper.types import Page, Product, Recommendation, Relaxation, ShopperQuery, Suggestion

_SURE = 0.34  # the part of a text's words that the catalog must know for the text to count as understood
_NAMED = 0.3  # of the best score by words, what another card must reach to be meant as well
_SORTED_IN_FULL = 5000  # of more candidates only the best are put in order


@dataclass(frozen=True)
class Found:
    """The cards of one answer, best first, before any product is loaded."""

    cards: NDArray[np.int64]
    scores: NDArray[np.float64]
    total: int = 0
    relaxed: tuple[Relaxation, ...] = ()
    gap: absence.Gap | None = None
    suggestions: tuple[Suggestion, ...] = ()
    by_photo: bool = False


class ProductSearch:
    """The search of one shop. Make one with `await ProductSearch.open(…)`."""

    def __init__(
        self, store: ProductStore, index: ProductIndex, encoder: Encoder, taxonomy: Taxonomy, catalog: Catalog
    ) -> None:
        self._store, self._index, self._encoder, self._taxonomy = store, index, encoder, taxonomy
        self._catalog = catalog
        self._queries = QueryEncoder(encoder, taxonomy)
        self._photos = PhotoReader(encoder, taxonomy)
        self._loading = asyncio.Lock()

    @classmethod
    async def open(
        cls, *, store: ProductStore, index: ProductIndex, encoder: Encoder, taxonomy: Taxonomy
    ) -> ProductSearch:
        """A search over what the store holds now; later changes are noticed by each find."""
        catalog = await load_catalog(store=store, index=index, encoder=encoder, taxonomy=taxonomy)
        return cls(store, index, encoder, taxonomy, catalog)

    async def refresh(self) -> None:
        """Take in the store's and the index's changes, if there are any."""
        async with self._loading:
            if (
                await self._store.revision() != self._catalog.revision
                or self._index.version != self._catalog.version
            ):
                self._catalog = await load_catalog(
                    store=self._store, index=self._index, encoder=self._encoder, taxonomy=self._taxonomy
                )

    def vocabulary(self) -> CatalogVocabulary:
        """The words of the loaded catalog."""
        return self._catalog.vocabulary

    def see(self, image: Image.Image, photo_id: str = "") -> PhotoSeen:
        """What a photo shows: kind of thing, colours, pattern."""
        catalog = self._catalog

        def resembles(vector: Vector) -> dict[str, float]:
            shares: dict[str, float] = {}
            for card, share in catalog.vectors.most_alike(vector):
                category = catalog.facets.category.values[int(catalog.facets.category.codes[card])]
                if category is not None:
                    shares[category] = shares.get(category, 0.0) + share
            return shares

        return self._photos.see(image, catalog.categories, photo_id, resembles=resembles)

    async def find(
        self,
        query: ShopperQuery,
        *,
        limit: int = 8,
        offset: int = 0,
        photos: Mapping[str, Image.Image] | None = None,
        relax: bool = True,
    ) -> Page:
        """One page of cards that break nothing the shopper said, or why there are none."""
        await self.refresh()
        catalog = self._catalog
        limit, offset = max(0, limit), max(0, offset)
        found = await asyncio.to_thread(self._search, catalog, query, photos or {}, offset + limit, relax)
        return await self._page(catalog, query, found, slice(offset, offset + limit))

    async def similar(
        self, product_id: str, *, color: str | None = None, query: ShopperQuery | None = None, limit: int = 8
    ) -> Page:
        """Things like a product (in a colour), of its kind and for the same people, never itself."""
        await self.refresh()
        product = await self._product(product_id)
        catalog = self._catalog
        kinds = (
            product.category,
            *(self._taxonomy.category_parents(product.category) if product.category else ()),
        )
        for kind in kinds:
            wanted = similar_query(product, kind, query)
            found = await asyncio.to_thread(self._search, catalog, wanted, {}, limit, True, color)
            if found.total or (query and query.category):
                break
        return await self._page(catalog, wanted, found, slice(0, limit))

    async def complete_the_look(
        self, product_id: str, *, color: str | None = None, query: ShopperQuery | None = None, limit: int = 4
    ) -> Page:
        """Things that go with a product: other kinds, colours in harmony, same people, occasion and price
        band.
        """
        await self.refresh()
        product = await self._product(product_id)
        color = color if color is not None else product.colors[0]
        slots = look_for(product, query or ShopperQuery(), self._taxonomy)
        return await self._look(slots, anchor=(product, color), limit=limit, budget=None)

    async def outfit(self, query: ShopperQuery, *, limit: int = 4) -> Page:
        """A whole look for an occasion or season; `query.price.max` bounds its total."""
        await self.refresh()
        slots = slots_for(query, self._catalog.categories, self._taxonomy)
        budget = query.price.max if query.price else None
        return await self._look(slots, anchor=None, limit=limit, budget=budget)

    async def _look(
        self,
        slots: Sequence[Slot],
        *,
        anchor: tuple[Product, str | None] | None,
        limit: int,
        budget: int | None,
    ) -> Page:
        catalog, filled = self._catalog, []
        for slot in slots:
            if not any(catalog.wishes.category(k).any() for k in slot.kinds):
                continue
            items: list[Recommendation] = []
            for kind in slot.kinds:
                wanted = slot.query.model_copy(update={"category": kind})
                found = await asyncio.to_thread(self._search, catalog, wanted, {}, 8, True)
                # The budget is for the whole look, so no single card is praised for keeping it.
                said = wanted.model_copy(update={"price": None})
                items += await self._cards(catalog, said, found.cards, found.scores, by_photo=False)
            filled.append((slot, items))
        chosen = assemble(filled, anchor, self._taxonomy, limit=limit, budget=budget)
        gap = None
        if not chosen:
            empty = ShopperQuery(category=slots[0].kinds[0] if slots else None)
            gap = absence.tell(absence.Gap("no_match"), empty, (), self._taxonomy, catalog)
        return Page(items=tuple(chosen), total=len(chosen), absence=gap, as_of=datetime.now(UTC))

    async def _product(self, product_id: str) -> Product:
        found = (await self._store.get([product_id])).get(product_id)
        if found is None:
            raise NotFound("This shop has no such product.")
        return found

    # ── on numbers alone, off the event loop ────────────────────────────────────────────────────────

    def _search(
        self,
        catalog: Catalog,
        query: ShopperQuery,
        photos: Mapping[str, Image.Image],
        take: int,
        relax: bool,
        like_color: str | None = None,
    ) -> Found:
        # A photo's light fools the eye, so its own colours order the cards and don't bar any.
        as_in_photo = _shown_colors(query, photos)
        if as_in_photo:
            query = query.model_copy(update={"colors": ()})
        signals = self._queries.signals(query, catalog, photos, like_color=like_color)
        if _says_nothing_else(query) and query.text and not self._understood(catalog, signals):
            return _nothing(absence.Gap("not_understood"))
        gap = absence.not_sold(catalog, query)
        if gap is not None:
            return _nothing(gap)
        demand = catalog.wishes.read(query)
        answer = relax_demand(demand) if relax else None
        mask = answer.mask if answer else demand.allowed()
        if not mask.any():
            return _nothing(absence.no_match(catalog, query, demand))
        mask = self._for_grown_ups(catalog, query, signals, self._pertinent(catalog, query, signals, mask))
        cards = np.flatnonzero(mask)
        scores = score(catalog, query, demand, signals, cards, as_in_photo)
        ordered = _put_in_order(catalog, query, demand, cards, scores, take)
        points = dict(zip(cards[ordered].tolist(), scores[ordered].tolist(), strict=True))
        shown = cards[ordered][:take]
        if query.sort in (None, "relevance"):
            shown = _spread(catalog, query, signals, cards[ordered], scores[ordered], take)
        return Found(
            cards=shown,
            scores=np.array([points[c] for c in shown.tolist()], dtype=np.float64),
            total=len(cards),
            relaxed=tell_relaxed(demand.wishes, answer.numbers) if answer else (),
            suggestions=(
                *(beyond_budget(catalog, query, demand, answer.numbers) if answer else ()),
                *suggest(catalog, query, mask, demand.lowest, self._taxonomy),
            )[:4],
            by_photo=bool(signals.photos),
        )

    def _understood(self, catalog: Catalog, signals: Signals) -> bool:
        """Whether words alone say anything: catalog or trade know them, or they beat nonsense."""
        if catalog.lexical.known_share(signals.words) >= _SURE or self._taxonomy.find_all(signals.words):
            return True
        return signals.text is not None and catalog.vectors.best_text(signals.text) > catalog.coincidence

    @staticmethod
    def _for_grown_ups(catalog: Catalog, query: ShopperQuery, signals: Signals, mask: Mask) -> Mask:
        """`mask` without children's things where nobody spoke of a child and something else fits.

        They stay where a photo may mean them, or a liked product is one.
        """
        kids = catalog.wishes.kids()
        meant = bool(signals.photos) or bool(kids[signals.liked_cards].any())
        if query.gender not in (None, "unisex") or query.age_group or meant:
            return mask
        others = mask & ~kids
        return others if others.any() else mask

    def _pertinent(self, catalog: Catalog, query: ShopperQuery, signals: Signals, mask: Mask) -> Mask:
        """`mask` without the liked products themselves and, where only words say the kind, without what they
        don't mean.

        A liked product in another colour stays when a colour was asked for.
        """
        if signals.liked and not query.colors:
            others = mask & ~np.isin(catalog.facets.card_product, np.array(signals.liked, dtype=np.int32))
            mask = others if others.any() else mask
        if query.category or not query.text or query.like or signals.text is None:
            return mask
        cards = np.flatnonzero(mask)
        said = catalog.lexical.scores(signals.words)[catalog.facets.card_product[cards]]
        # One common word of many isn't what was meant.
        named = said > _NAMED * said.max(initial=0.0)
        near = catalog.vectors.by_text(signals.text, cards) > catalog.coincidence
        meant = np.zeros_like(mask)
        meant[cards[named | near]] = True
        return meant if meant.any() else mask

    # ── with products ───────────────────────────────────────────────────────────────────────────────

    async def _page(self, catalog: Catalog, query: ShopperQuery, found: Found, part: slice) -> Page:
        items = await self._cards(
            catalog, query, found.cards[part], found.scores[part], by_photo=found.by_photo
        )
        said = None
        if found.gap is not None:
            cards = np.array(found.gap.cards, dtype=np.int64)
            nearest = await self._cards(catalog, query, cards, np.zeros(len(cards)), by_photo=False)
            said = absence.tell(found.gap, query, nearest, self._taxonomy, catalog)
        return Page(
            items=tuple(items),
            total=found.total,
            relaxed=found.relaxed,
            absence=said,
            suggestions=found.suggestions,
            as_of=datetime.now(UTC),
        )

    async def _cards(
        self,
        catalog: Catalog,
        query: ShopperQuery,
        cards: NDArray[np.int64],
        scores: NDArray[np.float64],
        *,
        by_photo: bool,
    ) -> list[Recommendation]:
        facets = catalog.facets
        ids = [facets.product_ids[n] for n in facets.card_product[cards].tolist()]
        products = await self._store.get(list(dict.fromkeys(ids)))
        out = []
        for card, id_, points in zip(cards.tolist(), ids, scores.tolist(), strict=True):
            product = products.get(id_)
            if product is None:
                continue
            color = facets.card_color(card)
            own = tuple(v for v in product.variants if v.color == color)
            reasons = because(product, color, own, query, catalog.wishes, like_photo=by_photo)
            out.append(
                Recommendation(
                    product=product, color=color, variants=own, because=reasons, score=round(points, 6)
                )
            )
        return out


def _shown_colors(query: ShopperQuery, photos: Mapping[str, Image.Image]) -> tuple[str, ...]:
    """The query's colours if they are just those that its photos show, else none."""
    shown = {color for id_ in query.like if id_ in photos for color in colors_of(photos[id_])}
    return query.colors if shown and set(query.colors) <= shown else ()


def _nothing(gap: absence.Gap) -> Found:
    return Found(cards=np.zeros(0, dtype=np.int64), scores=np.zeros(0), gap=gap)


def _says_nothing_else(query: ShopperQuery) -> bool:
    """Whether a query has no fact to go by, only words."""
    facts = (
        "category",
        "colors",
        "materials",
        "patterns",
        "brands",
        "features",
        "sizes",
        "gender",
        "age_group",
    )
    others = ("fit", "occasion", "season", "price", "exclude", "like", "prefer")
    return not any(getattr(query, name) for name in (*facts, *others))


def _spread(
    catalog: Catalog,
    query: ShopperQuery,
    signals: Signals,
    ordered: NDArray[np.int64],
    scores: NDArray[np.float64],
    take: int,
) -> NDArray[np.int64]:
    """The first `take` cards with repeats put off; unasked-for children's things stay behind all others."""
    facets = catalog.facets
    if query.brands:
        kin = facets.card_product  # who asks for a brand wants to see much of it
    elif not query.category and not signals.words and not query.like:
        kin = facets.category.codes  # nothing says what is meant, so show what there is
    else:
        kin = facets.kin.codes
    last = scores < BEHIND_ALL
    tiers = (ordered[~last], ordered[last])
    return np.concatenate([diversify(tier, facets.card_product, kin, take=take) for tier in tiers])[:take]


def _put_in_order(
    catalog: Catalog,
    query: ShopperQuery,
    demand: Demand,
    cards: NDArray[np.int64],
    scores: NDArray[np.float64],
    take: int,
) -> NDArray[np.int64]:
    """int64[n]: positions in `cards`, best first; a sort the shopper asked for is kept strictly."""
    facets = catalog.facets
    match query.sort:
        case "price_asc":
            return np.lexsort((cards, -scores, demand.lowest[cards]))
        case "price_desc":
            return np.lexsort(
                (cards, -scores, -np.where(demand.lowest[cards] == NEVER, 0, demand.lowest[cards]))
            )
        case "newest":
            return np.lexsort((cards, -scores, -facets.published[cards]))
        case "rating":
            rating = np.nan_to_num(facets.rating[cards], nan=-1.0)
            return np.lexsort((cards, -scores, -facets.rating_count[cards], -rating))
    if len(cards) > _SORTED_IN_FULL:
        keep = min(len(cards) - 1, max(_SORTED_IN_FULL, 2 * take))
        best = np.argpartition(-scores, keep)[:keep]
        return best[np.lexsort((cards[best], -scores[best]))]
    return np.lexsort((cards, -scores))
