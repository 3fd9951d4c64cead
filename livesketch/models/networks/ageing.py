"""A painted face -> the same person younger or older: what years lay over skin, and grey hair."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.networks.face_lines import keep_constant

HAIR = 2  # row of the regions, see training/parsing.py
# sides of a picture: corner and size of the part that the maps cover, about the usual face
CORNER, SIZE = (0.215, 0.19), (0.57, 0.74)
# rows and columns of wrinkles; what all people of an age have in common needs half as many
MAP = 112, 96
SINGLED = 2.0  # how much rather everybody has one person's wrinkles than a mixture
UNLIKELY, LIKELY = 0.3, 0.7  # shares of hair with which nothing and everything turns grey
GREY = 0.9  # share of its colour that old hair has lost
# what the lightness of dark and of light hair is multiplied by, and what comes on top
DARK, LIGHT = (1.6, 0.14), (0.45, 0.42)
LUMA = (0.299, 0.587, 0.114)


class Ageing(nn.Module):
    """Multiplies a face by what photos of old people, or of children, are brighter or darker by than those of adults.

    Ratio images (Liu 2001) of facial prototypes (Burt and Perrett 1995) about the usual face, laid over
    any other; means know no wrinkles (Tiddeman 2001), so those of a few people come on top, by lot.
    Its variables are statistics of photos.
    """

    changes: Tensor
    wrinkles: Tensor
    corner: Tensor
    size: Tensor
    luma: Tensor

    def __init__(self, wrinkled: int) -> None:
        super().__init__()
        down, across = MAP
        # logarithms of ratios: of children, of old people
        self.register_buffer("changes", torch.zeros(2, 3, down // 2, across // 2))
        self.register_buffer("wrinkles", torch.zeros(wrinkled, down, across))
        keep_constant(self, "corner", CORNER)
        keep_constant(self, "size", SIZE)
        keep_constant(self, "luma", np.array(LUMA, np.float32)[:, None, None])

    def forward(
        self, face: Tensor, at: Tensor, regions: Tensor, who: Tensor, age: Tensor
    ) -> Tensor:
        """face (N, 3, S, S) in about -1..1 -> the same, at age (N, 1), -1 a child .. 0 as it is .. 1 old.

        at (N, G ** 2, 2): where each cell of the picture lies on the usual face, in sides; regions (N, R, G, G)
        shares of one; who (N, Z): the person's code.
        """
        side, age = face.shape[-1], age.float()[..., None, None]
        old, common = age.clamp(min=0), at_age(self.changes, age)
        common = F.interpolate(common, size=self.wrinkles.shape[-2:], mode="bilinear")
        lot = F.softmax(who.float()[:, : self.wrinkles.shape[0]] * SINGLED, 1)
        film = common + torch.einsum("ne,ehw->nhw", lot, self.wrinkles)[:, None] * old
        places = ((at - self.corner) / self.size * 2 - 1).transpose(1, 2)
        places = places.unflatten(2, regions.shape[2:])
        places = F.interpolate(places, size=(side, side), mode="bilinear").permute(0, 2, 3, 1)
        film = F.grid_sample(film, places, padding_mode="zeros", align_corners=False)
        hair = regions[:, HAIR : HAIR + 1].float()
        hair = F.interpolate(hair, size=(side, side), mode="bilinear")
        light = ((face.float() + 1) / 2).clamp(min=1e-3)
        dull = (light * self.luma).sum(1, keepdim=True)
        # strands stay apart; what is light already stays nearly as it is: about hair lies what is behind it
        grey = torch.minimum(*(dull * by + more for by, more in (DARK, LIGHT)))
        fading = ((hair - UNLIKELY) / (LIKELY - UNLIKELY)).clamp(0, 1) * old * GREY
        # what is added is nothing, to the last bit, for whom nothing is asked
        more = light * (torch.exp(film * (1 - hair)) - 1) + (grey - light) * fading
        return face + 2 * more.to(face.dtype)


def at_age(both: Tensor, age: Tensor) -> Tensor:
    """What years change, of what they change in children and in old people (2, …); age (N, 1, …)."""
    return both[0] * (-age).clamp(min=0) + both[1] * age.clamp(min=0)
