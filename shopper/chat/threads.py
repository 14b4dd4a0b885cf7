"""Conversations in SQL: threads, their messages, photos and runs.

Knows nothing about how replies come about; every read names the owner, and a foreign thread isn't there.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shopper.chat.preferences import Preferences
from shopper.database import Database, FeedbackRow, MessageRow, PhotoRow, RunEventRow, RunRow, ThreadRow
from shopper.errors import BadInput, Conflict, NotFound
from shopper.types import Photo, Recommendation, Thread, Turn

RECENT_TURNS = 40  # how many turns a reply looks back on

_KEPT_TURNS = 400  # read ones, in memory

# No turn takes so long: the model is given up after a minute.
LONGEST_RUN = timedelta(minutes=10)


class ThreadSummary(NamedTuple):
    """A conversation in a list."""

    id: str
    created_at: datetime
    updated_at: datetime


class ThreadStore:
    """Reads and writes conversations."""

    def __init__(self, db: Database, *, clock: Callable[[], datetime], ids: Callable[[], str]) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._read: OrderedDict[str, Turn] = OrderedDict()

    # ── threads ─────────────────────────────────────────────────────────────────────────────────────

    async def create(self, owner: str | None, *, thread_id: str | None = None) -> Thread:
        """A new, empty conversation."""
        thread_id, now = thread_id or self._ids(), self._clock()
        row: dict[str, Any] = {"id": thread_id, "owner": owner, "state": {}}
        row |= {"created_at": now, "updated_at": now}
        async with self._db.transaction() as session:
            await session.execute(insert(ThreadRow).values(**row))
        return Thread(id=thread_id, created_at=now)

    async def ensure(self, thread_id: str, owner: str | None) -> None:
        """The conversation of that id is there and `owner`'s; NotFound where it is somebody else's."""
        try:
            await self.check(thread_id, owner)
        except NotFound:
            try:
                await self.create(owner, thread_id=thread_id)
            except IntegrityError:
                await self.check(thread_id, owner)  # made at the same moment, or a foreign one

    async def check(self, thread_id: str, owner: str | None) -> None:
        """NotFound unless the thread is there and `owner`'s."""
        async with self._db.transaction() as session:
            await self._row(session, thread_id, owner)

    async def get(self, thread_id: str, owner: str | None) -> Thread:
        """The conversation with its latest turns, oldest first."""
        return (await self.opened(thread_id, owner))[0]

    async def opened(self, thread_id: str, owner: str | None) -> tuple[Thread, Memory]:
        """The conversation with its latest turns, oldest first, and what is kept beside them."""
        async with self._db.transaction() as session:
            row = await self._row(session, thread_id, owner)
            found = await session.scalars(
                select(MessageRow)
                .where(MessageRow.thread_id == thread_id)
                .order_by(MessageRow.seq.desc())
                .limit(RECENT_TURNS)
            )
            turns = tuple(self._turn(message) for message in reversed(found.all()))
        return Thread(id=thread_id, created_at=row.created_at, turns=turns), _memory(row.state)

    async def page(
        self, owner: str | None, *, cursor: str | None = None, limit: int = 50
    ) -> tuple[tuple[ThreadSummary, ...], str | None]:
        """A page of `owner`'s conversations, newest first, and the cursor of the next page or None."""
        listed = select(ThreadRow.id, ThreadRow.created_at, ThreadRow.updated_at).where(_owned_by(owner))
        if cursor is not None:
            made, thread_id = _place(cursor)
            listed = listed.where(
                or_(
                    ThreadRow.created_at < made,
                    and_(ThreadRow.created_at == made, ThreadRow.id < thread_id),
                )
            )
        listed = listed.order_by(ThreadRow.created_at.desc(), ThreadRow.id.desc()).limit(limit + 1)
        async with self._db.transaction() as session:
            rows = [ThreadSummary(*row) for row in await session.execute(listed)]
        page = tuple(rows[:limit])
        return page, _cursor(page[-1]) if len(rows) > limit else None

    async def delete(self, thread_id: str, owner: str | None) -> None:
        """Erase the thread with its messages, photos, runs, feedback and cart."""
        async with self._db.transaction() as session:
            await self._row(session, thread_id, owner)
            await session.execute(delete(ThreadRow).where(ThreadRow.id == thread_id))

    async def memory(self, thread_id: str, owner: str | None) -> Memory:
        """What is kept beside the messages: what the shopper lets us remember, and the look in sight."""
        async with self._db.transaction() as session:
            return _memory((await self._row(session, thread_id, owner)).state)

    async def preferences(self, thread_id: str, owner: str | None) -> Preferences:
        """What the shopper lets us remember."""
        return (await self.memory(thread_id, owner)).preferences

    async def set_preferences(self, thread_id: str, owner: str | None, preferences: Preferences) -> None:
        """Replace what is remembered."""
        body = preferences.model_dump(mode="json", exclude_defaults=True)
        await self._keep(thread_id, owner, {"preferences": body})

    async def keep_look(self, thread_id: str, owner: str | None, pieces: Sequence[Recommendation]) -> None:
        """Keep which pieces make the outfit that is in sight."""
        look = [[piece.product.id, piece.color] for piece in pieces]
        await self._keep(thread_id, owner, {"look": look})

    async def keep_usage(self, thread_id: str, owner: str | None, prompt_tokens: int) -> None:
        """Keep how many tokens a model has read in this conversation so far."""
        await self._keep(thread_id, owner, {"prompt_tokens": prompt_tokens})

    async def _keep(self, thread_id: str, owner: str | None, part: dict[str, Any]) -> None:
        async with self._db.transaction() as session:
            row = await self._row(session, thread_id, owner)
            await session.execute(
                update(ThreadRow).where(ThreadRow.id == thread_id).values(state={**_parts(row.state), **part})
            )

    # ── messages ────────────────────────────────────────────────────────────────────────────────────

    async def append(self, thread_id: str, *turns: Turn) -> None:
        """Add turns at the end, all or none."""
        async with self._db.transaction() as session:
            last = await session.scalar(
                select(func.max(MessageRow.seq)).where(MessageRow.thread_id == thread_id)
            )
            for seq, turn in enumerate(turns, start=(last or 0) + 1):
                body = turn.model_dump(
                    mode="json", exclude={"id", "role", "text", "created_at"}, exclude_defaults=True
                )
                await session.execute(
                    insert(MessageRow).values(
                        id=turn.id,
                        thread_id=thread_id,
                        seq=seq,
                        role=turn.role,
                        text=turn.text,
                        body=body,
                        created_at=turn.created_at,
                    )
                )
            await session.execute(
                update(ThreadRow).where(ThreadRow.id == thread_id).values(updated_at=self._clock())
            )

    async def messages(
        self, thread_id: str, owner: str | None, *, cursor: str | None = None, limit: int = 50
    ) -> tuple[tuple[Turn, ...], str | None]:
        """A page of turns, oldest first, and the cursor of the next page or None."""
        if cursor is not None and not cursor.isdigit():
            raise BadInput("That cursor wasn't given by this list.", field="cursor")
        async with self._db.transaction() as session:
            await self._row(session, thread_id, owner)
            found = await session.scalars(
                select(MessageRow)
                .where(MessageRow.thread_id == thread_id, MessageRow.seq > int(cursor or 0))
                .order_by(MessageRow.seq)
                .limit(limit + 1)
            )
            rows = found.all()
        page = rows[:limit]
        return tuple(self._turn(row) for row in page), str(page[-1].seq) if len(rows) > limit else None

    async def feedback(self, message_id: str, owner: str | None, *, rating: float, note: str = "") -> None:
        """Keep a judgement of one answer; a second one replaces the first."""
        async with self._db.transaction() as session:
            found = await session.scalar(
                select(MessageRow.id)
                .join(ThreadRow, ThreadRow.id == MessageRow.thread_id)
                .where(MessageRow.id == message_id, _owned_by(owner), MessageRow.role == "assistant")
            )
            if found is None:
                raise NotFound("There is no such message.")
            await session.execute(delete(FeedbackRow).where(FeedbackRow.message_id == message_id))
            await session.execute(
                insert(FeedbackRow).values(
                    message_id=message_id, rating=rating, note=note, created_at=self._clock()
                )
            )

    # ── photos ──────────────────────────────────────────────────────────────────────────────────────

    async def save_photo(
        self, photo: Photo, *, thread_id: str | None, owner: str | None, weight: float = 1.0
    ) -> None:
        """Keep a photo; one that is kept already is bound to the thread, with the weight it has there."""
        async with self._db.transaction() as session:
            kept = await session.execute(
                update(PhotoRow).where(PhotoRow.id == photo.id).values(thread_id=thread_id, weight=weight)
            )
            if kept.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
                return
            row: dict[str, Any] = {"id": photo.id, "thread_id": thread_id, "owner": owner, "weight": weight}
            row |= {"media_type": photo.media_type, "data": photo.data, "created_at": self._clock()}
            await session.execute(insert(PhotoRow).values(**row))

    async def photo(self, photo_id: str, owner: str | None) -> Photo:
        """A kept photo, or NotFound."""
        async with self._db.transaction() as session:
            row = await session.scalar(select(PhotoRow).where(PhotoRow.id == photo_id))
        if row is None or row.owner != owner:
            raise NotFound("There is no such photo.")
        return Photo(id=row.id, media_type=row.media_type, data=row.data)

    async def photo_weights(self, photo_ids: Sequence[str], owner: str | None) -> dict[str, float]:
        """How much each of these photos counts; ids that name no photo of `owner` are left out."""
        mine = PhotoRow.owner.is_(None) if owner is None else PhotoRow.owner == owner
        async with self._db.transaction() as session:
            found = await session.execute(
                select(PhotoRow.id, PhotoRow.weight).where(PhotoRow.id.in_(photo_ids), mine)
            )
            return {row.id: row.weight for row in found}

    # ── runs ────────────────────────────────────────────────────────────────────────────────────────

    async def start_run(self, thread_id: str) -> str:
        """Claim the thread for one turn; Conflict while another one runs."""
        run_id = self._ids()
        async with self._db.transaction() as session:
            # The write comes first, so that of two claims at once the second waits for the first.
            await session.execute(
                update(ThreadRow).where(ThreadRow.id == thread_id).values(updated_at=self._clock())
            )
            running = await session.scalar(
                select(RunRow.id).where(
                    RunRow.thread_id == thread_id,
                    RunRow.status == "running",
                    RunRow.created_at > self._clock() - LONGEST_RUN,  # an older one died with its process
                )
            )
            if running:
                raise Conflict("I'm still answering your last message in this conversation.")
            await session.execute(
                insert(RunRow).values(
                    id=run_id, thread_id=thread_id, status="running", created_at=self._clock()
                )
            )
        return run_id

    async def end_run(self, run_id: str, status: str) -> None:
        """Record how a run ended: done, failed or stopped."""
        async with self._db.transaction() as session:
            await session.execute(
                update(RunRow).where(RunRow.id == run_id).values(status=status, ended_at=self._clock())
            )

    async def run(self, run_id: str, owner: str | None) -> str:
        """A run's status, or NotFound."""
        async with self._db.transaction() as session:
            status = await session.scalar(
                select(RunRow.status)
                .join(ThreadRow, ThreadRow.id == RunRow.thread_id)
                .where(RunRow.id == run_id, _owned_by(owner))
            )
        if status is None:
            raise NotFound("There is no such run (it is not found here).")
        return status

    async def run_status(self, run_id: str) -> str | None:
        """A run's status, whoever owns it; None where it was erased."""
        async with self._db.transaction() as session:
            return await session.scalar(select(RunRow.status).where(RunRow.id == run_id))

    async def thread_of_run(self, run_id: str) -> str | None:
        """Which conversation a run belongs to, if there is such a run."""
        async with self._db.transaction() as session:
            return await session.scalar(select(RunRow.thread_id).where(RunRow.id == run_id))

    async def thread_of_message(self, message_id: str) -> str | None:
        """Which conversation a message belongs to, if there is such a message."""
        async with self._db.transaction() as session:
            return await session.scalar(select(MessageRow.thread_id).where(MessageRow.id == message_id))

    async def thread_of_photo(self, photo_id: str) -> str | None:
        """Which conversation a photo was used in, if it was in one."""
        async with self._db.transaction() as session:
            return await session.scalar(select(PhotoRow.thread_id).where(PhotoRow.id == photo_id))

    async def append_events(self, run_id: str, events: Sequence[tuple[int, str]]) -> None:
        """Keep what a run sent, by number."""
        if not events:
            return
        rows = [{"run_id": run_id, "seq": seq, "data": data} for seq, data in events]
        async with self._db.transaction() as session:
            await session.execute(insert(RunEventRow), rows)

    async def events_after(self, run_id: str, after: int) -> list[tuple[int, str]]:
        """What a run sent after event number `after`."""
        async with self._db.transaction() as session:
            found = await session.execute(
                select(RunEventRow.seq, RunEventRow.data)
                .where(RunEventRow.run_id == run_id, RunEventRow.seq > after)
                .order_by(RunEventRow.seq)
            )
            return [(seq, data) for seq, data in found.all()]

    async def end_orphaned_runs(self, *, alone: bool = True) -> int:
        """Mark runs that a stopped process left behind as failed: all of them, or where other processes may
        be serving, those that can't be theirs any more.
        """
        now = self._clock()
        async with self._db.transaction() as session:
            result = await session.execute(
                update(RunRow)
                .where(RunRow.status == "running", RunRow.created_at <= (now if alone else now - LONGEST_RUN))
                .values(status="failed", ended_at=self._clock())
            )
            return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult

    def _turn(self, row: MessageRow) -> Turn:
        """The turn of a row. Kept for a while: it never changes, and reading its cards takes milliseconds."""
        turn = self._read.get(row.id)
        if turn is None:
            known = {"id": row.id, "role": row.role, "text": row.text, "created_at": row.created_at}
            turn = self._read[row.id] = Turn.model_validate(row.body | known)
            if len(self._read) > _KEPT_TURNS:
                self._read.popitem(last=False)
        return turn

    async def _row(self, session: AsyncSession, thread_id: str, owner: str | None) -> ThreadRow:
        row = await session.scalar(select(ThreadRow).where(ThreadRow.id == thread_id, _owned_by(owner)))
        if row is None:
            raise NotFound("There is no such conversation.")
        return row


