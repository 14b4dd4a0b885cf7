"""The two towers of a CLIP or SigLIP run by torch: on a GPU in half precision, or where nothing else can.

Importing this imports torch. Knows nothing about files made from models, words or products.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shopper.errors import EncoderUnavailable
from shopper.search.clip_pixels import PixelRecipe

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


class PictureTower(nn.Module):
    """uint8[n, height, width, 3] → float[n, dim], or float[n, 3, height, width] where there is no recipe."""

    scale: Tensor
    offset: Tensor

    def __init__(self, model: Any, recipe: PixelRecipe | None) -> None:
        super().__init__()
        self.model = model
        self.has_recipe = recipe is not None
        scale, offset = recipe.scale_and_offset() if recipe else (np.ones(3), np.zeros(3))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32).reshape(1, 3, 1, 1))
        self.register_buffer("offset", torch.tensor(offset, dtype=torch.float32).reshape(1, 3, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        if self.has_recipe:
            pixels = pixels.permute(0, 3, 1, 2).to(self.scale.dtype) * self.scale + self.offset
        return _pooled(self.model.get_image_features(pixel_values=pixels))


class TextTower(nn.Module):
    """int64[n, length] → float[n, dim]."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        known = {} if mask is None else {"attention_mask": mask}
        return _pooled(self.model.get_text_features(input_ids=ids, **known))


class TorchTowers:
    """The towers of a loaded model on one device."""

    def __init__(
        self, model: Any, recipe: PixelRecipe | None, *, device: str, threads: int | None = None
    ) -> None:
        if threads and device == "cpu":
            torch.set_num_threads(threads)  # for the whole process
        self.device = torch.device(device)
        self.dtype = torch.float32 if device == "cpu" else torch.float16
        self._pictures = PictureTower(model, recipe).to(self.device, self.dtype).eval()
        self._texts = TextTower(model).to(self.device, self.dtype).eval()
        self.picture_batch = self.text_batch = 32 if device == "cpu" else 256
        if self.dtype != torch.float32 and not self._is_finite(recipe):
            self.dtype = torch.bfloat16  # a wider range, for the few models that need it
            self._pictures.to(self.dtype)
            self._texts.to(self.dtype)

    @property
    def how(self) -> str:
        """Which path runs, for people."""
        if self.device.type == "cpu":
            return "torch in float32"
        return f"torch on a GPU in {str(self.dtype).removeprefix('torch.')}"

    def pictures(self, pixels: NDArray[Any]) -> Floats:
        """float32[n, dim], of any length."""
        there = torch.from_numpy(pixels)
        if self.device.type != "cpu":
            there = there.pin_memory().to(self.device, non_blocking=True)
        if there.is_floating_point():
            there = there.to(self.dtype)
        with torch.inference_mode():
            return _floats(self._pictures(there))

    def texts(self, ids: Ids, mask: Ids | None = None) -> Floats:
        """float32[n, dim], of any length."""
        with torch.inference_mode():
            known = None if mask is None else torch.from_numpy(mask).to(self.device)
            return _floats(self._texts(torch.from_numpy(ids).to(self.device), known))

    def _is_finite(self, recipe: PixelRecipe | None) -> bool:
        if recipe is None:
            return True
        noise = np.random.default_rng(0).integers(0, 256, (4, *recipe.cropped, 3), dtype=np.uint8)
        return bool(np.isfinite(self.pictures(noise)).all())


def load_parts(folder: Path) -> tuple[Any, Any, Any]:
    """The model, its tokenizer and its picture processor.

    Raises `EncoderUnavailable`, or what transformers does.
    """
    from transformers import AutoConfig, AutoImageProcessor, AutoModel, AutoTokenizer, PreTrainedTokenizerFast

    source = str(folder)
    where: dict[str, Any] = {"local_files_only": True}
    config = AutoConfig.from_pretrained(source, **where)
    model, notes = AutoModel.from_pretrained(
        source, config=config, dtype=torch.float32, output_loading_info=True, **where
    )
    if not (hasattr(model, "get_text_features") and hasattr(model, "get_image_features")):
        raise EncoderUnavailable(f"{folder.name} is a {config.model_type} model, not a CLIP or SigLIP.")
    if notes["missing_keys"]:
        raise EncoderUnavailable(f"The weights of {folder.name} are incomplete.")
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, **where)
    except ImportError:
        # SigLIP's own class needs sentencepiece; its tokenizer.json says the same without.
        tokenizer = PreTrainedTokenizerFast.from_pretrained(source, **where)
    # Pillow's processor: the other one needs torchvision, which this project does without.
    processors: Any = AutoImageProcessor
    processor = processors.from_pretrained(source, backend="pil", **where)
    return model.eval(), tokenizer, processor


def text_form(config: Any) -> tuple[int, bool]:
    """The most tokens of a text, and whether every text is padded to that many (SigLIP reads its padding)."""
    return int(config.text_config.max_position_embeddings), str(config.model_type).startswith("siglip")


def has_gpu() -> bool:
    """Whether torch can use a CUDA device."""
    return torch.cuda.is_available()


def _pooled(output: Any) -> Tensor:
    tensor: Tensor = output if isinstance(output, Tensor) else output.pooler_output
    return tensor


def _floats(output: Tensor) -> Floats:
    rows: Floats = output.float().cpu().numpy()
    return rows
