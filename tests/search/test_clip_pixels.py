"""Pictures come to a CLIP as its own processor would bring them, in less time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopper.search.clip_pixels import PixelRecipe, padded, probe_picture, read_picture

transformers = pytest.importorskip("transformers")
DEMO = Path(__file__).parents[2] / "catalog" / "images"


def _processors() -> list[object]:
    return [
        transformers.CLIPImageProcessorPil(),
        transformers.CLIPImageProcessorPil(
            size={"shortest_edge": 256}, crop_size={"height": 224, "width": 224}
        ),
        transformers.SiglipImageProcessorPil(size={"height": 224, "width": 224}),
        transformers.SiglipImageProcessorPil(size={"height": 384, "width": 384}, resample=2),
    ]


@pytest.fixture(params=range(4), ids=["clip", "crops", "siglip", "siglip384"])
def processor(request: pytest.FixtureRequest) -> object:
    return _processors()[request.param]


def test_pixels_are_those_of_the_processor(processor: object) -> None:
    recipe = PixelRecipe.of(processor)
    assert recipe is not None
    pictures = [
        probe_picture(420),
        probe_picture(900).rotate(90, expand=True),
        Image.new("RGB", (7, 900), "navy"),
    ]
    for file in sorted(DEMO.glob("*.webp"))[::120]:
        with Image.open(file) as image:
            pictures.append(image.convert("RGB").resize((960, 1200)))
    assert callable(processor)
    said = processor(images=[padded(p) for p in pictures], return_tensors="np")["pixel_values"]
    mine = recipe.normal(recipe.pixels(pictures))
    assert mine.shape == said.shape
    assert np.abs(mine - said).mean(axis=(1, 2, 3)).max() <= 1e-2


def test_a_recipe_comes_back_from_json(processor: object) -> None:
    recipe = PixelRecipe.of(processor)
    assert recipe is not None
    assert PixelRecipe.from_json(recipe.as_json()) == recipe


def test_a_processor_that_does_something_else_has_no_recipe() -> None:
    processor = transformers.CLIPImageProcessorPil()
    processor.do_rescale = False
    assert PixelRecipe.of(processor) is None
    processor = transformers.CLIPImageProcessorPil(size={"longest_edge": 224})
    assert PixelRecipe.of(processor) is None
    assert PixelRecipe.of(object()) is None


def test_a_jpeg_is_decoded_small_and_looks_the_same(tmp_path: Path) -> None:
    probe_picture(2100).save(tmp_path / "large.jpg", quality=95)
    recipe = PixelRecipe.of(transformers.CLIPImageProcessorPil())
    assert recipe is not None
    small = read_picture(tmp_path / "large.jpg", 224)
    with Image.open(tmp_path / "large.jpg") as whole:
        exact = recipe.normal(recipe.pixels([whole.convert("RGB")]))
    assert max(small.size) < 2100
    assert np.abs(recipe.normal(recipe.pixels([small])) - exact).mean() <= 1e-2


def test_pictures_in_threads_come_in_order() -> None:
    from concurrent.futures import ThreadPoolExecutor

    recipe = PixelRecipe((8, 8), (8, 8), 3, 1 / 255, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    pictures = [Image.new("RGB", (20, 30), (n * 10, 0, 0)) for n in range(20)]
    with ThreadPoolExecutor(3) as pool:
        found = recipe.pixels(pictures, pool)
    assert found[:, 4, 4, 0].tolist() == [n * 10 for n in range(20)]
