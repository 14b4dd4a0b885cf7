"""What the chat API answers, as types: for its OpenAPI description and for clients made from it.

Knows nothing about how the answers come about; `wire.py` writes them, and a test holds the two together.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shopper.types import Chip, PhotoRegion, Relaxation, Suggestion


class Problem(BaseModel):
    """An RFC 9457 error: `code` is a stable word for programs, `detail` a sentence for people."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: list[dict[str, Any]] | None = None


class Amount(BaseModel):
    """Money in minor units."""

    amount: int = Field(examples=[4990])
    currency: str = Field(examples=["EUR"])


class Availability(BaseModel):
    available: bool
    quantity: int


class VariantOut(BaseModel):
    """What can be bought: one colour in one size."""

    id: str
    sku: str
    color: str | None
    size: str | None
    price: Amount
    regular_price: Amount | None = Field(description="the price before a sale; null where there is none")
    availability: Availability


class Media(BaseModel):
    type: Literal["image"]
    url: str
    alt: str


class Option(BaseModel):
    name: str
    values: list[str]


class PriceRangeOut(BaseModel):
    min: Amount
    max: Amount


class Rating(BaseModel):
    value: float
    count: int | None


class _ProductFacts(BaseModel):
    id: str
    title: str
    brand: str | None
    description: str
    url: str | None
    category: str | None
    gender: str | None
    age_group: str | None
    materials: list[str]
    patterns: list[str]
    fit: str | None
    seasons: list[str]
    occasions: list[str]
    features: list[str]
    care: list[str]
    price_range: PriceRangeOut
    regular_price: Amount | None
    media: list[Media]
    options: list[Option]
    variants: list[VariantOut]
    rating: Rating | None


class ProductOut(_ProductFacts):
    """A product with all its colours and sizes."""

    colors: list[str]


class Card(_ProductFacts):
    """A product in one colour; `because` says why it was picked."""

    color: str | None
    because: list[str]
    position: int | None = None
    confirmed: bool | None = Field(default=None, description="by the shop's own system, where it is asked")


class AbsenceOut(BaseModel):
    """Why nothing was found, and what comes nearest."""

    reason: str
    field: str | None
    value: str | None
    message: str | None
    nearest: list[Card]


class CardPage(BaseModel):
    """Cards for a query; `total` counts all that match."""

    products: list[Card]
    total: int
    relaxed: list[Relaxation]
    absence: AbsenceOut | None
    as_of: datetime


class SearchOut(CardPage):
    suggestions: list[Suggestion]


class QueryOut(BaseModel):
    """What was understood: the fields of a ShopperQuery that are present."""

    model_config = ConfigDict(extra="allow")
    intent: str | None = None
    text: str | None = None
    category: str | None = None


class CartLineOut(BaseModel):
    variant_id: str
    product_id: str
    title: str
    color: str | None
    size: str | None
    quantity: int
    unit_price: Amount
    line_total: Amount
    image: str | None


class CartNoteOut(BaseModel):
    """What changed about a line since it was added."""

    variant_id: str
    kind: str
    message: str
    was: Amount | None
    now: Amount | None
    left: int | None


class CartOut(BaseModel):
    id: str
    version: int
    currency: str
    lines: list[CartLineOut]
    total: Amount
    notes: list[CartNoteOut] = []


class ChatOut(BaseModel):
    """A whole answer; what a stream would have told part by part."""

    thread_id: str
    run_id: str
    message_id: str
    query: QueryOut
    chips: list[Chip]
    products: list[Card]
    total: int
    relaxed: list[Relaxation]
    absence: AbsenceOut | None
    as_of: datetime | None
    text: str
    cart: CartOut | None
    checkout: dict[str, Any] | None
    suggestions: list[Suggestion]
    timings: dict[str, float]
    error: str | None = None


class ThreadCreated(BaseModel):
    id: str
    created_at: datetime


class ThreadListed(ThreadCreated):
    updated_at: datetime


class ThreadPage(BaseModel):
    items: list[ThreadListed]
    next_cursor: str | None


class ThreadOut(ThreadCreated):
    messages: int
    query: QueryOut | None


class TokenOut(BaseModel):
    """A bearer for one conversation."""

    token: str = Field(examples=["tt_…"])
    expires_at: datetime


class PhotoOut(BaseModel):
    id: str
    url: str
    region: PhotoRegion | None = None


class MessageOut(BaseModel):
    """One message with all that was shown beside it."""

    id: str
    role: Literal["shopper", "assistant"]
    text: str
    photos: list[PhotoOut]
    query: QueryOut | None
    products: list[Card]
    total: int
    relaxed: list[Relaxation]
    suggestions: list[Suggestion]
    compare: dict[str, Any] | None = Field(None, description="the data of data-compare, if a table was shown")
    look: dict[str, Any] | None = Field(None, description="the data of data-look, if an outfit was shown")
    language: str | None = Field(None, description="of an answer: en, de, …")
    created_at: datetime


class MessagePage(BaseModel):
    items: list[MessageOut]
    next_cursor: str | None


class UploadOut(BaseModel):
    id: str
    media_type: str
    bytes: int


class HealthOut(BaseModel):
    status: Literal["ok"]


class ReadyOut(BaseModel):
    """Whether a shopper can be answered, and why not."""

    model_config = ConfigDict(extra="allow")
    status: Literal["ready", "not_ready"]
    reasons: list[str]
