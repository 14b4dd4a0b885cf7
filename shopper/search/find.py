"""Finds products for a query: facts decide what may be shown, words and vectors order it, absence is said.

Knows nothing about conversations, models or the web.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.errors import NotFound, ShopperError
from shopper.products.live import LiveCheck
from shopper.products.seen import PhotoSeen
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.search import absence
from shopper.search.answer import Answers, Found
from shopper.search.because import because
from shopper.search.boosts import Boosts
from shopper.search.catalog import Catalog
from shopper.search.confirm import confirmed
from shopper.search.encoder import Encoder
from shopper.search.explain import HeatMap, heat_map
from shopper.search.index import ProductIndex
from shopper.search.load import CatalogLoader, Difference
from shopper.search.looks import Slot, assemble, look_for, similar_query, slots_for
from shopper.search.regions.find import Detector, region_for
from shopper.search.see import PhotoReader
from shopper.search.vectors import Vector
from shopper.search.words import content_stems
from shopper.spans import span
from shopper.types import Page, PhotoRegion, Product, Recommendation, ShopperQuery

_PATIENCE = 5.0  # seconds until a change is looked for again after the store or the index failed

_log = logging.getLogger(__name__)


class ProductSearch:
    """The search of one shop. Make one with `await ProductSearch.open(…)`."""

    def __init__(
        self,
        store: ProductStore,
        encoder: Encoder,
        taxonomy: Taxonomy,
        loader: CatalogLoader,
        catalog: Catalog,
        boosts: Boosts,
        today: Callable[[], date],
        live: LiveCheck | None,
        detector: Detector | None,
    ) -> None:
        self._live, self._detector = live, detector
        self._answers = Answers(encoder, taxonomy, boosts, today)
        self._store, self._encoder, self._taxonomy, self._loader = store, encoder, taxonomy, loader
        self._catalog = catalog
        self._photos = PhotoReader(encoder, taxonomy)
        self._loading = asyncio.Lock()
        self._preparing: asyncio.Task[None] | None = None
        self._quiet_until = 0.0

    @classmethod
    async def open(
        cls,
        *,
        store: ProductStore,
        index: ProductIndex,
        encoder: Encoder,
        taxonomy: Taxonomy,
        cache: Path | None = None,
        exact: bool = False,
        boosts: Boosts | None = None,
        live: LiveCheck | None = None,
        detector: Detector | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> ProductSearch:
        """A search over what the store holds now; later changes are noticed by each find.

        What was loaded is kept in the folder `cache` for the next start. With `exact`, no vector is passed
        over, however large the catalog. `boosts` are the shop's own say in the order, `today` decides which
        of them have ended. `live` confirms price and stock of what is shown. A `detector` is asked first
        which part of a photo is meant.
        """
        loader = CatalogLoader(
            store=store, index=index, encoder=encoder, taxonomy=taxonomy, folder=cache, exact=exact
        )
        catalog = await loader.load()
        return cls(store, encoder, taxonomy, loader, catalog, boosts or Boosts(), today, live, detector)

    @property
    def catalog(self) -> Catalog:
        """The state that is searched now."""
        return self._catalog

    async def refresh(self) -> None:
        """Take in what changed: prices, stock and a few products at once, many products when they are ready.

        While the store or the index can't be read, the last state is searched on.
        """
        if time.monotonic() < self._quiet_until:
            return
        try:
            if await self._store.state() != self._catalog.state:
                async with self._loading:
                    await self._take_in()
        except ShopperError as error:
            _log.warning("the catalog's changes can't be read now: %s", error)
            self._quiet_until = time.monotonic() + _PATIENCE

    async def _take_in(self) -> None:
        old, state = self._catalog, await self._store.state()
        if (state.products, state.vectors) == (old.state.products, old.state.vectors):
            self._catalog = await self._loader.refreshed(old)
            return
        difference = await self._loader.difference(old)
        if difference.is_small:
            self._catalog = await self._loader.refreshed(old, difference)
            return
        if self._preparing is None or self._preparing.done():
            self._preparing = asyncio.create_task(self._prepare(old, difference))
        if state.prices != old.state.prices:
            # What is for sale now shows its price of now, also while the rest is being read.
            priced = old.state._replace(prices=state.prices)
            self._catalog = await self._loader.repriced(old, old.state.prices, priced)

    async def _prepare(self, old: Catalog, difference: Difference) -> None:
        try:
            catalog = await self._loader.refreshed(old, difference)
        except ShopperError as error:
            _log.warning("the changed catalog can't be read now: %s", error)
            self._quiet_until = time.monotonic() + _PATIENCE
            return
        async with self._loading:
            self._catalog = catalog

    def vocabulary(self) -> CatalogVocabulary:
        """The words of the loaded catalog."""
        return self._catalog.vocabulary

    def knows(self, word: str) -> bool:
        """Whether any product's words hold `word`; a word that says nothing counts as known."""
        return not content_stems(word) or self._catalog.lexical.known_share(word) > 0

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

    def part_of(self, image: Image.Image, seen: PhotoSeen, category: str, words: str) -> PhotoRegion | None:
        """The part of a photo that shows the kind of thing named; None where the whole photo shows a thing of
        that kind or its kin, or where none can be told from the rest.
        """
        if seen.category and self._taxonomy.are_kin(seen.category, category):
            return None  # of a photo of one jacket, its jacket is the whole: a cut-out only loses by it
        found = region_for(image, category, words, self._encoder, self._taxonomy, self._detector)
        if found is None:
            return None
        left, top, right, bottom = found.box
        return PhotoRegion(
            photo_id=seen.photo_id,
            left=left / image.width,
            top=top / image.height,
            width=(right - left) / image.width,
            height=(bottom - top) / image.height,
            category=found.category,
        )

    def why(self, image: Image.Image, phrase: str) -> HeatMap:
        """Which part of a picture the phrase matches; takes up to half a second."""
        return heat_map(image, phrase, self._encoder)

    async def find(
        self,
        query: ShopperQuery,
        *,
        limit: int = 8,
        offset: int = 0,
        photos: Mapping[str, Image.Image] | None = None,
        weights: Mapping[str, float] | None = None,
        relax: bool = True,
    ) -> Page:
        """One page of cards that break nothing the shopper said, or why there are none.

        `photos` by id are those that the query likes; `weights` by id say how much each counts, else 1.
        """
        limit, offset = max(0, limit), max(0, offset)

        async def page() -> Page:
            return await self._find(query, limit, offset, photos or {}, weights, relax)

        with span("search.find", **{"shopper.photos": len(photos or {})}) as told:
            found = await confirmed(page, self._live, self._store)
            told.set_attribute("shopper.cards.total", found.total)
            told.set_attribute("shopper.relaxed", len(found.relaxed))
        return found

    async def _find(
        self,
        query: ShopperQuery,
        limit: int,
        offset: int,
        photos: Mapping[str, Image.Image],
        weights: Mapping[str, float] | None,
        relax: bool,
    ) -> Page:
        await self.refresh()
        catalog = self._catalog
        found = await asyncio.to_thread(
            self._answers.find, catalog, query, photos, offset + limit, relax, weights=weights
        )
        return await self._page(catalog, query, found, slice(offset, offset + limit))

    async def similar(
        self, product_id: str, *, color: str | None = None, query: ShopperQuery | None = None, limit: int = 8
    ) -> Page:
        """Things like a product (in a colour), of its kind and for the same people, never itself."""

        async def page() -> Page:
            return await self._similar(product_id, color, query, limit)

        return await confirmed(page, self._live, self._store)

    async def _similar(
        self, product_id: str, color: str | None, query: ShopperQuery | None, limit: int
    ) -> Page:
        await self.refresh()
        product = await self._product(product_id)
        catalog = self._catalog
        kinds = (
            product.category,
            *(self._taxonomy.category_parents(product.category) if product.category else ()),
        )
        for kind in kinds:
            wanted = similar_query(product, kind, query)
            found = await asyncio.to_thread(self._answers.find, catalog, wanted, {}, limit, True, color)
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
        anchor = (product, color)

        async def page() -> Page:
            return await self._look(slots, anchor=anchor, limit=limit, budget=None)

        return await confirmed(page, self._live, self._store)

    async def outfit(self, query: ShopperQuery, *, limit: int = 4) -> Page:
        """A whole look for an occasion or season; `query.price.max` bounds its total."""
        await self.refresh()
        slots = slots_for(query, self._catalog.categories, self._taxonomy)
        budget = query.price.max if query.price else None

        async def page() -> Page:
            return await self._look(slots, anchor=None, limit=limit, budget=budget)

        return await confirmed(page, self._live, self._store)

    async def _look(
        self,
        slots: Sequence[Slot],
        *,
        anchor: tuple[Product, str | None] | None,
        limit: int,
        budget: int | None,
    ) -> Page:
        await self.refresh()
        catalog, filled = self._catalog, []
        for slot in slots:
            if not any(catalog.wishes.category(k).any() for k in slot.kinds):
                continue
            items: list[Recommendation] = []
            for kind in slot.kinds:
                wanted = slot.query.model_copy(update={"category": kind})
                found = await asyncio.to_thread(self._answers.find, catalog, wanted, {}, 8, True)
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
            weak=found.weak,
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
            if not own:
                continue  # the product has changed since this catalog was loaded
            reasons = because(product, color, own, query, catalog.wishes, like_photo=by_photo)
            out.append(
                Recommendation(
                    product=product, color=color, variants=own, because=reasons, score=round(points, 6)
                )
            )
        return out
