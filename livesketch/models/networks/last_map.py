"""The plain encoders that pSp's paper (arXiv 2008.00951) compares its own with, "W" and "naive W+": last map only."""

from __future__ import annotations

from torch import Tensor, nn

from livesketch.models.networks.backbone import first_layer, stages
from livesketch.models.networks.layers import Linear
from livesketch.models.networks.norms import BatchNorm

CELLS = 7  # the naive encoder looks at the last map in 7 x 7 cells


class OneW(nn.Module):
    """The average of the last map becomes one w, which steers every layer of the generator."""

    def __init__(self, channels: int, body: tuple[int, ...], num_ws: int) -> None:
        super().__init__()
        self.num_ws = num_ws
        self.input_layer, self.body = first_layer(channels, body[0]), stages(body)
        self.linear = Linear(body[-1], body[-1])

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, 256, 256) -> (N, num_ws, w_dim), the same w num_ws times."""
        w = self.linear(self.body(self.input_layer(x)).mean((2, 3)))
        return w[:, None].expand(-1, self.num_ws, -1)


class WPlus(nn.Module):
    """The last map, in cells, becomes one vector, and that becomes the w of all layers at once."""

    def __init__(self, channels: int, body: tuple[int, ...], num_ws: int) -> None:
        super().__init__()
        width = body[-1]
        self.num_ws = num_ws
        self.input_layer, self.body = first_layer(channels, body[0]), stages(body)
        self.output_layer_2 = nn.Sequential(
            BatchNorm(width),
            nn.AdaptiveAvgPool2d(CELLS),
            nn.Flatten(),
            nn.Linear(width * CELLS * CELLS, width),
        )
        self.linear = Linear(width, width * num_ws)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, 256, 256) -> (N, num_ws, w_dim)."""
        seen = self.output_layer_2(self.body(self.input_layer(x)))
        return self.linear(seen).unflatten(1, (self.num_ws, -1))
