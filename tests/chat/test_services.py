"""A person, orders, the checkout, comparisons and advice on size, from the chat."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shopper.chat.handoffs import HandoffStore
from shopper.chat.measures import read_measures
from shopper.chat.replies import texts
from shopper.chat.size_chart import SizeChart
from shopper.errors import BadInput
from shopper.products.taxonomy import Taxonomy
from shopper.types import (
    Cart,
    Charge,
    CheckoutProposal,
    CheckoutProposed,
    Compared,
    HandedOff,
    Money,
    Order,
    ProductsShown,
)
from shopper.web.app import build_app
from tests.chat.conftest import Opener, Talk

NOW = datetime(2026, 5, 1, tzinfo=UTC)
CHART = """# Sizes
## Women
| Alpha | EU | Bust | Waist |
|---|---|---|---|
| S | 36 | 84–87 | 66–69 |
| M | 38 | 88–95 | 70–77 |
| L | 40 | 96–101 | 78–83 |

## Men
| Alpha | Chest | Waist |
|---|---|---|
| M | 94–101 | 82–89 |

## Shoes
| EU | Foot length |
|---|---|
| 38 | 24.0 |
| 39 | 24.7 |
"""
TAXONOMY = Taxonomy.load()


def with_desk(me: Talk, **parts: Any) -> None:
    """The shop's desk with other parts, as the composition root would give it."""
    agent = me.shop.agent
    agent.desk = dataclasses.replace(agent.desk, **parts)
    agent._opening = dataclasses.replace(agent._opening, desk=agent.desk)


# ── compare ─────────────────────────────────────────────────────────────────────────────────────────


def table(me: Talk) -> Compared:
    return next(event for event in me.events if isinstance(event, Compared))


async def test_two_cards_are_a_table_of_facts_and_a_few_words(talk: Opener) -> None:
    me = await talk()
    await me.say("dresses for a wedding")
    text = await me.say("compare the first two")
    rows = {row.label: row for row in table(me).rows}
    assert {"price", "materials", "sizes in stock"} <= set(rows)
    assert rows["price"].differs
    cheap = min(table(me).items, key=lambda card: card.variants[0].price.minor)
    assert f"The {cheap.product.title} costs less" in text
    assert len(text.split()) <= 60
    assert not [e for e in me.events if isinstance(e, ProductsShown)]


async def test_which_is_warmer_is_answered_by_what_they_are_made_of(talk: Opener) -> None:
    me = await talk()
    await me.say("a cotton or linen dress")
    text = await me.say("which of the first two is warmer?")
    assert text.startswith("The Margot Shirt Dress looks the warmer one")
    assert "linen" in text


@pytest.mark.parametrize(
    ("first", "ask", "label"),
    [
        ("Kleider", "Vergleiche das erste und das zweite", "Preis"),
        ("des robes", "Compare le premier et le deuxième", "prix"),
        ("vestiti", "Confronta il primo e il secondo", "prezzo"),
        ("vestidos", "Compara el primero y el segundo", "precio"),
    ],
)
async def test_a_table_speaks_the_shoppers_language(talk: Opener, first: str, ask: str, label: str) -> None:
    me = await talk()
    await me.say(first)
    await me.say(ask)
    assert label in {row.label for row in table(me).rows}


# ── a person ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        "can I talk to a real person?",
        "ich möchte mit einem Menschen sprechen",
        "je voudrais parler à une personne",
        "vorrei parlare con una persona",
        "quiero hablar con una persona",
        *(table["person"] for table in texts()["chips"].values()),
    ],
)
async def test_whoever_wants_a_person_is_passed_on(talk: Opener, words: str) -> None:
    me = await talk()
    text = await me.say(words)
    event = next(e for e in me.events if isinstance(e, HandedOff))
    assert event.contact == "A person answers at care@shop.example."
    assert "care@shop.example" in text
    store = me.shop.agent.desk.handoffs
    assert isinstance(store, HandoffStore)
    assert [h.thread_id for h in await store.waiting()] == [me.thread_id]


async def test_asking_twice_is_one_hand_off_that_knows_the_address(talk: Opener) -> None:
    me = await talk()
    await me.say("talk to a human please")
    await me.say("I want to speak to a person, write to ana@mail.example")
    store = me.shop.agent.desk.handoffs
    assert store is not None
    (waiting,) = await store.waiting()
    assert waiting.email == "ana@mail.example"
    with pytest.raises(BadInput):
        await store.open(me.thread_id, email="nonsense")
    await store.done(waiting.id)
    assert await store.waiting() == ()


