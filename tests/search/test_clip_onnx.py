"""A CLIP is exported once, checked against torch, kept, and run without torch; int8 only where it holds."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopper.search import clip_int8, clip_onnx
from shopper.search.clip_files import fingerprint
from shopper.search.encoder import load_encoder, settle
from shopper.search.fashionclip import ClipEncoder
from tests.clips import small_clip, small_siglip

pytestmark = pytest.mark.slow

pytest.importorskip("onnxscript")
ROOT = Path(__file__).parents[2]
TEXTS = ["red dress", "blue jeans", "a photo of a linen shirt", "red dress", ""]


def _pictures(folder: Path, count: int) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(3)
    for n in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (6, 5, 3), dtype=np.uint8))
        coarse.resize((50, 60), Image.Resampling.BICUBIC).save(folder / f"{n:03}.png")
    return folder


@pytest.fixture(scope="module", params=[small_clip, small_siglip], ids=["clip", "siglip"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    make: Callable[[Path], Path] = request.param
    folder = make(tmp_path_factory.mktemp("models") / "model")
    ClipEncoder.load(str(folder))
    return folder


@pytest.fixture
def model(exported: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil, with its export."""
    shutil.copytree(exported, tmp_path / "model")
    return tmp_path / "model"


def test_the_export_lies_beside_the_weights_and_says_how_near_it_is(exported: Path) -> None:
    kept = clip_onnx.kept_export(exported)
    assert kept is not None
    assert kept.folder.parent.parent == exported
    assert kept.about["export"]["pictures"] >= clip_onnx.AGREES
    assert kept.about["export"]["texts"] >= clip_onnx.AGREES
    encoder = ClipEncoder.load(str(exported), why="Asked for.")
    assert encoder.why.startswith("Asked for. It runs in onnxruntime")
    assert "int8 not tried" in encoder.why


def test_its_vectors_are_those_of_torch(exported: Path) -> None:
    from shopper.search import clip_torch
    from shopper.search.clip_pixels import PixelRecipe

    model, _, processor = clip_torch.load_parts(exported)
    encoder = ClipEncoder.load(str(exported))
    exact = clip_torch.TorchTowers(model, PixelRecipe.of(processor), device="cpu")
    pictures = [Image.new("RGB", (40, 70), "red"), Image.new("RGB", (31, 9), "teal")]
    assert encoder.export is not None
    pixels = encoder.export.recipe.pixels(pictures)
    assert clip_onnx.least_cosine(exact.pictures(pixels), encoder.encode_images(pictures)) > 0.9999
    for text in TEXTS:
        ids = encoder.export.words.ids(encoder.export.words.tokens([text]))
        assert clip_onnx.least_cosine(exact.texts(ids), encoder.encode_text([text])) > 0.9999


def test_many_come_back_in_order(exported: Path) -> None:
    encoder = ClipEncoder.load(str(exported))
    texts = [TEXTS[n % len(TEXTS)] for n in range(70)]
    alone = {text: encoder.encode_text([text])[0] for text in TEXTS}
    np.testing.assert_allclose(encoder.encode_text(texts), [alone[text] for text in texts], atol=1e-5)
    pictures = [Image.new("RGB", (30, 30), (n * 3, 255 - n * 3, 0)) for n in range(70)]
    rows = encoder.encode_images(pictures)
    np.testing.assert_allclose(rows[66], encoder.encode_images([pictures[66]])[0], atol=1e-5)


