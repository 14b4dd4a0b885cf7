"""Shows a photo as it might also come: cut, turned, relit, on another ground, tiny and grey, or only drawn.

Hues stay, so that captions stay true; where they are gone, it is said. Knows nothing about labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from shopper.search.pixels import WHITE, square

Ground = tuple[int, int, int]
BLACK: Ground = (0, 0, 0)
_NEAR = 22  # so far from the corner's colour, in each channel, a pixel may still be ground


@dataclass(frozen=True)
class Altered:
    """A picture as the network sees it, and whether its colours are still the thing's."""

    pixels: NDArray[np.uint8]
    colored: bool


def alter(image: Image.Image, rng: np.random.Generator) -> Altered:
    """One chance view of an RGB photo, for training."""
    ground = WHITE
    if rng.random() < 0.3:
        ground = _any_ground(rng)
        image = on_ground(image, ground)
    elif rng.random() < 0.4:
        red, green, blue = rng.integers(226, 256, size=3).tolist()
        ground = (red, green, blue)
    image = _moved(image, ground, rng)
    if rng.random() < 0.5:
        image = ImageEnhance.Brightness(image).enhance(float(rng.uniform(0.85, 1.12)))
        image = ImageEnhance.Contrast(image).enhance(float(rng.uniform(0.85, 1.15)))
    kind = rng.random()
    if kind < 0.16:
        return Altered(tiny_negative(image, int(rng.integers(22, 44)), ground, rng), colored=False)
    if kind < 0.22:
        return Altered(drawn(image, float(rng.uniform(1.5, 3.5))), colored=False)
    if kind < 0.30:
        image = ImageOps.grayscale(image).convert("RGB")
        grey = round(0.299 * ground[0] + 0.587 * ground[1] + 0.114 * ground[2])
        return Altered(square(image, (grey, grey, grey)), colored=False)
    if rng.random() < 0.2:
        small = int(rng.integers(28, 80))
        image = image.resize((max(1, small * image.width // image.height), small))
    if rng.random() < 0.2:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 1.2))))
    return Altered(square(image, ground), colored=True)


def tiny_negative(
    image: Image.Image, side: int, ground: Ground = WHITE, rng: np.random.Generator | None = None
) -> NDArray[np.uint8]:
    """Cut to the thing, grey, `side` pixels long and negative: light becomes dark."""
    if rng is None or rng.random() < 0.7:
        image = trimmed(image, ground)
    grey = ImageOps.grayscale(image)
    scale = side / max(grey.size)
    grey = grey.resize((max(1, round(grey.width * scale)), max(1, round(grey.height * scale))))
    if rng is None or rng.random() < 0.7:
        grey = ImageOps.invert(grey)
        ground = (255 - ground[0], 255 - ground[1], 255 - ground[2])
    light = round(0.299 * ground[0] + 0.587 * ground[1] + 0.114 * ground[2])
    framed = Image.new("L", (side, side), light)
    framed.paste(grey, ((side - grey.width) // 2, (side - grey.height) // 2))
    return square(framed.convert("RGB"), (light, light, light))


def drawn(image: Image.Image, strength: float = 2.5) -> NDArray[np.uint8]:
    """Its edges as dark lines on white, as a designer's pencil might draw the thing."""
    grey = ImageOps.grayscale(image)
    grey = grey.resize(
        (max(1, 160 * grey.width // max(grey.size)), max(1, 160 * grey.height // max(grey.size)))
    )
    grey = grey.filter(ImageFilter.GaussianBlur(1.2))
    edges = ImageChops.difference(grey, grey.filter(ImageFilter.GaussianBlur(3.0)))
    lines = edges.point([max(0, 255 - round(max(0, value - 3) * strength * 6)) for value in range(256)])
    return square(lines.convert("RGB"), WHITE)


def on_ground(image: Image.Image, ground: Ground) -> Image.Image:
    """The even ground of a shop's photo painted over; a photo without an even ground stays as it is."""
    mask = _ground_of(image)
    if mask is None:
        return image
    soft = Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))
    return Image.composite(Image.new("RGB", image.size, ground), image, soft)


def trimmed(image: Image.Image, ground: Ground = WHITE) -> Image.Image:
    """Without the margins that show only the ground."""
    away = np.abs(np.asarray(image, dtype=np.int16) - np.array(ground, dtype=np.int16)).max(axis=2) > _NEAR
    rows, columns = np.flatnonzero(away.any(axis=1)), np.flatnonzero(away.any(axis=0))
    if len(rows) < 8 or len(columns) < 8:
        return image
    return image.crop((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))


def _ground_of(image: Image.Image) -> NDArray[np.bool_] | None:
    """Where the ground is: what is alike to the rim and joined to it; `None` where the rim isn't even."""
    pixels = np.asarray(image, dtype=np.int16)
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    color = np.median(rim, axis=0)
    if (np.abs(rim - color).max(axis=1) < _NEAR).mean() < 0.6:
        return None
    alike = np.abs(pixels - color).max(axis=2) < _NEAR
    found = np.zeros_like(alike)
    found[0], found[-1], found[:, 0], found[:, -1] = alike[0], alike[-1], alike[:, 0], alike[:, -1]
    for _ in range(max(image.size)):
        grown = found.copy()
        grown[1:] |= found[:-1]
        grown[:-1] |= found[1:]
        grown[:, 1:] |= found[:, :-1]
        grown[:, :-1] |= found[:, 1:]
        grown &= alike
        if (grown == found).all():
            break
        found = grown
    return found if found.mean() < 0.97 else None


def _any_ground(rng: np.random.Generator) -> Ground:
    kind = rng.random()
    if kind < 0.35:
        dark = int(rng.integers(0, 40))
        return (dark, dark, dark)
    if kind < 0.6:
        grey = int(rng.integers(60, 236))
        return (grey, grey, grey)
    red, green, blue = rng.integers(0, 256, size=3).tolist()
    return (red, green, blue)


def _moved(image: Image.Image, ground: Ground, rng: np.random.Generator) -> Image.Image:
    """Cut, mirrored, tilted, and somewhere on a wider ground."""
    if rng.random() < 0.6:
        width, height = image.size
        keep_x, keep_y = rng.uniform(0.7, 1.0, size=2)
        left, top = rng.uniform(0, 1 - keep_x) * width, rng.uniform(0, 1 - keep_y) * height
        right, low = (
            max(int(left) + 1, int(left + keep_x * width)),
            max(int(top) + 1, int(top + keep_y * height)),
        )
        image = image.crop((int(left), int(top), right, low))
    if rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < 0.2:
        angle = float(rng.uniform(-14, 14))
        image = image.rotate(angle, Image.Resampling.BILINEAR, expand=True, fillcolor=ground)
    if rng.random() < 0.4:
        wide = int(max(image.size) * rng.uniform(1.0, 1.5))
        canvas = Image.new("RGB", (wide, wide), ground)
        spot = rng.uniform(0.2, 0.8, size=2)
        canvas.paste(image, (int((wide - image.width) * spot[0]), int((wide - image.height) * spot[1])))
        image = canvas
    return image
