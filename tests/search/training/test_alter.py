"""The ways in which a training photo is shown: what they change, and what they must not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shopper.search.pixels import SIDE
from shopper.search.training.alter import BLACK, alter, drawn, on_ground, tiny_negative, trimmed

RED = (200, 30, 40)


def shirt() -> Image.Image:
    """A red thing with a white print on a white ground."""
    image = Image.new("RGB", (60, 80), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((15, 20, 44, 69), fill=RED)
    pen.rectangle((25, 35, 34, 44), fill="white")
    return image


def test_another_ground_leaves_the_thing_and_what_is_white_inside_of_it() -> None:
    pixels = np.asarray(on_ground(shirt(), BLACK))
    assert pixels[2, 2].tolist() == [0, 0, 0]
    assert pixels[55, 30].tolist() == list(RED)
    assert pixels[40, 30].tolist() == [255, 255, 255]


def test_a_photo_without_an_even_ground_keeps_it() -> None:
    noisy = Image.effect_noise((60, 80), 90).convert("RGB")
    assert on_ground(noisy, BLACK) is noisy


def test_margins_are_cut_off_but_never_the_whole_picture() -> None:
    assert trimmed(shirt()).size == (30, 50)
    blank = Image.new("RGB", (60, 80), "white")
    assert trimmed(blank).size == blank.size


def test_a_tiny_negative_is_grey_and_light_on_black() -> None:
    pixels = tiny_negative(shirt(), 28)
    assert pixels.shape == (SIDE, SIDE, 3)
    assert (pixels[..., 0] == pixels[..., 1]).all()
    assert (pixels[..., 0] == pixels[..., 2]).all()
    assert pixels[SIDE // 2, 4].max() < 12, "the ground"
    assert pixels[SIDE * 3 // 4, SIDE // 2].min() > 120, "the thing"


def test_a_drawing_has_lines_where_the_thing_ends_and_is_white_within() -> None:
    pixels = drawn(shirt())
    assert pixels[2, 2].min() > 240
    assert pixels[:, SIDE // 2].min() < 120
    assert pixels[SIDE * 3 // 4, SIDE // 2].min() > 240


def test_colours_are_called_true_only_where_the_thing_still_has_them() -> None:
    rng = np.random.default_rng(5)
    seen = [alter(shirt(), rng) for _ in range(200)]
    grey = [view for view in seen if (view.pixels[..., 0] == view.pixels[..., 2]).all()]
    assert 0.15 < len(grey) / len(seen) < 0.5
    assert not any(view.colored for view in grey)
    reds = [view for view in seen if (view.pixels.astype(int) @ (1, 0, -1) > 60).sum() > 400]
    assert len(reds) > 100
    assert all(view.colored for view in reds)


def test_the_same_seed_gives_the_same_views() -> None:
    one, two = (alter(shirt(), np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(one.pixels, two.pixels)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3)])
def test_odd_shapes_survive_every_way(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    image = Image.new("RGB", size, RED)
    for _ in range(40):
        assert alter(image, rng).pixels.shape == (SIDE, SIDE, 3)
