"""What the generator and its critics are told, each as one function of tensors."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Augment = Callable[[Tensor], Tensor]


def augmentation(count: int, device: torch.device) -> Augment:
    """One draw of light, colour, contrast and shift for N pictures; real and made get the same (Zhao 2020)."""
    t = torch.zeros(count, 2, 3, device=device)
    t[:, 0, 0] = t[:, 1, 1] = 1
    t[:, :, 2] = (torch.rand(count, 2, device=device) - 0.5) * 0.25
    dice = torch.rand(3, count, 1, 1, 1, device=device)
    light, colour, contrast = (dice[0] - 0.5) * 0.4, dice[1] * 1.2 + 0.4, dice[2] * 0.5 + 0.75

    def apply(x: Tensor) -> Tensor:
        x = x.float() + light
        grey = x.mean(1, keepdim=True)
        x = (x - grey) * colour + grey
        middle = x.mean((1, 2, 3), keepdim=True)
        x = (x - middle) * contrast + middle
        grid = F.affine_grid(t, list(x.shape), align_corners=False)
        x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
        return x.contiguous(memory_format=torch.channels_last)

    return apply


def smudged(true: Tensor, drawings: Tensor) -> Tensor:
    """True pictures (N, 3, S, S) through which lines of drawings (N, 1, k S, k S) show.

    What a lazy painter makes. The critic learns to refuse it, the finder not to be fooled by it.
    """
    count, fold = len(true), drawings.shape[-1] // true.shape[-1]
    soft = int(torch.randint(0, 4, ())) * 2 + 1
    lines = F.avg_pool2d(1 - drawings, fold) if fold > 1 else 1 - drawings
    lines = F.avg_pool2d(lines, soft, 1, soft // 2)
    lines = (lines * torch.empty(count, 1, 1, 1, device=true.device).uniform_(0.2, 1.5)).clamp(
        0, 0.9
    )
    colour = torch.empty(count, 1, 1, 1, device=true.device).uniform_(-1, 0)
    colour = colour + torch.tensor([0.1, 0.0, -0.08], device=true.device)[:, None, None]  # brownish
    return true + (colour - true) * lines


def hinge(real: Tensor, made: Tensor) -> Tensor:
    return F.relu(1 - real.float()).mean() + F.relu(1 + made.float()).mean()


def logistic(real: Tensor, made: Tensor) -> Tensor:
    return F.softplus(-real.float()).mean() + F.softplus(made.float()).mean()


def refusal(patch: Tensor, whole: Tensor) -> Tensor:
    """How far a critic is from refusing pictures it should refuse."""
    return F.relu(1 + patch.float()).mean() + F.softplus(whole.float()).mean()


def r1(judge: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """Squared gradient of a judgement at real pictures (Mescheder 2018); without it the critic wins for good."""
    real = real.detach().requires_grad_(True)
    (grad,) = torch.autograd.grad(judge(real).sum(), real, create_graph=True)
    return grad.pow(2).sum((1, 2, 3)).mean()


def matching(made: list[Tensor], real: list[Tensor], which: Tensor) -> Tensor:
    """Mean distance of a critic's features, of the examples in the mask (N,) that have a true answer."""
    pairs = zip(made, real, strict=True)
    return torch.stack(
        [F.l1_loss(a[which].float(), b[which].detach().float()) for a, b in pairs]
    ).mean()


def bent(faces: Tensor, field: Tensor) -> Tensor:
    """Faces (N, 3, S, S) bent by fields (N, n, n, 2) of places 0..1 to look from, mirrored at the border."""
    places = F.interpolate(
        field.permute(0, 3, 1, 2), size=faces.shape[-2:], mode="bilinear", align_corners=False
    )
    grid = places.permute(0, 2, 3, 1) * 2 - 1
    return F.grid_sample(faces.float(), grid, padding_mode="reflection", align_corners=False)


def kl(mean: Tensor, log_var: Tensor) -> Tensor:
    """Kullback-Leibler divergence of style codes from the standard normal, per example."""
    mean, log_var = mean.float(), log_var.float()
    return (-0.5 * (1 + log_var - mean.pow(2) - log_var.exp())).sum(1).mean()


def obedience(found: Tensor, wanted: Tensor, trust: Tensor) -> Tensor:
    """Distance of a made face's features (N, K, 2) from where the drawing put them; trust (N,) weighs."""
    return (
        F.smooth_l1_loss(found, wanted, reduction="none", beta=0.01).mean((1, 2)) * trust
    ).mean()


def growing(begun: Tensor, whole: Tensor) -> Tensor:
    """Distance of the codes (M, w) of beginnings from those of the drawings they become (Wu 2023)."""
    whole = whole.detach().float()
    return F.mse_loss(begun.float(), whole) / (whole.var() + 1e-3)


def blend(average: nn.Module, model: nn.Module, keep: float) -> None:
    """Exponential moving average of the parameters."""
    with torch.no_grad():
        for a, p in zip(average.parameters(), model.parameters(), strict=True):
            a.lerp_(p.detach().float(), 1 - keep)
