"""What a payment is made of, as frozen values, and what every way to pay must be able to do.

Knows nothing about any single chain, SQL, HTTP or carts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from shopper.types import Money, Value

ProviderId = Literal["sandbox", "onchain", "x402"]
Capability = Literal["address", "x402", "simulate"]
PaymentStatus = Literal[
    "awaiting_payment",
    "partially_paid",
    "confirming",
    "settled",
    "expired",
    "needs_review",
    "canceled",
    "refunded",
]
PaymentException = Literal["none", "underpaid", "overpaid", "late", "reorged", "multiple", "wrong_asset"]

# Nothing that the shopper does changes these any more; a stream of the payment ends with them.
FINAL: frozenset[PaymentStatus] = frozenset({"settled", "expired", "canceled", "refunded"})


class Asset(Value):
    """A coin or token on one network; `contract` is None for the network's own coin."""

    symbol: str
    network: str  # for people: "Base"
    chain_id: int
    contract: str | None = None  # checksummed
    decimals: int
    domain: tuple[str, str] | None = None  # EIP-712 name and version, where it knows EIP-3009

    @property
    def chain(self) -> str:
        """Its network as CAIP-2 writes it: "eip155:8453"."""
        return f"eip155:{self.chain_id}"

    def display(self, atomic: int) -> str:
        """An amount for people: "49.90 USDC"; at least two decimals, no more than it needs."""
        return f"{decimal_text(atomic, self.decimals)} {self.symbol}"


def decimal_text(atomic: int, decimals: int) -> str:
    """`atomic` as a decimal number with at least two digits after the point, and no needless zeros."""
    whole, part = divmod(atomic, 10**decimals)
    digits = f"{part:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{whole}.{digits.ljust(min(2, decimals), '0')}" if decimals else str(whole)


class PaymentMethod(Value):
    """One way to pay that a shopper can choose."""

    id: str  # "sandbox", "onchain:usdc-8453"
    provider: ProviderId
    label: str
    asset: Asset | None = None


class Quote(Value):
    """What an amount of money is in an asset, locked: the rate, where it is from and when it was asked."""

    amount: Money
    asset: Asset | None = None
    atomic_amount: int  # rounded up; minor units where there is no asset
    rate: Decimal  # units of the asset for one unit of the currency
    rate_source: str
    rate_at: datetime


class PaymentIntent(Value):
    """One order's payment as it was agreed; what happened since is in its transfers."""

    id: str
    order_id: str
    method: str
    provider: ProviderId
    quote: Quote
    chain: str  # CAIP-2, or "sandbox"
    address: str | None = None
    address_index: int | None = None
    confirmations_needed: int = 1
    finalized: bool = False  # wait for the network's "finalized" tag instead of counting blocks
    created_at: datetime
    expires_at: datetime  # the quote ends; watching goes on
    watch_until: datetime
    settled_at: datetime | None = None
    canceled_at: datetime | None = None
    refunded_at: datetime | None = None
    claim: str | None = None  # the nonce of the authorization that is being settled

    @property
    def due(self) -> int:
        return self.quote.atomic_amount

    @property
    def asset(self) -> Asset | None:
        return self.quote.asset

    def display(self, atomic: int) -> str:
        """An amount of what is asked for, for people."""
        if self.asset is not None:
            return self.asset.display(atomic)
        return str(Money(minor=atomic, currency=self.quote.amount.currency))


class Transfer(Value):
    """A fact: so much of something came to an address in one block. A reorg makes it orphaned."""

    chain: str
    tx: str
    log_index: int  # -1 for a network's own coin, which leaves no log
    block_number: int
    block_hash: str
    mined_at: datetime
    seen_at: datetime
    recipient: str
    sender: str
    contract: str | None = None
    symbol: str
    decimals: int
    value: int
    orphaned: bool = False

    @property
    def key(self) -> tuple[str, str, int, str]:
        return self.chain, self.tx, self.log_index, self.block_hash


class Head(Value):
    """How far a chain was looked through: facts are complete up to `seen_until`."""

    number: int
    finalized: int | None = None
    seen_until: datetime


class ShopTask(Value):
    """Something only the shop can do: give money back, look at a payment, hold a parcel."""

    kind: Literal["refund", "review", "hold"]
    about: PaymentException
    text: str


class PaymentState(Value):
    """Where a payment stands, on two axes, as `reduce` finds it; amounts are atomic."""

    status: PaymentStatus = "awaiting_payment"
    exception: PaymentException = "none"
    received: int = 0  # of the right asset, whether in time or not
    surplus: int = 0  # received without an order to show for it
    confirmations: int = 0
    tasks: tuple[ShopTask, ...] = ()


class Tx(Value):
    """A transaction as the shopper sees it."""

    hash: str
    url: str | None = None
    confirmations: int


class PaymentView(Value):
    """A payment as surfaces show it."""

    id: str
    order_id: str
    provider: ProviderId
    method: str
    status: PaymentStatus
    exception: PaymentException
    amount: Money
    asset: Asset | None
    atomic_amount: int | None
    display_amount: str
    received: int
    missing: int
    display_missing: str
    address: str | None
    uri: str | None
    tx: tuple[Tx, ...]
    confirmations: int
    confirmations_needed: int
    created_at: datetime
    expires_at: datetime
    message: str
    support: str | None


class PaymentProvider(Protocol):
    """A way to pay. It states facts; what they mean is `reduce`'s to say."""

    @property
    def id(self) -> ProviderId: ...

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    def methods(self, currency: str) -> tuple[PaymentMethod, ...]:
        """What a shopper can choose for an amount in `currency`."""
        ...

    async def quote(self, amount: Money, method: PaymentMethod) -> Quote:
        """Lock a rate; raises PaymentUnavailable where there is none to be had."""
        ...

    async def create(self, draft: PaymentIntent, idempotency_key: str) -> PaymentIntent:
        """The draft with what this provider adds to it: an address, how many confirmations."""
        ...

    async def submit(self, intent: PaymentIntent, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take what the payer hands in (a signed authorization, a sandbox outcome)."""
        ...

    async def refresh(self, intent: PaymentIntent) -> list[Transfer]:
        """All that is known to have come for this intent, looked up anew."""
        ...

    async def head(self, intent: PaymentIntent) -> Head:
        """How far the facts about this intent reach."""
        ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Transfer]:
        """The facts of a provider's call; BadInput where it can't be trusted."""
        ...

    async def refund(self, intent: PaymentIntent, amount: int) -> str:
        """Give `amount` back, or say in a sentence how the shop does it; nothing here holds a key."""
        ...
