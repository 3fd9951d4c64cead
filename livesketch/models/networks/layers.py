"""What StyleGAN2 is built of, in ordinary convolutions: modulation, resampling, equalised linear layers."""

from __future__ import annotations

import math
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FILTER = (1.0, 3.0, 3.0, 1.0)  # the low-pass of the published generators, before it is normalised
TINY = 1e-8
ACT_GAIN = math.sqrt(2)  # keeps the variance of what a leaky ReLU halves


@cache
def low_pass(gain: float, device: torch.device, dtype: torch.dtype) -> Tensor:
    """(4, 4), its sum is `gain`. Made once: a CUDA graph cannot hold the making of numbers."""
    with torch.inference_mode(False):  # what is learned may go through it, too
        row = torch.tensor(FILTER, device="cpu")
        return (torch.outer(row, row) * (gain / row.sum() ** 2)).to(device, dtype)


def activated(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2) * ACT_GAIN


def unit_length(x: Tensor) -> Tensor:
    """Divides by the root of the mean square along dimension 1."""
    return x * (x.square().mean(1, keepdim=True) + TINY).rsqrt()


class Linear(nn.Module):
    """A linear layer whose stored weights are multiplied by a constant (equalised learning rate, Karras 2018).

    The constant is `rate / sqrt(i)` for the weights and `rate` for the bias.
    """

    def __init__(self, i: int, o: int, rate: float = 1.0) -> None:
        super().__init__()
        self.weight, self.bias = (
            nn.Parameter(torch.randn(o, i) / rate),
            nn.Parameter(torch.zeros(o)),
        )
        self.rate, self.gain = rate, rate / math.sqrt(i)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.gain, self.bias * self.rate)


class Modulated(nn.Module):
    """A convolution whose input channels are scaled by a style, its output normalised (Karras 2020, §2.2).

    Stored weights (o, i, k, k) are multiplied by 1 / sqrt(i k k). With `is_up` the result is twice
    as large: a transposed convolution, then the low-pass.
    """

    def __init__(
        self, i: int, o: int, k: int, w_dim: int, is_normalised: bool = True, is_up: bool = False
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(o, i, k, k))
        self.style = Linear(w_dim, i)
        nn.init.ones_(self.style.bias)
        self.gain, self.pad = 1 / math.sqrt(i * k * k), k // 2
        self.is_normalised, self.is_up = is_normalised, is_up

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """x (N, i, H, W), w (N, w_dim) -> (N, o, H, W), or twice as large."""
        style, weight = self.style(w), self.weight * self.gain
        if len(x) == 1:
            # one picture: the style goes into the weights, and the feature maps are touched once
            return self._convolved(x, self.fused(weight, style[0]))
        made = self._convolved(x * style[:, :, None, None], weight)
        if not self.is_normalised:
            return made
        power = weight.square().sum((2, 3))
        return made * (style.square() @ power.T + TINY).rsqrt()[:, :, None, None]

    def fused(self, weight: Tensor, style: Tensor) -> Tensor:
        """weight (o, i, k, k), style (i,) -> the weights of one picture's convolution."""
        weight = weight * style[None, :, None, None]
        if not self.is_normalised:
            return weight
        return weight * (weight.square().sum((1, 2, 3), keepdim=True) + TINY).rsqrt()

    def _convolved(self, x: Tensor, weight: Tensor) -> Tensor:
        if not self.is_up:
            return F.conv2d(x, weight, padding=self.pad)
        large = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
        return smoothed(large, 4.0)


def smoothed(x: Tensor, gain: float) -> Tensor:
    """(N, C, H + 1, W + 1) -> (N, C, H, W) through the low-pass, one channel at a time."""
    channels = x.shape[1]
    kernel = low_pass(gain, x.device, x.dtype).expand(channels, 1, 4, 4)
    return F.conv2d(x, kernel, padding=1, groups=channels)


def doubled(picture: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 3, 2H, 2W): zeros between the pixels, then the low-pass, in one step."""
    channels = picture.shape[1]
    kernel = low_pass(4.0, picture.device, picture.dtype).expand(channels, 1, 4, 4)
    return F.conv_transpose2d(picture, kernel, stride=2, padding=1, groups=channels)
