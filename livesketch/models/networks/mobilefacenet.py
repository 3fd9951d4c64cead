"""Who a face is: MobileFaceNet (Chen 2018), for measuring and for losses; nothing of it is shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

HEIGHT, WIDTH = 112, 96
# where it was trained to see eyes, nose and mouth corners, in its 96 x 112 pixels
PLACES = np.array(
    [
        (30.2946, 51.6963),
        (65.5318, 51.5014),
        (48.0252, 71.7366),
        (33.5493, 92.3655),
        (62.7299, 92.2041),
    ],
    np.float32,
)
# repeats, stride of the first repeat; the weights know how many channels
STAGES = ((5, 2), (1, 2), (6, 1), (1, 2), (2, 1))
Weights = Mapping[str, NDArray[np.float32]]


class MobileFaceNet(nn.Module):
    """(N, 3, 112, 96) RGB in -1..1, aligned to PLACES -> (N, 128) of length one; distance = 1 - cosine.

    weights: the published state dict, whose names it keeps. Raises KeyError or ValueError for others.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._weights, self.steps = weights, nn.ModuleList()
        self._add("conv1.conv", "conv1.bn", "conv1.prelu", 2, 1)
        self._add("dw_conv1.conv", "dw_conv1.bn", "dw_conv1.prelu", 1, 1)
        self.first = len(self.steps)
        strides = [s if k == 0 else 1 for repeats, s in STAGES for k in range(repeats)]
        for number, stride in enumerate(strides):
            at = f"blocks.{number}.conv."
            self._add(at + "0", at + "1", at + "2")
            self._add(at + "3", at + "4", at + "5", stride, 1)
            self._add(at + "6", at + "7")
        self.last = len(self.steps)
        self._add("conv2.conv", "conv2.bn", "conv2.prelu")
        self._add("linear7.conv", "linear7.bn")
        self._add("linear1.conv", "linear1.bn")
        del self._weights
        self.requires_grad_(False).eval()

    def _add(
        self, conv: str, norm: str, prelu: str = "", stride: int = 1, padding: int = 0
    ) -> None:
        raw = self._weights[f"{conv}.weight"]
        names = ("weight", "bias", "running_mean", "running_var")
        kernel, bias = folded(raw, [self._weights[f"{norm}.{name}"] for name in names], 1e-5)
        groups = len(raw) if raw.shape[1] == 1 else 1
        inputs = raw.shape[1] * groups
        layer = nn.Conv2d(inputs, len(raw), raw.shape[2:], stride, padding, groups=groups)  # type: ignore[arg-type]
        with torch.no_grad():
            layer.weight.copy_(kernel)
            layer.bias.copy_(bias)  # type: ignore[union-attr]
        if not prelu:
            self.steps.append(layer)
            return
        bend = nn.PReLU(len(raw))
        with torch.no_grad():
            bend.weight.copy_(torch.from_numpy(self._weights[f"{prelu}.weight"].copy()))
        self.steps.append(nn.Sequential(layer, bend))

    def forward(self, x: Tensor) -> Tensor:
        for step in self.steps[: self.first]:
            x = step(x)
        for k in range(self.first, self.last, 3):
            y = x
            for step in self.steps[k : k + 3]:
                y = step(y)
            x = x + y if y.shape == x.shape else y
        for step in self.steps[self.last :]:
            x = step(x)
        return F.normalize(x.flatten(1).float(), dim=1)


def folded(
    kernel: NDArray[np.float32], norm: Sequence[NDArray[np.float32]], epsilon: float
) -> tuple[Tensor, Tensor]:
    """A convolution without bias followed by a batch norm (scale, shift, mean, variance), as one."""
    scale, shift, mean, variance = (np.asarray(values, np.float64) for values in norm)
    gain = scale / np.sqrt(variance + epsilon)
    whole = np.ascontiguousarray(kernel * gain[:, None, None, None], np.float32)
    return torch.from_numpy(whole), torch.from_numpy((shift - mean * gain).astype(np.float32))
