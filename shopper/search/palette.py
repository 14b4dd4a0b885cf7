"""The colours of the thing in a photo, by its pixels: background off, clustered in CIE Lab, named by nearest
shade.

Knows nothing about encoders or garments.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.float64]

# shade → sRGB of what shops call so under even light; several where a shade spans much
_SHADES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "black": ((14, 14, 16), (45, 45, 48), (70, 70, 73)),
    "white": ((250, 250, 248), (225, 225, 226)),
    "grey": ((108, 108, 110), (135, 135, 137), (165, 165, 167), (190, 190, 192)),
    "cream": ((246, 238, 218),),
    "beige": ((220, 202, 172), (201, 183, 156)),
    "camel": ((190, 150, 103),),
    "brown": ((101, 67, 40), (139, 92, 62), (70, 46, 32), (92, 74, 62)),
    "red": ((196, 28, 38), (222, 48, 48)),
    "burgundy": ((108, 22, 42),),
    "pink": ((243, 174, 194), (230, 92, 146), (216, 150, 158)),
    "orange": ((238, 122, 36), (226, 98, 58), (196, 92, 44)),
    "yellow": ((244, 212, 66), (226, 178, 48), (246, 232, 150)),
    "green": ((42, 128, 66), (28, 84, 54), (110, 176, 90)),
    "olive": ((104, 106, 58), (76, 80, 50)),
    "mint": ((168, 222, 196),),
    "teal": ((20, 118, 124),),
    "blue": ((42, 92, 188), (74, 128, 190), (60, 96, 140), (86, 104, 130)),
    "light blue": ((158, 196, 230),),
    "navy": ((26, 34, 74), (34, 44, 66), (52, 58, 78)),
    "purple": ((108, 52, 142), (132, 72, 118)),
    "lavender": ((190, 168, 222),),
}
_SIDE = 96
_LIGHT = 0.45  # lightness counts less than hue: folds and shadows change it
_BACKGROUND = 6.0  # Lab distance below which a pixel is background
_SKIN = 0.3  # how much a pixel of a wearer's skin counts beside one of the garment
_SHARE = 0.22  # the part of the thing a second colour must have


def colors_of(image: Image.Image, most: int = 2) -> list[str]:
    """The main shades of the thing in the middle of a photo, strongest first."""
    rgb = np.asarray(image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BILINEAR), dtype=np.float64)
    lab = to_lab(rgb.reshape(-1, 3)).reshape(_SIDE, _SIDE, 3)
    weight = _foreground(lab) * _middle() * np.where(_is_skin(lab), _SKIN, 1.0)
    flat, weights = lab.reshape(-1, 3), weight.ravel()
    keep = weights > 0.02
    if not keep.any():
        return []
    centres, shares = _clusters(flat[keep], weights[keep])
    by_shade: dict[str, float] = {}
    for centre, share in zip(centres, shares, strict=True):
        shade = nearest_shade(centre)
        by_shade[shade] = by_shade.get(shade, 0.0) + float(share)
    ranked = sorted(by_shade.items(), key=lambda item: -item[1])
    return [shade for n, (shade, share) in enumerate(ranked[:most]) if n == 0 or share >= _SHARE]


def to_lab(rgb: Pixels) -> Pixels:
    """float64[n, 3]: CIE Lab (D65) of sRGB values 0 to 255; formulas of IEC 61966-2-1 and CIE 15."""
    unit = rgb / 255.0
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ matrix.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def nearest_shade(lab: Pixels) -> str:
    """The shade whose anchor lies nearest to one Lab colour."""
    distance = np.linalg.norm((_ANCHORS - lab) * np.array([_LIGHT, 1.0, 1.0]), axis=1)
    return _NAMES[int(np.argmin(distance))]


def _foreground(lab: Pixels) -> Pixels:
    """1 where a pixel differs from what the border shows; all 1 where the border shows nothing even."""
    border = np.concatenate([lab[:3].reshape(-1, 3), lab[:, :3].reshape(-1, 3), lab[:, -3:].reshape(-1, 3)])
    ground = np.median(border, axis=0)
    even = np.median(np.linalg.norm(border - ground, axis=1)) < 12
    if not even:
        return np.ones(lab.shape[:2])
    mask = (np.linalg.norm(lab - ground, axis=2) > _BACKGROUND).astype(np.float64)
    # A white shirt on white leaves next to nothing: then the middle itself is the thing.
    return mask if mask.mean() > 0.04 else np.ones(lab.shape[:2])


def _is_skin(lab: Pixels) -> NDArray[np.bool_]:
    """Where a pixel has the hue and chroma of skin; a beige thing has them all over, and stays beige."""
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    lit = (lab[..., 0] > 35) & (lab[..., 0] < 88)
    return lit & (chroma > 10) & (chroma < 38) & (hue > 25) & (hue < 75)


def _middle() -> Pixels:
    axis = np.linspace(-1, 1, _SIDE)
    across, down = np.meshgrid(axis, axis)
    return np.exp(-(across**2 / 0.35 + down**2 / 0.6))


def _clusters(points: Pixels, weights: Pixels, k: int = 5, rounds: int = 8) -> tuple[Pixels, Pixels]:
    """Weighted k-means from far-apart starts; the same photo always gives the same answer."""
    scaled = points * np.array([_LIGHT, 1.0, 1.0])
    centres = [np.average(scaled, axis=0, weights=weights)]
    while len(centres) < k:
        distance = np.min([np.sum((scaled - c) ** 2, axis=1) for c in centres], axis=0)
        centres.append(scaled[int(np.argmax(distance * weights))])
    middle = np.array(centres)
    for _ in range(rounds):
        nearest = np.argmin(((scaled[:, None, :] - middle[None]) ** 2).sum(axis=2), axis=1)
        for n in range(k):
            mine = nearest == n
            if mine.any():
                middle[n] = np.average(scaled[mine], axis=0, weights=weights[mine])
    nearest = np.argmin(((scaled[:, None, :] - middle[None]) ** 2).sum(axis=2), axis=1)
    shares = np.array([weights[nearest == n].sum() for n in range(k)]) / weights.sum()
    return middle / np.array([_LIGHT, 1.0, 1.0]), shares


_NAMES = [name for name, anchors in _SHADES.items() for _ in anchors]
_ANCHORS = to_lab(np.array([rgb for anchors in _SHADES.values() for rgb in anchors], dtype=np.float64))
