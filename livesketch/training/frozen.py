"""The generator that an encoder learns to steer: read from any file the program knows, and never changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from livesketch.errors import ModelError
from livesketch.models import checkpoint, foreign
from livesketch.models.networks import psp, stylegan2

DRAWN = 10_000  # random people of whom the average is taken
AT_ONCE = 1000


@dataclass(frozen=True)
class Frozen:
    """`average` (num_ws, w_dim): the latents at which an encoder starts."""

    network: stylegan2.Network
    average: Tensor
    style_space: str  # looks are random people of this very mapping

    def encoder_config(self, channels: int) -> psp.Config:
        """Of the encoder that goes with it; narrower than the paper's where its w are shorter."""
        config = self.network.config
        body = tuple(max(psp.SQUEEZE, config.w_dim // part) for part in (8, 4, 2, 1))
        return psp.Config(channels, body, config, config.img_resolution)


def frozen(path: Path) -> Frozen:
    """A StyleGAN2 or StyleGAN2-ADA generator, alone or within a pSp model: .safetensors, .pt, .pkl.

    Raises ModelError for any other file.
    """
    if path.suffix.lower() == ".safetensors":
        held = checkpoint.load(path)
        space = held.style_space
    else:
        held, _ = foreign.load(path)
        with path.open("rb") as file:
            space = f"published-{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"
    network = getattr(held.network, "generator", held.network)
    if not isinstance(network, stylegan2.Network):
        raise ModelError(
            f"{path.name} holds no StyleGAN2 generator", hint="give one as --generator FILE"
        )
    if network.config.num_ws <= psp.MIDDLE:
        raise ModelError(f"the generator in {path.name} paints less than 64 pixels")
    average = getattr(held.network, "latent_avg", None)
    return Frozen(network, _average(network) if average is None else cast(Tensor, average), space)


def _average(network: stylegan2.Network) -> Tensor:
    """The average that the file keeps, or that of random people."""
    config = network.config
    w = network.mapping.w_avg
    if not w.any():
        made = torch.Generator().manual_seed(0)
        total = torch.zeros(config.w_dim, dtype=torch.float64)
        with torch.no_grad():
            for _ in range(DRAWN // AT_ONCE):
                z = torch.randn(AT_ONCE, config.z_dim, generator=made)
                labels = torch.randint(max(1, config.c_dim), (AT_ONCE,), generator=made)
                c = torch.eye(config.c_dim)[labels] if config.c_dim else None
                total += network.mapping(z, c).double().sum(0)
        w = (total / DRAWN).float()
    return w[None].expand(config.num_ws, -1).clone()
