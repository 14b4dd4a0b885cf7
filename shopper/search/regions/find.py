"""The things in a photo, and the one that a phrase means: "the bag in this photo" is its bag.

Works with any encoder. Knows nothing about queries or conversations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from PIL import Image

from shopper.products.taxonomy import Taxonomy
from shopper.search.encoder import Encoder, Vectors
from shopper.search.labels import chances, labels_of
from shopper.search.pixels import as_rgb
from shopper.search.regions.boxes import Box, things_in, windows_over
from shopper.search.see import GROUPS
from shopper.types import PhotoRegion

_SHARPNESS = 40.0
_ALIKE = 0.45  # boxes that share more than this show the same thing
_FILLS = 0.8  # a thing that takes this much of the picture is what the picture shows
_SURE = 0.25  # how likely the kind has to be in the thing that stands apart
_LIKELY, _TIMES = 0.1, 2.0  # or so likely, and so many times likelier than in any other thing
_GAIN = 0.4  # by how much a window has to show the kind better than the whole picture does
_CHOSEN = 0.7  # how much of the likeness to a phrase without a kind one thing has to have
_SHOWN = 0.3  # a picture that shows the kind so well as a whole needs no region
_MOST = 6
_KINDS = (
    "dress", "top", "t-shirt", "shirt", "blouse", "sweater", "cardigan", "hoodie", "jacket", "coat",
    "blazer", "trousers", "jeans", "shorts", "skirt", "leggings", "swimsuit", "bikini", "jumpsuit",
    "sneakers", "boots", "heels", "sandals", "flats", "loafers", "handbag", "tote bag", "crossbody bag",
    "backpack", "clutch", "hat", "cap", "beanie", "scarf", "belt", "sunglasses", "watch", "necklace",
    "earrings", "ring", "bracelet", "tie", "gloves", "socks", "wallet", "umbrella",
)  # fmt: skip


def cut(image: Image.Image, region: PhotoRegion) -> Image.Image:
    """The part of a photo that `region` says, at least a pixel."""
    left, top = int(region.left * image.width), int(region.top * image.height)
    right = max(left + 1, round((region.left + region.width) * image.width))
    bottom = max(top + 1, round((region.top + region.height) * image.height))
    return as_rgb(image).crop((left, top, min(right, image.width), min(bottom, image.height)))


@dataclass(frozen=True)
class Region:
    """A part of a photo; `score` from 0 to 1 says how well it shows what was asked for, or any one thing."""

    box: Box
    score: float
    category: str | None = None

    def crop(self, image: Image.Image) -> Image.Image:
        """That part of the photo."""
        return as_rgb(image).crop(self.box)


class Detector(Protocol):
    """Finds what a phrase names in a photo, best first."""

    def find(self, image: Image.Image, phrase: str) -> list[Region]: ...


def propose(image: Image.Image, encoder: Encoder) -> list[Region]:
    """The things that a photo seems to show, surest first, at most six that hardly overlap."""
    boxes = _candidates(image)
    likely = chances(_looked(image, boxes, encoder) @ labels_of(encoder).vectors(_KINDS).T * _SHARPNESS)
    best = likely.argmax(axis=1)
    found = [
        Region(box, round(float(row[n]), 3), _KINDS[n])
        for box, row, n in zip(boxes, likely, best, strict=True)
    ]
    kept: list[Region] = []
    for region in sorted(found, key=lambda r: -r.score):
        if all(region.box.share(other.box) < _ALIKE for other in kept):
            kept.append(region)
    return kept[:_MOST]


def find_region(image: Image.Image, phrase: str, encoder: Encoder, taxonomy: Taxonomy) -> Region | None:
    """The part of a photo that a phrase means; `None` where it is the whole, or isn't to be seen."""
    return region_for(image, taxonomy.category(phrase), phrase, encoder, taxonomy)


