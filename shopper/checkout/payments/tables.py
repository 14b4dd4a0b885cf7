"""The tables of payments: what was agreed, what came, how far each chain was read, what the shop must do.

Knows nothing about what the rows mean. Atomic amounts are text: 18 decimals are more than 64 bits hold.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopper.database import Base

_UNTOLD = text("told_version < version")


class PaymentIntentRow(Base):
    __tablename__ = "payment_intents"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(64), unique=True)
    idempotency_key: Mapped[str] = mapped_column(String(255))
    method: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(16))
    amount_minor: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    asset: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    atomic_amount: Mapped[str] = mapped_column(String(80))
    rate: Mapped[str] = mapped_column(String(80))
    rate_source: Mapped[str] = mapped_column(Text)
    rate_at: Mapped[datetime]
    chain: Mapped[str] = mapped_column(String(32))
    address: Mapped[str | None] = mapped_column(String(64), unique=True)
    address_index: Mapped[int | None] = mapped_column(Integer)
    confirmations_needed: Mapped[int] = mapped_column(Integer)
    finalized: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    watch_until: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]
    claim: Mapped[str | None] = mapped_column(String(80))
    # What `reduce` last found; rebuilt from the transfers at any time.
    status: Mapped[str] = mapped_column(String(24))
    exception: Mapped[str] = mapped_column(String(16))
    received: Mapped[str] = mapped_column(String(80))
    surplus: Mapped[str] = mapped_column(String(80))
    confirmations: Mapped[int] = mapped_column(Integer)
    # The order has heard of everything up to `told_version`.
    version: Mapped[int] = mapped_column(Integer)
    told_version: Mapped[int] = mapped_column(Integer)
    __table_args__ = (
        Index("ix_payment_intents_watch", "provider", "watch_until", "created_at"),
        Index("ix_payment_intents_moving", "chain", "status"),
        Index("ix_payment_intents_untold", "id", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
    )


class TransferRow(Base):
    __tablename__ = "transfers"
    chain: Mapped[str] = mapped_column(String(32), primary_key=True)
    tx: Mapped[str] = mapped_column(String(80), primary_key=True)
    log_index: Mapped[int] = mapped_column(Integer, primary_key=True)
    block_hash: Mapped[str] = mapped_column(String(80), primary_key=True)
    payment_id: Mapped[str] = mapped_column(String(64), index=True)
    block_number: Mapped[int] = mapped_column(Integer)
    mined_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    recipient: Mapped[str] = mapped_column(String(64))
    sender: Mapped[str] = mapped_column(String(64))
    contract: Mapped[str | None] = mapped_column(String(64))
    symbol: Mapped[str] = mapped_column(String(16))
    decimals: Mapped[int] = mapped_column(Integer)
    value: Mapped[str] = mapped_column(String(80))
    orphaned: Mapped[bool] = mapped_column(Boolean)
    __table_args__ = (Index("ix_transfers_chain_block", "chain", "block_number"),)


class ChainCursorRow(Base):
    """How far one chain was read, the hashes of the last blocks read, and who reads it."""

    __tablename__ = "chain_cursor"
    chain: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    head: Mapped[int] = mapped_column(Integer)
    finalized: Mapped[int | None] = mapped_column(Integer)
    seen_until: Mapped[datetime]
    recent: Mapped[list[Any]] = mapped_column(JSON)  # [number, hash] pairs, oldest first
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]


class AddressCounterRow(Base):
    """The next unused address of an xpub, by its fingerprint."""

    __tablename__ = "address_counters"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    next_index: Mapped[int] = mapped_column(Integer)


class X402AuthorizationRow(Base):
    """A signed authorization, kept from before it is broadcast until its fate is known."""

    __tablename__ = "x402_authorizations"
    payment_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(80), primary_key=True)
    payer: Mapped[str] = mapped_column(String(64))
    valid_before: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16))  # claimed | settled | failed
    tx: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class PaymentTaskRow(Base):
    """Something that only the shop can do; one open task for each kind of trouble of a payment."""

    __tablename__ = "payment_tasks"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    payment_id: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    about: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(16))  # shop, or chain where it resolved itself
    __table_args__ = (UniqueConstraint("payment_id", "kind", "about", name="uq_payment_tasks_kind"),)
