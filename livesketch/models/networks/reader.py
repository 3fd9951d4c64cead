"""Drawing -> what is meant by it: where a face's landmarks are, and what hair, skin and cloth cover."""

from __future__ import annotations

import numpy as np
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.face_lines import POINTS, keep_constant, soft_argmax

GRID = 32
HULL_GRID, DIRECTIONS = 128, 16
NARROW, HIDDEN = 64, 256  # of the correction that sees the whole drawing


def act(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


class Reader(nn.Module):
    """An hourglass (Newell 2016) whose heat maps are read by their expectation (Sun 2018)."""

    ways: Tensor

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
        keep_constant(self, "ways", _ways())
        nn.init.zeros_(self.correct.weight)
        nn.init.zeros_(self.correct.bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (N, C, S, S), 0..1; of a drawing 0 is ink -> points (N, K, 2), logits of regions (N, R, 32, 32), hull."""
        hull = self.hull(x)
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
        # a product of matrices: OpenVINO turns what a convolution gives round before the softmax
        heat = self.heat.weight.flatten(1) @ x.flatten(2) + self.heat.bias[:, None]  # type: ignore[index]
        return soft_argmax(heat.unflatten(-1, x.shape[2:])) + offset, self.regions(x), hull

    def hull(self, x: Tensor) -> Tensor:
        """(N, DIRECTIONS): how wide everything that is drawn is, in each direction, over its mean width.

        The widths of a convex hull (its support function, both ways): they say what head was drawn,
        and what is drawn into the head does not change them.
        """
        if x.shape[1] != 1 or x.shape[-1] < HULL_GRID:
            return x.new_ones(len(x), DIRECTIONS)  # no drawing
        ink = F.max_pool2d(1 - x.float(), x.shape[-1] // HULL_GRID)
        is_ink = ((ink - 0.3) * 8).clamp(0, 1)  # N,1,G,G
        reach = is_ink * (self.ways.float() + 1).unflatten(-1, is_ink.shape[2:])
        reach = reach.amax(-1).amax(-1)  # N,2D: 0 where nothing is drawn
        wide = reach[:, :DIRECTIONS] + reach[:, DIRECTIONS:] - 2
        return wide / wide.mean(1, keepdim=True).clamp(min=0.05)


def _ways() -> np.ndarray:
    """(2 * DIRECTIONS, HULL_GRID ** 2): how far each cell lies in each direction, from the middle."""
    ticks = (np.arange(HULL_GRID) + 0.5) / HULL_GRID - 0.5
    down, across = (t.ravel() for t in np.meshgrid(ticks, ticks, indexing="ij"))
    angles = np.pi * np.arange(2 * DIRECTIONS)[:, None] / DIRECTIONS
    return (np.cos(angles) * across + np.sin(angles) * down).astype(np.float32)
