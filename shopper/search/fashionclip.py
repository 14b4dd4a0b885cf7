"""FashionCLIP, or any other CLIP or SigLIP, from a folder or the hub, run by torch.

torch and transformers are imported when a model is loaded, not before. Knows nothing about products.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopper.errors import EncoderUnavailable
from shopper.search.pixels import WHITE, as_rgb

_log = logging.getLogger(__name__)

Floats = NDArray[np.float32]

_BATCH = 32
_WEIGHTS = ("model.safetensors", "pytorch_model.bin", "model.safetensors.index.json")
_PIECE = 1 << 20  # of the weights read to tell folders apart


class ClipEncoder:
    """A two-tower model of transformers as an encoder; on a GPU in half precision."""

    def __init__(self, id_: str, why: str, model: Any, tokenizer: Any, processor: Any) -> None:
        import torch

        self.id, self.why = id_, why
        self._torch, self._tokenizer, self._processor = torch, tokenizer, processor
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model = model.to(self._device)
        if self._device == "cuda":
            self._model = self._model.half()
        self._model.eval()
        self._padding = _padding(model.config)
        self.dim = self.encode_text(["dress"]).shape[1]

    @classmethod
    def load(
        cls, source: str, *, why: str = "", cache: Path | None = None, threads: int | None = None
    ) -> ClipEncoder:
        """The model in a folder, or of a hub id; raises `EncoderUnavailable` with what is wrong.

        Files already here are used without asking the hub. `threads` sets torch's, for the whole process.
        """
        folder = Path(source).expanduser()
        local = folder.is_dir()
        if not local and not _may_be_hub_id(source):
            raise EncoderUnavailable(
                f'There is no encoder "{source}": say auto, builtin, fashionclip, a hub id like '
                "patrickjohncyh/fashion-clip, or the folder of a CLIP or SigLIP model."
            )
        if local and not (folder / "config.json").is_file():
            raise EncoderUnavailable(f"The folder {folder.name} holds no model: config.json is missing.")
        try:
            parts = _load_parts(
                str(folder) if local else source, cache, only_here=local or is_kept(source, cache)
            )
            if threads:
                parts[0].set_num_threads(threads)
            return cls(_id_of(folder) if local else source, why, *parts[1:])
        except EncoderUnavailable:
            raise
        except Exception as error:  # files from outside fail in every way a parser can
            _log.warning("encoder %s can't be loaded", source, exc_info=error)
            where = f"the folder {folder.name}" if local else f"{source} (from this machine or the hub)"
            raise EncoderUnavailable(
                f"The encoder in {where} can't be loaded: {_first_line(error)}"
            ) from error

    def encode_text(self, texts: Sequence[str]) -> Floats:
        """float32[n, dim], L2-normalised; texts are cut at the model's length."""
        parts = []
        for start in range(0, len(texts), _BATCH):
            tokens = self._tokenizer(
                list(texts[start : start + _BATCH]), truncation=True, return_tensors="pt", **self._padding
            )
            wanted = {k: tokens[k].to(self._device) for k in ("input_ids", "attention_mask") if k in tokens}
            if self._padding["padding"] == "max_length":
                wanted.pop("attention_mask", None)  # SigLIP is trained to read its padding
            with self._torch.inference_mode():
                parts.append(_vectors(self._model.get_text_features(**wanted)))
        return self._joined(parts)

    def encode_images(self, images: Sequence[Image.Image]) -> Floats:
        """float32[n, dim], L2-normalised; the whole picture counts, padded to a square on white."""
        parts = []
        for start in range(0, len(images), _BATCH):
            squares = [padded(as_rgb(image)) for image in images[start : start + _BATCH]]
            pixels = self._processor(images=squares, return_tensors="pt")["pixel_values"]
            pixels = pixels.to(self._device, self._model.dtype)
            with self._torch.inference_mode():
                parts.append(_vectors(self._model.get_image_features(pixel_values=pixels)))
        return self._joined(parts)

    def _joined(self, parts: list[Floats]) -> Floats:
        if not parts:
            return np.zeros((0, self.dim), dtype=np.float32)
        rows = np.concatenate(parts)
        unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return unit


