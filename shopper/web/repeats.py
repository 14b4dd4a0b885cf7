"""Posts that carry an Idempotency-Key are done once: a repeated one gets the first one's answer again.

Knows nothing about what a post does. A streamed answer isn't copied; its run is read again by its route.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopper.database import Database
from shopper.errors import BadInput, NotAllowed, ShopperError
from shopper.web.auth import Caller
from shopper.web.problems import OtherBody, StillRunning, problem_of
from shopper.web.tables import RepeatRow

log = logging.getLogger(__name__)

KEPT = timedelta(hours=24)
_GIVEN_UP = timedelta(minutes=10)  # no request takes so long: its process died
_MAX_KEY = 255
_MIN_SHARED_KEY = 16  # of widgets, which share one publishable key: nobody may hit another's by chance
_MAX_KEPT_BYTES = 4 * 2**20
# Answers that say "not now": the same post may well succeed later.
_NOT_KEPT = frozenset({401, 402, 403, 408, 409, 425, 429})


@dataclass(frozen=True)
class Answer:
    """What the first post was answered."""

    status: int
    media_type: str | None
    body: bytes
    run_id: str | None = None


class Repeats:
    """The posts of the last day that carried a key, in SQL."""

    def __init__(self, db: Database, *, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

    async def begin(self, post: str, body_hash: str) -> str | Answer:
        """A claim for whoever comes first, the answer for who comes again.

        StillRunning while the first one isn't answered; OtherBody where it was another request.
        """
        claim = secrets.token_hex(16)
        for _attempt in range(3):
            if await self._claim(post, claim, body_hash):
                return claim
            async with self._db.transaction() as session:
                row = await session.scalar(select(RepeatRow).where(RepeatRow.id == post))
            if row is None:
                continue  # it was given up in this moment
            age = self._clock() - row.created_at
            if age > KEPT or (row.status is None and age > _GIVEN_UP):
                await self.give_up(post, row.claim)
                continue
            if row.body_hash != body_hash:
                raise OtherBody("That Idempotency-Key was used for another request.", field="Idempotency-Key")
            if row.status is None:
                break
            return Answer(row.status, row.media_type, row.body or b"", row.run_id)
        raise StillRunning("The first request with that Idempotency-Key is still being answered.")

    async def keep(self, post: str, claim: str, answer: Answer, thread_id: str | None) -> None:
        """Keep an answer for a day."""
        async with self._db.transaction() as session:
            await session.execute(
                update(RepeatRow)
                .where(RepeatRow.id == post, RepeatRow.claim == claim)
                .values(
                    status=answer.status,
                    media_type=answer.media_type,
                    body=answer.body,
                    run_id=answer.run_id,
                    thread_id=thread_id,
                )
            )

    async def give_up(self, post: str, claim: str) -> None:
        """Forget a post that came to nothing."""
        async with self._db.transaction() as session:
            await session.execute(delete(RepeatRow).where(RepeatRow.id == post, RepeatRow.claim == claim))

    async def forget_thread(self, thread_id: str) -> None:
        """Erase what was answered in a conversation."""
        async with self._db.transaction() as session:
            await session.execute(delete(RepeatRow).where(RepeatRow.thread_id == thread_id))

    async def forget_unanswered(self) -> None:
        """Forget the posts that a stopped process left behind; for a process that serves alone."""
        async with self._db.transaction() as session:
            await session.execute(delete(RepeatRow).where(RepeatRow.status.is_(None)))

    async def _claim(self, post: str, claim: str, body_hash: str) -> bool:
        row = {"id": post, "claim": claim, "body_hash": body_hash, "created_at": self._clock()}
        try:
            async with self._db.transaction() as session:
                await session.execute(insert(RepeatRow).values(**row))
        except IntegrityError:
            return False
        return True


# Tells who sent a request; refuses with a ShopperError.
Admit = Callable[[Request], Awaitable[Caller]]


class OncePerKey:
    """ASGI middleware: what `Repeats` says, for every post with an Idempotency-Key."""

    def __init__(self, app: ASGIApp, repeats: Repeats, admit: Admit) -> None:
        self._app, self._repeats, self._admit = app, repeats, admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        key = request.headers.get("idempotency-key")
        if key is None:
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._admit(request)
        except NotAllowed:
            # The route says so, too, unless it is one that an unguessable address opens.
            await self._app(scope, receive, send)
            return
        except ShopperError as error:
            await problem_of(error)(scope, receive, send)
            return
        try:
            post = _post(caller, request, key)
            body = await request.body()
            found = await self._repeats.begin(post, hashlib.sha256(body).hexdigest())
        except ShopperError as error:
            await problem_of(error)(scope, receive, send)
            return
        again = _said_again(body, receive)
        if isinstance(found, Answer):
            await self._answer_again(found, scope, again, send)
        else:
            await self._first(post, found, scope, again, send)

    async def _answer_again(self, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
        if answer.run_id is not None:
            scope["state"]["replay"] = answer.run_id
            await self._app(scope, receive, _marked(send))
            return
        headers = {"content-type": answer.media_type} if answer.media_type else {}
        await Response(answer.body, answer.status, headers)(scope, receive, _marked(send))

    async def _first(self, post: str, claim: str, scope: Scope, receive: Receive, send: Send) -> None:
        heard = _Heard()

        async def hearing(message: Message) -> None:
            heard.hear(message)
            if heard.run_id is not None and message["type"] == "http.response.start":
                # From here on a repeated post joins the run.
                await self._keep(post, claim, heard, scope)
            await send(message)

        try:
            await self._app(scope, receive, hearing)
        finally:
            if heard.run_id is None:
                await self._keep(post, claim, heard, scope)

    async def _keep(self, post: str, claim: str, heard: _Heard, scope: Scope) -> None:
        answer = heard.answer()
        if answer is None:
            await self._repeats.give_up(post, claim)
            return
        await self._repeats.keep(post, claim, answer, _thread_of(scope, answer))


@dataclass
class _Heard:
    """What an app answers, as it is sent."""

    status: int | None = None
    media_type: str | None = None
    run_id: str | None = None
    streamed: bool = False
    whole: bool = False
    body: bytearray = field(default_factory=bytearray)

    def hear(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = {name.lower(): value.decode("latin-1") for name, value in message["headers"]}
            self.status = message["status"]
            self.media_type = headers.get(b"content-type")
            self.streamed = (self.media_type or "").startswith("text/event-stream")
            self.run_id = headers.get(b"x-run-id") if self.streamed else None
        elif message["type"] == "http.response.body":
            if not self.streamed and len(self.body) <= _MAX_KEPT_BYTES:
                self.body += message.get("body", b"")
            self.whole = not message.get("more_body", False)

    def answer(self) -> Answer | None:
        """What is kept; None where the post may be tried again."""
        if self.status is None or self.status >= 500 or self.status in _NOT_KEPT:
            return None
        if self.run_id is not None:
            return Answer(self.status, self.media_type, b"", self.run_id)
        if self.streamed or not self.whole or len(self.body) > _MAX_KEPT_BYTES:
            return None
        return Answer(self.status, self.media_type, bytes(self.body))


def replayed_run(request: Request) -> str | None:
    """The run whose stream a repeated post gets, if this is one."""
    run_id: str | None = request.scope.get("state", {}).get("replay")
    return run_id


def _post(caller: Caller, request: Request, key: str) -> str:
    if not 1 <= len(key) <= _MAX_KEY:
        raise BadInput(f"An Idempotency-Key has 1 to {_MAX_KEY} characters.", field="Idempotency-Key")
    if not caller.server and len(key) < _MIN_SHARED_KEY:
        raise BadInput(
            f"An Idempotency-Key of a page has at least {_MIN_SHARED_KEY} characters; send a UUID.",
            field="Idempotency-Key",
        )
    said = [caller.owner, caller.thread_id, request.url.path, request.url.query, key]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _thread_of(scope: Scope, answer: Answer) -> str | None:
    """Which conversation an answer belongs to: the path, the route or the answer names it."""
    named = scope.get("path_params", {}).get("thread_id") or scope["state"].get("thread_id")
    if named is None and answer.body and (answer.media_type or "").startswith("application/json"):
        said: Any = json.loads(answer.body)
        named = said.get("thread_id") if isinstance(said, dict) else None
    return str(named)[:64] if named is not None else None


def _marked(send: Send) -> Send:
    async def marking(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"idempotency-replayed", b"true")]
        await send(message)

    return marking


def _said_again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read already, then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
