"""The chat API's answers as values: what a dialog's checks look at.

Knows nothing about scripts, checks or how the answers were fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from shopper.errors import DialogError


class _Wire(BaseModel):
    """A frozen answer; fields that a newer server adds are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Amount(_Wire):
    """Minor units of a currency."""

    amount: int
    currency: str


class Availability(_Wire):
    available: bool
    quantity: int | None = None


class CardVariant(_Wire):
    """One size of a card."""

    id: str
    size: str | None = None
    color: str | None = None
    price: Amount
    availability: Availability


class Card(_Wire):
    """One product in one colour as it was shown."""

    id: str
    title: str
    brand: str | None = None
    color: str | None = None
    category: str | None = None
    gender: str | None = None
    age_group: str | None = None
    materials: tuple[str, ...] = ()
    url: str | None = None
    variants: tuple[CardVariant, ...] = ()
    because: tuple[str, ...] = ()
    position: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes two cards the same: the product and its colour."""
        return self.id, (self.color or "").casefold()

    @property
    def price(self) -> int | None:
        """The lowest price it can be bought at, in minor units; of all variants where none is in stock."""
        buyable = [v.price.amount for v in self.variants if v.availability.available]
        return min(buyable or [v.price.amount for v in self.variants], default=None)

    def __str__(self) -> str:
        price = "no price" if self.price is None else f"{self.price}"
        return (
            f"{self.title}{f' in {self.color}' if self.color else ''} ({self.id}, {self.category}, {price})"
        )


class Line(_Wire):
    """One line of the cart."""

    variant_id: str
    product_id: str
    title: str
    color: str | None = None
    size: str | None = None
    quantity: int
    unit_price: Amount
    line_total: Amount

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title} [{self.color or 'no colour'}, {self.size or 'no size'}]"


class WireCart(_Wire):
    """The thread's cart; its total is an amount or a number of minor units."""

    id: str
    version: int = 0
    currency: str
    lines: tuple[Line, ...] = ()
    total: Amount | int

    @property
    def total_minor(self) -> int:
        return self.total if isinstance(self.total, int) else self.total.amount


class Chip(_Wire):
    """A chip offered for the next turn."""

    label: str
    text: str = ""
    edit: dict[str, Any] | None = None


class WireAbsence(_Wire):
    """That nothing fits, and why."""

    reason: str
    field: str | None = None
    value: str | None = None
    message: str = ""
    nearest: tuple[Card, ...] = ()


class WireRelaxation(_Wire):
    """A wish that was widened or dropped."""

    field: str
    value: str | None = None
    message: str = ""


class Problem(_Wire):
    """An RFC 9457 problem."""

    status: int
    title: str = ""
    detail: str = ""


class Answer(_Wire):
    """The server's answer to one message."""

    thread_id: str
    message_id: str | None = None
    query: dict[str, Any] = {}
    products: tuple[Card, ...] = ()
    total: int | None = None
    text: str = ""
    cart: WireCart | None = None
    suggestions: tuple[Chip, ...] = ()
    relaxed: tuple[WireRelaxation, ...] = ()
    absence: WireAbsence | None = None
    timings: dict[str, float] = {}
    error: Any = None  # what went wrong after the cards were shown
    amounts: frozenset[int] = frozenset()  # every amount the server stated as data, in minor units

    @property
    def visible(self) -> tuple[Card, ...]:
        """The cards shown, and those offered as the nearest way out."""
        return self.products + (self.absence.nearest if self.absence else ())


def _amounts(body: Any) -> Iterator[int]:
    if isinstance(body, dict):
        if isinstance(body.get("amount"), int):
            yield body["amount"]
        for value in body.values():
            yield from _amounts(value)
    elif isinstance(body, list):
        for value in body:
            yield from _amounts(value)


T = TypeVar("T", bound=_Wire)


def read_answer(body: Any) -> Answer:
    """The answer in `body`. Raises DialogError naming what doesn't hold to the chat API."""
    if isinstance(body, dict):
        # A server leaves out or nulls what a turn doesn't have.
        body = {key: value for key, value in body.items() if value is not None}
        body["amounts"] = frozenset(_amounts(body))
    return _read(Answer, body, "the answer")


def read_cart(body: Any) -> WireCart:
    """The cart in `body`. Raises DialogError naming what doesn't hold to the chat API."""
    return _read(WireCart, body, "the cart")


def read_product(body: Any) -> Card:
    """The product in `body`, all its colours in one. Raises DialogError as above."""
    return _read(Card, body, "the product")


def read_problem(status: int, body: Any) -> Problem:
    """The problem in `body`; a body that isn't problem+json raises DialogError."""
    if not isinstance(body, dict):
        raise DialogError(f"the server answered {status} with something that isn't problem+json")
    return _read(Problem, {"status": status, **body}, "the problem")


def _read(model: type[T], body: Any, what: str) -> T:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise DialogError(f"{what} doesn't hold to the chat API: {where}: {first['msg']}") from error
