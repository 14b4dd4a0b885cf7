"""The encoder benchmark measures every way on the same weights, in turns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shopper.bench.encoder_worker import BUILTIN, CHECKED, EAGER, queries
from shopper.bench.encoders import MEASURES, Row, bench, make_pictures, render
from shopper.search.clip_int8 import KINDS
from tests.clips import small_clip

pytestmark = pytest.mark.slow

pytest.importorskip("transformers")
DEMO = Path(__file__).parents[2] / "catalog" / "images"


@pytest.mark.slow
def test_every_way_is_measured_on_the_same_model(tmp_path: Path) -> None:
    result = bench(str(small_clip(tmp_path / "model")), tmp_path / "work", tmp_path / "none", rounds=1)
    assert [row.way for row in result.rows] == [EAGER, CHECKED, "float32", *reversed(KINDS), BUILTIN]
    said = result.as_json()
    assert not said["random_weights"]
    assert "onnxruntime" in said["runs"]
    assert set(said["times_torch_eager"]) == {CHECKED, "float32", *KINDS, BUILTIN}
    for row in said["rows"]:
        assert min(value for name, value in row.items() if name != "way") > 0
    assert json.loads(json.dumps(said)) == said
    table = render(result)
    assert all(row.way in table for row in result.rows)


def test_the_best_round_counts() -> None:
    row = Row("one")
    for wall, cpu in ((0.2, 0.3), (0.1, 0.4)):
        for measure in MEASURES:
            row.better(measure, wall, cpu)
    assert row.as_json()["images_s_32"] == 10.0
    assert row.as_json()["image_32_cpu_ms"] == 300.0


def test_pictures_come_as_jpeg_and_webp_drawn_where_there_are_none(tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "nowhere", tmp_path / "made")
    assert len(list(folder.glob("*.jpg"))) == len(list(folder.glob("*.webp"))) == 64


def test_queries_differ() -> None:
    assert len(set(queries(64))) == 64


def test_a_clip_is_trained_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from shopper.cli.encoders import app

    feed = tmp_path / "feed"
    feed.mkdir()
    lines = (DEMO.parent / "products.jsonl").read_text(encoding="utf-8").splitlines()[:12]
    (feed / "products.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (feed / "images").symlink_to(DEMO)
    base, out = small_clip(tmp_path / "base"), tmp_path / "tuned"
    said = CliRunner().invoke(
        app,
        [
            "train-encoder",
            "--base",
            str(base),
            "--catalog",
            str(feed),
            "--out",
            str(out),
            "--batch",
            "4",
            "--steps",
            "2",
        ],
    )
    assert said.exit_code == 0, said.output
    assert (out / "model.safetensors").is_file()
    assert json.loads((out / "training.json").read_text())["steps"] == 2
    assert f"SHOPPER_ENCODER={out}" in said.output


def test_without_a_base_the_builtin_trainer_gets_the_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from shopper.cli.encoders import app
    from shopper.search.training import __main__ as builtin

    seen: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", ["shopper"])
    monkeypatch.setattr(builtin, "main", lambda: seen.append(list(sys.argv[1:])))
    said = CliRunner().invoke(
        app, ["train-encoder", "photos", "--work", "kept", "--fine-epochs", "2", "--seed", "3"]
    )
    assert said.exit_code == 0, said.output
    assert seen == [["photos", "--work", "kept", "--fine-epochs", "2", "--seed", "3"]]


def test_a_base_needs_a_catalog(tmp_path: Path) -> None:
    from shopper.cli.encoders import app

    said = CliRunner().invoke(app, ["train-encoder", "--base", str(tmp_path)])
    assert said.exit_code == 2
    assert "--catalog" in said.output
