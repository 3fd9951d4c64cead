"""Whether a made face is who it should be, as a frozen network that knows people sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.errors import ModelError
from livesketch.models.networks.face_lines import POINTS, keep_constant
from livesketch.models.networks.mobilefacenet import HEIGHT, PLACES, WIDTH, MobileFaceNet
from livesketch.models.networks.shape import turned

FILE = "mobilefacenet.npz"
# whose mean is the place of an eye, the nose, a mouth corner
MARKS = ((33, 133), (362, 263), (1, 1), (61, 61), (291, 291))


class Likeness(nn.Module):
    """Pictures (N, 3, S, S) in -1..1 and their points (N, K, 2) -> (N, 128) of length one."""

    rows: Tensor
    places: Tensor
    cells: Tensor

    def __init__(self, folder: Path) -> None:
        super().__init__()
        try:
            with np.load(folder / FILE, allow_pickle=False) as file:
                self.network = MobileFaceNet({k: np.asarray(file[k]) for k in file.files})
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"{folder / FILE} does not hold the weights of MobileFaceNet"
            ) from error
        keep_constant(self, "rows", [[POINTS.index(i) for i in pair] for pair in MARKS])
        middle = PLACES.mean(0)
        keep_constant(self, "places", PLACES - middle)
        across, down = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
        cells = np.stack([across, down], -1).astype(np.float32) - middle
        keep_constant(self, "cells", cells)

    def forward(self, pictures: Tensor, points: Tensor) -> Tensor:
        return self.network(self.aligned(pictures, points))

    def aligned(self, pictures: Tensor, points: Tensor) -> Tensor:
        """(N, 3, 112, 96): every face upright, eyes and mouth at the same places."""
        seen = points[:, self.rows].mean(2)  # N,5,2
        middle = seen.mean(1, keepdim=True)
        turn = _ratio(seen - middle, self.places)  # least squares (Umeyama 1991)
        at = turned(self.cells, turn[:, None, None]) + middle[:, None]
        faces = F.grid_sample(pictures.float(), at * 2 - 1, "bilinear", "border", False)
        return faces.contiguous(memory_format=torch.channels_last)


def _ratio(a: Tensor, b: Tensor) -> Tensor:
    """The complex number (N, 2) by which b (K, 2) is nearest to a (N, K, 2)."""
    real = (a * b).sum((1, 2))
    imaginary = (a[..., 1] * b[:, 0] - a[..., 0] * b[:, 1]).sum(1)
    return torch.stack([real, imaginary], -1) / (b * b).sum()


@dataclass(frozen=True)
class Unlike:
    """1 - cosine, means over a batch."""

    own: Tensor  # a face with its own photo's code, to the photo
    borrowed: Tensor  # one with another photo's code, to that photo
    twins: Tensor  # two heads with one new code, to each other
    crowd: Tensor  # how much more alike than strangers faces with different codes are


STRANGERS = 0.2  # cosine: few pairs of people are more alike
LENDER, TWIN = 2, 4  # so many examples before one that borrows a code, or shares a new one


def unlike(made: Tensor, true: Tensor) -> Unlike:
    """made, true (N, 128): who the faces are, and the photos, in the order of `paint_step`."""
    lenders, own, second = true.roll(LENDER, 0), made[0::2], made[7::8]
    crowd = torch.cat([own, made[3::8]])
    alike = crowd @ crowd.T
    above = F.relu(alike - STRANGERS)
    pairs = len(alike) * (len(alike) - 1)
    return Unlike(
        _off(own, true[0::2]),
        _off(made[1::4], lenders[1::4]),
        _off(made[3::8][: len(second)], second) if len(second) else made.new_zeros(()),
        (above.sum() - above.diagonal().sum()) / pairs,
    )


def _off(a: Tensor, b: Tensor) -> Tensor:
    return 1 - (a * b).sum(1).mean()
