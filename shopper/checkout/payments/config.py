"""What the shop says about payments in its payments.toml: networks, coins, rates and deadlines.

Knows nothing about chains beyond what is written there; unknown keys are errors.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from pydantic import Field, ValidationError, field_validator, model_validator

from shopper.checkout.payments.provider import Asset
from shopper.errors import BadInput
from shopper.types import Money, Value

MAX_DECIMALS = 36


class Tier(Value):
    """How many confirmations are enough for amounts up to `up_to` minor units (None: any amount)."""

    up_to: int | None = Field(default=None, gt=0)
    blocks: int = Field(ge=1, le=10_000)


class Domain(Value):
    """The EIP-712 domain of a token that knows EIP-3009; x402 needs it."""

    name: str
    version: str


class AssetConfig(Value):
    """A coin that is taken, and where its rate is from: 1:1, fixed, or asked for."""

    symbol: str = Field(min_length=1, max_length=12)
    contract: str | None = None
    decimals: int = Field(ge=0, le=MAX_DECIMALS)
    stable: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")  # worth exactly one of this currency
    rates: Mapping[str, Decimal] = Field(default_factory=dict)  # units of the coin for one unit of a currency
    rate_url: str | None = None  # answers {"rate": "1.0842"} for {currency} and {symbol}
    eip3009: Domain | None = None

    @field_validator("rates")
    @classmethod
    def _positive(cls, rates: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
        if any(not rate.is_finite() or rate <= 0 for rate in rates.values()):
            raise ValueError("a rate is a number above 0")
        return rates

    @model_validator(mode="after")
    def _has_rate(self) -> AssetConfig:
        if not (self.stable or self.rates or self.rate_url):
            raise ValueError(f"{self.symbol} needs stable, rates or rate_url")
        return self

    def takes(self, currency: str) -> bool:
        """Whether there can be a rate for amounts in `currency`."""
        return self.stable == currency or currency in self.rates or self.rate_url is not None


class NetworkConfig(Value):
    """One EVM network: how it is reached and when a payment on it is final."""

    chain_id: int = Field(ge=1)
    name: str
    rpc: str
    explorer: str | None = None  # https://…/tx/{tx}
    confirmations: tuple[Tier, ...] = (Tier(blocks=12),)
    finalized_above: int | None = None  # minor units; from there on, wait for the "finalized" tag
    max_head_age: int | None = 120  # seconds; an older head means a node that lags; None for a quiet chain
    log_range: int = Field(default=2000, ge=1)  # blocks that one eth_getLogs may span
    addresses_per_call: int = Field(default=1000, ge=1)  # addresses that one eth_getLogs may name
    asset: tuple[AssetConfig, ...] = Field(min_length=1)

    @property
    def chain(self) -> str:
        return f"eip155:{self.chain_id}"

    def asset_of(self, config: AssetConfig) -> Asset:
        """The coin as other rooms know it, with a checksummed contract."""
        domain = (config.eip3009.name, config.eip3009.version) if config.eip3009 else None
        return Asset(
            symbol=config.symbol,
            network=self.name,
            chain_id=self.chain_id,
            contract=config.contract,
            decimals=config.decimals,
            domain=domain,
        )

    def finality(self, amount: Money) -> tuple[int, bool]:
        """(confirmations, whether the finalized tag is waited for) for an amount of the shop's money."""
        if self.finalized_above is not None and amount.minor >= self.finalized_above:
            return max(tier.blocks for tier in self.confirmations), True
        for tier in self.confirmations:
            if tier.up_to is None or amount.minor <= tier.up_to:
                return tier.blocks, False
        return self.confirmations[-1].blocks, False


class OnchainConfig(Value):
    """Where payments on chain go: addresses of this extended *public* key, on these networks."""

    xpub: str
    network: tuple[NetworkConfig, ...] = Field(min_length=1)

    @field_validator("xpub")
    @classmethod
    def _public(cls, key: str) -> str:
        if key.startswith(("xprv", "tprv", "yprv", "zprv")):
            raise ValueError("this is a private key; it must never be on a server. Put the xpub here")
        return key

    @model_validator(mode="after")
    def _distinct(self) -> OnchainConfig:
        chains = [network.chain_id for network in self.network]
        if len(set(chains)) != len(chains):
            raise ValueError("every network can be named once")
        return self


class X402Config(Value):
    """Payments by a signed authorization, which this facilitator puts on chain."""

    facilitator: str  # https://…
    timeout: float = Field(default=90.0, gt=0)


class PaymentsConfig(Value):
    """The whole file."""

    quote_minutes: int = Field(default=15, ge=1, le=24 * 60)
    watch_hours: int = Field(default=72, ge=1)
    poll_seconds: float = Field(default=4.0, gt=0)
    support: str | None = None  # a sentence, an address or a link for a shopper whose payment went wrong
    onchain: OnchainConfig | None = None
    x402: X402Config | None = None

    @model_validator(mode="after")
    def _x402_needs_a_chain(self) -> PaymentsConfig:
        if self.x402 and not self.onchain:
            raise ValueError("x402 needs an [onchain] part: its payments go to addresses of the xpub")
        return self

    @property
    def quote_life(self) -> timedelta:
        return timedelta(minutes=self.quote_minutes)

    @property
    def watch_life(self) -> timedelta:
        return timedelta(hours=self.watch_hours)


def load_payments(path: Path) -> PaymentsConfig:
    """What the file says; BadInput names the entry at fault, never its value."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path.name} can't be read: {error}.", field="payments") from error
    try:
        return PaymentsConfig.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{path.name}, {where}: {first['msg']}.", field=where or "payments") from error
