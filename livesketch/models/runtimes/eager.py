"""The plainest way to play a network, which the chosen runtime is measured against."""

import time
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor

from livesketch.models import checkpoint
from livesketch.models.knobs import KNOBS
from livesketch.models.machine import playing_threads
from livesketch.models.networks import compact


def eager_ms(weights: Path, runs: int = 7) -> float:
    """Median milliseconds of one face: eager PyTorch, float32, on the CPU, as many threads as playing."""
    torch.set_num_threads(playing_threads())
    held = checkpoint.load(weights)
    given = _given(held.network_name, held.config)
    if isinstance(held.network, compact.Network):
        held.network.ageing = (
            None  # the chosen runtime leaves it out, too, while nobody asks for it
        )
    spans = []
    with torch.inference_mode():
        for _ in range(runs + 2):
            start = time.monotonic()
            held.network(*given)
            spans.append(1000 * (time.monotonic() - start))
    return median(spans[2:])


def _given(network: str, config: Any) -> tuple[Tensor, ...]:
    """What the network's `forward` takes."""
    side = config.input_size
    drawing = torch.ones(1, config.input_channels, side, side)
    return drawing, torch.zeros(1, config.z_dim), torch.zeros(1, len(KNOBS))
