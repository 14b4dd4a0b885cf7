"""The shades of the house, as RGB, and the colours that go beside each of them.

Knows nothing about garments or files.
"""

from __future__ import annotations

RGB = tuple[int, int, int]

SHADES: dict[str, RGB] = {
    "black": (44, 44, 48),
    "charcoal": (66, 68, 73),
    "grey": (139, 142, 147),
    "light grey": (192, 195, 198),
    "silver": (190, 194, 200),
    "white": (247, 247, 245),
    "ivory": (244, 238, 222),
    "cream": (240, 229, 205),
    "ecru": (228, 217, 192),
    "beige": (213, 193, 162),
    "sand": (205, 181, 142),
    "taupe": (150, 132, 116),
    "camel": (190, 143, 88),
    "tan": (178, 124, 74),
    "cognac": (150, 84, 42),
    "brown": (104, 68, 44),
    "chocolate": (73, 47, 36),
    "khaki": (140, 130, 92),
    "olive": (100, 103, 60),
    "sage": (158, 174, 146),
    "mint": (181, 220, 200),
    "green": (56, 128, 82),
    "emerald": (14, 112, 84),
    "forest green": (35, 73, 55),
    "teal": (20, 112, 118),
    "turquoise": (66, 182, 184),
    "sky blue": (153, 197, 230),
    "light blue": (172, 201, 224),
    "blue": (44, 96, 176),
    "cobalt": (30, 72, 190),
    "royal blue": (38, 66, 160),
    "navy": (30, 42, 78),
    "midnight": (24, 30, 54),
    "indigo": (52, 64, 110),
    "lavender": (186, 172, 216),
    "lilac": (204, 180, 216),
    "purple": (106, 62, 138),
    "plum": (94, 44, 82),
    "burgundy": (112, 26, 46),
    "red": (194, 36, 44),
    "cherry": (168, 24, 52),
    "coral": (240, 118, 98),
    "rust": (172, 80, 42),
    "terracotta": (196, 104, 72),
    "orange": (232, 124, 42),
    "apricot": (244, 182, 134),
    "mustard": (206, 156, 44),
    "yellow": (244, 206, 70),
    "butter": (246, 228, 158),
    "champagne": (232, 210, 176),
    "gold": (206, 166, 84),
    "rose gold": (214, 152, 132),
    "pink": (238, 158, 182),
    "blush": (238, 204, 196),
    "rose": (206, 110, 130),
    "fuchsia": (206, 40, 122),
    "multicolour": (226, 168, 140),
}

IVORY = SHADES["ivory"]
INK = (38, 38, 46)
SOLE = (240, 237, 228)
BRASS = (204, 168, 92)
STEEL = (188, 192, 198)
HORN = (92, 68, 50)


def slug(shade: str) -> str:
    """The shade as a file name holds it: `sky-blue`."""
    return shade.replace(" ", "-")


def luminance(rgb: RGB) -> float:
    """Perceived lightness from 0 (black) to 1 (white), Rec. 601 weights."""
    return (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]) / 255


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """`a` with `share` of `b` in it."""
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]  # three


def darker(rgb: RGB, share: float = 0.35) -> RGB:
    """The shade with `share` of near-black."""
    return mix(rgb, (16, 14, 18), share)


def lighter(rgb: RGB, share: float = 0.4) -> RGB:
    """The shade with `share` of white."""
    return mix(rgb, (255, 255, 255), share)


def seam(rgb: RGB) -> RGB:
    """The tone of a seam: deeper than the cloth, or paler where the cloth is nearly black."""
    return lighter(rgb, 0.24) if luminance(rgb) < 0.19 else darker(rgb, 0.6)


def beside(rgb: RGB) -> RGB:
    """A quiet colour that stands out on `rgb`: ivory on the dark, a deep tone of itself on the light."""
    if luminance(rgb) < 0.55:
        return IVORY
    if luminance(rgb) > 0.86:
        return (44, 58, 96)
    return darker(rgb, 0.55)
