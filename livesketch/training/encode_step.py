"""One step of learning to steer a frozen generator (pixel2style2pixel, Richardson 2021, §3.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.training import losses
from livesketch.training.descent import follow, gradients, mixed
from livesketch.training.frozen import Frozen
from livesketch.training.perceptual import Features
from livesketch.training.state import State

HALF_LIFE = 3000  # pictures after which half of the average is new
SIDE = 256  # pixels at which pictures are compared, of however large a generator
PHOTOS = ("lowres", "photo")  # tasks whose input is a picture in -1..1
LARGEST_GRADIENT = 20.0
# of the paper: pixels, features, distance from the average latents
NEAR, ALIKE, TAME = 1.0, 0.8, 0.005
# a drawing and a mask do not say who somebody is
SAME_PERSON = {"sketch": 0.0, "mask": 0.0, "lowres": 0.1, "photo": 0.1}

People = Callable[[Tensor, Tensor], Tensor]  # pictures, points -> who they are, of length one


@dataclass(frozen=True)
class EncodeBatch:
    seen: Tensor  # N,C,256,256 0..1, as uint8 holds it; of a drawing, 0 is ink
    pictures: Tensor  # N,3,S,S -1..1
    points: Tensor  # N,K,2


@dataclass(frozen=True)
class Judges:
    """Frozen networks that compare pictures; what is not there is not asked."""

    features: Features | None = None
    people: People | None = None


def encode_step(
    learned: State, batch: EncodeBatch, generator: Frozen, judges: Judges
) -> dict[str, Tensor]:
    """Gradients, and one step of the encoder. The generator stays as it is."""
    encoder = learned.networks["network"]
    seen = as_shown(batch.seen, learned.task)
    with mixed(seen.device):
        away = encoder(seen).float()
    made = painted(generator, away, batch.pictures.shape[-1])
    pixels = F.mse_loss(made, batch.pictures)
    tame = away.flatten(1).norm(dim=1).mean()
    loss = NEAR * pixels + TAME * tame
    values = {"l2": pixels, "w_norm": tame}
    if judges.features is not None:
        alike = alikeness(judges.features, made, batch.pictures)
        loss = loss + ALIKE * alike
        values["alike"] = alike
    weight = SAME_PERSON[learned.task]
    if judges.people is not None and weight:
        true = judges.people(batch.pictures, batch.points).detach()
        unlike = 1 - (judges.people(made, batch.points) * true).sum(1).mean()
        loss = loss + weight * unlike
        values["unlike"] = unlike
    parameters = list(encoder.parameters())
    gradients(learned, "encoder", loss, parameters)
    nn.utils.clip_grad_norm_(parameters, LARGEST_GRADIENT)
    learned.optimizers["encoder"].step()
    follow(learned, len(seen), HALF_LIFE)
    for mine, its in zip(learned.networks["average"].buffers(), encoder.buffers(), strict=True):
        mine.copy_(its)  # statistics of the batches are an average already
    return losses.figures({"loss": loss, **values})


def as_shown(seen: Tensor, task: str) -> Tensor:
    """0..1 -> as the published encoders are shown it: pictures in -1..1, all else as it is."""
    return 2 * seen - 1 if task in PHOTOS else seen


def painted(generator: Frozen, away: Tensor, side: int) -> Tensor:
    """Latents relative to the average (N, num_ws, w_dim) -> pictures (N, 3, side, side)."""
    made = generator.network(away + generator.average.to(away.device))
    return F.adaptive_avg_pool2d(made, side)


def alikeness(features: Features, made: Tensor, true: Tensor) -> Tensor:
    """Mean squared distance of features, each place's of length one (as in LPIPS, Zhang 2018)."""
    with torch.no_grad():
        wanted = [F.normalize(f, dim=1) for f in features(true)]
    found = [F.normalize(f, dim=1) for f in features(made)]
    each = [(a - b).square().sum(1).mean() for a, b in zip(found, wanted, strict=True)]
    return torch.stack(each).mean()
