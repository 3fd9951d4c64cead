"""Normalisation without PyTorch's counter of batches: weights files hold no integers."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class BatchNorm(nn.Module):
    """Batch normalisation (Ioffe 2015); at play with the statistics that were seen in training."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight, self.bias = (
            nn.Parameter(torch.ones(channels)),
            nn.Parameter(torch.zeros(channels)),
        )
        self.running_mean: Tensor
        self.running_var: Tensor
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        mean, var = self.running_mean, self.running_var
        return F.batch_norm(x, mean, var, self.weight, self.bias, self.training)


class InstanceNorm(nn.Module):
    """Each channel of each picture by its own mean and spread (Ulyanov 2016); nothing to learn."""

    def forward(self, x: Tensor) -> Tensor:
        return F.instance_norm(x)
