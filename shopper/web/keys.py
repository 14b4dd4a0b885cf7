"""The keys that a server answers to, kept in SQL: made, listed, revoked, looked up, and what each may spend.

Knows nothing about requests; a key's text is never kept, only its hash.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from shopper.database import Database, MetaRow
from shopper.errors import BadInput, NotFound
from shopper.web.limits import OverLimit
from shopper.web.tables import ApiKeyRow, KeyUsageRow

log = logging.getLogger(__name__)

Kind = Literal["secret", "publishable"]

_PREFIX: dict[Kind, str] = {"secret": "sk_", "publishable": "pk_"}
_FRESH_SECONDS = 2.0  # how long a process goes on with the keys it read: so fast does a revocation act
_USED_SECONDS = 60.0  # how often a key's last use is noted
_TOKEN_SECRET = "thread_token_secret"  # noqa: S105  # a name, not a secret
_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:*]+", re.IGNORECASE)


@dataclass(frozen=True)
class ApiKey:
    """A key as it is kept; `id` owns the threads made with it. A cap of 0 is none."""

    id: str
    kind: Kind
    name: str
    hint: str
    origins: frozenset[str]
    rate: int
    daily_turns: int
    daily_tokens: int
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def hashed(key: str) -> str:
    """A key's hash. Its 256 random bits can't be searched through, so one plain round is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


