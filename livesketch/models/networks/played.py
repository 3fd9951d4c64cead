"""The painter as it is played where nothing is learned: the same face from fewer multiplications, as bytes."""

from __future__ import annotations

from copy import deepcopy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.ageing import Ageing
from livesketch.models.networks.finer import Finer
from livesketch.models.networks.painter import Painter, Styled, Up, act


class Played(nn.Module):
    """Painter's inputs -> uint8 (1, S, S, 3), or folded, (1, S / 2, S / 2, 12): the channels of four
    neighbouring pixels, row by row (see models/pixels.py)."""

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self.painter = painter = deepcopy(painter)
        painter.ups = nn.ModuleList([QuickUp(up) for up in painter.ups if isinstance(up, Up)])
        # Each quarter's channels side by side: what is unfolded then is copied in long runs.
        painter.unfold = unfolded
        _by_quarters(painter.out)
        if painter.detail is not None:
            painter.detail.unfold = unfolded
            for conv in (painter.detail.inp, *painter.detail.grow, painter.detail.rgb):
                _by_quarters(conv)
            painter.detail.enlarge = _turned(painter.detail.enlarge)

    def forward(self, maps: Tensor, regions: Tensor, z: Tensor) -> Tensor:
        h, face = self.painter.body(maps, regions, z)
        if self.painter.detail is not None:
            face = self.painter.detail.folded(h, face)
        return _as_bytes(face)


class PlayedFiner(nn.Module):
    """uint8 (1, S, S, 3) -> uint8 (1, S, S, 12): the channels of four neighbouring pixels of the larger
    face, row by row (see models/pixels.py)."""

    def __init__(self, finer: Finer) -> None:
        super().__init__()
        self.finer = finer = deepcopy(finer)
        finer.unfold = unfolded
        for conv in (finer.grow, finer.rgb):
            _by_quarters(conv)
        finer.enlarge = _turned(finer.enlarge)

    def forward(self, face: Tensor) -> Tensor:
        made = self.finer.folded(face.permute(0, 3, 1, 2).float() / 127.5 - 1)
        return _as_bytes(made)


class PlayedAgeing(nn.Module):
    """uint8 (1, S, S, 3), and what Ageing takes beside a face -> uint8 (1, S, S, 3)."""

    def __init__(self, ageing: Ageing) -> None:
        super().__init__()
        self.ageing = ageing

    def forward(
        self, face: Tensor, at: Tensor, regions: Tensor, who: Tensor, age: Tensor
    ) -> Tensor:
        pixels = face.permute(0, 3, 1, 2).float() / 127.5 - 1
        return _as_bytes(self.ageing(pixels, at, regions, who, age))


class QuickUp(nn.Module):
    """Up, whose first convolution does not meet every pixel's four copies one by one."""

    def __init__(self, up: Up) -> None:
        super().__init__()
        self.first, self.second = Doubling(up.first), up.second

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        return self.second(self.first(x, w), w)


class Doubling(nn.Module):
    """Doubled by repetition, then a styled 3 x 3 convolution: one transposed convolution of 4 x 4,
    four products for each output instead of nine. Mean and spread are the same before and after."""

    def __init__(self, styled: Styled) -> None:
        super().__init__()
        conv = styled.conv
        self.style, self.bias = styled.style, conv.bias
        kernel = conv.weight.new_zeros(*conv.weight.shape[:2], 4, 4)
        for down in (0, 1):
            for across in (0, 1):
                kernel[:, :, down : down + 3, across : across + 3] += conv.weight.detach()
        self.weight = nn.Parameter(kernel.flip(2, 3).transpose(0, 1).contiguous())

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        gain, bias = self.style(w)[:, :, None, None].chunk(2, 1)
        x = F.instance_norm(x) * (1 + gain) + bias
        return act(F.conv_transpose2d(x, self.weight, self.bias, stride=2, padding=1))


def unfolded(x: Tensor) -> Tensor:
    """Twice as large: channels that lie by quarters become pixels."""
    n, channels, height, width = x.shape
    parts = x.reshape(n, 2, 2, channels // 4, height, width).permute(0, 3, 4, 1, 5, 2)
    return parts.reshape(n, channels // 4, 2 * height, 2 * width)


def _as_bytes(face: Tensor) -> Tensor:
    pixels = (face.float() * 127.5 + 127.5).round().clamp(0, 255)
    return pixels.permute(0, 2, 3, 1).to(torch.uint8)


def _by_quarters(conv: nn.Module) -> None:
    assert isinstance(conv, nn.Conv2d)
    assert conv.bias is not None
    with torch.no_grad():
        conv.weight.copy_(_turned(conv.weight))
        conv.bias.copy_(_turned(conv.bias))


def _turned(channels: Tensor) -> Tensor:
    """pixel_shuffle's order, each channel's four quarters together -> each quarter's channels together."""
    return channels.detach().unflatten(0, (-1, 4)).transpose(0, 1).flatten(0, 1).clone()
