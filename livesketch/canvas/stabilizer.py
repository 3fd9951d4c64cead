"""Calms the hand: the line follows the pen as if drawn through something thick."""

import math
from dataclasses import replace

from livesketch.canvas.stroke import Sample

_SLOWEST_S = 0.12  # the time constant at full strength
_USUAL_STEP_S = 0.005  # between two samples, where their stamps do not say
_LONGEST_STEP_S = 0.05
_LONGEST_STRING = 0.04  # paper sides that the line may hang behind the pen at full strength


class Stabilizer:
    """An exponential average over time of place and pressure, on a string, one stroke long.

    strength 0: the raw hand. 1: a time constant of 0.12 s, and never further behind the pen than
    0.04 sides of the paper, so that a very quick hand gets its own line and no shortcut. A pure function of the samples and
    their stamps; each one that comes in gives one that goes out, with its own time.
    """

    def __init__(self, strength: float) -> None:
        self._constant_s = _SLOWEST_S * min(max(strength, 0.0), 1.0) ** 1.5
        self._string = _LONGEST_STRING * min(max(strength, 0.0), 1.0)
        self._raw: Sample | None = None
        self._calm: Sample | None = None

    def push(self, sample: Sample) -> list[Sample]:
        raw, calm = self._raw, self._calm
        self._raw = sample
        if raw is None or calm is None or self._constant_s == 0.0:
            self._calm = sample
            return [sample]
        step_s = sample.time - raw.time
        if not step_s > 0.0:
            step_s = _USUAL_STEP_S
        share = 1.0 - math.exp(-min(step_s, _LONGEST_STEP_S) / self._constant_s)
        behind = (1.0 - share) * math.hypot(sample.x - calm.x, sample.y - calm.y)
        if behind > self._string:
            share = 1.0 - (1.0 - share) * self._string / behind
        self._calm = replace(
            sample,
            x=calm.x + share * (sample.x - calm.x),
            y=calm.y + share * (sample.y - calm.y),
            pressure=calm.pressure + share * (sample.pressure - calm.pressure),
        )
        return [self._calm]

    def finish(self) -> list[Sample]:
        """What is missing up to where the pen was lifted; the stabilizer is as new after it."""
        raw, calm = self._raw, self._calm
        self._raw = self._calm = None
        if raw is None or calm is None or (raw.x, raw.y) == (calm.x, calm.y):
            return []
        # The pressure stays: a pen that is being lifted reports next to none.
        return [replace(raw, pressure=calm.pressure)]
