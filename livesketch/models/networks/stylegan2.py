"""StyleGAN2 and StyleGAN2-ADA generators (Karras 2020, arXiv 1912.04958, 2006.06676): latents -> faces, 32 to 1024."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from math import log2
from typing import Any

import torch
from torch import Tensor, nn

from livesketch.errors import ModelError
from livesketch.models.networks.layers import Linear, Modulated, activated, doubled, unit_length

RESOLUTIONS = (32, 64, 128, 256, 512, 1024)
MAPPING_RATE = 0.01  # of the mapping's learning, relative to the rest


@dataclass(frozen=True)
class Config:
    """Everything that decides the shapes of a generator's tensors."""

    img_resolution: int = 1024
    channels: tuple[int, ...] = (512, 512, 512, 512, 512, 256, 128, 64, 32)  # at 4, 8, 16, ...
    z_dim: int = 512
    w_dim: int = 512
    c_dim: int = 0  # labels; 0: the generator takes none
    mapping_layers: int = 8
    clamp: float = 0.0  # feature maps are kept within this; 0: they are not

    @property
    def num_ws(self) -> int:
        return 2 * len(self.channels)

    @property
    def input_channels(self) -> int:
        return 0


LIMITS = {
    "channels": (1, 1024),
    "z_dim": (1, 1024),
    "w_dim": (1, 1024),
    "c_dim": (0, 4096),
    "mapping_layers": (1, 16),
}


def check(config: Config) -> None:
    """Raises ModelError unless every field is a sane number; called before anything is allocated."""
    if type(config.img_resolution) is not int or config.img_resolution not in RESOLUTIONS:
        raise ModelError(
            "this generator paints a picture size that is not known",
            hint=f"known sizes are {', '.join(map(str, RESOLUTIONS))}",
        )
    for name, (low, high) in LIMITS.items():
        value = getattr(config, name)
        numbers = value if isinstance(value, tuple) else (value,)
        if not all(type(n) is int and low <= n <= high for n in numbers):
            raise ModelError(f"{name} of this generator is outside {low} to {high}")
    if not isinstance(config.channels, tuple):
        raise ModelError("channels of this generator are not a list of numbers")
    if len(config.channels) != int(log2(config.img_resolution)) - 1:
        raise ModelError("channels of this generator do not fit its picture size")
    if type(config.clamp) not in (int, float) or not 0 <= config.clamp <= 1e6:
        raise ModelError("clamp of this generator is outside 0 to 1000000")


def config_from(values: object) -> Config:
    """A checked Config from decoded JSON. Raises ModelError for unknown or insane values."""
    known = {field.name for field in fields(Config)}
    if not isinstance(values, dict) or set(values) - known:
        raise ModelError("this generator's config has fields that are not known")
    given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    config = Config(**given)
    check(config)
    return config


