"""The tables between a cart and an order: quotes, orders and the pieces that are spoken for.

Knows nothing about what the rows mean. Threads may be erased; orders stay, so no row here points to one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shopper.database import Base


class CheckoutRow(Base):
    """A quote; `body` holds its lines and charges, which never change."""

    __tablename__ = "checkouts"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    thread_id: Mapped[str] = mapped_column(String(64), index=True)
    owner: Mapped[str | None] = mapped_column(String(64))
    cart_version: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(16))
    country: Mapped[str | None] = mapped_column(String(2))
    body: Mapped[dict[str, Any]]
    total_minor: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    order_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    __table_args__ = (Index("ix_checkouts_status_expires", "status", "expires_at"),)


class OrderRow(Base):
    """What was confirmed. One quote makes one order, which the database itself holds to."""

    __tablename__ = "orders"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    checkout_id: Mapped[str] = mapped_column(String(64), unique=True)
    thread_id: Mapped[str] = mapped_column(String(64), index=True)
    owner: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(24))
    message: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]]
    total_minor: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    payment_method: Mapped[str] = mapped_column(String(64))
    payment_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    look_at: Mapped[datetime]  # when the sweep asks what became of an order that isn't paid
    paid_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_orders_status_look", "status", "look_at"),)


class ReservationRow(Base):
    """Pieces of a variant that an order speaks for.

    `stock_then` is the shop's stock when they were sold; None while they are only held.
    """

    __tablename__ = "reservations"
    order_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    variant_id: Mapped[str] = mapped_column(String(255), primary_key=True, index=True)
    quantity: Mapped[int] = mapped_column(Integer)
    stock_then: Mapped[int | None] = mapped_column(Integer)
