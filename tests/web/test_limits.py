"""Rate limits."""

import pytest

from shopper.errors import TooMany
from shopper.web.limits import OverLimit, RateLimit, headers


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
    assert [rate.check("a", "1.1.1.1") for _ in range(1000)] == [()] * 1000
    assert rate.check_turn("thread") is None


def test_a_keys_own_limit_holds_over_all_addresses() -> None:
    rate = RateLimit(0)
    rate.check("a", "1.1.1.1", key_rate=2)
    rate.check("a", "2.2.2.2", key_rate=2)
    with pytest.raises(OverLimit):
        rate.check("a", "3.3.3.3", key_rate=2)


def test_a_network_of_ipv6_is_one_address() -> None:
    rate = RateLimit(2)
    rate.check("a", "2001:db8:1:2::1")
    rate.check("a", "2001:db8:1:2:ffff::9")
    with pytest.raises(OverLimit):
        rate.check("a", "2001:db8:1:2:5::7")
    rate.check("a", "2001:db8:1:3::1")


def test_a_conversation_may_take_a_quarter_of_an_address() -> None:
    rate = RateLimit(8)
    rate.check_turn("one")
    rate.check_turn("one")
    with pytest.raises(OverLimit, match="2 messages a minute") as caught:
        rate.check_turn("one")
    assert 1 <= caught.value.retry_after <= 60
    rate.check_turn("two")


def test_headers_name_every_limit_and_what_is_left() -> None:
    stood = RateLimit(10).check("a", "1.1.1.1", key_rate=5)
    told = headers(stood)
    assert told["ratelimit-policy"] == '"address";q=10;w=60, "key";q=5;w=60'
    first, second = told["ratelimit"].split(", ")
    assert first.startswith('"address";r=9;t=')
    assert second.startswith('"key";r=4;t=')
    assert headers(()) == {}
