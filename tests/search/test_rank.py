"""Fusion and diversity on numbers alone."""

from __future__ import annotations

import numpy as np

from shopper.search.rank import K, Ranking, diversify, fuse


def scores(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_fusion_sums_the_weighted_reciprocal_ranks() -> None:
    total = fuse([Ranking(scores(0.9, 0.5), 1.0), Ranking(scores(1.0, 2.0), 2.0)], 2)
    assert np.allclose(total, [1 / (K + 1) + 2 / (K + 2), 1 / (K + 2) + 2 / (K + 1)])


def test_equal_scores_share_a_rank_and_unranked_ones_get_nothing() -> None:
    total = fuse([Ranking(scores(0.5, 0.5, -np.inf, 0.1), 1.0)], 4)
    assert total[0] == total[1] > total[3] > total[2] == 0


def test_no_ranking_means_no_points() -> None:
    assert fuse([], 3).tolist() == [0, 0, 0]


def test_colours_of_one_product_do_not_fill_a_page() -> None:
    product = np.array([0] * 6 + [1, 2, 3, 4, 5, 6], dtype=np.int32)
    kin = np.arange(12, dtype=np.int32)
    page = diversify(product, kin, take=8)
    assert page[0] == 0
    assert sum(product[page] == 0) == 2


def test_a_run_of_the_same_kin_is_broken_while_others_are_left() -> None:
    kin = np.array([7] * 8 + [1, 2, 3, 4, 5], dtype=np.int32)
    page = diversify(np.arange(13, dtype=np.int32), kin, take=8)
    assert sum(kin[page] == 7) == 3


def test_when_nothing_else_is_left_everything_is_still_shown() -> None:
    page = diversify(np.zeros(5, np.int32), np.zeros(5, np.int32), take=5)
    assert page.tolist() == [0, 1, 2, 3, 4]


def test_pages_are_parts_of_one_order() -> None:
    rng = np.random.default_rng(3)
    product = rng.integers(0, 9, 60).astype(np.int32)
    kin = rng.integers(0, 4, 60).astype(np.int32)
    whole = diversify(product, kin, take=60)
    for take in (1, 8, 16, 37):
        assert diversify(product, kin, take=take).tolist() == whole[:take].tolist()
    assert sorted(whole.tolist()) == list(range(60))


def test_beyond_its_depth_the_order_stays_as_it_was() -> None:
    order = diversify(np.arange(30, dtype=np.int32), np.arange(30, dtype=np.int32), take=25, depth=10)
    assert order.tolist() == list(range(25))
