"""Moves outliers of a CLIP's layers from what flows into their weights, where int8 bears them better.

SmoothQuant (Xiao et al. 2022): each channel behind a norm is divided by a number that the next layer's column
is multiplied with, so the model says the same. Knows nothing about int8 itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

_SHARE = 0.5  # of the outliers that moves; the paper's
_LEAST = 1e-3


def smooth(model: Any, run: Callable[[], object]) -> None:
    """Change the model in place, by what `run` lets flow through it; its answers stay the same."""
    places = list(_norms(model))
    greatest: dict[nn.LayerNorm, Tensor] = {}

    def look(norm: nn.LayerNorm) -> Callable[..., None]:
        def hook(_module: nn.Module, _inputs: Any, out: Tensor) -> None:
            found = out.detach().abs().reshape(-1, out.shape[-1]).amax(dim=0)
            greatest[norm] = torch.maximum(greatest[norm], found) if norm in greatest else found

        return hook

    hooks = [norm.register_forward_hook(look(norm)) for norm, _ in places]
    try:
        with torch.inference_mode():
            run()
    finally:
        for hook in hooks:
            hook.remove()
    with torch.no_grad():
        for norm, readers in places:
            if norm in greatest:
                _move(norm, readers, greatest[norm].clone())


def _norms(model: Any) -> Iterator[tuple[nn.LayerNorm, Sequence[nn.Linear]]]:
    """Each norm and the layers that alone read it, in blocks as CLIP and SigLIP have them."""
    for block in model.modules():
        attention, inner = getattr(block, "self_attn", None), getattr(block, "mlp", None)
        for norm, readers in (
            (getattr(block, "layer_norm1", None), _of(attention, "q_proj", "k_proj", "v_proj")),
            (getattr(block, "layer_norm2", None), _of(inner, "fc1")),
        ):
            if isinstance(norm, nn.LayerNorm) and norm.elementwise_affine and readers:
                yield norm, readers


def _of(module: Any, *names: str) -> list[nn.Linear]:
    found = [getattr(module, name, None) for name in names]
    layers = [layer for layer in found if isinstance(layer, nn.Linear)]
    return layers if len(layers) == len(names) else []


def _move(norm: nn.LayerNorm, readers: Sequence[nn.Linear], flowing: Tensor) -> None:
    heaviest = torch.stack([layer.weight.abs().amax(dim=0) for layer in readers]).amax(dim=0)
    by = flowing.clamp(min=_LEAST) ** _SHARE / heaviest.clamp(min=_LEAST) ** (1 - _SHARE)
    by = (by / by.median()).clamp(1e-2, 1e2)
    norm.weight.div_(by)
    if norm.bias is not None:
        norm.bias.div_(by)
    for layer in readers:
        layer.weight.mul_(by)
