"""Puts a shop's payments together from its file and what the composition root knows.

Knows nothing about settings, HTTP or orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from shopper.checkout.payments.authorizations import Authorizations
from shopper.checkout.payments.config import PaymentsConfig
from shopper.checkout.payments.cursors import Cursors
from shopper.checkout.payments.onchain import OnChain
from shopper.checkout.payments.payments import Payments
from shopper.checkout.payments.provider import PaymentProvider
from shopper.checkout.payments.quotes import Rates
from shopper.checkout.payments.rpc import Rpc
from shopper.checkout.payments.sandbox import Sandbox
from shopper.checkout.payments.store import PaymentStore
from shopper.checkout.payments.x402 import X402, Facilitator, http_facilitator
from shopper.database import Database


def build_payments(
    db: Database,
    config: PaymentsConfig,
    *,
    currency: str,
    sandbox: bool,
    clock: Callable[[], datetime],
    ids: Callable[[], str],
    rates: Rates | None = None,
    rpc: Mapping[int, Rpc] | None = None,
    facilitator: Facilitator | None = None,
) -> Payments:
    """The ways to pay that `config` names, and the sandbox where it is allowed.

    `rates`, `rpc` (by chain id) and `facilitator` replace those of the file. Raises OnchainPartsMissing
    where the file asks for packages that aren't installed.
    """
    store, cursors = PaymentStore(db), Cursors(db)
    providers: list[PaymentProvider] = []
    if config.onchain is not None:
        providers.append(
            OnChain(config.onchain, store=store, cursors=cursors, clock=clock, rates=rates, rpc=rpc)
        )
        if facilitator is None and config.x402 is not None:
            facilitator = http_facilitator(config.x402)
        if facilitator is not None:
            providers.append(
                X402(
                    config.onchain,
                    store=store,
                    cursors=cursors,
                    authorizations=Authorizations(db),
                    facilitator=facilitator,
                    clock=clock,
                    rates=rates,
                    rpc=rpc,
                )
            )
    if sandbox:
        providers.append(Sandbox(store=store, clock=clock, ids=ids))
    return Payments(
        providers,
        store=store,
        cursors=cursors,
        config=config,
        currency=currency,
        clock=clock,
        ids=ids,
    )
