"""Runs: one turn's work, which goes on when its reader goes away, can be resumed and can be stopped.

Knows nothing about how a reply comes about or how HTTP frames it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import get_usage_metadata_callback
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from shopper.chat.threads import ThreadStore
from shopper.errors import Conflict, NotFound, ShopperError
from shopper.spans import span
from shopper.types import Failed, ReplyEvent
from shopper.web.signals import RunSignals
from shopper.web.stream import Part, PartEncoder
from shopper.web.tracing import tell_turn

log = logging.getLogger(__name__)

_KEEP_SECONDS = 10.0  # how long an ended run stays in memory for readers that are behind
_STORE_SECONDS = 0.3  # how often a run's parts are stored; most turns end before
_BEAT_SECONDS = 1.0
_POLL_SECONDS = 0.25  # how often another process' run is read
_STOP_SECONDS = 15.0  # how long another process may take to stop a run

INTERRUPTED = "This answer was interrupted; please ask again."
_RESTARTING = "The server was restarted in the middle of this answer; please ask again."
_BROKEN = "Something went wrong on our side; please try again."


@dataclass
class Run:
    """A run in this process: its parts so far, and whether more will come."""

    id: str
    thread_id: str
    owner: str | None = None
    key_id: str | None = None
    parts: list[Part] = field(default_factory=list)
    events: list[ReplyEvent] = field(default_factory=list)
    usage: dict[str, tuple[int, int]] = field(default_factory=dict)  # tokens in and out by model
    ended: bool = False
    stored: int = 0  # parts that are in SQL
    closing: bool = False  # the server stops, which the reader is told
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    work: asyncio.Task[str] | None = None  # may be cancelled
    over: asyncio.Event = field(default_factory=asyncio.Event)  # the work has ended, its record hasn't

    async def follow(self, after: int = 0) -> AsyncIterator[tuple[int, Part]]:
        """Every part from number `after` on, with its number (from 1), as it comes."""
        position = after
        while True:
            await self._grown(position)
            while position < len(self.parts):
                position += 1
                yield position, self.parts[position - 1]
            if self.ended:
                return

    async def _grown(self, position: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.ended or len(self.parts) > position)

    async def wait(self) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.ended)


class Runs:
    """The runs of this process; those of others, and ended ones, are read from SQL."""

    def __init__(
        self,
        threads: ThreadStore,
        signals: RunSignals,
        *,
        on_end: Callable[[Run], Awaitable[None]],
    ) -> None:
        self._threads = threads
        self._signals = signals
        self._on_end = on_end  # told of each run that ends, however it is read
        self._live: dict[str, Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pulse: asyncio.Task[None] | None = None

    async def claim(self, thread_id: str) -> str:
        """The id of a new run, the only one of its thread; Conflict while another one runs."""
        try:
            return await self._threads.start_run(thread_id)
        except Conflict:
            if not await self._signals.end_dead(thread_id=thread_id):
                raise
            return await self._threads.start_run(thread_id)

    async def start(
        self,
        run_id: str,
        thread_id: str,
        owner: str | None,
        reply: AsyncIterator[ReplyEvent],
        encoder: PartEncoder,
        *,
        key_id: str | None = None,
    ) -> Run:
        """Begin the work of `reply` in the background; `key_id` is the key in SQL that pays for it."""
        run = Run(run_id, thread_id, owner, key_id, parts=[encoder.start()])
        self._live[run_id] = run
        run.work = asyncio.create_task(self._work(run, reply, encoder))
        self._background(self._record(run, encoder))
        if self._pulse is None or self._pulse.done():
            self._pulse = asyncio.create_task(self._beat())
        return run

    async def stop(self, run_id: str, owner: str | None) -> None:
        """Stop the work, here or in another process, and wait for its end; an ended run stays as it is."""
        run = self._live.get(run_id)
        if run is not None and run.owner == owner:
            await self._stop_here(run)
            return
        if await self._threads.run(run_id, owner) != "running":  # NotFound for a foreign or unknown run
            return
        await self._signals.ask_stop(run_id)
        with suppress(TimeoutError):  # its process is stuck; it stops when it comes to
            async with asyncio.timeout(_STOP_SECONDS):
                while await self._threads.run_status(run_id) == "running":
                    await self._signals.end_dead(run_id=run_id)
                    await asyncio.sleep(_POLL_SECONDS)

    async def forget_thread(self, thread_id: str) -> None:
        """Stop and forget the runs of a thread that is about to be erased."""
        for run in [run for run in self._live.values() if run.thread_id == thread_id]:
            await self._stop_here(run)
            self._live.pop(run.id, None)

    async def follow(self, run_id: str, owner: str | None, after: int = 0) -> AsyncIterator[tuple[int, Part]]:
        """The parts of a run from `after` on: live ones as they come, others from SQL."""
        run = self._live.get(run_id)
        if run is not None:
            if run.owner != owner:
                raise NotFound("There is no such run.")
            return run.follow(after)
        await self._threads.run(run_id, owner)
        return self._stored(run_id, after)

    async def close(self) -> None:
        """Stop all work, for shutting down; its readers are told."""
        for run in list(self._live.values()):
            run.closing = True
            await self._stop_here(run)
        while self._tasks:
            await asyncio.gather(*self._tasks)
        if self._pulse is not None:
            self._pulse.cancel()

    async def _stop_here(self, run: Run) -> None:
        if run.work is not None and not run.ended:
            run.work.cancel()
            await run.wait()

    async def _stored(self, run_id: str, after: int) -> AsyncIterator[tuple[int, Part]]:
        """What SQL holds of a run, and more of it as another process writes it."""
        last = after
        while True:
            status = await self._threads.run_status(run_id)  # before its parts, so that none is missed
            for seq, data in await self._threads.events_after(run_id, last):
                last = seq
                yield seq, json.loads(data)
            if status != "running":
                break
            if not await self._signals.end_dead(run_id=run_id):
                await asyncio.sleep(_POLL_SECONDS)
        for number, part in enumerate(await self._rest(run_id), start=last + 1):
            yield number, part

    async def _rest(self, run_id: str) -> list[Part]:
        """What closes a run whose process died: nothing of it is missing if it was told to its end."""
        open_text = None
        for _seq, data in await self._threads.events_after(run_id, 0):
            part = json.loads(data)
            match part["type"]:
                case "finish":
                    return []
                case "text-start":
                    open_text = part["id"]
                case "text-end":
                    open_text = None
        end: list[Part] = [{"type": "text-end", "id": open_text}] if open_text else []
        return [*end, {"type": "error", "errorText": INTERRUPTED}, {"type": "finish"}]

    async def _work(self, run: Run, reply: AsyncIterator[ReplyEvent], encoder: PartEncoder) -> str:
        """Tell what the reply tells; how it ended."""
        status = "done"
        with span("chat.turn", **{"shopper.run_id": run.id}) as told, get_usage_metadata_callback() as used:
            try:
                async for event in reply:
                    run.events.append(event)
                    if isinstance(event, Failed):
                        status = "failed"
                    await _tell(run, list(encoder.parts(event)))
            finally:
                run.usage = {
                    model: (int(count["input_tokens"]), int(count["output_tokens"]))
                    for model, count in used.usage_metadata.items()
                }
                tell_turn(told, run.events)
        return status

    async def _record(self, run: Run, encoder: PartEncoder) -> None:
        """Store a run's parts while it works, and how it ended."""
        assert run.work is not None
        writing = asyncio.create_task(self._write(run))
        await asyncio.wait({run.work})
        status = await self._closed(run, encoder)
        run.over.set()
        await writing
        try:
            await self._store(run)
            await self._threads.end_run(run.id, status)
            await self._on_end(run)
        except IntegrityError:
            log.info("run %s was erased with its conversation", run.id)
        except Exception:
            # Its readers get their end in any case; to others it is a run whose process died.
            log.exception("run %s could not be recorded", run.id)
        async with run.changed:
            run.ended = True
            run.changed.notify_all()
        asyncio.get_running_loop().call_later(_KEEP_SECONDS, self._live.pop, run.id, None)

    async def _closed(self, run: Run, encoder: PartEncoder) -> str:
        """Tell the end of a run that didn't come to its own; how it ended."""
        assert run.work is not None
        failed: Failed | None = None
        if run.work.cancelled():
            status = "stopped"
            if run.closing:
                status, failed = "failed", Failed(message=_RESTARTING)
        elif (error := run.work.exception()) is not None:
            status = "failed"
            if isinstance(error, ShopperError):
                failed = Failed(message=error.message)
            else:
                log.error("run %s failed", run.id, exc_info=error)
                failed = Failed(message=_BROKEN)
        else:
            status = run.work.result()
        if failed is not None:
            run.events.append(failed)
            await _tell(run, list(encoder.parts(failed)))
        if run.parts[-1]["type"] != "finish":
            await _tell(run, list(encoder.end()))
        return status

    async def _write(self, run: Run) -> None:
        """Store a run's parts in small batches until its work is over."""
        while not run.over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(run.over.wait(), _STORE_SECONDS)
                return
            try:
                await self._store(run)
            except IntegrityError:
                assert run.work is not None
                run.work.cancel()  # the conversation was erased under it
                return
            except SQLAlchemyError as error:
                log.warning("parts of run %s wait to be stored: %s", run.id, type(error).__name__)

    async def _store(self, run: Run) -> None:
        new = run.parts[run.stored :]
        await self._threads.append_events(run.id, _rows(new, run.stored + 1))
        run.stored += len(new)

    async def _beat(self) -> None:
        """While runs work here: say so, and hear which are to stop."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            working = {run.id: run for run in self._live.values() if not run.over.is_set()}
            if not working:
                return
            try:
                asked = await self._signals.beat(working)
            except SQLAlchemyError as error:
                log.warning("no sign of life could be given: %s", type(error).__name__)
                continue
            for run_id in asked:
                if (task := working[run_id].work) is not None:
                    task.cancel()

    def _background(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _tell(run: Run, parts: list[Part]) -> None:
    async with run.changed:
        run.parts.extend(parts)
        run.changed.notify_all()


def _rows(parts: Sequence[Part], first: int) -> list[tuple[int, str]]:
    """Parts as stored rows, numbered as they were sent."""
    return [(seq, json.dumps(part, ensure_ascii=False)) for seq, part in enumerate(parts, start=first)]


def collect(run: Run) -> dict[str, Any]:
    """The last part of each kind of an ended run, and the text in one piece."""
    body: dict[str, Any] = {"text": "".join(p["delta"] for p in run.parts if p["type"] == "text-delta")}
    for part in run.parts:
        if part["type"].startswith("data-") and part["type"] != "data-status":
            body[part["type"].removeprefix("data-")] = part["data"]
        elif part["type"] == "error":
            body["error"] = part["errorText"]
        elif part["type"] == "finish":
            body["finish"] = part.get("messageMetadata", {})
    return body
