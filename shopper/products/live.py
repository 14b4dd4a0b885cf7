"""Asks the shop's own endpoint for price and stock of what is about to be shown, and never waits for long.

Knows nothing about cards or the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shopper.products.asking import answer_within

_log = logging.getLogger(__name__)
_LARGEST_ANSWER = 1_000_000


class _Variant(BaseModel):
    model_config = ConfigDict(strict=True)  # a shop may say more than is asked for
    id: str
    price: int = Field(ge=1, le=2_000_000_000)
    stock: int = Field(ge=0, le=1_000_000_000)
    regular_price: int | None = Field(default=None, ge=1, le=2_000_000_000)
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")


class _Answer(BaseModel):
    variants: list[object]


@dataclass(frozen=True, slots=True)
class LivePrice:
    """What a variant costs now, in minor units, and how many are left."""

    price_minor: int
    regular_minor: int | None
    stock: int


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The variants that the shop answered for, and the ids of those that stay unconfirmed."""

    confirmed: dict[str, LivePrice]
    unconfirmed: tuple[str, ...]


class LiveCheck:
    """Confirms variants against `url` within `timeout` seconds. `check` never raises.

    It posts `{"variants": [ids]}` and expects `{"variants": [{"id", "price", "stock"}]}`, amounts in minor
    units of the shop's `currency`; `regular_price` and `currency` may come with them.
    """

    def __init__(
        self, url: str, *, currency: str, timeout: float = 0.3, client: httpx.AsyncClient | None = None
    ) -> None:
        self._url = url
        self._currency = currency
        self._timeout = timeout
        self._client = client or httpx.AsyncClient(follow_redirects=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def check(self, variant_ids: Sequence[str]) -> Confirmation:
        """What the shop says about these variants now; unconfirmed is what it doesn't say in time."""
        wanted = tuple(dict.fromkeys(variant_ids))
        confirmed: dict[str, LivePrice] = {}
        try:
            # httpx counts each read on its own; a shop that drips its answer must not hold up a reply.
            async with asyncio.timeout(self._timeout):
                found = _prices(await self._ask(wanted), self._currency) if wanted else {}
            confirmed = {key: found[key] for key in wanted if key in found}
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            _log.warning("the live price check failed: %s", type(error).__name__)
        return Confirmation(confirmed, tuple(key for key in wanted if key not in confirmed))

    async def _ask(self, variant_ids: Sequence[str]) -> bytes:
        body = {"variants": list(variant_ids)}
        async with self._client.stream("POST", self._url, json=body, timeout=self._timeout) as answer:
            answer.raise_for_status()
            return await answer_within(answer, _LARGEST_ANSWER)


def _prices(data: bytes, currency: str) -> dict[str, LivePrice]:
    """The prices of an answer; a variant with odd facts, or named twice, is left out."""
    found: dict[str, LivePrice] = {}
    twice: set[str] = set()
    for item in _Answer.model_validate_json(data).variants:
        try:
            said = _Variant.model_validate(item)
        except ValidationError:
            continue
        if said.id in found:
            twice.add(said.id)
        if said.currency in (None, currency):
            higher = said.regular_price is not None and said.regular_price > said.price
            found[said.id] = LivePrice(said.price, said.regular_price if higher else None, said.stock)
    return {key: price for key, price in found.items() if key not in twice}
