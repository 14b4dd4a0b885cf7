"""The vector index on a real Chroma folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from shopper.errors import ShopperError, StoreBusy
from shopper.search.index import Embedded, ProductIndex

DIM = 8


def unit(at: int) -> np.ndarray:
    vector = np.zeros(DIM, dtype=np.float32)
    vector[at] = 1.0
    return vector


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ProductIndex]:
    opened = ProductIndex.open(tmp_path / "vectors", "tiny/v1", DIM)
    yield opened
    opened.close()


def two_shirts() -> list[Embedded]:
    return [
        Embedded("a", "h1", unit(0), {"a:navy": unit(1), "a:red": unit(2)}),
        Embedded("b", "h2", unit(3), {"b:": unit(4)}),
    ]


def test_what_was_written_is_found_again_after_a_restart(tmp_path: Path) -> None:
    index = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    index.upsert(two_shirts())
    index.close()

    again = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    assert again.hashes() == {"a": "h1", "b": "h2"}
    assert np.allclose(again.picture_vectors(["a:red", "missing"]), [unit(2), np.zeros(DIM)])
    again.close()


def test_a_second_owner_in_this_process_is_refused_in_a_sentence(tmp_path: Path) -> None:
    index = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    with pytest.raises(StoreBusy, match="Another process is using the search index"):
        ProductIndex.open(tmp_path, "tiny/v1", DIM)
    index.close()
    ProductIndex.open(tmp_path, "tiny/v1", DIM).close()


def test_another_process_is_refused_while_the_folder_is_held(index: ProductIndex, tmp_path: Path) -> None:
    code = (
        "import sys; from shopper.search.index import ProductIndex; from shopper.errors import StoreBusy\n"
        "try: ProductIndex.open(sys.argv[1], 'tiny/v1', 8)\n"
        "except StoreBusy: sys.exit(7)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "vectors")], check=False)
    assert done.returncode == 7


def test_a_server_that_does_not_answer_is_said_in_a_sentence() -> None:
    with pytest.raises(ShopperError, match=r"127\.0\.0\.1:9 doesn't answer"):
        ProductIndex.open("http://127.0.0.1:9", "tiny/v1", DIM)


def test_each_encoder_has_vectors_of_its_own(tmp_path: Path) -> None:
    index = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    index.upsert(two_shirts())
    index.close()
    other = ProductIndex.open(tmp_path, "tiny/v2", DIM)
    assert other.hashes() == {}
    other.close()


def test_writing_a_product_anew_forgets_the_pictures_it_no_longer_has(index: ProductIndex) -> None:
    index.upsert(two_shirts())
    index.upsert([Embedded("a", "h3", unit(0), {"a:navy": unit(5)})])
    assert index.hashes()["a"] == "h3"
    assert np.allclose(index.picture_vectors(["a:navy", "a:red"]), [unit(5), np.zeros(DIM)])


def test_deleting_takes_text_and_pictures_and_minds_no_unknown_id(index: ProductIndex) -> None:
    index.upsert(two_shirts())
    index.delete(["a", "nobody"])
    assert index.count() == 1
    assert index.nearest_pictures(unit(1), 5).ids == ["b:"]


def test_neighbours_come_best_first_with_their_cosine(index: ProductIndex) -> None:
    index.upsert(two_shirts())
    near = index.nearest_pictures((unit(1) + 0.5 * unit(2)) / np.linalg.norm(unit(1) + 0.5 * unit(2)), 2)
    assert near.ids == ["a:navy", "a:red"]
    assert near.similarity == pytest.approx([0.894, 0.447], abs=1e-3)


def test_an_empty_index_has_no_neighbours(index: ProductIndex) -> None:
    assert index.nearest_texts(unit(0), 5).ids == []
    assert index.text_vectors([]).shape == (0, DIM)


def test_every_write_raises_the_version(index: ProductIndex) -> None:
    before = index.version
    index.upsert(two_shirts())
    index.delete(["a"])
    assert index.version == before + 2


def test_a_run_of_writes_raises_the_version_once_and_only_if_it_wrote(index: ProductIndex) -> None:
    before = index.version
    with index.changing():
        index.upsert(two_shirts())
        index.delete(["a"])
        assert index.version == before
    with index.changing():
        pass
    assert index.version == before + 1
