"""Rate limits."""

import pytest

from shopper.errors import TooMany
from shopper.web.limits import RateLimit


def test_the_request_over_the_limit_is_refused_by_caller_and_address() -> None:
    rate = RateLimit(2)
    rate.check("a", "1.1.1.1")
    rate.check("a", "1.1.1.1")
    with pytest.raises(TooMany, match="2 requests a minute"):
        rate.check("a", "1.1.1.1")
    rate.check("b", "1.1.1.1")
    rate.check("a", "2.2.2.2")


def test_zero_switches_the_limit_off() -> None:
    rate = RateLimit(0)
    assert [rate.check("a", "1.1.1.1") for _ in range(1000)] == [None] * 1000
