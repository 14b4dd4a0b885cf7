"""Payments of orders: made once, canceled in time, streamed, and never from a sandbox in production."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import httpx
import pytest

from shopper.checkout.payments.addresses import AddressBook, checksummed
from shopper.checkout.payments.config import AssetConfig, PaymentsConfig, load_payments
from shopper.checkout.payments.errors import PaymentUnavailable
from shopper.checkout.payments.links import qr_svg, wallet_uri
from shopper.checkout.payments.quotes import Rates, atomic
from shopper.checkout.payments.sandbox import SandboxInProduction, sandbox_allowed
from shopper.errors import BadInput, Conflict, NotFound
from shopper.types import Money
from tests.checkout.payments.conftest import START, TOKEN, XPUB, Till, bill, config


async def test_an_order_has_one_payment_however_often_it_is_asked_for(till: Till) -> None:
    made = await asyncio.gather(*(till.open() for _ in range(8)))
    assert len({intent.id for intent in made}) == 1


async def test_every_order_has_an_address_of_its_own(till: Till) -> None:
    made = await asyncio.gather(*(till.open(f"order-{n}") for n in range(20)))
    assert len({intent.address for intent in made}) == 20


async def test_a_method_that_is_not_offered_is_refused(till: Till) -> None:
    with pytest.raises(BadInput):
        await till.open(method="onchain:doge-1")
    with pytest.raises(BadInput):
        await till.open("free", minor=0)


async def test_a_canceled_payment_takes_no_more_money_for_its_order(till: Till) -> None:
    intent = await till.open()
    await till.poll()
    assert (await till.payments.cancel(intent.id)).status == "canceled"
    till.clock.forward(seconds=30)
    till.chain.now = till.clock.now
    till.pay(intent, intent.due)
    view = await till.look(intent)
    assert (view.status, view.exception) == ("needs_review", "late")
    assert [state.status for _order, state in till.told] == ["canceled", "needs_review"]


async def test_a_payment_that_has_begun_is_not_canceled(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, intent.due)
    await till.poll()
    with pytest.raises(Conflict):
        await till.payments.cancel(intent.id)


async def test_a_settled_payment_can_be_sent_back_by_the_shop(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, intent.due)
    await till.poll()
    assert (await till.payments.refunded(intent.id)).status == "refunded"
    assert till.told[-1][1].status == "refunded"
    assert "0xabab" in await till.payments.providers["onchain"].refund(intent, intent.due)


async def test_a_task_that_the_shop_has_done_is_done(till: Till) -> None:
    intent = await till.open()
    till.pay(intent, 2 * intent.due)
    await till.poll()
    [task] = await till.payments.tasks()
    await till.payments.store.finish_task(task.id, till.clock())
    await till.poll()
    assert await till.payments.tasks() == []
    with pytest.raises(NotFound):
        await till.payments.store.finish_task(task.id, till.clock())


async def test_the_stream_ends_with_the_payment(till: Till) -> None:
    intent = await till.open(minor=20_000)

    async def follow() -> list[str]:
        return [view.status async for view in till.payments.changes(intent.id)]

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.05)
    till.pay(intent, intent.due)
    await till.poll()
    await asyncio.sleep(0.05)
    till.chain.mine(count=3)
    await till.poll()
    seen = await asyncio.wait_for(following, 5)
    assert list(dict.fromkeys(seen)) == ["awaiting_payment", "confirming", "settled"]


@pytest.mark.parametrize(
    ("outcome", "status", "exception"),
    [
        ("pay", "settled", "none"),
        ("underpay", "partially_paid", "underpaid"),
        ("overpay", "settled", "overpaid"),
        ("expire", "expired", "none"),
    ],
)
async def test_the_sandbox_does_what_it_is_told(
    till: Till, outcome: str, status: str, exception: str
) -> None:
    intent = await till.open(method="sandbox")
    view, _ = await till.payments.submit(intent.id, {"outcome": outcome})
    assert (view.status, view.exception) == (status, exception)
    assert till.told[-1][0] == "order-1"


async def test_a_sandbox_payment_can_be_completed_and_paid_twice(till: Till) -> None:
    intent = await till.open(method="sandbox")
    seen = []
    for outcome in ("underpay", "pay", "pay"):
        view, _ = await till.payments.submit(intent.id, {"outcome": outcome})
        seen.append((view.status, view.exception))
    assert seen == [("partially_paid", "underpaid"), ("settled", "none"), ("settled", "multiple")]


def test_the_sandbox_is_off_wherever_a_shopper_could_come() -> None:
    def allowed(mode: str = "auto", keys: bool = False, host: str = "127.0.0.1", url: str = "") -> bool:
        return sandbox_allowed(mode, keys=keys, host=host, public_url=url)  # type: ignore[arg-type]  # the setting's text

    assert allowed()
    assert allowed(url="http://localhost:8000")
    assert not allowed(keys=True)
    assert not allowed(host="0.0.0.0")
    assert not allowed(url="https://shop.example")
    assert not allowed("off")
    assert allowed("staging", keys=True)
    for given in ({"keys": True}, {"host": "10.0.0.1"}, {"url": "https://shop.example"}):
        with pytest.raises(SandboxInProduction):
            allowed("on", **given)  # type: ignore[arg-type]  # one of three keywords


def test_an_amount_is_rounded_up_and_never_down() -> None:
    euro = Money(minor=4990, currency="EUR")
    assert atomic(euro, Decimal(1), 6) == 49_900_000
    assert atomic(euro, Decimal("1.0842"), 6) == 54_101_580
    assert atomic(euro, Decimal("0.333333333333"), 6) == 16_633_334
    assert atomic(euro, Decimal("0.00041234567891"), 18) == 20_576_050_000_000_000
    assert atomic(Money(minor=4990, currency="JPY"), Decimal("0.0067"), 6) == 33_433_000
    assert atomic(Money(minor=1, currency="EUR"), Decimal("0.0001"), 2) == 1


async def test_a_rate_can_be_asked_for_and_a_bad_one_is_not_used() -> None:
    answers = iter([{"rate": "1.05"}, {"rate": "-1"}, {"rate": "NaN"}, {"price": 1}, []])
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=next(answers)))
    asset = AssetConfig(symbol="X", decimals=6, rate_url="https://rates.example/{currency}/{symbol}")
    method = config().onchain
    assert method is not None
    priced = method.network[0].asset_of(asset)
    async with httpx.AsyncClient(transport=transport) as client:
        rates = Rates(client=client)
        quote = await rates.quote(bill().total, asset, priced, START)
        assert (quote.atomic_amount, quote.rate_source, quote.rate_at) == (52_395_000, "rate_url", START)
        for _bad in range(4):
            with pytest.raises(PaymentUnavailable):
                await rates.quote(bill().total, asset, priced, START)


def test_addresses_are_those_of_the_shops_own_wallet() -> None:
    book = AddressBook(XPUB)
    # What every wallet shows for this mnemonic.
    assert [book.address(n) for n in range(3)] == [
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    ]


def test_a_private_key_and_nonsense_are_refused() -> None:
    for bad in ("xpub123", XPUB[:-1] + "q", ""):
        with pytest.raises(BadInput):
            AddressBook(bad)
    with pytest.raises(ValueError, match="private key"):
        PaymentsConfig.model_validate({"onchain": {"xpub": "xprv9s21", "network": []}})


def test_a_contract_with_a_wrong_checksum_is_refused() -> None:
    assert checksummed(TOKEN, what="it") == TOKEN
    for bad in (TOKEN.lower(), TOKEN[:-1] + "4", "0x12"):
        with pytest.raises(BadInput):
            checksummed(bad, what="it")


async def test_the_wallet_link_asks_for_exactly_this_payment(till: Till) -> None:
    token, coin = await till.open(), await till.open("order-2", "onchain:eth-31337")
    assert wallet_uri(token) == f"ethereum:{TOKEN}@31337/transfer?address={token.address}&uint256=49900000"
    assert wallet_uri(coin) == f"ethereum:{coin.address}@31337?value=19960000000000000"
    assert qr_svg(str(wallet_uri(token))).startswith(b"<svg")


def test_the_file_is_read_and_its_mistakes_are_named(tmp_path) -> None:  # type: ignore[no-untyped-def]  # pytest's
    file = tmp_path / "payments.toml"
    file.write_text(f'[onchain]\nxpub = "{XPUB}"\n[[onchain.network]]\nchain_id = 1\nname = "E"\nrpc = "x"\n')
    with pytest.raises(BadInput, match=r"network\.0\.asset"):
        load_payments(file)
    file.write_text("quote_minute = 3\n")
    with pytest.raises(BadInput, match="quote_minute"):
        load_payments(file)
    file.write_text("quote_minutes = 3\n")
    assert load_payments(file).quote_minutes == 3
