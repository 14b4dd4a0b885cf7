"""Watches every chain that payments are expected on, in one process at a time.

Knows nothing about orders or HTTP.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from shopper.checkout.payments.errors import ChainUnreachable
from shopper.checkout.payments.onchain import OnChain
from shopper.checkout.payments.payments import Payments
from shopper.checkout.payments.reader import ChainReader
from shopper.checkout.payments.x402 import X402
from shopper.types import Value

log = logging.getLogger(__name__)

_LEASE = timedelta(seconds=60)
_READ_AGAIN = timedelta(seconds=60)
_HEAL_AGAIN = timedelta(seconds=10)  # orders are told at once; this is for what a crash cut off


class Poll(Value):
    """What one look at one chain came to."""

    chain: str
    number: int
    found: int = 0
    changed: int = 0
    fork: int | None = None
    error: str | None = None  # why nothing could be read
    held_by_other: bool = False


class Watcher:
    """Polls chains into payments. `owner` names this process in the lease."""

    def __init__(self, payments: Payments, *, owner: str) -> None:
        self._payments, self._owner = payments, owner
        provider = payments.providers.get("onchain") or payments.providers.get("x402")
        self._readers = provider.readers if isinstance(provider, OnChain) else {}
        self._down: set[str] = set()
        self._watched: dict[str, str] = {}
        self._mark: object = None
        self._read_again = self._recover_at = self._heal_at = datetime.min.replace(tzinfo=UTC)

    async def poll(self) -> list[Poll]:
        """Look at every chain once. A node that is down is in the result, not an error."""
        x402, now = self._payments.providers.get("x402"), self._payments.clock()
        if now >= self._heal_at:
            self._heal_at = now + _HEAL_AGAIN
            await self._payments.heal()
        if "sandbox" in self._payments.providers:
            await self._move("sandbox")
        if isinstance(x402, X402) and now >= self._recover_at:
            self._recover_at = now + _READ_AGAIN
            for payment_id in await x402.recover():
                await self._payments.recompute(payment_id, sure=True)
        return [await self._chain(reader) for reader in self._readers.values()]

    async def _chain(self, reader: ChainReader) -> Poll:
        payments, chain = self._payments, reader.network.chain
        now = payments.clock()
        held, cursor = await payments.cursors.lease(chain, self._owner, now, _LEASE)
        if not held:
            return Poll(chain=chain, number=-1, held_by_other=True)
        addresses = await self._addresses(now)
        try:
            reading = await reader.read(cursor, addresses, now)
        except ChainUnreachable as error:
            if chain not in self._down:
                self._down.add(chain)
                log.warning("%s", error.message)
            return Poll(chain=chain, number=cursor.number if cursor else -1, error=error.message)
        self._down.discard(chain)
        # Facts first, then states, then the cursor: whatever is cut off in between is done again.
        changed: set[str] = set()
        if reading.fork is not None:
            log.warning("%s was reorganised after block %d", reader.network.name, reading.fork)
            changed |= await payments.store.orphan_after(chain, reading.fork)
        if reading.found:
            changed |= await payments.store.record(reading.found)
        for payment_id in changed:
            head = reading.head if (await payments.store.get(payment_id)).intent.chain == chain else None
            await payments.recompute(payment_id, head, sure=True)
        for payment_id in await payments.store.moving(chain, now):
            if payment_id not in changed:
                await payments.recompute(payment_id, reading.head)
        if reading.cursor != cursor:
            await payments.cursors.save(reading.cursor)
        return Poll(
            chain=chain,
            number=reading.cursor.number,
            found=len(reading.found),
            changed=len(changed),
            fork=reading.fork,
        )

    async def _addresses(self, now: datetime) -> dict[str, str]:
        """The watched addresses, read again when one came or went, and every minute anyhow."""
        mark = await self._payments.store.watched_mark(now)
        if mark != self._mark or now >= self._read_again:
            self._mark, self._read_again = mark, now + _READ_AGAIN
            self._watched = await self._payments.store.watched(now)
        return self._watched

    async def _move(self, chain: str) -> None:
        for payment_id in await self._payments.store.moving(chain, self._payments.clock()):
            await self._payments.recompute(payment_id)

    async def run(self, tell: Callable[[Poll], None] | None = None) -> None:
        """Poll until canceled; nothing that goes wrong once ends it."""
        pause = self._payments.config.poll_seconds
        try:
            while True:
                try:
                    for poll in await self.poll():
                        if tell is not None:
                            tell(poll)
                except Exception:
                    log.exception("a look at the chains went wrong; looking again in %g s", pause)
                await asyncio.sleep(pause)
        finally:
            for chain in self._readers:
                await self._payments.cursors.release(chain, self._owner)


@asynccontextmanager
async def watching(payments: Payments | None, *, owner: str) -> AsyncIterator[None]:
    """Watch in the background for the length of the block."""
    if payments is None or not payments.providers:
        yield
        return
    task = asyncio.create_task(Watcher(payments, owner=owner).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
