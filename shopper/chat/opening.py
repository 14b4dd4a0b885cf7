"""The first half of a turn, before any model: read the message, keep it, and find the cards.

Knows nothing about prose.
"""

from __future__ import annotations

import asyncio
import dataclasses
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from shopper.chat import on_page, outfit
from shopper.chat.asides import INTENTS, Aside, aside_of, is_minor, says, without_swap_words
from shopper.chat.carts_now import as_of_now
from shopper.chat.focus import cut_out, focused, region_before
from shopper.chat.message import Message
from shopper.chat.pending import settle
from shopper.chat.picks import GIFTS, for_grown_ups, is_open_gift, spread
from shopper.chat.policy import Policy
from shopper.chat.state import Desk, TurnState
from shopper.chat.threads import ThreadStore
from shopper.chat.understand.chips import edit
from shopper.chat.understand.reader import Context, Reader, Understood
from shopper.chat.way_out import SEARCHED, empty_before, way_out
from shopper.checkout.carts import CartStore
from shopper.errors import NotFound
from shopper.products.seen import PhotoSeen
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.types import (
    Chip,
    Page,
    Photo,
    Product,
    QueryEdit,
    Recommendation,
    Reference,
    ShopperQuery,
    Thread,
    Turn,
)

SEARCHING = ("search", "refine", "similar", "more", "outfit")


