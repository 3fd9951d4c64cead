"""Which codes a painter finds hard: pictures lit by a flash, before a busy street, half in the dark."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from livesketch.models.networks import compact
from livesketch.models.networks.face_lines import POINTS
from livesketch.training import looks
from livesketch.training.dataset import Prepared
from livesketch.training.shapes import covered, people, regressed

PHOTOS, AT_ONCE = 1000, 25
RIDGE = 20.0


def ease(network: compact.Network, codes: torch.Tensor, data: Prepared, seed: int = 0) -> None:
    """Fill the way to harder codes in place. codes (N, Z): of people(data).

    How far painted photos are from the photos is regressed (ridge, Hoerl 1970) on their codes. What of
    that way changes the tone of skin is left out: nobody is to be made fairer for being painted more easily.
    """
    every = people(data)
    some = np.linspace(0, len(every) - 1, min(len(every), PHOTOS)).astype(int)
    missed = _missed(network, codes[some], data, every[some]).log()[:, None]
    way = regressed(codes[some], (missed - missed.mean()) / missed.std().clamp(min=1e-6), RIDGE)[
        :, 0
    ]
    lots = np.random.default_rng(seed).normal(size=(looks.LOOKS, codes.shape[1]))
    angles = torch.from_numpy(looks.tones(looks.neutral_faces(network, lots)))[:, None]
    tone = F.normalize(regressed(torch.from_numpy(lots), angles, RIDGE)[:, 0], dim=0)
    network.settle.hard.copy_(F.normalize(way - (way @ tone) * tone, dim=0))


def _missed(
    network: compact.Network, codes: torch.Tensor, data: Prepared, rows: np.ndarray
) -> torch.Tensor:
    """(N,): the mean difference between photos and what is painted of their lines, regions and codes."""
    out, settle = [], network.settle
    grid, fold = settle.usual.shape[-1], data.pictures.shape[1] // compact.BASE
    with torch.no_grad():
        for start in range(0, len(rows), AT_ONCE):
            chosen = rows[start : start + AT_ONCE]
            photos = torch.from_numpy(np.asarray(data.pictures[chosen])).permute(0, 3, 1, 2).float()
            points = torch.from_numpy(np.asarray(data.landmarks[chosen])[:, POINTS])
            regions = torch.from_numpy(covered(np.asarray(data.regions[chosen]), grid)).float()
            who = codes[start : start + AT_ONCE].float()
            _, faces = network.painter.body(settle.lines(points), regions, who)
            small = F.avg_pool2d(photos / 127.5 - 1, fold)
            out.append((faces - small).abs().mean((1, 2, 3)))
    return torch.cat(out).double().clamp(min=1e-6)