class Mapping(nn.Module):
    """Gaussian z, and perhaps a label -> w, the space in which the generator is steered."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.embed = Linear(config.c_dim, config.w_dim) if config.c_dim else None
        first = config.z_dim + (config.w_dim if config.c_dim else 0)
        sizes = [first] + [config.w_dim] * config.mapping_layers
        self.layers = nn.ModuleList([Linear(i, o, MAPPING_RATE) for i, o in pairwise(sizes)])
        self.w_avg: Tensor
        self.register_buffer("w_avg", torch.zeros(config.w_dim))

    def forward(self, z: Tensor, c: Tensor | None = None, truncation: float = 1.0) -> Tensor:
        """z (N, z_dim), c (N, c_dim) or None -> w (N, w_dim).

        truncation: 1 as it comes .. 0 everybody is the average face.
        """
        x = unit_length(z)
        if self.embed is not None:
            if c is None:
                raise ModelError("this generator needs a label", hint="give one of its classes")
            x = torch.cat([x, unit_length(self.embed(c))], 1)
        for layer in self.layers:
            x = activated(layer(x))
        return self.w_avg.lerp(x, truncation)


class Styled(nn.Module):
    """A modulated 3 x 3 convolution, fixed noise, bias, leaky ReLU."""

    def __init__(self, i: int, o: int, side: int, config: Config, is_up: bool) -> None:
        super().__init__()
        self.conv = Modulated(i, o, 3, config.w_dim, is_up=is_up)
        self.bias = nn.Parameter(torch.zeros(o))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.noise: Tensor
        self.register_buffer("noise", torch.randn(side, side))
        self.clamp = config.clamp

    def forward(self, x: Tensor, w: Tensor, has_noise: bool) -> Tensor:
        x = self.conv(x, w)
        if has_noise:
            x = x + self.noise * self.noise_strength
        return clamped(activated(x + self.bias[:, None, None]), self.clamp)


class ToRGB(nn.Module):
    """Feature maps -> what they add to the picture."""

    def __init__(self, i: int, config: Config) -> None:
        super().__init__()
        self.conv = Modulated(i, 3, 1, config.w_dim, is_normalised=False)
        self.bias = nn.Parameter(torch.zeros(3))
        self.clamp = config.clamp

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        return clamped(self.conv(x, w) + self.bias[:, None, None], self.clamp)


class Block(nn.Module):
    """One size: twice as large (but for the first), two styled convolutions, its share of the picture."""

    def __init__(self, i: int, o: int, side: int, config: Config) -> None:
        super().__init__()
        self.up = Styled(i, o, side, config, is_up=True) if i else None
        self.conv = Styled(o, o, side, config, is_up=False)
        self.rgb = ToRGB(o, config)

    def forward(
        self, x: Tensor, picture: Tensor | None, ws: Tensor, has_noise: bool
    ) -> tuple[Tensor, Tensor]:
        """ws (N, 2 or 3, w_dim): for `up`, for `conv`, for the picture."""
        if self.up is not None:
            x = self.up(x, ws[:, 0], has_noise)
        x = self.conv(x, ws[:, -2], has_noise)
        share = self.rgb(x, ws[:, -1])
        return x, share if picture is None else doubled(picture) + share


class Synthesis(nn.Module):
    """w for every layer -> picture, through 4, 8, ... up to the full size."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.const = nn.Parameter(torch.randn(1, config.channels[0], 4, 4))
        before = (0, *config.channels[:-1])
        self.blocks = nn.ModuleList(
            [
                Block(i, o, 4 << k, config)
                for k, (i, o) in enumerate(zip(before, config.channels, strict=True))
            ]
        )

    def forward(self, ws: Tensor, has_noise: bool = True) -> Tensor:
        """ws (N, num_ws, w_dim) -> (N, 3, R, R), about -1..1, not clamped to it."""
        x, picture = self.const.expand(len(ws), -1, -1, -1), None
        for k, block in enumerate(self.blocks):
            # the w that steers a size's picture also steers the next size's first convolution
            x, picture = block(x, picture, ws[:, max(0, 2 * k - 1) : 2 * k + 2], has_noise)
        assert picture is not None
        return picture


class Network(nn.Module):
    """A generator: mapping and synthesis."""

    def __init__(self, config: Config) -> None:
        check(config)
        super().__init__()
        self.config = config
        self.mapping, self.synthesis = Mapping(config), Synthesis(config)

    def latents(self, z: Tensor, c: Tensor | None = None, truncation: float = 1.0) -> Tensor:
        """z (N, z_dim) -> ws (N, num_ws, w_dim), the same w for every layer."""
        w = self.mapping(z, c, truncation)
        return w[:, None].expand(-1, self.config.num_ws, -1)

    def forward(self, ws: Tensor, has_noise: bool = True) -> Tensor:
        return self.synthesis(ws, has_noise)


def clamped(x: Tensor, limit: float) -> Tensor:
    return x.clamp(-limit, limit) if limit else x
