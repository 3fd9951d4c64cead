"""The small network livesketch ships: a drawing is read, what it means is settled, a face is painted from that."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.errors import ModelError
from livesketch.models.knobs import AGE
from livesketch.models.networks.ageing import Ageing
from livesketch.models.networks.face_lines import POINTS
from livesketch.models.networks.finer import Finer
from livesketch.models.networks.painter import BASE, Painter, act
from livesketch.models.networks.reader import GRID, Reader
from livesketch.models.networks.shape import Settle

RESOLUTIONS = (128, 256, 512)


@dataclass(frozen=True)
class Config:
    """Everything that decides the shapes of the network's tensors."""

    img_resolution: int = 256
    input_channels: int = 1
    input_size: int = 256  # side of what is read
    z_dim: int = 64
    w_dim: int = 192
    regions: int = 8  # background, skin, hair … of a face
    shapes: int = 24  # ways in which real faces' shapes differ
    own: int = 0  # 1: people have features of their own, which a crude drawing leaves them
    worn: int = 0  # heads of hair and clothes that people choose from
    lit: int = 0  # 1: nobody sits in the dark
    eased: int = 0  # 1: people can be asked into a studio, where they are painted best
    aged: int = 0  # people whose wrinkles others get with the years; 0: nobody's age can be turned
    suited: int = 0  # coordinates of a code that follow hair and clothes
    reader: tuple[int, int, int, int] = (64, 96, 160, 192)  # channels at 32, 16, 8, 4
    encoder: tuple[int, int, int, int] = (64, 64, 128, 192)  # the painter's, at 32, 16, 8, 4
    decoder: tuple[int, int, int] = (192, 160, 112)  # channels at 8, 16, 32
    head: int = 48  # channels at 64 x 64
    detail: tuple[int, int] = (24, 32)  # channels at half the resolution, above 128
    style: tuple[int, int, int] = (48, 64, 96)  # the style encoder's channels
    finer: int = 0  # channels of what makes faces twice as large; 0: nothing does


LIMITS = {
    "input_channels": (1, 64),
    "input_size": (32, 1024),
    "z_dim": (1, 512),
    "w_dim": (8, 1024),
    "regions": (2, 64),
    "shapes": (1, 200),
    "own": (0, 1),
    "worn": (0, 500),
    "lit": (0, 1),
    "eased": (0, 1),
    "aged": (0, 32),
    "suited": (0, 16),
    "reader": (8, 512),
    "encoder": (8, 512),
    "decoder": (8, 512),
    "head": (4, 256),
    "detail": (4, 128),
    "style": (8, 256),
    "finer": (0, 256),
}


def check(config: Config) -> None:
    """Raises ModelError unless every field is a sane number; called before anything is allocated."""
    if type(config.img_resolution) is not int or config.img_resolution not in RESOLUTIONS:
        raise ModelError(
            "this weights file asks for a picture size this network does not have",
            hint=f"known sizes are {', '.join(map(str, RESOLUTIONS))}",
        )
    for name, (low, high) in LIMITS.items():
        value, default = getattr(config, name), getattr(Config, name)
        numbers = value if isinstance(default, tuple) else (value,)
        whole = isinstance(numbers, tuple) and all(type(n) is int for n in numbers)
        if not whole or len(numbers) != (len(default) if isinstance(default, tuple) else 1):
            raise ModelError(f"{name} in this weights file's config is not what it should be")
        if not all(low <= n <= high for n in numbers):
            raise ModelError(f"{name} in this weights file's config is outside {low} to {high}")
    grid = 128 if config.input_channels == 1 else 32  # a drawing's hull is told on a finer one
    if config.input_size % grid:
        raise ModelError("input_size in this weights file's config is not what it should be")
    if config.head % 4 or config.detail[0] % 2:
        raise ModelError("the channels in this weights file's config cannot be shuffled to pixels")


def config_from(values: object) -> Config:
    """A checked Config from decoded JSON. Raises ModelError for unknown or insane values."""
    known = {field.name for field in fields(Config)}
    if not isinstance(values, dict) or set(values) - known:
        raise ModelError("this weights file's config has fields this network does not know")
    given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    config = Config(**given)
    check(config)
    return config


