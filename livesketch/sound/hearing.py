"""What is heard in sound: how loud it is, its beats, and its low, middle and high parts."""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from livesketch.sound.block import RATE, Samples

SOURCES = ("level", "onset", "low", "mid", "high")
BANDS = {"low": (40.0, 250.0), "mid": (250.0, 2_000.0), "high": (2_000.0, 12_000.0)}  # Hz
QUIET_DB, LOUD_DB = -60.0, 0.0  # of full scale; what 0 and 1 mean
SIZE, HOP = 1024, 512  # samples looked at, and from one look to the next: 21 ms and 11 ms
PULSE_S = 0.12  # an onset fades by so much
APART_S = 0.1  # two onsets closer than that are one
FLUX, TIMES = 0.25, 1.8  # how much must be new at once: at least, and over what is usual
USUAL = 43  # looks that tell what is usual: half a second


@dataclass(frozen=True)
class Heard:
    """All 0..1; `onset` is 1 at a beat and fades within a third of a second."""

    level: float = 0.0
    onset: float = 0.0
    low: float = 0.0
    mid: float = 0.0
    high: float = 0.0


class Hearing:
    """Remembers half a second. Fed blocks of any length, it looks every HOP samples."""

    def __init__(self) -> None:
        self._waiting = np.zeros(0, np.float32)
        self._window = np.hanning(SIZE).astype(np.float32)
        hz = np.fft.rfftfreq(SIZE, 1 / RATE)
        self._bands = {name: (hz >= low) & (hz < high) for name, (low, high) in BANDS.items()}
        self._before: np.ndarray | None = None  # the spectrum of the last look
        self._news: deque[float] = deque(maxlen=USUAL)
        self._since = APART_S  # seconds since the last onset
        self.heard = Heard()

    def feed(self, samples: Samples, gain_db: float = 0.0) -> Heard:
        """What is heard at the end of `samples`, made louder by `gain_db`."""
        clean = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
        loud = np.clip(clean * 10 ** (gain_db / 20), -1.0, 1.0).astype(np.float32)
        self._waiting = np.concatenate([self._waiting, loud])[-RATE:]  # after a pause: the newest
        while self._waiting.size >= SIZE:
            self._look(self._waiting[:SIZE])
            self._waiting = self._waiting[HOP:]
        return self.heard

    def _look(self, samples: Samples) -> None:
        spectrum = np.abs(np.fft.rfft(samples * self._window)) / (SIZE / 4)  # a full sine is 1
        powers = {
            name: math.sqrt(float((spectrum[band] ** 2).sum()) / 3)  # a sine fills three bins
            for name, band in self._bands.items()
        }
        level = math.sqrt(2 * float((samples**2).mean()))  # 1 for a full sine, too
        self.heard = Heard(
            share(level),
            self._onset(spectrum),
            *(share(powers[name]) for name in ("low", "mid", "high")),
        )

    def _onset(self, spectrum: np.ndarray) -> float:
        # Logarithms, since a beat in a quiet piece is a beat too; above the noise of a room only.
        logs = np.log10(1 + 1000 * spectrum)
        news = 0.0 if self._before is None else float(np.maximum(logs - self._before, 0).mean())
        self._before = logs
        usual = float(np.median(self._news)) if self._news else 0.0
        self._news.append(news)
        self._since += HOP / RATE
        if news > max(FLUX, TIMES * usual) and self._since >= APART_S:
            self._since = 0.0
        return math.exp(-self._since / PULSE_S) if self._since < 4 * PULSE_S else 0.0


def share(amplitude: float) -> float:
    """An amplitude 0..1 on the scale of decibels, 0..1."""
    decibels = 20 * math.log10(max(amplitude, 1e-9))
    return min(max((decibels - QUIET_DB) / (LOUD_DB - QUIET_DB), 0.0), 1.0)
