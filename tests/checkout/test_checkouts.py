"""From a cart to a paid order: quotes, confirmations, payments' news and crashes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from shopper.checkout.errors import CartChanged, LineSoldOut, NoCheckout, PriceChanged, ProposalOutdated
from shopper.checkout.handoff import HandOff
from shopper.checkout.payments.provider import PaymentState, PaymentStatus
from shopper.checkout.totals import FlatRates
from shopper.database import Database
from shopper.errors import BadInput, Conflict, NotFound
from shopper.types import Money
from tests.checkout.desk import EUR, OWNER, Room


@pytest_asyncio.fixture
async def room(empty_data: Path, tmp_path: Path) -> AsyncIterator[Room]:
    shutil.copytree(empty_data, tmp_path / "data")
    db = await Database.open_folder(tmp_path / "data")
    room = Room(db, rates=FlatRates(shipping=490, shipping_free_from=10000, tax_percent="20"))
    await room.sell("tee", 4990, 3)
    await room.sell("scarf", 1500, 9)
    await room.a_thread("t1")
    yield room
    await room.checkouts.close()
    await db.close()


# ── a quote ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_quote_has_the_lines_the_charges_and_their_sum(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    assert proposal.total == Money(minor=5480, currency=EUR)
    assert [(c.kind, c.amount.minor, c.included) for c in proposal.charges] == [
        ("shipping", 490, False),
        ("tax", 913, True),
    ]
    assert proposal.lines[0].chosen_by == "filter"
    assert (proposal.payment_methods, proposal.hand_off_url) == (("sandbox",), None)
    assert await room.checkouts.get(proposal.id, OWNER) == proposal


async def test_an_empty_cart_and_a_changed_one_are_refused(room: Room) -> None:
    with pytest.raises(BadInput, match="empty"):
        await room.checkouts.propose("t1", OWNER)
    cart = await room.fill("t1", tee=1)
    with pytest.raises(CartChanged) as error:
        await room.checkouts.propose("t1", OWNER, cart_version=0)
    assert error.value.cart == cart


async def test_a_new_price_is_said_and_the_cart_set_right_before_the_next_quote(room: Room) -> None:
    await room.fill("t1", tee=1)
    await room.sell("tee", 5990, 3)
    with pytest.raises(PriceChanged, match=r"now costs €59\.90 instead of €49\.90"):
        await room.checkouts.propose("t1", OWNER)
    assert (await room.checkouts.propose("t1", OWNER)).lines[0].unit_price.minor == 5990


async def test_a_line_that_is_sold_out_is_named(room: Room) -> None:
    await room.fill("t1", tee=1)
    await room.sell("tee", 4990, 0)
    with pytest.raises(LineSoldOut, match="Lyon Tee in M is sold out"):
        await room.checkouts.propose("t1", OWNER)


async def test_a_quote_ends_after_fifteen_minutes_and_a_fresh_one_comes_with_the_refusal(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    room.clock.move(minutes=15)
    assert (await room.checkouts.get(proposal.id, OWNER)).status == "expired"
    with pytest.raises(ProposalOutdated, match="expired") as error:
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    fresh = error.value.fresh
    assert fresh is not None
    assert (await room.checkouts.confirm(fresh.id, OWNER, "sandbox")).created


async def test_the_newest_quote_of_a_conversation_is_its_current_one(room: Room) -> None:
    assert await room.checkouts.current("t1", OWNER) is None
    await room.fill("t1", tee=1)
    first = await room.checkouts.propose("t1", OWNER)
    room.clock.move(minutes=1)
    second = await room.checkouts.propose("t1", OWNER)
    assert await room.checkouts.current("t1", OWNER) == second
    assert first.id != second.id
    room.clock.move(minutes=15)
    ended = await room.checkouts.current("t1", OWNER)
    assert ended is not None
    assert (ended.id, ended.status) == (second.id, "expired")
    with pytest.raises(NotFound):
        await room.checkouts.current("t1", "eve")


async def test_what_is_somebody_elses_is_not_there(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    order = (await room.checkouts.confirm(proposal.id, OWNER, "sandbox")).order
    for other in ("eve", None):
        with pytest.raises(NotFound):
            await room.checkouts.propose("t1", other)
        with pytest.raises(NotFound):
            await room.checkouts.get(proposal.id, other)
        with pytest.raises(NotFound):
            await room.checkouts.confirm(proposal.id, other, "sandbox")
        with pytest.raises(NotFound):
            await room.checkouts.cancel(proposal.id, other)
        with pytest.raises(NotFound):
            await room.checkouts.order(order.id, other)
        with pytest.raises(NotFound):
            await room.checkouts.orders_of("t1", other)


# ── an order ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_confirmed_quote_is_an_order_with_a_payment_and_an_empty_cart(room: Room) -> None:
    await room.fill("t1", tee=2)
    proposal = await room.checkouts.propose("t1", OWNER)
    done = await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    assert (done.order.number, done.order.status, done.created) == ("MV-1001", "awaiting_payment", True)
    assert (done.order.lines, done.order.charges, done.order.total) == (
        proposal.lines,
        proposal.charges,
        proposal.total,
    )
    assert done.payment is not None
    assert done.payment.order_id == done.order.id
    assert (await room.carts.get("t1", EUR)).lines == ()
    assert await room.left("tee") == 1
    assert (await room.checkouts.get(proposal.id, OWNER)).order_id == done.order.id
    assert await room.checkouts.orders_of("t1", OWNER) == (done.order,)
    assert room.told("order.created") == 1


async def test_the_same_quote_confirmed_twice_or_at_once_makes_one_order(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    first, *others = await asyncio.gather(
        *(room.checkouts.confirm(proposal.id, OWNER, "sandbox") for _ in range(4))
    )
    again = await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    assert {done.order.id for done in (first, *others, again)} == {first.order.id}
    assert sum(done.created for done in (first, *others, again)) == 1
    assert len(await room.orders()) == len(room.desk.intents) == room.told("order.created") == 1


async def test_two_tabs_with_a_quote_each_make_one_order(room: Room) -> None:
    await room.fill("t1", tee=1)
    tabs = [await room.checkouts.propose("t1", OWNER) for _ in range(2)]
    done = await asyncio.gather(
        *(room.checkouts.confirm(tab.id, OWNER, "sandbox") for tab in tabs), return_exceptions=True
    )
    refused = [answer for answer in done if isinstance(answer, ProposalOutdated)]
    assert len(refused) == len(await room.orders()) == 1
    assert refused[0].fresh is None
    assert "cart was changed" in refused[0].message


async def test_a_price_that_changes_before_the_click_is_said_with_a_fresh_quote(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    await room.sell("tee", 5990, 3)
    with pytest.raises(ProposalOutdated, match=r"now costs €59\.90") as error:
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    assert [note.kind for note in error.value.notes] == ["price_changed"]
    assert error.value.fresh is not None
    assert error.value.fresh.lines[0].unit_price.minor == 5990
    assert await room.orders() == []
    assert await room.left("tee") == 3
    with pytest.raises(ProposalOutdated, match="canceled"):
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")


async def test_a_piece_that_is_sold_before_the_click_is_said_without_a_quote(room: Room) -> None:
    await room.fill("t1", tee=2)
    proposal = await room.checkouts.propose("t1", OWNER)
    await room.sell("tee", 4990, 1)
    with pytest.raises(ProposalOutdated, match="Only 1 of Lyon Tee in M left") as error:
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    assert error.value.fresh is None
    assert error.value.cart.lines[0].quantity == 2
    assert await room.orders() == []


async def test_a_cart_that_was_changed_after_the_quote_must_be_quoted_anew(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    await room.fill("t1", minor=1500, scarf=1)
    with pytest.raises(ProposalOutdated, match="cart was changed") as error:
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    assert error.value.fresh is not None
    assert [line.variant_id for line in error.value.fresh.lines] == ["scarf"]


async def test_an_unknown_way_to_pay_is_refused_and_the_only_one_needs_no_name(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    with pytest.raises(BadInput, match="sandbox"):
        await room.checkouts.confirm(proposal.id, OWNER, "cash")
    assert await room.orders() == []
    assert (await room.checkouts.confirm(proposal.id, OWNER)).created


# ── payments' news ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_settled_payment_makes_an_order_paid_exactly_once(room: Room) -> None:
    order = await room.an_order("t1", tee=2)
    await room.pay(order, "confirming")
    assert (await room.checkouts.order(order.id, OWNER)).status == "confirming"
    await asyncio.gather(*(room.pay(order) for _ in range(3)))
    await room.pay(order, "expired")
    assert (await room.checkouts.order(order.id, OWNER)).status == "paid"
    assert (room.told("order.paid"), room.told("order.canceled")) == (1, 0)


async def test_sold_pieces_count_until_the_shop_writes_another_stock(room: Room) -> None:
    await room.pay(await room.an_order("t1", tee=2))
    assert await room.left("tee") == 1
    await room.sell("tee", 3990, 3)  # a new price alone
    assert await room.left("tee") == 1
    await room.sell("tee", 3990, 1)
    assert await room.left("tee") == 1
    await room.checkouts.sweep()
    await room.sell("tee", 3990, 3)
    assert await room.left("tee") == 3


async def test_an_expired_payment_cancels_the_order_and_gives_everything_back(room: Room) -> None:
    order = await room.an_order("t1", tee=2)
    await room.pay(order, "expired")
    await room.pay(order, "expired")
    assert (await room.checkouts.order(order.id, OWNER)).status == "canceled"
    assert await room.left("tee") == 3
    assert (await room.carts.get("t1", EUR)).lines == order.lines
    assert room.told("order.canceled") == 1


async def test_money_that_comes_for_a_canceled_order_is_the_shops_to_look_at(room: Room) -> None:
    order = await room.an_order("t1", tee=2)
    await room.pay(order, "expired")
    await room.pay(order)
    await room.pay(order)
    assert (await room.checkouts.order(order.id, OWNER)).status == "needs_review"
    assert (room.told("order.needs_review"), room.told("order.paid")) == (1, 0)
    assert "after the order was canceled" in room.events[-1][1]["task"]
    await room.pay(order, "refunded")
    assert (await room.checkouts.order(order.id, OWNER)).status == "refunded"


@pytest.mark.parametrize(
    ("news", "status", "left"),
    [
        ("needs_review", "needs_review", 1),
        ("refunded", "refunded", 3),
        ("partially_paid", "awaiting_payment", 1),
    ],
)
async def test_other_news_move_the_order(room: Room, news: PaymentStatus, status: str, left: int) -> None:
    order = await room.an_order("t1", tee=2)
    await room.pay(order, news)
    assert (await room.checkouts.order(order.id, OWNER)).status == status
    assert await room.left("tee") == left


async def test_the_shop_ends_a_review_one_way_or_the_other(room: Room) -> None:
    await room.a_thread("t2")
    taken, returned = await room.an_order("t1", tee=1), await room.an_order("t2", tee=1)
    for order in (taken, returned):
        with pytest.raises(Conflict, match="isn't in review"):
            await room.checkouts.resolve(order.id, "paid")
        await room.pay(order, "needs_review")
    await room.checkouts.resolve(taken.id, "paid")
    await room.checkouts.resolve(returned.id, "refunded")
    assert (await room.checkouts.resolve(returned.id, "refunded")).status == "refunded"
    for order in (taken, returned):
        await room.pay(order, "needs_review")  # the payment itself knows no better
    assert (await room.checkouts.order(taken.id, OWNER)).status == "paid"
    assert (room.told("order.paid"), room.told("order.refunded")) == (1, 1)
    assert await room.left("tee") == 2


async def test_an_order_outlives_its_conversation(room: Room) -> None:
    order = await room.an_order("t1", tee=1)
    await room.delete_thread("t1")
    await room.pay(order)
    assert (await room.checkouts.order(order.id, OWNER)).status == "paid"
    with pytest.raises(NotFound):
        await room.checkouts.orders_of("t1", OWNER)


async def test_a_quote_of_an_erased_conversation_makes_no_order(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    await room.delete_thread("t1")
    with pytest.raises(NotFound):
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    assert await room.orders() == []


# ── canceling ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_canceled_quote_can_not_be_confirmed(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    assert (await room.checkouts.cancel(proposal.id, OWNER)).status == "canceled"
    with pytest.raises(ProposalOutdated, match="canceled"):
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")


async def test_canceling_after_the_click_cancels_order_and_payment(room: Room) -> None:
    order = await room.an_order("t1", tee=2)
    await room.checkouts.cancel(order.checkout_id, OWNER)
    await room.checkouts.cancel(order.checkout_id, OWNER)
    assert (await room.checkouts.order(order.id, OWNER)).status == "canceled"
    assert room.desk.statuses == {f"pay-{order.id}": "canceled"}
    assert await room.left("tee") == 3


async def test_an_order_whose_money_is_on_its_way_can_not_be_canceled(room: Room) -> None:
    order = await room.an_order("t1", tee=2)
    room.desk.statuses[f"pay-{order.id}"] = "confirming"
    with pytest.raises(Conflict, match="MV-1001 can't be canceled"):
        await room.checkouts.cancel(order.checkout_id, OWNER)
    assert (await room.checkouts.order(order.id, OWNER)).status == "confirming"
    assert await room.left("tee") == 1


# ── crashes ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_order_whose_payment_could_not_begin_is_finished_by_the_next_click(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    room.desk.broken = True
    with pytest.raises(NoCheckout, match="closed"):
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    room.desk.broken = False
    done = await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    assert done.order.payment_id == f"pay-{done.order.id}"
    assert len(await room.orders()) == 1


async def test_a_restart_begins_the_payment_that_a_crash_left_out(room: Room) -> None:
    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    room.desk.broken = True
    with pytest.raises(NoCheckout):
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    after = Room(room.db, clock=room.clock)  # another process
    await after.checkouts.recover()
    (order,) = await room.orders()
    assert order.payment_id == f"pay-{order.id}"
    assert order.status == "awaiting_payment"


async def test_an_order_whose_payment_can_never_begin_is_let_go_after_a_while(room: Room) -> None:
    await room.fill("t1", tee=2)
    proposal = await room.checkouts.propose("t1", OWNER)
    room.desk.broken = True
    with pytest.raises(NoCheckout):
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    await room.checkouts.recover()
    assert await room.left("tee") == 1
    room.clock.move(minutes=16)
    await room.checkouts.sweep()
    assert (await room.orders())[0].status == "canceled"
    assert await room.left("tee") == 3


async def test_a_crash_between_settling_and_the_order_is_made_good(room: Room) -> None:
    order = await room.an_order("t1", tee=1)
    room.desk.statuses[f"pay-{order.id}"] = "settled"  # and nobody told the order
    await Room(room.db, clock=room.clock, desk=room.desk).checkouts.recover()
    assert (await room.checkouts.order(order.id, OWNER)).status == "paid"


async def test_the_sweep_lets_go_of_pieces_only_when_the_payment_has_ended(room: Room) -> None:
    order = await room.an_order("t1", tee=2)
    room.clock.move(minutes=20)
    await room.checkouts.sweep()
    assert await room.left("tee") == 1  # the payment's own word counts, not our clock
    room.desk.statuses[f"pay-{order.id}"] = "expired"
    room.clock.move(minutes=2)
    await room.checkouts.sweep()
    assert await room.left("tee") == 3


async def test_a_failed_event_leaves_nothing_half_done(room: Room) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the outbox is gone")

    await room.fill("t1", tee=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    room.checkouts._ledger._emit = broken
    with pytest.raises(RuntimeError):
        await room.checkouts.confirm(proposal.id, OWNER, "sandbox")
    assert await room.orders() == []
    assert await room.left("tee") == 3
    assert (await room.checkouts.get(proposal.id, OWNER)).status == "open"
    assert len((await room.carts.get("t1", EUR)).lines) == 1


async def test_old_quotes_are_dropped_and_orders_stay(room: Room) -> None:
    order = await room.an_order("t1", tee=1)
    await room.fill("t1", minor=1500, scarf=1)
    proposal = await room.checkouts.propose("t1", OWNER)
    room.clock.move(days=2)
    await room.checkouts.sweep()
    with pytest.raises(NotFound):
        await room.checkouts.get(proposal.id, OWNER)
    assert (await room.checkouts.get(order.checkout_id, OWNER)).order_id == order.id


async def test_news_of_an_unknown_order_are_refused(room: Room) -> None:
    with pytest.raises(NotFound):
        await room.checkouts.on_payment("nobody", PaymentState(status="settled"))


# ── the shop's own checkout ─────────────────────────────────────────────────────────────────────────────


async def test_a_shop_with_its_own_checkout_gets_the_cart_and_confirms_nothing_here(room: Room) -> None:
    template = "https://shop.example/cart?items={sku}:{quantity},…"
    handing = Room(room.db, hand_off=HandOff.parse(template), prefix="h")
    await handing.fill("t1", tee=2)
    proposal = await handing.checkouts.propose("t1", OWNER)
    assert proposal.hand_off_url == "https://shop.example/cart?items=SKU%20tee:2"
    assert proposal.payment_methods == ()
    with pytest.raises(Conflict, match="own checkout"):
        await handing.checkouts.confirm(proposal.id, OWNER, "sandbox")


async def test_a_shop_with_neither_says_so(room: Room) -> None:
    closed = Room(room.db, paying=False, prefix="c")
    await closed.fill("t1", tee=1)
    with pytest.raises(NoCheckout, match="own site"):
        await closed.checkouts.propose("t1", OWNER)
