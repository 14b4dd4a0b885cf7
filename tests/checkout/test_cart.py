"""The rules of a cart."""

import pytest

from shopper.checkout.cart import MAX_QUANTITY, add, empty_cart, remove, reprice, set_quantity
from shopper.errors import BadInput, NotFound, OutOfStock
from shopper.types import Money, Product, Variant


def a_variant(size: str = "M", stock: int = 3, minor: int = 4990, currency: str = "EUR") -> Variant:
    price = Money(minor=minor, currency=currency)
    return Variant(id=f"tee-{size}", sku=f"T-{size}", color="navy", size=size, price=price, stock=stock)


def a_product(*variants: Variant) -> Product:
    return Product(id="tee", title="Lyon Tee", variants=variants or (a_variant(),))


def test_adding_the_same_variant_twice_makes_one_line() -> None:
    medium = a_variant()
    cart = add(add(empty_cart("t", "EUR"), a_product(), medium), a_product(), medium, 2)
    assert [(line.variant_id, line.quantity) for line in cart.lines] == [("tee-M", 3)]
    assert cart.total == Money(minor=14970, currency="EUR")


def test_every_change_is_a_new_value_with_the_next_version() -> None:
    before = empty_cart("t", "EUR")
    after = add(before, a_product(), a_variant())
    assert (before.version, before.lines) == (0, ())
    assert after.version == 1


def test_a_sold_out_size_is_refused_with_its_name() -> None:
    with pytest.raises(OutOfStock, match="sold out in M"):
        add(empty_cart("t", "EUR"), a_product(), a_variant(stock=0))


def test_more_than_the_stock_is_refused_across_two_additions() -> None:
    cart = add(empty_cart("t", "EUR"), a_product(), a_variant(stock=3), 2)
    with pytest.raises(OutOfStock, match="Only 3"):
        add(cart, a_product(), a_variant(stock=3), 2)


@pytest.mark.parametrize("quantity", [-1, 0, MAX_QUANTITY + 1])
def test_a_quantity_outside_the_limits_is_refused(quantity: int) -> None:
    with pytest.raises(BadInput, match="between 1 and 20"):
        add(empty_cart("t", "EUR"), a_product(), a_variant(stock=99), quantity)


def test_another_currency_is_refused() -> None:
    with pytest.raises(BadInput, match="in EUR"):
        add(empty_cart("t", "EUR"), a_product(), a_variant(currency="USD"))


def test_setting_a_quantity_takes_todays_price() -> None:
    cart = add(empty_cart("t", "EUR"), a_product(), a_variant(minor=4990))
    cart = set_quantity(cart, a_variant(minor=3990), 2)
    assert cart.total == Money(minor=7980, currency="EUR")


def test_a_quantity_of_zero_takes_the_line_out() -> None:
    cart = set_quantity(add(empty_cart("t", "EUR"), a_product(), a_variant()), a_variant(), 0)
    assert cart.lines == ()


def test_a_thing_that_is_no_longer_sold_can_be_removed() -> None:
    cart = remove(add(empty_cart("t", "EUR"), a_product(), a_variant()), "tee-M")
    assert cart.lines == ()
    with pytest.raises(NotFound):
        remove(cart, "tee-M")


def test_a_cart_read_again_says_what_changed_and_keeps_its_lines() -> None:
    medium, large, small = a_variant("M"), a_variant("L"), a_variant("S")
    product = a_product(medium, large, small)
    cart = empty_cart("t", "EUR")
    for variant in (medium, large, small):
        cart = add(cart, product, variant, 3, chosen_by="filter")
    now = {"tee-M": a_variant("M", minor=3990), "tee-L": a_variant("L", stock=1)}
    repriced, notes = reprice(cart, now)
    assert [(note.variant_id, note.kind, note.left) for note in notes] == [
        ("tee-M", "price_changed", None),
        ("tee-L", "fewer_left", 1),
        ("tee-S", "not_sold", None),
    ]
    assert [(line.quantity, line.unit_price.minor, line.chosen_by) for line in repriced.lines] == [
        (3, 3990, "filter"),
        (3, 4990, "filter"),
        (3, 4990, "filter"),
    ]
    assert repriced.version == cart.version + 1


def test_a_cart_of_which_nothing_changed_stays_the_same_value() -> None:
    cart = add(empty_cart("t", "EUR"), a_product(), a_variant())
    assert reprice(cart, {"tee-M": a_variant()}) == (cart, ())
    gone = reprice(cart, {"tee-M": a_variant(stock=0)})
    assert (gone[0], gone[1][0].message) == (cart, "Lyon Tee in M is sold out.")
