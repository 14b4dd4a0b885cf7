"""What one picture shows, attribute by attribute, each with a calibrated confidence or not at all.

Knows nothing about feeds or files.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from shopper.errors import BadInput
from shopper.products.taxonomy import Taxonomy
from shopper.search.encoder import Encoder, Vectors
from shopper.search.labels import Labels, chances
from shopper.search.palette import colors_of
from shopper.search.see import GROUPS
from shopper.search.tagging.calibration import Calibration, shipped
from shopper.search.tagging.ladder import Guess, Ladder

# What shops photograph beside fashion: where one of these is likeliest, no kind is said.
_ELSE = (
    "perfume bottle", "lipstick", "nail polish", "cosmetics", "ball", "water bottle", "gift set", "deodorant",
    "hair colour",
)  # fmt: skip
_SHADES = (
    "black", "white", "cream", "ivory", "grey", "charcoal", "silver", "gold", "beige", "khaki", "brown",
    "tan", "camel", "red", "burgundy", "maroon", "rust", "pink", "magenta", "peach", "orange", "yellow",
    "mustard", "green", "olive", "mint", "teal", "turquoise", "blue", "light blue", "navy", "purple",
    "lavender", "multicolour",
)  # fmt: skip
_WEARERS = {"men": "men's {}", "women": "women's {}", "boys": "boys {}", "girls": "girls {}"}
# Only words that the pictures of the calibration tell apart; necklines have no labelled pictures there.
_SLEEVES = {"short sleeve": "short sleeve t-shirt", "long sleeve": "long-sleeved shirt"}
_SLEEVED = frozenset({"t-shirt", "top"})
_NOT_WORTH_SAYING = frozenset({"clothing", "accessories"})
# How much a shade that the pixels show adds to its family's likeness, for the first colour and the second.
_BY_PIXELS = (0.0125, 0.006)


ATTRIBUTES = ("category", "gender", "color", "pattern", "sleeves")


class Tagger:
    """Reads pictures with one encoder and what was fitted for it. BadInput where nothing was."""

    def __init__(self, encoder: Encoder, taxonomy: Taxonomy, calibration: Calibration | None = None) -> None:
        calibration = calibration or shipped()
        if calibration.encoder != encoder.id:
            raise BadInput(
                f"There is no calibration for the encoder {encoder.id} (only for {calibration.encoder}); "
                "make one with `shopper tag --calibrate PHOTOS --calibration FILE`."
            )
        self.fits, self._lessons = calibration.fits, calibration.lessons
        self._encoder, self.sight = encoder, Sight(encoder, taxonomy)
        self.ladders = {
            "category": self.sight.kinds,
            "gender": self.sight.wearers,
            "color": self.sight.colors,
            "sleeves": self.sight.sleeves,
            **{name: Ladder(lesson.labels) for name, lesson in self._lessons.items()},
        }

    def look(
        self, images: Sequence[Image.Image], categories: Sequence[str | None] = ()
    ) -> list[dict[str, Vectors]]:
        """The chances of each attribute a picture can have; `categories` are what the feed states."""
        stated = tuple(categories) or (None,) * len(images)
        vectors = self._encoder.encode_images(images)
        return [
            self._chances(vector, image, category)
            for vector, image, category in zip(vectors, images, stated, strict=True)
        ]

    def say(self, name: str, seen: dict[str, Vectors], floor: float | None = None) -> Guess | None:
        """What the chances of a picture say about an attribute; `None` where that isn't sure enough."""
        fit, likely = self.fits.get(name), seen.get(name)
        if fit is None or likely is None:
            return None
        return self.ladders[name].say(likely, fit.floor if floor is None else floor, fit.sure)

    def _chances(self, vector: Vectors, image: Image.Image, stated: str | None) -> dict[str, Vectors]:
        sight, likeness = self.sight, {"category": self.sight.kind_logits(vector)}
        kind = stated or sight.kinds.first(likeness["category"])[0]
        if kind is not None:
            likeness["gender"] = sight.wearer_logits(vector, kind)
            likeness["color"] = sight.color_logits(vector, kind, colors_of(image))
            if kind in _SLEEVED:
                likeness["sleeves"] = sight.sleeve_logits(vector)
            if sight.is_worn(kind):
                likeness |= {name: o.logits(vector[None])[0] for name, o in self._lessons.items()}
        return {
            name: chances(logits * np.float32(self.fits[name].scale))
            for name, logits in likeness.items()
            if name in self.fits
        }


class Sight:
    """The likeness of pictures to every attribute's words, before anything is fitted."""

    def __init__(self, encoder: Encoder, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._framed, self._plain = Labels(encoder), Labels(encoder, ("{}",))
        leaves = [c for c in taxonomy.categories if c not in GROUPS]
        self._names = (*leaves, *_ELSE)
        self._worn = taxonomy.category_within("clothing")
        self.kinds = Ladder([*leaves, *(None for _ in _ELSE)], self._wider)
        self.wearers = Ladder(tuple(_WEARERS))
        self.sleeves = Ladder(tuple(_SLEEVES))
        self.families = tuple(taxonomy.color_family(shade) or shade for shade in _SHADES)
        self.colors = Ladder(_SHADES, lambda shade: [taxonomy.color_family(shade) or shade])

    def kind_logits(self, vector: Vectors) -> Vectors:
        """float32[kinds]."""
        out: Vectors = self._framed.vectors(self._names) @ vector
        return out

    def wearer_logits(self, vector: Vectors, kind: str | None) -> Vectors:
        """float32[wearers]: "men's shirt" and the like."""
        said = tuple(way.format(kind or "clothes") for way in _WEARERS.values())
        out: Vectors = self._plain.vectors(said) @ vector
        return out

    def sleeve_logits(self, vector: Vectors) -> Vectors:
        """float32[sleeves]."""
        out: Vectors = self._plain.vectors(tuple(_SLEEVES.values())) @ vector
        return out

    def color_logits(self, vector: Vectors, kind: str | None, pixels: Sequence[str]) -> Vectors:
        """float32[shades]: "navy shirt" and "navy" together, and what the pixels show."""
        bare = self._plain.vectors(_SHADES) @ vector
        named = self._plain.vectors(tuple(f"{shade} {kind}" for shade in _SHADES)) @ vector if kind else bare
        out: Vectors = ((bare + named) / 2).astype(np.float32)
        for shade, weight in zip(pixels, _BY_PIXELS, strict=False):
            family = self._taxonomy.color_family(shade) or shade
            out += np.array([weight * (f == family) for f in self.families], dtype=np.float32)
        return out

    def is_worn(self, kind: str) -> bool:
        """Whether it is a garment: patterns are known of those alone."""
        return kind in self._worn

    def _wider(self, kind: str) -> list[str]:
        return [p for p in self._taxonomy.category_parents(kind) if p not in _NOT_WORTH_SAYING]
