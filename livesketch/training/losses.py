"""What the generator and its critics are told, each as one function of tensors."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Augment = Callable[[Tensor], Tensor]


def augmentation(count: int, device: torch.device) -> tuple[Augment, Augment]:
    """One draw of light, colour, contrast and shift for N pictures (Zhao 2020), and its shift alone.

    Real and made pictures get the same. Sides are multiples of 64; a shift is a whole number of
    64ths, up to an eighth, so that maps move along with their picture.
    """
    moves = torch.randint(-8, 9, (count, 2)).tolist()
    dice = torch.rand(3, count, 1, 1, 1, device=device)
    light, colour, contrast = (dice[0] - 0.5) * 0.4, dice[1] * 1.2 + 0.4, dice[2] * 0.5 + 0.75

    def shifted(x: Tensor) -> Tensor:
        side, cell = x.shape[-1], x.shape[-1] // 64
        edge = 8 * cell
        wide = F.pad(x.float(), (edge, edge, edge, edge), mode="reflect")
        out = []
        for one, (down, across) in zip(wide, moves, strict=True):
            y, x0 = edge + down * cell, edge + across * cell
            out.append(one[:, y : y + side, x0 : x0 + side])
        return torch.stack(out).contiguous(memory_format=torch.channels_last)

    def changed(x: Tensor) -> Tensor:
        x = x.float() + light
        grey = x.mean(1, keepdim=True)
        x = (x - grey) * colour + grey
        middle = x.mean((1, 2, 3), keepdim=True)
        return shifted((x - middle) * contrast + middle)

    return changed, shifted


def hinge(real: Tensor, made: Tensor) -> Tensor:
    return F.relu(1 - real.float()).mean() + F.relu(1 + made.float()).mean()


def logistic(real: Tensor, made: Tensor) -> Tensor:
    return F.softplus(-real.float()).mean() + F.softplus(made.float()).mean()


def r1(judge: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """Squared gradient of a judgement at real pictures (Mescheder 2018); without it the critic wins for good."""
    real = real.detach().requires_grad_(True)
    (grad,) = torch.autograd.grad(judge(real).sum(), real, create_graph=True)
    return grad.pow(2).sum((1, 2, 3)).mean()


def matching(made: list[Tensor], real: list[Tensor], which: slice) -> Tensor:
    """Mean distance of a critic's features, of those examples that have a true answer."""
    pairs = zip(made, real, strict=True)
    return torch.stack(
        [F.l1_loss(a[which].float(), b[which].detach().float()) for a, b in pairs]
    ).mean()


def kl(mean: Tensor, log_var: Tensor) -> Tensor:
    """Kullback-Leibler divergence of style codes from the standard normal, per example."""
    mean, log_var = mean.float(), log_var.float()
    return (-0.5 * (1 + log_var - mean.pow(2) - log_var.exp())).sum(1).mean()


def blend(average: nn.Module, model: nn.Module, keep: float) -> None:
    """Exponential moving average of the parameters."""
    with torch.no_grad():
        for a, p in zip(average.parameters(), model.parameters(), strict=True):
            a.lerp_(p.detach().float(), 1 - keep)


def figures(values: dict[str, Tensor]) -> dict[str, Tensor]:
    """For the log: still on the device, so that nobody waits for them, and free of what led to them."""
    return {name: value.detach() for name, value in values.items()}
