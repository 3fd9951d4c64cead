"""Calms what a camera sees without making it late: the One Euro filter over a face's landmarks."""

import math

import numpy as np
from numpy.typing import NDArray

JUMP = 0.35  # of the face's size, between two frames: another person, or a cut
LONGEST_GAP = 0.5  # seconds without a face after which it is a new one


class OneEuro:
    """Casiez 2012: a low-pass filter whose cutoff grows with speed, so that what rests is still
    and what moves is not late.

    Filters arrays (N, D) of one shape; `rest` (Hz) is the cutoff of what does not move, `haste`
    how fast it rises with speed (1 / unit), each a number or (N, 1), where a row's speed is its own, or that of all rows
    together where that is greater. Remembers the last values and their time.
    """

    def __init__(self, rest: float, haste: float, speed_cutoff: float = 1.0) -> None:
        self.rest: float | NDArray[np.float64] = rest
        self.haste: float | NDArray[np.float64] = haste
        self.speed_cutoff = speed_cutoff
        self._time = 0.0
        self._raw: NDArray[np.float64] | None = None
        self._value: NDArray[np.float64] | None = None
        self._speed: NDArray[np.float64] | None = None

    def reset(self) -> None:
        self._raw = self._value = self._speed = None

    def filtered(self, values: NDArray[np.floating], time: float) -> NDArray[np.float64]:
        """`values` as they should be seen; `time` in seconds, never falling."""
        values = np.asarray(values, np.float64)
        if self._value is None or self._raw is None or self._speed is None:
            self._time, self._raw, self._value = time, values, values
            self._speed = np.zeros_like(values)
            return values
        step = time - self._time
        if step <= 0:
            return self._value
        speed = (values - self._raw) / step
        self._speed = self._speed + _weight(self.speed_cutoff, step) * (speed - self._speed)
        own = np.sqrt((self._speed**2).sum(-1, keepdims=True))
        together = float(np.sqrt((self._speed.mean(0) ** 2).sum()))
        cutoff = self.rest + self.haste * np.maximum(own, together)
        self._value = self._value + _weight(cutoff, step) * (values - self._value)
        self._time, self._raw = time, values
        return self._value


class LandmarkSmoother:
    """One face over time. `strength` 0..1: 0 passes everything on, 1 is very calm.

    Speeds are measured in sizes of the face, so that near and far faces are treated alike.
    """

    def __init__(self) -> None:
        self._filter = OneEuro(rest=1.0, haste=1.0)
        self._size = 0.0
        self._last: NDArray[np.float64] | None = None
        self._time = 0.0
        self.is_new = True  # the last call's face was not the one before

    def reset(self) -> None:
        self.is_new = True
        self._filter.reset()
        self._last = None

    def smoothed(
        self, landmarks: NDArray[np.floating], time: float, strength: float
    ) -> NDArray[np.float32]:
        """Landmarks (N, 2 or 3) in any unit, at `time` seconds -> the same, calmed."""
        points = np.asarray(landmarks, np.float64)
        if strength <= 0:
            self.reset()
            return points.astype(np.float32)
        size = max(float(np.ptp(points[:, 0])), float(np.ptp(points[:, 1])), 1e-6)
        if self._last is None or self._is_another(points, size, time):
            self.reset()
            self._size = size
        else:
            self.is_new = False
        self._last, self._time = points, time
        self._filter.rest = 4.0 * math.pow(0.05, strength)  # 4 Hz .. 0.2 Hz
        self._filter.haste = 30.0 * math.pow(0.2, strength)
        # Told in the size it had when it came: a unit that changes would itself be a movement.
        return (self._filter.filtered(points / self._size, time) * self._size).astype(np.float32)

    def _is_another(self, points: NDArray[np.float64], size: float, time: float) -> bool:
        if self._last is None or self._last.shape != points.shape:
            return True
        if time - self._time > LONGEST_GAP or time < self._time:
            return True
        moved = float(np.hypot(*(points[:, :2].mean(0) - self._last[:, :2].mean(0))))
        was = max(float(np.ptp(self._last[:, 0])), float(np.ptp(self._last[:, 1])), 1e-6)
        return moved > JUMP * was or not 0.7 < size / was < 1.4


def _weight(cutoff: float | NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Of the newest value in an exponential mean with that cutoff (Hz) and step (s)."""
    tau = 1 / (2 * math.pi * np.asarray(cutoff, np.float64))
    return 1 / (1 + tau / step)
