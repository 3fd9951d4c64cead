"""A pen that rests trembles all the same: what is smaller than its noise is no part of the line."""

import math
from dataclasses import replace

from livesketch.canvas.stroke import Sample

_QUICK = 4.0  # times its reach between two samples: nothing of that is a tremble


class Jitter:
    """Holds the line where it is until the pen has left it by more than `reach`, in sides of the paper.

    Beyond that the line follows, never further behind than `reach`, and exactly where the pen is so
    quick that it goes several times as far between two samples. Every sample that comes in gives
    one that goes out, with its own time, pressure and tilt. One for each stroke.
    """

    def __init__(self, reach: float) -> None:
        self._reach = reach
        self._held: tuple[float, float] | None = None

    def push(self, sample: Sample) -> Sample:
        held = self._held
        if held is None or self._reach <= 0.0:
            self._held = (sample.x, sample.y)
            return sample
        dx, dy = sample.x - held[0], sample.y - held[1]
        steps = math.hypot(dx, dy) / self._reach
        if steps < _QUICK:
            behind = (1.0 / steps - 1.0 / _QUICK) / (1.0 - 1.0 / _QUICK) if steps > 1.0 else steps
            share = 1.0 - behind / steps if steps > 0.0 else 0.0
            sample = replace(sample, x=held[0] + share * dx, y=held[1] + share * dy)
        self._held = (sample.x, sample.y)
        return sample
