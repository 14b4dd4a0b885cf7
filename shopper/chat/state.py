"""What one turn works on: the shop's parts, the thread as it stands, and what has been found so far.

Knows nothing about models or prose; tools and the agent share it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PIL.Image import Image

from shopper.chat.policy import Policy
from shopper.chat.threads import ThreadStore
from shopper.chat.understand.reader import Reader, Understood
from shopper.checkout.carts import CartStore
from shopper.errors import NotShown
from shopper.products.seen import PhotoSeen
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.types import (
    Cart,
    CartChanged,
    Page,
    ProductsShown,
    Recommendation,
    ReplyEvent,
    ShopperQuery,
    Thread,
)


@dataclass(frozen=True)
class SizeQuestion:
    """A size has to be chosen before the card can go into the cart; `sizes` are those in stock."""

    card: Recommendation
    sizes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        if not self.sizes:
            return f"{self.card.product.title} is sold out."
        return f"Not added: ask which size. In stock: {', '.join(self.sizes)}."


@dataclass
class TurnState:
    """One turn's workbench; `events` is what the turn has to tell, in order."""

    search: ProductSearch
    store: ProductStore
    taxonomy: Taxonomy
    threads: ThreadStore
    carts: CartStore
    policy: Policy
    owner: str | None
    thread: Thread
    before: tuple[Recommendation, ...]  # the cards shown last, with today's prices and stock
    reader: Reader
    remembered: Mapping[str, Sequence[str]]  # what the shopper asked to be remembered, by kind
    text: str
    understood: Understood
    query: ShopperQuery
    photos: Mapping[str, Image]
    weights: Mapping[str, float]  # of the photos, by id
    seen: tuple[PhotoSeen, ...]
    cart: Cart
    page_id: str
    page: Page | None = None
    cart_version: int = field(init=False)  # of the cart when the turn began
    searched: ShopperQuery | None = None  # the query that `page` answers
    question: SizeQuestion | None = None  # what has to be chosen before a thing can go into the cart
    events: asyncio.Queue[ReplyEvent] = field(default_factory=asyncio.Queue)
    # A model may call several tools at once; the cart is changed by one after another.
    cart_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.cart_version = self.cart.version

    @property
    def shown(self) -> tuple[Recommendation, ...]:
        """The cards in the shopper's sight: this turn's, else the ones shown last."""
        return self.page.items if self.page and self.page.items else self.before

    def card(self, position: int) -> Recommendation:
        """The card at `position` (from 1) in the sight of the shopper; NotShown where there is none.

        A turn that has shown nothing new means the cards of the turns before.
        """
        if not self.shown:
            raise NotShown("Nothing is shown yet; look for something first.", field="position")
        if not 1 <= position <= len(self.shown):
            raise NotShown(_only(len(self.shown)), field="position")
        return self.shown[position - 1]

    def asked_colour_of(self) -> Recommendation | None:
        """The card of which the shopper asks whether it comes in a colour, if that is what they ask."""
        reference = self.query.reference
        if self.query.intent != "detail" or not self.before:
            return None
        kinds = {m.kind for m in self.taxonomy.find_all(self.text, self.understood.language)}
        if "color" not in kinds or not self.query.colors:
            return None
        position = reference.positions[0] if reference and reference.positions else 1
        return self.before[position - 1] if position <= len(self.before) else None

    async def show(self, page: Page, query: ShopperQuery) -> None:
        """Put a page before the shopper."""
        self.page, self.searched = page, query
        await self.tell(ProductsShown(id=self.page_id, page=page))

    async def keep_cart(self, cart: Cart) -> None:
        """Save the cart's next version and show it; Conflict where somebody else changed it meanwhile."""
        await self.carts.save(self.thread.id, cart, self.cart.version)
        self.cart = cart
        await self.tell(CartChanged(cart=cart))

    async def tell(self, event: ReplyEvent) -> None:
        await self.events.put(event)


def _only(count: int) -> str:
    return "Only one card is shown." if count == 1 else f"Only {count} cards are shown, numbered from 1."
