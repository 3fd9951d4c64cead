"""Drawing -> what is meant by it: where a face's landmarks are, and what hair, skin and cloth cover."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.face_lines import POINTS, soft_argmax

GRID = 32
NARROW, HIDDEN = 64, 256  # of the correction that sees the whole drawing


def act(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


class Reader(nn.Module):
    """An hourglass (Newell 2016) whose heat maps are read by their expectation (Sun 2018)."""

    def __init__(
        self, channels: int, size: int, regions: int, c: tuple[int, int, int, int]
    ) -> None:
        super().__init__()
        self.factor = size // GRID
        self.inp = nn.Conv2d(channels * self.factor**2, c[0], 3, 1, 1)
        self.first = nn.Conv2d(c[0], c[0], 3, 1, 1)
        self.halve = nn.ModuleList([nn.Conv2d(c[k], c[k + 1], 4, 2, 1) for k in range(3)])
        self.refine = nn.ModuleList([nn.Conv2d(c[k + 1], c[k + 1], 3, 1, 1) for k in range(3)])
        self.narrow = nn.ModuleList([nn.Conv2d(c[k + 1], c[k], 1) for k in (2, 1, 0)])
        self.merge = nn.ModuleList([nn.Conv2d(c[k], c[k], 3, 1, 1) for k in (2, 1, 0)])
        self.heat = nn.Conv2d(c[0], len(POINTS), 1)
        self.regions = nn.Conv2d(c[0], regions, 1)
        self.hidden = nn.Sequential(
            nn.Linear(c[3] * 16, NARROW, bias=False), nn.Linear(NARROW, HIDDEN)
        )
        self.correct = nn.Linear(HIDDEN, len(POINTS) * 2)
        nn.init.zeros_(self.correct.weight)
        nn.init.zeros_(self.correct.bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x (N, C, S, S), 0..1; of a drawing 0 is ink -> points (N, K, 2), logits of regions (N, R, 32, 32)."""
        x = act(self.inp(F.pixel_unshuffle(1 - x, self.factor)))
        levels = [x + act(self.first(x))]
        for halve, refine in zip(self.halve, self.refine, strict=True):
            x = act(halve(levels[-1]))
            levels.append(x + act(refine(x)))
        x = levels[-1]
        offset = self.correct(act(self.hidden(x.flatten(1)))).float().unflatten(1, (-1, 2))
        for narrow, merge, level in zip(self.narrow, self.merge, levels[-2::-1], strict=True):
            x = level + F.interpolate(narrow(x), scale_factor=2.0, mode="nearest")
            x = x + act(merge(x))
        return soft_argmax(self.heat(x)) + offset, self.regions(x)