async def test_a_hand_off_over_http(talk: Opener) -> None:
    me = await talk()
    transport = httpx.ASGITransport(app=build_app(me.shop), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        thread = (await http.post("/v1/threads")).json()["id"]
        answer = await http.post(
            f"/v1/threads/{thread}/handoff", json={"note": "my parcel", "email": "a@b.example"}
        )
        assert answer.status_code == 202
        assert answer.json()["contact"] == "A person answers at care@shop.example."
        wrong = await http.post(f"/v1/threads/{thread}/handoff", json={"email": "nope"})
        assert wrong.status_code == 422
        assert (await http.post("/v1/threads/nobody/handoff", json={})).status_code == 404


# ── checkout and orders ─────────────────────────────────────────────────────────────────────────────


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


async def propose(thread_id: str, _owner: str | None, cart: Cart) -> CheckoutProposal:
    shipping = Charge(kind="shipping", label="Standard delivery", amount=eur(500))
    return CheckoutProposal(
        id="c1", thread_id=thread_id, cart_version=cart.version, lines=cart.lines, charges=(shipping,),
        total=cart.total.plus(shipping.amount), created_at=NOW, expires_at=NOW,
    )  # fmt: skip


async def orders(thread_id: str, _owner: str | None) -> tuple[Order, ...]:
    return (
        Order(
            id="o1", number="MV-1042", checkout_id="c1", thread_id=thread_id, lines=(), total=eur(5000),
            status="paid", message="Paid; it leaves the shop soon.", created_at=NOW,
        ),
    )  # fmt: skip


async def test_the_checkout_is_a_quote_that_a_person_confirms(talk: Opener) -> None:
    me = await talk()
    with_desk(me, propose=propose)
    await me.say("a wool scarf")
    await me.say("add it to the cart")
    text = await me.say("checkout please")
    event = next(e for e in me.events if isinstance(e, CheckoutProposed))
    assert event.proposal is not None
    assert event.proposal.total == eur(5000)
    assert "€50" in text
    assert "ordered" not in text


async def test_an_order_of_this_conversation_is_told_with_number_and_state(talk: Opener) -> None:
    me = await talk()
    with_desk(me, orders=orders)
    text = await me.say("where is my order?")
    assert "MV-1042" in text
    assert "€50" in text
    assert "Paid" in text


async def test_without_an_order_the_shop_says_whom_to_ask(talk: Opener) -> None:
    me = await talk()
    assert "care@shop.example" in await me.say("where is my order?")


# ── sizes ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("bust 92 waist 74", {"bust": 92.0, "waist": 74.0}),
        ("92-74-98", {"bust": 92.0, "waist": 74.0, "hips": 98.0}),
        ("i'm 178 and 74 kg", {"height": 178.0, "weight": 74.0}),
        ("1,78 m und 74 kg", {"height": 178.0, "weight": 74.0}),
        ("brust 104, taille 86", {"bust": 104.0, "waist": 86.0}),
        ("chest 40 inches", {"bust": 101.6}),
        ("my feet are 25 cm", {"foot": 25.0}),
        ("waist 32 jeans", {}),
        ("a dress under 92", {}),
    ],
)
def test_measures_are_read_out_of_words(words: str, said: dict[str, float]) -> None:
    assert read_measures(words).said == said


async def test_a_size_is_what_the_chart_says_of_the_measures(talk: Opener) -> None:
    me = await talk()
    with_desk(me, chart=SizeChart.parse(CHART, TAXONOMY))
    await me.say("a cotton dress")
    text = await me.say("my bust is 92 and my waist 74, what size should I take?")
    assert "M" in text.replace(".", " ").split()
    assert "92" not in text


async def test_measures_between_two_sizes_give_both(talk: Opener) -> None:
    me = await talk()
    with_desk(me, chart=SizeChart.parse(CHART, TAXONOMY))
    await me.say("a cotton dress")
    text = await me.say("bust 92, waist 80: what size am I?")
    assert "M by the bust and L by the waist" in text


async def test_height_and_weight_are_asked_for_what_the_chart_goes_by(talk: Opener) -> None:
    me = await talk()
    with_desk(me, chart=SizeChart.parse(CHART, TAXONOMY))
    await me.say("a cotton dress")
    text = await me.say("I'm 178 and 74 kg, which size fits?")
    assert "bust and waist" in text
    assert "74" not in text


async def test_without_a_chart_no_size_is_guessed(talk: Opener) -> None:
    me = await talk()
    await me.say("a cotton dress")
    text = await me.say("I'm 178 and 74 kg, what size am I?")
    assert "no size chart" in text


def test_feet_are_measured_for_shoes_and_a_brand_has_its_own_table() -> None:
    chart = SizeChart.parse(CHART + "\n## Women, Riva\n| Size | Bust |\n|---|---|\n| 1 | 88–95 |\n", TAXONOMY)
    shoes = chart.advise(read_measures("foot 24.5"), category="sneakers", taxonomy=TAXONOMY)
    assert shoes.sizes == ("39",)
    bust = read_measures("bust 90")
    women = chart.advise(bust, gender="women", category="dress", brand="Riva", taxonomy=TAXONOMY)
    assert women.sizes == ("1",)
    assert chart.advise(bust, gender="women", category="dress", taxonomy=TAXONOMY).sizes == ("M",)
    assert chart.advise(read_measures("bust 150"), gender="women", taxonomy=TAXONOMY).beyond == ("bust",)
    open_ = chart.advise(read_measures("waist 83"), taxonomy=TAXONOMY)
    assert open_.audiences == ("Women", "Men")


# ── manners ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_child_is_shown_nothing_for_grown_ups(talk: Opener) -> None:
    me = await talk()
    await me.say("hi, i'm 13")
    text = await me.say("show me lingerie")
    assert not [e for e in me.events if isinstance(e, ProductsShown)]
    assert "grown-ups" in text


async def test_an_illness_gets_kind_words_and_no_pitch(talk: Opener) -> None:
    me = await talk()
    text = await me.say("I was diagnosed with cancer")
    assert "sorry" in text
    assert not [e for e in me.events if isinstance(e, ProductsShown)]
    assert me.suggestions == ()


async def test_a_gift_that_is_open_for_whom_asks_one_question(talk: Opener) -> None:
    me = await talk()
    text = await me.say("I need a gift, a scarf maybe")
    assert text.count("?") <= 1
