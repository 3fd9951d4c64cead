"""Step number -> the tensors of its batch: the same for the same seed, whoever asks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from livesketch.training import raster
from livesketch.training.dataset import Prepared
from livesketch.training.encode_examples import Encoding, encoding_of
from livesketch.training.encode_step import EncodeBatch
from livesketch.training.examples import Pair, Portrait, Reading, pair
from livesketch.training.paint_step import PaintBatch
from livesketch.training.pix2pix_step import PairBatch
from livesketch.training.read_step import ReadBatch
from livesketch.training.tasks import seen_by

Example = Callable[[Prepared, int, np.random.Generator], Any]


@dataclass(frozen=True)
class Share:
    """How many examples a step takes, and which of them are ours."""

    count: int
    rank: int = 0
    world: int = 1


class _Examples(torch.utils.data.Dataset):
    def __init__(
        self, data: Prepared, example: Example, size: int, seed: int, share: Share
    ) -> None:
        self._data, self._example, self._size = data, example, size
        self._seed, self._share = seed, share

    def __len__(self) -> int:
        return 2**40

    def __getitem__(self, step: int) -> tuple[np.ndarray, ...]:
        each = self._share.count // self._share.world
        first = self._share.rank * each
        made = [
            self._example(
                self._data, self._size, np.random.default_rng((self._seed, step, first + k))
            )
            for k in range(each)
        ]
        return tuple(np.stack([getattr(one, name) for one in made]) for name in vars(made[0]))


def readings(
    data: Prepared,
    task: str,
    size: int,
    seed: int,
    share: Share,
    first: int,
    workers: int,
    device: torch.device,
) -> Iterator[ReadBatch]:
    """Batches for a reader of `task`, from step `first` on."""
    for arrays in _arrays(_Examples(data, seen_by(task), size, seed, share), first, workers):
        fields = dict(zip(Reading.__dataclass_fields__, arrays, strict=True))
        yield ReadBatch(
            _seen(fields["seen"], device),
            _tensor(fields["points"], device),
            _tensor(fields["regions"], device).float() / 4,
        )


def portraits(
    data: Prepared,
    example: Example,
    size: int,
    seed: int,
    share: Share,
    first: int,
    workers: int,
    device: torch.device,
) -> Iterator[PaintBatch]:
    """Batches for a painter, of examples.portrait or straight_portrait, from step `first` on."""
    for arrays in _arrays(_Examples(data, example, size, seed, share), first, workers):
        fields = dict(zip(Portrait.__dataclass_fields__, arrays, strict=True))
        yield PaintBatch(
            _pictures(fields["picture"], device),
            _pictures(fields["straight"], device),
            _tensor(fields["points"], device),
            _tensor(fields["regions"], device).float() / 4,
        )


def pairs(
    data: Prepared,
    size: int,
    seed: int,
    share: Share,
    first: int,
    workers: int,
    device: torch.device,
) -> Iterator[PairBatch]:
    """Batches for pix2pix, from step `first` on."""
    for arrays in _arrays(_Examples(data, pair, size, seed, share), first, workers):
        fields = dict(zip(Pair.__dataclass_fields__, arrays, strict=True))
        yield PairBatch(
            _seen(fields["seen"], device),
            _pictures(fields["picture"], device),
        )


def encodings(
    data: Prepared,
    task: str,
    size: int,
    seed: int,
    share: Share,
    first: int,
    workers: int,
    device: torch.device,
) -> Iterator[EncodeBatch]:
    """Batches for an encoder of `task`, from step `first` on."""
    for arrays in _arrays(_Examples(data, encoding_of(task), size, seed, share), first, workers):
        fields = dict(zip(Encoding.__dataclass_fields__, arrays, strict=True))
        yield EncodeBatch(
            _seen(fields["seen"], device),
            _pictures(fields["picture"], device),
            _tensor(fields["points"], device),
        )


def _arrays(examples: _Examples, first: int, workers: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Made ahead in other processes where there are cores to spare."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return iter(
        torch.utils.data.DataLoader(
            examples,
            batch_size=None,
            sampler=range(first, 2**31),
            num_workers=(cores or 1) - 1 if workers < 0 else workers,
            collate_fn=tuple,
            worker_init_fn=_begun,
        )
    )


def _begun(worker: int) -> None:
    raster.stay_on_one_core()


def _tensor(array: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(array).to(device, non_blocking=True)


def _seen(array: np.ndarray, device: torch.device) -> Tensor:
    """What a task shows, uint8 -> 0..1."""
    x = _tensor(array, device).float() / 255
    return x.contiguous(memory_format=torch.channels_last)


def _pictures(array: np.ndarray, device: torch.device) -> Tensor:
    y = _tensor(array, device).permute(0, 3, 1, 2).float() / 127.5 - 1
    return y.contiguous(memory_format=torch.channels_last)
