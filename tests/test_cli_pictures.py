"""`shopper explain` on the demo shop."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from shopper.cli import pictures
from shopper.errors import BadInput, NotFound


@pytest.fixture(scope="module")
def data(shop_folder: Callable[[str], Path]) -> list[str]:
    return ["--data", str(shop_folder("demo"))]


@pytest.fixture(autouse=True)
def builtin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPPER_ENCODER", "builtin")


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    return pictures.app


def test_the_part_that_a_phrase_matches_is_drawn_and_told(
    app: typer.Typer, data: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "map.png"
    result = CliRunner().invoke(
        app, ["explain", "vr-0001", "wrap dress", "--out", str(out), "--json", *data], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    box, whole = told["box"], told["picture"]
    assert 0 <= box["left"] < box["right"] <= whole["width"]
    assert 0 <= box["top"] < box["bottom"] <= whole["height"]
    with Image.open(out) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (["vr-9999", "dress"], NotFound),
        (["vr-0001", "dress", "--color", "ultraviolet"], NotFound),
        (["vr-0001", " "], BadInput),
    ],
)
def test_what_the_shop_does_not_have_is_said(
    app: typer.Typer, data: list[str], tmp_path: Path, given: list[str], error: type[Exception]
) -> None:
    out = tmp_path / "map.png"
    result = CliRunner().invoke(app, ["explain", *given, "--out", str(out), *data])
    assert isinstance(result.exception, error)
    assert not out.exists()