def padded(image: Image.Image) -> Image.Image:
    """The RGB picture in the middle of a white square, so that no hem or collar is cropped away."""
    side = max(image.size)
    if image.size == (side, side):
        return image
    if side > 1024:  # a very long picture would make a huge square
        image.thumbnail((1024, 1024), reducing_gap=2.0)
        side = max(image.size)
    ground = Image.new("RGB", (side, side), WHITE)
    ground.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return ground


def is_kept(source: str, cache: Path | None = None) -> bool:
    """Whether all files of a hub id are on this machine."""
    from huggingface_hub import try_to_load_from_cache

    def has(name: str) -> bool:
        return isinstance(try_to_load_from_cache(source, name, cache_dir=cache), str)

    if not _may_be_hub_id(source):
        return False
    described = has("config.json") and has("preprocessor_config.json")
    return described and any(has(name) for name in _WEIGHTS)


def is_reachable(source: str, seconds: float) -> bool:
    """Whether the hub offers that id, asked for at most so long; false where the hub is switched off."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    answered = threading.Event()

    def ask() -> None:
        import httpx

        try:
            address = f"{constants.ENDPOINT}/{source}/resolve/main/config.json"
            if httpx.head(address, timeout=seconds, follow_redirects=True).status_code == 200:
                answered.set()
        except httpx.HTTPError as error:
            _log.debug("the hub doesn't answer: %s", error)

    # In a thread of its own: looking up a name heeds no timeout.
    asking = threading.Thread(target=ask, daemon=True, name="ask-hub")
    asking.start()
    asking.join(seconds)
    return answered.is_set()


def _load_parts(source: str, cache: Path | None, *, only_here: bool) -> tuple[Any, Any, Any, Any]:
    """torch, then the model, its tokenizer and its picture processor."""
    import torch
    from transformers import AutoConfig, AutoImageProcessor, AutoModel, AutoTokenizer, PreTrainedTokenizerFast

    where: dict[str, Any] = {"cache_dir": cache, "local_files_only": only_here}
    config = AutoConfig.from_pretrained(source, **where)
    model, notes = AutoModel.from_pretrained(
        source, config=config, dtype=torch.float32, output_loading_info=True, **where
    )
    if not (hasattr(model, "get_text_features") and hasattr(model, "get_image_features")):
        raise EncoderUnavailable(f"{Path(source).name} is a {config.model_type} model, not a CLIP or SigLIP.")
    if notes["missing_keys"]:
        raise EncoderUnavailable(f"The weights of {Path(source).name} are incomplete.")
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, **where)
    except ImportError:
        # SigLIP's own class needs sentencepiece; its tokenizer.json says the same without.
        tokenizer = PreTrainedTokenizerFast.from_pretrained(source, **where)
    # Pillow's processor: the other one needs torchvision, which this project does without.
    processors: Any = AutoImageProcessor
    processor = processors.from_pretrained(source, backend="pil", **where)
    return torch, model, tokenizer, processor


def _padding(config: Any) -> dict[str, Any]:
    longest = int(config.text_config.max_position_embeddings)
    fixed = str(config.model_type).startswith("siglip")
    return {"padding": "max_length" if fixed else True, "max_length": longest}


def _vectors(output: Any) -> Floats:
    tensor = output if hasattr(output, "cpu") else output.pooler_output
    rows: Floats = tensor.float().cpu().numpy()
    return rows


def _may_be_hub_id(source: str) -> bool:
    owner, slash, name = source.partition("/")
    return bool(slash and owner and name and "/" not in name and not source.startswith((".", "~")))


def _id_of(folder: Path) -> str:
    """The folder's name and a mark of its contents: another model in its place gets other vectors."""
    mark = hashlib.sha256((folder / "config.json").read_bytes())
    for name in _WEIGHTS:
        path = folder / name
        if path.is_file():
            mark.update(str(path.stat().st_size).encode())
            with path.open("rb") as file:
                mark.update(file.read(_PIECE))
                file.seek(-min(_PIECE, path.stat().st_size), 2)
                mark.update(file.read(_PIECE))
    return f"{folder.resolve().name}-{mark.hexdigest()[:8]}"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".") + "."
