"""What the checkout, order, payment and preference routes answer, as types: for clients made from the API.

Knows nothing about how the answers come about; a test holds them to what is answered.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from shopper.checkout.payments.provider import PaymentException, PaymentStatus, ProviderId
from shopper.web.schema import Amount, CartLineOut


class TotalOut(BaseModel):
    """One line of a sum; `included` where the lines hold it already, as prices with tax do."""

    type: Literal["subtotal", "shipping", "tax", "discount", "total"]
    label: str
    amount: Amount
    included: bool


class CheckoutOut(BaseModel):
    """A quote, good until `expires_at`; `hand_off_url` is set where the shop has a checkout of its own."""

    id: str
    thread_id: str
    cart_version: int
    status: Literal["open", "confirmed", "expired", "canceled"]
    lines: list[CartLineOut]
    totals: list[TotalOut]
    currency: str
    payment_methods: list[str]
    hand_off_url: str | None
    order_id: str | None
    created_at: datetime
    expires_at: datetime


class OrderOut(BaseModel):
    """What was bought, and in `message` where it stands."""

    id: str
    number: str
    checkout_id: str
    thread_id: str
    status: Literal["awaiting_payment", "confirming", "paid", "needs_review", "canceled", "refunded"]
    message: str
    lines: list[CartLineOut]
    totals: list[TotalOut]
    currency: str
    payment_id: str | None
    created_at: datetime


class OrderList(BaseModel):
    items: list[OrderOut]


class AssetOut(BaseModel):
    """A coin or token on one network; `contract` is null for the network's own coin."""

    symbol: str
    network: str
    chain_id: int
    contract: str | None
    decimals: int


class TransactionOut(BaseModel):
    hash: str
    url: str | None
    confirmations: int


class PaymentOut(BaseModel):
    """A payment; atomic amounts are text, as they may exceed what a program's numbers hold."""

    id: str
    order_id: str
    provider: ProviderId
    method: str
    status: PaymentStatus
    exception: PaymentException
    amount: Amount
    asset: AssetOut | None
    atomic_amount: str | None
    display_amount: str
    received: str
    missing: str
    display_missing: str
    address: str | None
    uri: str | None = Field(description="EIP-681, for wallets")
    qr_url: str | None
    page_url: str
    tx: list[TransactionOut]
    confirmations: int
    confirmations_needed: int
    created_at: datetime
    expires_at: datetime
    message: str
    support: str | None


class ConfirmedOut(BaseModel):
    """The one order of a quote, and its payment where there is one to make."""

    order: OrderOut
    payment: PaymentOut | None


class PaymentMethodOut(BaseModel):
    id: str
    provider: ProviderId
    label: str
    asset: AssetOut | None


class PaymentMethodList(BaseModel):
    items: list[PaymentMethodOut]


class PreferencesOut(BaseModel):
    """What is remembered in a conversation, and whether it is used."""

    enabled: bool
    sizes: list[str]
    brands: list[str]
    budget: Amount | None
    dislikes: list[str]


class HandoffOut(BaseModel):
    message: str
    contact: str | None
