"""What a drawing needs to know about a product in one colour, and the cloth that follows from it.

Knows nothing about outlines, prices or sizes.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass

from .cloth import Cloth
from .palette import BRASS, RGB, SHADES, STEEL, beside
from .patterns import pattern_tile

KNITS = {"sweater", "cardigan", "beanie", "scarf", "gloves", "socks"}
JERSEY = {
    "t-shirt",
    "tank top",
    "polo shirt",
    "hoodie",
    "sweatshirt",
    "bodysuit",
    "joggers",
    "leggings",
    "boxers",
    "briefs",
    "sports bra",
    "shapewear",
    "tights",
    "bra",
}
UPRIGHT = {
    "shirt",
    "blouse",
    "trousers",
    "suit",
    "blazer",
    "waistcoat",
    "pyjamas",
    "shorts",
    "tie",
    "boxers",
    "robe",
    "jumpsuit",
    "umbrella",
}
WEAVES = {
    "leather": ("leather", 0.42),
    "faux leather": ("leather", 0.5),
    "patent leather": ("leather", 0.95),
    "suede": ("suede", 0.0),
    "denim": ("denim", 0.0),
    "linen": ("linen", 0.0),
    "silk": ("satin", 0.42),
    "satin": ("satin", 0.5),
    "wool": ("wool", 0.0),
    "cashmere": ("wool", 0.0),
    "tweed": ("tweed", 0.0),
    "corduroy": ("corduroy", 0.0),
    "velvet": ("suede", 0.3),
    "canvas": ("canvas", 0.0),
    "straw": ("straw", 0.0),
    "raffia": ("straw", 0.0),
    "fleece": ("teddy", 0.0),
    "shearling": ("teddy", 0.0),
    "sequin": ("sequin", 0.5),
    "nylon": ("plain", 0.2),
    "down": ("plain", 0.22),
    "recycled polyester": ("plain", 0.14),
    "lace": ("lace", 0.0),
    "viscose": ("crepe", 0.08),
    "polyester": ("crepe", 0.06),
    "mesh": ("mesh", 0.05),
    "modal": ("jersey", 0.05),
    "terry": ("teddy", 0.0),
    "rubber": ("plain", 0.45),
}
METALS: dict[str, RGB] = {
    "gold": (216, 176, 92),
    "silver": (198, 202, 208),
    "rose gold": (218, 156, 136),
    "black": (58, 58, 62),
}


@dataclass(frozen=True)
class Piece:
    """A product in one colour, as the draughtsman sees it."""

    id: str
    title: str
    category: str
    color: str
    gender: str = "women"
    age_group: str = "adult"
    materials: tuple[str, ...] = ()
    pattern: str = "solid"
    fit: str = "regular"
    features: tuple[str, ...] = ()

    @property
    def rgb(self) -> RGB:
        return SHADES[self.color]

    @property
    def child(self) -> bool:
        return self.age_group != "adult"

    @property
    def seed(self) -> int:
        """The same number for the same product on every machine."""
        return zlib.crc32(self.id.encode())

    def rng(self) -> random.Random:
        return random.Random(self.seed)

    def has(self, *features: str) -> bool:
        """Whether the product states one of these features."""
        return any(f in self.features for f in features)

    def called(self, *words: str) -> bool:
        """Whether the title names one of these forms: a bucket hat, hoop earrings."""
        title = self.title.lower()
        return any(w in title for w in words)

    @property
    def metal(self) -> RGB:
        """The hardware that suits the piece: brass on warm shades, steel on cold ones."""
        return BRASS if self.rgb[0] >= self.rgb[2] else STEEL

    @property
    def contrast(self) -> RGB:
        return beside(self.rgb)


def weave_of(piece: Piece) -> tuple[str, float]:
    """The weave and gloss of the piece's first material, knitted where the category is knitwear."""
    first = piece.materials[0] if piece.materials else "cotton"
    if piece.category in KNITS and first not in {"leather", "suede", "silk", "fleece", "nylon"}:
        for feature, weave in (("cable knit", "cable"), ("chunky knit", "chunky"), ("ribbed", "rib")):
            if piece.has(feature):
                return weave, 0.0
        if piece.category == "scarf":
            return ("linen" if first in {"linen", "cotton", "modal"} else "wool"), 0.0
        return "knit", 0.0
    if piece.has("ribbed"):
        return "rib", 0.0
    if piece.has("quilted") and first not in {"leather", "faux leather"}:
        return "plain", 0.15
    if first in WEAVES:
        return WEAVES[first]
    if piece.category in JERSEY:
        return "jersey", 0.0
    if piece.category in {"chinos", "cargo trousers", "trench coat", "jacket", "parka"}:
        return "twill", 0.0
    return "plain", 0.0


def cloth_for(piece: Piece) -> Cloth:
    """The main cloth of the piece."""
    weave, gloss = weave_of(piece)
    rgb = piece.rgb
    upright = piece.category in UPRIGHT
    fine = upright and piece.category in {"trousers", "suit", "blazer", "waistcoat"}
    tile = pattern_tile(piece.pattern, rgb, piece.seed % 1000, upright=upright, fine=fine)
    if piece.pattern == "color-block" and piece.category in {"sneakers", "running shoes"}:
        tile = None  # their panels carry the second colour
    drape = (
        1.35 if weave == "satin" else 0.7 if weave in {"wool", "chunky", "cable", "tweed", "teddy"} else 1.0
    )
    return Cloth(rgb, weave, tile, gloss, drape)


def plain(rgb: RGB, weave: str = "plain", gloss: float = 0.0) -> Cloth:
    """A one-colour cloth for trims, soles and linings."""
    return Cloth(rgb, weave, None, gloss)
