"""Calms the latents that steer a W+ model before a camera: coarse layers slowly, fine ones fast, a cut at once."""

import math

import numpy as np
from numpy.typing import NDArray

from livesketch.post.smoothing import LONGEST_GAP, OneEuro

Latents = NDArray[np.float32]  # (num_ws, w_dim), coarse to fine

COARSE_HZ, FINE_HZ = 0.5, 3.0  # cutoffs of what does not change, at half strength
COARSE_HASTE, FINE_HASTE = 4.0, 16.0  # how fast they rise with speed
CUT = 0.7  # RMS between two pictures, in the latents' own spread: another person
ARRIVED = 0.004  # and under which nobody sees a difference


class LatentSmoother:
    """The latents of one live face over time. Remembers where they are and where they go."""

    def __init__(self) -> None:
        self._filter = OneEuro(rest=1.0, haste=1.0)
        self._spread = 1.0
        self._aim: Latents | None = None
        self._time = 0.0
        self.has_arrived = True  # what was given last is where they were to go

    def reset(self) -> None:
        """Somebody else: the next latents are taken as they are."""
        self._aim = None

    def smoothed(self, aim: Latents, time: float, strength: float) -> Latents:
        """Where the latents (num_ws, w_dim) are at `time` seconds on their way to `aim`; `strength`
        0 is at once, 1 very calm."""
        gap, last = time - self._time, self._aim
        self._time, self._aim = time, aim
        if strength <= 0 or last is None or last.shape != aim.shape or not 0 <= gap <= LONGEST_GAP:
            return self._begun(aim, time)
        if _rms(aim - last) > CUT * self._spread:
            return self._begun(aim, time)
        calm = math.pow(0.05, strength - 0.5)
        fineness = np.linspace(0, 1, len(aim))[:, None]
        self._filter.rest = calm * COARSE_HZ * (FINE_HZ / COARSE_HZ) ** fineness
        self._filter.haste = calm * COARSE_HASTE * (FINE_HASTE / COARSE_HASTE) ** fineness
        unit = self._spread * math.sqrt(aim.shape[1])  # a layer's speed in spreads a second
        now = (self._filter.filtered(aim / unit, time) * unit).astype(np.float32)
        self.has_arrived = _rms(now - aim) < ARRIVED * self._spread
        return aim if self.has_arrived else now

    def _begun(self, aim: Latents, time: float) -> Latents:
        self._spread = max(_rms(aim - aim.mean(0)), 0.1 * _rms(aim), 1e-6)
        self._filter.reset()
        self._filter.filtered(aim / (self._spread * math.sqrt(aim.shape[1])), time)
        self.has_arrived = True
        return aim


def _rms(latents: NDArray[np.floating]) -> float:
    return float(np.sqrt(np.square(latents).mean()))
