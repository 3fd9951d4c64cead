"""What is meant by a drawing, and who it is -> a face."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.face_lines import MAPS, keep_constant

Unfold = Callable[[Tensor], Tensor]  # (N, 4 C, H, W) -> (N, C, 2 H, 2 W)

BASE = 128  # side of the picture that the body paints; larger sizes add detail to it


def act(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


def unfolded(x: Tensor) -> Tensor:
    """Four neighbouring channels become the four quarters of a pixel."""
    return F.pixel_shuffle(x, 2)


class Styled(nn.Module):
    """A convolution on instance-normalised features, scaled and shifted by the style (AdaIN, Huang 2017)."""

    def __init__(self, i: int, o: int, w_dim: int) -> None:
        super().__init__()
        self.conv, self.style = nn.Conv2d(i, o, 3, 1, 1), nn.Linear(w_dim, i * 2)
        nn.init.zeros_(self.style.bias)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        gain, bias = self.style(w)[:, :, None, None].chunk(2, 1)
        return act(self.conv(F.instance_norm(x) * (1 + gain) + bias))


class Up(nn.Module):
    """Twice as large, then two styled convolutions."""

    def __init__(self, i: int, o: int, w_dim: int) -> None:
        super().__init__()
        self.first, self.second = Styled(i, o, w_dim), Styled(o, o, w_dim)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        return self.second(self.first(F.interpolate(x, scale_factor=2.0, mode="nearest"), w), w)


class Detail(nn.Module):
    """A 128 face and the features behind it -> the face at full size; starts as the enlarged face."""

    enlarge: Tensor

    def __init__(self, i: int, c: tuple[int, int], doublings: int) -> None:
        super().__init__()
        self.inp = nn.Conv2d(i, c[0] * 4, 3, 1, 1)
        self.middle, self.grow, fine = nn.ModuleList(), nn.ModuleList(), c[0]
        for k in range(doublings):
            self.middle.append(nn.Conv2d(fine, c[1], 3, 1, 1))
            if k + 1 < doublings:
                fine = c[0] // 2
                self.grow.append(nn.Conv2d(c[1], fine * 4, 3, 1, 1))
        self.rgb = nn.Conv2d(c[1], 12, 3, 1, 1)
        nn.init.zeros_(self.rgb.weight)
        nn.init.zeros_(self.rgb.bias)  # type: ignore[arg-type]
        keep_constant(self, "enlarge", bilinear())
        self.unfold: Unfold = unfolded

    def forward(self, h: Tensor, face: Tensor) -> Tensor:
        return self.unfold(self.folded(h, face))

    def folded(self, h: Tensor, face: Tensor) -> Tensor:
        """(N, 12, S / 2, S / 2): four pixels of the face in the channels of one."""
        h = self.unfold(act(self.inp(h)))
        for k, middle in enumerate(self.middle):
            h = act(middle(h))
            if k < len(self.grow):
                h = self.unfold(act(self.grow[k](h)))
                face = self.unfold(enlarged(face, self.enlarge))
        return self.rgb(h) + enlarged(face, self.enlarge)


def enlarged(face: Tensor, kernel: Tensor) -> Tensor:
    """(N, 12, S, S): twice as large, still folded: a convolution with `bilinear` takes half the time of a resize."""
    wide = F.pad(face, (1, 1, 1, 1), mode="replicate")
    return F.conv2d(wide, kernel.to(face.dtype))


def bilinear() -> np.ndarray:
    """(12, 3, 3, 3): the kernel of a bilinear doubling for each colour and each quarter of a pixel."""
    ways = np.array([[0.25, 0.75, 0], [0, 0.75, 0.25]], np.float32)
    quarters = np.einsum("py,qx->pqyx", ways, ways).reshape(4, 3, 3)
    return np.einsum("ab,kyx->akbyx", np.eye(3, dtype=np.float32), quarters).reshape(12, 3, 3, 3)


class Painter(nn.Module):
    """Maps of a face's lines (N, M, 64, 64), regions (N, R, 32, 32) and a code (N, Z) -> a face.

    Features go down to 4 x 4 and up again; the clean maps may be followed exactly, since nothing of
    a hand's trembling is in them.
    """

    def __init__(
        self,
        regions: int,
        z_dim: int,
        w_dim: int,
        encoder: tuple[int, int, int, int],
        decoder: tuple[int, int, int],
        head: int,
        detail: tuple[int, int],
        doublings: int,
    ) -> None:
        super().__init__()
        e, d = encoder, decoder
        self.inp = nn.Conv2d(len(MAPS) * 4 + regions, e[0], 3, 1, 1)
        self.first = nn.Conv2d(e[0], e[0], 3, 1, 1)
        self.halve = nn.ModuleList([nn.Conv2d(e[k], e[k + 1], 4, 2, 1) for k in range(3)])
        self.refine = nn.ModuleList([nn.Conv2d(e[k + 1], e[k + 1], 3, 1, 1) for k in range(3)])
        self.whole = nn.Linear(e[3] * 16, w_dim)
        self.style = nn.Sequential(
            nn.Linear(z_dim, w_dim), nn.LeakyReLU(0.2), nn.Linear(w_dim, w_dim)
        )
        self.ups = nn.ModuleList(
            [Up(e[3], d[0], w_dim), Up(d[0], d[1], w_dim), Up(d[1], d[2], w_dim)]
        )
        self.skips = nn.ModuleList([nn.Conv2d(e[k], d[j], 1) for k, j in ((2, 0), (1, 1), (0, 2))])
        self.out = nn.Conv2d(d[2], head * 4, 3, 1, 1)
        self.refine64 = Styled(head, head, w_dim)
        nn.init.zeros_(self.refine64.conv.weight)
        nn.init.zeros_(self.refine64.conv.bias)  # type: ignore[arg-type]
        self.rgb = nn.Conv2d(head // 4, 3, 3, 1, 1)
        self.detail = Detail(head, detail, doublings) if doublings else None
        self.unfold: Unfold = unfolded

    def body(self, maps: Tensor, regions: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
        """-> features (N, head, 64, 64) and the face at 128: (N, 3, 128, 128)."""
        x = F.pixel_unshuffle(maps, 2)
        x = act(self.inp(torch.cat([x, regions.to(x.dtype)], 1)))
        levels = [x + act(self.first(x))]
        for halve, refine in zip(self.halve, self.refine, strict=True):
            x = act(halve(levels[-1]))
            levels.append(x + act(refine(x)))
        h = levels[-1]
        w = self.whole(h.flatten(1)) + self.style(z)
        for up, skip, level in zip(self.ups, self.skips, levels[-2::-1], strict=True):
            h = up(h, w) + skip(level)
        h = self.unfold(act(self.out(h)))
        h = h + self.refine64(h, w)
        return h, self.rgb(F.pixel_shuffle(h, 2))

    def finish(self, h: Tensor, face: Tensor) -> Tensor:
        """What `body` gave -> the face at full size; at 128 that is the face it gave."""
        return face if self.detail is None else self.detail(h, face)

    def forward(self, maps: Tensor, regions: Tensor, z: Tensor) -> Tensor:
        return self.finish(*self.body(maps, regions, z))
