"""Has the shop confirm price and stock of the cards that are about to be shown.

Knows nothing about how the cards were found, nor how the shop is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shopper.products.live import Confirmation, LiveCheck, LivePrice
from shopper.products.store import ProductStore, VariantUpdate
from shopper.types import Money, Page, Variant


async def confirmed(find: Callable[[], Awaitable[Page]], live: LiveCheck | None, store: ProductStore) -> Page:
    """The page that `find` makes, each card marked as confirmed or not; unmarked without a live check.

    What the shop says otherwise is written to the store first and the page is made again, so that cards, cart
    and prose read the same rows, and a card whose new price breaks the shopper's bound gives way to another.
    """
    page = await find()
    if live is None or not page.items:
        return page
    shown = {v.id: v for card in page.items for v in card.variants}
    answer = await live.check(list(shown))
    changed = [_update(shown[id_], now) for id_, now in answer.confirmed.items() if _differs(shown[id_], now)]
    if changed:
        await store.set_prices(changed, partial=True)
        page = await find()
    return _marked(page, answer)


def _differs(variant: Variant, now: LivePrice) -> bool:
    regular = variant.regular_price.minor if variant.regular_price else None
    return (variant.price.minor, regular, variant.stock) != (now.price_minor, now.regular_minor, now.stock)


def _update(variant: Variant, now: LivePrice) -> VariantUpdate:
    currency = variant.price.currency
    regular = Money(minor=now.regular_minor, currency=currency) if now.regular_minor is not None else None
    price = Money(minor=now.price_minor, currency=currency)
    return VariantUpdate(variant.id, price=price, regular_price=regular, stock=now.stock)


def _marked(page: Page, answer: Confirmation) -> Page:
    cards = tuple(
        card.model_copy(update={"confirmed": all(v.id in answer.confirmed for v in card.variants)})
        for card in page.items
    )
    return page.model_copy(update={"items": cards})
