"""Whole files of products to vectors: parquet or a feed in, parquet with vectors out, resumed and on Ray."""

from __future__ import annotations

import importlib.util
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from typer.testing import CliRunner

pa = pytest.importorskip("pyarrow", reason="needs the parquet extra")
pq = pytest.importorskip("pyarrow.parquet", reason="needs the parquet extra")

from shopper.cli.encoders import app  # noqa: E402  # pyarrow must be there first
from shopper.errors import BadInput  # noqa: E402
from shopper.search.builtin import BuiltinEncoder  # noqa: E402
from shopper.search.parquet.engines import Found, Job, embed_files  # noqa: E402
from tests.small_shop import small_feed  # noqa: E402

HAS_RAY = importlib.util.find_spec("ray") is not None


@pytest.fixture(scope="module")
def encoder() -> BuiltinEncoder:
    return BuiltinEncoder()


def picture(n: int) -> Image.Image:
    image = Image.new("RGB", (90, 120), "white")
    ImageDraw.Draw(image).rectangle((20, 20, 70, 100), fill=(n * 9 % 256, 80, 160))
    return image


def as_png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def write_rows(folder: Path, count: int = 10, group: int = 7) -> Path:
    """Rows with a picture as a file, as bytes and not at all; one can't be read; one has no text."""
    rows = []
    for n in range(count):
        picture(n).save(folder / f"{n}.png")
        rows.append(
            {"id": f"p{n}", "text": f"shirt number {n}", "image": {"bytes": None, "path": f"{n}.png"}}
        )
    rows[1]["image"] = {"bytes": as_png(picture(1)), "path": None}
    rows[2]["image"] = None
    rows[3]["image"] = {"bytes": b"no picture", "path": None}
    rows[4]["text"] = None
    schema = pa.schema(
        [
            ("id", pa.string()),
            ("text", pa.string()),
            ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ]
    )
    file = folder / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema), file, row_group_size=group)
    return file


def read(out: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(out).to_pylist()
    return sorted(found, key=lambda row: str(row["id"]))


def test_vectors_of_parquet_are_the_encoders_own(tmp_path: Path, encoder: BuiltinEncoder) -> None:
    out = tmp_path / "out"
    found = embed_files(Job(write_rows(tmp_path), out, rows=3))
    assert (found.rows, found.pictures, found.problems, found.parts) == (10, 8, 1, 4)
    assert pq.read_schema(out / "part-00000.parquet").field("image_vector").type == pa.list_(
        pa.float32(), encoder.dim
    )
    rows = read(out)
    assert [row["id"] for row in rows] == [f"p{n}" for n in range(10)]
    np.testing.assert_allclose(rows[5]["text_vector"], encoder.encode_text(["shirt number 5"])[0], atol=1e-6)
    for n in (0, 1):
        own = encoder.encode_images([picture(n)])[0]
        assert np.array(rows[n]["image_vector"], dtype=np.float32) @ own > 0.999
    assert rows[2]["image_vector"] is None
    assert rows[2]["problem"] is None
    assert rows[3]["image_vector"] is None
    assert "not a photo" in str(rows[3]["problem"])
    assert rows[4]["text_vector"] is None


def test_a_stopped_run_goes_on_with_the_parts_that_are_missing(tmp_path: Path) -> None:
    source, out = write_rows(tmp_path), tmp_path / "out"
    embed_files(Job(source, out, rows=3))
    whole = read(out)
    (out / "part-00001.parquet").unlink()
    (out / "_part-00001.parquet.77").write_bytes(b"half a part")
    told: list[tuple[int, int, int]] = []
    found = embed_files(Job(source, out, rows=3), told=lambda *counts: told.append(counts))
    assert (found.kept, found.rows) == (7, 3)
    assert told == [(3, 0, 2)]
    assert read(out) == whole
    assert embed_files(Job(source, out, rows=3)).rows == 0


def test_vectors_of_other_rows_are_never_mixed(tmp_path: Path) -> None:
    source, out = write_rows(tmp_path), tmp_path / "out"
    embed_files(Job(source, out, rows=5))
    with pytest.raises(BadInput, match="another"):
        embed_files(Job(source, out, rows=3))
    write_rows(tmp_path, count=11)
    with pytest.raises(BadInput, match="another"):
        embed_files(Job(source, out, rows=5))


def test_a_feed_gives_a_row_for_each_colour_of_a_product(tmp_path: Path) -> None:
    feed = small_feed(tmp_path)
    products = [json.loads(line) for line in feed.read_text(encoding="utf-8").splitlines()]
    cards = {f"{p['id']}:{v.get('color', '')}" for p in products for v in p["variants"]}
    result = CliRunner().invoke(
        app, ["embed", str(tmp_path), "--out", str(tmp_path / "out"), "--encoder", "builtin", "--json"]
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["problems"] == 0
    rows = read(tmp_path / "out")
    assert {row["id"] for row in rows} == cards
    assert all(row["image_vector"] is not None and row["text_vector"] is not None for row in rows)


def test_pictures_outside_of_the_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    picture(1).save(tmp_path / "secret.png")
    file = tmp_path / "shop" / "rows.parquet"
    pq.write_table(pa.table({"id": [1, 2], "image": ["../secret.png", "https://x.test/a.png"]}), file)
    found = embed_files(Job(file, tmp_path / "out"))
    assert (found.pictures, found.problems) == (0, 2)


@pytest.mark.parametrize("columns", [{"image": ["a.png"]}, {"id": ["a"], "picture": ["a.png"]}])
def test_files_without_the_columns_are_refused(tmp_path: Path, columns: dict[str, list[str]]) -> None:
    file = tmp_path / "rows.parquet"
    pq.write_table(pa.table(columns), file)
    with pytest.raises(BadInput, match="needs a column"):
        embed_files(Job(file, tmp_path / "out"))


@pytest.mark.skipif(HAS_RAY, reason="ray is installed")
def test_without_ray_one_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"pip install 'shopper\[ray\]'"):
        embed_files(Job(write_rows(tmp_path), tmp_path / "out"), "ray")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.skipif(not HAS_RAY, reason="ray isn't installed: pip install 'shopper[ray]'")
def test_ray_writes_what_this_process_would(tmp_path: Path) -> None:
    source = write_rows(tmp_path)
    embed_files(Job(source, tmp_path / "here", rows=3))
    shutil.copytree(tmp_path / "here", tmp_path / "ray")
    (tmp_path / "ray" / "part-00001.parquet").unlink()
    (tmp_path / "ray" / "part-00003.parquet").unlink()
    found = embed_files(Job(source, tmp_path / "ray", rows=3, workers=2), "ray")
    assert found == Found(BuiltinEncoder().id, BuiltinEncoder.dim, 6, 4, 5, 0, 2)
    assert read(tmp_path / "ray") == read(tmp_path / "here")
