"""What a photo shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.search.palette import colors_of, nearest_shade, to_lab
from shopper.search.see import PhotoReader

from .conftest import WordEncoder


@pytest.mark.parametrize(
    "color", ["navy", "red", "burgundy", "black", "yellow", "olive", "camel", "teal", "pink"]
)
def test_an_even_colour_on_an_even_ground_is_named(paint: Callable[[str], Image.Image], color: str) -> None:
    assert colors_of(paint(color)) == [color]


def test_white_on_white_is_white() -> None:
    assert colors_of(Image.new("RGB", (80, 80), (250, 250, 250))) == ["white"]


def test_two_colours_of_one_thing_are_both_named() -> None:
    image = Image.new("RGB", (120, 120), (200, 200, 200))
    image.paste((26, 34, 74), (20, 20, 100, 60))
    image.paste((196, 28, 38), (20, 60, 100, 100))
    assert set(colors_of(image)) == {"navy", "red"}


def test_the_same_photo_always_reads_the_same() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 60, 3), dtype=np.uint8))
    assert colors_of(noise) == colors_of(noise)


def test_lab_of_white_and_black_is_as_defined() -> None:
    white, black = to_lab(np.array([[255.0, 255, 255], [0, 0, 0]]))
    assert np.allclose(white, [100, 0, 0], atol=0.5)
    assert np.allclose(black, [0, 0, 0], atol=0.5)
    assert nearest_shade(white) == "white"


class DressEncoder(WordEncoder):
    """Sees a dress in every photo."""

    id = "dresses"

    def encode_images(self, images: object) -> np.ndarray:
        return self.encode_text(["dress"])


def test_a_photo_yields_kind_colours_and_confidence(
    taxonomy: Taxonomy, paint: Callable[[str], Image.Image]
) -> None:
    seen = PhotoReader(DressEncoder(), taxonomy).see(paint("navy"), frozenset({"dress", "shirt"}), "photo-1")
    assert (seen.photo_id, seen.category, seen.colors, seen.patterns) == ("photo-1", "dress", ("navy",), ())
    assert seen.confidence > 0.5


def test_no_kind_is_claimed_where_the_encoder_is_unsure(taxonomy: Taxonomy) -> None:
    class Blind(WordEncoder):
        def encode_images(self, images: object) -> np.ndarray:
            return np.zeros((1, self.dim), dtype=np.float32)

    seen = PhotoReader(Blind(), taxonomy).see(Image.new("RGB", (40, 40), (9, 9, 9)), frozenset({"dress"}))
    assert seen.category is None


@pytest.mark.asyncio(loop_scope="session")
async def test_a_photo_like_the_shops_own_is_of_their_kind(
    search: ProductSearch, paint: Callable[[str], Image.Image]
) -> None:
    assert search.see(paint("burgundy"), "photo-1").category == "dress"  # only the evening dress is burgundy
