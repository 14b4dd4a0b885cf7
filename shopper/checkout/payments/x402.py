"""Payment by a signed authorization (x402 v2, scheme "exact", EIP-3009), to the order's own address.

Knows nothing about HTTP routes or gas: a facilitator puts the authorization on chain. What counts is what
our own node then says.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from shopper.checkout.payments.addresses import OnchainPartsMissing
from shopper.checkout.payments.authorizations import Authorization, Authorizations
from shopper.checkout.payments.config import AssetConfig, NetworkConfig, OnchainConfig, X402Config
from shopper.checkout.payments.cursors import Cursors
from shopper.checkout.payments.errors import ChainUnreachable, PaymentRefused, PaymentUnavailable
from shopper.checkout.payments.onchain import OnChain
from shopper.checkout.payments.provider import Capability, PaymentIntent, ProviderId
from shopper.checkout.payments.quotes import Rates
from shopper.checkout.payments.rpc import Rpc, must
from shopper.checkout.payments.store import PaymentStore

log = logging.getLogger(__name__)

VERSION = 2
_LONGEST = 300  # seconds that an authorization may stay valid
_RESUBMIT_AFTER = timedelta(minutes=3)  # longer than any facilitator waits for a receipt
# keccak256("authorizationState(address,bytes32)")[:4]
_AUTHORIZATION_STATE = "0xe94a0102"


class Facilitator(Protocol):
    """Verifies authorizations and puts them on chain; its calls block, so they run in a thread."""

    def verify(self, payload: Any, requirements: Any) -> Any: ...

    def settle(self, payload: Any, requirements: Any) -> Any: ...


class X402(OnChain):
    """Takes authorizations for every token that knows EIP-3009."""

    id: ProviderId = "x402"
    capabilities: frozenset[Capability] = frozenset({"address", "x402"})

    def __init__(
        self,
        config: OnchainConfig,
        *,
        store: PaymentStore,
        cursors: Cursors,
        authorizations: Authorizations,
        facilitator: Facilitator,
        clock: Callable[[], datetime],
        rates: Rates | None = None,
        rpc: Mapping[int, Rpc] | None = None,
    ) -> None:
        super().__init__(config, store=store, cursors=cursors, clock=clock, rates=rates, rpc=rpc)
        self._authorizations, self._facilitator = authorizations, facilitator

    def _offers(self, config: AssetConfig) -> bool:
        return config.eip3009 is not None and config.contract is not None

    def _label(self, config: AssetConfig, network: NetworkConfig) -> str:
        return f"{config.symbol} on {network.name}, by signature (x402)"

    def required(self, intent: PaymentIntent, url: str, *, error: str | None = None) -> dict[str, Any]:
        """The body of a 402 answer: what to sign to pay exactly this."""
        return {
            "x402Version": VERSION,
            "error": error or "PAYMENT-SIGNATURE header is required",
            "resource": {"url": url, "description": "Payment of one order", "mimeType": "application/json"},
            "accepts": [self._requirements(intent)],
        }

    def _requirements(self, intent: PaymentIntent) -> dict[str, Any]:
        asset = intent.asset
        assert asset is not None
        assert asset.domain is not None
        left = int((intent.expires_at - self._clock()).total_seconds())
        name, version = asset.domain
        return {
            "scheme": "exact",
            "network": intent.chain,
            "asset": asset.contract,
            "amount": str(intent.due),
            "payTo": intent.address,
            "maxTimeoutSeconds": max(1, min(_LONGEST, left)),
            "extra": {"name": name, "version": version, "assetTransferMethod": "eip3009"},
        }

    async def submit(self, intent: PaymentIntent, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """{"signature": the header's text} → the settlement's answer.

        Raises PaymentRefused, with nothing taken, for anything but a valid authorization of exactly this
        payment while it is awaited.
        """
        sent = _decoded(payload.get("signature"))
        authorization = _authorization(intent, sent, self._clock())
        known = await self._authorizations.get(intent.id, authorization.nonce)
        if known is not None and known.status == "settled":
            return self._answer(intent, known.payer, known.tx or "")
        if intent.settled_at is not None or intent.claim is not None:
            raise PaymentRefused("This payment is being made already.", reason="already_paid")
        if intent.expires_at <= self._clock():
            raise PaymentRefused("This quote has ended.", reason="quote_expired")
        verified = await self._call("verify", sent, intent)
        if not verified.is_valid:
            raise PaymentRefused(
                "That signature doesn't pay this.", reason=str(verified.invalid_reason or "invalid")
            )
        if not await self._authorizations.claim(authorization, self._clock()):
            raise PaymentRefused("This payment is being made already.", reason="already_paid")
        return await self._settle(intent, authorization)

    async def _settle(self, intent: PaymentIntent, authorization: Authorization) -> Mapping[str, Any]:
        payer, nonce = authorization.payer, authorization.nonce
        # Where this raises, whether it was broadcast isn't known; `recover` asks the chain.
        settled = await self._call("settle", authorization.payload, intent)
        tx = str(settled.transaction or "")
        if settled.success:
            await self._authorizations.finish(intent.id, nonce, "settled", tx=tx)
            await self._record(intent, tx)
            return self._answer(intent, payer, tx)
        reason = str(settled.error_reason or "settlement_failed")
        if "pending" in reason or await self._is_used(intent, payer, nonce):
            log.warning("the authorization of payment %s is on its way: %s", intent.id, reason)
            raise PaymentUnavailable("Your payment is on its way; look at its status in a minute.")
        await self._authorizations.finish(intent.id, nonce, "failed", tx=tx or None, reason=reason[:80])
        raise PaymentRefused("The network refused that payment.", reason=reason)

    async def _record(self, intent: PaymentIntent, tx: str) -> None:
        """Keep what came, if our node knows it yet; the watcher finds it otherwise."""
        try:
            facts = await self.of_transaction(intent, tx)
        except ChainUnreachable as error:
            log.warning("%s The watcher looks for it again.", error.message)
            return
        await self._store.record([(intent.id, fact) for fact in facts])

    async def recover(self, older_than: timedelta = _RESUBMIT_AFTER) -> list[str]:
        """Find out what became of authorizations that were claimed and then lost sight of.

        Returns the payments that changed. An authorization can't pay twice, so handing it in again is safe.
        """
        changed: list[str] = []
        now = self._clock()
        for authorization in await self._authorizations.claimed(now - older_than):
            intent = (await self._store.get(authorization.payment_id)).intent
            try:
                if await self._is_used(intent, authorization.payer, authorization.nonce):
                    found = await self.refresh(intent)
                    await self._store.record([(intent.id, fact) for fact in found])
                    tx = found[0].tx if found else None
                    await self._authorizations.finish(intent.id, authorization.nonce, "settled", tx=tx)
                elif authorization.valid_before <= now:
                    await self._authorizations.finish(
                        intent.id, authorization.nonce, "failed", reason="ran_out"
                    )
                else:
                    await self._settle(intent, authorization)
            except (ChainUnreachable, PaymentUnavailable, PaymentRefused) as error:
                log.warning("payment %s: %s", intent.id, error.message)
                continue
            changed.append(intent.id)
        return changed

    async def _is_used(self, intent: PaymentIntent, payer: str, nonce: str) -> bool:
        """Whether the token's contract has seen this authorization."""
        assert intent.asset is not None
        data = _AUTHORIZATION_STATE + payer[2:].lower().rjust(64, "0") + nonce[2:].lower().rjust(64, "0")
        call = {"to": intent.asset.contract, "data": data}
        answer = must((await self.readers[intent.chain].rpc.batch([("eth_call", [call, "latest"])]))[0])
        return int(answer, 16) == 1

    async def _call(self, what: str, sent: Mapping[str, Any], intent: PaymentIntent) -> Any:
        try:
            from x402.schemas import PaymentPayload, PaymentRequirements
        except ImportError as error:
            raise OnchainPartsMissing("Payment by signature") from error
        try:
            payload = PaymentPayload.model_validate(sent)
        except ValueError as error:
            raise PaymentRefused("That is no x402 payment.", reason="invalid_payload") from error
        requirements = PaymentRequirements.model_validate(self._requirements(intent))
        work = self._facilitator.verify if what == "verify" else self._facilitator.settle
        try:
            return await asyncio.to_thread(work, payload, requirements)
        except Exception as error:  # the package promises no family of errors
            log.exception("the facilitator couldn't %s a payment", what)
            raise PaymentUnavailable("Signatures can't be taken just now; please try again.") from error

    def _answer(self, intent: PaymentIntent, payer: str, tx: str) -> dict[str, Any]:
        return {
            "success": True,
            "transaction": tx,
            "network": intent.chain,
            "payer": payer,
            "amount": str(intent.due),
        }


def http_facilitator(config: X402Config) -> Facilitator:
    """The facilitator behind a URL."""
    try:
        from x402.http import FacilitatorConfig, HTTPFacilitatorClientSync
    except ImportError as error:
        raise OnchainPartsMissing("Payment by signature") from error
    client: Facilitator = HTTPFacilitatorClientSync(
        FacilitatorConfig(url=config.facilitator, timeout=config.timeout)
    )
    return client


def _decoded(header: object) -> dict[str, Any]:
    """The payload in a PAYMENT-SIGNATURE header."""
    try:
        sent = json.loads(base64.b64decode(str(header), validate=True))
        if not isinstance(sent, dict) or sent.get("x402Version") != VERSION:
            raise ValueError("not a payment of version 2")
    except (binascii.Error, ValueError, RecursionError) as error:
        raise PaymentRefused("That is no x402 payment of version 2.", reason="invalid_payload") from error
    return sent


def _authorization(intent: PaymentIntent, sent: Mapping[str, Any], now: datetime) -> Authorization:
    """What was signed; refused where it is for another payee, amount or network, before anybody is asked."""
    try:
        signed = sent["payload"]["authorization"]
        payer, payee, nonce = (str(signed[name]) for name in ("from", "to", "nonce"))
        value, until = int(signed["value"]), int(signed["validBefore"])
        network = sent["accepted"]["network"]
        if len(payer) != 42 or len(nonce) != 66:
            raise ValueError("an address or a nonce has another length")
        int(payer, 16), int(nonce, 16)
        valid_before = datetime.fromtimestamp(until, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise PaymentRefused("That is no signed authorization.", reason="invalid_payload") from error
    for wrong, reason in (
        (payee.lower() != str(intent.address).lower(), "recipient_mismatch"),
        (value != intent.due, "amount_mismatch"),
        (network != intent.chain, "network_mismatch"),
    ):
        if wrong:
            raise PaymentRefused("That signature is for another payment.", reason=reason)
    return Authorization(
        payment_id=intent.id,
        nonce=nonce.lower(),
        payer=payer,
        valid_before=valid_before,
        status="claimed",
        tx=None,
        payload=dict(sent),
        created_at=now,
    )
