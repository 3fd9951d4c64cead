"""One step of pix2pix (Isola 2017): the critic learns to tell, then the U-Net to be near and to pass."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from livesketch.training import losses
from livesketch.training.descent import gradients, mixed
from livesketch.training.state import State

NEAR = 100.0  # how much more the distance to the photo counts than passing for one


@dataclass(frozen=True)
class PairBatch:
    seen: Tensor  # N,1,S,S 0 ink .. 1 paper
    pictures: Tensor  # N,3,S,S -1..1


def pix2pix_step(learned: State, batch: PairBatch) -> dict[str, Tensor]:
    """Gradients, and one step of each optimizer in turn."""
    network, critic = learned.networks["network"], learned.networks["discriminator"]
    unused = batch.seen.new_zeros(len(batch.seen), 1)
    shown = batch.seen * 2 - 1
    with mixed(batch.seen.device):
        made = network(batch.seen, unused, unused).float()
        told = critic(shown, batch.pictures).float(), critic(shown, made.detach()).float()
    # halved: the critic must not learn faster than the U-Net
    judged = (_passing(told[0], 1.0) + _passing(told[1], 0.0)) / 2
    _descend(learned, "discriminator", judged)
    with mixed(batch.seen.device):
        passing = _passing(critic(shown, made).float(), 1.0)
    distance = F.l1_loss(made, batch.pictures)
    _descend(learned, "network", passing + NEAR * distance)
    return losses.figures({"critic": judged, "adversarial": passing, "l1": distance})


def _passing(told: Tensor, truth: float) -> Tensor:
    return F.binary_cross_entropy_with_logits(told, torch.full_like(told, truth))


def _descend(learned: State, name: str, loss: Tensor) -> None:
    gradients(learned, name, loss, list(learned.networks[name].parameters()))
    learned.optimizers[name].step()
