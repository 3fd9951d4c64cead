"""pixel2style2pixel (Richardson 2021, arXiv 2008.00951): a drawing, mask or photo -> W+ latents of a StyleGAN2."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.errors import ModelError
from livesketch.models.networks import stylegan2
from livesketch.models.networks.backbone import BLOCKS, SQUEEZE, first_layer, stages
from livesketch.models.networks.last_map import OneW, WPlus
from livesketch.models.networks.layers import Linear

SIDE = 256  # of what the encoder looks at
ENCODERS = ("gradual", "w", "wplus")  # the paper's own, and the two it is compared with
COARSE, MIDDLE = 3, 7  # the layers below read the 16 x 16 map, then those below the 32 x 32 one


@dataclass(frozen=True)
class Config:
    """Everything that decides the shapes of the tensors; `generator` is StyleGAN2's own."""

    input_channels: int = 1
    body: tuple[int, ...] = (
        64,
        128,
        256,
        512,
    )  # channels of the stages; the last are a w's numbers
    generator: stylegan2.Config = field(default_factory=stylegan2.Config)
    img_resolution: int = 1024  # the generator's, where everybody looks for it
    encoder: str = "gradual"  # of ENCODERS; files from before there were others do not say


def check(config: Config) -> None:
    """Raises ModelError unless every field is a sane number; called before anything is allocated."""
    channels = config.input_channels
    if type(channels) is not int or not 1 <= channels <= 64:
        raise ModelError("input_channels of this encoder are outside 1 to 64")
    stylegan2.check(config.generator)
    body = config.body
    if not isinstance(body, tuple) or len(body) != len(BLOCKS):
        raise ModelError("body of this encoder is not a list of four numbers")
    if not all(type(n) is int and SQUEEZE <= n <= 1024 for n in body):
        raise ModelError(f"body of this encoder is outside {SQUEEZE} to 1024")
    if config.generator.w_dim != body[-1]:
        raise ModelError("this encoder and its generator differ in the numbers of a w")
    if config.img_resolution != config.generator.img_resolution:
        raise ModelError("this network's config names two picture sizes")
    if config.encoder not in ENCODERS:
        raise ModelError("this network's config names an encoder that is not known")
    if config.encoder == "gradual" and config.generator.num_ws <= MIDDLE:
        raise ModelError("this encoder needs a generator of 64 pixels or more")


def config_from(values: object) -> Config:
    """A checked Config from decoded JSON. Raises ModelError for unknown or insane values."""
    known = {one.name for one in fields(Config)}
    if not isinstance(values, dict) or set(values) - known:
        raise ModelError("this network's config has fields that are not known")
    given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    given["generator"] = stylegan2.config_from(values.get("generator"))
    config = Config(**given)
    check(config)
    return config


class MapToStyle(nn.Module):
    """One layer's w, read from a feature map that is halved until one cell is left."""

    def __init__(self, side: int, width: int) -> None:
        super().__init__()
        halvings = side.bit_length() - 1
        steps = [(nn.Conv2d(width, width, 3, 2, 1), nn.LeakyReLU(0.01)) for _ in range(halvings)]
        self.convs = nn.Sequential(*[layer for step in steps for layer in step])
        self.linear = Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(self.convs(x).flatten(1))


class Encoder(nn.Module):
    """Feature pyramid over the backbone; a w for every layer of the generator from one of three maps."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.body[-1]
        self.input_layer = first_layer(config.input_channels, config.body[0])
        self.body = stages(config.body)
        sides = [
            16 if k < COARSE else 32 if k < MIDDLE else 64 for k in range(config.generator.num_ws)
        ]
        self.styles = nn.ModuleList([MapToStyle(side, width) for side in sides])
        self.latlayer1 = nn.Conv2d(config.body[2], width, 1)
        self.latlayer2 = nn.Conv2d(config.body[1], width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, 256, 256) -> (N, num_ws, w_dim), relative to the average latents."""
        x, maps, end = self.input_layer(x), [], 0
        for count in BLOCKS:
            x = self.body[end : end + count](x)
            end += count
            maps.append(x)
        _, fine, middle, coarse = maps
        middle = self.latlayer1(middle) + _enlarged(coarse, middle)
        fine = self.latlayer2(fine) + _enlarged(middle, fine)
        seen = [
            coarse if k < COARSE else middle if k < MIDDLE else fine
            for k in range(len(self.styles))
        ]
        return torch.stack([style(m) for style, m in zip(self.styles, seen, strict=True)], dim=1)


def encoder_of(config: Config) -> Encoder | OneW | WPlus:
    """The one that the config names: (N, C, 256, 256) -> (N, num_ws, w_dim), without the average."""
    if config.encoder == "gradual":
        return Encoder(config)
    last = OneW if config.encoder == "w" else WPlus
    return last(config.input_channels, config.body, config.generator.num_ws)


class Network(nn.Module):
    """Encoder and generator."""

    def __init__(self, config: Config) -> None:
        check(config)
        super().__init__()
        self.config = config
        self.encoder = encoder_of(config)
        self.generator = stylegan2.Network(config.generator)
        self.latent_avg: Tensor
        self.register_buffer(
            "latent_avg", torch.zeros(config.generator.num_ws, config.generator.w_dim)
        )

    def encode(self, x: Tensor) -> Tensor:
        """x (N, C, 256, 256) as the task has it -> W+ latents (N, num_ws, w_dim), the average added."""
        return self.encoder(x) + self.latent_avg

    def forward(self, x: Tensor) -> Tensor:
        return self.generator(self.encode(x))


def _enlarged(small: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(small, size=like.shape[2:], mode="bilinear", align_corners=True)
