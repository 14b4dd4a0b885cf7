"""Whether a card is what a dialog says it must be, judged on facts with the shop's taxonomy.

Knows nothing about turns, replies, carts or HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast, get_args

from shopper.dialogs.operators import show
from shopper.dialogs.script import CardExpect
from shopper.dialogs.wire import Card, CardVariant
from shopper.products.taxonomy import Taxonomy
from shopper.types import Gender


def why_not(card: Card, expect: CardExpect, taxonomy: Taxonomy) -> tuple[str, ...]:
    """Every way in which `card` isn't what is expected, each worded as "key: what it is"; empty if it is."""
    return tuple(
        reason
        for reason in (
            _identity(card, expect),
            *_category(card, expect, taxonomy),
            *_color(card, expect, taxonomy),
            *_material(card, expect, taxonomy),
            *_people(card, expect),
            *_variant(card, expect, taxonomy),
            "because: gives no reason" if expect.because and not card.because else None,
            "because: gives a reason" if expect.because is False and card.because else None,
        )
        if reason is not None
    )


def color_is(color: str | None, wanted: str, taxonomy: Taxonomy) -> bool:
    """Whether a colour as the shop calls it is what a shopper means by `wanted`."""
    if color is None:
        return False
    if color.casefold() == wanted.casefold():
        return True
    key, accepted = taxonomy.color(color), taxonomy.color(wanted) or wanted
    return key is not None and key in taxonomy.color_matches(accepted)


def size_is(variant: CardVariant, wanted: str, card: Card, taxonomy: Taxonomy) -> bool:
    """Whether `variant` is of the size a shopper means by `wanted`."""
    if variant.size is None:
        return False
    if variant.size.casefold() == wanted.casefold():
        return True
    gender = cast(Gender, card.gender) if card.gender in get_args(Gender) else None
    return taxonomy.sizes_match(wanted, variant.size, category=card.category, gender=gender)


def _identity(card: Card, expect: CardExpect) -> str | None:
    if expect.id is not None and card.id != expect.id:
        return f"id: {card.id}"
    if expect.title is not None and not re.search(expect.title, card.title, re.IGNORECASE):
        return f"title: {card.title}"
    if expect.brand is not None and (card.brand or "").casefold() != expect.brand.casefold():
        return f"brand: {show(card.brand)}"
    return None


def _within(key: str | None, groups: Iterable[str], taxonomy: Taxonomy) -> bool:
    return key is not None and any(key == group or key in taxonomy.category_within(group) for group in groups)


def _category(card: Card, expect: CardExpect, taxonomy: Taxonomy) -> Iterable[str | None]:
    if expect.category_is is not None and card.category != expect.category_is:
        yield f"category_is: {show(card.category)}"
    if expect.category_in and not _within(card.category, expect.category_in, taxonomy):
        yield f"category_in: {show(card.category)}"
    if expect.not_category and _within(card.category, expect.not_category, taxonomy):
        yield f"not_category: {show(card.category)}"


def _color(card: Card, expect: CardExpect, taxonomy: Taxonomy) -> Iterable[str | None]:
    if expect.color and not any(color_is(card.color, wanted, taxonomy) for wanted in expect.color):
        yield f"color: {show(card.color)}"
    if any(color_is(card.color, unwanted, taxonomy) for unwanted in expect.not_color):
        yield f"not_color: {show(card.color)}"


def _material(card: Card, expect: CardExpect, taxonomy: Taxonomy) -> Iterable[str | None]:
    # A shop that states no material may still say it in the title: "Merino Crew".
    said = {m.key for m in taxonomy.find_all(card.title) if m.kind == "material"}
    made_of = {taxonomy.material(m) or m.casefold() for m in card.materials} | said

    def holds(wanted: str) -> bool:
        key = taxonomy.material(wanted) or wanted.casefold()
        return bool(made_of & (taxonomy.material_within(key) | {key}))

    if expect.material and not any(holds(wanted) for wanted in expect.material):
        yield f"material: {show(sorted(made_of))}"
    if any(holds(unwanted) for unwanted in expect.not_material):
        yield f"not_material: {show(sorted(made_of))}"


def _people(card: Card, expect: CardExpect) -> Iterable[str | None]:
    if expect.gender and card.gender not in (*expect.gender, "unisex"):
        yield f"gender: {show(card.gender)}"
    if expect.age_group and card.age_group not in expect.age_group:
        yield f"age_group: {show(card.age_group)}"


def _variant(card: Card, expect: CardExpect, taxonomy: Taxonomy) -> Iterable[str | None]:
    """Price, size and stock must hold for one variant: a dear M beside a cheap L is no cheap M."""
    fits = list(card.variants)
    if expect.in_stock is not None:
        fits = [v for v in fits if v.availability.available is expect.in_stock]
        if not fits:
            yield f"in_stock: {'sold out' if expect.in_stock else 'in stock'}"
            return
    if expect.available_size:
        fits = [
            v
            for v in fits
            if v.availability.available
            and any(size_is(v, wanted, card, taxonomy) for wanted in expect.available_size)
        ]
        if not fits:
            yield f"available_size: {show([v.size for v in card.variants if v.availability.available])}"
            return
    if expect.price is not None and not any(expect.price.holds(v.price.amount) for v in fits):
        yield f"price: {show(sorted({v.price.amount for v in fits}))}"
