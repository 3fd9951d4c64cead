"""The critics a generator learns from: is this a photo, is its detail a photo's, where are its features."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.training.geometry import HELD


def act(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


class Trunk(nn.Module):
    """(N, 3, S, S) -> three levels of features, each half as large as the one before."""

    def __init__(self, c: tuple[int, int, int], fold: int) -> None:
        super().__init__()
        self.fold = fold
        self.inp = nn.Conv2d(3 * fold * fold, c[0], 3, 1, 1)
        self.first = nn.Conv2d(c[0], c[0], 3, 1, 1)
        self.halve = nn.ModuleList([nn.Conv2d(c[k], c[k + 1], 4, 2, 1) for k in range(2)])
        self.refine = nn.ModuleList([nn.Conv2d(c[k + 1], c[k + 1], 3, 1, 1) for k in range(2)])

    def forward(self, y: Tensor) -> list[Tensor]:
        x = act(self.inp(F.pixel_unshuffle(y, self.fold)))
        features = [x + act(self.first(x))]
        for halve, refine in zip(self.halve, self.refine, strict=True):
            x = act(halve(features[-1]))
            features.append(x + act(refine(x)))
        return features


class Discriminator(nn.Module):
    """Judges 128 x 128 pictures, in patches and as a whole; minibatch spread as in Karras 2018."""

    def __init__(self, c: tuple[int, int, int] = (96, 160, 192)) -> None:
        super().__init__()
        self.trunk = Trunk(c, 4)
        self.patch = nn.Conv2d(c[2], 1, 3, 1, 1)
        self.whole = nn.Sequential(
            nn.Conv2d(c[2] + 1, 192, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(192 * 16, 1),
        )

    def forward(self, y: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        features = self.trunk(y)
        x = features[-1]
        spread = x.float().std(0, keepdim=True).mean().to(x.dtype)
        spread = spread.expand(x.shape[0], 1, *x.shape[2:])
        return self.patch(x), self.whole(torch.cat([x, spread], 1)), features


class DetailDiscriminator(nn.Module):
    """Judges full-resolution crops in small patches: blocks, blur and smears."""

    def __init__(self, c: tuple[int, int, int] = (48, 64, 96)) -> None:
        super().__init__()
        self.trunk = Trunk(c, 2)
        self.patch = nn.Conv2d(c[2], 1, 3, 1, 1)

    def forward(self, y: Tensor) -> tuple[Tensor, list[Tensor]]:
        features = self.trunk(y)
        return self.patch(features[-1]), features


class FeatureFinder(nn.Module):
    """128 x 128 picture -> where the features of the face are: (N, len(HELD), 2) in units of the side."""

    def __init__(self, c: tuple[int, int, int] = (48, 64, 96)) -> None:
        super().__init__()
        self.trunk = Trunk(c, 4)
        self.hidden, self.out = nn.Linear(c[2] * 64, 192), nn.Linear(192, 2 * len(HELD))
        nn.init.constant_(self.out.bias, 0.5)

    def forward(self, y: Tensor) -> Tensor:
        x = self.trunk(y)[-1].flatten(1)
        return self.out(act(self.hidden(x))).float().unflatten(1, (-1, 2))
