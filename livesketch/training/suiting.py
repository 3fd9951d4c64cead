"""What the regions of photos say of the codes of who is in them."""

from __future__ import annotations

import numpy as np
import torch

from livesketch.models.networks.shape import Settle
from livesketch.models.networks.suiting import GRID
from livesketch.training.dataset import Prepared
from livesketch.training.shapes import covered, people, regressed

# of layouts, that are asked; with more of them, single photos are learned by heart
LAYOUTS, RIDGE = 24, 30.0


def suit(settle: Settle, codes: torch.Tensor, data: Prepared) -> None:
    """Fill the suiting of `settle` in place. codes: of people(data).

    Codes are regressed (ridge, Hoerl 1970) on the principal components of the layouts of regions; the
    ways along which that tells most are kept.
    """
    suiting = settle.suiting
    assert suiting is not None
    kinds = np.asarray(data.regions)[people(data)]
    covers = torch.from_numpy(covered(kinds, GRID)).flatten(1)
    usual = covers.mean(0)
    ways = torch.linalg.svd(covers - usual, full_matrices=False)[2][:LAYOUTS]
    seen = (covers - usual) @ ways.T
    by = regressed(seen, codes, RIDGE)
    most = torch.linalg.svd(seen @ by, full_matrices=False)[2]
    kept = most[: len(suiting.ways)]
    telling = kept @ (ways.T @ by).T
    for buffer in suiting.buffers():  # few photos leave some of it empty
        buffer.zero_()
    suiting.ways[: len(kept)].copy_(kept)
    suiting.telling[: len(kept)].copy_(telling.unflatten(1, tuple(suiting.telling.shape[1:])))
    suiting.middle[: len(kept)].copy_(kept @ codes.mean(0) - telling @ usual)
