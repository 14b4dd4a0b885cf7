"""Rate limits in a moving window: by key, by address, by conversation; and the headers that tell of them.

Knows nothing about routes. Counts are this process's own: several processes together let through as many
times more.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from shopper.errors import TooMany

_WINDOW = 60  # seconds


class OverLimit(TooMany):
    """A limit is reached; `retry_after` seconds later there is room again."""

    def __init__(self, message: str, *, retry_after: int, standing: Standing | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.standing = standing


@dataclass(frozen=True)
class Standing:
    """Where a caller stands with one limit: `quota` a minute, `remaining` of it, more in `reset` seconds."""

    name: str
    quota: int
    remaining: int
    reset: int


class RateLimit:
    """At most `per_minute` requests of one key from one address, and what each key allows; 0 is no limit."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, owner: str, address: str, *, key_rate: int = 0) -> tuple[Standing, ...]:
        """Count one request; OverLimit when a limit is reached."""
        stood = [self._hit("address", self._per_minute, owner, _network(address))]
        stood.append(self._hit("key", key_rate, owner))
        return tuple(standing for standing in stood if standing is not None)

    def check_turn(self, thread_id: str) -> Standing | None:
        """Count one turn of a conversation, which may take a quarter of what an address may."""
        return self._hit("thread", math.ceil(self._per_minute / 4), thread_id)

    def _hit(self, name: str, quota: int, *who: str) -> Standing | None:
        if quota <= 0:
            return None
        item = RateLimitItemPerMinute(quota, namespace=name)
        let_in = self._limiter.hit(item, *who)
        stats = self._limiter.get_window_stats(item, *who)
        # A window's reset is when its oldest request leaves it.
        reset = max(1, math.ceil(stats.reset_time - time.time()))
        if not let_in:
            what = "messages a minute in one conversation" if name == "thread" else "requests a minute"
            raise OverLimit(
                f"At most {quota} {what}; wait a little.",
                retry_after=reset,
                standing=Standing(name, quota, 0, reset),
            )
        return Standing(name, quota, max(0, stats.remaining), reset)


def headers(stood: Iterable[Standing]) -> dict[str, str]:
    """`RateLimit-Policy` and `RateLimit`, as draft-ietf-httpapi-ratelimit-headers writes them."""
    stood = list(stood)
    if not stood:
        return {}
    return {
        "ratelimit-policy": ", ".join(f'"{s.name}";q={s.quota};w={_WINDOW}' for s in stood),
        "ratelimit": ", ".join(f'"{s.name}";r={s.remaining};t={s.reset}' for s in stood),
    }


def _network(address: str) -> str:
    """An address, or of IPv6 its network: one customer is given a whole /64."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Address(int(ip) >> 64 << 64)) if isinstance(ip, IPv6Address) else address
