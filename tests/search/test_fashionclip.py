"""CLIP and SigLIP through their real loading path, on small random models saved to a folder."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopper.errors import EncoderUnavailable
from shopper.search.clip_files import is_kept, is_reachable
from shopper.search.clip_pixels import padded
from shopper.search.encoder import FASHION_CLIP, load_encoder
from shopper.search.fashionclip import ClipEncoder
from tests.clips import small_clip, small_siglip, small_tokenizer

pytestmark = pytest.mark.slow

pytest.importorskip("transformers")


@pytest.fixture(scope="module", params=[small_clip, small_siglip], ids=["clip", "siglip"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    make: Callable[[Path], Path] = request.param
    return make(tmp_path_factory.mktemp("models") / make.__name__)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> ClipEncoder:
    return ClipEncoder.load(str(folder), why="for a test")


def test_vectors_have_the_stated_shape_and_length_one(encoder: ClipEncoder) -> None:
    texts = encoder.encode_text(["red dress", "blue jeans", "a photo of a linen shirt"])
    pictures = encoder.encode_images([Image.new("RGB", (40, 70), "red"), Image.new("LA", (9, 5))])

    assert texts.shape == (3, encoder.dim)
    assert pictures.shape == (2, encoder.dim)
    assert texts.dtype == pictures.dtype == np.float32
    for rows in (texts, pictures):
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)


def test_a_text_has_the_same_vector_whatever_stands_beside_it(encoder: ClipEncoder) -> None:
    together = encoder.encode_text(["red dress", "a photo of a linen shirt of linen"])
    alone = encoder.encode_text(["red dress"])
    np.testing.assert_allclose(together[0], alone[0], atol=1e-5)


def test_different_words_and_pictures_differ(encoder: ClipEncoder) -> None:
    texts = encoder.encode_text(["red dress", "blue jeans"])
    pictures = encoder.encode_images([Image.new("RGB", (32, 32), "red"), Image.new("RGB", (32, 32), "blue")])
    assert texts[0] @ texts[1] < 0.9999
    assert pictures[0] @ pictures[1] < 0.9999


def test_vectors_are_those_of_the_model_itself(encoder: ClipEncoder, folder: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    model = AutoModel.from_pretrained(folder).eval()
    fixed = model.config.model_type == "siglip"
    tokens = AutoTokenizer.from_pretrained(folder)(
        ["red dress"],
        padding="max_length" if fixed else True,
        truncation=True,
        max_length=16,
        return_tensors="pt",
    )
    with torch.inference_mode():
        found = model.get_text_features(input_ids=tokens["input_ids"])
    row = getattr(found, "pooler_output", found)[0].numpy()
    np.testing.assert_allclose(encoder.encode_text(["red dress"])[0], row / np.linalg.norm(row), atol=1e-5)


def test_long_texts_are_cut_and_none_gives_none(encoder: ClipEncoder) -> None:
    assert encoder.encode_text(["linen shirt " * 100]).shape == (1, encoder.dim)
    assert encoder.encode_text([]).shape == (0, encoder.dim)
    assert encoder.encode_images([]).shape == (0, encoder.dim)


def test_a_very_long_picture_is_no_trouble(encoder: ClipEncoder) -> None:
    assert encoder.encode_images([Image.new("RGB", (3, 6000), "navy")]).shape == (1, encoder.dim)
    assert padded(Image.new("RGB", (20, 10))).size == (20, 20)


def test_load_encoder_takes_a_folder_and_says_why(folder: Path) -> None:
    encoder = load_encoder(str(folder))
    assert encoder.id.startswith(f"{folder.name}-")
    assert folder.name in encoder.why


def test_siglip_loads_without_sentencepiece(tmp_path: Path) -> None:
    folder = small_siglip(tmp_path)
    plain = ClipEncoder.load(str(folder)).encode_text(["red dress"])
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(
        json.dumps(settings | {"tokenizer_class": "SiglipTokenizer"})
    )
    np.testing.assert_allclose(ClipEncoder.load(str(folder)).encode_text(["red dress"]), plain, atol=1e-6)


def test_another_model_in_the_same_place_gets_another_id(tmp_path: Path) -> None:
    import torch

    first = ClipEncoder.load(str(small_clip(tmp_path / "model"))).id
    assert ClipEncoder.load(str(tmp_path / "model")).id == first
    weights = tmp_path / "model" / "model.safetensors"
    from safetensors.torch import load_file, save_file

    save_file({name: value + torch.ones(()) for name, value in load_file(weights).items()}, weights)
    assert ClipEncoder.load(str(tmp_path / "model")).id != first


def test_a_model_that_is_no_clip_is_refused(tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel

    small_tokenizer(tmp_path, 16)
    BertModel(
        BertConfig(
            vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
        )
    ).save_pretrained(tmp_path)
    with pytest.raises(EncoderUnavailable, match="not a CLIP or SigLIP"):
        load_encoder(str(tmp_path))


def test_weights_with_a_hole_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = small_clip(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    weights.pop("text_projection.weight")
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(EncoderUnavailable, match="incomplete"):
        load_encoder(str(folder))


def test_broken_folders_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match=r"config\.json is missing"):
        load_encoder(str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "clip"}))
    with pytest.raises(EncoderUnavailable, match="can't be loaded"):
        load_encoder(str(tmp_path))


def test_nothing_is_kept_in_an_empty_cache(tmp_path: Path) -> None:
    assert not is_kept(FASHION_CLIP, tmp_path)
    assert not is_kept("builtin", tmp_path)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[BaseHTTPRequestHandler]]:
    """A hub that knows FashionCLIP alone."""

    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200 if FASHION_CLIP in self.path else 404)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    yield Answer
    server.shutdown()
    server.server_close()


def test_the_hub_is_asked_for_the_model_itself(hub: type[BaseHTTPRequestHandler]) -> None:
    assert is_reachable(FASHION_CLIP, 2.0)
    assert not is_reachable("nobody/nothing", 2.0)


def test_a_hub_switched_off_is_not_asked(
    hub: type[BaseHTTPRequestHandler], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert not is_reachable(FASHION_CLIP, 2.0)
