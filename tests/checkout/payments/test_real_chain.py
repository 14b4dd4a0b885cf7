"""Payments on a real chain, with the official x402 client as the buyer."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bip_utils import Bip44, Bip44Coins
from eth_account import Account
from eth_account.signers.local import LocalAccount
from x402 import x402ClientSync, x402FacilitatorSync
from x402.mechanisms.evm import FacilitatorWeb3Signer
from x402.mechanisms.evm.exact import register_exact_evm_client, register_exact_evm_facilitator
from x402.schemas import PaymentRequired

from shopper.checkout.payments.build import build_payments
from shopper.checkout.payments.config import PaymentsConfig
from shopper.checkout.payments.errors import PaymentRefused, PaymentUnavailable
from shopper.checkout.payments.payments import Payments
from shopper.checkout.payments.provider import PaymentIntent, PaymentState
from shopper.checkout.payments.watcher import Watcher
from shopper.checkout.payments.x402 import X402
from shopper.database import Database
from tests.checkout.payments.conftest import bill
from tests.checkout.payments.real_chain import RealChain, real_chain

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Town:
    """A chain with the shop's token, another one, a buyer who has some, and a facilitator with gas."""

    chain: RealChain
    token: Any
    other: Any
    buyer: LocalAccount
    facilitator: x402FacilitatorSync


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with real_chain() as chain:
        token, other = chain.deploy("Test Euro", "TEUR"), chain.deploy("Test Dollar", "TUSD")
        buyer, gas = Account.create(), Account.create()
        chain.mint(token, buyer.address)
        chain.send_coin(gas.address, 10**18)
        facilitator = x402FacilitatorSync()
        signer = FacilitatorWeb3Signer(gas.key.hex(), chain.url)
        register_exact_evm_facilitator(facilitator, signer, networks=f"eip155:{chain.chain_id}")
        yield Town(chain, token, other, buyer, facilitator)


@dataclass
class Shop:
    payments: Payments
    watcher: Watcher
    x402: X402
    told: list[tuple[str, PaymentState]]

    async def open(self, town: Town, kind: str = "onchain:teur", minor: int = 4990) -> PaymentIntent:
        order = bill(secrets.token_hex(4), minor)
        return await self.payments.create(order, f"{kind}-{town.chain.chain_id}", idempotency_key=order.id)


def config(town: Town, xpub: str) -> PaymentsConfig:
    network = {
        "chain_id": town.chain.chain_id,
        "name": "Local",
        "rpc": town.chain.url,
        "confirmations": [{"up_to": 10_000, "blocks": 1}, {"blocks": 3}],
        "max_head_age": 86_400,
        "asset": [
            {
                "symbol": "TEUR",
                "contract": town.token.address,
                "decimals": 6,
                "stable": "EUR",
                "eip3009": {"name": "Test Euro", "version": "2"},
            },
            {"symbol": "TUSD", "contract": town.other.address, "decimals": 6, "rates": {"EUR": "1.0842"}},
            {"symbol": "ETH", "decimals": 18, "rates": {"EUR": "0.0004"}},
        ],
    }
    return PaymentsConfig.model_validate({"onchain": {"xpub": xpub, "network": [network]}})


def fresh_xpub() -> str:
    """Of a wallet that nobody has paid to before."""
    wallet = Bip44.FromSeed(secrets.token_bytes(32), Bip44Coins.ETHEREUM)
    return str(wallet.Purpose().Coin().Account(0).PublicKey().ToExtended())


def shop_over(db: Database, town: Town, xpub: str, facilitator: Any = None) -> Shop:
    payments = build_payments(
        db,
        config(town, xpub),
        currency="EUR",
        sandbox=False,
        clock=lambda: datetime.now(UTC),
        ids=lambda: secrets.token_urlsafe(16),
        facilitator=facilitator or town.facilitator,
    )
    told: list[tuple[str, PaymentState]] = []

    async def hear(order_id: str, state: PaymentState) -> None:
        told.append((order_id, state))

    payments.on_payment(hear)
    x402 = payments.providers["x402"]
    assert isinstance(x402, X402)
    return Shop(payments, Watcher(payments, owner=secrets.token_hex(4)), x402, told)


