"""LoRA (Hu et al. 2021): a large network learns in small matrices beside its own.

Knows nothing about what the network is for.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class LowRank(nn.Module):
    """A linear layer that stays as it is, and what is learned beside it: x → Wx + b + scale · up(down(x))."""

    def __init__(self, inner: nn.Linear, rank: int) -> None:
        super().__init__()
        self.inner = inner
        self.down = nn.Parameter(torch.empty(rank, inner.in_features))
        self.up = nn.Parameter(torch.zeros(inner.out_features, rank))
        self.scale = 2.0  # alpha over rank, as is usual
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.inner(x) + self.scale * ((x @ self.down.T) @ self.up.T)
        return out

    def merged(self) -> nn.Linear:
        """The layer with what was learned added to it."""
        with torch.no_grad():
            self.inner.weight += self.scale * (self.up @ self.down)
        return self.inner


def add_lora(model: nn.Module, rank: int) -> None:
    """Put a `LowRank` around every plain linear layer of the model; only these learn."""
    model.requires_grad_(False)
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            # Subclasses are read by their weights, never called.
            if type(child) is nn.Linear and not isinstance(parent, LowRank):
                setattr(parent, name, LowRank(child, rank))


def merge_lora(model: nn.Module) -> None:
    """Take the `LowRank`s out again, with what they learned in the layers."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, LowRank):
                setattr(parent, name, child.merged())
