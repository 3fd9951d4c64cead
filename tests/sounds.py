"""Made-up sounds, and a microphone that plays them."""

from collections.abc import Callable

import numpy as np

from livesketch.sound.block import RATE, Samples
from livesketch.sound.microphone import Take


def tone(hz: float, seconds: float, loud: float = 0.5) -> Samples:
    times = np.arange(round(seconds * RATE)) / RATE
    return (loud * np.sin(2 * np.pi * hz * times)).astype(np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def clicks(seconds: float, per_second: float, loud: float = 0.8) -> Samples:
    """Short bursts of noise, the first one at 0.5 s."""
    out = silence(seconds)
    burst = (np.random.default_rng(7).uniform(-1, 1, RATE // 50) * loud).astype(np.float32)
    for at in np.arange(0.5, seconds - 0.05, 1 / per_second):
        start = round(at * RATE)
        out[start : start + burst.size] += burst
    return np.clip(out, -1, 1)


class FakeStream:
    """A stream object whose sound a test makes, in the thread of the test."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self.active = True
        self.is_closed = False

    def play(self, samples: Samples, rate: float = RATE, late_s: float = 0.0) -> None:
        for start in range(0, samples.size, 512):
            self._take(samples[start : start + 512], late_s, rate)

    def close(self) -> None:
        self.is_closed = True
        self.active = False


class Studio:
    """Opens FakeStreams, or fails to."""

    def __init__(self) -> None:
        self.streams: list[FakeStream] = []
        self.asked: list[str] = []
        self.error: Exception | None = None

    def open(self, name: str, take: Take) -> FakeStream:
        self.asked.append(name)
        if self.error is not None:
            raise self.error
        self.streams.append(FakeStream(take))
        return self.streams[-1]

    @property
    def names(self) -> Callable[[], list[str]]:
        return lambda: ["Built-in", "USB microphone"]
