"""What pictures show of products whose feed doesn't say it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from shopper.cli.pictures import app
from shopper.errors import BadInput
from shopper.products.taxonomy import Taxonomy
from shopper.search.builtin import BuiltinEncoder
from shopper.search.labels import chances
from shopper.search.tagging.calibration import (
    NEVER,
    Calibration,
    calibration_error,
    fit_curve,
    fit_floor,
    fit_lesson,
    fit_scale,
    shipped,
)
from shopper.search.tagging.feed import picture_at, tag_feed
from shopper.search.tagging.ladder import Guess, Ladder
from shopper.search.tagging.tagger import Tagger
from shopper.search.training.photos import list_photos, open_photos

from .conftest import WordEncoder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(BuiltinEncoder(), Taxonomy.load())


# ── how sure ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_narrowest_word_that_is_sure_enough_is_said() -> None:
    shoes = Ladder(
        ("boots", "ankle boots", "dress", None), lambda kind: {"ankle boots": ["boots"]}.get(kind, [])
    )
    likely = np.array([0.3, 0.5, 0.1, 0.1], dtype=np.float32)
    assert shoes.say(likely, 0.5) == Guess("ankle boots", 0.5)
    assert shoes.say(likely, 0.7) == Guess("boots", 0.8)
    assert shoes.say(likely, 0.9) is None
    assert shoes.say(np.array([0.1, 0.1, 0.2, 0.6], dtype=np.float32), 0.1) is None, (
        "it is no kind of fashion"
    )


def test_a_fitted_confidence_is_how_often_it_is_right() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 4, 4000)
    logits = rng.normal(size=(4000, 4)).astype(np.float32)
    logits[np.arange(4000), truth] += 1.5
    logits /= 9  # an encoder's likeness is far too even
    half = slice(0, 2000), slice(2000, 4000)
    right = np.eye(4, dtype=bool)[truth]
    scale = fit_scale(logits[half[0]], right[half[0]])
    assert 10 < scale < 18  # 1.5 × 9 is the true one
    likely = chances(logits * np.float32(scale))
    first = likely.argmax(axis=1) == truth
    curve = fit_curve(likely[half[0]].max(axis=1).tolist(), first[half[0]].tolist())
    assert all(a[1] <= b[1] for a, b in pairwise(curve)), "it never falls"
    sure = np.interp(likely[half[1]].max(axis=1), *np.array(curve).T)
    plain = chances(logits)[half[1]].max(axis=1)
    assert calibration_error(sure.tolist(), first[half[1]].tolist()) < 0.04
    assert calibration_error(plain.tolist(), first[half[1]].tolist()) > 0.2


def test_a_floor_is_where_nine_of_ten_are_right_and_else_nothing_is_said() -> None:
    sure = np.linspace(0.5, 1.0, 500)
    right = np.random.default_rng(2).random(500) < sure
    floor = fit_floor(lambda low: right[sure >= low].tolist())
    assert 0.7 < floor < 0.95
    assert np.mean(right[sure >= floor]) >= 0.9
    assert fit_floor(lambda low: [True, False] * 20) == NEVER
    assert fit_floor(lambda low: []) == NEVER


def test_a_lesson_reads_what_is_in_the_vectors() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(300, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = ["a" if v[0] > 0 else "b" for v in vectors]
    lesson = fit_lesson(vectors[:200], labels[:200], ("a", "b"))
    said = [lesson.labels[n] for n in lesson.logits(vectors[200:]).argmax(axis=1)]
    assert np.mean([s == t for s, t in zip(said, labels[200:], strict=True)]) > 0.9


def test_a_calibration_survives_its_file(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    shipped().save(file)
    again = Calibration.load(file)
    assert again.fits == shipped().fits
    assert np.array_equal(again.lessons["pattern"].weights, shipped().lessons["pattern"].weights)
    file.write_text("{}")
    with pytest.raises(BadInput):
        Calibration.load(file)


def test_the_shipped_calibration_is_the_shipped_encoders(taxonomy: Taxonomy) -> None:
    assert shipped().encoder == BuiltinEncoder().id, "run `shopper tag --calibrate` for the new weights"
    with pytest.raises(BadInput, match="no calibration"):
        Tagger(WordEncoder(), taxonomy)


# ── real photos ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_what_is_said_of_photos_set_aside_is_mostly_right(shared: Path, tagger: Tagger) -> None:
    photos = [p for p in list_photos(shared / "photos") if p.part == "test" and p.source == "kagl"][:240]
    shirts = {"Tshirts": "t-shirt", "Shirts": "shirt", "Watches": "watch", "Sunglasses": "sunglasses"}
    seen = tagger.look([image.copy() for image in open_photos(shared / "photos", photos)])
    told = [
        (photo, guess)
        for photo, chances in zip(photos, seen, strict=True)
        if photo.kind in shirts and (guess := tagger.say("category", chances)) is not None
    ]
    assert len(told) > 60
    assert np.mean([guess.value == shirts[photo.kind] for photo, guess in told]) > 0.85
    assert all(guess.confidence >= tagger.fits["category"].floor for _, guess in told)


# ── feeds ───────────────────────────────────────────────────────────────────────────────────────────────


def product(id_: str, title: str, image: str, **facts: object) -> dict[str, Any]:
    variant = {"id": f"{id_}-1", "price": "10.00", "stock": 1, "image": image}
    if "color" in facts:
        variant["color"] = facts.pop("color")
    return {"id": id_, "title": title, "currency": "EUR", "variants": [variant], **facts}


def write(folder: Path, *products: dict[str, Any]) -> Path:
    file = folder / "products.jsonl"
    file.write_text("\n".join(json.dumps(one) for one in products), encoding="utf-8")
    return file


@pytest.fixture
def feed(tmp_path: Path, demo_catalog: Path) -> Path:
    """One product that says nothing, one that says all that a picture can show, one without a picture."""
    source = next(
        row
        for row in map(json.loads, (demo_catalog / "products.jsonl").read_text(encoding="utf-8").splitlines())
        if row["category"] == "backpack"
    )
    with Image.open(demo_catalog / source["variants"][0]["image"]) as image:
        image.convert("RGB").save(tmp_path / "one.jpg")
    said = {"category": "backpack", "gender": "girls", "color": "pink", "patterns": ["plain"]}
    return write(
        tmp_path,
        product("a", "Item A", "one.jpg"),
        product("b", "Item B", "one.jpg", **said, features=["sleeveless"]),
        product("c", "Item C", "none.jpg"),
    )


def test_only_what_the_feed_leaves_out_is_written_and_marked_inferred(feed: Path, tagger: Tagger) -> None:
    out = feed.parent / "tags.jsonl"
    report = tag_feed(feed, out, tagger=tagger, taxonomy=Taxonomy.load())
    (row,) = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert (row["id"], row["title"]) == ("a", "Item A")
    (color,) = row["inferred"]["colors"]
    assert (color["value"], color["image"], color["variants"]) == ("pink", "one.jpg", ["a-1"])
    assert tagger.fits["color"].floor <= color["confidence"] <= 1
    assert (report.products, report.lacking, report.tagged, report.unseen) == (3, 2, 1, 1)
    assert not list(feed.parent.glob("*.part"))


def test_where_a_shop_shows_that_guesses_fail_nothing_is_said(
    tmp_path: Path, demo_catalog: Path, tagger: Tagger
) -> None:
    rows = [json.loads(r) for r in (demo_catalog / "products.jsonl").read_text(encoding="utf-8").splitlines()]
    stated = [
        product(f"s{n}", row["title"], row["variants"][0]["image"], category="umbrella", color="pink")
        for n, row in enumerate(rows[:40])
    ]
    silent = [product(f"u{n}", "Item", row["variants"][0]["image"]) for n, row in enumerate(rows[40:60])]
    file = write(tmp_path, *stated, *silent)
    report = tag_feed(
        file, tmp_path / "tags.jsonl", tagger=tagger, taxonomy=Taxonomy.load(), photos=demo_catalog
    )
    for name in ("category", "color"):
        check = report.checks[name]
        assert check.stated == 40
        assert check.floor is None
        assert report.said[name] == 0


def test_pictures_outside_of_the_folder_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    Image.new("RGB", (9, 9)).save(tmp_path / "secret.png")
    (tmp_path / "shop" / "link.png").symlink_to(tmp_path / "secret.png")
    assert picture_at("../secret.png", tmp_path / "shop") is None
    assert picture_at("link.png", tmp_path / "shop") is None
    (tmp_path / "shop" / "broken.png").write_bytes(b"no picture")
    assert picture_at("broken.png", tmp_path / "shop") is None


def test_the_command_writes_the_file_once_and_tells_what_it_did(feed: Path) -> None:
    out = feed.parent / "tags.jsonl"
    given = ["tag", str(feed), "--out", str(out)]
    result = CliRunner().invoke(app, [*given, "--json"])
    assert result.exit_code == 0, result.output
    body = json.loads(result.stdout)
    assert (body["products"], body["tagged"]) == (3, 1)
    again = CliRunner().invoke(app, given)
    assert isinstance(again.exception, BadInput), "an edited file isn't overwritten"
    shown = CliRunner().invoke(app, [*given, "--overwrite"])
    assert "1 of 3 products tagged" in shown.output


@pytest.mark.parametrize("given", [["tag"], ["tag", "--calibrate", "photos"]])
def test_half_a_command_is_refused(given: list[str]) -> None:
    result = CliRunner().invoke(app, given)
    assert result.exit_code == typer.BadParameter("").exit_code
