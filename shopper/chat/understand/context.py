"""What a reader is told besides the words, and what it answers.

Knows nothing about how either is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shopper.products.seen import PhotoSeen
from shopper.types import Cart, Recommendation, ShopperQuery


@dataclass(frozen=True)
class Context:
    """What is in sight when the shopper speaks."""

    previous: ShopperQuery | None = None
    shown: tuple[Recommendation, ...] = ()
    cart: Cart | None = None
    photos: tuple[PhotoSeen, ...] = ()
    last_question: str | None = None
    language: str | None = None  # in which the shopper wrote before


@dataclass(frozen=True)
class CartChange:
    """What should happen in the cart; `size` and `color` only if the shopper said them."""

    action: Literal["add", "remove", "set"]
    quantity: int
    size: str | None
    color: str | None


@dataclass(frozen=True)
class Understood:
    """What a message means; `topic` is "new" where a new subject dropped what belonged to the old one."""

    query: ShopperQuery
    language: str
    cart: CartChange | None
    nonsense: bool
    topic: Literal["new", "same"]
