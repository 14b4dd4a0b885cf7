"""Runs: one turn's work, which goes on when its reader goes away, can be resumed and can be stopped.

Knows nothing about how a reply comes about or how HTTP frames it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shopper.chat.threads import ThreadStore
from shopper.errors import NotFound, ShopperError
from shopper.types import Failed, ReplyEvent
from shopper.web.stream import Part, PartEncoder

log = logging.getLogger(__name__)

_KEEP_SECONDS = 60.0  # how long an ended run stays in memory for readers that come back


@dataclass
class Run:
    """A run in this process: its parts so far, and whether more will come."""

    id: str
    thread_id: str
    parts: list[Part] = field(default_factory=list)
    events: list[ReplyEvent] = field(default_factory=list)
    ended: bool = False
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None

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
    """The runs of this process; ended ones are read from SQL."""

    def __init__(self, threads: ThreadStore, *, on_end: Callable[[Sequence[ReplyEvent]], None]) -> None:
        self._threads = threads
        self._on_end = on_end  # told the events of each run that ends, however it is read
        self._live: dict[str, Run] = {}
        self._owners: dict[str, str | None] = {}

    async def start(
        self,
        run_id: str,
        thread_id: str,
        owner: str | None,
        reply: AsyncIterator[ReplyEvent],
        encoder: PartEncoder,
    ) -> Run:
        """Begin the work of `reply` in the background."""
        run = Run(run_id, thread_id, parts=[encoder.start()])
        self._live[run_id] = run
        self._owners[run_id] = owner
        run.task = asyncio.create_task(self._work(run, reply, encoder))
        return run

    async def stop(self, run_id: str, owner: str | None) -> None:
        """Stop the work; returns when it has ended. Stopping an ended run changes nothing."""
        run = self._live.get(run_id)
        if run is None or self._owners.get(run_id) != owner:
            await self._threads.run(run_id, owner)  # NotFound for a foreign or unknown run
            return
        if run.task and not run.ended:
            run.task.cancel()
            await run.wait()

    async def follow(self, run_id: str, owner: str | None, after: int) -> AsyncIterator[tuple[int, Part]]:
        """The parts of a run from `after` on: live ones as they come, ended ones from SQL."""
        run = self._live.get(run_id)
        if run is not None:
            if self._owners.get(run_id) != owner:
                raise NotFound("There is no such run.")
            return run.follow(after)
        await self._threads.run(run_id, owner)
        return self._stored(run_id, after)

    async def close(self) -> None:
        """Stop all work, for shutting down."""
        for run in list(self._live.values()):
            if run.task and not run.ended:
                run.task.cancel()
                await run.wait()

    async def _stored(self, run_id: str, after: int) -> AsyncIterator[tuple[int, Part]]:
        last = after
        finished = False
        for seq, data in await self._threads.events_after(run_id, after):
            last, part = seq, json.loads(data)
            finished = part["type"] == "finish"
            yield seq, part
        if not finished and last == after:
            yield last + 1, {"type": "error", "errorText": "This answer was interrupted; please ask again."}
            yield last + 2, {"type": "finish"}

    async def _work(self, run: Run, reply: AsyncIterator[ReplyEvent], encoder: PartEncoder) -> None:
        status = "done"
        try:
            async for event in reply:
                run.events.append(event)
                if isinstance(event, Failed):
                    status = "failed"
                await self._tell(run, list(encoder.parts(event)))
        except asyncio.CancelledError:
            status = "stopped"
        except Exception as error:
            status = "failed"
            message = "Something went wrong on our side; please try again."
            if isinstance(error, ShopperError):
                message = error.message
            else:
                log.exception("run %s failed", run.id)
            failed = Failed(message=message)
            run.events.append(failed)
            await self._tell(run, list(encoder.parts(failed)))
        if run.parts[-1]["type"] != "finish":
            await self._tell(run, list(encoder.end()))
        await self._finish(run, status)

    async def _tell(self, run: Run, parts: list[Part]) -> None:
        async with run.changed:
            run.parts.extend(parts)
            run.changed.notify_all()

    async def _finish(self, run: Run, status: str) -> None:
        self._on_end(run.events)
        try:
            await self._threads.append_events(run.id, _merged(run.parts))
            await self._threads.end_run(run.id, status)
        except Exception:
            # The thread may have been deleted under the run; its readers still get their end.
            log.exception("run %s could not be recorded", run.id)
        async with run.changed:
            run.ended = True
            run.changed.notify_all()
        asyncio.get_running_loop().call_later(_KEEP_SECONDS, self._forget, run.id)

    def _forget(self, run_id: str) -> None:
        self._live.pop(run_id, None)
        self._owners.pop(run_id, None)


def _merged(parts: list[Part]) -> list[tuple[int, str]]:
    """The parts as stored rows, numbered as they were sent."""
    return [(seq, json.dumps(part, ensure_ascii=False)) for seq, part in enumerate(parts, start=1)]


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
