"""What one turn works on: the shop's parts, the thread as it stands, and what has been found so far.

Knows nothing about models or prose; tools and the agent share it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from PIL.Image import Image

from shopper.chat.policy import Policy
from shopper.chat.threads import ThreadStore
from shopper.chat.understand.reader import Understood
from shopper.checkout.carts import CartStore
from shopper.errors import NotShown
from shopper.products.seen import PhotoSeen
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.types import Cart, Page, ProductsShown, Recommendation, ReplyEvent, ShopperQuery, Thread


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
    text: str
    understood: Understood
    query: ShopperQuery
    photos: Mapping[str, Image]
    seen: tuple[PhotoSeen, ...]
    cart: Cart
    page_id: str
    page: Page | None = None
    cart_version: int = field(init=False)  # of the cart when the turn began
    searched: ShopperQuery | None = None  # the query that `page` answers
    events: asyncio.Queue[ReplyEvent] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self.cart_version = self.cart.version

    @property
    def shown(self) -> tuple[Recommendation, ...]:
        """The cards in the shopper's sight: this turn's, else the ones shown last."""
        return self.page.items if self.page and self.page.items else self.thread.shown

    def card(self, position: int) -> Recommendation:
        """The card at `position` (from 1) in the sight of the shopper; NotShown where there is none.

        A turn that has shown nothing new means the cards of the turns before.
        """
        if not self.shown:
            raise NotShown("Nothing is shown yet; look for something first.", field="position")
        if not 1 <= position <= len(self.shown):
            raise NotShown(f"There are {len(self.shown)} cards, numbered from 1.", field="position")
        return self.shown[position - 1]

    async def show(self, page: Page, query: ShopperQuery) -> None:
        """Put a page before the shopper."""
        self.page, self.searched = page, query
        await self.tell(ProductsShown(id=self.page_id, page=page))

    async def tell(self, event: ReplyEvent) -> None:
        await self.events.put(event)