def test_the_second_start_needs_no_torch(exported: Path) -> None:
    code = (
        "import sys\n"
        "from PIL import Image\n"
        "from shopper.search.encoder import load_encoder\n"
        f"encoder = load_encoder({str(exported)!r})\n"
        "encoder.encode_text(['dress']); encoder.encode_images([Image.new('RGB', (8, 8))])\n"
        "heavy = {'torch', 'transformers', 'onnx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, cwd=ROOT)


@pytest.mark.slow
def test_two_processes_at_once_make_one_export(tmp_path: Path) -> None:
    folder = small_clip(tmp_path / "model")
    code = (
        f"import logging; logging.basicConfig(level=logging.INFO)\n"
        f"from shopper.search.encoder import load_encoder\n"
        f"print(load_encoder({str(folder)!r}).encode_text(['red dress']).round(4).tolist())\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert said[0][0] == said[1][0]
    assert sum("exported to" in errors for _, errors in said) == 1
    place = folder / "shopper-onnx"
    assert not [path for path in place.iterdir() if path.name.startswith(".")]


@pytest.mark.slow
def test_a_broken_export_is_made_anew(model: Path) -> None:
    kept = clip_onnx.kept_export(model)
    assert kept is not None
    (kept.folder / "texts.onnx").write_bytes(b"not a network")
    encoder = ClipEncoder.load(str(model))
    assert "onnxruntime" in encoder.why
    (kept.folder / "about.json").write_text("{")
    assert "onnxruntime" in ClipEncoder.load(str(model)).why


def test_other_weights_have_another_export(model: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    before = fingerprint(model)
    weights = load_file(model / "model.safetensors")
    name = next(name for name in weights if name.endswith("layer_norm1.bias"))
    save_file(weights | {name: weights[name] + torch.ones(())}, model / "model.safetensors")
    assert fingerprint(model) != before
    assert clip_onnx.kept_export(model) is None


def test_without_a_place_beside_it_lies_in_the_users_cache(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(model / "shopper-onnx")
    (model / "shopper-onnx").write_text("in the way")
    monkeypatch.setattr("huggingface_hub.constants.HF_HOME", str(tmp_path / "home"))
    assert "onnxruntime" in ClipEncoder.load(str(model)).why
    assert list((tmp_path / "home" / "shopper-onnx").glob("*/texts.onnx"))


def test_a_model_that_can_not_be_exported_runs_in_torch_and_says_why(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(model / "shopper-onnx")
    exact = ClipEncoder.load(str(model)).encode_text(["red dress"])
    shutil.rmtree(model / "shopper-onnx")
    monkeypatch.setattr(clip_onnx, "AGREES", 1.1)
    encoder = ClipEncoder.load(str(model))
    assert "It runs in torch in float32, because the export's pictures are unlike torch's" in encoder.why
    np.testing.assert_allclose(encoder.encode_text(["red dress"]), exact, atol=1e-5)
    assert encoder.encode_images([Image.new("RGB", (5, 5))] * 40).shape == (40, encoder.dim)
    # What can't be exported isn't tried at every start.
    monkeypatch.setattr(clip_onnx, "AGREES", 0.9999)
    assert "unlike torch's" in ClipEncoder.load(str(model)).why


def test_int8_is_not_tried_on_a_handful_of_pictures(model: Path, tmp_path: Path) -> None:
    encoder = load_encoder(str(model), pictures=[_pictures(tmp_path / "few", 5), tmp_path / "nowhere"])
    assert "int8 not tried for want of 100 pictures" in encoder.why


def test_int8_is_taken_where_it_holds_and_stays_taken(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_int8, "COSINE", -1.0)
    monkeypatch.setattr(clip_int8, "OVERLAP", 0.0)
    pictures = _pictures(tmp_path / "pictures", 100)
    encoder = load_encoder(str(model))
    before = encoder.encode_images([Image.new("RGB", (9, 9), "red")])
    assert settle(encoder, [pictures])
    assert not settle(encoder, [pictures])
    assert "pictures in int8 (cosine" in encoder.why
    after = encoder.encode_images([Image.new("RGB", (9, 9), "red")])
    assert 0.9 < float((before @ after.T)[0, 0]) < 1.0
    again = load_encoder(str(model))
    assert again.id == encoder.id
    assert "texts in int8 (cosine" in again.why
    np.testing.assert_allclose(again.encode_images([Image.new("RGB", (9, 9), "red")]), after, atol=1e-6)


def test_int8_is_refused_where_it_changes_the_answers(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_int8, "OVERLAP", 1.01)
    encoder = load_encoder(str(model), pictures=[_pictures(tmp_path / "pictures", 100)])
    assert "pictures in float32, int8 having failed (cosine" in encoder.why
    kept = clip_onnx.kept_export(model)
    assert kept is not None
    assert json.loads((kept.folder / "about.json").read_text())["int8"]["tried_on"] == 100
    assert {path.name for path in kept.folder.glob("*.onnx")} == {"pictures.onnx", "texts.onnx"}


def test_overlap_is_the_share_of_the_nearest_ten_that_stay() -> None:
    rows = np.eye(30, dtype=np.float32)[:2] + np.linspace(0.5, 0, 30, dtype=np.float32)
    assert clip_int8.overlap(rows, rows) == 1.0
    assert clip_int8.overlap(rows, -rows) == 0.0


def test_a_gpu_would_run_in_half_precision_and_agree(exported: Path) -> None:
    import torch

    from shopper.search import clip_torch
    from shopper.search.clip_pixels import PixelRecipe

    model, _, processor = clip_torch.load_parts(exported)
    recipe = PixelRecipe.of(processor)
    exact = clip_torch.TorchTowers(model, recipe, device="cpu")
    pixels = np.random.default_rng(1).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    said = exact.pictures(pixels)
    tower = clip_torch.PictureTower(model, recipe).to(torch.bfloat16)
    with torch.inference_mode():
        half = tower(torch.from_numpy(pixels)).float().numpy()
    assert clip_onnx.least_cosine(said, half) > 0.99
