"""The address of a shop's own checkout."""

from __future__ import annotations

import pytest

from shopper.checkout.handoff import HandOff
from shopper.errors import BadInput
from shopper.types import Money, Variant
from tests.checkout.desk import a_line

LINES = (a_line("v/1", 2, 4990), a_line("v2", 1, 1500))
VARIANTS = {
    key: Variant(id=key, sku=sku, price=Money(minor=1, currency="EUR"), stock=9)
    for key, sku in (("v/1", "A & B"), ("v2", "C"))
}


@pytest.mark.parametrize(
    ("template", "url"),
    [
        ("https://s.example/cart/{variant_id}:{quantity},…", "https://s.example/cart/v%2F1:2,v2:1"),
        (
            "https://s.example/cart?items={sku}:{quantity},...&from=chat",
            "https://s.example/cart?items=A%20%26%20B:2,C:1&from=chat",
        ),
        (
            "https://s.example/add?x=1&id[]={variant_id}&n[]={quantity}&…",
            "https://s.example/add?x=1&id[]=v%2F1&n[]=2&id[]=v2&n[]=1",
        ),
        ("https://s.example/cart", "https://s.example/cart"),
        ("http://localhost:3000/{product_id},…", "http://localhost:3000/p-v%2F1,p-v2"),
    ],
)
def test_a_template_is_filled_for_each_line(template: str, url: str) -> None:
    assert HandOff.parse(template).url(LINES, VARIANTS) == url


@pytest.mark.parametrize(
    "template",
    [
        "http://s.example/cart/{sku},…",
        "javascript:alert({sku},…)",
        "/cart/{sku},…",
        "https://s.example/cart/{sku}",
        "https://s.example/cart/{price},…",
        "https://s.example/cart/{sku,…",
        "https://s.example/cart/{sku}…",
    ],
)
def test_a_template_that_can_not_be_meant_is_refused(template: str) -> None:
    with pytest.raises(BadInput):
        HandOff.parse(template)
