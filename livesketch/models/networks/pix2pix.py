"""pix2pix's generator (Isola 2017, arXiv 1611.07004): a U-Net from a drawing to a picture, in one look only.

It follows every line, right or wrong, which is what the network we ship is measured against.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.errors import ModelError
from livesketch.models.networks.norms import BatchNorm, InstanceNorm

NORMS = ("instance", "batch")
DROPPED = 0.5  # of the maps of the innermost levels, in training
WIDEST = 8  # times ngf: channels double from level to level up to this


@dataclass(frozen=True)
class Config:
    """Everything that decides the shapes of the network's tensors."""

    img_resolution: int = 256
    input_channels: int = 1  # of what it is shown; repeated to input_nc
    input_size: int = 256
    z_dim: int = 1  # there are no looks; the number is not read
    input_nc: int = 1  # channels that its first layer takes
    ngf: int = 64  # channels of the first level
    downs: int = 8  # halvings, down to a single cell
    norm: str = "instance"


LIMITS = {"input_channels": (1, 1), "z_dim": (1, 1), "input_nc": (1, 4), "ngf": (1, 128)}
LIMITS |= {"downs": (5, 9), "img_resolution": (32, 512), "input_size": (32, 512)}


def check(config: Config) -> None:
    """Raises ModelError unless every field is a sane number; called before anything is allocated."""
    for name, (low, high) in LIMITS.items():
        value = getattr(config, name)
        if type(value) is not int or not low <= value <= high:
            raise ModelError(f"{name} of this U-Net is outside {low} to {high}")
    if config.norm not in NORMS:
        raise ModelError(f"this U-Net is normalised in a way that is not known: {config.norm!r}")
    if not config.img_resolution == config.input_size == 2**config.downs:
        raise ModelError("the sides of this U-Net's pictures do not fit its halvings")


def config_from(values: object) -> Config:
    """A checked Config from decoded JSON. Raises ModelError for unknown or insane values."""
    known = {field.name for field in fields(Config)}
    if not isinstance(values, dict) or set(values) - known:
        raise ModelError("this U-Net's config has fields that are not known")
    given: dict[str, Any] = values
    config = Config(**given)
    check(config)
    return config


class Network(nn.Module):
    """Halve to a single cell, double back; each level on the way up also sees its twin on the way down.

    Level k has half the side of level k - 1. The outermost level has no normalisation, nor has the
    innermost on the way down: it is a single cell.
    """

    def __init__(self, config: Config) -> None:
        check(config)
        super().__init__()
        self.config = config
        c = [config.ngf * min(2**k, WIDEST) for k in range(config.downs)]
        above, last = [config.input_nc, *c[:-1]], config.downs - 1
        is_biased = config.norm == "instance"  # batch normalisation has a bias of its own
        norm = BatchNorm if config.norm == "batch" else lambda _: InstanceNorm()
        self.down = nn.ModuleList(
            nn.Conv2d(i, o, 4, 2, 1, bias=is_biased) for i, o in zip(above, c, strict=True)
        )
        self.down_norm = nn.ModuleList(norm(n) for n in c[1:-1])
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(
                c[k] if k == last else 2 * c[k],
                3 if k == 0 else c[k - 1],
                4,
                2,
                1,
                bias=is_biased or k == 0,
            )
            for k in range(config.downs)
        )
        self.up_norm = nn.ModuleList(norm(n) for n in c[:-1])
        # where the levels on both sides are widest, but for the innermost
        self.dropped = [k for k in range(1, last) if c[k] == c[k - 1]]

    def forward(self, x: Tensor, z: Tensor, knobs: Tensor) -> Tensor:
        """x (N, 1, S, S), 0 ink .. 1 paper -> (N, 3, S, S) -1..1. z and knobs turn nothing here."""
        maps = [self.down[0]((x * 2 - 1).expand(-1, self.config.input_nc, -1, -1))]
        for k in range(1, len(self.down)):
            h = self.down[k](F.leaky_relu(maps[-1], 0.2))
            maps.append(h if k == len(self.down) - 1 else self.down_norm[k - 1](h))
        h = maps.pop()
        for k in range(len(self.up) - 1, 0, -1):
            h = self.up_norm[k - 1](self.up[k](F.relu(h)))
            if k in self.dropped:
                h = F.dropout(h, DROPPED, self.training)
            h = torch.cat([maps.pop(), h], 1)
        return torch.tanh(self.up[0](F.relu(h)))
