"""Payment in a coin or token to an address of the order's own, below the shop's extended public key.

Knows nothing about private keys, orders or HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shopper.checkout.payments import blocks
from shopper.checkout.payments.addresses import AddressBook, checksummed
from shopper.checkout.payments.config import AssetConfig, NetworkConfig, OnchainConfig
from shopper.checkout.payments.cursors import Cursors
from shopper.checkout.payments.errors import PaymentRefused, PaymentUnavailable
from shopper.checkout.payments.provider import (
    Capability,
    Head,
    PaymentIntent,
    PaymentMethod,
    ProviderId,
    Quote,
    Transfer,
)
from shopper.checkout.payments.quotes import Rates
from shopper.checkout.payments.reader import ChainReader
from shopper.checkout.payments.rpc import HttpRpc, Rpc, must
from shopper.checkout.payments.store import PaymentStore
from shopper.errors import BadInput
from shopper.types import Money


class OnChain:
    """Takes payments on every network of the configuration."""

    id: ProviderId = "onchain"
    capabilities: frozenset[Capability] = frozenset({"address"})

    def __init__(
        self,
        config: OnchainConfig,
        *,
        store: PaymentStore,
        cursors: Cursors,
        clock: Callable[[], datetime],
        rates: Rates | None = None,
        rpc: Mapping[int, Rpc] | None = None,
    ) -> None:
        given = rpc or {}
        self._store, self._cursors, self._clock = store, cursors, clock
        self._rates = rates or Rates()
        self._book = AddressBook(config.xpub)
        self._networks = {network.chain: _checked(network) for network in config.network}
        self.readers = {
            network.chain: ChainReader(
                network, given.get(network.chain_id) or HttpRpc(network.rpc, name=network.name)
            )
            for network in self._networks.values()
        }

    def methods(self, currency: str) -> tuple[PaymentMethod, ...]:
        return tuple(
            self._method(network, config)
            for network in self._networks.values()
            for config in network.asset
            if config.takes(currency) and self._offers(config)
        )

    def _offers(self, _config: AssetConfig) -> bool:
        return True

    def _method(self, network: NetworkConfig, config: AssetConfig) -> PaymentMethod:
        return PaymentMethod(
            id=f"{self.id}:{config.symbol.lower()}-{network.chain_id}",
            provider=self.id,
            label=self._label(config, network),
            asset=network.asset_of(config),
        )

    def _label(self, config: AssetConfig, network: NetworkConfig) -> str:
        return f"{config.symbol} on {network.name}"

    async def quote(self, amount: Money, method: PaymentMethod) -> Quote:
        asset = method.asset
        if asset is None or asset.chain not in self._networks:
            raise PaymentUnavailable("This way to pay isn't offered any more.")
        config = next((a for a in self._networks[asset.chain].asset if a.contract == asset.contract), None)
        if config is None:
            raise PaymentUnavailable(f"{asset.symbol} isn't taken any more.")
        return await self._rates.quote(amount, config, asset, self._clock())

    async def create(self, draft: PaymentIntent, idempotency_key: str) -> PaymentIntent:
        """With an address that was never used before; it stays unused where the order had one already."""
        index = await self._store.next_index(self._book.key)
        blocks_needed, finalized = self._networks[draft.chain].finality(draft.quote.amount)
        return draft.model_copy(
            update={
                "address": self._book.address(index),
                "address_index": index,
                "confirmations_needed": blocks_needed,
                "finalized": finalized,
            }
        )

    async def submit(self, intent: PaymentIntent, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        raise PaymentRefused("Pay by sending to the address; nothing is handed in here.", reason="no_submit")

    async def refresh(self, intent: PaymentIntent) -> list[Transfer]:
        """Looked up on the chain from the minute it was made, whatever the watcher saw."""
        assert intent.address is not None
        found: list[Transfer] = []
        reader = self.readers[intent.chain]
        start = await reader.block_at(intent.created_at)
        for _payment, transfer in await reader.scan(
            {intent.address.lower(): intent.id}, start, self._clock()
        ):
            found.append(transfer)
        return found

    async def of_transaction(self, intent: PaymentIntent, tx: str) -> list[Transfer]:
        """What one transaction brought to the intent's address; empty while it isn't mined."""
        reader = self.readers[intent.chain]
        assert intent.address is not None
        receipt = (await reader.rpc.batch([("eth_getTransactionReceipt", [tx])]))[0]
        if not isinstance(receipt, dict):
            return []
        mined = blocks.block(
            must((await reader.rpc.batch([("eth_getBlockByNumber", [receipt["blockNumber"], False])]))[0])
        )
        found = []
        for entry in blocks.found_logs(receipt.get("logs")):
            if entry.recipient == intent.address.lower() and entry.block_hash == mined.hash:
                transfer = blocks.token_transfer(entry, reader.network, mined.at, self._clock())
                if transfer is not None:
                    found.append(transfer)
        return found

    async def head(self, intent: PaymentIntent) -> Head:
        cursor = await self._cursors.get(intent.chain)
        if cursor is None:
            return Head(number=0, seen_until=intent.created_at)
        return Head(number=cursor.number, finalized=cursor.finalized, seen_until=cursor.seen_until)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Transfer]:
        raise BadInput("Chains send no webhooks; the watcher reads them.")

    async def refund(self, intent: PaymentIntent, amount: int) -> str:
        senders = {t.sender for t in await self._store.transfers(intent.id) if not t.orphaned}
        whom = ", ".join(sorted(senders)) or "the payer"
        return (
            f"Send {intent.display(amount)} from your own wallet. It came from {whom}: ask the shopper "
            "first, an exchange's address may not take it back."
        )

    def explorer(self, intent: PaymentIntent, tx: str) -> str | None:
        """Where a transaction can be looked at."""
        network = self._networks.get(intent.chain)
        template = network.explorer if network else None
        return template.replace("{tx}", tx) if template else None

    async def close(self) -> None:
        for reader in self.readers.values():
            await reader.rpc.close()


def _checked(network: NetworkConfig) -> NetworkConfig:
    """With every contract in its checksummed spelling; a wrong one would lose money, so it is refused."""
    for asset in network.asset:
        if asset.contract is not None:
            checksummed(asset.contract, what=f"the contract of {asset.symbol} on {network.name}")
    return network
