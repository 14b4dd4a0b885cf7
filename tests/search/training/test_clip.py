"""A small CLIP learns forty products: the loss falls, stopping changes nothing, and what is saved loads."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopper.errors import BadInput
from shopper.products.taxonomy import Taxonomy
from shopper.search.encoder import load_encoder
from shopper.search.training.pairs import Pair, pairs_of_feed
from tests.clips import small_clip, small_siglip

pytestmark = pytest.mark.slow

torch = pytest.importorskip("torch")
from shopper.search.training.clip import ClipPlan, fine_tune  # noqa: E402  # needs torch
from shopper.search.training.lora import LowRank, add_lora, merge_lora  # noqa: E402

CATALOG = Path(__file__).parents[3] / "catalog"
PLAN = ClipPlan(epochs=4, batch=16, rate=5e-3, every=3)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """Forty products of the demo shop, in smaller pictures."""
    folder = tmp_path_factory.mktemp("feed")
    (folder / "images").mkdir()
    with (CATALOG / "products.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, 40)]
    for row in rows:
        for name in {variant["image"] for variant in row["variants"]}:
            with Image.open(CATALOG / name) as image:
                image.resize((60, 75)).save(folder / name)
    (folder / "products.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return list(pairs_of_feed(folder, Taxonomy.load()))


def _weights(folder: Path) -> dict[str, object]:
    from safetensors.torch import load_file

    found: dict[str, object] = load_file(folder / "model.safetensors")
    return found


def test_pairs_are_a_picture_and_its_words_split_by_product(pairs: list[Pair]) -> None:
    assert len({pair.product for pair in pairs}) == 40
    assert all(pair.picture.is_file() and pair.texts for pair in pairs)
    assert pairs[0].texts[0] == "Amalfi Linen Wrap Dress in ivory"
    parts: dict[str, set[str]] = {}
    for pair in pairs:
        parts.setdefault(pair.part, set()).add(pair.product)
    assert set(parts) == {"train", "validation", "test"}
    assert sum(map(len, parts.values())) == 40


@pytest.mark.parametrize(
    ("make", "lora"), [(small_clip, 4), (small_siglip, 0)], ids=["clip-lora", "siglip-all"]
)
def test_the_loss_falls_and_the_saved_folder_loads(
    make: Callable[[Path], Path], lora: int, pairs: list[Pair], tmp_path: Path
) -> None:
    base = make(tmp_path / "base")
    plan = ClipPlan(epochs=6, batch=16, rate=5e-3 if lora else 1e-2, every=3, lora=lora)
    found = fine_tune(base, pairs, tmp_path / "tuned", plan)
    losses = found["train_loss"]
    assert np.mean(losses[-4:]) < np.mean(losses[:4]) - 0.05
    assert found["best_step"] > 0
    assert set(found["before"]["test"]) == set(found["after"]["test"]) == {"r1", "r10", "mrr", "of"}
    assert json.loads((tmp_path / "tuned" / "training.json").read_text())["after"] == found["after"]
    assert _weights(tmp_path / "tuned").keys() == _weights(base).keys()

    encoder = load_encoder(str(tmp_path / "tuned"))
    picture = Image.open(pairs[0].picture)
    assert encoder.encode_images([picture]).shape == (1, encoder.dim)
    before = load_encoder(str(base)).encode_text(["red dress"])
    assert not np.allclose(encoder.encode_text(["red dress"]), before, atol=1e-3)


def test_a_run_that_was_stopped_ends_with_the_same_weights(pairs: list[Pair], tmp_path: Path) -> None:
    base = small_clip(tmp_path / "base")
    whole = fine_tune(base, pairs, tmp_path / "whole", PLAN)

    class Stopped(Exception):
        pass

    def stop(done: int, total: int, loss: float) -> None:
        if done == 5:
            raise Stopped

    with pytest.raises(Stopped):
        fine_tune(base, pairs, tmp_path / "parts", PLAN, told=stop)
    steps: list[int] = []
    again = fine_tune(
        base, pairs, tmp_path / "parts", PLAN, told=lambda done, total, loss: steps.append(done)
    )

    assert steps[0] == 4  # the checkpoint was after three
    assert again["train_loss"] == whole["train_loss"]
    one, two = _weights(tmp_path / "whole"), _weights(tmp_path / "parts")
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_checkpoint_of_another_run_is_not_gone_on_from(pairs: list[Pair], tmp_path: Path) -> None:
    base = small_clip(tmp_path / "base")
    fine_tune(base, pairs, tmp_path / "tuned", ClipPlan(epochs=1, batch=16, most_steps=1))
    with pytest.raises(BadInput, match="another run"):
        fine_tune(base, pairs, tmp_path / "tuned", ClipPlan(epochs=1, batch=16, seed=8))


def test_too_few_products_are_refused(pairs: list[Pair], tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="too few products"):
        fine_tune(small_clip(tmp_path / "base"), pairs[:1], tmp_path / "tuned", PLAN)


def test_lora_changes_nothing_until_it_learned_and_leaves_no_trace() -> None:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    x = torch.randn(5, 4)
    before = model(x)
    add_lora(model, 2)
    assert isinstance(model[0], LowRank)
    torch.testing.assert_close(model(x), before)
    assert {name.split(".")[-1] for name, p in model.named_parameters() if p.requires_grad} == {"down", "up"}
    with torch.no_grad():
        model[0].up.normal_()
    learned = model(x)
    merge_lora(model)
    assert type(model[0]) is torch.nn.Linear
    torch.testing.assert_close(model(x), learned)
