"""The benchmark of the field, on data sets of a few pictures in the layouts that they really come in."""

from __future__ import annotations

import csv
import gzip
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from shopper.bench.datasets import open_dataset
from shopper.bench.quality import CITED, as_json, measure, name_ranks, render
from shopper.cli.pictures import bench_quality
from shopper.errors import BadInput
from shopper.search.training.photos import Photo

COLORS = {"red": (200, 20, 30), "green": (20, 160, 60), "blue": (30, 60, 200)}


class ColorEncoder:
    """Sees a picture's colour, and reads colour words."""

    id, dim, why = "colors", 4, "for tests"

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        rows = [[*(float(color in text) for color in COLORS), 0.1] for text in texts]
        return self._unit(np.array(rows, dtype=np.float32))

    def encode_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        means = [np.asarray(image.convert("RGB"), dtype=np.float32).mean(axis=(0, 1)) for image in images]
        return self._unit(np.array([[*mean, 0.0] for mean in means], dtype=np.float32))

    def _unit(self, rows: np.ndarray) -> np.ndarray:
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def picture(color: str) -> Image.Image:
    return Image.new("RGB", (12, 16), COLORS[color])


@pytest.fixture
def shelves(tmp_path: Path) -> Path:
    """Ten pictures of each colour in a folder of its name."""
    for color in COLORS:
        (tmp_path / color).mkdir()
        for n in range(10):
            picture(color).save(tmp_path / color / f"{n}.png")
    return tmp_path


def test_folders_named_after_what_they_show_are_a_data_set(shelves: Path) -> None:
    data = open_dataset(f"folder:{shelves}")
    found = measure(ColorEncoder(), data)
    assert (found.pictures, found.classes, found.category_queries) == (30, 3, 3)
    assert found.weighted_f1 == found.category_p10 == 1.0
    assert found.recall_10 is None, "there are no product names"


def test_a_wrong_folder_lowers_the_figures_by_as_much(shelves: Path) -> None:
    for n in range(5):
        picture("blue").save(shelves / "red" / f"{n}.png")
    found = measure(ColorEncoder(), open_dataset(f"folder:{shelves}"))
    # red: 5 of 10 found; blue: 10 found and 5 too many.
    assert found.weighted_f1 == pytest.approx((10 * 1.0 + 10 * (2 * 5 / 15) + 10 * (2 * 10 / 25)) / 30)
    assert found.category_p10 is not None
    assert found.category_p10 < 1


def test_names_of_labels_csv_are_searched_for(tmp_path: Path) -> None:
    rows = [
        ("1.png", "red", "Rosso red shirt"),
        ("2.png", "blue", "Azur blue shirt"),
        ("3.png", "blue", "Mare"),
    ]
    with (tmp_path / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "label", "name"), *rows])
    for name, color, _ in rows:
        picture(color).save(tmp_path / name)
    found = measure(ColorEncoder(), open_dataset(f"folder:{tmp_path}"))
    assert found.recall_10 == 1.0
    # "Rosso" comes first; "Azur" ties with its like, and "Mare" says nothing that the encoder knows.
    assert found.recall_1 == pytest.approx(1 / 3)
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert found.category_p10 is None, "no kind has ten pictures"


def test_products_of_one_name_count_for_each_other() -> None:
    pictures = ColorEncoder().encode_images([picture("red"), picture("red"), picture("blue")])
    assert name_ranks(ColorEncoder(), ["red tee", "red tee", "blue tee"], pictures).tolist() == [1, 1, 1]