@pytest.fixture
async def shop(empty_database: Path, tmp_path: Path, town: Town) -> AsyncIterator[Shop]:
    shutil.copytree(empty_database, tmp_path / "data")
    db = await Database.open_folder(tmp_path / "data")
    opened = shop_over(db, town, fresh_xpub())
    yield opened
    await opened.payments.close()
    await db.close()


def sign(town: Town, shop: Shop, intent: PaymentIntent, buyer: LocalAccount | None = None) -> str:
    """What the official client sends after it has read our 402."""
    client = x402ClientSync()
    client.set_spend_controls(False)
    register_exact_evm_client(client, buyer or town.buyer)
    required = PaymentRequired.model_validate(shop.x402.required(intent, "http://shop.example/pay"))
    payload = client.create_payment_payload(required)
    return base64.b64encode(payload.model_dump_json(by_alias=True, exclude_none=True).encode()).decode()


def tampered(header: str, change: Callable[[dict[str, Any]], None]) -> str:
    sent = json.loads(base64.b64decode(header))
    change(sent)
    return base64.b64encode(json.dumps(sent).encode()).decode()


async def test_a_token_payment_settles(town: Town, shop: Shop) -> None:
    intent = await shop.open(town)
    town.chain.send(town.token, str(intent.address), intent.due)
    await shop.watcher.poll()
    view = await shop.payments.get(intent.id)
    assert (view.status, view.received) == ("settled", intent.due)
    assert town.token.functions.balanceOf(intent.address).call() >= intent.due


async def test_the_networks_own_coin_settles(town: Town, shop: Shop) -> None:
    intent = await shop.open(town, "onchain:eth")
    await shop.watcher.poll()
    town.chain.send_coin(str(intent.address), intent.due)
    await shop.watcher.poll()
    assert (await shop.payments.get(intent.id)).status == "settled"


async def test_another_token_is_not_taken_for_the_right_one(town: Town, shop: Shop) -> None:
    intent = await shop.open(town)
    town.chain.send(town.other, str(intent.address), intent.due)
    await shop.watcher.poll()
    assert (await shop.payments.get(intent.id)).exception == "wrong_asset"


async def test_a_real_reorg_takes_a_payment_back(town: Town, shop: Shop) -> None:
    intent = await shop.open(town, minor=20_000)
    await shop.watcher.poll()
    before = town.chain.snapshot()
    town.chain.send(town.token, str(intent.address), intent.due)
    await shop.watcher.poll()
    assert (await shop.payments.get(intent.id)).status == "confirming"
    town.chain.revert(before)
    town.chain.send_coin(town.chain.accounts[1], 1)  # so that the new block is another one
    town.chain.mine(2)
    await shop.watcher.poll()
    view = await shop.payments.get(intent.id)
    assert (view.status, view.exception, view.received) == ("awaiting_payment", "reorged", 0)


async def test_the_official_client_pays_by_signature(town: Town, shop: Shop) -> None:
    intent = await shop.open(town, "x402:teur")
    view, answer = await shop.payments.submit(intent.id, {"signature": sign(town, shop, intent)})
    assert (view.status, view.received) == ("settled", intent.due)
    assert answer["transaction"] == view.tx[0].hash
    assert [state.status for _order, state in shop.told] == ["settled"]
    await shop.watcher.poll()
    assert (
        await shop.payments.get(intent.id)
    ).exception == "none"  # seen by the watcher, too, and counted once


