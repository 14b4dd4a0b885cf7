"""Grows the demo shop to any size: products of its kinds, lines, colours, sizes and price laws, from a seed.

Knows nothing about databases, vectors or queries; product number n is the same in a shop of any size.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import math
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from shopper.errors import BadInput

SEED = 7
_SPREAD = 0.22  # of the logarithm of a price around one of its kind's
_HEADS = """
Val Mont Bel Clair Roche Saint Aigue Beau Chante Font Grand Haute Lande Mire Neuf Orme Pré Rive Sauve Tour
Vigne Ambre Basse Combe Doré Épine Fleur Gare Isle Jonc
"""
_TAILS = """
mont ville sac gny loire rive ance elle eau ères oise lune val court fort lac mer nay penne quay ral sol tier
vert zac brune coeur dame fer gris
"""


class Grower:
    """Makes the feed rows of a grown shop, any one at any time, without keeping them.

    With `patterns`, only so many rows of the range are cut after.
    """

    def __init__(self, catalog: Path, seed: int = SEED, patterns: int | None = None) -> None:
        studio = _studio(catalog)
        self._make, self.seed = studio.product, seed
        self.rows: list[Any] = list(studio.rows(catalog / "range"))
        random.Random(seed).shuffle(self.rows)
        self.rows = self.rows[:patterns]
        self._kin: dict[tuple[str, str], list[Any]] = {}
        self._pictures: dict[tuple[str, str | None, str], list[str]] = {}
        for row in self.rows:
            self._kin.setdefault((row.category, row.gender), []).append(row)
            for color in row.colors:
                self._pictures.setdefault((row.category, row.gender, color), []).append(row.picture(color))
                self._pictures.setdefault((row.category, None, color), []).append(row.picture(color))
        made = [head + tail for head in _HEADS.split() for tail in _TAILS.split()]
        self._names = [*dict.fromkeys(row.title.split()[0] for row in self.rows), *made]

    def pattern(self, number: int) -> Any:
        """The row of the range sheets that product `number` is cut after."""
        return self.rows[number % len(self.rows)]

    def product(self, number: int) -> dict[str, Any]:
        """Product `number` as a line of the feed; its pictures are the demo shop's of its kind and colour."""
        cut = self.pattern(number)
        rng = random.Random(f"{self.seed}:{number}")
        kin = self._kin[cut.category, cut.gender]
        priced, worn = rng.choice(kin), rng.choice(kin)
        name = rng.choice(self._names)
        row = dataclasses.replace(
            cut,
            number=number + 1,
            title=" ".join((name, *cut.title.split()[1:])),
            line=priced.line,
            price=_price(priced.price * math.exp(rng.gauss(0.0, _SPREAD))),
            occasions=worn.occasions,
            colors=self._colors(cut, kin, rng),
        )
        body: dict[str, Any] = self._make(row)
        shown = {color: self._picture(row, color, rng) for color in row.colors}
        for variant in body["variants"]:
            variant["image"] = shown[variant["color"]]
        return body

    def products(self, count: int, start: int = 0) -> Iterator[dict[str, Any]]:
        """Products `start` to `count`, one after another."""
        return (self.product(number) for number in range(start, count))

    def _colors(self, cut: Any, kin: list[Any], rng: random.Random) -> tuple[str, ...]:
        """As many shades as the pattern has, of those its kind is made in, the usual ones more often."""
        pool = [color for row in kin for color in row.colors]
        rng.shuffle(pool)
        return tuple(dict.fromkeys(pool))[: len(cut.colors)]

    def _picture(self, row: Any, color: str, rng: random.Random) -> str:
        known = self._pictures
        return rng.choice(known.get((row.category, row.gender, color)) or known[row.category, None, color])


def _price(amount: float) -> int:
    """Prices as the sheets have them: 39, 129, 390."""
    tens = 10 * max(1, round(amount / 10))
    return tens - 1 if tens < 300 else tens


def _studio(catalog: Path) -> ModuleType:
    """The range's products module, which lies beside the demo shop and isn't part of the package."""
    folder = catalog / "studio"
    if not (folder / "products.py").is_file():
        raise BadInput(f"The demo shop's range isn't in {catalog}; run this from a checkout of the project.")
    if "studio" not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            "studio", folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None:
            raise BadInput(f"The demo shop's range in {folder} can't be loaded.")
        package = importlib.util.module_from_spec(spec)
        sys.modules["studio"] = package
        spec.loader.exec_module(package)
    return importlib.import_module("studio.products")