def test_fashion_mnist_is_read_from_its_own_files(tmp_path: Path) -> None:
    pixels = np.zeros((3, 28, 28), np.uint8)
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(16) + pixels.tobytes()))
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(bytes(8) + bytes([0, 9, 9])))
    data = open_dataset("fmnist", tmp_path)
    assert data.labels == ("t-shirt", "ankle boots", "ankle boots")
    assert [image.size for image in data.images()] == [(28, 28)] * 3


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "Kaggle's layout"])
def test_of_kaggles_photos_only_those_set_aside_are_judged(tmp_path: Path, packed: bool) -> None:
    ids = [str(n) for n in range(1000, 1060)]
    header = ["id", "articleType", "productDisplayName"]
    table = tmp_path / ("kagl_train.csv" if packed else "styles.csv")
    table.write_text(
        "\n".join([",".join(header), *(f"{i},Tshirts,Red, tee {i}" for i in ids)]), encoding="utf-8"
    )
    (tmp_path / "images").mkdir()
    for one in ids:
        picture("red").save(tmp_path / "images" / f"{one}.jpg")
    if packed:
        with zipfile.ZipFile(tmp_path / "kagl_train.zip", "w") as archive:
            for one in ids:
                archive.write(tmp_path / "images" / f"{one}.jpg", f"{one}.jpg")
    data = open_dataset("kagl", tmp_path)
    aside = [i for i in ids if Photo(id=i, member="", kind="Tshirts").part == "test"]
    assert 0 < len(aside) < 30
    assert data.titles == tuple(f"Red, tee {i}" for i in aside)
    assert set(data.labels) == {"t-shirt"}
    assert len(list(data.images())) == len(aside)


def test_deepfashion_is_read_by_its_own_lists(tmp_path: Path) -> None:
    for folder in ("Anno", "Eval", "img/a", "img/b"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "Anno/list_category_cloth.txt").write_text("2\ncategory_name  type\nAnorak  1\nRed Tee  1\n")
    (tmp_path / "Anno/list_category_img.txt").write_text(
        "2\nimage_name  category_label\nimg/a/1.jpg  1\nimg/b/1.jpg  2\n"
    )
    (tmp_path / "Eval/list_eval_partition.txt").write_text(
        "2\nimage_name  evaluation_status\nimg/a/1.jpg  train\nimg/b/1.jpg  test\n"
    )
    picture("red").save(tmp_path / "img/b/1.jpg")
    data = open_dataset("deepfashion", tmp_path)
    assert data.labels == ("red tee",)
    assert len(list(data.images())) == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [("fmnist", "dataset-fashion-mnist"), ("kagl", "Kaggle"), ("deepfashion", "mmlab.ie.cuhk.edu.hk")],
)
def test_absent_data_says_where_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    monkeypatch.setattr("shopper.bench.datasets._FASHION_MNIST", tmp_path / "nowhere")
    with pytest.raises(BadInput, match=says):
        open_dataset(name, tmp_path)


@pytest.mark.parametrize("name", ["imagenet", "folder:", "folder:/nowhere/at/all"])
def test_an_unknown_data_set_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(BadInput):
        open_dataset(name)


def test_the_table_sets_supervised_figures_apart(shelves: Path) -> None:
    zero = measure(ColorEncoder(), open_dataset(f"folder:{shelves}"))
    learned = measure(ColorEncoder(), open_dataset(f"folder:{shelves}"), in_domain=True)
    table = render(ColorEncoder(), [learned]).splitlines()
    ours = next(line for line in table if "measured" in line)
    assert ours.rstrip().endswith(f"{learned.dataset} 1.000")
    assert next(line for line in table if line.startswith("FashionCLIP 2.0")).split()[2:6] == [
        "cited", "0.83", "0.73", "0.62",
    ]  # fmt: skip
    assert not zero.in_domain
    assert len(as_json(ColorEncoder(), [zero])["cited"]) == len(CITED)


def test_the_command_prints_a_table_and_a_line_of_json(shelves: Path) -> None:
    app = typer.Typer()
    app.command()(bench_quality)
    result = CliRunner().invoke(app, ["--dataset", f"folder:{shelves}", "--encoder", "builtin"])
    assert result.exit_code == 0, result.output
    *table, line = result.stdout.strip().splitlines()
    assert any("FashionCLIP 2.0" in row for row in table)
    body = json.loads(line)
    assert body["encoder"].startswith("builtin-")
    assert body["measured"][0]["weighted_f1"] > 0.9
