"""One step of learning to read: supervised, steady, no critic needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.face_lines import PARTS, POINTS
from livesketch.models.networks.reader import Reader
from livesketch.training import losses
from livesketch.training.descent import follow, gradients, mixed
from livesketch.training.state import State

HALF_LIFE = 10_000  # pictures
LARGEST_GRADIENT = 5.0
CLOSE = 0.004  # of the side: below this distances count by their square
CORNERS = POINTS.index(33), POINTS.index(263)  # of the eyes, outside


@dataclass(frozen=True)
class ReadBatch:
    seen: Tensor  # N,C,S,S 0..1; of a drawing, 0 is ink
    points: Tensor  # N,K,2
    regions: Tensor  # N,R,32,32 shares of one


def importance() -> Tensor:
    """(K,): every part of a face counts about the same, however many landmarks it has."""
    out = torch.zeros(len(POINTS))
    for indices in PARTS.values():
        distinct = sorted(set(indices))
        for index in distinct:
            out[POINTS.index(index)] += 1 / len(distinct)
    return out / out.sum()


def misplaced(found: Tensor, there: Tensor, weight: Tensor) -> Tensor:
    """How far apart points (N, K, 2) are, in sides, each counting as much as its weight (K,) says."""
    off = F.smooth_l1_loss(found, there, reduction="none", beta=CLOSE).mean(-1)
    return (off * weight).sum(1).mean()


def read_step(learned: State, batch: ReadBatch, weight: Tensor) -> dict[str, Tensor]:
    """Gradients, and one step of the optimizer. weight: importance() on the batch's device."""
    reader = cast(Reader, learned.networks["network"])
    with mixed(batch.seen.device):
        found, logits, _ = reader(batch.seen)
    off = misplaced(found, batch.points, weight)
    mislabelled = -(batch.regions * F.log_softmax(logits.float(), 1)).sum(1).mean()
    parameters = list(reader.parameters())
    gradients(learned, "reader", 60 * off + 0.5 * mislabelled, parameters)
    nn.utils.clip_grad_norm_(parameters, LARGEST_GRADIENT)
    learned.optimizers["reader"].step()
    follow(learned, len(found), HALF_LIFE)
    wide = (batch.points[:, CORNERS[0]] - batch.points[:, CORNERS[1]]).norm(dim=-1)
    far = (found - batch.points).norm(dim=-1).mean(1) / wide.clamp(min=0.05)
    return losses.figures(
        {
            "misplaced": off,
            "mislabelled": mislabelled,
            "nme_percent": 100 * far.median(),
        }
    )
