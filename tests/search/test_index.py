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


# ── generations ─────────────────────────────────────────────────────────────────────────────────────


def other_shirts() -> list[Embedded]:
    return [Embedded("a", "h9", unit(6), {"a:navy": unit(7)})]


def test_a_draft_is_seen_by_nobody_until_it_is_shown(index: ProductIndex) -> None:
    index.upsert(two_shirts())
    before = index.version
    draft = index.draft()
    draft.upsert(other_shirts())
    assert index.hashes() == {"a": "h1", "b": "h2"}
    assert index.version == before

    index.show(draft, recipe="7")
    assert index.hashes() == {"a": "h9"}
    assert index.version > before
    assert index.pointer().recipe == "7"
    assert index.nearest_pictures(unit(7), 5).ids == ["a:navy"]


def test_the_generation_that_was_shown_is_still_seen_after_a_restart(tmp_path: Path) -> None:
    index = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    index.upsert(two_shirts())
    draft = index.draft()
    draft.upsert(other_shirts())
    index.show(draft, recipe="1")
    assert len(index.drop_unseen()) == 2
    index.close()

    again = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    assert again.generation == draft.number
    assert again.hashes() == {"a": "h9"}
    assert again.unseen() == []
    again.close()


def test_a_draft_that_was_never_shown_is_dropped_by_the_next(tmp_path: Path) -> None:
    index = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    index.upsert(two_shirts())
    index.draft().upsert(other_shirts())
    index.close()

    again = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    assert again.hashes() == {"a": "h1", "b": "h2"}
    assert len(again.unseen()) == 2
    assert again.draft().held() == {}
    assert again.drop_unseen() != []
    assert again.hashes() == {"a": "h1", "b": "h2"}
    again.close()


def test_a_dropped_generation_leaves_nothing_on_disk(tmp_path: Path) -> None:
    def folders() -> int:
        return sum(path.is_dir() for path in (tmp_path / "chroma").iterdir())

    index = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    rows = np.random.default_rng(0).standard_normal((1200, DIM)).astype(np.float32)
    many = [Embedded(f"p{n}", "h", row, {f"p{n}:": row}) for n, row in enumerate(rows)]
    index.upsert(many)
    before = folders()
    for _ in range(2):
        draft = index.draft()
        draft.upsert(many)
        index.show(draft, recipe="1")
        index.drop_unseen()
    assert folders() == before == 2
    assert index.nearest_texts(rows[5], 1).ids == ["p5"]
    index.close()


def test_dropping_leaves_other_encoders_alone_unless_told(tmp_path: Path) -> None:
    index = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    index.upsert(two_shirts())
    index.close()
    other = ProductIndex.open(tmp_path, "tiny/v2", DIM)
    assert other.other_encoders() == [f"tiny-v1-{DIM}"]
    assert other.drop_unseen() == []
    assert len(other.drop_unseen(other_encoders=True)) == 2
    assert other.other_encoders() == []
    other.close()


def test_a_sample_that_was_kept_is_found_and_a_changed_one_is_named(index: ProductIndex) -> None:
    index.upsert(two_shirts())
    assert index.lost(two_shirts()) == ([], [])
    index.upsert([Embedded("a", "h1", unit(5), {"a:navy": unit(1)})])
    changed, unfound = index.lost(two_shirts())
    assert changed == ["a", "a:red"]
    assert unfound == ["a", "a:red"]


def test_many_vectors_are_read_in_the_order_asked_for(index: ProductIndex) -> None:
    count = 1300
    rows = np.random.default_rng(0).standard_normal((count, DIM)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index.upsert([Embedded(f"p{n}", "h", rows[n], {}) for n in range(count)])
    order = np.random.default_rng(1).permutation(count)
    asked = [f"p{n}" for n in order]
    asked.insert(700, "nobody")
    read = index.text_vectors(asked)
    assert not read[700].any()
    assert np.allclose(np.delete(read, 700, axis=0), rows[order], atol=1e-6)


_KILLED = """
import os, signal, sys
import numpy as np
from shopper.search.index import Embedded, ProductIndex
index = ProductIndex.open(sys.argv[1], "tiny/v1", 8)
draft = index.draft()
draft.upsert([Embedded("a", "h9", np.eye(8, dtype=np.float32)[6], {})])
if sys.argv[2] == "shown":
    index.show(draft, recipe="1")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("moment", "seen"), [("before", {"a": "h1", "b": "h2"}), ("shown", {"a": "h9"})])
def test_killed_before_the_swap_the_old_is_seen_and_after_it_the_new(
    tmp_path: Path, moment: str, seen: dict[str, str]
) -> None:
    index = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    index.upsert(two_shirts())
    index.close()
    done = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path), moment], check=False)
    assert done.returncode == -9

    again = ProductIndex.open(tmp_path, "tiny/v1", DIM)
    assert again.hashes() == seen
    assert again.unseen() != []
    again.drop_unseen()
    assert again.unseen() == []
    assert again.hashes() == seen
    again.close()
