"""The small network livesketch ships: a drawing and a style code become a face on a laptop's CPU."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.errors import ModelError
from livesketch.models.networks import Code

BASE = 128  # side of the picture that the body paints; larger sizes add detail to it
GRID = 16  # side of the finest feature map that is made of a drawing
RESOLUTIONS = (128, 256, 512)


@dataclass(frozen=True)
class Config:
    """Everything that decides the shapes of the network's tensors."""

    img_resolution: int = 256
    input_channels: int = 1
    z_dim: int = 64
    w_dim: int = 192
    encoder: tuple[int, int, int] = (64, 128, 192)  # channels at 16, 8, 4
    decoder: tuple[int, int, int] = (192, 160, 112)  # channels at 8, 16, 32
    skip: int = 32  # channels of the bottleneck through which lines pass at 16 x 16
    head: int = 48  # channels at 64 x 64
    detail: tuple[int, int] = (24, 32)  # channels at half the resolution, above 128
    style: tuple[int, int, int] = (48, 64, 96)  # the style encoder's channels


LIMITS = {
    "input_channels": (1, 64),
    "z_dim": (1, 512),
    "w_dim": (8, 1024),
    "encoder": (8, 512),
    "decoder": (8, 512),
    "skip": (1, 256),
    "head": (4, 256),
    "detail": (4, 128),
    "style": (8, 256),
}


def check(config: Config) -> None:
    """Raises ModelError unless every field is a sane number; called before anything is allocated."""
    if config.img_resolution not in RESOLUTIONS or isinstance(config.img_resolution, bool):
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


