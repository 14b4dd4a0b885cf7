"""The sentences that photos are taught with: true of the photo, in five languages, none of two kinds."""

from __future__ import annotations

import numpy as np
import torch

from shopper.products.taxonomy import Taxonomy
from shopper.search.training.captions import caption_pools, pattern_of
from shopper.search.training.learn import _among
from shopper.search.training.names import ALSO, COLORS, GROUPS, KINDS, PHONE_KINDS
from shopper.search.training.photos import Photo

PHOTOS = [
    Photo("1", "1.jpg", "Dresses", "Red", "Women", "Casual", "Mango Women Striped Red Dress"),
    Photo("2", "2.jpg", "Tshirts", "Navy Blue", "Men", "Sports", "Nike Men Navy Blue T-shirt"),
    Photo("3", "a/shoes/3.jpg", "shoes"),
]


def pool(name: str) -> dict[tuple[str, ...], list[str]]:
    found = next(one for one in caption_pools(PHOTOS, seed=7) if one.name == name)
    return dict(zip(found.labels, found.said, strict=True))


def test_every_label_names_a_kind_or_colour_that_is_known() -> None:
    kinds = set(KINDS)
    named = {kind for _, held in GROUPS.values() for kind in held}
    cosmetics = set(GROUPS["cosmetics"][1])
    assert named - cosmetics <= kinds
    assert set(PHONE_KINDS.values()) <= kinds
    assert {kind for wide, held in ALSO.items() for kind in (wide, *held)} <= kinds
    assert len({ways[0] for ways in COLORS.values()}) == len(COLORS)


def test_no_name_belongs_to_two_kinds() -> None:
    said = [name for names in KINDS.values() for name in names]
    assert len(said) == len(set(said))


def test_kinds_and_colours_are_said_in_four_other_languages() -> None:
    said = set(pool("spoken kind")["dress",])
    words = {word for phrase in said for word in phrase.split()}
    assert any("kleid" in word for word in words)
    assert "robe" in words
    assert words & {"abito", "vestito", "vestido", "vestidos"}
    colored = pool("spoken color kind")["red", "dress"]
    assert any(said.split()[0].startswith("rot") and "kleid" in said for said in colored)
    assert any(said.startswith(("robe ", "vestito ", "vestido ", "abito ")) for said in colored)


def test_a_pattern_is_taken_from_the_name_where_it_names_one() -> None:
    assert [pattern_of(photo, Taxonomy.load()) for photo in PHOTOS] == ["striped", None, None]
    assert all("strip" in said for said in pool("pattern kind")["striped", "Dresses"])


def test_what_isnt_known_of_a_photo_is_not_said() -> None:
    pools = {one.name: one.of.tolist() for one in caption_pools(PHOTOS, seed=7)}
    assert pools["color kind"][2] == pools["all"][2] == -1
    assert pools["group"][2] >= 0


def test_a_wider_label_is_no_mistake() -> None:
    logits = torch.tensor([[2.0, 9.0, 0.0]])
    right, none = torch.tensor([0]), torch.zeros((1, 3), dtype=torch.bool)
    wider = torch.tensor([[False, True, False]])
    plain = torch.nn.functional.cross_entropy(logits, right, label_smoothing=0.05)
    torch.testing.assert_close(_among(logits, right, none), plain)
    without = torch.nn.functional.cross_entropy(logits[:, [0, 2]], right, label_smoothing=0.05)
    torch.testing.assert_close(_among(logits, right, wider), without)
    assert np.isfinite(float(_among(logits, right, wider)))
