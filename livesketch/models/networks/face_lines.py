"""The lines of a face: which landmarks make which, and how they become maps that a network can paint from.

The numbers are those of MediaPipe's face mesh. A face is `POINTS`, places (N, K, 2) of those
landmarks in units of the picture's side.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377]
OVAL += [152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10]
EYES = (
    [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7, 33],
    [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249, 263],
)
BROWS = ([70, 63, 105, 66, 107], [300, 293, 334, 296, 336])
NOSE_RIDGE = [168, 6, 197, 195, 5, 1]
NOSE_BASE = [98, 97, 2, 326, 327]
NOSTRILS = ([48, 64, 98], [278, 294, 327])
LIPS = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146]
LIPS += [61]
INNER_UPPER = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308]
INNER_LOWER = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308]
IRISES = (468, 473)

# one map each; left and right share one, their places tell them apart
MAPS: tuple[tuple[list[int], ...], ...] = (
    (OVAL,),
    EYES,
    BROWS,
    (NOSE_RIDGE,),
    (NOSE_BASE, *NOSTRILS),
    (LIPS,),
    (INNER_UPPER,),
    (INNER_LOWER,),
    tuple([iris, iris] for iris in IRISES),
)
POINTS = sorted({index for chains in MAPS for chain in chains for index in chain})


def mirror_rows() -> list[int]:
    """For each row of POINTS, the row of the landmark that takes its place in a mirror."""
    other: dict[int, int] = {}
    for left, right in (EYES, BROWS, NOSTRILS):
        other |= dict(zip(left, right, strict=True)) | dict(zip(right, left, strict=True))
    for chain in (OVAL, NOSE_BASE, LIPS[:11], LIPS[10:], INNER_UPPER, INNER_LOWER):
        other |= dict(zip(chain, chain[::-1], strict=True))
    other |= {IRISES[0]: IRISES[1], IRISES[1]: IRISES[0]}
    return [POINTS.index(other.get(index, index)) for index in POINTS]


# what a person may hold to more or less strictly, and which landmarks it moves
PARTS: dict[str, list[int]] = {
    "eyes": [*EYES[0], *EYES[1], *IRISES],
    "brows": [*BROWS[0], *BROWS[1]],
    "nose": [*NOSE_RIDGE, *NOSE_BASE, *NOSTRILS[0], *NOSTRILS[1]],
    "mouth": [*LIPS, *INNER_UPPER, *INNER_LOWER],
    "outline": OVAL,
}
GRID = 64  # side of the maps
WIDTH = 1.0 / GRID  # of a spot's Gaussian profile: a place is told to a fraction of a cell
# so many spots to a segment that neighbours overlap
_SPOTS = {OVAL[0]: 3, BROWS[0][0]: 2, BROWS[1][0]: 2, NOSE_RIDGE[0]: 3, NOSE_BASE[0]: 2}


def spots() -> tuple[list[int], list[int], list[float], list[int]]:
    """Rows of POINTS between which each spot lies, how far along, and how many each map has."""
    row = {index: k for k, index in enumerate(POINTS)}
    starts, ends, along, counts = [], [], [], []
    for chains in MAPS:
        before = len(starts)
        for chain in chains:
            many = _SPOTS.get(chain[0], 1)
            for a, b in zip(chain, chain[1:] or chain, strict=False):
                starts += [row[a]] * many
                ends += [row[b]] * many
                along += [k / many for k in range(many)]
            if chain[0] != chain[-1]:
                starts, ends, along = (
                    [*starts, row[chain[-1]]],
                    [*ends, row[chain[-1]]],
                    [*along, 0.0],
                )
        counts.append(len(starts) - before)
    return starts, ends, along, counts


def keep_constant(module: nn.Module, name: str, values: Any) -> None:
    """A buffer that is no part of a weights file, with its values even where weights have none yet (meta)."""
    module.register_buffer(name, torch.as_tensor(values, device="cpu"), persistent=False)


class Lines(nn.Module):
    """points (N, K, 2) -> maps (N, len(MAPS), GRID, GRID), 0 paper .. 1 line.

    A line is a row of Gaussian spots; each spot is a product of its profiles across and down, so a
    map is one product of matrices.
    """

    starts: Tensor
    ends: Tensor
    along: Tensor
    ticks: Tensor

    def __init__(self) -> None:
        super().__init__()
        starts, ends, along, self.counts = spots()
        keep_constant(self, "starts", starts)
        keep_constant(self, "ends", ends)
        keep_constant(self, "along", [[t] for t in along])
        keep_constant(self, "ticks", [(k + 0.5) / GRID for k in range(GRID)])

    def forward(self, points: Tensor) -> Tensor:
        a, b = points[:, self.starts], points[:, self.ends]
        places = a + (b - a) * self.along  # N,P,2
        profile = torch.exp(-(((places[..., None] - self.ticks) / WIDTH) ** 2))  # N,P,2,GRID
        maps = [
            down.transpose(1, 2) @ across
            for across, down in zip(
                profile[:, :, 0].split(self.counts, 1),
                profile[:, :, 1].split(self.counts, 1),
                strict=True,
            )
        ]
        return 1 - torch.exp(-torch.stack(maps, 1))


def soft_argmax(heat: Tensor) -> Tensor:
    """Logits (N, K, S, S) -> the expected place (N, K, 2), units of the side (Sun 2018, integral regression)."""
    side = heat.shape[-1]
    ticks = (torch.arange(side, device=heat.device, dtype=torch.float32) + 0.5) / side
    share = F.softmax(heat.float().flatten(2), -1).unflatten(-1, (side, side))
    return torch.stack([share.sum(2) @ ticks, share.sum(3) @ ticks], -1)
