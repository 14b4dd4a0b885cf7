"""Which encoder a name loads, and what is said when it can't be."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from shopper.errors import EncoderUnavailable, ShopperError
from shopper.search.encoder import FASHION_CLIP, load_encoder


def test_builtin_is_loaded_by_name_and_says_why(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="shopper.search.encoder"):
        encoder = load_encoder("builtin")
    assert encoder.id.startswith("builtin")
    assert encoder.why == "The built-in encoder was asked for."
    assert encoder.id in caplog.text
    assert encoder.why in caplog.text


def test_auto_takes_the_builtin_one_where_fashionclip_is_out_of_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    encoder = load_encoder("auto", cache=tmp_path)
    assert encoder.id.startswith("builtin")
    assert "FashionCLIP is not on this machine" in encoder.why


def test_auto_falls_back_where_the_kept_files_are_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("transformers")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    kept = tmp_path / f"models--{FASHION_CLIP.replace('/', '--')}"
    snapshot = kept / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("abc")
    for name in ("config.json", "preprocessor_config.json", "model.safetensors"):
        (snapshot / name).write_text('{"model_type": "clip"}')

    encoder = load_encoder("auto", cache=tmp_path)

    assert encoder.id.startswith("builtin")
    assert "because FashionCLIP failed" in encoder.why


@pytest.mark.parametrize("name", ["fashioncilp", "no such thing", "/no/such/folder", "./nowhere", "a/b/c"])
def test_an_unknown_name_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(EncoderUnavailable, match="There is no encoder") as refused:
        load_encoder(name)
    assert isinstance(refused.value, ShopperError)
    assert "builtin" in refused.value.message


def test_a_hub_id_that_can_not_be_had_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("transformers")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderUnavailable, match="nobody/nothing"):
        load_encoder("nobody/nothing", cache=tmp_path)


def test_words_and_pictures_share_one_space() -> None:
    from PIL import Image

    encoder = load_encoder("builtin")
    text, picture = encoder.encode_text(["black shoes"]), encoder.encode_images([Image.new("RGB", (9, 9))])
    assert text.shape == picture.shape == (1, encoder.dim)
    assert np.isfinite(text @ picture.T).all()
