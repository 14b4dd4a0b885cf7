"""Goes through a feed, looks at the pictures of products that leave something out, and writes what they show.

Knows nothing about how a picture is read. What it writes is for people; nothing here reaches the store.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from shopper.errors import BadInput
from shopper.products.feed import feed_file, read_feed
from shopper.products.feeds.draft import RowError
from shopper.products.images import places_of, read_photo
from shopper.products.taxonomy import Taxonomy
from shopper.search.encoder import Vectors
from shopper.search.tagging.calibration import NEVER, PRECISION, fit_floor
from shopper.search.tagging.ladder import Guess
from shopper.search.tagging.tagger import ATTRIBUTES, Tagger
from shopper.types import Product, images_of

_BATCH = 32
_CHECKED = 240  # products that state their facts, looked at to learn how far this shop's pictures are read
_ENOUGH = 10  # stated facts, below which the check shows nothing
_SEED = 5

Chances = dict[str, Vectors]


@dataclass(frozen=True)
class Check:
    """How one attribute's guesses did on products of this feed that state it.

    `right` is the share of the guesses at the shipped floor; `floor` the one used, or none: nothing is said.
    """

    stated: int
    guessed: int
    right: float | None
    floor: float | None


@dataclass(frozen=True)
class TagReport:
    """What was written, and how far it can be believed."""

    products: int
    lacking: int  # products that leave something out that a picture can show
    tagged: int
    unseen: int  # products without a picture that can be read
    said: dict[str, int]
    checks: dict[str, Check]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def tag_feed(
    feed: Path,
    out: Path,
    *,
    tagger: Tagger,
    taxonomy: Taxonomy,
    photos: Path | None = None,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> TagReport:
    """Write a line for each product of which its pictures show something that the feed leaves out.

    First the tagger is tried on products that state their facts: where it is too often wrong about this
    shop's pictures, its floor rises, or it says nothing.
    """
    folder = photos or feed_file(feed).parent
    checks = _checked(feed, folder, tagger, taxonomy)
    floors = {name: NEVER if check.floor is None else check.floor for name, check in checks.items()}
    counts = {"products": 0, "lacking": 0, "tagged": 0, "unseen": 0}
    said: dict[str, int] = dict.fromkeys(ATTRIBUTES, 0)
    unfinished = out.with_name(out.name + ".part")
    with unfinished.open("w", encoding="utf-8") as file:
        for product in _products(feed, taxonomy):
            counts["products"] += 1
            progress(counts["products"], None)
            wanted = _lacks(product, taxonomy)
            if not wanted:
                continue
            counts["lacking"] += 1
            pictures = _pictures(product, folder, every="color" in wanted)
            counts["unseen"] += not pictures
            inferred = _inferred(product, pictures, wanted, floors, tagger)
            if inferred:
                counts["tagged"] += 1
                for name in inferred:
                    said[_ATTRIBUTE[name]] += 1
                row = {"id": product.id, "title": product.title, "inferred": inferred}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    unfinished.replace(out)
    return TagReport(**counts, said=said, checks=checks)


# The feed's own name of a field → the attribute that fills it.
_ATTRIBUTE = {
    "category": "category", "gender": "gender", "patterns": "pattern", "features": "sleeves",
    "colors": "color",
}  # fmt: skip


def _products(feed: Path, taxonomy: Taxonomy) -> Iterator[Product]:
    return (row.product for row in read_feed(feed, taxonomy=taxonomy) if not isinstance(row, RowError))


def _lacks(product: Product, taxonomy: Taxonomy) -> set[str]:
    lacking = {
        "category": product.category is None,
        "gender": product.gender is None,
        "color": None in product.colors,
        "pattern": not product.patterns,
        "sleeves": _sleeves(product, taxonomy) is None,
    }
    return {name for name, lacks in lacking.items() if lacks}


def _sleeves(product: Product, taxonomy: Taxonomy) -> str | None:
    return next((f for f in product.features if taxonomy.feature_group(f) == "sleeves"), None)


def _pictures(product: Product, folder: Path, *, every: bool) -> list[tuple[str, Image.Image]]:
    """The product's pictures that can be read: the first one, or of every variant."""
    found = []
    for reference in images_of(product.variants):
        image = picture_at(reference, folder)
        if image is not None:
            found.append((reference, image))
            if not every:
                break
    return found


