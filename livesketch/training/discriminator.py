"""The critics that painters learn from: is this a photo of these lines, is its detail a photo's."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.norms import InstanceNorm


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

    def forward(self, y: Tensor, beside: Tensor | None = None) -> list[Tensor]:
        x = self.inp(F.pixel_unshuffle(y, self.fold))
        x = act(x if beside is None else x + beside)
        features = [x + act(self.first(x))]
        for halve, refine in zip(self.halve, self.refine, strict=True):
            x = act(halve(features[-1]))
            features.append(x + act(refine(x)))
        return features


class Discriminator(nn.Module):
    """Judges 128 x 128 pictures beside the maps they were to follow, in patches and as a whole.

    A projection of the condition on to the first features (as in pix2pix, Isola 2017); minibatch
    spread as in Karras 2018.
    """

    def __init__(self, maps: int, c: tuple[int, int, int] = (96, 160, 192)) -> None:
        super().__init__()
        self.trunk = Trunk(c, 4)
        self.wanted = nn.Conv2d(maps * 4, c[0], 3, 1, 1)
        nn.init.zeros_(self.wanted.weight)
        nn.init.zeros_(self.wanted.bias)  # type: ignore[arg-type]
        self.patch = nn.Conv2d(c[2], 1, 3, 1, 1)
        self.whole = nn.Sequential(
            nn.Conv2d(c[2] + 1, 192, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(192 * 16, 1),
        )

    def forward(self, y: Tensor, maps: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """y (N, 3, 128, 128), maps (N, M, 64, 64) -> patches, (N, 1), features."""
        features = self.trunk(y, self.wanted(F.pixel_unshuffle(maps, 2)))
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


class PatchDiscriminator(nn.Module):
    """pix2pix's (Isola 2017, appendix 6.1.2): is each patch of 70 x 70 a photo of the lines it lies on?"""

    def __init__(self, c: tuple[int, int, int, int] = (64, 128, 256, 512)) -> None:
        super().__init__()
        self.inp = nn.Conv2d(4, c[0], 4, 2, 1)
        self.further = nn.ModuleList(
            [nn.Conv2d(c[k], c[k + 1], 4, 2 if k < 2 else 1, 1) for k in range(3)]
        )
        self.norm = InstanceNorm()
        self.patch = nn.Conv2d(c[3], 1, 4, 1, 1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """x (N, 1, S, S) the drawing, y (N, 3, S, S) a picture -> (N, 1, S/8 - 2, S/8 - 2) logits."""
        h = act(self.inp(torch.cat([x, y], 1)))
        for convolution in self.further:
            h = act(self.norm(convolution(h)))
        return self.patch(h)