@dataclass(frozen=True)
class Opening:
    """Begins turns."""

    search: ProductSearch
    store: ProductStore
    taxonomy: Taxonomy
    threads: ThreadStore
    carts: CartStore
    policy: Policy
    reader_for: Callable[[], Reader]
    currency: str
    ids: Callable[[], str]
    page_size: int
    desk: Desk

    async def begin(self, thread_id: str, message: Message, owner: str | None) -> tuple[TurnState, Turn]:
        """The turn's workbench, and the shopper's message as it will be kept."""
        thread, memory = await self.threads.opened(thread_id, owner)
        cart = await as_of_now(await self.carts.get(thread_id, self.currency), self.store)
        shown = await self._as_of_now(thread.shown)
        images, seen = await self._photos(message, thread_id, owner)
        text = message.text or ""
        sight = thread
        if text and not images and (card := await self._on_page(message, thread)) is not None:
            shown, sight = (card,), on_page.in_sight(thread, card)
        reader = self.reader_for()
        images, seen, regions = await focused(self.search, reader, text, images, seen)
        if message.query_edit is not None and not text and not images:
            understood = _edited(message.query_edit, thread)
        else:
            previous = thread.query
            if message.query_edit is not None:
                previous = edit(previous or ShopperQuery(), message.query_edit)
            context = Context(
                previous=previous,
                shown=shown,
                cart=cart,
                photos=seen,
                last_question=_question(thread),
                language=_language(thread) if thread.turns else None,
            )
            understood = settle(reader.read(text, context), text, sight, cart)
        look = await self._look(memory.look)
        minor = is_minor(thread, text)
        aside = None
        if message.query_edit is None and not images:
            aside = aside_of(
                text,
                understood.query,
                look=look,
                look_in_sight=_shows_a_look(thread),
                minor=minor,
                taxonomy=self.taxonomy,
                nonsense=understood.nonsense,
                cart_lines=len(cart.lines),
            )
        if aside is not None:
            understood = _of_an_aside(understood, aside, thread)
        used: tuple[Chip, ...] = ()
        if (
            understood.query.intent in SEARCHING
            and message.query_edit is None
            and _begins(understood, thread)
        ):
            query, used = memory.preferences.apply(
                understood.query, self.taxonomy, for_another=says("for_another", text)
            )
            understood = dataclasses.replace(understood, query=query)
        images |= await self._earlier_photos(understood.query, images, thread, owner)
        state = TurnState(
            search=self.search,
            store=self.store,
            taxonomy=self.taxonomy,
            threads=self.threads,
            carts=self.carts,
            policy=self.policy,
            owner=owner,
            thread=thread,
            before=shown,
            reader=reader,
            preferences=memory.preferences,
            told_of_preferences=memory.preferences.told,
            text=text,
            understood=understood,
            query=understood.query,
            photos=images,
            weights=await self.threads.photo_weights(list(images), owner) if images else {},
            seen=seen,
            cart=cart,
            page_id=self.ids(),
            desk=self.desk,
            prompt_tokens=memory.prompt_tokens,
            aside=aside,
            minor=minor,
            look=look,
            from_preferences=used,
        )
        asked = Turn(
            id=self.ids(),
            role="shopper",
            text=text or _edit_in_words(message.query_edit),
            photo_ids=tuple(photo.id for photo in message.photos),
            regions=regions,
            created_at=datetime.now(UTC),
        )
        return state, asked

    async def find(self, state: TurnState) -> None:
        """Show the cards that the message asks for, if it asks for any."""
        query = state.query
        if state.understood.nonsense:
            return
        if state.aside is not None:
            if state.aside.kind == "swap":
                await self._swap(state, state.aside)
            return
        if query.intent in SEARCHING:
            await state.show(await self._page(state, query), query)
            await self._another_way(state)
        elif (card := state.asked_colour_of()) is not None:
            # Who asks whether it comes in green wants to see it in green, or else what does.
            who = query.age_group or card.product.age_group
            like = (card.product.id,)
            wanted = query.model_copy(update={"like": like, "reference": None, "age_group": who})
            page = await self.search.find(
                wanted, limit=self.page_size, photos=state.photos, weights=state.weights
            )
            await state.show(page, query)

    async def _page(self, state: TurnState, query: ShopperQuery) -> Page:
        if query.intent == "outfit":
            return await self._outfit(state, query)
        offset = _seen_before(state.thread, query) if query.intent == "more" else 0
        seen: dict[str, Any] = {"photos": state.photos, "weights": state.weights}
        if offset + self.page_size <= GIFTS and is_open_gift(query, state.text, state.thread):
            page = await self.search.find(query, limit=GIFTS, **seen)
            some = slice(offset, offset + self.page_size)
            return page.model_copy(update={"items": spread(page.items)[some]})
        page = await self.search.find(query, limit=self.page_size, offset=offset, **seen)
        if offset and not page.items:
            # There are no more: begin again rather than show nothing.
            page = await self.search.find(query, limit=self.page_size, **seen)

        async def find(other: ShopperQuery) -> Page:
            return await self.search.find(other, limit=self.page_size, **seen)

        return await for_grown_ups(page, query, state.text, state.before, find)

    async def _another_way(self, state: TurnState) -> None:
        """Where nothing was found, and nothing the time before: what there is with one wish less."""
        if state.page is None or state.page.items or state.query.intent not in SEARCHED:
            return
        state.stuck = empty_before(state.thread)

        async def find(other: ShopperQuery) -> Page:
            return await self.search.find(other, limit=1, photos=state.photos, relax=False)

        gap = state.page.absence
        if gap and gap.reason == "no_match" and (state.stuck or not gap.suggestions):
            state.way_out = await way_out(state.query, find, tried=max(0, state.stuck - 1))

    async def _outfit(self, state: TurnState, query: ShopperQuery) -> Page:
        """A whole look, or what completes the card that was pointed at."""
        positions = query.reference.positions if query.reference else ()
        if positions and positions[0] <= len(state.before):
            anchor = state.before[positions[0] - 1]
            kind = outfit.kind_to_add(state.text, state.understood.language, anchor, self.taxonomy)
            if kind is not None:
                # Who asks for shoes to go with it is shown shoes to choose from, not a whole look.
                state.beside = anchor
                return await outfit.to_go_with(
                    self.search, self.taxonomy, anchor, kind, query, self.page_size
                )
            budget = look_budget(state)
            page = await outfit.completed(self.search, self.taxonomy, anchor, query, budget=budget)
            pieces = (anchor, *page.items)
        else:
            page = await self.search.outfit(query)
            pieces = page.items
        if page.items:
            await state.set_look(pieces)
        return page

    async def _swap(self, state: TurnState, aside: Aside) -> None:
        """Another thing in the place of a piece of the look; the new look is shown, or nothing changes."""
        if aside.piece is None and aside.adds is None:
            return
        wish = state.reader.read(without_swap_words(state.text), Context()).query
        held = state.query.price.max if state.query.price else None
        # A bound that the look kept so far was said for the look.
        kept = held is not None and outfit.total_of(state.look).minor <= held
        budget = wish.price.max if wish.price else (held if kept else None)
        wish = wish.model_copy(update={"price": None})
        parts = (self.search, self.taxonomy, state.look)
        if aside.piece is not None:
            pieces = await outfit.swapped(*parts, aside.piece, wish, held=state.query, budget=budget)
        else:
            kind = aside.adds or ""
            pieces = await outfit.extended(*parts, kind, wish, held=state.query, budget=budget)
        if pieces is None:
            return
        await state.set_look(pieces)
        await state.show(Page(items=pieces, total=len(pieces), as_of=datetime.now(UTC)), state.query)

    async def _look(self, pieces: tuple[tuple[str, str | None], ...]) -> tuple[Recommendation, ...]:
        """The pieces of the outfit in sight as they are today; without those that aren't sold any more."""
        if not pieces:
            return ()
        products = await self.store.get([product_id for product_id, _ in pieces])
        found = ((products.get(product_id), color) for product_id, color in pieces)
        return tuple(
            Recommendation(product=product, color=color, variants=own)
            for product, color in found
            if product is not None and (own := tuple(v for v in product.variants if v.color == color))
        )

    async def _on_page(self, message: Message, thread: Thread) -> Recommendation | None:
        """The product of the page that the shopper is on, where the words mean that one."""
        product_id = message.context.product_id if message.context else None
        if not product_id or not on_page.is_meant(message.text or "", thread.turns):
            return None
        product = (await self.store.get([product_id])).get(product_id)
        return on_page.card_of(product) if product else None

    async def _as_of_now(self, cards: tuple[Recommendation, ...]) -> tuple[Recommendation, ...]:
        """Cards of an earlier turn with today's prices and stock; what isn't sold any more is sold out."""
        products = await self.store.get([card.product.id for card in cards])
        return tuple(_renewed(card, products.get(card.product.id)) for card in cards)

    async def _photos(
        self, message: Message, thread_id: str, owner: str | None
    ) -> tuple[dict[str, Image.Image], tuple[PhotoSeen, ...]]:
        """Keep the message's photos; they and what they show, the one that counts most first."""
        for photo in message.photos:
            weight = message.weights.get(photo.id, 1.0)
            await self.threads.save_photo(photo, thread_id=thread_id, owner=owner, weight=weight)
        # What the heaviest photo shows is what the words leave open.
        heaviest = sorted(message.photos, key=lambda photo: -message.weights.get(photo.id, 1.0))
        images = {photo.id: _open(photo) for photo in heaviest}
        seen = [await asyncio.to_thread(self.search.see, image, i) for i, image in images.items()]
        return images, tuple(seen)

    async def _earlier_photos(
        self, query: ShopperQuery, images: dict[str, Image.Image], thread: Thread, owner: str | None
    ) -> dict[str, Image.Image]:
        """Photos of earlier turns that the query still leans on, or the parts of them that were meant."""
        found: dict[str, Image.Image] = {}
        products = {card.product.id for turn in thread.turns for card in turn.items} if query.like else set()
        for wanted in query.like:
            if wanted in images or wanted in products:
                continue
            try:
                found[wanted] = _open(await self.threads.photo(wanted, owner))
            except NotFound:
                continue  # a product's id, not a photo's
        return cut_out(found, [region for each in found if (region := region_before(thread, each))])