def picture_at(reference: str, folder: Path) -> Image.Image | None:
    """The picture that a feed calls `reference`, if it lies below the folder and can be read."""
    root = folder.resolve()
    for place in places_of(reference):
        file = (root / place).resolve()
        if file.is_relative_to(root) and file.is_file():
            try:
                return read_photo(file.read_bytes())[0]
            except BadInput:
                return None
    return None


def _inferred(
    product: Product,
    pictures: list[tuple[str, Image.Image]],
    wanted: set[str],
    floors: dict[str, float],
    tagger: Tagger,
) -> dict[str, Any]:
    if not pictures:
        return {}
    seen = tagger.look([image for _, image in pictures], [product.category] * len(pictures))

    def say(name: str, chances: Chances) -> Guess | None:
        return tagger.say(name, chances, floors.get(name)) if name in wanted else None

    found: dict[str, Any] = {}
    for field, name in (("category", "category"), ("gender", "gender")):
        if guess := say(name, seen[0]):
            found[field] = asdict(guess)
    for field, name in (("patterns", "pattern"), ("features", "sleeves")):
        if guess := say(name, seen[0]):
            found[field] = [asdict(guess)]
    colors = []
    for (reference, _), chances in zip(pictures, seen, strict=True):
        of = [v.id for v in product.variants if v.image == reference and v.color is None]
        if of and (guess := say("color", chances)):
            colors.append({**asdict(guess), "image": reference, "variants": of})
    return {**found, "colors": colors} if colors else found


# ── the check on what the shop states ───────────────────────────────────────────────────────────────────


def _checked(feed: Path, folder: Path, tagger: Tagger, taxonomy: Taxonomy) -> dict[str, Check]:
    """Each attribute on a sample of the products that state a category and have a picture."""
    sample: list[Product] = []
    rng, met = random.Random(_SEED), 0
    for product in _products(feed, taxonomy):
        if product.category in taxonomy.categories and product.variants[0].image:
            met += 1
            if len(sample) < _CHECKED:
                sample.append(product)
            elif (place := rng.randrange(met)) < _CHECKED:
                sample[place] = product
    seen: list[tuple[Product, Chances]] = []
    for start in range(0, len(sample), _BATCH):
        some = [
            (p, i[0][1]) for p in sample[start : start + _BATCH] if (i := _pictures(p, folder, every=False))
        ]
        if not some:
            continue
        images = [image for _, image in some]
        blind = tagger.look(images)
        told = tagger.look(images, [product.category for product, _ in some])
        for (product, _), one, other in zip(some, blind, told, strict=True):
            seen.append((product, {**other, "category": one["category"]}))
    return {name: _check(name, seen, tagger, taxonomy) for name in ATTRIBUTES if name in tagger.fits}


def _check(name: str, seen: list[tuple[Product, Chances]], tagger: Tagger, taxonomy: Taxonomy) -> Check:
    stated = [(p, chances) for p, chances in seen if _states(name, p, taxonomy) and name in chances]

    def told(floor: float) -> list[bool]:
        said = ((p, tagger.say(name, chances, floor)) for p, chances in stated)
        return [_agrees(name, guess.value, p, taxonomy) for p, guess in said if guess is not None]

    shipped = tagger.fits[name].floor
    first = told(shipped)
    right = sum(first) / len(first) if first else None
    floor = shipped
    if len(stated) >= _ENOUGH and (right is None or right < PRECISION):
        floor = fit_floor(told, shipped)
    return Check(
        stated=len(stated),
        guessed=len(first),
        right=None if right is None else round(right, 3),
        floor=None if floor >= NEVER else floor,
    )


def _states(name: str, product: Product, taxonomy: Taxonomy) -> bool:
    match name:
        case "category":
            return product.category in taxonomy.categories
        case "gender":
            return product.gender is not None and product.gender != "unisex"
        case "color":
            return taxonomy.color(product.variants[0].color or "") is not None
        case "pattern":
            return bool(set(product.patterns) & set(taxonomy.patterns))
    return _sleeves(product, taxonomy) is not None


def _agrees(name: str, said: str, product: Product, taxonomy: Taxonomy) -> bool:
    match name:
        case "category":
            stated = product.category or ""
            return (
                said == stated
                or said in taxonomy.category_parents(stated)
                or stated in (taxonomy.category_parents(said))
            )
        case "gender":
            return said == product.gender
        case "color":
            return taxonomy.color(product.variants[0].color or "") in taxonomy.color_matches(said)
        case "pattern":
            return any(pattern in taxonomy.pattern_within(said) for pattern in product.patterns)
    return said == _sleeves(product, taxonomy)