def borrowing(config: Config, people: object) -> Config:
    """The config of what takes its people from another file: those may have learned more, or less, than it knows."""
    if not isinstance(people, Config):
        return config
    return replace(config, finer=people.finer, eased=people.eased, aged=people.aged)


class Network(nn.Module):
    """Drawing, style code and how strictly the lines bind -> face; `forward` is read, settle, paint."""

    def __init__(self, config: Config) -> None:
        check(config)
        super().__init__()
        self.config = config
        doublings = RESOLUTIONS.index(config.img_resolution)
        self.reader = Reader(
            config.input_channels, config.input_size, config.regions, config.reader
        )
        self.settle = Settle(
            len(POINTS),
            config.regions,
            GRID,
            config.shapes,
            config.z_dim,
            bool(config.own),
            config.worn,
            bool(config.lit),
            config.suited,
            bool(config.eased),
            bool(config.aged),
        )
        self.painter = Painter(
            config.regions,
            config.z_dim,
            config.w_dim,
            config.encoder,
            config.decoder,
            config.head,
            config.detail,
            doublings,
        )
        self.ageing = Ageing(config.aged) if config.aged else None
        self.finer = Finer(config.finer) if config.finer else None

    def forward(self, x: Tensor, z: Tensor, knobs: Tensor) -> Tensor:
        """x (N, C, S, S), 0 ink .. 1 paper; z (N, Z), or blends of people (N, M, Z + 1), see models/blend.py;
        knobs (N, K) in the order of KNOBS -> (N, 3, S, S), about -1..1."""
        points, logits, hull = self.reader(x)
        settled = self.settle(points, logits.float(), hull.float(), z.float(), knobs.float())
        maps, regions, who, at = settled
        dtype = self.painter.inp.weight.dtype
        face = self.painter(maps.to(dtype), regions.to(dtype), who.to(dtype))
        if self.ageing is None:
            return face
        return self.ageing(face, at, regions, who, knobs[:, AGE : AGE + 1])

    def quickened(self, dtype: torch.dtype) -> Network:
        """The networks in `dtype`; what lies between them are places, and those stay in float32."""
        ways = self.reader.ways
        self.reader.to(dtype)
        self.reader.ways = ways
        self.painter.to(dtype)
        if self.finer is not None:
            self.finer.to(dtype)
        return self


class Down(nn.Module):
    """Space to depth, then halve twice: (N, C, S, S) -> features at 16, 8 and 4."""

    def __init__(self, channels: int, size: int, c: tuple[int, int, int]) -> None:
        super().__init__()
        self.factor = size // 16
        self.inp = nn.Conv2d(channels * self.factor**2, c[0], 3, 1, 1)
        self.halve = nn.ModuleList([nn.Conv2d(c[k], c[k + 1], 4, 2, 1) for k in range(2)])
        self.refine = nn.ModuleList([nn.Conv2d(c[k + 1], c[k + 1], 3, 1, 1) for k in range(2)])

    def forward(self, x: Tensor) -> list[Tensor]:
        levels = [act(self.inp(F.pixel_unshuffle(x, self.factor)))]
        for halve, refine in zip(self.halve, self.refine, strict=True):
            x = act(halve(levels[-1]))
            levels.append(x + act(refine(x)))
        return levels


class StyleEncoder(nn.Module):
    """Photo -> mean and log variance of its style code. It looks at 128 x 128 whatever the size."""

    def __init__(self, config: Config) -> None:
        check(config)
        super().__init__()
        self.down = Down(3, BASE, config.style)
        self.out = nn.Linear(config.style[2] * 16, config.z_dim * 2)

    def forward(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """y: (N, 3, S, S) -1..1 -> mean (N, z_dim), log variance (N, z_dim) in -8..4."""
        factor = y.shape[-1] // BASE
        small = F.avg_pool2d(y, factor) if factor > 1 else y
        mean, log_var = self.out(self.down(small)[-1].flatten(1)).chunk(2, 1)
        return mean, log_var.clamp(-8, 4)
