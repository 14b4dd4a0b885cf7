"""Every noun of the shop, as frozen values: products, queries, cards, carts and the events of a reply.

Knows nothing about databases, HTTP, models or encoders.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Gender = Literal["women", "men", "girls", "boys", "unisex"]
AgeGroup = Literal["adult", "teen", "kids", "toddler", "baby"]
Sort = Literal["relevance", "price_asc", "price_desc", "newest", "rating"]
Intent = Literal[
    "search",
    "refine",
    "similar",
    "more",
    "compare",
    "detail",
    "outfit",
    "cart_add",
    "cart_update",
    "checkout",
    "order_status",
    "policy",
    "smalltalk",
    "out_of_scope",
]

# Currencies whose minor unit is not a hundredth (ISO 4217).
_EXPONENT = {
    "JPY": 0,
    "KRW": 0,
    "CLP": 0,
    "ISK": 0,
    "VND": 0,
    "KWD": 3,
    "BHD": 3,
    "JOD": 3,
    "OMR": 3,
    "TND": 3,
}
_SYMBOL = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF ", "CAD": "CA$", "AUD": "A$"}


def minor_exponent(currency: str) -> int:
    """How many decimals `currency` has, e.g. 2 for EUR and 0 for JPY (ISO 4217)."""
    return _EXPONENT.get(currency, 2)


class Value(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Money(Value):
    """An amount in minor units of `currency` (cents for EUR), never a float."""

    minor: int
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    def times(self, quantity: int) -> Money:
        """This amount `quantity` times."""
        return Money(minor=self.minor * quantity, currency=self.currency)

    def plus(self, other: Money) -> Money:
        """The sum; both must be in one currency."""
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(minor=self.minor + other.minor, currency=self.currency)

    def __str__(self) -> str:
        exponent = minor_exponent(self.currency)
        whole, part = divmod(abs(self.minor), 10**exponent)
        amount = f"{whole:,}" + (f".{part:0{exponent}d}" if exponent and part else "")
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{_SYMBOL.get(self.currency, self.currency + ' ')}{amount}"


class Variant(Value):
    """One thing that can be bought: a product in one colour and one size."""

    id: str
    sku: str
    color: str | None = None  # as the shop calls it: "Midnight"
    size: str | None = None  # as the shop calls it: "M", "W32 L30", "one size"
    price: Money  # what the shopper pays now
    regular_price: Money | None = None  # the price before a sale; only when higher
    stock: int = Field(ge=0)
    image: str | None = None  # file name below the shop's media folder

    @property
    def available(self) -> bool:
        return self.stock > 0


def options_of(variants: Iterable[Variant]) -> dict[str, tuple[str, ...]]:
    """What can be chosen among variants, in feed order: {"Color": ("navy", …), "Size": ("S", …)}; what no
    variant states is left out.
    """
    given = tuple(variants)
    named = {"Color": [v.color for v in given], "Size": [v.size for v in given]}
    found = {name: tuple(dict.fromkeys(value for value in values if value)) for name, values in named.items()}
    return {name: values for name, values in found.items() if values}


def images_of(variants: Iterable[Variant]) -> tuple[str, ...]:
    """The file names of their pictures, in feed order, each once."""
    return tuple(dict.fromkeys(v.image for v in variants if v.image))


class Product(Value):
    """What the shop sells under one title, with all its variants and the facts it states about it.

    Facts are lower-case keys of `products.taxonomy` where it knows the word, else the shop's own words.
    An empty tuple means that the shop doesn't say, not that there is none.
    """

    id: str
    title: str
    brand: str | None = None
    description: str = ""
    category: str | None = None  # taxonomy key: "dress"
    category_path: tuple[str, ...] = ()  # the shop's own: ("Women", "Tops", "Tees")
    gender: Gender | None = None
    age_group: AgeGroup | None = None
    materials: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    fit: str | None = None
    seasons: tuple[str, ...] = ()
    occasions: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    care: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    rating: float | None = Field(default=None, ge=0, le=5)
    rating_count: int = 0
    url: str | None = None
    published_at: datetime | None = None
    variants: tuple[Variant, ...] = Field(min_length=1)

    @property
    def colors(self) -> tuple[str | None, ...]:
        """The colours it comes in, in feed order, each once; `None` where a variant states none."""
        return tuple(dict.fromkeys(v.color for v in self.variants))


# ── what a shopper wants ────────────────────────────────────────────────────────────────────────────


class PriceRange(Value):
    """Inclusive bounds in minor units; `currency` only if the shopper named one."""

    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=0)
    currency: str | None = None


class Exclusions(Value):
    """What must not be shown; executed on facts."""

    categories: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in type(self).model_fields)


class Relative(Value):
    """A wish against what was shown: cheaper is `price less`, darker is `darkness more`."""

    attribute: str
    direction: Literal["more", "less"]


class Reference(Value):
    """Which of the things in sight the shopper points at; positions count from 1 over the last cards."""

    kind: Literal["shown", "cart", "photo", "previous"]
    positions: tuple[int, ...] = ()


class ShopperQuery(Value):
    """What the shopper asked for so far, as executable facts. Field names are the wire's and fixed.

    A field is set only if the shopper said it, the photo shows it, or an earlier turn still holds.
    """

    intent: Intent = "search"
    text: str | None = None  # what to embed, without the hard constraints
    category: str | None = None
    colors: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    gender: Gender | None = None
    age_group: AgeGroup | None = None
    fit: str | None = None
    occasion: str | None = None
    season: str | None = None
    price: PriceRange | None = None
    in_stock: bool | None = None
    sort: Sort | None = None
    exclude: Exclusions = Exclusions()
    like: tuple[str, ...] = ()  # product ids or photo ids
    relative: tuple[Relative, ...] = ()
    reference: Reference | None = None
    prefer: tuple[str, ...] = ()

    def wire(self) -> dict[str, Any]:
        """As JSON holds it: only the fields that are present."""
        body = self.model_dump(mode="json", exclude_defaults=True)
        return {"intent": self.intent, **body}


# ── what is shown ───────────────────────────────────────────────────────────────────────────────────


class Recommendation(Value):
    """A card: one product in one colour, with why it was picked. `variants` are the card's own.

    `confirmed` says whether the shop confirmed price and stock just now; None where it isn't asked.
    """

    product: Product
    color: str | None = None
    variants: tuple[Variant, ...]
    because: tuple[str, ...] = ()
    score: float = 0.0
    confirmed: bool | None = None

    @property
    def card_id(self) -> str:
        return f"{self.product.id}:{self.color or ''}"


class Relaxation(Value):
    """A wish that was dropped or widened because nothing satisfied it; `message` may be shown."""

    field: str
    value: str
    message: str


class Suggestion(Value):
    """A chip the shopper can press: `label` is shown, `text` is sent as their next words.

    `edit` is a query edit instead of words, e.g. {"set": {"price": {"max": 12000}}}.
    """

    label: str
    text: str
    edit: dict[str, Any] | None = None


class Absence(Value):
    """Why nothing could be shown without breaking what was said, and the nearest way out."""

    reason: Literal["not_sold", "no_match", "not_understood"]
    field: str | None = None  # "category", "brand", "price", …
    value: str | None = None
    message: str
    nearest: tuple[
        Recommendation, ...
    ] = ()  # what breaks only the bound named in `field`; offered, not shown as a match
    suggestions: tuple[Suggestion, ...] = ()


class Page(Value):
    """One page of cards and what is true about it."""

    items: tuple[Recommendation, ...] = ()
    total: int = 0
    weak: bool = False  # the words mean none of these cards; they are no better than a coincidence
    relaxed: tuple[Relaxation, ...] = ()
    absence: Absence | None = None
    suggestions: tuple[Suggestion, ...] = ()
    as_of: datetime


class Chip(Value):
    """One understood constraint, shown and removable. `field` may be dotted: `exclude.materials`."""

    field: str
    value: str | None = None
    label: str = ""  # for people; an edit needs none


class QueryEdit(Value):
    """A shopper's edit of what was understood: chips removed, fields set."""

    remove: tuple[Chip, ...] = ()
    set: dict[str, Any] = {}


