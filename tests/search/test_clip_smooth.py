"""Smoothing moves outliers into weights: the answers stay, and int8 keeps more of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.clips import small_clip, small_siglip

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")
from shopper.search import clip_int8, clip_smooth, clip_torch  # noqa: E402  # they need torch
from shopper.search.clip_onnx import Export, least_cosine, make_export  # noqa: E402
from shopper.search.clip_pixels import PixelRecipe  # noqa: E402
from shopper.search.clip_words import Words  # noqa: E402
from shopper.search.fashionclip import ClipEncoder  # noqa: E402


def _with_outliers(folder: Path) -> Path:
    """As trained transformers have them: behind each norm a few channels far greater than the rest."""
    model, _, _ = clip_torch.load_parts(folder)
    pick = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for block in model.modules():
            for norm in (getattr(block, "layer_norm1", None), getattr(block, "layer_norm2", None)):
                if norm is not None:
                    norm.weight[torch.randperm(norm.weight.numel(), generator=pick)[:2]] *= 30
    model.save_pretrained(folder)
    return folder


def _pixels(count: int) -> NDArray[np.uint8]:
    return np.random.default_rng(5).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)


@pytest.mark.parametrize("make", [small_clip, small_siglip], ids=["clip", "siglip"])
def test_the_model_says_the_same_with_smaller_outliers(make: Callable[[Path], Path], tmp_path: Path) -> None:
    model, _, processor = clip_torch.load_parts(_with_outliers(make(tmp_path / "model")))
    towers = clip_torch.TorchTowers(model, PixelRecipe.of(processor), device="cpu")
    flowed: list[float] = []
    block = next(block for block in model.vision_model.modules() if hasattr(block, "layer_norm1"))

    def see(_module: Any, _inputs: Any, out: Any) -> None:
        channels = out.detach().abs().reshape(-1, out.shape[-1]).amax(dim=0)
        flowed.append(float(channels.max() / channels.median()))

    block.layer_norm1.register_forward_hook(see)
    pixels, ids = _pixels(6), np.array([[2, 4, 6, 3], [2, 5, 7, 3]])
    if make is small_siglip:
        ids = np.pad(ids, ((0, 0), (0, 12)))
    before = towers.pictures(pixels), towers.texts(ids)
    clip_smooth.smooth(model, lambda: (towers.pictures(pixels), towers.texts(ids)))
    after = towers.pictures(pixels), towers.texts(ids)
    assert all(least_cosine(one, two) > 0.99999 for one, two in zip(before, after, strict=True))
    assert flowed[-1] < flowed[0] / 2


@pytest.mark.slow
def test_int8_keeps_more_of_a_smoothed_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = _with_outliers(small_clip(tmp_path / "model"))

    def exported(folder: Path) -> Export:
        folder.mkdir()
        for file in base.glob("*.*"):
            (folder / file.name).write_bytes(file.read_bytes())
        model, tokenizer, processor = clip_torch.load_parts(folder)
        words = Words.of(tokenizer, longest=16, fixed=False)
        return make_export(folder, model, words, PixelRecipe.of(processor))

    def likeness(export: Export, kind: str) -> float:
        path = clip_int8.tower_file(export, "pictures", clip_int8.Verdict(kind, 0.0, 0.0))
        clip_int8.MAKERS[kind](export.folder / "pictures.onnx", path)
        pixels = _pixels(16)
        one, two = (clip_int8.open_session(p, 1) for p in (export.folder / "pictures.onnx", path))
        return least_cosine(one.run(None, {"pixels": pixels})[0], two.run(None, {"pixels": pixels})[0])

    smoothed = exported(tmp_path / "smoothed")
    monkeypatch.setattr(clip_smooth, "smooth", lambda model, run: None)
    plain = exported(tmp_path / "plain")
    assert likeness(smoothed, "int8") > likeness(plain, "int8")
    for kind in clip_int8.KINDS:
        assert likeness(smoothed, kind) > 0.99, kind
    assert ClipEncoder.load(str(base)).dim == 24
