"""Writes the published networks down for OpenVINO, in memory: the road that needs both torch and openvino.

Weights stay constants, so that they are packed once. A style scales the feature maps before a
convolution and their power after it, which is the same arithmetic as weights that are modulated
(Karras 2020, §2.2) and costs nothing when the look changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import openvino
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks import psp, stylegan2
from livesketch.models.networks.layers import TINY, Modulated, activated, doubled, smoothed
from livesketch.models.runtimes.openvino_conversion import converted
from livesketch.models.runtimes.wplus_quick import HALF_FROM


@dataclass(frozen=True)
class Converted:
    """`encoder` (1, C, 256, 256) -> (1, num_ws, w_dim), None where there is none.

    `small` (1, num_ws, w_dim) -> feature maps and picture below HALF_FROM pixels, and `large` goes
    on from there: latents, maps, picture -> maps, picture. None: the generator ends below it.
    """

    encoder: openvino.Model | None
    small: openvino.Model
    large: openvino.Model | None


def written(network: psp.Network | stylegan2.Network) -> Converted:
    """Runs the network once, in float32. RuntimeError for what OpenVINO cannot take."""
    encoder, generator = None, network
    if isinstance(network, psp.Network):
        seen = torch.zeros(1, network.config.input_channels, psp.SIDE, psp.SIDE)
        encoder, generator = converted(_Encode(network), (seen,)), network.generator
    assert isinstance(generator, stylegan2.Network)
    ws = torch.zeros(1, generator.config.num_ws, generator.config.w_dim)
    count = len(generator.config.channels)
    border = min(count, HALF_FROM.bit_length() - 3)  # the first size is 4
    with torch.inference_mode():
        first = _Part(generator.synthesis, 0, border)
        maps, picture = first(ws)
        small = converted(first, (ws,))
        if border == count:
            return Converted(encoder, small, None)
        rest = _Part(generator.synthesis, border, count)
        large = converted(rest, (ws, maps.contiguous(), picture.contiguous()))
    return Converted(encoder, small, large)


class _Encode(nn.Module):
    def __init__(self, network: psp.Network) -> None:
        super().__init__()
        self.encoder, self.average = network.encoder, _fixed(network.latent_avg)

    def forward(self, x: Tensor) -> Tensor:
        return self.encoder(x) + self.average


class _Steered(nn.Module):
    """A modulated convolution whose weights never change."""

    def __init__(self, of: Modulated) -> None:
        super().__init__()
        weight = of.weight.detach() * of.gain
        self.style, self.is_up, self.pad = of.style, of.is_up, of.pad
        self.is_normalised = of.is_normalised
        self.weight = _fixed(weight.transpose(0, 1) if of.is_up else weight)
        self.power = _fixed(weight.square().sum((2, 3)).T)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        style = self.style(w)
        x = x * style[:, :, None, None]
        if self.is_up:
            x = smoothed(F.conv_transpose2d(x, self.weight, stride=2), 4.0)
        else:
            x = F.conv2d(x, self.weight, padding=self.pad)
        if not self.is_normalised:
            return x
        return x * (style.square() @ self.power + TINY).rsqrt()[:, :, None, None]


class _Styled(nn.Module):
    def __init__(self, of: stylegan2.Styled) -> None:
        super().__init__()
        self.conv, self.clamp = _Steered(of.conv), of.clamp
        self.noise = _fixed((of.noise * of.noise_strength)[None, None])
        self.bias = _fixed(of.bias[None, :, None, None])

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        x = self.conv(x, w) + self.noise + self.bias
        return stylegan2.clamped(activated(x), self.clamp)


class _ToRGB(nn.Module):
    def __init__(self, of: stylegan2.ToRGB) -> None:
        super().__init__()
        self.conv, self.clamp = _Steered(of.conv), of.clamp
        self.bias = _fixed(of.bias[None, :, None, None])

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        return stylegan2.clamped(self.conv(x, w) + self.bias, self.clamp)


class _Block(nn.Module):
    def __init__(self, of: stylegan2.Block, first: int) -> None:
        super().__init__()
        self.up = _Styled(of.up) if of.up is not None else None
        self.conv, self.rgb, self.first = _Styled(of.conv), _ToRGB(of.rgb), first

    def forward(self, x: Tensor, picture: Tensor | None, ws: Tensor) -> tuple[Tensor, Tensor]:
        at = self.first
        if self.up is not None:
            x, at = self.up(x, ws[:, at]), at + 1
        x = self.conv(x, ws[:, at])
        share = self.rgb(x, ws[:, at + 1])
        return x, share if picture is None else doubled(picture) + share


class _Part(nn.Module):
    """Some of a generator's sizes; the first one begins with its constant."""

    def __init__(self, of: stylegan2.Synthesis, begin: int, end: int) -> None:
        super().__init__()
        self.const = _fixed(of.const)
        self.blocks = nn.ModuleList()
        for k in range(begin, end):
            block = of.blocks[k]
            assert isinstance(block, stylegan2.Block)
            self.blocks.append(_Block(block, max(0, 2 * k - 1)))

    def forward(
        self, ws: Tensor, x: Tensor | None = None, picture: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        maps = self.const if x is None else x
        for block in self.blocks:
            maps, picture = block(maps, picture, ws)
        assert picture is not None
        return maps, picture


def _fixed(tensor: Tensor) -> nn.Parameter:
    return nn.Parameter(tensor.detach().contiguous(), requires_grad=False)
