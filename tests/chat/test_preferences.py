"""Remembered preferences: off until asked for, then used, shown, changed and erased."""

from __future__ import annotations

import httpx
import pytest

from shopper.chat.preferences import Preferences
from shopper.errors import BadInput
from shopper.products.taxonomy import Taxonomy
from shopper.shop import Shop
from shopper.types import Exclusions, Money, QueryUnderstood, ShopperQuery
from shopper.web.app import build_app
from tests.chat.conftest import Opener

TAXONOMY = Taxonomy.load()
KNOWN = Preferences(enabled=True, sizes=("M", "shoes: 39"), dislikes=("leather",))


async def test_nothing_is_remembered_unasked(talk: Opener) -> None:
    me = await talk()
    await me.say("a dress in M, I hate polyester")
    known = await me.shop.threads.preferences(me.thread_id, "me")
    assert known == Preferences()


async def test_what_was_to_be_remembered_is_used_for_the_next_wish_and_said_once(talk: Opener) -> None:
    me = await talk()
    text = await me.say("remember that I never want leather")
    assert "leather" in text
    known = await me.shop.threads.preferences(me.thread_id, "me")
    assert (known.enabled, known.dislikes) == (True, ("leather",))
    text = await me.say("ankle boots")
    assert me.query.exclude.materials == ("leather",)
    assert "Faubourg Boots" not in me.titles
    assert "from your preferences" in text
    event = next(e for e in me.events if isinstance(e, QueryUnderstood))
    assert [c.label for c in event.chips if c.field == "exclude.materials"] == [
        "no leather, from your preferences"
    ]
    assert "from your preferences" not in await me.say("a wool scarf")


async def test_a_size_is_a_default_that_the_words_override(talk: Opener) -> None:
    me = await talk()
    await me.say("remember I wear 38 in shoes")
    await me.say("white sneakers")
    assert list(me.query.sizes) == ["38"]
    await me.say("a linen dress")
    assert not me.query.sizes
    await me.say("ankle boots in 39")
    assert list(me.query.sizes) == ["39"]


async def test_for_somebody_else_the_shoppers_own_sizes_do_not_count(talk: Opener) -> None:
    me = await talk()
    await me.say("remember I wear 38 in shoes")
    await me.say("white sneakers as a gift for my sister")
    assert me.query.sizes == ()


async def test_what_is_remembered_is_shown_and_forgotten_on_request(talk: Opener) -> None:
    me = await talk()
    await me.say("please remember I'm allergic to wool")
    assert "wool" in await me.say("what do you remember about me?")
    assert [s.text for s in me.suggestions] == ["Forget my preferences"]
    await me.say("Forget my preferences")
    assert await me.shop.threads.preferences(me.thread_id, "me") == Preferences()
    assert "wool" not in await me.say("what do you remember about me?")


async def test_a_chip_of_the_preferences_is_removed_like_any_other(talk: Opener) -> None:
    me = await talk()
    await me.say("remember I never want leather")
    await me.say("ankle boots")
    await me.say(query_edit={"remove": [{"field": "exclude.materials", "value": "leather"}]})
    assert not me.query.exclude.materials
    assert "Faubourg Boots" in me.titles


async def test_a_child_is_not_remembered(talk: Opener) -> None:
    me = await talk()
    await me.say("hi, I'm 12, remember I never want wool")
    assert await me.shop.threads.preferences(me.thread_id, "me") == Preferences()


@pytest.mark.parametrize(
    ("category", "size"),
    [("dress", "M"), ("sneakers", "39"), ("ring", None), ("tote bag", None), (None, None)],
)
def test_a_size_is_of_its_kind_of_thing(category: str | None, size: str | None) -> None:
    assert KNOWN.size_for(category, TAXONOMY) == size


def test_a_wish_for_what_is_disliked_wins() -> None:
    query, used = KNOWN.apply(ShopperQuery(category="handbag", materials=("leather",)), TAXONOMY)
    assert query.exclude == Exclusions()
    assert used == ()


def test_switched_off_nothing_is_used() -> None:
    off = KNOWN.model_copy(update={"enabled": False})
    assert off.apply(ShopperQuery(category="dress"), TAXONOMY) == (ShopperQuery(category="dress"), ())


def test_a_budget_is_a_bound_where_none_was_said() -> None:
    known = Preferences(enabled=True, budget=Money(minor=12000, currency="EUR"))
    query, _ = known.apply(ShopperQuery(category="dress"), TAXONOMY)
    assert query.price is not None
    assert query.price.max == 12000


def test_a_dislike_that_cannot_be_checked_is_refused() -> None:
    with pytest.raises(BadInput):
        Preferences().adding("dislikes", "bad vibes", taxonomy=TAXONOMY, currency="EUR")


async def _http(shop: Shop) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=build_app(shop), client=("127.0.0.1", 1))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def test_preferences_are_seen_set_and_erased_over_http(talk: Opener) -> None:
    me = await talk()
    async with await _http(me.shop) as http:
        thread = (await http.post("/v1/threads")).json()["id"]
        url = f"/v1/threads/{thread}/preferences"
        assert (await http.get(url)).json()["enabled"] is False
        body = {
            "enabled": True, "sizes": ["shoes: 38"], "brands": [],
            "budget": {"amount": 9000, "currency": "EUR"}, "dislikes": ["leather"],
        }  # fmt: skip
        assert (await http.put(url, json=body)).json() == body
        found = await http.post(
            "/v1/chat", json={"thread_id": thread, "message": {"text": "sneakers"}, "stream": False}
        )
        query = found.json()["query"]
        assert query["sizes"] == ["38"]
        assert query["price"]["max"] == 9000
        assert query["exclude"]["materials"] == ["leather"]
        assert (await http.delete(url)).status_code == 204
        assert (await http.get(url)).json()["sizes"] == []
        assert (await http.put(url, json={"enabled": True, "dislikes": ["x" * 99]})).status_code == 422
        assert (await http.get("/v1/threads/nobody/preferences")).status_code == 404
