"""Draws the photos that dialogs send: `python tests/dialogs/photos/draw.py` writes them beside this file.

Deterministic; knows nothing about the catalog or the encoders.
"""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (480, 600)
HERE = Path(__file__).resolve().parent
Points = list[tuple[int, int]]

TEE: Points = [
    (178, 120), (205, 138), (240, 144), (275, 138), (302, 120), (350, 140), (420, 232),
    (368, 274), (338, 240), (342, 500), (138, 500), (142, 240), (112, 274), (60, 232), (130, 140),
]  # fmt: skip
DRESS: Points = [
    (190, 60), (202, 60), (208, 112), (240, 132), (272, 112), (278, 60), (290, 60), (306, 150), (296, 236),
    (336, 380), (372, 548), (240, 566), (108, 548), (144, 380), (184, 236), (174, 150),
]  # fmt: skip


def garment(outline: Points, color: tuple[int, int, int], folds: list[Points], seed: int) -> Image.Image:
    """The outline in one colour on a plain wall, with folds, a soft shadow and a camera's grain."""
    draws = random.Random(seed)
    wall = Image.new("RGB", SIZE, (226, 221, 214))
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(1.6))
    shadow = ImageChops.offset(mask, 9, 13).filter(ImageFilter.GaussianBlur(12)).point(lambda v: v * 2 // 5)
    wall.paste((120, 112, 104), mask=shadow)
    cloth = Image.new("RGB", SIZE, color)
    shade = Image.new("L", SIZE, 0)
    pen = ImageDraw.Draw(shade)
    for fold in folds:
        pen.line(fold, fill=110, width=16, joint="curve")
    shade = shade.filter(ImageFilter.GaussianBlur(11))
    cloth.paste(tuple(channel * 6 // 10 for channel in color), mask=shade)
    light = (
        Image.linear_gradient("L").resize(SIZE).transpose(Image.Transpose.ROTATE_180).point(lambda v: v // 6)
    )
    cloth = ImageChops.add(cloth, Image.merge("RGB", [light] * 3))
    wall.paste(cloth, mask=mask)
    grain = Image.frombytes("L", SIZE, bytes(draws.randrange(12) for _ in range(SIZE[0] * SIZE[1])))
    return ImageChops.subtract(wall, Image.merge("RGB", [grain] * 3))


def main() -> None:
    tee = garment(
        TEE,
        (38, 84, 168),
        [
            [(150, 260), (190, 340), (176, 480)],
            [(318, 250), (290, 360), (306, 480)],
            [(210, 170), (270, 172)],
        ],
        seed=1,
    )
    pen = ImageDraw.Draw(tee)
    pen.line([(178, 120), (205, 138), (240, 144), (275, 138), (302, 120)], fill=(26, 60, 124), width=7)
    dress = garment(
        DRESS,
        (176, 28, 40),
        [
            [(205, 250), (190, 400), (160, 540)],
            [(240, 250), (244, 555)],
            [(276, 250), (300, 400), (324, 540)],
        ],
        seed=2,
    )
    pen = ImageDraw.Draw(dress)
    pen.line([(184, 236), (240, 244), (296, 236)], fill=(120, 16, 28), width=6)
    tee.save(HERE / "blue-tee.jpg", quality=82)
    dress.save(HERE / "red-dress.jpg", quality=82)
    (HERE / "not-a-photo.jpg").write_text(
        "These are words, whatever the file's name says.\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