def act(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


class Down(nn.Module):
    """Space to depth, then halve twice: (N, C, S, S) -> features at 16, 8 and 4."""

    def __init__(self, channels: int, size: int, c: tuple[int, int, int]) -> None:
        super().__init__()
        self.factor = size // GRID
        self.inp = nn.Conv2d(channels * self.factor**2, c[0], 3, 1, 1)
        self.halve = nn.ModuleList([nn.Conv2d(c[k], c[k + 1], 4, 2, 1) for k in range(2)])
        self.refine = nn.ModuleList([nn.Conv2d(c[k + 1], c[k + 1], 3, 1, 1) for k in range(2)])

    def forward(self, x: Tensor) -> list[Tensor]:
        levels = [act(self.inp(F.pixel_unshuffle(x, self.factor)))]
        for halve, refine in zip(self.halve, self.refine, strict=True):
            x = act(halve(levels[-1]))
            levels.append(x + act(refine(x)))
        return levels


class Styled(nn.Module):
    """A convolution on instance-normalised features, scaled and shifted by the style (AdaIN, Huang 2017)."""

    def __init__(self, i: int, o: int, w_dim: int) -> None:
        super().__init__()
        self.conv, self.style = nn.Conv2d(i, o, 3, 1, 1), nn.Linear(w_dim, i * 2)
        nn.init.zeros_(self.style.bias)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        gain, bias = self.style(w)[:, :, None, None].chunk(2, 1)
        return act(self.conv(F.instance_norm(x) * (1 + gain) + bias))


class Up(nn.Module):
    """Twice as large, then two styled convolutions."""

    def __init__(self, i: int, o: int, w_dim: int) -> None:
        super().__init__()
        self.first, self.second = Styled(i, o, w_dim), Styled(o, o, w_dim)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        return self.second(self.first(F.interpolate(x, scale_factor=2.0, mode="nearest"), w), w)


class Detail(nn.Module):
    """What a picture above 128 has and its enlarged 128 version lacks; starts as nothing."""

    def __init__(self, i: int, c: tuple[int, int], doublings: int) -> None:
        super().__init__()
        self.inp = nn.Conv2d(i, c[0] * 4, 3, 1, 1)
        self.middle, self.grow, fine = nn.ModuleList(), nn.ModuleList(), c[0]
        for k in range(doublings):
            self.middle.append(nn.Conv2d(fine, c[1], 3, 1, 1))
            if k + 1 < doublings:
                fine = c[0] // 2
                self.grow.append(nn.Conv2d(c[1], fine * 4, 3, 1, 1))
        self.rgb = nn.Conv2d(c[1], 12, 3, 1, 1)
        nn.init.zeros_(self.rgb.weight)
        nn.init.zeros_(self.rgb.bias)  # type: ignore[arg-type]

    def forward(self, h: Tensor) -> Tensor:
        h = act(F.pixel_shuffle(self.inp(h), 2))
        for k, middle in enumerate(self.middle):
            h = act(middle(h))
            if k < len(self.grow):
                h = act(F.pixel_shuffle(self.grow[k](h), 2))
        return F.pixel_shuffle(self.rgb(h), 2)


class Network(nn.Module):
    """Drawing and style code -> face. One graph; what a runtime plays is `forward` at batch one."""

    def __init__(self, config: Config) -> None:
        check(config)
        super().__init__()
        self.config, w = config, config.w_dim
        e, d = config.encoder, config.decoder
        self.down = Down(config.input_channels, config.img_resolution, e)
        self.whole = nn.Linear(e[2] * 16, w)
        self.style = nn.Sequential(nn.Linear(config.z_dim, w), nn.LeakyReLU(0.2), nn.Linear(w, w))
        self.ups = nn.ModuleList([Up(e[2], d[0], w), Up(d[0], d[1], w), Up(d[1], d[2], w)])
        self.skip8 = nn.Conv2d(e[1], d[0], 1)
        self.narrow16 = nn.Conv2d(e[0], config.skip, 1)
        self.skip16 = nn.Conv2d(config.skip, d[1], 1)
        self.out = nn.Conv2d(d[2], config.head * 4, 3, 1, 1)
        self.refine = Styled(config.head, config.head, w)
        nn.init.zeros_(self.refine.conv.weight)
        nn.init.zeros_(self.refine.conv.bias)  # type: ignore[arg-type]
        self.rgb = nn.Conv2d(config.head // 4, 3, 3, 1, 1)
        doublings = RESOLUTIONS.index(config.img_resolution)
        self.detail = Detail(config.head, config.detail, doublings) if doublings else None

    def encode(self, x: Tensor) -> Code:
        """x: (N, C, S, S), 0 ink .. 1 paper -> Code(ws (N, w_dim), features at 4, 8, 16)."""
        f16, f8, f4 = self.down(x)
        # the blur takes the exact place of a line away from the fine features: without it lines leak
        soft = F.avg_pool2d(F.pad(f16, (1, 1, 1, 1), mode="replicate"), 3, 1)
        return Code(self.whole(f4.flatten(1)), (f4, f8, act(self.narrow16(soft))))

    def generate(self, code: Code, z: Tensor, faithful: Tensor) -> Tensor:
        """z: (N, z_dim), faithful: (N,) 0 plausible .. 1 faithful -> (N, 3, S, S), about -1..1."""
        return self.finish(*self.paint(code, z, faithful))

    def paint(self, code: Code, z: Tensor, faithful: Tensor) -> tuple[Tensor, Tensor]:
        """-> features (N, head, 64, 64) and the face at 128: (N, 3, 128, 128)."""
        if code.spatial is None:
            raise ModelError("the compact network needs the feature maps of a drawing")
        f4, f8, f16 = code.spatial
        w = code.ws + self.style(z)
        gain = faithful[:, None, None, None]
        h = self.ups[0](f4, w) + self.skip8(f8) * (0.5 + gain)
        h = self.ups[1](h, w) + self.skip16(f16) * (2 * gain)
        h = act(F.pixel_shuffle(self.out(self.ups[2](h, w)), 2))
        h = h + self.refine(h, w)
        return h, self.rgb(F.pixel_shuffle(h, 2))

    def finish(self, h: Tensor, face: Tensor) -> Tensor:
        """What `paint` gave -> the face at full size; at 128 that is the face it gave."""
        if self.detail is None:
            return face
        scale = float(self.config.img_resolution // BASE)
        large = F.interpolate(face, scale_factor=scale, mode="bilinear", align_corners=False)
        return large + self.detail(h)

    def forward(self, x: Tensor, z: Tensor, faithful: Tensor) -> Tensor:
        return self.generate(self.encode(x), z, faithful)


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
