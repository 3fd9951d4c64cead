"""What hair and clothes say of who wears them: hardly anybody can be painted in everything."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GRID = 16  # of the regions, where they say who wears them


class Suiting(nn.Module):
    """A few coordinates of a code follow the regions that are painted, the others stay the look's.

    In photos hair and who wears it go together, and a painter that learned from them paints a code in
    hair that such people never wore harshly. Its variables are statistics of photos: the directions of
    codes of which regions tell most, and what they tell (reduced-rank regression, Izenman 1975).
    """

    ways: Tensor
    telling: Tensor
    middle: Tensor

    def __init__(self, count: int, regions: int, z_dim: int) -> None:
        super().__init__()
        self.register_buffer("ways", torch.zeros(count, z_dim))  # at right angles, of length 1
        self.register_buffer("telling", torch.zeros(count, regions, GRID, GRID))
        self.register_buffer("middle", torch.zeros(count))

    def forward(self, who: Tensor, regions: Tensor) -> Tensor:
        """Codes (N, Z) that go with regions (N, R, S, S), shares of one; S is a multiple of GRID."""
        seen = F.avg_pool2d(regions, regions.shape[-1] // GRID)
        told = seen.flatten(1) @ self.telling.flatten(1).T + self.middle
        return who + (told - who @ self.ways.T) @ self.ways
