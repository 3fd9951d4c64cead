"""Whether painted features lie where they should, as a frozen reader of photos sees it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from torch import Tensor, nn

from livesketch.errors import ModelError
from livesketch.models.networks import compact
from livesketch.models.networks.reader import Reader
from livesketch.training import state
from livesketch.training.read_step import importance, misplaced


class Placing(nn.Module):
    """What `misplaced` measures with. Raises ModelError for a file that is no reader of photos."""

    weight: Tensor

    def __init__(self, path: Path, config: compact.Config) -> None:
        """config: of a network that is shown photos, as `train --task photo` makes them."""
        super().__init__()
        self.reader = cast(Reader, compact.Network(config).reader)
        if state.fit(self.reader, "reader", path) != set(self.reader.state_dict()):
            raise ModelError(
                f"{path.name} is no reader of photos",
                hint="make one with --part reader --task photo; it is reader-photo.pt in --out",
            )
        self.eval().requires_grad_(False)
        self.register_buffer("weight", importance())

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (N, 3, BASE, BASE) in -1..1 -> points (N, K, 2)."""
        return self.reader((pictures + 1) / 2)[0]

    def misplaced(self, made: Tensor, true: Tensor) -> Tensor:
        """How far off the features of made pictures are, in sides: every part counts alike.

        Both are read by the same reader, so that what it sees wrongly in both counts for nothing.
        """
        return misplaced(self(made), self(true).detach(), self.weight)
