"""What a card costs in the sizes and within the bounds that a query names: one variant must meet all at once.

Knows nothing about other facts; prices and stock are those of one state of the catalog.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from shopper.products.taxonomy import Taxonomy
from shopper.search.columns import Mask, Rows
from shopper.search.facets import NEVER, Facets, Sized
from shopper.types import PriceRange, ShopperQuery

_WORTH_CHOOSING = 3  # chosen variants cost so much more each than all in a row
_OFFERS = 8_000_000  # prices that are remembered for sizes asked for before: 64 MB


class Offers:
    """The lowest prices of one catalog's cards, remembered for sizes asked for before."""

    def __init__(self, facets: Facets, taxonomy: Taxonomy) -> None:
        self._facets, self._taxonomy = facets, taxonomy
        self._size_fits = functools.lru_cache(maxsize=50_000)(self._compare_sizes)
        remembered = max(6, min(64, _OFFERS // (facets.cards + 1)))
        self._cheapest = functools.lru_cache(maxsize=remembered)(self._offers)

    def lowest(
        self,
        query: ShopperQuery,
        *,
        ignore: frozenset[str] = frozenset(),
        within: Mapping[str, Mask] | None = None,
    ) -> NDArray[np.int64]:
        """int64[cards]: lowest price of a fitting variant; `ignore` may leave out "sizes", "price" or
        "in_stock".

        `NEVER` where none fits, and where a card isn't `within` these masks and a size was asked for: it is
        looked at variant by variant, so not for cards that can't be shown.
        """
        price = query.price if "price" not in ignore else None
        sizes = query.sizes if "sizes" not in ignore else ()
        available = query.in_stock is not False and "in_stock" not in ignore
        if sizes and within:
            cards = np.flatnonzero(np.logical_and.reduce(list(within.values())))
            if len(cards) * _WORTH_CHOOSING < self._facets.cards:
                return self._lowest_of(cards, sizes, price, available)
        low = self._cheapest(sizes, available, False)
        if price is None or (price.min is None and price.max is None):
            return low
        most = price.max if price.max is not None else NEVER - 1
        if price.min is None:
            return np.where(low <= most, low, NEVER)
        # Where some variants cost less and others don't, each has to be looked at.
        between = np.flatnonzero((low < price.min) & (self._cheapest(sizes, available, True) >= price.min))
        out = np.where((low >= price.min) & (low <= most), low, NEVER)
        out[between] = self._facets.from_price(
            size=self._size(sizes), minimum=price.min, maximum=most, available=available, cards=between
        )
        return out

    def _lowest_of(
        self, cards: Rows, sizes: tuple[str, ...], price: PriceRange | None, available: bool
    ) -> NDArray[np.int64]:
        out = np.full(self._facets.cards, NEVER, dtype=np.int64)
        out[cards] = self._facets.from_price(
            size=self._size(sizes),
            minimum=price.min if price else None,
            maximum=price.max if price else None,
            available=available,
            cards=cards,
        )
        return out

    def _offers(self, sizes: tuple[str, ...], available: bool, highest: bool) -> NDArray[np.int64]:
        found = self._facets.from_price(size=self._size(sizes), available=available, highest=highest)
        found.flags.writeable = False  # shared by all queries for these sizes
        return found

    def _size(self, sizes: tuple[str, ...]) -> Callable[[Sized], bool] | None:
        return (lambda sized: self.size_fits(sizes, sized)) if sizes else None

    def size_fits(self, wanted: tuple[str, ...], sized: Sized) -> bool:
        """Whether a variant's size is one of the wanted ones, in the systems of its category and gender."""
        return any(self._size_fits(w, sized) for w in wanted)

    def _compare_sizes(self, wanted: str, sized: Sized) -> bool:
        if sized.size is None:
            return False
        return self._taxonomy.sizes_match(wanted, sized.size, category=sized.category, gender=sized.gender)
