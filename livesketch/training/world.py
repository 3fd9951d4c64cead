"""Several processes that learn as one: `torchrun --nproc-per-node N -m livesketch train …`."""

from __future__ import annotations

import os
from collections.abc import Iterable

import torch
import torch.distributed as dist
from torch import nn


def join() -> tuple[int, int]:
    """Meet the others if torchrun started us. -> (which one we are, how many there are)."""
    many = int(os.environ.get("WORLD_SIZE", "1"))
    if many > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return (dist.get_rank(), many) if many > 1 else (0, 1)


def world_size() -> int:
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def agreed(is_over: bool, device: torch.device) -> bool:
    """What the first process says, to all: they end at the same step."""
    if world_size() == 1:
        return is_over
    word = torch.tensor([float(is_over)], device=device)
    dist.broadcast(word, 0)
    return bool(word.item())


def wait() -> None:
    """Until all are here."""
    if world_size() > 1:
        dist.barrier()


def leave() -> None:
    if dist.is_available() and dist.is_initialized():
        dist.destroy_process_group()


def average_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """The mean of all processes' gradients: a step is that of one process with the joined batch."""
    if world_size() == 1:
        return
    given = [p.grad for p in parameters if p.grad is not None]
    if not given:
        return
    flat = torch.cat([g.flatten() for g in given])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    for gradient, mean in zip(given, flat.split([g.numel() for g in given]), strict=True):
        gradient.copy_(mean.view_as(gradient))
