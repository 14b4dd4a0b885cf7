"""Events that reach the shop's systems once they happened, and only then, whatever fails on the way."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from shopper.database import Database
from shopper.errors import BadInput
from shopper.events.outbox import RETRIES, Counts, Outbox
from shopper.events.webhooks import Deliverer

SECRET = "whsec_" + "c2VjcmV0IG9mIGEgdGVzdCBzaG9wIQ=="


class Clock:
    """A clock that is set by hand; it begins now, since receivers check the time."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Receiver:
    """A shop's webhook: keeps what it takes, and refuses while `status` says so."""

    def __init__(self) -> None:
        self.status = 204
        self.taken: list[dict[str, object]] = []
        self.ids: list[str] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.ids.append(self.headers["webhook-id"])
                if receiver.status < 300:
                    receiver.taken.append(Webhook(SECRET).verify(body, dict(self.headers.items())))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def outbox(tmp_path: Path, clock: Clock) -> AsyncIterator[Outbox]:
    db = await Database.open_folder(tmp_path)
    yield Outbox(db, clock=clock, on=True)
    await db.close()


async def test_an_event_arrives_signed_and_once(outbox: Outbox, receiver: Receiver, clock: Clock) -> None:
    await outbox.tell("feedback.given", {"rating": "up"})
    deliverer = Deliverer(outbox, receiver.url, SECRET, clock=clock)
    assert await deliverer.deliver_due() == 1
    clock.go(100)
    assert await deliverer.deliver_due() == 0
    [event] = receiver.taken
    assert (event["type"], event["data"]) == ("feedback.given", {"rating": "up"})
    assert await outbox.counts() == Counts(waiting=0, delivered=1, given_up=0)


async def test_what_is_refused_is_sent_again_under_the_same_id(
    outbox: Outbox, receiver: Receiver, clock: Clock
) -> None:
    await outbox.tell("order.paid", {"id": "o1"})
    deliverer = Deliverer(outbox, receiver.url, SECRET, clock=clock)
    receiver.status = 500
    assert await deliverer.deliver_due() == 0
    assert await deliverer.deliver_due() == 0  # not before its time
    receiver.status = 200
    clock.go(RETRIES[0])
    assert await deliverer.deliver_due() == 1
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1


async def test_a_receiver_that_is_never_there_is_given_up_after_the_last_attempt(
    outbox: Outbox, clock: Clock
) -> None:
    await outbox.tell("order.paid", {"id": "o1"})
    deliverer = Deliverer(outbox, "http://127.0.0.1:9/hook", SECRET, clock=clock)
    for wait in (*RETRIES, 86_400, 86_400):
        assert (await outbox.counts()).delivered == 0
        await deliverer.deliver_due()
        clock.go(wait)
    assert await outbox.counts() == Counts(waiting=0, delivered=0, given_up=1)


async def test_an_event_is_given_to_one_process_at_a_time(outbox: Outbox, clock: Clock) -> None:
    await outbox.tell("order.paid", {"id": "o1"})
    assert len(await outbox.due()) == 1
    assert await outbox.due() == []
    clock.go(61)  # the first process died over it
    assert len(await outbox.due()) == 1


async def test_what_did_not_happen_is_not_told(tmp_path: Path, clock: Clock) -> None:
    db = await Database.open_folder(tmp_path)
    outbox = Outbox(db, clock=clock, on=True)

    async def half_done() -> None:
        async with db.transaction() as session:
            await outbox.add(session, "order.created", {"id": "o1"})
            raise RuntimeError("the order could not be written")

    with pytest.raises(RuntimeError):
        await half_done()
    assert await outbox.due() == []
    await db.close()


async def test_without_a_receiver_nothing_is_kept(tmp_path: Path, clock: Clock) -> None:
    db = await Database.open_folder(tmp_path)
    outbox = Outbox(db, clock=clock, on=False)
    await outbox.tell("order.paid", {"id": "o1"})
    assert await outbox.counts() == Counts(waiting=0, delivered=0, given_up=0)
    await db.close()


async def test_the_body_that_is_signed_is_the_body_that_is_kept(outbox: Outbox) -> None:
    await outbox.tell("order.paid", {"title": "Robe d’été"})
    [event] = await outbox.due()
    assert json.loads(event.body)["data"] == {"title": "Robe d’été"}


async def test_a_secret_that_is_no_secret_is_refused(outbox: Outbox, clock: Clock) -> None:
    with pytest.raises(BadInput, match="whsec_"):
        Deliverer(outbox, "http://127.0.0.1:9", "", clock=clock)
