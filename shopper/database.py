"""The SQL database: its tables, how it is opened (SQLite in WAL mode, or PostgreSQL) and brought up to date.

Knows nothing about what the rows mean; each room reads and writes its own tables.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    event,
    text,
)
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

_UPGRADE_LOCK = 0x6D696772


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, also on SQLite, which forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: JSON, datetime: UtcDateTime}


class ProductRow(Base):
    """A product; `facts` holds the fields of `types.Product` that have no column of their own."""

    __tablename__ = "products"
    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)  # feed order; stable tie-break
    prices_revision: Mapped[int] = mapped_column(Integer, default=0, server_default="0", index=True)
    # Of the feed's own row and its pictures' stamps; None where the next ingest must read the row.
    row_hash: Mapped[str | None] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    brand: Mapped[str | None] = mapped_column(String(255))
    category: Mapped[str | None] = mapped_column(String(64))
    gender: Mapped[str | None] = mapped_column(String(16))
    facts: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))  # of all facts of the row and its variants
    embed_hash: Mapped[str] = mapped_column(
        String(64)
    )  # of what the vectors are made from: words and pictures
    updated_at: Mapped[datetime]
    __table_args__ = (Index("ix_products_position_id", "position", "id"),)


class VariantRow(Base):
    __tablename__ = "variants"
    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    sku: Mapped[str] = mapped_column(String(255), index=True)
    color: Mapped[str | None] = mapped_column(String(128))
    size: Mapped[str | None] = mapped_column(String(64))
    price_minor: Mapped[int] = mapped_column(Integer)
    regular_minor: Mapped[int | None] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    stock: Mapped[int] = mapped_column(Integer)
    image: Mapped[str | None] = mapped_column(Text)
    as_of: Mapped[datetime]


class MetaRow(Base):
    """One fact about the database: the currency, the catalog's revision, the encoder of the vectors."""

    __tablename__ = "meta"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class ThreadRow(Base):
    __tablename__ = "threads"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str | None] = mapped_column(String(64), index=True)  # the key that made it
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)  # remembered preferences
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class MessageRow(Base):
    __tablename__ = "messages"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(Integer)
    role: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]]  # the rest of `types.Turn`, as shown then
    created_at: Mapped[datetime]
    __table_args__ = (Index("ix_messages_thread_seq", "thread_id", "seq", unique=True),)


class RunRow(Base):
    """One turn's work: running, done, failed or stopped."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RunEventRow(Base):
    """What a run sent, so that a dropped connection can resume."""

    __tablename__ = "run_events"
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    data: Mapped[str] = mapped_column(Text)


class PhotoRow(Base):
    __tablename__ = "photos"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    thread_id: Mapped[str | None] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    owner: Mapped[str | None] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(32))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    weight: Mapped[float] = mapped_column(Float, default=1.0)  # how much it counts beside other photos
    created_at: Mapped[datetime]


class CartRow(Base):
    __tablename__ = "carts"
    thread_id: Mapped[str] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class FeedbackRow(Base):
    __tablename__ = "feedback"
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    rating: Mapped[float] = mapped_column(Float)  # 1 good, -1 bad
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class Database:
    """An open database. Make one with `await Database.open(url)`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)

    @classmethod
    async def open(cls, url: str) -> Database:
        """Connect to `url` and bring its tables up to date.

        `url` is `sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`.
        """
        engine = create_async_engine(url, json_serializer=lambda v: json.dumps(v, ensure_ascii=False))
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _sqlite_pragmas)
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                # Of several processes that start at once, one makes the tables and the others wait for it.
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
            await connection.run_sync(_upgrade)
        return cls(engine)

    @classmethod
    async def open_folder(cls, folder: Path) -> Database:
        """The SQLite database of a data folder, which is made if it isn't there."""
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        return await cls.open(f"sqlite+aiosqlite:///{folder / 'shopper.db'}")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end of the block, or rolls back if the block raises."""
        async with self._sessions() as session, session.begin():
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A plain connection for bulk reads."""
        async with self.engine.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _upgrade(connection: Any) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


class DemandRow(Base):
    """One find that a shopper caused, as facts alone: no words, no conversation, nothing finer than a day."""

    __tablename__ = "demand"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # random, so that it tells no order
    day: Mapped[str] = mapped_column(String(10), index=True)  # 2026-05-01
    source: Mapped[str] = mapped_column(String(8))  # chat or search
    facts: Mapped[dict[str, Any]]  # of `demand.asked.Asked`
    total: Mapped[int] = mapped_column(Integer)
    weak: Mapped[bool]  # what was found is no better than a coincidence
    absence_reason: Mapped[str | None] = mapped_column(String(16))
    absence_field: Mapped[str | None] = mapped_column(String(32))
    absence_value: Mapped[str | None] = mapped_column(String(64))
    relaxed: Mapped[list[Any]] = mapped_column(JSON)  # [field, value] pairs
    refined: Mapped[list[Any]] = mapped_column(JSON)  # names of the fields that the shopper changed


class DemandWordRow(Base):
    """A word that the catalog doesn't know; `word` stays empty until enough conversations said it."""

    __tablename__ = "demand_words"
    key: Mapped[str] = mapped_column(String(32), primary_key=True)  # keyed hash of the word
    word: Mapped[str | None] = mapped_column(String(64))


class DemandHeardRow(Base):
    """That one conversation said one word on one day; `speaker` can't be traced once the day is over."""

    __tablename__ = "demand_heard"
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True, index=True)
    speaker: Mapped[str] = mapped_column(String(32), primary_key=True)