@dataclass(frozen=True)
class Memory:
    """What a conversation keeps beside its messages; `look` are product ids with their colours."""

    preferences: Preferences = field(default_factory=Preferences)
    look: tuple[tuple[str, str | None], ...] = ()
    prompt_tokens: int = 0  # that a model read in it so far


def _parts(state: Mapping[str, Any]) -> dict[str, Any]:
    """The stored parts; a state of before there were several holds preferences alone, given on request."""
    if not state or {"preferences", "look", "prompt_tokens"} & set(state):
        return dict(state)
    return {"preferences": {**{k: v for k, v in state.items() if k != "budget"}, "enabled": True}}


def _memory(state: Mapping[str, Any]) -> Memory:
    parts = _parts(state)
    look = tuple((str(id_), color) for id_, color in parts.get("look", ()))
    return Memory(Preferences.parse(parts.get("preferences")), look, int(parts.get("prompt_tokens", 0)))


def _cursor(thread: ThreadSummary) -> str:
    return urlsafe_b64encode(f"{thread.created_at.isoformat()} {thread.id}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, str]:
    """Behind which conversation a page begins."""
    try:
        text = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
        made, _, thread_id = text.partition(" ")
        at = datetime.fromisoformat(made)
        if at.tzinfo is None or "\x00" in thread_id:
            raise ValueError(made)
    except ValueError as error:
        raise BadInput("That cursor wasn't given by this list.", field="cursor") from error
    return at, thread_id


def _owned_by(owner: str | None) -> Any:
    return ThreadRow.owner.is_(None) if owner is None else ThreadRow.owner == owner