# ── cart ────────────────────────────────────────────────────────────────────────────────────────────


class CartLine(Value):
    """A quantity of one variant, with the facts that were shown when it was added."""

    variant_id: str
    product_id: str
    title: str
    color: str | None = None
    size: str | None = None
    quantity: int = Field(ge=1)
    unit_price: Money
    image: str | None = None
    chosen_by: Literal["shopper", "filter", "only_size"] = "shopper"

    @property
    def line_total(self) -> Money:
        return self.unit_price.times(self.quantity)


class Cart(Value):
    """What the shopper means to buy; every change is a new value with the next version."""

    id: str
    version: int = 0
    currency: str
    lines: tuple[CartLine, ...] = ()

    @property
    def total(self) -> Money:
        return Money(minor=sum(line.line_total.minor for line in self.lines), currency=self.currency)


# ── from cart to order ──────────────────────────────────────────────────────────────────────────────


class Charge(Value):
    """An amount on top of the lines, or, where `included`, the part of them that is tax."""

    kind: Literal["shipping", "tax", "discount"]
    label: str
    amount: Money
    included: bool = False


class CheckoutProposal(Value):
    """A quote for a cart as it stood, which only a person can confirm, and only until `expires_at`.

    `hand_off_url` is set where the shop has a checkout of its own; then nothing is confirmed here.
    """

    id: str
    thread_id: str
    cart_version: int
    lines: tuple[CartLine, ...]
    charges: tuple[Charge, ...] = ()
    total: Money
    status: Literal["open", "confirmed", "expired", "canceled"] = "open"
    hand_off_url: str | None = None
    payment_methods: tuple[str, ...] = ()  # ids of payment providers
    order_id: str | None = None
    created_at: datetime
    expires_at: datetime


