"""Which cards come first where the words leave it open, and what is given up where nothing fits."""

from __future__ import annotations

from datetime import UTC, datetime

from shopper.chat.localized import page_in_language
from shopper.chat.picks import for_grown_ups, spread
from shopper.chat.way_out import way_out
from shopper.types import Absence, Page, PriceRange, Recommendation, Relaxation, ShopperQuery
from tests.chat.test_grounding import AMALFI, BOOTS, GARANCE


def page(*cards: Recommendation, **more: object) -> Page:
    return Page.model_validate({"items": cards, "total": len(cards), "as_of": datetime.now(UTC), **more})


def as_kind(card: Recommendation, **facts: object) -> Recommendation:
    return card.model_copy(update={"product": card.product.model_copy(update=facts)})


def test_a_gifts_first_cards_are_of_many_kinds_and_never_a_phone_case_first() -> None:
    case = as_kind(AMALFI, id="p", category="phone case")
    assert spread((case, AMALFI, GARANCE, BOOTS)) == (AMALFI, BOOTS, GARANCE, case)


async def test_who_asks_for_no_child_is_shown_what_there_is_for_grown_ups() -> None:
    child = as_kind(AMALFI, id="k", title="Petit Dress", gender="girls", age_group="kids")
    asked: list[ShopperQuery] = []

    async def find(query: ShopperQuery) -> Page:
        asked.append(query)
        return page(GARANCE)

    query = ShopperQuery(category="dress")
    assert (await for_grown_ups(page(child), query, "a dress", (), find)).items == (GARANCE,)
    assert asked[0].age_group == "adult"
    assert (await for_grown_ups(page(child), query, "the petit dress", (), find)).items == (child,)
    girls = query.model_copy(update={"gender": "girls"})
    assert (await for_grown_ups(page(child), girls, "for a girl", (), find)).items == (child,)


async def test_as_few_wishes_as_need_be_are_given_up_and_others_the_next_time() -> None:
    query = ShopperQuery(
        category="dress", colors=("red",), sizes=("S",), price=PriceRange(max=5000), occasion="wedding"
    )

    async def find(wish: ShopperQuery) -> Page:
        # Nothing red is that cheap; everything else there is.
        return page() if wish.colors and wish.price else page(GARANCE)

    first, second = await way_out(query, find), await way_out(query, find, tried=2)
    assert first is not None
    assert second is not None
    assert first.fields == ("colors",)
    assert first.edit == {"set": {"colors": []}}
    assert second.fields == ("price",)


async def test_where_nothing_helps_there_is_no_way_out() -> None:
    async def find(_: ShopperQuery) -> Page:
        return page()

    assert await way_out(ShopperQuery(category="dress", colors=("red",)), find) is None


def test_what_was_relaxed_and_what_is_missing_is_told_in_the_shoppers_language() -> None:
    found = page(
        relaxed=(
            Relaxation(field="materials", value="linen or cotton", message="Nothing in linen or cotton …"),
        ),
        absence=Absence(reason="no_match", field="price", message="No dresses …", nearest=(GARANCE,)),
    )
    told = page_in_language(found, "de")
    assert (
        told.relaxed[0].message
        == "Mit „Leinen oder Baumwolle“ war nichts da, deshalb habe ich das weggelassen."
    )
    assert told.absence is not None
    assert GARANCE.product.title in told.absence.message
    assert told.absence.message.startswith("Dazu passt leider nichts")
    assert page_in_language(found, "en") == found