def _edited(change: QueryEdit, thread: Thread) -> Understood:
    """An edit of chips without a word: what holds now, looked for anew."""
    query = edit(thread.query or ShopperQuery(), change)
    intent = query.intent if "intent" in change.set else "refine"
    query = query.model_copy(update={"intent": intent, "reference": None})
    return Understood(query=query, language=_language(thread), cart=None, nonsense=False, topic="same")


def look_budget(state: TurnState) -> int | None:
    """What a whole look may cost, if this very message says so; a bound of before was for one thing."""
    price = state.query.price
    if price is None or price.max is None:
        return None
    before = state.thread.query.price if state.thread.query else None
    return price.max if before is None or before.max != price.max else None


def _begins(understood: Understood, thread: Thread) -> bool:
    """Whether a message begins a subject: then what is remembered counts, until a chip takes it out."""
    before = thread.query
    return understood.topic == "new" or before is None or before.category != understood.query.category


def _shows_a_look(thread: Thread) -> bool:
    """Whether the cards in sight are an outfit."""
    last = next((turn for turn in reversed(thread.turns) if turn.items), None)
    return last is not None and last.query is not None and last.query.intent == "outfit"


def _of_an_aside(understood: Understood, aside: Aside, thread: Thread) -> Understood:
    """An aside leaves what was searched for as it was."""
    held = thread.query or ShopperQuery()
    reference = Reference(kind="previous", positions=(aside.piece + 1,)) if aside.piece is not None else None
    update: dict[str, Any] = {"intent": INTENTS[aside.kind], "reference": reference, "relative": ()}
    return dataclasses.replace(
        understood, query=held.model_copy(update=update), cart=None, nonsense=False, topic="same"
    )


def _renewed(card: Recommendation, product: Product | None) -> Recommendation:
    own = tuple(v for v in product.variants if v.color == card.color) if product else ()
    if product is None or not own:
        gone = tuple(v.model_copy(update={"stock": 0}) for v in card.variants)
        return card.model_copy(update={"variants": gone})
    return card.model_copy(update={"product": product, "variants": own})


def _open(photo: Photo) -> Image.Image:
    image = Image.open(io.BytesIO(photo.data))
    image.load()
    return image


def _edit_in_words(change: QueryEdit | None) -> str:
    """What an edit without words looks like in the transcript: "− red", "≈" for more like one."""
    if change is None:
        return ""
    if change.set.get("intent") == "similar":
        return "≈"
    return ", ".join(f"− {chip.label or chip.value or chip.field}" for chip in change.remove)


def _core(query: ShopperQuery) -> ShopperQuery:
    """A query without what changes from turn to turn although the wish is the same."""
    return query.model_copy(update={"intent": "search", "reference": None, "relative": ()})


def _seen_before(thread: Thread, query: ShopperQuery) -> int:
    """How many cards of this very wish were shown already."""
    count = 0
    for turn in reversed(thread.turns):
        if turn.role != "assistant":
            continue
        if turn.query is None or _core(turn.query) != _core(query):
            break
        count += len(turn.items)
    return count


def _question(thread: Thread) -> str | None:
    """The question the last answer asked, if it asked one."""
    last = next((turn.text for turn in reversed(thread.turns) if turn.role == "assistant"), "")
    return last.rsplit("\n", 1)[-1] if last.rstrip().endswith("?") or "? " in last else None


def _language(thread: Thread) -> str:
    """The language the shopper last wrote in, for edits without words."""
    return next((t.language for t in reversed(thread.turns) if t.role == "assistant" and t.language), "en")
