"""What real faces' shapes are like: statistics of photos that settle a drawing's meaning."""

from __future__ import annotations

import numpy as np
import torch

from livesketch.models.networks.face_lines import POINTS, mirror_rows
from livesketch.models.networks.reader import Reader
from livesketch.models.networks.shape import Settle
from livesketch.training.dataset import Prepared
from livesketch.training.examples import reading
from livesketch.training.parsing import REGIONS

ROUNDS = 3  # of aligning everybody to the mean (Goodall 1991)
DRAWINGS, SIDE = 400, 256
PITCH = 0.8  # how quickly the person changes with the head: higher, and the same head drawn again is another person


def describe(settle: Settle, data: Prepared, seed: int) -> None:
    """Fill the variables of `settle` in place from the photos' landmarks and regions."""
    rng = np.random.default_rng(seed)
    points = torch.from_numpy(np.asarray(data.landmarks)[:, POINTS])
    mean = points.mean(0)
    settle.usual_points.copy_(mean)
    settle.mean.copy_(mean - mean.mean(0))
    for _ in range(ROUNDS):
        shapes = settle.aligned(points)[2]
        settle.mean.copy_(shapes.mean(0))
    shapes = settle.aligned(points)[2]
    count = len(settle.spread)
    # everybody and their mirror image: what a face has on one side only is no way in which faces differ
    twice = torch.cat([shapes, _mirrored(shapes)])
    settle.mean.copy_(twice.mean(0))
    _, sizes, ways = torch.linalg.svd((twice - settle.mean).flatten(1), full_matrices=False)
    there = min(count, len(sizes))  # few photos differ in few ways
    settle.basis.zero_()
    settle.basis[:there].copy_(ways[:there].unflatten(1, (-1, 2)))
    settle.spread.fill_(1.0)
    settle.spread[:there].copy_((sizes[:there] / len(twice) ** 0.5).clamp(min=1e-5))
    heads = _hulls(data, rng)
    settle.head_mean.copy_(heads.mean(0))
    settle.head_spread.copy_(heads.std(0).clamp(min=1e-5))
    settle.usual.copy_(_usual(data, settle.usual.shape[-1]))
    size = settle.kin.shape[0]
    settle.kin.copy_(torch.from_numpy(rng.normal(0, PITCH / size**0.5, tuple(settle.kin.shape))))
    settle.phase.copy_(torch.from_numpy(rng.uniform(0, 2 * np.pi, tuple(settle.phase.shape))))


def _hulls(data: Prepared, rng: np.random.Generator) -> torch.Tensor:
    """(DRAWINGS, D): the hulls of drawings as people make them."""
    reader = Reader(1, SIDE, 2, (8, 8, 8, 8))
    out = []
    with torch.no_grad():
        for _ in range(DRAWINGS):
            seen = reading(data, SIDE, rng).seen
            out.append(reader.hull(torch.from_numpy(seen.copy())[None].float() / 255))
    return torch.cat(out)


def _mirrored(shapes: torch.Tensor) -> torch.Tensor:
    return shapes[:, mirror_rows()] * torch.tensor([-1.0, 1.0])


def _usual(data: Prepared, grid: int) -> torch.Tensor:
    """(R, grid, grid): logits of how often each region covers each cell."""
    kinds, fold = np.asarray(data.regions), data.regions.shape[1] // grid
    shares = [
        (kinds == k).reshape(len(kinds), grid, fold, grid, fold).mean((0, 2, 4))
        for k in range(len(REGIONS))
    ]
    return torch.from_numpy(np.log(np.stack(shares) + 1e-3).astype(np.float32))
