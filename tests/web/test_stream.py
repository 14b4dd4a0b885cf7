"""Events of a reply become parts of the AI SDK UI message stream."""

from datetime import UTC, datetime
from typing import Any

from shopper.types import (
    Chip,
    Done,
    Failed,
    Money,
    Page,
    Product,
    ProductsShown,
    QueryUnderstood,
    Recommendation,
    ReplyEvent,
    ShopperQuery,
    TextDelta,
    Variant,
)
from shopper.web.stream import PartEncoder
from shopper.web.wire import Wire

DRESS = Product(
    id="d1",
    title="Amalfi Dress",
    brand="Verrier",
    category="dress",
    variants=(
        Variant(
            id="d1-navy-s", sku="D1NS", color="navy", size="S", stock=0, image="aa/bb c.webp",
            price=Money(minor=9900, currency="EUR"), regular_price=Money(minor=12900, currency="EUR"),
        ),
        Variant(
            id="d1-navy-m", sku="D1NM", color="navy", size="M", stock=2, image="aa/bb c.webp",
            price=Money(minor=9900, currency="EUR"), regular_price=Money(minor=12900, currency="EUR"),
        ),
    ),
)  # fmt: skip
CARD = Recommendation(product=DRESS, color="navy", variants=DRESS.variants, because=("In M, 2 left",))


def parts_of(*events: ReplyEvent) -> list[dict[str, Any]]:
    encoder = PartEncoder(Wire(), thread_id="t", run_id="r", message_id="m")
    parts = [encoder.start()]
    for event in events:
        parts += encoder.parts(event)
    return parts


def test_a_text_block_is_opened_once_and_closed_before_what_follows() -> None:
    parts = parts_of(
        TextDelta(delta="Two "), TextDelta(delta="picks."), Done(message_id="m", text="Two picks.")
    )
    assert [p["type"] for p in parts] == [
        "start",
        "text-start",
        "text-delta",
        "text-delta",
        "text-end",
        "finish",
    ]
    assert parts[0]["messageMetadata"] == {"threadId": "t", "runId": "r"}
    assert {p["id"] for p in parts if "id" in p} == {"text-1"}


def test_a_second_text_block_has_its_own_id() -> None:
    query = QueryUnderstood(query=ShopperQuery())
    parts = parts_of(TextDelta(delta="a"), query, TextDelta(delta="b"))
    assert [p["id"] for p in parts if p["type"] == "text-start"] == ["text-1", "text-2"]


def test_the_query_holds_only_what_is_present_and_its_chips() -> None:
    chip = Chip(field="colors", value="navy", label="navy")
    [_, part] = parts_of(
        QueryUnderstood(query=ShopperQuery(category="dress", colors=("navy",)), chips=(chip,))
    )
    assert part["data"] == {
        "intent": "search",
        "category": "dress",
        "colors": ["navy"],
        "chips": [{"field": "colors", "value": "navy", "label": "navy"}],
    }


def test_a_card_shows_price_sizes_and_why() -> None:
    page = Page(items=(CARD,), total=7, as_of=datetime(2026, 11, 25, tzinfo=UTC))
    [_, part] = parts_of(ProductsShown(id="p1", page=page))
    [card] = part["data"]["products"]
    assert (part["id"], part["data"]["total"], part["data"]["as_of"]) == (
        "p1",
        7,
        "2026-11-25T00:00:00+00:00",
    )
    assert card["price_range"]["min"] == {"amount": 9900, "currency": "EUR"}
    assert card["regular_price"] == {"amount": 12900, "currency": "EUR"}
    assert [(v["size"], v["availability"]["available"]) for v in card["variants"]] == [
        ("S", False),
        ("M", True),
    ]
    assert card["media"] == [{"type": "image", "url": "/media/aa/bb%20c.webp", "alt": "Amalfi Dress, navy"}]
    assert (card["position"], card["because"]) == (1, ["In M, 2 left"])


def test_a_failure_is_an_error_part_with_its_sentence() -> None:
    assert parts_of(Failed(message="Please try again."))[1] == {
        "type": "error",
        "errorText": "Please try again.",
    }


def test_media_paths_get_the_public_address() -> None:
    assert Wire("https://shop.example/").media_url("a/b.webp") == "https://shop.example/media/a/b.webp"
