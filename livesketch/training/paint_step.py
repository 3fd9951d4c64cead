"""One step of learning to paint: a face is made, critics judge it once, both sides learn from the judgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.face_lines import Lines
from livesketch.models.networks.painter import BASE, Painter
from livesketch.training import losses
from livesketch.training.descent import follow, gradients, mixed
from livesketch.training.discriminator import DetailDiscriminator, Discriminator
from livesketch.training.likeness import LENDER, TWIN, Likeness, unlike
from livesketch.training.perceptual import Features, ProjectedDiscriminator
from livesketch.training.placing import Placing
from livesketch.training.state import State
from livesketch.training.world import average_gradients

HALF_LIFE = 12_000  # pictures after which half of an average is new
LARGEST_GRADIENT = 20.0
CRITICS = ("discriminator", "detail_discriminator", "projected")
PAINTERS = ("network", "style_encoder")
# of a batch: who has the photo's own style, and who another
OWNERS, OTHERS = slice(0, None, 2), slice(1, None, 2)
LOOKED_AT = slice(1, 2), slice(5, 9)  # rows of MAPS: eyes; lips, irises
EYES_COUNT = 4.0
OWN, BORROWED, TWINS, CROWD = 0.4, 0.4, 0.6, 0.15  # how much it counts who a face is
PLACED = 150.0  # how much it counts where features are
FURTHER = 0.9, 1.25  # times: how far from the middle new codes are, beside photos' codes
BLURS = 5  # of 8 regions are shown blurred by up to 4 cells: a reader is not always sure


@dataclass(frozen=True)
class PaintBatch:
    pictures: Tensor  # N,3,S,S -1..1
    straights: Tensor  # N,3,128,128 -1..1
    points: Tensor  # N,K,2
    regions: Tensor  # N,R,32,32 shares of one


def paint_step(
    learned: State,
    batch: PaintBatch,
    lines: Lines,
    features: Features | None,
    likeness: Likeness | None,
    placing: Placing | None,
    warmth: int,
) -> dict[str, Tensor]:
    """Gradients, and one step of every optimizer. warmth: steps since nothing was learned.

    Nothing here waits for the device: it is told of the next step while it computes this one.
    """
    net = learned.networks
    painter, encode = cast(Painter, net["network"]), net["style_encoder"]
    count, device = len(batch.pictures), batch.pictures.device
    maps, regions = lines(batch.points), _blurred(batch.regions)
    with mixed(device):
        mean, log_var = (t.float() for t in encode(batch.straights))
        noise = torch.randn_like(mean)
        order = torch.arange(count, device=device)[:, None]
        lent = mean.roll(LENDER, 0)
        new = between(mean.detach(), order)
        other = torch.where(order % 4 == 1, lent if likeness is not None else lent.detach(), new)
        z = torch.where(order % 2 == 0, mean + noise * (log_var / 2).exp(), other)
        made = painter(maps, regions, z).float()
    judged = _judge(learned, batch.pictures, made, maps, features)
    values = _teach_critics(learned, judged)
    ramp = min(1.0, warmth / 300)
    fold = made.shape[-1] // BASE
    small, true = F.avg_pool2d(made, fold), F.avg_pool2d(batch.pictures, fold)
    weight = looked_at(maps[OWNERS], made.shape[-1])
    pixels = F.l1_loss(small[OWNERS], true[OWNERS])
    fine = (weight * (made[OWNERS] - batch.pictures[OWNERS]).abs()).mean()
    adversarial = -judged.made[0].float().mean() + F.softplus(-judged.made[1].float()).mean()
    matched = losses.matching(judged.made[2], judged.true[2], OWNERS)
    divergence = losses.kl(mean[OWNERS], log_var[OWNERS])
    with mixed(device):
        again = encode(small)[0].float()
    # a look is seen in every face it makes
    told = F.smooth_l1_loss(again[OTHERS], z[OTHERS].detach())
    loss = 0.6 * ramp * adversarial + 8 * pixels + 4 * fine
    loss = loss + 8 * matched + 0.01 * divergence + 0.5 * told
    if judged.made_features:
        scores = net["projected"](judged.made_features)
        alike = [
            F.l1_loss(a[OWNERS], b[OWNERS])
            for a, b in zip(judged.made_features, judged.true_features, strict=True)
        ]
        layout = F.l1_loss(judged.made_features[2][OTHERS], judged.true_features[2][OTHERS])
        loss = loss - 0.6 * ramp * _mean([s.float().mean() for s in scores])
        loss = loss + 6 * _mean(alike) + 1.5 * layout
        values["alike"] = _mean(alike)
    if likeness is not None:
        with mixed(device):
            off = unlike(
                likeness(made, batch.points), likeness(batch.pictures, batch.points).detach()
            )
        loss = loss + OWN * off.own + BORROWED * off.borrowed
        loss = loss + TWINS * off.twins + CROWD * off.crowd
        values |= vars(off)
    if placing is not None:
        with mixed(device):
            misplaced = placing.misplaced(small, true)
        loss = loss + PLACED * misplaced
        values["misplaced"] = misplaced
    if judged.made_sharp is not None and judged.true_sharp is not None:
        loss = loss - 0.3 * min(1.0, warmth / 600) * judged.made_sharp[0].float().mean()
        loss = loss + 4 * losses.matching(judged.made_sharp[1], judged.true_sharp[1], OWNERS)
    parameters = [p for name in PAINTERS for p in net[name].parameters()]
    gradients(learned, "painters", loss, parameters)
    # one wild gradient would move every weight by ten ordinary steps: Adam has no momentum here
    norm = nn.utils.clip_grad_norm_(parameters, LARGEST_GRADIENT)
    for optimizer in learned.optimizers.values():
        optimizer.step()
    follow(learned, count, HALF_LIFE)
    values |= {
        "adversarial": adversarial,
        "l1": pixels,
        "match": matched,
        "kl": divergence,
        "told": told,
        "norm": norm,
    }
    return losses.figures(values)


Judgement = tuple[Tensor, Tensor, list[Tensor]]  # in patches, as a whole, the features behind it


@dataclass(frozen=True)
class Judged:
    """What the critics make of true and made pictures, each shown with the same changes."""

    shown: Tensor  # N,3,128,128: the true pictures as the critic saw them
    maps: Tensor
    true: Judgement
    made: Judgement
    true_features: list[Tensor]
    made_features: list[Tensor]
    window: Tensor | None  # true details
    true_sharp: tuple[Tensor, list[Tensor]] | None
    made_sharp: tuple[Tensor, list[Tensor]] | None


def _judge(
    learned: State, pictures: Tensor, made: Tensor, maps: Tensor, features: Features | None
) -> Judged:
    net, fold = learned.networks, made.shape[-1] // BASE
    change, shift = losses.augmentation(len(made), made.device)
    true, false, maps = change(pictures), change(made), shift(maps)
    shown = F.avg_pool2d(true, fold)
    window = true_sharp = made_sharp = None
    with mixed(made.device):
        critic = cast(Discriminator, net["discriminator"])
        judged_true, judged_made = critic(shown, maps), critic(F.avg_pool2d(false, fold), maps)
        if learned.step % 2 == 0 and fold > 1:  # details are learned faster than faces
            sharp = cast(DetailDiscriminator, net["detail_discriminator"])
            half, edge = len(made) // 2, made.shape[-1] - BASE
            # around the face's middle: nobody looks at the corners
            top, left = (int(torch.randint(edge // 4, edge * 3 // 4 + 1, ())) for _ in "yx")
            window = pictures[:half, :, top : top + BASE, left : left + BASE]
            true_sharp = sharp(window)
            made_sharp = sharp(made[:half, :, top : top + BASE, left : left + BASE])
    true_features, made_features = [], []
    if features is not None:
        with torch.no_grad():
            true_features = features(true)
        made_features = features(false)
    return Judged(
        shown,
        maps,
        judged_true,
        judged_made,
        true_features,
        made_features,
        window,
        true_sharp,
        made_sharp,
    )


def _teach_critics(learned: State, judged: Judged) -> dict[str, Tensor]:
    """Gradients of the critics: tell true from made; R1 (Mescheder 2018) now and then."""
    net, step = learned.networks, learned.step
    critic = cast(Discriminator, net["discriminator"])
    loss = losses.hinge(judged.true[0], judged.made[0])
    loss = loss + losses.logistic(judged.true[1], judged.made[1])
    values, taught = {"critic": loss}, [*critic.parameters()]
    if judged.made_features:
        projected = cast(ProjectedDiscriminator, net["projected"])
        pairs = zip(projected(judged.true_features), projected(judged.made_features), strict=True)
        each = _mean([losses.hinge(a, b) for a, b in pairs])
        values["projected"] = each
        loss, taught = loss + each, [*taught, *projected.parameters()]
    if judged.true_sharp is not None and judged.made_sharp is not None:
        sharp = cast(DetailDiscriminator, net["detail_discriminator"])
        blunt = losses.hinge(judged.true_sharp[0], judged.made_sharp[0])
        values["sharp"] = blunt
        loss, taught = loss + blunt, [*taught, *sharp.parameters()]
    learned.optimizers["critics"].zero_grad(set_to_none=True)
    loss.backward(inputs=taught, retain_graph=True)
    if step % 16 == 0:
        some = max(2, len(judged.shown) // 2)

        def judge(y: Tensor) -> Tensor:
            patch, whole, _ = critic(y, judged.maps[:some])
            return patch.float().mean((1, 2, 3)) + whole.float().flatten()

        (losses.r1(judge, judged.shown[:some]) * 2).backward()
    if judged.window is not None and step % 32 == 8:
        sharp = net["detail_discriminator"]
        (losses.r1(lambda y: sharp(y)[0].float().mean((1, 2, 3)), judged.window) * 2).backward()
    average_gradients([p for name in CRITICS if name in net for p in net[name].parameters()])
    return values


def looked_at(maps: Tensor, side: int) -> Tensor:
    """(N, 1, side, side): 1, and up to 1 + EYES_COUNT around eyes, irises and lips, where people look."""
    eyes, others = (maps[:, rows].amax(1, keepdim=True) for rows in LOOKED_AT)
    near = F.max_pool2d(torch.maximum(eyes, others), 5, 1, 2)
    near = F.avg_pool2d(near, 5, 1, 2).clamp(0, 1)
    return 1 + EYES_COUNT * F.interpolate(near, size=(side, side), mode="bilinear")


def between(codes: Tensor, order: Tensor) -> Tensor:
    """Codes (N, Z) that no photo has, about as far from the middle as photos' codes are.

    A code from the standard normal often lies where no photo's does, and shows a monster.
    """
    middle, share = codes.mean(0), torch.rand(len(codes), 1, device=codes.device)
    mixed = (codes.roll(1, 0) - middle) * share + (codes.roll(3, 0) - middle) * (1 - share)
    reach = FURTHER[0] + (FURTHER[1] - FURTHER[0]) * torch.rand_like(share)
    mixed = middle + reach * mixed / torch.sqrt(share**2 + (1 - share) ** 2)
    return torch.where(order % 8 == 7, mixed.roll(TWIN, 0), mixed)


def _blurred(regions: Tensor) -> Tensor:
    """Each example's regions blurred by none to four cells, or as they are."""
    out = []
    for one in regions.split(1):
        reach = int(torch.randint(0, 8, ()))
        if 0 < reach < BLURS:
            wide = F.pad(one, (reach, reach, reach, reach), mode="replicate")
            one = F.avg_pool2d(wide, 2 * reach + 1, 1)
        out.append(one)
    return torch.cat(out)


def _mean(values: list[Tensor]) -> Tensor:
    return torch.stack(values).mean()
