"""One step of learning: critics first, then painters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks import compact
from livesketch.training import losses
from livesketch.training.discriminator import DetailDiscriminator, Discriminator, FeatureFinder
from livesketch.training.state import FAST, SLOW, State

BASE = compact.BASE
HALF_LIFE = 4000  # pictures after which half of an average is new
LAST_PART = 0.7  # of the time: from here on the steps grow smaller
CRITICS = ("discriminator", "detail_discriminator", "finder")


@dataclass(frozen=True)
class Batch:
    drawings: Tensor  # N,1,S,S 0..1
    wholes: Tensor  # N,1,S,S
    pictures: Tensor  # N,3,S,S -1..1
    points: Tensor  # N,K,2
    faithful: Tensor  # N
    begun: Tensor  # N bool: the drawing is the beginning of the whole


@dataclass(frozen=True)
class Made:
    """What the painters made of a batch, and what it is held against."""

    small: Tensor  # N,3,128,128
    true: Tensor  # N,3,128,128
    large: Tensor | None  # the first few at full size
    ws: Tensor  # N,w of the drawings
    mean: Tensor  # N,Z of the photos
    log_var: Tensor


def one_step(
    learned: State, batch: Batch, seed: int, share: float, warmth: int, part: float
) -> dict[str, float]:
    """share: of the batch that is painted at full size. warmth: steps since the start; part: of the time gone."""
    count, device = len(batch.pictures), batch.pictures.device
    torch.manual_seed(hash((seed, learned.step)) % 2**31)
    rate = min(1.0, (warmth + 1) / 100) * min(1.0, (1 - part) / (1 - LAST_PART) + 0.05)
    for name, optimizer in learned.optimizers.items():
        for group in optimizer.param_groups:
            group["lr"] = (FAST if name == "painters" else SLOW) * rate
    own = torch.arange(count, device=device) % 2 == 0  # these take the photo's own style
    made = _paint(learned, batch, own, share)
    augment, crop = losses.augmentation(count, device), _crop(batch.pictures.shape[-1])
    values, seen, details = _criticise(learned, batch, made, augment, crop)
    values |= _please(learned, batch, made, own, augment(made.small), crop, seen, details, warmth)
    keep = min(0.5 ** (count / HALF_LIFE), 1 - 1 / (warmth + 2))
    losses.blend(learned.networks["average"], learned.networks["network"], keep)
    learned.step, learned.pictures = learned.step + 1, learned.pictures + count
    return values


def _paint(learned: State, batch: Batch, own: Tensor, share: float) -> Made:
    painter = cast(compact.Network, learned.networks["network"])
    fold = batch.pictures.shape[-1] // BASE
    full = max(2, round(len(own) * share)) if fold > 1 else 0
    with _mixed(own.device):
        mean, log_var = learned.networks["style_encoder"](batch.pictures)
        noise = torch.randn_like(mean)
        z = torch.where(own[:, None], mean + noise * (log_var / 2).exp(), noise)
        code = painter.encode(batch.drawings)
        h, small = painter.paint(code, z, batch.faithful)
        large = painter.finish(h[:full], small[:full]) if full else None
        if large is not None:
            small = torch.cat([F.avg_pool2d(large, fold).to(small.dtype), small[full:]])
    true = F.avg_pool2d(batch.pictures, fold) if fold > 1 else batch.pictures
    return Made(small, true, large, code.ws, mean, log_var)


def _criticise(
    learned: State, batch: Batch, made: Made, augment: losses.Augment, crop: losses.Augment
) -> tuple[dict[str, float], list[Tensor], list[Tensor]]:
    """The critics learn. -> numbers to show, their features of the true pictures, and of true details."""
    net, step = learned.networks, learned.step
    critic = cast(Discriminator, net["discriminator"])
    sharp = cast(DetailDiscriminator, net["detail_discriminator"])
    finder = cast(FeatureFinder, net["finder"])
    values: dict[str, float] = {}
    details: list[Tensor] = []
    _learning(net, True)
    real_seen = augment(made.true)
    with _mixed(real_seen.device):
        real_patch, real_whole, features = critic(real_seen)
        made_patch, made_whole, _ = critic(augment(made.small.detach()))
        loss = losses.hinge(real_patch, made_patch) + losses.logistic(real_whole, made_whole)
        values["critic"] = loss.item()
        if made.large is not None:
            real_sharp, details = sharp(crop(batch.pictures[: len(made.large)]))
            loss_sharp = losses.hinge(real_sharp, sharp(crop(made.large.detach()))[0])
            values["sharp"] = loss_sharp.item()
            loss = loss + loss_sharp
        if step % 4 == 0:
            truth = F.smooth_l1_loss(finder(made.true), batch.points, beta=0.01)
            values["finder"] = truth.item()
            loss = loss + truth * 20
    for name in CRITICS:
        learned.optimizers[name].zero_grad(set_to_none=True)
    loss.backward()
    if step % 16 == 0:

        def judge(y: Tensor) -> Tensor:
            patch, whole, _ = critic(y)
            return patch.float().mean((1, 2, 3)) + whole.float().flatten()

        (losses.r1(judge, real_seen[: max(2, len(real_seen) // 2)]) * 2).backward()
    if made.large is not None and step % 16 == 8:
        real = crop(batch.pictures[: len(made.large)])
        (losses.r1(lambda y: sharp(y)[0].float().mean((1, 2, 3)), real) * 2).backward()
    for name in CRITICS:
        learned.optimizers[name].step()
    return values, features, details


def _please(
    learned: State,
    batch: Batch,
    made: Made,
    own: Tensor,
    made_seen: Tensor,
    crop: losses.Augment,
    real_features: list[Tensor],
    real_details: list[Tensor],
    warmth: int,
) -> dict[str, float]:
    """The painters learn from what the critics now think of their pictures."""
    net = learned.networks
    painter = cast(compact.Network, net["network"])
    trust = torch.where(batch.begun, 0.3, 1.0)  # where the mouth is not drawn yet, it is free
    _learning(net, False)
    with _mixed(own.device):
        patch, whole, features = net["discriminator"](made_seen)
        adversarial = -patch.float().mean() + F.softplus(-whole.float()).mean()
        pixels = F.l1_loss(made.small[own].float(), made.true[own])
        matched = losses.matching(features, real_features, own)
        structure = F.l1_loss(features[-1][~own].float(), real_features[-1][~own].detach().float())
        divergence = losses.kl(made.mean[own], made.log_var[own])
        obeyed = losses.obedience(net["finder"](made.small), batch.points, trust)
        grown = torch.zeros((), device=own.device)
        if int(batch.begun.sum()) > 1:
            with torch.no_grad():
                ends = painter.encode(batch.wholes[batch.begun]).ws
            grown = losses.growing(made.ws[batch.begun], ends)
        loss = 0.6 * min(1.0, warmth / 200) * adversarial + 10 * pixels + 8 * matched
        loss = loss + 2 * structure + 0.01 * divergence + 60 * obeyed + 0.3 * grown
        if made.large is not None:
            patch, details = net["detail_discriminator"](crop(made.large))
            loss = loss - 0.3 * min(1.0, warmth / 300) * patch.float().mean()
            mine = own[: len(made.large)]
            loss = loss + 4 * losses.matching(details, real_details, mine)
            true = batch.pictures[: len(made.large)][mine]
            loss = loss + 5 * F.l1_loss(made.large[mine].float(), true)
    learned.optimizers["painters"].zero_grad(set_to_none=True)
    loss.backward()
    learned.optimizers["painters"].step()
    return {
        "adversarial": adversarial.item(),
        "l1": pixels.item(),
        "match": matched.item(),
        "kl": divergence.item(),
        "obeyed": obeyed.item(),
        "grown": grown.item(),
    }


def _mixed(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, dtype=torch.bfloat16)


def _learning(net: dict[str, nn.Module], is_on: bool) -> None:
    """Critics' own gradients are not computed while the painters learn: a third of their work."""
    for name in CRITICS:
        net[name].requires_grad_(is_on)


def _crop(size: int) -> Callable[[Tensor], Tensor]:
    """The same random window of 128 pixels for every picture it is given."""
    top, left = (int(torch.randint(0, size - BASE + 1, ())) for _ in "yx")
    return lambda y: y[:, :, top : top + BASE, left : left + BASE]
