"""What one turn works on: the shop's parts, the thread as it stands, and what has been found so far.

Knows nothing about models or prose; tools and the agent share it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from PIL.Image import Image

from shopper.chat.asides import Aside
from shopper.chat.board import LookBoards
from shopper.chat.handoffs import HandoffStore
from shopper.chat.localized import page_in_language
from shopper.chat.outfit import total_of
from shopper.chat.policy import Policy
from shopper.chat.preferences import Preferences
from shopper.chat.size_chart import NO_CHART, SizeChart
from shopper.chat.threads import ThreadStore
from shopper.chat.understand.reader import Reader, Understood
from shopper.chat.usage import Usage
from shopper.chat.way_out import WayOut
from shopper.checkout.carts import CartStore
from shopper.errors import NotShown
from shopper.products.seen import PhotoSeen
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.types import (
    Cart,
    CartChanged,
    CheckoutProposal,
    Chip,
    Compared,
    LookComposed,
    Order,
    Page,
    ProductsShown,
    Recommendation,
    ReplyEvent,
    ShopperQuery,
    Thread,
)

# A quote for a cart, made by the checkout, which a conversation knows only as this call; thread, owner, cart.
Propose = Callable[[str, str | None, Cart], Awaitable[CheckoutProposal]]
# The orders of a thread, newest first.
Orders = Callable[[str, str | None], Awaitable[tuple[Order, ...]]]


@dataclass(frozen=True)
class Desk:
    """What the shop offers beside products: people, checkout and orders, a size chart, look pictures."""

    handoffs: HandoffStore | None = None
    propose: Propose | None = None
    orders: Orders | None = None
    chart: SizeChart = NO_CHART
    boards: LookBoards | None = None


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
    preferences: Preferences  # what the shopper lets us remember
    text: str
    understood: Understood
    query: ShopperQuery
    photos: Mapping[str, Image]
    weights: Mapping[str, float]  # of the photos, by id
    seen: tuple[PhotoSeen, ...]
    cart: Cart
    page_id: str
    desk: Desk = field(default_factory=Desk)
    aside: Aside | None = None  # what is asked for beside products
    prompt_tokens: int = 0  # that a model read in this conversation before this turn
    minor: bool = False  # the shopper said that they are a child
    look: tuple[Recommendation, ...] = ()  # the pieces of the outfit in sight, with today's facts
    look_changed: bool = False  # in this very turn
    from_preferences: tuple[Chip, ...] = ()  # of the query's constraints, those that were remembered
    told_of_preferences: bool = False  # it has been said before that they are used
    page: Page | None = None
    compared: Compared | None = None  # the table that this turn shows
    composed: LookComposed | None = None  # the outfit that it shows
    stuck: int = 0  # answers in a row before this one that found nothing
    way_out: WayOut | None = None  # with which wish less there is something
    beside: Recommendation | None = None  # what the cards of this turn are to go with
    usage: Usage = field(default_factory=Usage)  # of the model, in this turn
    proposal: CheckoutProposal | None = None  # made in this turn
    orders_seen: tuple[Order, ...] = ()
    cart_version: int = field(init=False)  # of the cart when the turn began
    searched: ShopperQuery | None = None  # the query that `page` answers
    question: SizeQuestion | None = None  # what has to be chosen before a thing can go into the cart
    events: asyncio.Queue[ReplyEvent] = field(default_factory=asyncio.Queue)
    # A model may call several tools at once; what is kept is changed by one after another.
    write_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.cart_version = self.cart.version

    @property
    def shown(self) -> tuple[Recommendation, ...]:
        """The cards in the shopper's sight: this turn's, else the ones shown last."""
        return self.page.items if self.page and self.page.items else self.before

    @property
    def nearby(self) -> tuple[Recommendation, ...]:
        """Cards that are spoken of but not shown: the nearest misses, and what a wish less gives."""
        gap = self.page.absence if self.page else None
        return (*(gap.nearest if gap else ()), *((self.way_out.card,) if self.way_out else ()))

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
        """Put a page before the shopper, with what is said of its cards in their language."""
        page = page_in_language(page, self.understood.language)
        self.page, self.searched = page, query
        await self.tell(ProductsShown(id=self.page_id, page=page))

    async def set_look(self, pieces: tuple[Recommendation, ...]) -> None:
        """Keep which pieces are the outfit in sight, for a swap or a picture in a later turn."""
        self.look, self.look_changed = pieces, True
        await self.threads.keep_look(self.thread.id, self.owner, pieces)

    async def compose_look(self, title: str) -> LookComposed | None:
        """Tell of the outfit in sight with its board picture; None where it has fewer than two pieces."""
        if len(self.look) < 2:
            return None
        board = await self.desk.boards.compose(self.look) if self.desk.boards else None
        composed = LookComposed(
            id=board or self.page_id,
            title=title,
            items=self.look,
            total=total_of(self.look),
            image=f"/v1/looks/{board}.webp" if board else None,
        )
        await self.tell(composed)
        self.look_changed = False
        return composed

    async def keep_cart(self, cart: Cart) -> None:
        """Save the cart's next version and show it; Conflict where somebody else changed it meanwhile."""
        await self.carts.save(self.thread.id, cart, self.cart.version)
        self.cart = cart
        await self.tell(CartChanged(cart=cart))

    async def tell(self, event: ReplyEvent) -> None:
        if isinstance(event, Compared):
            self.compared = event
        elif isinstance(event, LookComposed):
            self.composed = event
        await self.events.put(event)


def _only(count: int) -> str:
    return "Only one card is shown." if count == 1 else f"Only {count} cards are shown, numbered from 1."
