"""The things in a photo that shows several, and the one that a phrase means."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from shopper.errors import EncoderUnavailable
from shopper.products.taxonomy import Taxonomy
from shopper.search.builtin import BuiltinEncoder
from shopper.search.regions.boxes import Box, ground_of, things_in, windows_over
from shopper.search.regions.find import Region, find_region, propose, region_for
from shopper.search.regions.owl import OwlDetector
from shopper.search.training.photos import list_photos, open_photos
from tests.clips import small_clip, small_tokenizer

GROUPS = {
    "dress": ("dress",),
    "bag": ("handbag", "tote bag", "backpack", "shoulder bag", "crossbody bag"),
    "shoes": ("sneakers", "heels", "boots", "loafers", "ankle boots"),
    "coat": ("coat", "trench coat", "parka"),
    "trousers": ("trousers", "jeans", "chinos"),
    "hat": ("hat", "cap", "beanie"),
    "sweater": ("sweater", "cardigan"),
    "skirt": ("skirt",),
    "watch": ("watch",),
    "sunglasses": ("sunglasses",),
}


@pytest.fixture(scope="module")
def builtin() -> BuiltinEncoder:
    return BuiltinEncoder()


@pytest.fixture(scope="module")
def cards(demo_catalog: Path) -> dict[str, list[Path]]:
    """The pictures of the demo shop by what a shopper would call the thing."""
    with (demo_catalog / "products.jsonl").open(encoding="utf-8") as lines:
        products = [json.loads(line) for line in lines]
    return {
        name: [demo_catalog / p["variants"][0]["image"] for p in products if p["category"] in kinds]
        for name, kinds in GROUPS.items()
    }


def beside(*files: Path, gap: int = 40) -> Image.Image:
    """Cards side by side on white, each 300 pixels wide."""
    canvas = Image.new("RGB", (len(files) * (300 + gap) - gap, 375), "white")
    for n, file in enumerate(files):
        with Image.open(file) as image:
            canvas.paste(image.convert("RGB").resize((300, 375)), (n * (300 + gap), 0))
    return canvas


def middle(region: Region) -> float:
    return (region.box.left + region.box.right) / 2


def test_things_that_stand_apart_on_an_even_ground_are_told_apart() -> None:
    image = Image.new("RGB", (400, 200), (240, 240, 238))
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 40, 120, 160), fill="navy")
    draw.ellipse((250, 40, 370, 160), fill="darkred")
    left, right = sorted(things_in(image))
    assert left.share(Box(20, 40, 121, 161)) > 0.6
    assert right.share(Box(250, 40, 371, 161)) > 0.6


def test_a_strap_belongs_to_its_bag() -> None:
    image = Image.new("RGB", (200, 200), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 90, 150, 180), fill="black")
    draw.arc((60, 30, 140, 150), 180, 360, fill="black", width=6)
    assert len(things_in(image)) == 1


def test_a_busy_ground_shows_no_things_by_itself() -> None:
    rng = random.Random(2)
    image = Image.new("RGB", (64, 64))
    image.putdata([(rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in range(64 * 64)])
    assert not ground_of(image).even
    assert things_in(image) == []


@pytest.mark.parametrize("size", [(1, 1), (30, 900), (640, 480)])
def test_windows_stay_inside_and_cover_the_picture(size: tuple[int, int]) -> None:
    boxes = windows_over(Image.new("RGB", size))
    assert all(0 <= b.left < b.right <= size[0] and 0 <= b.top < b.bottom <= size[1] for b in boxes)
    assert min(b.left for b in boxes) == min(b.top for b in boxes) == 0
    assert max(b.right for b in boxes) == size[0]
    assert max(b.bottom for b in boxes) == size[1]


@pytest.mark.parametrize(("phrase", "half"), [("the dress in this photo", 0), ("the bag in this photo", 1)])
def test_the_bag_beside_a_dress_is_found_and_so_is_the_dress(
    cards: dict[str, list[Path]], builtin: BuiltinEncoder, taxonomy: Taxonomy, phrase: str, half: int
) -> None:
    photo = beside(cards["dress"][2], cards["bag"][0])
    found = find_region(photo, phrase, builtin, taxonomy)
    assert found is not None
    assert half * 340 <= middle(found) < half * 340 + 300
    assert found.crop(photo).size == (found.box.right - found.box.left, found.box.bottom - found.box.top)


def test_of_two_alike_the_phrase_chooses(builtin: BuiltinEncoder, taxonomy: Taxonomy) -> None:
    photo = Image.new("RGB", (500, 250), "white")
    draw = ImageDraw.Draw(photo)
    dress = ((40, 8), (46, 14), (54, 14), (60, 8), (66, 20), (60, 42), (76, 92), (24, 92), (40, 42), (34, 20))
    for left, color in ((10, (200, 20, 35)), (260, (30, 60, 190))):
        draw.polygon([(left + x * 2.3, 10 + y * 2.3) for x, y in dress], fill=color)
    for phrase, half in (("red", 0), ("blue", 1)):
        found = region_for(photo, "dress", f"the {phrase} dress", builtin, taxonomy)
        assert found is not None
        assert half * 250 <= middle(found) < (half + 1) * 250


def test_a_pair_is_one_thing(
    cards: dict[str, list[Path]], builtin: BuiltinEncoder, taxonomy: Taxonomy
) -> None:
    pair = beside(cards["bag"][0], cards["bag"][0])
    assert len(things_in(pair)) == 2
    assert region_for(pair, "bags", "the bag", builtin, taxonomy) is None


def test_a_photo_of_one_thing_that_fills_it_has_no_region(
    cards: dict[str, list[Path]], builtin: BuiltinEncoder, taxonomy: Taxonomy
) -> None:
    with Image.open(cards["bag"][0]) as image:
        bag = image.convert("RGB").crop((90, 90, 510, 640))
    assert region_for(bag, "bags", "the bag", builtin, taxonomy) is None


def test_what_is_not_in_the_photo_is_not_found(
    cards: dict[str, list[Path]], builtin: BuiltinEncoder, taxonomy: Taxonomy
) -> None:
    photo = beside(cards["dress"][2], cards["bag"][0])
    assert find_region(photo, "the sunglasses", builtin, taxonomy) is None


def test_proposals_hardly_overlap_and_come_surest_first(
    cards: dict[str, list[Path]], builtin: BuiltinEncoder
) -> None:
    found = propose(beside(cards["dress"][2], cards["bag"][0], cards["hat"][0]), builtin)
    assert len(found) == 3
    assert sorted(found, key=lambda region: -region.score) == found
    assert all(one.box.share(other.box) < 0.1 for one in found for other in found if one is not other)


@pytest.mark.slow
def test_most_things_beside_others_are_found(
    cards: dict[str, list[Path]], builtin: BuiltinEncoder, taxonomy: Taxonomy
) -> None:
    rng = random.Random(11)
    right = 0
    for _ in range(60):
        names = rng.sample(sorted(cards), rng.choice((2, 3)))
        gap = rng.choice((20, 40, 80))
        wanted = rng.randrange(len(names))
        photo = beside(*(rng.choice(cards[name]) for name in names), gap=gap)
        found = find_region(photo, f"the {names[wanted]} in this photo", builtin, taxonomy)
        start = wanted * (300 + gap)
        right += found is not None and start <= middle(found) < start + 300
    print(f"{right} of 60 found")
    assert right >= 45


@pytest.mark.slow
def test_nearly_all_real_things_beside_others_are_found(
    shared: Path, builtin: BuiltinEncoder, taxonomy: Taxonomy
) -> None:
    named = {
        "Dresses": "dress",
        "Handbags": "bag",
        "Casual Shoes": "shoes",
        "Watches": "watch",
        "Jeans": "jeans",
    }
    photos = [p for p in list_photos(shared / "photos") if p.part == "test" and p.kind in named][:250]
    by: dict[str, list[Image.Image]] = {name: [] for name in named.values()}
    for photo, image in zip(photos, open_photos(shared / "photos", photos), strict=True):
        if photo.source == "kagl":
            by[named[photo.kind]].append(image.convert("RGB").copy())
    rng = random.Random(5)
    right = 0
    for _ in range(40):
        names = rng.sample(sorted(by), 3)
        canvas = Image.new("RGB", (660, 240), "white")
        for n, name in enumerate(names):
            image = rng.choice(by[name]).copy()
            image.thumbnail((180, 220))
            canvas.paste(image, (n * 220 + 20, 10))
        wanted = rng.randrange(3)
        found = find_region(canvas, f"the {names[wanted]} in this photo", builtin, taxonomy)
        right += found is not None and wanted * 220 <= middle(found) < (wanted + 1) * 220
    print(f"{right} of 40 found")
    assert right >= 35


# ── a detector ──────────────────────────────────────────────────────────────────────────────────────────


class Pointing:
    """A detector that always points at one box."""

    def __init__(self, *boxes: Box) -> None:
        self.found, self.asked = [Region(box, 0.5) for box in boxes], ""

    def find(self, image: Image.Image, phrase: str) -> list[Region]:
        self.asked = phrase
        return self.found


def test_a_detector_is_asked_first(builtin: BuiltinEncoder, taxonomy: Taxonomy) -> None:
    photo = Image.new("RGB", (200, 100), "white")
    detector = Pointing(Box(10, 10, 60, 60))
    found = region_for(photo, "bags", "the bag", builtin, taxonomy, detector)
    assert found == Region(Box(10, 10, 60, 60), 0.5, "bags")
    assert detector.asked == "a photo of bags"
    whole = Pointing(Box(0, 0, 200, 100))
    assert region_for(photo, "bags", "the bag", builtin, taxonomy, whole) is None


@pytest.fixture(scope="module", params=["owlvit", "owlv2"])
def owl(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny OWL with random weights, saved as the real ones come."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp(request.param)
    words = small_tokenizer(folder, 16)
    small = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1, "num_attention_heads": 4}
    text = {"vocab_size": words, "max_position_embeddings": 16, "bos_token_id": 2, "eos_token_id": 3, **small}
    vision = {"image_size": 32, "patch_size": 8, **small}
    name = {"owlvit": "OwlViT", "owlv2": "Owlv2"}[request.param]
    config = getattr(transformers, f"{name}Config")(text_config=text, vision_config=vision, projection_dim=32)
    torch.manual_seed(4)
    model = getattr(transformers, f"{name}ForObjectDetection")(config)
    with torch.no_grad():
        for weights in model.box_head.parameters():
            weights.zero_()  # each of the 16 patches then points at its own place
    model.save_pretrained(folder)
    processor = getattr(transformers, f"{name}ImageProcessorPil")
    processor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def test_an_owl_loads_from_its_folder_and_its_boxes_lie_in_the_photo(owl: Path) -> None:
    detector = OwlDetector.load(str(owl))
    photo = Image.effect_noise((90, 60), 80).convert("RGB")
    found = detector.find(photo, "a red dress", floor=0.0)
    assert len({region.box for region in found}) == len(found) > 4
    assert sorted((r.score for r in found), reverse=True) == [r.score for r in found]
    assert all(0 <= r.box.left < r.box.right <= 90 and 0 <= r.box.top < r.box.bottom <= 60 for r in found)
    assert detector.find(photo, "a red dress", floor=1.01) == []


def test_what_is_no_owl_is_refused_in_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    with pytest.raises(EncoderUnavailable, match="can't be loaded"):
        OwlDetector.load(str(small_clip(tmp_path / "clip")))
    with pytest.raises(EncoderUnavailable):
        OwlDetector.load(str(tmp_path / "nothing"))
