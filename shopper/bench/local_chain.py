"""A development chain behind a URL: its accounts are unlocked, and a test token can be put on it.

Knows nothing about payments. For anvil and its like; never for a chain with money on it.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from shopper.checkout.payments.config import PaymentsConfig
from shopper.checkout.payments.payments import Payments
from shopper.checkout.payments.provider import PaymentIntent
from shopper.checkout.payments.x402 import X402
from shopper.errors import BadInput

TOKEN_FILE = (
    Path(__file__).resolve().parents[2] / "tests" / "checkout" / "payments" / "token" / "TestToken.json"
)


class LocalChain:
    """A chain that mines each transaction at once."""

    def __init__(self, url: str) -> None:
        from web3 import Web3

        self.url = url
        self.w3 = Web3(Web3.HTTPProvider(url))
        self.chain_id = int(self.w3.eth.chain_id)
        self.accounts = [str(account) for account in self.w3.eth.accounts]
        if not self.accounts:
            raise BadInput("That node has no unlocked accounts; give a development chain, such as anvil.")

    def deploy(self, name: str, symbol: str, decimals: int = 6) -> Any:
        """A new test token, of which the first account has plenty."""
        made = json.loads(TOKEN_FILE.read_text(encoding="utf-8"))
        contract = self.w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"])
        receipt = self.wait(contract.constructor(name, symbol, decimals).transact({"from": self.accounts[0]}))
        token = self.w3.eth.contract(address=receipt["contractAddress"], abi=made["abi"])
        self.mint(token, self.accounts[0])
        return token

    def mint(self, token: Any, holder: str, value: int = 10**12) -> None:
        self.wait(token.functions.mint(holder, value).transact({"from": self.accounts[0]}))

    def send(self, token: Any, to: str, value: int) -> None:
        self.wait(token.functions.transfer(to, value).transact({"from": self.accounts[0]}))

    def send_coin(self, to: str, value: int) -> None:
        from web3.types import Wei

        self.wait(self.w3.eth.send_transaction({"from": self.accounts[0], "to": to, "value": Wei(value)}))

    def wait(self, tx: Any) -> Any:
        """The receipt of a transaction that succeeded."""
        receipt = self.w3.eth.wait_for_transaction_receipt(tx, timeout=20, poll_latency=0.01)
        if receipt["status"] != 1:
            raise BadInput("The chain refused a transaction.")
        return receipt


class Fair:
    """A shop's token, a facilitator with gas, and a buyer who has both on a local chain."""

    def __init__(self, chain: LocalChain, currency: str) -> None:
        from bip_utils import Bip44, Bip44Coins  # type: ignore[import-untyped]  # it ships no types
        from eth_account import Account
        from x402 import x402FacilitatorSync
        from x402.mechanisms.evm import FacilitatorWeb3Signer
        from x402.mechanisms.evm.exact import register_exact_evm_facilitator

        self.chain, self.token = chain, chain.deploy("Test Coin", "TEST")
        self.buyer, gas = Account.create(), Account.create()
        chain.mint(self.token, self.buyer.address)
        chain.send_coin(gas.address, 10**18)
        self.facilitator = x402FacilitatorSync()
        signer = FacilitatorWeb3Signer(gas.key.hex(), chain.url)
        register_exact_evm_facilitator(self.facilitator, signer, networks=f"eip155:{chain.chain_id}")
        wallet = Bip44.FromSeed(secrets.token_bytes(32), Bip44Coins.ETHEREUM)
        xpub = wallet.Purpose().Coin().Account(0).PublicKey().ToExtended()
        asset = {
            "symbol": "TEST",
            "contract": self.token.address,
            "decimals": 6,
            "stable": currency,
            "eip3009": {"name": "Test Coin", "version": "2"},
        }
        network = {
            "chain_id": chain.chain_id,
            "name": "Local",
            "rpc": chain.url,
            "confirmations": [{"blocks": 1}],
            "max_head_age": None,
            "asset": [asset],
        }
        self.config = PaymentsConfig.model_validate({"onchain": {"xpub": str(xpub), "network": [network]}})
        self.method = f"onchain:test-{chain.chain_id}"

    async def new_block(self) -> None:
        """Something happens on the chain that is no payment."""
        self.chain.send(self.token, self.chain.accounts[1], 1)

    def payer(self, payments: Payments) -> Callable[[PaymentIntent], Awaitable[tuple[float, float]]]:
        """Pays an intent with the official client; gives the milliseconds of (verify, settle)."""
        import base64

        from x402 import x402ClientSync
        from x402.mechanisms.evm.exact import register_exact_evm_client
        from x402.schemas import PaymentPayload, PaymentRequired

        client = x402ClientSync()
        client.set_spend_controls(False)
        register_exact_evm_client(client, self.buyer)

        async def pay(intent: PaymentIntent) -> tuple[float, float]:
            provider = payments.providers["x402"]
            assert isinstance(provider, X402)
            required = PaymentRequired.model_validate(provider.required(intent, "http://localhost/pay"))
            payload = client.create_payment_payload(required)
            assert isinstance(payload, PaymentPayload)
            began = time.perf_counter()
            self.facilitator.verify(payload, payload.accepted)
            verified = time.perf_counter()
            header = base64.b64encode(payload.model_dump_json(by_alias=True, exclude_none=True).encode())
            view, _ = await payments.submit(intent.id, {"signature": header.decode()})
            if view.status != "settled":
                raise BadInput(f"A payment that was made is {view.status}.")
            return 1000 * (verified - began), 1000 * (time.perf_counter() - verified)

        return pay
