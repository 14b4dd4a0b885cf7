"""Which part of a picture a phrase matches."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shopper.search.builtin import BuiltinEncoder
from shopper.search.explain import heat_map

from .conftest import WordEncoder


@pytest.fixture(scope="module")
def shapes() -> Image.Image:
    """A red square on the left and a blue circle on the right."""
    image = Image.new("RGB", (400, 260), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 70, 160, 190), fill=(200, 30, 40))
    draw.ellipse((240, 70, 360, 190), fill=(40, 80, 200))
    return image


@pytest.fixture(scope="module")
def builtin() -> BuiltinEncoder:
    return BuiltinEncoder()


@pytest.mark.parametrize(("phrase", "half"), [("red", 0), ("blue", 1)])
def test_a_colour_lights_its_own_thing(
    shapes: Image.Image, builtin: BuiltinEncoder, phrase: str, half: int
) -> None:
    seen = heat_map(shapes, phrase, builtin)
    left, right = seen.cells[:, :32].mean(), seen.cells[:, 32:].mean()
    assert (right > 5 * left) if half else (left > 5 * right)
    assert half * 200 <= seen.box.left < seen.box.right <= (half + 1) * 200
    assert seen.score > seen.whole


def test_the_map_is_drawn_over_the_picture_and_marks_the_box(
    shapes: Image.Image, builtin: BuiltinEncoder
) -> None:
    seen = heat_map(shapes, "red", builtin)
    drawn = np.asarray(seen.over(shapes), dtype=int)
    assert drawn.shape == (260, 400, 3)
    assert drawn[seen.box.top, seen.box.left].tolist() == [0, 200, 120]
    assert drawn[130, 100].sum() > drawn[130, 300].sum(), "the red square is lit, the blue circle dimmed"


@pytest.mark.parametrize("size", [(1, 1), (9, 400), (64, 64)])
def test_pictures_that_show_nothing_give_a_map_all_the_same(size: tuple[int, int]) -> None:
    seen = heat_map(Image.new("RGB", size, "white"), "dress", WordEncoder())
    assert seen.cells.shape == (64, 64)
    assert np.isfinite(seen.cells).all()
    assert 0 <= seen.box.left < seen.box.right <= size[0]
    assert seen.over(Image.new("RGB", size)).size[0] >= 1
