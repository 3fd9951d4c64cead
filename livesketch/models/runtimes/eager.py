"""The plainest way to play a network, which the chosen runtime is measured against."""

import time
from pathlib import Path
from statistics import median

import torch

from livesketch.models import checkpoint
from livesketch.models.machine import playing_threads


def eager_ms(weights: Path, runs: int = 7) -> float:
    """Median milliseconds of one face: eager PyTorch, float32, on the CPU, as many threads as playing."""
    torch.set_num_threads(playing_threads())
    held = checkpoint.load(weights)
    config = held.config
    side = config.img_resolution
    given = (
        torch.ones(1, config.input_channels, side, side),
        torch.zeros(1, config.z_dim),
        torch.full((1,), 0.5),
    )
    spans = []
    with torch.inference_mode():
        for _ in range(runs + 2):
            start = time.monotonic()
            held.network(*given)
            spans.append(1000 * (time.monotonic() - start))
    return median(spans[2:])
