"""Heads of hair and clothes that were seen on people; everybody wears those of whom they resemble."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.face_lines import keep_constant

NEAR = 0.05  # sides of a picture: what lies about a landmark moves with it
SELDOM = 0.03  # a share as good as none
# How quickly hair that is cut off by the photo's upper edge closes above it, in roots of a side
CROWN = 0.8
MILD = 0.7  # of likeness: the less, the more everybody wears what the one most like them wore


class Wardrobe(nn.Module):
    """Layouts around the usual face, fitted to any other. Its variables are photos' regions and codes."""

    worn: Tensor
    wearers: Tensor
    kinds: Tensor

    def __init__(self, count: int, regions: int, grid: int, z_dim: int) -> None:
        super().__init__()
        self.register_buffer("worn", torch.zeros(count, grid, grid))  # which region, by its row
        self.register_buffer("wearers", torch.zeros(count, z_dim))
        keep_constant(self, "kinds", [[[float(k)]] for k in range(regions)])

    def forward(self, people: Tensor, shares: Tensor, at: Tensor) -> Tensor:
        """Logits (N, R, grid, grid) of what people (N, M, Z) wear, each by their share (N, M).

        at (N, grid ** 2, 2): where the picture's cells lie about the usual face, in sides.
        """
        return torch.log(sampled(self.of(people, shares), at) + SELDOM)

    def of(self, people: Tensor, shares: Tensor) -> Tensor:
        """(N, R, grid, grid): shares of the regions about the usual face of people (N, M, Z).

        The nearest wearers' weigh most (attention, Vaswani 2017). Of several people each wears their
        own, so that on the way from one to another it fades evenly, however differently they dress.
        """
        alike = F.softmax(people @ self.wearers.T / MILD, -1)
        alike = torch.einsum("nm,nmw->nw", shares, alike)
        covers = ((self.worn[:, None] - self.kinds).abs() < 0.5).to(people.dtype)
        worn = torch.einsum("nw,wrij->nrij", alike, covers)
        return F.avg_pool2d(F.pad(worn, (1, 1, 1, 1), mode="replicate"), 3, 1)


def cells_of(grid: int) -> np.ndarray:
    """(grid ** 2, 2), in sides: the middles of a picture's cells, row by row."""
    ticks = (np.arange(grid, dtype=np.float32) + 0.5) / grid
    return np.stack(np.meshgrid(ticks, ticks), -1).reshape(-1, 2)


def fitted(places: Tensor, face: Tensor, other: Tensor) -> Tensor:
    """Places (N, P, 2) about a face (N, K, 2) -> about another (N, K, 2): each goes with the nearest landmarks."""
    # of the squared distance, what is the same for all landmarks does not count in a softmax
    near = places @ face.transpose(1, 2) - (face * face).sum(-1)[:, None] / 2
    return places + F.softmax(near / NEAR**2, -1) @ (other - face)


def sampled(layouts: Tensor, at: Tensor) -> Tensor:
    """(N, R, grid, grid): layouts (N, R, grid, grid) at places (N, grid ** 2, 2), in sides.

    Beside and under a layout its edge goes on; above it, hair closes to a crown.
    """
    grid = layouts.shape[-1]
    side, down = at[..., :1] - 0.5, at[..., 1:]
    above = (1 / grid - down).clamp(min=0)
    side = side + torch.where(side < 0, -1.0, 1.0) * CROWN * above.sqrt()
    places = torch.cat([side * 2, down * 2 - 1], -1).unflatten(1, (grid, grid))
    return F.grid_sample(layouts, places, padding_mode="border", align_corners=False)
