"""A painted face -> the same face at twice the size: edges, hair and skin that a small picture has no room for."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.face_lines import keep_constant
from livesketch.models.networks.painter import Unfold, act, bilinear, enlarged, unfolded

BODY = 4  # convolutions at half the face's size, where they cost a quarter
FINE = 8  # channels at the face's own size


class Finer(nn.Module):
    """(N, 3, S, S) in about -1..1 -> (N, 3, 2 S, 2 S); starts as the enlarged face.

    It sees pixels alone, so it goes with whoever painted them: another painter needs no other one.
    Space to depth before, pixels unfolded after (Shi 2016), residuals between; what it adds is
    learned from photos of that size.
    """

    enlarge: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inp = nn.Conv2d(12, width, 3, 1, 1)
        self.body = nn.ModuleList([nn.Conv2d(width, width, 3, 1, 1) for _ in range(BODY)])
        self.grow = nn.Conv2d(width, FINE * 4, 3, 1, 1)
        self.rgb = nn.Conv2d(FINE, 12, 3, 1, 1)
        nn.init.zeros_(self.rgb.weight)
        nn.init.zeros_(self.rgb.bias)  # type: ignore[arg-type]
        keep_constant(self, "enlarge", bilinear())
        self.unfold: Unfold = unfolded

    def forward(self, face: Tensor) -> Tensor:
        return self.unfold(self.folded(face))

    def folded(self, face: Tensor) -> Tensor:
        """(N, 12, S, S): four pixels of the larger face in the channels of one."""
        h = act(self.inp(F.pixel_unshuffle(face, 2)))
        for conv in self.body:
            h = h + act(conv(h))
        h = self.unfold(act(self.grow(h)))
        return self.rgb(h) + enlarged(face, self.enlarge)
