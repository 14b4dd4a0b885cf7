"""Who may call."""

import pytest
from fastapi import Request

from shopper.errors import BadInput, NotAllowed
from shopper.web.auth import Access


def a_request(
    *,
    address: str = "127.0.0.1",
    host: str = "localhost:8000",
    bearer: str | None = None,
    origin: str | None = None,
) -> Request:
    headers = [(b"host", host.encode())]
    if bearer:
        headers.append((b"authorization", f"Bearer {bearer}".encode()))
    if origin:
        headers.append((b"origin", origin.encode()))
    return Request(
        {
            "type": "http", "method": "GET", "scheme": "http", "path": "/", "query_string": b"",
            "headers": headers, "client": (address, 5), "server": ("127.0.0.1", 8000),
        }
    )  # fmt: skip


def test_without_keys_this_machine_is_answered() -> None:
    assert Access.parse("", "").caller(a_request()).server


def test_without_keys_other_machines_are_refused() -> None:
    with pytest.raises(NotAllowed, match="own machine"):
        Access.parse("", "").caller(a_request(address="10.0.0.7"))


def test_a_foreign_host_name_on_this_machine_is_refused() -> None:
    with pytest.raises(NotAllowed):
        Access.parse("", "").caller(a_request(host="evil.example"))


def test_with_keys_this_machine_needs_one_too() -> None:
    with pytest.raises(NotAllowed, match="Send a key"):
        Access.parse("sk_one", "").caller(a_request())


def test_a_secret_key_works_from_anywhere() -> None:
    access = Access.parse("sk_one, sk_two", "")
    one = access.caller(a_request(address="10.0.0.7", host="api.shop", bearer="sk_one"))
    two = access.caller(a_request(address="10.0.0.7", host="api.shop", bearer="sk_two"))
    assert one.server
    assert two.server
    assert one.owner != two.owner


def test_an_unknown_key_is_refused_even_on_this_machine() -> None:
    with pytest.raises(NotAllowed, match="isn't known"):
        Access.parse("sk_one", "", trust_loopback=True).caller(a_request(bearer="sk_guess"))


def test_a_publishable_key_works_from_its_origins_only() -> None:
    access = Access.parse("", "pk_shop=https://shop.example|https://www.shop.example")
    caller = access.caller(a_request(bearer="pk_shop", origin="https://www.shop.example"))
    assert not caller.server
    with pytest.raises(NotAllowed, match="origin"):
        access.caller(a_request(bearer="pk_shop", origin="https://evil.example"))
    with pytest.raises(NotAllowed, match="origin"):
        access.caller(a_request(bearer="pk_shop"))
    assert access.origins == {"https://shop.example", "https://www.shop.example"}


@pytest.mark.parametrize(
    ("secret", "publishable"), [("one", ""), ("", "pk_shop"), ("", "shop=https://a.example")]
)
def test_a_badly_written_key_setting_is_named(secret: str, publishable: str) -> None:
    with pytest.raises(BadInput) as caught:
        Access.parse(secret, publishable)
    assert (caught.value.field or "").startswith("SHOPPER_")
