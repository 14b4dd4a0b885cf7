"""Keeps the demand signal in SQL: a find costs the turn nothing, and what is kept is nobody's.

Knows nothing about conversations beyond that two of them differ.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shopper.database import Database, DemandHeardRow, DemandRow, DemandWordRow, MetaRow
from shopper.demand.asked import Asked, AskedReader
from shopper.demand.words import mostly_unknown, unsold_words
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.types import Page, ShopperQuery, Thread

log = logging.getLogger(__name__)

SPEAKERS = 3  # conversations that must have said a word before it is written down
KEEP_DAYS = 400
WAITING = 1000  # finds that may wait for the database; more are dropped and counted
_PAUSE = 2.0  # seconds in which finds gather before they are written together
_BATCH = 200
_WORD_KEY, _DAY_KEY = "demand_word_key", "demand_day_key"


@dataclass(frozen=True)
class _Note:
    """A find on its way to the database; `thread_id` is hashed there with a key that the day ends."""

    day: str
    source: str
    asked: Asked
    words: tuple[str, ...] = ()
    thread_id: str | None = None


class DemandRecorder:
    """Records finds. `record` returns at once; a task of its own writes them, several at a time."""

    def __init__(
        self,
        db: Database,
        *,
        taxonomy: Taxonomy,
        vocabulary: Callable[[], CatalogVocabulary],
        knows: Callable[[str], bool],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        keep_days: int = KEEP_DAYS,
        pause: float = _PAUSE,
    ) -> None:
        self._db, self._taxonomy, self._vocabulary, self._knows = db, taxonomy, vocabulary, knows
        self._clock, self._keep_days, self._pause = clock, keep_days, pause
        self._waiting: list[_Note] = []
        self._writer: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()
        self._reader: AskedReader | None = None
        self._reads: CatalogVocabulary | None = None
        self._forgot_on = ""
        self.dropped = 0  # finds that were not kept, for want of room or a database

    def record(
        self,
        query: ShopperQuery,
        page: Page,
        *,
        before: ShopperQuery | None = None,
        thread: Thread | None = None,
        said: str = "",
        weak: bool = False,
    ) -> None:
        """Take note of a find; `before` is the query it refines, `said` the message, in which only names are
        sought.

        Without a `thread` no word is counted, since nobody could tell how many said it.
        """
        if len(self._waiting) >= WAITING:
            self.dropped += 1
            return
        try:
            self._waiting.append(self._note(query, page, before, thread, said, weak))
        except Exception:
            # A fault of the report must not become the shopper's.
            log.exception("a find could not be read for the report")
            self.dropped += 1
            return
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write_soon())

    def _note(
        self,
        query: ShopperQuery,
        page: Page,
        before: ShopperQuery | None,
        thread: Thread | None,
        said: str,
        weak: bool,
    ) -> _Note:
        now = self._clock()
        asked = self._asked_reader().read(query, page, before, weak=weak)
        lexicon, text = self._taxonomy.lexicon, query.text or ""
        if page.items and not asked.facts and mostly_unknown(text, lexicon=lexicon, knows=self._knows):
            asked = replace(asked, weak=True)
        # A conversation's words count on the day it began, so that each one counts once.
        counted = thread is not None and thread.created_at.date() == now.date()
        words: tuple[str, ...] = ()
        if counted:
            words = unsold_words(text, asked.unknown, said=said, lexicon=lexicon, knows=self._knows)
        return _Note(
            day=now.date().isoformat(),
            source="search" if thread is None else "chat",
            asked=asked,
            words=words,
            thread_id=thread.id if thread and words else None,
        )

    def _asked_reader(self) -> AskedReader:
        vocabulary = self._vocabulary()
        if self._reader is None or self._reads is not vocabulary:
            self._reader, self._reads = AskedReader(self._taxonomy, vocabulary), vocabulary
        return self._reader

    async def _write_soon(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._pause)
            await self.flush()

    async def flush(self) -> None:
        """Write what waits."""
        async with self._writing:
            while self._waiting:
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                if not await self._written(batch):
                    self.dropped += len(batch)
                    log.warning("%d finds were not kept for the report", len(batch))

    async def close(self) -> None:
        """Write what waits and stop."""
        await self.flush()
        if self._writer is not None:
            self._writer.cancel()

    async def _written(self, batch: Sequence[_Note]) -> bool:
        """Whether the batch was kept, at the second try if need be: two servers may make the keys at once."""
        for _ in range(2):
            try:
                await self._write(batch)
                return True
            except Exception as error:
                # A busy database costs the report a few finds, never a shopper an answer.
                log.info("the report's finds could not be written: %s", type(error).__name__)
        return False

    async def _write(self, batch: Sequence[_Note]) -> None:
        today = self._clock().date().isoformat()
        rows = [_row(note) for note in batch]
        random.shuffle(rows)  # the order of a conversation's finds is nobody's business
        async with self._db.transaction() as session:
            await session.execute(insert(DemandRow), rows)
            if any(note.words for note in batch):
                await self._hear(session, batch, today)
            if today != self._forgot_on:
                await self._forget(session)
        self._forgot_on = today

    async def _hear(self, session: AsyncSession, batch: Sequence[_Note], today: str) -> None:
        word_key = await _secret(session, _WORD_KEY)
        day_key = await _secret(session, _DAY_KEY, today)
        for note in batch:
            if note.thread_id is None or note.day != today:
                continue  # its day, and with it the key, is over
            for word in note.words:
                key = _hash(word_key, word)
                # The word is hashed in, so that two words of one conversation can't be joined.
                speaker = _hash(day_key, f"{note.thread_id} {word}")
                heard = (key, today, speaker)
                if await session.get(DemandHeardRow, heard) is not None:
                    continue
                session.add(DemandHeardRow(key=key, day=today, speaker=speaker))
                await session.flush()
                await _write_down(session, key, word)

    async def _forget(self, session: AsyncSession) -> None:
        """Erase what is older than the report may look back."""
        oldest = (self._clock() - timedelta(days=self._keep_days)).date().isoformat()
        await session.execute(delete(DemandRow).where(DemandRow.day < oldest))
        await session.execute(delete(DemandHeardRow).where(DemandHeardRow.day < oldest))
        heard = select(DemandHeardRow.key).distinct()
        await session.execute(delete(DemandWordRow).where(DemandWordRow.key.not_in(heard)))


async def _write_down(session: AsyncSession, key: str, word: str) -> None:
    """Know the hash, and the word itself once enough conversations said it."""
    # Locked, so that of two servers the second one counts what the first has heard.
    row = await session.get(DemandWordRow, key, with_for_update=True)
    if row is None:
        session.add(DemandWordRow(key=key, word=None))
        return
    if row.word is None:
        said = select(func.count()).select_from(DemandHeardRow).where(DemandHeardRow.key == key)
        if (await session.scalar(said) or 0) >= SPEAKERS:
            row.word = word


async def _secret(session: AsyncSession, name: str, day: str = "") -> bytes:
    """A random key kept in the database; one with a `day` is overwritten, for good, on the next."""
    kept: str | None = await session.scalar(select(MetaRow.value).where(MetaRow.key == name))
    if kept is not None and kept.partition(":")[0] == day:
        return bytes.fromhex(kept.partition(":")[2])
    fresh = secrets.token_bytes(16)
    value = f"{day}:{fresh.hex()}"
    if kept is None:
        await session.execute(insert(MetaRow).values(key=name, value=value))
    else:
        await session.execute(update(MetaRow).where(MetaRow.key == name).values(value=value))
    return fresh


def _hash(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def _row(note: _Note) -> dict[str, Any]:
    asked = note.asked
    return {
        "id": secrets.token_hex(16),
        "day": note.day,
        "source": note.source,
        "facts": asked.facts,
        "total": asked.total,
        "weak": asked.weak,
        "absence_reason": asked.absence_reason,
        "absence_field": asked.absence_field,
        "absence_value": asked.absence_value,
        "relaxed": [list(pair) for pair in asked.relaxed],
        "refined": list(asked.refined),
    }
