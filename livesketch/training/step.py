"""One step of learning: painters paint, critics judge once, both learn from the judgement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks import compact
from livesketch.training import losses
from livesketch.training.discriminator import DetailDiscriminator, Discriminator
from livesketch.training.state import RATES, State

BASE = compact.BASE
HALF_LIFE, TAUGHT_HALF_LIFE = 8000, 2500  # pictures after which half of an average is new
LARGEST_GRADIENT = 20.0
LAST_PART = 0.6  # of the time: from here on the steps grow smaller
CRITICS = ("discriminator", "detail_discriminator", "finder")


@dataclass(frozen=True)
class Batch:
    drawings: Tensor  # N,1,S,S 0..1
    wholes: Tensor  # N,1,S,S
    straights: Tensor  # N,1,S,S: the drawings before they were bent
    fields: Tensor  # N,64,64,2
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
    taught: Tensor | None  # N,3,128,128: what a teacher would have made
    ws: Tensor  # N,w of the drawings
    mean: Tensor  # N,Z of the photos
    log_var: Tensor


Judgement = tuple[Tensor, Tensor, list[Tensor]]  # in patches, as a whole, the features behind it


@dataclass(frozen=True)
class Seen:
    """What the critics make of true and made pictures."""

    shown: Tensor  # N,3,128,128: the true pictures as the critic saw them
    true: Judgement
    made: Judgement
    taught: list[Tensor] | None  # features of what a teacher would have made
    smudged: Judgement | None
    true_sharp: tuple[Tensor, list[Tensor]] | None
    made_sharp: tuple[Tensor, list[Tensor]] | None


def one_step(
    learned: State,
    batch: Batch,
    seed: int,
    share: float,
    warmth: int,
    part: float,
    teacher: nn.Module | None = None,
) -> dict[str, float]:
    """share: of the batch that is painted at full size. warmth: steps since the start; part: of the time gone."""
    count, device = len(batch.pictures), batch.pictures.device
    torch.manual_seed(hash((seed, learned.step)) % 2**31)
    rate = min(1.0, (warmth + 1) / 100) * min(1.0, (1 - part) / (1 - LAST_PART) + 0.05)
    for name, optimizer in learned.optimizers.items():
        for group in optimizer.param_groups:
            # a teacher's answer is steady, a critic's is not: larger steps are safe
            group["lr"] = (
                RATES[name] * rate * (3 if teacher is not None and name == "painters" else 1)
            )
    own = torch.arange(count, device=device) % 2 == 0  # these take the photo's own style
    made = _paint(learned, batch, own, share, teacher)
    augment, crop = losses.augmentation(count, device), _crop(batch.pictures.shape[-1])
    seen = _judge(learned, batch, made, augment, crop)
    values = _for_critics(learned, batch, made, seen, crop)
    values |= _for_painters(learned, batch, made, seen, own, warmth)
    for optimizer in learned.optimizers.values():
        optimizer.step()
    half_life = HALF_LIFE if teacher is None else TAUGHT_HALF_LIFE
    keep = min(0.5 ** (count / half_life), 1 - 1 / (warmth + 2))
    losses.blend(learned.networks["average"], learned.networks["network"], keep)
    learned.step, learned.pictures = learned.step + 1, learned.pictures + count
    return values


def _paint(
    learned: State, batch: Batch, own: Tensor, share: float, teacher: nn.Module | None
) -> Made:
    painter = cast(compact.Network, learned.networks["network"])
    fold = batch.pictures.shape[-1] // BASE
    sharpens = fold > 1 and learned.step % 2 == 0  # details are learned faster than faces
    full = max(2, round(len(own) * share)) if sharpens else 0
    with _mixed(own.device):
        mean, log_var = learned.networks["style_encoder"](batch.pictures)
        noise = torch.randn_like(mean)
        z = torch.where(own[:, None], mean + noise * (log_var / 2).exp(), noise)
        code = painter.encode(batch.drawings)
        h, small = painter.paint(code, z, batch.faithful)
        large = painter.finish(h[:full], small[:full]) if full else None
        if large is not None:
            small = torch.cat([F.avg_pool2d(large, fold).to(small.dtype), small[full:]])
        taught = None
        if teacher is not None:
            with torch.no_grad():
                taught = losses.bent(_answer(teacher, batch, z), batch.fields)
    true = F.avg_pool2d(batch.pictures, fold) if fold > 1 else batch.pictures
    return Made(small, true, large, taught, code.ws, mean, log_var)


def _answer(teacher: nn.Module, batch: Batch, z: Tensor) -> Tensor:
    """What the teacher makes of the drawings before they were bent: (N, 3, 128, 128)."""
    side = cast(compact.Network, teacher).config.img_resolution
    fold = batch.straights.shape[-1] // side
    x = F.avg_pool2d(batch.straights, fold) if fold > 1 else batch.straights
    face = teacher(x, z.detach(), torch.full_like(batch.faithful, 0.5))
    times = face.shape[-1] // BASE
    return F.avg_pool2d(face, times) if times > 1 else face


def _judge(
    learned: State, batch: Batch, made: Made, augment: losses.Augment, crop: losses.Augment
) -> Seen:
    """Made pictures are judged once: both sides learn from the same judgement."""
    critic, sharp = learned.networks["discriminator"], learned.networks["detail_discriminator"]
    shown = augment(made.true)
    with _mixed(shown.device):
        true, mine = critic(shown), critic(augment(made.small))
        odd, taught, true_sharp, mine_sharp = None, None, None, None
        if made.taught is not None:
            with torch.no_grad():
                taught = critic(augment(made.taught))[2]
        if learned.step % 2:
            few = slice(0, max(2, len(shown) // 4))
            smudged = losses.smudged(made.true, batch.drawings.roll(learned.step // 2 % 2, 0))
            odd = critic(augment(smudged)[few])
        if made.large is not None:
            true_sharp = sharp(crop(batch.pictures[: len(made.large)]))
            mine_sharp = sharp(crop(made.large))
    return Seen(shown, true, mine, taught, odd, true_sharp, mine_sharp)


def _for_critics(
    learned: State, batch: Batch, made: Made, seen: Seen, crop: losses.Augment
) -> dict[str, float]:
    """Gradients of the critics: tell true from made, find features in true pictures."""
    net, step = learned.networks, learned.step
    critic = cast(Discriminator, net["discriminator"])
    sharp = cast(DetailDiscriminator, net["detail_discriminator"])
    own = [p for name in CRITICS for p in net[name].parameters()]
    loss = losses.hinge(seen.true[0], seen.made[0]) + losses.logistic(seen.true[1], seen.made[1])
    values = {"critic": loss.item()}
    if seen.true_sharp is not None and seen.made_sharp is not None:
        loss_sharp = losses.hinge(seen.true_sharp[0], seen.made_sharp[0])
        values["sharp"] = loss_sharp.item()
        loss = loss + loss_sharp
    if step % 4 == 0:
        with _mixed(seen.shown.device):
            odd = losses.smudged(made.true, batch.drawings.roll(1, 0)) if step % 8 else made.true
            found = net["finder"](odd)
        truth = F.smooth_l1_loss(found, batch.points, beta=0.01)
        values["finder"] = truth.item()
        loss = loss + truth * 20
    if seen.smudged is not None:
        loss_smudged = losses.refusal(*seen.smudged[:2])
        values["smudged"] = loss_smudged.item()
        loss = loss + 0.5 * loss_smudged
    for name in CRITICS:
        learned.optimizers[name].zero_grad(set_to_none=True)
    loss.backward(inputs=own, retain_graph=True)
    if step % 16 == 0:

        def judge(y: Tensor) -> Tensor:
            patch, whole, _ = critic(y)
            return patch.float().mean((1, 2, 3)) + whole.float().flatten()

        (losses.r1(judge, seen.shown[: max(2, len(seen.shown) // 2)]) * 2).backward()
    if made.large is not None and step % 32 == 8:
        real = crop(batch.pictures[: len(made.large)])
        (losses.r1(lambda y: sharp(y)[0].float().mean((1, 2, 3)), real) * 2).backward()
    return values


def _for_painters(
    learned: State, batch: Batch, made: Made, seen: Seen, own: Tensor, warmth: int
) -> dict[str, float]:
    """Gradients of the network and the style encoder."""
    net = learned.networks
    painter = cast(compact.Network, net["network"])
    trust = torch.where(batch.begun, 0.3, 1.0)  # where the mouth is not drawn yet, it is free
    patch, whole, features = seen.made
    true_features = seen.true[2]
    adversarial = -patch.float().mean() + F.softplus(-whole.float()).mean()
    pixels = F.l1_loss(made.small[own].float(), made.true[own])
    matched = losses.matching(features, true_features, own)
    structure = F.l1_loss(features[-1][~own].float(), true_features[-1][~own].detach().float())
    divergence = losses.kl(made.mean[own], made.log_var[own])
    grown = torch.zeros((), device=own.device)
    with _mixed(own.device):
        found = net["finder"](made.small)
        if int(batch.begun.sum()) > 1:
            with torch.no_grad():
                ends = painter.encode(batch.wholes[batch.begun]).ws
            grown = losses.growing(made.ws[batch.begun], ends)
    obeyed = losses.obedience(found, batch.points, trust)
    values: dict[str, float] = {}
    if made.taught is not None and seen.taught is not None:
        everyone = torch.ones_like(own)
        taught = F.l1_loss(made.small.float(), made.taught)
        values["taught"] = taught.item()
        loss = 0.3 * min(1.0, warmth / 200) * adversarial + 10 * taught + 2 * pixels
        loss = loss + 8 * losses.matching(features, seen.taught, everyone)
        loss = loss + 0.01 * divergence + 4 * obeyed + 0.3 * grown
    else:
        loss = 0.6 * min(1.0, warmth / 200) * adversarial + 10 * pixels + 8 * matched
        loss = loss + 2 * structure + 0.01 * divergence + 6 * obeyed + 0.5 * grown
    if made.large is not None and seen.made_sharp is not None and seen.true_sharp is not None:
        mine = own[: len(made.large)]
        loss = loss - 0.15 * min(1.0, warmth / 600) * seen.made_sharp[0].float().mean()
        loss = loss + 4 * losses.matching(seen.made_sharp[1], seen.true_sharp[1], mine)
        true = _detail(batch.pictures[: len(made.large)][mine])
        loss = loss + 6 * F.l1_loss(_detail(made.large[mine].float()), true)
    painters = [*painter.parameters(), *net["style_encoder"].parameters()]
    learned.optimizers["painters"].zero_grad(set_to_none=True)
    loss.backward(inputs=painters)
    # one wild gradient would move every weight by ten ordinary steps: Adam has no momentum here
    norm = nn.utils.clip_grad_norm_(painters, LARGEST_GRADIENT)
    return values | {
        "norm": norm.item(),
        "adversarial": adversarial.item(),
        "l1": pixels.item(),
        "match": matched.item(),
        "kl": divergence.item(),
        "obeyed": obeyed.item(),
        "grown": grown.item(),
    }


def _detail(pictures: Tensor) -> Tensor:
    """What is lost when pictures are reduced to 128."""
    fold = pictures.shape[-1] // BASE
    coarse = F.avg_pool2d(pictures, fold)
    return pictures - F.interpolate(coarse, scale_factor=float(fold), mode="nearest")


def _mixed(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, dtype=torch.bfloat16)


def _crop(size: int) -> Callable[[Tensor], Tensor]:
    """The same random window of 128 pixels for every picture it is given."""
    top, left = (int(torch.randint(0, size - BASE + 1, ())) for _ in "yx")
    return lambda y: y[:, :, top : top + BASE, left : left + BASE]
