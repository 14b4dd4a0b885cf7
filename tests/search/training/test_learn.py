"""The lesson of the built-in encoder: what it learns, that it is seeded, and what it is never shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from shopper.search.training.captions import caption_pools
from shopper.search.training.photos import Photo

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch", reason="needs the train extra")
from shopper.search.training.features import ALTERED, DRAWN, PLAIN, TINY, Views  # noqa: E402  # needs torch
from shopper.search.training.learn import Course, Lesson, learn  # noqa: E402
from shopper.search.training.network import TextHead, UpperNet  # noqa: E402

pytestmark = pytest.mark.slow

KINDS = {"Tshirts": "t-shirt", "Jeans": "jeans", "Watches": "watch"}


def photos() -> list[Photo]:
    """Shop and phone photos of three kinds, in all parts."""
    shop = [
        Photo(str(n), "x.jpg", kind, ("Red", "Blue")[n % 2], "Men", "Casual", f"Acme {said} {n}")
        for n, (kind, said) in enumerate([*KINDS.items()] * 200)
    ]
    phone = [Photo(f"phone {n}", "x.jpg", ("Tshirts", "Trousers")[n % 2]) for n in range(60)]
    return [*shop, *phone]


def words(texts: Sequence[str]) -> NDArray[np.float32]:
    """A text's vector by its words alone, the same in every run."""
    rows = []
    for text in texts:
        seeds = [sum(map(ord, word)) for word in text.split()] or [0]
        rows.append(np.mean([np.random.default_rng(seed).normal(size=384) for seed in seeds], axis=0))
    return np.array(rows, dtype=np.float32)


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    """Features that say a photo's kind, with noise; validation photos also tiny and drawn."""
    of = photos()
    kinds = sorted({photo.kind for photo in of})
    rng = np.random.default_rng(4)
    middle = rng.normal(size=(len(kinds), 1280))
    looks = [
        (n, manner)
        for n, photo in enumerate(of)
        for manner in ((PLAIN, ALTERED) if photo.part == "train" else (PLAIN, TINY, DRAWN))
    ]
    owners = np.array([n for n, _ in looks])
    right = np.array([kinds.index(of[n].kind) for n in owners])
    views = Views(
        photo=owners,
        manner=np.array([manner for _, manner in looks], np.int8),
        colored=np.array([manner == PLAIN for _, manner in looks]),
        maps=np.zeros((len(looks), 0), np.float16),
        features=(middle[right] + rng.normal(size=(len(looks), 1280))).astype(np.float16),
        colors=rng.random((len(looks), 99), dtype=np.float32),
    )
    return Lesson.prepare(of, views, caption_pools(of, seed=7), words)


def test_the_heads_learn_kinds_by_name_and_the_seed_decides_how(lesson: Lesson) -> None:
    def taught() -> tuple[UpperNet, dict[str, float]]:
        torch.manual_seed(3)
        upper, _, found = learn(lesson, UpperNet(), TextHead(), Course(6, 64, 2e-3, 0.0), fixed=True, seed=5)
        return upper, found

    upper, found = taught()
    assert found["kind_wf1"] > 0.8
    assert found["tiny_wf1"] > 0.8
    again, _ = taught()
    torch.testing.assert_close(again.project.linear.weight, upper.project.linear.weight, rtol=0, atol=0)


def test_only_training_photos_are_learned_from_and_each_part_has_its_forms(lesson: Lesson) -> None:
    def parts(*manners: int) -> set[str]:
        rows = lesson.rows_of("train", *manners)
        return {lesson.photos[n].part for n in lesson.views.photo[rows]}

    assert parts(PLAIN, ALTERED) == {"train"}
    assert parts(TINY) == set()
    assert len(lesson.rows_of("validation", PLAIN)) == len(lesson.rows_of("validation", TINY)) > 0
