"""Delivers the outbox to the shop's webhook, signed as Standard Webhooks wants it.

https://www.standardwebhooks.com. Knows nothing about what the events mean.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import httpx
from standardwebhooks import Webhook

from shopper.errors import BadInput
from shopper.events.outbox import Event, Outbox

_log = logging.getLogger(__name__)

_TIMEOUT = 10.0  # seconds for one attempt
_PAUSE = 2.0  # seconds between looks at the outbox
_PRUNE_EVERY = 1_800  # looks


class Deliverer:
    """Sends due events to one address; several processes may run one each."""

    def __init__(
        self, outbox: Outbox, url: str, secret: str, *, clock: Callable[[], datetime], pause: float = _PAUSE
    ) -> None:
        self._outbox, self._url, self._clock, self._pause = outbox, url, clock, pause
        try:
            self._signer = Webhook(secret)
        except Exception as error:  # the library raises what its decoder raises
            raise BadInput(
                "The webhook secret is written whsec_ and base64.", field="SHOPPER_WEBHOOK_SECRET"
            ) from error

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver in the background until the block ends."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def deliver_due(self) -> int:
        """One look at the outbox; returns how many events were delivered."""
        events = await self._outbox.due()
        if not events:
            return 0
        async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
            return sum([await self._deliver(client, event) for event in events])

    async def _run(self) -> None:
        looks = 0
        while True:
            try:
                if looks % _PRUNE_EVERY == 0:
                    await self._outbox.prune()
                await self.deliver_due()
            except Exception:
                # The database may be away for a while; what waits is still there when it is back.
                _log.exception("the outbox can't be read now")
            looks += 1
            await asyncio.sleep(self._pause)

    async def _deliver(self, client: httpx.AsyncClient, event: Event) -> bool:
        now = self._clock()
        headers = {
            "content-type": "application/json",
            "webhook-id": event.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(event.id, now, event.body),
        }
        try:
            answer = await client.post(self._url, content=event.body.encode(), headers=headers)
        except httpx.HTTPError as error:
            await self._outbox.failed(event, type(error).__name__)
            return False
        if answer.is_success:
            await self._outbox.delivered(event)
            return True
        await self._outbox.failed(event, f"HTTP {answer.status_code}")
        return False