class Order(Value):
    """What was confirmed: made exactly once from a proposal, and never changed but in its status."""

    id: str
    number: str  # for people: "MV-1042"
    checkout_id: str
    thread_id: str
    lines: tuple[CartLine, ...]
    charges: tuple[Charge, ...] = ()
    total: Money
    status: Literal["awaiting_payment", "confirming", "paid", "needs_review", "canceled", "refunded"]
    payment_id: str | None = None
    message: str = ""  # what a shopper may read about where it stands
    created_at: datetime


# ── beside the cards ────────────────────────────────────────────────────────────────────────────────


class ComparedRow(Value):
    """One fact of several cards; `values` are in the cards' order, None where the shop doesn't say."""

    label: str
    values: tuple[str | None, ...]

    @property
    def differs(self) -> bool:
        return len({value for value in self.values if value}) > 1 or None in self.values


class Compared(Value):
    """Two to four cards side by side, fact by fact."""

    kind: Literal["compare"] = "compare"
    items: tuple[Recommendation, ...]
    rows: tuple[ComparedRow, ...]


class LookComposed(Value):
    """Pieces that make one outfit; `image` is the path of their board picture."""

    kind: Literal["look"] = "look"
    id: str
    title: str
    items: tuple[Recommendation, ...]
    total: Money
    image: str | None = None


# ── conversation ────────────────────────────────────────────────────────────────────────────────────


class Photo(Value):
    """A shopper's picture, already decoded and re-encoded by the server."""

    id: str
    media_type: str
    data: bytes


class PhotoRegion(Value):
    """The part of a shopper's photo that was searched, in shares of its width and height from 0 to 1."""

    photo_id: str
    left: float = Field(ge=0, le=1)
    top: float = Field(ge=0, le=1)
    width: float = Field(gt=0, le=1)
    height: float = Field(gt=0, le=1)
    category: str | None = None


class Turn(Value):
    """One message of a thread with all that was shown beside it."""

    id: str
    role: Literal["shopper", "assistant"]
    text: str
    photo_ids: tuple[str, ...] = ()
    regions: tuple[PhotoRegion, ...] = ()  # of those photos, where words meant a part of one
    query: ShopperQuery | None = None
    items: tuple[Recommendation, ...] = ()
    total: int = 0
    relaxed: tuple[Relaxation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    language: str | None = None  # of an answer: "en", "de", …
    compare: Compared | None = None  # the table that was shown
    look: LookComposed | None = None  # the outfit that was shown
    created_at: datetime


class Thread(Value):
    """A conversation, oldest turn first."""

    id: str
    created_at: datetime
    turns: tuple[Turn, ...] = ()

    @property
    def shown(self) -> tuple[Recommendation, ...]:
        """The cards shown last, in the order of their positions."""
        return next((t.items for t in reversed(self.turns) if t.items), ())

    @property
    def query(self) -> ShopperQuery | None:
        """The query that still holds: the last one that was understood."""
        return next((t.query for t in reversed(self.turns) if t.query), None)


# ── a reply, as it happens ──────────────────────────────────────────────────────────────────────────


class Status(Value):
    kind: Literal["status"] = "status"
    text: str


class QueryUnderstood(Value):
    kind: Literal["query"] = "query"
    query: ShopperQuery
    chips: tuple[Chip, ...] = ()


class PhotoFocused(Value):
    """Which part of a photo the words meant: "the bag in this photo"."""

    kind: Literal["photo"] = "photo"
    region: PhotoRegion


class ProductsShown(Value):
    kind: Literal["products"] = "products"
    id: str
    page: Page


class TextDelta(Value):
    kind: Literal["text"] = "text"
    delta: str


class CartChanged(Value):
    kind: Literal["cart"] = "cart"
    cart: Cart


class CheckoutProposed(Value):
    kind: Literal["checkout"] = "checkout"
    cart: Cart
    message: str
    proposal: CheckoutProposal | None = None


class HandedOff(Value):
    """The conversation goes to a person; `contact` is what the shop states about how to reach one."""

    kind: Literal["handoff"] = "handoff"
    message: str
    contact: str | None = None


class Suggestions(Value):
    kind: Literal["suggestions"] = "suggestions"
    suggestions: tuple[Suggestion, ...]


class Failed(Value):
    """Something went wrong; `message` may be shown. What was streamed before stays true."""

    kind: Literal["failed"] = "failed"
    message: str


class Done(Value):
    kind: Literal["done"] = "done"
    message_id: str
    text: str
    timings: dict[str, float] = {}  # milliseconds by step: understand, first_card, total, model


ReplyEvent = Annotated[
    Status
    | QueryUnderstood
    | PhotoFocused
    | ProductsShown
    | TextDelta
    | CartChanged
    | CheckoutProposed
    | Compared
    | LookComposed
    | HandedOff
    | Suggestions
    | Failed
    | Done,
    Field(discriminator="kind"),
]
