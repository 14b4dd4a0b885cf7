"""Writes what was learned as the files that ship: the picture network in int8 where it keeps its vectors.

Knows nothing about captions or losses.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn

from shopper.search.pixels import COLORS, SIDE
from shopper.search.training.network import TextHead

_log = logging.getLogger(__name__)
# An int8 file is shipped only if its vectors are this near to the exact ones, on average.
KEEPS = 0.99
SENTENCE_AXES = 96

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def write_network(net: nn.Module, path: Path, inputs: dict[str, torch.Tensor], outputs: list[str]) -> None:
    """A network as ONNX, for any number of pictures at once; `inputs` are examples of two."""
    count = torch.export.Dim("n", min=1, max=4096)
    program = torch.onnx.export(
        net.eval(),
        tuple(inputs.values()),
        input_names=list(inputs),
        output_names=outputs,
        dynamic_shapes=tuple({0: count} for _ in inputs),
        dynamo=True,
        opset_version=18,
        verbose=False,
    )
    assert program is not None
    program.save(path, external_data=False)


def two_pictures() -> torch.Tensor:
    """An example of what a picture network reads."""
    return torch.zeros((2, SIDE, SIDE, 3), dtype=torch.uint8)


def write_pictures(net: nn.Module, path: Path, pixels: Pixels, colors: Floats) -> dict[str, float]:
    """The picture network at `path`, and how near its vectors are to the exact ones.

    The first half of the pictures sets the int8 ranges, the second half checks.
    """
    half = len(pixels) // 2
    with tempfile.TemporaryDirectory() as folder:
        exact, ready, small = (Path(folder) / f"{name}.onnx" for name in ("exact", "ready", "small"))
        write_network(net, exact, {"pixels": two_pictures(), "colors": torch.zeros((2, COLORS))}, ["vectors"])
        quant_pre_process(str(exact), str(ready), skip_symbolic_shape=True)
        quantization.quantize_static(
            str(ready),
            str(small),
            _Pictures(pixels[:half], colors[:half]),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Add", "Clip", "Relu"],
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            calibrate_method=quantization.CalibrationMethod.MinMax,
        )
        kept = likeness(exact, small, pixels[half:], colors[half:])
        chosen = small if kept["mean"] >= KEEPS else exact
        if chosen is exact:
            _log.warning(
                "int8 keeps only %.4f of the exact vectors, so the exact network ships", kept["mean"]
            )
        model = onnx.load(str(chosen))
        model.ClearField("metadata_props")
        for node in model.graph.node:
            node.ClearField("metadata_props")
            node.ClearField("doc_string")
        onnx.save(model, str(path))
    return {"int8": float(chosen is small), "cosine_mean": kept["mean"], "cosine_min": kept["min"]}


def write_text(head: TextHead, sentences: Floats, path: Path) -> None:
    """The text head at `path`, with the main axes of these sentences."""
    mean = sentences.mean(axis=0)
    axes = np.linalg.svd(sentences - mean, full_matrices=False)[2][:SENTENCE_AXES]
    weights = {name: value.numpy() for name, value in head.state_dict().items()}
    half = {name: value.astype(np.float16) for name, value in weights.items()}
    half |= {"sentence.mean": mean.astype(np.float16), "sentence.axes": axes.astype(np.float16)}
    np.savez(path, **half)


def likeness(exact: Path, other: Path, pixels: Pixels, colors: Floats) -> dict[str, float]:
    """Cosine between the vectors of two networks over the same pictures: mean and least."""
    one, two = (_run(path, pixels, colors) for path in (exact, other))
    cosine = (one * two).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
    return {"mean": float(cosine.mean()), "min": float(cosine.min())}


def _run(path: Path, pixels: Pixels, colors: Floats) -> Floats:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    parts = [session.run(None, feed)[0] for feed in _feeds(pixels, colors)]
    out: Floats = np.concatenate(parts)
    return out


def _feeds(pixels: Pixels, colors: Floats) -> Iterator[dict[str, NDArray[np.generic]]]:
    for start in range(0, len(pixels), 32):
        yield {"pixels": pixels[start : start + 32], "colors": colors[start : start + 32]}


class _Pictures(quantization.CalibrationDataReader):  # type: ignore[misc]  # untyped base
    """Feeds pictures to the calibration."""

    def __init__(self, pixels: Pixels, colors: Floats) -> None:
        self._feeds = _feeds(pixels, colors)

    def get_next(self) -> dict[str, NDArray[np.generic]] | None:
        """The next few, or `None` at the end."""
        return next(self._feeds, None)
