"""Rate limits by caller and address, in a moving window.

Knows nothing about routes; a dependency calls `check`.
"""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from shopper.errors import TooMany


class RateLimit:
    """At most `per_minute` requests of one key from one address; 0 switches it off."""

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, owner: str, address: str) -> None:
        """Count one request; TooMany when over the limit."""
        if self._item and not self._limiter.hit(self._item, owner, address):
            raise TooMany(f"At most {self._item.amount} requests a minute; wait a little.")
