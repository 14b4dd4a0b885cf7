"""The chat API's tables: keys, what they spend, repeated requests, signals between processes, leases.

Knows nothing about who reads them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shopper.database import Base


class ApiKeyRow(Base):
    """A key by its hash; the key itself is shown once and kept nowhere."""

    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)  # the owner of what is made with the key
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))  # secret or publishable
    name: Mapped[str] = mapped_column(String(100), default="")
    hint: Mapped[str] = mapped_column(String(16))  # its first characters, to tell keys apart
    origins: Mapped[list[Any]] = mapped_column(JSON)
    rate: Mapped[int] = mapped_column(Integer, default=0)  # requests a minute; 0 is no limit of its own
    daily_turns: Mapped[int] = mapped_column(Integer, default=0)
    daily_tokens: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class KeyUsageRow(Base):
    """What one key spent on one day (UTC)."""

    __tablename__ = "key_usage"
    key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    turns: Mapped[int] = mapped_column(Integer, default=0)
    tokens: Mapped[int] = mapped_column(Integer, default=0)


class RepeatRow(Base):
    """A post that carried an Idempotency-Key, and what was answered; `status` is empty while it runs."""

    __tablename__ = "repeats"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # hash of caller, route and key
    claim: Mapped[str] = mapped_column(String(32))  # of the request that runs it
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None] = mapped_column(Integer)
    media_type: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    run_id: Mapped[str | None] = mapped_column(String(64))  # of a streamed answer, which is read from its run
    thread_id: Mapped[str | None] = mapped_column(String(64), index=True)  # erased with this conversation
    created_at: Mapped[datetime] = mapped_column(index=True)


class RunSignalRow(Base):
    """Signs between processes about one run: that its process lives, and that it is asked to stop."""

    __tablename__ = "run_signals"
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    beat_at: Mapped[datetime | None]
    stop_at: Mapped[datetime | None]


class LeaseRow(Base):
    """Work that one process at a time does."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]
