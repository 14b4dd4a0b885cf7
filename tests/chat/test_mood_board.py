"""Several photos at once: each counts as much as the shopper says, also in later turns."""

from __future__ import annotations

import base64
import io

import httpx
import pytest
from PIL import Image

from shopper.shop import Shop
from shopper.types import Photo
from shopper.web.app import build_app
from shopper.web.routes.chat import MAX_PHOTOS
from tests.chat.conftest import Opener, Talk

pytestmark = pytest.mark.slow


def jpeg(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 160), color).save(out, "JPEG", quality=95)
    return out.getvalue()


def photo(color: str) -> Photo:
    return Photo(id=f"photo-{color}", media_type="image/jpeg", data=jpeg(color))


async def _post(shop: Shop, photos: list[dict[str, object]]) -> httpx.Response:
    transport = httpx.ASGITransport(app=build_app(shop), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        return await http.post(
            "/v1/chat", json={"message": {"text": "dresses like these", "photos": photos}, "stream": False}
        )


def _sent(color: str, **more: object) -> dict[str, object]:
    return {"media_type": "image/jpeg", "data": base64.b64encode(jpeg(color)).decode(), **more}


async def test_the_weights_are_kept_with_the_threads_photos(talk: Opener) -> None:
    chat = await talk()
    await chat.say("like these", photos=(photo("navy"), photo("red")), weights={"photo-red": 0.25})
    kept = await chat.shop.threads.photo_weights(["photo-navy", "photo-red", "d1"], "me")
    assert kept == {"photo-navy": 1.0, "photo-red": 0.25}
    assert await chat.shop.threads.photo_weights(["photo-navy"], "somebody else") == {}


async def test_a_later_turn_still_weighs_the_photos(talk: Opener) -> None:
    chat = await talk()
    told: list[object] = []
    find = chat.shop.search.find

    async def listening(*args: object, **more: object) -> object:
        told.append(more.get("weights"))
        return await find(*args, **more)  # type: ignore[arg-type]  # passed on as they came

    chat.shop.search.find = listening  # type: ignore[assignment]  # the real one, listened to
    await chat.say("dresses like these", photos=(photo("navy"), photo("red")), weights={"photo-red": 0.25})
    await chat.say("under 200 please")
    assert told == [{"photo-navy": 1.0, "photo-red": 0.25}] * 2


@pytest.mark.parametrize("heavy", ["yellow", "red"])
async def test_the_heaviest_photo_says_what_the_words_leave_open(talk: Opener, heavy: str) -> None:
    chat: Talk = await talk()
    weights = {"photo-yellow": 0.1, "photo-red": 0.1, f"photo-{heavy}": 1.0}
    await chat.say("dresses like these", photos=(photo("yellow"), photo("red")), weights=weights)
    assert heavy in chat.query.colors


async def test_too_many_photos_are_refused_with_the_limit(talk: Opener) -> None:
    chat = await talk()
    refused = await _post(chat.shop, [_sent("red")] * (MAX_PHOTOS + 1))
    assert refused.status_code == 422
    assert refused.json()["detail"] == "A message takes at most 8 photos; this one has 9."
    assert refused.json()["field"] == "message.photos"


@pytest.mark.parametrize("weight", [0, -1, 1.5, "much"])
async def test_a_weight_is_over_0_and_at_most_1(talk: Opener, weight: object) -> None:
    chat = await talk()
    refused = await _post(chat.shop, [_sent("red", weight=weight)])
    assert refused.status_code == 422
    assert refused.json()["field"] == "message.photos.0.weight"


async def test_a_mood_board_of_eight_photos_is_answered(talk: Opener) -> None:
    chat = await talk()
    colors = ("red", "navy", "white", "black", "green", "yellow", "pink", "brown")
    board = [_sent(color, weight=(n + 1) / 8) for n, color in enumerate(colors)]
    answer = await _post(chat.shop, board)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["query"]["like"]) == MAX_PHOTOS
    assert answer.json()["products"]