async def test_a_replayed_signature_pays_once_and_only_its_own_order(town: Town, shop: Shop) -> None:
    intent, other = await shop.open(town, "x402:teur"), await shop.open(town, "x402:teur")
    header = sign(town, shop, intent)
    first, one = await shop.payments.submit(intent.id, {"signature": header})
    again, two = await shop.payments.submit(intent.id, {"signature": header})
    assert (one["transaction"], again.received) == (two["transaction"], first.received)
    with pytest.raises(PaymentRefused) as refused:
        await shop.payments.submit(other.id, {"signature": header})
    assert refused.value.reason == "recipient_mismatch"


async def test_of_two_signatures_at_once_one_is_settled_and_the_other_never_taken(
    town: Town, shop: Shop
) -> None:
    intent = await shop.open(town, "x402:teur")
    headers = [sign(town, shop, intent) for _ in range(2)]
    done = await asyncio.gather(
        *(shop.payments.submit(intent.id, {"signature": header}) for header in headers),
        return_exceptions=True,
    )
    refused = [result for result in done if isinstance(result, PaymentRefused)]
    assert [result.reason for result in refused] == ["already_paid"]
    assert town.token.functions.balanceOf(intent.address).call() == intent.due


async def test_tampered_signatures_are_refused_and_leave_the_payment_open(town: Town, shop: Shop) -> None:
    intent = await shop.open(town, "x402:teur")
    header = sign(town, shop, intent)

    def set_to(**fields: str) -> Callable[[dict[str, Any]], None]:
        return lambda sent: sent["payload"]["authorization"].update(fields)

    broke = Account.create()
    cases = {
        "amount_mismatch": tampered(header, set_to(value="1")),
        "recipient_mismatch": tampered(header, set_to(to=town.chain.accounts[3])),
        "network_mismatch": tampered(header, lambda sent: sent["accepted"].update(network="eip155:1")),
        "invalid_exact_evm_payload_signature": tampered(header, set_to(nonce="0x" + "11" * 32)),
        "invalid_payload": "bm9uc2Vuc2U=",
    }
    for reason, sent in cases.items():
        with pytest.raises(PaymentRefused) as refused:
            await shop.payments.submit(intent.id, {"signature": sent})
        assert refused.value.reason in (reason, "invalid_exact_evm_signature"), reason
    with pytest.raises(PaymentRefused):  # nothing in that wallet
        await shop.payments.submit(intent.id, {"signature": sign(town, shop, intent, broke)})
    view, _ = await shop.payments.submit(intent.id, {"signature": header})
    assert view.status == "settled"


class DiesAfterBroadcast:
    """A facilitator whose process dies when the transaction is out and nothing is written yet."""

    def __init__(self, inner: Any, *, broadcast: bool) -> None:
        self._inner, self._broadcast = inner, broadcast

    def verify(self, payload: Any, requirements: Any) -> Any:
        return self._inner.verify(payload, requirements)

    def settle(self, payload: Any, requirements: Any) -> Any:
        if self._broadcast:
            self._inner.settle(payload, requirements)
        raise ConnectionError("gone")


@pytest.mark.parametrize("broadcast", [True, False])
async def test_a_crash_around_the_broadcast_is_healed_after_a_restart(
    town: Town, shop: Shop, tmp_path: Path, broadcast: bool
) -> None:
    db = await Database.open_folder(tmp_path / "data")
    xpub = fresh_xpub()
    dying = shop_over(db, town, xpub, DiesAfterBroadcast(town.facilitator, broadcast=broadcast))
    intent = await dying.open(town, "x402:teur")
    with pytest.raises(PaymentUnavailable):
        await dying.payments.submit(intent.id, {"signature": sign(town, dying, intent)})
    with pytest.raises(PaymentRefused):  # taken; a second signature would pay twice
        await dying.payments.submit(intent.id, {"signature": sign(town, dying, intent)})
    after = shop_over(db, town, xpub)
    assert await after.x402.recover(older_than=timedelta(0)) == [intent.id]
    await after.payments.recompute(intent.id)
    view = await after.payments.get(intent.id)
    assert (view.status, view.received) == ("settled", intent.due)
    assert town.token.functions.balanceOf(intent.address).call() == intent.due
    await db.close()
