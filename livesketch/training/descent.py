"""What a step of every part has in common: half precision, gradients of all processes, the running average."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from livesketch.training import losses
from livesketch.training.state import State
from livesketch.training.world import average_gradients, world_size


def mixed(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, dtype=torch.bfloat16)


def gradients(learned: State, optimizer: str, loss: Tensor, parameters: list[nn.Parameter]) -> None:
    """Of the loss, anew, for all that this optimizer moves; the step itself is still to be made."""
    learned.optimizers[optimizer].zero_grad(set_to_none=True)
    loss.backward(inputs=parameters)
    average_gradients(parameters)


def follow(learned: State, count: int, half_life: float) -> None:
    """The average comes after the network; count: examples of this process in the step. At first it comes at once."""
    keep = min(0.5 ** (count * world_size() / half_life), 1 - 1 / (learned.step + 2))
    losses.blend(learned.networks["average"], learned.networks["network"], keep)
