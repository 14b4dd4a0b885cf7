"""The table of events that wait for the shop's own systems.

Knows nothing about what happened or where events go.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shopper.database import Base


class OutboxRow(Base):
    """One event; written in the transaction in which it happened, so that neither is there without the other.

    `id` is the webhook-id under which every attempt is sent. `body` is the exact text that is signed.
    """

    __tablename__ = "outbox"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    type: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]  # None once it is delivered or given up
    tries: Mapped[int] = mapped_column(Integer, default=0)
    delivered_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(255))
    __table_args__ = (Index("ix_outbox_next_try_at", "next_try_at"),)
