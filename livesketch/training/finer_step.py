"""One step of learning to make painted faces twice as large (as in SRGAN, Ledig 2017), the painter left as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.errors import ModelError
from livesketch.models import checkpoint
from livesketch.models.networks import compact
from livesketch.models.networks.face_lines import Lines
from livesketch.training import losses
from livesketch.training.descent import follow, gradients, mixed
from livesketch.training.paint_step import PaintBatch, between, looked_at
from livesketch.training.perceptual import Features
from livesketch.training.state import State
from livesketch.training.world import average_gradients

HALF_LIFE = 8000  # pictures after which half of the average is new
LARGEST_GRADIENT = 5.0
# side of what the network is shown of a face; what of it is not judged, for there the network does
# not see what lies beside the window
WINDOW, EDGE = 128, 8
STEPS = 4  # a window begins at one of so many places and one, down and across
# pixels of enlarged photos, pixels of painted faces made small again, features, critics
NEAR, KEPT, ALIKE, SHARP, REAL = 8.0, 12.0, 6.0, 0.12, 0.15
ROUGH = 0.012  # at most: noise in photos that were made small; painted faces are not clean either


@dataclass(frozen=True)
class Artist:
    """Who paints the faces that are to be made larger; nothing of it is learned here."""

    painter: nn.Module
    style_encoder: nn.Module
    lines: Lines
    config: compact.Config


def artist(path: Path, device: torch.device) -> Artist:
    """The painter of a weights file. Raises ModelError where there is none."""
    held = checkpoint.load(path)
    if held.network_name != "compact" or held.style_encoder is None:
        raise ModelError(
            f"{path.name} holds no painter with a style encoder", hint="give a compact model's file"
        )
    painter = cast(compact.Network, held.network).painter
    parts = (painter, held.style_encoder, Lines())
    for part in parts:
        part.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Artist(*parts, held.config)


def finer_step(
    learned: State, batch: PaintBatch, by: Artist, features: Features | None, warmth: int
) -> dict[str, Tensor]:
    """Gradients, and one step of every optimizer. warmth: steps since nothing was learned.

    Two sorts of faces are made larger: painted ones, half of them with codes of nobody, which have no
    true answer but must stay themselves, and photos made small, which have one. Critics judge both.
    """
    net, device = learned.networks, batch.pictures.device
    count = len(batch.pictures)
    maps = by.lines(batch.points)
    with torch.no_grad(), mixed(device):
        mean = by.style_encoder(batch.straights)[0].float()
        order = torch.arange(count, device=device)[:, None]
        z = torch.where(order % 2 == 0, mean, between(mean, order))
        painted = by.painter(maps, batch.regions, z).float().clamp(-1, 1)
    small = _roughened(F.avg_pool2d(batch.pictures, 2))
    weight = looked_at(maps, batch.pictures.shape[-1])
    room = painted.shape[-1] - WINDOW
    places = [int(torch.randint(0, STEPS + 1, ())) for _ in "yx"]
    shown = [k * room // STEPS for k in places]
    # the border of the picture is judged, too
    judged = [0 if at == 0 else 2 * EDGE if at == room else EDGE for at in shown]
    painted, small = (_cut(x, shown, WINDOW) for x in (painted, small))
    true, weight = (_cut(x, [2 * k for k in shown], 2 * WINDOW) for x in (batch.pictures, weight))
    with mixed(device):
        made = net["network"](torch.cat([painted, small])).float()
    side, twice = WINDOW - 2 * EDGE, [2 * k for k in judged]
    made, true, weight = (_cut(x, twice, 2 * side) for x in (made, true, weight))
    ours, photos = made.chunk(2)
    pixels = (weight * (photos - true).abs()).mean()
    kept = F.l1_loss(F.avg_pool2d(ours, 2), _cut(painted, judged, side))
    sharp, projected = net["detail_discriminator"], net.get("projected")
    with mixed(device):
        patches = sharp(made)[0]
        critic = losses.hinge(sharp(true)[0], patches)
    values = {"critic": critic}
    ramp = min(1.0, warmth / 200)
    loss = NEAR * pixels + KEPT * kept - SHARP * ramp * patches.float().mean()
    taught = [*sharp.parameters()]
    if features is not None and projected is not None:
        with mixed(device):
            with torch.no_grad():
                wanted = features(true)
            found = features(made)
            found_photos = [f[count:] for f in found]
            scores = projected(found)
            each = [losses.hinge(a, b) for a, b in zip(projected(wanted), scores, strict=True)]
        of_features = torch.stack(each).mean()
        critic = critic + of_features
        taught += projected.parameters()
        alike = losses.matching(found_photos, wanted, slice(None))
        real = torch.stack([s.float().mean() for s in scores]).mean()
        loss = loss + ALIKE * alike - REAL * ramp * real
        values |= {"projected": of_features, "alike": alike}
    learned.optimizers["critics"].zero_grad(set_to_none=True)
    critic.backward(inputs=taught, retain_graph=True)
    if learned.step % 16 == 0:
        (losses.r1(lambda y: sharp(y)[0].float().mean((1, 2, 3)), true) * 2).backward()
    average_gradients(taught)
    parameters = list(net["network"].parameters())
    gradients(learned, "finer", loss, parameters)
    norm = nn.utils.clip_grad_norm_(parameters, LARGEST_GRADIENT)
    for optimizer in learned.optimizers.values():
        optimizer.step()
    follow(learned, count, HALF_LIFE)
    return losses.figures(values | {"l1": pixels, "kept": kept, "norm": norm})


def _cut(pictures: Tensor, at: list[int], side: int) -> Tensor:
    """The square of that side which begins `at` so many pixels from above and from the left."""
    top, left = at
    cut = pictures[:, :, top : top + side, left : left + side]
    return cut.contiguous(memory_format=torch.channels_last)


def _roughened(small: Tensor) -> Tensor:
    """Photos as a painter might have made them: some blurred a little, some noisy."""
    blurred = F.avg_pool2d(F.pad(small, (1, 1, 1, 1), mode="replicate"), 3, 1)
    share, rough = torch.rand(2, len(small), 1, 1, 1, device=small.device)
    return small.lerp(blurred, 0.8 * share) + ROUGH * 2 * rough * torch.randn_like(small)
