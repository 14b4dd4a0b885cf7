"""OWL-ViT and OWLv2 of transformers: a detector that finds what words say, where its weights can be loaded.

torch and transformers are imported when a model is loaded. Knows nothing about categories or products.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from shopper.errors import EncoderUnavailable
from shopper.search.pixels import as_rgb
from shopper.search.regions.boxes import Box
from shopper.search.regions.find import Region

_log = logging.getLogger(__name__)

_SURE = 0.1  # OWL-ViT's own scores are low; its authors cut at 0.1
_ALIKE = 0.5
_KINDS = ("owlvit", "owlv2")


class OwlDetector:
    """Finds in a photo what a phrase names."""

    def __init__(self, model: Any, tokenizer: Any, processor: Any) -> None:
        import torch

        self._torch, self._tokenizer, self._processor = torch, tokenizer, processor
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model = model.to(self._device).eval()
        # OWLv2 pads a picture to a square before it shrinks it, OWL-ViT doesn't.
        self._padded = model.config.model_type == "owlv2"

    @classmethod
    def load(cls, source: str, *, cache: Path | None = None) -> OwlDetector:
        """The model in a folder, or of a hub id such as google/owlvit-base-patch32.

        Raises EncoderUnavailable with what is wrong.
        """
        try:
            from transformers import AutoImageProcessor, AutoModelForZeroShotObjectDetection, AutoTokenizer

            where: dict[str, Any] = {"cache_dir": cache} if cache else {}
            model = AutoModelForZeroShotObjectDetection.from_pretrained(source, **where)
            if model.config.model_type not in _KINDS:
                raise EncoderUnavailable(f"{source} is a {model.config.model_type} model, not an OWL-ViT.")
            tokenizer = AutoTokenizer.from_pretrained(source, **where)
            processors: Any = AutoImageProcessor
            # Pillow's processor: the other one needs torchvision, which this project does without.
            processor = processors.from_pretrained(source, backend="pil", **where)
            return cls(model, tokenizer, processor)
        except EncoderUnavailable:
            raise
        except Exception as error:  # files from outside fail in every way a parser can
            _log.warning("detector %s can't be loaded", source, exc_info=error)
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            raise EncoderUnavailable(f"The detector {source} can't be loaded: {reason}.") from error

    def find(self, image: Image.Image, phrase: str, *, floor: float = _SURE) -> list[Region]:
        """The places that fit the phrase, best first, hardly overlapping; none where nothing does."""
        rgb = as_rgb(image)
        longest = int(self._model.config.text_config.max_position_embeddings)
        words = self._tokenizer(
            [phrase], padding="max_length", truncation=True, max_length=longest, return_tensors="pt"
        )
        pixels = self._torch.from_numpy(self._pixels(rgb))
        with self._torch.inference_mode():
            seen = self._model(
                input_ids=words["input_ids"].to(self._device),
                attention_mask=words["attention_mask"].to(self._device),
                pixel_values=pixels.to(self._device),
            )
        scores = self._torch.sigmoid(seen.logits[0, :, 0]).float().cpu().numpy()
        boxes = seen.pred_boxes[0].float().cpu().numpy()
        kept: list[Region] = []
        for n in np.argsort(-scores, kind="stable"):
            if scores[n] < floor:
                break
            box = self._in_pixels(boxes[n], rgb.size)
            if box.area > 0 and all(box.share(other.box) < _ALIKE for other in kept):
                kept.append(Region(box, round(float(scores[n]), 3)))
        return kept

    def _pixels(self, image: Image.Image) -> np.ndarray[Any, np.dtype[np.float32]]:
        """float32[1, 3, height, width], as the model's own processor makes them; that one wants scipy."""
        if self._padded:
            canvas = Image.new("RGB", (max(image.size),) * 2, (128, 128, 128))
            canvas.paste(image)
            image = canvas
        size = self._processor.size
        resized = image.resize((size["width"], size["height"]), Image.Resampling.BICUBIC)
        unit = np.asarray(resized, dtype=np.float32) / 255
        normal = (unit - np.array(self._processor.image_mean)) / np.array(self._processor.image_std)
        pixels: np.ndarray[Any, np.dtype[np.float32]] = normal.astype(np.float32).transpose(2, 0, 1)[None]
        return pixels

    def _in_pixels(self, box: np.ndarray[Any, Any], size: tuple[int, int]) -> Box:
        width, height = size
        across, down = (max(size), max(size)) if self._padded else size
        x, y, wide, tall = (float(value) for value in box)
        return Box(
            max(0, round((x - wide / 2) * across)),
            max(0, round((y - tall / 2) * down)),
            min(width, round((x + wide / 2) * across)),
            min(height, round((y + tall / 2) * down)),
        )
