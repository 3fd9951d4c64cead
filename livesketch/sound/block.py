"""A block of sound as it travels between rooms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 48_000  # samples a second, everywhere in the program

Samples = NDArray[np.float32]  # (N,), -1..1, one channel


@dataclass(frozen=True, eq=False)
class Block:
    """`time`: time.monotonic() at which its first sample reached the microphone."""

    samples: Samples
    time: float


def resampled(samples: Samples, rate: float) -> Samples:
    """From `rate` to RATE, by straight lines between samples: good enough for speech and beats."""
    if not samples.size or rate == RATE:
        return samples
    count = max(1, round(samples.size * RATE / rate))
    places = np.linspace(0, samples.size - 1, count)
    return np.interp(places, np.arange(samples.size), samples).astype(np.float32)