def region_for(
    image: Image.Image,
    category: str | None,
    phrase: str,
    encoder: Encoder,
    taxonomy: Taxonomy,
    detector: Detector | None = None,
) -> Region | None:
    """The part of a photo that shows the category, the phrase choosing among several of them.

    `None` where the photo shows one thing that fills it, or nothing that is plainly of that category. A
    `detector` is asked first; where it finds nothing, the encoder looks.
    """
    wanted = category or taxonomy.category(phrase)
    if detector is not None and (found := detector.find(image, f"a photo of {wanted or phrase}")):
        return None if _is_one(image, found[0].box) else replace(found[0], category=wanted)
    things = things_in(image)
    whole = Box(0, 0, *image.size)
    if len(things) > 1:
        return _one_of(image, [*things, whole], wanted, phrase, encoder, taxonomy)
    if wanted is None or (things and _is_one(image, things[0])):
        return None
    # Garments that touch or are worn together, or a ground that isn't plain.
    boxes = [whole, *things, *windows_over(image)]
    shown, fits = _wanted(image, boxes, wanted, phrase, encoder, taxonomy)
    best, known = int(fits.argmax()), float(shown[: 1 + len(things)].max())
    if known >= _SHOWN or shown[best] < known + _GAIN:
        return None
    return Region(boxes[best], round(float(shown[best]), 3), wanted)


def _one_of(
    image: Image.Image,
    boxes: Sequence[Box],
    wanted: str | None,
    phrase: str,
    encoder: Encoder,
    taxonomy: Taxonomy,
) -> Region | None:
    """Of things that stand apart, and the whole picture last, the one that is plainly meant."""
    shown, fits = _wanted(image, boxes, wanted, phrase, encoder, taxonomy)
    best = int(fits[:-1].argmax())
    second = float(np.partition(fits[:-1], -2)[-2])
    if wanted is None:
        sure = bool(fits[best] >= _CHOSEN * fits[:-1].sum())
    else:
        pair = shown[-1] >= _SHOWN and second * _TIMES > fits[best]
        apart = shown[best] >= _SURE or (shown[best] >= _LIKELY and fits[best] >= _TIMES * second)
        sure = bool(apart and not pair)
    return Region(boxes[best], round(float(shown[best]), 3), wanted) if sure else None


def _is_one(image: Image.Image, thing: Box) -> bool:
    return thing.area >= _FILLS * image.width * image.height


def _candidates(image: Image.Image) -> list[Box]:
    things = things_in(image)
    return things if len(things) > 1 else [Box(0, 0, *image.size), *things, *windows_over(image)]


def _members(wanted: str | None, taxonomy: Taxonomy) -> list[str]:
    """The kinds that a word holds: of "bags" all bags, of "dress" itself."""
    if wanted is None:
        return []
    return [kind for kind in taxonomy.categories if kind in taxonomy.category_within(wanted) - GROUPS]


def _wanted(
    image: Image.Image,
    boxes: Sequence[Box],
    wanted: str | None,
    phrase: str,
    encoder: Encoder,
    taxonomy: Taxonomy,
) -> tuple[Vectors, Vectors]:
    """Two of float32[boxes]: how likely each shows the kind, and the same with the phrase's likeness."""
    vectors = _looked(image, boxes, encoder)
    said = encoder.encode_text([phrase or wanted or ""])[0]
    by_phrase = chances(vectors @ said * _SHARPNESS)
    if wanted is None:
        return by_phrase, by_phrase
    kinds = tuple(dict.fromkeys((*_KINDS, *_members(wanted, taxonomy))))
    likely = chances(vectors @ labels_of(encoder).vectors(kinds).T * _SHARPNESS)
    shown: Vectors = likely[:, np.isin(kinds, _members(wanted, taxonomy))].sum(axis=1)
    fits: Vectors = (shown * np.sqrt(by_phrase / by_phrase.max())).astype(np.float32)
    return shown, fits


def _looked(image: Image.Image, boxes: Sequence[Box], encoder: Encoder) -> Vectors:
    rgb = as_rgb(image)
    return encoder.encode_images([rgb.crop(box) for box in boxes])
