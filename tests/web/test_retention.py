"""What is erased: a conversation with all that is its own, and old things by age."""

from __future__ import annotations

import asyncio
import base64
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import Table, func, select, update

from shopper.database import Base, Database, PhotoRow, ThreadRow
from shopper.shop import Shop
from shopper.types import Photo
from shopper.web.retention import Erased, erase, leased
from tests.web.conftest import OpenShop, served
from tests.web.slow_model import SlowModel

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DAY = timedelta(days=1)


def picture() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A Camera"
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 24.0)}
    Image.new("RGB", (120, 160), "navy").save(out, "JPEG", exif=exif)
    return out.getvalue()


async def rows_of(shop: Shop, thread_id: str) -> dict[str, int]:
    """How many rows of each table belong to a conversation, by whatever path."""
    found = {}
    tables = Base.metadata.tables
    async with shop.catalog.db.transaction() as session:
        for name, table in tables.items():
            mine = _belongs(table, tables, thread_id)
            if mine is not None:
                found[name] = int(
                    await session.scalar(select(func.count()).select_from(table).where(mine)) or 0
                )
    return found


def _belongs(table: Table, tables: Any, thread_id: str) -> Any:
    if table.name == "threads":
        return table.c.id == thread_id
    if "thread_id" in table.c:
        return table.c.thread_id == thread_id
    for column, parent in (("run_id", tables["runs"]), ("message_id", tables["messages"])):
        if column in table.c and table.c[column].foreign_keys:
            return table.c[column].in_(select(parent.c.id).where(parent.c.thread_id == thread_id))
    return None


async def test_erasing_a_conversation_leaves_nothing_of_it(api: httpx.AsyncClient, shop: Shop) -> None:
    photo = {"data": base64.b64encode(picture()).decode()}
    body = {"message": {"text": "something like this", "photos": [photo]}, "stream": False}
    answer = (await api.post("/v1/chat", json=body, headers={"idempotency-key": "erase-me"})).json()
    thread_id = answer["thread_id"]
    variant = next(v for c in answer["products"] for v in c["variants"] if v["availability"]["available"])
    change = {"set": [{"variant_id": variant["id"], "quantity": 1}]}
    await api.patch(f"/v1/threads/{thread_id}/cart", json=change)
    await api.post(f"/v1/messages/{answer['message_id']}/feedback", json={"rating": "up"})
    before = await rows_of(shop, thread_id)
    for name in ("threads", "messages", "photos", "runs", "run_events", "carts", "feedback", "repeats"):
        assert before[name], name
    assert (await api.delete(f"/v1/threads/{thread_id}")).status_code == 204
    assert not any((await rows_of(shop, thread_id)).values())
    for path in (f"/v1/threads/{thread_id}", f"/v1/runs/{answer['run_id']}/stream"):
        assert (await api.get(path)).status_code == 404


async def test_erasing_stops_the_answer_that_is_being_written(open_shop: OpenShop) -> None:
    model = SlowModel(pause=0.5)
    shop = await open_shop(model=model)
    async with served(shop) as url, httpx.AsyncClient(base_url=url, timeout=30) as api:
        thread_id = (await api.post("/v1/threads")).json()["id"]
        body = {"thread_id": thread_id, "message": {"text": "a dress"}}
        asking = asyncio.create_task(api.post("/v1/chat", json=body))
        await model.speaking.wait()
        assert (await api.delete(f"/v1/threads/{thread_id}")).status_code == 204
        assert (await asyncio.wait_for(asking, 5)).text.endswith("data: [DONE]\n\n")
    assert not any((await rows_of(shop, thread_id)).values())


async def test_an_upload_keeps_the_picture_and_nothing_of_its_file(api: httpx.AsyncClient) -> None:
    sent = await api.post("/v1/uploads", content=picture(), headers={"content-type": "image/png"})
    kept = await api.get(f"/v1/uploads/{sent.json()['id']}")
    image = Image.open(io.BytesIO(kept.content))
    assert sent.json()["media_type"] == kept.headers["content-type"] == "image/jpeg"
    assert (image.format, image.size) == ("JPEG", (120, 160))
    assert not dict(image.getexif())
    assert b"A Camera" not in kept.content


@pytest.mark.parametrize("body", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"GIF89a"])
async def test_what_is_no_photo_is_refused_whatever_it_is_called(api: httpx.AsyncClient, body: bytes) -> None:
    refused = await api.post("/v1/uploads", content=body, headers={"content-type": "image/jpeg"})
    assert refused.status_code == 422


async def thread(shop: Shop, *, age: timedelta) -> str:
    made = await shop.threads.create("me")
    await shop.threads.save_photo(
        Photo(id=f"p-{made.id}", media_type="image/jpeg", data=b""), thread_id=made.id, owner="me"
    )
    async with shop.catalog.db.transaction() as session:
        old = {"created_at": NOW - 400 * DAY, "updated_at": NOW - age}
        await session.execute(update(ThreadRow).where(ThreadRow.id == made.id).values(**old))
    return made.id


async def test_old_conversations_go_and_those_in_use_stay(shop: Shop) -> None:
    old, new = await thread(shop, age=31 * DAY), await thread(shop, age=29 * DAY)
    db = shop.catalog.db
    assert (await erase(db, now=NOW, older_than=None)).threads == 0
    gone = await erase(db, now=NOW, older_than=30 * DAY)
    assert gone.threads == 1
    assert not any((await rows_of(shop, old)).values())
    assert (await rows_of(shop, new))["photos"] == 1


async def test_a_photo_that_no_message_used_goes_after_a_day(shop: Shop) -> None:
    db, now = shop.catalog.db, shop.clock()
    await erase(db, now=now + 2 * DAY, older_than=None)
    photo = Photo(id="unused", media_type="image/jpeg", data=b"")
    await shop.threads.save_photo(photo, thread_id=None, owner="me")
    assert await erase(db, now=now + timedelta(hours=23), older_than=None) == Erased()
    assert await erase(db, now=now + timedelta(hours=25), older_than=None) == Erased(uploads=1)
    async with db.transaction() as session:
        assert await session.get(PhotoRow, "unused") is None


async def test_one_process_at_a_time_has_a_lease(db: Database) -> None:
    hour = timedelta(hours=1)
    assert await leased(db, "work", "one", now=NOW, until=NOW + hour)
    assert not await leased(db, "work", "two", now=NOW, until=NOW + hour)
    assert await leased(db, "work", "one", now=NOW, until=NOW + 2 * hour)
    assert await leased(db, "work", "two", now=NOW + 3 * hour, until=NOW + 4 * hour)


async def test_a_server_erases_by_its_setting(open_shop: OpenShop) -> None:
    shop = await open_shop(retention_days=30)
    async with shop.catalog.db.transaction() as session:
        old = shop.clock() - 31 * DAY
        row = ThreadRow(id="old", owner="me", state={}, created_at=old, updated_at=old)
        session.add(row)
    async with served(shop):
        async with asyncio.timeout(5):
            while (await rows_of(shop, "old"))["threads"]:  # noqa: ASYNC110  # SQL tells nobody
                await asyncio.sleep(0.02)
    assert (await rows_of(shop, "old"))["threads"] == 0
