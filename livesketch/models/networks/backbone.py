"""The 50-layer face-recognition backbone (Deng 2019) through which all of pixel2style2pixel's encoders look."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.norms import BatchNorm

BLOCKS = (3, 4, 14, 3)  # in each stage
SQUEEZE = 16  # channels are squeezed to a 16th where they are weighed


class Weigh(nn.Module):
    """Squeeze and excitation (Hu 2018): channels are weighed by what the whole map shows."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // SQUEEZE, 1, bias=False)
        self.fc2 = nn.Conv2d(channels // SQUEEZE, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))).sigmoid()


class Residual(nn.Module):
    """A block of the face-recognition backbone (improved residual unit, Deng 2019)."""

    def __init__(self, i: int, o: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.shortcut_layer = None
        if i != o:
            convolution = nn.Conv2d(i, o, 1, stride, bias=False)
            self.shortcut_layer = nn.Sequential(convolution, BatchNorm(o))
        self.res_layer = nn.Sequential(
            BatchNorm(i),
            nn.Conv2d(i, o, 3, 1, 1, bias=False),
            nn.PReLU(o),
            nn.Conv2d(o, o, 3, stride, 1, bias=False),
            BatchNorm(o),
            Weigh(o),
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.shortcut_layer is not None:
            return self.res_layer(x) + self.shortcut_layer(x)
        return self.res_layer(x) + x[:, :, :: self.stride, :: self.stride]


def first_layer(channels: int, o: int) -> nn.Sequential:
    """(N, channels, S, S) -> (N, o, S, S)."""
    return nn.Sequential(nn.Conv2d(channels, o, 3, 1, 1, bias=False), BatchNorm(o), nn.PReLU(o))


def stages(body: tuple[int, ...]) -> nn.Sequential:
    """All blocks in a row: (N, body[0], S, S) -> (N, body[-1], S / 16, S / 16)."""
    blocks, i = [], body[0]
    for o, count in zip(body, BLOCKS, strict=True):
        for k in range(count):
            blocks.append(Residual(i, o, 2 if k == 0 else 1))
            i = o
    return nn.Sequential(*blocks)
