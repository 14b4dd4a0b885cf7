"""The encoder that ships: shapes, steadiness, odd pictures, and that it tells garments and colours apart."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

import shopper.search
from shopper.errors import EncoderUnavailable
from shopper.search.builtin import BuiltinEncoder
from shopper.search.labels import Labels
from shopper.search.pixels import COLORS, SIDE, as_rgb, color_features, square
from shopper.search.training.alter import BLACK as BLACK_GROUND
from shopper.search.training.alter import drawn as as_drawn
from shopper.search.training.alter import on_ground, tiny_negative
from shopper.search.training.photos import list_photos, open_photos

WEIGHTS = Path(shopper.search.__file__).parent / "weights"
RED, BLUE, GREEN, BLACK = (200, 30, 40), (50, 80, 150), (40, 130, 70), (25, 25, 28)


@pytest.fixture(scope="module")
def encoder() -> BuiltinEncoder:
    return BuiltinEncoder(why="for a test")


def drawn(garment: str, color: tuple[int, int, int], side: int = 320) -> Image.Image:
    """A garment drawn in one colour on a light ground."""
    image = Image.new("RGB", (side, side), (246, 244, 241))
    pen = ImageDraw.Draw(image)
    outline = {
        "dress": [
            ((0.40, 0.08), (0.46, 0.14), (0.54, 0.14), (0.60, 0.08), (0.66, 0.20), (0.60, 0.42), (0.76, 0.92),
             (0.24, 0.92), (0.40, 0.42), (0.34, 0.20)),
        ],
        "jeans": [
            ((0.34, 0.08), (0.66, 0.08), (0.72, 0.94), (0.56, 0.94), (0.5, 0.34), (0.44, 0.94), (0.28, 0.94)),
        ],
        "t-shirt": [
            ((0.38, 0.16), (0.44, 0.20), (0.56, 0.20), (0.62, 0.16), (0.86, 0.30), (0.78, 0.44), (0.68, 0.38),
             (0.68, 0.84), (0.32, 0.84), (0.32, 0.38), (0.22, 0.44), (0.14, 0.30)),
        ],
    }[garment]  # fmt: skip
    shade = tuple(int(c * 0.8) for c in color)
    for points in outline:
        pen.polygon([(x * side, y * side) for x, y in points], fill=color, outline=shade)
    return image


def test_vectors_have_the_stated_shape_and_length_one(encoder: BuiltinEncoder) -> None:
    texts = encoder.encode_text(["red dress", "blue jeans", ""])
    pictures = encoder.encode_images([drawn("dress", RED), drawn("jeans", BLUE)])

    assert texts.shape == (3, encoder.dim)
    assert pictures.shape == (2, encoder.dim)
    assert texts.dtype == pictures.dtype == np.float32
    for rows in (texts, pictures):
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3)


def test_none_gives_none(encoder: BuiltinEncoder) -> None:
    assert encoder.encode_text([]).shape == (0, encoder.dim)
    assert encoder.encode_images([]).shape == (0, encoder.dim)


def test_the_same_thing_has_the_same_vector_whatever_stands_beside_it(encoder: BuiltinEncoder) -> None:
    texts = ["red dress", "a much longer text about warm winter coats for men", "red dress"]
    together = encoder.encode_text(texts)
    np.testing.assert_array_equal(together[0], together[2])
    np.testing.assert_allclose(together[:1], encoder.encode_text(texts[:1]), atol=1e-6)

    pictures = [drawn("dress", RED), drawn("jeans", BLUE), drawn("t-shirt", GREEN)]
    alone = np.concatenate([encoder.encode_images([picture]) for picture in pictures])
    np.testing.assert_allclose(encoder.encode_images(pictures), alone, atol=1e-5)


def test_two_loads_give_the_same_vectors(encoder: BuiltinEncoder) -> None:
    again = BuiltinEncoder(threads=2)
    np.testing.assert_allclose(
        again.encode_text(["navy blazer"]), encoder.encode_text(["navy blazer"]), atol=1e-3
    )


def test_other_weights_get_another_id(encoder: BuiltinEncoder, tmp_path: Path) -> None:
    shutil.copytree(WEIGHTS, tmp_path, dirs_exist_ok=True)
    assert BuiltinEncoder(weights=tmp_path).id == encoder.id
    with np.load(tmp_path / "text.npz") as kept:
        changed = {name: kept[name] * np.float16(0.5) for name in kept.files}
    np.savez(tmp_path / "text.npz", **changed)
    assert BuiltinEncoder(weights=tmp_path).id != encoder.id


def test_many_pictures_come_back_in_order(encoder: BuiltinEncoder) -> None:
    pictures = [drawn("t-shirt", (n * 6, 80, 120), side=64) for n in range(40)]
    rows = encoder.encode_images(pictures)
    assert rows.shape == (40, encoder.dim)
    np.testing.assert_allclose(rows[35], encoder.encode_images([pictures[35]])[0], atol=1e-5)


def test_red_dress_is_nearer_to_a_drawn_red_dress_than_to_blue_jeans(encoder: BuiltinEncoder) -> None:
    text = encoder.encode_text(["red dress"])[0]
    dress, jeans = encoder.encode_images([drawn("dress", RED), drawn("jeans", BLUE)])
    assert text @ dress > text @ jeans


@pytest.mark.parametrize("garment", ["dress", "jeans", "t-shirt"])
def test_a_colour_said_finds_the_garment_in_that_colour(encoder: BuiltinEncoder, garment: str) -> None:
    colors = {"red": RED, "blue": BLUE, "green": GREEN, "black": BLACK}
    texts = encoder.encode_text([f"{name} {garment}" for name in colors])
    pictures = encoder.encode_images([drawn(garment, color) for color in colors.values()])
    assert (texts @ pictures.T).argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_alike_pictures_are_nearer_than_others(encoder: BuiltinEncoder) -> None:
    own, smaller, other = encoder.encode_images(
        [drawn("dress", RED), drawn("dress", (190, 40, 44), side=200), drawn("jeans", BLUE)]
    )
    assert own @ smaller > own @ other + 0.2


def test_words_no_photo_taught_still_differ_between_texts(encoder: BuiltinEncoder) -> None:
    query, linen, wool = encoder.encode_text(
        ["breathable linen shirt for summer", "shirt. pure linen", "shirt. boiled wool"]
    )
    assert query @ linen > query @ wool


@pytest.mark.parametrize(
    "mode", ["RGBA", "P", "L", "LA", "CMYK", "1", "I;16", "I", "F", "PA", "YCbCr", "HSV", "LAB"]
)
def test_any_mode_of_picture_can_be_read(encoder: BuiltinEncoder, mode: str) -> None:
    source = drawn("t-shirt", BLACK)
    match mode:
        case "I;16":
            image = Image.fromarray(np.asarray(source.convert("L")).astype(np.uint16) * 257)
        case "F":
            image = Image.fromarray(np.asarray(source.convert("L")).astype(np.float32) / 255)
        case "PA":
            image = source.convert("RGBA").convert("P").convert("PA")
        case "LAB":
            from PIL import ImageCms

            to_lab = ImageCms.buildTransform(
                ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
            )
            image = ImageCms.applyTransform(source, to_lab) or source
        case _:
            image = source.convert(mode)
    plain, odd = encoder.encode_images([source, image])
    assert np.isfinite(odd).all()
    if mode != "LAB":
        assert plain @ odd > 0.7


NAMES = {
    "Tshirts": ("t-shirt", "t-shirt"),
    "Shirts": ("shirt", "hemd"),
    "Casual Shoes": ("sneakers", "turnschuhe"),
    "Watches": ("watch", "armbanduhr"),
    "Handbags": ("handbag", "handtasche"),
    "Jeans": ("jeans", "jeans"),
    "Sunglasses": ("sunglasses", "sonnenbrille"),
    "Dresses": ("dress", "kleid"),
    "Heels": ("heels", "pumps"),
    "Shorts": ("shorts", "shorts"),
}


@pytest.fixture(scope="module")
def set_aside(shared: Path) -> list[tuple[str, Image.Image]]:
    """Ten photos of each of ten kinds that were never trained on, and nothing was chosen by."""
    found: dict[str, list[tuple[str, Image.Image]]] = {kind: [] for kind in NAMES}
    photos = [p for p in list_photos(shared / "photos") if p.part == "test" and p.source == "kagl"]
    photos = [photo for photo in photos if photo.kind in NAMES]
    for photo, image in zip(photos, open_photos(shared / "photos", photos), strict=True):
        if len(found[photo.kind]) < 10:
            found[photo.kind].append((photo.kind, as_rgb(image)))
    return [one for photos_of_kind in found.values() for one in photos_of_kind]


def cut(image: Image.Image) -> Image.Image:
    across, down = image.width // 8, image.height // 8
    return image.crop((across, down, image.width - across, image.height - down))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "least"),
    [
        (lambda image: image, 0.9),
        (ImageOps.mirror, 0.9),
        (cut, 0.85),
        (lambda image: on_ground(image, BLACK_GROUND), 0.85),
        (lambda image: Image.fromarray(tiny_negative(image, 28)), 0.8),
        (lambda image: Image.fromarray(as_drawn(image)), 0.7),
    ],
    ids=["as it is", "mirrored", "cut", "on black", "tiny, grey and negative", "drawn"],
)
def test_kinds_are_told_apart_however_a_photo_comes(
    encoder: BuiltinEncoder,
    set_aside: list[tuple[str, Image.Image]],
    form: Callable[[Image.Image], Image.Image],
    least: float,
) -> None:
    pictures = encoder.encode_images([form(image) for _, image in set_aside])
    names = Labels(encoder).vectors(tuple(names[0] for names in NAMES.values()))
    kinds = list(NAMES)
    right = [
        kinds[n] == kind for n, (kind, _) in zip((pictures @ names.T).argmax(axis=1), set_aside, strict=True)
    ]
    assert np.mean(right) >= least


@pytest.mark.slow
def test_german_shop_words_find_photos(
    encoder: BuiltinEncoder, set_aside: list[tuple[str, Image.Image]]
) -> None:
    pictures = encoder.encode_images([image for _, image in set_aside])
    likeness = pictures @ encoder.encode_text([names[1] for names in NAMES.values()]).T
    kinds = list(NAMES)
    assert (
        np.mean([kinds[n] == kind for n, (kind, _) in zip(likeness.argmax(1), set_aside, strict=True)]) > 0.8
    )


def test_what_is_see_through_lies_on_white() -> None:
    clear = Image.new("RGBA", (20, 10), (255, 0, 0, 0))
    assert (square(as_rgb(clear)) == 255).all()
    listed = Image.new("P", (4, 4), 0)
    listed.putpalette([9, 9, 9])
    listed.info["transparency"] = 0
    assert (np.asarray(as_rgb(listed)) == 255).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 2), (5, 400), (640, 480)])
def test_any_shape_of_picture_is_padded_never_cropped(encoder: BuiltinEncoder, size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, "navy")
    pixels = square(as_rgb(image))
    assert pixels.shape == (SIDE, SIDE, 3)
    assert (pixels[SIDE // 2, SIDE // 2, 2] > 100) or min(size) * SIDE < max(size)
    assert np.isfinite(encoder.encode_images([image])).all()


def test_a_turned_photo_is_set_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), "white")
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    with Image.open(tmp_path / "turned.jpg") as turned:
        assert as_rgb(turned).size == (20, 40)


def test_colours_are_those_of_the_thing_not_of_the_ground() -> None:
    on_light, on_grey = drawn("t-shirt", RED), drawn("t-shirt", RED)
    on_grey.paste((180, 184, 188), mask=on_grey.convert("L").point([0] * 230 + [255] * 26))
    one, two, other = (
        color_features(square(image)) for image in (on_light, on_grey, drawn("t-shirt", GREEN))
    )
    assert one.shape == (COLORS,)
    thing = slice(0, 48)
    assert one[thing] @ two[thing] > one[thing] @ other[thing] + 0.3


def test_it_loads_and_runs_without_torch() -> None:
    code = (
        "import sys\n"
        "from PIL import Image\n"
        "from shopper.search.encoder import load_encoder\n"
        "encoder = load_encoder('builtin')\n"
        "encoder.encode_text(['dress']); encoder.encode_images([Image.new('RGB', (8, 8))])\n"
        "heavy = {'torch', 'transformers', 'torchvision', 'onnx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[2])


def test_a_folder_without_weights_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="can't be read"):
        BuiltinEncoder(weights=tmp_path)


@pytest.mark.slow
def test_it_is_quick_on_one_thread(encoder: BuiltinEncoder) -> None:
    picture = drawn("dress", RED)
    encoder.encode_images([picture])

    def milliseconds(work: object) -> float:
        assert callable(work)
        best = 1e9
        for _ in range(10):
            started = time.perf_counter()
            work()
            best = min(best, time.perf_counter() - started)
        return best * 1000

    assert milliseconds(lambda: encoder.encode_images([picture])) < 25
    assert milliseconds(lambda: encoder.encode_text(["a red summer dress for a wedding"])) < 25