class Keys:
    """Reads and writes the keys of one database; what is read stays good for two seconds."""

    def __init__(self, db: Database, *, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock
        self._known: dict[str, ApiKey] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._noted: dict[str, float] = {}
        self._notes: set[asyncio.Task[None]] = set()
        self._secret: bytes | None = None

    # ── made, listed, revoked ───────────────────────────────────────────────────────────────────────

    async def create(
        self,
        kind: Kind,
        *,
        origins: Sequence[str] = (),
        name: str = "",
        rate: int = 0,
        daily_turns: int = 0,
        daily_tokens: int = 0,
    ) -> tuple[str, ApiKey]:
        """A new key's text, which can't be had again, and what is kept of it."""
        allowed = sorted({_origin(origin) for origin in origins})
        if kind == "publishable" and not allowed:
            raise BadInput("A publishable key needs the origin of each page that uses it.", field="origin")
        if min(rate, daily_turns, daily_tokens) < 0:
            raise BadInput("A limit can't be below 0.", field="rate")
        text = _PREFIX[kind] + secrets.token_urlsafe(32)
        digest = hashed(text)
        row: dict[str, Any] = {"id": digest[:16], "hash": digest, "kind": kind, "name": name[:100]}
        row |= {"hint": text[:7] + "…", "origins": allowed, "created_at": self._clock(), "rate": rate}
        row |= {"daily_turns": daily_turns, "daily_tokens": daily_tokens}
        async with self._db.transaction() as session:
            await session.execute(insert(ApiKeyRow).values(**row))
        self._read_at = float("-inf")
        return text, (await self._all())[digest]

    async def listed(self) -> list[ApiKey]:
        """Every key there ever was, oldest first."""
        return sorted((await self._read()).values(), key=lambda key: (key.created_at, key.id))

    async def revoke(self, which: str) -> ApiKey:
        """Revoke a key by its id or its text; NotFound where there is none that still works."""
        key_id = hashed(which)[:16] if which.startswith(tuple(_PREFIX.values())) else which
        async with self._db.transaction() as session:
            done = await session.execute(
                update(ApiKeyRow)
                .where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None))
                .values(revoked_at=self._clock())
            )
        if not done.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
            raise NotFound("There is no such key, or it is revoked already.")
        self._read_at = float("-inf")
        return next(key for key in (await self._all()).values() if key.id == key_id)

    # ── looked up ───────────────────────────────────────────────────────────────────────────────────

    async def exist(self) -> bool:
        """Whether a key was ever made here; a server whose keys are all revoked stays shut."""
        return bool(await self._all())

    async def find(self, text: str) -> ApiKey | None:
        """The key with this text, if it still works; its use is noted."""
        key = (await self._all()).get(hashed(text))
        if key is None or key.revoked_at is not None:
            return None
        self._note_use(key.id)
        return key

    async def by_id(self, key_id: str) -> ApiKey | None:
        """The key with this id, if it still works."""
        known = (await self._all()).values()
        return next((key for key in known if key.id == key_id and key.revoked_at is None), None)

    async def origins(self) -> frozenset[str]:
        """Every origin that some working key allows."""
        live = (key for key in (await self._all()).values() if key.revoked_at is None)
        return frozenset(origin for key in live for origin in key.origins)

    async def token_secret(self) -> bytes:
        """What thread tokens are signed with; made once for all processes of a database."""
        if self._secret is None:
            try:
                async with self._db.transaction() as session:
                    await session.execute(
                        insert(MetaRow).values(key=_TOKEN_SECRET, value=secrets.token_hex(32))
                    )
            except IntegrityError:
                pass  # it was made before
            async with self._db.transaction() as session:
                value = await session.scalar(select(MetaRow.value).where(MetaRow.key == _TOKEN_SECRET))
            assert value is not None
            self._secret = bytes.fromhex(value)
        return self._secret

    # ── spent ───────────────────────────────────────────────────────────────────────────────────────

    async def spend_turn(self, key_id: str) -> None:
        """Count one turn of a key; OverLimit where that or its tokens are used up for today."""
        key = await self.by_id(key_id)
        if key is None:
            return
        now = self._clock()
        day = now.strftime("%Y-%m-%d")
        await self._usage_row(key_id, day)
        within = [KeyUsageRow.key_id == key_id, KeyUsageRow.day == day]
        if key.daily_turns:
            within.append(KeyUsageRow.turns < key.daily_turns)
        if key.daily_tokens:
            within.append(KeyUsageRow.tokens < key.daily_tokens)
        async with self._db.transaction() as session:
            counted = await session.execute(
                update(KeyUsageRow).where(*within).values(turns=KeyUsageRow.turns + 1)
            )
        if not counted.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
            midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            raise OverLimit(
                "This key has used up what it may spend today; it goes on at midnight UTC.",
                retry_after=max(1, int((midnight - now).total_seconds())),
            )

    async def spend_tokens(self, key_id: str, tokens: int) -> None:
        """Count what a language model took and gave in a turn of this key."""
        day = self._clock().strftime("%Y-%m-%d")
        await self._usage_row(key_id, day)
        async with self._db.transaction() as session:
            await session.execute(
                update(KeyUsageRow)
                .where(KeyUsageRow.key_id == key_id, KeyUsageRow.day == day)
                .values(tokens=KeyUsageRow.tokens + tokens)
            )

    async def spent(self, day: str | None = None) -> dict[str, tuple[int, int]]:
        """Turns and tokens by key on a day (today, if none is given)."""
        day = day or self._clock().strftime("%Y-%m-%d")
        async with self._db.transaction() as session:
            rows = await session.scalars(select(KeyUsageRow).where(KeyUsageRow.day == day))
            return {row.key_id: (row.turns, row.tokens) for row in rows}

    async def close(self) -> None:
        """Finish noting uses."""
        await asyncio.gather(*self._notes)

    async def _usage_row(self, key_id: str, day: str) -> None:
        there = select(KeyUsageRow.key_id).where(KeyUsageRow.key_id == key_id, KeyUsageRow.day == day)
        async with self._db.transaction() as session:
            if await session.scalar(there):
                return
        try:
            async with self._db.transaction() as session:
                await session.execute(insert(KeyUsageRow).values(key_id=key_id, day=day, turns=0, tokens=0))
        except IntegrityError:
            pass  # another turn made it at the same moment

    async def _all(self) -> dict[str, ApiKey]:
        if time.monotonic() - self._read_at > _FRESH_SECONDS:
            async with self._reading:
                if time.monotonic() - self._read_at > _FRESH_SECONDS:
                    self._known = await self._read()
                    self._read_at = time.monotonic()
        return self._known

    async def _read(self) -> dict[str, ApiKey]:
        async with self._db.transaction() as session:
            return {row.hash: _key(row) for row in await session.scalars(select(ApiKeyRow))}

    def _note_use(self, key_id: str) -> None:
        now = time.monotonic()
        if now - self._noted.get(key_id, float("-inf")) < _USED_SECONDS:
            return
        self._noted[key_id] = now
        task = asyncio.create_task(self._used(key_id))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _used(self, key_id: str) -> None:
        now = self._clock()
        try:
            async with self._db.transaction() as session:
                await session.execute(
                    update(ApiKeyRow)
                    .where(
                        ApiKeyRow.id == key_id,
                        or_(ApiKeyRow.last_used_at.is_(None), ApiKeyRow.last_used_at < now),
                    )
                    .values(last_used_at=now)
                )
        except SQLAlchemyError as error:
            # No request fails for the sake of a date in a list.
            log.warning("the use of a key could not be noted: %s", type(error).__name__)


async def forget_old_usage(db: Database, before: datetime) -> None:
    """Delete what was spent on days before `before`."""
    async with db.transaction() as session:
        await session.execute(delete(KeyUsageRow).where(KeyUsageRow.day < before.strftime("%Y-%m-%d")))


def _origin(text: str) -> str:
    origin = text.strip().rstrip("/").lower()
    if not _ORIGIN.fullmatch(origin) or "*" in origin:
        raise BadInput(f"{text!r} isn't an origin; write https://shop.example.", field="origin")
    return origin


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        kind=cast(Kind, row.kind),
        name=row.name,
        hint=row.hint,
        origins=frozenset(row.origins),
        rate=row.rate,
        daily_turns=row.daily_turns,
        daily_tokens=row.daily_tokens,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
