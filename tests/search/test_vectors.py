"""Similarity on 16-bit copies, exact where it is cheap and nearly exact where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from shopper.search import vectors as vectors_module
from shopper.search.clusters import Clusters, assign
from shopper.search.columns import Stored
from shopper.search.vectors import Table, Vectors, best, blend, fixed

DIM = 48


def unit(rows: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.maximum(norms, 1e-9)).astype(np.float32)


@pytest.fixture(scope="module")
def cloud() -> np.ndarray:
    """6,000 vectors around 60 themes, every tenth absent."""
    rng = np.random.default_rng(4)
    themes = rng.normal(size=(60, DIM))
    rows = unit(themes[rng.integers(0, 60, 6000)] + 0.5 * rng.normal(size=(6000, DIM)))
    rows[::10] = 0
    return rows


@pytest.fixture
def clustered(cloud: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setattr(vectors_module, "CLUSTERED", 1000)
    monkeypatch.setattr(vectors_module, "SCANNED", 500)
    monkeypatch.setattr(vectors_module, "_NEAR", 600)
    table = Table(fixed(cloud)).clustered()
    assert table.clusters is not None
    return table


def exact(cloud: np.ndarray, query: np.ndarray, allowed: np.ndarray, count: int) -> list[int]:
    scores = np.where(allowed & cloud.any(axis=1), cloud @ query, -np.inf)
    return [n for n in np.argsort(-scores)[:count].tolist() if np.isfinite(scores[n])]


def test_similarity_is_the_cosine_within_a_ten_thousandth(cloud: np.ndarray) -> None:
    table = Table(fixed(cloud))
    rows = np.array([5, 0, 17, 4001, 17])
    found = table.similarity(cloud[7], rows)
    assert found[1] == -np.inf
    others = [0, 2, 3, 4]
    np.testing.assert_allclose(found[others], (cloud[rows] @ cloud[7])[others], atol=1e-4)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.05, 0.001])
def test_nearly_all_of_the_ten_nearest_allowed_ones_are_found(
    clustered: Table, cloud: np.ndarray, share: float
) -> None:
    rng = np.random.default_rng(9)
    hits = wanted = 0
    for query in unit(cloud[1:400:10] + 0.3 * rng.normal(size=(40, DIM)).astype(np.float32)):
        allowed = rng.random(len(cloud)) < share
        truth = exact(cloud, query, allowed, 10)
        found = clustered.closest(query, allowed, 10)
        assert allowed[found].all()
        hits, wanted = hits + len(set(truth) & set(found.tolist())), wanted + len(truth)
    assert hits / wanted >= 0.98


def test_exact_answers_are_those_of_a_full_scan_in_order(clustered: Table, cloud: np.ndarray) -> None:
    allowed = np.ones(len(cloud), dtype=bool)
    found = clustered.closest(cloud[1], allowed, 25, exact=True)
    assert found.tolist() == exact(cloud, cloud[1], allowed, 25)


def test_near_rows_come_until_there_are_enough_or_none_are_left(cloud: np.ndarray) -> None:
    clusters = Clusters.learn(fixed(cloud), cloud.any(axis=1))
    allowed = np.zeros(len(cloud), dtype=bool)
    allowed[[3, 40, 77, 5001]] = True
    assert sorted(clusters.near(cloud[3], allowed, 50).tolist()) == [3, 77, 5001], "40 has no vector"
    everything = np.ones(len(cloud), dtype=bool)
    assert 200 <= len(clusters.near(cloud[3], everything, 200)) < len(cloud) // 2


def test_every_vector_belongs_to_its_nearest_centre(cloud: np.ndarray) -> None:
    clusters = Clusters.learn(fixed(cloud), cloud.any(axis=1))
    assigned = assign(fixed(cloud), clusters.centres)
    assert (assigned[::10] == -1).all()
    present = cloud.any(axis=1)
    assert (assigned[present] == np.argmax(cloud[present] @ clusters.centres.T, axis=1)).mean() > 0.99


def test_a_merged_table_holds_the_chosen_rows_and_can_be_searched(
    clustered: Table, cloud: np.ndarray
) -> None:
    added = unit(np.random.default_rng(1).normal(size=(3, DIM)))
    source = np.array([6001, 4, 0, 5999, 6000])
    merged = clustered.merged(fixed(added), source)
    np.testing.assert_array_equal(merged.vectors, fixed(np.concatenate([cloud, added])[source]))
    assert merged.present.tolist() == [True, True, False, True, True]
    assert merged.clusters is not None
    assert (merged.clusters.assigned >= 0).tolist() == merged.present.tolist()
    kept = Table.restored("t", Stored(merged.stored("t"), {}))
    assert kept.closest(added[1], np.ones(5, dtype=bool), 1).tolist() == [0]


def test_cards_are_found_by_their_products_text_and_their_own_picture() -> None:
    texts, pictures = np.eye(3, 8), np.eye(5, 8)
    vectors = Vectors(Table(fixed(texts)), Table(fixed(pictures)), np.array([0, 2, 3, 5]))
    near_two = np.eye(8, dtype=np.float32)[2]
    assert vectors.by_text(near_two, np.array([4, 0, 3])).round(3).tolist() == [1, 0, 1]
    assert vectors.by_picture(near_two, np.array([4, 2])).round(3).tolist() == [0, 1]
    allowed = np.array([True, True, True, False, True])
    assert vectors.closest_by_text(near_two, allowed, np.ones(3, dtype=bool), 1).tolist() == [4]
    assert vectors.closest_by_picture(near_two, allowed, 2)[0] == 2


def test_best_is_in_order_and_never_names_what_has_no_score() -> None:
    scores = np.array([0.1, -np.inf, 0.9, 0.9, 0.5], dtype=np.float32)
    assert best(scores, 3).tolist() == [2, 3, 4]
    assert best(scores, 10).tolist() == [2, 3, 4, 0]


def test_a_blend_has_length_one() -> None:
    mixed = blend([(np.array([1, 0], np.float32), 3.0), (np.array([0, 1], np.float32), 1.0)])
    assert np.linalg.norm(mixed) == pytest.approx(1.0)
    assert mixed[0] == pytest.approx(3 * mixed[1])
